"""identity replay: decide the archive anew in a scratch copy, and show or do what changes. Called by the root alone."""

from collections import Counter
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

import click

from archive.commands.place import Place, pass_place
from archive.errors import UsageError

if TYPE_CHECKING:
    from archive.model.replay import Compared, Ground, Redecided, Regrouped, Relabelled
    from archive.store.adopting import Adoption
    from archive.store.redeciding import Redeciding
    from archive.store.replaying import Replay

LABELS_AT_ONCE = 20


@click.group()
def identity() -> None:
    """Ask again what is one article."""


@identity.command(
    epilog="\b\nEXAMPLES\n  newsarchive identity replay\n  newsarchive identity replay --since 30d --json\n"
    "  newsarchive identity replay --apply"
)
@click.option(
    "--since",
    metavar="DATE",
    help="Only articles first seen since: 2026-11-24, 2026-11, or an age as 30d.",
)
@click.option("--apply", "applies", is_flag=True, help="Do it; newsarchive undo takes it back.")
@click.option("--dry-run", is_flag=True, help="Change nothing. So it is without --apply too.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document (schema 1).")
@pass_place
def replay(place: Place, since: str | None, applies: bool, dry_run: bool, as_json: bool) -> None:
    """Decide the archive anew by the rules of today, and show what would change.

    All that was ever stated is deposited again, in the order it was seen, in a scratch copy in the
    folder that TMPDIR names, which takes as much room as the archive without its raw bodies. What
    people decided stands. A service may run meanwhile.
    """
    if applies and dry_run:
        raise UsageError("say --apply or --dry-run, not both")
    from archive import terminal as t
    from archive.commands.upkeep import who_runs
    from archive.store import Store
    from archive.store.adopting import Adoption
    from archive.store.policy import DepositPolicy
    from archive.store.redeciding import Redeciding
    from archive.store.replaying import Replay, scratch_folder

    policy = DepositPolicy(sites=place.load_config().sites)
    with Store.open(place.archive_url) as store, scratch_folder() as folder:
        run = Replay(store, folder, policy=policy, since=_instant(place, since))
        try:
            _run(run)
            found = Redeciding(run)
            adoption = Adoption(store, who=who_runs(), now=place.now()) if applies else None
            told = _Told(place, found.compared(), adoption, as_json=as_json)
            told.tell_all(found)
        finally:
            run.close()
    if as_json:
        t.echo_json(told.document())
    told.sum_up()


def _instant(place: Place, since: str | None) -> datetime | None:
    from archive.search.dates import FORMS, instant_of

    if since is None:
        return None
    found = instant_of(since, now=place.now(), timezone=place.zone)
    if found is None:
        raise UsageError(f"--since {since!r} is no date; write {FORMS}")
    return found


def _run(run: "Replay") -> None:
    from archive import terminal as t

    with t.Progress("replay", total=run.bounds.last_statement, unit="statements") as progress:
        done = 0
        for n in run.run():
            progress.step(n - done)
            done = n


class _Told:
    """Tells what changes while it is found, and changes it where that is wanted."""

    def __init__(
        self, place: Place, compared: "Compared", adoption: "Adoption | None", *, as_json: bool
    ) -> None:
        self._place = place
        self._compared = compared
        self._adoption = adoption
        self._as_json = as_json
        self._changes: list[dict[str, object]] = []
        self._n: Counter[str] = Counter()

    def tell_all(self, found: "Redeciding") -> None:
        """Take what differs a piece at a time: change it, then say it."""
        from archive.store.adopting import GROUPS_AT_ONCE

        groups = found.regrouped()
        while some := list(islice(groups, GROUPS_AT_ONCE)):
            left = self._adoption.adopt(some) if self._adoption is not None else []
            for group in some:
                self._tell_group(group, is_left=group in left)
        labels = found.relabelled()
        while of_kinds := list(islice(labels, LABELS_AT_ONCE)):
            if self._adoption is not None:
                self._adoption.adopt((), of_kinds)
            for label in of_kinds:
                self._tell_label(label)

    def _tell_group(self, group: "Regrouped", *, is_left: bool) -> None:
        for change in group.changes:
            self._n["left" if is_left else change.change] += 1
            self._n["by order"] += change.depends_on_order
            if self._as_json:
                self._changes.append(_change_document(change, is_left=is_left))
            elif self._place.is_terminal:
                self._show(change, is_left=is_left)
            else:
                self._row(change, is_left=is_left)

    # ---- a change of articles --------------------------------------------------------------------

    def _row(self, change: "Redecided", *, is_left: bool) -> None:
        from archive import terminal as t

        now, then = change.now, change.then
        t.echo_row(
            (
                "left" if is_left else change.change, change.article.id, change.article.title,
                change.other.id, change.other.title, ", ".join(change.feeds),
                now and now.rule, now and now.why, _scores(now), then and then.rule, then and then.why, _scores(then),
                "depends on order" if change.depends_on_order else None,
            )
        )  # fmt: skip

    def _show(self, change: "Redecided", *, is_left: bool) -> None:
        from archive import terminal as t

        word = "left as it was" if is_left else f"{self._would}{change.change}"
        colour = self._place.has_colour
        t.echo(f"{t.paint(word, 'bold', colour=colour)}    {', '.join(change.feeds)}")
        for one in (change.article, change.other):
            name = one.id or "(new)"
            t.echo(f"  {name:<16}  {t.printable(one.title) or '(no headline)'}")
        t.echo(f"  now   {ground_told(change.now, is_one=change.change != 'parted')}")
        t.echo(f"  then  {ground_told(change.then, is_one=change.change == 'parted')}")
        if change.depends_on_order:
            t.echo(
                "  the rules would join it to more than one: which one depends on which came first"
            )

    @property
    def _would(self) -> str:
        return "" if self._adoption is not None else "would be "

    # ---- a revision ------------------------------------------------------------------------------

    def _tell_label(self, label: "Relabelled") -> None:
        from archive import terminal as t

        self._n["relabelled" if label.is_label else "as seen"] += 1
        if self._as_json:
            self._changes.append(_label_document(label))
            return
        fields = (label.article.id, label.title, label.then, label.now)
        if not self._place.is_terminal:
            t.echo_row(("revision" if label.is_label else "as seen", *fields))
            return
        word = f"{self._would}{label.now}" if label.is_label else f"stays {label.then}"
        t.echo(f"{t.paint(word, 'bold', colour=self._place.has_colour)}")
        t.echo(f"  {label.article.id}  {t.printable(label.title) or '(no headline)'}")
        t.echo(
            f"  now {label.now}, then {label.then}{'' if label.is_label else ': as readers saw it'}"
        )

    # ---- in short --------------------------------------------------------------------------------

    def document(self) -> dict[str, object]:
        """Return all that was found, and what was done, for --json."""
        done = self._adoption.done() if self._adoption is not None else None
        return {
            "schema": 1,
            "applied": done is not None,
            "n_articles": self._compared.n_articles,
            "n_sightings": self._compared.n_sightings,
            "n_statements": self._compared.n_statements,
            "n_joined": self._n["joined"],
            "n_parted": self._n["parted"],
            "n_moved": self._n["moved"],
            "n_relabelled": self._n["relabelled"],
            "n_as_seen": self._n["as seen"],
            "n_left": self._n["left"],
            "n_by_order": self._n["by order"],
            "n_torn": self._compared.n_torn,
            "undo": list(done.undo) if done is not None else [],
            "changes": self._changes,
        }

    def sum_up(self) -> None:
        """Say what it came to."""
        from archive import terminal as t

        compared, n = self._compared, self._n
        t.say(
            f"decided anew: {t.number(compared.n_statements)} statements of"
            f" {t.number(compared.n_articles)} articles"
        )
        figures = [
            (n["joined"], "joined"),
            (n["parted"], "parted"),
            (n["moved"], "moved"),
            (n["relabelled"], "revisions of another kind"),
        ]
        told = ", ".join(f"{t.number(count)} {what}" for count, what in figures if count)
        t.say(f"{self._would}{told}" if told else "nothing to change")
        for count, what in (
            (n["as seen"], "revisions that today's rules make or leave out otherwise stay as readers saw them"),
            (n["left"], "left alone: a feed changed them meanwhile (run it again), or a person decided"),
            (n["by order"], "depend on the order in which they came"),
            (compared.n_torn, "sightings stated two articles one after another; they stand with the newest"),
        ):  # fmt: skip
            if count:
                t.say(f"{t.number(count)} {what}")
        done = self._adoption.done() if self._adoption is not None else None
        if done is not None and done.undo:
            t.say(
                "undo: " + ", ".join(f"newsarchive undo {number}" for number in reversed(done.undo))
            )


def ground_told(ground: "Ground | None", *, is_one: bool) -> str:
    """Return in words what a rule said of two sides; `is_one`: that they are one."""
    from archive import terminal as t
    from archive.commands.duplicates import scores_told

    word = "one" if is_one else "two"
    if ground is None:
        return f"{word}, through another of its sightings" if is_one else f"{word}: never compared"
    why = f": {t.printable(ground.why)}" if ground.why else ""
    measured = f"  [{scores_told(ground.scores)}]" if ground.scores else ""
    return f"{word}{why} (rule {ground.rule}){measured}"


def _scores(ground: "Ground | None") -> str | None:
    from archive.commands.duplicates import scores_told

    return None if ground is None else scores_told(ground.scores)


def _change_document(change: "Redecided", *, is_left: bool) -> dict[str, object]:
    return {
        "change": change.change,
        "is_left": is_left,
        "article": change.article.id,
        "title": change.article.title,
        "other": change.other.id or None,
        "other_title": change.other.title,
        "sightings": [f"s{one}" for one in change.sightings],
        "feeds": list(change.feeds),
        "now": _ground_document(change.now),
        "then": _ground_document(change.then),
        "depends_on_order": change.depends_on_order,
    }


def _ground_document(ground: "Ground | None") -> dict[str, object] | None:
    if ground is None:
        return None
    return {
        "verdict": ground.verdict,
        "rule": ground.rule,
        "why": ground.why,
        "scores": dict(ground.scores),
    }


def _label_document(label: "Relabelled") -> dict[str, object]:
    return {
        "change": "revision",
        "article": label.article.id,
        "title": label.title,
        "then": label.then,
        "now": label.now,
        "stays": not label.is_label,
    }

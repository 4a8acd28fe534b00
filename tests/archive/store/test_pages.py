"""What an article's page adds, and what it never does: walls, failures, teasers, other articles' pages, counters."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from archive.model.outcome import Exchange, PageFailed, PageOutcome, PageRead, Reason
from archive.model.stated import ArticlePage, Counter, CounterKind, Wall, WallKind
from archive.store import Store
from archive.store.instants import NEVER, to_at, to_us
from tests.archive.store.depositing import (
    STEADY_PLAN,
    Paper,
    at,
    deposit_page,
    fail_page,
    open_store,
    page_job,
)
from tests.archive.store.looking import (
    BRIDGE,
    FROST,
    LIBRARY,
    articles,
    ask,
    count,
    one,
    revisions,
    story,
    tables_without_polls,
    troubles,
)

URL = "https://krant.example/artikel/b1"
TITLE = "Draaibrug negen weken dicht"
TEASER = " ".join(story(BRIDGE).split()[:20])


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "archive.db") as opened:
        yield opened
        assert troubles(opened) == []


@pytest.fixture
def paper(store: Store) -> Paper:
    return Paper(store, "krant", page="auto")


def teased(**change: object) -> dict[str, object]:
    return {"guid": "b1", "title": TITLE, "text": TEASER} | change


def whole_page(**change: object) -> ArticlePage:
    values: dict[str, object] = {"title": TITLE, "text": story(BRIDGE)}
    return ArticlePage(**(values | change))  # type: ignore[arg-type]  # as the test names them


def face(store: Store) -> tuple[str, str]:
    """Return title and text of the only article."""
    query = """
        SELECT r.title, c.text FROM articles a JOIN variants v ON v.id = a.primary_variant_id
        JOIN revisions r ON r.id = v.revision_id JOIN contents c ON c.digest = r.content_digest
        WHERE a.merged_into IS NULL"""
    ((title, text),) = ask(store, query)
    return title, text


def task(store: Store) -> tuple[str, str | None, datetime | None]:
    """Return the state, the reason and the due time of the only page task."""
    ((state, reason, due_us),) = ask(store, "SELECT state, reason, due_at FROM page_tasks")
    return state, reason, None if due_us >= NEVER else to_at(due_us)


def page_state(store: Store) -> tuple[str, str | None]:
    ((state, detail),) = ask(store, "SELECT page_state, page_detail FROM variants")
    return state, detail


# ---- asking for a page --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "text", "is_wanted"),
    [
        ("auto", TEASER, True),
        ("auto", " ".join(f"woord{n}" for n in range(300)), False),
        ("always", " ".join(f"woord{n}" for n in range(300)), True),
        ("never", TEASER, False),
    ],
)
def test_a_page_is_asked_for_where_the_feed_gives_too_little(
    store: Store, policy: str, text: str, is_wanted: bool
) -> None:
    Paper(store, "krant", page=policy).poll(teased(text=text), now=at(0))
    assert count(store, "page_tasks") == is_wanted
    assert page_state(store)[0] == ("wanted" if is_wanted else "none")
    waits = one(store, "SELECT settle_at - first_seen_at FROM articles")
    assert waits == (600_000_000 if is_wanted else 0)


def test_an_address_that_no_page_can_be_fetched_from_is_said_and_waits_for_nothing(
    store: Store, paper: Paper
) -> None:
    paper.poll(teased(url="https://[::1/half"), now=at(0))
    assert count(store, "page_tasks") == 0
    assert count(store, "articles") == 1


def test_one_page_is_fetched_once_however_many_entries_of_the_telling_name_it(
    store: Store, paper: Paper
) -> None:
    regional = Paper(store, "regio", url="https://krant.example/regio.xml", page="auto")
    paper.poll(teased(), now=at(0))
    regional.poll(teased(guid="r1", url=URL), now=at(1))
    assert count(store, "page_tasks") == 1
    deposit_page(store, URL, whole_page(), at(2))
    Paper(store, "stad", url="https://krant.example/stad.xml", page="auto").poll(
        teased(guid="s1", url=URL), now=at(3)
    )
    assert task(store) == ("done", None, None)


def test_a_host_with_a_page_to_fetch_is_due_and_with_none_is_not(
    store: Store, paper: Paper
) -> None:
    paper.poll(teased(url="https://elders.example/b1"), now=at(0))
    leases = store.claim_hosts(now=at(1), owner="test", limit=9)
    assert [lease.host for lease in leases] == ["elders.example:443"]
    _, (job,), _ = store.due_work(leases[0], now=at(1), parser_version=1)
    assert (job.url, job.attempts, job.feed_url) == ("https://elders.example/b1", 0, paper.url)
    deposit_page(store, job.url, whole_page(), at(2))
    store.release(leases[0])
    assert store.claim_hosts(now=at(9), owner="test", limit=9) == ()


# ---- what a page adds ---------------------------------------------------------------------------


def test_a_page_enriches_and_is_no_edit(store: Store, paper: Paper) -> None:
    paper.poll(teased(), now=at(0))
    deposited = deposit_page(store, URL, whole_page(section="Regio", authors=("Anna Vos",)), at(2))
    assert deposited.n_revised == 0
    assert revisions(store) == [("new", TITLE), ("page", TITLE)]
    assert face(store) == (TITLE, story(BRIDGE))
    assert one(store, "SELECT section FROM revisions WHERE kind = 'page'") == "Regio"
    assert (task(store), page_state(store)) == (("done", None, None), ("read", None))
    assert one(store, "SELECT settle_at FROM articles") == to_us(at(2))
    assert ask(store, "SELECT count(*) FROM word WHERE word = 'tandwielen'") != [(0,)]


def test_the_same_page_again_changes_nothing(store: Store, paper: Paper) -> None:
    paper.poll(teased(), now=at(0))
    deposit_page(store, URL, whole_page(), at(2))
    before = tables_without_polls(store)
    before.pop("page_tasks")
    deposit_page(store, URL, whole_page(reading_minutes=4), at(60))
    after = tables_without_polls(store)
    after.pop("page_tasks")
    assert after == before


def test_a_page_read_again_on_its_own_shows_the_publishers_edit(store: Store, paper: Paper) -> None:
    paper.poll(teased(), now=at(0))
    deposit_page(store, URL, whole_page(), at(2))
    longer = (
        story(BRIDGE) + " De provincie betaalt de pont en heeft de gemeente om excuus gevraagd."
    )
    assert deposit_page(store, URL, whole_page(text=longer), at(60)).n_revised == 1
    assert [kind for kind, _ in revisions(store)] == ["new", "page", "substantial"]


def test_a_page_that_follows_an_edited_entry_completes_that_edit(
    store: Store, paper: Paper
) -> None:
    paper.poll(teased(), now=at(0))
    deposit_page(store, URL, whole_page(), at(2))
    paper.poll(teased(title="Schippers boos om dichte draaibrug"), now=at(60))
    assert task(store) == ("due", None, at(60))
    assert one(store, "SELECT settle_at FROM articles") == to_us(at(70))
    longer = (
        story(BRIDGE) + " Schippers noemen het besluit onbegrijpelijk en willen schadegeld zien."
    )
    deposited = deposit_page(
        store, URL, whole_page(title="Schippers boos om dichte draaibrug", text=longer), at(62)
    )
    assert deposited.n_revised == 0
    assert [kind for kind, _ in revisions(store)] == ["new", "page", "substantial", "page"]
    assert face(store) == ("Schippers boos om dichte draaibrug", longer)
    assert one(store, "SELECT settle_at FROM articles") == to_us(at(62))


def test_the_feeds_next_poll_does_not_take_the_pages_text_away(store: Store, paper: Paper) -> None:
    paper.poll(teased(), now=at(0))
    deposit_page(store, URL, whole_page(), at(2))
    again = paper.poll({"guid": "v", "title": "Vorst", "text": story(FROST)}, teased(), now=at(60))
    assert (again.n_seen, again.n_revised) == (1, 0)
    retold = paper.poll(teased(text=TEASER + " Lees verder"), now=at(120))
    assert retold.n_new == 0
    query = """
        SELECT c.text FROM variants v JOIN revisions r ON r.id = v.revision_id
        JOIN contents c ON c.digest = r.content_digest"""
    assert (story(BRIDGE),) in ask(store, query)


def test_counters_become_observations_and_never_a_revision(store: Store, paper: Paper) -> None:
    def counted(n_views: int) -> ArticlePage:
        views = Counter(
            kind=CounterKind.VIEWS, value=n_views, stated=f"{n_views} x", source="visible"
        )
        return whole_page(counters=(views,))

    paper.poll(teased(), now=at(0))
    for minute, n_views in ((2, 7), (60, 90), (120, 10**30)):
        deposit_page(store, URL, counted(n_views), at(minute))
    series = ask(store, "SELECT kind, value, observed_at FROM observations ORDER BY id")
    assert series == [
        ("views", 7, to_us(at(2))),
        ("views", 90, to_us(at(60))),
        ("views", NEVER, to_us(at(120))),
    ]
    assert [kind for kind, _ in revisions(store)] == ["new", "page"]


# ---- walls --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind", [kind for kind in WallKind if kind not in (WallKind.PAYWALL, WallKind.UNRELATED)]
)
def test_a_wall_overwrites_nothing(store: Store, paper: Paper, kind: WallKind) -> None:
    paper.poll(teased(), now=at(0))
    wall = ArticlePage(title="Uw privacy", wall=Wall(kind=kind, marker="onze partners"))
    deposited = deposit_page(store, URL, wall, at(2))
    assert (deposited.n_new, deposited.n_revised) == (0, 0)
    assert face(store) == (TITLE, TEASER)
    assert count(store, "statements") == count(store, "revisions") == 1
    assert page_state(store) == ("wall", f"{kind} wall: onze partners")
    assert task(store) == ("due", str(kind), at(12))
    assert one(store.path.with_name("archive-bodies.db"), "SELECT count(*) FROM bodies") == 2
    assert ask(store, "SELECT used_by, owner_id FROM body_uses ORDER BY used_by") == [
        ("feed", 1),
        ("page", 1),
    ]


def test_a_wall_is_tried_five_times_in_a_day_once_in_a_week_and_given_up(
    store: Store, paper: Paper
) -> None:
    paper.poll(teased(), now=at(0))
    wall = ArticlePage(wall=Wall(kind=WallKind.CONSENT, marker="onze partners"))
    tries: list[datetime] = []
    due_at: datetime | None = at(0)
    while due_at is not None:
        tries.append(due_at)
        deposit_page(store, URL, wall, due_at)
        due_at = task(store)[2]
    assert len(tries) == 6
    assert tries[4] - tries[0] <= timedelta(hours=24)
    assert tries[5] - tries[4] == timedelta(days=7)
    assert task(store)[:2] == ("given_up", "consent")
    assert page_state(store) == ("wall", "consent wall: onze partners")


def test_behind_a_wall_an_article_goes_out_when_its_time_is_up(store: Store, paper: Paper) -> None:
    paper.poll(teased(), now=at(0))
    wall = ArticlePage(wall=Wall(kind=WallKind.CONSENT, marker="onze partners"))
    deposit_page(store, URL, wall, at(2))
    assert store.settle(now=at(9)) == ()
    assert len(store.settle(now=at(10))) == 1


def test_a_page_that_comes_after_a_wall_is_taken(store: Store, paper: Paper) -> None:
    paper.poll(teased(), now=at(0))
    wall = ArticlePage(wall=Wall(kind=WallKind.CHALLENGE, marker="Just a moment"))
    deposit_page(store, URL, wall, at(2))
    deposit_page(store, URL, whole_page(), at(12))
    assert face(store) == (TITLE, story(BRIDGE))
    assert page_state(store) == ("read", None)


@pytest.mark.parametrize("holds_the_feeds_text", [True, False])
def test_a_teaser_before_a_paywall_is_kept_and_replaces_only_what_it_contains(
    store: Store, paper: Paper, holds_the_feeds_text: bool
) -> None:
    paper.poll(teased(), now=at(0))
    text = (
        " ".join(story(BRIDGE).split()[:35])
        if holds_the_feeds_text
        else " ".join(story(BRIDGE).split()[12:40])
    )
    page = whole_page(text=text, wall=Wall(kind=WallKind.PAYWALL, marker="Verder lezen?"))
    deposit_page(store, URL, page, at(2))
    assert face(store)[1] == (text if holds_the_feeds_text else TEASER)
    assert page_state(store) == ("read", "paywall: Verder lezen?")
    assert one(store, "SELECT count(*) FROM statements WHERE source = 'page'") == 1


# ---- failures -----------------------------------------------------------------------------------


def test_a_final_failure_gives_the_page_up_and_lets_the_article_go(
    store: Store, paper: Paper
) -> None:
    paper.poll(teased(), now=at(0))
    failed = PageFailed(reason=Reason.ROBOTS, detail="its robots.txt asks us not to", final=True)
    fail_page(store, URL, failed, at(2))
    assert task(store) == ("given_up", "robots", None)
    assert page_state(store) == ("given_up", "its robots.txt asks us not to")
    assert len(store.settle(now=at(2))) == 1


def test_a_passing_failure_is_tried_again_and_given_up_in_the_end(
    store: Store, paper: Paper
) -> None:
    paper.poll(teased(), now=at(0))
    due_at: datetime | None = at(0)
    n_tries = 0
    while due_at is not None:
        fail_page(store, URL, PageFailed(reason=Reason.STATUS, detail="500"), due_at)
        n_tries += 1
        due_at = task(store)[2]
    assert n_tries == 6
    assert task(store)[0] == "given_up"
    assert page_state(store) == ("failed", "500")


def test_a_retry_after_of_a_page_holds_its_host(store: Store, paper: Paper) -> None:
    paper.poll(teased(), now=at(0))
    failed = PageFailed(reason=Reason.STATUS, detail="429", retry_after_s=36_000)
    fail_page(store, URL, failed, at(2))
    assert store.claim_hosts(now=at(600), owner="test", limit=1) == ()
    assert len(store.claim_hosts(now=at(603), owner="test", limit=1)) == 1


def test_an_edited_entry_asks_again_for_a_page_that_was_given_up(
    store: Store, paper: Paper
) -> None:
    paper.poll(teased(), now=at(0))
    fail_page(store, URL, PageFailed(reason=Reason.STATUS, detail="404", final=True), at(2))
    paper.poll(teased(), {"guid": "v", "title": "Vorst", "text": story(FROST)}, now=at(60))
    assert ("given_up",) in ask(store, "SELECT state FROM page_tasks")
    paper.poll(teased(title="Schippers boos om dichte draaibrug"), now=at(120))
    assert one(store, "SELECT state FROM page_tasks WHERE url = ?", URL) == "due"


def test_a_page_under_an_old_epoch_is_not_written(store: Store, paper: Paper) -> None:
    paper.poll(teased(), now=at(0))
    job = page_job(store, URL)
    paper.poll_unchanged(now=at(60))  # claims the host anew
    before = tables_without_polls(store)
    body = b"<html>"
    read = PageRead(page=whole_page(), body=body, body_digest=b"0" * 16)
    exchange = Exchange(requested_url=URL, url=URL, started_at=at(60))
    outcome = PageOutcome(job=job, exchange=exchange, result=read)
    (deposited,) = store.deposit([outcome], now=at(61), plan=STEADY_PLAN)
    assert deposited.is_fenced
    assert tables_without_polls(store) == before


# ---- pages that show something else -------------------------------------------------------------


def test_a_page_about_something_else_is_kept_and_changes_nothing(
    store: Store, paper: Paper
) -> None:
    paper.poll(teased(), now=at(0))
    page = ArticlePage(title="Scholieren nemen podcasts op", text=story(LIBRARY))
    deposit_page(store, URL, page, at(2))
    assert face(store) == (TITLE, TEASER)
    assert [kind for kind, _ in revisions(store)] == ["new"]
    page_id = one(store, "SELECT id FROM statements WHERE source = 'page'")
    assert ask(store, "SELECT * FROM identity_keys WHERE statement_id = ?", page_id) == []
    # The other article, when it comes, is met by nothing of that page.
    other = Paper(store, "bode")
    item = {"guid": "s1", "title": "Scholieren nemen podcasts op", "text": story(LIBRARY)}
    assert other.poll(item, now=at(10)).n_new == 1


def short_news_of_the_bridge(store: Store) -> str:
    """Let a second paper bring the bridge in words so few that nothing joins them; returns the page's address."""
    item = {"guid": "o1", "title": "Brug bij Oudewater dicht", "text": "Fietsers varen mee."}
    poll = Paper(store, "bode", page="auto").poll(item, now=at(10))
    assert poll.n_new == 1
    return "https://bode.example/artikel/o1"


def test_a_page_that_shows_an_older_article_joins_it_before_anything_went_out(
    store: Store,
) -> None:
    krant = Paper(store, "krant")
    (older,) = krant.poll(teased(text=story(BRIDGE)), now=at(0)).article_ids
    store.settle(now=at(1))
    url = short_news_of_the_bridge(store)
    newer = one(store, "SELECT public_id FROM articles WHERE public_id != ?", older)
    deposit_page(store, url, whole_page(title="Brug bij Oudewater dicht"), at(12))
    assert articles(store) == {frozenset({"b1", "o1"})}
    merged = "JOIN articles a ON a.id = m.merged_into WHERE m.public_id = ?"
    assert one(store, f"SELECT a.public_id FROM articles m {merged}", newer) == older
    assert one(store, "SELECT source FROM dedup_events WHERE rule != 'unlike'") == "page"
    # The newer id never went out, and its story adds no entry of its own.
    store.settle(now=at(60))
    assert one(store, "SELECT count(DISTINCT article_id) FROM publications") == 1
    # The next poll finds the sighting where it has gone.
    again = Paper(store, "bode", page="auto").poll(
        {"guid": "o1", "title": "Brug bij Oudewater toch open", "text": "Fietsers varen mee."},
        now=at(90),
    )
    assert (again.n_new, again.n_revised) == (0, 1)


def test_an_article_that_went_out_already_is_only_related(store: Store) -> None:
    krant = Paper(store, "krant")
    krant.poll(teased(text=story(BRIDGE)), now=at(0))
    url = short_news_of_the_bridge(store)
    assert len(store.settle(now=at(30))) == 2
    deposit_page(store, url, whole_page(title="Brug bij Oudewater dicht"), at(31))
    assert articles(store) == {frozenset({"b1"}), frozenset({"o1"})}
    assert ask(store, "SELECT article_id, other_id, kind FROM relations") == [(1, 2, "related")]


def test_a_private_feeds_page_is_private(store: Store) -> None:
    address = "https://krant.example/x?token=k"
    secret = Paper(store, "geheim", url=address, is_private=True, page="auto")
    secret.poll(teased(url=URL), now=at(0))
    deposit_page(store, URL, whole_page(), at(2))
    assert ask(store, "SELECT DISTINCT is_private FROM search_row") == [(1,)]
    assert store.settle(now=at(60)) == ()

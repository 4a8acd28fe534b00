"""What deciding an archive anew would change, as values: for `archive.store.redeciding`, `adopting` and a command."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from archive.model.hand import Named


class Change(StrEnum):
    """What becomes of the sightings that change their article."""

    JOINED = "joined"  # two articles are one
    PARTED = "parted"  # they begin an article of their own
    MOVED = "moved"  # they leave one article for another


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a rule said of two tellings: the verdict, the rule, why in a sentence, and what was measured."""

    verdict: str
    rule: str
    why: str | None = None
    scores: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redecided:
    """One article that would be joined or parted.

    `article` keeps its id; `other` is what is joined to it, or what leaves it (its id is "" where that begins an
    article: no id has been minted yet). Of what moves, `article` is where it goes and `other` where it stood. `now` and
    `then` are what today's rules say, and what was said before; None: nothing was compared. `depends_on_order`: the
    rules would have joined a sighting to more than one article, so where it stands depends on which came first.
    """

    change: Change
    article: Named
    other: Named
    sightings: tuple[int, ...]
    feeds: tuple[str, ...]
    now: Ground | None
    then: Ground | None
    depends_on_order: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Regrouped:
    """Articles that share sightings between then and now: what is changed of them together, or not at all.

    `parts` are (article then, article now, sightings), by row ids; those of now are the scratch copy's. `rules` say by
    which rule each of the sightings belongs to its article now.
    """

    parts: tuple[tuple[int, int, frozenset[int]], ...]
    rules: Mapping[int, str]
    changes: tuple[Redecided, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relabelled:
    """A revision that is another kind of edit now.

    `then` and `now` are kinds of revisions, or NOISE where no revision was, or would be, made. Row ids: `revision` is
    None where there is none, `sighting` is whose statement it shows.
    """

    article: Named
    article_row: int
    variant: int
    sighting: int
    revision: int | None
    title: str
    then: str
    now: str

    @property
    def is_label(self) -> bool:
        """Whether both made a revision, so that only its name changes. Others stay as readers saw them."""
        return NOISE not in (self.then, self.now)


NOISE = "noise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """How much was decided anew, by counts. `n_torn` sightings state two articles by today's rules, one after another:
    their newest statement says where they belong."""

    n_documents: int
    n_statements: int
    n_sightings: int
    n_articles: int
    n_torn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """What was changed of an archive. `n_left`: groups of articles that had changed meanwhile, and were left alone."""

    n_joined: int = 0
    n_parted: int = 0
    n_moved: int = 0
    n_relabelled: int = 0
    n_left: int = 0
    undo: tuple[int, ...] = ()

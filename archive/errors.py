"""The exceptions of newsarchive. A feed's misbehaviour is data (`archive.model.Failed...`), not one of these.

    NewsArchiveError                 exit code
    ├── UsageError                       2   wrong command, option, query, address or config
    │   ├── ConfigError                  2   the configuration file, all its mistakes at once
    │   ├── QueryError                   2   a search query, with the position of the fault
    │   └── NotFound                     1   no such article, feed, revision
    ├── ArchiveUnusable                  3   missing, unreadable, of a newer schema, disk full
    │   └── NewerSchema                  3
    ├── Busy                            75   held by another process
    └── NotAFeed                             bytes that are no feed (raised by ingest.feed alone)

Each carries its subject as an attribute and says the cure in its text. `exit_code` is what the command
line returns.
"""

from collections.abc import Sequence


class NewsArchiveError(Exception):
    """Something went wrong that the caller can mend."""

    exit_code: int = 2


class UsageError(NewsArchiveError):
    """The command, option or value is wrong; the text names it and the cure."""


class ConfigError(UsageError):
    """The configuration has mistakes; `problems` holds a line for each (`config.toml:LINE: ...`)."""

    def __init__(self, path: str, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.path = path
        self.problems = tuple(problems)


class QueryError(UsageError):
    """A query that cannot be answered as written.

    `position` and `length` mark the fault in `query` (in characters), for the caret under it;
    `hint` is the nearest valid spelling, or None.
    """

    def __init__(
        self, message: str, *, query: str, position: int, length: int = 1, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.query = query
        self.position = position
        self.length = max(1, length)
        self.hint = hint


class NotFound(UsageError):
    """No article, feed, revision or saved search answers to `subject`."""

    exit_code: int = 1

    def __init__(self, message: str, *, subject: str) -> None:
        super().__init__(message)
        self.subject = subject


class ArchiveUnusable(NewsArchiveError):
    """The archive cannot be read or written; `subject` is its path or address without secrets."""

    exit_code: int = 3

    def __init__(self, message: str, *, subject: str) -> None:
        super().__init__(message)
        self.subject = subject


class NewerSchema(ArchiveUnusable):
    """The archive was written by a newer newsarchive than this one."""


class Busy(NewsArchiveError):
    """Another process holds the archive, the port or the feed; `holder` says who, if known."""

    exit_code: int = 75

    def __init__(self, message: str, *, holder: str | None = None) -> None:
        super().__init__(message)
        self.holder = holder


class NotAFeed(NewsArchiveError):
    """The document is no feed.

    `looks_like` says what it is instead: "an HTML page", "empty", "a JSON error", "XML of another kind", ...
    """

    def __init__(self, looks_like: str, detail: str = "") -> None:
        super().__init__(f"not a feed: {looks_like}" + (f" ({detail})" if detail else ""))
        self.looks_like = looks_like
        self.detail = detail

    def __reduce__(self) -> tuple[type["NotAFeed"], tuple[str, str]]:
        # Crosses a process border on its way out of a worker; the default would pass the whole text.
        return (NotAFeed, (self.looks_like, self.detail))

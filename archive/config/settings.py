"""What can be set: a frozen value a section of config.toml. The field names are the keys, the defaults the defaults.

Keys may be added, none is ever renamed. The sample config.toml explains each to people; a test holds the two together.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from archive.model.site import SiteRules


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveSettings:
    """[archive]. Loaded, `url` is an absolute path, or a postgresql address. `timezone` "": the system's."""

    url: str = "archive.db"
    keep_bodies: bool = True
    timezone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchSettings:
    """[fetch]. Limits as in WIRE, Limits; `allow_networks` are CIDR ranges, `proxy` "" means none."""

    contact: str = ""
    allow_networks: tuple[str, ...] = ()
    concurrency: int = 64
    min_host_gap_s: float = 1.0
    connect_s: float = 10.0
    idle_s: float = 15.0
    total_s: float = 60.0
    max_wire_bytes: int = 10 * 1024 * 1024
    max_bytes: int = 25 * 1024 * 1024
    proxy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceSettings:
    """[pace]. The interval to begin with, and the bounds within which it adapts (WIRE, When to poll)."""

    default_s: int = 3_600
    floor_s: int = 900
    ceiling_s: int = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSettings:
    """[pages]. `policy` is "auto", "always" or "never"; `recheck` the ages at which a page is read again.

    `recount`: the ages at which one that states a counter is read again, besides.
    """

    policy: str = "auto"
    recheck: tuple[timedelta, ...] = ()
    recount: tuple[timedelta, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSettings:
    """One [[feeds]]. `name` None: the archive makes one from title or host when it first sees the feed.

    `page` is the feed's own, else [pages] policy. `private` is also true for a secret in the address or an
    `auth_file`; `publish` is as stated, else the opposite of `private`. `interval_s` None: pace decides.
    """

    url: str
    name: str | None = None
    title: str | None = None
    tags: tuple[str, ...] = ()
    page: str = "auto"
    interval_s: int | None = None
    private: bool = False
    publish: bool = True
    auth_file: Path | None = None
    verify_tls: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishSettings:
    """[publish]. The merged feed: which articles, where to, under which lasting names (OUTPUT).

    `updated` says which edits move an entry's updated: "new" (none), "substantial", "every". `hubs` are told of every
    change (WebSub).
    """

    query: str = ""
    dir: Path = Path("public")
    domain: str = ""
    since: date | None = None
    title: str = "newsarchive"
    settle_s: int = 600
    updated: str = "substantial"
    interval_s: int = 300
    hubs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """[web]. `port` 0 takes any free one; `public_url` "" means http://HOST:PORT/."""

    enabled: bool = True
    host: str = "127.0.0.1"
    port: int = 8420
    public_url: str = ""
    token_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSettings:
    """[service]. `workers` are the processes that parse feeds and pages."""

    engine: str = "local"
    workers: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """[log]. `format` is "text" or "json"; `level` debug, info, warning or error."""

    format: str = "text"
    level: str = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupSettings:
    """[backup]. `dir` None: no backups. `keep` counts the copies that stay."""

    dir: Path | None = None
    every: timedelta = timedelta(days=1)
    keep: int = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything that is set. `path` is the file it was read from, None for defaults alone.

    `sites` maps a host as written (lower case) to its rules; the longest suffix of a page's host wins.
    """

    path: Path | None = None
    archive: ArchiveSettings = field(default_factory=ArchiveSettings)
    fetch: FetchSettings = field(default_factory=FetchSettings)
    pace: PaceSettings = field(default_factory=PaceSettings)
    pages: PageSettings = field(default_factory=PageSettings)
    feeds: tuple[FeedSettings, ...] = ()
    sites: Mapping[str, SiteRules] = field(default_factory=dict)
    publish: PublishSettings = field(default_factory=PublishSettings)
    web: WebSettings = field(default_factory=WebSettings)
    service: ServiceSettings = field(default_factory=ServiceSettings)
    log: LogSettings = field(default_factory=LogSettings)
    backup: BackupSettings = field(default_factory=BackupSettings)


def rules_for(sites: Mapping[str, SiteRules], url: str) -> SiteRules | None:
    """Return the rules of the longest host in `sites` that is the address's host or a suffix of it."""
    host = urlsplit(url).hostname or ""
    fitting = [site for site in sites if host == site or host.endswith("." + site)]
    return sites[max(fitting, key=len)] if fitting else None

"""What an operator says of one site. Apart from `stated`: every command reads the configuration, few read articles."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRules:
    """What an operator wrote for one host under `[sites."host"]`: CSS selectors and facts (RECORD, Site rules)."""

    title: str | None = None
    text: str | None = None
    section: str | None = None
    authors: str | None = None
    published: str | None = None
    header_line: str | None = None
    remove: tuple[str, ...] = ()
    timezone: str | None = None
    language: str | None = None
    page: str | None = None
    same_as: tuple[str, ...] = ()

"""What the configuration says about deposits, as the store takes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from archive.config.settings import rules_for
from archive.model.site import SiteRules


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositPolicy:
    """`settle_s`: how long the output waits for an article's page. `parser_version` is `ingest.feed`'s.

    `sites` are the operator's rules by host: which domains are one publisher (`same_as`), and where pages are
    fetched or not (`page`). `recheck`: the ages at which a page that was read is looked at again.
    """

    settle_s: int = 600
    parser_version: int = 1
    sites: Mapping[str, SiteRules] = field(default_factory=dict)
    recheck: tuple[timedelta, ...] = ()

    def publisher(self, site: str) -> str:
        """Return the site that `site` belongs to, as the operator joined a publisher's domains; else itself."""
        return next((main for main, rules in self.sites.items() if site in rules.same_as), site)

    def page(self, url: str, of_feed: str) -> str:
        """Return the page policy for an article's address: its site's, else its feed's."""
        rules = rules_for(self.sites, url)
        return rules.page if rules is not None and rules.page else of_feed

"""What the configuration says about deposits, as the store takes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from archive.config.settings import rules_for
from archive.model.site import SiteRules


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositPolicy:
    """`settle_s`: how long the output waits for an article's page. `parser_version` is `ingest.feed`'s.

    `sites` are the operator's rules by host: which domains are one publisher (`same_as`), and where pages are
    fetched or not (`page`). `recheck`: the ages at which a page that was read is looked at again; `recount`: those at
    which one that stated a counter is, besides.
    """

    settle_s: int = 600
    parser_version: int = 1
    sites: Mapping[str, SiteRules] = field(default_factory=dict)
    recheck: tuple[timedelta, ...] = ()
    recount: tuple[timedelta, ...] = ()

    def publisher(self, site: str) -> str:
        """Return the site that `site` belongs to, as the operator joined a publisher's domains; else itself."""
        return next((main for main, rules in self.sites.items() if site in rules.same_as), site)

    def look_ages(self, *, counts: bool) -> frozenset[timedelta]:
        """Return the ages at which a page that was read is looked at again; `counts`: it stated a counter."""
        return frozenset(self.recheck) | frozenset(self.recount if counts else ())

    def next_look_at(
        self, first_at: datetime, *, counts: bool, earliest: datetime
    ) -> datetime | None:
        """Return the first look not before `earliest`, None where no age lies ahead.

        Ages count from `first_at`, when the page was first asked for.
        """
        looks = (first_at + age for age in self.look_ages(counts=counts))
        return min((at for at in looks if at >= earliest), default=None)

    def page(self, url: str, of_feed: str) -> str:
        """Return the page policy for an article's address: its site's, else its feed's."""
        rules = rules_for(self.sites, url)
        return rules.page if rules is not None and rules.page else of_feed

"""What the configuration says about deposits, as the store takes it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositPolicy:
    """`settle_s`: how long the output waits for an article's page. `parser_version` is `ingest.feed`'s."""

    settle_s: int = 600
    parser_version: int = 1

"""The worked example of docs/record.md does what the page says."""

import re
import tomllib
from datetime import UTC
from pathlib import Path

from archive.model.site import SiteRules
from tests.ingest.page.pages import read

DOCS = Path(__file__).resolve().parents[3] / "docs" / "record.md"


def fenced(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def told() -> dict[str, str]:
    after = DOCS.read_text(encoding="utf-8").split("```toml")[1]
    rows = re.findall(r"^\| (\w+) \| (.+) \|$", after, re.MULTILINE)
    return dict(rows[1:7])


def test_the_worked_example_gives_what_its_table_says() -> None:
    ((host, rule),) = tomllib.loads(fenced("toml"))["sites"].items()
    rules = SiteRules(**(rule | {"remove": tuple(rule["remove"])}))
    found = read(fenced("html"), f"https://{host}/heron", rules)
    assert found.published_at is not None
    assert told() == {
        "title": found.title,
        "section": found.section,
        "authors": ", ".join(found.authors),
        "published": found.published_at.astimezone(UTC).isoformat(),
        "views": str(found.view_count),
        "words": str(found.word_count),
    }
    assert found.provenance["title"] == found.provenance["text"] == "rule"


def test_without_its_rule_the_example_is_read_wrongly() -> None:
    found = read(fenced("html"), "https://harboursheet.example/heron")
    assert found.title != told()["title"]
    assert "puzzle" in (found.text or "")

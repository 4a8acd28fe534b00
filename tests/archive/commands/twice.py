"""One story in two papers, in an archive with its config: for the commands that look at an article or correct it."""

from pathlib import Path

from archive.commands.place import Place
from archive.front import Archive
from scheduler import main
from tests.archive.store.depositing import Paper, at, open_store

DIJK = {
    "guid": "1", "title": "Dijk bij Tiel houdt stand", "author": "Marit Vos",
    "text": "Het water steeg in de nacht tot aan de rand van de dijk bij Tiel, maar hij hield het volgens de"
    " dijkgraaf wonderwel, en tegen de ochtend zakte het peil met elf centimeter.",
}  # fmt: skip


def two_papers(folder: Path) -> Path:
    """Make the archive and its config in `folder`."""
    (folder / "config.toml").write_text('[archive]\ntimezone = "UTC"\n')
    with open_store(folder / "archive.db", settle_s=0) as store:
        Paper(store).poll(DIJK, now=at(0))
        Paper(store, "ochtend").poll(DIJK | {"guid": "dijk"}, now=at(5))
        store.settle(now=at(6))
    return folder


def run(folder: Path, *words: str, minute: float = 60) -> int:
    return main(["-C", str(folder), *words], place=Place(clock=lambda: at(minute)))


def the_id(folder: Path) -> str:
    with Archive.open(str(folder / "archive.db")) as archive:
        (article,) = archive.latest(5)
        return article.id

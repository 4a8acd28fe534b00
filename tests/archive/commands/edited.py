"""An archive with one article that was edited once, in headline and text, and one that never was."""

from pathlib import Path

from tests.archive.store.archives import Newsroom

OLD = (
    "De bondgenoten hebben in Den Haag ingestemd met een uitgavennorm van drieënhalf procent. Nederland haalt in 2030"
    " al de helft, zei de premier."
)
NEW = (
    "De bondgenoten hebben in Den Haag ingestemd met een uitgavennorm van vijf procent. Nederland haalt in 2027 al de"
    " helft, zei de minister van Defensie."
)
REST = "\nEen tweede alinea die blijft.\nEen derde alinea die blijft."


def edited_archive(folder: Path) -> Path:
    """Make the archive and its config in `folder`; k7q2 was edited, m3c9 never."""
    room = Newsroom(folder / "archive.db")
    room.feed("nos")
    made = room.article(
        "NAVO bijna eens", OLD + REST, html="<p>oud</p>", section="Actueel", authors=("Marit Vos",),
        public_id="k7q2aaaaaaaaaaaa",
    )  # fmt: skip
    variant = room.variant_of(made)
    room.see(variant, "NAVO eens", "", when="2026-11-24T08:31", feed="nos")
    room.revise(
        variant, "NAVO eens", f"{NEW}{REST}\nCorrectie: het was vijf.", when="2026-11-24T08:55", html="<p>nieuw</p>",
        section="Actueel", authors=("Marit Vos",),
    )  # fmt: skip
    room.insert(
        "observations", variant_id=variant, kind="views", value=334, stated="334 keer bekeken", source="page",
        observed_at=1,
    )  # fmt: skip
    room.article("Nooit veranderd\x1b[2J", "tekst\x07", public_id="m3c9aaaaaaaaaaaa")
    room.insert("relations", article_id=1, other_id=2, kind="related", rule="r5", at=0)
    room.close()
    (folder / "config.toml").write_text('[archive]\nurl = "archive.db"\ntimezone = "UTC"\n')
    return folder

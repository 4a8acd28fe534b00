"""set, as people and programs meet it."""

from pathlib import Path

import pytest

from archive.front import Archive
from archive.model.kept import PublicationKind, RevisionKind
from archive.store import published
from tests.archive.commands.twice import DIJK, run, the_id, two_papers
from tests.archive.store.depositing import Paper, at, open_store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return two_papers(tmp_path)


# -- set -------------------------------------------------------------------------------------


def test_a_field_set_by_hand_stands_above_all_others(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = (
        "title=Dijk bij Tiel hield stand",
        "authors=Marit Vos, Jan de Wit",
        "section=Binnenland",
    )
    assert run(folder, "set", the_id(folder)[:6], *words) == 0
    assert capsys.readouterr().out.startswith("set title, authors, section of ")
    with Archive.open(str(folder / "archive.db")) as archive:
        article = archive.article(the_id(folder))
        assert article.face.title == "Dijk bij Tiel hield stand"
        assert [author.name for author in article.face.authors] == ["Marit Vos", "Jan de Wit"]
        assert article.face.kind is RevisionKind.HAND
        assert article.face.provenance["title"] == "hand"
        assert [hit.id for hit in archive.search("title:hield section:binnenland").hits]
        assert not archive.search("title:houdt feed:krant").hits
    assert run(folder, "check") == 0


def test_what_the_feed_states_later_does_not_undo_it(folder: Path) -> None:
    assert run(folder, "set", the_id(folder), "title=Van mij") == 0
    with open_store(folder / "archive.db") as store:
        Paper(store).poll(DIJK | {"title": "Dijk bij Tiel bezwijkt alsnog"}, now=at(90))
    with Archive.open(str(folder / "archive.db")) as archive:
        assert archive.article(the_id(folder)).face.title == "Van mij"


def test_it_goes_out_as_the_same_entry(folder: Path) -> None:
    assert run(folder, "set", the_id(folder), "title=Van mij") == 0
    with open_store(folder / "archive.db", settle_s=0) as store:
        store.settle(now=at(61))
        with store.reading() as connection:
            (entry,) = published.entries(connection)
    assert (entry.kind, entry.revision.title) == (PublicationKind.EDITED, "Van mij")


def test_setting_the_same_again_changes_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        assert run(folder, "set", the_id(folder), "title=Van mij", "tags=a, b") == 0
    assert capsys.readouterr().out.endswith("already so, nothing changed\n")
    with Archive.open(str(folder / "archive.db")) as archive:
        assert len(archive.revisions(the_id(folder))) == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("title",), "FIELD=VALUE"),
        (("titel=x",), "one of: title"),
        (("title=",), "cannot be empty"),
        (("title=a", "title=b"), "twice"),
        (("published_at=gisteren",), "no instant"),
        ((), "FIELD=VALUE"),
    ],
)
def test_what_cannot_be_set_is_refused_with_the_cure(
    folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    assert run(folder, "set", the_id(folder), *words) == 2
    assert said in capsys.readouterr().err
    with Archive.open(str(folder / "archive.db")) as archive:
        assert archive.article(the_id(folder)).face.title == DIJK["title"]


def test_control_characters_do_not_get_in(folder: Path) -> None:
    assert run(folder, "set", the_id(folder), "text=een\x1b[2J\ntwee\x00\udcff") == 0
    with Archive.open(str(folder / "archive.db")) as archive:
        assert archive.article(the_id(folder)).face.text == "een[2J\ntwee"


def test_an_article_that_is_not_there_exits_1(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, "set", "zzzz", "title=x") == 1
    assert run(folder, "set", "zz", "title=x") == 1
    assert run(folder, "duplicates", "zzzz") == 1
    assert "no article has an id that begins with 'zzzz'" in capsys.readouterr().err

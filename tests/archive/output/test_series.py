from archive.output.series import page_facts, runs_to_close, with_last_page
from tests.archive.output.entries import FACTS


def due(seqs: range, *, lasting: set[int] | None = None, shown: set[int]) -> list[tuple[int, int]]:
    return list(runs_to_close(seqs, set(seqs) if lasting is None else lasting, shown, n_at_once=10))


def test_a_run_stays_open_while_all_of_it_stands_in_the_document() -> None:
    assert due(range(1, 10), shown=set(range(1, 10))) == []


def test_full_pages_are_closed_whatever_the_document_shows() -> None:
    assert due(range(1, 25), shown=set(range(1, 25))) == [(1, 10), (11, 20)]


def test_a_page_is_closed_before_any_of_it_stands_nowhere() -> None:
    assert due(range(5, 12), shown=set(range(6, 12))) == [(5, 11)]
    assert due(range(5, 12), shown=set(range(5, 11))) == [(5, 11)]


def test_an_instance_that_a_later_one_replaced_need_not_stand_in_the_document() -> None:
    assert due(range(5, 8), lasting={6, 7}, shown={6, 7}) == []


def test_pages_name_their_neighbours_and_the_next_before_it_is_there() -> None:
    first, second = page_facts(FACTS, 1), page_facts(FACTS, 2)
    assert first.previous_url is None
    assert first.next_url == second.self_url == "https://news.example/feed-2.xml"
    assert second.previous_url == first.self_url
    assert second.current_url == FACTS.self_url
    assert first.id == FACTS.id


def test_the_document_names_the_last_closed_page() -> None:
    assert with_last_page(FACTS, 0) == FACTS
    assert with_last_page(FACTS, 3).previous_url == "https://news.example/feed-3.xml"

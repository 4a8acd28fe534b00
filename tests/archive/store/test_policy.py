"""What an operator's rules for sites mean for deposits."""

from pathlib import Path

from archive.model.site import SiteRules
from archive.store import Store
from archive.store.policy import DepositPolicy
from tests.archive.store.depositing import Paper, at
from tests.archive.store.looking import BRIDGE, count, story

SITES = {
    "krant.example": SiteRules(same_as=("bode.example",)),
    "beeld.krant.example": SiteRules(page="never"),
}


def test_domains_that_the_operator_joined_are_one_publisher() -> None:
    policy = DepositPolicy(sites=SITES)
    assert policy.publisher("bode.example") == "krant.example"
    assert policy.publisher("krant.example") == "krant.example"
    assert policy.publisher("nieuws.example") == "nieuws.example"


def test_the_longest_host_with_rules_says_whether_a_page_is_fetched() -> None:
    policy = DepositPolicy(sites=SITES)
    assert policy.page("https://beeld.krant.example/7", "always") == "never"
    assert policy.page("https://www.krant.example/7", "always") == "always"
    assert policy.page("https://elders.example/7", "auto") == "auto"


def test_a_story_on_two_domains_of_one_publisher_is_one_telling(tmp_path: Path) -> None:
    policy = DepositPolicy(sites=SITES)
    item = {"title": "Draaibrug negen weken dicht", "text": story(BRIDGE)}
    with Store.open(str(tmp_path / "archive.db"), create=True, policy=policy) as store:
        Paper(store, "krant").poll(item | {"guid": "k1"}, now=at(0))
        joined = Paper(store, "bode").poll(item | {"guid": "b1"}, now=at(10))
        assert joined.n_joined == 1
        assert count(store, "variants") == 1

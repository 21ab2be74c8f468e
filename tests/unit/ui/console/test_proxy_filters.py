"""What the pool shows, and what its address says."""

from tests.unit.ui.console.test_proxy_words import a_proxy, a_standing
from ui.console.proxy_filters import (
    PoolWish,
    best_first,
    hosts_of,
    problems_of,
    read_address,
    write_address,
)
from ui.console.proxy_pool import export_address


def test_an_address_is_read_as_it_was_written() -> None:
    wish = PoolWish("draining", "pt", "may", "lisbon", "-id", "a.example")
    said = write_address(wish)
    assert read_address(said) == wish
    assert said["state"] == "draining"
    assert write_address(PoolWish()) == {}
    assert read_address({"sort": "-total_requests"}).sort == "-total_requests"


def test_what_an_address_cannot_ask_for_counts_as_not_said() -> None:
    wrong = {"state": "broken", "sort": "password", "id": "7", "country": " pt "}
    assert read_address(wrong) == PoolWish(country="pt")


def test_what_the_api_would_not_take_is_passed_over_and_said() -> None:
    wish = PoolWish(country="P", tag="May!", sort="score")
    assert not any(wish.wanted)
    said = problems_of(wish)
    assert len(said) == 3
    assert problems_of(PoolWish(country="PT", tag="may", sort="score", host="a")) == []


def test_hosts_are_named_once_with_the_one_asked_for() -> None:
    assert hosts_of(["b", "a", "b"], besides="c") == ["b", "a", "c"]
    assert hosts_of([], besides="") == []


def test_the_best_at_a_host_come_first_and_those_out_of_use_last() -> None:
    proxies = [a_proxy(id=1), a_proxy(id=2), a_proxy(id=3)]
    standings = {
        2: a_standing(proxy_id=2, score=3.0),
        3: a_standing(proxy_id=3, score=1.0),
    }
    assert [one.id for one in best_first(proxies, standings)] == [3, 2, 1]


def test_an_export_holds_what_the_filters_show() -> None:
    wish = PoolWish(state="active", search="a&b", sort="-id", host="a.example")
    assert export_address(wish, "csv") == (
        "/api/v1/proxies/export?state=active&search=a%26b&form=csv"
    )

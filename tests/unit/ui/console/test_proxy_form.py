"""What is typed about new proxies, as requests; and problems at their fields."""

from typing import Any

from tasks.proxies.schemas import (
    GenerateRequest,
    ImportAnswer,
    ImportRequest,
    ProxyRequest,
    RefusedLine,
)
from ui.console.api_door import FieldProblem
from ui.console.proxy_form import (
    MOST_REFUSED_SHOWN,
    build_generation,
    build_import,
    build_proxy,
    check_generation,
    check_import,
    check_proxy,
    find_place,
    place_problems,
    report_import,
)

LIST = {"text": "192.0.2.1:80", "protocol": "socks5"}
ONE = {"ip": "192.0.2.1", "port": 80, "protocol": "http", "session": " a cookie "}
MADE = {"protocol": "http", "session_type": "sticky"}


def places(problems: list[FieldProblem]) -> list[str]:
    return [one.path for one in problems]


def test_a_list_is_sent_with_what_its_lines_do_not_say() -> None:
    typed = LIST | {"country": "pt", "tags": "May, fast,may", "notes": " "}
    asked = build_import(typed)
    assert asked == LIST | {"country": "pt", "tags": ["may", "fast"]}
    assert ImportRequest.model_validate(asked).country == "PT"
    assert places(check_import(LIST)) == []
    assert places(check_import(LIST | {"text": " \n "})) == ["text"]


def test_one_proxy_is_sent_with_what_was_stated() -> None:
    asked = build_proxy(ONE | {"username": "", "password": None, "city": "Lisbon"})
    assert asked == ONE | {"session": "a cookie", "city": "Lisbon"}
    assert ProxyRequest.model_validate(asked).port == 80
    nothing: dict[str, Any] = {"protocol": "http"}
    assert places(check_proxy(nothing)) == ["ip", "port", "session"]
    assert places(check_proxy(ONE)) == []


def test_what_multilogin_makes_is_asked_for_in_its_words() -> None:
    asked = build_generation(MADE)
    assert GenerateRequest.model_validate(asked).country == "any"
    typed = MADE | {"country": "us", "region": "New York", "count": 3, "tags": "made"}
    said = GenerateRequest.model_validate(build_generation(typed))
    assert (said.region, said.count, said.tags) == ("new_york", 3, ("made",))
    rotating = MADE | {"session_type": "rotating"}
    assert places(check_generation(rotating)) == ["ip_lifetime_seconds"]
    kept = rotating | {"ip_lifetime_seconds": 600}
    assert places(check_generation(kept)) == []
    assert build_generation(kept)["ip_lifetime_seconds"] == 600


def test_a_problem_is_said_at_its_field() -> None:
    assert find_place("body.tags.0") == "tags"
    assert find_place("ip_lifetime_seconds") == "ip_lifetime_seconds"
    assert find_place("body") == find_place("elsewhere") == ""
    wrong = [FieldProblem(path="body.ip", message="Value error, no address")]
    assert place_problems(wrong) == {"ip": ["no address"]}


def test_refused_lines_are_told_by_number_and_not_without_end() -> None:
    many = tuple(
        RefusedLine(line=number, message="it is nothing") for number in range(1, 31)
    )
    said = report_import(ImportAnswer(added=(), known=0, refused=many)).splitlines()
    assert said[0] == "**0 proxies added**, 30 lines refused."
    assert said[2] == "- Line 1: it is nothing"
    assert len(said) == 2 + MOST_REFUSED_SHOWN + 1
    assert said[-1] == "- and 10 more"
    fine = report_import(ImportAnswer(added=(1,), known=0, refused=()))
    assert fine == "**1 proxy added**."

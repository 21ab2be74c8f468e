"""Who is meant, and which texts and addresses name them."""

import pytest

from config.errors import InvalidError
from tasks.public_profiles.forget_schemas import ForgetRequest
from tasks.public_profiles.forgotten import PersonNames, Wanted, read_wanted


def wanted(handle: str = "mira.tal", **more: str) -> Wanted:
    asked = {"platform": "Demo", "handle": handle, **more}
    return read_wanted(ForgetRequest.model_validate(asked))


def test_a_handle_is_read_as_campaigns_read_it() -> None:
    assert wanted("@Mira.Tal").key == "mira.tal"
    assert wanted("@Mira.Tal").platform == "demo"


def test_a_platform_of_many_servers_needs_the_server() -> None:
    with pytest.raises(InvalidError, match="name@server"):
        wanted("mira", platform="Mastodon")
    assert wanted("mira@a.example", platform="mastodon").key == "mira@a.example"
    by_address = wanted("mira", platform="mastodon", address="https://a.example/@mira")
    assert by_address.key == "mira@a.example"


@pytest.mark.parametrize(
    "said",
    [
        "https://demo.example/@mira.tal",
        "https://elsewhere.example/users/mira.tal",
        "see Mira.Tal, who wrote",
        '{"q": "mira.tal"}',
    ],
)
def test_a_text_with_the_handle_names_the_person(said: str) -> None:
    assert PersonNames(wanted(), []).are_in(said)


@pytest.mark.parametrize(
    "said", ["", None, "admira.tall", "https://demo.example/@mira.talent", "row 9"]
)
def test_a_text_without_it_does_not(said: str | None) -> None:
    assert not PersonNames(wanted(), []).are_in(said)


def test_an_address_on_another_host_is_somebody_else_where_the_host_is_known() -> None:
    names = PersonNames(wanted(address="https://demo.example/@mira.tal"), [])
    assert names.are_in("https://demo.example/users/mira.tal")
    assert not names.are_in("https://elsewhere.example/@mira.tal")


def test_a_short_handle_is_looked_for_in_addresses_only() -> None:
    names = PersonNames(wanted("al"), [])
    assert names.are_in("https://demo.example/@al")
    assert not names.are_in("al fresco")


def test_patterns_take_every_character_as_it_is() -> None:
    assert PersonNames(wanted("Mi_ra%x"), []).like == [r"%mi\_ra\%x%"]

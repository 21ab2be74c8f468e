"""Where the responders are reached, and what is said about wrong addresses."""

from datetime import UTC, datetime

import pytest

from config.errors import SetupError
from config.sections.leak_responders import LeakRespondersSettings
from deployments.leak_responders.listeners import hosts_of
from deployments.leak_responders.places import places_of, zone_addresses
from deployments.leak_responders.visits import Visit

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
VISIT = Visit("5f3a", ("0a1b",), NOON)


def test_whoever_visits_is_told_public_addresses() -> None:
    values = LeakRespondersSettings(
        host="0.0.0.0",  # noqa: S104 - every address, as an operator sets it
        host6="::",
        public_host="198.51.100.7",
        public_host6="2001:db8::7",
        zone="Leak.Example.",
    )
    told = places_of(values, http_port=80).told(VISIT)
    assert told["pageUrl"] == "http://198.51.100.7:80/visits/5f3a/page"
    assert told["echoUrl6"] == "http://[2001:db8::7]:80/visits/5f3a/echo"
    assert told["names"] == ["0a1b.5f3a.leak.example"]
    assert told["stunName"] == "stun.5f3a.leak.example"
    assert zone_addresses(values) == ("198.51.100.7", "2001:db8::7")


def test_without_ipv6_none_is_promised() -> None:
    values = LeakRespondersSettings()
    told = places_of(values, http_port=4061).told(VISIT)
    assert (told["pageUrl6"], told["echoUrl6"]) == (None, None)
    assert told["pageUrl"] == "http://127.0.0.1:4061/visits/5f3a/page"
    assert zone_addresses(values) == ("127.0.0.1", "")


def test_a_public_host_may_be_a_name_and_the_zone_still_has_an_address() -> None:
    named = LeakRespondersSettings(host="192.0.2.9", public_host="look.example")
    assert zone_addresses(named) == ("192.0.2.9", "")
    elsewhere = named.model_copy(update={"zone_address": "203.0.113.1"})
    assert zone_addresses(elsewhere) == ("203.0.113.1", "")


def test_a_public_host_inside_the_zone_is_refused() -> None:
    inside = LeakRespondersSettings(public_host="look.leak.test")
    with pytest.raises(SetupError, match="lies in the zone"):
        places_of(inside, http_port=80)


@pytest.mark.parametrize(
    ("values", "setting"),
    [
        ({"host": "somewhere"}, "MUSTER_LEAK_RESPONDERS__HOST "),
        ({"host": "::1"}, "MUSTER_LEAK_RESPONDERS__HOST "),
        ({"host6": "127.0.0.1"}, "MUSTER_LEAK_RESPONDERS__HOST6 "),
        ({"host": ""}, "MUSTER_LEAK_RESPONDERS__HOST "),
    ],
)
def test_an_address_of_the_wrong_kind_is_said_with_its_setting(
    values: dict[str, str], setting: str
) -> None:
    with pytest.raises(SetupError, match=setting):
        hosts_of(LeakRespondersSettings.model_validate(values))

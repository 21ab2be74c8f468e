"""How a proxy stands after what a person did."""

from datetime import UTC, datetime
from typing import Any

import pytest

from config.vocabulary import ProxyVerb
from tasks.proxies.status import ProxyRetiredError, standing_after

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FRESH: dict[str, Any] = {
    "is_active": True,
    "disabled_reason": None,
    "draining": False,
    "retired_at": None,
}


def test_each_verb_changes_what_it_names() -> None:
    disabled = standing_after(ProxyVerb.DISABLE, FRESH, now=NOON)
    assert not disabled["is_active"]
    assert disabled["disabled_reason"]
    assert standing_after(ProxyVerb.ENABLE, disabled, now=NOON) == FRESH
    assert standing_after(ProxyVerb.DRAIN, FRESH, now=NOON)["draining"]
    retired = standing_after(ProxyVerb.RETIRE, FRESH, now=NOON)
    assert datetime.fromisoformat(retired["retired_at"]) == NOON


@pytest.mark.parametrize("verb", ProxyVerb)
def test_a_verb_that_is_repeated_changes_nothing(verb: ProxyVerb) -> None:
    once = standing_after(verb, FRESH, now=NOON)
    assert standing_after(verb, once, now=NOON.replace(hour=13)) == once


def test_the_reason_of_rotation_is_not_overwritten_by_a_person() -> None:
    failing = FRESH | {"is_active": False, "disabled_reason": "it failed"}
    assert standing_after(ProxyVerb.DISABLE, failing, now=NOON) == failing


@pytest.mark.parametrize("verb", set(ProxyVerb) - {ProxyVerb.RETIRE})
def test_a_retired_proxy_is_left_alone(verb: ProxyVerb) -> None:
    retired = standing_after(ProxyVerb.RETIRE, FRESH, now=NOON)
    with pytest.raises(ProxyRetiredError):
        standing_after(verb, retired, now=NOON)

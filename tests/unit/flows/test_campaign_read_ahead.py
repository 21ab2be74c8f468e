"""What is read ahead is taken only where it belongs."""

from typing import NoReturn

import pytest

from config.errors import InvalidError
from flows.campaign_read_ahead import ReadAhead
from flows.campaign_reading import ReadPortion
from tasks.public_profiles.acquire import AcquiredPortion

HERE, THERE = {"offset": 10}, {"offset": 20}
READ = ReadPortion(AcquiredPortion(THERE, ended=False), [], {})


def refuse() -> NoReturn:
    raise InvalidError("no table", field="source")


def test_what_was_read_ahead_is_taken_once() -> None:
    ahead = ReadAhead()
    ahead.begin(HERE, lambda: READ)
    assert ahead.take(HERE) is READ
    assert ahead.take(HERE) is None
    ahead.close()


def test_what_was_read_from_elsewhere_is_not_taken() -> None:
    ahead = ReadAhead()
    ahead.begin(HERE, lambda: READ)
    assert ahead.take(THERE) is None
    assert ahead.take(HERE) is None
    ahead.close()


def test_a_source_that_failed_ahead_is_told_when_its_turn_comes_and_not_again() -> None:
    ahead = ReadAhead()
    ahead.begin(HERE, refuse)
    with pytest.raises(InvalidError):
        ahead.take(HERE)
    assert ahead.take(HERE) is None
    ahead.close()

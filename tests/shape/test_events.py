"""Every event is recorded somewhere, and named in the past tense."""

from importlib import import_module

from tasks.events.types import Event
from tests.shape.sources import called_names, sources

import_module("tasks.events.proxy_types")  # a class is known once it was imported


def test_every_event_is_recorded_by_somebody() -> None:
    recorded = {
        name
        for one in sources()
        if not one.path.startswith("tests/")
        for name in called_names(one.tree)
    }
    unused = {kind.__name__ for kind in Event.__subclasses__()} - recorded
    assert not unused


def test_every_event_is_named_in_the_past_tense() -> None:
    assert all(kind.__name__.endswith("d") for kind in Event.__subclasses__())


def test_events_are_recorded_only_through_the_outbox() -> None:
    writing = [
        one.path
        for one in sources()
        if "tracking_events" in one.text
        and "INSERT INTO tracking_events" in one.text
        and not one.path.startswith("tests/")
    ]
    assert writing == ["tasks/events/outbox.py"]

"""
An hour of a person's work on a stack of its own: nothing may grow, nothing stay open.

`pytest -m long tests/system/test_soak.py -s` prints a table for the documents;
`--soak-minutes 5` is for trying. Work goes in rounds. Between two of them all is at
rest: those looks are compared. Looks under load are only reported, at their highest.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread
from time import monotonic

import pytest

from deployments.stack.home import Home, stack_secrets
from deployments.stack.ports import POSTGRES, REDIS, free_port_settings
from deployments.stack.postgres_server import PostgresServer
from deployments.stack.processes import base_environment
from deployments.stack.redis_server import RedisServer
from tests.fixtures.database import MANY_REQUESTS
from tests.fixtures.servers import server_folder
from tests.fixtures.soak_day import Day
from tests.fixtures.soak_looks import StackEyes
from tests.fixtures.soak_verdict import (
    Figures,
    Look,
    after_warm_up,
    courses_of,
    highest,
    table_of,
    trends_of,
    what_grew,
    what_stayed,
)
from tests.fixtures.stack import (
    ADMIN_EMAIL,
    ADMIN_PASSWORD,
    RunningStack,
    call_stack,
)

SECONDS_BETWEEN_LOOKS = 30.0
SECONDS_TO_REST = 180.0
"""Streamlit keeps a screen that was left for two minutes."""

SECONDS_OF_REST = 5.0
"""After each round, before the look: what ends by itself has ended."""

STREAM_LENGTH = 2_000
"""Events in Redis: full within the warm-up."""


@pytest.fixture(scope="module")
def own_stack() -> Iterator[RunningStack]:
    """Run everything in a folder of its own, servers included."""
    with server_folder() as folder:
        folder.chmod(0o711)
        ports = free_port_settings()
        inherited = base_environment("tests")
        environment = {
            **{name: inherited[name] for name in inherited if "MUSTER_" not in name},
            **ports,
            **MANY_REQUESTS,
            "MUSTER_HOME": str(folder / "home"),
            "MUSTER_EVENTS__STREAM_LENGTH": str(STREAM_LENGTH),
            "MUSTER_ADMIN_EMAIL": ADMIN_EMAIL,
            "MUSTER_ADMIN_PASSWORD": ADMIN_PASSWORD,
        }
        try:
            call_stack("up", "--no-demo", environment=environment)
            yield RunningStack(
                url=f"http://127.0.0.1:{ports['MUSTER_API__PORT']}",
                demo_site_url=f"http://127.0.0.1:{ports['MUSTER_STACK__DEMO_SITE_PORT']}",
                home=folder / "home",
                screenshots=folder,
                environment=environment,
            )
        finally:
            call_stack("down", environment=environment)


@pytest.fixture
def eyes(own_stack: RunningStack) -> StackEyes:
    """Look at that stack, its servers included."""
    home, ports = Home(own_stack.home), own_stack.environment
    kept = stack_secrets(home)
    postgres = PostgresServer(
        home.folder / "postgres", int(ports[POSTGRES]), kept.postgres_password
    )
    redis = RedisServer(home.folder / "redis", int(ports[REDIS]), kept.redis_password)
    return StackEyes(
        home.folder,
        database_url=postgres.url("muster").replace("+psycopg", ""),
        redis_url=redis.url,
    )


@contextmanager
def looking(eyes: StackEyes, looks: list[Look], began: float) -> Iterator[None]:
    """Look twice a minute within the block."""
    over = Event()

    def look() -> None:
        while not over.wait(SECONDS_BETWEEN_LOOKS):
            looks.append(Look(monotonic() - began, eyes.look()))

    thread = Thread(target=look, name="soak-looks")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def come_to_rest(eyes: StackEyes, before: Figures) -> list[str]:
    """Wait until all counts are back; return what is not, for a person."""
    deadline = monotonic() + SECONDS_TO_REST
    while True:
        stayed = what_stayed(before, eyes.look())
        if not stayed or monotonic() > deadline:
            return stayed
        Event().wait(SECONDS_OF_REST)


@pytest.mark.long
@pytest.mark.timeout(0)
def test_nothing_grows_and_nothing_stays_open_in_an_hour_of_work(
    own_stack: RunningStack, eyes: StackEyes, soak_time: timedelta
) -> None:
    day = Day(own_stack)
    began = monotonic()
    busy: list[Look] = []
    at_rest: list[Look] = []
    with day.followed(), looking(eyes, busy, began):
        while monotonic() - began < soak_time.total_seconds():
            day.work()
            Event().wait(SECONDS_OF_REST)
            at_rest.append(Look(monotonic() - began, eyes.look()))
    # Not the very first look: pools and event loops are made as they are needed.
    stayed = come_to_rest(eyes, after_warm_up(at_rest)[0].figures)
    trends = trends_of(at_rest)
    problems = [*what_grew(trends), *stayed]
    print(f"\n{soak_time}, {len(at_rest)} looks at rest, {len(busy)} under load")  # noqa: T201 - for the documents
    print(", ".join(f"{count:,} {what}" for what, count in sorted(day.done.items())))  # noqa: T201 - for the documents
    print(table_of(trends, highest(busy)), *problems, sep="\n")  # noqa: T201 - for the documents
    print(*courses_of(trends, at_rest), sep="\n")  # noqa: T201 - for who looks why
    assert not problems
    assert eyes.restarts() == {}
    assert trends, "too short to say anything about growth: give it more minutes"

"""Faults put in on purpose, only with --faults: what the next matching requests get."""

from dataclasses import asdict, dataclass, field
from typing import Any

from deployments.standins.multilogin_x.bodies import (
    demand,
    take_number,
    take_switch,
    take_text,
)
from deployments.standins.multilogin_x.envelope import wrong_body

_MOST_TIMES = 10_000
_LONGEST_DELAY_SECONDS = 600


@dataclass
class Fault:
    """
    What the next `times` requests get whose `host/path` contains `where`.

    With `seconds` alone they wait and are then done; with `after` they are done first
    and then wait. `text` is answered as it is, in place of JSON.
    """

    where: str
    error_code: str = ""
    http: int | None = None
    message: str = ""
    text: str = ""
    seconds: float = 0.0
    after: bool = False
    times: int = 1
    retry_after: str = ""

    @property
    def refuses(self) -> bool:
        """Tell whether the request is answered by the fault itself."""
        return bool(self.error_code or self.http or self.text)


@dataclass
class Faults:
    """The faults that wait for a request."""

    are_allowed: bool = False
    waiting: list[Fault] = field(default_factory=list)

    def take(self, where: str) -> Fault | None:
        """Return the fault for a request to `host/path`, and count it."""
        for fault in self.waiting:
            if fault.where in where:
                fault.times -= 1
                if fault.times <= 0:
                    self.waiting.remove(fault)
                return fault
        return None

    def told(self) -> list[dict[str, Any]]:
        """Return what waits."""
        return [asdict(fault) for fault in self.waiting]


def read_fault(body: dict[str, Any]) -> Fault:
    """
    Return the fault a body describes.

    Raises:
        Refusal: A value is wrong or missing.
    """
    demand(body, "where")
    seconds = body.get("seconds", 0)
    if not isinstance(seconds, int | float) or not 0 <= seconds <= (
        _LONGEST_DELAY_SECONDS
    ):
        raise wrong_body("wrong seconds")
    http = take_number(body, "http", 0, within=range(600))
    return Fault(
        where=take_text(body, "where"),
        error_code=take_text(body, "error_code"),
        http=http or None,
        message=take_text(body, "message"),
        text=take_text(body, "text"),
        seconds=float(seconds),
        after=take_switch(body, "after"),
        times=take_number(body, "times", 1, within=range(1, _MOST_TIMES)),
        retry_after=take_text(body, "retry_after"),
    )

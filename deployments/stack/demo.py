"""The demo campaign, run through the API like anyone's."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from threading import Event
from time import monotonic
from typing import Any

import httpx

from config.errors import SetupError
from config.settings import Settings
from config.vocabulary import CampaignRunState
from deployments.seed import demo_campaign, demo_login_token
from deployments.stack.parts import api_address
from deployments.stack.ports import LOOPBACK

_LOOK_EVERY_SECONDS = 0.25
_LONGEST_RUN_SECONDS = 600.0


@dataclass(frozen=True)
class DemoResult:
    """What the demo campaign's run came to."""

    campaign_id: str
    acquired: int
    scored: int
    queued: int
    rejected: int
    seconds: float
    """From the request to the end of the run."""
    stages: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Return the fields in the order of `deployments/up --once`."""
        return asdict(self)


class DemoFailedError(SetupError):
    """The demo campaign did not come to its end."""

    code = "demo_failed"


def run_demo(
    values: Settings,
    *,
    show: Callable[[Mapping[str, Any]], None],
    check: Callable[[], None],
) -> DemoResult:
    """
    Start the demo campaign and follow its run to the end.

    Args:
        values: Settings that hold the running stack's addresses.
        show: Called with the run, as the API tells of it.
        check: Called between two looks; raises when the stack is in trouble.

    Raises:
        DemoFailedError: The run failed, or took longer than ten minutes.
    """
    site = f"http://{LOOPBACK}:{values.stack.demo_site_port}/"
    headers = {"Authorization": f"Bearer {demo_login_token()}"}
    began = monotonic()
    with httpx.Client(
        base_url=api_address(values), headers=headers, timeout=30, trust_env=False
    ) as api:
        asked = _answer(api.post("/pipeline/run", json=demo_campaign(site)))
        campaign_id = str(asked["campaignId"])
        while monotonic() - began < _LONGEST_RUN_SECONDS:
            run = _answer(api.get(f"/campaigns/{campaign_id}")).get("run") or {}
            show(run)
            if run.get("state") in (
                CampaignRunState.COMPLETED,
                CampaignRunState.FAILED,
            ):
                return result_of(campaign_id, run, seconds=monotonic() - began)
            check()
            Event().wait(_LOOK_EVERY_SECONDS)
    raise DemoFailedError(
        f"the demo campaign {campaign_id} is still {run.get('state')} "
        f"after {_LONGEST_RUN_SECONDS:.0f} s; see worker.log in the logs"
    )


def result_of(
    campaign_id: str, run: Mapping[str, Any], *, seconds: float
) -> DemoResult:
    """
    Return what a finished run came to.

    Raises:
        DemoFailedError: It failed; the message holds its reason.
    """
    if run["state"] != CampaignRunState.COMPLETED:
        reason = run.get("error") or "no reason given; see worker.log in the logs"
        raise DemoFailedError(f"the demo campaign failed: {reason}")
    return DemoResult(
        campaign_id=campaign_id,
        acquired=int(run["acquired"]),
        scored=int(run["scored"]),
        queued=int(run["queued"]),
        rejected=int(run["rejected"]),
        seconds=round(seconds, 2),
        stages=run.get("stages") or {},
    )


def _answer(response: httpx.Response) -> dict[str, Any]:
    if response.is_error:
        what = f"{response.request.method} {response.request.url.path}"
        raise DemoFailedError(
            f"{what} answered {response.status_code}: {response.text}"
        )
    answer: dict[str, Any] = response.json()
    return answer

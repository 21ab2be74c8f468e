"""Every deployment, its work pool and the two automations, applied from code."""

from dataclasses import dataclass
from datetime import timedelta

from prefect.automations import (
    AutomationCore,
    EventTrigger,
    Posture,
)
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from prefect.workers.process import ProcessWorker

from config.settings import settings
from tasks.clients.prefect_server import prefect_failures_named

AUTORESUME = "autoresume"
"""Tag of a flow run that is scheduled again when it crashed."""

HEARTBEAT = "prefect.flow-run.heartbeat"
MISSED_HEARTBEATS = timedelta(seconds=90)
"""Three heartbeats of 30 s, the shortest interval Prefect allows."""


@dataclass(frozen=True, slots=True)
class Registration:
    """One deployment: where its flow is, and whether a worker runs it."""

    flow_name: str
    entrypoint: str
    through_worker: bool
    tags: tuple[str, ...] = ()


REGISTRATIONS = (
    Registration(
        flow_name="campaign-run",
        entrypoint="flows.campaign_run.run_campaign",
        through_worker=True,
        tags=(AUTORESUME,),
    ),
    Registration(
        # Each schedule of a campaign is a copy of this deployment.
        flow_name="campaign-schedule",
        entrypoint="flows.campaign_schedule.start_scheduled_campaign",
        through_worker=True,
    ),
    Registration(
        flow_name="review-batch",
        entrypoint="flows.review_batch.run_review_batch",
        through_worker=True,
        tags=(AUTORESUME,),
    ),
    Registration(
        flow_name="campaign-rescoring",
        entrypoint="flows.campaign_rescoring.rescore_campaign",
        through_worker=True,
        tags=(AUTORESUME,),
    ),
    Registration(
        flow_name="likelihood-training",
        entrypoint="flows.likelihood_training.train_likelihood",
        through_worker=True,
    ),
    Registration(
        flow_name="source-preview",
        entrypoint="flows.source_preview.look_at_source",
        through_worker=False,
    ),
    Registration(
        flow_name="browser-profile-start",
        entrypoint="flows.browser_profile_start.start_browser_profile",
        through_worker=False,
    ),
    Registration(
        flow_name="browser-profile-stop",
        entrypoint="flows.browser_profile_stop.stop_browser_profile",
        through_worker=False,
    ),
    Registration(
        flow_name="browser-profiles-stop-all",
        entrypoint="flows.browser_profiles_stop_all.stop_all_browser_profiles",
        through_worker=False,
    ),
    Registration(
        flow_name="vpn-connect",
        entrypoint="flows.vpn_connect.connect_vpn",
        through_worker=False,
    ),
    Registration(
        flow_name="browser-profile-sweep",
        entrypoint="flows.browser_profile_sweep.sweep_browser_profiles",
        through_worker=False,
    ),
    Registration(
        flow_name="leak-test",
        entrypoint="flows.leak_test.run_leak_test",
        through_worker=False,
    ),
    Registration(
        flow_name="webrtc-fix",
        entrypoint="flows.webrtc_fix.fix_webrtc",
        through_worker=False,
    ),
    Registration(
        flow_name="proxy-generation",
        entrypoint="flows.proxy_generation.generate_proxies",
        through_worker=False,
    ),
    Registration(
        flow_name="proxy-check",
        entrypoint="flows.proxy_check.check_some_proxies",
        through_worker=False,
    ),
    Registration(
        flow_name="proxy-pin-move",
        entrypoint="flows.proxy_pin_move.move_proxy_pin",
        through_worker=False,
    ),
)


def apply_registry(registrations: tuple[Registration, ...] = REGISTRATIONS) -> None:
    """
    Bring Prefect's work pool, deployments and automations to what this code says.

    Safe to repeat, and from several processes at once.

    Raises:
        UnreachableError: Prefect does not answer.
    """
    with prefect_failures_named(), get_client(sync_client=True) as client:
        _apply_work_pool(client)
        for registration in registrations:
            _apply_deployment(client, registration)
        for automation in (_notice_silence(), _resume_crashed()):
            _apply_automation(client, automation)


def _apply_work_pool(client: SyncPrefectClient) -> None:
    section = settings().prefect
    try:
        found = client.read_work_pool(section.work_pool)
    except ObjectNotFound:
        _create_work_pool(client)
        return
    if found.type != section.worker:
        # A pool cannot change its type. What waits in the old one is dispatched again
        # by the watchdog, which sees it without a pool.
        client.delete_work_pool(section.work_pool)
        _create_work_pool(client)
        return
    wish = WorkPoolUpdate(is_paused=False, concurrency_limit=_runs_at_once())
    client.update_work_pool(section.work_pool, wish)


def _create_work_pool(client: SyncPrefectClient) -> None:
    section = settings().prefect
    wish = WorkPoolCreate(
        name=section.work_pool,
        type=section.worker,
        concurrency_limit=_runs_at_once(),
        base_job_template=ProcessWorker.get_default_base_job_template(),
    )
    try:
        client.create_work_pool(wish)
    except ObjectAlreadyExists:
        return


def _runs_at_once() -> int | None:
    """The stock worker has no limit of its own, see `deployments.worker`."""
    section = settings().prefect
    return section.runs_at_once if section.worker == ProcessWorker.type else None


def _apply_deployment(client: SyncPrefectClient, registration: Registration) -> None:
    pool = settings().prefect.work_pool if registration.through_worker else None
    client.create_deployment(
        client.create_flow_from_name(registration.flow_name),
        "default",
        entrypoint=registration.entrypoint,
        work_pool_name=pool,
        pull_steps=[],
        tags=list(registration.tags),
        enforce_parameter_schema=False,
    )


def _apply_automation(client: SyncPrefectClient, automation: AutomationCore) -> None:
    found = client.read_automations_by_name(automation.name)
    if found:
        client.update_automation(found[0].id, automation)
    else:
        client.create_automation(automation)
    # Two processes may have started at the same moment; both keep the same one.
    same = client.read_automations_by_name(automation.name)
    for doubled in sorted(same, key=lambda one: one.id)[1:]:
        client.delete_automation(doubled.id)


def _notice_silence() -> AutomationCore:
    return AutomationCore(
        name="muster: a run without heartbeat has crashed",
        description="Its process and its worker are gone, so nobody else would say so.",
        trigger=EventTrigger(
            posture=Posture.Proactive,
            after={HEARTBEAT},
            expect={"prefect.flow-run.*"},
            match={"prefect.resource.id": ["prefect.flow-run.*"]},
            for_each={"prefect.resource.id"},
            threshold=1,
            within=MISSED_HEARTBEATS,
        ),
        actions=[
            ChangeFlowRunState(
                state=StateType.CRASHED, message="No heartbeat for 90 s."
            )
        ],
    )


def _resume_crashed() -> AutomationCore:
    return AutomationCore(
        name="muster: a crashed run is scheduled again",
        description="Only runs whose deployment carries the tag; they bound it.",
        trigger=EventTrigger(
            posture=Posture.Reactive,
            expect={"prefect.flow-run.Crashed"},
            match={"prefect.resource.id": ["prefect.flow-run.*"]},
            match_related={
                "prefect.resource.role": ["tag"],
                "prefect.resource.id": [f"prefect.tag.{AUTORESUME}"],
            },
            for_each={"prefect.resource.id"},
            threshold=1,
            within=timedelta(0),
        ),
        actions=[
            ChangeFlowRunState(
                state=StateType.SCHEDULED,
                name="AwaitingRetry",
                message="Crashed, and scheduled again.",
            )
        ],
    )

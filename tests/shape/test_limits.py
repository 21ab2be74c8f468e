"""Every route has its class of limit, and every POST says whether it takes a key."""

import re
from pathlib import Path
from typing import Any

from config.sections.limits import LimitsSettings
from config.vocabulary import LimitClass
from tasks.kept_answers.routes import takes_key
from tasks.limits.classes import classify
from tests.shape.sources import CHECKOUT
from ui.api.app import create_app
from ui.api.bare_paths import CANONICAL

PAGE = CHECKOUT / "deployments" / "docs" / "limits.md"

DONE_AGAIN_WITHOUT_HARM = re.compile(
    r"/auth/.+"  # proves who somebody is, or ends a login; nobody is signed in yet
    r"|/campaigns/(preview|[^/]+/criteria-preview)"  # stores nothing
    r"|/campaigns/[^/]+/(pause|complete|cancel)"  # the second is told the state
    r"|/browser-profiles/(stop-all|[^/]+/stop)"  # the second finds it stopped
    r"|/proxies/(import|rotation/preview)"  # what is known is passed over
    r"|/proxies/.+/(sessions|test|drain|retire|undo|move|ban|unban)"  # done, or told
    r"|/profiles/.+"  # deciding the same again changes nothing
    r"|/cloak/vpn/(connect|disconnect)"  # the second finds it so
    r"|/admin/persons/forget"  # the second finds nobody
    r"|/tracking/ticket"  # a ticket is used once, and gone in seconds
)


def operations() -> dict[tuple[str, str], dict[str, Any]]:
    paths = create_app().openapi()["paths"]
    return {
        (method.upper(), path.removeprefix(CANONICAL)): operation
        for path, methods in paths.items()
        for method, operation in methods.items()
    }


def test_only_what_makes_work_counts_to_the_small_general_limit() -> None:
    general = {
        route for route in operations() if classify(*route) is LimitClass.GENERAL
    }
    assert general <= {
        ("POST", "/campaigns"),
        ("POST", "/campaigns/preview"),
        ("POST", "/campaigns/tables"),
        ("POST", "/pipeline/run"),
        ("POST", "/proxies/generate"),
    }


def test_only_being_alive_is_never_counted() -> None:
    uncounted = {route for route in operations() if classify(*route) is None}
    assert uncounted == {("GET", "/health")}


def test_every_post_that_creates_or_dispatches_takes_a_key_and_says_so() -> None:
    for (method, path), operation in operations().items():
        headers = {one["name"] for one in operation.get("parameters", ())}
        assert ("Idempotency-Key" in headers) is takes_key(method, path), path
        if method == "POST" and not takes_key(method, path):
            assert DONE_AGAIN_WITHOUT_HARM.fullmatch(path), path


def test_the_page_about_limits_names_every_class_with_its_default() -> None:
    text = Path(PAGE).read_text(encoding="utf-8")
    for limit_class in LimitClass:
        default = getattr(LimitsSettings(), limit_class)
        assert re.search(rf"\| {limit_class} \| {default:,} \|", text), limit_class

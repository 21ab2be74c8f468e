"""What nobody could know is inconclusive or an error, never clean; nothing is left."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from config.vocabulary import LeakKind, LeakVerdict
from deployments.stack.processes import base_environment
from tasks.leak_tests.schemas import Expected
from tests.fixtures import laboratory_namespaces
from tests.fixtures.laboratory import (
    HOME,
    HOME6,
    HTTP_PROXY,
    ISP_RESOLVER,
    PROXY,
    RESPONDERS,
    TELLING_PROXY,
    AgentFailedError,
    Laboratory,
    open_laboratory,
)
from tests.fixtures.laboratory_namespaces import (
    WITHOUT,
    command,
    open_namespaces,
    sweep,
    wait_for,
)

LEAK, CLEAN, UNKNOWN = (
    LeakVerdict.LEAK,
    LeakVerdict.CLEAN,
    LeakVerdict.INCONCLUSIVE,
)
BEHIND_PROXY = [f"--proxy-server={HTTP_PROXY}"]
RESTRICTED = [*BEHIND_PROXY, "--webrtc-ip-handling-policy=disable_non_proxied_udp"]
NAMESPACES, FILES = Path("/run/netns"), Path("/etc/netns")
TUNNELS = Path("/var/run/wireguard")

KILLED = """
import os, signal, sys
from pathlib import Path
from tests.fixtures.laboratory import open_laboratory
with open_laboratory(Path(sys.argv[1])) as built:
    built.agent("client")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("switches", [RESTRICTED, BEHIND_PROXY], ids=["fixed", "not"])
def test_a_dead_stun_server_leaves_webrtc_unknown(
    laboratory: Laboratory, switches: list[str]
) -> None:
    laboratory.home()
    with laboratory.without_stun():
        seen = laboratory.look("client", "browser", switches=switches, preferences={})
    assert seen.verdicts[LeakKind.WEBRTC] is UNKNOWN, seen
    assert seen.verdicts[LeakKind.IP] is CLEAN
    again = laboratory.look("client", "browser", switches=RESTRICTED, preferences={})
    assert again.verdicts[LeakKind.WEBRTC] is CLEAN


def test_a_dead_resolver_leaves_dns_unknown(laboratory: Laboratory) -> None:
    at_home = Expected(exit_addresses=(HOME, f"{HOME6}/64"), resolvers=(ISP_RESOLVER,))
    with laboratory.without_dns("client"):
        seen = laboratory.look(
            "client",
            "browser",
            expected=at_home,
            has_exit=False,
            switches=[],
            preferences={},
        )
    assert seen.verdicts[LeakKind.DNS] is UNKNOWN, seen
    assert seen.verdicts[LeakKind.IP] is CLEAN


@pytest.mark.parametrize("what", ["browser", "network"])
def test_a_zone_that_nobody_can_ask_for_leaves_dns_unknown(
    laboratory: Laboratory, what: str
) -> None:
    laboratory.home()
    order = {"switches": RESTRICTED, "preferences": {}, "proxy": HTTP_PROXY}
    with laboratory.without_zone():
        seen = laboratory.look("client", what, **order)
    assert seen.verdicts[LeakKind.DNS] is UNKNOWN, seen
    assert seen.verdicts[LeakKind.IP] is CLEAN


@pytest.mark.parametrize("what", ["browser", "network"])
def test_a_header_that_names_the_client_is_a_leak_of_its_own(
    laboratory: Laboratory, what: str
) -> None:
    switches = [f"--proxy-server={TELLING_PROXY}", *RESTRICTED[1:]]
    order = {"switches": switches, "preferences": {}, "proxy": TELLING_PROXY}
    seen = laboratory.look("client", what, **order)
    assert seen.verdicts[LeakKind.HEADERS] is LEAK
    assert seen.verdicts[LeakKind.IP] is CLEAN
    order |= {"switches": RESTRICTED, "proxy": HTTP_PROXY}
    quiet = laboratory.look("client", what, **order)
    assert quiet.verdicts[LeakKind.HEADERS] is CLEAN


@pytest.mark.parametrize("what", ["browser", "network"])
def test_a_responder_that_does_not_answer_is_said(
    laboratory: Laboratory, what: str
) -> None:
    nobody = {"responder_url": f"http://{RESPONDERS}:81"}
    with pytest.raises(AgentFailedError) as failed:
        laboratory.look("client", what, terms=nobody, switches=[], preferences={})
    assert failed.value.code == "leak_responder_unreachable"


@pytest.mark.parametrize(
    ("what", "code"),
    [("browser", "leak_page_unreachable"), ("network", "proxy_unreachable")],
)
def test_a_dead_proxy_is_said_and_nobody_goes_without_it(
    laboratory: Laboratory, what: str, code: str
) -> None:
    dead = f"http://{PROXY}:9"
    switches = [f"--proxy-server={dead}"]
    with pytest.raises(AgentFailedError) as failed:
        laboratory.look("client", what, proxy=dead, switches=switches, preferences={})
    assert failed.value.code == code


def test_a_browser_that_dies_in_the_middle_is_said(laboratory: Laboratory) -> None:
    order = {"switches": RESTRICTED, "preferences": {}, "dies": True}
    with pytest.raises(AgentFailedError) as failed:
        laboratory.look("client", "browser", **order)
    assert failed.value.code == "browser_silent"


def test_nothing_is_left_of_a_laboratory(tmp_path: Path) -> None:
    with open_laboratory(tmp_path) as built:
        built.look("client", "network", proxy=HTTP_PROXY)
        made = traces(os.getpid(), built.namespaces.word)
        inside = [
            psutil.Process(int(one))
            for name in NAMESPACES.glob(f"*-{built.namespaces.word}-*")
            for one in command("ip", "netns", "pids", name.name).split()
        ]
    assert len(inside) > 3
    assert len(made) > 6
    assert not traces(os.getpid(), built.namespaces.word)
    assert not processes_with(str(tmp_path))
    assert not any(one.is_running() and not is_over(one) for one in inside)


def test_what_a_killed_laboratory_left_is_swept_by_the_next(tmp_path: Path) -> None:
    killed = subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-c", KILLED, str(tmp_path)],
        env={**base_environment("laboratory"), "PYTHONPATH": str(Path.cwd())},
    )
    assert killed.wait(60) == -signal.SIGKILL
    (word,) = {one.name.split("-")[3] for one in NAMESPACES.glob(f"*-{killed.pid}-*")}
    assert traces(killed.pid, word)
    sweep()
    wait_for(lambda: not processes_with(str(tmp_path)), "its processes to end")
    wait_for(lambda: not traces(killed.pid, word), "its tunnels to end")


def traces(process_id: int, word: str) -> list[Path]:
    """Return the namespaces of a laboratory, their files and its tunnels."""
    mark = f"mu-lab-{process_id}-{word}-*"
    made = [*NAMESPACES.glob(mark), *FILES.glob(mark)]
    return [*made, *TUNNELS.glob(f"mu{word}*")]


def processes_with(word: str) -> list[psutil.Process]:
    """Return the living processes, but ours, with a word in their command."""
    found = []
    for one in psutil.process_iter():
        try:
            said = " ".join(one.cmdline())
        except (psutil.Error, OSError):
            continue
        if one.pid != os.getpid() and word in said and not is_over(one):
            found.append(one)
    return found


def is_over(process: psutil.Process) -> bool:
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return True


def test_without_namespaces_the_tests_fail_loudly_unless_that_is_expected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(laboratory_namespaces, "PROGRAMS", ("no-such-program",))
    monkeypatch.delenv(WITHOUT, raising=False)
    with (
        pytest.raises(pytest.fail.Exception, match=f"NOT proved: no-such.*{WITHOUT}"),
        open_namespaces(),
    ):
        pass
    monkeypatch.setenv(WITHOUT, "expected")
    with pytest.raises(pytest.skip.Exception, match="as expected"), open_namespaces():
        pass

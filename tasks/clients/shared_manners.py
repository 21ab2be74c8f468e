"""How we behave towards hosts when several threads read their pages at once."""

import socket
from collections.abc import Callable
from ipaddress import ip_address
from threading import Event, Lock
from time import monotonic
from urllib.parse import urlsplit

from config.sections.public_profiles import PublicProfilesSettings
from tasks.clients.inner_networks import is_inner
from tasks.clients.page_answers import TOO_MANY
from tasks.clients.page_manners import (
    Refusal,
    RobotsRules,
    delay_of,
    is_among,
    learn_robots,
    origin_of,
    pause_host,
    refusal_of,
    take_turn,
)

FIRST_WAIT_SECONDS = 0.25
"""Wait before the second try of a page; doubled for each further one."""

INNER = (
    "its host is in an inner network, which this Muster does not enter "
    "(MUSTER_PUBLIC_PROFILES__INNER_NETWORKS)"
)
_SERVER_ERROR = 500
_KEPT_SECONDS = 30.0
"""How long the addresses of a host are remembered."""

ReadRobots = Callable[[str], tuple[int | None, str]]
"""Address of a robots.txt -> status, None if nobody answered, and its text."""


class SharedManners:
    """What is known of the hosts, asked and told by any thread."""

    def __init__(self, limits: PublicProfilesSettings) -> None:
        self._limits = limits
        self._rules = RobotsRules()
        self._turns, self._learning = Lock(), Lock()
        self._over = Event()
        self._shut_out: dict[tuple[str, bool], tuple[float, str | None]] = {}

    def close(self) -> None:
        """Let nobody wait any longer."""
        self._over.set()

    def wait(self, seconds: float) -> None:
        """Wait, unless all is over before."""
        self._over.wait(max(0.0, seconds))

    def refusal_of(self, url: str, read_robots: ReadRobots) -> Refusal | None:
        """Return why robots.txt forbids an address; it is read first if need be."""
        if is_among(url, self._limits.own_hosts):
            return None
        manners = self._rules.of(url)
        with self._learning:
            if monotonic() >= manners.known_until:
                status, text = self._ask_for_robots(url, read_robots)
                learn_robots(manners, status=status, text=text, now_seconds=monotonic())
        return refusal_of(manners, url, user_agent=self._limits.user_agent)

    def wait_for_turn(self, url: str, *, ends_at: float | None) -> "str | bool":
        """
        Wait until the host may be asked again; return True when it is our turn.

        Args:
            url: A page of the host.
            ends_at: Moment of the monotonic clock until which there is time; if the
                turn comes later, it is waited so long and False returned.

        Returns:
            Otherwise why it is not waited for, in words.
        """
        manners = self._rules.of(url)
        while True:
            with self._turns:
                delay = delay_of(manners, user_agent=self._limits.user_agent)
                moment = monotonic()
                ahead = manners.free_at - moment
                longest = self._limits.longest_wait.total_seconds()
                if not delay and ahead > longest:
                    return f"the host asked us to wait {ahead:.0f} s, too long"
                is_late = ends_at is not None and moment + max(0.0, ahead) > ends_at
                if not is_late:
                    seconds = take_turn(manners, delay=delay, now_seconds=moment)
            if is_late:
                self.wait((ends_at or moment) - moment)
                return False
            if seconds <= 0:
                return True
            self.wait(seconds)
            is_held = manners.paused_until > monotonic()
            if (delay and not is_held) or self._over.is_set():  # the place was booked
                return True

    def slow_down(self, url: str, *, tries: int) -> None:
        """Let the whole host rest after a 429; a browser does not say for how long."""
        with self._turns:
            pause_host(
                self._rules.of(url),
                seconds=FIRST_WAIT_SECONDS * 4 * 2 ** max(0, tries - 1),
                now_seconds=monotonic(),
            )

    def shut_out(self, url: str, *, resolves_here: bool) -> str | None:
        """
        Return why an address is in an inner network, None if it is not.

        Args:
            url: A page.
            resolves_here: Whether the browser looks names up on this machine; behind
                a proxy it does not, and neither do we.
        """
        host = urlsplit(url).hostname or ""
        until, verdict = self._shut_out.get((host, resolves_here), (0.0, None))
        if monotonic() < until:
            return verdict
        addresses = _addresses(host, resolves_here=resolves_here)
        networks = self._limits.inner_networks
        is_shut_out = any(is_inner(one, open_networks=networks) for one in addresses)
        verdict = INNER if is_shut_out else None
        self._shut_out[host, resolves_here] = monotonic() + _KEPT_SECONDS, verdict
        return verdict

    def _ask_for_robots(
        self, url: str, read_robots: ReadRobots
    ) -> tuple[int | None, str]:
        status, text = None, ""
        for attempt in range(self._limits.tries):
            status, text = read_robots(f"{origin_of(url)}/robots.txt")
            if status is not None and status < _SERVER_ERROR and status != TOO_MANY:
                break
            if attempt + 1 < self._limits.tries:
                self.wait(FIRST_WAIT_SECONDS * 2**attempt)
        return status, text


def _addresses(host: str, *, resolves_here: bool) -> list[str]:
    try:
        return [str(ip_address(host))]
    except ValueError:
        pass
    if not resolves_here and host != "localhost":
        return []
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return []  # the browser will say so
    return [str(address[0]) for *_, address in found]

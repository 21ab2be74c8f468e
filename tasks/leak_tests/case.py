"""Pure: what a verdict is made of: findings, expectations, and the way home."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from config.vocabulary import LeakKind, LeakScope, LeakVerdict
from tasks.leak_tests.addresses import Address, parse_all, shown
from tasks.leak_tests.findings import Findings, Home
from tasks.leak_tests.places import country_of
from tasks.leak_tests.schemas import Expected, Finding, VerdictReason


@dataclass(frozen=True)
class Case:
    """All that is known about one leak test."""

    findings: Findings
    expected: Expected
    home: Home | None
    """How this machine is seen without the exit; None: it is what is tested."""

    has_exit: bool
    """Whether there is a proxy or VPN that ought to hide the way home."""

    now: datetime

    @property
    def is_in_browser(self) -> bool:
        """Whether a browser told what it shows."""
        return self.findings.scope is LeakScope.BROWSER

    @cached_property
    def exits(self) -> tuple[Address, ...]:
        """Addresses that web servers saw, the one that the echo answered with first."""
        log = self.findings.log
        echoed = parse_all(one.address for one in self.findings.echoes)
        met = parse_all(one.address for one in log.http) if log else ()
        return tuple(dict.fromkeys((*echoed, *met)))

    @cached_property
    def home_addresses(self) -> tuple[Address, ...]:
        """Addresses that must not be seen, as far as they are known."""
        return parse_all(self.home.addresses) if self.home and self.has_exit else ()

    @cached_property
    def home_resolvers(self) -> tuple[Address, ...]:
        """Resolvers that this machine asks without the exit."""
        return parse_all(self.home.resolvers) if self.home and self.has_exit else ()

    @cached_property
    def registered_in(self) -> str | None:
        """Country of the exit's registration."""
        found = (country_of(one) for one in self.exits)
        return next((one for one in found if one), None)

    @cached_property
    def home_country(self) -> str | None:
        """Country that the way home is registered in."""
        found = (country_of(one) for one in self.home_addresses)
        return next((one for one in found if one), None)

    @property
    def country(self) -> str | None:
        """Country the exit is in: as expected, else as it is registered."""
        return self.expected.country or self.registered_in

    @property
    def echo_took(self) -> float | None:
        """Milliseconds until the echo had answered."""
        return self.findings.took_ms.get("echo")


def because(code: str, message: str) -> VerdictReason:
    """Return one reason."""
    return VerdictReason(code=code, message=message)


def unknown(
    kind: LeakKind, *reasons: VerdictReason, means: str, seen: Iterable[str] = ()
) -> Finding:
    """Return that nobody could know."""
    return Finding(
        kind=kind,
        verdict=LeakVerdict.INCONCLUSIVE,
        means=means,
        seen=tuple(seen),
        reasons=reasons,
    )


def listed(addresses: Iterable[Address]) -> str:
    """Return addresses as a sentence names them."""
    return ", ".join(shown(addresses))

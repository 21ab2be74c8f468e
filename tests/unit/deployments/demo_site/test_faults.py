"""Faults come in the shares of the rig and are cured at the second try."""

from collections import Counter

from deployments.demo_site.faults import Fault, fault_of


def test_the_shares_are_exact() -> None:
    counted = Counter(fault_of(number, attempt=1) for number in range(5_000))
    assert counted[Fault.UNAVAILABLE] == 250
    assert counted[Fault.TOO_MANY] == 100
    assert counted[Fault.EMPTY] == 50
    assert counted[Fault.LATE] == 50
    assert counted[Fault.GONE] == 19


def test_the_second_try_cures_all_but_the_gone() -> None:
    for number in range(5_000):
        first = fault_of(number, attempt=1)
        second = fault_of(number, attempt=2)
        assert second is (Fault.GONE if first is Fault.GONE else Fault.NONE)

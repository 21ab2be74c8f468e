"""What is missing is said precisely."""

from tasks.vpn.abilities import missing_for


def test_a_machine_that_has_everything_lacks_nothing() -> None:
    assert not missing_for(
        ("ip",), is_privileged=True, has_device=True, find=lambda name: name
    )


def test_packages_privileges_and_the_device_are_named() -> None:
    packages, privileges, device = missing_for(
        ("ip",), is_privileged=False, has_device=False, find=lambda _: None
    )
    assert packages == "the package iproute2"
    assert "CAP_NET_ADMIN and CAP_SYS_ADMIN" in privileges
    assert "user namespaces" in privileges
    assert "/dev/net/tun" in device

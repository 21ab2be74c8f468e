"""Which kinds of tunnels this machine can make, and what is missing for the others."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from tasks.clients.network_namespace import find_program
from tasks.vpn.schemas import Abilities, Ability

_NET_ADMIN, _SYS_ADMIN = 12, 21  # linux/capability.h
_DEVICE = Path("/dev/net/tun")
_PACKAGES = {
    "openvpn": "openvpn",
    "wireguard-go": "wireguard-go",
    "ip": "iproute2",
    "slirp4netns": "slirp4netns",
    "unshare": "util-linux",
}
NO_KEEPER = (
    "the tunnel keeper does not run on this machine: start it with deployments/up, or "
    "python -m deployments.tunnel_keeper"
)


def has_privileges() -> bool:
    """Return whether we may make namespaces and set up networks in them."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        name, _, value = line.partition(":")
        if name == "CapEff":
            bits = int(value, 16)
            return bool(bits >> _NET_ADMIN & 1 and bits >> _SYS_ADMIN & 1)
    return False


def look_at_abilities(*, may_use_users_corner: bool) -> Abilities:
    """
    Return what can be made here.

    Args:
        may_use_users_corner: Whether a user namespace will do in place of privileges.
    """
    is_privileged = has_privileges()
    shared = missing_for(
        ("ip",) if is_privileged else ("ip", "unshare", "slirp4netns"),
        is_privileged=is_privileged or may_use_users_corner,
        has_device=os.access(_DEVICE, os.R_OK | os.W_OK),
        find=find_program,
    )
    return Abilities(
        openvpn=_ability(shared + _missing_programs(("openvpn",), find_program)),
        wireguard=_ability(shared + _missing_programs(("wireguard-go",), find_program)),
        gluetun=Ability(available=True),
    )


def nothing_possible(missing: str) -> Abilities:
    """Return that no tunnel can be made, and why."""
    none = Ability(available=False, missing=(missing,))
    return Abilities(openvpn=none, wireguard=none, gluetun=none)


def missing_for(
    programs: Sequence[str],
    *,
    is_privileged: bool,
    has_device: bool,
    find: Callable[[str], str | None],
) -> list[str]:
    """Return in words what is missing for a tunnel of our own."""
    missing = _missing_programs(programs, find)
    if not is_privileged:
        missing.append(
            "privileges: CAP_NET_ADMIN and CAP_SYS_ADMIN for the tunnel keeper, or "
            "user namespaces for everybody (sysctl kernel.unprivileged_userns_clone=1, "
            "user.max_user_namespaces above 0)"
        )
    if not has_device:
        missing.append("the device /dev/net/tun, readable and writable for us")
    return missing


def _missing_programs(
    programs: Sequence[str], find: Callable[[str], str | None]
) -> list[str]:
    return [
        f"the package {_PACKAGES[program]}" for program in programs if not find(program)
    ]


def _ability(missing: list[str]) -> Ability:
    return Ability(available=not missing, missing=tuple(missing))

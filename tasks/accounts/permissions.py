"""Pure: which permissions a set of roles comes to."""

from collections.abc import Iterable

from config.errors import ForbiddenError
from config.vocabulary import Permission, Role

REVIEWER = frozenset(
    {
        Permission.ACCOUNT_OWN,
        Permission.CAMPAIGNS_READ,
        Permission.REVIEW_READ,
        Permission.REVIEW_DECIDE,
        Permission.ANALYTICS_READ,
    }
)
OPERATOR = REVIEWER | {
    Permission.CAMPAIGNS_WRITE,
    Permission.BROWSER_PROFILES_READ,
    Permission.BROWSER_PROFILES_WRITE,
    Permission.PROXIES_READ,
    Permission.PROXIES_WRITE,
    Permission.ANALYTICS_WRITE,
    Permission.CLOAK_READ,
    Permission.CLOAK_TEST,
    Permission.CLOAK_CONNECT,
}

PERMISSIONS = {
    Role.REVIEWER: REVIEWER,
    Role.OPERATOR: OPERATOR,
    Role.ADMINISTRATOR: frozenset(Permission),
}


class MissingPermissionError(ForbiddenError):
    """The account is known, and its roles do not allow this."""

    code = "missing_permission"

    def __init__(self, permission: Permission) -> None:
        super().__init__(
            f"your roles do not include {permission}; ask an administrator for it",
            details={"permission": permission},
        )


def known_roles(names: Iterable[str]) -> tuple[Role, ...]:
    """Return the roles of these names; a name of former times means nothing."""
    known = {role.value for role in Role}
    return tuple(Role(name) for name in names if name in known)


def permissions_of(roles: Iterable[str]) -> frozenset[Permission]:
    """Return what these roles allow together; an unknown role allows nothing."""
    return frozenset().union(*(PERMISSIONS[role] for role in known_roles(roles)))


def require_permission(
    granted: frozenset[Permission], *, permission: Permission
) -> None:
    """
    Return if the permission is among those granted.

    Raises:
        MissingPermissionError: It is not.
    """
    if permission not in granted:
        raise MissingPermissionError(permission)

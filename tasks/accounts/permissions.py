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
OPERATOR = REVIEWER | {Permission.CAMPAIGNS_WRITE, Permission.ANALYTICS_WRITE}

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


def permissions_of(roles: Iterable[str]) -> frozenset[Permission]:
    """Return what these roles allow together; an unknown role allows nothing."""
    known = {role.value for role in Role}
    granted = (PERMISSIONS[Role(role)] for role in roles if role in known)
    return frozenset().union(*granted)


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

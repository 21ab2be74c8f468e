"""Roles are sets of permissions; what is not granted is refused."""

import pytest

from config.vocabulary import Permission, Role
from tasks.accounts.permissions import (
    PERMISSIONS,
    MissingPermissionError,
    permissions_of,
    require_permission,
)


def test_every_role_grants_something() -> None:
    assert all(PERMISSIONS[role] for role in Role)


def test_an_administrator_may_do_everything() -> None:
    assert permissions_of([Role.ADMINISTRATOR]) == set(Permission)


def test_roles_add_up_and_unknown_ones_grant_nothing() -> None:
    both = permissions_of([Role.REVIEWER, "owner of the moon"])
    assert both == permissions_of([Role.REVIEWER])
    assert permissions_of([]) == set()


def test_a_reviewer_decides_but_does_not_change_campaigns() -> None:
    granted = permissions_of([Role.REVIEWER])
    require_permission(granted, permission=Permission.REVIEW_DECIDE)
    with pytest.raises(MissingPermissionError, match=r"campaigns\.write"):
        require_permission(granted, permission=Permission.CAMPAIGNS_WRITE)

"""What counts as a change, and who counts as an administrator."""

from config.vocabulary import Permission, Role
from tasks.accounts.administration import differences, is_administrator, list_roles


def test_only_what_differs_is_a_change() -> None:
    before = {"is_active": True, "roles": ["reviewer"]}
    after = {"is_active": True, "roles": ["operator"]}
    assert differences(before, after) == {
        "roles": {"from": ["reviewer"], "to": ["operator"]}
    }


def test_who_is_not_active_administers_nothing() -> None:
    assert is_administrator(["administrator", "reviewer"], is_active=True)
    assert not is_administrator(["administrator"], is_active=False)
    assert not is_administrator(["operator"], is_active=True)


def test_a_role_is_a_set_of_permissions() -> None:
    roles = {role.name: role.permissions for role in list_roles()}
    assert set(roles) == set(Role)
    assert set(roles[Role.ADMINISTRATOR]) == set(Permission)
    assert not any(one.startswith("admin.") for one in roles[Role.OPERATOR])

"""Accounts of others: changed, removed, and never without an administrator."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest

from config.errors import NotFoundError, StaleError
from config.vocabulary import Role
from tasks.accounts.administration import (
    change_account,
    list_accounts,
    list_audit,
    remove_account,
    show_account,
)
from tasks.accounts.logins import identify
from tasks.accounts.repository import LastAdministratorError
from tasks.accounts.schemas import AccountChange, AccountsWanted, Caller
from tasks.accounts.tokens import InvalidTokenError
from tasks.pages import PageWish
from tests.factories.accounts import create_account, create_login

pytestmark = pytest.mark.usefixtures("database")

NEWEST = PageWish(limit=50)
REVIEWS = AccountChange(roles=(Role.REVIEWER,))
CLOSED = AccountChange(is_active=False)


@pytest.fixture
def root() -> Caller:
    return create_login(Role.ADMINISTRATOR, email="root@muster.example").caller


@pytest.fixture
def second() -> UUID:
    return create_account(Role.ADMINISTRATOR, email="second@muster.example")


@pytest.mark.parametrize("asked", [REVIEWS, CLOSED])
def test_the_last_administrator_cannot_be_unmade(
    root: Caller, asked: AccountChange
) -> None:
    with pytest.raises(LastAdministratorError):
        change_account(root, root.account_id, asked, seen=None)
    assert show_account(root.account_id).roles == (Role.ADMINISTRATOR,)
    assert show_account(root.account_id).is_active


def test_the_last_administrator_cannot_be_removed(root: Caller) -> None:
    with pytest.raises(LastAdministratorError):
        remove_account(root, root.account_id)


def test_an_administrator_who_is_not_active_does_not_count(
    root: Caller, second: UUID
) -> None:
    change_account(root, second, CLOSED, seen=None)
    with pytest.raises(LastAdministratorError):
        change_account(root, root.account_id, REVIEWS, seen=None)
    change_account(root, second, AccountChange(is_active=True), seen=None)
    change_account(root, root.account_id, REVIEWS, seen=None)


def test_two_administrators_who_unmake_each_other_at_once_do_not_both_succeed(
    root: Caller, second: UUID
) -> None:
    def unmake(account_id: UUID) -> bool:
        try:
            change_account(root, account_id, REVIEWS, seen=None)
        except LastAdministratorError:
            return False
        return True

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(unmake, [root.account_id, second])) == [False, True]


def test_two_administrators_who_remove_each_other_at_once_do_not_both_succeed(
    root: Caller, second: UUID
) -> None:
    def remove(account_id: UUID) -> bool:
        try:
            remove_account(root, account_id)
        except LastAdministratorError:
            return False
        return True

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(remove, [root.account_id, second])) == [False, True]


def test_a_change_made_to_another_version_is_refused(root: Caller) -> None:
    account_id = create_account(Role.OPERATOR)
    assert change_account(root, account_id, REVIEWS, seen={1}).version == 2
    with pytest.raises(StaleError) as stale:
        change_account(root, account_id, CLOSED, seen={1})
    assert stale.value.details == {"version": 2}
    assert show_account(account_id).is_active


def test_what_changes_nothing_is_no_change(root: Caller) -> None:
    account_id = create_account(Role.REVIEWER)
    assert change_account(root, account_id, REVIEWS, seen={1}).version == 1
    assert list_audit(NEWEST).rows == []


def test_a_closed_account_has_no_logins_and_none_come_back_with_it(
    root: Caller,
) -> None:
    login = create_login(Role.OPERATOR)
    account_id = login.caller.account_id
    assert identify(login.tokens.access)
    change_account(root, account_id, CLOSED, seen=None)
    change_account(root, account_id, AccountChange(is_active=True), seen=None)
    with pytest.raises(InvalidTokenError):
        identify(login.tokens.access)


def test_a_removed_account_is_gone_with_its_logins(root: Caller) -> None:
    login = create_login(Role.OPERATOR)
    remove_account(root, login.caller.account_id)
    with pytest.raises(InvalidTokenError):
        identify(login.tokens.access)
    for change in (REVIEWS, CLOSED):
        with pytest.raises(NotFoundError):
            change_account(root, login.caller.account_id, change, seen=None)
    with pytest.raises(NotFoundError):
        remove_account(root, uuid4())


def test_each_change_is_written_down_with_old_and_new(root: Caller) -> None:
    account_id = create_account(Role.OPERATOR)
    asked = AccountChange(roles=(Role.REVIEWER,), display_name="Ana")
    change_account(root, account_id, asked, seen=None)
    remove_account(root, account_id)
    removed, changed = list_audit(NEWEST).rows
    assert (changed.actor, changed.action) == (root.email, "account.changed")
    assert changed.subject == str(account_id)
    assert changed.details == {
        "roles": {"from": ["operator"], "to": ["reviewer"]},
        "displayName": {"from": "The operator", "to": "Ana"},
    }
    assert removed.action == "account.removed"


def test_accounts_are_found_by_part_of_a_name_by_role_and_by_state(
    root: Caller,
) -> None:
    for role in (Role.OPERATOR, Role.REVIEWER):
        create_account(role)
    change_account(
        root, create_account(Role.OPERATOR, email="100%@x.example"), CLOSED, seen=None
    )

    def emails(**wanted: object) -> list[str]:
        found = list_accounts(
            PageWish(limit=50, sort="email", descending=False),
            wanted=AccountsWanted(**wanted),  # type: ignore[arg-type]  # each test's own
        )
        return [one.email.partition("@")[0] for one in found.rows]

    assert emails() == ["100%", "operator", "reviewer", "root"]
    assert emails(text="The REV") == ["reviewer"]
    assert emails(text="0%") == ["100%"]
    assert emails(text="_") == []
    assert emails(role=Role.OPERATOR) == ["100%", "operator"]
    assert emails(is_active=False) == ["100%"]

"""One-time links: for an account, for a password, and each for one use."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from config.errors import NotFoundError
from config.vocabulary import Role
from tasks.accounts.invitations import (
    accept_invitation,
    invite,
    list_invitations,
    look_at_invitation,
    withdraw_invitation,
)
from tasks.accounts.links import LinkIsOverError
from tasks.accounts.logins import (
    InvalidCredentialsError,
    identify,
    open_login,
    open_login_of,
)
from tasks.accounts.password_links import make_reset_link, reset_password
from tasks.accounts.password_rules import WeakPasswordError
from tasks.accounts.repository import EmailTakenError
from tasks.accounts.schemas import (
    Caller,
    InvitationAcceptance,
    InvitationRequest,
    LoginRequest,
    PasswordResetRequest,
)
from tasks.accounts.tokens import InvalidTokenError
from tasks.database import transaction
from tasks.pages import PageWish
from tests.factories.accounts import DEVICE, PASSWORD, create_account, create_login

pytestmark = pytest.mark.usefixtures("database")

ANA = "ana@muster.example"
NEW = "a new one, never used"
NEWEST = PageWish(limit=10)
INVITED = InvitationRequest(email=ANA, roles=(Role.REVIEWER, Role.OPERATOR))


@pytest.fixture
def root() -> Caller:
    return create_login(Role.ADMINISTRATOR).caller


def acceptance(token: str, password: str = NEW) -> InvitationAcceptance:
    return InvitationAcceptance(token=token, display_name="Ana", password=password)


def end_all_links() -> None:
    with transaction() as session:
        for table in ("invitations", "password_resets"):
            session.execute(text(f"UPDATE {table} SET expires_at = now()"))  # noqa: S608 - two fixed names


def test_an_invited_person_makes_their_account_and_is_signed_in(root: Caller) -> None:
    link = invite(root, INVITED)
    assert link.path == f"/invitation#token={link.token}"
    assert look_at_invitation(link.token).email == ANA
    opened = accept_invitation(acceptance(link.token), device=DEVICE)
    assert opened.caller.email == ANA
    assert opened.caller.roles == (Role.OPERATOR, Role.REVIEWER)
    assert open_login(LoginRequest(email=ANA, password=NEW), device=DEVICE)


def test_only_the_hash_of_a_link_is_kept(root: Caller) -> None:
    links = [invite(root, INVITED), make_reset_link(root, root.account_id)]
    with transaction() as session:
        stored = [
            str(session.execute(text(f"SELECT * FROM {table}")).all())  # noqa: S608 - fixed names
            for table in ("invitations", "password_resets", "audit_entries")
        ]
    assert not [one for one in links if one.token in "".join(stored)]


def test_an_invitation_makes_one_account_however_many_accept_at_once(
    root: Caller,
) -> None:
    link = invite(root, INVITED)

    def accept(_: int) -> bool:
        try:
            accept_invitation(acceptance(link.token), device=DEVICE)
        except (LinkIsOverError, EmailTakenError):
            return False
        return True

    with ThreadPoolExecutor(4) as people:
        assert sorted(people.map(accept, range(4))) == [False] * 3 + [True]


def test_an_invitation_that_is_over_withdrawn_or_replaced_works_no_more(
    root: Caller,
) -> None:
    replaced = invite(root, INVITED)
    withdrawn = invite(root, INVITED)
    withdraw_invitation(root, withdrawn.id)
    with pytest.raises(NotFoundError):
        withdraw_invitation(root, withdrawn.id)
    late = invite(root, InvitationRequest(email="b@x.example", roles=(Role.REVIEWER,)))
    assert [one.id for one in list_invitations(NEWEST).rows] == [late.id]
    end_all_links()
    assert list_invitations(NEWEST).rows == []
    for link in (replaced, withdrawn, late):
        with pytest.raises(LinkIsOverError):
            accept_invitation(acceptance(link.token), device=DEVICE)


def test_a_refused_password_does_not_use_up_an_invitation(root: Caller) -> None:
    link = invite(root, INVITED)
    for weak in ("short", "password1", "ana@muster.example"):
        with pytest.raises(WeakPasswordError):
            accept_invitation(acceptance(link.token, weak), device=DEVICE)
    assert accept_invitation(acceptance(link.token), device=DEVICE)


def test_who_has_an_account_is_not_invited(root: Caller) -> None:
    with pytest.raises(EmailTakenError):
        invite(root, InvitationRequest(email=root.email, roles=(Role.REVIEWER,)))


def test_a_forgotten_password_is_set_anew_and_every_login_ends(root: Caller) -> None:
    account_id = create_account(Role.REVIEWER, email=ANA)
    old = open_login_of(account_id, device=DEVICE)
    link = make_reset_link(root, account_id)
    assert link.path == f"/password-reset#token={link.token}"
    asked = PasswordResetRequest(token=link.token, new_password=NEW)
    reset_password(asked, device=DEVICE)
    with pytest.raises(InvalidTokenError):
        identify(old.tokens.access)
    with pytest.raises(InvalidCredentialsError):
        open_login(LoginRequest(email=ANA, password=PASSWORD), device=DEVICE)
    assert open_login(LoginRequest(email=ANA, password=NEW), device=DEVICE)
    with pytest.raises(LinkIsOverError):
        reset_password(asked, device=DEVICE)


def test_a_password_link_that_is_over_or_replaced_works_no_more(root: Caller) -> None:
    account_id = create_account(Role.REVIEWER, email=ANA)
    replaced, late = (make_reset_link(root, account_id) for _ in range(2))
    with pytest.raises(LinkIsOverError):
        reset_password(
            PasswordResetRequest(token=replaced.token, new_password=NEW), device=DEVICE
        )
    end_all_links()
    with pytest.raises(LinkIsOverError):
        reset_password(
            PasswordResetRequest(token=late.token, new_password=NEW), device=DEVICE
        )


def test_a_refused_password_does_not_use_up_a_password_link(root: Caller) -> None:
    link = make_reset_link(root, create_account(Role.REVIEWER, email=ANA))
    for weak in ("short", ANA):
        with pytest.raises(WeakPasswordError):
            reset_password(
                PasswordResetRequest(token=link.token, new_password=weak),
                device=DEVICE,
            )
    reset_password(
        PasswordResetRequest(token=link.token, new_password=NEW), device=DEVICE
    )


def test_a_password_link_that_many_use_at_once_works_for_one(root: Caller) -> None:
    link = make_reset_link(root, create_account(Role.REVIEWER, email=ANA))

    def use(number: int) -> bool:
        asked = PasswordResetRequest(token=link.token, new_password=f"{NEW} {number}")
        try:
            reset_password(asked, device=DEVICE)
        except LinkIsOverError:
            return False
        return True

    with ThreadPoolExecutor(4) as people:
        assert sorted(people.map(use, range(4))) == [False] * 3 + [True]

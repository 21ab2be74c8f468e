"""Account and administration on the real API: what is shown, done and refused."""

from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from streamlit.testing.v1 import AppTest

from config.clock import now
from config.vocabulary import LimitClass, Role
from tasks.accounts.logins import open_login_of
from tasks.database import transaction
from tasks.failures.repository import count_failure
from tasks.failures.schemas import Finding
from tasks.limits.repository import add_violation
from tasks.limits.schemas import Asker, Count
from tests.factories.accounts import DEVICE, PASSWORD, create_account, create_login
from tests.fixtures.console import labels, show, written
from ui.console import api_client

ACCOUNT = "screens/account.py"
PEOPLE = "screens/people.py"
INVITE = "screens/invite.py"
PERSON = "screens/person.py"
ERRORS = "screens/errors.py"
LIMITS = "screens/rate_limits.py"

FRESH = "a sentence nobody else would think of"


def a_failure(*, times: int, kind: str = "KeyError") -> None:
    finding = Finding(
        fingerprint=kind,
        kind=kind,
        message="'wanted'",
        place="POST /api/v1/campaigns",
        trace="campaigns.py, line 7, in create",
        correlation_id="ab12cd34",
    )
    with transaction() as session:
        for _ in range(times):
            count_failure(
                session, finding, now=now(), alert_every=timedelta(minutes=15)
            )


def chosen(screen: AppTest) -> set[str]:
    return {
        str(box.key).rpartition("_")[2] for box in screen.checkbox if box.value is True
    }


def choose(screen: AppTest, role: Role, *, wanted: bool = True) -> None:
    box = next(one for one in screen.checkbox if str(one.key).endswith(f"_{role}"))
    box.set_value(wanted)


def a_violation(account_id: UUID | None) -> None:
    count = Count(
        is_admitted=False, limit=100, remaining=0, reset_seconds=9, refused=12
    )
    with transaction() as session:
        add_violation(
            session,
            Asker(account_id, "192.0.2.7"),
            LimitClass.GENERAL,
            count,
            route=("POST", "/api/v1/campaigns"),
            asked="ab12cd34",
        )


@pytest.mark.parametrize("screen", [PEOPLE, INVITE, PERSON, ERRORS, LIMITS])
def test_an_operator_who_knows_the_address_is_told_whom_to_ask(
    console: AppTest, screen: str
) -> None:
    create_account(Role.REVIEWER, email="secret@muster.example")
    shown = written(show(console, screen))
    assert "Your roles do not include this" in shown
    assert "secret@muster.example" not in shown


def test_the_account_screen_shows_where_one_is_signed_in(console: AppTest) -> None:
    shown = written(show(console, ACCOUNT))
    assert "The operator" in shown
    assert "**tests**" in shown
    assert "This one" in shown
    assert "Sign out" not in labels(console)


def test_the_other_logins_are_ended_and_this_one_stays(console: AppTest) -> None:
    person = api_client.api().who_am_i()
    for _ in range(2):
        open_login_of(person.id, device=DEVICE)
    show(console, ACCOUNT)
    console.button(key="logins_end_others").click().run()
    assert not console.exception
    assert [one.is_current for one in api_client.people().list_own_logins()] == [True]
    assert "logins_end_others" not in {button.key for button in console.button}


def test_a_wrong_current_password_changes_nothing(console: AppTest) -> None:
    show(console, ACCOUNT)
    console.text_input(key="password_current").set_value("not it")
    console.text_input(key="password_new").set_value(FRESH)
    console.button(key="password_change").click().run()
    assert "Your password did not change" in written(console)


def test_the_password_is_changed_and_the_person_stays_signed_in(
    console: AppTest,
) -> None:
    show(console, ACCOUNT)
    console.text_input(key="password_current").set_value(PASSWORD)
    console.text_input(key="password_new").set_value(FRESH)
    console.button(key="password_change").click().run()
    assert "Your password is changed" in written(console)
    assert "Password changed" in written(console)
    assert console.text_input(key="password_new").value == ""


def test_people_are_listed_with_roles_and_whether_they_may_come(
    administration: AppTest,
) -> None:
    create_account(Role.REVIEWER, email="rita@muster.example")
    shown = written(show(administration, PEOPLE))
    assert "The administrator** (you)" in shown
    assert "rita@muster.example" in shown
    assert "Reviewer" in shown
    assert "never signed in" in shown


def test_an_invitation_gives_a_link_once_and_is_listed_until_withdrawn(
    administration: AppTest,
) -> None:
    show(administration, INVITE)
    administration.text_input(key="invite_email").set_value("new@muster.example")
    administration.checkbox(key="invite_operator").check()
    administration.button(key="invite_send").click().run()
    assert not administration.exception
    assert "new@muster.example is invited" in written(administration)
    shown = written(show(administration, PEOPLE))
    assert "new@muster.example" in shown
    assert "is invited" not in written(show(administration, INVITE))
    show(administration, PEOPLE)
    withdraw = next(
        one for one in administration.button if str(one.key).startswith("withdraw_")
    )
    withdraw.click().run()
    assert "new@muster.example" not in written(administration)


def test_an_address_that_is_none_is_refused_with_a_sentence(
    administration: AppTest,
) -> None:
    show(administration, INVITE)
    administration.text_input(key="invite_email").set_value("nobody")
    administration.button(key="invite_send").click().run()
    assert "Nobody was invited" in administration.error[0].value


def test_roles_are_changed(administration: AppTest) -> None:
    rita = create_account(Role.REVIEWER, email="rita@muster.example")
    show(administration, PERSON, id=str(rita))
    assert chosen(administration) == {Role.REVIEWER}
    choose(administration, Role.OPERATOR)
    administration.button(key="roles_save").click().run()
    assert "The roles are changed" in written(administration)
    assert set(api_client.people().get_account(rita).roles) == {
        Role.REVIEWER,
        Role.OPERATOR,
    }


def test_somebody_without_any_role_is_refused_at_once(administration: AppTest) -> None:
    rita = create_account(Role.REVIEWER, email="rita@muster.example")
    show(administration, PERSON, id=str(rita))
    choose(administration, Role.REVIEWER, wanted=False)
    administration.button(key="roles_save").click().run()
    assert "at least one role" in written(administration)


def test_a_change_on_top_of_somebody_elses_is_refused_and_shows_the_newest(
    administration: AppTest,
) -> None:
    rita = create_account(Role.REVIEWER, email="rita@muster.example")
    show(administration, PERSON, id=str(rita))
    seen = api_client.people().get_account(rita)
    people = api_client.people()
    people.change_account(rita, {"roles": ["operator"]}, version=seen.version)
    choose(administration, Role.ADMINISTRATOR)
    administration.button(key="roles_save").click().run()
    refusal = administration.error[0].value
    assert "did not change" in refusal
    assert "the newest" in refusal
    assert chosen(administration) == {Role.OPERATOR}
    assert people.get_account(rita).roles == (Role.OPERATOR,)


def test_the_last_administrator_cannot_be_made_less(administration: AppTest) -> None:
    me = api_client.api().who_am_i()
    show(administration, PERSON, id=str(me.id))
    choose(administration, Role.REVIEWER)
    choose(administration, Role.ADMINISTRATOR, wanted=False)
    administration.button(key="roles_save").click().run()
    assert "last active administrator" in administration.error[0].value
    administration.button(key="standing").click().run()
    assert "last active administrator" in administration.error[0].value


def test_somebody_is_deactivated_and_activated_again(administration: AppTest) -> None:
    login = create_login(Role.REVIEWER, email="rita@muster.example")
    show(administration, PERSON, id=str(login.caller.account_id))
    administration.button(key="standing").click().run()
    assert "Deactivated" in written(administration)
    assert "Nowhere" in written(administration)
    administration.button(key="standing").click().run()
    assert "can sign in again" in written(administration)


def test_a_reset_link_is_shown_until_one_leaves(administration: AppTest) -> None:
    rita = create_account(Role.REVIEWER, email="rita@muster.example")
    show(administration, PERSON, id=str(rita))
    administration.button(key="reset_make").click().run()
    assert "can set a new password" in written(administration)
    show(administration, PEOPLE)
    shown = written(show(administration, PERSON, id=str(rita)))
    assert "can set a new password" not in shown


def test_a_login_of_somebody_is_ended(administration: AppTest) -> None:
    login = create_login(Role.REVIEWER, email="rita@muster.example")
    show(administration, PERSON, id=str(login.caller.account_id))
    ending = f"person_logins_end_{login.caller.login_id}"
    administration.button(key=ending).click().run()
    assert "Nowhere" in written(administration)


def test_a_person_that_is_not_there_is_a_sentence(administration: AppTest) -> None:
    shown = show(administration, PERSON, id=str(UUID(int=7)))
    assert "This person could not be read" in shown.error[0].value


def test_errors_are_listed_one_of_a_kind(administration: AppTest) -> None:
    assert "No errors" in written(show(administration, ERRORS))
    a_failure(times=3)
    a_failure(times=1, kind="ValueError")
    shown = written(show(administration, ERRORS))
    assert "3 times" in shown
    assert "ab12cd34" in shown
    administration.segmented_control(key="errors_order").set_value("-count").run()
    shown = written(administration)
    assert shown.index("KeyError") < shown.index("ValueError")


def test_who_went_over_a_limit_is_named(administration: AppTest) -> None:
    assert "Nobody was refused" in written(show(administration, LIMITS))
    rita = create_account(Role.REVIEWER, email="rita@muster.example")
    a_violation(rita)
    a_violation(None)
    show(administration, LIMITS)
    rows = administration.dataframe[0].value
    assert list(rows["Who"]) == ["192.0.2.7", "The reviewer"]
    assert set(rows["Refused"]) == {12}


def test_who_asked_too_often_is_told_to_wait_and_not_that_it_failed(
    console: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        return httpx.Response(429, json={"message": "slowly", "retryAfter": 30})

    with httpx.Client(
        base_url="http://muster.example", transport=httpx.MockTransport(refuse)
    ) as client:
        monkeypatch.setattr(api_client, "open_client", lambda: client)
        show(console, ACCOUNT)
    assert not console.error
    assert "Try again" not in labels(console)

"""Which screens the menu shows to whom."""

from config.vocabulary import Permission
from tasks.accounts.permissions import OPERATOR, REVIEWER
from ui.console.navigation import ENTRIES, visibility_of

IN_MENU = [entry for entries in ENTRIES.values() for entry in entries if entry.icon]


def shown_to(permissions: frozenset[str]) -> set[str]:
    return {
        entry.title
        for entry in IN_MENU
        if visibility_of(entry, permissions) == "visible"
    }


def test_an_operator_does_not_see_the_administration() -> None:
    assert shown_to(OPERATOR) == {
        "Overview",
        "Campaigns",
        "Review",
        "Browser profiles",
        "Cloak",
        "Proxies",
        "Account",
    }


def test_a_reviewer_does_not_see_browser_profiles_and_exits() -> None:
    assert not {"Browser profiles", "Cloak", "Proxies"} & shown_to(REVIEWER)


def test_an_administrator_sees_all_of_it() -> None:
    assert shown_to(frozenset(Permission)) == {entry.title for entry in IN_MENU}


def test_one_permission_shows_one_screen() -> None:
    only = frozenset({Permission.ACCOUNTS_READ})
    assert shown_to(OPERATOR | only) - shown_to(OPERATOR) == {"People"}

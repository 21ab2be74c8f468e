"""What every screen carries along: it renews the login, and leaves when that ends."""

from ui.console.components import load_component

_keeper = load_component("keeper")


def keep_signed_in() -> None:
    """Renew the login while the tab is open; leave for the sign-in page at its end."""
    _keeper(key="keeper", data={"signedOut": False}, height=1)


def leave_for_sign_in() -> None:
    """Take the browser to the sign-in page, and back here afterwards."""
    _keeper(key="keeper", data={"signedOut": True}, height=1)

"""The button that ends the login."""

from ui.console.components import load_component

_sign_out = load_component("sign_out")


def show_sign_out() -> None:
    """Offer to sign out; the browser then leaves for the sign-in page."""
    _sign_out(key="sign_out", data={})

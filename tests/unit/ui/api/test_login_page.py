"""The pages before the sign-in: one frame, one script of forms, a policy each."""

import base64
import hashlib
import re

import pytest

from ui.api.login_page import INVITATION, LOGIN, PASSWORD_RESET, read_page

PAGES = (LOGIN, INVITATION, PASSWORD_RESET)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_runs_what_is_in_it_and_nothing_else(name: str) -> None:
    page = read_page(name)
    for element in ("style", "script"):
        inside = re.findall(rf"<{element}>(.*?)</{element}>", page.html, re.DOTALL)
        assert len(inside) == 1
        digest = base64.b64encode(hashlib.sha256(inside[0].encode()).digest()).decode()
        assert f"{element}-src 'sha256-{digest}'" in page.policy
    assert "default-src 'none'" in page.policy
    assert not re.search(r"https?://|\son\w+=|style=", page.html)


@pytest.mark.parametrize("name", PAGES)
def test_every_field_of_a_page_has_a_label(name: str) -> None:
    html = read_page(name).html
    fields = set(re.findall(r'<input id="(\w+)"', html))
    assert fields
    assert fields == set(re.findall(r'<label for="(\w+)"', html))


def test_the_pages_share_their_frame() -> None:
    styles = {
        re.findall(r"<style>.*</style>", read_page(one).html, re.DOTALL)[0]
        for one in PAGES
    }
    assert len(styles) == 1
    assert (
        len(
            {
                re.findall(r"<title>(.*)</title>", read_page(one).html)[0]
                for one in PAGES
            }
        )
        == 3
    )

"""The pages for people who are not signed in, and the way from `/` to the console."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from fastapi import APIRouter
from starlette.responses import HTMLResponse, RedirectResponse

from config.settings import settings

CONSOLE = "/console"
LOGIN, INVITATION, PASSWORD_RESET = "login", "invitation", "password_reset"
_FOLDER = Path(__file__).parent
_PART = re.compile(
    r"<title>(?P<title>.*?)</title>\n(?P<content>.*?)\n<script>(?P<script>.*?)</script>",
    re.DOTALL,
)
_PLEX_BUTTON = 'id="plex" type="button" class="second"'

router = APIRouter(include_in_schema=False)


class Page(NamedTuple):
    """A page and the policy that lets it run what is in it, and nothing else."""

    html: str
    policy: str


@router.get("/")
async def go_to_console() -> RedirectResponse:
    """Lead a person to the console."""
    return RedirectResponse(CONSOLE, status_code=303)


@router.get("/login")
async def show_login_page() -> HTMLResponse:
    """Show the sign-in page; it follows `next` afterwards, within this origin."""
    page = read_page(LOGIN)
    if settings().plex.accounts_url:
        html = page.html.replace(f"{_PLEX_BUTTON} hidden", _PLEX_BUTTON)
        page = page._replace(html=html)
    return _answer(page)


@router.get("/invitation")
async def show_invitation_page() -> HTMLResponse:
    """Show the page of a one-time link that makes an account."""
    return _answer(read_page(INVITATION))


@router.get("/password-reset")
async def show_password_reset_page() -> HTMLResponse:
    """Show the page of a one-time link that sets a new password."""
    return _answer(read_page(PASSWORD_RESET))


@cache
def read_page(name: str = LOGIN) -> Page:
    """
    Return a page with its Content Security Policy (W3C CSP level 3, by hash).

    The frame with its style and the script of all forms are shared; a page adds what
    it shows and does.
    """
    part = _PART.fullmatch(_read(f"{name}_page.html").strip())
    if part is None:
        raise ValueError(name)
    script = _read("page_form.js") + part["script"]
    html = (
        _read("page_frame.html")
        .replace("{title}", part["title"])
        .replace("{content}", part["content"])
        .replace("{script}", script)
    )
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    policy = (
        f"default-src 'none'; style-src '{_hash_of(style[1] if style else '')}'; "
        f"script-src '{_hash_of(script)}'; connect-src 'self'; img-src data:; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
    return Page(html, policy)


def _answer(page: Page) -> HTMLResponse:
    headers = {
        "Content-Security-Policy": page.policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return HTMLResponse(page.html, headers=headers)


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _hash_of(content: str) -> str:
    digest = hashlib.sha256(content.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"

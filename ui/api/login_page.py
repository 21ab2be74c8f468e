"""The sign-in page: one file of its own, and the way from `/` to the console."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from fastapi import APIRouter
from starlette.responses import HTMLResponse, RedirectResponse

CONSOLE = "/console"
_FILE = Path(__file__).with_name("login_page.html")

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
    page = read_page()
    headers = {
        "Content-Security-Policy": page.policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return HTMLResponse(page.html, headers=headers)


@cache
def read_page() -> Page:
    """Return the page with its Content Security Policy (W3C CSP level 3, by hash)."""
    html = _FILE.read_text(encoding="utf-8")
    style, script = (_hash_of(html, element) for element in ("style", "script"))
    policy = (
        f"default-src 'none'; style-src '{style}'; script-src '{script}'; "
        "connect-src 'self'; img-src data:; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    return Page(html, policy)


def _hash_of(html: str, element: str) -> str:
    found = re.search(rf"<{element}>(.*?)</{element}>", html, re.DOTALL)
    content = found.group(1) if found else ""
    digest = hashlib.sha256(content.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"

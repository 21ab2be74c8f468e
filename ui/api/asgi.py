"""One origin for all: the console behind its gate, the API everywhere else."""

import asyncio
import gc
import importlib
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from config.errors import SetupError
from config.settings import settings
from tasks.failures.record import record_failure
from ui.api.app import create_app, live_parts
from ui.api.correlation import Correlated
from ui.api.gate import ConsoleGate
from ui.api.left_screens import let_go_of_left_screens
from ui.api.login_page import CONSOLE
from ui.api.measures import Measured
from ui.api.safe_headers import CONSOLE_POLICY, SafeHeaders
from ui.api.streamlit_options import SCRIPT, set_streamlit_options

log = logging.getLogger(__name__)

_NEEDED_BY_FIRST_SCREEN = ("pandas", "pyarrow")


class Front:
    """Sends a request to the console or to the API by its path."""

    def __init__(self, api: FastAPI, console: ASGIApp | None) -> None:
        self.api = api
        self._root: ASGIApp = console or api
        self._gate = _gate_before(console) if console else api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or live through the lifespan."""
        if scope["type"] == "lifespan":
            await self._root(scope, receive, send)
        elif scope["path"] == CONSOLE or scope["path"].startswith(f"{CONSOLE}/"):
            await self._gate(scope, receive, send)
        else:
            await self.api(scope, receive, send)


def _gate_before(console: ASGIApp) -> ASGIApp:
    gate = Correlated(ConsoleGate(console))
    return Measured(SafeHeaders(gate, policy=CONSOLE_POLICY), route=CONSOLE)


def create_front(script: Path = SCRIPT) -> Front:
    """
    Return everything one process serves; only the API if there is no console script.

    Raises:
        SetupError: Streamlit does not take an option we rely on.
    """
    api = create_app()
    if not script.is_file():
        log.warning("there is no console at %s; only the API is served", script)
        return Front(api, None)

    @asynccontextmanager
    async def lifespan(_console: Any) -> AsyncGenerator[None]:
        async with live_parts(api):
            _settle()
            letting_go = asyncio.create_task(let_go_of_left_screens())
            try:
                yield
            finally:
                letting_go.cancel()

    console = st.App(script, lifespan=lifespan, on_script_error=_log_script_error)
    set_streamlit_options(settings().api)
    return Front(api, console)


def _settle() -> None:
    """Load what the first screen needs, and leave it out of later collections."""
    for name in _NEEDED_BY_FIRST_SCREEN:
        try:
            importlib.import_module(name)
        except ImportError as missing:
            raise SetupError(f"{name} is missing; run deployments/install") from missing
    gc.collect()
    gc.freeze()


def _log_script_error(error: Exception) -> None:
    log.error("a screen of the console failed", exc_info=error)
    record_failure(error, place="console")

"""Plex accounts (plex.tv): sign-in PINs, who somebody is, servers they may use."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import httpx
from pydantic import AliasGenerator, BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from config.errors import (
    BusyError,
    NotFoundError,
    RefusedError,
    UnreachableError,
    UnreadableError,
)
from config.settings import settings

PRODUCT = "Muster"

Answer = TypeVar("Answer", bound=BaseModel)


class PlexNotSetUpError(NotFoundError):
    """This installation knows no Plex."""

    code = "plex_not_set_up"

    def __init__(self) -> None:
        super().__init__(
            "sign-in through Plex is not set up here: MUSTER_PLEX__ACCOUNTS_URL"
        )


class PlexTokenRefusedError(RefusedError):
    """Plex does not know the token."""

    code = "plex_token_refused"

    def __init__(self) -> None:
        super().__init__("Plex does not take this token")


class _PlexAnswer(BaseModel):
    """As Plex writes it: camelCase, and more members than we read."""

    model_config = ConfigDict(
        frozen=True, alias_generator=AliasGenerator(validation_alias=to_camel)
    )


class PlexPin(_PlexAnswer):
    """A PIN: until `expires_at` its owner can link their account to it."""

    id: int
    code: str
    expires_at: datetime
    auth_token: str | None = None
    """Set once somebody has signed in at Plex with the code."""


class PlexPerson(_PlexAnswer):
    """Whose token it is; `id` is for life, email and name may change."""

    id: int
    email: str
    username: str = ""
    title: str = ""


class _PlexResource(_PlexAnswer):
    """A server or player somebody may use; a server's id is its machine identifier."""

    client_identifier: str
    provides: str = ""


class PlexAccounts:
    """Source: Plex API v2 `/pins`, `/user`, `/resources` (developer.plex.tv/pms)."""

    def __init__(self, client: httpx.Client, *, client_identifier: str) -> None:
        self._client = client
        self._headers = {
            "Accept": "application/json",
            "X-Plex-Client-Identifier": client_identifier,
            "X-Plex-Product": PRODUCT,
        }

    def create_pin(self) -> PlexPin:
        """Return a new PIN that nobody has linked yet; it lives for some minutes."""
        answer = self._ask("POST", "/api/v2/pins", form={"strong": "true"})
        return _read(PlexPin, answer)

    def read_pin(self, pin_id: int) -> PlexPin | None:
        """Return a PIN as it stands, or None if Plex knows it no more."""
        try:
            return _read(PlexPin, self._ask("GET", f"/api/v2/pins/{pin_id}"))
        except NotFoundError:
            return None

    def read_person(self, token: str) -> PlexPerson:
        """
        Return whose token it is.

        Raises:
            PlexTokenRefusedError: Nobody's, or nobody's any more.
        """
        return _read(PlexPerson, self._ask("GET", "/api/v2/user", token=token))

    def list_servers(self, token: str) -> frozenset[str]:
        """
        Return the machine identifiers of all servers that the token's owner may use.

        Raises:
            PlexTokenRefusedError: Plex does not know the token.
        """
        answer = self._ask("GET", "/api/v2/resources", token=token)
        if not isinstance(answer, list):
            raise _unreadable()
        resources = [_read(_PlexResource, one) for one in answer]
        return frozenset(
            one.client_identifier
            for one in resources
            if "server" in one.provides.split(",")
        )

    def _ask(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Any:
        headers = self._headers | ({"X-Plex-Token": token} if token else {})
        try:
            answer = self._client.request(method, path, headers=headers, data=form)
        except httpx.TransportError as silent:
            raise UnreachableError("Plex does not answer; try again later") from silent
        if not answer.is_success:
            raise _name_refusal(answer)
        try:
            return answer.json()
        except ValueError:
            raise _unreadable() from None


def sign_in_address(pin: PlexPin) -> str:
    """Return where a person links their Plex account to a PIN."""
    section = settings().plex
    page = section.sign_in_url or f"{section.accounts_url.rstrip('/')}/auth"
    words = {
        "clientID": section.client_identifier,
        "code": pin.code,
        "context[device][product]": PRODUCT,
    }
    return f"{page}#?{urlencode(words, quote_via=quote)}"


def plex_accounts() -> PlexAccounts:
    """
    Return the client of this process; its connections are kept and shared by threads.

    Raises:
        PlexNotSetUpError: No address is set, and no stack runs.
    """
    section = settings().plex
    if not section.accounts_url:
        raise PlexNotSetUpError
    return _opened(
        section.accounts_url, section.client_identifier, section.timeout.total_seconds()
    )


@cache
def _opened(url: str, client_identifier: str, seconds: float) -> PlexAccounts:
    client = httpx.Client(
        base_url=url,
        timeout=seconds,
        verify=url.startswith("https://"),
        trust_env=not _is_on_this_machine(url),
    )
    return PlexAccounts(client, client_identifier=client_identifier)


def _is_on_this_machine(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _read(kind: type[Answer], answer: Any) -> Answer:
    try:
        return kind.model_validate(answer)
    except ValidationError:
        raise _unreadable() from None  # its message would show the token


def _unreadable() -> UnreadableError:
    return UnreadableError("Plex answers in an unknown form")


def _name_refusal(answer: httpx.Response) -> Exception:
    status = answer.status_code
    if status == HTTPStatus.NOT_FOUND:
        return NotFoundError("Plex does not know this")
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return PlexTokenRefusedError()
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return BusyError("Plex asks us to slow down; try again in a minute")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return UnreachableError(f"Plex is out of order ({status}); try again later")
    return RefusedError(f"Plex refused ({status})")

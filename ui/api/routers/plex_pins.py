"""Sign-in through Plex: begin, and see whether the person is through."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response, status

from tasks.accounts.plex_sign_in import begin_plex_sign_in, look_at_pin
from tasks.accounts.schemas import PlexPinAnswer, PlexPinState
from tasks.clients.plex_accounts import sign_in_address
from ui.api.auth import from_own_page
from ui.api.cookies import holds_pin, set_pin_cookie
from ui.api.routers.logins import UnknownPinError

router = APIRouter(prefix="/auth/plex/pin", tags=["auth"])


@router.post(
    "", status_code=status.HTTP_201_CREATED, dependencies=[Depends(from_own_page)]
)
def begin_sign_in(response: Response) -> PlexPinAnswer:
    """Begin a sign-in through Plex; it belongs to the browser that began it."""
    pin = begin_plex_sign_in()
    set_pin_cookie(response, pin.id, until=pin.expires_at)
    response.headers["Cache-Control"] = "no-store"
    return PlexPinAnswer(
        pin_id=pin.id,
        code=pin.code,
        auth_url=sign_in_address(pin),
        expires_at=pin.expires_at,
    )


@router.get("/{pin_id}")
def show_pin(
    pin_id: Annotated[int, Path(ge=1, le=2**53)], request: Request, response: Response
) -> PlexPinState:
    """Say whether the person has signed in at Plex."""
    if not holds_pin(request.cookies, pin_id):
        raise UnknownPinError
    response.headers["Cache-Control"] = "no-store"
    return PlexPinState(status=look_at_pin(pin_id))

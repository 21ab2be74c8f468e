"""People who ask to be forgotten: say what would go, and remove it."""

from fastapi import APIRouter

from flows.person_forgetting import forget_person
from tasks.public_profiles.forget_schemas import ForgetRequest, Forgotten
from ui.api.auth import PersonsForget

router = APIRouter(prefix="/admin/persons", tags=["administration"])


@router.post("/forget")
def forget(asked: ForgetRequest, caller: PersonsForget) -> Forgotten:
    """Remove all that names a person and never take them in again; safe to repeat."""
    return forget_person(asked, caller)

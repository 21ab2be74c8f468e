"""Keys of documented interfaces: list by name, set, remove."""

from http import HTTPStatus

from fastapi import APIRouter

from tasks.api_secrets import keep
from tasks.api_secrets.schemas import ApiSecretAnswer, ApiSecretRequest, SecretName
from ui.api.answers import ApiSecretList
from ui.api.auth import CampaignsWrite, SecretsWrite

router = APIRouter(prefix="/secrets", tags=["campaigns"])


@router.get("")
def show_secrets(_caller: CampaignsWrite) -> ApiSecretList:
    """List the secrets that a campaign can name; the secrets themselves are masked."""
    return ApiSecretList(items=keep.list_secrets())


@router.put("/{name}")
def set_secret(
    name: SecretName, asked: ApiSecretRequest, caller: SecretsWrite
) -> ApiSecretAnswer:
    """Keep a secret under a name; one of this name is put in its place."""
    return keep.set_secret(name, asked, caller)


@router.delete("/{name}", status_code=HTTPStatus.NO_CONTENT)
def remove_secret(name: SecretName, caller: SecretsWrite) -> None:
    """Remove a secret; campaigns that name it cannot be started any more."""
    keep.remove_secret(name, caller)

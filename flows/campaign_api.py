"""Open the documented JSON interface that a campaign reads, with its secret."""

from urllib.parse import urlsplit

from config.errors import InvalidError
from config.recipes.json_api import ApiRecipe, find_api_recipe
from config.settings import settings
from flows.campaign_exit import check_exit_held, find_exit_proxy
from tasks.api_secrets.keep import open_secret
from tasks.clients.json_answers import is_safe_for_keys
from tasks.clients.json_door import ApiKey, ApiManners, JsonDoor
from tasks.public_profiles.acquire_api import ApiReading
from tasks.public_profiles.api_inputs import base_of, check_api_source, hosts_of_api
from tasks.public_profiles.read_api import read_error_with
from tasks.public_profiles.schemas import JsonApiSource

_FIELD = "source.secret"


def check_json_api(source: JsonApiSource) -> None:
    """
    Refuse an interface that cannot be read as the source describes it.

    Raises:
        InvalidError: Recipe, inputs, server or secret; the field is named.
    """
    find_api_key(source, check_api_source(source))


def open_json_api(source: JsonApiSource) -> ApiReading:
    """
    Return the reading of a source; nothing is asked before it is needed.

    Raises:
        InvalidError: Its secret is not there any more.
        ExitAwayError: The tunnel that it is to leave by is not connected.
    """
    recipe = find_api_recipe(source.recipe)
    pace = source.seconds_between_requests or 0.0
    manners = ApiManners(
        hosts=hosts_of_api(source, recipe),
        seconds_between=max(pace, recipe.pace.seconds),
        key=find_api_key(source, recipe),
        read_error=read_error_with(recipe),
    )
    door = JsonDoor(
        limits=settings().public_profiles,
        manners=manners,
        exit_proxy=find_exit_proxy(source.exit) if source.exit else None,
    )
    return ApiReading(source, recipe, door)


def check_api_exit_held(source: JsonApiSource, reading: ApiReading) -> None:
    """
    Return if the requests so far could leave as the source wants it.

    Raises:
        ExitAwayError: The tunnel is away, or was made anew meanwhile.
    """
    if source.exit is not None:
        check_exit_held(source.exit, reading.door.exit_proxy)


def find_api_key(source: JsonApiSource, recipe: ApiRecipe) -> ApiKey | None:
    """
    Return the key that the source names, None if it names none.

    It is shown to the recipe's own host and to those that the secret itself names:
    whoever may write a campaign cannot send it anywhere else.

    Raises:
        InvalidError: There is no such secret, or it must not be sent to this server.
    """
    if source.secret is None:
        return None
    if recipe.auth is None:
        raise InvalidError(f"recipe {recipe.name} needs no secret", field=_FIELD)
    secret = open_secret(source.secret)
    if secret is None:
        raise InvalidError(
            f"there is no secret {source.secret!r}: ask an administrator to set "
            f"it (PUT /secrets/{source.secret})",
            field=_FIELD,
        )
    own = (urlsplit(recipe.base).netloc,) if recipe.base else ()
    hosts = (*own, *secret.hosts)
    base = base_of(source, recipe)
    asked = urlsplit(base)
    if not {asked.netloc, asked.hostname} & set(hosts):
        raise InvalidError(
            f"the secret {source.secret!r} is not meant for {asked.netloc}: ask "
            "an administrator to set it anew with this host among its hosts",
            field=_FIELD,
        )
    if not is_safe_for_keys(base):
        raise InvalidError(
            f"{base} is not encrypted, so no secret is sent there: use https",
            field="source.baseUrl",
        )
    auth = recipe.auth
    return ApiKey(secret.value, hosts, auth.place, auth.name, auth.form)

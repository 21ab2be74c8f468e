"""Every route names the permission it needs, or is one of a few open to all."""

from typing import Any

from config.vocabulary import Permission
from ui.api.app import create_app
from ui.api.bare_paths import BARE_PATHS, CANONICAL

PUBLIC = {
    ("post", "/api/v1/auth/login"),
    ("post", "/api/v1/auth/refresh"),
    ("post", "/api/v1/auth/logout"),
    ("post", "/api/v1/auth/plex/pin"),
    ("get", "/api/v1/auth/plex/pin/{pin_id}"),
    ("post", "/api/v1/auth/invitation"),
    ("post", "/api/v1/auth/invitation/accept"),
    ("post", "/api/v1/auth/password/reset"),
    ("get", "/api/v1/health"),
}


def operations() -> dict[tuple[str, str], dict[str, Any]]:
    paths = create_app().openapi()["paths"]
    return {
        (method, path): operation
        for path, methods in paths.items()
        for method, operation in methods.items()
    }


def permissions_named(operation: dict[str, Any]) -> set[str]:
    return {
        scope
        for scheme in operation.get("security", ())
        for scopes in scheme.values()
        for scope in scopes
    }


def test_every_route_names_exactly_one_permission_or_is_public() -> None:
    for route, operation in operations().items():
        named = permissions_named(operation)
        assert len(named) == (0 if route in PUBLIC else 1), route
        assert named <= set(Permission), route


def test_the_list_of_public_routes_names_no_route_that_is_gone() -> None:
    assert set(operations()) >= PUBLIC


def test_every_route_is_canonical_and_its_bare_path_answers_too() -> None:
    for _, path in operations():
        assert path.startswith(f"{CANONICAL}/")
        bare = path.removeprefix(CANONICAL)
        assert "/" + bare.split("/")[1] in BARE_PATHS, path


def test_every_route_says_what_it_does_and_how_it_refuses() -> None:
    for route, operation in operations().items():
        assert operation.get("description"), route
        assert {"4XX", "5XX"} <= set(operation["responses"]), route


def test_every_permission_opens_some_route() -> None:
    named = {one for each in operations().values() for one in permissions_named(each)}
    assert named == set(Permission)

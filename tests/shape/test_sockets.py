"""Every WebSocket of the API names the permission it needs; OpenAPI knows of none."""

from fastapi.routing import APIWebSocketRoute

from config.vocabulary import Permission
from ui.api.app import RESOURCES


def test_every_socket_names_exactly_one_permission() -> None:
    sockets = [
        route
        for resource in RESOURCES
        for route in resource.router.routes
        if isinstance(route, APIWebSocketRoute)
    ]
    assert sockets
    for route in sockets:
        named = {
            scope
            for needed in route.dependant.dependencies
            for scope in needed.own_oauth_scopes or ()
        }
        assert len(named) == 1, route.path
        assert named <= set(Permission), route.path

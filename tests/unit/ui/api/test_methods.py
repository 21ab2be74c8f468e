"""An address says which methods it takes."""

import pytest

from ui.api.methods import read_addresses

PATHS = {
    "/things": {"get": {}, "post": {}},
    "/things/recent": {"get": {}},
    "/things/{thing_id}": {"patch": {}, "delete": {}},
    "/things/{thing_id}/parts/{part.id}": {"get": {}},
}


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/things", "GET, POST"),
        ("/things/recent", "GET"),
        ("/things/7", "DELETE, PATCH"),
        ("/things/7/parts/8", "GET"),
        ("/things/7/parts", None),
        ("/things/7/8", None),
        ("/others", None),
    ],
)
def test_all_methods_of_an_address_are_known(path: str, methods: str | None) -> None:
    assert read_addresses(PATHS).methods_of(path) == methods

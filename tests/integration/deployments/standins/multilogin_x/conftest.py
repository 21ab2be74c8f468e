"""One signed-in person at the local Multilogin X."""

from collections.abc import Iterator

import pytest

from tests.fixtures.multilogin import MultiloginX
from tests.fixtures.multilogin_raw import RawMultilogin, raw_multilogin


@pytest.fixture
def raw(multilogin_x: MultiloginX) -> Iterator[RawMultilogin]:
    """Be signed in; leave no fault and no browser."""
    yield raw_multilogin(multilogin_x)
    multilogin_x.clear_faults()
    multilogin_x.stop_all()

"""Pictures are what browsers read, and differ."""

import struct
import zlib

from deployments.demo_site.people import make_people
from deployments.demo_site.pictures import SIDE, draw_picture


def test_every_picture_is_a_png_of_its_own() -> None:
    pictures = [draw_picture(person, seed=1) for person in make_people(1, 120)]
    for picture in pictures:
        assert picture.startswith(b"\x89PNG\r\n\x1a\n")
        assert struct.unpack(">II", picture[16:24]) == (SIDE, SIDE)
        (length,) = struct.unpack(">I", picture[33:37])
        rows = zlib.decompress(picture[41 : 41 + length])
        assert len(rows) == SIDE * (1 + 3 * SIDE)
    assert len(set(pictures)) > 110

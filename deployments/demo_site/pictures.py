"""Portraits drawn from a seed: a face for a person, a pattern for anything else."""

import struct
import zlib
from colorsys import hls_to_rgb
from math import sqrt
from random import Random
from typing import NamedTuple

from deployments.demo_site.people import Person

SIDE = 200
"""Pixels of a picture, each way."""

Colour = tuple[int, int, int]
DARK: Colour = (43, 35, 32)
SKINS: tuple[Colour, ...] = (
    (246, 215, 195),
    (234, 192, 160),
    (217, 160, 122),
    (185, 122, 84),
    (141, 90, 59),
    (107, 65, 41),
)
HAIRS: tuple[Colour, ...] = (
    DARK,
    (90, 58, 34),
    (138, 90, 43),
    (201, 143, 62),
    (156, 61, 42),
    (123, 127, 140),
    (61, 74, 138),
)


class Blob(NamedTuple):
    """An ellipse, or its part between two heights."""

    x: float
    y: float
    wide: float
    high: float
    colour: Colour
    above: float = 0
    below: float = SIDE

    def span(self, row: int) -> tuple[float, float] | None:
        """Return where it begins and ends in a row of pixels."""
        share = 1 - ((row - self.y) / self.high) ** 2
        if share <= 0 or not self.above <= row < self.below:
            return None
        half = self.wide * sqrt(share)
        return self.x - half, self.x + half


class Box(NamedTuple):
    """A rectangle."""

    x: float
    y: float
    wide: float
    high: float
    colour: Colour

    def span(self, row: int) -> tuple[float, float] | None:
        """Return where it begins and ends in a row of pixels."""
        if not self.y <= row < self.y + self.high:
            return None
        return self.x, self.x + self.wide


Shape = Blob | Box


def draw_picture(person: Person, *, seed: int) -> bytes:
    """Return the picture of `person` as a PNG of 200 by 200 pixels."""
    dice = Random(seed * 9_000_011 + person.index)  # noqa: S311 - variety, not secrecy
    hue = dice.randrange(360)
    is_person = person.kind == "person"
    shapes = _face(dice) if is_person else _pattern(person.kind, dice, hue)
    ends = (_hue(hue, 0.78), _hue(hue + 50, 0.6))
    return as_png([_row(row, shapes, ends) for row in range(SIDE)])


def as_png(rows: list[bytes]) -> bytes:
    """
    Return rows of red, green and blue as a PNG.

    Source: the PNG specification (third edition), sections 5 and 11: a chunk is its
    length, its type, its data and a CRC of both; each row begins with its filter.
    """
    width = len(rows[0]) // 3
    head = struct.pack(">IIBBBBB", width, len(rows), 8, 2, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows))
    chunks = ((b"IHDR", head), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*one) for one in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    body = name + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def _row(row: int, shapes: list[Shape], ends: tuple[Colour, Colour]) -> bytes:
    share = row / SIDE
    ground = bytes(
        round(first + share * (last - first)) for first, last in zip(*ends, strict=True)
    )
    pixels = bytearray(ground * SIDE)
    for shape in shapes:
        span = shape.span(row)
        if span is None:
            continue
        begin, end = (min(SIDE, max(0, round(one))) for one in span)
        pixels[3 * begin : 3 * end] = bytes(shape.colour) * max(0, end - begin)
    return bytes(pixels)


def _hue(hue: int, light: float, strength: float = 0.6) -> Colour:
    red, green, blue = hls_to_rgb(hue % 360 / 360, light, strength)
    return round(255 * red), round(255 * green), round(255 * blue)


def _face(dice: Random) -> list[Shape]:
    skin, hair = dice.choice(SKINS), dice.choice(HAIRS)
    shapes: list[Shape] = [
        Blob(100, 204, 72, 62, _hue(dice.randrange(360), 0.45, 0.45)),
        Box(84, 116, 32, 36, skin),
        *_hair_behind(dice, hair),
        Blob(100, 92, 38, 44, skin),
        *_hair_in_front(dice, hair),
    ]
    if dice.random() < 0.3:  # noqa: PLR2004 - a third wear glasses
        for eye in (86, 114):
            shapes += [Blob(eye, 94, 13, 13, DARK), Blob(eye, 94, 10, 10, skin)]
        shapes.append(Box(97, 92, 6, 3, DARK))
    shapes += [Blob(eye, 94, 4, 4, DARK) for eye in (86, 114)]
    high = dice.randrange(5, 12)
    shapes.append(Blob(100, 114, 13, high, DARK, above=114))
    shapes.append(Blob(100, 114, 13, high - 4, skin, above=114))
    return shapes


def _hair_behind(dice: Random, hair: Colour) -> list[Shape]:
    styles: tuple[list[Shape], ...] = (
        [],
        [Blob(100, 92, 47, 54, hair, below=92), Box(53, 92, 94, 58, hair)],
        [Blob(100, 84, 54, 54, hair)],
        [Blob(100, 36, 20, 20, hair)],
    )
    return dice.choice(styles)


def _hair_in_front(dice: Random, hair: Colour) -> list[Shape]:
    return [Blob(100, 88, 40, 42, hair, below=dice.choice((66, 70, 76)))]


def _pattern(kind: str, dice: Random, hue: int) -> list[Shape]:
    dark, light = _hue(hue, 0.32, 0.45), _hue(hue + 180, 0.88)
    if kind == "band":
        rings: list[Shape] = []
        for radius in range(70, 28, -(6 + dice.randrange(5))):
            rings += [
                Blob(100, 100, radius, radius, _hue(hue, 0.42, 0.4)),
                Blob(100, 100, radius - 2, radius - 2, dark),
            ]
        return [
            Blob(100, 100, 72, 72, dark),
            *rings,
            Blob(100, 100, 22, 22, light),
            Blob(100, 100, 4, 4, dark),
        ]
    if kind == "shop":
        stripes: list[Shape] = [
            Box(40 + place * 24, 60, 24, 42, light if place % 2 else dark)
            for place in range(5)
        ]
        door = Box(58 + dice.randrange(50), 116, 34, 46, dark)
        return [Box(48, 90, 104, 72, (255, 250, 242)), *stripes, door]
    return [
        Box(50 + column * 26, 50 + row * 26, 22, 22, dice.choice((dark, light)))
        for row in range(4)
        for column in range(4)
    ]

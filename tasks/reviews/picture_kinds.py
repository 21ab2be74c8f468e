"""Pure: what a picture is, judged by its bytes and never by what a host says of it."""

from typing import NamedTuple

MOST_PIXELS = 40_000_000
"""More fill the memory of whoever looks at them, however few bytes they came in."""

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})


class Picture(NamedTuple):
    """A picture that may be shown: its media type, and its size in pixels."""

    media_type: str
    width: int
    height: int


def judge_picture(content: bytes) -> Picture | str:
    """
    Return what kind of picture some bytes are, or why they are not shown.

    PNG, JPEG, GIF and WebP are; SVG never is, for it may hold scripts.

    Source: PNG (W3C) 5.2 and 11.2.1; GIF89a 17 and 18; JPEG (ITU T.81) B.1 and B.2.2;
    WebP container (RFC 9649) 2.3 to 2.7.
    """
    picture = _read_head(content)
    if picture is None:
        return "it is no PNG, JPEG, GIF or WebP"
    if picture.width < 1 or picture.height < 1:
        return "it says that it is empty"
    if picture.width * picture.height > MOST_PIXELS:
        return f"it has {picture.width} x {picture.height} pixels, which are too many"
    return picture


def _read_head(content: bytes) -> Picture | None:
    if content.startswith(_PNG) and content[12:16] == b"IHDR":
        return Picture("image/png", _big(content[16:20]), _big(content[20:24]))
    if content.startswith((b"GIF87a", b"GIF89a")):
        return Picture("image/gif", _little(content[6:8]), _little(content[8:10]))
    if content.startswith(b"\xff\xd8\xff"):
        return _read_jpeg(content)
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return _read_webp(content)
    return None


def _read_jpeg(content: bytes) -> Picture | None:
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:  # noqa: PLR2004 - begins a marker
        marker = content[place + 1]
        if marker in _JPEG_SIZES:
            height = _big(content[place + 5 : place + 7])
            return Picture("image/jpeg", _big(content[place + 7 : place + 9]), height)
        if marker == 0xFF:  # noqa: PLR2004 - a filling byte
            place += 1
        elif marker in _JPEG_ALONE:
            place += 2
        else:
            place += 2 + max(2, _big(content[place + 2 : place + 4]))
    return None


def _read_webp(content: bytes) -> Picture | None:
    kind, body = content[12:16], content[20:30]
    if len(body) < 10:  # noqa: PLR2004 - the longest head of the three
        return None
    if kind == b"VP8X":
        width, height = _little(body[4:7]) + 1, _little(body[7:10]) + 1
    elif kind == b"VP8L":
        bits = _little(body[1:5])
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif kind == b"VP8 ":
        width, height = _little(body[6:8]) & 0x3FFF, _little(body[8:10]) & 0x3FFF
    else:
        return None
    return Picture("image/webp", width, height)


def _big(number: bytes) -> int:
    return int.from_bytes(number, "big")


def _little(number: bytes) -> int:
    return int.from_bytes(number, "little")

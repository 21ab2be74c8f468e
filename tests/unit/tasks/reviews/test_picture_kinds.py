"""A picture is what its bytes are."""

import struct

import pytest

from tasks.reviews.picture_kinds import Picture, judge_picture

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 30, 20) + b"\x08\2\0\0\0"
GIF = b"GIF89a" + struct.pack("<HH", 30, 20) + b"\x80\0\0"
JPEG = (
    b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
    b"\xff\xff\xdb\0\x04\0\0"  # a filling byte, then a table
    b"\xff\xc2\0\x11\x08" + struct.pack(">HH", 20, 30) + b"\3\1\x22\0\2\x11\1"
)
RIFF = b"RIFF\x40\0\0\0WEBP"
LOSSY = RIFF + b"VP8 \x20\0\0\0\x30\1\0\x9d\1\x2a" + struct.pack("<HH", 30, 20)
LOSSLESS = RIFF + b"VP8L\x20\0\0\0\x2f" + struct.pack("<I", 29 | 19 << 14) + bytes(5)
EXTENDED = RIFF + b"VP8X\x0a\0\0\0\x10\0\0\0" + b"\x1d\0\0\x13\0\0"


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PNG, "image/png"),
        (GIF, "image/gif"),
        (JPEG, "image/jpeg"),
        (LOSSY, "image/webp"),
        (LOSSLESS, "image/webp"),
        (EXTENDED, "image/webp"),
    ],
)
def test_a_picture_is_known_by_its_first_bytes(content: bytes, media_type: str) -> None:
    assert judge_picture(content) == Picture(media_type, 30, 20)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b'<?xml version="1.0"?><svg/>',
        b"<!doctype html><title>no</title>",
        b"GIF88a" + bytes(20),
        b"\x89PNG\r\n\x1a\n" + bytes(20),
        b"\xff\xd8\xff" + bytes(60),
        b"\xff\xd8\xff\xe0",
        b"\xff\xd8\xff\xe0\0\0" * 40,
        RIFF + b"VP8Z" + bytes(20),
        RIFF,
        b"BM" + bytes(60),
    ],
)
def test_anything_else_is_no_picture(content: bytes) -> None:
    assert judge_picture(content) == "it is no PNG, JPEG, GIF or WebP"


def test_a_picture_that_would_fill_the_memory_is_not_shown() -> None:
    said = judge_picture(PNG[:16] + struct.pack(">II", 60_000, 60_000))
    assert "60000 x 60000 pixels" in str(said)
    assert "empty" in str(judge_picture(PNG[:16] + struct.pack(">II", 0, 10)))

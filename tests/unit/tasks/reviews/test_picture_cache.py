"""Pictures stay in their folder for a time, and the folder stays small."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tasks.reviews.picture_cache import KeptPicture, PictureCache

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "pictures"


def cache_in(folder: Path, *, most_bytes: int = 10_000) -> PictureCache:
    return PictureCache(
        folder,
        most_bytes=most_bytes,
        lifetime=timedelta(days=1),
        missing=timedelta(minutes=1),
    )


def keep(cache: PictureCache, folder: Path, url: str, kept: KeptPicture) -> None:
    """Keep something as of noon."""
    before = set(folder.glob("*"))
    cache.keep(url, kept)
    for path in set(folder.glob("*")) - before:
        os.utime(path, (NOON.timestamp(), NOON.timestamp()))


def test_a_picture_is_found_until_it_is_too_old(folder: Path) -> None:
    cache = cache_in(folder)
    keep(cache, folder, "https://a.example/1", KeptPicture(b"bytes"))
    assert cache.find("https://a.example/1", now=NOON) == KeptPicture(b"bytes")
    assert cache.find("https://a.example/2", now=NOON) is None
    late = NOON + timedelta(days=1)
    assert cache.find("https://a.example/1", now=late) is None


def test_what_could_not_be_had_is_known_for_a_while(folder: Path) -> None:
    cache = cache_in(folder)
    missing = KeptPicture(b"", "it is no PNG")
    keep(cache, folder, "u", missing)
    assert cache.find("u", now=NOON) == missing
    assert cache.find("u", now=NOON + timedelta(minutes=1)) is None
    keep(cache, folder, "u", KeptPicture(b"bytes"))
    assert cache.find("u", now=NOON) == KeptPicture(b"bytes")
    assert len(list(folder.iterdir())) == 1


def test_the_oldest_make_room_for_new_ones(folder: Path) -> None:
    cache = cache_in(folder, most_bytes=1_000)
    for number in range(10):
        cache.keep(f"u{number}", KeptPicture(bytes(300)))
        for path in folder.iterdir():
            moment = path.stat().st_mtime - 10
            os.utime(path, (moment, moment))
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 1_000
    later = datetime.fromtimestamp(
        max(p.stat().st_mtime for p in folder.iterdir()), UTC
    )
    assert cache.find("u9", now=later) is not None
    assert cache.find("u0", now=later) is None


def test_the_folder_is_for_nobody_else(folder: Path) -> None:
    cache_in(folder).keep("u", KeptPicture(b"bytes"))
    assert folder.stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in folder.iterdir())

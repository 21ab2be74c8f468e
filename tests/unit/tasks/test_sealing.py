"""Secrets of others, sealed with a key of ours."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config.errors import SetupError
from config.settings import settings
from tasks.sealing import (
    SealBrokenError,
    forget_keys,
    keyed_hash,
    keyed_hashes,
    seal,
    unseal,
)

KEY = "a key of the tests that is long enough"
PURPOSE = "proxy.password"
UseKey = Callable[[str], None]


@pytest.fixture(autouse=True)
def use_key(tmp_path: Path) -> Iterator[UseKey]:
    """Let a test choose the key; in the beginning it is a file of a home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSTER_HOME", str(tmp_path / "home"))

        def use(key: str) -> None:
            patch.setenv("MUSTER_SECRETS__KEY", key)
            settings.cache_clear()
            forget_keys()

        use("")
        yield use
    settings.cache_clear()
    forget_keys()


@pytest.mark.parametrize("secret", ["", "pass", "pässwörd ☃", "x" * 8_192])
def test_what_is_sealed_opens_again_and_never_looks_the_same(secret: str) -> None:
    one, other = seal(secret, purpose=PURPOSE), seal(secret, purpose=PURPOSE)
    assert one != other
    assert unseal(one, purpose=PURPOSE) == unseal(other, purpose=PURPOSE) == secret
    assert not secret or secret.encode() not in one


def test_many_are_hashed_by_key_and_purpose() -> None:
    one, other = keyed_hashes(["mira", "tal"], purpose="a")
    assert len({one, other, *keyed_hashes(["mira"], purpose="b")}) == 3
    assert keyed_hashes(["mira"], purpose="a") == [one]


def test_it_opens_for_the_same_purpose_only() -> None:
    with pytest.raises(SealBrokenError):
        unseal(seal("pass", purpose=PURPOSE), purpose="account_session.cookie")


def test_a_single_changed_bit_is_noticed() -> None:
    sealed = seal("pass", purpose=PURPOSE)
    for place in range(len(sealed)):
        broken = bytearray(sealed)
        broken[place] ^= 1
        with pytest.raises(SealBrokenError):
            unseal(bytes(broken), purpose=PURPOSE)


def test_what_is_no_seal_at_all_is_refused() -> None:
    for nothing in (b"", b"\x01", b"\x01" + b"x" * 12):
        with pytest.raises(SealBrokenError):
            unseal(nothing, purpose=PURPOSE)


def test_another_key_opens_nothing(use_key: UseKey) -> None:
    use_key(KEY)
    sealed, known = seal("pass", purpose=PURPOSE), keyed_hash("a", purpose=PURPOSE)
    use_key(KEY + "!")
    with pytest.raises(SealBrokenError, match="MUSTER_SECRETS__KEY"):
        unseal(sealed, purpose=PURPOSE)
    assert keyed_hash("a", purpose=PURPOSE) != known
    use_key(KEY)
    assert unseal(sealed, purpose=PURPOSE) == "pass"
    assert keyed_hash("a", purpose=PURPOSE) == known


def test_a_short_key_is_refused(use_key: UseKey) -> None:
    use_key("short")
    with pytest.raises(SetupError, match="32 characters"):
        seal("pass", purpose=PURPOSE)


def test_the_key_file_is_the_users_alone_and_outlives_the_process(
    tmp_path: Path,
) -> None:
    sealed = seal("pass", purpose=PURPOSE)
    file = tmp_path / "home" / "secrets.key"
    assert file.stat().st_mode & 0o777 == 0o600
    forget_keys()
    assert unseal(sealed, purpose=PURPOSE) == "pass"
    assert [one.name for one in file.parent.iterdir()] == ["secrets.key"]


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    seal("pass", purpose=PURPOSE)
    (tmp_path / "home" / "secrets.key").chmod(0o644)
    forget_keys()
    with pytest.raises(SetupError, match="0600"):
        seal("pass", purpose=PURPOSE)


def test_many_that_start_together_agree_on_one_key() -> None:
    def start(_: int) -> bytes:
        forget_keys()
        return keyed_hash("a", purpose=PURPOSE)

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(start, range(40)))) == 1

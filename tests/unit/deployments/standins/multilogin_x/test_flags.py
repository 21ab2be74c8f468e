"""Flags: which words each may be, and what it is when nobody says."""

import pytest

from deployments.standins.multilogin_x.envelope import Refusal
from deployments.standins.multilogin_x.flags import (
    FLAGS,
    MEMBER_OF_FLAG,
    check_custom_flags,
    complete_flags,
)


def defaults(*, has_proxy: bool = False) -> dict[str, str]:
    return complete_flags({}, is_strict=False, has_proxy=has_proxy)


def test_there_are_seventeen_flags_and_fourteen_are_required_in_strict_mode() -> None:
    assert len(FLAGS) == 17
    assert sum(one.is_required for one in FLAGS.values()) == 14


def test_every_default_is_a_word_its_flag_allows() -> None:
    assert all(one.default in one.allowed for one in FLAGS.values())


def test_a_proxy_is_used_unless_somebody_says_no() -> None:
    assert defaults()["proxy_masking"] == "disabled"
    assert defaults(has_proxy=True)["proxy_masking"] == "custom"
    said = {"proxy_masking": "disabled"}
    kept = complete_flags(said, is_strict=False, has_proxy=True)
    assert kept["proxy_masking"] == "disabled"


def test_the_canvas_follows_the_graphics_noise() -> None:
    said = {"graphics_noise": "natural"}
    assert complete_flags(said, is_strict=False, has_proxy=False)["canvas_noise"] == (
        "natural"
    )


@pytest.mark.parametrize("flag", FLAGS)
def test_a_word_that_is_none_is_refused_in_the_vendors_words(flag: str) -> None:
    with pytest.raises(Refusal) as refused:
        complete_flags({flag: "wrong"}, is_strict=False, has_proxy=False)
    assert refused.value.message == f"wrong {flag.replace('_', ' ')} flag"
    assert refused.value.http == 400


@pytest.mark.parametrize("wrong", [1, True, ["mask"], {"mask": 1}])
def test_a_flag_that_is_no_text_is_refused(wrong: object) -> None:
    with pytest.raises(Refusal, match="wrong audio masking flag"):
        complete_flags({"audio_masking": wrong}, is_strict=False, has_proxy=False)


@pytest.mark.parametrize("flag", MEMBER_OF_FLAG)
def test_custom_needs_its_part_of_the_fingerprint(flag: str) -> None:
    flags = defaults() | {flag: "custom"}
    with pytest.raises(Refusal, match=MEMBER_OF_FLAG[flag]):
        check_custom_flags(flags, {}, has_proxy=False)
    check_custom_flags(flags, {MEMBER_OF_FLAG[flag]: {"x": 1}}, has_proxy=False)


def test_a_custom_proxy_needs_a_proxy() -> None:
    flags = defaults() | {"proxy_masking": "custom"}
    with pytest.raises(Refusal, match="needs a proxy"):
        check_custom_flags(flags, {}, has_proxy=False)

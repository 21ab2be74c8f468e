"""What the stand-in's proxies do with requests, by quality and moment."""

from collections import Counter

from deployments.standins.proxies.qualities import (
    BAN_SECONDS,
    BANNED_ABOVE,
    Deed,
    Member,
    Quality,
    make_members,
)


def member(quality: Quality) -> Member:
    return next(one for one in make_members(1) if one.quality is quality)


def test_there_are_as_many_of_each_quality_half_of_them_by_each_protocol() -> None:
    members = make_members(1)
    assert len(members) == 24
    assert set(Counter(one.quality for one in members).values()) == {6}
    pairs = Counter((one.quality, one.scheme) for one in members)
    assert set(pairs.values()) == {3}


def test_one_that_carries_too_much_is_banned_for_a_while() -> None:
    rated = member(Quality.RATED)
    deeds = [rated.act(100.0).deed for _ in range(BANNED_ABOVE + 1)]
    assert deeds == [Deed.CARRY] * BANNED_ABOVE + [Deed.BANNED]
    assert rated.act(100.0 + BAN_SECONDS - 0.1).deed is Deed.BANNED
    assert rated.act(100.0 + BAN_SECONDS).deed is Deed.CARRY
    assert rated.bans == 1


def test_one_that_keeps_below_the_rate_is_never_banned() -> None:
    rated = member(Quality.RATED)
    deeds = {rated.act(number / BANNED_ABOVE).deed for number in range(500)}
    assert deeds == {Deed.CARRY}


def test_the_dead_carry_nothing_and_the_flaky_most() -> None:
    dead = {one.act(0.0).deed for one in make_members(1) if one.quality is Quality.DEAD}
    assert dead == {Deed.HANG_UP, Deed.SAY_NOTHING, Deed.REFUSE_CREDENTIALS}
    flaky = Counter(
        one.act(0.0).deed
        for one in make_members(2)
        if one.quality is Quality.FLAKY
        for _ in range(100)
    )
    assert 0.55 < flaky[Deed.CARRY] / flaky.total() < 0.75
    assert set(flaky) == {Deed.CARRY, Deed.HANG_UP, Deed.BAD_GATEWAY, Deed.CUT}

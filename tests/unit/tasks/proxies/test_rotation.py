"""The rule of rotation, case by case."""

from dataclasses import replace

import pytest

from config.sections.proxies import ProxiesSettings
from tasks.proxies.rotation import (
    DEFAULT_TERMS,
    Attempt,
    Changes,
    Choice,
    Ending,
    Outcome,
    PoolState,
    Wait,
    WaitReason,
    budget_left,
    budget_left_this_hour,
    change_terms,
    choose,
    choose_pinned,
    read_terms,
    record,
    take,
)
from tasks.proxies.rotation_replay import PastAttempt, rebuild, what_would_change
from tasks.proxies.rotation_state import PairState
from tests.unit.tasks.proxies.worlds.world import chance

HOST = "pages.example"
BEGAN = 1_800_000_000.0
TERMS = change_terms(trial_share=0.0, burst=10)


def pool_of(count: int) -> PoolState:
    return PoolState(list(range(1, count + 1)))


def ask(
    pool: PoolState, now: float = BEGAN, *, exclude: tuple[int, ...] = (), seed: int = 1
) -> Choice | Wait:
    draw = chance(seed)
    return choose(pool, HOST, now=now, exclude=exclude, terms=TERMS, draw=draw)


def chosen(pool: PoolState, now: float = BEGAN, *, seed: int = 1) -> int:
    found = ask(pool, now, seed=seed)
    assert isinstance(found, Choice)
    return found.proxy_id


def use(pool: PoolState, proxy_id: int, now: float = BEGAN) -> Attempt:
    choice = Choice(proxy_id, 0.0, {}, trial=False, candidates=())
    return take(pool, HOST, choice, now=now, terms=TERMS)


def end(
    pool: PoolState,
    proxy_id: int,
    outcome: Outcome,
    now: float = BEGAN,
    *,
    latency: float = 0.5,
    retry_after: float | None = None,
) -> Changes:
    attempt = use(pool, proxy_id, now)
    ending = Ending(outcome, latency, retry_after)
    draw = chance(1)
    return record(pool, attempt, ending, now=now, terms=TERMS, draw=draw)


def pair(pool: PoolState, proxy_id: int) -> PairState:
    return pool.host(HOST).pairs[proxy_id]


def put_out(pool: PoolState, proxy_id: int, now: float = BEGAN) -> None:
    for _ in range(3):
        end(pool, proxy_id, Outcome.PROXY, now)


@pytest.mark.parametrize(
    ("outcome", "blamed", "is_out"),
    [
        (Outcome.SUCCESS, False, False),
        (Outcome.PROXY, True, False),
        (Outcome.BLOCKED, True, True),
        (Outcome.TARGET, False, False),
        (Outcome.ACCOUNT, False, False),
        (Outcome.OURS, False, False),
    ],
)
def test_who_is_to_blame_decides_what_counts(
    outcome: Outcome, *, blamed: bool, is_out: bool
) -> None:
    pool = pool_of(4)
    changes = end(pool, 1, outcome)
    assert changes.blamed is blamed
    assert (changes.out_until is not None) is is_out
    assert pair(pool, 1).failures == blamed


def test_a_failure_of_the_target_counts_while_other_proxies_succeed() -> None:
    pool = pool_of(4)
    end(pool, 2, Outcome.SUCCESS)
    assert end(pool, 1, Outcome.TARGET, BEGAN + 5).blamed
    assert not end(pool, 1, Outcome.TARGET, BEGAN + 40).blamed


def test_a_failure_nobody_can_judge_has_other_proxies_tried_next() -> None:
    pool = pool_of(3)
    end(pool, 1, Outcome.TARGET)
    assert not pair(pool, 1).failures
    assert all(chosen(pool, BEGAN + 1, seed=seed) != 1 for seed in range(20))


def test_three_failures_in_a_row_put_a_proxy_out_for_this_host_only() -> None:
    pool = pool_of(4)
    end(pool, 1, Outcome.PROXY)
    end(pool, 1, Outcome.PROXY)
    changes = end(pool, 1, Outcome.PROXY)
    assert changes.out_until is not None
    assert BEGAN + 15 <= changes.out_until <= BEGAN + 30
    assert all(chosen(pool, BEGAN + 1, seed=seed) != 1 for seed in range(30))
    draw = chance(1)
    elsewhere = choose(
        pool, "b.example", now=BEGAN + 1, exclude=(2, 3, 4), terms=TERMS, draw=draw
    )
    assert isinstance(elsewhere, Choice)
    assert elsewhere.proxy_id == 1


def test_each_further_cool_down_is_longer_up_to_the_longest() -> None:
    pool, now, lengths = pool_of(4), BEGAN, []
    put_out(pool, 1, now)
    for _ in range(9):
        now = pair(pool, 1).until + 1
        until = end(pool, 1, Outcome.PROXY, now).out_until
        assert until is not None
        lengths.append(until - now)
    assert lengths == sorted(lengths)
    assert TERMS.longest_cool_down / 2 <= lengths[-1] <= TERMS.longest_cool_down


def test_what_was_under_way_when_a_proxy_was_put_out_does_not_count_again() -> None:
    pool = pool_of(4)
    late = [use(pool, 1) for _ in range(5)]
    put_out(pool, 1)
    until = pair(pool, 1).until
    for attempt in late:
        ending = Ending(Outcome.PROXY, 10.0)
        draw = chance(1)
        record(pool, attempt, ending, now=BEGAN + 1, terms=TERMS, draw=draw)
    assert pair(pool, 1).until == until
    assert pair(pool, 1).trips == 1


def test_a_host_that_names_a_time_is_taken_at_its_word() -> None:
    pool = pool_of(4)
    changes = end(pool, 1, Outcome.BLOCKED, retry_after=1234.0)
    assert changes.out_until == BEGAN + 1234


def test_after_its_cool_down_one_request_tries_a_proxy_at_a_time() -> None:
    pool = pool_of(2)
    put_out(pool, 1)
    now = pair(pool, 1).until + 1
    trial = ask(pool, now, exclude=(2,))
    assert isinstance(trial, Choice)
    assert trial.trial
    attempt = take(pool, HOST, trial, now=now, terms=TERMS)
    assert attempt.trial
    assert isinstance(ask(pool, now, exclude=(2,)), Wait)

    ending = Ending(Outcome.SUCCESS, 0.4)
    draw = chance(1)
    changes = record(pool, attempt, ending, now=now + 1, terms=TERMS, draw=draw)
    assert changes.back
    assert not pair(pool, 1).half_open
    assert isinstance(ask(pool, now + 2, exclude=(2,)), Choice)


def test_a_trial_that_never_ends_is_over_after_the_lifetime_of_a_lease() -> None:
    pool = pool_of(2)
    put_out(pool, 1)
    now = pair(pool, 1).until + 1
    use(pool, 1, now)
    told = ask(pool, now, exclude=(2,))
    assert isinstance(told, Wait)
    assert told == Wait(now + TERMS.lease_lifetime, WaitReason.COOLING)


def test_some_requests_are_trials() -> None:
    pool = pool_of(30)
    put_out(pool, 7)
    now = pair(pool, 7).until + 1
    terms = replace(TERMS, trial_share=0.5)
    draw = chance(1)
    found = [
        choose(pool, HOST, now=now, exclude=(), terms=terms, draw=draw)
        for _ in range(200)
    ]
    trials = [one for one in found if isinstance(one, Choice) and one.trial]
    assert 60 < len(trials) < 140
    assert {one.proxy_id for one in trials} == {7}


def test_a_slow_answer_counts_at_once_and_is_forgotten_over_time() -> None:
    pool = pool_of(2)
    end(pool, 1, Outcome.SUCCESS, latency=0.5)
    end(pool, 1, Outcome.SUCCESS, BEGAN + 1, latency=8.0)
    assert pair(pool, 1).latency == 8.0
    end(pool, 1, Outcome.SUCCESS, BEGAN + 31, latency=0.5)
    assert 0.5 < pair(pool, 1).latency < 4.0


def test_a_quick_failure_never_makes_a_proxy_look_fast() -> None:
    pool = pool_of(2)
    end(pool, 1, Outcome.SUCCESS, latency=3.0)
    end(pool, 1, Outcome.PROXY, BEGAN + 1, latency=0.001)
    assert pair(pool, 1).latency == pytest.approx(3.0, abs=0.01)


def test_evidence_fades_by_half_in_its_half_life() -> None:
    pool = pool_of(2)
    end(pool, 1, Outcome.SUCCESS)
    state = pair(pool, 1)
    state.fade(BEGAN + TERMS.half_life, TERMS)
    assert state.successes == pytest.approx(0.5)


def test_among_the_drawn_the_lowest_score_wins_and_its_parts_add_up() -> None:
    pool = pool_of(40)
    for proxy_id in pool.proxies[::2]:
        end(pool, proxy_id, Outcome.SUCCESS, latency=0.2)
        end(pool, proxy_id + 1, Outcome.PROXY)
    found = ask(pool, BEGAN + 1)
    assert isinstance(found, Choice)
    assert len(found.candidates) == TERMS.candidates
    assert found.score == min(score for _, score in found.candidates)
    parts = found.parts
    assert found.score == pytest.approx(parts["waiting"] + parts["failure_cost"])


def test_what_is_in_flight_sends_the_next_request_elsewhere() -> None:
    pool = pool_of(2)
    for proxy_id in (1, 2):
        end(pool, proxy_id, Outcome.SUCCESS)
    for _ in range(2):
        use(pool, 1)
    assert chosen(pool) == 2


def test_when_every_budget_is_spent_one_waits_for_the_first_to_have_some() -> None:
    pool = pool_of(2)
    for proxy_id in (1, 2) * TERMS.burst:
        use(pool, proxy_id)
    told = ask(pool, BEGAN)
    assert isinstance(told, Wait)
    assert told.why is WaitReason.BUDGET
    assert told.until == pytest.approx(BEGAN + TERMS.budget_gap)
    assert isinstance(ask(pool, told.until), Choice)


def test_what_is_left_of_a_budget_is_counted() -> None:
    pool, gap = pool_of(1), TERMS.budget_gap
    assert budget_left(0.0, now=BEGAN, terms=TERMS) == TERMS.burst
    assert budget_left_this_hour(0.0, now=BEGAN, terms=TERMS) == TERMS.budget_per_hour
    for left in range(TERMS.burst - 1, -1, -1):
        use(pool, 1)
        assert budget_left(pool.budgets[1], now=BEGAN, terms=TERMS) == left
    assert budget_left(pool.budgets[1], now=BEGAN + gap + 0.01, terms=TERMS) == 1


def test_a_pinned_proxy_waits_and_is_never_exchanged() -> None:
    pool = pool_of(3)
    put_out(pool, 2)
    told = choose_pinned(pool, HOST, 2, now=BEGAN, terms=TERMS)
    assert told == Wait(pair(pool, 2).until, WaitReason.PIN_COOLING)
    for _ in range(TERMS.burst):
        use(pool, 3)
    spent = choose_pinned(pool, HOST, 3, now=BEGAN, terms=TERMS)
    assert isinstance(spent, Wait)
    assert spent.why is WaitReason.PIN_BUDGET
    away = choose_pinned(pool, HOST, 9, now=BEGAN, terms=TERMS)
    assert isinstance(away, Wait)
    assert away.why is WaitReason.PIN_AWAY
    found = choose_pinned(pool, HOST, 1, now=BEGAN, terms=TERMS)
    assert isinstance(found, Choice)
    assert found.proxy_id == 1


def test_further_tries_are_a_share_of_the_traffic() -> None:
    pool, draw, retries, now = pool_of(60), chance(1), 0, BEGAN
    for _ in range(600):
        now += 0.1
        for exclude in ((), (99,), (99,)):
            found = choose(pool, HOST, now=now, exclude=exclude, terms=TERMS, draw=draw)
            if isinstance(found, Wait):
                assert found.why is WaitReason.RETRIES
                continue
            is_retry = bool(exclude)
            take(pool, HOST, found, now=now, terms=TERMS, is_retry=is_retry)
            retries += is_retry
    assert retries / (600 + retries) == pytest.approx(TERMS.retry_share, abs=0.02)


def test_nothing_to_choose_from_is_said_as_it_is() -> None:
    empty = ask(PoolState())
    assert isinstance(empty, Wait)
    assert empty.why is WaitReason.NO_PROXY
    tried = ask(pool_of(2), exclude=(1, 2))
    assert isinstance(tried, Wait)
    assert tried.why is WaitReason.ALL_TRIED


def test_a_host_that_fails_through_all_is_asked_slowly_and_told_once() -> None:
    pool, told = pool_of(8), []
    for place in range(24):
        proxy_id = place % 8 + 1
        told.append(end(pool, proxy_id, Outcome.PROXY, BEGAN + place / 10))
    assert [one.common_mode_began for one in told].count(True) == 1
    first = next(one for one in told if one.common_mode_began)
    assert set(first.forgiven) == set(range(1, 9)) - {8}
    assert not pool.host(HOST).out
    now = BEGAN + 2.5
    use(pool, 1, now)
    slowed = ask(pool, now)
    assert slowed == Wait(now + TERMS.slow_gap, WaitReason.HOST_SLOWED)
    end(pool, 2, Outcome.SUCCESS, now + 1)
    assert isinstance(ask(pool, now + 1), Choice)


def test_a_dead_proxy_is_no_common_failure() -> None:
    pool = pool_of(8)
    for place in range(8):
        end(pool, place % 7 + 2, Outcome.SUCCESS, BEGAN + place)
        changes = end(pool, 1, Outcome.PROXY, BEGAN + place)
        assert changes.blamed
    assert pair(pool, 1).half_open


def test_what_was_recorded_builds_the_same_memory_again() -> None:
    past = [
        PastAttempt(1, HOST, BEGAN + place, Outcome.PROXY, 0.5) for place in range(3)
    ] + [PastAttempt(2, HOST, BEGAN + 4, Outcome.SUCCESS, 0.5)]
    pool = rebuild(reversed(past), TERMS)
    assert pair(pool, 1).half_open
    assert pair(pool, 2).successes == 1
    assert all(one.in_flight == 0 for one in pool.host(HOST).pairs.values())


def test_other_terms_are_tried_on_what_was_recorded() -> None:
    past = [
        PastAttempt(
            place % 4 + 1,
            HOST,
            BEGAN + 3 * place,
            Outcome.PROXY if place % 4 == 0 else Outcome.SUCCESS,
            0.5,
        )
        for place in range(200)
    ]
    effect = what_would_change(past, range(1, 5), DEFAULT_TERMS)
    assert effect.attempts == 200
    assert effect.other_proxy > 50
    assert effect.chance_chosen > effect.chance_taken
    strict = change_terms(budget_per_hour=10, burst=1)
    assert what_would_change(past, range(1, 5), strict).waits > 100


def test_a_burst_as_large_as_the_budget_is_refused() -> None:
    with pytest.raises(ValueError, match="burst must be less"):
        ProxiesSettings(budget_per_hour=10, burst=10)
    assert read_terms(ProxiesSettings()) == DEFAULT_TERMS

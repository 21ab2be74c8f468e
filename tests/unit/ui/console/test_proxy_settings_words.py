"""The settings of rotation as a form, and what a change would do, in words."""

from datetime import timedelta

import pytest

from config.sections.proxies import ProxiesSettings
from tasks.proxies.rotation_schemas import RotationEffect, RotationFigures
from ui.console.api_door import FieldProblem
from ui.console.proxy_settings_words import (
    FIELDS,
    bounds_of,
    build_request,
    changes_in_words,
    effect_in_words,
    effect_rows,
    label_of,
    place_problems,
    sentence_of,
    shown_numbers,
)

USUAL = ProxiesSettings()
NOW = RotationFigures(
    attempts=200, other_proxy=120, waits=3, chance_taken=0.951, chance_chosen=0.962
)


def effect(**then: float) -> RotationEffect:
    return RotationEffect(now=NOW, then=NOW.model_copy(update=then))


def test_every_setting_is_asked_for_once_with_its_sentence() -> None:
    assert set(FIELDS) == set(ProxiesSettings.model_fields)
    assert all(sentence_of(name).endswith(".") for name in FIELDS)


def test_what_is_shown_is_sent_as_it_was() -> None:
    sent = build_request(shown_numbers(USUAL))
    assert ProxiesSettings.model_validate(sent) == USUAL
    odd = USUAL.model_copy(
        update={"half_life": timedelta(seconds=100.7), "trial_share": 0.0333}
    )
    assert ProxiesSettings.model_validate(build_request(shown_numbers(odd))) == odd


def test_numbers_are_in_the_unit_of_their_label() -> None:
    shown = shown_numbers(USUAL)
    assert (shown["half_life"], label_of("half_life")[-9:]) == (10.0, ", minutes")
    assert (shown["most_out"], label_of("most_out")[-3:]) == (50.0, ", %")
    assert (shown["burst"], label_of("burst")) == (3, "Requests at once after a rest")


def test_bounds_are_those_of_the_setting() -> None:
    assert bounds_of("candidates") == (1, 10)
    assert bounds_of("budget_per_hour") == (2, None)
    assert bounds_of("trial_share") == (0.0, 100.0)
    assert bounds_of("half_life") == (0.0, None)


def test_a_change_is_told_before_it_is_saved() -> None:
    shown = shown_numbers(USUAL)
    assert changes_in_words(USUAL, shown) == []
    changed = changes_in_words(USUAL, {**shown, "burst": 5, "half_life": 2.5})
    assert changed == [
        "Half-life of what was seen, minutes: 10 → 2.5",
        "Requests at once after a rest: 3 → 5",
    ]


def test_problems_are_said_at_their_fields_in_their_words() -> None:
    placed = place_problems(
        [
            FieldProblem(path="body.half_life", message="Input should be greater"),
            FieldProblem(
                path="body",
                message="Value error, burst must be less than budget_per_hour",
            ),
        ]
    )
    assert placed == {
        "half_life": ["Input should be greater"],
        "": [
            "“Requests at once after a rest” must be less than “Requests in any hour”"
        ],
    }


def test_a_better_choice_is_told_with_figures() -> None:
    said = effect_in_words(effect(chance_chosen=0.971, waits=9))
    assert said[:3] == [
        "The last 200 requests through proxies were chosen for anew, as of their time.",
        (
            "The proxies chosen would have been better: a chance of success of 97.1 % "
            "at the mean, instead of 96.2 % with the settings of now."
        ),
        "9 requests would have had to wait, instead of 3 with the settings of now.",
    ]
    rows = effect_rows(effect(waits=9))
    assert rows[2] == {
        "Figure": "Would have to wait",
        "Settings of now": "3",
        "New settings": "9",
    }


@pytest.mark.parametrize(
    ("then", "words"),
    [
        ({"chance_chosen": 0.94}, "would have been worse"),
        ({"chance_chosen": 0.9625}, "would have been as good"),
        ({}, "3 requests would have had to wait, with either."),
    ],
)
def test_a_worse_or_like_choice_is_told_as_such(
    then: dict[str, float], words: str
) -> None:
    assert words in " ".join(effect_in_words(effect(**then)))


def test_without_recorded_requests_nothing_is_claimed() -> None:
    (said,) = effect_in_words(effect(attempts=0))
    assert "No request through a proxy is recorded yet" in said

"""The people are the same for a seed, and as varied as real ones."""

import unicodedata

from deployments.demo_site.names import spell
from deployments.demo_site.people import (
    Awkwardness,
    make_people,
    make_person,
    recent_posts,
)

PEOPLE = make_people(1, 300)


def test_a_seed_and_a_number_always_give_the_same_person() -> None:
    assert make_person(5, 17) == make_person(5, 17)
    assert make_person(5, 17) != make_person(6, 17)
    assert recent_posts(PEOPLE[3], seed=1) == recent_posts(PEOPLE[3], seed=1)


def test_no_two_people_share_a_handle() -> None:
    people = make_people(2, 2_000)
    assert len({person.handle for person in people}) == len(people)
    spelled = {tuple(spell(number, seed=1)) for number in range(0, 140_000, 7)}
    assert len(spelled) == len(range(0, 140_000, 7))


def test_names_come_in_many_scripts() -> None:
    scripts = {
        unicodedata.name(letter).split()[0]
        for person in PEOPLE
        for letter in person.display_name
        if letter.isalpha()
    }
    wanted = {"LATIN", "CYRILLIC", "GREEK", "ARABIC", "HEBREW", "KATAKANA", "CJK"}
    assert scripts >= wanted | {"DEVANAGARI", "HIRAGANA", "HANGUL"}
    assert any(person.is_right_to_left for person in PEOPLE)


def test_handles_have_dots_underscores_hyphens_and_digits() -> None:
    written = "".join(person.handle for person in PEOPLE)
    assert all(mark in written for mark in "._-7")


def test_counts_run_from_none_and_zero_to_tens_of_millions() -> None:
    followers = [person.followers for person in PEOPLE]
    values = [count.value for count in followers if count]
    assert None in followers
    assert min(values) == 0
    assert max(values) > 10_000_000


def test_bios_come_in_all_lengths() -> None:
    bios = [person.bio for person in PEOPLE]
    assert None in bios
    assert any("\n" in bio for bio in bios if bio)
    assert any(len(bio) > 200 for bio in bios if bio)
    assert max(len(person.display_name) for person in PEOPLE) > 80


def test_a_few_people_of_each_kind_of_awkwardness_are_there() -> None:
    counted = [person.awkwardness for person in PEOPLE]
    for awkwardness in set(Awkwardness) - {Awkwardness.NONE}:
        assert counted.count(awkwardness) == 3


def test_a_private_account_states_no_count() -> None:
    private = next(p for p in PEOPLE if p.awkwardness is Awkwardness.PRIVATE)
    assert (private.followers, private.following, private.posts) == (None, None, None)
    assert private.bio is None
    assert recent_posts(private, seed=1) == []

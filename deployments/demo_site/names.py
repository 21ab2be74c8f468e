"""Names nobody bears: syllables that encode a number, in the script of a culture."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

CONSONANTS = "kstnhmyrbg"
VOWELS = "aiueo"
CELLS = len(CONSONANTS) * len(VOWELS)
STEP = 73_477
"""Has no factor in common with `CELLS`, so that neighbours get unlike names."""

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Culture:
    """The words people of one language write their public profiles with."""

    language: str
    weight: int
    """How often it is drawn, beside the others."""

    script: str
    counts: str
    given: tuple[str, ...]
    endings: tuple[str, ...]
    cities: tuple[str, ...]
    trades: dict[str, tuple[str, ...]]
    bios: tuple[str, ...]
    posts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """Everything `cultures.json` and `scripts.json` hold."""

    cultures: tuple[Culture, ...]
    """Each as often as its weight says."""

    topics: tuple[str, ...]
    emoji: tuple[str, ...]
    scripts: dict[str, dict[str, tuple[str, ...]]]


@cache
def words() -> Words:
    """Return the word lists, read once."""
    lists = json.loads((_FOLDER / "cultures.json").read_text("utf-8"))
    scripts = json.loads((_FOLDER / "scripts.json").read_text("utf-8"))
    cultures = TypeAdapter(tuple[Culture, ...]).validate_python(lists["cultures"])
    return Words(
        cultures=tuple(each for each in cultures for _ in range(each.weight)),
        topics=tuple(lists["topics"]),
        emoji=tuple(lists["emoji"]),
        scripts=scripts,
    )


def spell(number: int, *, seed: int) -> list[tuple[str, int]]:
    """
    Return syllables, as (consonant, place of the vowel), that no other number gets.

    Three syllables up to 124,999, four up to 6,374,999.
    """
    length = 3 if number < CELLS**3 else 4
    rest = (number * STEP + seed * 7_919) % CELLS**length
    syllables = []
    for _ in range(length):
        rest, cell = divmod(rest, CELLS)
        syllables.append((CONSONANTS[cell // len(VOWELS)], cell % len(VOWELS)))
    return syllables


def in_script(syllables: list[tuple[str, int]], script: str) -> str:
    """Return syllables as they are written in `script`."""
    cells = words().scripts[script]
    return "".join(cells[consonant][vowel] for consonant, vowel in syllables)

"""
How counts are written: "2,362", "783.4K", "4,69 millones", "110.1万", "12,34,567".

A page that shortens a count says less than the truth; `WrittenCount` therefore holds
the number its text says and the most exact number the page says anywhere.
"""

from dataclasses import dataclass
from random import Random

NO_BREAK_SPACE = "\u00a0"
NARROW_SPACE = "\u202f"
ARABIC_DIGITS = {ord("0") + digit: 0x0660 + digit for digit in range(10)} | {
    ord(","): 0x066C,
    ord("."): 0x066B,
}


@dataclass(frozen=True, slots=True)
class WrittenCount:
    """One count, as a page states it."""

    value: int
    """The most exact number the page states: the title's, or else the text's."""

    text: str
    title: str | None
    """Exact digits in a `title` attribute, on some pages."""

    text_value: int
    """What the text alone says."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How one language groups digits and shortens large numbers."""

    group: str
    point: str
    scales: tuple[tuple[int, int, str], ...]
    """From which number on, its unit, the word behind it; the largest first."""


MANNERS = {
    "english": Manner(",", ".", ((10**6, 10**6, "M"), (10**4, 10**3, "K"))),
    "spanish": Manner(".", ",", ((10**6, 10**6, " millones"), (10**4, 10**3, " mil"))),
    "portuguese": Manner(".", ",", ((10**6, 10**6, " mi"), (10**4, 10**3, " mil"))),
    "french": Manner(
        NARROW_SPACE,
        ",",
        (
            (10**6, 10**6, f"{NO_BREAK_SPACE}M"),
            (10**4, 10**3, f"{NO_BREAK_SPACE}k"),
        ),
    ),
    "german": Manner(".", ",", ((10**6, 10**6, f"{NO_BREAK_SPACE}Mio."),)),
    "russian": Manner(
        NO_BREAK_SPACE,
        ",",
        (
            (10**6, 10**6, f"{NO_BREAK_SPACE}\u043c\u043b\u043d"),
            (10**4, 10**3, f"{NO_BREAK_SPACE}\u0442\u044b\u0441."),
        ),
    ),
    "arabic": Manner(",", ".", ()),
    "japanese": Manner(",", ".", ((10**4, 10**4, "\u4e07"),)),
    "indian": Manner(",", ".", ()),
}
"""Keys are the `counts` of `cultures.json`."""


ENGLISH_SHARE = 0.45
"""How often a page writes the English way, whatever its language."""

SHORTENED_SHARE = 0.6
TITLE_SHARE = 0.5
BARE_SHARE = 0.15
SPACED_SHARE = 0.25
DECIMALS = (0, 1, 1, 1, 2)


def write_count(count: int, *, manner: str, dice: Random) -> WrittenCount:
    """Write `count` in one of the forms its language or the whole net uses."""
    if dice.random() < ENGLISH_SHARE:
        manner = "english"
    scale = next((each for each in MANNERS[manner].scales if count >= each[0]), None)
    if scale and dice.random() < SHORTENED_SHARE:
        _, unit, word = scale
        return _shorten(count, unit, word, manner=manner, dice=dice)
    text = _group(count, manner=manner, dice=dice)
    return WrittenCount(count, text, None, count)


def _shorten(
    count: int, unit: int, word: str, *, manner: str, dice: Random
) -> WrittenCount:
    places = dice.choice(DECIMALS)
    step = unit // 10**places
    shown = count // step
    whole, part = divmod(shown, 10**places)
    text = str(whole)
    if part:
        text += MANNERS[manner].point + f"{part:0{places}d}".rstrip("0")
    text_value = shown * step
    if dice.random() < TITLE_SHARE:
        return WrittenCount(count, text + word, f"{count:,}", text_value)
    return WrittenCount(text_value, text + word, None, text_value)


def _group(count: int, *, manner: str, dice: Random) -> str:
    if manner == "indian":
        return _group_indian(count)
    if manner == "arabic":
        return f"{count:,}".translate(ARABIC_DIGITS)
    if manner == "english":
        form = dice.random()
        if form < BARE_SHARE:
            return str(count)
        if form < SPACED_SHARE:
            return f"{count:,}".replace(",", " ")
    return f"{count:,}".replace(",", MANNERS[manner].group)


def _group_indian(count: int) -> str:
    """Group the last three digits, then pairs: 12,34,567."""
    digits = str(count)
    head, tail = digits[:-3], digits[-3:]
    pairs: list[str] = []
    while head:
        head, pair = head[:-2], head[-2:]
        pairs.insert(0, pair)
    return ",".join([*pairs, tail])

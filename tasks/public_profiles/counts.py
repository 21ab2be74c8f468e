"""Pure: a count as a service writes it in, a whole number or nothing out."""

# ruff: noqa: RUF001 - marks of many scripts are the point here

import re
import unicodedata
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from tasks.public_profiles.count_words import (
    COUNT_WORDS,
    COUNTED_WORD,
    JOINED_ZEROS,
    LOCAL_ZEROS,
    NOT_A_COUNT,
    ZEROS,
)

LARGEST_COUNT = 10**12
"""More than this is an id or a telephone number."""

_DIRECTION_MARKS = dict.fromkeys(
    (
        *map(ord, "\u200b\u200e\u200f\ufeff\u00ad"),
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
    )
)
_NUMBER = re.compile(
    r"""
      (?P<spaced> \d{1,3} (?:[ ]\d{3})+ (?!\d) ) (?P<spaced_rest>[.,]\d+(?!\d))?
    | (?P<apostrophed> \d{1,3} (?:['’ʼ`´]\d{3})+ (?!\d) )
    | (?P<comma> \d{1,3} (?:,\d{3})+ (?!\d) (?!,\d) ) (?P<comma_rest>\.\d+)?
    | (?P<dot> \d{1,3} (?:\.\d{3})+ (?!\d) (?!\.\d) ) (?P<dot_rest>,\d+)?
    | (?P<indian> \d{1,2} (?:,\d{2})+ ,\d{3} (?!\d) )
    | (?P<decimal> \d+ [.,]\d+ )
    | (?P<plain> \d+ )
    """,
    re.VERBOSE,
)
_DIGIT = re.compile(r"\d")
_SUFFIX = re.compile(r"([ ]*)([^\W\d_]+)\.?")
_LETTER = re.compile(r"[A-Za-zÀ-ɏͰ-ӿ_]")
_BEFORE_NO_COUNT = "@#$€£¥₹<>≤≥=/:.,'-−–+×*&"
_AFTER_NO_COUNT = "%％‰+°$€£¥₹/×*_@"
_RANGE = re.compile(r"[ ]*(?:[-–—~〜:]|\b(?:to|bis|a|à)\b)[ ]*\d")
_BOUND_BEFORE = re.compile(
    r"(?:\d[ ]*(?:[-–—~〜]|\b(?:to|bis|a|à))|[<>≤≥$€£]"
    r"|\b(?:over|more than|less than|at least|up to|almost|nearly|über|mehr als|fast"
    r"|más de|mais de|plus de|più di|meer dan|более|больше|около))[ ]*$",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"[ ]*(?:de|d['’]|di|of|total|من|位|名|人|个|個|件|篇|條|条|명|개|คน|người)?[ ]*"
    r"|[ ]*(?:数|數|수)?[ ]*[::=]?[ ]*",
)


class _Number(NamedTuple):
    start: int
    end: int
    value: int | None


class _Word(NamedTuple):
    start: int
    end: int
    counted: str


def read_count(text: str | None, *, noun: str | None = None) -> int | None:
    """
    Return the one count that `text` states, or `None` when it states none for certain.

    Args:
        text: As the source writes it: `2,362 Followers`, `1.1M`, `12 тыс.`, `1.2億`.
        noun: Take only the number beside this word; `followers`, `following`, `posts`,
            `members` and `videos` stand for their words in many languages.

    Dates, ages, ranges, percentages, prices, lower bounds (`500+`) and negative
    numbers are no counts. `1.234` is a thousand and some; `1.234M` is a decimal.
    """
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return _sensible(text)
    if not _DIGIT.search(text):
        return None
    text = _plain(text)
    if noun is not None:
        return _beside(text, noun)
    numbers = list(_numbers(text))
    if len(numbers) != 1 or NOT_A_COUNT.search(text):
        return None
    return numbers[0].value


def read_counts(text: str) -> dict[str, int]:
    """Return every count of `text` that stands beside the word for what it counts."""
    if not _DIGIT.search(text):
        return {}
    text = _plain(text)
    counts: dict[str, set[int]] = {}
    for pair in _pairs(text, COUNTED_WORD):
        counts.setdefault(pair.counted, set()).add(pair.value)
    return {
        counted: values.pop()
        for counted, values in counts.items()
        if len(values) == 1 and counted != "others"
    }


def bare_counts(texts: Iterable[str]) -> dict[str, int]:
    """
    Return the counts in a page's texts, in their order on the page.

    Only texts that hold nothing but numbers and words for what is counted take part;
    any other text, such as a bio, keeps what stands before it from what follows.
    """
    kept = (text if _is_bare(text) else "|" for text in map(_plain, texts))
    return read_counts(" ".join(kept))


_LONGEST_BARE = 48


def _is_bare(text: str) -> bool:
    if len(text) > _LONGEST_BARE:
        return False
    marks = _marked(text, COUNTED_WORD)
    rest = list(text)
    for mark in marks:
        rest[mark.start : mark.end] = " " * (mark.end - mark.start)
    return bool(marks) and bool(_BETWEEN.fullmatch("".join(rest).strip(" :·,()")))


def leading_counts(
    text: str, *, names: Iterable[str], site: str | None
) -> dict[str, int]:
    """
    Return the counts a service put in front of a description, never those of a bio.

    Such a sentence begins with its counts, after nothing but `names`; it has at least
    two of them, or one that ends in "on <site>". What a person wrote comes later.
    """
    if not _DIGIT.search(text):
        return {}
    text = _plain(text)
    pairs = list(_pairs(text, COUNTED_WORD))
    if not pairs or _other_words(text[: pairs[0].start], (*names, site or "")):
        return {}
    chain = [pairs[0]]
    for pair in pairs[1:]:
        if not _SEPARATOR.fullmatch(text[chain[-1].end : pair.start]):
            break
        chain.append(pair)
    if len(chain) < _CERTAIN and not _says_on_site(text[chain[0].end :], site):
        return {}
    values = {pair.counted: pair.value for pair in reversed(chain)}
    values.pop("others", None)
    return values


_CERTAIN = 2
_SEPARATOR = re.compile(
    r"[\s,.;·•|、,،&/()\-–—]*(?:\b(?:and|und|et|y|e|i|и|و)\b)?\s*و?"
)


class _Pair(NamedTuple):
    start: int
    end: int
    counted: str
    value: int


def _says_on_site(rest: str, site: str | None) -> bool:
    if not site:
        return False
    words = r"\s+(?:on|sur|auf|en|em|no|su|na|в|op|på)\s+"
    return bool(re.match(words + re.escape(site), rest, re.IGNORECASE))


def _other_words(text: str, names: Iterable[str]) -> bool:
    """Whether more than names, marks and small words stands there."""
    for name in sorted(filter(None, names), key=len, reverse=True):
        text = re.sub(re.escape(_plain(name)), " ", text, flags=re.IGNORECASE)
    return bool(re.search(r"\w", re.sub(r"\b(?:on|u|is|has)\b", " ", text)))


def _plain(text: str) -> str:
    """Return `text` with usual digits and spaces, without direction marks."""
    text = " ".join(text.split()) if "\n" in text or "\t" in text else text
    if text.isascii():
        return text
    text = text.replace("٬", ",").replace("٫", ".").translate(_DIRECTION_MARKS)
    text = "".join(
        str(unicodedata.decimal(char)) if char > "~" and char.isdecimal() else char
        for char in text
    )
    return re.sub(r"[^\S\n]", " ", text)


def _beside(text: str, noun: str) -> int | None:
    values = {pair.value for pair in _pairs(text, _word_pattern(noun), noun=noun)}
    return values.pop() if len(values) == 1 else None


@cache
def _word_pattern(noun: str) -> re.Pattern[str]:
    """Return the words for `noun` first, then the others, which take their numbers."""
    words = COUNT_WORDS.get(noun) or rf"\b{re.escape(noun)}\b"
    return re.compile(
        rf"(?P<wanted>{words})|{COUNTED_WORD.pattern}",
        re.IGNORECASE,
    )


def _pairs(
    text: str, words: re.Pattern[str], *, noun: str | None = None
) -> Iterator[_Pair]:
    """Pair numbers with the words beside them, whichever of the two comes first."""
    for row in _rows(text, _marked(text, words)):
        if len(row) % 2:
            continue
        for one, other in zip(row[::2], row[1::2], strict=True):
            number, word = (one, other) if isinstance(one, _Number) else (other, one)
            if not isinstance(number, _Number) or not isinstance(word, _Word):
                continue
            if number.value is not None and (noun is None or word.counted == "wanted"):
                yield _Pair(one.start, other.end, word.counted, number.value)


def _marked(text: str, words: re.Pattern[str]) -> list[_Number | _Word]:
    numbers = list(_numbers(text))
    found = [
        _Word(match.start(), match.end(), str(match.lastgroup))
        for match in words.finditer(text)
        if not any(n.start <= match.start() < n.end for n in numbers)
    ]
    return sorted([*numbers, *found], key=lambda mark: mark.start)


def _rows(text: str, marks: list[_Number | _Word]) -> Iterator[list[_Number | _Word]]:
    """Cut the marks into rows in which number and word alternate without a break."""
    row: list[_Number | _Word] = []
    for mark in marks:
        if row and (
            type(mark) is type(row[-1])
            or not _BETWEEN.fullmatch(text[row[-1].end : mark.start])
        ):
            yield row
            row = []
        row.append(mark)
    if row:
        yield row


def _numbers(text: str) -> Iterator[_Number]:
    """Find every number; one that cannot be a count has the value `None`."""
    position = 0
    while match := _NUMBER.search(text, position):
        start, end = match.span()
        value, end = _with_zeros(match, text)
        if not _may_be_count(text, start, end):
            value = None
        yield _Number(start, end, value)
        position = end


def _may_be_count(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    if before and (_LETTER.match(before) or before in _BEFORE_NO_COUNT):
        return before in ":,.&/" and not text[start - 2 : start - 1].isdigit()
    if after and (after in _AFTER_NO_COUNT or _LETTER.match(after)):
        return False
    if before and _BOUND_BEFORE.search(text[max(0, start - 16) : start]):
        return False
    return not _RANGE.match(text, end) and text[end:].lstrip()[:1] not in {"%", "€"}


def _with_zeros(match: re.Match[str], text: str) -> tuple[int | None, int]:
    """Return the value of a number with its suffix, and where the suffix ends."""
    end = match.end()
    factor, after = _zeros_after(text, end)
    if factor is None:
        whole = match.lastgroup in {"plain", "apostrophed", "indian", "spaced"} or (
            match.lastgroup in {"comma", "dot"}
        )
        digits = re.sub(r"\D", "", match[0]) if whole else ""
        return _sensible(digits), end
    value = _amount(match) * factor
    more = _NUMBER.match(text, after) or _NUMBER.match(text, after + 1)
    if more and text[after - 1] in JOINED_ZEROS:
        smaller, end_of_smaller = _zeros_after(text, more.end())
        if smaller is not None and smaller < factor:
            value, after = value + _amount(more) * smaller, end_of_smaller
    return (int(value) if value <= LARGEST_COUNT else None), after


def _amount(match: re.Match[str]) -> Decimal:
    """Return the number before a suffix, where a single mark is a decimal point."""
    written = match[0]
    if match.lastgroup in {"comma", "dot"} and len(re.findall(r"[.,]", written)) == 1:
        return Decimal(written.replace(",", "."))
    mark = max(written.rfind("."), written.rfind(","))
    if match.lastgroup in {"decimal", "comma_rest", "dot_rest", "spaced_rest"}:
        whole = re.sub(r"\D", "", written[:mark])
        return Decimal(f"{whole}.{written[mark + 1 :]}")
    return Decimal(re.sub(r"\D", "", written))


def _zeros_after(text: str, end: int) -> tuple[int | None, int]:
    match = _SUFFIX.match(text, end)
    if match is None:
        return None, end
    spaces, word = match.groups()
    for joined in () if word.isascii() else JOINED_ZEROS:
        if text.startswith(joined, match.start(2)):
            return ZEROS[joined], match.start(2) + len(joined)
    if spaces and word in {"m", "b", "tr", "l"}:  # units
        return None, end
    factor = _local_zeros(text, word.lower())
    return factor, (match.end() if factor is not None else end)


def _local_zeros(text: str, word: str) -> int | None:
    if word in {"b", "mil"}:
        for betrays, zeros in LOCAL_ZEROS:
            if word in zeros and betrays.search(text):
                return zeros[word]
    return ZEROS.get(word)


def _sensible(digits: str) -> int | None:
    if not digits or (digits[0] == "0" and len(digits) > 1):
        return None
    return value if (value := int(digits)) <= LARGEST_COUNT else None

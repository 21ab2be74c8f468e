"""The people, each a pure function of seed and number: the truth behind the pages."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from random import Random

from deployments.demo_site.names import Culture, in_script, spell, words
from deployments.demo_site.wording import WrittenCount, write_count

KINDS = ("person",) * 7 + ("organisation", "band", "shop")
MARKUPS = ("json_ld", "json_ld", "open_graph", "microdata")
LATEST_POST_AT = datetime(2026, 10, 31, 18, 0, tzinfo=UTC)
MINUTES_BACK = 600_000
LARGEST_MAGNITUDE = 7.7
"""Powers of ten of the largest count: about fifty million."""

LONG_NAME_PARTS = 14


class Awkwardness(StrEnum):
    """What is wrong with a page; one page in twenty-five is awkward."""

    NONE = "none"
    MALFORMED = "malformed"
    """Unclosed and unquoted, yet every field can be read."""

    DELETED = "deleted"
    """Answers 404 although listings name it."""

    FLAKY = "flaky"
    """Answers 503 when it is asked the first time."""

    PRIVATE = "private"
    """States a name and nothing else; every count is unknown."""


_AWKWARD_PLACES = {
    7: Awkwardness.MALFORMED,
    33: Awkwardness.DELETED,
    58: Awkwardness.FLAKY,
    81: Awkwardness.PRIVATE,
}


@dataclass(frozen=True, slots=True)
class Post:
    """One post on a page."""

    text: str
    published_at: datetime
    likes: int


@dataclass(frozen=True, slots=True)
class Person:
    """One invented person or organisation, as its page states it."""

    index: int
    external_id: str
    handle: str
    display_name: str
    kind: str
    culture: Culture
    bio: str | None
    followers: WrittenCount | None
    following: WrittenCount | None
    posts: WrittenCount | None
    """`None` is unknown: the page does not say."""

    verified: bool
    location: str | None
    topics: tuple[str, ...]
    joined_at: datetime
    markup: str
    awkwardness: Awkwardness

    @property
    def is_right_to_left(self) -> bool:
        """Whether the script runs from right to left."""
        return self.culture.script in {"arabic", "hebrew"}


def make_person(seed: int, index: int) -> Person:
    """Return person number `index`, counted from 0, of the site with this seed."""
    dice = Random(seed * 1_000_003 + index)  # noqa: S311 - variety, not secrecy
    culture = dice.choice(words().cultures)
    kind = dice.choice(KINDS)
    awkwardness = _AWKWARD_PLACES.get((index + seed) % 100, Awkwardness.NONE)
    is_private = awkwardness is Awkwardness.PRIVATE
    syllables = spell(index, seed=seed)
    topics = tuple(dice.sample(words().topics, dice.choice((0, 1, 2, 2, 3, 4, 6))))
    location = dice.choice(culture.cities) if dice.random() < 0.8 else None  # noqa: PLR2004 - most say where
    followers, following, posts = (
        None if is_private else _count(culture, magnitude, dice=dice)
        for magnitude in (LARGEST_MAGNITUDE, 3.8, 5.2)
    )
    return Person(
        index=index,
        external_id=f"p-{index:06d}",
        handle=_handle(in_script(syllables, "latin"), dice=dice),
        display_name=_display_name(culture, kind, syllables, dice=dice),
        kind=kind,
        culture=culture,
        bio=None if is_private else _bio(culture, topics, dice=dice),
        followers=followers,
        following=following,
        posts=posts,
        verified=dice.random() < 0.15,  # noqa: PLR2004 - a badge is rare
        location=None if is_private else location,
        topics=() if is_private else topics,
        joined_at=datetime(2009, 1, 1, tzinfo=UTC)
        + timedelta(days=dice.randrange(6_000)),
        markup=dice.choice(MARKUPS),
        awkwardness=awkwardness,
    )


def make_people(seed: int, people: int) -> list[Person]:
    """Return the first `people` people of the site with this seed."""
    return [make_person(seed, index) for index in range(people)]


def recent_posts(person: Person, *, seed: int) -> list[Post]:
    """Return the posts on the page of `person`, the latest first."""
    if person.awkwardness is Awkwardness.PRIVATE:
        return []
    dice = Random(seed * 7_000_003 + person.index)  # noqa: S311 - variety, not secrecy
    published_at = LATEST_POST_AT
    posts = []
    for _ in range(dice.randrange(7)):
        published_at -= timedelta(minutes=dice.randrange(30, MINUTES_BACK // 10))
        text = _fill(dice.choice(person.culture.posts), person.topics, "", dice=dice)
        posts.append(Post(text, published_at, int(10 ** dice.uniform(0, 4))))
    return posts


def _handle(surname: str, *, dice: Random) -> str:
    """Write a handle that no other number gets: `surname` is alone in the site."""
    given = dice.choice(
        ("ana", "leo", "mia", "the", "dr", "ms", "hello", "studio", "real", "just")
    )
    return dice.choice(
        (
            surname,
            f"{given}.{surname}",
            f"{surname}_{given}",
            f"{given}-{surname}",
            f"{surname}{dice.randrange(1, 100)}",
            f"{given}.{surname}_{dice.randrange(1960, 2010)}",
            f"_{surname}_",
        )
    )


def _display_name(
    culture: Culture, kind: str, syllables: list[tuple[str, int]], *, dice: Random
) -> str:
    surname = in_script(syllables, culture.script).capitalize()
    surname += dice.choice(culture.endings)
    if kind != "person":
        trade = dice.choice(culture.trades[kind])
        return f"{surname} {trade}"
    given = dice.choice(culture.given)
    name = f"{given} {surname}"
    form = dice.random()
    if form < 0.10:  # noqa: PLR2004 - shares of decorated names
        return f"{name} {dice.choice(words().emoji)}"
    if form < 0.13:  # noqa: PLR2004
        return f"{given} “{dice.choice(words().topics)}” {surname} & co. <3"
    if form < 0.15:  # noqa: PLR2004
        more = [dice.choice(culture.given) for _ in range(LONG_NAME_PARTS)]
        return f"{name} {' '.join(more)}"
    if form < 0.17:  # noqa: PLR2004
        return surname
    return name


def _bio(culture: Culture, topics: tuple[str, ...], *, dice: Random) -> str | None:
    wanted = dice.choice((0, 1, 1, 1, 2, 2, 3, 12))
    if not wanted:
        return None
    sentences = [*dice.sample(culture.bios, len(culture.bios)), *culture.posts]
    city = dice.choice(culture.cities)
    parts = [_fill(each, topics, city, dice=dice) for each in sentences[:wanted]]
    if dice.random() < 0.2:  # noqa: PLR2004 - a fifth ends with a picture
        parts.append(dice.choice(words().emoji) * dice.randrange(1, 4))
    return dice.choice((" ", "\n", "\n\n")).join(parts)


def _fill(sentence: str, topics: tuple[str, ...], city: str, *, dice: Random) -> str:
    choice = topics if len(topics) > 1 else words().topics
    topic, other = dice.sample(choice, 2)
    return sentence.format(topic=topic, other=other, city=city)


def _count(culture: Culture, magnitude: float, *, dice: Random) -> WrittenCount | None:
    """Draw a count, evenly over the powers of ten; some are 0, some are not stated."""
    form = dice.random()
    if form < 0.05:  # noqa: PLR2004 - one in twenty does not say
        return None
    count = 0 if form < 0.08 else int(10 ** dice.uniform(0, magnitude))  # noqa: PLR2004 - newcomers
    return write_count(count, manner=culture.counts, dice=dice)

"""What a correct reader stores of a person: the answers, for tests and for exports."""

from deployments.demo_site.people import Person
from deployments.demo_site.wording import WrittenCount
from tasks.public_profiles.schemas import AcquiredProfile


def as_acquired(person: Person, *, site: str, platform: str) -> AcquiredProfile:
    """
    Return the public profile that the page of `person` states.

    Args:
        person: Whose page it is.
        site: Address of the demo site, without a slash at its end.
        platform: Name that the reader gives the site.
    """
    return AcquiredProfile(
        platform=platform,
        handle=person.handle,
        display_name=person.display_name,
        url=f"{site}/people/{person.handle}",
        external_id=person.external_id,
        bio=person.bio,
        followers=value_of(person.followers),
        following=value_of(person.following),
        posts=value_of(person.posts),
        verified=person.verified,
        kind=person.kind,
        location=person.location,
        language=person.culture.language,
        topics=person.topics,
        picture_url=f"{site}/pictures/{person.handle}.png",
    )


def value_of(count: WrittenCount | None) -> int | None:
    """Return the most exact number a page states; `None` if it states none."""
    return None if count is None else count.value

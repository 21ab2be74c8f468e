"""Pages in the manner of well-known services, and pages that try to mislead."""

from typing import Any

import pytest

from config.recipes import find_recipe
from tasks.public_profiles.opened_page import NotAPublicProfileError
from tasks.public_profiles.read_page import finest_count, read_page
from tasks.public_profiles.schemas import AcquiredProfile
from tests.factories import page_samples as samples
from tests.factories.page_samples import canonical, described, linked, meta, page

COUNTS = ("followers", "following", "posts")
LOOPBACK = "http://127.0.0.1:9/saved.html"


def read(body: str, *, url: str = LOOPBACK, by_host: bool = True) -> AcquiredProfile:
    recipe = find_recipe("any-public-page").model_copy(update={"by_host": by_host})
    return read_page(body, url=url, recipe=recipe)


def stated(profile: AcquiredProfile, *names: str) -> tuple[Any, ...]:
    return tuple(getattr(profile, name) for name in names)


@pytest.mark.parametrize(
    ("body", "who", "counts"),
    [
        (samples.MASTODON, ("mastodon", "runavex", "Runa Vex"), (6_700, 345, 1_200)),
        (
            samples.YOUTUBE,
            ("youtube", "kelpradio", "Kelp Radio"),
            (1_230_000, None, 456),
        ),
        (samples.TIKTOK, ("tiktok", "ombra.lit", "Ombra"), (1_203_456, 34, 78)),
        (samples.X, ("x", "taviorn", "Tavi Orn"), (4_321, 210, 9_876)),
        (
            samples.THREADS,
            ("threads", "ilse.moor", "Ilse Moor"),
            (1_200_000, None, 345),
        ),
        (samples.GITHUB, ("github", "quillon", "Quill On"), (1_500, 27, None)),
        (
            samples.LINKEDIN,
            ("linkedin", "perrin-ashe", "Perrin Ashe"),
            (1_834, None, None),
        ),
        (
            samples.SOUNDCLOUD,
            ("soundcloud", "bog-choir", "Bog Choir"),
            (4_711, 12, None),
        ),
        (samples.TWITCH, ("twitch", "pixelheron", "PixelHeron"), (88_912, None, None)),
        (samples.PINTEREST, ("pinterest", "fernhall", "Fern Hall"), (20_834, 61, None)),
        (samples.INDIE, ("oda.example", "oda.example", "Oda Lind"), (None, None, None)),
        (samples.FORUM, ("forum.example", "tinker_bo", "tinker_bo"), (1_234, None, 56)),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_a_page_is_read_as_its_service_states_it(
    body: str, who: tuple[str, ...], counts: tuple[int | None, ...]
) -> None:
    profile = read(body)
    assert stated(profile, "platform", "handle", "display_name") == who
    assert stated(profile, *COUNTS) == counts


@pytest.mark.parametrize("name", ["X", "THREADS", "LINKEDIN", "GITHUB", "TWITCH"])
def test_general_knowledge_alone_says_the_same(name: str) -> None:
    body = getattr(samples, name)
    fields = ("platform", "handle", "display_name", *COUNTS)
    assert stated(read(body, by_host=False), *fields) == stated(read(body), *fields)


def test_the_address_is_the_pages_own_not_the_fetched_one() -> None:
    assert read(samples.LINKEDIN).url == "https://www.linkedin.com/in/perrin-ashe"


PROFILE = (
    canonical("https://site.example/@ada"),
    meta(og__type="profile", og__title="Ada (@ada)", og__site_name="Site"),
)


@pytest.mark.parametrize(
    "body",
    [
        page(*PROFILE, described("Author. 500K followers on Elsewhere, 3 posts")),
        page(*PROFILE, body="<p>I reached 500K followers on Elsewhere</p>"),
        page(*PROFILE, body="<aside>Zed 9K followers</aside>"),
        page(*PROFILE, body="<article>Zed <b>9K</b> followers</article>"),
        page(
            *PROFILE,
            body="<ul><li>Zed <b>9K</b> <i>followers</i></li>"
            "<li>Yan <b>8K</b> <i>followers</i></li></ul>",
        ),
        page(*PROFILE, body='<a href="/@zed/followers">9K followers</a>'),
        page(*PROFILE, body='<a href="/@zed">Zed <b>9K</b> <i>followers</i></a>'),
        page(
            *PROFILE,
            body=samples.data_script(
                {"suggested": [{"username": "zed", "followers_count": 9_000}]},
                name="state",
            ),
        ),
        page(*PROFILE, body="<span>Joined 2019</span><span>Followers</span>"),
    ],
)
def test_numbers_of_others_and_of_stories_are_never_taken(body: str) -> None:
    profile = read(body)
    assert stated(profile, "handle", "display_name") == ("ada", "Ada")
    assert stated(profile, *COUNTS) == (None, None, None)


def test_a_stated_zero_is_zero() -> None:
    body = page(
        canonical("https://site.example/people/nil"),
        linked(
            {
                "@type": "ProfilePage",
                "mainEntity": {
                    "@type": "Person",
                    "name": "Nil",
                    "alternateName": "@nil",
                    "interactionStatistic": {
                        "interactionType": "https://schema.org/FollowAction",
                        "userInteractionCount": 0,
                    },
                },
            }
        ),
    )
    assert stated(read(body), *COUNTS) == (0, None, None)


@pytest.mark.parametrize(
    "head",
    [
        (linked({"@type": "NewsArticle", "author": {"@type": "Person", "name": "A"}}),),
        (meta(og__type="article", og__title="Ada (@ada)"),),
        (linked({"@type": "Organization", "name": "Publisher"}),),
        (linked({"@type": "Person", "name": "A"}), linked({"@type": "Product"})),
        ("<title>Sign in</title>",),
        ("<title>Page not found</title>", meta(og__type="website")),
    ],
)
def test_pages_about_something_else_are_refused(head: tuple[str, ...]) -> None:
    with pytest.raises(NotAPublicProfileError):
        read(page(canonical("https://site.example/@ada/story/1"), *head))


@pytest.mark.parametrize("host", ["x.com", "www.tiktok.com", "www.instagram.com"])
def test_a_wall_in_front_of_a_profile_is_not_a_profile(host: str) -> None:
    body = page("<title>Log in</title>", canonical(f"https://{host}/ada"))
    with pytest.raises(NotAPublicProfileError):
        read(body, url=f"https://{host}/ada")


def test_a_post_below_a_profile_is_not_the_profile() -> None:
    with pytest.raises(NotAPublicProfileError):
        read(samples.MASTODON_POST)
    with pytest.raises(NotAPublicProfileError):
        read(samples.MASTODON_POST, by_host=False)


def test_a_handle_shown_on_the_page_serves_where_the_address_has_none() -> None:
    person = linked({"@type": "Person", "name": "Ada", "alternateName": "Countess"})
    head = (canonical("https://site.example/x/y/77"), person)
    one = '<p class="handle">@ada</p>'
    assert read(page(*head, body=one)).handle == "ada"
    with pytest.raises(NotAPublicProfileError, match="names a handle"):
        read(page(*head, body=f'{one}<p class="handle">@zed</p>'))


def test_a_graph_is_followed_to_the_person_by_id() -> None:
    body = page(
        canonical("https://site.example/people/ada"),
        linked(
            {
                "@graph": [
                    {"@type": "WebSite", "name": "Site"},
                    {"@type": "ProfilePage", "mainEntity": {"@id": "#ada"}},
                    {"@type": "Person", "@id": "#ada", "name": "Ada"},
                ]
            }
        ),
    )
    assert stated(read(body), "handle", "display_name", "kind") == (
        "ada",
        "Ada",
        "person",
    )


def test_broken_linked_data_is_forgiven_or_passed_over() -> None:
    raw = (
        '{"@type": "ProfilePage", "mainEntity": {"@type": "Person", "name": "A\nda"}};'
    )
    script = f'<script type="application/ld+json"><!-- {raw} --></script>'
    broken = '<script type="application/ld+json">{"@type": </script>'
    body = page(canonical("https://site.example/people/ada"), broken, script)
    assert read(body).display_name == "A\nda"


def test_an_exact_number_on_the_page_wins_over_its_short_form() -> None:
    body = page(
        *PROFILE,
        described("1.2M Followers, 34 Following, 5 Posts"),
        body='<div title="1,234,567"><b>1.2M</b> Followers</div>',
    )
    assert stated(read(body), *COUNTS) == (1_234_567, 34, 5)


@pytest.mark.parametrize(
    ("spoken", "seen", "expected"),
    [
        (1_200_000, 1_234_567, 1_234_567),
        (1_200_000, 1_334_567, 1_200_000),
        (1_234, 1_235, 1_234),
        (None, 5, 5),
        (5, None, 5),
        (1_000, 999, 1_000),
    ],
)
def test_a_count_is_refined_only_by_one_it_may_stand_for(
    spoken: int | None, seen: int | None, expected: int
) -> None:
    assert finest_count(spoken, seen) == expected

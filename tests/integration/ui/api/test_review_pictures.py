"""Pictures come through us: judged by their bytes, from nowhere they may not be."""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from config.settings import settings
from tasks.database import transaction
from tasks.reviews import pictures
from tests.factories.campaigns import create_campaign
from tests.factories.review_queue import queue_many
from tests.fixtures.database import read_settings_again
from tests.fixtures.file_site import Answer, file_site


def png(width: int = 2, height: int = 2) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    lines = (b"\0" + b"\x40\x80\xc0" * width) * height
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(lines))
        + chunk(b"IEND", b"")
    )


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
SITE = {
    "/robots.txt": Answer(b"User-agent: *\nDisallow: /private/\n", "text/plain"),
    "/mira.png": Answer(png(), "image/png"),
    "/lies.svg": Answer(png(), "image/svg+xml"),
    "/mira.svg": Answer(SVG, "image/svg+xml"),
    "/svg.png": Answer(SVG, "image/png"),
    "/page.png": Answer(b"<!doctype html><p>no", "image/png"),
    "/private/mira.png": Answer(png(), "image/png"),
    "/large.png": Answer(png() + bytes(9_000), "image/png"),
    "/moved": Answer(b"", status_code=302, location="/mira.png"),
    "/round": Answer(b"", status_code=302, location="/round"),
    "/file": Answer(b"", status_code=302, location="file:///etc/hostname"),
    "/broken": Answer(b"", status_code=503),
}


@pytest.fixture
def site() -> Iterator[str]:
    with file_site(SITE) as url:
        yield url


@pytest.fixture(autouse=True)
def fresh(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing is kept from other tests, and pictures are small."""
    environment.setenv("MUSTER_HOME", str(tmp_path))
    environment.setenv("MUSTER_PICTURES__LARGEST_BYTES", "8192")
    read_settings_again()
    pictures._rules.cache_clear()  # noqa: SLF001 - what this process knows of hosts


def person_with(picture_url: str | None, *, listing: str, **more: Any) -> UUID:
    with transaction() as session:
        source = {"kind": "html_pages", "listingUrl": listing, "recipe": "x", **more}
        campaign_id = create_campaign(session, source=source)
    queue_many(1, campaign_id=campaign_id, word=uuid4().hex)
    with transaction() as session:
        found: UUID = session.execute(
            text(
                "UPDATE public_profiles SET picture_url = :url "
                "WHERE campaign_id = :campaign RETURNING id"
            ),
            {"url": picture_url, "campaign": campaign_id},
        ).scalar_one()
    return found


def ask(
    client: httpx.Client, url: str | None, *, listing: str, **headers: str
) -> httpx.Response:
    person = person_with(url, listing=listing)
    return client.get(f"/profiles/{person}/picture?size=card", headers=headers)


def reason_of(answer: httpx.Response) -> str:
    assert answer.status_code == 404, answer.text
    assert answer.json()["error"] == "no_picture"
    return str(answer.json()["details"]["reason"])


@pytest.mark.parametrize("path", ["/mira.png", "/lies.svg", "/moved"])
def test_a_picture_is_shown_as_what_its_bytes_are(
    operator: httpx.Client, site: str, path: str
) -> None:
    answer = ask(operator, f"{site}{path}", listing=f"{site}/all")
    assert answer.status_code == 200, answer.text
    assert answer.content == png()
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"].startswith("private")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/mira.svg", "/svg.png", "/page.png"])
def test_what_is_no_picture_is_not_shown_whatever_it_calls_itself(
    operator: httpx.Client, site: str, path: str
) -> None:
    answer = ask(operator, f"{site}{path}", listing=f"{site}/all")
    assert reason_of(answer) == "it is no PNG, JPEG, GIF or WebP"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/large.png", "larger than 8192 bytes"),
        ("/round", "redirects more than 5 times"),
        ("/file", "does not lie on the web"),
        ("/private/mira.png", "robots.txt asks us not to"),
        ("/broken", "answered 503"),
        ("/gone.png", "answered 404"),
    ],
)
def test_what_cannot_be_had_is_told_with_its_reason(
    operator: httpx.Client, site: str, path: str, reason: str
) -> None:
    answer = ask(operator, f"{site}{path}", listing=f"{site}/all")
    assert reason in reason_of(answer)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/hostname",
        "data:image/png;base64,AAAA",
        "ftp://a.example/1.png",
        "http://user:word@a.example/1.png",
        "http://[half/1.png",
        "//",
    ],
)
def test_an_address_that_is_not_of_the_web_is_not_asked(
    operator: httpx.Client, url: str
) -> None:
    reason_of(ask(operator, url, listing="https://a.example/"))


def test_a_profile_without_a_picture_says_so(operator: httpx.Client) -> None:
    answer = ask(operator, None, listing="https://a.example/")
    assert reason_of(answer) == "its source states none"
    assert operator.get(f"/profiles/{uuid4()}/picture").status_code == 404


@pytest.mark.parametrize(
    "minds", [{"exit": {"vpn": "nl"}}, {"leakTest": {"maxAgeMinutes": 60}}]
)
def test_no_picture_is_asked_for_past_the_exit_that_a_campaign_minds(
    operator: httpx.Client, site: str, minds: dict[str, Any]
) -> None:
    person = person_with(f"{site}/mira.png", listing=f"{site}/all", **minds)
    answer = operator.get(f"/profiles/{person}/picture")
    assert "would be asked for from here" in reason_of(answer)


def test_an_inner_network_is_entered_only_for_the_campaigns_own_hosts(
    operator: httpx.Client, site: str
) -> None:
    answer = ask(operator, f"{site}/mira.png", listing="https://a.example/all")
    assert "inner network" in reason_of(answer)


def test_a_host_cannot_send_us_into_an_inner_network(
    operator: httpx.Client, site: str
) -> None:
    with file_site({"/mira.png": Answer(b"", status_code=302, location=site)}) as own:
        answer = ask(operator, f"{own}/mira.png", listing=f"{own}/all")
    assert "inner network" in reason_of(answer)


def test_a_picture_is_fetched_once_and_then_known_by_its_tag(
    operator: httpx.Client,
) -> None:
    with file_site(SITE) as site:
        person = person_with(f"{site}/mira.png", listing=f"{site}/all")
        first = operator.get(f"/profiles/{person}/picture")
    path = f"/profiles/{person}/picture"
    again = operator.get(path)  # its site is gone
    assert (again.status_code, again.content) == (200, first.content)
    tag = first.headers["etag"]
    for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        answer = operator.get(path, headers={"If-None-Match": known})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == tag
    assert operator.get(path, headers={"If-None-Match": '"x"'}).status_code == 200


def test_the_folder_of_pictures_lies_in_our_home(
    operator: httpx.Client, site: str
) -> None:
    ask(operator, f"{site}/mira.png", listing=f"{site}/all")
    (kept,) = (settings().home / "pictures").iterdir()
    assert kept.read_bytes() == png()
    assert urlsplit(site).netloc not in kept.name


def test_only_people_who_may_look_at_the_queue_get_pictures(
    visitor: httpx.Client,
) -> None:
    answer = visitor.get(f"/profiles/{uuid4()}/picture")
    assert answer.status_code == 401

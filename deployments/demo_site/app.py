"""The site: which address answers with what."""

import asyncio
import time
from collections import Counter
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

from deployments.demo_site.bench_pages import LINKS_A_PAGE, bench_page
from deployments.demo_site.exports import (
    as_object,
    csv_chunks,
    json_lines_chunks,
    people_from,
)
from deployments.demo_site.faults import Fault, fault_of
from deployments.demo_site.layout import STYLE_SHEET, frame_page
from deployments.demo_site.listing import (
    LARGEST_PAGE_SIZE,
    PAGE_SIZE,
    REPORT,
    front_page,
    listing_page,
    plain_listing,
)
from deployments.demo_site.page import render_page
from deployments.demo_site.people import Awkwardness, make_people
from deployments.demo_site.pictures import draw_picture

ROBOTS = "User-agent: *\nAllow: /people\nDisallow: /private\n"
LATE_SECONDS = 3.0
PATIENCE_SECONDS = 1
SECONDS_UNDER_WAY = 0.25
BENCH_PAGES = 5_000
MOST_ROWS = 10_000_000
STYLE = (Path(__file__).parent / "style.css").read_text("utf-8")
SMALL_PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">'
    '<circle cx="4" cy="4" r="4" fill="#5c6bc0"/></svg>'
)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


class DemoSite:
    """The pages of one seed, and how often each unreliable page was asked for."""

    def __init__(self, *, people: int, seed: int) -> None:
        self._seed = seed
        self._people = make_people(seed, people)
        self._by_handle = {person.handle: person for person in self._people}
        self._attempts: Counter[str] = Counter()
        self._patience = (0.0, 0.0)
        self._too_soon = 0

    def routes(self) -> list[Route]:
        """Return every route; the busiest stand first, because order costs time."""
        return [
            Route("/bench/{number:int}", self._bench_page),
            Route("/faulty/{number:int}", self._faulty_page),
            Route("/people/{handle}.json", self._person_twin),
            Route("/people/{handle}", self._person_page),
            Route("/pictures/{handle}.png", self._picture),
            Route("/people", self._listing),
            Route("/bench", self._plain_listing),
            Route("/faulty", self._plain_listing),
            Route("/asked", self._asked),
            Route("/asked/reset", self._forget_attempts, methods=["POST"]),
            Route("/people.csv", self._csv),
            Route("/people.jsonl", self._json_lines),
            Route("/", self._front),
            Route("/health", _health),
            Route("/robots.txt", _robots),
            Route("/private/{rest:path}", _private),
            Route(STYLE_SHEET, _style),
            Route("/picture.svg", _small_picture),
        ]

    async def _front(self, _request: Request) -> Response:
        return HTMLResponse(front_page(len(self._people)))

    async def _listing(self, request: Request) -> Response:
        page = _number(request, "page", 1)
        size = min(LARGEST_PAGE_SIZE, max(1, _number(request, "size", PAGE_SIZE)))
        if page < 1 or (page > 1 and (page - 1) * size >= len(self._people)):
            return _missing("There is no such page of people.")
        return HTMLResponse(listing_page(self._people, page=page, size=size))

    async def _person_page(self, request: Request) -> Response:
        handle = request.path_params["handle"]
        if handle == REPORT:
            return Response(PDF, media_type="application/pdf")
        person = self._by_handle.get(handle)
        if person is None or person.awkwardness is Awkwardness.DELETED:
            return _missing("This account does not exist, or not any more.")
        if person.awkwardness is Awkwardness.FLAKY and self._attempt(request) == 1:
            return _unavailable()
        site = _site(request)
        return HTMLResponse(render_page(person, seed=self._seed, site=site))

    async def _person_twin(self, request: Request) -> Response:
        person = self._by_handle.get(request.path_params["handle"])
        if person is None or person.awkwardness is Awkwardness.DELETED:
            return JSONResponse({"error": "not_found"}, 404)
        return JSONResponse(as_object(person, site=_site(request)))

    async def _picture(self, request: Request) -> Response:
        person = self._by_handle.get(request.path_params["handle"])
        if person is None:
            return _missing("There is no such picture.")
        picture = draw_picture(person, seed=self._seed)
        return Response(picture, media_type="image/png")

    async def _csv(self, request: Request) -> Response:
        rows = people_from(self._seed, self._rows(request))
        chunks = csv_chunks(rows, site=_site(request))
        return StreamingResponse(chunks, media_type="text/csv")

    async def _json_lines(self, request: Request) -> Response:
        rows = people_from(self._seed, self._rows(request))
        chunks = json_lines_chunks(rows, site=_site(request))
        return StreamingResponse(chunks, media_type="application/jsonl")

    async def _plain_listing(self, request: Request) -> Response:
        """List `/bench` or `/faulty`: as many pages as `of` says, 5,000 by default."""
        pages = max(1, _number(request, "of", BENCH_PAGES))
        page, last = _number(request, "page", 1), -(-pages // LINKS_A_PAGE)
        if not 1 <= page <= last:
            return _missing("There is no such page of links.")
        numbers = range(
            (page - 1) * LINKS_A_PAGE + 1, min(page * LINKS_A_PAGE, pages) + 1
        )
        rest = "" if pages == BENCH_PAGES else f"&amp;of={pages}"
        path = request.url.path
        return HTMLResponse(
            plain_listing(path, numbers=numbers, page=page, last=last, rest=rest)
        )

    async def _bench_page(self, request: Request) -> Response:
        number = request.path_params["number"]
        self._attempt(request)
        return HTMLResponse(bench_page(number, path="/bench", site=_site(request)))

    async def _faulty_page(self, request: Request) -> Response:
        number = request.path_params["number"]
        fault = fault_of(number, attempt=self._attempt(request))
        match fault:
            case Fault.UNAVAILABLE:
                return _unavailable()
            case Fault.TOO_MANY:
                return self._ask_for_patience()
            case Fault.EMPTY:
                return HTMLResponse("")
            case Fault.GONE:
                return _missing("This page is gone for ever.")
            case Fault.LATE:
                await asyncio.sleep(LATE_SECONDS)
            case Fault.NONE:
                pass
        return HTMLResponse(bench_page(number, path="/faulty", site=_site(request)))

    def _ask_for_patience(self) -> Response:
        now, (begins, ends) = time.monotonic(), self._patience
        # What was sent before the answer could arrive is nobody's fault.
        begins = begins if now < ends else now + SECONDS_UNDER_WAY
        self._patience = begins, now + PATIENCE_SECONDS
        return PlainTextResponse(
            "Slow down.", 429, {"Retry-After": f"{PATIENCE_SECONDS}"}
        )

    async def _asked(self, _request: Request) -> Response:
        """Tell how often unreliable pages and those for benchmarks were asked for."""
        counts = self._attempts
        told = {
            "pages": len(counts),
            "requests": counts.total(),
            "twice": sum(count > 1 for count in counts.values()),
            "tooSoon": self._too_soon,
        }
        return JSONResponse(told)

    async def _forget_attempts(self, _request: Request) -> Response:
        self._attempts.clear()
        self._patience, self._too_soon = (0.0, 0.0), 0
        return Response(status_code=204)

    def _attempt(self, request: Request) -> int:
        begins, ends = self._patience
        self._too_soon += begins < time.monotonic() < ends
        self._attempts[request.url.path] += 1
        return self._attempts[request.url.path]

    def _rows(self, request: Request) -> int:
        return min(MOST_ROWS, max(0, _number(request, "people", len(self._people))))


def create_app(*, people: int, seed: int) -> Starlette:
    """Return the site as an ASGI application."""
    return Starlette(routes=DemoSite(people=people, seed=seed).routes())


def _site(request: Request) -> str:
    return f"http://{request.headers.get('host', '127.0.0.1')}"


def _number(request: Request, name: str, default: int) -> int:
    """Read a number from the query; anything else counts as `default`."""
    text = request.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdigit() else default


def _missing(message: str) -> Response:
    return HTMLResponse(
        frame_page("Not found", f"<h1>Not found</h1><p>{message}</p>"), 404
    )


def _unavailable() -> Response:
    return PlainTextResponse("Out of order for a moment.", 503)


def _svg(picture: str) -> Response:
    return Response(picture, media_type="image/svg+xml")


async def _health(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _robots(_request: Request) -> Response:
    return PlainTextResponse(ROBOTS)


async def _private(_request: Request) -> Response:
    return HTMLResponse(frame_page("Private", "<p>Robots are asked to stay out.</p>"))


async def _style(_request: Request) -> Response:
    return Response(STYLE, media_type="text/css")


async def _small_picture(_request: Request) -> Response:
    return _svg(SMALL_PICTURE)

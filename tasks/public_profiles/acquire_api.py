"""Read the next records of a documented JSON interface."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic
from typing import Any

from config.errors import BusyError, OutsideError, RefusedError
from config.recipes.json_api import ApiRecipe, DetailsPart
from config.vocabulary import Fate
from tasks.clients.json_answers import JsonAnswer, NotThereError, NotYet
from tasks.clients.json_door import JsonDoor
from tasks.public_profiles.acquire import LONGEST_FETCH_SECONDS, AcquiredPortion
from tasks.public_profiles.api_inputs import (
    address_of,
    asked_for,
    base_of,
    detail_addresses,
    fixed_values,
    list_chunks,
)
from tasks.public_profiles.api_place import (
    CAME_BACK,
    ApiPlace,
    after_page,
    is_read_before,
    next_chunk,
    paging_parameter,
    place_from,
    storable,
)
from tasks.public_profiles.gathered_records import GatheredRecords
from tasks.public_profiles.page_quota import COUNTED, quota_of
from tasks.public_profiles.read_api import (
    comparable,
    fate_of_error,
    key_of,
    list_detailed,
    list_records,
    look,
    missing_counts,
    read_record,
)
from tasks.public_profiles.schemas import (
    JsonApiSource,
    Unreadable,
)

_PAUSES = "host_pauses"


@dataclass(frozen=True, slots=True)
class _Page:
    """One page of a listing, kept until its last record is taken."""

    url: str
    records: Sequence[Any]
    document: Any
    next_url: str | None


class _Waiting(Exception):  # noqa: N818 - a wish, not an error
    def __init__(self, url: str, not_yet: NotYet) -> None:
        super().__init__(url)
        self.url, self.not_yet = url, not_yet


class _LimitReached(Exception):  # noqa: N818 - a rule, not an error
    """The host has answered as often as one run may ask it."""


class ApiReading:
    """The reading of one source; close it at the end."""

    def __init__(
        self, source: JsonApiSource, recipe: ApiRecipe, door: JsonDoor
    ) -> None:
        self.source = source
        self.door = door
        self.recipe = recipe
        self._base = base_of(source, self.recipe)
        self._fixed = fixed_values(source, self.recipe)
        self._chunks = list_chunks(source, self.recipe)
        self._page: _Page | None = None
        self._pages_ended = 0
        self._ends_at = 0.0
        self._quota = quota_of(source, {})

    def close(self) -> None:
        """Close the connections."""
        self.door.close()

    def acquire(
        self,
        *,
        position: Mapping[str, Any],
        limit: int,
        waiting: Sequence[str] = (),
        one_page: bool = False,
    ) -> AcquiredPortion:
        """
        Read the next records, at most `limit`, for at most 15 s and one request.

        Args:
            position: Where the last portion ended; empty at the beginning.
            limit: Most records to return.
            waiting: Addresses of details that were found before and are not read yet.
            one_page: Whether the end of a page ends the portion, for a dry run.

        Raises:
            OutsideError: The interface does not answer, refuses, or is no such; all
                records before are returned first.
        """
        place = self._place_at(position)
        self._ends_at = monotonic() + LONGEST_FETCH_SECONDS
        gathered = GatheredRecords()
        try:
            for stood in self._work(place, gathered, waiting, limit):
                place = stood
                is_over = one_page and self._pages_ended > 0
                if is_over or monotonic() >= self._ends_at:
                    break
        except _Waiting as wish:
            place = place.waiting(wish.url, wish.not_yet.until)
        except _LimitReached as reached:
            self._note_limit(place, gathered, str(reached))
            place = replace(place, listing_ended=True)
        except OutsideError:
            if not gathered.is_anything:
                raise
        # An error after something was gathered comes again with the next portion.
        return self._portion(place, gathered, is_last=not waiting)

    def _portion(
        self, place: ApiPlace, gathered: GatheredRecords, *, is_last: bool
    ) -> AcquiredPortion:
        details = self.recipe.details
        found_urls = (
            detail_addresses(details, gathered.listed, base=self._base)
            if details
            else {}
        )
        return AcquiredPortion(
            position={
                **place.as_json(),
                COUNTED: self._quota.counted,
                _PAUSES: self.door.pauses(),
            },
            ended=place.listing_ended and is_last and not found_urls,
            profiles=gathered.profiles,
            unreadable=gathered.unreadable,
            unclear=gathered.unclear,
            found_urls=list(found_urls),
            stands_for=found_urls,
            settled_urls=gathered.settled_urls,
            failed_urls=gathered.failed_urls,
        )

    def _place_at(self, position: Mapping[str, Any]) -> ApiPlace:
        """Return the place, and keep what the host asked for before."""
        self._quota = quota_of(self.source, position)
        for origin, until in position.get(_PAUSES, {}).items():
            self.door.hold(origin, datetime.fromisoformat(until))
        place = place_from(position, self.recipe)
        moment = place.waited_until()
        if moment and place.wait_for:
            self.door.hold(place.wait_for, moment)
        return replace(place, wait_until=None, wait_for=None)

    def _note_limit(
        self, place: ApiPlace, gathered: GatheredRecords, reason: str
    ) -> None:
        """Note that the listing was ended, and every value that was not asked for."""
        listing = f"{self._base}{self.recipe.request.path or ''}"
        gathered.note(listing, reason, Fate.EXCLUDED)
        each = self.recipe.each
        for chunk in self._chunks[place.chunk :] if each else ():
            for value in chunk[each.input] if each else ():
                gathered.note(value, reason, Fate.EXCLUDED)

    def _work(
        self,
        place: ApiPlace,
        gathered: GatheredRecords,
        waiting: Sequence[str],
        limit: int,
    ) -> Iterator[ApiPlace]:
        """Return the steps of a portion: through the listing, or through details."""
        size = self.recipe.details.size if self.recipe.details else 1
        enough = len(waiting) * size >= limit
        if waiting and (enough or place.listing_ended):
            urls = waiting[: max(1, limit // size)]
            return self._read_details(urls, place, gathered)
        return self._read_listing(place, gathered, limit)

    def _read_listing(
        self, place: ApiPlace, gathered: GatheredRecords, limit: int
    ) -> Iterator[ApiPlace]:
        """Yield the place after each step whose records are gathered."""
        if place.chunk >= len(self._chunks):
            yield replace(place, listing_ended=True)
            return
        while not place.listing_ended and gathered.taken < limit:
            try:
                place = yield from self._take_step(place, gathered, limit)
            except OutsideError as failure:
                if not self._concerns_one(failure):
                    raise
                for value in self._asked(place):
                    gathered.note(value, failure.message, fate_of_error(failure))
                place = self._leave_chunk(place)
            yield place

    def _concerns_one(self, failure: OutsideError) -> bool:
        each = self.recipe.each
        if each is None:
            return False
        if isinstance(failure, NotThereError):
            return True
        return each.independent and not isinstance(failure, BusyError)

    def _asked(self, place: ApiPlace) -> Sequence[str]:
        each = self.recipe.each
        return self._chunks[place.chunk][each.input] if each else ()

    def _leave_chunk(self, place: ApiPlace) -> ApiPlace:
        self._page = None
        self._pages_ended += 1
        return next_chunk(place, chunks=len(self._chunks))

    def _take_step(
        self, place: ApiPlace, gathered: GatheredRecords, limit: int
    ) -> Generator[ApiPlace, None, ApiPlace]:
        """Look values up, or take records of a page; return the place after it."""
        values: dict[str, Sequence[str]] = {**self._fixed, **self._chunks[place.chunk]}
        prepare = self.recipe.prepare
        if prepare and place.prepared is None:
            return replace(place, prepared=self._prepare(values))
        values |= {name: [text] for name, text in (place.prepared or {}).items()}
        url = self._address(place, values)
        page = self._page_at(url)
        if place.skip == 0 and is_read_before(place, page.records):
            gathered.unclear.append(Unreadable(reference=url, reason=CAME_BACK))
            return self._leave_chunk(place)
        for number, record in enumerate(page.records):
            if number < place.skip:
                continue
            if gathered.taken >= limit:
                return place
            self._take_record(record, gathered, reference=f"{url} #{number + 1}")
            place = replace(place, skip=number + 1)
            yield place
        return self._end_page(place, page, gathered)

    def _prepare(self, values: Mapping[str, Sequence[str]]) -> dict[str, str]:
        prepare = self.recipe.prepare
        if prepare is None:
            return {}
        url = address_of(prepare, base=self._base, values=values)
        if url is None:  # what it would look up is known already
            return {}
        document = self._ask(url, prepare.headers).document
        found = {name: look(place, document) for name, place in prepare.yields.items()}
        lacking = [name for name, one in found.items() if one is None or one == ""]
        if lacking:
            raise NotThereError(f"{url} answered without {', '.join(lacking)}")
        return {name: storable(str(one)) for name, one in found.items()}

    def _address(self, place: ApiPlace, values: Mapping[str, Sequence[str]]) -> str:
        paging, each = self.recipe.paging, self.recipe.each
        if paging.by == "link" and place.at is not None:
            return str(place.at)
        url = address_of(
            self.recipe.request,
            base=self._base,
            values=values,
            repeated=each.repeated if each else False,
            more=paging_parameter(paging, place),
        )
        if url is None:
            raise RefusedError(
                f"recipe {self.recipe.name} lacks a value for its request: check the "
                "inputs of the source"
            )
        return url

    def _page_at(self, url: str) -> _Page:
        if self._page is None or self._page.url != url:
            answer = self._ask(url, self.recipe.request.headers)
            records = list_records(answer.document, self.recipe, url=url)
            self._page = _Page(url, records, answer.document, answer.next_url)
        return self._page

    def _end_page(
        self, place: ApiPlace, page: _Page, gathered: GatheredRecords
    ) -> ApiPlace:
        self._page = None
        self._pages_ended += 1
        each = self.recipe.each
        if each and place.at is None:
            answered = {key_of(each.key, record) for record in page.records}
            if each.key is not None or not page.records:
                gathered.note_unanswered(
                    one for one in self._asked(place) if comparable(one) not in answered
                )
        after, odd = after_page(
            self.recipe,
            place,
            records=page.records,
            document=page.document,
            next_url=page.next_url,
            chunks=len(self._chunks),
        )
        if odd:
            gathered.unclear.append(Unreadable(reference=page.url, reason=odd))
        return after

    def _take_record(
        self, record: Any, gathered: GatheredRecords, *, reference: str
    ) -> None:
        details = self.recipe.details
        if not self.source.details or details is None:
            counts = self._counts_of(record)
            gathered.take(
                read_record(record, self.recipe, counts=counts), reference=reference
            )
            return
        value = look(details.value, record)
        if not isinstance(value, str | int) or not storable(str(value)):
            gathered.note(reference, f"it states nothing at {details.value}")
            return
        gathered.listed.append(storable(str(value)))

    def _counts_of(self, record: Any) -> dict[str, Any]:
        """Return the counts of a record that stand in collections of their own."""
        found: dict[str, Any] = {}
        for name, url in missing_counts(record, self.recipe).items():
            try:
                document = self._ask(url, self.recipe.request.headers).document
            except (OutsideError, _LimitReached):
                continue  # many hide them; then they stay unknown
            found[name] = look(self.recipe.counts[name].path, document)
        return found

    def _read_details(
        self,
        urls: Sequence[str],
        place: ApiPlace,
        gathered: GatheredRecords,
    ) -> Iterator[ApiPlace]:
        details = self.recipe.details
        if details is None:
            return
        for url in urls:
            try:
                answer = self._ask(url, details.request.headers)
            except (NotThereError, _LimitReached) as gone:
                is_gone = isinstance(gone, NotThereError)
                fate = Fate.GONE if is_gone else Fate.EXCLUDED
                asked = asked_for(details.request, url, repeated=details.repeated)
                gathered.note_failed_url(url, asked, str(gone), fate)
            else:
                records = list_detailed(answer.document, self.recipe, url=url)
                self._take_details(url, records, details, gathered)
            gathered.settled_urls.append(url)
            yield place

    def _take_details(
        self,
        url: str,
        records: Sequence[Any],
        details: DetailsPart,
        gathered: GatheredRecords,
    ) -> None:
        for number, record in enumerate(records):
            gathered.take(
                read_record(record, self.recipe), reference=f"{url} #{number + 1}"
            )
        answered = {key_of(details.key, record) for record in records}
        asked = asked_for(details.request, url, repeated=details.repeated)
        asked = asked or ([] if records else [url])
        gathered.note_unanswered(
            one for one in asked if comparable(one) not in answered
        )

    def _ask(self, url: str, headers: Mapping[str, str]) -> JsonAnswer:
        if not self._quota.take(url):
            raise _LimitReached(self._quota.reason(url))
        got = self.door.ask(url, headers=headers, ends_at=self._ends_at)
        if isinstance(got, NotYet):
            self._quota.give_back(url)
            raise _Waiting(url, got)
        return got

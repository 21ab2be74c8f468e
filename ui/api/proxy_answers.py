"""Lists about proxies, as the API answers them; names as the document writes them."""

from config.vocabulary import ProxyState
from tasks.proxies.schemas import (
    AttemptAnswer,
    DocumentSchema,
    PinAnswer,
    PoolEntry,
)


class PoolList(DocumentSchema):
    """Proxies; `next` goes into `after`, `null` at the end."""

    items: tuple[PoolEntry, ...]
    next: str | None
    counts: dict[ProxyState, int]
    """State -> proxies in it, over all pages and states."""


class AttemptList(DocumentSchema):
    """Requests through proxies; `next` goes into `after`, `null` at the end."""

    items: tuple[AttemptAnswer, ...]
    next: str | None


class PinList(DocumentSchema):
    """Pins; `next` goes into `after`, `null` at the end."""

    items: tuple[PinAnswer, ...]
    next: str | None


class GeneratedAnswer(DocumentSchema):
    """The proxies that were made."""

    items: tuple[PoolEntry, ...]

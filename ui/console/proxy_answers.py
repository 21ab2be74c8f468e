"""What the API answers about proxies; names as the document writes them."""

from collections.abc import Mapping

from pydantic import ConfigDict

from config.vocabulary import ProxyState
from tasks.proxies.schemas import (
    DocumentSchema,
    PinAnswer,
    PoolEntry,
    ProxyDetail,
)


class _Answer(DocumentSchema):
    """Something the API said; members this console does not know are left out."""

    model_config = ConfigDict(extra="ignore")


class KnownProxy(PoolEntry):
    """A proxy of the pool; what this console does not know of it is left out."""

    model_config = ConfigDict(extra="ignore")


class KnownDetail(ProxyDetail):
    """A proxy with its history; what this console does not know is left out."""

    model_config = ConfigDict(extra="ignore")


class PoolPage(_Answer):
    """Some proxies; `counts` are those of all pages, by state."""

    items: tuple[KnownProxy, ...]
    next: str | None = None
    counts: Mapping[ProxyState, int]


class PinPage(_Answer):
    """Some pins; `next` asks for more."""

    items: tuple[PinAnswer, ...]
    next: str | None = None


class MadeProxy(_Answer):
    """A proxy that was added."""

    id: int


class GeneratedProxies(_Answer):
    """The proxies that Multilogin X made."""

    items: tuple[KnownProxy, ...]

"""Pure: handles and addresses, in the one form in which they are compared and kept."""

import re
from urllib.parse import parse_qsl, unquote, urlencode, urljoin, urlsplit, urlunsplit

LONGEST_HANDLE = 256


def word_set(words: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(words.split())


_INVISIBLE = dict.fromkeys(
    map(ord, "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)
_SIMPLE_HANDLE = re.compile(r"[A-Za-z0-9_.-]{1,256}", re.ASCII)
_SIMPLE_ADDRESS = re.compile(
    r"https?://[a-z0-9.-]+(?::\d+)?/[A-Za-z0-9/._~@%+-]*", re.ASCII
)
_LEADING = re.compile(r"^(?:acct:|/?(?:u|user|users|r)/(?=[^/]+$)|[@＠])+")  # noqa: RUF001 - full-width sign, typed in East Asia

PROFILE_FOLDERS = word_set(
    "user users u profile profiles people person member members channel channels c in"
    " company school showcase artist artists author authors creator creators id team"
    " teams org orgs organization organizations organisations player players streamer"
    " contributor contributors staff musician musicians band bands public actor actors"
    " account accounts pub uid space host hosts intent"
)
"""Path parts after which the name of a person or organisation stands."""

_SECTIONS = word_set(
    "about followers following follows videos shorts streams live playlists community"
    " featured posts with_replies media likes replies photos reels tagged tracks sets"
    " albums reposts popular-tracks overview comments submitted repositories stars"
    " projects _created _saved pins boards schedule clips activity recent-activity"
    " home events articles highlights threads index.html index.htm index.php"
)
"""Last path parts that name a view of a public profile, not the profile."""

_NO_HANDLES = word_set(
    "login signin sign-in signup register search explore about help terms privacy"
    " contact home index discover trending popular settings jobs blog news press legal"
    " support faq shop store cart tag tags category topics events p status watch"
    " feed api download pricing user users people profile profiles members"
)
"""Single path parts that are pages of the service itself."""

_QUERY_NAMES = ("id", "user", "username", "screen_name", "u", "name", "uid")
_QUERY_PAGES = word_set("profile.php user profile users member.php member member.asp")
_TRACKING = re.compile(
    r"^(?:utm_\w+|fbclid|gclid|igsh|igshid|mc_cid|mc_eid|ref_src|si|feature)$"
)
_LOCALE = re.compile(r"^[a-z]{2}(?:[-_][a-z]{2})?$", re.IGNORECASE)
_PLAIN_SUBDOMAINS = word_set("www m mobile web old new en beta app open")
_SUBDOMAIN_LABELS = 3


FEDERATED = word_set(
    "activitypub bookwyrm friendica gotosocial lemmy mastodon misskey mobilizon"
    " peertube pixelfed pleroma"
)
"""Platforms of many servers: the same handle on two of them is two people."""


def handle_key_of(handle: str, *, platform: str, url: str | None) -> str:
    """
    Return what tells a public profile from all others of its platform.

    A handle is the same whatever its case. Where a platform has many servers, the
    server belongs to it: that of the handle (`name@host`), or of the address.
    """
    key = handle.casefold()
    if platform in FEDERATED and "@" not in key and url:
        return f"{key}@{host_of(url)}"
    return key


def fold_exclusion(line: str) -> str:
    """Return a line of an exclusion list as `keys_of_exclusion` would name it."""
    platform, colon, handle = line.strip().casefold().partition(":")
    if not colon:
        return platform.lstrip("@").strip()
    return f"{platform.strip()}:{handle.strip().lstrip('@').strip()}"


def keys_of_exclusion(
    handle: str, *, platform: str, url: str | None
) -> tuple[str, ...]:
    """
    Return the folded lines of an exclusion list that would mean a public profile.

    Where a platform has many servers, a line without a server means the name on each.
    """
    key = handle_key_of(handle, platform=platform, url=url)
    prefix = f"{platform.casefold()}:"
    if platform in FEDERATED and "@" in key:
        name = key.partition("@")[0]
        return key, prefix + key, name, prefix + name
    return key, prefix + key


def normalise_handle(text: str | None) -> str | None:
    """
    Return a handle without `@`, `acct:`, `u/` and blanks, or `None` if nothing is left.

    An address becomes the name in it; `@name@host` stays `name@host`.
    """
    if not text:
        return None
    if _SIMPLE_HANDLE.fullmatch(text):
        return text
    text = " ".join(text.translate(_INVISIBLE).split())
    if re.match(r"https?://", text, re.IGNORECASE):
        return handle_in_address(text)
    text = _LEADING.sub("", text).strip().rstrip("/")
    if not text or "\x00" in text or len(text) > LONGEST_HANDLE:
        return None
    return text


def handle_in_address(url: str) -> str | None:
    """
    Return the name that an address carries, or `None` if it carries none for certain.

    Looks for `/@name`, for a folder such as `/users/name`, for a single path part, for
    `profile.php?id=name`, and on a bare host for its subdomain or the host itself.
    """
    split = urlsplit(url)
    parts = [unquote(part) for part in split.path.split("/") if part.strip()]
    if not parts:
        return _handle_in_host((split.hostname or "").lower())
    for part in parts:
        if part.startswith("@") and len(part) > 1:
            return normalise_handle(part)
    if parts[-1].lower() in _QUERY_PAGES and split.query:
        query = dict(parse_qsl(split.query))
        named = (query[name] for name in _QUERY_NAMES if query.get(name))
        return normalise_handle(next(named, None))
    return _handle_in_parts(parts)


def _handle_in_parts(parts: list[str]) -> str | None:
    if len(parts) > 1 and parts[-1].lower() in _SECTIONS:
        parts = parts[:-1]
    if len(parts) > 1 and parts[-2].lower() in PROFILE_FOLDERS:
        return normalise_handle(_without_ending(parts[-1]))
    if len(parts) > 1 and _LOCALE.match(parts[0]):
        parts = parts[1:]
    if len(parts) == 1 and parts[0].lower() not in _NO_HANDLES:
        return normalise_handle(_without_ending(parts[0]))
    return None


def _without_ending(part: str) -> str:
    return re.sub(r"\.(?:x?html?|php|aspx?)$", "", part, flags=re.IGNORECASE)


def _handle_in_host(host: str) -> str | None:
    labels = host.split(".")
    if not host or labels[-1].isdigit() or labels == ["localhost"]:
        return None
    if len(labels) >= _SUBDOMAIN_LABELS and labels[0] not in _PLAIN_SUBDOMAINS:
        return labels[0]
    return host.removeprefix("www.")


def is_address_of(handle: str, url: str) -> bool:
    """Whether the address is that of the handle itself, not of something below it."""
    named = handle_in_address(url)
    if named is None:
        return False
    own, wanted = named.casefold(), handle.casefold()
    return own == wanted or wanted.startswith(f"{own}@")


def tidy_address(url: str | None, *, base: str = "") -> str | None:
    """Return an absolute http(s) address without fragment and tracking, or `None`."""
    if not url or not url.strip():
        return None
    if _SIMPLE_ADDRESS.fullmatch(url):
        return url
    try:
        split = urlsplit(urljoin(base, url.strip()))
        host = split.hostname
    except ValueError:  # such as a broken IPv6 address
        return None
    if split.scheme not in {"http", "https"} or not host:
        return None
    query = split.query
    if query:
        pairs = parse_qsl(query, keep_blank_values=True)
        kept = [pair for pair in pairs if not _TRACKING.match(pair[0])]
        query = query if len(kept) == len(pairs) else urlencode(kept)
    return urlunsplit((split.scheme, split.netloc, split.path, query, ""))


def same_address(one: str, other: str) -> bool:
    """Whether two addresses name the same page, `www.`, scheme and last `/` aside."""
    return _comparable(one) == _comparable(other)


def _comparable(url: str) -> tuple[str, str, str]:
    split = urlsplit(url)
    host = ".".join((split.hostname or "").lower().split(".")[-2:])
    return host, unquote(split.path).rstrip("/").casefold(), split.query


def host_of(url: str) -> str:
    """Return the host of an address in lower case, without its port."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""

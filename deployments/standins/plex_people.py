"""The invented people of the Plex stand-in, and the servers each may use."""

from typing import Any, NamedTuple
from uuid import UUID

OTHER_SERVER = "a-plex-server-of-somebody-else"


class Person(NamedTuple):
    """One Plex account."""

    id: int
    login: str
    title: str
    email: str
    may_use_ours: bool
    owns_it: bool = False

    def describe(self, token: str) -> dict[str, Any]:
        """Return the account as `/api/v2/user` tells it."""
        return {
            "id": self.id,
            "uuid": UUID(int=self.id).hex[:16],
            "username": self.login,
            "title": self.title,
            "email": self.email,
            "friendlyName": self.title,
            "locale": None,
            "confirmed": True,
            "thumb": "",
            "hasPassword": True,
            "authToken": token,
            "home": False,
            "restricted": not self.email,
        }

    def list_resources(self, our_server: str) -> list[dict[str, Any]]:
        """Return what `/api/v2/resources` tells them: a player, and servers."""
        found = [_resource(f"player-of-{self.login}", "Browser", "client,player")]
        if self.may_use_ours:
            found.append(
                _resource(our_server, "Our Plex server", "server", owned=self.owns_it)
            )
        found.append(_resource(OTHER_SERVER, "Elsewhere", "server", owned=False))
        return found


PEOPLE = (
    Person(101, "ida", "Ida Holm", "ida@plex.example", may_use_ours=True, owns_it=True),
    Person(102, "jon", "Jon Vale", "jon@plex.example", may_use_ours=True),
    Person(103, "kim", "Kim Rand", "", may_use_ours=True),
    Person(104, "eve", "Eve Stray", "eve@plex.example", may_use_ours=False),
)


def find_person(login: str) -> Person | None:
    """Return the person who signs in by this name or email."""
    wanted = login.strip().casefold()
    for person in PEOPLE:
        if wanted and wanted in {person.login, person.email}:
            return person
    return None


def _resource(
    identifier: str, name: str, provides: str, *, owned: bool = True
) -> dict[str, Any]:
    return {
        "name": name,
        "product": "Plex Media Server" if provides == "server" else "Plex Web",
        "clientIdentifier": identifier,
        "provides": provides,
        "owned": owned,
        "presence": True,
        "connections": [],
    }

"""
DNS: what we answer about our zone, and to which visit a question belongs.

Source: RFC 1035, section 4; RFC 2308 for what does not exist; RFC 6891 for EDNS.
"""

from collections.abc import Callable
from dataclasses import dataclass

from dnslib import (  # type: ignore[import-untyped]  # it brings no types
    AAAA,
    CLASS,
    EDNS0,
    NS,
    OPCODE,
    QTYPE,
    RCODE,
    RR,
    SOA,
    A,
    DNSError,
    DNSRecord,
)

ADDRESS_TYPES = {"A": A, "AAAA": AAAA}
_OWN_LABEL = "ns"
_UDP_BYTES = 1232  # what fits any path unbroken, by DNS Flag Day 2020


@dataclass(frozen=True)
class Answer:
    """What is sent back, and what was asked."""

    wire: bytes
    visit_id: str = ""
    name: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Zone:
    """The zone we answer for; every name below it leads to one place."""

    name: str
    address: str = ""
    address6: str = ""

    def answer(self, asked: bytes, *, is_open: Callable[[str], bool]) -> Answer | None:
        """Return the answer to a datagram; None if it is not a question."""
        question = _read(asked)
        if question is None:
            return None
        reply = question.reply(ra=0, aa=0)
        if any(record.rtype == QTYPE.OPT for record in question.ar):
            reply.add_ar(EDNS0(udp_len=_UDP_BYTES))
        # Resolvers mix upper and lower case to tell their own answers from forged ones.
        name = str(question.q.qname).rstrip(".").lower()
        if question.header.opcode != OPCODE.QUERY or not self._holds(name):
            reply.header.rcode = RCODE.REFUSED
            return Answer(reply.pack())
        reply.header.aa = 1
        visit_id = self._visit_of(name)
        kind = str(QTYPE.get(question.q.qtype))
        if visit_id and not is_open(visit_id):
            reply.header.rcode = RCODE.NXDOMAIN
            visit_id = ""
        else:
            self._add_records(reply, name, kind)
        if not reply.rr:
            reply.add_auth(self._start_of_authority())
        return Answer(reply.pack(), visit_id, name, kind)

    def _holds(self, name: str) -> bool:
        return name == self.name or name.endswith(f".{self.name}")

    def _visit_of(self, name: str) -> str:
        below = name.removesuffix(self.name).rstrip(".")
        return "" if below in ("", _OWN_LABEL) else below.split(".")[-1]

    def _add_records(self, reply: DNSRecord, name: str, kind: str) -> None:
        owner = reply.q.qname
        address = {"A": self.address, "AAAA": self.address6}.get(kind)
        if address:
            data = ADDRESS_TYPES[kind](address)
            reply.add_answer(RR(owner, reply.q.qtype, CLASS.IN, 0, data))
        elif name == self.name and kind == "NS":
            reply.add_answer(
                RR(owner, QTYPE.NS, CLASS.IN, 0, NS(f"{_OWN_LABEL}.{self.name}"))
            )
        elif name == self.name and kind == "SOA":
            reply.add_answer(self._start_of_authority())

    def _start_of_authority(self) -> RR:
        # A minimum of 0: that something is not there is not to be remembered either.
        data = SOA(
            f"{_OWN_LABEL}.{self.name}", f"admin.{self.name}", (1, 3600, 600, 86400, 0)
        )
        return RR(self.name, QTYPE.SOA, CLASS.IN, 0, data)


def _read(asked: bytes) -> DNSRecord | None:
    try:
        question = DNSRecord.parse(asked)
    except DNSError:
        return None
    return (
        question if question.header.qr == 0 and len(question.questions) == 1 else None
    )

"""DNS: what is answered about the zone, and which visit a question belongs to."""

import pytest
from dnslib import EDNS0, QTYPE, RCODE, DNSRecord

from deployments.leak_responders.names import Answer, Zone

ZONE = Zone("leak.test", "203.0.113.80", "2001:db8::80")
OPEN = {"5f3a"}


def ask(name: str, kind: str = "A", zone: Zone = ZONE) -> tuple[Answer, DNSRecord]:
    answer = zone.answer(
        DNSRecord.question(name, kind).pack(), is_open=OPEN.__contains__
    )
    assert answer is not None
    return answer, DNSRecord.parse(answer.wire)


def test_a_name_of_a_visit_leads_to_the_zones_address_and_is_told() -> None:
    answer, reply = ask("0a1b2c3d.5f3a.leak.test")
    assert str(reply.short()) == "203.0.113.80"
    assert (reply.a.ttl, reply.header.aa, reply.header.ra) == (0, 1, 0)
    assert answer == Answer(answer.wire, "5f3a", "0a1b2c3d.5f3a.leak.test", "A")
    assert ask("0a1b2c3d.5f3a.leak.test", "AAAA")[1].short() == "2001:db8::80"


def test_a_name_is_found_however_its_letters_are_mixed_and_echoed_as_asked() -> None:
    answer, reply = ask("0a1B2c3D.5F3a.lEAk.tEst")
    assert answer.visit_id == "5f3a"
    assert str(reply.q.qname) == "0a1B2c3D.5F3a.lEAk.tEst."


def test_a_kind_of_record_that_is_not_there_is_said_not_to_be_there() -> None:
    answer, reply = ask("0a1b2c3d.5f3a.leak.test", "HTTPS")
    assert (reply.header.rcode, reply.rr) == (RCODE.NOERROR, [])
    assert reply.auth[0].rtype == QTYPE.SOA
    assert (answer.visit_id, answer.kind) == ("5f3a", "HTTPS")
    without_ipv6 = Zone("leak.test", "203.0.113.80")
    assert ask("0a1b2c3d.5f3a.leak.test", "AAAA", without_ipv6)[1].rr == []


def test_a_visit_that_is_not_open_has_no_names() -> None:
    answer, reply = ask("0a1b2c3d.ffff.leak.test")
    assert reply.header.rcode == RCODE.NXDOMAIN
    assert answer.visit_id == ""


def test_the_zone_has_an_authority_and_a_server() -> None:
    assert str(ask("leak.test", "NS")[1].short()) == "ns.leak.test."
    assert ask("leak.test", "SOA")[1].a.rtype == QTYPE.SOA
    assert str(ask("ns.leak.test")[1].short()) == "203.0.113.80"


@pytest.mark.parametrize("name", ["example.org", "notleak.test", "test"])
def test_what_is_not_ours_is_refused(name: str) -> None:
    answer, reply = ask(name)
    assert reply.header.rcode == RCODE.REFUSED
    assert answer.visit_id == ""


def test_an_extended_question_gets_an_extended_answer() -> None:
    question = DNSRecord.question("0a1b2c3d.5f3a.leak.test")
    question.add_ar(EDNS0(udp_len=4096))
    answer = ZONE.answer(question.pack(), is_open=OPEN.__contains__)
    assert answer is not None
    assert DNSRecord.parse(answer.wire).ar[0].rtype == QTYPE.OPT


@pytest.mark.parametrize("asked", [b"", b"\x00", b"not a question at all, but long"])
def test_what_is_no_question_is_not_answered(asked: bytes) -> None:
    assert ZONE.answer(asked, is_open=OPEN.__contains__) is None


def test_an_answer_is_not_answered() -> None:
    reply = DNSRecord.question("0a1b2c3d.5f3a.leak.test").reply()
    assert ZONE.answer(reply.pack(), is_open=OPEN.__contains__) is None

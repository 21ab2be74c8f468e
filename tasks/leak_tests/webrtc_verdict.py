"""Pure: what WebRTC gives away, by the candidates shown and by who reached STUN."""

from collections.abc import Collection

from config.vocabulary import LeakKind, LeakVerdict
from tasks.leak_tests.addresses import (
    Address,
    is_local,
    is_same_site,
    is_within,
    parse_address,
    parse_all,
    shown,
)
from tasks.leak_tests.case import Case, because, listed, unknown
from tasks.leak_tests.findings import StunControl
from tasks.leak_tests.schemas import Finding, VerdictReason

_BY_CANDIDATES = (
    "ICE candidates that the browser offered a page, and who reached the visit's own "
    "STUN ports"
)
_BY_PACKET = "a packet of our own to a STUN server, beside the exit"
_COMPLETE, _UNSUPPORTED = "complete", "unsupported"
_RELAYED, _REFLEXIVE = "relay", "srflx"


def judge_webrtc(case: Case) -> Finding:
    """Return the verdict; without a browser it is inconclusive whatever was seen."""
    return _judge_browser(case) if case.is_in_browser else _judge_network(case)


def _judge_network(case: Case) -> Finding:
    """Say what Python can know: whether packets get out beside the exit."""
    outside = parse_all(one.mapped_address for one in case.findings.control)
    beside = [one for one in outside if one not in case.exits]
    reasons = [
        because(
            "browser_only",
            "only a browser knows what its WebRTC shows; test a browser profile",
        )
    ]
    if beside:
        reasons.append(
            because(
                "udp_leaves_beside",
                f"UDP leaves this machine beside the exit, as {listed(beside)}: a "
                "browser whose WebRTC is not restricted would show it",
            )
        )
    elif not outside:
        why = "no STUN server answered this machine"
        reasons.append(because("stun_silent", why))
    return unknown(LeakKind.WEBRTC, *reasons, means=_BY_PACKET, seen=shown(beside))


def _judge_browser(case: Case) -> Finding:
    page = case.findings.page
    if page is None:
        why = because("no_report", "the browser told nothing")
        return unknown(LeakKind.WEBRTC, why, means=_BY_CANDIDATES)
    seen = _addresses_seen(case)
    strange = [one for one in seen if not is_local(one) and not _is_exit(case, one)]
    local = [one for one in seen if is_local(one) and not _is_exit(case, one)]
    reasons: list[VerdictReason] = []
    if strange:
        reasons.append(_strange_shown(case, strange))
    if local:
        said = f"WebRTC showed {listed(local)}, an address of an inner network"
        reasons.append(because("local_address_shown", said))
    verdict = LeakVerdict.LEAK
    if not reasons:
        verdict, why_clean = _without_leak(case, seen)
        reasons = [why_clean]
    return Finding(
        kind=LeakKind.WEBRTC,
        verdict=verdict,
        expected=(*shown(case.exits), "or nothing") if case.exits else ("nothing",),
        seen=shown(seen),
        means=_BY_CANDIDATES,
        reasons=tuple(reasons),
        took_ms=page.took_ms.get("webrtc"),
    )


def _strange_shown(case: Case, strange: Collection[Address]) -> VerdictReason:
    if any(one in case.home_addresses for one in strange):
        return because(
            "home_address_shown",
            f"WebRTC showed {listed(strange)}, this machine's own address",
        )
    return because(
        "other_address_shown", f"WebRTC showed {listed(strange)}, which is not the exit"
    )


def _without_leak(
    case: Case, seen: Collection[Address]
) -> tuple[LeakVerdict, VerdictReason]:
    """Return what holds where nothing but the exit was shown, or nothing at all."""
    open_question = _find_doubt(case)
    if open_question is not None:
        return LeakVerdict.INCONCLUSIVE, open_question
    page = case.findings.page
    if page is None or page.gathering == _UNSUPPORTED:
        return LeakVerdict.CLEAN, because(
            "webrtc_off", "the browser has no WebRTC, and the STUN responder was well"
        )
    if seen:
        why = because("only_exit_shown", "WebRTC showed the exit, and nothing else")
        return LeakVerdict.CLEAN, why
    return LeakVerdict.CLEAN, because(
        "blocked_by_policy",
        "WebRTC showed no address, though the STUN responder answers: its own traffic "
        "is blocked",
    )


def _find_doubt(case: Case) -> VerdictReason | None:
    """Return why nothing bad that was seen does not prove that there is nothing."""
    page = case.findings.page
    if not case.exits:
        return because(
            "exit_unknown", "nobody saw the exit, so nothing can be held against it"
        )
    if not _is_control_well(case):
        return because(
            "stun_silent",
            "the STUN responder did not answer us either, so silence proves nothing",
        )
    if page is None or page.webrtc_error:
        said = (page.webrtc_error or "")[:200] if page else ""
        return because("webrtc_failed", f"the browser's WebRTC failed: {said}")
    has_reached = any(one.type == _REFLEXIVE for one in page.candidates)
    if page.gathering in {_COMPLETE, _UNSUPPORTED} or has_reached:
        return None
    return because(
        "gathering_unfinished",
        "the browser was not done gathering in time; test again",
    )


def _addresses_seen(case: Case) -> tuple[Address, ...]:
    """Return every address that a page or a STUN server could learn."""
    page, log = case.findings.page, case.findings.log
    texts: list[str | None] = []
    if page is not None:
        for one in page.candidates:
            # A relay's own address is the TURN server's; whom it serves is related.
            texts += [None if one.type == _RELAYED else one.address]
            texts += [one.related_address]
        texts += page.sdp_addresses
    if log is not None:
        own = {_mapped(one) for one in case.findings.control}
        texts += [
            one.address
            for one in log.stun
            if (parse_address(one.address), one.port) not in own
        ]
    return parse_all(texts)


def _mapped(control: StunControl) -> tuple[Address | None, int | None]:
    return parse_address(control.mapped_address), control.mapped_port


def _is_exit(case: Case, address: Address) -> bool:
    """Return whether it is the exit; the way home is none, whoever saw it before."""
    if is_within(address, case.expected.exit_addresses):
        return True
    return address in case.exits and not is_same_site(address, case.home_addresses)


def _is_control_well(case: Case) -> bool:
    """Return whether a STUN port that the browser was given answered us."""
    return any(one.mapped_address for one in case.findings.control)

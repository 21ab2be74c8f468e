"""What is kept of an unexpected error: where it comes from, and nothing secret."""

import pytest
from sqlalchemy.exc import IntegrityError

from tasks.failures.describe import describe_failure, fingerprint_of
from tasks.failures.schemas import Finding
from tasks.failures.sentry import scrub


def raise_it(error: Exception) -> Exception:
    with pytest.raises(type(error)) as raised:
        throw(error)
    return raised.value


def raise_it_elsewhere(error: Exception) -> Exception:
    with pytest.raises(type(error)) as raised:
        throw(error)
    return raised.value


def throw(error: Exception) -> None:
    raise error


def describe(error: Exception) -> Finding:
    return describe_failure(
        raise_it(error), place="POST /campaigns", correlation_id="of-the-test"
    )


def test_errors_of_one_kind_from_one_place_are_the_same() -> None:
    one, other = (fingerprint_of(raise_it(KeyError(word))) for word in "ab")
    assert one == other
    assert fingerprint_of(raise_it(ValueError("a"))) != one
    assert fingerprint_of(raise_it_elsewhere(KeyError("a"))) != one


def test_secrets_and_what_cannot_be_stored_are_taken_out() -> None:
    kept = describe(
        ValueError("password=hunter2 Bearer abc.def api_key=k1 \x00 \ud800 a\r")
    )
    for secret in ("hunter2", "abc.def", "k1", "\x00", "\ud800", "\r"):
        assert secret not in kept.message + kept.trace
    assert kept.kind == "ValueError"
    assert kept.correlation_id == "of-the-test"


def test_of_a_statement_only_the_first_line_of_the_driver_is_kept() -> None:
    orig = Exception("duplicate key\nDETAIL: Key (email)=(ana@muster.example)")
    kept = describe(IntegrityError("INSERT INTO accounts", {"hash": "h4sh"}, orig))
    assert kept.message == "duplicate key"
    for private in ("INSERT", "h4sh", "ana@"):
        assert private not in kept.message + kept.trace


def test_the_trace_names_our_files_and_no_folder_of_this_machine() -> None:
    trace = describe(KeyError("a")).trace
    assert "tests/unit/tasks/failures/test_describe.py" in trace
    assert "raise_it" in trace
    assert " /" not in trace


def test_a_long_message_and_a_chain_of_causes_are_cut() -> None:
    inner = raise_it(ValueError("first"))
    outer = KeyError("x" * 10_000)
    outer.__cause__ = inner
    kept = describe(outer)
    assert len(kept.message) == 500
    assert kept.trace.index("ValueError: first") < kept.trace.index("KeyError")


def test_what_goes_to_sentry_has_no_secret_by_name_or_by_form() -> None:
    event = scrub(
        {
            "exception": {
                "values": [{"value": "bad\n[SQL: x] [parameters: {'hash': 'h4sh'}]"}]
            },
            "request": {
                "headers": {"Cookie": "a=1", "X-Api-Key": "k1", "Accept": "*/*"},
                "url": "https://user:hunter2@muster.example/?token=t0ken",
            },
            "extra": {"password_hash": "h4sh", "deep": [{"apiKey": "k2"}]},
        },
        {},
    )
    told = str(event)
    for secret in ("h4sh", "hunter2", "t0ken", "k1", "k2", "a=1"):
        assert secret not in told
    assert "*/*" in told

"""Rows become public profiles; what cannot be read is counted with its line."""

import io
import json
from uuid import UUID

import pytest

from config.errors import InvalidError
from tasks.public_profiles.read_table import TablePortion, read_head, read_table
from tasks.public_profiles.schemas import TableSource

TABLE = UUID(int=1)
COLUMNS = {"handle": "handle", "display_name": "name", "followers": "followers"}


def source(
    columns: dict[str, str] | None = None,
    *,
    form: str = "csv",
    platform: str | None = "demo",
) -> TableSource:
    return TableSource.model_validate(
        {
            "table_id": TABLE,
            "form": form,
            "columns": columns or COLUMNS,
            "platform": platform,
        }
    )


def read(raw: bytes, mapped: TableSource | None = None) -> TablePortion:
    return read_table(io.BytesIO(raw), source=mapped or source(), limit=1_000)


def rows(portion: TablePortion) -> list[tuple[str, str | None, int | None]]:
    return [(p.handle, p.display_name, p.followers) for p in portion.profiles]


def problems(portion: TablePortion) -> list[str]:
    return [f"{each.reference}: {each.reason}" for each in portion.unreadable]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_delimiter_line_ends_and_byte_order_mark_are_found_out(
    delimiter: str, line_end: str, mark: bytes
) -> None:
    lines = [["handle", "name", "followers"], ["@ada", "Ada Ñ", "1.2K"]]
    raw = line_end.join(delimiter.join(line) for line in lines).encode()
    assert rows(read(mark + raw)) == [("ada", "Ada Ñ", 1_200)]


def test_quotes_may_hold_delimiters_quotes_and_line_ends() -> None:
    raw = b'handle,name,followers\nada,"Ada, ""the\nfirst""",5\nbob,Bob,6\n'
    assert rows(read(raw)) == [("ada", 'Ada, "the\nfirst"', 5), ("bob", "Bob", 6)]


def test_an_empty_cell_is_unknown_and_a_zero_is_zero() -> None:
    raw = b"handle,name,followers\nada,,\nbob,Bob,0\ncyd,-,n/a\n"
    assert rows(read(raw)) == [
        ("ada", None, None),
        ("bob", "Bob", 0),
        ("cyd", None, None),
    ]


def test_rows_that_cannot_be_read_are_told_with_line_and_reason() -> None:
    raw = (
        b"handle,name,followers\n"
        b"ada,Ada,1\n"
        b"bob,B\xe9b,2\n"
        b",Nobody,3\n"
        b"cyd,Cyd\n"
        b"dan,Dan,4,5\n"
        b"\n"
        b"e\x00ve,Eve,6\n"
        b'fay,"Fay,7\n'
        b'gil,"Gil"x,8\n'
        b"hal,Hal,9\n"
    )
    portion = read(raw)
    assert rows(portion) == [("ada", "Ada", 1), ("hal", "Hal", 9)]
    assert [text.split(":")[0] for text in problems(portion)] == [
        "line 3",
        "line 4",
        "line 5",
        "line 6",
        "line 8",
        "line 9",
        "line 10",
    ]
    assert "not UTF-8: byte 0xe9" in problems(portion)[0]
    assert "no handle" in problems(portion)[1]
    assert "2 cells, the header has 3" in problems(portion)[2]
    assert "quotation marks" in problems(portion)[5]


def test_a_quotation_mark_that_is_never_closed_costs_one_row_only() -> None:
    raw = b'handle,name,followers\nada,"Ada,1\n' + b"bob,Bob,2\n" * 700
    portion = read(raw)
    assert problems(portion) == ["line 2: a quotation mark is opened and never closed"]
    assert rows(portion) == [("bob", "Bob", 2)] * 700


def test_a_cell_that_cannot_be_read_keeps_its_row() -> None:
    portion = read(b"handle,name,followers\nada,Ada,many\n")
    assert rows(portion) == [("ada", "Ada", None)]
    assert portion.unreadable == []
    [unclear] = portion.unclear
    assert unclear.reference == "line 2"
    assert "'many' is not a count" in unclear.reason


def test_reading_in_portions_gives_the_same_as_reading_at_once() -> None:
    raw = b"handle;name;followers\r\n" + b"".join(
        f'p{n};"Name\n{n}";{n}\r\n'.encode() if n % 3 else b"\xff;x;1\r\n"
        for n in range(50)
    )
    whole = read(raw)
    found, position, ended = [], None, False
    told: list[str] = []
    while not ended:
        start = position["offset"] if position else 0
        portion = read_table(
            io.BytesIO(raw[start:]), source=source(), limit=7, position=position
        )
        position = json.loads(json.dumps(portion.position))
        ended = portion.ended
        found += rows(portion)
        told += problems(portion)
    assert found == rows(whole)
    assert told == problems(whole)


NESTED = {
    "handle": "snippet.customUrl",
    "display_name": "snippet.title",
    "followers": "statistics.subscriberCount",
    "posts": "statistics.videoCount",
    "verified": "flags.verified",
    "topics": "tags",
}


def test_dotted_paths_reach_into_json_lines() -> None:
    line = {
        "snippet": {"customUrl": "@kelp", "title": "Kelp"},
        "statistics": {"subscriberCount": "1070", "videoCount": 26},
        "flags": {"verified": False},
        "tags": ["sea", "radio", "sea"],
    }
    sparse = {"snippet": {"customUrl": "moss"}, "statistics": None}
    raw = f"{json.dumps(line)}\n\n{json.dumps(sparse)}".encode()
    portion = read(raw, source(NESTED, form="json_lines"))
    kelp, moss = portion.profiles
    assert (kelp.handle, kelp.display_name, kelp.followers) == ("kelp", "Kelp", 1_070)
    assert (kelp.posts, kelp.verified, kelp.topics) == (26, False, ("sea", "radio"))
    assert (moss.handle, moss.followers, moss.verified) == ("moss", None, None)


def test_bad_json_lines_are_told_with_line_and_reason() -> None:
    raw = b'{"h": "ada"}\nnot json\n[1]\n{"h": null}\n{"h": "\xff"}\n{"h": "bob"}\n'
    portion = read(raw, source({"handle": "h"}, form="json_lines"))
    assert [profile.handle for profile in portion.profiles] == ["ada", "bob"]
    told = problems(portion)
    assert [text.split(":")[0] for text in told] == [
        "line 2",
        "line 3",
        "line 4",
        "line 5",
    ]
    assert "not JSON" in told[0]
    assert "not a JSON object" in told[1]
    assert "no handle" in told[2]
    assert "not UTF-8" in told[3]


@pytest.mark.parametrize(
    ("raw", "mapped", "field", "message"),
    [
        (b"", source(), "source", "empty"),
        (b"\n \n", source(), "source", "empty"),
        (b"\xff\xfeh\x00", source(), "source", "UTF-16"),
        (b"na\xefme,handle\n", source(), "source", "header"),
        (
            b"handle,nick\nada,Ada\n",
            source(),
            "source.columns.display_name",
            "'name'.*handle, nick",
        ),
        (
            b"handle\n",
            source({"display_name": "handle"}),
            "source.columns.handle",
            "handle",
        ),
        (b"h\n", source({"handle": "h", "age": "h"}), "source.columns.age", "no field"),
        (b"h\n", source({"handle": "h"}, platform=None), "source.platform", "platform"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_the_field_named(
    raw: bytes, mapped: TableSource, field: str, message: str
) -> None:
    with pytest.raises(InvalidError, match=f"(?s){message}") as caught:
        read(raw, mapped)
    assert caught.value.field == field


def test_columns_are_found_whatever_their_case() -> None:
    assert rows(read(b" Handle ,NAME,Followers\nada,Ada,1\n")) == [("ada", "Ada", 1)]


def test_the_platform_may_come_from_a_column() -> None:
    columns = {"handle": "h", "platform": "p"}
    portion = read(b"h,p\nada,Mastodon\nbob,\n", source(columns, platform=None))
    assert [profile.platform for profile in portion.profiles] == ["mastodon"]
    assert problems(portion) == ["line 3: it has no platform"]


@pytest.mark.parametrize(
    ("written", "handle"),
    [
        ("@ada", "ada"),
        ("acct:ada@pond.example", "ada@pond.example"),
        ("https://site.example/users/ada/", "ada"),
        ("https://pond.example/@ada?x=1", "ada"),
        ("u/ada", "ada"),
        ("  ada  ", "ada"),
        ("アダ", "アダ"),
    ],
)
def test_handles_are_brought_into_one_form(written: str, handle: str) -> None:
    portion = read(f"h\n{written}\n".encode(), source({"handle": "h"}))
    assert [profile.handle for profile in portion.profiles] == [handle]


def test_the_head_of_a_table_shows_its_columns() -> None:
    head, _ = read_head(iter([b"\xef\xbb\xbfa;b;c\n", b"1;2;3\n"]), form="csv")
    assert (head.columns, head.delimiter) == (("a", "b", "c"), ";")
    head, _ = read_head(iter([b'{"a": 1, "b": {"c": 2}}\n']), form="json_lines")
    assert head.columns == ("a", "b.c")

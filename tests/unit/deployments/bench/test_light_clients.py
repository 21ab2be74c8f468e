"""What the benchmark's light clients make of the bytes they get."""

import asyncio

import pytest

from deployments.bench.audience import Client, Heard, times_in
from deployments.bench.requester import is_whole, rank

OPENING = (
    b"HTTP/1.1 200 OK\r\nx-request-id: 7\r\n\r\n1c\r\n:ok\nretry: 2\nid: 4\n\n\r\n"
)


def frame(position: int, *, last: str = "false") -> bytes:
    told = b'{"id":%d,"last":%s,"sentAt":1.5,"x":1}' % (position, last.encode())
    return b"id: %d\nevent: update\ndata: %s\n\n" % (position, told)


@pytest.mark.parametrize(
    ("answer", "whole"),
    [
        (b"", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", True),
        (b"HTTP/1.1 204 No Content\r\n\r\n", True),
    ],
)
def test_an_answer_is_whole_when_its_length_is_there(
    answer: bytes, *, whole: bool
) -> None:
    assert is_whole(answer) is whole


def test_a_rank_is_a_value_that_was_measured() -> None:
    values = [float(n) for n in range(1, 101)]
    assert (rank(values, 0.5), rank(values, 0.99), rank(values, 1)) == (50, 99, 100)
    assert rank([7.0], 0.99) == 7.0


def test_times_are_read_wherever_they_stand() -> None:
    assert times_in(frame(5) + b'data: {"sentAt":2.25}') == [1.5, 2.25]


def hear(*pieces: bytes) -> Heard:
    async def run() -> Heard:
        heard = Heard()
        client = Client(b"", heard, is_timed=True)
        for piece in pieces:
            client.data_received(piece)
        assert client.ready.done()
        assert client.done.done()
        return heard

    return asyncio.run(run())


def test_events_are_counted_however_the_bytes_are_cut() -> None:
    stream = OPENING + frame(5) + frame(6) + b"\r\n" + frame(7, last="true")
    for cut in range(1, len(stream)):
        heard = hear(stream[:cut], stream[cut:])
        assert (heard.deliveries, heard.out_of_order) == (3, 0)
        assert len(heard.seconds) == 3


def test_a_gap_or_a_double_is_noticed() -> None:
    assert hear(OPENING, frame(5), frame(7, last="true")).out_of_order == 1
    assert hear(OPENING, frame(5), frame(5, last="true")).out_of_order == 1

"""The event decoder: wherever the reads cut the stream, the same events come out."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openai_conversations._response import server_sent_events
from openai_conversations._response.server_sent_events import ErrorData, SSEDecoder


def decode(*chunks: bytes) -> list[bytes]:
    decoder = SSEDecoder()
    found = [event for chunk in chunks for event in decoder.feed(chunk)]
    return found + decoder.end()


def cut(data: bytes, places: set[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


NO_BREAK = st.text(st.characters(exclude_characters="\r\n\x00", exclude_categories=["Cs"]))
LINES = st.lists(NO_BREAK, min_size=1, max_size=4)
EVENTS = st.lists(st.tuples(NO_BREAK.map(str.strip), LINES), max_size=5)


@given(
    EVENTS, st.sampled_from(["\n", "\r", "\r\n"]), st.sets(st.integers(0, 10_000)), st.booleans()
)
def test_any_cut_any_line_ending(
    events: list[tuple[str, list[str]]], ending: str, places: set[int], bom: bool
) -> None:
    text = "\ufeff" if bom else ""
    for name, lines in events:
        text += f": comment{ending}event: {name}{ending}"
        text += "".join(f"data: {line}{ending}" for line in lines) + ending
    expected = [data for _, lines in events if (data := "\n".join(lines).encode()).strip()]
    assert decode(*cut(text.encode(), places)) == expected


# Of the shape that the service sends, and of others.
NAMES = st.sampled_from(
    ["event: a\n", "event: \n", "event:b\n", ": kept alive\n", "id: 1\n", ""]
    + [f"event:{name}\n" for name in ("error", " error", " error ", " errors")]
)
DATA = st.sampled_from(["{}", "[DONE]", "", " ", " x", "\t", "é", "y\ndata: z", "y\nevent: c"])
BLOCKS = st.builds("{}data: {}\n".format, NAMES, DATA) | st.sampled_from(["event: a\n", "", "x\n"])


@example(["event: a\ndata: \n", "event: a\ndata: {}\n"], set())
@given(st.lists(BLOCKS, max_size=8), st.sets(st.integers(0, 200)))
def test_a_run_of_the_common_shape_is_read_as_each_of_its_blocks(
    blocks: list[str], places: set[int]
) -> None:
    data = "".join(f"{block}\n" for block in blocks).encode()
    each = map(server_sent_events._parse, data.split(b"\n\n"))
    expected = [event for event in each if event is not None]
    found = decode(*cut(data, places))
    assert found == expected
    assert [*map(type, found)] == [*map(type, expected)]


def test_an_event_that_is_named_error_is_told_from_others() -> None:
    data = b"event: error\ndata: a\n\nevent:error\ndata: b\n\nevent: errors\ndata: c\n\ndata: d\n\n"
    assert [(type(one), one) for one in decode(data)] == [
        *((ErrorData, b"a"), (ErrorData, b"b"), (bytes, b"c"), (bytes, b"d")),
    ]


def test_the_shape_that_the_service_sends() -> None:
    data = (
        b'event: response.created\ndata: {"a": 1}\n\nevent: b\ndata: {"b": 2}\n\ndata: [DONE]\n\n'
    )
    expected = [b'{"a": 1}', b'{"b": 2}', b"[DONE]"]
    assert decode(data) == expected
    assert decode(*(bytes([byte]) for byte in data)) == expected


def test_events_come_as_soon_as_they_are_complete() -> None:
    decoder = SSEDecoder()
    assert decoder.feed(b"data: 1\n") == []
    assert decoder.feed(b"\ndata: 2\n\nda") == [b"1", b"2"]
    assert decoder.feed(b"ta: 3\r") == []
    assert decoder.feed(b"\r") == [b"3"]
    assert decoder.feed(b"\n") == []
    assert decoder.end() == []


def test_what_means_nothing_is_ignored() -> None:
    assert decode(b": ping\n\n\n\nid: 7\nretry: 10\n\nfoo\n\nevent: only\n\n") == []
    assert decode(b"data\n\ndata:\n\ndata: \n\nevent: a\ndata: \n\nevent: a\ndata:  \n\n") == []
    assert decode(b"data:x\ndata:  y\n\n") == [b"x\n y"]
    assert decode(b"") == []


def test_a_last_event_without_its_blank_line_counts() -> None:
    assert decode(b"data: 1\n\ndata: 2") == [b"1", b"2"]


def test_a_character_that_is_not_utf8_stays_in_its_event() -> None:
    assert decode(b"data: \xff\n\ndata: ok\n\n")[1] == b"ok"


def test_an_event_without_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_sent_events, "_LONGEST", 1000)
    decoder = SSEDecoder()
    # What counts is one event, not all of them.
    for _ in range(100):
        assert len(decoder.feed(b"data: " + b"x" * 900 + b"\n\ndata: y")) == 1
        assert decoder.feed(b"\n\n") == [b"y"]
    decoder.feed(b": " + b"x" * 600)
    with pytest.raises(ValueError, match="longer than 1,000 bytes"):
        decoder.feed(b"x" * 600)

"""Content encodings: as zlib and gzip have them, however they are cut, and within limits."""

from __future__ import annotations

import gzip
import zlib
from itertools import pairwise

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai_conversations._transport import whole_response
from openai_conversations._transport.whole_response import ContentDecoder

from tests.overlay.odd_wire import raw_deflate

ENCODERS = {
    "gzip": gzip.compress,
    "GZIP": gzip.compress,
    "x-gzip": lambda data: gzip.compress(data[:5]) + gzip.compress(data[5:]),
    "deflate": zlib.compress,
    "Deflate": raw_deflate,
    "identity": bytes,
    "": bytes,
}


def decode(coding: str, *chunks: bytes) -> bytes:
    decoder = ContentDecoder([coding])
    return b"".join(map(decoder.decode, chunks)) + decoder.flush()


@given(st.binary(), st.sampled_from(sorted(ENCODERS)), st.sets(st.integers(0, 10_000)))
def test_any_cut(data: bytes, coding: str, places: set[int]) -> None:
    body = ENCODERS[coding](data)
    edges = [0, *sorted(place % (len(body) + 1) for place in places), len(body)]
    assert decode(coding, *(body[start:end] for start, end in pairwise(edges))) == data


@given(st.binary(min_size=1), st.sampled_from(["gzip", "deflate"]), st.data())
def test_a_body_that_is_cut_or_goes_on_is_refused(
    content: bytes, coding: str, data: st.DataObject
) -> None:
    body = ENCODERS[coding](content)
    end = data.draw(st.integers(1, len(body) - 1))
    with pytest.raises(httpx.DecodingError):
        decode(coding, body[:end])
    with pytest.raises(httpx.DecodingError):
        decode(coding, body, data.draw(st.binary(min_size=1)))


@pytest.mark.parametrize(
    "codings", [["br"], ["zstd"], ["utf-8"], ["gzip", "gzip"], ["deflate", "gzip"], ["gzip, gzip"]]
)
def test_other_encodings_are_refused_where_there_is_a_body(codings: list[str]) -> None:
    assert ContentDecoder(codings).flush() == b""
    with pytest.raises(httpx.DecodingError, match="expected gzip or deflate"):
        ContentDecoder(codings).decode(b"x")


def test_identity_does_not_count() -> None:
    assert ContentDecoder(["identity", "gzip"]).decode(gzip.compress(b"x")) == b"x"


def test_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole_response, "_FREE", 100_000)
    monkeypatch.setattr(whole_response, "_RATIO", 20)
    # Small enough; and large, in the way that text is.
    assert decode("gzip", gzip.compress(b"0" * 100_000)) == b"0" * 100_000
    text = b"".join(b"%d," % number for number in range(200_000))
    assert decode("gzip", gzip.compress(text)) == text
    for coding in ("gzip", "deflate"):
        bomb = ENCODERS[coding](b"0" * 10_000_000)
        with pytest.raises(httpx.DecodingError, match="are more than"):
            decode(coding, bomb)
        with pytest.raises(httpx.DecodingError, match="are more than"):
            decode(coding, *(bomb[place : place + 10] for place in range(0, len(bomb), 10)))
    # Many members are one body.
    with pytest.raises(httpx.DecodingError, match="are more than"):
        decode("gzip", gzip.compress(b"0" * 90_000) * 100)

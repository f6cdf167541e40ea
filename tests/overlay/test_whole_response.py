"""A response whose body was read by a transport is what httpx would have made of it."""

from __future__ import annotations

import gzip
import pickle
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai_conversations._transport.whole_response import WholeResponse

CONTENT = b'{"id": "conv_1", "text": "\xc3\xa4"}'
KIND = (b"Content-Type", b"application/json; charset=utf-8")


def facts(response: httpx.Response) -> dict[str, Any]:
    """Return all that is known about a response which has been read."""
    return {
        "head": (response.status_code, response.reason_phrase, response.http_version),
        "headers": response.headers.multi_items(),
        "content": response.content,
        "read": response.read(),
        "text": response.text,
        "json": response.json(),
        "pieces": list(response.iter_bytes(3)),
        "lines": list(response.iter_lines()),
        "state": (response.is_closed, response.is_stream_consumed, response.num_bytes_downloaded),
    }


@pytest.mark.parametrize("encoding", [None, b"gzip"])
def test_it_is_like_a_response_that_httpx_has_read(encoding: bytes | None) -> None:
    content = gzip.compress(CONTENT) if encoding else CONTENT
    headers = [KIND, *([(b"Content-Encoding", encoding)] if encoding else [])]
    extensions = {"http_version": b"HTTP/1.1", "reason_phrase": b"Fine"}
    expected = httpx.Response(
        200, headers=headers, stream=httpx.ByteStream(content), extensions=extensions
    )
    expected.read()
    whole = WholeResponse(200, headers, content, extensions)
    assert facts(whole) == facts(expected)
    with pytest.raises(httpx.StreamConsumed):
        list(whole.iter_raw())
    copy = pickle.loads(pickle.dumps(whole))
    assert (copy.content, copy.status_code) == (CONTENT, 200)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([b"X-One", b"x-one", b"X-TWO", b"content-type", b"Identity"]),
            st.binary(max_size=9) | st.just("ä, ö".encode()),
        )
    )
)
def test_its_headers_are_those_that_httpx_makes(lines: list[tuple[bytes, bytes]]) -> None:
    expected = httpx.Headers(lines)
    whole = WholeResponse(200, lines, CONTENT, {})
    for response in (whole, pickle.loads(pickle.dumps(whole)), WholeResponse(200, lines, b"", {})):
        assert response.headers.raw == expected.raw == lines
        assert response.headers.multi_items() == expected.multi_items()
        assert response.headers.encoding == expected.encoding
        assert repr(response.headers) == repr(expected)
        response.headers["x-one"] = "changed"
        assert response.headers.get_list("X-ONE") == ["changed"]


def test_a_broken_encoding_is_an_error() -> None:
    with pytest.raises(httpx.DecodingError):
        WholeResponse(200, [(b"Content-Encoding", b"gzip")], b"not gzip", {})

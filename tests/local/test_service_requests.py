"""What is wrong with a request gives a 4xx that says it; and what every response carries."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai_conversations._schema import document as _schema
from openai_conversations.errors import InvalidArgumentError
from openai_conversations.local import LocalService, ServiceRequest

from tests.local.calls import ask, new_conversation

METHODS = ["GET", "POST", "DELETE"]


@pytest.fixture(scope="module")
def service() -> Iterator[LocalService]:
    opened = LocalService()
    yield opened
    opened.close()


DEEP = 100_000
BAD_BODIES = {
    "no JSON": b"{",
    "no object": b"[]",
    "null": b"null",
    "not UTF-8": b'{"metadata": {"a": "\xff"}}',
    "UTF-16": '{"items": []}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "nested arrays": b'{"items": ' + b"[" * DEEP + b"]" * DEEP + b"}",
    "nested objects": b'{"a":' * 200 + b"1" + b"}" * 200,
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": [-Infinity]}',
    "a number beyond floats": b'{"a": 1e999}',
    "a number beyond ints": b'{"a": ' + b"9" * 5000 + b"}",
    "half a surrogate pair": b'{"metadata": {"a": "\\ud800"}}',
    "half a pair in a name": b'{"metadata": {"\\uDFFF": "a"}}',
    "NUL outside a string": b"{}\x00",
    "a name twice": b'{"metadata": {"a": "b"}, "metadata": {}}',
    "a name twice, further inside": b'{"metadata": {"a": "b", "\\u0061": "c"}}',
    "one of each": b'{"a":' * 30_000 + b"[" * 30_000,
    "an exponent without end": b'{"a": 1e' + b"9" * 100_000 + b"}",
    "digits behind the point": b'{"a": ' + b"9" * 400 + b".5}",
}


def test_a_byte_order_mark_is_named(service: LocalService) -> None:
    message = ask(service, "POST", "/conversations", BAD_BODIES["a byte order mark"]).error[
        "message"
    ]
    assert "Unexpected UTF-8 BOM" in message


@pytest.mark.parametrize("what", BAD_BODIES)
@pytest.mark.parametrize("path", ["/conversations", "/responses", "/responses/input_tokens"])
def test_a_body_that_cannot_be_read(service: LocalService, what: str, path: str) -> None:
    response = ask(service, "POST", path, BAD_BODIES[what])
    assert response.status == 400
    assert (response.error["type"], response.error["code"]) == (
        "invalid_request_error",
        "invalid_json",
    )


def test_odd_text_that_is_text_is_kept(service: LocalService) -> None:
    metadata = {"nul\x00": "\x00", "pair": "\U0001f600", "\u2028": "\ufffe"}
    body = json.dumps({"metadata": metadata}).encode()
    response = ask(service, "POST", "/conversations", body)
    assert ask(service, "GET", f"/conversations/{response.json['id']}").json["metadata"] == metadata


def test_a_body_is_needed_where_the_document_says_so(service: LocalService) -> None:
    id = new_conversation(service)
    assert ask(service, "POST", f"/conversations/{id}/items").status == 400
    assert ask(service, "POST", f"/conversations/{id}").status == 400
    assert ask(service, "POST", "/conversations", b"  ").status == 200


def test_a_body_too_large() -> None:
    small = LocalService(max_body=100)
    response = ask(small, "POST", "/conversations", {"metadata": {"a": "x" * 100}})
    assert response.status == 413
    assert "at most 100" in response.error["message"]


@pytest.mark.parametrize(
    ("media_type", "status"),
    [
        ("application/json", 200),
        ("Application/JSON; charset=utf-8", 200),
        ("application/merge-patch+json", 200),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("", 415),
    ],
)
def test_the_type_of_a_body(service: LocalService, media_type: str, status: int) -> None:
    headers = {"content-type": media_type}
    assert ask(service, "POST", "/conversations", {}, headers=headers).status == status


def test_paths_and_methods(service: LocalService) -> None:
    assert ask(service, "GET", "/nothing").error["code"] == "unknown_url"
    assert ask(service, "GET", "/v2/conversations/conv_1").error["code"] == "unknown_url"
    refused = ask(service, "PUT", "/responses/resp_1")
    assert (refused.status, refused.headers["allow"]) == (405, "DELETE, GET")
    for path in ("/conversations/conv_1", "/v1/conversations/conv_1", "/v1/conversations/conv%5F1"):
        response = ask(service, "GET", path)
        assert (response.status, response.error["message"]) == (
            404,
            "Conversation with id 'conv_1' not found.",
        )


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        "Basic secret",
        "secret",
        "Bearer sécret\ud800",
    ],
)
def test_a_wrong_key(header: str | None) -> None:
    locked = LocalService(api_key="secret")
    headers = {} if header is None else {"authorization": header}
    response = ask(locked, "GET", "/nothing", headers=headers)
    assert (response.status, response.error["code"]) == (401, "invalid_api_key")
    assert "secret" not in json.dumps(response.json)


def test_the_right_key() -> None:
    locked = LocalService(api_key="secret")
    headers = {"authorization": "bearer secret"}
    assert ask(locked, "POST", "/conversations", headers=headers).status == 200


@pytest.mark.parametrize(
    "argument",
    [
        *({"api_key": key} for key in ("", "sécret", "the secret", "secret\n", b"secret")),
        {"model": "gpt-5"},
        {"max_body": 0},
    ],
)
def test_arguments_that_cannot_be(argument: Any) -> None:
    with pytest.raises(InvalidArgumentError, match=next(iter(argument))) as caught:
        LocalService(**argument)
    assert "cret" not in str(caught.value)


def test_every_response_has_an_id_of_its_own(service: LocalService) -> None:
    responses = [ask(service, "GET", "/nothing"), ask(service, "POST", "/conversations")]
    ids = {response.headers["x-request-id"] for response in responses}
    assert len(ids) == 2
    assert all(response.headers["openai-processing-ms"].isdigit() for response in responses)
    assert all(response.headers["content-type"] == "application/json" for response in responses)


def test_a_closed_service_says_so() -> None:
    closed = LocalService()
    closed.close()
    closed.close()
    assert ask(closed, "POST", "/conversations").status == 503


TEXTS = st.one_of(
    st.sampled_from(["", "\x00", "\ud800", "%", "%00", "..", "conv_1", "9" * 400, "a/b", "true"]),
    st.text(max_size=5),
)
PATHS = st.sampled_from([operation.path for operation in _schema.operations().values()])
QUERIES = st.lists(
    st.tuples(
        st.sampled_from(["limit", "order", "after", "include", "include[]", "stream", "x"]), TEXTS
    ),
    max_size=3,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["items", "input", "type", "role", "content", "id", "metadata"]), inner
        )
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(
    path=PATHS,
    ids=st.tuples(TEXTS, TEXTS),
    method=st.sampled_from([*METHODS, "PATCH", "ÜBER"]),
    query=QUERIES,
    body=st.binary(max_size=20) | JSON.map(lambda value: json.dumps(value).encode()),
)
def test_nothing_makes_the_service_fail(
    path: str, ids: tuple[str, str], method: str, query: Any, body: bytes
) -> None:
    for name, id in zip(("{conversation_id}", "{item_id}"), ids, strict=True):
        path = path.replace(name, id)
    path = path.replace("{response_id}", ids[0])
    request = ServiceRequest(method, path, query, {"content-type": "application/json"}, body)
    response = SHARED.handle(request)
    assert response.status < 500
    raw = response.body if isinstance(response.body, bytes) else b"".join(response.body)
    assert raw.isascii()


SHARED = LocalService()

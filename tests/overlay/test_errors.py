"""The tree of errors: classes, what they carry, what they never carry."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import httpx
import openai_conversations as package
import pytest
from openai_conversations import APIStatusError, AppendProgress, OpenAIError, errors

from tests.overlay.client_runner import ClientRunner
from tests.overlay.scripted_server import ScriptedServer, responds

KEY = "sk-secret-1234567890"


def request() -> httpx.Request:
    headers = {"Authorization": f"Bearer {KEY}", "X-Tenant": KEY, "Accept": "application/json"}
    return httpx.Request("POST", "https://api.openai.com/v1/conversations", headers=headers)


def response(status: int = 400, **content: Any) -> httpx.Response:
    headers = {"x-request-id": "req_1"}
    return httpx.Response(status, headers=headers, request=request(), **content)


def one_of_each() -> list[OpenAIError]:
    body = {"message": "m", "code": "c", "param": "p", "type": "t"}
    with_status = [
        cls("text", response=response(), body=body)
        for cls in vars(errors).values()
        if isinstance(cls, type) and issubclass(cls, APIStatusError)
    ]
    return [
        *with_status,
        errors.APIResponseValidationError(response(200), body),
        errors.APIConnectionError(message="text", request=request()),
        errors.APITimeoutError(request()),
        errors.APIError("text", request(), body=body),
        errors.InvalidArgumentError("items[3]", expected="an item", received="3"),
        errors.ClientClosedError(),
        errors.RequestAbortedError("in flight", "enough"),
        errors.AppendUncertainError("gone", AppendProgress("c", 1, 2, 9, "m", [], None)),
    ]


@pytest.mark.parametrize("error", one_of_each(), ids=lambda error: type(error).__name__)
def test_errors_survive_pickling_and_copying_and_hold_no_key(error: OpenAIError) -> None:
    error.add_note("a note")
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(again) is type(error)
        assert str(again) == str(error)
        assert set(vars(again)) == set(vars(error))
        for name in ("message", "code", "param", "type", "status_code", "request_id", "stage"):
            assert getattr(again, name, None) == getattr(error, name, None)
        for name in ("argument", "retries_taken", "never_sent", "append", "found_ids"):
            assert getattr(again, name, None) == getattr(error, name, None)
    assert KEY.encode() not in pickle.dumps(error)
    assert KEY not in repr(vars(error)) + repr(error)
    if isinstance(error, errors.APIError):
        assert error.request.headers["X-Tenant"] == "[secret]"
        assert error.request.headers["Accept"] == "application/json"


def test_a_body_that_was_not_understood_is_not_in_pickles() -> None:
    import gzip

    text = gzip.compress(b"a conversation")
    headers = {"content-encoding": "gzip", "x-request-id": "req_1"}
    whole = httpx.Response(200, headers=headers, content=text, request=request())
    error = errors.APIResponseValidationError(whole, "a conversation")
    error.retries_taken = 2
    assert (error.body, error.response.text) == ("a conversation", "a conversation")
    again: Any = pickle.loads(pickle.dumps(error))
    assert (again.body, again.response.content) == (None, b"")
    assert (again.status_code, again.request_id, again.retries_taken) == (200, "req_1", 2)
    assert again.response.headers["x-request-id"] == "req_1"


def test_an_error_changes_nothing_of_a_response_that_somebody_else_has() -> None:
    own = response(302, content=b"x")
    own.next_request = request()
    last = response(400, content=b"y")
    last.history = [own]
    error = APIStatusError("text", response=last, body=None)
    assert KEY in last.request.headers["authorization"]
    assert KEY not in repr(
        [
            error.response.request.headers.multi_items(),
            error.response.history[0].request.headers.multi_items(),
            error.response.history[0].next_request,
        ]
    )
    assert error.response.content == b"y"


@pytest.mark.docstrings
def test_every_error_is_exported_and_in_the_drawing() -> None:
    drawn = errors.__doc__ or ""
    for name, cls in vars(errors).items():
        if isinstance(cls, type) and issubclass(cls, Exception) and not name.startswith("_"):
            assert name in drawn
            assert getattr(package, name) is cls


STATUSES = [
    (400, "BadRequestError"),
    (401, "AuthenticationError"),
    (403, "PermissionDeniedError"),
    (404, "NotFoundError"),
    (409, "ConflictError"),
    (422, "UnprocessableEntityError"),
    (429, "RateLimitError"),
    (500, "InternalServerError"),
    (520, "InternalServerError"),
    (418, "APIStatusError"),
]


@pytest.mark.parametrize(("status", "name"), STATUSES)
def test_a_status_has_its_error(status: int, name: str) -> None:
    body = {"error": {"message": "No.", "type": "t", "param": "items", "code": "c"}}
    with (
        ScriptedServer(responds(body, status=status, x_request_id="req_7")) as server,
        pytest.raises(APIStatusError) as caught,
    ):
        ClientRunner("sync").run(server.url, lambda c: c.conversations.create(), max_retries=0)
    error = caught.value
    assert type(error).__name__ == name
    source = " (the API key came from the argument api_key)" if status == 401 else ""
    assert str(error) == f"Error code: {status} - No.{source}"
    assert (error.status_code, error.request_id) == (status, "req_7")
    assert (error.code, error.param, error.type) == ("c", "items", "t")
    assert error.body == body["error"]
    assert error.response.json() == body


BODIES = [
    (b'{"detail": "Not here"}', "Not here"),
    (b'{"detail": [{"loc": ["body"], "msg": "bad"}]}', "'msg': 'bad'"),
    (b'{"error": "plain text"}', "plain text"),
    (b'{"error": {"message": "alone"}}', "alone"),
    (b'{"error": null}', "Status"),
    (b'{"message": "top"}', "top"),
    (b"<html><head><title>502 Bad\n Gateway</title></head></html>", "502 Bad Gateway"),
    (b"<html><body>x</body></html>", "Status"),
    (b"upstream timed out", "upstream timed out"),
    (b"[1, 2]", "[1, 2]"),
    (b"NaN", "nan"),
    (b"\xff\xff", "\ufffd\ufffd"),
    (b"", "Status"),
    (b"x" * 10_000, "x" * 300 + "…"),
]


@pytest.mark.off_contract
@pytest.mark.parametrize(("body", "said"), BODIES)
def test_any_body_gives_a_readable_message(body: bytes, said: str) -> None:
    with (
        ScriptedServer(responds(body, status=404)) as server,
        pytest.raises(package.NotFoundError) as caught,
    ):
        ClientRunner("sync").run(server.url, lambda c: c.conversations.retrieve("conv_1"))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_errors_are_made_as_in_openai_python() -> None:
    import openai

    for name in ("RateLimitError", "APIConnectionError", "APITimeoutError", "APIError"):
        theirs, ours = getattr(openai, name), getattr(package, name)
        bases = {cls.__name__ for cls in theirs.__mro__}
        assert bases - {"object"} <= {cls.__name__ for cls in ours.__mro__}
    error = package.RateLimitError("slow", response=response(429), body=None)
    assert error.message == "slow"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after-ms": "1500", "retry-after": "7"}, 1.5),
        ({"retry-after": "Tue, 14 Nov 2023 22:13:50 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
    ],
)
def test_an_error_tells_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    sent = httpx.Response(429, headers=headers, request=request())
    error = errors.RateLimitError("text", response=sent, body=None)
    for each in (error, pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert each.retry_after == seconds

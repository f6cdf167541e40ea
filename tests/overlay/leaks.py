"""Secrets with a mark, and a search for the mark in whatever comes out."""

from __future__ import annotations

import base64
import copy
import pickle
import traceback
from collections.abc import Iterator
from typing import Any

import httpx
import httpx2
from openai_conversations import APIResponseValidationError, APIStatusError

MARK = "MARKED"
KEY = f"sk-{MARK}-key"
TEXT = f"the {MARK} text of a message"
#: Every kind of header that a caller may give, under names that a gateway could have.
HEADERS = {
    name: f"{MARK}-{name.lower()}"
    for name in (
        "api-key",
        "x-api-key",
        "Cookie",
        "Ocp-Apim-Subscription-Key",
        "cf-aig-authorization",
        "X-Amz-Date",
        "X-Nobody-Knows",
        "Referer",
    )
}
#: What a client is given, so that each of its requests carries secrets everywhere.
OPTIONS: dict[str, Any] = {
    "default_headers": HEADERS,
    "default_query": {"api-key": f"{MARK}-default", "sig": [f"{MARK}-signature"]},
}
EXTRA: dict[str, Any] = {
    "extra_headers": {"X-Extra": f"{MARK}-extra", "Authorization": f"Bearer {MARK}-other"},
    "extra_query": {"token": f"{MARK}-token"},
}
ITEMS: list[Any] = [
    {"role": "user", "content": TEXT},
    {"type": "function_call", "call_id": "c", "name": "f", "arguments": f'{{"a": "{MARK}"}}'},
    {"type": "function_call_output", "call_id": "c", "output": f"{MARK} output"},
]


def texts_of(error: BaseException) -> Iterator[str]:
    """Yield everything that a program could write down of an error."""
    seen: list[object] = []
    pending: list[BaseException | None] = [error]
    while pending:
        each = pending.pop()
        if each is None or each in seen:
            continue
        seen.append(each)
        # Such a chain has no end for tblib, which pickles the errors of workers.
        assert each not in (each.__cause__, each.__context__)
        pending += [each.__cause__, each.__context__, *getattr(each, "exceptions", ())]
        yield f"{each} {each!r} {each.args!r}"
        shown = dict(vars(each))
        if isinstance(each, APIResponseValidationError):
            # The body that was not understood is kept for the program, and there alone.
            del shown["body"]
        yield repr(shown)
        for name in ("request", "_request"):
            if isinstance(request := vars(each).get(name), httpx.Request | httpx2.Request):
                yield from _request_texts(request)
        if isinstance(response := vars(each).get("response"), httpx.Response | httpx2.Response):
            yield from _response_texts(response, body=isinstance(each, APIStatusError))
    yield "".join(traceback.format_exception(error))
    yield pickle.dumps(error).decode("latin-1")
    again = copy.copy(error)
    yield f"{again} {again!r} {vars(again)!r}"


def _request_texts(request: httpx.Request | httpx2.Request) -> Iterator[str]:
    yield f"{request!r} {request.url} {request.headers.multi_items()} {request.extensions!r}"
    yield request.read().decode("latin-1")


def _response_texts(response: httpx.Response | httpx2.Response, *, body: bool) -> Iterator[str]:
    yield f"{response!r} {response.headers.multi_items()} {response.extensions!r}"
    yield from _request_texts(response.request)
    if response.next_request is not None:
        yield from _request_texts(response.next_request)
    for earlier in response.history:
        yield from _response_texts(earlier, body=True)
    if body:
        yield response.text


def assert_unmarked(texts: Iterator[str] | list[str]) -> None:
    """Fail if the mark is in one of the texts, in base64 and percent-encoded too."""
    encoded = [base64.b64encode(b"x" * n + MARK.encode()).decode()[4:8] for n in range(3)]
    for text in texts:
        for form in (MARK, MARK.lower(), *encoded):
            at = text.find(form)
            assert at < 0, f"{form} in …{text[max(0, at - 200) : at + 60]}…"

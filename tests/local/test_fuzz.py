"""Schema-driven fuzzing of the served API: nothing that a client sends gets a 5xx.

schemathesis draws requests from the document, valid ones and broken ones; every second one is
aimed at a conversation, an item and a response that exist. The draws are derandomized, so every
run sends the same requests.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings, strategies
from openai_conversations.local.app import create_app
from openai_conversations.local.service import LocalService, ServiceRequest

from tests.document import document, operations

OPERATIONS = [operation["operationId"] for _, _, operation in operations()]
# Drawing them is what takes the time; FUZZ_EXAMPLES=200 is for an afternoon.
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "8"))


@cache
def schema() -> Any:
    import schemathesis

    return schemathesis.openapi.from_dict(deepcopy(document()), config=schemathesis.Config())


@pytest.fixture
def service(mode: str) -> Iterator[LocalService]:
    # Drawn by breaking the document, a request would have in it much that is newer than that.
    service = LocalService(strict=mode == "negative")
    yield service
    service.close()


def make_targets(service: LocalService) -> dict[str, str]:
    """Return a conversation with an item, and a response: the ids for the parameters of a path."""

    def post(path: str, value: Any) -> Any:
        headers = {"content-type": "application/json"}
        result = service.handle(
            ServiceRequest("POST", path, [], headers, json.dumps(value).encode())
        )
        assert result.status == 200
        assert isinstance(result.body, bytes)
        return json.loads(result.body)

    message = {"type": "message", "role": "user", "content": "Hello"}
    conversation = post("/conversations", {})["id"]
    item = post(f"/conversations/{conversation}/items", {"items": [message]})["data"][0]["id"]
    response = post("/responses", {"model": "gpt-4o", "input": "Hello"})["id"]
    return {"conversation_id": conversation, "item_id": item, "response_id": response}


@pytest.mark.parametrize("mode", ["positive", "negative"])
@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_no_request_gets_a_5xx_or_a_response_outside_the_document(
    operation_id: str, mode: str, service: LocalService
) -> None:
    # Imported here, because it takes a second, which is paid by every collection.
    from schemathesis import GenerationMode, checks

    operation = schema().find_operation_by_id(operation_id)
    app = create_app(service)

    @settings(
        max_examples=EXAMPLES,
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=GenerationMode(mode)), strategies.booleans())
    def send(case: Any, aim: bool) -> None:
        if aim and case.path_parameters:
            targets = make_targets(service)
            case.path_parameters.update(
                {name: targets[name] for name in case.path_parameters if name in targets}
            )
        response = case.call(base_url="http://localhost/v1", app=app)
        assert response.status_code not in (403, 421), "refused before the service saw it"
        case.validate_response(response, checks=[checks.not_a_server_error])

    send()


@cache
def opened() -> LocalService:
    return LocalService()


ODD_JSON = strategies.recursive(
    strategies.sampled_from(
        [
            b"null", b"true", b"-0", b"1e400", b"9" * 50, b"9" * 5000, b"1e-400", b"NaN",
            b'"\\ud800"', b'"\\u0000"', b'"\xff"', b'"\xed\xa0\x80"', b'"a', b"", b"\x00", b"{",
            b'"user"', b'"message"', b'"hello"', b"[" * 2000, b'{"a":' * 2000,
        ]
    ),
    lambda inner: (
        strategies.lists(inner, max_size=4).map(lambda parts: b"[" + b",".join(parts) + b"]")
        | strategies.lists(
            strategies.tuples(
                strategies.sampled_from([b"items", b"input", b"role", b"content", b"type", b"id"]),
                inner,
            ),
            max_size=4,
        ).map(lambda pairs: b"{" + b",".join(b'"%s":%s' % pair for pair in pairs) + b"}")
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=20 * EXAMPLES, database=None, derandomize=True, deadline=None)
@given(
    strategies.sampled_from([path for path, method, _ in operations() if method == "post"]),
    ODD_JSON | strategies.binary(max_size=50),
    strategies.sampled_from(["", "limit=9&limit=9", "after=%ff%00&include[]=%ed%a0%80", "a=%&&=;"]),
)
def test_bytes_that_are_hardly_json_get_no_5xx(path: str, body: bytes, query: str) -> None:
    service = opened()
    pairs = httpx.QueryParams(query).multi_items()
    headers = {"content-type": "application/json"}
    wanted = path.format(**make_targets(service))
    response = service.handle(ServiceRequest("POST", wanted, pairs, headers, body))
    assert response.status < 500
    response.close()

"""The tests that openai-python's own source has for these resources pass with this package.

They are read from its source distribution, which `make compat` downloads beside its environment,
and never stored. `ADAPTED` is all that is changed in them: names of modules and classes, texts of
messages, the header that names the client, and a `limit` that is refused here before it is sent.
The server responds with what fits the OpenAPI document; the contract checker looks at each request.
"""

from __future__ import annotations

import re
import sys
import tarfile
import types
import typing
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from openai_conversations import AsyncClient, AsyncPage, AsyncStream, Client, Page, Stream, models

from tests.overlay.events import final, response
from tests.overlay.scripted_server import CONVERSATION, Peer, ScriptedServer, message, page

FILES = (
    "conversations/test_items.py",
    "test_conversations.py",
    "test_responses.py",
    "responses/test_input_items.py",
    "responses/test_input_tokens.py",
)
ADAPTED = {
    r"^from (openai|tests)\b[^(\n]*(\([^)]*\))?$": "",
    r'\.headers\.get\("X-Stainless-Lang"\) == "python"': '.headers["user-agent"].startswith("op")',
    r"Expected a non-empty value for `(\w+)` but received ''": r"^\1: expected an id",
    r"\blimit=0\b": "limit=1",
}
NAMES: dict[str, Any] = {
    "OpenAI": Client,
    "AsyncOpenAI": AsyncClient,
    "_Stream": Stream,
    "_AsyncStream": AsyncStream,
    "SyncCursorPage": Page,
    "AsyncCursorPage": AsyncPage,
    "SyncConversationCursorPage": Page,
    "AsyncConversationCursorPage": AsyncPage,
    "Conversation": models.Conversation,
    "ConversationDeletedResource": models.DeletedConversation,
    "ConversationItem": models.ConversationItem,
    "ConversationItemList": models.ConversationItemList,
    "Response": models.Response,
    "ResponseItem": models.ItemResource,
    "CompactedResponse": models.CompactedResponse,
    "InputTokenCountResponse": models.TokenCounts,
}
SOURCES = sorted(Path(sys.prefix).glob("sdist/openai-*.tar.gz"))
if not SOURCES:
    pytest.skip("`make compat` downloads openai-python's tests", allow_module_level=True)
pytestmark = pytest.mark.anyio


def assert_matches_type(kind: Any, value: object, *, path: list[str]) -> None:
    expected = kind if isinstance(kind, types.UnionType) else typing.get_origin(kind) or kind
    assert isinstance(value, expected), f"{path[0]} is {value!r}"
    assert not isinstance(value, models.RawObject)


def respond(peer: Peer) -> None:
    """Send the smallest response that fits the operation that was asked for."""
    seen = peer.seen
    assert seen is not None
    path, _, query = seen.target.removeprefix("/v1/").partition("?")
    resource, *names = path.split("/")
    last = names[-1] if names else ""
    streamed = "stream=true" in query or (seen.body and seen.json().get("stream"))
    body: Any
    if resource == "conversations":
        body = {**CONVERSATION, "id": names[0] if names else "conv_1"}
        if last == "items":
            body = page(1)
        elif len(names) == 3 and seen.method == "GET":
            body = {**message(1), "id": last}
        elif seen.method == "DELETE" and len(names) == 1:
            body = {"id": last, "object": "conversation.deleted", "deleted": True}
    elif last == "input_items":
        body = page(1)
    elif last == "input_tokens":
        body = {"object": "response.input_tokens", "input_tokens": 3}
    elif last == "compact":
        usage = {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}
        usage |= {"input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0}}
        usage |= {"output_tokens_details": {"reasoning_tokens": 0}}
        body = {"id": "resp_1", "object": "response.compaction", "output": [], "usage": usage}
        body["created_at"] = 1_700_000_000
    else:
        body = response("completed") | ({"id": names[0]} if names else {})
    if seen.method == "DELETE" and resource == "responses":
        body = b""
    if streamed:
        peer.events(final("completed"))
        peer.end()
    else:
        peer.respond(body)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ScriptedServer(respond) as server:
        yield server.url


@pytest.fixture
def client(request: pytest.FixtureRequest, url: str) -> Iterator[Client]:
    with Client(base_url=url, api_key="key", max_retries=0, strict=request.param) as client:
        yield client


@pytest.fixture
async def async_client(request: pytest.FixtureRequest, url: str) -> AsyncIterator[AsyncClient]:
    if isinstance(request.param, dict):
        options: dict[str, Any] = {"transport": request.param["http_client"]}
    else:
        options = {"transport": "httpx", "strict": request.param}
    async with AsyncClient(base_url=url, api_key="key", max_retries=0, **options) as client:
        yield client


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def sources() -> Iterator[tuple[str, str]]:
    with tarfile.open(SOURCES[-1]) as archive:
        (root,) = {name.partition("/")[0] for name in archive.getnames()}
        for name in FILES:
            path = f"{root}/tests/api_resources/{name}"
            found = archive.extractfile(path)
            assert found is not None
            yield path, found.read().decode()


for where, text in sources():
    for pattern, adapted in ADAPTED.items():
        text = re.sub(pattern, adapted, text, flags=re.MULTILINE)
    namespace = {**NAMES, "assert_matches_type": assert_matches_type}
    exec(compile(text, where, "exec"), namespace)
    globals().update({name: each for name, each in namespace.items() if name.startswith("Test")})

"""httpx and httpx2: one set of rules for both, and httpx2 need not be there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
from openai_conversations import APIConnectionError
from openai_conversations._request.request import Attempt
from openai_conversations._transport.transport_errors import to_connection_error

from tests.offenders import check_each

ROOT = Path(__file__).parents[2]
CLASSES = [name for name in httpx.__all__ if isinstance(getattr(httpx, name), type)]
#: Those that have nothing to do with a connection as well.
ERRORS = [name for name in CLASSES if issubclass(getattr(httpx, name), Exception)]


def treated(kind: type[Exception], library: Any) -> tuple[object, ...]:
    # Not all of their constructors take a text alone.
    error = kind.__new__(kind, "a 'text' that quotes")
    failure = to_connection_error(error, library.Request("GET", "http://host/v1"), Attempt())
    assert isinstance(failure, APIConnectionError)
    cause = type(failure.__cause__)
    assert getattr(library, cause.__name__) is cause
    return type(failure), str(failure), failure.never_sent, cause.__name__


def test_an_error_of_one_is_treated_as_that_of_the_other() -> None:
    def check(name: str) -> None:
        kinds = [getattr(library, name) for library in (httpx, httpx2)]
        # A user's transport may raise one of its own, or one of the other library; and that may
        # have a finer one some day.
        kinds += [type("Mine", (kind,), {}) for kind in kinds]
        kinds.append(type("New", (kinds[1],), {"__module__": "httpx2"}))
        found = {treated(kind, library)[:-1] for kind in kinds for library in (httpx, httpx2)}
        assert len(found) == 1, found

    check_each(ERRORS, check)


@pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])
def test_what_a_cause_is(library: Any) -> None:
    for name, cause in (("ReadTimeout", "ReadTimeout"), ("InvalidURL", "TransportError")):
        assert treated(getattr(library, name), library)[-1] == cause
    assert treated(KeyError, library)[-1] == "TransportError"


def test_nobody_needs_httpx2_for_type_checking_either() -> None:
    texts = [path.read_text("utf-8") for path in ROOT.glob("overlays/**/*.py")]
    found = re.findall(r"(?:import|from) (httpx2?)\b", "".join(texts))
    assert set(found) == {"httpx"}


HAS_ALIAS = pytest.mark.skipif(not hasattr(httpx2, "alias_httpx"), reason="httpx2 before 2.9")
PROGRAM = """
import asyncio, gzip, json, pickle, sys

{before}
import httpx
from openai_conversations import APIConnectionError, AsyncClient, Client, NotFoundError
from tests.overlay.scripted_server import CONVERSATION, ScriptedServer, responds

def zipped(peer):
    content = gzip.compress(json.dumps(CONVERSATION).encode())
    peer.respond(content, headers={{"content-encoding": "gzip"}})

async def requests(url, transport):
    async with AsyncClient(api_key="k", base_url=url, max_retries=0, transport=transport) as client:
        assert (await client.conversations.retrieve("conv_1")).id == "conv_1"
        async with client.conversations.with_streaming_response.retrieve("conv_1") as response:
            assert (await response.parse()).id == "conv_1"
            assert isinstance(response.http_response, httpx.Response)

scripts = [zipped, responds(CONVERSATION)] * 3 + [responds({{}}, status=404)]
with ScriptedServer(*scripts) as server:
    with Client(api_key="k", base_url=server.url, max_retries=0) as client:
        client.conversations.retrieve("conv_1")
        with client.conversations.with_streaming_response.retrieve("conv_1") as response:
            assert b"".join(response.iter_bytes(7))
        for transport in ("aiohttp", "httpx"):
            asyncio.run(requests(server.url, transport))
        try:
            client.conversations.retrieve("conv_1")
        except NotFoundError as error:
            assert isinstance(pickle.loads(pickle.dumps(error)).response, httpx.Response)
with Client(api_key="k", base_url="http://127.0.0.1:9/v1", max_retries=0) as client:
    try:
        client.conversations.retrieve("conv_1")
    except APIConnectionError as error:
        assert error.never_sent and type(error.__cause__) is httpx.ConnectError
with Client.local() as client:
    events = list(client.responses.create(model="m", input="Hi", stream=True))
{after}
print(httpx.Client.__module__, events[-1].type)
"""


@pytest.mark.parametrize(
    ("before", "after", "module"),
    [
        ("", "assert not {'httpx2', 'httpcore2'} & set(sys.modules)", "httpx"),
        ("sys.modules['httpx2'] = None", "", "httpx"),
        # What it offers to programs whose libraries are to use it in place of httpx.
        pytest.param("import httpx2; httpx2.alias_httpx()", "", "httpx2", marks=HAS_ALIAS),
    ],
    ids=["not imported", "not there", "in place of httpx"],
)
def test_a_program(before: str, after: str, module: str) -> None:
    program = PROGRAM.format(before=before, after=after)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout, done.stderr) == (f"{module} response.completed\n", "")

"""What importing and calling may load: exact counts instead of timings."""

from __future__ import annotations

import json
import os
import subprocess
import sys

LIGHT = {
    "openai_conversations_api",
    "openai_conversations_api._omit",
    "openai_conversations_api.errors",  # the base of `ArgumentsError`
    "openai_conversations_api.models",  # a table of names, no model
}


def modules(code: str) -> list[str]:
    """Return the modules that are loaded once `code` has run in a fresh interpreter."""
    report = "import sys, json; print(json.dumps(sorted(sys.modules)))"
    # Without coverage, which would load modules of its own.
    environment = {name: value for name, value in os.environ.items() if name[:8] != "COVERAGE"}
    result = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded: list[str] = json.loads(result.stdout.splitlines()[-1])
    return loaded


def test_importing_the_package_loads_nothing_but_it() -> None:
    loaded = set(modules("import openai_conversations")) - set(modules(""))
    assert not any(name.split(".")[0] in ("httpx", "attr", "attrs", "anyio") for name in loaded)
    ours = [name for name in loaded if name.startswith("openai_conversations")]
    assert sorted(ours) == ["openai_conversations", "openai_conversations._version"]


def test_making_a_client_loads_no_models_and_no_optional_packages() -> None:
    loaded = set(modules("from openai_conversations import Client; Client(api_key='k')"))
    plain = set(modules("import httpx, attrs; httpx.Client()"))
    ours = {name for name in loaded if name.startswith("openai_conversations")}
    assert {name for name in ours if "_api" in name} == LIGHT
    assert len(ours) <= 37, sorted(ours)
    assert not {"asyncio", "starlette", "uvicorn", "sqlite3", "jsonschema", "msgspec", "orjson"} & (
        loaded - plain
    )
    assert len(loaded - plain - ours) <= 3, loaded - plain - ours


def test_making_an_async_client_does_not_load_what_it_will_send_with() -> None:
    loaded = modules("from openai_conversations import AsyncClient; AsyncClient(api_key='k')")
    assert not {"aiohttp", "yarl", "sqlite3", "starlette"} & set(loaded)
    assert {name for name in loaded if "openai_conversations_api" in name} == LIGHT


def test_decoding_a_message_loads_the_models_of_a_message() -> None:
    code = """
import sys
sys.modules["trio"] = None  # httpx imports it where it is installed, and it imports attrs
import httpx
from openai_conversations import Client
item = {"type": "message", "id": "m", "status": "completed", "role": "user",
        "content": [{"type": "input_text", "text": "Hi"}]}
page = {"object": "list", "data": [item], "first_id": "m", "last_id": "m", "has_more": False}
transport = httpx.MockTransport(lambda request: httpx.Response(200, json=page))
client = Client(api_key="k", http_client=httpx.Client(transport=transport))
assert client.conversations.items.list("c").data[0].text == "Hi"
"""
    loaded = modules(code)
    assert len([name for name in loaded if name.startswith("openai_conversations")]) <= 79
    models = [name for name in loaded if name.startswith("openai_conversations_api.models.")]
    assert len(models) <= 4, models
    assert "attr" not in loaded  # it would write methods that a page does not need


def test_decoding_an_event_loads_the_models_of_that_event() -> None:
    code = """
from openai_conversations._request.generated import event_parsers
event = {"type": "response.output_text.delta", "item_id": "m", "output_index": 0,
         "content_index": 0, "delta": "x", "logprobs": [], "sequence_number": 1}
assert event_parsers().one(event).delta == "x"
"""
    models = [name for name in modules(code) if name.startswith("openai_conversations_api.models.")]
    assert len(models) <= 2, models

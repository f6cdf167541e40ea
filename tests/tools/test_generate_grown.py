"""A parameter that the document gains is usable and typed after `make generate`, with no edit."""

from pathlib import Path

import pytest

from . import grown

CALLER = '''
"""Calls the operation with what it has gained."""

from typing import Unpack

from openai_conversations import AsyncClient
from openai_conversations import Client as Facade
from openai_conversations import models as m
from openai_conversations_api import Client, models, params
from openai_conversations_api.api.conversations import create_conversation_items as endpoint


def create(conversation_id: str, **given: Unpack[params.CreateConversationItemsParams]) -> None: ...


create("c", items=[], dry_run=True, idempotency_key="k", labels=["a", "b"])
create("c", items=[{"role": "user", "content": "Hi"}], labels=None)
body = models.CreateConversationItemsBody(items=[], labels=["a"])
endpoint.sync("c", client=Client(), body=body, dry_run=True, idempotency_key="k")

items = Facade().conversations.items


async def add(client: AsyncClient) -> m.ConversationItemList:
    raw = client.conversations.items.with_raw_response
    await raw.create("c", items=[], dry_run=True)
    return await client.conversations.items.create(
        "c", items=[], dry_run=True, idempotency_key="k", labels=["a"]
    )


stored: m.ConversationItemList = items.create("c", items=[], dry_run=False, labels=("a", "b"))
'''

MISTAKES = {
    'create("c", items=[], dry_run="yes")': "dry_run",
    'create("c", items=[], idempotency_key=1)': "idempotency_key",
    'create("c", items=[], labels="a")': "labels",
    'create("c", items=[], idempotence_key="k")': "idempotence_key",
    'items.create("c", items=[], dry_run="yes")': "dry_run",
    'items.create("c", items=[], idempotence_key="k")': "idempotence_key",
}

SENDER = """
import httpx
from openai_conversations_api import Client
from openai_conversations_api._parameter_docs import DESCRIPTIONS
from openai_conversations_api._parameters import OPERATIONS
from openai_conversations_api.api.conversations import create_conversation_items as endpoint

def show(request):
    print(request.method, request.url.query.decode(), request.headers.get("idempotency-key"),
          request.content.decode())
    return httpx.Response(200, json={"object": "list", "data": []})

client = Client(httpx_client=httpx.Client(transport=httpx.MockTransport(show)))
body = {"items": [], "labels": ["a"]}
endpoint.sync("c", client=client, body=body, dry_run=True, idempotency_key="k")
endpoint.sync("c", client=client, body=body)
for parameter in OPERATIONS["createConversationItems"].parameters:
    print(parameter.name, parameter.key, parameter.location, parameter.required,
          DESCRIPTIONS["createConversationItems"][parameter.name])
"""

FACADE = """
import inspect
import httpx
from openai_conversations import AsyncClient, Client

def show(request):
    print(request.method, request.url.query.decode(), request.headers.get("idempotency-key"),
          request.content.decode())
    return httpx.Response(200, json={"object": "list", "data": []})

http_client = httpx.Client(transport=httpx.MockTransport(show))
items = Client(api_key="k", http_client=http_client).conversations.items
items.create("c", items=[], dry_run=True, idempotency_key="k", labels=["a"])
items.create("c", items=[], labels=None)
for method in (items.create, AsyncClient(api_key="k").conversations.items.create):
    print(*(name for name in inspect.signature(method).parameters))
    print("idempotency_key: The same key, the same request." in method.__doc__)
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with the package that the grown document gives."""
    return grown.generated(tmp_path_factory.mktemp("grown"), grown.grown())


def test_it_is_sent(made: Path) -> None:
    said = grown.run(made, SENDER).splitlines()
    assert said[0].split(" ", 3)[:3] == ["POST", "dry_run=true", "k"]
    assert '"labels"' in said[0]
    assert said[1].split(" ", 3)[:3] == ["POST", "", "None"]
    assert "dry_run dry_run query False true: check the items only." in said
    assert "idempotency_key Idempotency-Key header False The same key, the same request." in said
    assert "labels labels body False Labels of all." in said


def test_the_facade_sends_it(made: Path) -> None:
    said = grown.run(made, FACADE).splitlines()
    assert said[0] == 'POST dry_run=true k {"items":[],"labels":["a"]}'
    assert said[1] == 'POST  None {"items":[],"labels":null}'
    for shown in (said[2], said[4]):
        assert {"dry_run", "idempotency_key", "labels", "timeout"} <= set(shown.split())
    assert said[3] == said[5] == "True"


@pytest.mark.parametrize("check", [grown.mypy, grown.pyright])
def test_it_is_typed(made: Path, check: object) -> None:
    assert callable(check)
    caller = made / f"{check.__name__}_caller.py"
    caller.write_text(CALLER, encoding="utf-8")
    assert check(made, caller) == ""
    caller.write_text(CALLER + "\n".join(MISTAKES), encoding="utf-8")
    lines = CALLER.count("\n")
    said = check(made, caller)
    for number, name in enumerate(MISTAKES.values(), lines + 1):
        found = [line for line in said.splitlines() if f"{caller.name}:{number}:" in line]
        assert any(name in line for line in found), said

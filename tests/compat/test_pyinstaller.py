"""Programs that PyInstaller has frozen, and that run without this environment."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.compat.conftest import Serve
from tools import PACKAGE, ROOT

pytest.importorskip("PyInstaller", reason="`make compat` installs PyInstaller")

Freeze = Callable[..., list[str]]

OVERLAY = """
import asyncio
import sys

from openai_conversations import AsyncClient, Client, MessageItem, __file__

HELLO = [MessageItem.user_text("Hello")]


def local() -> None:
    with Client.local(strict=True) as client:
        conversation = client.conversations.create(items=HELLO)
        print(*(item.type for item in client.conversations.items.list(conversation.id)))
        events = client.responses.create(input="Hi", conversation=conversation.id, stream=True)
        print([event.type for event in events][-1])


async def served(url: str) -> None:
    async with AsyncClient(api_key="key", base_url=url) as client:
        conversation = await client.conversations.create(items=HELLO)
        print(*[item.type async for item in client.conversations.items.list(conversation.id)])
        async with client.responses.stream(input="Hi", model="local") as stream:
            print((await stream.get_final_response()).output_text)


print(__file__.startswith(sys._MEIPASS))
local()
asyncio.run(served(sys.argv[1]))
"""

VENDORED = """
import sys

from vendored.api_client import Client, __file__, decode, models, params
from vendored.api_client.api.conversations import create_conversation, list_conversation_items

print(__file__.startswith(sys._MEIPASS))
client = Client(sys.argv[1], token="key")
items = [models.EasyInputMessage(role="user", content="Hello")]
conversation = create_conversation.sync(client=client, body={"items": items})
print(*(item.type for item in list_conversation_items.sync(conversation.id, client=client).data))
print(type(decode("ConversationItem", {"type": "reasoning", "id": "rs_1", "summary": []})).__name__)
print(params.CreateConversationBody.__name__)
"""


@pytest.fixture
def frozen(tmp_path: Path) -> Freeze:
    """Return what freezes a program, runs it, and returns the lines that it printed."""

    def run(program: str, *arguments: str) -> list[str]:
        (tmp_path / "program.py").write_text(program, encoding="utf-8")
        freeze = [sys.executable, "-m", "PyInstaller", "--log-level", "ERROR", "program.py"]
        settings = {**os.environ, "PYINSTALLER_CONFIG_DIR": str(tmp_path / "settings")}
        subprocess.run(freeze, cwd=tmp_path, env=settings, check=True)
        command = [tmp_path / "dist/program/program", *arguments]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
        return result.stdout.splitlines()

    return run


def test_the_client(frozen: Freeze, serve: Serve) -> None:
    """Find, by the hook, what is imported when it is first used, and the OpenAPI document."""
    said = frozen(OVERLAY, serve("Hi from the server"))
    assert said == ["True", "message", "response.completed", "message", "Hi from the server"]


def test_a_vendored_copy(frozen: Freeze, serve: Serve, tmp_path: Path) -> None:
    """Find all of a copy, for which there is no hook, by its imports alone."""
    shutil.copytree(ROOT / "generated" / PACKAGE, tmp_path / "vendored/api_client")
    said = frozen(VENDORED, serve())
    assert said == ["True", "message", "ReasoningItem", "CreateConversationBody"]

"""The tests that openai-agents' own source has for sessions pass with `ConversationsSession`.

They are read from its source distribution, which `make compat` downloads beside its environment,
and run with this session in the place of the one over SQLite, each database a local service.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

SOURCES = sorted(Path(sys.prefix).glob("sdist/openai_agents-*.tar.gz"))
if not SOURCES:
    pytest.skip("`make compat` downloads openai-agents' tests", allow_module_level=True)

FILES = ("test_session.py", "test_session_limit.py", "test_session_context_wrapper.py")
#: Those of SQLite by name, and those that
LEFT_OUT = (
    "sqlite",
    # compare items with what was added, where the service adds an id, a status or annotations,
    "appends_list_input_by_default",
    "drops_unmatched_history_function_call_output",
    # or make settings of a dictionary, which this session leaves to its caller.
    "session_settings_default",
    "normalizes_dictionary",
    "rejects_unknown_dictionary_fields",
)
PLUGIN = """
import agents
from openai_conversations import AsyncClient
from openai_conversations.agents import ConversationsSession

clients, conversations = {}, {}


class Session(ConversationsSession):
    def __init__(self, session_id, db_path=":memory:", session_settings=None):
        client = clients.setdefault(str(db_path), AsyncClient.local())
        self.key = (str(db_path), session_id)
        known = conversations.get(self.key)
        super().__init__(known, client=client, session_settings=session_settings)

    async def _opened(self):
        conversations[self.key] = await super()._opened()
        return conversations[self.key]

    def close(self):
        pass


agents.SQLiteSession = Session
"""


def test_its_session_tests(tmp_path: Path) -> None:
    with tarfile.open(SOURCES[-1]) as source:
        source.extractall(tmp_path, filter="data")
    [root] = tmp_path.iterdir()
    (root / "session_plugin.py").write_text(PLUGIN)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "session_plugin"]
    command += ["-k", " and ".join(f"not {name}" for name in LEFT_OUT)]
    command += [f"tests/memory/{name}" for name in FILES]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-5000:]
    assert " passed" in done.stdout

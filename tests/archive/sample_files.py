"""A small file of each format that is imported, and how the tests read one."""

from __future__ import annotations

import io
import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from openai_conversations.archive.formats import reader_of
from openai_conversations.archive.records import OnUnsupported, Record, SourceConversation
from openai_conversations.archive.source_file import SourceFile

Json = Any

# As `SQLiteSession` and `AdvancedSQLiteSession` of openai-agents make them.
SESSION_TABLES = """
    CREATE TABLE agent_sessions (session_id TEXT PRIMARY KEY,
        created_at TIMESTAMP DEFAULT '2026-01-02 03:04:05',
        updated_at TIMESTAMP DEFAULT '2026-01-02 03:04:06');
    CREATE TABLE agent_messages (id INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT NOT NULL,
        message_data TEXT NOT NULL);
"""
BRANCHES_TABLE = """
    CREATE TABLE message_structure (id INTEGER PRIMARY KEY, session_id TEXT NOT NULL,
        message_id INTEGER NOT NULL, branch_id TEXT NOT NULL DEFAULT 'main');
"""


def conversations(
    file: str | Path, on_unsupported: OnUnsupported = "text", format: str = "auto"
) -> list[tuple[SourceConversation, list[Record]]]:
    """Return the conversations of a file (its text, or its path), with their records."""
    given = io.StringIO(file) if isinstance(file, str) else file
    with SourceFile(given) as source, source.errors():
        found = [*reader_of(source, format)(source, on_unsupported)]
        return [(one, [*one.records()]) for one in found]


def records(file: str | Path, on_unsupported: OnUnsupported = "text") -> list[Record]:
    """Return the records of a file of one conversation."""
    ((_, found),) = conversations(file, on_unsupported)
    return found


def items(file: str | Path, on_unsupported: OnUnsupported = "text") -> list[Json]:
    """Return the items of a file of one conversation."""
    return [record.item for record in records(file, on_unsupported) if record.item is not None]


def noted(file: str | Path, on_unsupported: OnUnsupported = "text") -> list[str]:
    """Return what of a file has no input form."""
    return [note.what for record in records(file, on_unsupported) for note in record.notes]


def lines(values: Iterable[Json]) -> str:
    """Return JSON Lines."""
    return "".join(json.dumps(value) + "\n" for value in values)


def message(role: str, *texts: str) -> Json:
    """Return a message as it is sent: parts, or the one string that the assistant's have."""
    parts = [{"type": "input_text", "text": text} for text in texts]
    return {
        "type": "message",
        "role": role,
        "content": "\n".join(texts) if role == "assistant" else parts,
    }


def thread_message(role: str, text: str, created_at: Json, **fields: Json) -> Json:
    """Return a message of a thread, as the Assistants API listed it."""
    content = [{"type": "text", "text": {"value": text, "annotations": []}}]
    return {
        "id": f"msg_{created_at}_{role}",
        "object": "thread.message",
        "created_at": created_at,
        "assistant_id": None if role == "user" else "asst_1",
        "thread_id": "thread_1",
        "run_id": None,
        "role": role,
        "content": content,
        "attachments": [],
        "metadata": {},
        **fields,
    }


def node(id: str, parent: str | None, role: str, content: Json, **fields: Json) -> Json:
    """Return a node of a conversation of ChatGPT; a string is content of the kind `text`."""
    if isinstance(content, str):
        content = {"content_type": "text", "parts": [content]}
    author = {"role": role, "name": None, "metadata": {}}
    said = {"id": id, "author": author, "create_time": 1700000000.5, "content": content}
    common = {"status": "finished_successfully", "recipient": "all", "metadata": {}, "weight": 1.0}
    return {"id": id, "parent": parent, "children": [], "message": {**said, **common, **fields}}


def chatgpt(*nodes: Json, **fields: Json) -> Json:
    """Return a conversation of ChatGPT, whose current node is the last one."""
    root: Json = {"id": "root", "parent": None, "children": [], "message": None}
    return {
        "title": "Trip",
        "create_time": 1700000000.25,
        "update_time": 1700000001,
        "mapping": {one["id"]: one for one in (root, *nodes)},
        "current_node": nodes[-1]["id"] if nodes else "root",
        "conversation_id": "6f1c",
        "default_model_slug": "gpt-4o",
        **fields,
    }


def write_sessions(path: Path, sessions: dict[str, list[Json]], *, tables: str = "") -> None:
    """Write the file of the sessions of openai-agents; a string in one is a row as it is."""
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript("PRAGMA synchronous = OFF;" + SESSION_TABLES + tables)
        for id, values in sessions.items():
            database.execute("INSERT INTO agent_sessions (session_id) VALUES (?)", [id])
            rows = [(id, v if isinstance(v, str) else json.dumps(v)) for v in values]
            insert = "INSERT INTO agent_messages (session_id, message_data) VALUES (?, ?)"
            database.executemany(insert, rows)


CHAT = [
    {"role": "system", "content": "Be brief."},
    {"role": "developer", "content": [{"type": "text", "text": "Use tools."}]},
    {
        "role": "user",
        "content": [
            {"type": "text", "text": "What is this?"},
            {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
            {"type": "file", "file": {"file_id": "file-1"}},
            {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}},
        ],
        "name": "ann",
    },
    {
        "role": "assistant",
        "content": None,
        "refusal": None,
        "tool_calls": [
            {"id": "call_1", "type": "function", "function": {"name": "see", "arguments": "{}"}},
            {"id": "call_2", "type": "custom", "custom": {"name": "sql", "input": "select 1"}},
        ],
    },
    {"role": "tool", "tool_call_id": "call_1", "content": "a cat"},
    {"role": "tool", "tool_call_id": "call_2", "content": [{"type": "text", "text": "1"}]},
    {"role": "assistant", "content": "A cat.", "annotations": [], "audio": None},
    {"role": "assistant", "content": None, "function_call": {"name": "old", "arguments": "{}"}},
    {"role": "function", "name": "old", "content": "done"},
    {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
]

THREAD = {
    "thread": {
        "id": "thread_1",
        "object": "thread",
        "created_at": 1700000000,
        "metadata": {"user": "ann"},
        "tool_resources": {"file_search": {"vector_store_ids": ["vs_1"]}},
    },
    "messages": {
        "object": "list",
        "data": [
            thread_message("assistant", "It is a cat.", 1700000009),
            thread_message(
                "user",
                "What is this?",
                1700000001,
                content=[
                    {"type": "text", "text": {"value": "What is this?", "annotations": []}},
                    {"type": "image_file", "image_file": {"file_id": "file-2", "detail": "low"}},
                    {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
                ],
                attachments=[{"file_id": "file-3", "tools": [{"type": "file_search"}]}],
            ),
        ],
        "has_more": False,
    },
    "run_steps": [
        {
            "id": "step_1",
            "object": "thread.run.step",
            "created_at": 1700000004,
            "thread_id": "thread_1",
            "type": "tool_calls",
            "status": "completed",
            "step_details": {
                "type": "tool_calls",
                "tool_calls": [
                    {
                        "id": "call_1",
                        "type": "function",
                        "function": {"name": "see", "arguments": "{}", "output": "a cat"},
                    },
                    {
                        "id": "call_2",
                        "type": "code_interpreter",
                        "code_interpreter": {"input": "1 + 1", "outputs": []},
                    },
                ],
            },
        }
    ],
}

CHATGPT = [
    chatgpt(
        node("s", "root", "system", ""),
        node(
            "c",
            "s",
            "user",
            {"content_type": "user_editable_context", "user_profile": "I", "user_instructions": ""},
        ),
        node(
            "u",
            "c",
            "user",
            {
                "content_type": "multimodal_text",
                "parts": [
                    {"content_type": "image_asset_pointer", "asset_pointer": "sediment://file_1"},
                    {"content_type": "audio_transcription", "text": "Look."},
                    "What is this?",
                ],
            },
            metadata={"attachments": [{"id": "file-1", "name": "a.png"}]},
        ),
        node(
            "t",
            "u",
            "assistant",
            {"content_type": "thoughts", "thoughts": [{"summary": "See", "content": "a cat"}]},
        ),
        node(
            "k", "t", "assistant", {"content_type": "code", "text": "see()"}, recipient="vision.run"
        ),
        node("o", "k", "tool", {"content_type": "execution_output", "text": "a cat"}),
        node("x", "u", "assistant", "A dog."),
        node("a", "o", "assistant", "A cat.", metadata={"citations": [{"start_ix": 0}]}),
    ),
    chatgpt(node("u", "root", "user", "Hello"), conversation_id="7a2d", title="Hello"),
]

SESSION = [
    {"role": "user", "content": "What is this?"},
    {"id": "rs_1", "type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm"}]},
    {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "see", "arguments": "{}"},
    {"type": "function_call_output", "call_id": "call_1", "output": "a cat"},
    {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "output_text", "text": "A cat.", "annotations": [], "logprobs": []}],
    },
]

#: The files of JSON, by their format.
SAMPLES: dict[str, Json] = {"chat-completions": CHAT, "assistants": [THREAD], "chatgpt": CHATGPT}

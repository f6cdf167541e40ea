"""Files that are not what they should be: one error that says where, and never another one."""

from __future__ import annotations

import json
import tracemalloc
import zlib
from copy import deepcopy
from pathlib import Path
from typing import Any, get_args
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai_conversations import InvalidArgumentError
from openai_conversations._request.input_items import to_input_item
from openai_conversations._schema.document import problems
from openai_conversations.archive import source_file
from openai_conversations.archive.formats import reader_of
from openai_conversations.archive.records import OnUnsupported, Record
from openai_conversations.archive.source_file import SourceFile
from openai_conversations.local.item_schemas import sent_item

from tests.archive.sample_files import (
    CHAT,
    SAMPLES,
    SESSION,
    chatgpt,
    conversations,
    lines,
    node,
    thread_message,
    write_sessions,
)

Json = Any
ACTIONS: tuple[OnUnsupported, ...] = get_args(OnUnsupported)

#: What may stand in place of any value of a file.
JUNK: list[Json] = [
    None,
    True,
    0,
    -1,
    1e300,
    10**400,
    "",
    "\0",
    "x" * 100,
    "list",
    "thread",
    "user",
    "tool",
    "text",
    [],
    [None],
    [[]],
    {},
    {"type": "text"},
    {"object": "list", "data": [{}]},
    {"": {}},
]


def read_all(file: str | Path, format: str = "auto") -> list[Json]:
    """Return all items of a file, after a look at every part of it; [] after the one error."""
    made: list[Record] = []
    raised: InvalidArgumentError | None = None
    try:
        for action in ACTIONS:
            made += [record for _, each in conversations(file, action, format) for record in each]
    except InvalidArgumentError as error:
        raised = error
    if raised is not None:
        assert raised.argument == "file"
        assert str(raised).startswith("file")
        assert len(str(raised)) < 500
        return []
    return [record.item for record in made if record.item is not None]


@st.composite
def mutated(draw: st.DrawFn, value: Json) -> Json:
    """Draw a JSON value in which one to three values are others, are gone, or are there twice."""
    value = json.loads(json.dumps(value))
    for _ in range(draw(st.integers(1, 3))):
        inner, steps = value, draw(st.integers(0, 9))
        while isinstance(inner, dict | list) and inner:
            keys: list[Any] = [*(inner if isinstance(inner, dict) else range(len(inner)))]
            key = draw(st.sampled_from(keys))
            steps -= 1
            if steps < 0 or not isinstance(inner[key], dict | list) or not inner[key]:
                change = draw(st.integers(0, 3))
                if change == 0:
                    del inner[key]
                elif change == 1 and isinstance(inner, list):
                    inner.insert(key, deepcopy(inner[key]))
                elif change == 1 and isinstance(inner, dict):
                    inner[draw(st.sampled_from(["x", "", *keys]))] = deepcopy(inner[key])
                else:
                    inner[key] = deepcopy(draw(st.sampled_from(JUNK)))
                break
            inner = inner[key]
    return value


@pytest.mark.parametrize("format", SAMPLES)
@given(data=st.data())
def test_a_file_with_other_values(format: str, data: st.DataObject) -> None:
    # Every item that is read all the same is one that a service accepts.
    value = data.draw(mutated(SAMPLES[format]))
    for item in read_all(json.dumps(value), format):
        assert to_input_item(item, "items", 0) == item
        assert not problems(sent_item(), item), item
    read_all(json.dumps(value))


@pytest.mark.parametrize("format", SAMPLES)
@given(data=st.data())
def test_a_file_with_other_bytes(format: str, data: st.DataObject) -> None:
    content = json.dumps(SAMPLES[format]).encode()
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(start + 20, len(content))))
    other = data.draw(st.binary(max_size=8))
    changed = (content[:start] + other + content[end:]).decode("utf-8", "surrogateescape")
    read_all(changed, format)


@settings(max_examples=50)
@given(data=st.data())
def test_sessions_with_other_rows(data: st.DataObject, tmp_path_factory: Any) -> None:
    rows = [json.dumps(value) for value in data.draw(mutated(SESSION))]
    rows += data.draw(st.lists(st.text(max_size=9), max_size=1))
    file = tmp_path_factory.mktemp("sessions") / "file"
    write_sessions(file, {data.draw(st.text(max_size=5)): rows})
    for item in read_all(file):
        assert to_input_item(item, "items", 0) == item


@pytest.mark.parametrize("depth", [*range(100, 1100, 90), 1_500, 5_000, 200_000])
def test_nesting(depth: int, tmp_path: Path) -> None:
    # Where the interpreter gives up differs; it is never its own error.
    for nest in ("[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth):
        texts = [
            nest,
            f'{{"role": "user", "content": {nest}}}',
            f'{{"role": "user", "content": "Hi", "field": {nest}}}',
            f'{{"role": "assistant", "tool_calls": [{{"function": {nest}}}]}}',
            f'{{"role": "a", "function_call": {{"name": "f", "arguments": {nest}}}}}',
            f'{{"object": "list", "data": {nest}}}',
            f'{{"thread": {nest}}}',
            f'{{"mapping": {nest}}}',
        ]
        for text in texts:
            read_all(text)
        file = tmp_path / "file"
        for text in (
            nest,
            f'{{"role": "user", "content": "Hi", "status": null, "field": {nest}}}',
            f'{{"type": "hologram", "field": {nest}}}',
            f'{{"type": "reasoning", "id": "rs_1", "summary": {nest}}}',
        ):
            file.unlink(missing_ok=True)
            write_sessions(file, {"s": [text]})
            read_all(file)


def _cyclic() -> Json:
    return chatgpt(node("a", "b", "user", "1"), node("b", "a", "user", "2"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "an empty one"),
        ("\n\n", "an empty one"),
        ("Hello", "line 1: expected JSON, got something else: Expecting value"),
        ("\0" * 100, "line 1: expected JSON"),
        ("[", "line 1, [0]: expected JSON"),
        ('[{"role": "user", "content": ""}', "the list goes on without a comma, or is cut"),
        ('[{"role": "user", "content": ""}]\n{}', "line 2: expected JSON"),
        ("[1]", "line 1, [0]: expected an object, got 1"),
        ('"role"', "line 1: expected an object, got 'role'"),
        ("{}", "expected a file of one of the formats"),
        (lines([CHAT[0]]) + '{"role": "us', "line 2: expected JSON"),
        (lines([CHAT[0]]) + '\n\n{"role": 1}', "line 4, role: expected a string, got 1"),
        (lines([CHAT[0]]) + '{"role": "user", "content": "\n"}', "line 2: expected JSON"),
        ('{"role": "user", "content": 5}', "content: expected a string or a list of parts, got 5"),
        ('{"role": "user", "content": "\\ud83d"}', "surrogates not allowed"),
        ('{"role": "user", "content": NaN}', "line 1: expected JSON"),
        ('{"role": "user", "content": ' + "1" * 5000 + "}", "line 1: expected JSON"),
        ('{"messages": 3, "role": "x"}', "line 1, messages: expected a list, got 3"),
        (json.dumps([thread_message("user", "a", "now")]), "created_at: expected a time"),
        (json.dumps([thread_message("user", "a", 1e20)]), "created_at: expected a time"),
        (json.dumps(_cyclic()), "parent: expected the id of another node of 'mapping', got 'b'"),
        (json.dumps(chatgpt(current_node="gone")), "expected the id of another node of 'mapping'"),
        (json.dumps(chatgpt(node("a", "gone", "user", "1"))), "'mapping', got 'gone'"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_file(text: str, said: str) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        conversations(text)
    assert caught.value.argument == "file"
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(CHAT).encode("utf-16"),
        b'{"role": "user", "content": "\xff"}',
        b"SQLite format 3\0",
        b"SQLite format 3\0" + bytes(5000),
    ],
)
def test_other_bytes(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    with pytest.raises(InvalidArgumentError) as caught:
        conversations(file)
    assert caught.value.argument == "file"


def test_each_format_says_so_of_a_file_of_another(tmp_path: Path) -> None:
    # None of them takes what it does not know for nothing.
    sessions = tmp_path / "file"
    write_sessions(sessions, {"s": SESSION})
    files: dict[str, str | Path] = {name: json.dumps(one) for name, one in SAMPLES.items()}
    for name, file in {**files, "agents-sqlite": sessions}.items():
        for format in {*SAMPLES, "agents-sqlite"} - {name}:
            with pytest.raises(InvalidArgumentError) as caught:
                conversations(file, "skip", format)
            assert caught.value.argument == "file"


def test_no_words_of_a_file_in_an_error() -> None:
    secret = "My secret, which is not a name, and goes on and on"
    texts = [
        json.dumps([{"role": "user", "content": {secret: secret}}]),
        json.dumps([secret]),
        json.dumps([{"role": "user", "content": secret}])[:-9],
        json.dumps([thread_message("user", secret, secret)]),
    ]
    for text in texts:
        with pytest.raises(InvalidArgumentError) as caught:
            conversations(text)
        assert "secret" not in str(caught.value)


def test_a_zip_archive_of_chatgpt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text, file = json.dumps([chatgpt(node("a", "root", "user", "Hello"))]), tmp_path / "a.zip"

    def zip_up(*names: str) -> bytes:
        with ZipFile(file, "w", ZIP_DEFLATED) as archive:
            for name in names:
                archive.writestr(name, text)
        return file.read_bytes()

    whole = zip_up("user.json", "export/conversations.json")
    assert conversations(file)[0][1] == conversations(text)[0][1]
    # A bit of the headers says that a member is encrypted.
    encrypted = whole.replace(b"\x14\0\0\0\x08", b"\x14\0\1\0\x08")
    damaged = whole.replace(zlib.compress(text.encode(), wbits=-15)[:9], b"\xff" * 9)
    twice = zip_up("a/conversations.json", "b/conversations.json")
    for content in (whole[:-30], encrypted, damaged, twice, zip_up("user.json")):
        assert content != whole
        file.write_bytes(content)
        with pytest.raises(InvalidArgumentError, match=r"one conversations\.json of at most"):
            conversations(file)
    file.write_bytes(whole)
    monkeypatch.setattr(source_file, "MAX_UNZIPPED", len(text) - 1)
    with pytest.raises(InvalidArgumentError, match=f"of at most {len(text) - 1} bytes"):
        conversations(file)


def _peak(file: Path, format: str) -> int:
    """Return the most memory that reading all of a file takes at once, and the plan to send it."""
    with SourceFile(file) as source:
        tracemalloc.start()
        try:
            found = [*reader_of(source, format)(source, "skip")]
            for one in found:
                for _ in one.records():
                    pass
        except InvalidArgumentError:
            pass
        finally:
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return peak


@pytest.mark.parametrize(
    ("format", "value", "in_list"),
    [
        ("chat-completions", {"role": "user", "content": "x" * 1000}, False),
        ("chat-completions", {"role": "user", "content": "x" * 1000}, True),
        ("chat-completions", {"messages": [{"role": "user", "content": "x" * 10_000}]}, False),
        ("chatgpt", chatgpt(node("a", "root", "user", "x" * 10_000)), True),
    ],
)
def test_memory_is_flat(tmp_path: Path, format: str, value: Json, in_list: bool) -> None:
    # Of ten times as many conversations or messages, no more of the text is in memory.
    peaks: list[int] = []
    size = len(json.dumps(value))
    counts = (400_000 // size, 4_000_000 // size)
    for count in counts:
        file = tmp_path / "file"
        values = [value] * count
        file.write_text(json.dumps(values) if in_list else lines(values))
        reader_of(SourceFile(file), format)  # loads what is loaded once
        peaks.append(_peak(file, format))
    # A conversation in a plan has a place and a span, and no text.
    conversations = 1 if "role" in value else counts[1]
    assert peaks[1] - peaks[0] < 50_000 + 1500 * conversations


def test_an_error_is_found_where_it_is(tmp_path: Path) -> None:
    # What follows is not read: neither after a string without an end, nor after a word.
    rest = lines([{"role": "user", "content": "x" * 1000}]) * 4000
    for wrong in ('{"role": "us\n', "{role}\n", '{"role": "user",,\n'):
        file = tmp_path / "file"
        file.write_text(lines(CHAT[:1]) + wrong + rest)
        assert _peak(file, "chat-completions") < 1_000_000

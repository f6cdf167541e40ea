"""What becomes of the messages of each format that is imported: `archive/formats`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from openai_conversations import Client, InvalidArgumentError

from tests.archive.sample_files import (
    CHAT,
    CHATGPT,
    SAMPLES,
    SESSION,
    THREAD,
    chatgpt,
    conversations,
    items,
    lines,
    message,
    node,
    noted,
    records,
    thread_message,
    write_sessions,
)

Json = Any

CALL = {"type": "function_call", "call_id": "call_1", "name": "see", "arguments": "{}"}
OUTPUT = {"type": "function_call_output", "call_id": "call_1", "output": "a cat"}


def chat(*messages: Json) -> str:
    return json.dumps(messages)


def test_messages_of_chat_completions() -> None:
    made = records(json.dumps(CHAT), "skip")
    sent = [record.item for record in made if record.item]
    old = sent[8]["call_id"]
    assert sent == [
        message("system", "Be brief."),
        message("developer", "Use tools."),
        {
            "type": "message",
            "role": "user",
            "content": [
                {"type": "input_text", "text": "What is this?"},
                {
                    "type": "input_image",
                    "image_url": "https://example.com/a.png",
                    "detail": "auto",
                },
                {"type": "input_file", "file_id": "file-1"},
            ],
        },
        CALL,
        {"type": "custom_tool_call", "call_id": "call_2", "name": "sql", "input": "select 1"},
        OUTPUT,
        {"type": "custom_tool_call_output", "call_id": "call_2", "output": "1"},
        message("assistant", "A cat."),
        {"type": "function_call", "call_id": old, "name": "old", "arguments": "{}"},
        {"type": "function_call_output", "call_id": old, "output": "done"},
    ]
    notes = [(note.place, note.what, note.action) for record in made for note in record.notes]
    assert notes == [
        ("line 1, [2]", "a part of the kind 'input_audio'", "skip"),
        ("line 1, [2]", "the field 'name'", "skip"),
        ("line 1, [9]", "a refusal", "skip"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(CHAT),
        json.dumps(CHAT, indent=1),
        lines(CHAT),
        lines(CHAT).replace("\n", "\r\n"),
        "\ufeff" + lines(CHAT).replace("\n", "\n\n"),
        json.dumps({"messages": CHAT}),
        json.dumps({"messages": CHAT}, indent=1),
    ],
)
def test_one_conversation_in_every_form_of_a_file(text: str) -> None:
    assert items(text) == items(json.dumps(CHAT))


def test_a_conversation_for_each_line_with_messages() -> None:
    texts = ["one\u2028\U0001f600", "two", "three"]
    values = [{"messages": [{"role": "user", "content": text}]} for text in texts]
    for text in (lines(values), "\ufeff" + lines(values).replace("\n", "\r\n"), json.dumps(values)):
        found = conversations(text)
        assert [[r.item for r in made] for _, made in found] == [
            [message("user", text)] for text in texts
        ]
    assert [r.place for _, made in conversations(lines(values)) for r in made] == [
        f"line {number}, messages[0]" for number in (1, 2, 3)
    ]


def test_what_is_longer_than_what_is_read_at_once() -> None:
    # What is read ends anywhere: in a string, an escape, a number, a word.
    for length in range(65490, 65540):
        values = [{"role": "user", "content": "x" * length + "\n\U0001f600", "weight": -1.5e10}]
        values.append({"role": "user", "content": "y" * 200_000, "seen": True})
        texts = [item["content"][0]["text"] for item in items(json.dumps(values), "skip")]
        assert texts == [value["content"] for value in values]


@pytest.mark.parametrize(
    ("part", "sent"),
    [
        ({"type": "text", "text": "Hi"}, {"type": "input_text", "text": "Hi"}),
        (
            {"type": "image_url", "image_url": "data:image/png;base64,AA=="},
            {
                "type": "input_image",
                "image_url": "data:image/png;base64,AA==",
                "detail": "auto",
            },
        ),
        (
            {"type": "image_url", "image_url": {"url": "http://x/a", "detail": "high"}},
            {"type": "input_image", "image_url": "http://x/a", "detail": "high"},
        ),
        (
            {"type": "file", "file": {"file_data": "AA==", "filename": "a.pdf"}},
            {"type": "input_file", "file_data": "AA==", "filename": "a.pdf"},
        ),
    ],
)
def test_parts_of_chat_completions(part: Json, sent: Json) -> None:
    text = chat({"role": "user", "content": [part]})
    assert (items(text), noted(text)) == (
        [{"type": "message", "role": "user", "content": [sent]}],
        [],
    )


@pytest.mark.parametrize(
    ("given", "what", "stand_in"),
    [
        ({"role": "user", "content": [{"type": "video"}]}, "a part of the kind 'video'", ""),
        (
            {"role": "user", "content": [{"type": "image_url", "image_url": "file:///a"}]},
            "the image 'file:///a'",
            "",
        ),
        (
            {"role": "assistant", "content": [{"type": "image_url", "image_url": "http://x/a"}]},
            "the image 'http://x/a'",
            "",
        ),
        (
            {"role": "assistant", "content": [{"type": "file", "file": {"file_id": "file-1"}}]},
            "the file 'file-1'",
            "",
        ),
        ({"role": "assistant", "refusal": "No."}, "a refusal", "No."),
        ({"role": "assistant", "audio": {"transcript": "Hi"}}, "a spoken message", "Hi"),
        (
            {"role": "assistant", "reasoning_content": "Hm"},
            "the field 'reasoning_content'",
            "Hm",
        ),
        ({"role": "tool", "tool_call_id": "c", "content": "1"}, "an output without its call", "1"),
        ({"role": "ipython", "content": "1"}, "a message of the role 'ipython'", "1"),
        (
            {"role": "assistant", "tool_calls": [{"id": "c", "type": "hand", "hand": {}}]},
            "a call of the kind 'hand'",
            "",
        ),
    ],
)
def test_what_has_no_input_form(given: Json, what: str, stand_in: str) -> None:
    text = chat(given)
    role = "user" if given["role"] == "user" else "assistant"
    assert noted(text) == [what]
    assert items(text, "skip") == items(text, "error") == []
    assert items(text) == [message(role, f"[{what}] {stand_in}".rstrip())]
    actions = [note.action for record in records(text, "error") for note in record.notes]
    assert actions == ["error"]


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"role": "user", "content": "Hi", "logprobs": {"content": []}}, "the field 'logprobs'"),
        ({"role": "assistant", "content": None}, "a message without content"),
        (
            {"role": "user", "content": [{"type": "text", "text": "", "cache_control": {"a": 1}}]},
            "the field 'cache_control'",
        ),
        ({"messages": [], "tools": [{"type": "function"}]}, "the field 'tools'"),
    ],
)
def test_what_no_text_can_stand_for(given: Json, what: str) -> None:
    # It is an error or left out: with "text", too.
    for asked, done in (("error", "error"), ("skip", "skip"), ("text", "skip")):
        (notes,) = [record.notes for record in records(chat(given), asked) if record.notes]  # type: ignore[arg-type]
        assert [(note.what, note.action) for note in notes] == [(what, done)]


def test_ids_of_calls() -> None:
    # Calls without ids, with the ids of earlier calls, and with ids that no item can have.

    def turn(id: Json, name: str) -> list[Json]:
        call = {"id": id, "type": "function", "function": {"name": name, "arguments": {"n": 1}}}
        output = {"role": "tool", "tool_call_id": id, "name": name, "content": name}
        return [{"role": "assistant", "content": "", "tool_calls": [call]}, output]

    ids = [None, "", "call_0", "call_0", "x" * 65, "a b"]
    made = items(chat(*(one for n, id in enumerate(ids) for one in turn(id, f"f{n}"))))
    calls, outputs = made[::2], made[1::2]
    assert {call["arguments"] for call in calls} == {'{"n":1}'}
    assert [call["call_id"] for call in calls] == [output["call_id"] for output in outputs]
    assert [call["name"] for call in calls] == [output["output"] for output in outputs]
    call_ids = [call["call_id"] for call in calls]
    assert len({*call_ids}) == len(ids)
    assert call_ids[2] == "call_0"
    assert all(len(id) <= 64 and " " not in id for id in call_ids)


def test_an_output_that_is_too_long() -> None:
    long = {"role": "tool", "tool_call_id": "c", "content": "x" * 10_485_761}
    call = {"id": "c", "function": {"name": "f", "arguments": "{}"}}
    ((_, output),) = [
        made for _, made in conversations(chat({"role": "assistant", "tool_calls": [call]}, long))
    ]
    assert output.item is not None
    assert len(output.item["output"]) == 10_485_760
    assert [note.what for note in output.notes] == ["the end of an output of 10,485,761 characters"]


def test_a_thread_with_its_run_steps() -> None:
    ((thread, made),) = conversations(json.dumps(THREAD), "skip")
    assert (thread.id, thread.metadata) == (
        "thread_1",
        {
            "user": "ann",
            "source_id": "thread_1",
            "source_created_at": "2023-11-14T22:13:20+00:00",
        },
    )
    assert [record.item for record in made if record.item] == [
        {
            "type": "message",
            "role": "user",
            "content": [
                {"type": "input_text", "text": "What is this?"},
                {"type": "input_image", "file_id": "file-2", "detail": "low"},
                {
                    "type": "input_image",
                    "image_url": "https://example.com/a.png",
                    "detail": "auto",
                },
            ],
        },
        CALL,
        OUTPUT,
        message("assistant", "It is a cat."),
    ]
    assert [(note.place, note.what) for record in made for note in record.notes] == [
        ("line 1, thread", "the field 'tool_resources'"),
        (
            "line 1, messages, data[1], message 'msg_1700000001_user'",
            "the attachment 'file-3'",
        ),
        (
            "line 1, run_steps[0], step_details, tool_calls[1]",
            "a call of the kind 'code_interpreter'",
        ),
    ]


def test_the_order_of_a_dump_of_threads() -> None:
    # Lists of the API are newest first; times are whole seconds, so that many are the same.
    told = [("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "d")]
    for times in ([1, 2, 3, 4], [1, 1, 1, 1], [1, 1, 2, 2]):
        oldest_first = [
            thread_message(role, text, at) for (role, text), at in zip(told, times, strict=True)
        ]
        expected = [message(role, text) for role, text in told]
        api_list = json.dumps({"object": "list", "data": oldest_first[::-1], "has_more": False})
        assert items(api_list) == items(lines(oldest_first)) == expected
        assert (
            items(json.dumps({"thread": {"id": "thread_1"}, "messages": oldest_first})) == expected
        )
        if times[0] != times[-1]:
            assert items(json.dumps(oldest_first[::-1])) == expected
    without = [{k: v for k, v in m.items() if k != "created_at"} for m in oldest_first]
    assert items(lines(without)) == expected


def test_messages_of_several_threads() -> None:
    mixed = [
        thread_message("user", "a", 5),
        thread_message("user", "x", 7, thread_id="thread_2"),
        thread_message("assistant", "b", 6),
    ]
    found = conversations(lines(mixed))
    assert [(one.id, [r.item for r in made]) for one, made in found] == [
        ("thread_1", [message("user", "a"), message("assistant", "b")]),
        ("thread_2", [message("user", "x")]),
    ]


@pytest.mark.parametrize(
    ("fields", "what", "text"),
    [
        ({"content": [{"type": "refusal", "refusal": "No."}]}, "a refusal", " No."),
        (
            {"content": [{"type": "image_file", "image_file": {"file_id": "file-1"}}]},
            "the image 'file-1'",
            "",
        ),
        ({"content": [{"type": "image_gen"}]}, "a part of the kind 'image_gen'", ""),
        ({"content": [], "file_ids": ["file-1"]}, "the attachment 'file-1'", ""),
        ({"content": [], "metadata": {"a": "b"}}, "the field 'metadata'", None),
        ({"content": [], "incomplete_details": {"a": 1}}, "the field 'incomplete_details'", None),
        ({"content": []}, "a message without content", None),
    ],
)
def test_what_of_a_thread_has_no_input_form(fields: Json, what: str, text: str | None) -> None:
    dump = json.dumps([thread_message("assistant", "", 1, **fields)])
    assert noted(dump) == [what]
    assert items(dump) == ([] if text is None else [message("assistant", f"[{what}]{text}")])


def test_annotations_of_a_thread() -> None:
    cited = {"type": "file_citation", "text": "[1]", "file_citation": {"file_id": "file-1"}}
    path = {"type": "file_path", "text": "a.csv", "file_path": {"file_id": "file-2"}}
    text = {"value": "See [1].", "annotations": [cited, path]}
    said = thread_message("assistant", "", 1, content=[{"type": "text", "text": text}])
    whats = [
        "the annotation 'file_citation' of the file 'file-1'",
        "the annotation 'file_path' of the file 'file-2'",
    ]
    assert noted(json.dumps([said])) == whats
    assert items(json.dumps([said]), "skip") == [message("assistant", "See [1].")]
    stand_ins = [f"[{what}]" for what in whats]
    assert items(json.dumps([said])) == [message("assistant", "See [1].", *stand_ins)]


def test_a_list_of_the_api_that_goes_on() -> None:
    first_page = {"object": "list", "data": [thread_message("user", "a", 1)], "has_more": True}
    assert noted(json.dumps(first_page)) == ["the rest of the list"]
    run = {"id": "run_1", "object": "thread.run", "thread_id": "thread_1", "created_at": 1}
    assert noted(lines([run])) == ["an object of the kind 'thread.run'"]


def test_the_branch_of_chatgpt_up_to_the_current_node() -> None:
    first, second = conversations(json.dumps(CHATGPT), "skip")
    assert (first[0].id, first[0].metadata) == (
        "6f1c",
        {
            "title": "Trip",
            "source_id": "6f1c",
            "source_created_at": "2023-11-14T22:13:20.250000+00:00",
            "source_updated_at": "2023-11-14T22:13:21+00:00",
            "source_model": "gpt-4o",
        },
    )
    assert [record.item for record in first[1] if record.item] == [
        message("user", "Look.", "What is this?"),
        {"type": "custom_tool_call", "call_id": "k", "name": "vision_run", "input": "see()"},
        {"type": "custom_tool_call_output", "call_id": "k", "output": "a cat"},
        message("assistant", "A cat."),
    ]
    assert [(note.place, note.what) for r in first[1] for note in r.notes] == [
        ("conversation '6f1c'", "messages of other branches: 1"),
        ("conversation '6f1c', message 'c'", "content of the kind 'user_editable_context'"),
        (
            "conversation '6f1c', message 'u'",
            "a part of the kind 'image_asset_pointer', 'sediment://file_1'",
        ),
        ("conversation '6f1c', message 'u'", "the attachment 'a.png'"),
        ("conversation '6f1c', message 't'", "content of the kind 'thoughts'"),
        ("conversation '6f1c', message 'a'", "citations: 1"),
    ]
    assert [record.item for record in second[1]] == [message("user", "Hello")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"content_type": "code", "language": "python", "text": "1"}, "1"),
        ({"content_type": "tether_quote", "title": "T", "url": "U", "text": "Q"}, "T\nU\nQ"),
        ({"content_type": "tether_browsing_display", "summary": "", "result": "R"}, "R"),
        ({"content_type": "system_error", "name": "E", "text": "M"}, "E\nM"),
    ],
)
def test_words_of_chatgpt(content: Json, words: str) -> None:
    call = node("c", "root", "assistant", "go", recipient="t")
    made = items(json.dumps(chatgpt(call, node("o", "c", "tool", content))), "error")
    assert [item.get("output") for item in made] == [None, words]


def test_several_outputs_of_one_call_of_chatgpt() -> None:
    call = node("c", "root", "assistant", "go", recipient="t")
    quotes = [node("o1", "c", "tool", "one"), node("o2", "o1", "tool", "two")]
    _, output = items(json.dumps(chatgpt(call, *quotes)))
    assert output == {"type": "custom_tool_call_output", "call_id": "c", "output": "one\ntwo"}


@pytest.mark.parametrize(
    ("said", "what", "words"),
    [
        (
            node("m", "root", "assistant", {"content_type": "reasoning_recap", "content": "8 s"}),
            "content of the kind 'reasoning_recap'",
            "8 s",
        ),
        (
            node("m", "root", "assistant", {"content_type": "hologram", "words": "w"}),
            "content of the kind 'hologram'",
            "w",
        ),
        (
            node("m", "root", "assistant", {"content_type": "hologram", "parts": [1]}),
            "content of the kind 'hologram'",
            "",
        ),
        (
            node("m", "root", "assistant", "go", recipient="web"),
            "a call of 'web' without its output",
            "go",
        ),
        (
            node("m", "root", "tool", "out"),
            "a message of the role 'tool', without a call before it",
            "out",
        ),
        (
            node(
                "m",
                "root",
                "assistant",
                "secret",
                metadata={"is_visually_hidden_from_conversation": True},
            ),
            "a message that ChatGPT does not show",
            "secret",
        ),
        (
            node("m", "root", "assistant", "secret", weight=0),
            "a message that ChatGPT does not show",
            "secret",
        ),
    ],
)
def test_what_of_chatgpt_has_no_input_form(said: Json, what: str, words: str) -> None:
    text = json.dumps([chatgpt(said)])
    assert noted(text) == [what]
    assert items(text, "skip") == []
    assert items(text) == [message("assistant", f"[{what}] {words}".rstrip())]


def test_what_chatgpt_says_nothing_with() -> None:
    """Empty messages are in each of its files; nothing is lost with them."""
    empty = [
        node("a", "root", "system", "", metadata={"is_visually_hidden_from_conversation": True}),
        node("b", "a", "assistant", {"content_type": "thoughts", "thoughts": []}),
        node("c", "b", "user", {"content_type": "model_editable_context", "model_set_context": ""}),
        node("d", "c", "assistant", {"content_type": "text", "parts": [None, ""]}),
    ]
    assert records(json.dumps(chatgpt(*empty))) == []


def test_chatgpt_without_a_current_node() -> None:
    nodes = [node("u", "root", "user", "a"), node("x", "u", "assistant", "b")]
    text = json.dumps(chatgpt(*nodes, current_node=None))
    assert items(text) == [message("user", "a"), message("assistant", "b")]
    assert records(json.dumps(chatgpt(mapping={}, current_node=None))) == []


@pytest.mark.parametrize("format", [*SAMPLES, "agents-sqlite"])
def test_an_import_of_each_format(tmp_path: Path, format: str) -> None:
    # From the file to the conversations of a service: items are there as they were read.
    file = tmp_path / "file"
    if format == "agents-sqlite":
        write_sessions(file, {"s1": SESSION, "s2": SESSION[:1]})
    else:
        file.write_text(json.dumps(SAMPLES[format]), encoding="utf-8")
    expected = conversations(file, "text", format)
    with Client.local() as client:
        result = client.conversations.import_file(file, on_unsupported="text")
        assert [one.source_id for one in result.conversations] == [one.id for one, _ in expected]
        for made, (source, read) in zip(result.conversations, expected, strict=True):
            assert made.conversation_id is not None
            found = client.conversations.retrieve(made.conversation_id)
            assert found.to_dict()["metadata"] == source.metadata
            listed = client.conversations.items.list(made.conversation_id, order="asc", limit=100)
            kinds = [item.to_dict()["type"] for item in listed]
            assert kinds == [r.item.get("type", "message") for r in read if r.item]
        with pytest.raises(InvalidArgumentError):
            client.conversations.import_file(file)

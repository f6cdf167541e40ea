"""From items to what a reader sees of them: one entry for each item, made of a few kinds of blocks.

Two tables say for each kind of item, and of part of an item, which of its fields are shown and how.
The writers of the three formats know blocks and no items.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeAlias, cast

from .._request.validation import is_mapping
from .transcript_blocks import ROLES, Block, Code, Entry, Folded, Link, Text, in_one_line

_Show: TypeAlias = "Callable[[Any, Mapping[str, Any]], Iterator[Block]]"
"""Shows the value of a field; gets the object that has it, too."""


class _Kind(NamedTuple):
    title: str  # with the names of fields in braces; "" for a part that needs none
    shows: Mapping[str, _Show]
    role: str = "tool"


def _json(value: Any, _: Mapping[str, Any]) -> Iterator[Block]:
    """Show JSON, also where a string holds it, as the arguments of a call do."""
    if isinstance(value, str):
        pretty = _reformatted(value)
        yield Code(pretty, "json") if pretty else Code(value)
    else:
        yield Code(_dumps(value), "json")


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)


def _reformatted(text: str) -> str:
    try:
        found = json.loads(text, object_pairs_hook=_distinct)
        return _dumps(found) if type(found) in (dict, list) else ""
    except (ValueError, RecursionError):
        return ""


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(found := dict(pairs)) < len(pairs):
        raise ValueError("a name that is there twice, which would hide the first")
    return found


def _text(value: Any, item: Mapping[str, Any]) -> Iterator[Block]:
    yield from [Text(value)] if isinstance(value, str) else _json(value, item)


def _code(language: str = "") -> _Show:
    def show(value: Any, item: Mapping[str, Any]) -> Iterator[Block]:
        yield from [Code(value, language)] if isinstance(value, str) else _json(value, item)

    return show


def _parts(value: Any, item: Mapping[str, Any]) -> Iterator[Block]:
    """Show a text, a part, or a list of them; a part that the table does not have is named."""
    kind = value.get("type") if is_mapping(value) else None
    if isinstance(value, str):
        yield Text(value)
    elif isinstance(value, list):
        for part in cast("list[object]", value):
            yield from _parts(part, item)
    elif isinstance(kind, str) and (known := _PARTS.get(kind)):
        if known.title:
            yield Text(f"{_filled(known.title, value)}:")
        yield from _fields(known.shows, value)
    elif isinstance(kind, str):
        yield Folded(f"Unknown part: {kind}", [*_json(value, item)])
    else:
        yield from _json(value, item)


def _output(value: Any, item: Mapping[str, Any]) -> Iterator[Block]:
    """Show what a tool gave: a text, which may be JSON, or parts."""
    yield from (_json if isinstance(value, str) else _parts)(value, item)


def _fields(shows: Mapping[str, _Show], item: Mapping[str, Any]) -> Iterator[Block]:
    for name, show in shows.items():
        if (value := item.get(name)) not in (None, "", [], {}):
            yield from show(value, item)


def _inside(**shows: _Show) -> _Show:
    """Show these fields of an object, or of each object of a list."""

    def show(value: Any, item: Mapping[str, Any]) -> Iterator[Block]:
        for each in cast("list[object]", value) if isinstance(value, list) else [value]:
            yield from _fields(shows, each) if is_mapping(each) else _json(each, item)

    return show


def _folded(title: str, show: _Show) -> _Show:
    def fold(value: Any, item: Mapping[str, Any]) -> Iterator[Block]:
        yield Folded(title, [*show(value, item)])

    return fold


def _said(label: str) -> _Show:
    def show(value: Any, _: Mapping[str, Any]) -> Iterator[Block]:
        yield Text(f"{label}: {value if isinstance(value, str) else json.dumps(value)}")

    return show


def _encrypted(value: Any, _: Mapping[str, Any]) -> Iterator[Block]:
    yield Text(f"({len(str(value)):,} characters, encrypted)")


def _link(label: str, before: str = "") -> _Show:
    """Show an address, behind `before` if it is bare data.

    Args:
        label: the name of the field that has it, or else the label itself.
    """

    def show(value: Any, item: Mapping[str, Any]) -> Iterator[Block]:
        address = str(value)
        if before and not address.startswith("data:"):
            address = before.format(item.get("output_format") or "png") + address
        yield Link(address, str(item.get(label) or label))

    return show


def _command(value: Any, _: Mapping[str, Any]) -> Iterator[Block]:
    words = cast("list[object]", value) if isinstance(value, list) else [value]
    yield Code(shlex.join(map(str, words)), "sh")


def _commands(value: Any, _: Mapping[str, Any]) -> Iterator[Block]:
    each = cast("list[object]", value) if isinstance(value, list) else [value]
    yield Code("\n".join(map(str, each)), "sh")


_TOOLS = {"tools": _folded("Tools", _json)}
_CALL = "Call of {namespace} {name}"
_ITEMS: dict[str, _Kind] = {
    "function_call": _Kind(_CALL, {"arguments": _json}),
    "function_call_output": _Kind("Output of {name}", {"output": _output}),
    "custom_tool_call": _Kind(_CALL, {"input": _code()}),
    "custom_tool_call_output": _Kind("Output of {name}", {"output": _output}),
    "file_search_call": _Kind(
        "File search",
        {
            "queries": _parts,
            "results": _folded("Results", _inside(file_id=_link("filename"), text=_text)),
        },
    ),
    "web_search_call": _Kind("Web search", {"action": _parts}),
    "image_generation_call": _Kind(
        "Image generation",
        {
            "revised_prompt": _text,
            "result": _link("Image", "data:image/{};base64,"),
            "error": _json,
        },
    ),
    "computer_call": _Kind(
        "Use of a computer", {"action": _json, "actions": _json, "pending_safety_checks": _json}
    ),
    "computer_call_output": _Kind(
        "Screen of the computer", {"output": _parts, "acknowledged_safety_checks": _json}
    ),
    "tool_search_call": _Kind("Search for tools", {"arguments": _json}),
    "tool_search_output": _Kind("Found tools", _TOOLS),
    "additional_tools": _Kind("Additional tools", _TOOLS, "system"),
    "reasoning": _Kind(
        "Reasoning",
        {
            "summary": _folded("Summary", _parts),
            "content": _folded("In full", _parts),
            "encrypted_content": _encrypted,
        },
        "assistant",
    ),
    "program": _Kind("Program", {"code": _code()}),
    "program_output": _Kind("Output of the program", {"result": _output}),
    "compaction": _Kind(
        "Compaction of what came before", {"encrypted_content": _encrypted}, "other"
    ),
    "code_interpreter_call": _Kind(
        "Code interpreter", {"code": _code("python"), "outputs": _parts}
    ),
    "local_shell_call": _Kind(
        "Command",
        {"action": _inside(working_directory=_said("In"), command=_command, env=_json)},
    ),
    "local_shell_call_output": _Kind("Output of the command", {"output": _output}),
    "shell_call": _Kind("Commands", {"action": _inside(commands=_commands)}),
    "shell_call_output": _Kind(
        "Output of the commands",
        {"output": _inside(stdout=_code(), stderr=_code(), outcome=_parts)},
    ),
    "apply_patch_call": _Kind("Patch", {"operation": _parts}),
    "apply_patch_call_output": _Kind("Output of the patch", {"output": _output}),
    "mcp_list_tools": _Kind("Tools of {server_label}", {**_TOOLS, "error": _json}),
    "mcp_approval_request": _Kind(
        "Approval wanted for {server_label} {name}", {"arguments": _json}
    ),
    "mcp_approval_response": _Kind(
        "Approval", {"approve": _said("Approved"), "reason": _text}, "user"
    ),
    "mcp_call": _Kind(
        "Call of {server_label} {name}",
        {"arguments": _json, "output": _folded("Output", _output), "error": _json},
    ),
    "configuration_update": _Kind("New settings", {"reasoning": _json, "text": _json}, "other"),
}
_TEXT = _Kind("", {"text": _text, "annotations": _parts})
_IMAGE = _Kind("", {"image_url": _link("Image"), "file_id": _link("Image")})
_CITED = _Kind("", {"file_id": _link("filename")})
_PATCH = _Kind("{type} {path}", {"diff": _code("diff")})
_PARTS: dict[str, _Kind] = {
    # Of messages and outputs.
    **dict.fromkeys(("input_text", "output_text", "text", "summary_text", "reasoning_text"), _TEXT),
    **dict.fromkeys(("input_image", "computer_screenshot"), _IMAGE),
    "refusal": _Kind("", {"refusal": _said("Refusal")}),
    "input_file": _Kind(
        "",
        {
            "file_url": _link("filename"),
            "file_id": _link("filename"),
            "file_data": _link("filename", "data:;base64,"),
        },
    ),
    "logs": _Kind("", {"logs": _code()}),
    "image": _Kind("", {"url": _link("Image")}),
    # Annotations.
    "url_citation": _Kind("", {"url": _link("title")}),
    **dict.fromkeys(("file_citation", "container_file_citation", "file_path"), _CITED),
    # Actions of tools, and how they ended.
    "search": _Kind("", {"query": _text, "queries": _parts, "sources": _folded("Sources", _parts)}),
    "url": _Kind("", {"url": _link("Source")}),
    "open_page": _Kind("Opened", {"url": _link("Page")}),
    "find_in_page": _Kind("Looked for", {"pattern": _text, "url": _link("Page")}),
    **dict.fromkeys(("create_file", "update_file", "delete_file"), _PATCH),
    "exit": _Kind("", {"exit_code": _said("Exit code")}),
    "timeout": _Kind("", {"type": _said("Ended by")}),
}
_MESSAGE_ROLES = {"developer": "system", "critic": "assistant"}


def is_known(item: Mapping[str, Any]) -> bool:
    """Return whether an object is an item of a kind that the table has, or a message."""
    kind = item.get("type")
    return _is_message(item) or (isinstance(kind, str) and kind in _ITEMS)


def _is_message(item: Mapping[str, Any]) -> bool:
    kind = item.get("type")
    return kind == "message" or (kind is None and "role" in item)


class Entries:
    """Makes the entries of a conversation, of one item after the other, oldest first."""

    def __init__(self) -> None:
        self._calls: dict[str, Any] = {}

    def entry(self, item: Mapping[str, Any]) -> Entry:
        """Return what is shown of the next item."""
        kind, call, name = item.get("type"), item.get("call_id"), item.get("name")
        if isinstance(call, str):
            # An output names its call by the id alone.
            name = self._calls[call] = name or self._calls.get(call, call)
        found = _ITEMS.get(kind) if isinstance(kind, str) else None
        if _is_message(item):
            said = in_one_line([str(item.get("role") or "")]) or "message"
            role = _MESSAGE_ROLES.get(said, said)
            found = _Kind("{said}", {"content": _parts}, role if role in ROLES else "other")
            item = {**item, "said": said.capitalize()}
        try:
            blocks: list[Block] = [
                *(_fields(found.shows, item) if found else _json(dict(item), item))
            ]
        except RecursionError:
            blocks = [Text("(nested too deeply to be shown)")]
        found = found or _Kind("Unknown item: {type}", {}, "other")
        title = _filled(found.title, {**item, "name": name})
        return Entry(title, found.role, _facts(item), blocks)


def _filled(title: str, item: Mapping[str, Any]) -> str:
    return in_one_line([re.sub(r"\{(\w+)\}", lambda f: str(item.get(f[1]) or ""), title)])


def _facts(item: Mapping[str, Any]) -> str:
    made, status = item.get("created_at"), item.get("status")
    if isinstance(made, int | float):
        with suppress(ValueError, OverflowError, OSError):
            made = f"{datetime.fromtimestamp(made, UTC):%Y-%m-%d %H:%M:%S} UTC"
    facts = (item.get("id"), made, item.get("phase"), None if status == "completed" else status)
    return in_one_line((str(fact) for fact in facts if fact is not None), " · ")

"""One item of each kind, as the service sends it: what the pages of the benchmarks are made of.

Written from the spec, with text of our own, and without randomness, so that two runs measure
the same bytes. One function a kind, with the ids and lengths of real traffic (340 to 900 bytes an
item). `KINDS` holds twenty types, messages in four shapes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import cycle, islice
from typing import Any

Json = dict[str, Any]

_SENTENCES = (
    "The parcel left the depot in Rotterdam on Tuesday and should arrive within three days.",
    "I compared both contracts, and the second one is cheaper once the yearly fee is counted.",
    "Water the seedlings in the morning, so that the leaves are dry before the evening.",
    "The error comes from line forty: the list is empty when the first request times out.",
    "There are two trains before noon; the later one needs no change and costs a little more.",
    "Please keep the summary under a page, and name the three people who have to sign it.",
    "In the third quarter sales in the north grew by a tenth, while the south stayed flat.",
)


def text(seed: int, sentences: int) -> str:
    """Return `sentences` sentences, the first one chosen by `seed`."""
    start = seed % len(_SENTENCES)
    return " ".join(islice(cycle(_SENTENCES), start, start + sentences))


def identifier(prefix: str, seed: int) -> str:
    """Make an id as long as one of OpenAI: a prefix and 48 hexadecimal digits."""
    return f"{prefix}_{seed * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 16**48:048x}"


def _call_id(seed: int) -> str:
    return f"call_{seed * 0x9E3779B97F4A7C15 % 16**24:024x}"


def user_message(seed: int) -> Json:
    return {
        "id": identifier("msg", seed),
        "type": "message",
        "status": "completed",
        "content": [{"type": "input_text", "text": text(seed, 4)}],
        "role": "user",
    }


def assistant_message(seed: int) -> Json:
    part = {"type": "output_text", "annotations": [], "logprobs": [], "text": text(seed, 6)}
    return {
        "id": identifier("msg", seed),
        "type": "message",
        "status": "completed",
        "content": [part],
        "role": "assistant",
    }


def cited_message(seed: int) -> Json:
    citation = {
        "type": "url_citation",
        "url": "https://example.org/reports/2026/third-quarter?section=north",
        "start_index": 0,
        "end_index": 84,
        "title": "Report on the third quarter",
    }
    message = assistant_message(seed)
    message["content"][0]["annotations"] = [citation]
    return message


def image_message(seed: int) -> Json:
    image = {
        "type": "input_image",
        "image_url": f"https://example.org/photos/{identifier('img', seed)}.jpg",
        "file_id": None,
        "detail": "auto",
    }
    message = user_message(seed)
    message["content"].append(image)
    return message


def reasoning(seed: int) -> Json:
    summary = [{"type": "summary_text", "text": text(seed + n, 2)} for n in range(2)]
    return {
        "id": identifier("rs", seed),
        "type": "reasoning",
        "summary": summary,
        "encrypted_content": identifier("gAAAA", seed) * 4,
    }


def function_call(seed: int) -> Json:
    arguments = {"order": seed, "city": "Rotterdam", "note": text(seed, 2), "express": True}
    return {
        "id": identifier("fc", seed),
        "type": "function_call",
        "status": "completed",
        "arguments": json.dumps(arguments),
        "call_id": _call_id(seed),
        "name": "track_parcel",
    }


def function_call_output(seed: int) -> Json:
    result = {"order": seed, "state": "on its way", "history": [text(seed, 1), text(seed + 1, 1)]}
    return {
        "id": identifier("fco", seed),
        "type": "function_call_output",
        "status": "completed",
        "call_id": _call_id(seed),
        "output": json.dumps(result),
    }


def file_search_call(seed: int) -> Json:
    def result(number: int) -> Json:
        return {
            "file_id": f"file-{identifier('f', number)[:26]}",
            "text": text(number, 2),
            "filename": "contract.pdf",
            "attributes": {"year": 2026, "signed": True},
            "score": 0.5 + number % 7 / 16,
        }

    return {
        "id": identifier("fs", seed),
        "type": "file_search_call",
        "status": "completed",
        "queries": ["yearly fee in both contracts"],
        "results": [result(seed), result(seed + 1)],
    }


def web_search_call(seed: int) -> Json:
    sources = [{"type": "url", "url": f"https://example.org/trains/{n}"} for n in range(4)]
    action = {"type": "search", "query": text(seed, 1), "queries": [text(seed, 1)]}
    return {
        "id": identifier("ws", seed),
        "type": "web_search_call",
        "status": "completed",
        "action": {**action, "sources": sources},
    }


def computer_call(seed: int) -> Json:
    return {
        "id": identifier("cu", seed),
        "type": "computer_call",
        "status": "completed",
        "call_id": _call_id(seed),
        "action": {"type": "click", "button": "left", "x": 310 + seed % 90, "y": 188},
        "pending_safety_checks": [
            {"id": identifier("cu_sc", seed), "code": "unknown_site", "message": text(seed, 2)}
        ],
    }


def computer_call_output(seed: int) -> Json:
    return {
        "id": identifier("cuo", seed),
        "type": "computer_call_output",
        "status": "completed",
        "call_id": _call_id(seed),
        "output": {
            "type": "computer_screenshot",
            "image_url": f"https://example.org/screens/{identifier('s', seed)}.png",
        },
        "acknowledged_safety_checks": [],
    }


def code_interpreter_call(seed: int) -> Json:
    return {
        "id": identifier("ci", seed),
        "type": "code_interpreter_call",
        "status": "completed",
        "container_id": identifier("cntr", seed),
        "code": "import csv\nrows = list(csv.reader(open('sales.csv')))\nprint(len(rows))\n" * 2,
        "outputs": [{"type": "logs", "logs": "4210\n4210\n" + text(seed, 1)}],
    }


def local_shell_call(seed: int) -> Json:
    return {
        "id": identifier("lsh", seed),
        "type": "local_shell_call",
        "status": "completed",
        "call_id": _call_id(seed),
        "action": {
            "type": "exec",
            "command": ["grep", "-rn", text(seed, 1), "reports/"],
            "timeout_ms": 10_000,
            "working_directory": "reports",
            "env": {"LANG": "C.UTF-8"},
        },
    }


def shell_call(seed: int) -> Json:
    commands = ["ls -la reports", "wc -l reports/*.csv", f"echo '{text(seed, 2)}'"]
    return {
        "id": identifier("sh", seed),
        "type": "shell_call",
        "status": "completed",
        "call_id": _call_id(seed),
        "action": {"commands": commands, "timeout_ms": 60_000, "max_output_length": 4096},
        "environment": {"type": "local"},
    }


def shell_call_output(seed: int) -> Json:
    def output(number: int) -> Json:
        outcome = {"type": "exit", "exit_code": 0}
        return {"stdout": text(number, 2) + "\n", "stderr": "", "outcome": outcome}

    return {
        "id": identifier("sho", seed),
        "type": "shell_call_output",
        "status": "completed",
        "call_id": _call_id(seed),
        "output": [output(seed), output(seed + 1)],
        "max_output_length": 4096,
    }


def apply_patch_call(seed: int) -> Json:
    diff = f"@@ -1,3 +1,3 @@\n-{text(seed, 1)}\n+{text(seed + 1, 1)}\n"
    return {
        "id": identifier("apc", seed),
        "type": "apply_patch_call",
        "status": "completed",
        "call_id": _call_id(seed),
        "operation": {"type": "update_file", "path": "docs/report.md", "diff": diff * 2},
    }


def mcp_list_tools(seed: int) -> Json:
    def tool(name: str) -> Json:
        schema = {"type": "object", "properties": {"query": {"type": "string"}}}
        return {"name": name, "description": text(seed, 1), "input_schema": schema}

    return {
        "id": identifier("mcpl", seed),
        "type": "mcp_list_tools",
        "server_label": "library",
        "tools": [tool("find_book"), tool("reserve_book")],
    }


def mcp_call(seed: int) -> Json:
    return {
        "id": identifier("mcp", seed),
        "type": "mcp_call",
        "status": "completed",
        "approval_request_id": None,
        "arguments": json.dumps({"query": text(seed, 1)}),
        "error": None,
        "name": "find_book",
        "output": text(seed, 3),
        "server_label": "library",
    }


def custom_tool_call(seed: int) -> Json:
    return {
        "id": identifier("ctc", seed),
        "type": "custom_tool_call",
        "call_id": _call_id(seed),
        "name": "write_note",
        "input": text(seed, 4),
    }


def custom_tool_call_output(seed: int) -> Json:
    return {
        "id": identifier("ctco", seed),
        "type": "custom_tool_call_output",
        "call_id": _call_id(seed),
        "output": [{"type": "input_text", "text": text(seed, 4)}],
    }


def image_generation_call(seed: int) -> Json:
    return {
        "id": identifier("ig", seed),
        "type": "image_generation_call",
        "status": "completed",
        "result": identifier("iVBORw0KGgo", seed) * 8,
    }


def tool_search_call(seed: int) -> Json:
    return {
        "id": identifier("tsc", seed),
        "type": "tool_search_call",
        "status": "completed",
        "call_id": None,
        "execution": "server",
        "arguments": {"queries": [text(seed, 1), text(seed + 1, 1)], "limit": 4},
    }


def mcp_approval_request(seed: int) -> Json:
    return {
        "id": identifier("mcpr", seed),
        "type": "mcp_approval_request",
        "server_label": "library",
        "name": "reserve_book",
        "arguments": json.dumps({"book": identifier("bk", seed), "note": text(seed, 3)}),
    }


KINDS: tuple[Callable[[int], Json], ...] = (
    user_message,
    assistant_message,
    cited_message,
    image_message,
    reasoning,
    function_call,
    function_call_output,
    file_search_call,
    web_search_call,
    computer_call,
    computer_call_output,
    code_interpreter_call,
    local_shell_call,
    shell_call,
    shell_call_output,
    apply_patch_call,
    mcp_list_tools,
    mcp_call,
    custom_tool_call,
    custom_tool_call_output,
    image_generation_call,
    tool_search_call,
    mcp_approval_request,
)

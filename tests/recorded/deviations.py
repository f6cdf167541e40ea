"""One small example of each way in which the service's responses differ from OpenAI's document.

Each is as the service sends it, with texts and names made up.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

PART: Json = {"type": "output_text", "text": "hey", "annotations": [], "logprobs": []}
MESSAGE: Json = {
    "type": "message",
    "id": "msg_1",
    "role": "assistant",
    "status": "completed",
    "content": [PART],
}
USAGE: Json = {
    "input_tokens": 3,
    "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
    "output_tokens": 2,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 5,
}
RESPONSE: Json = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1764000000,
    "status": "completed",
    "model": "m",
    "output": [MESSAGE],
    "error": None,
    "incomplete_details": None,
    "instructions": None,
    "parallel_tool_calls": True,
    "temperature": 1.0,
    "top_p": 1.0,
    "tool_choice": "auto",
    "tools": [],
    "metadata": {},
    "usage": USAGE,
}
MCP: Json = {"type": "mcp", "server_label": "notes", "server_url": "https://example.org/mcp"}
SETTINGS = ("temperature", "top_p", "tool_choice", "tools")


def _without(value: Json, *names: str) -> Json:
    return {name: held for name, held in value.items() if name not in names}


def _tools(**changes: Any) -> Json:
    return RESPONSE | {"tools": [MCP | changes]}


def _format(**changes: Any) -> Json:
    shape = {"type": "json_schema", "name": "n", "schema": {"type": "object"}, "strict": True}
    return RESPONSE | {"text": {"format": shape | changes, "verbosity": "medium"}}


def _usage(details: Json) -> Json:
    return RESPONSE | {"usage": USAGE | {"input_tokens_details": details}}


def _event(kind: str, **fields: Any) -> Json:
    return {"type": f"response.{kind}", "sequence_number": 1, **fields}


def _text(kind: str, **fields: Any) -> Json:
    return _event(kind, item_id="msg_1", output_index=0, content_index=0, **fields)


#: Responses, by what is odd about them.
RESPONSES: dict[str, Json] = {
    "user null": RESPONSE | {"user": None},
    "usage null": RESPONSE | {"usage": None},
    "no cache_write_tokens": _usage({"cached_tokens": 0}),
    "no logprobs": RESPONSE | {"output": [MESSAGE | {"content": [_without(PART, "logprobs")]}]},
    "status complete": _without(RESPONSE, *SETTINGS) | {"status": "complete"},
    "description null": _format(description=None),
    "server_description null": _tools(server_description=None),
    "server_url null": _tools(server_url=None, connector_id="connector_gmail"),
    "approval filter null": _tools(require_approval={"never": None, "always": {}}),
    "more than is declared": RESPONSE
    | {"store": True, "billing": {"payer": "developer"}, "frequency_penalty": 0.0},
}
#: Events, by what is odd about them.
EVENTS: dict[str, Json] = {
    "no sequence_number": _without(_event("created", response=RESPONSE), "sequence_number"),
    "no name": _event(
        "function_call_arguments.done", item_id="fc_1", output_index=0, arguments="{}"
    ),
    "delta without logprobs": _text("output_text.delta", delta="he"),
    "text without logprobs": _text("output_text.done", text="hey"),
    "part without logprobs": _text("content_part.added", part=_without(PART, "logprobs")),
    "search without action": _event(
        "output_item.added",
        output_index=0,
        item={"type": "web_search_call", "id": "ws_1", "status": "in_progress"},
    ),
    "image without result": _event(
        "output_item.added",
        output_index=0,
        item={"type": "image_generation_call", "id": "ig_1", "status": "in_progress"},
    ),
    "diff of a patch": _event(
        "apply_patch_call_operation_diff.delta",
        item_id="apc_1",
        output_index=0,
        delta="+",
        obfuscation="x",
    ),
    "usage null while in progress": _event("in_progress", response=RESPONSE | {"usage": None}),
}
#: Items of a page, by what is odd about them.
ITEMS: dict[str, Json] = {
    "approval without request_id": {
        "type": "mcp_approval_response",
        "id": "mcprr_1",
        "approval_request_id": "mcpr_1",
        "approve": True,
        "reason": None,
    },
    "image with more fields": {
        "type": "image_generation_call",
        "id": "ig_1",
        "status": "completed",
        "result": "aGk=",
        "revised_prompt": "a cat",
        "size": "1024x1024",
    },
}

"""The ids of things: their prefixes, how new ones are made, and which ones are accepted.

A new id is a prefix and 48 hexadecimal digits, as in OpenAI's service. The first eleven digits are
the time in milliseconds, so that ids of one process sort roughly by age.
"""

from __future__ import annotations

import os
import re
import time

#: The prefix of an item's id, by the item's `type`.
PREFIXES = {
    "message": "msg", "function_call": "fc", "function_call_output": "fco",
    "file_search_call": "fs", "web_search_call": "ws", "image_generation_call": "ig",
    "computer_call": "cu", "computer_call_output": "cuo", "tool_search_call": "tsc",
    "tool_search_output": "tso", "additional_tools": "at", "reasoning": "rs", "program": "prog",
    "program_output": "progo", "compaction": "cmp", "code_interpreter_call": "ci",
    "local_shell_call": "lsh", "local_shell_call_output": "lsho", "shell_call": "sh",
    "shell_call_output": "sho", "apply_patch_call": "apc", "apply_patch_call_output": "apco",
    "mcp_list_tools": "mcpl", "mcp_approval_request": "mcpr", "mcp_approval_response": "mcpa",
    "mcp_call": "mcp", "custom_tool_call": "ctc", "custom_tool_call_output": "ctco",
}  # fmt: skip

_VALID = re.compile(r"[A-Za-z0-9_-]{1,128}")


def new_id(prefix: str) -> str:
    """Return a new id with this prefix: `conv_…`."""
    return f"{prefix}_{time.time_ns() // 1_000_000:011x}{os.urandom(19).hex()[:37]}"


def new_item_id(type: str) -> str:
    """Return a new id for an item of this type; the prefix of other types is `item_`."""
    return new_id(PREFIXES.get(type, "item"))


def is_valid_id(id: str) -> bool:
    """Return whether an id can be stored: letters, digits, `_` and `-`, at most 128 of them."""
    return _VALID.fullmatch(id) is not None

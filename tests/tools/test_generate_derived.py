"""What the written package knows of the document follows it: no list of its own is left behind."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from ..document import document
from . import grown

Json = dict[str, Any]
TEXT: Json = {"type": "string"}


def fields(spec: Json, name: str) -> Json:
    """Return the schema with the fields of a component, the last part where it has several."""
    schema: Json = spec["components"]["schemas"][name]
    return schema["allOf"][-1] if "allOf" in schema else schema


def operation(spec: Json, operation_id: str) -> Json:
    """Return an operation."""
    every = (one for path in spec["paths"].values() for one in path.values())
    found: Json = next(one for one in every if one.get("operationId") == operation_id)
    return found


# What of an item that came out does not go in again -------------------------------------------


def comes_out(spec: Json) -> None:
    """Let more come out: a field of an item, one deep down, a value, a field of a message."""
    fields(spec, "FunctionToolCallResource")["properties"]["cost"] = TEXT
    fields(spec, "FunctionShellCallOutputExitOutcome")["properties"]["signal"] = TEXT
    fields(spec, "FunctionCallOutputStatusEnum")["enum"].append("lost")
    fields(spec, "Message")["properties"]["mood"] = TEXT


def goes_in(spec: Json) -> None:
    """Let more go in: a field of an item, a field and a role of one form of a message."""
    fields(spec, "FunctionShellCallItemParam")["properties"]["created_by"] = TEXT
    fields(spec, "InputMessage")["properties"]["id"] = TEXT
    fields(spec, "InputMessage")["properties"]["role"]["enum"].append("critic")


CALL = {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}
EXIT = {"type": "exit", "exit_code": 0}
RAN = {"stdout": "", "stderr": "", "outcome": EXIT}
SHELL_OUTPUT = {"type": "shell_call_output", "call_id": "c", "output": [RAN]}
FOUND = {"type": "tool_search_output", "tools": []}
SHELL = {"type": "shell_call", "call_id": "c", "action": {"commands": ["ls"]}}
HI = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]}
STORED = {"id": "msg_1", "status": "completed"}
NEWER = {"of_a_newer_service": None}

#: For each change what came out, and what of it goes in.
ITEMS: list[tuple[Any, list[tuple[Json, Json]]]] = [
    (
        comes_out,
        [
            ({**CALL, **NEWER, "cost": "1"}, {**CALL, **NEWER}),
            (
                {**SHELL_OUTPUT, "output": [{**RAN, "outcome": {**EXIT, **NEWER, "signal": "9"}}]},
                {**SHELL_OUTPUT, "output": [{**RAN, "outcome": {**EXIT, **NEWER}}]},
            ),
            ({**FOUND, "status": "lost"}, FOUND),
            ({**FOUND, "status": "newer"}, {**FOUND, "status": "newer"}),
            ({**HI, **STORED, "mood": "good"}, {**HI, "status": "completed"}),
            ({**HI, "role": "critic", **STORED}, {**HI, "role": "critic", **STORED}),
        ],
    ),
    (
        goes_in,
        [
            ({**SHELL, "created_by": "u"}, {**SHELL, "created_by": "u"}),
            ({**CALL, "created_by": "u"}, CALL),
            ({**HI, **STORED, "phase": None}, {**HI, **STORED}),
            ({**HI, "role": "critic", **STORED}, {**HI, "role": "critic", **STORED}),
        ],
    ),
]
NARROW = """
import json
from openai_conversations._request.input_items import to_input_items
print(json.dumps(to_input_items(json.loads({given!r}))))
"""


@pytest.mark.parametrize(("change", "cases"), ITEMS, ids=["comes out", "goes in"])
def test_an_item_goes_in_as_the_document_has_it(tmp_path: Path, change: Any, cases: Any) -> None:
    spec = copy.deepcopy(document())
    change(spec)
    given, wanted = zip(*cases, strict=True)
    program = NARROW.format(given=json.dumps(given))
    assert json.loads(grown.run(grown.generated(tmp_path, spec), program)) == [*wanted]


# What is required ------------------------------------------------------------------------------


def required(spec: Json) -> None:
    """Let parameters be required that were not or were not there, one be optional, and one go."""
    create = fields(spec, "CreateResponse")
    create["properties"]["verdict"] = TEXT
    create["required"] = [*create.get("required", ()), "model", "verdict"]
    add = operation(spec, "createConversationItems")
    add["parameters"] = [one for one in add["parameters"] if one["name"] != "include[]"]
    add["parameters"].append({"name": "dry_run", "in": "query", "required": True, "schema": TEXT})
    items = add["requestBody"]["content"]["application/json"]["schema"]
    items["properties"]["label"] = TEXT
    items["required"] = [*items["required"], "label"]
    fields(spec, "UpdateConversationBody")["required"].remove("metadata")


#: A call, and the keyword that is missing in it, or that is not known; "" where all is well.
CALLS = {
    'client.conversations.update("c")': "",
    'client.conversations.items.append("c", [], dry_run="no", label="l")': "",
    'client.conversations.items.append("c", [], dry_run="no")': "label",
    'client.conversations.items.append("c", [], label="l")': "dry_run",
    'client.conversations.items.append("c", [], dry_run="no", label="l", include=["a"])': "include",
    'client.conversations.items.create("c", items=[], label="l")': "dry_run",
    'client.responses.create(model="m", verdict="v")': "",
    'client.responses.create(verdict="v")': "model",
    'client.responses.stream(model="m", verdict="v")': "",
    'client.responses.stream(model="m").__enter__()': "verdict",
}
CLIENT = """
import httpx
from openai_conversations import Client

BODY = {"object": "list", "id": "c", "created_at": 1, "metadata": {}, "data": []}
transport = httpx.MockTransport(lambda request: httpx.Response(200, json=BODY))
client = Client(api_key="k", http_client=httpx.Client(transport=transport))
"""
TRIED = """
from openai_conversations import InvalidArgumentError
for call in {calls!r}:
    try:
        eval(call)
        print()
    except InvalidArgumentError as error:
        print(error.argument)
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with the package whose parameters are required, or are not."""
    spec = copy.deepcopy(document())
    required(spec)
    return grown.generated(tmp_path_factory.mktemp("required"), spec)


def test_what_is_required_is_so_at_run_time(made: Path) -> None:
    said = grown.run(made, CLIENT + TRIED.format(calls=[*CALLS]))
    assert said.splitlines() == [*CALLS.values()]


@pytest.mark.parametrize("check", [grown.mypy, grown.pyright])
def test_what_is_required_is_so_for_type_checkers(made: Path, check: Any) -> None:
    caller = made / f"{check.__name__}_caller.py"
    caller.write_text(CLIENT + "\n".join(CALLS), encoding="utf-8")
    said = check(made, caller).splitlines()
    for number, name in enumerate(CALLS.values(), CLIENT.count("\n") + 1):
        found = [line for line in said if f"{caller.name}:{number}:" in line]
        assert bool(found) is bool(name), said

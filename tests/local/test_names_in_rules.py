"""The names that local mode's rules write down, each of which the OpenAPI document has.

A rule says what no document does: what the service fills in, in which order events come. Where a
document no longer has a name, the rest goes on, and this says which line has nothing to do.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openai_conversations import local
from openai_conversations.local.response_fields import UNDOCUMENTED

from tests.local.changed_document import CARRIED, Json, objects, properties, response

FOLDER = Path(local.__file__).parent
RULES = (
    "conversations", "ids", "item_schemas", "model", "output_events", "response_fields",
    "response_plan", "response_run", "responses", "service", "stored_items", "tokens",
)  # fmt: skip
#: A name that cannot be a word of a sentence.
NAME = re.compile(r"[a-z]+([A-Z]\w*|[_.]\w+)+")
#: The errors of the service, as recorded, an argument of `LocalService`, and the fields of a model,
#: whose list the document does not have.
OWN = UNDOCUMENTED | {
    "invalid_request_error", "rate_limit_error", "response_cancelled", "invalid_api_key",
    "mutually_exclusive_parameters", "previous_response_not_found", "max_body",
    "owned_by", "created",
}  # fmt: skip


def names(spec: Json) -> set[str]:
    """Return the names that a document has: of operations, parameters and fields, and values."""
    found: set[str] = set()
    for one in objects(spec):
        found.update(one.get("properties", {}))
        values = [*one.get("enum", ()), *(one.get(n) for n in ("const", "operationId", "name"))]
        found.update(value for value in values if isinstance(value, str))
    # Of an event, also what stands before its last word.
    return found | {name.rpartition(".")[0] for name in found}


def written(source: str) -> Iterator[tuple[str, int]]:
    """Yield the names that a module writes down, each with its line."""
    for node in ast.walk(ast.parse(source)):
        inner: list[Any] = []
        if isinstance(node, ast.Constant) and NAME.fullmatch(str(node.value)):
            inner = [node]
        elif isinstance(node, ast.Dict):
            inner = [*node.keys]
        elif isinstance(node, ast.Subscript):
            inner = [node.slice]
        for one in inner:
            if isinstance(one, ast.Constant) and isinstance(one.value, str):
                yield one.value, one.lineno


def gone(spec: Json) -> list[str]:
    """Return the places in the rules that write down what a document does not have."""
    known = names(spec) | OWN
    return sorted(
        f"local/{module}.py:{line}: {name!r}"
        for module in RULES
        for name, line in set(written((FOLDER / f"{module}.py").read_text("utf-8")))
        if name not in known
    )


def test_the_document_has_every_name_that_a_rule_writes_down() -> None:
    assert gone(CARRIED) == []
    shape = response(CARRIED, "createResponse")
    declared = [name for fields in properties(CARRIED, shape) for name in fields]
    assert UNDOCUMENTED.isdisjoint(declared), (
        "take it from UNDOCUMENTED in local/response_fields.py"
    )


def test_a_name_that_is_gone_is_found_with_its_line() -> None:
    spec = copy.deepcopy(CARRIED)
    for one in objects(spec):
        one.get("properties", {}).pop("max_output_length", None)
    lines = (FOLDER / "stored_items.py").read_text("utf-8").splitlines()
    number = next(n for n, line in enumerate(lines, 1) if "max_output_length" in line)
    assert gone(spec) == [f"local/stored_items.py:{number}: 'max_output_length'"]

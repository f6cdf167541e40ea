"""Print, as a table, what the types of the installed openai package have and the document lacks."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
from openai.types import conversations as c
from openai.types import responses as r
from openai.types.conversations import conversation_create_params, item_create_params
from openai.types.responses import (
    input_token_count_params,
    response_compact_params,
    response_create_params,
)
from pydantic import TypeAdapter

from tools.behind.shapes import TAG, Document, Kind, Schema, Shape

DOCUMENT = Path(__file__).parents[2] / "overlays/openai_conversations/_schema/openapi.json"
BODIES = {
    "createResponse": response_create_params.ResponseCreateParamsNonStreaming,
    "compactConversation": response_compact_params.ResponseCompactParams,
    "getInputTokenCounts": input_token_count_params.InputTokenCountParams,
    "createConversation": conversation_create_params.ConversationCreateParams,
    "createConversationItems": item_create_params.ItemCreateParams,
}
RESPONSES = {
    "createResponse": r.Response,
    "compactConversation": r.CompactedResponse,
    "getInputTokenCounts": r.input_token_count_response.InputTokenCountResponse,
    "listInputItems": r.ResponseItemList,
    "createConversation": c.Conversation,
    "deleteConversation": c.ConversationDeletedResource,
    "createConversationItems": c.ConversationItemList,
}
#: Made by the client, or sent in the query: no response and no body has them.
OWN = {"output_text", "parsed", "parsed_arguments", "include"}
Row = tuple[str, str, str]


class Comparison:
    """Goes through both documents at once, each pair of places once.

    `null_is_absent` as in responses: there a field that may be absent may be null, and the reverse.
    """

    def __init__(self, theirs: Document, ours: Document, *, null_is_absent: bool) -> None:
        self.theirs, self.ours, self.null_is_absent = theirs, ours, null_is_absent
        self.seen: set[tuple[object, ...]] = set()

    def rows(self, theirs: list[Schema], ours: list[Schema], place: str) -> Iterator[Row]:
        """Yield place, sort and detail of each thing that `theirs` allows and `ours` does not."""
        pair = (*map(id, map(self.theirs.resolve, theirs)), *map(id, map(self.ours.resolve, ours)))
        if pair in self.seen:
            return
        self.seen.add(pair)
        mine, other = self.ours.shape(ours), self.theirs.shape(theirs)
        if not mine.types and not mine.objects:
            return  # anything
        if not place.endswith(f".{TAG}"):
            yield from self._plain(mine, other, place)
        if other.items and mine.items:
            yield from self.rows(other.items, mine.items, f"{place}[]")
        for kind in other.objects:
            yield from self._object(kind, mine.objects, place)

    def _plain(self, mine: Shape, other: Shape, place: str) -> Iterator[Row]:
        wider = mine.types | ({"integer"} if "number" in mine.types else set())
        for name in sorted(other.types - wider):
            yield place, "null" if name == "null" else "JSON type", name
        for text in () if mine.open else sorted(other.texts - mine.texts):
            yield place, "value", text

    def _object(self, kind: Kind, mine: list[Kind], place: str) -> Iterator[Row]:
        if kind.tags:
            place = "|".join(sorted(kind.tags))
            if missing := kind.tags - {tag for one in mine for tag in one.tags} - {""}:
                if any(one.tags for one in mine):
                    yield place, "kind", ", ".join(sorted(missing))
                return
            mine = [one for one in mine if one.tags & kind.tags]
        if not mine:
            return  # a dictionary
        for name, schemas in kind.fields.items():
            ours = [schema for one in mine for schema in one.fields.get(name, ())]
            if ours:
                within = self.rows(schemas, ours, f"{place}.{name}")
                may_be_null = self.null_is_absent and any(name not in one.required for one in mine)
                at = (f"{place}.{name}", "null", "null")
                yield from (row for row in within if not may_be_null or row != at)
            elif name not in OWN:
                yield place, "field", name
        for name in sorted(set.intersection(*(one.required for one in mine)) - kind.required):
            ours = [schema for one in mine for schema in one.fields.get(name, ())]
            if not (self.null_is_absent and "null" in self.ours.shape(ours).types):
                yield place, "may be absent", name


def pairs(document: Document) -> Iterator[tuple[str, Any, Schema, bool]]:
    """Yield title, class of openai and schema of each body and response."""
    for path in document.root["paths"].values():
        for operation in path.values():
            name = operation["operationId"]
            if name in BODIES:
                content = document.resolve(operation["requestBody"])["content"]
                yield name, BODIES[name], content["application/json"]["schema"], True
            content = document.resolve(operation["responses"]["200"]).get("content", {})
            if name in RESPONSES:
                yield f"{name}: 200", RESPONSES[name], content["application/json"]["schema"], False
            if name == "createResponse":
                schema = content["text/event-stream"]["schema"]
                yield f"{name}: event", r.ResponseStreamEvent, schema, False


def main() -> None:
    """Print the table; exit 1 where it has lines."""
    warnings.simplefilter("ignore")
    document = Document(json.loads(DOCUMENT.read_text("utf-8")))
    rows: dict[Row, str] = {}
    for title, types, schema, sent in pairs(document):
        theirs: Any = TypeAdapter(types).json_schema(
            mode="validation", ref_template="#/$defs/{model}"
        )
        comparison = Comparison(Document(theirs), document, null_is_absent=not sent)
        way = "request" if sent else "response"
        for row in comparison.rows([theirs], [schema], title):
            rows.setdefault(row, way)
    print(f"openai {openai.__version__} has, and the document has not: {len(rows)}\n")
    print("| place | what | | in a |\n|---|---|---|---|")
    for (place, sort, detail), way in sorted(rows.items()):
        print(f"| {place} | {sort} | {detail} | {way} |")
    sys.exit(bool(rows))


if __name__ == "__main__":
    main()

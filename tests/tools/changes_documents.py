"""Tiny documents for the tests of the change report, and a way to read what it says."""

from typing import Any

from tools.changes import compare

Json = dict[str, Any]
STRING: Json = {"type": "string"}
NULL: Json = {"type": "null"}


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def thing(kind: str, **fields: Json) -> Json:
    """Return an object that says what it is."""
    properties = {"type": {"type": "string", "enum": [kind]}, **fields}
    return {"type": "object", "properties": properties, "required": ["type"]}


def document(sent: Json | None = None, got: Json | None = None, **schemas: Json) -> Json:
    """Return one operation, `call`, that sends the schema Sent and receives the schema Got."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "paths": {
            "/calls/{id}": {
                "post": {
                    "operationId": "call",
                    "tags": ["Calls"],
                    "parameters": [
                        {"in": "path", "name": "id", "required": True, "schema": STRING}
                    ],
                    "requestBody": {
                        "required": True,
                        "content": {"application/json": {"schema": ref("Sent")}},
                    },
                    "responses": {
                        "200": {
                            "description": "OK",
                            "content": {"application/json": {"schema": ref("Got")}},
                        }
                    },
                }
            }
        },
        "components": {"schemas": {"Sent": sent or STRING, "Got": got or STRING, **schemas}},
    }


def fields(required: tuple[str, ...] = (), **properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(required)}


def report(old: Json, new: Json) -> str:
    """Return the report for people."""
    return compare(old, new).markdown()


def verdicts(old: Json, new: Json) -> dict[str, str]:
    """Return each change of the report, and the heading it stands under: `breaks` or `harmless`."""
    found: dict[str, str] = {}
    heading = ""
    for line in report(old, new).splitlines():
        if line.startswith("## "):
            heading = {"B": "breaks", "D": "harmless"}.get(line[3], "")
        elif line.startswith("- ") and heading:
            found[line.removeprefix("- ").split(" (in ")[0]] = heading
    return found

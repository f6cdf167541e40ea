"""The trimmed document as the tests see it: read once, references followed, unions opened.

The tests derive what they expect from `spec/openapi.yaml` itself, never from the generated code,
and never from lists written by hand, so that a new document brings its own tests.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
SPEC = ROOT / "spec" / "openapi.yaml"

Schema = dict[str, Any]


# As JSON, by the hash of the YAML: reading that takes two seconds in each process.
CACHE = ROOT / ".pytest_cache" / "openapi"


@cache
def document() -> Schema:
    """Return the whole document."""
    source = SPEC.read_bytes()
    kept = CACHE / f"{hashlib.sha256(source).hexdigest()}.json"
    if not kept.is_file():
        text = json.dumps(YAML(typ="safe").load(source))
        CACHE.mkdir(parents=True, exist_ok=True)
        # Renamed into its place: another process may be reading it.
        with NamedTemporaryFile("w", dir=CACHE, delete=False, encoding="utf-8") as file:
            file.write(text)
        Path(file.name).replace(kept)
    loaded: Schema = json.loads(kept.read_text("utf-8"))
    return loaded


def schemas() -> dict[str, Schema]:
    """Return every component schema by its name."""
    found: dict[str, Schema] = document()["components"]["schemas"]
    return found


def operations() -> Iterator[tuple[str, str, Schema]]:
    """Path, method and operation of each operation."""
    for path, entry in document()["paths"].items():
        for method, operation in entry.items():
            if isinstance(operation, dict) and "operationId" in operation:
                yield path, method, operation


def name_of(schema: Schema) -> str | None:
    """Return the name behind a `$ref`; None for a schema that is written in place."""
    return schema["$ref"].rpartition("/")[2] if "$ref" in schema else None


def resolve(schema: Schema) -> Schema:
    """Return the schema itself, once every `$ref` in front of it has been followed."""
    while name := name_of(schema):
        schema = schemas()[name]
    return schema


def alternatives(schema: Schema) -> list[Schema]:
    """Return the members of a `oneOf` or `anyOf`; empty for anything else."""
    schema = resolve(schema)
    return [*schema.get("oneOf", ()), *schema.get("anyOf", ())]


def is_object(schema: Schema) -> bool:
    """Tell whether the schema has fields of its own, so that it becomes a class."""
    schema = resolve(schema)
    if "allOf" in schema:
        return any(is_object(part) for part in schema["allOf"])
    return bool(schema.get("properties"))


def fields(schema: Schema) -> tuple[dict[str, Schema], list[str]]:
    """Return the properties of an object schema and the required names, `allOf` joined."""
    schema = resolve(schema)
    properties: dict[str, Schema] = {}
    required: list[str] = []
    for part in schema.get("allOf", ()):
        more, names = fields(part)
        properties |= more
        required += names
    properties |= schema.get("properties", {})
    required += schema.get("required", ())
    return properties, list(dict.fromkeys(required))


def members(schema: Schema) -> Iterator[Schema]:
    """Yield the object schemas that a union can become, unions within it opened, as references."""
    for member in alternatives(schema):
        if alternatives(member):
            yield from members(member)
        elif is_object(member):
            yield member


def tags(member: Schema) -> list[str]:
    """Return the values of `type` that mean `member`; none when it has no `type`, or any."""
    kind = resolve(fields(member)[0].get("type", {}))
    kinds = [kind, *map(resolve, alternatives(kind))]
    return [tag for kind in kinds for tag in kind.get("enum", ())]


def variants(schema: Schema) -> dict[str, list[Schema]]:
    """Return, for a union that `type` tells apart, its values and the members that share each.

    Empty for everything else: not a union, a single object beside null or a string, or members
    without a `type`.
    """
    table: dict[str, list[Schema]] = {}
    found = list(members(schema))
    for member in found:
        for tag in tags(member):
            table.setdefault(tag, []).append(member)
    return table if len(found) > 1 and all(map(tags, found)) else {}


def object_schemas() -> list[str]:
    """Return the names of the component schemas that become classes."""
    return [name for name, schema in schemas().items() if is_object(schema)]


def python_name(name: str) -> str:
    """Return the name that the component schema `name` has in the generated package.

    That is its name, without a number of upstream's.
    """
    plain = name.replace("-", "")
    bare = re.sub(r"(?<=[a-z])\d$", "", plain)
    return plain if bare in schemas() else bare

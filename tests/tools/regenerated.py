"""The project as `make spec` and `make generate` would leave it after one change of upstream's.

A change is a function that edits a copy of spec/openapi.yaml as upstream would write it: names of
schemas are upstream's, and `spec/names.yaml` is applied after it.
"""

import copy
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tools.changes.document import Document
from tools.generate.build import SCHEMA, build
from tools.openapi_spec.names import name_schemas, read_names
from tools.unasync import translate

from ..document import document
from .tiny import ROOT, root

Json = dict[str, Any]
Change = Callable[[Json], Json | None]
OVERLAY = "openai_conversations"


def changed(change: Change) -> Json:
    """Return the project's document after a change, with the names of `spec/names.yaml`."""
    whole = copy.deepcopy(document())
    return name_schemas(change(whole) or whole, read_names(ROOT / "spec" / "names.yaml"))[0]


def project(folder: Path, spec: Json, edits: Iterable[tuple[str, str, str]] = ()) -> Path:
    """Make both packages of `spec`, and return the folder they are in.

    The written one is as it is, but for `edits`: a file, a line in it, and text to put before it.
    """
    config = (ROOT / "generator-config.yaml").read_text(encoding="utf-8")
    made = folder / "made"
    build(root(folder / "root", spec, config), made)
    shutil.copytree(ROOT / "overlays" / OVERLAY, made / OVERLAY)  # and what Python compiled of it
    shutil.move(made / SCHEMA, made / OVERLAY / "_schema" / SCHEMA)
    for name, before, text in edits:
        path = made / OVERLAY / name
        source = path.read_text("utf-8")
        assert source.count(f"\n{before}") == 1, before
        source = source.replace(f"\n{before}", f"\n{text.removeprefix(chr(10))}{before}")
        path.write_text(source, encoding="utf-8")
        if path.parent.name == "_async":
            translated = translate(source, f"_async/{path.name}")
            (made / OVERLAY / "_sync" / path.name).write_text(translated, encoding="utf-8")
    return made


# Parts of a document --------------------------------------------------------------------------


def schema(spec: Json, name: str) -> Json:
    """Return a component, the last part of its `allOf` where it has one."""
    found: Json = spec["components"]["schemas"][name]
    return found["allOf"][-1] if "allOf" in found else found


def operation(spec: Json, operation_id: str) -> Json:
    """Return an operation."""
    items = (item for path in spec["paths"].values() for item in path.values())
    return next(one for one in items if one.get("operationId") == operation_id)


def body(spec: Json, operation_id: str) -> Json:
    """Return the schema of the body of an operation."""
    found: Json = operation(spec, operation_id)["requestBody"]["content"]["application/json"]
    held = found["schema"]
    return schema(spec, held["$ref"].rpartition("/")[2]) if "$ref" in held else held


def reference(name: str) -> Json:
    """Return a reference to a component schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def kind(spec: Json, name: str, value: str, unions: list[str], **fields: Json) -> None:
    """Add an object that is told by its `type`, as a member of unions."""
    properties = {"type": {"type": "string", "enum": [value]}, **fields}
    required = [one for one in properties if one != "note"]
    spec["components"]["schemas"][name] = {
        "type": "object",
        "properties": properties,
        "required": required,
    }
    for union in unions:
        held = schema(spec, union)
        held[next(key for key in ("oneOf", "anyOf") if key in held)].append(reference(name))


# Five forms of a rename -----------------------------------------------------------------------


def renamed(spec: Json, *names: str, to: Callable[[str], str]) -> Json:
    """Return the document with other names for some schemas, or for all."""
    moved = {name: to(name) for name in names or spec["components"]["schemas"]}

    def change(value: Any) -> Any:
        if isinstance(value, list):
            return [change(one) for one in value]
        if not isinstance(value, dict):
            return value
        result = {key: change(one) for key, one in value.items()}
        if isinstance(ref := value.get("$ref"), str):
            head, _, name = ref.rpartition("/")
            result["$ref"] = f"{head}/{moved.get(name, name)}"
        return result

    result: Json = change(spec)
    schemas = result["components"]["schemas"]
    result["components"]["schemas"] = {moved.get(n, n): held for n, held in schemas.items()}
    return result


def inlined(spec: Json, name: str) -> Json:
    """Return the document with a schema written out wherever it is referred to."""
    whole = spec["components"]["schemas"].pop(name)

    def change(value: Any) -> Any:
        if isinstance(value, list):
            return [change(one) for one in value]
        if not isinstance(value, dict):
            return value
        if value.get("$ref") == reference(name)["$ref"]:
            return {**copy.deepcopy(whole), **{k: v for k, v in value.items() if k != "$ref"}}
        return {key: change(one) for key, one in value.items()}

    result: Json = change(spec)
    return result


def aliased(spec: Json, name: str, other: str) -> None:
    """Move a schema, and leave under its name nothing but a reference to it."""
    schemas = spec["components"]["schemas"]
    schemas[other] = schemas[name]
    schemas[name] = reference(other)


def split(spec: Json, name: str) -> Json:
    """Return the document with a schema as it is sent and as it comes, each under its own name."""
    sides = Document(spec).sides
    forms = {form: f"{name}{form}Side" for form in ("Input", "Output")}

    def change(value: Any, form: str) -> Any:
        if isinstance(value, list):
            return [change(one, form) for one in value]
        if not isinstance(value, dict):
            return value
        if value.get("$ref") == reference(name)["$ref"]:
            return {**value, **reference(forms[form])}
        turns = {"responses": "Output", "requestBody": "Input"}
        return {key: change(one, turns.get(key, form)) for key, one in value.items()}

    schemas = spec["components"]["schemas"]
    held = {
        one: change(whole, "Input" if "requests" in sides.get(one, ()) else "Output")
        for one, whole in schemas.items()
        if one != name
    }
    held |= {forms[form]: change(schemas[name], form) for form in forms}
    rest = change({**spec, "components": {**spec["components"], "schemas": {}}}, "Input")
    return {**rest, "components": {**rest["components"], "schemas": held}}

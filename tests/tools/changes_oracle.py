"""Who breaks, decided by values: a second opinion on the change report, with none of its code.

Both documents are flattened into what each operation accepts and what it returns, as plain JSON
Schema. Values are made up for one document and checked, with jsonschema, against the other: senders
break where a value that was accepted no longer is, readers where a value is returned that a
tolerant reader of the old document refuses, or where a field never comes any more. A tolerant
reader takes unknown fields, enum values and tagged objects, null for a missing value, and values of
any size; it does not take any string at all where a set of values was declared.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

from jsonschema import Draft202012Validator

Json = dict[str, Any]
Path = tuple[str, ...]
ANY = "any"  # stands for all strings
_BOUNDS = {"minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "pattern"}
_BOUNDS |= {"format", "multipleOf", "exclusiveMinimum", "exclusiveMaximum", "uniqueItems"}
_SAMPLES: Json = {
    "string": ["x" * 4, "", "x" * 8, "x" * 9, ANY],
    "integer": [3, 0, 1, 2, 4],
    "number": [3, 0, 1, 2, 4, 1.5],
    "boolean": [True],
    "null": [None],
}
_DEEPEST = 1


def breaks(old: Json, new: Json) -> set[str]:
    """Return which of requests and responses break from one document to the other."""
    found: set[str] = set()
    after = {name: (sent, got) for name, sent, got in _operations(new)}
    for name, sent, got in _operations(old):
        if name not in after:
            return {"requests", "responses"}
        now_sent, now_got = after[name]
        if not all(map(_taken(_closed(now_sent)), _values(sent))):
            found.add("requests")
        values = list(_values(now_got))
        before, now = ({p for v in side for p in _paths(v)} for side in (_values(got), values))
        lost = any(path[:-1] in now and path[-1][:1] not in "[<" for path in before - now)
        if lost or not all(map(_taken(_tolerant(got)), values)):
            found.add("responses")
    return found


def _operations(document: Json) -> Iterator[tuple[str, Json, Json]]:
    """Yield the name of each operation, what it accepts and what it returns, written out."""
    parts = partial(_plain, document["components"]["schemas"])
    for item in document["paths"].values():
        for one in item.values():
            accepted = _object(
                (f"{p['in']} {p['name']}", parts(p["schema"]), p.get("required", False))
                for p in one.get("parameters", ())
            )
            if body := one.get("requestBody"):
                accepted["properties"]["body"] = _content(parts, body)
                accepted["required"] += ["body"] * body.get("required", False)
            returned = [
                _object([(status, _content(parts, response), True)])
                for status, response in one.get("responses", {}).items()
                if status.startswith("2")
            ]
            yield one["operationId"], accepted, {"anyOf": returned}


def _object(fields: Any) -> Json:
    found = list(fields)
    return {
        "type": "object",
        "properties": {name: schema for name, schema, _ in found},
        "required": [name for name, _, needed in found if needed],
        "additionalProperties": False,
    }


def _content(parts: Any, holder: Json) -> Json:
    kinds = holder.get("content", {}).items()
    return _object((mime, parts(media["schema"]), False) for mime, media in kinds)


def _plain(schemas: Json, schema: Any, depth: int = 0) -> Json:
    """Write references out, a few levels deep, merge `allOf`, and make every union an `anyOf`."""
    plain = partial(_plain, schemas)
    if isinstance(schema, bool):
        return {} if schema else {"not": {}}
    whole = {key: value for key, value in schema.items() if key not in ("allOf", "$ref", "const")}
    if "const" in schema:
        whole["enum"] = [schema["const"]]
    parts = [*schema.get("allOf", ())]
    if "$ref" in schema:
        if depth > _DEEPEST:
            return _object([(schema["$ref"], {"enum": ["deeper"]}, True)])
        parts.append(schemas[schema["$ref"].rpartition("/")[2]])
        depth += 1
    if isinstance(whole.get("type"), list):
        rest = {key: value for key, value in whole.items() if key != "type"}
        whole = {"anyOf": [{**rest, "type": kind} for kind in whole["type"]]}
    members = [plain(m, depth) for key in ("anyOf", "oneOf") for m in whole.pop(key, ())]
    if members:
        whole["anyOf"] = [inner for m in members for inner in m.get("anyOf", [m])]
    for key in ("items", "additionalProperties"):
        if isinstance(whole.get(key), dict):
            whole[key] = plain(whole[key], depth)
    fields = {name: {} for name in whole.get("required", ())} | whole.get("properties", {})
    if fields:
        whole["properties"] = {name: plain(field, depth) for name, field in fields.items()}
    for part in (plain(part, depth) for part in parts):
        fields = {**part.get("properties", {}), **whole.get("properties", {})}
        required = sorted({*part.get("required", ()), *whole.get("required", ())})
        whole = {**part, **whole}
        whole |= {"properties": fields} if fields else {}
        whole |= {"required": required} if required else {}
    return whole


def _rebuilt(change: Any, schema: Json) -> Json:
    """Apply a change to a schema and all in it, the inner ones first."""
    inside = partial(_rebuilt, change)
    result = dict(schema)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            result[key] = inside(schema[key])
    if "anyOf" in schema:
        result["anyOf"] = [inside(member) for member in schema["anyOf"]]
    for key in schema.keys() & {"properties", "patternProperties"}:
        result[key] = {name: inside(field) for name, field in schema[key].items()}
    return change(result)


def _closed(schema: Json) -> Json:
    """Refuse fields that are not declared, save those called `x_…` where others are allowed."""

    def change(node: Json) -> Json:
        if "properties" not in node and "additionalProperties" not in node:
            return node
        rest = node.get("additionalProperties", {})
        return {**node, "patternProperties": {"^x_": rest}, "additionalProperties": False}

    return _rebuilt(change, schema)


def _tag(schema: Json) -> list[Any]:
    values = schema.get("properties", {}).get("type", {}).get("enum", [])
    return values if len(values) == 1 else []


def _tolerant(schema: Json) -> Json:
    """Take what a reader survives, who was written for this schema."""

    def change(node: Json) -> Json:
        kept = {k: v for k, v in node.items() if k not in _BOUNDS and k != "additionalProperties"}
        if isinstance(rest := node.get("additionalProperties"), dict):
            kept["patternProperties"] = {"^x_": rest}
        if "enum" in kept:
            kept = {"type": _type(kept.pop("enum")[0]), "not": {"const": ANY}}
        for name, field in kept.get("properties", {}).items():
            if name not in kept.get("required", ()):
                kept["properties"][name] = {"anyOf": [field, {"type": "null"}]}
        if tags := [tag for member in schema_tags(node) for tag in member]:
            told = {"type": {"type": "string", "not": {"enum": tags}}}
            other = {"type": "object", "properties": told, "required": ["type"]}
            kept["anyOf"] = [*kept["anyOf"], other]
        return kept

    def schema_tags(node: Json) -> list[list[Any]]:
        return [member.get("tag", []) for member in node.get("anyOf", ())]

    def tagged(node: Json) -> Json:
        """Keep the tag of each member of a union, which the reader goes by."""
        return {**node, "tag": _tag(node)} if _tag(node) else node

    def strict(node: Json) -> Json:
        if not (tag := node.pop("tag", [])):
            return node
        told = {**node["properties"], "type": {"enum": tag}}
        return {**node, "properties": told}

    return _rebuilt(strict, _rebuilt(change, _rebuilt(tagged, schema)))


def _type(value: Any) -> str:
    names = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}
    return names[type(value)]


def _taken(schema: Json) -> Any:
    return Draft202012Validator(schema).is_valid


def _values(schema: Json) -> list[Any]:
    """Return values that a schema allows, those at its edges among them."""
    if "enum" in schema:
        return [*schema["enum"]]
    if "anyOf" in schema:
        return [value for member in schema["anyOf"] for value in _values(member)]
    kind = schema.get("type")
    bounds = _taken({key: value for key, value in schema.items() if key in _BOUNDS})
    if kind in _SAMPLES:
        return [*filter(bounds, _SAMPLES[kind])]
    if kind == "array":
        inner = _values(schema.get("items", {}))
        return [*filter(bounds, ([], *([one] for one in inner), inner[:1] * 3))]
    if kind is None and "properties" not in schema:
        return ["x", ANY, 1, 1.5, True, [], [1], {}, {"x_": 1}]
    fields = {name: _values(field) for name, field in schema.get("properties", {}).items()}
    if not all(fields[name] for name in schema.get("required", ())):
        return []
    least = {name: fields[name][0] for name in schema.get("required", ())}
    found: list[Any] = [least, {name: values[0] for name, values in fields.items() if values}]
    found += [{**least, name: value} for name, values in fields.items() for value in values]
    rest = schema.get("additionalProperties", {})
    return found if rest is False else found + [{**least, "x_": value} for value in _values(rest)]


def _paths(value: Any, place: Path = ()) -> Iterator[Path]:
    """Yield where a value has something: names of fields, lists, and tags of objects."""
    yield place
    if isinstance(value, list):
        for one in value:
            yield from _paths(one, (*place, "[]"))
    elif isinstance(value, dict):
        tag = value.get("type")
        place = (*place, f"<{tag}>") if isinstance(tag, str) else place
        yield place
        for name, one in value.items():
            if name == "x_":  # not declared
                continue
            yield from _paths(one, (*place, name))

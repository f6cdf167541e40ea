"""The change report names every difference and nothing else, whatever is changed where.

Proved on documents that hypothesis makes up: anything done to their structure has to be named with
its place, and anything done to their prose, order or spelling must not show.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tools.changes_documents import STRING, Json, document, fields, ref, report, thing
from tools.changes import NOTHING

NAMES = ("Sent", "Got", "Leaf", "Node")
# No deadline: a busy machine is not a fault.
enough = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
Mutation = tuple[str, Callable[[Json], None]]

_leaves = st.sampled_from(
    [
        STRING,
        {"type": "integer", "minimum": 1},
        {**STRING, "maxLength": 8, "default": "d"},
        {**STRING, "enum": ["a", "b"]},
        {"type": ["string", "null"]},
        ref("Leaf"),
        ref("Node"),
        {"anyOf": [ref("Leaf"), {"type": "null"}]},
    ]
)


def _object(children: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    def build(properties: dict[str, Json], required: set[str]) -> Json:
        return fields(tuple(sorted(required & properties.keys())), **properties)

    names = st.sampled_from(["f", "g", "title", "description"])
    return st.builds(build, st.dictionaries(names, children, min_size=1), st.sets(names))


def _branches(children: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    kinds = st.lists(st.sampled_from("abc"), min_size=2, unique=True)
    return st.one_of(
        _object(children),
        st.builds(lambda items: {"type": "array", "items": items}, children),
        st.builds(lambda rest: {"type": "object", "additionalProperties": rest}, children),
        st.builds(
            lambda names, field: {"oneOf": [thing(name, x=field) for name in names]},
            kinds,
            children,
        ),
    )


_schemas = st.recursive(_leaves, _branches, max_leaves=6)


@st.composite
def documents(draw: st.DrawFn) -> Json:
    """Return a document in which every schema is sent and received, and stands for a value."""
    reached = fields(("leaf", "node"), leaf=ref("Leaf"), node=ref("Node"))
    sent, got = (
        {**whole, "properties": {**whole["properties"], **reached["properties"]}}
        for whole in (draw(_object(_schemas)), draw(_object(_schemas)))
    )
    return document(sent, got, Leaf=draw(_object(_leaves)), Node=draw(_object(_schemas)))


def _nodes(schema: Json) -> Iterator[Json]:
    """Yield every schema written in this one, and itself."""
    yield schema
    inside = [*schema.get("properties", {}).values(), *schema.get("oneOf", ())]
    inside += [schema[key] for key in ("items", "additionalProperties") if key in schema]
    for part in inside:
        yield from _nodes(part)


def _structural(node: Json) -> Iterator[Callable[[Json], None]]:
    """Yield every way to change this one schema so that some caller can notice."""
    if "$ref" in node or "anyOf" in node:
        yield lambda node: (node.clear(), node.update({"type": "boolean"}))[0]
        return
    yield lambda node: node.update(deprecated=True)
    if "oneOf" in node:
        yield lambda node: node["oneOf"].append(thing("z"))
        yield lambda node: node["oneOf"].pop()
        yield lambda node: node.update(discriminator={"propertyName": "type"})
        return
    yield lambda node: node.update(type="boolean")
    if node["type"] == "string":
        yield lambda node: node.update(minLength=3)
        yield lambda node: node.update(format="uri")
        yield lambda node: node.update(default="other")
        yield lambda node: node.update(type=["string", "null"])
        yield lambda node: node.update(enum=[*node.get("enum", ()), "z"])
    if "enum" in node:
        yield lambda node: node["enum"].pop()
    if "minimum" in node:
        yield lambda node: node.update(minimum=0)
        yield lambda node: node.pop("minimum")
    if node["type"] == "array":
        yield lambda node: node.update(maxItems=2)
    if "properties" in node:
        yield lambda node: node.update(additionalProperties=False)
        yield lambda node: node["properties"].update(new=STRING)
        yield lambda node: node["properties"].pop(sorted(node["properties"])[0])
        for name in node["properties"]:
            yield lambda node, name=name: node.update(
                required=sorted({*node.get("required", ())} ^ {name})
            )


def _operation(raw: Json) -> Json:
    return raw["paths"]["/calls/{id}"]["post"]


def _body(raw: Json) -> Json:
    return _operation(raw)["requestBody"]["content"]["application/json"]


OPERATION: list[Mutation] = [
    ("call", lambda raw: raw["paths"].clear()),
    ("call", lambda raw: _operation(raw).update(deprecated=True)),
    ("call", lambda raw: _operation(raw).update(tags=["Other"])),
    ("call", lambda raw: _operation(raw).update(security=[{"key": []}])),
    ("call", lambda raw: raw.update(security=[{"key": []}])),
    ("call", lambda raw: raw["paths"]["/calls/{id}"].update(servers=[{"url": "https://b"}])),
    ("call(body)", lambda raw: _body(raw).update(encoding={"f": {"contentType": "text/plain"}})),
    ("call", lambda raw: _operation(raw)["responses"].update({"404": {"description": ""}})),
    ("call", lambda raw: _operation(raw).pop("responses")),
    ("call(body)", lambda raw: _operation(raw).pop("requestBody")),
    ("call(body)", lambda raw: _operation(raw)["requestBody"].update(required=False)),
    ("call(id)", lambda raw: _operation(raw)["parameters"].pop()),
    ("call(id)", lambda raw: _operation(raw)["parameters"][0].update(style="matrix")),
    ("call(id)", lambda raw: _operation(raw)["parameters"][0].update(schema={"type": "integer"})),
]


@enough
@given(raw=documents(), data=st.data())
def test_every_structural_change_is_named_with_its_place(raw: Json, data: st.DataObject):
    name = data.draw(st.sampled_from(NAMES))
    changed = deepcopy(raw)
    nodes = list(_nodes(changed["components"]["schemas"][name]))
    node = nodes[data.draw(st.integers(0, len(nodes) - 1))]
    ways = list(_structural(node))
    before = deepcopy(node)
    ways[data.draw(st.integers(0, len(ways) - 1))](node)
    if before == node:  # a value that was there already
        return
    for old, new in ((raw, changed), (changed, raw)):
        places = [line.split(": ")[0] for line in report(old, new).splitlines()]
        assert any(f"`{name}" in place for place in places)


@enough
@given(raw=documents(), mutation=st.sampled_from(OPERATION))
def test_every_change_of_an_operation_is_named(raw: Json, mutation: Mutation):
    place, change = mutation
    changed = deepcopy(raw)
    change(changed)
    for old, new in ((raw, changed), (changed, raw)):
        assert f"`{place}`: " in report(old, new)


def _disguise(node: Json, words: Iterator[str]) -> Json:
    """Return the same schema with other prose, in another order, in another spelling."""
    said = dict(reversed([(key, _inside(key, value, words)) for key, value in node.items()]))
    if "oneOf" in said:
        said["anyOf"] = said.pop("oneOf")
    if isinstance(said.get("type"), list):
        said = {"anyOf": [{"type": "null"}, {**said, "type": "string"}]}
    if len(said.get("enum", ())) == 1:
        said["const"] = said.pop("enum")[0]
    word = next(words)
    return {"title": word, "description": word, **said, "examples": [word], "x-note": {"a": word}}


def _inside(key: str, value: object, words: Iterator[str]) -> object:
    match key, value:
        case "properties", dict():
            return {name: _disguise(part, words) for name, part in reversed(value.items())}
        case "oneOf" | "anyOf", list():
            return [_disguise(part, words) for part in reversed(value)]
        case "items" | "additionalProperties", dict():
            return _disguise(value, words)
        case "required" | "enum", list():
            return value[::-1]
        case _:
            return value


@enough
@given(raw=documents(), word=st.text(max_size=3))
def test_prose_order_and_spelling_never_show(raw: Json, word: str):
    words = iter(lambda: word, None)
    schemas = raw["components"]["schemas"].items()
    changed = deepcopy(raw)
    changed["components"] = {
        "schemas": {name: _disguise(schema, words) for name, schema in reversed(schemas)}
    }
    changed["info"] = {"title": word, "version": word, "description": word}
    _operation(changed).update(summary=word, description=word)
    _operation(changed)["parameters"][0].update(description=word, example=word)
    _operation(changed)["responses"]["200"]["description"] = word
    for old, new in ((raw, changed), (changed, raw), (raw, raw)):
        assert report(old, new) == NOTHING

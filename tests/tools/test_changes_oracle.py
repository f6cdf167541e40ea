"""The change report against a second opinion: who breaks, by values made up for both documents.

See `changes_oracle.py`. Both have to agree, whatever is done to documents that hypothesis makes up.
Defaults, formats, deprecation, encodings and security are no matter of values; those have tests of
their own.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.changes_documents import STRING, Json, fields, thing
from tests.tools.changes_oracle import breaks
from tests.tools.test_changes_complete import NAMES, _nodes, _operation, documents, enough
from tools.changes import compare

Change = Callable[[Json], None]


def put(**keywords: object) -> Change:
    return lambda node: node.update(keywords)


def become(schema: Json) -> Change:
    return lambda node: (node.clear(), node.update(deepcopy(schema)))[0]


def ways(node: Json) -> Iterator[Change]:
    """Yield what can be done to one schema that changes its values."""
    yield become({"type": "boolean"})
    if "$ref" in node or "anyOf" in node:
        return
    if "oneOf" in node:
        yield lambda node: node["oneOf"].append(thing("z", y=STRING))
        yield lambda node: node["oneOf"].append(STRING)
        if len(node["oneOf"]) > 2:  # of one kind alone nobody expects another
            yield lambda node: node["oneOf"].pop()
        yield put(discriminator={"propertyName": "type"})
        return
    match node.get("type"):
        case "string":
            yield become({})
            yield become({"type": ["string", "null"]})
            yield become(STRING)
            # The report does not see that all values of an enum are short enough, or none is.
            if "maxLength" not in node:
                yield become({**STRING, "enum": ["a"]})
                yield become({**STRING, "enum": ["a", "b", "c"]})
            if "enum" not in node:
                yield become({**STRING, "minLength": 3, "maxLength": 8})
                yield become({**STRING, "maxLength": 4})
        case "integer" | "number":
            yield put(type="number")
            yield put(minimum=2)
            yield put(multipleOf=3)
            yield become({"type": "integer"})
        case "array":
            yield put(maxItems=2)
            yield put(minItems=1)
            yield put(items={"type": "integer"})
        case "object" if "properties" in node:
            yield put(additionalProperties=False)
            yield put(additionalProperties=STRING)
            yield lambda node: node["properties"].update(new=STRING)
            yield lambda node: node.update(fields(("new",), **node["properties"], new=STRING))
            for name in node["properties"]:
                if name != "type":
                    yield lambda node, name=name: node["properties"].pop(name)
                    yield put(required=sorted({*node.get("required", ())} ^ {name}))
        case "object":
            yield put(additionalProperties={})
            yield put(additionalProperties=False)
        case _:
            yield become(STRING)


OPERATION: list[Change] = [
    lambda raw: raw["paths"].clear(),
    lambda raw: _operation(raw).pop("requestBody"),
    lambda raw: _operation(raw)["requestBody"].update(required=False),
    lambda raw: _operation(raw)["requestBody"]["content"].update(
        {"text/plain": {"schema": STRING}}
    ),
    lambda raw: _operation(raw)["parameters"].pop(),
    lambda raw: _operation(raw)["parameters"].append(
        {"in": "query", "name": "q", "schema": STRING}
    ),
    lambda raw: _operation(raw)["parameters"][0].update(schema={"enum": ["a"]}),
    lambda raw: _operation(raw)["responses"].update({"201": {"description": ""}}),
    lambda raw: _operation(raw)["responses"].update({"404": {"description": ""}}),
    lambda raw: _operation(raw)["responses"]["200"].pop("content"),
]


def agree(old: Json, new: Json) -> None:
    for before, after in ((old, new), (new, old)):
        report = compare(before, after)
        assert {*report.breaks} - {"code"} == breaks(before, after), report.markdown()


few = settings(enough, max_examples=10)


@few
@given(raw=documents(), data=st.data())
def test_both_agree_on_any_change_of_a_schema(raw: Json, data: st.DataObject):
    changed = deepcopy(raw)
    nodes = list(_nodes(changed["components"]["schemas"][data.draw(st.sampled_from(NAMES))]))
    # Not the tag of an object: with it, the object becomes another one.
    nodes = [one for one in nodes if len(one.get("enum", ())) != 1]
    node = nodes[data.draw(st.integers(0, len(nodes) - 1))]
    changes = [*ways(node)]
    changes[data.draw(st.integers(0, len(changes) - 1))](node)
    agree(raw, changed)


@few
@given(raw=documents(), change=st.sampled_from(OPERATION))
def test_both_agree_on_any_change_of_an_operation(raw: Json, change: Change):
    changed = deepcopy(raw)
    change(changed)
    agree(raw, changed)

"""Does a change break callers? One case for each kind of change, sent and received."""

import pytest

from tests.tools.changes_documents import NULL, STRING, Json, document, fields, thing, verdicts

# What changed, the line that says so (without its place), and whether it breaks in requests and
# in responses.
CASES: dict[str, tuple[Json, Json, str, bool, bool]] = {
    "value added": ({"enum": ["a"]}, {"enum": ["a", "b"]}, ": value added: `b`", False, False),
    "value removed": ({"enum": ["a", "b"]}, {"enum": ["a"]}, ": value removed: `b`", True, True),
    "all values new": ({"enum": ["a"]}, {"enum": ["b"]}, ": value removed: `a`", True, True),
    "limited": (STRING, {**STRING, "enum": ["a"]}, ": limited to `a`", True, False),
    "open": ({**STRING, "enum": ["a"]}, STRING, ": no longer limited to `a`", False, True),
    "type": (STRING, {"type": "integer"}, ": type string → integer", True, True),
    "wider": ({"type": "integer"}, {"type": "number"}, ": type integer → number", False, True),
    "narrower": ({"type": "number"}, {"type": "integer"}, ": type number → integer", True, False),
    "anything": (STRING, {}, ": type string → anything", False, True),
    "null": (STRING, {"type": ["string", "null"]}, ": may now be null", False, True),
    "no null": ({"anyOf": [STRING, NULL]}, STRING, ": no longer null", True, False),
    "optional": (fields(), fields(f=STRING), ".f: optional field added, string", False, False),
    "required": (
        fields(), fields(("f",), f=STRING), ".f: required field added, string", True, False,
    ),
    "removed": (fields(f=STRING), fields(), ".f: field removed (was string)", True, True),
    "now required": (fields(f=STRING), fields(("f",), f=STRING), ".f: now required", True, False),
    "loosened": (fields(("f",), f=STRING), fields(f=STRING), ".f: no longer required", False, True),
    "closed": (
        fields(f=STRING), {**fields(f=STRING), "additionalProperties": False},
        ": other fields are no longer allowed", True, False,
    ),
    "tighter": (
        {**STRING, "maxLength": 9}, {**STRING, "maxLength": 5},
        ": `maxLength` `9` → `5`", True, False,
    ),
    "looser": (
        {**STRING, "maxLength": 5}, {**STRING, "maxLength": 9},
        ": `maxLength` `5` → `9`", False, False,
    ),
    "lower bound": (
        {"type": "integer", "minimum": 1}, {"type": "integer", "minimum": 2},
        ": `minimum` `1` → `2`", True, False,
    ),
    "bound added": (STRING, {**STRING, "minLength": 1}, ": `minLength` added: `1`", True, False),
    "bound removed": (
        {**STRING, "pattern": "^a"}, STRING, ": `pattern` removed (was `^a`)", False, False,
    ),
    "format": (
        STRING, {**STRING, "format": "date-time"}, ": `format` added: `date-time`", True, True,
    ),
    "default": (
        {**STRING, "default": "a"}, {**STRING, "default": "b"},
        ": `default` `a` → `b`", True, False,
    ),
    "items": (
        {"type": "array", "items": STRING}, {"type": "array", "items": {"type": "integer"}},
        "[]: type string → integer", True, True,
    ),
    "map": (
        {"type": "object", "additionalProperties": STRING},
        {"type": "object", "additionalProperties": {"enum": ["a"], "type": "string"}},
        "{}: limited to `a`", True, False,
    ),
    "new kind": (
        {"oneOf": [thing("a"), thing("b")]}, {"oneOf": [thing("a"), thing("b"), thing("c")]},
        ": may now also be object of `type`", False, False,
    ),
    "new untagged member": (
        {"anyOf": [STRING, {"type": "integer"}]},
        {"anyOf": [STRING, {"type": "integer"}, {"type": "array", "items": STRING}]},
        ": may now also be list of string", False, True,
    ),
    "new member for anything": (
        {"anyOf": [STRING, {"type": "integer"}]}, {"anyOf": [STRING, {"type": "integer"}, {}]},
        ": may now also be anything", False, True,
    ),
    "gone kind": (
        {"oneOf": [thing("a"), thing("b", x=STRING)]}, {"oneOf": [thing("a")]},
        ": can no longer be object of `type`, `x`", True, True,
    ),
    "deprecated": (STRING, {**STRING, "deprecated": True}, ": now deprecated", False, False),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "sent", "got"), CASES.values(), ids=CASES)
def test_the_verdict_depends_on_the_side(old: Json, new: Json, line: str, sent: bool, got: bool):
    """Compare a schema of its own, and one written in place."""
    for name, breaks in (("Sent", sent), ("Got", got)):
        before, after = document(), document()
        before["components"]["schemas"][name] = old
        after["components"]["schemas"][name] = new
        expected = "breaks" if breaks else "harmless"
        loses_its_alias = line.startswith(": no longer limited")
        own = "breaks" if loses_its_alias else expected
        assert verdicts(before, after)[f"`{name}{_bare(line)}"] == own
        both = fields(("in",), **{"in": old}), fields(("in",), **{"in": new})
        before["components"]["schemas"][name], after["components"]["schemas"][name] = both
        assert verdicts(before, after)[f"`{name}.in{_bare(line)}"] == expected


def _bare(line: str) -> str:
    place, what = line.split(": ", 1)
    return f"{place}`: {what}"


def test_a_field_that_was_optional_may_be_null_without_harm():
    old, new = fields(f=STRING), fields(f={"type": ["string", "null"]})
    assert verdicts(document(got=old), document(got=new)) == {
        "`Got.f`: may now be null": "harmless"
    }


def test_a_value_beside_any_string_can_go_without_harm():
    old, new = ({"anyOf": [STRING, {**STRING, "enum": values}]} for values in (["a", "b"], ["a"]))
    assert verdicts(document(old), document(new)) == {"`Sent`: value removed: `b`": "harmless"}

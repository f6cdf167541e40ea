"""The change report: what is one difference, what is none, and how it is told."""

from copy import deepcopy

import pytest

from tests.tools.changes_documents import (
    NULL,
    STRING,
    Json,
    document,
    fields,
    ref,
    report,
    thing,
    verdicts,
)
from tools.changes import NOTHING, compare


def test_a_renamed_schema_is_one_line_that_says_what_to_do():
    def version(name: str) -> Json:
        return document(fields(f=ref(name)), fields(g=ref(name)), **{name: fields(x=STRING)})

    told = compare(version("Leaf-X"), version("Leaf"))
    assert (told.verdict, told.breaks) == ("major", ["code"])
    ((spot, one),) = told.changes
    assert (spot.place, one.told[:20]) == ("Leaf", "schema was `Leaf-X`,")
    assert "class `LeafX` is now `Leaf`" in one.told
    assert "unless `LeafX: Leaf` in spec/names.yaml keeps its name" in one.told
    pinned = compare(version("Leaf-2"), version("Leaf"))
    assert (pinned.verdict, pinned.breaks, pinned.changelog()) == ("patch", [], {})


def test_a_renamed_schema_that_also_changed_shows_both():
    old = document(fields(f=ref("Tier")), Tier={**STRING, "enum": ["a", "b"]})
    new = document(fields(f=ref("Level")), Level={**STRING, "enum": ["a", "b", "c"]})
    found = verdicts(old, new)
    assert found.pop("`Level`: value added: `c`") == "harmless"
    assert list(found.values()) == ["breaks"]


def test_renames_inside_unions_and_behind_renames_are_found():
    def version(end: str) -> Json:
        return document(
            got={
                "oneOf": [ref(f"A{end}"), ref(f"B{end}")],
                "discriminator": {"propertyName": "type"},
            },
            **{
                f"A{end}": thing("a", deep=ref(f"Deep{end}")),
                f"B{end}": {"allOf": [ref(f"Part{end}"), thing("b")]},
                f"Deep{end}": fields(again=ref(f"A{end}")),
                f"Part{end}": fields(p=STRING),
            },
        )

    found = verdicts(version("Old"), version("New"))
    assert [line.split(",")[0] for line in found] == [
        f"`{name}New`: schema was `{name}Old`" for name in ("A", "B", "Deep", "Part")
    ]


def test_another_schema_in_the_place_is_not_a_rename():
    old = document(fields(f=ref("Cat")), Cat=fields(purr=STRING, tail=STRING))
    new = document(fields(f=ref("Dog")), Dog=fields(bark=STRING))
    assert verdicts(old, new) == {
        "`Sent.f`: type `Cat` → `Dog`": "breaks",
        "`Cat`: schema removed": "breaks",
        "`Dog`: schema added": "harmless",
    }


def operation(raw: Json) -> Json:
    return raw["paths"]["/calls/{id}"]["post"]


def with_style(said: Json) -> Json:
    raw = document()
    one = {"in": "query", "name": "q", "schema": STRING, "explode": True, **said}
    operation(raw)["parameters"].append(one)
    return raw


LEAF = fields(("x",), x={**STRING, "maxLength": 3}, y=fields(z={"enum": [1, 2]}))
UNION: Json = {
    "oneOf": [thing("a", x=STRING), thing("b")],
    "discriminator": {"propertyName": "type"},
}
IN_LINE: dict[str, tuple[Json, Json]] = {
    "a field": (document(fields(f=ref("Leaf")), Leaf=LEAF), document(fields(f=LEAF))),
    "a member": (
        document({"oneOf": [ref("Leaf"), thing("b")]}, Leaf=thing("a")),
        document({"oneOf": [thing("b"), thing("a")]}),
    ),
    "a part of a whole": (
        document(got={"allOf": [ref("Leaf"), fields(a=STRING)]}, Leaf=fields(("b",), b=STRING)),
        document(got=fields(("b",), a=STRING, b=STRING)),
    ),
}
SAME: dict[str, tuple[Json, Json]] = {
    "a string in line or by name": (
        document(fields(f=ref("Leaf")), Leaf=STRING), document(fields(f=STRING)),
    ),
    "a style that goes without saying": (with_style({}), with_style({"style": "form"})),
    "a bound that allows everything": (document(STRING), document({**STRING, "minLength": 0})),
    "a field that moves between parts": (
        document(got={"allOf": [ref("Part"), fields(a=STRING)]}, Part=fields(b=STRING)),
        document(got={"allOf": [ref("Part"), fields(b=STRING)]}, Part=fields(a=STRING)),
    ),
    "spellings of null": (
        document({"type": ["string", "null"]}, {"anyOf": [ref("L"), NULL]}, L=LEAF),
        document({"anyOf": [NULL, STRING]}, {"oneOf": [NULL, ref("L")]}, L=LEAF),
    ),
    "const": (document({"const": "a"}), document({"enum": ["a"]})),
    "an allOf of one": (
        document(fields(f=ref("Leaf")), Leaf=LEAF),
        document(fields(f={"allOf": [ref("Leaf")], "description": "D"}), Leaf=LEAF),
    ),
    "order": (
        document(fields(("a", "b"), a=STRING, b={"enum": ["x", "y"]}), UNION),
        document(
            fields(("b", "a"), b={"enum": ["y", "x"]}, a=STRING),
            {**UNION, "oneOf": UNION["oneOf"][::-1]},
        ),
    ),
    "a schema that nothing reaches": (document(), document(Lost=LEAF)),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new"), SAME.values(), ids=SAME)
def test_two_ways_to_say_one_thing_are_not_a_difference(old: Json, new: Json):
    assert report(old, new) == NOTHING
    assert report(new, old) == NOTHING


@pytest.mark.parametrize(("named", "in_line"), IN_LINE.values(), ids=IN_LINE)
def test_a_schema_moved_in_or_out_of_line_has_another_class_and_nothing_else(
    named: Json, in_line: Json
):
    ending = "of its own: its class gets another name"
    assert verdicts(named, in_line) == {f"`Leaf`: no longer a schema {ending}": "breaks"}
    assert verdicts(in_line, named) == {f"`Leaf`: now a schema {ending}": "breaks"}
    assert compare(named, in_line).breaks == ["code"]


def test_schemas_that_refer_to_themselves_end():
    old = document(
        got=fields(next=ref("Got"), a=ref("A")), A=fields(b=ref("B")), B=fields(a=ref("A"))
    )
    new = deepcopy(old)
    new["components"]["schemas"]["B"] = fields(a=ref("C"))
    new["components"]["schemas"]["C"] = fields(b=ref("B"))
    assert verdicts(old, new) == {
        "`B.a`: type `A` → `C`, of the same structure": "breaks",
        "`C`: schema added": "harmless",
    }


def test_operations_and_all_that_belongs_to_them():
    old, new = document(), document()
    call = operation(new)
    call["parameters"] = [
        {"in": "path", "name": "id", "required": True, "schema": {**STRING, "maxLength": 4}},
        {"in": "query", "name": "must", "required": True, "schema": STRING},
        {"in": "query", "name": "may", "schema": {"type": "array", "items": STRING}},
    ]
    call["requestBody"]["content"]["text/plain"] = {"schema": STRING}
    del call["responses"]["200"]["content"]["application/json"]
    call["responses"]["200"]["headers"] = {"x-id": {"schema": STRING}}
    call["responses"]["429"] = {"description": "Slow down"}
    call["tags"] = ["Other"]
    call["deprecated"] = True
    new["paths"]["/more"] = {"get": {"operationId": "more", "responses": {}}}
    assert verdicts(old, new) == {
        "`call`: tag `Calls` → `Other`: its generated module moves": "breaks",
        "`call(id)`: `maxLength` added: `4`": "breaks",
        "`call(must)`: required query parameter added, string": "breaks",
        "`call → 200`: content application/json removed (was `Got`)": "breaks",
        "`Got`: schema removed": "breaks",
        "`call`: now deprecated": "harmless",
        "`call(may)`: optional query parameter added, list of string": "harmless",
        "`call(body)`: content text/plain added, string": "harmless",
        "`call → 200(x-id)`: optional header added, string": "harmless",
        "`call`: response 429 added": "harmless",
        "`more`: operation added, GET /more": "harmless",
    }
    back = verdicts(new, old)
    assert back["`more`: operation removed (was GET /more)"] == "breaks"
    assert back["`call(may)`: query parameter removed (was list of string)"] == "breaks"
    assert back["`call`: response 429 removed"] == "harmless"


def test_a_renamed_operation_is_one_line():
    new = document()
    operation(new)["operationId"] = "ring"
    assert verdicts(document(), new) == {
        "`ring`: operationId was `call`: its generated function gets another name": "breaks"
    }


def test_discriminators():
    def version(name: str, mapping: dict[str, str]) -> Json:
        members: list[Json] = [ref("A"), ref("B")]
        targets = {value: f"#/components/schemas/{to}" for value, to in mapping.items()}
        said = {"propertyName": name, "mapping": targets}
        return document({"oneOf": members, "discriminator": said}, A=thing("a"), B=thing("b"))

    old = version("type", {"a": "A", "b": "B"})
    found = verdicts(old, version("kind", {"a": "B", "c": "B"}))
    assert found == {
        "`Sent`: discriminator `type` → `kind`": "breaks",
        "`Sent`: discriminator value `a` `A` → `B`": "breaks",
        "`Sent`: discriminator value `b` removed (was `B`)": "breaks",
        "`Sent`: discriminator value `c` added: `B`": "harmless",
    }
    new = deepcopy(old)
    del new["components"]["schemas"]["Sent"]["discriminator"]
    assert verdicts(old, new) == {"`Sent`: discriminator removed": "harmless"}


@pytest.mark.parametrize("has_tags", [True, False])
def test_a_discriminator_that_goes_matters_where_nothing_else_tells_members_apart(has_tags: bool):
    said = {"propertyName": "type", "mapping": {}}
    members = [thing("a"), thing("b")] if has_tags else [fields(x=STRING), fields(y=STRING)]
    union: Json = {"oneOf": members}
    told = compare(document(got={**union, "discriminator": said}), document(got=union))
    assert (told.verdict, told.breaks) == (("patch", []) if has_tags else ("major", ["responses"]))


def test_what_happened_often_is_one_line():
    old, new = document(), document()
    for raw, responses in ((old, ["200"]), (new, ["200", "429"])):
        raw["paths"] = {
            f"/{name}": {
                "get": {
                    "operationId": name,
                    "responses": {s: {"description": ""} for s in responses},
                }
            }
            for name in "abcd"
        }
    line = "- all 4 operations: response 429 added"
    assert report(old, new) == (
        f"Verdict: **patch**.\n\n## Does not break callers\n\n{line}\n\n"
        f"## For CHANGELOG.md\n\n### Added\n\n{line}\n"
    )


def test_nothing_given_is_changed():
    old, new = document(UNION, LEAF), document(LEAF, UNION)
    kept = deepcopy((old, new))
    assert report(old, new) == report(old, new)
    assert (old, new) == kept

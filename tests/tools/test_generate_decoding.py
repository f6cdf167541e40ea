"""How values are told apart, each rule on a document of a few lines."""

import copy
import pickle
from pathlib import Path
from types import ModuleType

import pytest

from .tiny import document, object_, package, ref

TEXT = {"type": "string"}


def constant(*values: str) -> dict[str, object]:
    return {"type": "string", "enum": list(values)}


def test_a_union_is_decoded_by_type_and_not_by_order(tmp_path: Path) -> None:
    # `Wide` takes every object that `Narrow` takes, and stands first
    made = package(
        tmp_path,
        document(
            {
                "Wide": object_({"type": constant("wide")}, {"text": TEXT}),
                "Narrow": object_({"type": constant("narrow"), "text": TEXT}),
                "Thing": {"oneOf": [ref("Wide"), ref("Narrow")]},
            }
        ),
    )
    narrow = made.decode("Thing", {"type": "narrow", "text": "a"})
    assert type(narrow) is made.models.Narrow
    assert type(made.decode("Thing", {"type": "wide"})) is made.models.Wide


def test_one_class_may_have_several_types(tmp_path: Path) -> None:
    made = package(
        tmp_path,
        document(
            {
                "Search": object_({"type": constant("search", "search_2025")}),
                "Other": object_({"type": constant("other")}),
                "Tool": {"oneOf": [ref("Search"), ref("Other")]},
            }
        ),
    )
    for kind in ("search", "search_2025"):
        assert type(made.decode("Tool", {"type": kind})) is made.models.Search


@pytest.fixture(scope="module")
def messages(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """Four kinds of input item, three of which share a `type` that two may leave out."""
    texts = {"type": "array", "items": TEXT}
    kind = {"type": constant("message")}
    output = {"id": TEXT, **kind, "role": constant("assistant"), "content": texts}
    either = {"oneOf": [TEXT, texts]}
    schemas = {
        "Easy": object_({"role": constant("user", "assistant"), "content": either}, kind),
        "Input": object_({"role": constant("user"), "content": texts}, kind),
        "Output": object_(output),
        "Reference": object_({"id": TEXT}, {"type": constant("item_reference")}),
        "Item": {"oneOf": [ref(n) for n in ("Easy", "Input", "Output", "Reference")]},
    }
    return package(tmp_path_factory.mktemp("messages"), document(schemas))


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ({"type": "message", "role": "user", "content": "a"}, "Easy"),
        ({"type": "message", "role": "user", "content": ["a"]}, "Input"),
        ({"type": "message", "role": "assistant", "content": ["a"], "id": "1"}, "Output"),
        ({"type": "message", "role": "assistant", "content": "a"}, "Easy"),
        ({"role": "user", "content": "a"}, "Easy"),
        ({"id": "1"}, "Reference"),
        ({"type": "message", "role": "narrator", "content": "a"}, "Easy"),
        ({"type": "message", "role": ["user"], "content": "a"}, "Easy"),
        ({"type": "message", "role": "user"}, "Easy"),
        ({"type": "message", "role": "assistant", "id": "1"}, "Output"),
        ({"type": "message", "id": "1"}, "RawObject"),
        ({"role": "user"}, "RawObject"),
    ],
)
def test_those_that_share_a_type_are_told_apart_by_their_fields(
    messages: ModuleType, value: dict[str, object], name: str
) -> None:
    decoded = messages.decode("Item", value)
    assert type(decoded).__name__ == name
    assert messages.encode(decoded) == value


def test_unknown_variants_are_kept_whole_and_malformed_ones_lose_nothing(tmp_path: Path) -> None:
    made = package(
        tmp_path,
        document(
            {
                "Known": object_({"type": constant("known"), "text": TEXT}),
                "Page": object_({"data": {"type": "array", "items": ref("Known")}}),
            }
        ),
    )
    data = [{"type": "new", "x": 1}, {"type": "known", "text": "a"}, {"type": "known"}, {}, 5, None]
    page = made.decode("Page", {"data": data})
    new, known, malformed, bare, number, nothing = page.data
    assert type(new) is made.RawObject
    assert (new.type, new.x, new.missing) == ("new", 1, ())
    assert type(known) is made.models.Known
    assert type(malformed) is made.models.Known
    assert (malformed.type, malformed.text, malformed.missing) == ("known", None, ("text",))
    assert type(bare) is made.RawObject
    assert (number, nothing) == (5, None)
    assert page.to_dict() == {"data": data}
    assert pickle.loads(pickle.dumps(page)) == copy.deepcopy(page) == page


def test_absent_null_and_unknown_are_three_things(tmp_path: Path) -> None:
    made = package(
        tmp_path, document({"Thing": object_({"id": TEXT}, {"name": TEXT, "class": TEXT})})
    )
    thing = made.models.Thing.from_dict({"id": "1", "name": None, "more": [1]})
    assert (thing.name, thing.class_) == (None, None)
    assert thing.additional_properties == {"more": [1]}
    assert thing.to_dict() == {"id": "1", "name": None, "more": [1]}
    thing.name = "now it has one"
    assert thing.to_dict() == {"id": "1", "name": "now it has one", "more": [1]}


def test_a_missing_required_field_reads_as_none_and_stays_missing(tmp_path: Path) -> None:
    made = package(tmp_path, document({"Thing": object_({"id": TEXT, "size": TEXT})}))
    thing = made.models.Thing.from_dict({"size": "1", "more": 2})
    assert thing.id is None
    assert thing.to_dict() == {"size": "1", "more": 2}
    with pytest.raises(TypeError, match=r"Thing\.from_dict: data must be a JSON object"):
        made.models.Thing.from_dict([])


def test_dictionaries_and_lists_of_objects_are_decoded(tmp_path: Path) -> None:
    made = package(
        tmp_path,
        document(
            {
                "Part": object_({"type": constant("part")}),
                "Plain": object_({"size": {"type": "integer"}}),
                "Thing": object_(
                    {
                        "by_name": {"type": "object", "additionalProperties": ref("Part")},
                        "plain": {"type": "array", "items": ref("Plain")},
                        "either": {"oneOf": [TEXT, {"type": "array", "items": ref("Part")}]},
                    }
                ),
            }
        ),
    )
    data = {
        "by_name": {"a": {"type": "part"}, "b": {"type": "?"}},
        "plain": [{"size": 1}, {}],
        "either": [{"type": "part"}],
    }
    thing = made.models.Thing.from_dict(data)
    assert type(thing.by_name["a"]) is made.models.Part
    assert type(thing.by_name["b"]) is made.RawObject
    assert [p.size for p in thing.plain] == [1, None]
    assert type(thing.either[0]) is made.models.Part
    assert thing.to_dict() == data
    assert made.models.Thing.from_dict({**data, "either": "a"}).either == "a"


def test_a_person_constructs_without_a_sentinel(tmp_path: Path) -> None:
    made = package(
        tmp_path,
        document({"Thing": object_({"type": constant("thing"), "id": TEXT}, {"size": TEXT})}),
    )
    thing = made.models.Thing(id="1")
    assert (thing.type, thing.size) == ("thing", None)
    assert thing.to_dict() == {"type": "thing", "id": "1"}
    assert repr(thing) == "Thing(id='1')"
    assert thing == made.models.Thing.from_dict(thing.to_dict())

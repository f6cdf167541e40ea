"""Models are attrs classes, though attrs writes into a class only when something asks for it."""

from __future__ import annotations

import copy
import inspect
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec, module_from_spec
from threading import Barrier
from typing import Any

import attrs
import pytest
from openai_conversations_api import DetailedResponse, models
from openai_conversations_api.types import Model, RawObject

from tests.document import object_schemas, python_name
from tests.offenders import check_each

TEXT = {"type": "input_text", "text": "Hi"}
# Of a RawObject and a DetailedResponse, when attrs gave them their state.
PICKLED = (
    b"\x80\x02](copenai_conversations_api.types\nRawObject\n)\x81}(X\x04\x00\x00\x00data}X\x04\x00\x00"
    b"\x00typeX\x01\x00\x00\x00tsX\x07\x00\x00\x00missingX\x01\x00\x00\x00aq\x00\x85ub"
    b"copenai_conversations_api.detailed_response\nDetailedResponse\n)\x81}(X\x0b\x00\x00\x00"
    b"status_codeK\xc8X\x07\x00\x00\x00headers}h\x00X\x01\x00\x00\x00bsX\x07\x00\x00\x00content"
    b"c__builtin__\nbytes\n)RX\x06\x00\x00\x00parsedK\x01ube."
)


def fresh(model: type[Any]) -> Any:
    """Return the class anew, as it is before attrs has written anything into it."""
    spec = find_spec(model.__module__)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, model.__name__)


@pytest.fixture
def written_by_attrs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[type[Any]], Any]]:
    """Return what makes a class anew with attrs' own `define`."""

    def define(*, kw_only: bool) -> Any:
        return attrs.define(
            kw_only=kw_only, weakref_slot=False, repr=False, getstate_setstate=False
        )

    def made(model: type[Any]) -> Any:
        with monkeypatch.context() as patch:
            patch.setattr("openai_conversations_api._define.define", define)
            return fresh(model)

    return made


def failure(function: Callable[..., object], *args: object, **given: object) -> str:
    with pytest.raises(TypeError) as caught:
        function(*args, **given)
    return str(caught.value)


def test_classes_are_as_attrs_makes_them_at_once(
    written_by_attrs: Callable[[type[Any]], Any],
) -> None:
    def check(name: str) -> None:
        generated = getattr(models, python_name(name))
        model, expected = fresh(generated), written_by_attrs(generated)
        assert inspect.signature(model) == inspect.signature(expected)
        assert attrs.fields(model) == attrs.fields(expected)
        for attribute in ("__slots__", "__match_args__", "__hash__", "__doc__", "__annotations__"):
            assert getattr(model, attribute) == getattr(expected, attribute)
        assert model.__basicsize__ == expected.__basicsize__
        needed = {one.name: one.name for one in attrs.fields(model) if one.default is attrs.NOTHING}
        assert failure(model, 1) == failure(expected, 1)
        assert failure(model, no_such=1, **needed) == failure(expected, no_such=1, **needed)
        if needed:
            assert failure(model) == failure(expected)
        one, other = model(**needed), expected(**needed)
        assert one.to_dict() == other.to_dict()
        assert repr(one) == repr(other)
        assert one != other
        changed = dict.fromkeys(needed, "x")
        assert attrs.evolve(one, **changed) == model(**changed)
        assert attrs.asdict(one) == attrs.asdict(other)

    check_each(object_schemas(), check)


@attrs.define
class Noted(models.InputTextContent):
    """A class with a field more, as programs may have."""

    note: str = ""


class Shouted(models.InputTextContent):
    """A class with an `__init__` of its own."""

    def __init__(self, text: str) -> None:
        super().__init__(text=text.upper())


USES: dict[str, Callable[[Any], object]] = {
    "has": lambda cls: attrs.has(cls),
    "fields": lambda cls: attrs.fields(cls).text.name == "text",
    "fields of the instance": lambda cls: len(cls.from_dict(TEXT).__attrs_attrs__) == 4,
    "resolve_types": lambda cls: attrs.fields(attrs.resolve_types(cls)).text.type is str,
    "make": lambda cls: cls(text="Hi").to_dict() == TEXT,
    "signature": lambda cls: [*inspect.signature(cls).parameters][:1] == ["text"],
    "equal": lambda cls: cls.from_dict(TEXT) == cls.from_dict(TEXT),
    "unequal": lambda cls: cls.from_dict(TEXT) != cls.from_dict({**TEXT, "new": 1}),
    "another text": lambda cls: cls.from_dict(TEXT) != cls.from_dict({**TEXT, "text": "Ho"}),
    "another class": lambda cls: cls.from_dict(TEXT) != TEXT,
    "match": lambda cls: cls.__match_args__ == (),
    "hash": lambda cls: cls.__hash__ is None,
    "evolve": lambda cls: attrs.evolve(cls.from_dict(TEXT), text="Ho").text == "Ho",
    "replace": lambda cls: cls.from_dict(TEXT).__replace__(text="Ho").text == "Ho",
    "copy": lambda cls: copy.copy(cls.from_dict(TEXT)).to_dict() == TEXT,
    "deepcopy": lambda cls: copy.deepcopy(cls.from_dict(TEXT)).to_dict() == TEXT,
    "subclass": lambda cls: type("Own", (cls,), {"__slots__": ()})(text="Hi").to_dict() == TEXT,
    "subclass by attrs": lambda cls: attrs.define(type("Own", (cls,), {}))(text="Hi").text == "Hi",
    "super": lambda cls: (
        type(
            "Own", (cls,), {"__init__": lambda self: super(type(self), self).__init__(text="Hi")}
        )().to_dict()
        == TEXT
    ),
}


@pytest.mark.parametrize("use", USES)
def test_whatever_asks_first_finds_it_written(use: str) -> None:
    assert USES[use](fresh(models.InputTextContent))


def test_subclasses_of_programs() -> None:
    noted = Noted(text="Hi", note="n")
    assert pickle.loads(pickle.dumps(noted)) == noted != Noted(text="Hi")
    assert [one.name for one in attrs.fields(Noted)][-1] == "note"
    assert Shouted("hi").to_dict() == {**TEXT, "text": "HI"}
    assert copy.deepcopy(Shouted("hi")) == Shouted("hi")


def test_raw_objects_are_attrs_classes_too() -> None:
    raw = RawObject({"type": "new"}, ("id",))
    assert attrs.asdict(raw) == {"data": {"type": "new"}, "missing": ("id",)}
    assert raw == attrs.evolve(raw) == copy.copy(raw) == pickle.loads(pickle.dumps(raw))
    assert raw != RawObject({"type": "new"})
    assert RawObject.__hash__ is None
    match raw:
        case RawObject(data, missing):
            assert (data, missing) == ({"type": "new"}, ("id",))
    assert [one.name for one in attrs.fields(Model)] == ["_extra"]


def test_what_was_pickled_before_is_read() -> None:
    raw, response = pickle.loads(PICKLED)
    assert raw == RawObject({"type": "t"}, ("a",))
    assert response == DetailedResponse(200, {"a": "b"}, b"", 1)
    assert pickle.loads(pickle.dumps(response)) == response


def test_threads_that_are_first_at_once() -> None:
    def first(model: Any, started: Barrier) -> Any:
        started.wait()
        return model(text="Hi")

    with ThreadPoolExecutor(4) as threads:
        for _ in range(20):
            model, started = fresh(models.InputTextContent), Barrier(4)
            made = [*threads.map(lambda _, m=model, s=started: first(m, s), range(4))]
            assert all(each == made[0] for each in made)


def test_models_are_decoded_and_encoded_without_attrs() -> None:
    code = f"""
import sys
from openai_conversations_api import decode
message = {{"type": "message", "id": "m", "role": "user", "status": "done", "content": [{TEXT}]}}
assert decode("Message", message).to_dict() == message
assert decode("Message", {{"type": "message"}}).missing
assert "attr" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)

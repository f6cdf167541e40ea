"""Types of every kind that `text_format` takes, with values of them; for tables and for hypothesis.

`plain` is how a model would write a value: it is written here again, for each kind.
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
from typing import Any, Literal, NamedTuple, NotRequired, TypedDict

import attrs
import pydantic
from hypothesis import strategies as st


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


@attrs.define
class AttrsNode:
    name: str
    day: datetime.date
    color: Color
    unit: Literal["C", "F"] | None
    next: AttrsNode | None = None
    children: list[AttrsNode] = attrs.field(factory=list)
    count: int = 3


@dataclasses.dataclass
class DataclassNode:
    name: str
    day: datetime.date
    color: Color
    unit: Literal["C", "F"] | None
    next: DataclassNode | None = None
    children: list[DataclassNode] = dataclasses.field(default_factory=list)
    count: int = 3


class TypedDictNode(TypedDict):
    name: str
    day: datetime.date
    color: Color
    unit: Literal["C", "F"] | None
    next: TypedDictNode | None
    children: list[TypedDictNode]
    count: NotRequired[int]


class PydanticNode(pydantic.BaseModel):
    name: str
    day: datetime.date
    color: Color
    unit: Literal["C", "F"] | None
    next: PydanticNode | None = None
    children: list[PydanticNode] = pydantic.Field(default_factory=list)
    count: int = 3


NODES: tuple[Any, ...] = (AttrsNode, DataclassNode, TypedDictNode, PydanticNode)
"""One recursive type, in every kind of class."""


def node(kind: Any) -> Any:
    """Return a value of one of `NODES`, with others in it."""

    def make(name: str, **more: Any) -> Any:
        fields = {"day": datetime.date(2027, 5, 3), "color": Color.BLUE, "unit": "C", "count": 3}
        return kind(**{"name": name, "next": None, "children": [], **fields, **more})

    return make("a", next=make("b"), children=[make("c", unit=None), make("d", count=7)])


def plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, pydantic.BaseModel):
        return {name: plain(one) for name, one in value}
    if attrs.has(type(value)):
        return {one.alias: plain(getattr(value, one.name)) for one in attrs.fields(type(value))}
    if dataclasses.is_dataclass(value):
        return {one.name: plain(getattr(value, one.name)) for one in dataclasses.fields(value)}
    return value


class Drawn(NamedTuple):
    """A type, and its values."""

    hint: Any
    values: st.SearchStrategy[Any]


_SCALARS = st.sampled_from([
    Drawn(str, st.text(st.characters(exclude_categories=["Cs"]), max_size=5)),
    Drawn(int, st.integers(-(2**60), 2**60)),
    Drawn(float, st.floats(allow_nan=False, allow_infinity=False)),
    Drawn(bool, st.booleans()),
    Drawn(datetime.date, st.dates()),
    Drawn(Color, st.sampled_from(Color)),
    Drawn(Literal["a", 1, None], st.sampled_from(["a", 1, None])),
])  # fmt: skip
# Some are keywords of JSON Schema, which the names of fields must not be taken for.
_NAMES = ("anyOf", "default", "enum", "items", "properties", "required", "title", "type")


@st.composite
def _records(draw: st.DrawFn, fields: st.SearchStrategy[Drawn]) -> Drawn:
    kind = draw(st.sampled_from([_attrs_class, _dataclass, _typed_dict]))
    return _record(draw, kind, fields)


def _record(draw: st.DrawFn, kind: Any, fields: st.SearchStrategy[Drawn]) -> Drawn:
    found = draw(st.dictionaries(st.sampled_from(_NAMES), fields, min_size=1, max_size=4))
    # A union tells its variants by this.
    tag = draw(st.uuids()).hex
    found["tag"] = Drawn(Literal[tag], st.just(tag))
    cls = kind({name: one.hint for name, one in found.items()})
    values = st.fixed_dictionaries({name: one.values for name, one in found.items()})
    return Drawn(cls, values.map(lambda given: cls(**given)))


def _attrs_class(fields: dict[str, Any]) -> Any:
    made = {name: attrs.field(type=hint) for name, hint in fields.items()}
    return attrs.make_class("Record", made)


def _dataclass(fields: dict[str, Any]) -> Any:
    return dataclasses.make_dataclass("Record", fields.items())


def _typed_dict(fields: dict[str, Any]) -> Any:
    return TypedDict("Record", fields)  # type: ignore[operator]


def _model(fields: dict[str, Any]) -> Any:
    create: Any = pydantic.create_model
    return create("Record", **{name: (hint, ...) for name, hint in fields.items()})


def _containers(inner: st.SearchStrategy[Drawn]) -> st.SearchStrategy[Drawn]:
    lists = inner.map(lambda one: Drawn(list[one.hint], st.lists(one.values, max_size=2)))  # type: ignore[name-defined]
    optional = inner.map(lambda one: Drawn(one.hint | None, st.none() | one.values))
    return lists | optional


def _unions(records: st.SearchStrategy[Drawn]) -> st.SearchStrategy[Drawn]:
    pairs = st.tuples(records, records)
    return pairs.map(lambda p: Drawn(p[0].hint | p[1].hint, p[0].values | p[1].values))


@st.composite
def _models(draw: st.DrawFn, fields: st.SearchStrategy[Drawn]) -> Drawn:
    return _record(draw, _model, fields)


# pydantic builds the schema of a model's fields by itself, without attrs classes.
MODELS = _models(st.recursive(_SCALARS, lambda one: _models(one) | _containers(one), max_leaves=6))
TYPES: st.SearchStrategy[Drawn] = st.recursive(
    _SCALARS | MODELS,
    lambda one: _records(one) | _containers(one) | _unions(_records(one)),
    max_leaves=8,
)
"""Types of every kind, in each other."""

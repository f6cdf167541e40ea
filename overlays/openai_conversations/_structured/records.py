"""Records: types with named fields that pydantic does not take, or not everywhere.

attrs classes are unknown to it, and it refuses `typing.TypedDict` on Python 3.11. These two,
dataclasses, and the parameters of functions are all the same here: fields with types, some of which
may be left out, and a callable that takes them as keywords. Whatever else there is, pydantic knows.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import typing
from collections.abc import Callable, Iterator, Mapping
from functools import partial, reduce
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, TypeVar, Union, get_args, get_origin

import attrs
from docstring_parser import parse as parse_docstring
from pydantic import Field, GetCoreSchemaHandler
from pydantic.errors import PydanticSchemaGenerationError, PydanticUserError
from pydantic_core import CoreSchema, core_schema

from .._request.validation import describe, mismatch

DESCRIPTION = "description"
"""The key, in the metadata of a record's schema, of its description."""

_PLAIN = (str, int, float, bool)
_QUALIFIERS = (typing.Required, typing.NotRequired)


class FieldOf(NamedTuple):
    """A field of a record.

    Attributes:
        name: its key in JSON, and the keyword of what makes the record.
        hint: its type.
        default: what stands for it when it is left out; `attrs.NOTHING` if it is required, and
            `...` if that is not a value to show.
    """

    name: str
    hint: Any
    default: object


class Record(NamedTuple):
    """A type with named fields.

    Attributes:
        name: for messages.
        fields: by their order.
        make: takes the fields as keywords and returns the value.
        description: from the docstring, or None.
        described: the fields' descriptions from there.
    """

    name: str
    fields: list[FieldOf]
    make: Callable[..., Any]
    description: str | None
    described: Mapping[str, str]


def record_of(hint: Any) -> Record | None:
    """Return an attrs class, a dataclass or a TypedDict as a record; None if it is none of them."""
    cls: Any = get_origin(hint) or hint
    if not inspect.isclass(cls) or hasattr(cls, "__pydantic_core_schema__"):
        return None
    if not (attrs.has(cls) or dataclasses.is_dataclass(cls) or hasattr(cls, "__required_keys__")):
        return None
    given = dict(zip(getattr(cls, "__parameters__", ()), get_args(hint), strict=False))
    fields = [one._replace(hint=_specialized(one.hint, given)) for one in _fields_of(cls)]
    return Record(cls.__name__, fields, cls, *_documentation(cls.__dict__.get("__doc__"), cls))


def record_of_function(function: Callable[..., Any]) -> Record:
    """Return the parameters of a function, a method, a partial or another callable as a record.

    Its values are `inspect.BoundArguments`.

    Raises:
        InvalidArgumentError: it has parameters without names of their own: `*args`, `**kwargs`.
    """
    plain: Any = function
    bound: dict[str, Any] = {}
    while isinstance(plain, partial):
        bound.update(plain.keywords)
        plain = plain.func
    cls = plain if inspect.isclass(plain) else None
    if not inspect.isroutine(plain):
        plain = getattr(plain, "__call__" if cls is None else "__init__")
    name: str = getattr(function, "__name__", "") or getattr(plain, "__name__", "function")
    try:
        signature = inspect.signature(function)
    except ValueError as error:
        raise mismatch(name, "a function with a signature", str(error)) from None
    hints = {**_hints(plain), **({} if cls is None else _hints(cls))}
    documented = cls or plain
    fields: list[FieldOf] = []
    for one in signature.parameters.values():
        if one.kind in (one.VAR_POSITIONAL, one.VAR_KEYWORD):
            raise mismatch(f"{name}.{one.name}", "a parameter with a name and a type", str(one))
        if one.name not in bound:
            default = attrs.NOTHING if one.default is one.empty else one.default
            fields.append(FieldOf(one.name, hints.get(one.name, Any), default))

    def make(**values: Any) -> inspect.BoundArguments:
        return inspect.BoundArguments(signature, values)

    return Record(name, fields, make, *_documentation(inspect.getdoc(documented), documented))


def _fields_of(cls: Any) -> Iterator[FieldOf]:
    if attrs.has(cls):
        hints = _hints(cls)
        for one in attrs.fields(cls):
            if one.init:
                default = ... if isinstance(one.default, attrs.Factory) else one.default  # type: ignore[arg-type]
                yield FieldOf(one.alias, hints.get(one.name, one.type or Any), default)
    elif dataclasses.is_dataclass(cls):
        hints = _hints(cls)
        for each in dataclasses.fields(cls):
            if each.init:
                default = attrs.NOTHING if each.default is dataclasses.MISSING else each.default
                if each.default_factory is not dataclasses.MISSING:
                    default = ...
                yield FieldOf(each.name, hints[each.name], default)
    else:
        for name, hint in _hints(cls).items():
            # Where annotations are strings, `__required_keys__` has all of them.
            optional = get_origin(hint) is typing.NotRequired or name not in cls.__required_keys__
            is_optional = optional and get_origin(hint) is not typing.Required
            yield FieldOf(name, hint, ... if is_optional else attrs.NOTHING)


def _hints(annotated: Any) -> dict[str, Any]:
    try:
        return typing.get_type_hints(annotated, include_extras=True)
    except (NameError, TypeError, SyntaxError) as error:
        name = getattr(annotated, "__qualname__", repr(annotated))
        raise mismatch(name, "annotations that can be resolved", str(error)) from None


def _specialized(hint: Any, given: Mapping[Any, Any]) -> Any:
    """Return a type with the variables of a generic class replaced: `list[T]` as `list[int]`."""
    if isinstance(hint, TypeVar):
        return given.get(hint, hint)
    parameters = getattr(hint, "__parameters__", ()) if get_args(hint) else ()
    return hint[tuple(given.get(one, one) for one in parameters)] if parameters else hint


def _documentation(text: str | None, documented: Any) -> tuple[str | None, dict[str, str]]:
    # A dataclass without a docstring has its signature for one.
    if not text or text.startswith(f"{getattr(documented, '__name__', '')}("):
        return None, {}
    parsed = parse_docstring(text)
    named = {one.arg_name: one.description for one in parsed.params if one.description}
    return (parsed.description or "").strip() or None, named


class Marker:
    """Marks the records inside of a type, so that pydantic asks here for their schemas.

    One marks one type: a record that refers to itself is built once.
    """

    def __init__(self) -> None:
        self._begun: set[str] = set()
        self._numbers: dict[Any, int] = {}

    def mark(self, hint: Any) -> Any:
        """Return a type for pydantic: with records marked, and texts in `Annotated` as fields."""
        origin, inner = get_origin(hint), get_args(hint)
        if origin is Annotated:
            metadata = [
                Field(description=m) if isinstance(m, str) else m for m in hint.__metadata__
            ]
            return Annotated[(self.mark(inner[0]), *metadata)]
        if origin in _QUALIFIERS:
            return self.mark(inner[0])
        if (record := record_of(hint)) is not None:
            number = self._numbers.setdefault(hint, len(self._numbers))
            return self.marked(record, f"{record.name}:{number}")
        if not inner or origin is typing.Literal:
            return hint
        marked = tuple(self.mark(one) for one in inner)
        if origin in (Union, UnionType):
            return reduce(lambda left, right: left | right, marked)
        return hint if marked == inner else origin[marked]

    def marked(self, record: Record, reference: str = "Root:0") -> Any:
        """Return a type whose schema is that of a record; `reference` tells it from others."""
        return Annotated[Any, _MarkedRecord(self, record, reference)]

    def begins(self, reference: str) -> bool:
        """Return whether a record is met for the first time."""
        is_new = reference not in self._begun
        self._begun.add(reference)
        return is_new


class _MarkedRecord:
    def __init__(self, marker: Marker, record: Record, reference: str) -> None:
        self._marker = marker
        self._record = record
        self._reference = reference
        # null stands for the default, unless it is a value of the field: strict schemas require
        # every field.
        self._left_out = {
            one.name
            for one in record.fields
            if one.default is not attrs.NOTHING and not _takes_none(one.hint)
        }

    def __get_pydantic_core_schema__(self, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        if not self._marker.begins(self._reference):
            return core_schema.definition_reference_schema(self._reference)
        fields = {
            one.name: core_schema.typed_dict_field(
                self._schema(one, handler), required=one.default is attrs.NOTHING
            )
            for one in self._record.fields
        }
        return core_schema.no_info_after_validator_function(
            self._make,
            core_schema.typed_dict_schema(
                fields,
                extra_behavior="forbid",
                metadata={DESCRIPTION: self._record.description},
            ),
            ref=self._reference,
        )

    def _schema(self, one: FieldOf, handler: GetCoreSchemaHandler) -> CoreSchema:
        hint, description = one.hint, self._record.described.get(one.name)
        if one.name in self._left_out:
            hint = _without_qualifier(hint) | None
            if isinstance(one.default, _PLAIN):
                description = f"{description or ''} (null: {describe(one.default)})".strip()
        if description:
            hint = Annotated[hint, Field(description=description)]
        try:
            return handler.generate_schema(self._marker.mark(hint))
        except (PydanticSchemaGenerationError, PydanticUserError):
            # The schema for JSON names the place.
            return core_schema.is_instance_schema(object, cls_repr=shown(one.hint))

    def _make(self, values: dict[str, Any]) -> Any:
        given = {k: v for k, v in values.items() if v is not None or k not in self._left_out}
        try:
            return self._record.make(**given)
        except TypeError as error:
            raise ValueError(str(error)) from None  # as pydantic takes it: of an attrs validator


def _without_qualifier(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) in _QUALIFIERS else hint


def _takes_none(hint: Any) -> bool:
    if get_origin(hint) in (Annotated, *_QUALIFIERS):
        return _takes_none(get_args(hint)[0])
    return hint in (None, NoneType, Any) or NoneType in get_args(hint)


def shown(hint: Any) -> str:
    """Return a type as it is written, without the names of modules."""
    is_class = isinstance(hint, type) and not get_args(hint)
    return hint.__name__ if is_class else re.sub(r"(?<![\w<>.])(?:[\w<>]+\.)+", "", str(hint))

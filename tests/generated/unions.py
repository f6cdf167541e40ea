"""Where the document has unions that `type` tells apart: the tables for the tests of variants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tests.document import (
    Schema,
    alternatives,
    fields,
    name_of,
    object_schemas,
    python_name,
    resolve,
    schemas,
    variants,
)


class Kind(NamedTuple):
    """One value of `type` in one union, and the schema that it stands for."""

    union: str
    tag: str
    member: Schema

    def __str__(self) -> str:
        return f"{self.union}-{self.tag}"

    @property
    def class_name(self) -> str:
        name = name_of(self.member)
        assert name is not None, f"{self} is written in place, and has no name to expect"
        return python_name(name)


class Place(NamedTuple):
    """A field of a component schema that holds one value of a union, or a list of them."""

    owner: str
    field: str
    union: Schema
    is_list: bool

    def __str__(self) -> str:
        return f"{self.owner}.{self.field}"


def unions() -> list[str]:
    """Return the component schemas that are unions told apart by `type`."""
    return [name for name, schema in schemas().items() if variants(schema)]


def kinds() -> list[Kind]:
    """Return every kind of every union, save where several members share one `type`."""
    return [
        Kind(union, tag, members[0])
        for union in unions()
        for tag, members in variants(schemas()[union]).items()
        if len(members) == 1
    ]


def places() -> list[Place]:
    """Return every field, of any component schema, that holds such a union."""
    return [
        Place(owner, field, union, is_list)
        for owner in object_schemas()
        for field, schema in fields(schemas()[owner])[0].items()
        for union, is_list in _unions_in(schema)
    ]


def _unions_in(schema: Schema) -> Iterator[tuple[Schema, bool]]:
    if variants(schema):
        yield schema, False
        return
    for part in [schema, *alternatives(schema)]:
        items = resolve(part).get("items")
        if items and variants(items):
            yield items, True

"""Places in a request or a response, with the fields that the OpenAPI document has for each.

An object at a place may be of several types. What has been found out of the document is kept, so
that a request costs look-ups.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any

from .._schema.document import problems
from .._schema.unions import TAG
from .._schema.values import REQUIRED, JsonObject, Problem, is_object
from .item_schemas import item_tag, returned_item, sent_item
from .schema_parts import Schema, fields, parts, tags, union
from .structured_output import emptiest_of_document

#: The types of decoded JSON that can have fields inside.
CONTAINERS = frozenset[type]({dict, list})
#: How many tags a place remembers at most: names that somebody makes up have no end.
MAX_TAGS = 1000


class Place:
    """A place, with the schema of what stands there."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._by_tag: dict[str | None, Mapping[str, Place]] = {}
        self._forms: dict[str | None, _Form] = {}

    def unknown_fields(self, value: JsonObject | list[Any]) -> list[Problem]:
        """Return the fields of a value, at any depth, that no schema for their place declares."""
        found: list[Problem] = []
        if isinstance(value, list):
            place = self._items
            for n, one in enumerate(value):
                if type(one) in CONTAINERS and (bad := place.unknown_fields(one)):
                    found += [problem.under(n) for problem in bad]
        elif declared := self.fields(item_tag(value)):
            for name, one in value.items():
                if (inner := declared.get(name)) is None:
                    found.append(_unknown_field(name))
                elif type(one) in CONTAINERS and (bad := inner.unknown_fields(one)):
                    found += [problem.under(name) for problem in bad]
        return found

    def fitted(
        self, value: JsonObject, whole: Collection[str] = (), extra: Collection[str] = ()
    ) -> JsonObject:
        """Return an object without the fields that the document lacks, with those it requires.

        The objects in its fields are fitted as well, but for those that are of several types.

        Args:
            value: The object; it is not changed, and is what is returned if it fits.
            whole: Names of fields, at any depth, whose values stay as they are.
            extra: Names of fields that stay although the document lacks them.
        """
        tag = item_tag(value)
        if (form := self._forms.get(tag)) is None:
            form = self._form(tag)
        declared, required, inner = form
        if not declared:
            return value
        if not value.keys() <= declared.keys():
            value = {k: one for k, one in value.items() if k in declared or k in extra}
        if not required.keys() <= value.keys():
            value = required | value
        for name, place in inner:
            if is_object(one := value.get(name)) and name not in whole:
                value = value | {name: place.fitted(one, whole, extra)}
        return value

    def fields(self, tag: str | None) -> Mapping[str, Place]:
        """Return the fields of an object with this tag; none where any may be there."""
        if (known := self._by_tag.get(tag)) is not None:
            return known
        found: dict[str, Schema] = {}
        if all(
            part.get("additionalProperties", False) is False for part in parts(self.schema, tag)
        ):
            found = fields(self.schema, tag)
        places = {name: Place(schema) for name, schema in found.items()}
        if len(self._by_tag) < MAX_TAGS:
            self._by_tag[tag] = places
        return places

    @cached_property
    def is_mixed(self) -> bool:
        """Return whether objects of several types may be there."""
        return len(tags(self.schema) or ()) > 1

    @cached_property
    def _items(self) -> Place:
        found = [part["items"] for part in parts(self.schema) if "items" in part]
        # Where items are sent, any form of one is meant, also one that was returned.
        is_sent = any(one in (sent_item(), *sent_item().get("anyOf", ())) for one in found)
        return Place(union([*found, sent_item(), returned_item()] if is_sent else found))

    def _form(self, tag: str | None) -> _Form:
        """Find out what an object with this tag has to be made of."""
        declared = self.fields(tag)
        found = problems(self.schema, {} if tag is None else {TAG: tag})
        absent = [one.path[0] for one in found if (one.message, one.code) == REQUIRED]
        required = {
            name: emptiest_of_document(place.schema)
            for name, place in declared.items()
            if name in absent
        }
        inner = [(n, place) for n, place in declared.items() if not place.is_mixed]
        form = declared, required, [(n, place) for n, place in inner if place.fields(None)]
        if len(self._forms) < MAX_TAGS:
            self._forms[tag] = form
        return form


#: The fields of an object, those that it must have with the emptiest values, and those whose
#: objects are of one type.
_Form = tuple[Mapping[str, Place], JsonObject, list[tuple[str, Place]]]


def _unknown_field(name: str) -> Problem:
    return Problem((name,), "is unknown", "unknown_parameter", unknown=True)

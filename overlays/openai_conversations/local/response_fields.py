"""What the local service makes by itself, in the form that the OpenAPI document has for it.

The rules write down what the service was seen to send. A document that no longer has a field of
that, or that requires another one, is followed here. What a client has sent stays as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import Any

from .._schema.document import problems
from .places import Place
from .schema_parts import Schema, body, default, event, fields, response, tags, union
from .structured_output import emptiest_of_document

Json = dict[str, Any]

#: The fields of a response that the service was seen to send, and that the document lacks.
UNDOCUMENTED = frozenset({"frequency_penalty", "presence_penalty", "store"})


def fitted(operation_id: str, value: Json) -> Json:
    """Return the response to an operation as the document has it; an item stays as it is."""
    place = _response_place(operation_id)
    return value if place.is_mixed else place.fitted(value, _sent_fields(), UNDOCUMENTED)


def fitted_event(value: Json) -> Json:
    """Return an event of a stream as the document has it."""
    return _event_place().fitted(value, _sent_fields(), UNDOCUMENTED)


def known_events(events: Iterable[Json]) -> Iterator[Json]:
    """Yield those events whose types the document has."""
    known = _event_types()
    return (event for event in events if known is None or event["type"] in known)


def repeated_fields(request: Json, names: Collection[str]) -> Json:
    """Return those of the fields of a request that its response has, in the form that they have."""
    declared = _declared()
    given = {name: request[name] for name in names if name in declared}
    fitting = {name for name, one in given.items() if not problems(declared[name], one)}
    return {name: given[name] for name in fitting if given[name] is not None}


def fitted_settings(settings: Json) -> Json:
    """Return settings with values, and with fields in them, that a response may have."""
    declared = _declared()
    values: Json = {}
    for name, one in settings.items():
        if name in declared and problems(declared[name], one):
            one = default(declared[name]) or emptiest_of_document(declared[name])
        values[name] = one
    whole = _response_place("createResponse").fitted(values, extra=settings)
    return {name: whole[name] for name in settings}


@cache
def _declared() -> dict[str, Schema]:
    return fields(response("createResponse"))


@cache
def _sent_fields() -> frozenset[str]:
    return frozenset(fields(body("createResponse")))


@cache
def _response_place(operation_id: str) -> Place:
    return Place(response(operation_id))


@cache
def _events() -> Schema:
    return union(map(event, ("createResponse", "getResponse")))


@cache
def _event_place() -> Place:
    return Place(_events())


@cache
def _event_types() -> frozenset[str] | None:
    return tags(_events())

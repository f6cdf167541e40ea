"""Items to send, of any kind, as the JSON that the service accepts.

An item can be a helper's result, a generated model, a plain mapping, or something that came out of
a conversation or a response. What comes out is wider than what goes in: it has fields, a few
values, and, from servers that are compatible with the service, nulls that the input schemas of the
same `type` do not know and that the service refuses. Such an item is narrowed to a form that goes
in, at any depth. The forms are the generated `TypedDict`s, and `INPUT_FORMS` has what only comes
out; a field or a value that is in neither is newer than the package and stays.

The rules, in the order in which they matter:

1. Nothing is added, and the caller's objects are not changed: an item that needs no change is sent
   as it is, and one that does is copied first (one level deep).
2. The order stays as given. A `reasoning` item belongs to the item that followed it, so the two
   stay neighbours, and its `id` and `encrypted_content` are never touched.
3. A kind that the OpenAPI document does not have (a `RawObject`, a mapping with an unknown `type`
   or role) passes through unchanged; so do content parts that only come out (`text`,
   `summary_text`, `reasoning_text`, `computer_screenshot` in a message). No input form exists for
   them in the document; the service that sent them decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from types import NoneType
from typing import Any, NamedTuple, cast, get_args, get_origin, get_type_hints, is_typeddict

from openai_conversations_api import params

from .generated import INPUT_FORMS, InputForm
from .validation import check_list, describe, invalid, is_mapping, mismatch

_PLAIN = frozenset({str, int, float, bool, type(None), dict})
#: Fields that only come out of some form. An item without them, and without null, is sent as it is.
_SUSPECT = frozenset(name for form in INPUT_FORMS.values() for name in form.output_only)
#: Types of a field that may be null.
_ANYTHING = frozenset({NoneType, object, Any})


def to_response_input(value: object) -> str | list[dict[str, Any]]:
    """Return the `input` of a response as it is sent: a string as it is, or a list of items.

    Source: `InputParam` of createResponse, getInputTokenCounts and compactConversation.
    """
    return value if isinstance(value, str) else to_input_items(value, argument="input")


def to_input_items(items: object, *, argument: str = "items") -> list[dict[str, Any]]:
    """Return models, helpers' results and mappings as JSON objects, in the same order.

    Raises:
        InvalidArgumentError: `items` is not an iterable of items, or one of them is not an item;
            the message names it (`items[3]`, `items[3].content`).
    """
    given = check_list(items, argument, "a list of items")
    return [to_input_item(item, argument, index) for index, item in enumerate(given)]


def to_input_item(item: object, argument: str, index: int) -> dict[str, Any]:
    """Return one item as a JSON object; as `to_input_items`, and errors name `argument[index]`."""
    data = to_dict(item)
    if data is None:
        received = describe(item)
        if isinstance(item, str):
            # Not shown: it is the text of a message.
            length = f"a string of {len(item)} characters"
            received = f"{length}; MessageItem.user_text(...) makes a message of it"
        raise mismatch(f"{argument}[{index}]", "an item (model or mapping)", received)
    data = _encode_parts(data)
    try:
        if _is_suspect(data):
            narrowed = _narrowed(data, _members(params.InputItemParam))
            data = data if narrowed == data else narrowed
    except RecursionError:
        received = "one that does or is"
        expected = "an item that does not hold itself and is not nested deeply"
        raise mismatch(f"{argument}[{index}]", expected, received) from None
    kind = data.get("type")
    # The one kind that people write by hand, and whose content they leave out or misshape.
    if kind == "message" or (kind is None and "role" in data):
        content = data.get("content")
        if not isinstance(content, (str, list)):
            expected = "a string or a list of content parts"
            raise invalid(f"{argument}[{index}].content", expected, content)
        return data
    if not isinstance(kind, str):
        # A reference may leave out its type; anything else without one cannot be told apart.
        if kind is None and "id" in data:
            return data
        raise invalid(f"{argument}[{index}].type", "the item's type as a string", kind)
    return data


def to_dict(value: object) -> dict[str, Any] | None:
    """Return the JSON object of a model or a mapping, a dict itself; None for anything else."""
    if type(value) is dict:
        return cast("dict[str, Any]", value)
    encode: Callable[[], dict[str, Any]] | None = getattr(value, "to_dict", None)
    if encode is None:
        return dict(value) if is_mapping(value) else None
    return None if isinstance(value, type) else encode()


def needs_id(item: Mapping[str, Any]) -> bool:
    """Return whether an item cannot be sent without an id: all forms that it can have require one.

    Source: the `required` of the members of `InputItem`. True for an unknown type.
    """
    kind = item.get("type")
    forms = _forms(_members(params.InputItemParam), kind)
    fitting = [form for form in forms if kind is not None or form.required <= item.keys()]
    return all("id" in form.required for form in fitting)


def without_needless_id(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item as a new one, for the service to give it an id, if the form allows that.

    An assistant's message with a list of parts, and reasoning, keep theirs.
    """
    bare = {name: value for name, value in item.items() if name != "id"}
    types = _members(params.InputItemParam)
    form = _form_for(bare, types)
    if form is None or not form.required <= bare.keys():
        return dict(item)
    # Without an id and a type, it is of a form that does not know every field.
    narrowed: dict[str, Any] = _narrowed(bare, types)
    return narrowed


def formless(item: Mapping[str, Any]) -> Iterator[str]:
    """Give the places in an item, "" for itself, whose kind the document has no input form for."""
    return _formless(item, _members(params.InputItemParam), "")


def _formless(value: Any, types: frozenset[Any], place: str) -> Iterator[str]:
    if isinstance(value, list):
        for index, each in enumerate(cast("list[object]", value)):
            yield from _formless(each, types, f"{place}[{index}]")
    elif isinstance(value, dict) and _are_closed(types):
        given = cast("dict[str, Any]", value)
        form = _form_for(given, types)
        if form is None:
            yield place
            return
        for name, inner in given.items():
            yield from _formless(inner, form.fields.get(name, frozenset()), f"{place}.{name}")


def _are_closed(types: frozenset[Any]) -> bool:
    """Return whether a mapping has to be of one of the forms among types."""
    free = any(hint in (object, Any) or get_origin(hint) is Mapping for hint in types)
    return not free and any(map(is_typeddict, types))


def _encode_parts(data: dict[str, Any]) -> dict[str, Any]:
    """Encode models in a mapping, as in `{"role": "user", "content": [Content.text("Hi")]}`."""
    encoded: dict[str, Any] = {}
    for key, value in data.items():
        if type(value) in _PLAIN:
            continue
        if type(value) is list or isinstance(value, tuple):
            parts = cast("list[Any]", value)
            if isinstance(parts, tuple) or not _PLAIN.issuperset(map(type, parts)):
                encoded[key] = [_encode(part) for part in parts]
        else:
            encoded[key] = _encode(value)
    return {**data, **encoded} if encoded else data


def _is_suspect(value: dict[str, Any] | list[Any]) -> bool:
    """Return whether a JSON value holds null, or a field that may only come out, at any depth."""
    if isinstance(value, dict) and not _SUSPECT.isdisjoint(value):
        return True
    for each in value.values() if isinstance(value, dict) else value:
        if each is None or (isinstance(each, (dict, list)) and _is_suspect(cast("Any", each))):
            return True
    return False


def _encode(value: Any) -> Any:
    data = None if type(value) in _PLAIN else to_dict(value)
    return value if data is None else data


class _Form(NamedTuple):
    """One of the `TypedDict`s, with the types that each of its fields allows."""

    fields: dict[str, frozenset[Any]]
    required: frozenset[str]
    generated: InputForm

    def fits(self, value: Mapping[str, Any]) -> bool:
        """Return whether an object can be of this form, once narrowed."""
        _, values, shapes = self.generated
        return all(value.get(name) in (None, *known) for name, known in values.items()) and all(
            isinstance(value.get(name), shape | None) for name, shape in shapes.items()
        )

    def loss(self, value: Mapping[str, Any]) -> tuple[int, ...]:
        """Return how many parts of an object fit nothing here, and how many fields are unknown."""
        unknown = value.keys() - self.fields.keys()
        parts = [
            _form_for(part, types)
            for name, types in self.fields.items()
            if isinstance(inner := value.get(name), list)
            for part in cast("list[object]", inner)
            if is_mapping(part)
        ]
        filled = [name for name in unknown if value[name] is not None]
        return parts.count(None), len(filled), len(unknown)


def _narrowed(value: Any, types: frozenset[Any]) -> Any:
    """Return a value as one of these types, without what only comes out and refused nulls.

    A null in a field that is unknown, or below a value of free form, stays.
    """
    if isinstance(value, list):
        return [_narrowed(each, types) for each in cast("list[object]", value)]
    if not isinstance(value, dict):
        return value
    given = cast("dict[str, Any]", value)
    form = _form_for(given, types)
    if form is None:
        return given
    narrowed: dict[str, Any] = {}
    for name, inner in given.items():
        only = form.generated.output_only.get(name, ())
        if only is None or inner in only:
            continue
        allowed = form.fields.get(name, _ANYTHING)
        if inner is None and not allowed & _ANYTHING:
            continue
        narrowed[name] = _narrowed(inner, allowed) if isinstance(inner, (dict, list)) else inner
    return narrowed


def _form_for(value: Mapping[str, Any], types: frozenset[Any]) -> _Form | None:
    """Return which of the types an object can be: of several, the one of which it loses least."""
    kind = value.get("type")
    forms = _forms(types, kind if isinstance(kind, str | None) else "")
    if kind is None:
        forms = [form for form in forms if form.required <= value.keys()]
    if len(forms) > 1:
        fitting = [form for form in forms if form.fits(value)]
        return min(fitting, key=lambda form: form.loss(value), default=None)
    return forms[0] if forms else None


@lru_cache(maxsize=512)  # a server may send any number of unknown types
def _forms(types: frozenset[Any], kind: str | None) -> list[_Form]:
    """Return the forms among types that an object with this `type`, or without any, can have."""
    found: list[_Form] = []
    for each in sorted(filter(is_typeddict, types), key=lambda each: each.__name__):
        form = _form(each)
        untyped = kind is None and "type" not in form.required
        kinds = form.fields.get("type", (kind,))
        # The `type` of an error is any string, and tells nothing of its form.
        if untyped or kind in kinds or str in kinds:
            found.append(form)
    return found


class _Models:
    """Stands for the models in annotations: to import all of them would take 0.3 seconds."""

    def __getattr__(self, name: str) -> Any:
        return _Models


@cache
def _form(dictionary: Any) -> _Form:
    hints = get_type_hints(dictionary, localns={"models": _Models()})
    fields = {name: _members(hint) for name, hint in hints.items()}
    generated = INPUT_FORMS.get(dictionary.__name__, InputForm({}, {}, {}))
    return _Form(fields, dictionary.__required_keys__, generated)


@cache
def _members(hint: Any) -> frozenset[Any]:
    """Return the types that an annotation allows: of a union, and of the elements of a sequence."""
    return frozenset(_each_member(hint))


def _each_member(hint: Any) -> Iterator[Any]:
    # The keys of a mapping are free, whatever its values are.
    inner = () if get_origin(hint) is Mapping else get_args(hint)
    for each in inner:
        yield from _each_member(each)
    if not inner:
        yield hint

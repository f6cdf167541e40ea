"""The operations of the API.

The generated package says what each operation takes and where it is sent; nothing of that is
written again here. What a value has to be is decided by its annotation there, and by
name only where the service documents a limit.
"""

from __future__ import annotations

from ast import literal_eval
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, cached_property, lru_cache, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast
from urllib.parse import quote

from ..errors import APIStatusError, InvalidArgumentError
from .encoding import check_header, quote_value, quoted
from .generated import MISSING, OPERATIONS, Parameter, descriptions
from .input_items import to_dict, to_input_items, to_response_input
from .request import OperationRequest
from .types import Options, omit
from .validation import (
    check_id,
    check_integer,
    check_item_count,
    check_limit,
    check_list,
    check_metadata,
    check_one_of,
    check_strings,
    check_text,
    invalid,
    is_mapping,
    mismatch,
    unexpected_keyword,
)

if TYPE_CHECKING:
    from openai_conversations_api import models

_T = TypeVar("_T")
_NO_OPTIONS = Options()
_quoted = lru_cache(maxsize=256)(partial(quote, safe=""))


class Operation(Generic[_T]):
    """One operation, by its id in the spec; its module is imported with the first response.

    `lacking` is what to do where a server does not have it.
    """

    def __init__(self, operation_id: str, lacking: str = "") -> None:
        described = OPERATIONS.get(operation_id, MISSING)
        self.id = operation_id
        self.method_name = operation_id
        """The method of the facade, once it is defined; for error messages."""
        self.parameters = described.parameters
        self._lacking = lacking
        self._method = described.method
        self._path = described.path
        self._module = described.module
        self._has_body = described.body_required or any(
            p.location == "body" for p in described.parameters
        )
        self._by_name = {p.name: p for p in described.parameters if p.location != "path"}
        self._required = [p.name for p in self._by_name.values() if p.required]

    @property
    def descriptions(self) -> dict[str, str]:
        """What each parameter is for, in a line."""
        return descriptions(self.id)

    @cached_property
    def decode(self) -> Callable[[Any], _T]:
        """Turns the JSON value of a response into the model."""
        module: Any = import_module(f"openai_conversations_api.api.{self._module}")
        return cast("Callable[[Any], _T]", module._decode)

    @cached_property
    def identity(self) -> str:
        """The parameter of the path that the response has as its `id`; "" if there is none.

        It is the one that the response's model is named for (deleting an item responds with its
        conversation), or else the one that the path ends with.
        """
        in_path = [p.name for p in self.parameters if p.location == "path"]
        model: str = getattr(self.decode, "args", ("",))[0]
        named = f"{model.lower()}_id"
        if named in in_path:
            return named
        return in_path[-1] if self._path.endswith("}") else ""

    def request(
        self, params: Mapping[str, Any], /, **path: object
    ) -> tuple[OperationRequest[_T], Options]:
        """Put together a request, and `Options`, from a method's keyword arguments.

        Args:
            params: by the Python names of the parameters, and of `Options`; `omit` stands for a
                parameter that is not given.
            path: the values of the path's parameters.

        Raises:
            InvalidArgumentError: a keyword is unknown, a required one is missing, a value cannot
                be sent, or the OpenAPI document does not have the operation any more.
        """
        if not self._path:
            known = f"an operation of the OpenAPI document, which has no {self.id} any more"
            raise InvalidArgumentError(self.method_name, expected=known, received="a call")
        query: list[str] = []
        headers: list[tuple[bytes, bytes]] = []
        body: Any = {} if self._has_body else omit
        options: dict[str, Any] = {}
        # A keyword is one of six things.
        for name, value in params.items():
            parameter = self._by_name.get(name)
            if parameter is None:
                # 1. An option of the request, or 2. unknown.
                if name not in Options._fields:
                    raise self._unknown(name, self.method_name)
                if value is not omit:
                    options[name] = value
            elif value is omit:
                # 3. Not given.
                continue
            elif parameter.location == "body":
                # 4. A member of the body, where None is null; without a key, the body itself.
                try:
                    checked = None if value is None else _to_json(parameter, value)
                except RecursionError:
                    expected = "a value that does not hold itself and is not nested deeply"
                    raise mismatch(name, expected, "one that does or is") from None
                if parameter.key:
                    body[parameter.key] = checked
                else:
                    body = checked
            elif value is not None:
                # 5. A part of the query, or 6. a header. Neither can say null, so None is absent.
                if parameter.location == "query":
                    query += _to_query(parameter, value)
                else:
                    text = str(value).lower() if isinstance(value, bool) else str(value)
                    headers.append(check_header(parameter.key, text, name))
        for name in self._required:
            if params.get(name, omit) is omit:
                message = f"{self.method_name}() missing required keyword argument: {name!r}"
                raise InvalidArgumentError(
                    name, expected="a value", received="nothing", message=message
                )
        address, expected_id = self._path, None
        for name, value in path.items():
            checked = check_id(value, name)
            address = address.replace(f"{{{name}}}", _quoted(checked))
            if name == self.identity:
                expected_id = checked
        request = OperationRequest(
            self._method,
            address,
            "&".join(query),
            body,
            self.decode,
            self.id,
            headers,
            expected_id=expected_id,
        )
        return request, Options(**options) if options else _NO_OPTIONS

    def explain(self, error: APIStatusError) -> None:
        """Add to an error what to do, if it may come from a server without the operation."""
        if self._lacking and error.status_code in (404, 405):
            error.add_note(self._lacking)

    def own(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return those of keyword arguments that are parameters of the operation.

        For several requests: an iterator, which would be empty after the first, becomes a list.
        """
        return {
            name: list(cast("Iterator[object]", value)) if isinstance(value, Iterator) else value
            for name, value in params.items()
            if name in self._by_name
        }

    def check_keywords(self, names: Iterable[str], method: str) -> None:
        """Raise `InvalidArgumentError` for the first name that the operation does not take.

        `method` is the one that was called, where the operation has several.
        """
        for name in names:
            if name not in self._by_name and name not in Options._fields:
                raise self._unknown(name, method)

    def _unknown(self, name: str, method: str) -> InvalidArgumentError:
        extra = "extra_body" if self._has_body else "extra_query"
        advice = f"{extra}={{{name!r}: ...}} sends a parameter that is newer than this package"
        known = [*self._by_name, *Options._fields]
        return unexpected_keyword(method, name, known, advice)


def _to_json(parameter: Parameter, value: Any) -> Any:
    check = _BY_NAME.get(parameter.name)
    if check is not None:
        return check(value, parameter.name)
    annotation = parameter.annotation
    if annotation.startswith("SequenceNotStr["):
        return check_strings(value, parameter.name)
    if "params.InputItemLike" in annotation:
        return to_response_input(value) if annotation.startswith("str |") else _to_items(value)
    if annotation.startswith("Iterable["):
        return [encode(element) for element in check_list(value, parameter.name, "a list")]
    return encode(value)


def _to_query(parameter: Parameter, value: Any) -> list[str]:
    name = parameter.name
    check = _BY_NAME.get(name)
    if check is not None:
        value = check(value, name)
    elif parameter.annotation.startswith("SequenceNotStr["):
        value = check_strings(value, name)
    elif parameter.annotation == "int":
        value = check_integer(value, name)
    elif parameter.annotation.startswith("Literal[") and " | " not in parameter.annotation:
        value = check_one_of(value, name, _choices(parameter.annotation))
    values = cast("list[object]", value if isinstance(value, list) else [value])
    key = quoted(parameter.key, name)
    return [f"{key}={quote_value(each, name)}" for each in values]


@cache
def _choices(annotation: str) -> list[str]:
    # Parsing takes longer than all else of a query, and leaves a cycle of functions behind.
    choices: list[str] = literal_eval(annotation.removeprefix("Literal"))
    return choices


def _to_items(value: object) -> list[dict[str, Any]]:
    items = to_input_items(value)
    check_item_count(items)
    return items


def _to_tools(value: object, argument: str) -> list[Any]:
    tools = check_list(value, argument, "a list")
    for index, tool in enumerate(tools):
        if (data := to_dict(tool)) is None:
            expected = "a tool (a model or a mapping; `Tool.function` makes one of a function)"
            raise invalid(f"{argument}[{index}]", expected, tool)
        _check_flat(data, f"{argument}[{index}]")
    # A call names its function, and nothing else would tell two of `Tool.function` apart.
    names = [tool.name for tool in tools if hasattr(tool, "parse_arguments")]
    if len({*names}) < len(names):
        raise mismatch(argument, "functions of different names", ", ".join(names))
    return [encode(tool) for tool in tools]


def _to_tool_choice(value: object, argument: str) -> object:
    if data := to_dict(value):
        _check_flat(data, argument)
    return encode(value)


def _check_flat(tool: Mapping[str, Any], argument: str) -> None:
    """Refuse the form of chat completions; source: `FunctionTool`, `ToolChoiceFunction`."""
    if is_mapping(tool.get("function")) and "name" not in tool:
        received = "the form of chat completions, {'type': 'function', 'function': {...}}"
        raise mismatch(argument, "{'type': 'function', 'name': ...}, all in one object", received)


def _to_reference(value: object, argument: str) -> object:
    """Return the id of a conversation, also where the caller has the whole of it at hand."""
    if is_mapping(value):
        return dict(value)
    return check_id(value, argument)


_BY_NAME: dict[str, Callable[[Any, str], Any]] = {
    "after": check_text,
    "conversation": _to_reference,
    "limit": check_limit,
    "metadata": check_metadata,
    "model": check_text,
    "previous_response_id": check_id,
    "tool_choice": _to_tool_choice,
    "tools": _to_tools,
}
"""Checks of parameters for which the service documents more than their type."""


def encode(value: Any) -> Any:
    """Return models, and lists and dictionaries with models in them, as plain JSON values."""
    return _encode()(value)


@cache
def _encode() -> Callable[[Any], Any]:
    from openai_conversations_api.types import encode

    return encode


create_conversation: Operation[models.Conversation] = Operation("createConversation")
list_conversations: Operation[models.ConversationList] = Operation(
    "listConversations",
    lacking="OpenAI's service does not list conversations. A ConversationIndex, given to the "
    "client, knows those that were created through it.",
)
get_conversation: Operation[models.Conversation] = Operation("getConversation")
update_conversation: Operation[models.Conversation] = Operation("updateConversation")
delete_conversation: Operation[models.DeletedConversation] = Operation("deleteConversation")
create_items: Operation[models.ConversationItemList] = Operation("createConversationItems")
get_item: Operation[models.ConversationItem] = Operation("getConversationItem")
list_items: Operation[models.ConversationItemList] = Operation("listConversationItems")
delete_item: Operation[models.Conversation] = Operation("deleteConversationItem")
create_response: Operation[models.Response] = Operation("createResponse")
get_response: Operation[models.Response] = Operation("getResponse")
delete_response: Operation[None] = Operation("deleteResponse")
cancel_response: Operation[models.Response] = Operation("cancelResponse")
compact_conversation: Operation[models.CompactedResponse] = Operation("compactConversation")
list_input_items: Operation[models.ResponseItemList] = Operation("listInputItems")
count_input_tokens: Operation[models.TokenCounts] = Operation("getInputTokenCounts")

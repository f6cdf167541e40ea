"""The operations of the API: the one module that knows the generated package's private names.

A generated endpoint module has two pure halves, `_get_kwargs` (arguments to request) and `_decode`
(JSON to model). They are driven from here; paths, query names and models are not written again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, cached_property, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from .encoding import quoted
from .request import OperationRequest
from .types import Omit, given, omit

if TYPE_CHECKING:
    from openai_conversations_api import models

_T = TypeVar("_T")


class Operation(Generic[_T]):
    """One operation of the document; its generated module is imported at the first call."""

    def __init__(self, operation_id: str, module: str, *, has_body: bool = False) -> None:
        self.id = operation_id
        self._module = f"openai_conversations_api.api.{module}"
        self._has_body = has_body

    @cached_property
    def _request(self) -> Callable[..., dict[str, Any]]:
        module: Any = import_module(self._module)
        return cast("Callable[..., dict[str, Any]]", module._get_kwargs)

    @cached_property
    def decode(self) -> Callable[[Any], _T]:
        """Turns the JSON value of an answer into the model."""
        module: Any = import_module(self._module)
        return cast("Callable[[Any], _T]", module._decode)

    def request(
        self,
        arguments: Mapping[str, object],
        *,
        body: Mapping[str, object] | Omit = omit,
        stream: bool = False,
    ) -> OperationRequest[_T]:
        """What to send.

        Args:
            arguments: of the path and the query, by the document's names.
            body: the JSON object to send.
            stream: ask for events?
        """
        given_arguments = {name: value for name, value in arguments.items() if given(value)}
        if self._has_body:
            # The generated half would look for models in the body; ours holds none any more.
            given_arguments["body"] = _NO_BODY
        kwargs = self._request(**given_arguments)
        return OperationRequest(
            method=kwargs["method"],
            path=kwargs["url"],
            query=_query(kwargs["params"]) if kwargs.get("params") else "",
            body=body,
            decode=self.decode,
            operation=self.id,
            stream=stream,
        )


_NO_BODY: dict[str, object] = {}


def _query(pairs: list[tuple[str, str]]) -> str:
    return "&".join(f"{quoted(name, name)}={quoted(value, name)}" for name, value in pairs)


def encode(value: Any) -> Any:
    """Models, and lists and dictionaries with models in them, as plain JSON values."""
    return _encode()(value)


@cache
def _encode() -> Callable[[Any], Any]:
    from openai_conversations_api.types import encode

    return encode


@cache
def event_decoder() -> Callable[[Any], models.ResponseStreamEvent]:
    """Turns the JSON value of one event of a streamed response into a model.

    By the table, which imports a model when its event first comes; the union's own module has to
    import all 58.
    """
    from openai_conversations_api._decoding import decode_one
    from openai_conversations_api._unions import RESPONSE_STREAM_EVENT

    return partial(decode_one, RESPONSE_STREAM_EVENT)


create_conversation: Operation[models.Conversation] = Operation(
    "createConversation", "conversations.create_conversation", has_body=True
)
get_conversation: Operation[models.Conversation] = Operation(
    "getConversation", "conversations.get_conversation"
)
update_conversation: Operation[models.Conversation] = Operation(
    "updateConversation", "conversations.update_conversation", has_body=True
)
delete_conversation: Operation[models.DeletedConversation] = Operation(
    "deleteConversation", "conversations.delete_conversation"
)
create_items: Operation[models.ConversationItemList] = Operation(
    "createConversationItems", "conversations.create_conversation_items", has_body=True
)
get_item: Operation[models.ConversationItem] = Operation(
    "getConversationItem", "conversations.get_conversation_item"
)
list_items: Operation[models.ConversationItemList] = Operation(
    "listConversationItems", "conversations.list_conversation_items"
)
delete_item: Operation[models.Conversation] = Operation(
    "deleteConversationItem", "conversations.delete_conversation_item"
)
create_response: Operation[models.Response] = Operation(
    "createResponse", "responses.create_response", has_body=True
)
get_response: Operation[models.Response] = Operation("getResponse", "responses.get_response")
delete_response: Operation[None] = Operation("deleteResponse", "responses.delete_response")
cancel_response: Operation[models.Response] = Operation(
    "cancelResponse", "responses.cancel_response"
)
compact_conversation: Operation[models.CompactedResponse] = Operation(
    "compactConversation", "responses.compact_conversation", has_body=True
)
list_input_items: Operation[models.ResponseItemList] = Operation(
    "listInputItems", "responses.list_input_items"
)
count_input_tokens: Operation[models.TokenCounts] = Operation(
    "getInputTokenCounts", "responses.get_input_token_counts", has_body=True
)

"""Items to send: messages, references, reasoning, and the input of a response.

Each class is a namespace of static methods that return generated models, so that an editor shows
what there is after the dot, and that an item that was built here can be used wherever one that was
read from a conversation can. `tool_items.py` has the outputs of tools, `content.py` the parts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import overload

from openai_conversations_api import models as m
from openai_conversations_api import params as p

from .._request.input_items import to_dict, to_input_items
from .._request.validation import check_id, check_list, check_text, invalid
from .content import check_each, check_parts, input_parts, output_parts
from .maker import Maker


class MessageItem(metaclass=Maker):
    """Makes messages: from a text, or from a list of parts (see `Content`).

    A text that is not a string is an `InvalidArgumentError`. So are parts that are empty, are not a
    list, or cannot be sent; the message names the one (`parts[2]`).
    """

    _classes = ("Message", "InputMessage", "EasyInputMessage", "OutputMessage")

    @staticmethod
    def user_text(text: str) -> m.InputMessage:
        """Make a message from the user."""
        return _text_message("user", text)

    @staticmethod
    def system_text(text: str) -> m.InputMessage:
        """Make an instruction from the system; it outranks the user's messages."""
        return _text_message("system", text)

    @staticmethod
    def developer_text(text: str) -> m.InputMessage:
        """Make an instruction from the developer; it outranks the user's messages."""
        return _text_message("developer", text)

    @staticmethod
    def assistant_text(text: str, *, phase: m.MessagePhase | None = None) -> m.EasyInputMessage:
        """Make an earlier message from the assistant, as in a conversation that began elsewhere.

        The text is sent as a string: it is the only form of an assistant's message that the
        service takes without an id.

        Args:
            text: the words.
            phase: `"commentary"` or `"final_answer"`, as a model gave it.
        """
        return m.EasyInputMessage(role="assistant", content=check_text(text, "text"), phase=phase)

    @staticmethod
    def user(parts: Iterable[str | m.InputContent]) -> m.InputMessage:
        """Make a message from the user: `["What is this?", Content.image(path="cat.png")]`."""
        return m.InputMessage(role="user", content=input_parts(parts, "parts"))

    @staticmethod
    def system(parts: Iterable[str | m.InputContent]) -> m.InputMessage:
        """Make an instruction from the system."""
        return m.InputMessage(role="system", content=input_parts(parts, "parts"))

    @staticmethod
    def developer(parts: Iterable[str | m.InputContent]) -> m.InputMessage:
        """Make an instruction from the developer."""
        return m.InputMessage(role="developer", content=input_parts(parts, "parts"))

    @overload
    @staticmethod
    def assistant(
        parts: Iterable[str], *, id: None = None, phase: m.MessagePhase | None = None
    ) -> m.EasyInputMessage: ...

    @overload
    @staticmethod
    def assistant(
        parts: Iterable[str | m.OutputMessageContent],
        *,
        id: str,
        phase: m.MessagePhase | None = None,
    ) -> m.OutputMessage: ...

    @staticmethod
    def assistant(
        parts: Iterable[str | m.OutputMessageContent],
        *,
        id: str | None = None,
        phase: m.MessagePhase | None = None,
    ) -> m.EasyInputMessage | m.OutputMessage:
        """Make an earlier message from the assistant.

        Args:
            parts: strings, or with an `id` also `Content.output_text` and `Content.refusal`.
            id: the message's id, as the service gave it. Without one, the service takes an
                assistant's words as one string only, so the strings are joined.
            phase: `"commentary"` or `"final_answer"`, as a model gave it.

        Returns:
            An `OutputMessage` (status `completed`) if there is an `id`, else an `EasyInputMessage`.
        """
        if id is None:
            given = check_parts(parts, "parts")
            expected = "a string (other parts need the message's id: id=…)"
            texts: list[str] = check_each(given, str, "parts", expected)
            return MessageItem.assistant_text("".join(texts), phase=phase)
        content = output_parts(parts, "parts")
        id = check_id(id, "id")
        return m.OutputMessage(
            id=id, role="assistant", status="completed", content=content, phase=phase
        )


class ItemReference(metaclass=Maker):
    """Makes references to items that the service already has."""

    _classes = ("ItemReferenceParam",)

    @staticmethod
    def of(id: str) -> m.ItemReferenceParam:
        """Make an item that stands for the one with this id, which is then not sent again.

        Raises:
            InvalidArgumentError: `id` is empty or malformed.
        """
        return m.ItemReferenceParam(type="item_reference", id=check_id(id, "id"))


class ReasoningInputItem(metaclass=Maker):
    """Makes reasoning items out of what was stored elsewhere."""

    _classes = ("ReasoningItem",)

    @staticmethod
    def create(
        id: str, *, summary: Iterable[str] = (), encrypted_content: str | None = None
    ) -> m.ReasoningItem:
        """Make a model's reasoning, to be followed by the item that it led to.

        The service refuses a reasoning item without the item that followed it, so keep the two
        together and in this order. A reasoning item that was read needs no helper: pass it on.

        Args:
            id: as the service gave it.
            summary: the texts of the summary; none is fine.
            encrypted_content: as the service gave it, when `include` asked for
                `reasoning.encrypted_content`. Without storage, the service needs it.

        Raises:
            InvalidArgumentError: `id` is malformed, or `summary` is not a list of strings.
        """
        texts = enumerate(check_list(summary, "summary", "a list of strings"))
        id = check_id(id, "id")
        parts = [m.SummaryTextContent(text=check_text(one, f"summary[{n}]")) for n, one in texts]
        return m.ReasoningItem(id=id, summary=[*parts], encrypted_content=encrypted_content)


class ResponseInput(metaclass=Maker):
    """Makes the `input` of a response, which is a text or a list of items."""

    _classes = ("str", "list")

    @staticmethod
    def text(text: str) -> str:
        """Return the text, checked; the service reads it as one message from the user.

        Raises:
            InvalidArgumentError: `text` is not a string, or is empty.
        """
        if not check_text(text, "text"):
            raise invalid("text", "a text that is not empty", text)
        return text

    @staticmethod
    def items(items: Iterable[str | p.InputItemLike]) -> list[p.InputItemLike]:
        """Return a list of items, checked; a bare string becomes a message from the user.

        Raises:
            InvalidArgumentError: one of them is not an item; the message names it (`items[3]`).
        """
        made: list[p.InputItemLike] = [
            MessageItem.user_text(item) if isinstance(item, str) else item
            for item in check_list(items, "items", "a list of items")
        ]
        to_input_items(made)
        return made


def message_text(item: object) -> str:
    """Return the text of a message: one to send or one that was read, a model or a mapping.

    The texts of all parts that have one are joined without a separator, as in `Message.text`;
    images, files and refusals have none.

    Raises:
        InvalidArgumentError: `item` is not a message.
    """
    data = to_dict(item)
    if data is None or "role" not in data or data.get("type", "message") != "message":
        raise invalid("item", "a message (model or mapping with a role)", item)
    content = data.get("content")
    if isinstance(content, str):
        return content
    texts = ((to_dict(part) or {}).get("text") for part in content or ())
    return "".join(text for text in texts if isinstance(text, str))


def _text_message(role: str, text: str) -> m.InputMessage:
    # The helper used most: the general way through `input_parts` takes twice as long.
    return m.InputMessage(role=role, content=[m.InputTextContent(text=check_text(text, "text"))])

"""Items to send: messages, references, reasoning, and the input of a response.

Each class is a namespace of static methods that return generated models, so that an editor shows
what there is after the dot, and that what was built here can be used wherever an item that was read
from a conversation can. The items that answer a tool's call are in `tool_items.py`, the parts of
content in `parts.py`.

The models are imported inside the methods. Making a client must not cost the classes of all items.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast, overload

from .._request.input_items import to_dict, to_input_items
from .._request.validation import check_id, check_list, check_text, invalid
from ..errors import InvalidArgumentError
from .content import input_parts

if TYPE_CHECKING:
    from openai_conversations_api import models as m

    from .._request.input_items import ItemLike
    from .content import InputPart, OutputPart


class MessageItem:
    """Makes messages: from a text, or from a list of parts (see `Content`)."""

    @staticmethod
    def user_text(text: str) -> m.InputMessage:
        """What the user says.

        Raises:
            InvalidArgumentError: `text` is no string.
        """
        return _text_message("user", text)

    @staticmethod
    def system_text(text: str) -> m.InputMessage:
        """An instruction from the system; it outranks what the user says.

        Raises:
            InvalidArgumentError: `text` is no string.
        """
        return _text_message("system", text)

    @staticmethod
    def developer_text(text: str) -> m.InputMessage:
        """An instruction from the developer; it outranks what the user says.

        Raises:
            InvalidArgumentError: `text` is no string.
        """
        return _text_message("developer", text)

    @staticmethod
    def assistant_text(text: str, *, phase: m.MessagePhase | None = None) -> m.EasyInputMessage:
        """What the assistant said earlier, as in a conversation that began elsewhere.

        The text is sent as a string: it is the only form of an assistant's message that the
        service takes without an id.

        Args:
            text: the words.
            phase: `"commentary"` or `"final_answer"`, as a model gave it.

        Raises:
            InvalidArgumentError: `text` is no string.
        """
        from openai_conversations_api.models import EasyInputMessage

        return EasyInputMessage(role="assistant", content=check_text(text, "text"), phase=phase)

    @staticmethod
    def user(parts: Iterable[str | InputPart]) -> m.InputMessage:
        """What the user says, in parts: `["What is this?", Content.image(path="cat.png")]`.

        Raises:
            InvalidArgumentError: `parts` is empty or no list, or one of them is no input part.
        """
        return _input_message("user", parts)

    @staticmethod
    def system(parts: Iterable[str | InputPart]) -> m.InputMessage:
        """An instruction from the system, in parts.

        Raises:
            InvalidArgumentError: `parts` is empty or no list, or one of them is no input part.
        """
        return _input_message("system", parts)

    @staticmethod
    def developer(parts: Iterable[str | InputPart]) -> m.InputMessage:
        """An instruction from the developer, in parts.

        Raises:
            InvalidArgumentError: `parts` is empty or no list, or one of them is no input part.
        """
        return _input_message("developer", parts)

    @overload
    @staticmethod
    def assistant(
        parts: Iterable[str], *, id: None = None, phase: m.MessagePhase | None = None
    ) -> m.EasyInputMessage: ...

    @overload
    @staticmethod
    def assistant(
        parts: Iterable[str | OutputPart], *, id: str, phase: m.MessagePhase | None = None
    ) -> m.OutputMessage: ...

    @staticmethod
    def assistant(
        parts: Iterable[str | OutputPart],
        *,
        id: str | None = None,
        phase: m.MessagePhase | None = None,
    ) -> m.EasyInputMessage | m.OutputMessage:
        """What the assistant said earlier, in parts.

        Args:
            parts: strings, or with an `id` also `Content.output_text` and `Content.refusal`.
            id: the message's id, as the service gave it. Without one, the service takes an
                assistant's words as one string only, so the strings are joined.
            phase: `"commentary"` or `"final_answer"`, as a model gave it.

        Returns:
            An `OutputMessage` (status `completed`) if there is an `id`, else an `EasyInputMessage`.

        Raises:
            InvalidArgumentError: `parts` is empty or no list, or one of them cannot be sent.
        """
        given = _output_parts(parts)
        if id is None:
            for index, part in enumerate(given):
                if not isinstance(part, str):
                    expected = "a string (other parts need the message's id: id=…)"
                    raise invalid(f"parts[{index}]", expected, part)
            return MessageItem.assistant_text("".join(cast("list[str]", given)), phase=phase)

        from openai_conversations_api.models import OutputMessage

        from .content import Content

        return OutputMessage(
            id=check_id(id, "id"),
            role="assistant",
            status="completed",
            content=[
                Content.output_text(part) if isinstance(part, str) else part for part in given
            ],
            phase=phase,
        )


class ItemReference:
    """Makes references to items that the service already has."""

    @staticmethod
    def of(id: str) -> m.ItemReferenceParam:
        """Stands for the item with this id, which is then not sent again.

        Raises:
            InvalidArgumentError: `id` is empty or malformed.
        """
        from openai_conversations_api.models import ItemReferenceParam

        return ItemReferenceParam(type="item_reference", id=check_id(id, "id"))


class ReasoningInputItem:
    """Makes reasoning items out of what was stored elsewhere."""

    @staticmethod
    def create(
        id: str,
        *,
        summary: Iterable[str] = (),
        encrypted_content: str | None = None,
    ) -> m.ReasoningItem:
        """A model's reasoning, to be followed by the item that it led to.

        The service refuses a reasoning item without the item that followed it, so keep the two
        together and in this order. A reasoning item that was read needs no helper: pass it on.

        Args:
            id: as the service gave it.
            summary: the texts of the summary; none is fine.
            encrypted_content: as the service gave it, when `include` asked for
                `reasoning.encrypted_content`. Without storage, the service needs it.

        Raises:
            InvalidArgumentError: `id` is malformed, or `summary` is no list of strings.
        """
        from openai_conversations_api.models import ReasoningItem, SummaryTextContent

        return ReasoningItem(
            id=check_id(id, "id"),
            summary=[
                SummaryTextContent(text=check_text(text, f"summary[{index}]"))
                for index, text in enumerate(check_list(summary, "summary", "a list of strings"))
            ],
            encrypted_content=encrypted_content,
        )


class ResponseInput:
    """Makes the `input` of a response, which is a text or a list of items."""

    @staticmethod
    def text(text: str) -> str:
        """A text; the service reads it as one message of the user's.

        Raises:
            InvalidArgumentError: `text` is no string or is empty.
        """
        if not check_text(text, "text"):
            raise invalid("text", "a text that is not empty", text)
        return text

    @staticmethod
    def items(items: Iterable[str | ItemLike]) -> list[ItemLike]:
        """A list of items, checked now; a bare string in it stands for a message of the user's.

        Raises:
            InvalidArgumentError: one of them is no item; the message names it (`items[3]`).
        """
        made: list[ItemLike] = [
            MessageItem.user_text(item) if isinstance(item, str) else item
            for item in check_list(items, "items", "a list of items")
        ]
        to_input_items(made)
        return made


def message_text(item: object) -> str:
    """The text of a message: what goes in, what comes out, a model or a mapping.

    The texts of all parts that have one are joined without a separator, as in `Message.text`;
    images, files and refusals have none.

    Raises:
        InvalidArgumentError: `item` is no message.
    """
    data = to_dict(item)
    if data is None or "role" not in data or data.get("type", "message") != "message":
        raise invalid("item", "a message: a model or a mapping with a role", item)
    content = data.get("content")
    if isinstance(content, str):
        return content
    texts: list[str] = []
    for part in content or ():
        fields = to_dict(part) or {}
        if isinstance(text := fields.get("text"), str):
            texts.append(text)
    return "".join(texts)


def _text_message(role: str, text: str) -> m.InputMessage:
    # What people send most: the general way through `input_parts` takes twice as long.
    from openai_conversations_api.models import InputMessage, InputTextContent

    return InputMessage(role=role, content=[InputTextContent(text=check_text(text, "text"))])


def _input_message(role: str, parts: Iterable[str | InputPart]) -> m.InputMessage:
    from openai_conversations_api.models import InputMessage

    return InputMessage(role=role, content=input_parts(parts, "parts"))


def _output_parts(parts: Iterable[str | OutputPart]) -> list[str | OutputPart]:
    given = check_list(parts, "parts", "a list of content parts")
    if not given:
        raise InvalidArgumentError("parts", expected="at least one part", received="none")
    return given

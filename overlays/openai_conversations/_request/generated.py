"""The private names of the generated package: the one module that knows them.

`OPERATIONS` says what each operation takes and where it is sent, `INPUT_FORMS` what of an item that
came out does not go in again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from openai_conversations_api._json_text import dumps as dumps
from openai_conversations_api._parameters import INPUT_FORMS as INPUT_FORMS
from openai_conversations_api._parameters import OPERATIONS as OPERATIONS
from openai_conversations_api._parameters import InputForm as InputForm
from openai_conversations_api._parameters import Operation
from openai_conversations_api._parameters import Parameter as Parameter

if TYPE_CHECKING:
    from openai_conversations_api._decoding import Dispatch

MISSING = Operation("", "", "", "", False, False, (), ())
"""In the place of an operation that has a method, and that the document has lost."""


def descriptions(operation_id: str) -> dict[str, str]:
    """Return what each parameter of an operation is for; loaded for `help()` alone."""
    from openai_conversations_api._parameter_docs import DESCRIPTIONS

    return DESCRIPTIONS.get(operation_id, {})


def event_parsers() -> Dispatch:
    """Return what turns the JSON object of one event of a streamed response into a model.

    It imports a model when its event first comes; the union's own module has to import all of them.
    """
    from openai_conversations_api._unions import RESPONSE_STREAM_EVENT

    return RESPONSE_STREAM_EVENT


def tool_kinds() -> dict[str, str]:
    """Return the names of the models of all tools, by their `type`."""
    from openai_conversations_api._unions import TOOL

    return _models_by_kind(TOOL)


def tool_choice_kinds() -> dict[str, str]:
    """Return the names of the models of all choices of a tool that are objects, by their `type`."""
    from openai_conversations_api._unions import TOOL_CHOICE_PARAM

    return _models_by_kind(TOOL_CHOICE_PARAM)


def _models_by_kind(union: Dispatch) -> dict[str, str]:
    names = union._names  # pyright: ignore[reportPrivateUsage]
    return {kind: name for kind, name in names.items() if isinstance(name, str)}

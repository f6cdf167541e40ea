# Made from _async/new_run.py by tools/unasync. Do not edit.
"""From the arguments of `client.conversations.run` to a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openai_conversations_api import models

from .. import _structured as structured
from .._request import operations
from .._request.client_options import to_timeout
from .._request.input_items import to_input_items
from .._request.request import encode_body
from .._request.types import given, omit
from .._request.validation import (
    check_callback,
    check_id,
    check_positive,
    check_text,
    unexpected_keyword,
)
from .._run import NOT_IN_A_RUN
from .._run.calls import Handlers
from ..items.messages import MessageItem
from .http_methods import HttpMethods
from .run import Run
from .run_requests import RunRequests


def new_run(
    client: HttpMethods,
    conversation_id: str | models.Conversation,
    params: Mapping[str, Any],
    text_format: Any,
    *,
    handlers: tuple[Any, Any, Any],
    max_turns: int | None,
    on_progress: Any,
    resume: Any,
    abort_output: str,
    streamed: bool,
) -> Run:
    """Return a run, of which nothing has been sent; the arguments are those of the public method.

    Raises:
        InvalidArgumentError: naming the argument.
    """
    operation = operations.create_response
    method = f"Conversations.run{'_stream' if streamed else ''}"
    for name in NOT_IN_A_RUN:
        if name in params:
            advice = "Conversations.run_stream() gives the events" if name == "stream" else ""
            raise unexpected_keyword(method, name, [], advice)
    operation.check_keywords(params, method)
    check_callback(on_progress)
    own = operation.own(params)
    own["extra_body"] = params.get("extra_body")
    tools, added = own.get("tools", omit), own.pop("input", omit)
    wanted = None
    if given(text_format):
        wanted = structured.TextFormat(text_format, {**own, "tools": omit})
        own = {**wanted.params, "tools": tools}
    place = check_id(conversation_id, "conversation_id")
    request, checked = operation.request({**params, **own, "input": omit, "conversation": place})
    # For its errors: they come before the input is added.
    encode_body(request, checked.extra_body)
    options: dict[str, Any] = checked._asdict()
    del options["extra_body"]
    timeout = client.timeout if not given(checked.timeout) else to_timeout(checked.timeout)
    return Run(
        RunRequests(client, place, own, options, timeout.read),
        Handlers.of(tools if given(tools) else None, *handlers),
        _to_items(added),
        abort_output=check_text(abort_output, "abort_output"),
        max_turns=check_positive(max_turns, "max_turns"),
        on_progress=on_progress,
        resume=resume,
        text_format=wanted,
        streamed=streamed,
        max_retries=client.max_retries,
    )


def _to_items(value: Any) -> list[Any]:
    if value is None or not given(value):
        return []
    if isinstance(value, str):
        return [MessageItem.user_text(value).to_dict()]
    return to_input_items(value, argument="input")

"""From a response that is asked for to a request of Chat Completions. Pure.

Nothing is dropped in silence: what such a request has no place for is a 400 that names it.

Source: createChatCompletion of OpenAI's document, and what the servers of open models take of it:
`max_tokens` and the role `system`, which all of them know, for what OpenAI has newer names.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from .._schema.values import is_array, is_object
from ..archive.formats.chat_completions import CALLS
from .errors import ServiceError, invalid_request

Json = dict[str, Any]

#: The parameters that are numbers or flags there, too.
_SETTINGS = {
    "temperature": "temperature", "top_p": "top_p", "max_output_tokens": "max_tokens",
    "frequency_penalty": "frequency_penalty", "presence_penalty": "presence_penalty",
}  # fmt: skip
#: The parameters that have another form there.
_OUTPUT = {"input", "instructions", "reasoning", "text", "tools", "tool_choice"}
#: What the local service does with or without a model, or what is about OpenAI's machines.
_SERVICE = {
    "background", "background_options", "conversation", "include", "metadata", "model",
    "parallel_tool_calls", "previous_response_id", "prompt_cache_key", "prompt_cache_options",
    "prompt_cache_retention", "safety_identifier", "service_tier", "store", "stream",
    "stream_options", "user",
}  # fmt: skip
#: The fields of items and parts that are for people, or are mapped below.
_ITEM = {"type", "id", "status", "created_by"}
_PART = {"type", "text", "refusal", "annotations", "logprobs"}
_ROLES = {"user": "user", "assistant": "assistant", "system": "system", "developer": "system"}
_CALL_FIELDS = {type: (kind, field) for kind, (type, field) in CALLS.items()}


def chat_request(request: Json, context: list[Json]) -> Json:
    """Return the body of the request for the response that `request` asks for.

    Args:
        request: The body of createResponse.
        context: The items that the model sees, as they are stored.

    Raises:
        ServiceError: A 400 for a parameter or an item that has no counterpart.
    """
    # What OpenAI does with a context that is too long, no other server is known to do.
    kept = {"truncation"} if request.get("truncation") == "disabled" else set[str]()
    _check_fields(request, {*_SETTINGS, *_OUTPUT, *_SERVICE, *kept}, "")
    if "message.output_text.logprobs" in (request.get("include") or ()):
        raise _no_counterpart("include", "message.output_text.logprobs")
    reasoning: Json = request.get("reasoning") or {}
    text: Json = request.get("text") or {}
    _check_fields(reasoning, {"effort"}, "reasoning.")
    _check_fields(text, {"format", "verbosity"}, "text.")
    messages = _messages(context)
    if instructions := request.get("instructions"):
        messages.insert(0, {"role": "system", "content": instructions})
    if not messages:
        raise invalid_request("input", "The model needs a message, or instructions.")
    chat: Json = {new: request.get(name) for name, new in _SETTINGS.items()}
    chat |= {"reasoning_effort": reasoning.get("effort"), "verbosity": text.get("verbosity")}
    chat |= {"response_format": _response_format(text.get("format") or {}), **_tools(request)}
    return {"messages": messages, **_given(chat)}


def _response_format(form: Json) -> Json | None:
    kind = form.get("type", "text")
    if kind == "json_schema":
        names = ("name", "description", "schema", "strict")
        return {"type": kind, kind: _given({name: form.get(name) for name in names})}
    if kind not in ("text", "json_object"):
        raise _no_counterpart("text.format.type", kind)
    return {"type": kind} if kind == "json_object" else None


def _tools(request: Json) -> Json:
    tools = [_tool(one, f"tools[{n}]") for n, one in enumerate(request.get("tools") or ())]
    choice: Any = request.get("tool_choice")
    if is_object(choice) and choice["type"] == "allowed_tools":
        # By leaving out the others, which every server understands.
        allowed = [(one.get("type"), one.get("name")) for one in choice["tools"]]
        tools = [one for one in tools if (one["type"], one[one["type"]]["name"]) in allowed]
        choice = choice["mode"]
    elif is_object(choice):
        if (kind := choice["type"]) not in CALLS:
            raise _no_counterpart("tool_choice.type", kind)
        choice = {"type": kind, kind: {"name": choice["name"]}}
    if tools:
        parallel = request.get("parallel_tool_calls")
        return {"tools": tools, "tool_choice": choice, "parallel_tool_calls": parallel}
    if choice not in (None, "auto", "none"):
        raise invalid_request("tool_choice", "There is no tool to choose.")
    return {}


def _tool(tool: Json, place: str) -> Json:
    kind = tool["type"]
    if kind not in CALLS:
        raise _no_counterpart(f"{place}.type", kind)
    names = ["name", "description", *(["format"] if kind == "custom" else ["parameters", "strict"])]
    _check_fields(tool, {"type", *names}, f"{place}.")
    given = _given({name: tool.get(name) for name in names})
    if is_object(form := given.get("format")) and (inner := form["type"]) == "grammar":
        rest = {name: value for name, value in form.items() if name != "type"}
        given["format"] = {"type": inner, inner: rest}
    return {"type": kind, kind: given}


@dataclass(slots=True)
class _Group:
    """A message, and behind one with calls their outputs, which have to follow it at once."""

    message: Json
    outputs: list[Json] = field(default_factory=list[Json])

    def takes(self, *names: str) -> bool:
        """Return whether these fields still belong to a message of the assistant."""
        fits = self.message["role"] == "assistant" and not self.outputs
        return fits and not any(name in self.message for name in names)


def _messages(context: list[Json]) -> list[Json]:
    groups: list[_Group] = []
    waiting: dict[str, tuple[Json, _Group]] = {}  # the calls without an output, by their ids

    def assistant(*taken: str) -> _Group:
        # Reasoning, a text and calls, in this order, are one message there.
        if not groups or not groups[-1].takes(*taken):
            groups.append(_Group({"role": "assistant"}))
        return groups[-1]

    for item in context:
        type: str = item["type"]
        if type == "message":
            role = _known(item, "role", _ROLES, {"content", "phase"})
            group = assistant("content", "tool_calls") if role == "assistant" else _Group({})
            group.message |= {"role": role, "content": _content(item, item["content"], role)}
            if role != "assistant":
                groups.append(group)
        elif type == "reasoning":
            _check_item(item, {"content", "summary", "encrypted_content"})
            texts = [part["text"] for part in item.get("content") or ()]
            if not texts:
                raise _refused(item, "only its text can be sent, and it has none")
            group = assistant("reasoning_content", "content", "tool_calls")
            group.message["reasoning_content"] = "\n".join(texts)
        elif type in _CALL_FIELDS:
            kind, given = _CALL_FIELDS[type]
            _check_item(item, {"call_id", "name", given})
            if (call_id := item["call_id"]) in waiting:
                raise _refused(item, "another call has the same call_id")
            group = assistant()
            call = {"id": call_id, "type": kind, kind: {"name": item["name"], given: item[given]}}
            group.message.setdefault("tool_calls", []).append(call)
            waiting[call_id] = (item, group)
        elif type.removesuffix("_output") in _CALL_FIELDS:
            _check_item(item, {"call_id", "output", "name"})
            id: Any = item.get("call_id")  # one is not required
            if id not in waiting or f"{waiting[id][0]['type']}_output" != type:
                raise _refused(item, "there is no such call before it")
            content = _content(item, item["output"], "tool")
            message: Json = {"role": "tool", "tool_call_id": id, "content": content}
            waiting.pop(id)[1].outputs.append(message)
        else:
            raise _refused(item, "a message of Chat Completions has no place for it")
    for item, _ in waiting.values():
        raise _refused(item, "its output is missing")
    for group in groups:
        if group.message["role"] == "assistant" and "tool_calls" not in group.message:
            group.message.setdefault("content", "")
    return [message for group in groups for message in (group.message, *group.outputs)]


def _content(item: Json, content: Any, role: str) -> Any:
    """Return the content of a message: a string, or parts if there is more than one text."""
    if not is_array(content):
        return content
    parts = [_part(item, part, role) for part in content]
    if len(parts) == 1 and parts[0]["type"] == "text":
        return parts[0]["text"]
    return parts or ""


def _part(item: Json, part: Json, role: str) -> Json:
    kind = part.get("type")
    if kind in ("input_text", "output_text", "refusal"):
        _check_item(item, _PART, part)
        # Servers of open models know no refusals in requests; its words are what was said.
        return {"type": "text", "text": part["refusal" if kind == "refusal" else "text"]}
    url, detail = part.get("image_url"), part.get("detail")
    if kind != "input_image" or role != "user" or not url or detail == "original":
        raise _refused(item, f"a part of the type {kind!r} as it is here cannot be sent")
    _check_item(item, {"type", "image_url", "detail"}, part)
    image = {"url": url} if detail in (None, "auto") else {"url": url, "detail": detail}
    return {"type": "image_url", "image_url": image}


def _known(item: Json, name: str, table: Mapping[str, str], fields: Collection[str]) -> str:
    _check_item(item, {name, *fields})
    if (value := item[name]) not in table:
        raise _refused(item, f"its {name} is {value!r:.80}")
    return table[value]


def _given(values: Json) -> Json:
    return {name: value for name, value in values.items() if value is not None}


def _unmapped(value: Json, known: Collection[str]) -> str | None:
    """Return the first field with a value that says something and is not known."""
    return next(
        (k for k in value if k not in known and value[k] not in (None, False, [], {})), None
    )


def _check_fields(value: Json, known: Collection[str], place: str) -> None:
    if (name := _unmapped(value, known)) is not None:
        raise _no_counterpart(f"{place}{name}")


def _check_item(item: Json, known: Collection[str], part: Json | None = None) -> None:
    if (name := _unmapped(item if part is None else part, {*_ITEM, *known})) is not None:
        raise _refused(item, f"its {name!r} cannot be sent")


def _no_counterpart(param: str, value: str | None = None) -> ServiceError:
    what = f"'{param:.200}'" if value is None else f"The value {value!r:.200} of '{param:.200}'"
    message = f"{what} has no counterpart in Chat Completions, which the model is behind."
    return invalid_request(param, message, "unsupported_parameter")


def _refused(item: Json, reason: str) -> ServiceError:
    message = f"Item '{item['id']:.200}' (of type '{item['type']:.80}') cannot be sent to the model"
    return invalid_request("input", f"{message}: {reason}.", "unsupported_value")

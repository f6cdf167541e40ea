"""A model behind local mode: any server of the Chat Completions API, such as Ollama or vLLM.

`chat_request` makes the request; here it is sent, and what comes back becomes pieces of items.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import httpx

from .._request.client_options import (
    DEFAULT_TIMEOUT,
    check_base_url,
    check_key,
    to_timeout,
    warn_if_unencrypted,
)
from .._request.types import Timeout
from .._request.validation import check_call_id, check_text
from .._response.parsing import loads, to_status_error
from .._response.server_sent_events import SSEDecoder
from .._schema.values import is_object
from ..archive.formats.chat_completions import CALLS
from ..errors import InvalidArgumentError
from .chat_request import chat_request
from .errors import ServiceError, check_argument, error_type, invalid_request
from .ids import new_id
from .model import ModelError, Piece, RemoteModel, Stream

Json = dict[str, Any]

#: The reasons to finish that leave a response incomplete, and what they are called there.
_INCOMPLETE = {"length": "max_output_tokens", "content_filter": "content_filter"}
#: The kinds of pieces, and the fields of a delta that have their text. OpenAI's document has none
#: for reasoning, and servers do not agree on a name.
_TEXTS = {
    "reasoning_text": ("reasoning_content", "reasoning"),
    "output_text": ("content",),
    "refusal": ("refusal",),
}


class ChatCompletions(RemoteModel):
    """A model for `Client.local(model=...)`: one behind the Chat Completions API.

    Every response is one streamed request to `{base_url}/chat/completions`. Nothing is retried:
    the client does that. Thread-safe.

    Args:
        base_url: The URL of the API, such as `http://127.0.0.1:11434/v1`.
        model: The name of the model there; None passes on the one that a request names.
        api_key: The bearer token for that server, or None for none.
        timeout: Seconds to wait for a connection and for each piece of output, or a `Timeout`.
        http_client: An `httpx.Client` to send with over HTTP/1.1, for proxies and certificates.

    Raises:
        InvalidArgumentError: An argument is not usable.
    """

    def __init__(
        self,
        base_url: str | httpx.URL,
        *,
        model: str | None = None,
        api_key: str | None = None,
        timeout: Timeout = DEFAULT_TIMEOUT,
        http_client: httpx.Client | None = None,
    ) -> None:
        self.base_url = check_base_url(base_url)
        fits = model is None or check_text(model, "model") != ""
        check_argument("model", fits, "the name of a model, or None", model)
        self.model = model
        self._key = None if api_key is None else check_key(api_key)
        if api_key is not None:
            warn_if_unencrypted(self.base_url)
        self._timeout = to_timeout(timeout)
        self._http = httpx.Client() if http_client is None else http_client

    def __repr__(self) -> str:
        return f"ChatCompletions({self.base_url!r}, model={self.model!r})"

    def __call__(self, request: Json, context: list[Json], /) -> Stream:
        """Return the output for a request and its items; it is not sent before it is read.

        Raises:
            ServiceError: A 400 for what Chat Completions has no place for.
        """
        model = request.get("model") if self.model is None else self.model
        if model is None:
            raise invalid_request("model", "Missing required parameter: 'model'.")
        streamed = {"stream": True, "stream_options": {"include_usage": True}}
        body = {"model": model, **chat_request(request, context), **streamed}
        # A connection costs nothing beside a model. One that is kept may be dead or shared by a
        # fork, and to abort a response would end that of another request.
        headers = {"connection": "close"}
        headers |= {} if self._key is None else {"authorization": f"Bearer {self._key}"}
        url = f"{self.base_url}/chat/completions"
        sent = self._http.build_request(
            "POST", url, json=body, headers=headers, timeout=self._timeout
        )
        known = {item["call_id"] for item in context if "call_id" in item}
        return _Completion(self._http, sent, known, self._key)


class _Completion(Stream):
    """What a server responds, as it comes."""

    def __init__(
        self, client: httpx.Client, request: httpx.Request, call_ids: set[str], key: str | None
    ) -> None:
        super().__init__(self._read())
        self._client, self._request, self._key = client, request, key
        self._call_ids = call_ids  # that are taken
        self._calls: dict[int, tuple[Any, Piece]] = {}  # by index: id there, first piece
        self._response: httpx.Response | None = None
        self._network: Any = None
        self._aborted = self._ended = False
        # The connection is known before the headers, which may come after all of the prompt is
        # read: then, too, another thread can end it.
        request.extensions["trace"] = self._trace

    def open(self) -> None:
        """Send the request, and wait for the headers of the response."""
        if self._response is not None:
            return
        where = "The model's server"
        try:
            response = self._client.send(self._request, stream=True)
            content = response.read() if response.status_code != 200 else b""
        except httpx.TimeoutException as error:
            connecting = isinstance(error, (httpx.ConnectTimeout, httpx.PoolTimeout))
            problem = "cannot be reached" if connecting else "did not respond"
            message = f"{where} {problem} in time."
            raise ServiceError(504, message, type="server_error") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            problem = "cannot be reached" if isinstance(error, httpx.ConnectError) else "failed"
            url = self._request.url.copy_with(path="/")
            message = f"{where} {problem} at {url}: {self._shown(error)}"
            raise ServiceError(502, message, type="server_error") from None
        if (status := response.status_code) != 200:
            # Without the key before anything of it is cut.
            shown = self._shown(content.decode("utf-8", "replace"))
            refusal = to_status_error(httpx.Response(status, text=shown, request=self._request))
            status = status if status >= 400 else 502
            raise ServiceError(
                status,
                f"From the model's server: {refusal.message}",
                type=error_type(status),
                code=refusal.code,
                retry_after=response.headers.get("retry-after"),
            )
        self._response = response

    def close(self) -> None:
        """Close the connection, which tells the server to stop."""
        if self._response is not None:
            self._response.close()

    def abort(self) -> None:
        """Shut the connection down, which wakes a thread that reads from it."""
        self._aborted = True
        if self._network is not None and (sock := self._network.get_extra_info("socket")):
            with suppress(OSError):  # It is closed already. The plain method of a TLS socket
                socket.socket.shutdown(sock, socket.SHUT_RDWR)  # is not made for two threads.

    def _trace(self, name: str, info: Json) -> None:
        if name.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._network = info["return_value"]
            if self._aborted:
                self.abort()

    def _read(self) -> Generator[Piece]:
        self.open()
        said, finish = False, None
        with self._broken():
            for chunk in self._chunks():
                if error := chunk.get("error"):
                    text: object = error.get("message") if is_object(error) else error
                    raise ModelError(f"The model's server failed: {self._shown(text)}")
                if is_object(counts := chunk.get("usage")):
                    self.usage = _usage(counts)
                for choice in chunk.get("choices") or ():
                    # A server that does not stream sends a `message`, all at once.
                    for piece in self._pieces(choice.get("delta") or choice.get("message") or {}):
                        said = True
                        yield piece
                    finish = choice.get("finish_reason") or finish
        if finish is None and not self._ended:
            raise ModelError("The model's server ended the stream before it was complete.")
        if not said:
            yield Piece("output_text", "")
        self.incomplete = _INCOMPLETE.get(finish or "")

    @contextmanager
    def _broken(self) -> Generator[None]:
        """Turn what can be wrong with a body into a response that failed."""
        try:
            yield
        except httpx.HTTPError as error:
            message = f"The connection to the model's server broke: {self._shown(error)}"
            raise ModelError(message) from None
        except (ValueError, RecursionError, AttributeError, LookupError, TypeError):
            message = "The model's server sent something that is not a chat completion."
            raise ModelError(message) from None
        finally:
            self.close()

    def _chunks(self) -> Iterator[Json]:
        response = self._response
        assert response is not None
        if "json" in response.headers.get("content-type", ""):
            yield loads(response.read())
            return
        decoder = SSEDecoder()
        for data in response.iter_bytes():
            yield from self._objects(decoder.feed(data))
            if self._ended:
                return
        yield from self._objects(decoder.end())

    def _objects(self, events: Iterable[bytes]) -> Iterator[Json]:
        for data in events:
            if data.lstrip().startswith(b"[DONE]"):
                self._ended = True
                return
            yield loads(data)

    def _pieces(self, delta: Json) -> Iterator[Piece]:
        for kind, names in _TEXTS.items():
            if text := next((delta[name] for name in names if delta.get(name)), None):
                yield Piece(kind, _checked(text))
        for position, call in enumerate(delta.get("tool_calls") or ()):
            yield self._call(call, call.get("index", position))

    def _call(self, call: Json, index: int) -> Piece:
        type, field = CALLS[kind := call.get("type") or "function"]
        tool: Json = call.get(kind) or {}
        text: object = tool.get(field) or ""
        # An object, with some servers.
        text = text if isinstance(text, str) else json.dumps(text)
        id: object = call.get("id")
        known = self._calls.get(index)
        # Some servers give all calls the same index; some repeat the id in each delta.
        if known is None or (id and id != known[0]):
            first = Piece(type, "", self._call_id(id), _checked(tool["name"]))
            known = self._calls[index] = (id, first)
        return replace(known[1], text=text)

    def _call_id(self, id: object) -> str:
        """Return an id that no other call of the conversation has: the own, or a new one."""
        try:
            chosen = check_call_id(id)
        except InvalidArgumentError:
            chosen = ""
        if not chosen or chosen in self._call_ids:
            chosen = new_id("call")
        self._call_ids.add(chosen)
        return chosen

    def _shown(self, text: object) -> str:
        """Return the words of another program without the key."""
        return str(text) if self._key is None else str(text).replace(self._key, "***")


def _checked(text: object) -> str:
    if not isinstance(text, str):
        raise TypeError("not a text")
    return text


def _usage(counts: Json) -> Json:
    def count(name: str, details: str = "") -> int:
        return int(((counts.get(details) or {}) if details else counts).get(name) or 0)

    read, written = count("prompt_tokens"), count("completion_tokens")
    cached = count("cached_tokens", "prompt_tokens_details")
    reasoning = count("reasoning_tokens", "completion_tokens_details")
    return {
        "input_tokens": read,
        "input_tokens_details": {"cached_tokens": cached, "cache_write_tokens": 0},
        "output_tokens": written,
        "output_tokens_details": {"reasoning_tokens": reasoning},
        "total_tokens": read + written,
    }

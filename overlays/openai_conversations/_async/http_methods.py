"""Requests by path, for what the spec (and so this package) does not have yet."""

from __future__ import annotations

from collections.abc import Awaitable
from functools import partial
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack, overload

import httpx

from .. import archive
from .._request.client_options import ClientOptions
from .._request.encoding import quoted
from .._request.library import library_of
from .._request.request import OperationRequest
from .._request.types import Body, GetOptions, Omit, Options, omit, to_options
from .._request.validation import check_text, invalid, mismatch
from .._response.parsing import decoder_of, parse_response
from .._transport.concurrency_async import AsyncBlock
from ..errors import NotFoundError
from .sender import AsyncSender

_T = TypeVar("_T")


#: Names in openai-python, and what has their place here.
_INSTEAD = {"chat": "responses", "completions": "responses", "beta": "conversations"}


class AsyncHttpMethods(AsyncBlock):
    """The part of a client that resources know; and `get`, `post` and `delete` by path."""

    _client_options: ClientOptions
    _sender: AsyncSender
    _parent: AsyncHttpMethods | None = None
    _closed = False

    @property
    def timeout(self) -> httpx.Timeout:
        """The timeouts of requests that do not give their own."""
        return self._client_options.timeout

    @property
    def max_retries(self) -> int:
        """The number of times that a request is retried after a failure that may pass."""
        return self._client_options.max_retries

    @property
    def strict(self) -> bool:
        """Whether a response that does not fit the spec is an error."""
        return self._client_options.strict

    if not TYPE_CHECKING:  # or no checker would find a misspelt name

        def __getattr__(self, name):
            if name in _INSTEAD:
                hint = f"{type(self).__name__} has no {name!r}; see {_INSTEAD[name]!r}"
                raise AttributeError(hint, name=name, obj=self)
            # Also the error of a property comes here, and is raised again.
            return object.__getattribute__(self, name)

    def with_options(self, *args: Any, **options: Any) -> Self:
        """Return a client like this one with some options changed, see `AsyncClient`."""
        raise NotImplementedError

    def is_closed(self) -> bool:
        """Return whether this client, or the one it was copied from, has been closed."""
        return (
            self._closed
            or self._sender.http_client.is_closed
            or (self._parent is not None and self._parent.is_closed())
        )

    def __reduce__(self) -> Any:
        """Raise `InvalidArgumentError`, a `TypeError`: connections and keys do not travel."""
        name = f"this {type(self).__name__}"
        raise mismatch(name, "an object to pickle", "a client: make one in each process")

    def send(
        self, request: OperationRequest[Any], options: Options
    ) -> Awaitable[tuple[httpx.Response, int]]:
        """Send a request, again where the policy allows it; every method ends here.

        Returns:
            The response, read unless the request leaves that to the caller, and the retries taken.

        Raises:
            OpenAIError: one of its subclasses, see `errors`.
        """
        index = self._client_options.index
        if index is not None and index.concerns(request.method, request.path):
            return self._send_and_note(index, request, options)
        return self._sender.send(self._client_options, request, options, self.is_closed)

    async def _send_and_note(
        self, index: archive.ConversationIndex, request: OperationRequest[Any], options: Options
    ) -> tuple[httpx.Response, int]:
        from .._transport.parallel_async import call

        note = partial(index.note, request.method, request.path)
        # What is noted is in the body, so it is read here, also where the caller would read it.
        request = request._replace(unread=False)
        try:
            sent = await self._sender.send(self._client_options, request, options, self.is_closed)
        except NotFoundError:
            if request.method == "DELETE":
                # It is gone, perhaps by an attempt whose response was lost.
                await call(partial(note, b""))
            raise
        await call(partial(note, sent[0].content))
        return sent

    @overload
    async def get(self, path: str, *, cast_to: type[_T], **options: Unpack[GetOptions]) -> _T: ...

    @overload
    async def get(self, path: str, **options: Unpack[GetOptions]) -> Any: ...

    async def get(
        self, path: str, *, cast_to: type[Any] = object, **options: Unpack[GetOptions]
    ) -> Any:
        """GET a path below the base URL.

        Args:
            path: such as "/conversations/conv_123"; plain, since it is percent-encoded.
            cast_to: a model class for the result; `dict`, `list` or `str` for a JSON value that is
                one; `httpx.Response` (`httpx2.Response` where that is what sends) for the response
                itself; left out, the result is the JSON value, whatever it is.
            options: `extra_headers`, `extra_query`, `timeout`, `abort`, as everywhere.

        Raises:
            OpenAIError: one of its subclasses, see `errors`.
        """
        return await self._by_path("GET", path, omit, cast_to, to_options(options, "get"))

    @overload
    async def post(
        self,
        path: str,
        *,
        body: Body | Omit = omit,
        cast_to: type[_T],
        **options: Unpack[GetOptions],
    ) -> _T: ...

    @overload
    async def post(
        self, path: str, *, body: Body | Omit = omit, **options: Unpack[GetOptions]
    ) -> Any: ...

    async def post(
        self,
        path: str,
        *,
        body: Body | Omit = omit,
        cast_to: type[Any] = object,
        **options: Unpack[GetOptions],
    ) -> Any:
        """POST to a path below the base URL; `body` is sent as JSON. Otherwise as `get`."""
        return await self._by_path("POST", path, body, cast_to, to_options(options, "post"))

    @overload
    async def delete(
        self, path: str, *, cast_to: type[_T], **options: Unpack[GetOptions]
    ) -> _T: ...

    @overload
    async def delete(self, path: str, **options: Unpack[GetOptions]) -> Any: ...

    async def delete(
        self, path: str, *, cast_to: type[Any] = object, **options: Unpack[GetOptions]
    ) -> Any:
        """DELETE a path below the base URL. Otherwise as `get`."""
        return await self._by_path("DELETE", path, omit, cast_to, to_options(options, "delete"))

    async def _by_path(
        self, method: str, path: str, body: Body | Omit, cast_to: type[Any], options: Options
    ) -> Any:
        if not check_text(path, "path").startswith("/") or "?" in path or "#" in path:
            expected = "a path that begins with a slash, without a query (see extra_query)"
            raise invalid("path", expected, path)
        encoded = "/".join(quoted(segment, "path") for segment in path.split("/"))
        itself = cast_to is library_of(self._sender.http_client).Response
        decode = decoder_of(object if itself else cast_to)
        request = OperationRequest(method, encoded, "", body, decode)
        response, retries = await self.send(request, options)
        if itself:
            return response
        return parse_response(request, response, retries, strict=self.strict)

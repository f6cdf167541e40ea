"""Calls by path, for what the document (and so this package) does not have yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

import httpx

from .._request.encoding import quoted
from .._request.request import OperationRequest
from .._request.types import Body, Headers, Omit, Options, Query, Timeout, omit
from .._request.validation import invalid

if TYPE_CHECKING:
    from .._response.raw_response import RawResponse
    from ..abort import AbortSignal

_T = TypeVar("_T")


class AsyncHttpMethods:
    """`get`, `post` and `delete`, with everything else as for the operations that have a name."""

    async def send(self, call: OperationRequest[_T], options: Options) -> RawResponse[_T]:
        raise NotImplementedError

    @overload
    async def get(
        self,
        path: str,
        *,
        cast_to: type[_T],
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        timeout: Timeout | Omit = omit,
        abort: AbortSignal | None = None,
    ) -> _T: ...

    @overload
    async def get(
        self,
        path: str,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        timeout: Timeout | Omit = omit,
        abort: AbortSignal | None = None,
    ) -> Any: ...

    async def get(
        self,
        path: str,
        *,
        cast_to: type[Any] = object,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        timeout: Timeout | Omit = omit,
        abort: AbortSignal | None = None,
    ) -> Any:
        """GET a path below the base URL.

        Args:
            path: such as "/conversations/conv_123"; plain, since it is percent-encoded.
            cast_to: a model class for the result; `httpx.Response` for the answer itself; left
                out, the result is the JSON value.
            extra_headers, extra_query, timeout, abort: as everywhere.

        Raises:
            OpenAIError: one of its subclasses, see `errors`.
        """
        options = Options(extra_headers, extra_query, None, timeout, abort)
        return await self._by_path("GET", path, omit, cast_to, options)

    @overload
    async def post(
        self,
        path: str,
        *,
        body: Body | Omit = omit,
        cast_to: type[_T],
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        timeout: Timeout | Omit = omit,
        abort: AbortSignal | None = None,
    ) -> _T: ...

    @overload
    async def post(
        self,
        path: str,
        *,
        body: Body | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        timeout: Timeout | Omit = omit,
        abort: AbortSignal | None = None,
    ) -> Any: ...

    async def post(
        self,
        path: str,
        *,
        body: Body | Omit = omit,
        cast_to: type[Any] = object,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        timeout: Timeout | Omit = omit,
        abort: AbortSignal | None = None,
    ) -> Any:
        """POST to a path below the base URL; `body` is sent as JSON. Otherwise as `get`."""
        options = Options(extra_headers, extra_query, None, timeout, abort)
        return await self._by_path("POST", path, body, cast_to, options)

    @overload
    async def delete(
        self,
        path: str,
        *,
        cast_to: type[_T],
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        timeout: Timeout | Omit = omit,
        abort: AbortSignal | None = None,
    ) -> _T: ...

    @overload
    async def delete(
        self,
        path: str,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        timeout: Timeout | Omit = omit,
        abort: AbortSignal | None = None,
    ) -> Any: ...

    async def delete(
        self,
        path: str,
        *,
        cast_to: type[Any] = object,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        timeout: Timeout | Omit = omit,
        abort: AbortSignal | None = None,
    ) -> Any:
        """DELETE a path below the base URL. Otherwise as `get`."""
        options = Options(extra_headers, extra_query, None, timeout, abort)
        return await self._by_path("DELETE", path, omit, cast_to, options)

    async def _by_path(
        self, method: str, path: str, body: Body | Omit, cast_to: type[Any], options: Options
    ) -> Any:
        if not path.startswith("/") or "?" in path or "#" in path:
            expected = "a path that begins with a slash, without a query (see extra_query)"
            raise invalid("path", expected, path)
        encoded = "/".join(quoted(segment, "path") for segment in path.split("/"))
        decode = getattr(cast_to, "from_dict", _as_it_is)
        reply = await self.send(OperationRequest(method, encoded, "", body, decode), options)
        return reply.http_response if cast_to is httpx.Response else reply.parse()


def _as_it_is(value: Any) -> Any:
    return value

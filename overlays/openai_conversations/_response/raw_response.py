"""A response as it came: what `with_raw_response` gives instead of the result.

Its head is also that of the responses whose body is still to come (`with_streaming_response`).
What is named here shows no key, as errors do not; `http_response` is httpx's own, with everything.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Generic, TypeVar

import httpx

from .headers import shown_response, without_secrets
from .parsing import to_json

_T = TypeVar("_T")


class Head:
    """The status and headers of a response, and how many retries it took."""

    __slots__ = ("http_response", "retries_taken")

    def __init__(self, response: httpx.Response, retries_taken: int) -> None:
        self.http_response = response
        self.retries_taken = retries_taken
        """How many times the request was sent again before this response came."""

    @property
    def status_code(self) -> int:
        """The HTTP status, 200 to 299."""
        return self.http_response.status_code

    @property
    def headers(self) -> httpx.Headers:
        """The headers; names match in any case."""
        return self.http_response.headers

    @property
    def request_id(self) -> str | None:
        """The response's `x-request-id`, worth quoting when you ask for help."""
        value: str | None = self.http_response.headers.get("x-request-id")
        return value

    @property
    def http_request(self) -> httpx.Request:
        """A copy of the request as errors have it: no body, query, or headers that may be secret.

        `http_response.request` is the one that was sent.
        """
        return without_secrets(self.http_response.request)

    @property
    def method(self) -> str:
        """The method of the request, after redirects."""
        return self.http_response.request.method

    @property
    def url(self) -> httpx.URL:
        """The address of the request, after redirects; without its query, as `http_request`."""
        return self.http_request.url

    @property
    def http_version(self) -> str:
        """The version of HTTP, such as "HTTP/1.1"."""
        return self.http_response.http_version

    @property
    def elapsed(self) -> timedelta:
        """The time from sending the request (its last attempt) to the end of the body.

        For `with_streaming_response` and streams: to its head.
        """
        return self.http_response.elapsed

    @property
    def is_closed(self) -> bool:
        """Whether the body has been read to its end, or given up."""
        return self.http_response.is_closed

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.status_code}, request_id={self.request_id!r})"


class RawResponse(Head, Generic[_T]):
    """Status, headers and bytes of a response, and the result on demand.

    The names are openai-python's. A response with an error status does not come this way: it raises
    the same errors as without `with_raw_response`.
    """

    __slots__ = ("_parse",)

    def __init__(
        self,
        response: httpx.Response,
        retries_taken: int,
        parse: Callable[[httpx.Response, int], _T],
    ) -> None:
        super().__init__(response, retries_taken)
        self._parse = parse

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle it without the key, which the request has: as errors have responses."""
        shown = shown_response(self.http_response)
        return type(self), (shown, self.retries_taken, self._parse)

    @property
    def content(self) -> bytes:
        """The body, decompressed. Not for streams."""
        return self.http_response.content

    @property
    def text(self) -> str:
        """The body as text. Not for streams."""
        return self.http_response.text

    def json(self) -> Any:
        """Return the body's JSON value.

        Raises:
            APIResponseValidationError: the body is not JSON.
        """
        return to_json(self.http_response)

    def parse(self) -> _T:
        """Return what the same method without `with_raw_response` returns.

        Raises:
            APIResponseValidationError: the body is not JSON or has another form.
        """
        return self._parse(self.http_response, self.retries_taken)

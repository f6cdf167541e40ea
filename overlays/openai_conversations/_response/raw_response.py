"""An answer as it came: what `with_raw_response` gives instead of the result.

Its head is also that of the answers whose body is still to come (`with_streaming_response`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .parsing import to_json

if TYPE_CHECKING:
    import httpx

_T = TypeVar("_T")


class Head:
    """What an answer begins with, and how it was had."""

    __slots__ = ("http_response", "retries_taken")

    def __init__(self, response: httpx.Response, retries_taken: int) -> None:
        self.http_response = response
        self.retries_taken = retries_taken
        """How many times the request was sent again before this answer came."""

    @property
    def status_code(self) -> int:
        """The HTTP status, 200 to 399."""
        return self.http_response.status_code

    @property
    def headers(self) -> httpx.Headers:
        """The headers; names match in any case."""
        return self.http_response.headers

    @property
    def request_id(self) -> str | None:
        """The answer's `x-request-id`, worth quoting when you ask for help."""
        value: str | None = self.http_response.headers.get("x-request-id")
        return value

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.status_code}, request_id={self.request_id!r})"


class RawResponse(Head, Generic[_T]):
    """Status, headers and bytes of an answer, and the result on demand.

    The names are openai-python's. An answer with an error status does not come this way: it raises
    the same errors as without `with_raw_response`.
    """

    __slots__ = ("_decode",)

    def __init__(
        self, response: httpx.Response, retries_taken: int, decode: Callable[[httpx.Response], _T]
    ) -> None:
        super().__init__(response, retries_taken)
        self._decode = decode

    @property
    def content(self) -> bytes:
        """The body, decompressed. Not for streams."""
        return self.http_response.content

    @property
    def text(self) -> str:
        """The body as text. Not for streams."""
        return self.http_response.text

    def json(self) -> Any:
        """The body's JSON value; raises `APIResponseValidationError` if it is none."""
        return to_json(self.http_response)

    def parse(self) -> _T:
        """What the same call without `with_raw_response` returns.

        Raises:
            APIResponseValidationError: the body is no JSON or has another form.
        """
        from ..errors import APIError

        try:
            return self._decode(self.http_response)
        except APIError as error:
            error.retries_taken = self.retries_taken
            raise

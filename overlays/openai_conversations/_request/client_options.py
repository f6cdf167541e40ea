"""The options of a client, checked once, and what they give every request.

Arguments win over environment variables. Everything that can be worked out before the first call
(the URL's prefix, the constant headers) is, so that a call only adds to it.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, cast
from urllib.parse import unquote

import httpx

from .._version import __version__
from ..errors import OpenAIError
from .encoding import check_header, check_header_name, encode_query
from .library import library_of
from .types import URL, Headers, Omit, Query, Timeout, given, omit
from .validation import check_integer, check_list, check_mapping, describe, invalid, mismatch

DEFAULT_BASE_URL = "https://api.openai.com/v1"
LOCAL_BASE_URL = "http://localhost/v1"
# Both as in openai-python: a model may think for minutes, a handshake takes less than a second.
DEFAULT_TIMEOUT = httpx.Timeout(600.0, connect=5.0)
DEFAULT_MAX_RETRIES = 2
# Seconds, 23 days. A socket takes no timeout above 2 ** 31 milliseconds, which is a day more.
_LONGEST = 2_000_000
USER_AGENT = (
    f"openai-conversations/{__version__} python/{sys.version_info[0]}.{sys.version_info[1]}"
)
# httpx decodes others too, but only where further packages are installed.
ACCEPT_ENCODING = "gzip, deflate"


class UnencryptedKeyWarning(UserWarning):
    """The API key goes over plain http to another machine; anybody on the way can read it."""


class ClientOptions:
    """A client's arguments, checked, with what the environment and the defaults say filled in.

    Copies share nothing that can change.

    Attributes:
        api_key: the key, or a function that returns it.
        key_source: where it came from, for an error message.
        base_url: with the path prefix and no slash at the end.
        headers: those of every request, by their name in lower case; without the key. None stands
            for one that is not to be sent.
        query: of every request, encoded.
        timeouts: the `timeout` as an extension of a request has it.
        total: the seconds that an attempt may take, None for no limit.
        to_headers: makes `httpx.Headers`, of which the requests of a client need few.
    """

    def __init__(
        self,
        *,
        api_key: str | Callable[[], Any] | None,
        organization: str | None,
        project: str | None,
        base_url: str | URL | None,
        timeout: Timeout | Omit,
        max_retries: int,
        default_headers: Headers | None,
        default_query: Query | None,
        interceptors: Sequence[Any],
        strict: bool,
        index: Any,
    ) -> None:
        """Check the arguments of a client.

        Raises:
            InvalidArgumentError: naming the argument.
            OpenAIError: no key was given and OPENAI_API_KEY is not set.
        """
        key_source = "the function api_key" if callable(api_key) else "the argument api_key"
        if api_key is None:
            key_source = "the environment variable OPENAI_API_KEY"
            api_key = os.environ.get("OPENAI_API_KEY")
            if not api_key:
                raise OpenAIError(
                    "no API key: set the environment variable OPENAI_API_KEY, or give api_key=... "
                    "to the client (OPENAI_BASE_URL=local:, or Client.local(), needs none)"
                )
        self.api_key = api_key if callable(api_key) else check_key(api_key)
        # As openai-python takes it, a very large number means: for ever.
        self.max_retries = min(check_integer(max_retries, "max_retries"), sys.maxsize)
        if self.max_retries < 0:
            raise invalid("max_retries", "a whole number, 0 or more", max_retries)
        self.organization: str | None = _or_variable(organization, "OPENAI_ORG_ID")
        self.project: str | None = _or_variable(project, "OPENAI_PROJECT_ID")
        self.base_url = check_base_url(_or_variable(base_url, "OPENAI_BASE_URL", DEFAULT_BASE_URL))
        self.timeout = to_timeout(timeout) if given(timeout) else DEFAULT_TIMEOUT
        mapping = "a mapping of names to values"
        self.default_headers = check_mapping(default_headers, "default_headers", mapping)
        self.default_query = check_mapping(default_query, "default_query", mapping)
        self.interceptors = tuple(check_list(interceptors, "interceptors", "a list of functions"))
        self.strict = strict
        self.index = _check_index(index)
        # As far as here they are arguments, from which a copy can be made; the rest follows.
        self._arguments = dict(vars(self))
        self.key_source = key_source
        self.headers: dict[str, tuple[bytes, bytes] | None] = {
            "host": (b"Host", httpx.URL(self.base_url).netloc),
            "accept": (b"Accept", b"application/json"),
            "accept-encoding": (b"Accept-Encoding", ACCEPT_ENCODING.encode()),
            "connection": (b"Connection", b"keep-alive"),
            "user-agent": (b"User-Agent", USER_AGENT.encode()),
        }
        for argument in ("organization", "project"):
            if (value := self._arguments[argument]) is not None:
                name = f"OpenAI-{argument.title()}"
                self.headers[name.lower()] = check_header(name, value, argument)
        merge_headers(self.headers, self.default_headers, "default_headers")
        self.query = encode_query(self.default_query, "default_query")
        self.timeouts = self.timeout.as_dict()
        self.total = longest(self.timeouts)
        self.to_headers = lru_cache(maxsize=8)(httpx.Headers)

    def changed(self, **changes: Any) -> ClientOptions:
        """Return a copy with other values, checked like the original."""
        copy = ClientOptions(**{**self._arguments, **changes})
        if "api_key" not in changes:
            copy.key_source = self.key_source
        return copy


def check_key(key: object) -> str:
    """Return a key if it is a string that can stand in a header; an error never shows it."""
    if not isinstance(key, str):
        raise invalid("api_key", "a string, or a function that gives one", key)
    # A line break at its end, as in a key read from a file, would break the header.
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        expected = "a key of visible ASCII characters (no space or line break at its end)"
        received = f"a string of {len(key)} characters" if key else "an empty string"
        raise mismatch("api_key", expected, received)
    return key


def _check_index(index: object) -> Any:
    if index is None:
        return None
    from ..archive.index import ConversationIndex

    if not isinstance(index, ConversationIndex):
        raise invalid("index", "a ConversationIndex or None", index)
    return index


def to_timeout(timeout: Timeout) -> httpx.Timeout:
    """Return a timeout, or the four of them, as httpx has it; None and more than 23 days mean none.

    Raises:
        InvalidArgumentError: naming the one that is not a number of seconds above 0.
    """
    if not isinstance(timeout, library_of(timeout).Timeout):
        return httpx.Timeout(_to_seconds(timeout, "timeout"))
    steps = cast(httpx.Timeout, timeout).as_dict()
    return httpx.Timeout(**{name: _to_seconds(steps[name], f"timeout.{name}") for name in steps})


def longest(steps: Mapping[str, float | None]) -> float | None:
    """Return the longest time of any step, None for no limit.

    It is also that of the whole attempt, or a response that comes byte by byte would never run into
    a timeout.
    """
    seconds = [time for time in steps.values() if time is not None]
    return max(seconds) if len(seconds) == len(steps) else None


def _to_seconds(value: object, argument: str) -> float | None:
    if value is None:
        return None
    # A bool is a number to Python, and a slip of the pen here. Not to wait for a place is possible.
    if type(value) not in (int, float) or not (
        cast(float, value) > 0 or (value == 0 and argument == "timeout.pool")
    ):
        raise invalid(argument, "seconds above 0, a Timeout of httpx or httpx2, or None", value)
    return cast(float, value) if cast(float, value) < _LONGEST else None


def choose_transport(transport: str | None, names: Sequence[str]) -> str:
    """Return the name of the transport to send with.

    Args:
        transport: One of `names`; None stands for the first of them that is installed.
        names: Those that there are, the fastest first.

    Raises:
        InvalidArgumentError: There is none of this name, or it is not installed.
    """
    if transport is None:
        return next(name for name in names if _is_installed(name))
    if transport == "http.client":
        message = 'transport="http.client" was removed: it now means "httpx"'
        warnings.warn(message, DeprecationWarning, stacklevel=4)
        return "httpx"
    expected = f"None (the fastest installed) or one of {', '.join(map(repr, names))}"
    if transport not in names:
        raise invalid("transport", expected, transport)
    if not _is_installed(transport):
        received = f"{transport!r}, which `pip install 'openai-conversations[fast]'` installs"
        raise mismatch("transport", "a transport that is installed", received)
    return transport


def _is_installed(name: str) -> bool:
    # Without importing it: that is for the first request.
    return name == "httpx" or find_spec(name) is not None


def merge_headers(
    lines: dict[str, tuple[bytes, bytes] | None], extra: Headers | None, argument: str
) -> None:
    """Put headers over others; `omit` as a value, which becomes None, takes one away.

    Raises:
        InvalidArgumentError: naming the header that cannot be sent, or that the client sets itself.
    """
    for name, value in check_mapping(extra, argument, "a mapping of names to values").items():
        place = f"{argument}[{describe(name)}]"
        key = check_header_name(name, place)
        lines[key] = None if value is omit else check_header(name, value, place)


def _or_variable(value: Any, name: str, default: str | None = None) -> Any:
    """Return an argument, or where there is none what the environment says, or the default."""
    return os.environ.get(name) or default if value is None or value == "" else value


def local_path(base_url: object) -> str | None:
    """Return the path in a base URL such as `local:chat.sqlite`, as it is written there.

    "" stands for a database in memory, and None for a URL that is not local. A `URL` is decoded.
    """
    url = _or_variable(base_url, "OPENAI_BASE_URL")
    if not _is_url(url):
        return None
    text: str = url if isinstance(url, str) else unquote(str(url))
    scheme, colon, path = text.partition(":")
    return path if colon and scheme.lower() == "local" else None


def _is_url(value: object) -> bool:
    return isinstance(value, str | library_of(value).URL)


def check_base_url(base_url: object) -> str:
    """Return a base URL without a slash at its end, or raise `InvalidArgumentError`."""
    # An error does not show it: it may hold a password.
    try:
        url = httpx.URL(str(base_url) if _is_url(base_url) else "")
    except (ValueError, httpx.InvalidURL):
        url = httpx.URL()
    if url.scheme not in ("http", "https") or not url.host or (url.port or 0) > 65535:
        local = "local:, which only a new client can have"
        received = local if url.scheme == "local" else "something else"
        raise mismatch("base_url", "a URL such as https://host/v1", received)
    if url.userinfo:
        # httpx would send it in place of the API key.
        expected = "a URL without user and password (see default_headers)"
        raise mismatch("base_url", expected, "a URL with them")
    if url.query or url.fragment:
        expected = "a URL without a query (see default_query)"
        raise mismatch("base_url", expected, "a URL with a query")
    # Paths of operations begin with a slash.
    return str(url).rstrip("/")


_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_warned: set[str] = set()


def warn_if_unencrypted(base_url: str) -> None:
    """Warn, once a host, that the key can be read on its way."""
    url = httpx.URL(base_url)
    host = url.host
    if url.scheme != "http" or host in _LOOPBACK or host.startswith("127.") or host in _warned:
        return
    _warned.add(host)
    message = f"the API key is sent to {host} over plain http, where others can read it"
    warnings.warn(message, UnencryptedKeyWarning, stacklevel=4)

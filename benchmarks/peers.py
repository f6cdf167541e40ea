"""The clients that are measured, each set up in the way its users would.

Everything is imported late, so that a process which measures memory holds one client only.
"""

from __future__ import annotations

from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import aiohttp
    import httpx
    from openai import AsyncOpenAI, OpenAI
    from openai_conversations import AsyncClient, Client

KEY = "sk-none"


def ours(url: str) -> Client:
    """Return this project's client."""
    from openai_conversations import Client

    return Client(api_key=KEY, base_url=url)


def theirs(url: str) -> OpenAI:
    """Return openai-python's client."""
    from openai import OpenAI

    return OpenAI(api_key=KEY, base_url=url)


def async_ours(url: str, transport: str | None = None) -> AsyncClient:
    """Return this project's asynchronous client."""
    from openai_conversations import AsyncClient

    return AsyncClient(api_key=KEY, base_url=url, transport=transport)


def async_theirs(url: str) -> AsyncOpenAI:
    """Return openai-python's asynchronous client, with aiohttp below it."""
    from openai import AsyncOpenAI, DefaultAioHttpClient

    return AsyncOpenAI(api_key=KEY, base_url=url, http_client=DefaultAioHttpClient())


def async_floor() -> aiohttp.ClientSession:
    """Return a session of aiohttp with as many connections as are asked for."""
    import aiohttp

    return aiohttp.ClientSession(
        headers={"Authorization": f"Bearer {KEY}"}, connector=aiohttp.TCPConnector(limit=0)
    )


def plain(url: str) -> httpx.Client:
    """Return an httpx client with the headers that the service needs."""
    import httpx

    return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {KEY}"})


class Floor:
    """The standard library's connection and orjson: less than this no client can do."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        assert address.hostname is not None
        self._connection = HTTPConnection(address.hostname, address.port)
        self._path = address.path
        self._headers = {"Authorization": f"Bearer {KEY}"}

    def open(self, method: str, path: str, body: Any = None) -> Any:
        """Return the response to a request, unread."""
        import orjson

        content, headers = None, self._headers
        if body is not None:
            content, headers = orjson.dumps(body), {**headers, "Content-Type": "application/json"}
        self._connection.request(method, self._path + path, content, headers)
        return self._connection.getresponse()

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """Return the JSON value of the response to a request."""
        import orjson

        return orjson.loads(self.open(method, path, body).read())

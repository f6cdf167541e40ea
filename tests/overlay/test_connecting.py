"""Connecting and writing, step by step: how much of its time each step may take."""

from __future__ import annotations

import socket
from typing import Any

import anyio
import httpcore
import httpx
import pytest
from openai_conversations import APIConnectionError, Client, InvalidArgumentError
from openai_conversations._async.pooled_connection import AsyncPooledConnection
from openai_conversations._request import request as requests
from openai_conversations._request.request import Attempt
from openai_conversations._sync.connection_pool import ConnectionPool
from openai_conversations._sync.pooled_connection import PooledConnection
from openai_conversations._transport import concurrency_async, concurrency_sync
from openai_conversations._transport.aiohttp_transport import AiohttpTransport
from openai_conversations._transport.environment import tls_context

pytestmark = pytest.mark.off_contract


class Clock:
    """A clock that stands still but for what takes time on purpose."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(requests.time, "monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


class Addresses:
    """A network in which a host has addresses, some of which accept, refuse or do not respond."""

    def __init__(self, clock: Clock, monkeypatch: pytest.MonkeyPatch, **addresses: str) -> None:
        self._clock = clock
        self._addresses = {name.replace("_", "."): does for name, does in addresses.items()}
        self.tried: list[tuple[str, float | None]] = []
        monkeypatch.setattr(socket, "getaddrinfo", self._find)
        monkeypatch.setattr(concurrency_sync, "_NETWORK", self)

    def _find(self, host: str, port: int, type: int) -> list[Any]:
        assert (host, type) == ("many.test", socket.SOCK_STREAM)
        return [(socket.AF_INET, type, 6, "", (name, port)) for name in self._addresses]

    def connect_tcp(self, host: str, port: int, timeout: float | None) -> Any:
        self.tried.append((host, timeout))
        if self._addresses[host] == "accepts":
            return Stream(self._clock)
        if self._addresses[host] == "refuses":
            raise httpcore.ConnectError(f"{host} refuses")
        assert timeout is not None
        self._clock.now += timeout
        raise httpcore.ConnectTimeout(f"{host} does not respond")


class Stream(httpcore.NetworkStream):
    """A network stream on which each write takes a second."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.timeouts: list[float | None] = []

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        assert 0 < len(buffer) <= 16384
        self.timeouts.append(timeout)
        self._clock.now += 1

    def start_tls(self, *arguments: Any) -> Stream:
        self.timeouts.append(arguments[2])
        return self

    def close(self) -> None:
        pass

    def get_extra_info(self, info: str) -> Any:
        return None


def connect(timeout: float | None, left: float | None, clock: Clock, scheme: str = "http") -> Any:
    """Connect as a request with a connect timeout does, of an attempt that has `left` seconds."""
    attempt = Attempt(None if left is None else clock.now + left)
    request = httpx.Request("GET", "/", extensions={"timeout": {"connect": timeout}})
    pooled = PooledConnection((scheme.encode(), b"many.test", None), None, tls_context, 4.0)
    pooled.attempt = attempt
    pooled.connect(request)
    return pooled.stream


def test_all_addresses_of_a_host_have_one_timeout(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = {f"10_0_0_{number}": "is silent" for number in range(4)}
    network = Addresses(clock, monkeypatch, **silent)
    with pytest.raises(httpcore.ConnectTimeout):
        connect(8.0, None, clock)
    assert [timeout for _, timeout in network.tried] == [2.0, 2.0, 2.0, 2.0]
    assert clock.now == 1008


def test_an_address_that_is_silent_leaves_time_for_the_next(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = {"10_0_0_1": "refuses", "10_0_0_2": "is silent", "10_0_0_3": "accepts"}
    network = Addresses(clock, monkeypatch, **addresses)
    stream = connect(8.0, 6.0, clock, "https")
    assert network.tried == [("10.0.0.1", 2.0), ("10.0.0.2", 3.0), ("10.0.0.3", 3.0)]
    # What is left of the time is for the handshake.
    assert stream.timeouts == [3.0]


def test_without_a_timeout_each_address_takes_its_time(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = Addresses(clock, monkeypatch, **{"10_0_0_1": "refuses", "10_0_0_2": "refuses"})
    with pytest.raises(httpcore.ConnectError, match=r"10\.0\.0\.2 refuses"):
        connect(None, None, clock)
    assert [timeout for _, timeout in network.tried] == [None, None]


def test_a_host_without_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(*_: Any, **__: Any) -> Any:
        raise socket.gaierror("no such host")

    monkeypatch.setattr(socket, "getaddrinfo", find)
    with (
        Client(api_key="k", base_url="http://127.0.0.1:9", max_retries=0) as client,
        pytest.raises(APIConnectionError, match="no such host") as caught,
    ):
        client.conversations.create()
    assert caught.value.never_sent


def test_async_connecting_is_bounded_as_a_whole(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trying addresses, several at once, is up to anyio, which gets the time for all of them."""
    timeouts: list[float | None] = []

    class Network:
        async def connect_tcp(self, host: str, port: int, timeout: float | None) -> Any:
            timeouts.append(timeout)
            clock.now += 2
            return self

        async def start_tls(self, context: Any, name: str, timeout: float | None) -> Any:
            timeouts.append(timeout)
            return self

    async def run() -> None:
        monkeypatch.setattr(concurrency_async, "_NETWORK", Network())
        request = httpx.Request("GET", "/", extensions={"timeout": {"connect": 8.0}})
        origin = (b"https", b"many.test", None)
        await AsyncPooledConnection(origin, None, tls_context, 4.0).connect(request)

    anyio.run(run)
    assert timeouts == [8.0, 6.0]


def test_each_piece_of_a_body_is_written_within_what_is_left(clock: Clock) -> None:
    """Five seconds are left, and each of eight pieces takes one."""
    origin = (b"http", b"127.0.0.1", 80)
    pooled = PooledConnection(origin, None, tls_context, 4.0)
    pooled.stream = Stream(clock)
    pooled.attempt = Attempt(clock.now + 5)
    with pytest.raises(httpcore.WriteTimeout):
        pooled.write(bytes(8 * 16384), 3.0)
    assert pooled.stream.timeouts == [3.0, 3.0, 3.0, 2.0, 1.0]


def test_head_and_body_are_written_in_one_piece(clock: Clock) -> None:
    pooled = PooledConnection((b"http", b"127.0.0.1", 80), None, tls_context, 4.0)
    pooled.stream = Stream(clock)
    with pytest.raises(NotImplementedError):  # as it would read the response
        pooled.send(httpx.Request("POST", "http://127.0.0.1/", content=b"x" * 9000), Attempt())
    assert pooled.stream.timeouts == [None]


def test_nothing_counts_as_sent_once_the_time_is_over(clock: Clock) -> None:
    pooled = PooledConnection((b"http", b"127.0.0.1", 80), None, tls_context, 4.0)
    pooled.stream = Stream(clock)
    pooled.attempt = Attempt(clock.now, sent=False)
    with pytest.raises(httpcore.WriteTimeout):
        pooled.write(b"GET")
    assert (pooled.attempt.sent, pooled.stream.timeouts) == (False, [])


def test_a_certificate_file_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every request fail at once, and take no place."""
    monkeypatch.setenv("SSL_CERT_FILE", "no-such-file.pem")
    pool = ConnectionPool(max_connections=1)
    with httpx.Client(transport=pool, timeout=httpx.Timeout(5, pool=0.1)) as http:
        client = Client(api_key="k", base_url="https://127.0.0.1:9", http_client=http)
        for _ in range(3):
            with pytest.raises(InvalidArgumentError, match=r"SSL_CERT_FILE: .*No such file"):
                client.conversations.create(timeout=http.timeout)
    assert not pool._places


def test_idle_connections_are_closed_before_servers_do_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four seconds: uvicorn, Node and many gateways keep them for five."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    proxied: Any = Client(api_key="k")._sender.http_client
    pools = [transport._pool for transport in [proxied._transport, *proxied._mounts.values()]]
    kept = {one._keepalive_expiry for one in pools}
    kept |= {ConnectionPool()._expiry, AiohttpTransport()._expiry}
    assert kept == {4.0}

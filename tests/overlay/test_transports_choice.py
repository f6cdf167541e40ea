"""Which transport is chosen, when it is imported, and what of the environment it heeds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import trustme
from openai_conversations import APIConnectionError, AsyncClient, Client, InvalidArgumentError

from tests.overlay.client_runner import ClientRunner
from tests.overlay.scripted_server import (
    CONVERSATION,
    ScriptedServer,
    SecureScriptedServer,
    responds,
)

ON_EVERY_TRANSPORT = True


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def retrieve(client: Any) -> Any:
    return client.conversations.retrieve("conv_1")


@pytest.mark.parametrize("make", [Client, AsyncClient])
@pytest.mark.parametrize("transport", ["curl", "", 7])
def test_an_unknown_name(make: Any, transport: Any) -> None:
    with pytest.raises(InvalidArgumentError, match=r"transport.*'httpx'"):
        make(api_key="k", transport=transport)


def test_a_transport_of_the_other_kind() -> None:
    with pytest.raises(InvalidArgumentError, match=r"one of 'httpx', got 'aiohttp'"):
        Client(api_key="k", transport="aiohttp")


def test_a_transport_that_was_removed_is_another_name_for_httpx(runner: ClientRunner) -> None:
    with (
        ScriptedServer(responds(CONVERSATION)) as server,
        pytest.warns(DeprecationWarning, match=r'http\.client.*now means "httpx"') as caught,
    ):
        raw = runner.run(
            server.url,
            lambda c: c.conversations.with_raw_response.retrieve("conv_1"),
            transport="http.client",
        )
    assert "network_stream" in raw.http_response.extensions
    (warning,) = caught
    assert warning.filename.endswith("client_runner.py")


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    with pytest.raises(InvalidArgumentError, match=r"openai-conversations\[fast\]"):
        AsyncClient(api_key="k", transport="aiohttp")
    with ScriptedServer(responds(CONVERSATION)) as server:
        assert (
            ClientRunner("asyncio", "httpx").run(server.url, retrieve, transport=None).id
            == "conv_1"
        )


def test_an_aiohttp_that_is_too_old_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "openai_conversations._transport.aiohttp_transport", None)
    with ScriptedServer(responds(CONVERSATION)) as server:
        ClientRunner("asyncio", "aiohttp").run(server.url, retrieve, retrieve)
    assert [r.getMessage()[:40] for r in caplog.records if r.levelname == "WARNING"] == [
        "aiohttp cannot be used, sending with htt"
    ]


def test_a_copy_sends_with_the_same(runner: ClientRunner) -> None:
    with ScriptedServer(responds(CONVERSATION)) as server:
        runner.run(server.url, retrieve, lambda c: retrieve(c.with_options(timeout=5)))
    assert server.connections == 1


IMPORTS = """
import sys, anyio
from openai_conversations import AsyncClient, Client
assert "aiohttp" not in sys.modules
clients = [Client(api_key="k"), Client(api_key="k", transport="httpx")]
for transport in (None, "aiohttp", "httpx"):
    clients.append(AsyncClient(api_key="k", base_url=sys.argv[1], transport=transport))
assert not {"aiohttp", "yarl"} & set(sys.modules)

async def call(client):
    async with client:
        await client.conversations.retrieve("conv_1")

anyio.run(call, clients[-1])
anyio.run(call, clients[-2], backend="trio")
assert not {"aiohttp", "yarl"} & set(sys.modules)
anyio.run(call, clients[-3])
assert "aiohttp" in sys.modules
"""


def test_aiohttp_is_imported_by_the_first_request_that_it_sends() -> None:
    with ScriptedServer(responds(CONVERSATION)) as server:
        subprocess.run([sys.executable, "-c", IMPORTS, server.url], check=True)


def test_aiohttp_is_the_default_where_it_is_installed() -> None:
    with ScriptedServer(responds(CONVERSATION)) as server:
        raw = ClientRunner("asyncio", "aiohttp").run(
            server.url,
            lambda c: c.conversations.with_raw_response.retrieve("conv_1"),
            transport=None,
        )
    # httpcore's responses name the stream that they came from, aiohttp's do not.
    assert "network_stream" not in raw.http_response.extensions


# -- proxies


def test_a_proxy_of_the_environment(runner: ClientRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        ScriptedServer(responds(CONVERSATION)) as server,
        ScriptedServer(responds(CONVERSATION)) as proxy,
    ):
        monkeypatch.setenv("HTTP_PROXY", proxy.url.removesuffix("/v1"))
        runner.run(server.url, retrieve)
        assert [seen.target for seen in proxy.requests] == [f"{server.url}/conversations/conv_1"]
        assert server.requests == []
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        runner.run(server.url, retrieve)
    assert (len(proxy.requests), len(server.requests)) == (1, 1)


@pytest.mark.off_contract
def test_https_goes_through_a_tunnel_of_the_proxy(
    runner: ClientRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ScriptedServer(responds(b"", status=403)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.removesuffix("/v1"))
        with pytest.raises(APIConnectionError) as caught:
            runner.run("https://api.invalid/v1", retrieve, max_retries=0)
    assert caught.value.never_sent
    assert [(seen.method, seen.target) for seen in proxy.requests] == [
        ("CONNECT", "api.invalid:443")
    ]
    assert "authorization" not in proxy.requests[0].headers


# -- TLS


def test_a_certificate_that_nobody_vouches_for(runner: ClientRunner, authority: trustme.CA) -> None:
    with (
        SecureScriptedServer(responds(CONVERSATION), authority=authority) as server,
        pytest.raises(APIConnectionError, match=r"(?i)certificate") as caught,
    ):
        runner.run(server.url, retrieve, max_retries=0)
    assert caught.value.never_sent
    assert server.requests == []


def test_a_certificate_that_the_environment_vouches_for(
    runner: ClientRunner, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with SecureScriptedServer(responds(CONVERSATION), authority=authority) as server:
        assert runner.run(server.url, retrieve, retrieve).id == "conv_1"
        assert server.connections == 1
        # It vouches for 127.0.0.1, and for no other name.
        with pytest.raises(APIConnectionError):
            runner.run(server.url.replace("127.0.0.1", "localhost"), retrieve, max_retries=0)

"""Proxies and certificates of the environment: what works, and errors that name the variable."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme
from openai_conversations import (
    APIConnectionError,
    APITimeoutError,
    AsyncClient,
    Client,
    InvalidArgumentError,
    OpenAIError,
)
from openai_conversations._transport import environment

from tests.overlay.client_runner import ClientRunner
from tests.overlay.leaks import KEY, MARK, assert_unmarked, texts_of
from tests.overlay.scripted_server import (
    CONVERSATION,
    ScriptedServer,
    SecureScriptedServer,
    nobody_accepts,
    responds,
)

ON_EVERY_TRANSPORT = True

CLIENTS = [Client, AsyncClient]


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for scheme in ("http", "https", "all", "no"):
        for name in (f"{scheme}_proxy", f"{scheme}_PROXY".upper()):
            monkeypatch.delenv(name, raising=False)
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"):
        monkeypatch.delenv(name, raising=False)


def retrieve(client: Any) -> Any:
    return client.conversations.retrieve("conv_1")


def failure(runner: ClientRunner, url: str, **options: Any) -> OpenAIError:
    with pytest.raises(OpenAIError) as caught:
        runner.run(url, retrieve, max_retries=0, **options)
    assert_unmarked(texts_of(caught.value))
    return caught.value


def unused_address() -> str:
    """Return an address of this machine at which nobody listens."""
    with ScriptedServer(responds(CONVERSATION)) as server:
        return server.url.removeprefix("http://").removesuffix("/v1")


def test_no_connection_says_to_which_address(runner: ClientRunner) -> None:
    address = unused_address()
    error = failure(runner, f"http://{address}/v1")
    assert str(error) == f"Connection error: Connection refused ({address})"
    error = failure(runner, "https://no-such-host.invalid/v1")
    assert "no-such-host.invalid:443" in str(error)
    with nobody_accepts() as url:
        error = failure(runner, url, timeout=httpx.Timeout(30, connect=0.1))
    assert type(error) is APITimeoutError
    assert str(error).endswith(f" to {url[7:-3]}.")


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
def test_a_proxy_that_is_not_there(
    runner: ClientRunner, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = unused_address()
    monkeypatch.setenv(variable, f"http://user:{MARK}@{address}")
    error = failure(runner, "https://api.example.com/v1")
    expected = f"Connection refused (api.example.com:443, proxy http://{address} ({variable}))"
    assert str(error) == f"Connection error: {expected}"


def test_a_proxy_without_a_scheme(runner: ClientRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer(responds(CONVERSATION)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url[7:-3])
        assert runner.run("http://localhost:9/v1", retrieve).id == "conv_1"


def test_a_proxy_that_refuses(runner: ClientRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer(responds(b"", status=407, x=MARK)) as proxy:
        address = proxy.url[7:-3]
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:{MARK}@{address}")
        error = failure(runner, "https://api.example.com/v1", api_key=KEY)
    assert isinstance(error, APIConnectionError)
    assert "407" in str(error)
    assert f"proxy http://{address} (HTTPS_PROXY)" in str(error)
    credentials = base64.b64encode(f"user:{MARK}".encode()).decode()
    assert proxy.requests[0].headers["proxy-authorization"] == f"Basic {credentials}"
    assert "authorization" not in proxy.requests[0].headers


def test_a_host_that_needs_no_proxy(runner: ClientRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example.com:3128")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert "proxy.example.com" not in str(failure(runner, f"http://{unused_address()}/v1"))


WRONG_PROXIES = [
    ("ALL_PROXY", "socks://127.0.0.1:1080"),
    ("HTTPS_PROXY", f"ftp://u:{MARK}@127.0.0.1:21"),
    ("https_proxy", f"http://127.0.0.1:{MARK}"),
    ("HTTP_PROXY", "http://:3128"),
    ("HTTP_PROXY", "http://[::1"),
    ("HTTP_PROXY", "http://127.0.0.1:99999"),
    ("HTTP_PROXY", "http://a\x00b"),
]
WRONG_EXCEPTIONS = ["localhost,::1/128", "[::1]", "fe80::/10", "a,http://[::1", "x:y:z"]


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(("name", "value"), WRONG_PROXIES)
def test_a_proxy_that_cannot_be_used(
    client: Callable[..., Any], name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "\x00" in value:
        monkeypatch.setattr(environment, "getproxies", lambda: {name.lower()[:-6]: value})
    else:
        monkeypatch.setenv(name, value)
    with pytest.raises(InvalidArgumentError) as caught:
        client(api_key=KEY)
    assert caught.value.argument == name
    assert_unmarked(texts_of(caught.value))


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_a_proxy_of_a_kind_that_is_not_installed(
    client: Callable[..., Any], scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "find_spec", lambda name: None)
    monkeypatch.setenv("ALL_PROXY", f"{scheme}://user:{MARK}@127.0.0.1:1080")
    with pytest.raises(InvalidArgumentError, match=r"httpx\[socks\]") as caught:
        client(api_key=KEY)
    assert caught.value.argument == "ALL_PROXY"
    assert_unmarked(texts_of(caught.value))


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("value", WRONG_EXCEPTIONS)
def test_exceptions_that_httpx_cannot_read(
    client: Callable[..., Any], value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", value)
    client(api_key=KEY)  # without a proxy they do not matter
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:3128")
    with pytest.raises(InvalidArgumentError) as caught:
        client(api_key=KEY)
    assert caught.value.argument == "NO_PROXY"


@pytest.mark.parametrize(
    "value",
    ["*", "localhost,127.0.0.1,::1", ".example.com", "example.com, other", "10.0.0.0/8", ","],
)
@pytest.mark.parametrize("client", CLIENTS)
def test_exceptions_that_work(
    client: Callable[..., Any], value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:3128")
    monkeypatch.setenv("no_proxy", value)
    assert not client(api_key=KEY).is_closed()


def files(folder: Path) -> dict[str, Path]:
    text = folder / "text.pem"
    text.write_text("not a certificate")
    return {"missing": folder / "nope.pem", "of something else": text, "a folder": folder}


@pytest.mark.parametrize("kind", ["missing", "of something else", "a folder"])
@pytest.mark.parametrize("proxied", [False, True])
def test_a_file_of_certificates_that_cannot_be_used(
    runner: ClientRunner,
    kind: str,
    proxied: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = files(tmp_path)[kind]
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    if proxied:
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    error = failure(runner, "https://127.0.0.1:9/v1")
    assert isinstance(error, InvalidArgumentError)
    assert error.argument == "SSL_CERT_FILE"
    assert str(path) in str(error)


def test_a_file_for_keys_that_cannot_be_written(
    runner: ClientRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "no" / "folder"))
    error = failure(runner, "https://127.0.0.1:9/v1")
    assert isinstance(error, InvalidArgumentError)
    assert error.argument == "SSLKEYLOGFILE"
    # A good file of certificates is not what is wrong.
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    assert getattr(failure(runner, "https://127.0.0.1:9/v1"), "argument", "") == "SSLKEYLOGFILE"


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        ("", "(trusted: certifi)"),
        ("SSL_CERT_FILE", "(trusted: SSL_CERT_FILE='"),
        ("SSL_CERT_DIR", "(trusted: SSL_CERT_DIR='"),
    ],
)
def test_a_certificate_that_is_not_trusted(
    runner: ClientRunner,
    variable: str,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    if variable:
        path = tmp_path / "ca.pem" if variable == "SSL_CERT_FILE" else tmp_path / "missing"
        monkeypatch.setenv(variable, str(path))
    with SecureScriptedServer(responds(CONVERSATION), authority=trustme.CA()) as server:
        error = failure(runner, server.url)
    assert isinstance(error, APIConnectionError)
    assert error.never_sent
    assert "certificate verify failed: " in str(error)
    assert said in str(error)


def test_other_failures_of_tls_are_not_taken_for_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Raise the error as it is if no variable of the environment is to blame."""

    def broken() -> ssl.SSLContext:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(environment.httpx, "create_ssl_context", broken)
    error = failure(ClientRunner("sync"), "https://127.0.0.1:9/v1")
    assert isinstance(error, APIConnectionError)
    assert "Too many open files" in str(error)

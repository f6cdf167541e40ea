"""A client's configuration: arguments, environment, copies, closing, and its requests."""

from __future__ import annotations

import pickle
import signal
import threading
import warnings
from typing import Any

import httpx
import pytest
from openai_conversations import (
    AsyncClient,
    Client,
    ClientClosedError,
    InvalidArgumentError,
    NotFoundError,
    OpenAIError,
    UnencryptedKeyWarning,
    omit,
)

from tests.overlay.client_runner import ClientRunner
from tests.overlay.scripted_server import CONVERSATION, Peer, ScriptedServer, page, responds

BOTH = pytest.mark.parametrize("make", [Client, AsyncClient])


@BOTH
def test_without_a_key_the_error_says_what_to_set(make: Any) -> None:
    with pytest.raises(OpenAIError, match=r"OPENAI_API_KEY.*api_key="):
        make()


def test_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer(responds(CONVERSATION)) as server:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-env")
        monkeypatch.setenv("OPENAI_BASE_URL", server.url + "/")
        monkeypatch.setenv("OPENAI_ORG_ID", "org-env")
        monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-env")
        with Client() as client:
            client.conversations.retrieve("conv_1")
        with Client(api_key="sk-arg", organization="org-arg", project="proj-arg") as client:
            assert (client.organization, client.project) == ("org-arg", "proj-arg")
            client.conversations.retrieve("conv_1")
    for seen, source in zip(server.requests, ("env", "arg"), strict=True):
        assert seen.target == "/v1/conversations/conv_1"
        assert seen.headers["authorization"] == f"Bearer sk-{source}"
        assert seen.headers["openai-organization"] == f"org-{source}"
        assert seen.headers["openai-project"] == f"proj-{source}"


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"api_key": ""}, "api_key: "),
    ({"api_key": "sk-secret\n"}, "api_key: "),
    ({"api_key": "sk-sécret"}, "api_key: "),
    ({"api_key": 7}, "api_key: "),
    ({"base_url": "api.openai.com"}, "base_url: "),
    ({"base_url": "ftp://host/v1"}, "base_url: "),
    ({"base_url": "https://host/v1?a=b"}, "base_url: .*default_query"),
    ({"base_url": "https://user:pw-secret@host/v1"}, "base_url: .*password"),
    ({"timeout": 0}, "timeout: "),
    ({"timeout": "10"}, "timeout: "),
    ({"timeout": True}, "timeout: "),
    ({"max_retries": -1}, "max_retries: "),
    ({"max_retries": None}, "max_retries: "),
    ({"default_headers": {"X-A": "a\r\nX-B: b"}}, r"default_headers\['X-A'\]: "),
    ({"default_headers": {"X A": "a"}}, "default_headers"),
    ({"default_headers": {"X-A": 1}}, "default_headers"),
    ({"default_query": {"a": {"b": 1}}}, r"default_query\['a'\]: "),
    ({"organization": "a\nb"}, "organization: "),
    ({"http_client": object()}, "http_client: "),
]


@BOTH
@pytest.mark.parametrize(("options", "said"), WRONG)
def test_a_wrong_option_is_named_and_a_key_not_shown(
    make: Any, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=said) as caught:
        make(**{"api_key": "k", **options})
    assert "secret" not in str(caught.value)


def test_a_client_of_the_other_kind_is_refused(library: Any) -> None:
    with pytest.raises(InvalidArgumentError, match=r"httpx\.AsyncClient or httpx2\.AsyncClient"):
        AsyncClient(api_key="k", http_client=library.Client())
    with pytest.raises(InvalidArgumentError, match=r"httpx\.Client or httpx2\.Client"):
        Client(api_key="k", http_client=library.AsyncClient())


@BOTH
def test_values_of_either_library(make: Any, library: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    # openai-python does this to what it exports.
    monkeypatch.setattr(library.Timeout, "__module__", "openai")
    timeout = library.Timeout(7, connect=3, pool=None)
    given = make(
        api_key="k",
        base_url=library.URL("http://localhost/ä/"),
        timeout=timeout,
        default_headers=library.Headers({"x-a": "1"}),
        default_query=library.QueryParams({"q": "1"}),
    )
    assert given.base_url == httpx.URL("http://localhost/%C3%A4")
    assert given.timeout == httpx.Timeout(7, connect=3, pool=None)
    assert given._client_options.headers["x-a"] == (b"x-a", b"1")
    assert given._client_options.query == "q=1"
    assert given.with_options(timeout=library.Timeout(1)).timeout == httpx.Timeout(1)
    for wrong in (library.URL("/v1"), library.Timeout(1)):
        with pytest.raises(InvalidArgumentError, match="base_url"):
            make(api_key="k", base_url=wrong)
    for other in (library.Timeout(-1), library.Limits(), library.URL("1")):
        with pytest.raises(InvalidArgumentError, match="timeout"):
            make(api_key="k", timeout=other)


def test_the_repr_shows_no_key() -> None:
    client = Client(api_key="sk-secret", organization="o")
    assert "secret" not in repr(client) + repr(client._client_options) + repr(client.conversations)
    assert repr(client).startswith("Client(base_url='https://api.openai.com/v1'")
    client.close()
    assert repr(client).endswith("closed)")


def test_a_key_function_that_gives_no_key(runner: ClientRunner) -> None:
    with pytest.raises(InvalidArgumentError, match="api_key: expected a string"):
        runner.run(
            "http://localhost/v1",
            lambda c: c.conversations.retrieve("conv_1"),
            api_key=lambda: None,
        )


@pytest.mark.off_contract
def test_per_call_options_win(runner: ClientRunner) -> None:
    def call(client: Any) -> Any:
        return client.conversations.create(
            metadata={"a": "b"},
            extra_headers={"X-Tenant": "call", "User-Agent": "openai-conversations/mine"},
            extra_query={"q": "call", "list": [1, "a/b"], "flag": True, "none": None},
            extra_body={"metadata": {"c": "d"}},
        )

    with ScriptedServer(responds(CONVERSATION)) as server:
        runner.run(
            server.url,
            call,
            default_headers={"x-tenant": "client", "X-Other": "client"},
            default_query={"d": "1"},
        )
    seen = server.requests[0]
    assert seen.target == ("/v1/conversations?d=1&q=call&list%5B%5D=1&list%5B%5D=a%2Fb&flag=true")
    assert seen.headers["x-tenant"] == "call"
    assert seen.headers["x-other"] == "client"
    assert seen.headers["user-agent"] == "openai-conversations/mine"
    assert seen.json() == {"metadata": {"c": "d"}}


def test_a_header_can_be_taken_away(runner: ClientRunner) -> None:
    with ScriptedServer(responds(CONVERSATION)) as server:
        runner.run(
            server.url,
            lambda c: c.conversations.retrieve("conv_1", extra_headers={"Accept-Encoding": omit}),
            default_headers={"User-Agent": omit},
        )
    assert not {"accept-encoding", "user-agent"} & set(server.requests[0].headers)


def test_a_copy_shares_the_connections_and_changes_nothing(runner: ClientRunner) -> None:
    def copied(client: Any) -> Any:
        other = client.with_options(
            api_key="sk-2", timeout=3, max_retries=0, default_headers={"X-B": "2"}
        )
        assert (other.timeout.read, other.max_retries) == (3, 0)
        assert (client.timeout.read, client.max_retries) == (600, 2)
        return other.conversations.retrieve("conv_1")

    def original(client: Any) -> Any:
        return client.conversations.retrieve("conv_1")

    with ScriptedServer(responds(CONVERSATION)) as server:
        runner.run(server.url, original, copied, original, default_headers={"X-A": "1"})
    assert server.connections == 1
    first, second, third = (seen.headers for seen in server.requests)
    assert (second["x-a"], second["x-b"], second["authorization"]) == ("1", "2", "Bearer sk-2")
    assert first == third


def test_closing_a_copy_leaves_the_original_and_closing_the_original_ends_both() -> None:
    client = Client(api_key="k")
    with client.copy(max_retries=0) as copy:
        pass
    assert copy.is_closed()
    assert not client.is_closed()
    second = client.with_options(timeout=1)
    client.close()
    assert second.is_closed()
    with pytest.raises(ClientClosedError, match="closed"):
        second.conversations.retrieve("conv_1")


def test_a_key_over_plain_http_warns_once_a_host() -> None:
    with pytest.warns(UnencryptedKeyWarning, match=r"once\.example over plain http"):
        Client(api_key="k", base_url="http://once.example/v1").close()
    with warnings.catch_warnings(record=True) as caught:
        Client(api_key="k", base_url="http://once.example/v1").close()
        for host in ("localhost", "127.0.0.1:8000", "127.8.8.8", "[::1]:80"):
            Client(api_key="k", base_url=f"http://{host}/v1").close()
        Client(api_key="k", base_url="https://other.example/v1").close()
    assert caught == []


def test_many_threads_may_use_one_client() -> None:
    with (
        ScriptedServer(responds(page(1, 2))) as server,
        Client(api_key="k", base_url=server.url) as client,
    ):
        failed: list[BaseException] = []

        def work() -> None:
            try:
                for _ in range(5):
                    assert len(client.conversations.items.list("c").data) == 2
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failed == []
    assert len(server.requests) == 40
    assert server.connections <= 8


def test_an_error_after_a_redirect_holds_no_key(runner: ClientRunner) -> None:
    with ScriptedServer(responds({}, status=404)) as other:
        location = f"{other.url}/conversations/c"
        with (
            ScriptedServer(responds(b"", status=307, location=location)) as server,
            pytest.raises(NotFoundError) as caught,
        ):
            runner.run(server.url, lambda c: c.conversations.retrieve("conv_1"))
    assert len(caught.value.response.history) == 1
    assert b"sk-test" not in pickle.dumps(caught.value)


def test_ctrl_c_leaves_no_connection_of_an_httpx_client_in_use() -> None:
    go, main = threading.Event(), threading.get_ident()

    def late(peer: Peer) -> None:
        go.wait(10)
        peer.respond(CONVERSATION)

    with (
        ScriptedServer(late, responds(CONVERSATION)) as server,
        httpx.Client(limits=httpx.Limits(max_connections=1)) as http,
    ):
        client = Client(api_key="k", base_url=server.url, http_client=http)

        def interrupt() -> None:
            server.arrived.acquire()
            signal.pthread_kill(main, signal.SIGINT)

        thread = threading.Thread(target=interrupt)
        thread.start()
        with pytest.raises(KeyboardInterrupt):
            client.conversations.retrieve("conv_1")
        thread.join()
        go.set()
        assert client.conversations.retrieve("conv_1", timeout=10).id == "conv_1"

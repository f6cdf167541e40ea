"""Lists: pages, walking over them, and servers that get cursors wrong."""

from __future__ import annotations

from typing import Any

import anyio
import pytest
from openai_conversations import APIResponseValidationError, AsyncClient

from tests.overlay.client_runner import ClientRunner
from tests.overlay.listing import ids, listing, query
from tests.overlay.scripted_server import Peer, Script, ScriptedServer, message, page


def test_walking_over_everything(runner: ClientRunner) -> None:
    with ScriptedServer(listing(45)) as server:
        got = runner.collect(server.url, lambda c: c.conversations.items.list("c"), [])
    assert ids(got) == list(range(1, 46))
    assert [query(seen).get("after") for seen in server.requests] == [None, ["msg_20"], ["msg_40"]]


def test_what_was_asked_for_is_asked_on_every_page(runner: ClientRunner) -> None:
    def call(client: Any) -> Any:
        return client.conversations.items.list(
            "c",
            limit=2,
            order="asc",
            after="msg_1",
            include=iter(["file_search_call.results", "message.output_text.logprobs"]),
            extra_headers={"X-A": "1"},
        )

    with ScriptedServer(listing(5)) as server:
        assert ids(runner.collect(server.url, call, [])) == [2, 3, 4, 5]
    for seen, after in zip(server.requests, ("msg_1", "msg_3"), strict=True):
        assert query(seen) == {
            "limit": ["2"],
            "order": ["asc"],
            "after": [after],
            "include[]": ["file_search_call.results", "message.output_text.logprobs"],
        }
        assert seen.headers["x-a"] == "1"


@pytest.mark.parametrize(
    ("options", "expected", "limits"),
    [
        ({"max_items": 3}, [1, 2, 3], ["3"]),
        ({"max_items": 20}, list(range(1, 21)), ["20"]),
        ({"max_items": 250}, list(range(1, 251)), ["100", "100", "100"]),
        ({"max_items": 5, "limit": 2}, [1, 2, 3, 4, 5], ["2", "2", "2"]),
        ({"max_items": 400}, list(range(1, 301)), ["100", "100", "100"]),
    ],
)
def test_max_items(
    runner: ClientRunner, options: dict[str, int], expected: list[int], limits: list[str]
) -> None:
    with ScriptedServer(listing(300)) as server:
        got = runner.collect(server.url, lambda c: c.conversations.items.list("c", **options), [])
    assert ids(got) == expected
    assert [query(seen)["limit"][0] for seen in server.requests] == limits


def test_an_empty_list(runner: ClientRunner) -> None:
    with ScriptedServer(listing(0)) as server:
        assert runner.collect(server.url, lambda c: c.conversations.items.list("c"), []) == []


def test_nothing_is_asked_for_before_it_is_wanted() -> None:
    async def run() -> None:
        async with AsyncClient(api_key="k", base_url=server.url) as client:
            paginator = client.conversations.items.list("c")
            assert server.requests == []
            assert len((await paginator).data) == 20

    with ScriptedServer(listing(45)) as server:
        anyio.run(run)
    assert len(server.requests) == 1


@pytest.mark.off_contract
@pytest.mark.parametrize(
    "changes",
    [
        {"last_id": None, "first_id": None},
        {"has_more": None},
        {"has_more": None, "last_id": None},
        {"object": None},
    ],
)
def test_what_a_server_leaves_out_is_made_up_for(
    runner: ClientRunner, changes: dict[str, None]
) -> None:
    with ScriptedServer(listing(45, **changes)) as server:
        got = runner.collect(server.url, lambda c: c.conversations.items.list("c"), [])
    assert ids(got) == list(range(1, 46))


@pytest.mark.off_contract
def test_a_null_last_id(runner: ClientRunner) -> None:
    def script(peer: Peer) -> None:
        assert peer.seen is not None
        more = "after" not in query(peer.seen)
        response = page(1, 2, has_more=True) if more else page(3)
        peer.respond({**response, "last_id": None, "first_id": None})

    with ScriptedServer(script) as server:
        assert ids(runner.collect(server.url, lambda c: c.conversations.items.list("c"), [])) == [
            1,
            2,
            3,
        ]


def circle(*lasts: str) -> Script:
    """Return a script that names these last ids, over and over."""
    position = iter(lasts * 10)
    return lambda peer: peer.respond({**page(1, has_more=True), "last_id": next(position)})


@pytest.mark.parametrize("lasts", [("a",), ("a", "b"), ("a", "b", "c", "d")])
def test_a_cursor_that_comes_back_is_an_error(runner: ClientRunner, lasts: tuple[str, ...]) -> None:
    seen: list[Any] = []
    with (
        ScriptedServer(circle(*lasts)) as server,
        pytest.raises(APIResponseValidationError, match="repeats the cursor 'a'"),
    ):
        runner.collect(server.url, lambda c: c.conversations.items.list("c"), seen)
    assert len(server.requests) == len(lasts) + 1
    assert len(seen) == len(lasts) + 1


def test_the_cursor_that_was_given_counts_too(runner: ClientRunner) -> None:
    with (
        ScriptedServer(circle("msg_7")) as server,
        pytest.raises(APIResponseValidationError, match="repeats"),
    ):
        runner.collect(server.url, lambda c: c.conversations.items.list("c", after="msg_7"), [])
    assert len(server.requests) == 1


def test_more_without_a_cursor_is_an_error(runner: ClientRunner) -> None:
    with (
        ScriptedServer(lambda peer: peer.respond(page(has_more=True))) as server,
        pytest.raises(APIResponseValidationError, match="not after which one"),
    ):
        runner.collect(server.url, lambda c: c.conversations.items.list("c"), [])


@pytest.mark.off_contract
def test_an_item_of_an_unknown_type_costs_nothing_but_itself(runner: ClientRunner) -> None:
    odd = {"type": "hologram", "id": "holo_1", "depth": 3}
    nothing: list[Any] = [None, 3, "text"]
    response = {**page(), "data": [message(1), odd, {"id": "no type"}, *nothing]}
    with ScriptedServer(lambda peer: peer.respond(response)) as server:
        got = runner.collect(server.url, lambda c: c.conversations.items.list("c"), [])
    assert got[0].id == "msg_1"
    assert (got[1].type, got[1].depth, got[1].to_dict()) == ("hologram", 3, odd)
    assert got[3:] == nothing


def test_input_items_are_listed_the_same_way(runner: ClientRunner) -> None:
    with ScriptedServer(listing(25)) as server:
        got = runner.collect(server.url, lambda c: c.responses.input_items.list("resp_1"), [])
    assert ids(got) == list(range(1, 26))
    assert server.requests[1].target.startswith("/v1/responses/resp_1/input_items?")

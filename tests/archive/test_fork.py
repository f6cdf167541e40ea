"""`conversations.fork` and `copy_to`: the same items again, whole, and each of them once."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from openai_conversations import (
    ArchiveProgress,
    AsyncClient,
    BadRequestError,
    Client,
    InvalidArgumentError,
    NotFoundError,
    OpenAIError,
    Send,
    UnsupportedItemError,
)

from tests.archive.test_check import call, output, reasoning, said, user
from tests.document import alternatives, name_of, schemas
from tests.faults.conversation import messages
from tests.faults.proxy import FaultProxy, scripted, seeded
from tests.offenders import check_drawn
from tests.overlay.client_runner import ClientRunner
from tests.strategies import for_ref

Item = dict[str, Any]
#: What the service gives anew.
ASSIGNED = {"id", "created_by"}


@pytest.fixture
def direct(service: str) -> Iterator[Client]:
    with Client(api_key="k", base_url=service) as client:
        yield client


def _stored(client: Client, items: list[Item], **params: Any) -> str:
    conversation = client.conversations.create(**params)
    client.conversations.items.append(conversation.id, items)
    return conversation.id


def _listed(client: Client, conversation: str) -> list[Item]:
    include: Any = ["reasoning.encrypted_content", "message.input_image.image_url"]
    listed = client.conversations.items.list(conversation, order="asc", include=include)
    return [item.to_dict() for item in listed]


def _without_ids(items: list[Item]) -> list[Item]:
    return [{name: each for name, each in item.items() if name not in ASSIGNED} for item in items]


IMAGE = {"type": "input_image", "image_url": "https://x/y.png", "detail": "low"}
ITEMS = [
    user("a"),
    {"role": "user", "content": [IMAGE]},
    reasoning("rs_1", encrypted_content="secret"),
    call("c1"),
    output("c1"),
    reasoning("rs_2"),
    said("b"),
    *messages(60),
]


def test_fork(service: str, direct: Client, runner: ClientRunner) -> None:
    original = direct.conversations.retrieve(_stored(direct, ITEMS, metadata={"topic": "x"}))
    seen: list[ArchiveProgress] = []
    fork = runner.run(service, lambda c: c.conversations.fork(original, on_progress=seen.append))
    assert fork.id != original.id
    assert fork.metadata == {"topic": "x"}
    before, after = _listed(direct, original.id), _listed(direct, fork.id)
    assert _without_ids(after) == _without_ids(before)
    # Reasoning and what follows it are the same items as before, all others are new ones.
    same = [n for n in range(len(ITEMS)) if before[n]["id"] == after[n]["id"]]
    assert same == [2, 3, 5, 6]
    assert [seen[0].done, seen[-1].done, seen[-1].total] == [0, len(ITEMS), len(ITEMS)]
    assert {report.conversation_id for report in seen} == {fork.id}


@pytest.mark.parametrize("metadata", [None, {"other": "y"}])
def test_other_metadata(
    service: str, direct: Client, runner: ClientRunner, metadata: dict[str, str] | None
) -> None:
    original = _stored(direct, [], metadata={"topic": "x"})
    fork = runner.run(service, lambda c: c.conversations.fork(original, metadata=metadata))
    assert fork.metadata == (metadata or {})
    assert _listed(direct, fork.id) == []


#: Items, and for each of them whether a copy may end there, or the places of what to name instead.
ENDS: list[tuple[list[Item], list[list[int] | None]]] = [
    (
        [
            user("a"),
            reasoning("rs_1"),
            call("c1"),
            call("c2"),
            output("c2"),
            output("c1"),
            said("b"),
        ],
        [None, [0, 5], [0, 5], [0, 5], [0, 5], None, None],
    ),
    # It may end at a call that is open in the original, too.
    ([call("c1"), user("a"), reasoning("rs_1"), user("b")], [None] * 4),
    ([call("c1"), reasoning("rs_1"), said("a"), user("b")], [None, [3], None, None]),
    ([reasoning("rs_1"), reasoning("rs_2"), said("a")], [[2], [2], None]),
]


@pytest.mark.off_contract
@pytest.mark.parametrize("n", range(len(ENDS)))
def test_where_a_fork_may_end(service: str, direct: Client, runner: ClientRunner, n: int) -> None:
    items, ends = ENDS[n]
    original = _stored(direct, items)
    stored = _listed(direct, original)
    ids = [item["id"] for item in stored]
    for place, instead in enumerate(ends):

        def fork(client: Any, place: int = place) -> Any:
            return client.conversations.fork(original, after=ids[place])

        if instead is None:
            copied = _listed(direct, runner.run(service, fork).id)
            assert _without_ids(copied) == _without_ids(stored[: place + 1])
            continue
        with pytest.raises(InvalidArgumentError) as caught:
            runner.run(service, fork)
        assert caught.value.argument == "after"
        for other, id in enumerate(ids):
            assert (f"'{id}'" in caught.value.expected) == (other in instead)
        for other in instead:
            assert ends[other] is None


def test_an_end_that_is_not_there(service: str, direct: Client, runner: ClientRunner) -> None:
    original = _stored(direct, [user("a")])
    with pytest.raises(InvalidArgumentError, match="after: expected the id of an item"):
        runner.run(service, lambda c: c.conversations.fork(original, after="msg_other"))
    with pytest.raises(NotFoundError):
        runner.run(service, lambda c: c.conversations.fork("conv_none"))


def test_copy_to_another_server(direct: Client, tmp_path: Path) -> None:
    original = _stored(direct, ITEMS[:5], metadata={"topic": "x"})
    with Client.local(tmp_path / "copy.sqlite") as other:
        copy = direct.conversations.copy_to(original, other)
        assert copy.metadata == {"topic": "x"}
        assert _without_ids(_listed(other, copy.id)) == _without_ids(_listed(direct, original))
    with pytest.raises(InvalidArgumentError, match="other_client"):
        direct.conversations.copy_to(original, AsyncClient(api_key="k"))  # type: ignore[arg-type]


@pytest.mark.off_contract
def test_what_has_no_input_form(direct: Client, caplog: pytest.LogCaptureFixture) -> None:
    strange = {"type": "hologram", "id": "holo_1", "content": "x"}
    original = _stored(direct, [user("a"), strange, reasoning("rs_9"), said("b")])
    with Client.local() as other:
        copy_to = direct.conversations.copy_to
        with pytest.raises(UnsupportedItemError) as caught:
            copy_to(original, other)
        assert caught.value.argument == "conversation_id"
        assert [note.place for note in caught.value.notes] == ["item 'holo_1'", "item 'rs_9'"]
        assert caught.value.archive == ArchiveProgress(None, 0)
        with caplog.at_level(logging.WARNING):
            copy = copy_to(original, other, on_unsupported="skip")
        assert [item["type"] for item in _listed(other, copy.id)] == ["message", "message"]
        assert "item 'holo_1'" in caplog.text
        copy = copy_to(original, other, on_unsupported="text")
        assert "hologram" in _listed(other, copy.id)[1]["content"][0]["text"]
    # In the same account reasoning is known by its id.
    with pytest.raises(UnsupportedItemError) as caught:
        direct.conversations.fork(original)
    assert [note.place for note in caught.value.notes] == ["item 'holo_1'"]


@pytest.mark.off_contract
def test_every_kind_of_item() -> None:
    """Check that each is copied as it is, or said to have no input form."""
    kinds = {name_of(one): one for one in alternatives(schemas()["ConversationItem"])}
    copied: set[str | None] = set()

    def check(kind: str | None, item: Item) -> None:
        sent = {**item, "id": "it_1"}
        if kind == "ToolSearchCall":  # the document has anything here, of what is sent an object
            sent["arguments"] = {}
        with Client.local() as client:
            conversation = client.conversations.create()
            try:
                client.conversations.items.create(conversation.id, items=[sent])
            except BadRequestError:  # a drawn value that is not one of a stored item
                return
            try:
                fork = client.conversations.fork(conversation)
            except UnsupportedItemError:
                return
            before, after = _listed(client, conversation.id), _listed(client, fork.id)
            assert _without_ids(after) == _without_ids(before)
            copied.add(kind)

    check_drawn(kinds, lambda kind: for_ref(kinds[kind]), check, examples=5)
    # Of a few kinds a drawn item is seldom one that can be sent.
    assert len(copied) > len(kinds) - 5


@pytest.mark.parametrize("method", ["fork", "copy_to"])
def test_an_argument_that_there_is_not(direct: Client, method: str) -> None:
    others = (direct,) if method == "copy_to" else ()
    with pytest.raises(InvalidArgumentError, match=rf"Conversations\.{method}\(\) got") as caught:
        getattr(direct.conversations, method)("conv_1", *others, extra_body={})
    assert caught.value.argument == "extra_body"


@pytest.mark.parametrize(
    "token", ["", "x", "[]", '{"version": 1, "copy": {"source_id": "a"}}', '{"version": 2}', 7]
)
def test_tokens_that_are_none(direct: Client, token: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="resume: expected"):
        direct.conversations.fork("a", resume=token)


def test_a_token_of_another_copy(direct: Client) -> None:
    seen: list[ArchiveProgress] = []
    direct.conversations.fork(_stored(direct, [user("a")]), on_progress=seen.append)
    with pytest.raises(InvalidArgumentError, match="resume: expected a token of a copy"):
        direct.conversations.fork("conv_1", resume=seen[-1].token)


class _StopError(Exception):
    pass


@pytest.mark.parametrize("stop", range(7))
def test_going_on_from_any_report(direct: Client, stop: int) -> None:
    original = _stored(direct, messages(45))
    seen: list[ArchiveProgress] = []

    def note(progress: ArchiveProgress) -> None:
        seen.append(progress)
        if len(seen) > stop:
            raise _StopError

    with pytest.raises(_StopError):
        direct.conversations.fork(original, on_progress=note)
    # What comes later is not copied.
    direct.conversations.items.append(original, messages(3))
    fork = direct.conversations.fork(original, resume=seen[-1].token)
    assert fork.id == seen[0].conversation_id
    assert _without_ids(_listed(direct, fork.id)) == _without_ids(_listed(direct, original)[:45])


def test_a_source_that_changes_meanwhile(direct: Client) -> None:
    original = _stored(direct, messages(110))
    ids = [item["id"] for item in _listed(direct, original)]

    def delete(progress: ArchiveProgress) -> None:
        if progress.done == 0 and ids:
            direct.conversations.items.delete(ids[105], conversation_id=original)
            ids.clear()

    with pytest.raises(OpenAIError, match="did not give the same items") as caught:
        direct.conversations.fork(original, on_progress=delete)
    archive = caught.value.archive
    assert archive is not None
    assert archive.done == 100
    fork = direct.conversations.fork(original, resume=archive.token)
    assert _without_ids(_listed(direct, fork.id)) == _without_ids(_listed(direct, original))


@pytest.mark.off_contract
@pytest.mark.parametrize(("verb", "exchange"), [("fork", 3), ("import_file", 0)])
def test_a_new_conversation_that_is_not_there(
    service: str, direct: Client, tmp_path: Path, verb: str, exchange: int
) -> None:
    """Make another one where the response to the first request was one to another."""
    original = _stored(direct, messages(30))
    direct.conversations.export(original, tmp_path / "a.jsonl")
    source = original if verb == "fork" else tmp_path / "a.jsonl"
    draw = scripted({exchange: "other response, not done"})
    with (
        FaultProxy(service, draw) as proxy,
        Client(api_key="k", base_url=proxy.url, max_retries=0) as client,
    ):
        # That of an import is known by its metadata as well.
        with pytest.raises(NotFoundError if verb == "fork" else OpenAIError) as caught:
            getattr(client.conversations, verb)(source)
        assert caught.value.archive is not None
        made = getattr(client.conversations, verb)(source, resume=caught.value.archive.token)
    id = made.id if verb == "fork" else made.conversation_id
    assert _without_ids(_listed(direct, id)) == _without_ids(_listed(direct, original))


@pytest.mark.parametrize("verb", ["fork", "import_file"])
@pytest.mark.parametrize("count", [3, 0])
def test_a_new_conversation_that_is_somebody_elses(tmp_path: Path, verb: str, count: int) -> None:
    """Send nothing to it, and make another one when the work goes on."""
    crossed: list[httpx.Response] = []

    def cross(request: httpx.Request, send: Send) -> httpx.Response:
        response = send(request)
        if (request.method, request.url.path) == ("POST", "/v1/conversations") and crossed:
            response = crossed.pop()
        return response

    with Client.local(interceptors=[cross]) as client:
        theirs, original = (_stored(client, messages(many)) for many in (count, 30))
        client.conversations.export(original, tmp_path / "a.jsonl")
        raw = client.conversations.with_raw_response.retrieve(theirs).http_response
        crossed.append(httpx.Response(200, content=raw.content, headers=raw.headers))
        # An empty one is known by its metadata alone.
        own = {} if count else {"metadata": {"made for": "me"}}
        work = partial(getattr(client.conversations, verb), **own)
        source = original if verb == "fork" else tmp_path / "a.jsonl"
        with pytest.raises(OpenAIError, match="was one to another request") as caught:
            work(source)
        progress = caught.value.archive
        assert progress is not None
        assert (progress.conversation_id, progress.done) == (None, 0)
        made = work(source, resume=progress.token)
        id = made.id if verb == "fork" else made.conversation_id
        assert _without_ids(_listed(client, id)) == _without_ids(_listed(client, original))
        assert len(_listed(client, theirs)) == count


@pytest.mark.parametrize("verb", ["fork", "export", "transcript", "check"])
@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("count", [3, 130])
def test_a_page_of_another_conversation(verb: str, number: int, count: int) -> None:
    """Check that nothing is made of it."""
    pages: list[str] = []

    def cross(request: httpx.Request, send: Send) -> httpx.Response:
        if request.method == "GET" and request.url.path.endswith("/items") and pages:
            if len(pages) == number + 1:
                request.url = request.url.copy_with(path=pages[0], query=b"limit=100&order=asc")
            pages.append("")
        return send(request)

    with Client.local(interceptors=[cross]) as client:
        theirs, original = (_stored(client, messages(many)) for many in (count, 110))
        pages.append(f"/v1/conversations/{theirs}/items")
        file = io.StringIO()
        arguments = [original, file] if verb == "export" else [original]
        with pytest.raises(OpenAIError, match="do it again") as caught:
            getattr(client.conversations, verb)(*arguments)
        if verb == "fork":
            assert caught.value.archive == ArchiveProgress(None, 0)
        assert len(file.getvalue().splitlines()) == {"export": 1 + 100 * number}.get(verb, 0)


@pytest.mark.off_contract
@pytest.mark.parametrize(("seed", "max_retries"), [(1, 8), (2, 2), (3, 0)])
def test_random_faults(
    service: str, direct: Client, runner: ClientRunner, seed: int, max_retries: int
) -> None:
    original = _stored(direct, ITEMS)
    struck = 0
    for n in range(2):
        with FaultProxy(service, seeded(10 * seed + n, 0.2)) as proxy:
            fork = _forked(runner, proxy, original, max_retries)
            proxy.finish()
        struck += proxy.struck.total()
        assert _without_ids(_listed(direct, fork)) == _without_ids(_listed(direct, original))
    assert struck


def _forked(runner: ClientRunner, proxy: FaultProxy, original: str, max_retries: int) -> str:
    """Fork through faults, and go on whenever it gives up; return the id of the fork."""
    token: str | None = None

    def fork(client: Any) -> Any:
        return client.conversations.fork(original, resume=token)

    for _ in range(200):
        try:
            return str(runner.run(proxy.url, fork, max_retries=max_retries, timeout=0.3).id)
        except OpenAIError as error:
            token = error.archive.token if error.archive else token
    raise AssertionError

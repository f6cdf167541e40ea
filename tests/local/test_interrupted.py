"""A request that is interrupted at any point is whole or has not been, and locks nothing."""

from __future__ import annotations

import gc
import random
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import anyio
import anyio.lowlevel
import pytest
from openai_conversations import AsyncClient, Client
from openai_conversations import local as local_mode
from openai_conversations.local import LocalService

from tests.garbage import collect
from tests.local.calls import ask, new_conversation, send

PACKAGE = str(Path(local_mode.__file__).parent)
#: How many points of each operation are drawn.
POINTS = 15


@contextmanager
def interrupted(at: int) -> Iterator[list[int]]:
    """Raise KeyboardInterrupt at one of the points of the service where the interpreter may.

    Signals are handled where a function of Python begins, and where one of C has returned.
    Yields a list of one number: how many such points have been reached.
    """
    points = [0]

    def watch(frame: FrameType, event: str, argument: object) -> None:
        caller = frame.f_back if event == "call" else frame
        inside = caller is not None and caller.f_code.co_filename.startswith(PACKAGE)
        if event in ("call", "c_return") and inside and not _is_collecting(frame):
            points[0] += 1
            if points[0] == at:
                raise KeyboardInterrupt

    sys.setprofile(watch)
    try:
        yield points
    finally:
        sys.setprofile(None)


def _is_collecting(frame: FrameType | None) -> bool:
    # Nobody sees what is raised there.
    while frame is not None and frame.f_code.co_name != "__del__":
        frame = frame.f_back
    return frame is not None


def texts(client: Client, conversation: str) -> list[str]:
    items = client.conversations.items.list(conversation, order="asc")
    return [item.to_dict()["content"][0]["text"] for item in items]


def message(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def append(client: Client, conversation: str) -> None:
    client.conversations.items.create(conversation, items=[message("a"), message("b")])


def update(client: Client, conversation: str) -> None:
    client.conversations.update(conversation, metadata={"k": "v"})


def respond(client: Client, conversation: str) -> None:
    client.responses.create(model="m", input="a", conversation=conversation)


def stream(client: Client, conversation: str) -> None:
    with client.responses.create(
        model="m", input="a", conversation=conversation, stream=True
    ) as events:
        list(events)


def background(client: Client, conversation: str) -> None:
    response = client.responses.create(
        model="m", input="a", conversation=conversation, background=True
    )
    while client.responses.retrieve(response.id).status != "completed":
        pass


def delete(client: Client, conversation: str) -> None:
    first = next(iter(client.conversations.items.list(conversation, order="asc")))
    client.conversations.items.delete(first.to_dict()["id"], conversation_id=conversation)


# One that is raised while a generator is dropped is not seen by anybody.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("operation", [append, update, respond, stream, delete])
def test_at_any_point(operation: Callable[[Client, str], None]) -> None:
    collect()
    gc.freeze()  # so that collecting takes no time
    with Client.local() as client:
        service = client.local_service

        def run(at: int) -> tuple[int, str]:
            conversation = client.conversations.create(items=[message("kept")]).id
            with interrupted(at) as points:
                try:
                    operation(client, conversation)
                except KeyboardInterrupt:
                    assert points[0] >= at
            return points[0], conversation

        total, _ = run(0)
        total, whole = run(0)  # the first one also loaded and compiled what all share
        done = texts(client, whole)
        draw = random.Random(operation.__name__)
        for at in sorted(draw.sample(range(1, total + 1), min(POINTS, total))):
            _, conversation = run(at)
            collect()  # a stream that nobody has got yet is closed when it is collected
            assert not service._store._db.in_transaction, f"point {at}"
            # On another thread: the one that was interrupted may still hold what it would give.
            with ThreadPoolExecutor(1) as other:
                found = other.submit(texts, client, conversation).result()
                assert found in (["kept"], done), f"point {at}"
                other.submit(respond, client, conversation).result()
    gc.unfreeze()


def test_a_stream_may_be_collected_in_the_middle_of_a_transaction() -> None:
    service = LocalService()
    id = new_conversation(service, "kept")
    body = {"input": "x", "conversation": id, "stream": True}
    response = send(service, "POST", "/responses", body)
    assert not isinstance(response.body, bytes)
    next(response.body)
    with service._store.transaction():
        service._store.set_metadata(id, {"k": "v"})
        response.close()
        service._store.append(1, [{"id": "msg_last"}])
    assert ask(service, "GET", f"/conversations/{id}").json["metadata"] == {"k": "v"}
    assert ask(service, "POST", "/responses", {"input": "x", "conversation": id}).status == 200
    service.close()


@pytest.mark.anyio
async def test_an_async_request_that_is_cancelled_at_any_step() -> None:
    draw = random.Random(0)
    async with AsyncClient.local() as client:
        items = client.conversations.items
        conversation = (await client.conversations.create()).id
        acknowledged: list[str] = []

        async def append(name: str) -> None:
            batch = [message(f"{name}.{n}") for n in range(3)]
            await items.create(conversation, items=batch)
            acknowledged.append(name)

        async def respond() -> None:
            await client.responses.create(model="m", input="hello")

        for number in range(40):
            steps = draw.randrange(40)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(append, str(number))
                tasks.start_soon(respond)
                for _ in range(steps):
                    await anyio.lowlevel.checkpoint()
                tasks.cancel_scope.cancel()
        await append("last")
        found = [
            item.to_dict()["content"][0]["text"]
            async for item in items.list(conversation, order="asc")
        ]
    batches = [found[n : n + 3] for n in range(0, len(found), 3)]
    names = [batch[0].partition(".")[0] for batch in batches]
    # Each is whole, none is there twice, and none that was acknowledged is missing.
    assert batches == [[f"{name}.{n}" for n in range(3)] for name in names]
    assert len(set(names)) == len(names)
    assert set(acknowledged) <= set(names)

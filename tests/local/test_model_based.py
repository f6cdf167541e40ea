"""Random sequences of operations against a few lines that say what is documented.

The model below keeps conversations as plain lists. Whatever hypothesis does to the service, in
memory or in a file that is closed and opened between steps, both must tell the same story.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from openai_conversations.local import LocalService

from tests.local.calls import Response, ask

TEXT = st.text(max_size=4)
METADATA = st.dictionaries(st.sampled_from("abc"), TEXT, max_size=3)
TEXTS = st.lists(TEXT, max_size=4)


class Page(NamedTuple):
    """The page of a list that is asked for."""

    ascending: bool | None
    limit: int | None
    start: int | None


PAGE = st.builds(
    Page,
    ascending=st.none() | st.booleans(),
    limit=st.none() | st.integers(1, 4),
    start=st.none() | st.integers(0, 6),
)


@dataclass
class Modelled:
    """What a conversation should hold: pairs of item id and text, oldest first."""

    metadata: dict[str, str]
    created_at: int
    items: list[tuple[str, str]] = field(default_factory=list)
    locked_by: str | None = None


class LocalMode(RuleBasedStateMachine):
    conversations = Bundle("conversations")
    items = Bundle("items")
    waiting = Bundle("waiting")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.path: Path | None = None
        self.now = 1_000
        self.known: dict[str, Modelled] = {}
        self.deleted: set[str] = set()

    @initialize(in_file=st.booleans())
    def open(self, in_file: bool) -> None:
        self.path = self.folder / "local.sqlite" if in_file else None
        self.service = LocalService(self.path, clock=lambda: self.now)

    def teardown(self) -> None:
        if hasattr(self, "service"):
            self.service.close()
        shutil.rmtree(self.folder)

    def ask(self, method: str, path: str, body: Any = None, **query: str) -> Response:
        self.now += 1
        return ask(self.service, method, path, body, query=list(query.items()))

    def refused(self, response: Response, status: int, code: str | None = None) -> None:
        assert (response.status, response.error["code"]) == (status, code), response.json

    # Conversations

    @rule(target=conversations, texts=TEXTS, metadata=METADATA)
    def create(self, texts: list[str], metadata: dict[str, str]) -> str:
        body = {"items": messages(texts), "metadata": metadata}
        response = self.ask("POST", "/conversations", body)
        assert response.status == 200
        id: str = response.json["id"]
        assert id not in self.known | dict.fromkeys(self.deleted)
        self.known[id] = Modelled(metadata, self.now)
        listed = self.ask("GET", f"/conversations/{id}/items", order="asc").json["data"]
        self.known[id].items = [(item["id"], text_of(item)) for item in listed]
        assert [text for _, text in self.known[id].items] == texts
        return id

    @rule(id=conversations, metadata=METADATA)
    def update(self, id: str, metadata: dict[str, str]) -> None:
        response = self.ask("POST", f"/conversations/{id}", {"metadata": metadata})
        if id in self.deleted:
            return self.refused(response, 404)
        self.known[id].metadata = metadata
        return self.same_conversation(id, response)

    @rule(id=conversations)
    def retrieve(self, id: str) -> None:
        response = self.ask("GET", f"/conversations/{id}")
        if id in self.deleted:
            return self.refused(response, 404)
        return self.same_conversation(id, response)

    @rule(id=conversations)
    def delete(self, id: str) -> None:
        response = self.ask("DELETE", f"/conversations/{id}")
        if id in self.deleted:
            return self.refused(response, 404)
        if self.known[id].locked_by:
            return self.refused(response, 400, "conversation_locked")
        assert response.json == {"id": id, "object": "conversation.deleted", "deleted": True}
        self.deleted.add(id)
        return None

    def same_conversation(self, id: str, response: Response) -> None:
        expected = self.known[id]
        assert response.json == {
            "id": id,
            "object": "conversation",
            "created_at": expected.created_at,
            "metadata": expected.metadata,
        }

    # Items

    @rule(target=items, id=conversations, texts=TEXTS)
    def append(self, id: str, texts: list[str]) -> Any:
        response = self.ask("POST", f"/conversations/{id}/items", {"items": messages(texts)})
        if id in self.deleted:
            self.refused(response, 404)
            return multiple()
        new = [(item["id"], text_of(item)) for item in response.json["data"]]
        assert [text for _, text in new] == texts
        self.known[id].items += new
        return multiple(*((id, item_id) for item_id, _ in new))

    @rule(id=conversations, source=items)
    def append_reference(self, id: str, source: tuple[str, str]) -> None:
        """Append a reference, which copies an item from anywhere; twice in one place is wrong."""
        body = {"items": [{"type": "item_reference", "id": source[1]}]}
        response = self.ask("POST", f"/conversations/{id}/items", body)
        found = [
            item
            for conversation in self.known.values()
            for item in conversation.items
            if item[0] == source[1]
        ]
        if id in self.deleted or not found:
            return self.refused(response, 404)
        if found[0] in self.known[id].items:
            return self.refused(response, 400, "duplicate_item")
        assert response.json["first_id"] == source[1]
        self.known[id].items.append(found[0])
        return None

    @rule(item=items)
    def retrieve_item(self, item: tuple[str, str]) -> None:
        id, item_id = item
        response = self.ask("GET", f"/conversations/{id}/items/{item_id}")
        expected = dict(self.known[id].items)
        if id in self.deleted or item_id not in expected:
            return self.refused(response, 404)
        assert text_of(response.json) == expected[item_id]
        return None

    @rule(item=items)
    def delete_item(self, item: tuple[str, str]) -> None:
        id, item_id = item
        response = self.ask("DELETE", f"/conversations/{id}/items/{item_id}")
        remaining = [pair for pair in self.known[id].items if pair[0] != item_id]
        if id in self.deleted or remaining == self.known[id].items:
            return self.refused(response, 404)
        self.known[id].items = remaining
        return self.same_conversation(id, response)

    @rule(id=conversations, page=PAGE)
    def list_items(self, id: str, page: Page) -> None:
        items = dict(self.known[id].items)
        response = self.same_page(f"/conversations/{id}/items", [*items], page)
        if id in self.deleted:
            return self.refused(response, 404)
        assert all(items[item["id"]] == text_of(item) for item in response.json["data"])
        return None

    @rule(page=PAGE)
    def list_conversations(self, page: Page) -> None:
        there = [id for id in self.known if id not in self.deleted]
        for one in self.same_page("/conversations", there, page).json["data"]:
            assert one["metadata"] == self.known[one["id"]].metadata

    @rule(id=conversations)
    def list_from(self, id: str) -> None:
        response = self.ask("GET", "/conversations", after=id)
        assert response.status == (400 if id in self.deleted else 200)

    def same_page(self, path: str, ids: list[str], page: Page) -> Response:
        """Ask for a page of a list, which holds these ids, the oldest first."""
        expected = ids if page.ascending else ids[::-1]
        query = {} if page.ascending is None else {"order": "asc" if page.ascending else "desc"}
        query |= {} if page.limit is None else {"limit": str(page.limit)}
        if page.start is not None and page.start < len(expected):
            query["after"] = expected[page.start]
            expected = expected[page.start + 1 :]
        response = self.ask("GET", path, **query)
        if response.status == 200:
            shown = expected[: page.limit or 20]
            assert [one["id"] for one in response.json["data"]] == shown
            assert response.json["has_more"] == (len(expected) > len(shown))
            ends = (shown[0], shown[-1]) if shown else ("", "")
            assert (response.json["first_id"], response.json["last_id"]) == ends
        return response

    # Responses

    @rule(id=conversations, text=st.text(min_size=1, max_size=4), streamed=st.booleans())
    def respond(self, id: str, text: str, streamed: bool) -> None:
        body = {"input": text, "conversation": id, "stream": streamed}
        result = self.ask("POST", "/responses", body)
        if id in self.deleted:
            return self.refused(result, 404)
        if self.known[id].locked_by:
            return self.refused(result, 400, "conversation_locked")
        response = result.events[-1]["response"] if streamed else result.json
        assert response["status"] == "completed"
        return self.extended(id, text, response)

    @rule(target=waiting, id=conversations, text=st.text(min_size=1, max_size=4))
    def respond_later(self, id: str, text: str) -> Any:
        body = {"input": text, "conversation": id, "background": True}
        response = self.ask("POST", "/responses", body)
        if id in self.deleted:
            self.refused(response, 404)
            return multiple()
        if self.known[id].locked_by:
            self.refused(response, 400, "conversation_locked")
            return multiple()
        assert response.json["status"] == "queued"
        self.known[id].locked_by = response.json["id"]
        return (id, text, response.json["id"])

    @rule(response=consumes(waiting), cancelled=st.booleans())
    def finish(self, response: tuple[str, str, str], cancelled: bool) -> None:
        id, text, response_id = response
        path = f"/responses/{response_id}"
        assert self.ask("GET", path).json["status"] == "in_progress"
        self.known[id].locked_by = None
        if cancelled:
            assert self.ask("POST", f"{path}/cancel").json["status"] == "cancelled"
            return None
        done = self.ask("GET", path).json
        assert done["status"] == "completed"
        return self.extended(id, text, done)

    def extended(self, id: str, text: str, response: Any) -> None:
        [output] = response["output"]
        given = self.ask("GET", f"/responses/{response['id']}/input_items").json["data"]
        new = [(item["id"], text_of(item)) for item in [*given, output]]
        assert [pair[1] for pair in new] == [text, f"[local model] You said: {text}"]
        self.known[id].items += new

    # Always

    @rule()
    def reopen(self) -> None:
        if self.path is not None:
            self.service.close()
            self.service = LocalService(self.path, clock=lambda: self.now)

    @invariant()
    def everything_is_there_once_and_in_order(self) -> None:
        for id, expected in self.known.items():
            if id not in self.deleted:
                response = self.ask("GET", f"/conversations/{id}/items", order="asc", limit="100")
                listed = [(item["id"], text_of(item)) for item in response.json["data"]]
                assert listed == expected.items[:100]


def messages(texts: list[str]) -> list[dict[str, str]]:
    return [{"role": "user", "content": text} for text in texts]


def text_of(item: Any) -> str:
    text: str = item["content"][0]["text"]
    return text


def test_the_service_does_what_is_documented() -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        LocalMode,
        settings=settings(
            max_examples=20,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

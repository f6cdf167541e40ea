"""The page of a served local service, over HTTP: its files, what its routes tell, and errors."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from io import StringIO
from typing import Any, get_args

import pytest
from openai_conversations import Client, MessageItem
from openai_conversations.archive import TranscriptFormat
from openai_conversations.local import ChatCompletions
from openai_conversations.local.page import routes

from tests.document import operations
from tests.local.served_page import HEADERS, KEY, Served, is_error, serve
from tests.local.served_page import ITEMS as KNOWN

#: The last one is of a kind that the document lacks.
ITEMS = [*KNOWN, {"type": "brand_new", "told": "something"}]
FILES = {
    "/": "text/html; charset=utf-8",
    "/page/index.html": "text/html; charset=utf-8",
    "/page/page.css": "text/css; charset=utf-8",
    **{
        f"/page/{name}.js": "text/javascript; charset=utf-8"
        for name in ("api", "chat", "conversations", "item", "main")
    },
}
UVICORNS = {"date", "server"}

pytestmark = pytest.mark.off_contract


@pytest.fixture(autouse=True)
def responses_fit_the_document() -> None:
    """Stand in for the check of all responses, which knows no such kind."""


@pytest.fixture
def served() -> Iterator[Served]:
    with serve() as served:
        yield served


def test_files_and_their_headers(served: Served) -> None:
    for path, media_type in FILES.items():
        response = served.http.get(path)
        assert response.status_code == 200
        headers = dict(response.headers)
        assert headers.keys() - HEADERS.keys() == {"content-length", "content-type", *UVICORNS}
        assert headers.items() >= HEADERS.items()
        assert headers["content-type"] == media_type
        file = resources.files("openai_conversations.local.page")
        assert response.content == (file / (path.rpartition("/")[2] or "index.html")).read_bytes()


def test_no_other_file_is_given(served: Served) -> None:
    others = ["routes.py", "__init__.py", "none.js", "", ".", "..%2fapp.py", "%2e%2e%2fapp.py"]
    others += ["__pycache__", "main.js%00", "main.js/", "MAIN.JS", "%ff", "js", ".js", "a/main.js"]
    for name in others:
        assert is_error(served.http.get(f"/page/{name}"), 404), name
    for path in ("/page", "/index.html", "/favicon.ico", "/v1", "/health/", "/openapi.yaml"):
        assert is_error(served.http.get(path), 404), path
    for path in ("/", "/health", "/openapi.json", "/page/main.js", "/page/changes"):
        assert is_error(served.http.post(path), 405), path
    assert is_error(served.http.get("/page/conversations/c/fork"), 405)


def test_health_and_the_document(served: Served) -> None:
    health = served.http.get("/health")
    assert (health.status_code, health.json()) == (200, {"status": "ok"})
    document = served.http.get("/openapi.json").json()
    assert document["openapi"].startswith("3.")
    assert document["servers"] == [{"url": "/v1"}]
    described = {(path, method) for path, one in document["paths"].items() for method in one}
    assert described == {(path, method) for path, method, _ in operations()}
    for path, method in described:
        response = served.http.request(method, f"/v1{path}")
        if response.status_code >= 400:
            assert response.json()["error"]["code"] not in ("unknown_url", "method_not_allowed")


def test_models() -> None:
    def listed(**options: Any) -> Any:
        with Client.local(**options) as client:
            return client.get("/models")

    one = {"id": "local", "object": "model", "created": 0, "owned_by": "local"}
    assert listed() == {"object": "list", "data": [one]}
    assert listed(model=lambda request, context: "hi") == listed()
    for name, shown in (("qwen3", "qwen3"), (None, "local")):
        model = ChatCompletions("http://127.0.0.1:1/v1", model=name)
        assert listed(model=model)["data"] == [one | {"id": shown}]
        with serve(model=model) as served:
            assert served.http.get("/v1/models").json()["data"] == [one | {"id": shown}]
    with serve(api_key=KEY) as served:
        assert is_error(served.http.get("/v1/models"), 401)


def test_the_routes_give_what_the_verbs_give(served: Served) -> None:
    id = served.make(*ITEMS, title="Łódź")
    root, verbs = f"/page/conversations/{id}", served.api.conversations

    exported, file = served.http.get(f"{root}/export"), StringIO()
    verbs.export(id, file)
    assert exported.text == file.getvalue()
    assert exported.headers["content-type"] == "application/jsonl"
    assert exported.headers["content-disposition"] == f'attachment; filename="{id}.jsonl"'

    for format in get_args(TranscriptFormat):
        transcript = served.http.get(f"{root}/transcript", params={"format": format})
        assert transcript.text == verbs.transcript(id, format=format)
        assert transcript.headers["content-disposition"].startswith("attachment; ")
    plain = served.http.get(f"{root}/transcript")
    assert plain.text == verbs.transcript(id, format="html")
    assert plain.headers["content-type"] == "text/html; charset=utf-8"

    second = verbs.items.list(id, order="asc").data[1].id
    for after, count in ((None, 5), (second, 2)):
        query = {"after": after} if after else {}
        response = served.http.post(f"{root}/fork", params=query)
        expected = verbs.fork(id, on_unsupported="text", after=after)
        assert response.json()["metadata"] == expected.metadata
        made = [one.to_dict() for one in verbs.items.list(response.json()["id"])]
        wanted = [one.to_dict() for one in verbs.items.list(expected.id)]
        assert [one | {"id": ""} for one in made] == [one | {"id": ""} for one in wanted]
        assert len(made) == count
    for one in (exported, plain, response):
        assert HEADERS.items() <= dict(one.headers).items()


def test_a_transcript_of_a_format_that_is_new(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(routes._TRANSCRIPTS, "markdown")
    path = f"/page/conversations/{served.make()}/transcript"
    response = served.http.get(path, params={"format": "markdown"})
    assert response.headers["content-type"] == "text/plain; charset=utf-8"


def test_conversations_by_page_with_previews(served: Served) -> None:
    count = routes.CONVERSATIONS
    ids = [served.make(*ITEMS[: n % 2], title=f"no. {n}") for n in range(count + 3)][::-1]
    first = served.get("conversations")
    assert [one["id"] for one in first["data"]] == ids[:count]
    assert [one["preview"] for one in first["data"][:2]] == ["", "Where is <b>Łódź</b>?"]
    assert first["data"][0]["metadata"] == {"title": f"no. {count + 2}"}
    assert first["has_more"]
    second = served.get("conversations", after=first["last_id"])
    assert [one["id"] for one in second["data"]] == ids[count:]
    assert not second["has_more"]


def search(served: Served, text: str) -> dict[str, str]:
    """Search page by page, as the page does; return ids and previews."""
    found: dict[str, str] = {}
    page = {"has_more": True, "last_id": ""}
    while page["has_more"]:
        page = served.get("conversations", text=text, after=page["last_id"])
        assert len(page["data"]) <= routes.SEARCHED
        found |= {one["id"]: one["preview"] for one in page["data"]}
    return found


def test_search(served: Served) -> None:
    late = [MessageItem.user_text(f"word {n}") for n in range(120)]
    long = served.make(*late[:20])
    for start in range(20, 120, 20):
        served.api.conversations.items.create(long, items=late[start : start + 20])
    whole = served.make(*ITEMS, title="About Łódź", other="x" * 400)
    for _ in range(routes.SEARCHED):
        served.make(MessageItem.user_text("nothing"))
    assert search(served, "WORD 119") == {long: "word 119"}
    assert search(served, "about łÓDŹ") == {whole: "About Łódź"}
    assert search(served, "in poland") == {whole: "In Poland."}
    assert search(served, "found") == {whole: "found"}
    assert search(served, "something") == {whole: "something"}
    assert search(served, "xxx") == {whole: "x" * routes.PREVIEW}
    assert search(served, whole[40:]) == {whole: f"…{whole[10:]}"}
    for name in ("function_call_output", "completed", "brand_new", "no such text"):
        assert search(served, name) == {}


def test_changes(served: Served) -> None:
    empty = served.get("changes")
    assert empty == {"version": served.get("conversations")["version"]}
    id = served.make(*ITEMS[:3], title="One")
    other = served.make()
    seen = {empty["version"]}
    told = served.get("changes", conversation=id, after="")
    shown = [one["id"] for one in told["items"]["data"]]
    assert told["conversation"]["metadata"] == {"title": "One"}
    assert [one["type"] for one in told["items"]["data"]] == ["message", "message", "function_call"]
    assert told["gone"] == []

    def step(**query: Any) -> Any:
        """Return the changes; the list is another one than in all steps before."""
        told = served.get("changes", conversation=id, shown=shown, **query)
        assert told["version"] not in seen
        assert told["version"] == served.get("conversations")["version"]
        seen.add(told["version"])
        return told

    assert "items" not in step()
    served.api.conversations.update(id, metadata={"title": "Two"})
    assert step()["conversation"]["metadata"] == {"title": "Two"}
    served.api.conversations.delete(other)
    served.api.conversations.items.create(id, items=ITEMS[3:])
    told = step(after=shown[-1])
    assert [one["type"] for one in told["items"]["data"]] == ["function_call_output", "brand_new"]
    for gone in (shown[0], shown[-1]):
        served.api.conversations.items.delete(gone, conversation_id=id)
    served.make()
    told = step(after=shown[-1])
    assert told["gone"] == [shown[0], shown[-1]]
    assert "items" not in told
    served.api.conversations.delete(id)
    assert is_error(served.http.get("/page/changes", params={"conversation": id}), 404)


def test_changes_come_by_the_hundred_with_their_images(served: Served) -> None:
    dot = {"type": "input_image", "image_url": "data:image/png;base64,AA", "detail": "auto"}
    picture: Any = {"type": "message", "role": "user", "content": [dot]}
    id = served.make(*[picture] * 20)
    for _ in range(5):
        served.api.conversations.items.create(id, items=[picture] * 20)
    first = served.get("changes", conversation=id, after="")["items"]
    assert (len(first["data"]), first["has_more"]) == (100, True)
    assert first["data"][0]["content"][0]["image_url"] == dot["image_url"]
    second = served.get("changes", conversation=id, after=first["last_id"])["items"]
    assert (len(second["data"]), second["has_more"]) == (20, False)


def test_what_is_wrong_is_named(served: Served) -> None:
    root = f"/page/conversations/{served.make()}"
    for response, status, param in (
        (served.http.get(f"{root}/transcript?format=pdf"), 400, "format"),
        (served.http.get("/page/conversations?after=none"), 400, "after"),
        (served.http.get(f"/page/changes?conversation={root[20:]}&after=none"), 400, "after"),
        (served.http.get("/page/changes?conversation=none"), 404, None),
        (served.http.get("/page/conversations/none/export"), 404, None),
        (served.http.post(f"{root}/fork?after=none"), 400, "after"),
    ):
        assert is_error(response, status), response.text
        assert response.json()["error"]["param"] == param
        assert HEADERS.items() <= dict(response.headers).items()

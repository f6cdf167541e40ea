"""The files of the page, and what it needs besides the API.

All of it is read through a client of the service, with the key of the request, so that nothing is
shown here that the API would not show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from io import StringIO
from typing import Any

import httpx
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ..._schema.document import document
from ..._schema.values import is_array, is_object
from ..._sync.client import Client
from ...errors import APIStatusError, InvalidArgumentError, OpenAIError
from ..errors import ServiceError
from ..http_messages import PREFIX, Service
from ..transport import LocalTransport

#: How many conversations the page lists at a time.
CONVERSATIONS = 50
#: How much of a text the list shows, and how much of that stands before what was searched for.
PREVIEW, BEFORE = 120, 30
#: What of images the list of items holds only on demand.
_IMAGES = ["message.input_image.image_url", "computer_call_output.output.image_url"]
#: Fields of items that nobody searches for: names of the API, and data.
_UNREAD = {"type", "role", "status", "id", "encrypted_content", "image_url", "file_data", "result"}
_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript"}
_TRANSCRIPTS = {"markdown": "text/markdown", "html": "text/html", "text": "text/plain"}
#: A page that runs and loads nothing but its own files, in no frame, and makes no HTML of texts.
_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-cache",
}

Endpoint = Callable[[Request], Response]


def page_routes(service: Service) -> list[Route]:
    """Return the routes of the page, and those by which programs look at a server."""
    page = _Page(service)
    one = "/page/conversations/{id}"
    return [
        Route("/", _file),
        Route("/health", _health),
        Route("/openapi.json", _document),
        Route("/page/changes", _guarded(page.changes)),
        Route("/page/conversations", _guarded(page.conversations)),
        Route(f"{one}/export", _guarded(page.export)),
        Route(f"{one}/fork", _guarded(page.fork), methods=["POST"]),
        Route(f"{one}/transcript", _guarded(page.transcript)),
        Route("/page/{name}", _file),
    ]


def _health(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


def _document(_: Request) -> Response:
    return JSONResponse(document())


def _file(request: Request) -> Response:
    name = request.path_params.get("name", "index.html")
    for file in resources.files(__name__.rpartition(".")[0]).iterdir():
        kind = _TYPES.get(file.name.rpartition(".")[2])
        if file.name == name and kind:
            return Response(file.read_bytes(), headers=_HEADERS, media_type=kind)
    raise HTTPException(404)


def _guarded(endpoint: Endpoint) -> Endpoint:
    """Return an endpoint that responds with the error of the service where there is one."""

    def respond(request: Request) -> Response:
        try:
            response = endpoint(request)
        except APIStatusError as error:
            response = JSONResponse({"error": error.body}, error.status_code)
        except OpenAIError as error:
            param = error.argument if isinstance(error, InvalidArgumentError) else None
            response = JSONResponse(ServiceError(400, str(error), param=param).body(), 400)
        response.headers.update(_HEADERS)
        return response

    return respond


@dataclass
class _Page:
    """What the page asks for; each method gets a request, and runs on a worker thread."""

    service: Service

    @cached_property
    def client(self) -> Client:
        """A client of the service, whose key is that of each request (`_key`)."""
        transport = LocalTransport(self.service)
        return Client(
            api_key="none",
            base_url=f"http://localhost{PREFIX}",
            http_client=httpx.Client(transport=transport),
            max_retries=0,
        )

    def conversations(self, request: Request) -> Response:
        """List conversations, newest first: behind `after`, and where `text` is in one of them."""
        text = request.query_params.get("text", "").casefold()
        after, has_more = request.query_params.get("after"), True
        found: list[Any] = []
        while has_more and len(found) < CONVERSATIONS:
            page = self._get(request, "/conversations", "desc", CONVERSATIONS, after)
            for one in page["data"]:
                preview = self._preview(request, one, text)
                if preview is not None:
                    found.append(one | {"preview": preview})
            after, has_more = page["last_id"], page["has_more"]
        return JSONResponse({"data": found, "has_more": has_more, "last_id": after})

    def _preview(self, request: Request, conversation: dict[str, Any], text: str) -> str | None:
        """Return the first text of a conversation that has `text` in it, or None."""
        for shown in (*conversation["metadata"].values(), conversation["id"]) if text else ():
            if text in shown.casefold():
                return _cut(shown, text)
        after, has_more = None, True
        path = f"/conversations/{conversation['id']}/items"
        while has_more:
            page = self._get(request, path, "asc", 100 if text else 5, after)
            for shown in _texts(page["data"]):
                if text in shown.casefold():
                    return _cut(shown, text)
            after, has_more = page["last_id"], bool(text and page["has_more"])
        return None if text else ""

    def changes(self, request: Request) -> Response:
        """Tell the newest conversation, and the items of `conversation` behind `after`."""
        newest = self._get(request, "/conversations", "desc", 1)["first_id"]
        items: Any = None
        if id := request.query_params.get("conversation"):
            after = request.query_params.get("after")
            items = self._get(request, f"/conversations/{id}/items", "asc", 100, after)
        return JSONResponse({"newest": newest, "items": items})

    def export(self, request: Request) -> Response:
        """Respond with the file of an export."""
        id, file = request.path_params["id"], StringIO()
        self.client.conversations.export(id, file, extra_headers=_key(request))
        return _download(file.getvalue(), f"{id}.jsonl", "application/jsonl")

    def transcript(self, request: Request) -> Response:
        """Respond with a transcript of the format `format`."""
        id, name = request.path_params["id"], request.query_params.get("format", "html")
        format: Any = name
        text = self.client.conversations.transcript(id, format=format, extra_headers=_key(request))
        return _download(text, f"{id}.{name}", _TRANSCRIPTS[name])

    def fork(self, request: Request) -> Response:
        """Respond with a new conversation that has the items up to `after`."""
        made = self.client.conversations.fork(
            request.path_params["id"],
            after=request.query_params.get("after"),
            on_unsupported="text",
            extra_headers=_key(request),
        )
        return JSONResponse(made.to_dict())

    def _get(
        self, request: Request, path: str, order: str, limit: int, after: str | None = None
    ) -> Any:
        query: dict[str, Any] = {"order": order, "limit": limit}
        query |= {"include": _IMAGES} if path.endswith("/items") else {}
        query |= {"after": after} if after else {}
        return self.client.get(path, extra_query=query, extra_headers=_key(request))


def _key(request: Request) -> dict[str, str]:
    key = request.headers.get("authorization")
    return {"authorization": key} if key else {}


def _download(text: str, name: str, media_type: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(text.encode(), headers=headers, media_type=media_type)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif is_array(value):
        for one in value:
            yield from _texts(one)
    elif is_object(value):
        for name, one in value.items():
            if name not in _UNREAD:
                yield from _texts(one)


def _cut(shown: str, text: str) -> str:
    start = max(shown.casefold().find(text) - BEFORE, 0)
    return ("…" if start else "") + " ".join(shown[start : start + PREVIEW].split())

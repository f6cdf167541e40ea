"""The files of the page, and what it needs besides the API.

All of it is read through a client of the service, with the key of the request, so that nothing is
shown here that the API would not show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from importlib import resources
from io import StringIO
from typing import Any

import httpx
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ..._request.types import omit
from ..._schema.document import document
from ..._schema.values import is_array, is_object
from ..._sync.client import Client
from ...errors import APIStatusError, InvalidArgumentError, NotFoundError, OpenAIError
from ..errors import ServiceError
from ..http_messages import PREFIX, Service
from ..transport import LocalTransport

#: How many conversations the page lists at a time, and in how many a request searches: the page can
#: stop a search between two requests.
CONVERSATIONS, SEARCHED = 50, 5
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
    return JSONResponse(document() | {"servers": [{"url": PREFIX}]})


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
        """List conversations, newest first, from behind `after` on.

        With `text` these are the few that were searched, less those that it is not in.
        """
        text = request.query_params.get("text", "").casefold()
        after = request.query_params.get("after")
        page = self._newest(request, SEARCHED if text else CONVERSATIONS, after)
        previews = [(one, self._preview(request, one, text)) for one in page["data"]]
        found = [one | {"preview": shown} for one, shown in previews if shown is not None]
        return JSONResponse(page | {"data": found, "version": _version(page)})

    def _preview(self, request: Request, conversation: dict[str, Any], text: str) -> str | None:
        """Return the first text of a conversation that has `text` in it, or None."""
        id = conversation["id"]
        for shown in (*conversation["metadata"].values(), id) if text else ():
            if text in shown.casefold():
                return _cut(shown, text)
        after, has_more = None, True
        while has_more:
            page = self._items(request, id, 100 if text else 5, after)
            for shown in _texts(page["data"]):
                if text in shown.casefold():
                    return _cut(shown, text)
            after, has_more = page["last_id"], bool(text and page["has_more"])
        return None if text else ""

    def changes(self, request: Request) -> Response:
        """Tell what has changed since a page was loaded.

        The `version` of the list; with `conversation`, its object; which of `shown` are `gone`;
        and, where there is `after`, the `items` behind it.
        """
        told: dict[str, Any] = {"version": _version(self._newest(request, CONVERSATIONS))}
        query = request.query_params
        if id := query.get("conversation"):
            api = self.client.conversations.with_raw_response
            told["conversation"] = api.retrieve(id, extra_headers=_key(request)).json()
            told["gone"] = gone = [
                shown for shown in query.getlist("shown") if not self._has(request, id, shown)
            ]
            if "after" in query and query["after"] not in gone:
                told["items"] = self._items(request, id, 100, query["after"], _IMAGES)
        return JSONResponse(told)

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
        return _download(text, f"{id}.{name}", _TRANSCRIPTS.get(name, "text/plain"))

    def fork(self, request: Request) -> Response:
        """Respond with a new conversation that has the items up to `after`."""
        made = self.client.conversations.fork(
            request.path_params["id"],
            after=request.query_params.get("after"),
            on_unsupported="text",
            extra_headers=_key(request),
        )
        return JSONResponse(made.to_dict())

    def _newest(self, request: Request, limit: int, after: str | None = None) -> Any:
        return self.client.conversations.with_raw_response.list(
            order="desc", limit=limit, after=after or omit, extra_headers=_key(request)
        ).json()

    def _items(
        self, request: Request, id: str, limit: int, after: str | None, include: Any = omit
    ) -> Any:
        api = self.client.conversations.items.with_raw_response
        query: Any = {"order": "asc", "limit": limit, "after": after or omit, "include": include}
        return api.list(id, **query, extra_headers=_key(request)).json()

    def _has(self, request: Request, id: str, item: str) -> bool:
        try:
            self.client.conversations.items.with_raw_response.retrieve(
                item, conversation_id=id, extra_headers=_key(request)
            )
        except NotFoundError:
            return False
        return True


def _version(page: Any) -> str:
    """Return a text that is another one where a page of conversations is."""
    return sha256(repr(page["data"]).encode()).hexdigest()


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

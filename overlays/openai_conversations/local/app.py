"""The local service as an ASGI application: below `/v1` for any client in any language.

Beside it are the page for a browser (`page`), `/health` and `/openapi.json`.

Needs the extra `local` (starlette and uvicorn); nothing else in the package imports this module
before it is needed.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass
from uuid import uuid4

import anyio
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .errors import ConnectionLostError, NoResponseError, ServiceError, to_service_error
from .http_messages import PREFIX, Service, ServiceRequest, declared_size, to_headers, to_query
from .page.routes import page_routes
from .same_origin import SameOrigin
from .worker_threads import StreamReader, handle_request

# A server may put a function under this name into the ASGI state; it closes the connection of the
# request. ASGI has no way to do that, and only `ConnectionLostError` needs one.
CLOSE_CONNECTION = "local_close_connection"
#: Where the scope of a request has its headers as a dictionary.
HEADERS = "local_headers"
#: A request of HTTP/1.1 that has neither of them has no body (RFC 9112, section 6.3).
BODY_HEADERS = frozenset({"content-length", "transfer-encoding"})
#: How long a client may take to send a body, in seconds.
BODY_SECONDS = 300.0
#: How much is discarded of a body that was refused, and for how long. Closing a connection resets
#: it if bytes are left unread, and its client loses the response.
DISCARDED_BYTES, DISCARDED_SECONDS = 64 * 2**20, 5.0


def create_app(service: Service, access: SameOrigin | None = None) -> Starlette:
    """Make the application around a service, which it closes when the server shuts it down.

    Args:
        service: What responds.
        access: The host names and the web pages that are let in, besides the server's own.
    """

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            service.close()

    access = access or SameOrigin()
    cors = Middleware(
        CORSMiddleware,
        allow_origins=sorted(access.origins),
        allow_methods=["DELETE", "GET", "POST"],
        allow_headers=["*"],
        expose_headers=["x-request-id"],
    )
    app = Starlette(
        routes=[Mount(PREFIX, app=_Endpoint(service)), *page_routes(service)],
        lifespan=lifespan,
        middleware=[
            Middleware(_SameOriginMiddleware, access=access),
            *([cors] if access.origins else []),
        ],
        exception_handlers={HTTPException: _failed, Exception: _failed},
    )
    # A redirect from /v1 to /v1/ would be a response without a request id.
    app.router.redirect_slashes = False
    return app


@dataclass
class _SameOriginMiddleware:
    """Lets through what no web page of another origin has sent."""

    app: ASGIApp
    access: SameOrigin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = scope[HEADERS] = to_headers(scope["headers"])
            try:
                self.access.check(headers)
            except ServiceError as error:
                await _respond(error)(scope, receive, send)
                return
        await self.app(scope, receive, send)


@dataclass
class _Endpoint:
    """Gives each request to the service and sends the response."""

    service: Service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise HTTPException(404)
        headers: dict[str, str] = scope[HEADERS]
        path: str = scope["raw_path"].decode("latin-1").removeprefix(PREFIX)
        chunks = Request(scope, receive).stream()
        try:
            body, whole = b"", True
            if scope["http_version"] != "1.1" or headers.keys() & BODY_HEADERS:
                body, whole = await _read(chunks, self.service.body_limit(headers), headers)
        except ClientDisconnect:
            return
        except TimeoutError:
            late = _respond(ServiceError(408, "The request body did not arrive in time."))
            await late(scope, receive, _discarding(chunks, send))
            return
        query = to_query(scope["query_string"])
        request = ServiceRequest(scope["method"], path, query, headers, body)
        try:
            response = await handle_request(self.service, request)
            status, headers = response.status, dict(response.headers)
            if isinstance(response.body, bytes):
                send = send if whole else _discarding(chunks, send)
                await Response(response.body, status, headers)(scope, receive, send)
            else:
                with contextlib.closing(StreamReader(response.body, response.abort)) as reader:
                    await StreamingResponse(reader, status, headers)(scope, receive, send)
        except NoResponseError as error:
            # Closed now, or silent; in both cases the client's end of it ends the request.
            if isinstance(error, ConnectionLostError):
                scope["state"][CLOSE_CONNECTION]()
            while (await receive())["type"] != "http.disconnect":
                pass


async def _read(
    chunks: AsyncIterator[bytes], limit: int, headers: Mapping[str, str]
) -> tuple[bytes, bool]:
    """Return a body and whether that is all of it; what is above the limit is left unread.

    Raises:
        TimeoutError: If it does not arrive within `BODY_SECONDS`.
    """
    body = bytearray()
    if limit and declared_size(headers) <= limit:
        with anyio.fail_after(BODY_SECONDS):
            async for chunk in chunks:
                body += chunk
                if len(body) > limit:
                    break
            else:
                return bytes(body), True
    return bytes(body), False


def _discarding(chunks: AsyncIterator[bytes], send: Send) -> Send:
    """Return what sends a response, discards the rest of the request and closes the connection."""

    async def send_all(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send({**message, "headers": [*message["headers"], (b"connection", b"close")]})
            return
        await send({**message, "more_body": True})
        discarded = 0
        with anyio.move_on_after(DISCARDED_SECONDS), contextlib.suppress(ClientDisconnect):
            async for chunk in chunks:
                discarded += len(chunk)
                if discarded > DISCARDED_BYTES:
                    break
        await send({"type": "http.response.body"})

    return send_all


async def _failed(request: Request, error: Exception) -> Response:
    """Respond in the API's shape to what is not below `/v1`, and after a bug, which is logged."""
    if isinstance(error, HTTPException):
        message = f"Invalid URL ({request.method} {request.url.path}); the API is below {PREFIX}."
        error = ServiceError(error.status_code, message)
    return _respond(to_service_error(error))


def _respond(error: ServiceError) -> Response:
    headers = {"x-request-id": f"req_{uuid4().hex}"}
    return JSONResponse(error.body(), error.status, headers)

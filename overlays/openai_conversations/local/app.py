"""The local service as an ASGI application, below `/v1`, for any client in any language.

Needs the extra `local` (starlette and uvicorn); nothing else in the package imports this module
before it is needed.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from uuid import uuid4

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from .faults import AnswerTimedOutError, ConnectionLostError
from .offload import Chunks, Handler, answer
from .service import ServiceReply, ServiceRequest
from .transport import PREFIX

__all__ = ["CUT", "create_app"]

# A server may put a function under this name into the ASGI state; it closes the connection of the
# request. ASGI itself has no way to do that, and only faults that a test asks for need one.
CUT = "local_cut"


def create_app(service: Handler) -> Starlette:
    """Make the application; it closes the service when the server shuts it down.

    Args:
        service: The service that answers everything below `/v1`.
    """

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            service.close()

    app = Starlette(
        routes=[Mount(PREFIX, app=_Endpoint(service))],
        lifespan=lifespan,
        exception_handlers={HTTPException: _outside, Exception: _broken},
    )
    # A redirect from /v1 to /v1/ would be an answer without a request id.
    app.router.redirect_slashes = False
    return app


class _Endpoint:
    """Hands each request to the service and sends what it answers."""

    def __init__(self, service: Handler) -> None:
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise HTTPException(404)
        request = Request(scope, receive)
        try:
            body = await request.body()
        except ClientDisconnect:
            return
        try:
            reply = await answer(self._service, _to_service(request, body))
            await _to_response(reply)(scope, receive, send)
        except (ConnectionLostError, AnswerTimedOutError) as error:
            if isinstance(error, ConnectionLostError):
                getattr(request.state, CUT)()
            while (await receive())["type"] != "http.disconnect":
                pass


class _Stream(StreamingResponse):
    """A streamed reply whose body is closed however the response ends."""

    def __init__(self, reply: ServiceReply, source: Iterator[bytes]) -> None:
        self._chunks = Chunks(source)
        super().__init__(self._read(), reply.status)
        self.raw_headers = _raw(reply)

    async def _read(self) -> AsyncIterator[bytes]:
        while (chunk := await self._chunks.next_async()) is not None:
            yield chunk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._chunks.close()


def _to_service(request: Request, body: bytes) -> ServiceRequest:
    raw: bytes = request.scope["raw_path"]
    return ServiceRequest(
        method=request.method,
        path=raw.decode("latin-1").removeprefix(PREFIX),
        query=request.query_params.multi_items(),
        headers=dict(request.headers),
        body=body,
    )


def _to_response(reply: ServiceReply) -> Response:
    if not isinstance(reply.body, bytes):
        return _Stream(reply, reply.body)
    response = Response(reply.body, reply.status)
    response.raw_headers = _raw(reply)
    if not any(name == b"content-length" for name, _ in response.raw_headers):
        response.raw_headers.append((b"content-length", str(len(reply.body)).encode()))
    return response


def _raw(reply: ServiceReply) -> list[tuple[bytes, bytes]]:
    return [
        (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers
    ]


async def _outside(request: Request, error: Exception) -> Response:
    """What is not below `/v1` answers in the shape of the API too."""
    assert isinstance(error, HTTPException)
    message = f"Invalid URL ({request.method} {request.url.path}); the API is below {PREFIX}."
    return _error(error.status_code, message, "invalid_request_error")


async def _broken(request: Request, error: Exception) -> Response:
    """A mistake of the service: the log has the traceback, the caller a proper error."""
    message = "The local service failed; its log says why."
    return _error(500, message, "server_error")


def _error(status: int, message: str, type_: str) -> Response:
    error = {"message": message, "type": type_, "param": None, "code": None}
    return JSONResponse({"error": error}, status, {"x-request-id": f"req_{uuid4().hex}"})

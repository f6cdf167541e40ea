"""The local service as an ASGI application, below `/v1`, for any client in any language.

Needs the extra `local` (starlette and uvicorn); nothing else in the package imports this module
before it is needed.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from uuid import uuid4

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from .errors import ConnectionLostError, ResponseTimeoutError, ServiceError, to_service_error
from .http_messages import PREFIX, Service, ServiceRequest
from .worker_threads import StreamReader, handle_in_thread

# A server may put a function under this name into the ASGI state; it closes the connection of the
# request. ASGI has no way to do that, and only `ConnectionLostError` needs one.
CLOSE_CONNECTION = "local_close_connection"


def create_app(service: Service) -> Starlette:
    """Make the application around a service, which it closes when the server shuts it down."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            service.close()

    app = Starlette(
        routes=[Mount(PREFIX, app=_Endpoint(service))],
        lifespan=lifespan,
        exception_handlers={HTTPException: _failed, Exception: _failed},
    )
    # A redirect from /v1 to /v1/ would be a response without a request id.
    app.router.redirect_slashes = False
    return app


@dataclass
class _Endpoint:
    """Gives each request to the service and sends the response."""

    service: Service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise HTTPException(404)
        request = Request(scope, receive)
        try:
            body = await request.body()
        except ClientDisconnect:
            return
        path: str = scope["raw_path"].decode("latin-1").removeprefix(PREFIX)
        query, names = request.query_params.multi_items(), dict(request.headers)
        message = ServiceRequest(request.method, path, query, names, body)
        try:
            response = await handle_in_thread(self.service, message)
            status, headers = response.status, dict(response.headers)
            if isinstance(response.body, bytes):
                await Response(response.body, status, headers)(scope, receive, send)
            else:
                with contextlib.closing(StreamReader(response.body)) as reader:
                    await StreamingResponse(reader, status, headers)(scope, receive, send)
        except (ConnectionLostError, ResponseTimeoutError) as error:
            # Closed now, or silent; in both cases the client's end of it ends the request.
            if isinstance(error, ConnectionLostError):
                getattr(request.state, CLOSE_CONNECTION)()
            while (await receive())["type"] != "http.disconnect":
                pass


async def _failed(request: Request, error: Exception) -> Response:
    """Respond in the API's shape to what is not below `/v1`, and after a bug, which is logged."""
    if isinstance(error, HTTPException):
        message = f"Invalid URL ({request.method} {request.url.path}); the API is below {PREFIX}."
        error = ServiceError(error.status_code, message)
    failure = to_service_error(error)
    return JSONResponse(failure.body(), failure.status, {"x-request-id": f"req_{uuid4().hex}"})

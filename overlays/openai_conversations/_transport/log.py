"""The standard library's logger `openai_conversations`, and the lines that it gets.

One line an attempt at level info, and the headers at debug. Never the key, a cookie, a query or a
body: bodies are conversations.
"""

from __future__ import annotations

import logging
import os
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

logger = logging.getLogger("openai_conversations")

# Words in the names of headers whose values are not shown.
_SECRET = ("authorization", "cookie", "set-cookie", "key", "token", "secret")


@cache
def set_up_from_environment() -> None:
    """Follow OPENAI_LOG=info or debug: set the logger's level, and write to standard error.

    Only a logger without a handler gets one, so an application's own set-up is left alone.
    """
    level = {"info": logging.INFO, "debug": logging.DEBUG}.get(
        os.environ.get("OPENAI_LOG", "").lower()
    )
    if level is None:
        return
    logger.setLevel(level)
    if not logger.hasHandlers():
        handler = logging.StreamHandler()
        form = "%(asctime)s %(name)s %(levelname)s %(message)s"
        handler.setFormatter(logging.Formatter(form))
        logger.addHandler(handler)


def log_response(request: httpx.Request, response: httpx.Response, seconds: float) -> None:
    """Log an attempt, whose response came after so many seconds."""
    seen = request.method, request.url.path, response.status_code, 1000 * seconds
    logger.info("%s %s -> %d in %.0f ms (%s)", *seen, response.headers.get("x-request-id"))
    if logger.isEnabledFor(logging.DEBUG):
        logger.debug("request headers: %s", _redacted(request.headers))
        logger.debug("response headers: %s", _redacted(response.headers))


def _redacted(headers: httpx.Headers) -> dict[str, str]:
    return {
        name: "[secret]" if any(word in name.lower() for word in _SECRET) else value
        for name, value in headers.items()
    }

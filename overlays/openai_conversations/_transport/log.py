"""The standard library's logger `openai_conversations`, and the lines that it gets.

One line an attempt at level info, and the headers at debug. Never a query or a body, which may be a
conversation, and of headers only values that are known to be harmless.
"""

from __future__ import annotations

import logging
import os
from functools import cache
from typing import TYPE_CHECKING

from .._response.headers import shown_headers

if TYPE_CHECKING:
    import httpx

logger = logging.getLogger("openai_conversations")


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
    seen = request.method, _path(request), response.status_code, 1000 * seconds
    logger.info("%s %s -> %d in %.0f ms (%s)", *seen, response.headers.get("x-request-id"))
    if logger.isEnabledFor(logging.DEBUG):
        logger.debug("request headers: %s", shown_headers(request.headers))
        logger.debug("response headers: %s", shown_headers(response.headers))


def log_failure(request: httpx.Request, failure: Exception) -> None:
    """Log an attempt that had no response; the text of the error is one that may be shown."""
    logger.info("%s %s failed: %s", request.method, _path(request), failure)


def _path(request: httpx.Request) -> str:
    # Percent-encoded: a line break in it would begin a line of its own.
    return request.url.raw_path.partition(b"?")[0].decode()

"""Spans of OpenTelemetry for the requests of a client (the extra `otel`).

    from openai_conversations import Client
    from openai_conversations.otel import instrument

    client = instrument(Client())

One request is one span, retries and the reading of a stream included. Its name and attributes are
those of the semantic conventions for generative AI; docs/neighbours.md lists them.
"""

from __future__ import annotations

from typing import Any, TypeVar

try:
    from opentelemetry.trace import TracerProvider, get_tracer
except ImportError as error:
    needs = "openai_conversations.otel needs OpenTelemetry"
    raise ImportError(f"{needs}: pip install 'openai-conversations[otel]'") from error

from ._async.client import AsyncClient
from ._async.traced_sender import AsyncTracedSender
from ._sync.client import Client
from ._sync.traced_sender import TracedSender
from ._version import __version__

_ClientT = TypeVar("_ClientT", Client, AsyncClient)


def instrument(
    client: _ClientT,
    *,
    tracer_provider: TracerProvider | None = None,
    capture_content: bool = False,
) -> _ClientT:
    """Make spans of the requests of a client, and of the copies that are made of it from now on.

    Args:
        client: the client. One that makes spans already is left as it is.
        tracer_provider: what to start them with; None for the global one.
        capture_content: whether instructions, input and output are in the spans. Otherwise nothing
            is that people or models have said, and no text of an error.

    Returns:
        The client.
    """
    inner: Any = client._sender  # pyright: ignore[reportPrivateUsage]
    if not isinstance(inner, TracedSender | AsyncTracedSender):
        tracer = get_tracer("openai_conversations", __version__, tracer_provider)
        make: Any = TracedSender if isinstance(client, Client) else AsyncTracedSender
        client._sender = make(inner, tracer, contents=capture_content)  # pyright: ignore[reportPrivateUsage]
    return client

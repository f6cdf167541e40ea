"""What the sender and the connection pool tell each other about one attempt.

It travels in `request.extensions`, which httpx hands through to the transport, and on to the
requests that follow a redirect. Another transport does not look at it.
"""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import httpx

ATTEMPT = "openai_conversations.attempt"


class _Stream(Protocol):
    def get_extra_info(self, info: str, /) -> object: ...


class Attempt:
    """One attempt at one request.

    Attributes:
        deadline: the moment (`time.monotonic`) by which the attempt must be over, or None.
        stream: the network stream that works for the attempt, once there is one.
        sent: have any bytes of the request been written? None while nobody keeps account.
        interrupted: has somebody asked for the end of it?
        whole: is the body of the reply wanted as a whole, not as it comes?
        redirect: a reply that httpx is to go on from.
    """

    __slots__ = ("deadline", "interrupted", "redirect", "sent", "stream", "whole")

    def __init__(self, deadline: float | None = None) -> None:
        self.deadline = deadline
        self.stream: _Stream | None = None
        self.sent: bool | None = None
        self.interrupted = False
        self.whole = False
        self.redirect: httpx.Response | None = None

    def left(self, timeout: float | None) -> float | None:
        """How long one step may take: its own time-out, or what is left of the whole attempt."""
        if self.deadline is None:
            return timeout
        # Zero would mean "do not block at all" to a socket, and must still end in a time-out.
        left = max(self.deadline - time.monotonic(), 1e-6)
        return left if timeout is None or left < timeout else timeout

    def interrupt(self) -> None:
        """End the attempt from another thread: whoever reads or writes there sees the end."""
        self.interrupted = True
        if self.stream is not None:
            shut_down(self.stream)


def shut_down(stream: _Stream) -> None:
    """Shut the socket below a network stream, so that a thread blocked in it wakes up."""
    sock = stream.get_extra_info("socket")
    if isinstance(sock, socket.socket):
        with suppress(OSError):
            # SSLSocket.shutdown would take the TLS state from under the thread that reads.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)

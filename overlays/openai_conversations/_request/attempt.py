"""Facts about one attempt that the sender and the transports share.

They travel in `request.extensions`, which httpx passes on to the transport and to the requests that
follow a redirect. Other transports do not look at them.
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
        deadline: The moment (`time.monotonic`) by which the attempt must be over, or None.
        stream: The network stream that works for the attempt, once there is one.
        sent: Whether any byte of the request has been written; None with a transport that does not
            tell.
        interrupted: Whether `interrupt` has been called.
        whole: Whether the transport should read the whole body before it returns the response.
        redirect: A response that httpx is to follow.
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
        """Return how long one step may take: its own timeout, or less if the deadline is nearer."""
        if self.deadline is None:
            return timeout
        # Zero would mean "do not block at all" to a socket, and must still end in a timeout.
        left = max(self.deadline - time.monotonic(), 1e-6)
        return left if timeout is None or left < timeout else timeout

    def use(self, stream: _Stream) -> None:
        """Work with a network stream from now on; it is shut if the attempt was interrupted."""
        self.stream = stream
        if self.interrupted:
            shut_down(stream)

    def interrupt(self) -> None:
        """End the attempt from another thread: one that reads or writes for it sees the end."""
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

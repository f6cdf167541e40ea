"""The listening socket of the local server, whether it serves in a thread or as a command."""

from __future__ import annotations

import socket

__all__ = ["listen"]


def listen(address: str, port: int, family: int = socket.AF_INET) -> socket.socket:
    """Listen on a port, 0 for any free one; raises OSError if that cannot be."""
    listener = socket.create_server((address, port), family=family)
    # `create_server` leaves the protocol open, and asyncio turns Nagle's algorithm off only where
    # it sees TCP. Without that each answer waits 40 ms for the client's acknowledgement.
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=listener.detach())

"""Scripts for the scripted server that several files use: responses that break off or stall."""

from __future__ import annotations

from tests.overlay.events import delta
from tests.overlay.scripted_server import Peer


def cut_before_response(peer: Peer) -> None:
    peer.cut()


def stall(peer: Peer) -> None:
    peer.wait_for_hangup()


def stall_in_the_body(peer: Peer) -> None:
    peer.head(200, {"content-length": "100"})
    peer.send(b"{")
    peer.wait_for_hangup()


def stall_in_the_stream(peer: Peer) -> None:
    peer.events(delta(0, "x"))
    peer.wait_for_hangup()

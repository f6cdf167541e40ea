"""A server that lists messages page by page, as the service does."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.overlay.scripted_server import Peer, Script, Seen, page


def query(seen: Seen) -> dict[str, list[str]]:
    return parse_qs(urlsplit(seen.target).query)


def listing(total: int, **changes: Any) -> Script:
    """Return a script that lists `total` messages as the service does, but for `changes`."""

    def script(peer: Peer) -> None:
        assert peer.seen is not None
        asked = query(peer.seen)
        after = int(asked["after"][0].removeprefix("msg_")) if "after" in asked else 0
        last = min(total, after + int(asked.get("limit", ["20"])[0]))
        response = page(*range(after + 1, last + 1), has_more=last < total)
        for name, value in changes.items():
            if value is None:
                del response[name]
            else:
                response[name] = value
        peer.respond(response)

    return script


def deletable(total: int, *, gone: list[int], status: int, message: str) -> Script:
    """Return a script that lists messages, of which some are deleted after the first page.

    It refuses those as cursors, with this status and message, and names no parameter.
    """

    def script(peer: Peer) -> None:
        assert peer.seen is not None
        asked = query(peer.seen)
        after = int(asked["after"][0].removeprefix("msg_")) if "after" in asked else 0
        first = len(script_seen) == 0
        script_seen.append(after)
        if after in gone:
            error = {"message": message, "type": "invalid_request_error"}
            peer.respond({"error": {**error, "param": None, "code": None}}, status=status)
            return
        there = [n for n in range(1, total + 1) if first or n not in gone]
        left = [n for n in there if n > after]
        limit = int(asked["limit"][0])
        peer.respond(page(*left[:limit], has_more=len(left) > limit))

    script_seen: list[int] = []
    return script


def ids(items: list[Any]) -> list[int]:
    return [int(item.id.removeprefix("msg_")) for item in items]

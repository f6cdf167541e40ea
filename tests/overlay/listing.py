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


def ids(items: list[Any]) -> list[int]:
    return [int(item.id.removeprefix("msg_")) for item in items]

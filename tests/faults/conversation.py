"""What is appended in these tests, and what a conversation then holds."""

from __future__ import annotations

from typing import Any

import httpx

Item = dict[str, Any]


def messages(count: int) -> list[Item]:
    """Return user messages, each with a text of its own."""
    return [{"role": "user", "content": f"This is message number {n}."} for n in range(count)]


def texts(client: httpx.Client, conversation: str) -> list[str]:
    """Return the text of each message of a conversation, oldest first."""
    found: list[str] = []
    query = {"order": "asc", "limit": "100"}
    while True:
        page = client.get(f"conversations/{conversation}/items", params=query).json()
        found += [item["content"][0]["text"] for item in page["data"]]
        if not page["has_more"]:
            return found
        query["after"] = page["last_id"]


def newest_texts(client: httpx.Client, conversation: str, count: int) -> list[str]:
    """Return the text of each of the last messages, up to `count`, oldest first."""
    query = {"order": "desc", "limit": str(count)}
    page = client.get(f"conversations/{conversation}/items", params=query).json()
    return [item["content"][0]["text"] for item in reversed(page["data"])]

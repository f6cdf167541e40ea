"""A page of Chromium that reaches a local service of the test, and nothing else.

The page fails its test for each request to another host, for each error, and for each message that
it writes to the console, as Chromium does where it refuses a script or a picture.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from openai_conversations.local import LocalService
from openai_conversations.local.server import LocalServer

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Route

CHROMIUM = shutil.which(os.environ.get("CHROMIUM", "chromium"))
#: No sandbox: Chromium has none for root, as which containers run. No look-ups of its own.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-smooth-scrolling",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ELSEWHERE = "http://elsewhere.example"

#: Opens the page of a service; `options` are those of a context of Playwright.
Show = Callable[..., "Page"]


def look_for_changes(page: Page) -> None:
    """Let the time pass after which the page looks for changes."""
    page.clock.run_for(2000)


class Server:
    """A local service behind a socket, and a client of it besides the page."""

    def __init__(self, service: LocalService, stack: ExitStack) -> None:
        server = stack.enter_context(LocalServer(service))
        self.home = server.url.removesuffix("v1")
        self.api = stack.enter_context(
            httpx.Client(base_url=server.url, headers={"authorization": "Bearer local"})
        )

    def create(self, *items: dict[str, Any], title: str = "") -> str:
        """Make a conversation of items, in requests of twenty as the API takes them."""
        body = {"metadata": {"title": title} if title else {}}
        id = str(self._post("/conversations", body)["id"])
        for start in range(0, len(items), 20):
            self.append(id, *items[start : start + 20])
        return id

    def append(self, id: str, *items: dict[str, Any]) -> None:
        self._post(f"/conversations/{id}/items", {"items": items})

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        return self.api.post(path, json=body).raise_for_status().json()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark these tests: the page lists conversations, which is not in the document."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.off_contract)


@pytest.fixture
def serve() -> Iterator[Callable[[LocalService], Server]]:
    with ExitStack() as stack:
        yield lambda service: Server(service, stack)


@pytest.fixture
def server(serve: Callable[[LocalService], Server]) -> Server:
    return serve(LocalService())


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with pytest.importorskip("playwright.sync_api").sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed; CHROMIUM may name it")
    with playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS) as launched:
        yield launched


@pytest.fixture
def show(browser: Browser) -> Iterator[Show]:
    wrong: list[str] = []

    def refuse(route: Route) -> None:
        wrong.append(f"request to {route.request.url}")
        route.abort()

    def said(message: ConsoleMessage) -> None:
        if "the server responded with" not in message.text:  # that of the test, with an error
            wrong.append(message.text)

    with ExitStack() as stack:

        def opened(server: Server, conversation: str = "", **options: Any) -> Page:
            context = stack.enter_context(browser.new_context(**options))
            context.route(lambda url: not url.startswith(server.home), refuse)
            page = context.new_page()
            page.clock.install()
            page.on("pageerror", lambda error: wrong.append(str(error)))
            page.on("console", said)
            page.on("dialog", lambda dialog: wrong.append(f"dialog {dialog.message}"))
            page.goto(f"{server.home}#{conversation}")
            if conversation:
                page.wait_for_selector("#open")
            return page

        yield opened
    assert wrong == []

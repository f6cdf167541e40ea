"""The page of a served local service, over HTTP: odd requests, who gets in, and who carries it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai_conversations.local import LocalService
from openai_conversations.local.page.routes import page_routes
from starlette.routing import Route

from tests.contract.checker import check_error
from tests.local.served_page import ITEMS, KEY, Served, is_error, serve

ROUTES: list[Route] = page_routes(LocalService())
#: The routes that give nothing without the key, where there is one, and the others.
GUARDED = {
    "/page/changes",
    "/page/conversations",
    "/page/conversations/{id}/export",
    "/page/conversations/{id}/fork",
    "/page/conversations/{id}/transcript",
}
OPEN = {"/", "/health", "/openapi.json", "/page/{name}"}


@pytest.fixture(scope="module")
def opened() -> Iterator[tuple[Served, str]]:
    with serve() as served:
        yield served, served.make(*ITEMS)


@pytest.fixture(scope="module")
def guarded() -> Iterator[tuple[Served, str]]:
    with serve(api_key=KEY) as served:
        yield served, served.make(*ITEMS)


#: As they stand in a URL.
ODD = ["", "%ff", "%00", "%ed%a0%80", "..", "a%2fb", "%3f%23", "%2e%2e", "a" * 9000, "1", "html"]
NAMES = ["after", "text", "conversation", "shown", "format", "limit", "order", "none"]
KEYS: list[dict[str, Any]] = [{}, {"authorization": b"Bearer \xe9\xff"}, {"authorization": ""}]


@settings(max_examples=150, database=None, derandomize=True, deadline=None)
@given(
    st.sampled_from(ROUTES),
    st.lists(st.sampled_from([*ODD, "REAL"]) | st.text(max_size=8).map(quote), min_size=9),
    st.lists(st.sampled_from(NAMES), max_size=5),
    st.sampled_from(KEYS),
)
def test_odd_requests_get_an_error_of_the_api(
    opened: tuple[Served, str],
    route: Route,
    values: list[str],
    names: list[str],
    headers: dict[str, Any],
) -> None:
    served, id = opened
    path, *others = (one.replace("REAL", id) for one in values)
    url = re.sub(r"\{.*?\}", lambda _: path, route.path)
    query = "&".join(f"{name}={value}" for name, value in zip(names, others, strict=False))
    for method in (route.methods or set()) - {"HEAD"}:
        response = served.http.request(method, f"{served.home}{url}?{query}", headers=headers)
        if response.status_code != 200:
            assert 400 <= response.status_code < 500, response.text
            assert check_error(response.content) == []


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: str(route.path))
def test_the_key_the_host_and_the_origin(guarded: tuple[Served, str], route: Route) -> None:
    served, id = guarded
    key = {"authorization": f"Bearer {KEY}"}
    path = route.path.replace("{id}", id).replace("{name}", "main.js")
    (method,) = (route.methods or set()) - {"HEAD"}

    def status(**headers: str) -> int:
        response = served.http.request(method, path, headers=headers)
        assert response.status_code == 200 or is_error(response, response.status_code)
        return response.status_code

    without = 401 if route.path in GUARDED else 200
    assert status() == status(authorization="Bearer key_2") == without
    assert status(**key) == 200
    for more, refusal in (
        ({"host": "a.example"}, 421),
        ({"origin": "http://a.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
    ):
        assert status(**key, **more) == refusal
    assert status(**key, **{"origin": served.home, "sec-fetch-site": "same-origin"}) == 200


def test_every_route_is_guarded_or_open() -> None:
    assert {route.path for route in ROUTES} == GUARDED | OPEN


def test_the_base_install_loads_nothing_of_it() -> None:
    program = """
import sys
from openai_conversations import Client
with Client.local() as client:
    client.responses.create(input="Hello")
print(*sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "openai_conversations.local.service" in loaded
    assert not {"starlette", "uvicorn"} & loaded
    assert not [name for name in loaded if name.startswith("openai_conversations.local.page")]

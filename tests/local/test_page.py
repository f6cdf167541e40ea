"""The page of a served local service, over HTTP: its files, its headers, and who gets in."""

from __future__ import annotations

import httpx
import pytest
from openai_conversations.local import LocalService
from openai_conversations.local.page import routes
from openai_conversations.local.server import LocalServer

KEY = {"authorization": "Bearer key_1"}
DATA = [
    "changes",
    "conversations",
    "conversations/conv_1/export",
    "conversations/conv_1/transcript",
]


def test_files_health_and_data_of_a_guarded_server() -> None:
    with LocalServer(LocalService(api_key="key_1")) as server:
        root = server.url.removesuffix("/v1")
        for path, kind in {
            "/": "text/html",
            "/page/main.js": "text/javascript",
            "/page/page.css": "text/css",
        }.items():
            response = httpx.get(root + path)
            assert response.status_code == 200
            assert response.headers["content-type"].partition(";")[0] == kind
            assert routes._HEADERS.items() <= dict(response.headers).items()
        assert httpx.get(f"{root}/health").json() == {"status": "ok"}
        for name in ("routes.py", "none.js", "..%2fapp.py", "%2e%2e%2fapp.py"):
            assert httpx.get(f"{root}/page/{name}").status_code == 404
        for path in DATA:
            assert httpx.get(f"{root}/page/{path}").status_code == 401
        assert httpx.post(f"{root}/page/conversations/conv_1/fork").status_code == 401
        assert httpx.get(f"{root}/page/conversations", headers=KEY).json()["data"] == []


@pytest.mark.parametrize(
    ("headers", "status"), [({"origin": "http://a.example"}, 403), ({"host": "a.example"}, 421)]
)
def test_another_origin_and_another_host(headers: dict[str, str], status: int) -> None:
    with LocalServer(LocalService()) as server:
        root = server.url.removesuffix("/v1")
        for path in ("/", "/health", "/openapi.json", *(f"/page/{path}" for path in DATA)):
            assert httpx.get(root + path, headers=headers).status_code == status

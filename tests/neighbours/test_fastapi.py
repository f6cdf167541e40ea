"""Models and parameters as bodies and results of a FastAPI application, and in its document."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import pytest
from fastapi import Body, FastAPI
from fastapi.testclient import TestClient
from openai_conversations import models, params
from pydantic import BaseModel, Strict

MESSAGE = {
    "type": "message",
    "id": "msg_1",
    "role": "user",
    "status": "completed",
    "content": [{"type": "input_text", "text": "Hi", "new": 1}],
}


class Batch(BaseModel):
    items: list[models.ConversationItem]


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI()

    @app.post("/batch")
    def batch(batch: Batch) -> list[models.ConversationItem]:
        return batch.items

    @app.post("/message")
    def message(message: Annotated[models.Message, Strict(), Body()]) -> models.Message:
        assert isinstance(message, models.Message)
        return message

    return app


def test_bodies_and_results(app: FastAPI) -> None:
    items = [MESSAGE, {"type": "hologram", "frames": [1]}]
    with TestClient(app) as browser:
        assert browser.post("/batch", json={"items": items}).json() == items
        assert browser.post("/message", json=MESSAGE).json() == MESSAGE


@pytest.mark.parametrize("body", [{}, [], "x", {"type": "reasoning"}, {"type": "message"}])
def test_a_wrong_body_is_refused(app: FastAPI, body: Any) -> None:
    with TestClient(app) as browser:
        assert browser.post("/message", json=body).status_code == 422


def test_the_openapi_document_has_the_models(app: FastAPI) -> None:
    with TestClient(app) as browser:
        schemas = browser.get("/openapi.json").json()["components"]["schemas"]
    assert schemas["Message"]["properties"]["type"] == {"const": "message"}
    named = [
        part["$ref"].split("/")[-1]
        for part in schemas["Batch"]["properties"]["items"]["items"]["anyOf"]
    ]
    assert {"Message", "ReasoningItem", "RawObject"} <= set(named) <= schemas.keys()


@pytest.mark.skipif(sys.version_info < (3, 12), reason="pydantic takes TypedDicts from 3.12 on")
def test_parameters_are_bodies_too() -> None:
    app = FastAPI()

    @app.post("/say")
    def say(message: params.EasyInputMessageParam) -> params.EasyInputMessageParam:
        return message

    with TestClient(app) as browser:
        for content in ("Hi", [{"type": "input_text", "text": "Hi"}]):
            message = {"role": "user", "content": content}
            assert browser.post("/say", json=message).json() == message
        assert browser.post("/say", json={"role": "user"}).status_code == 422

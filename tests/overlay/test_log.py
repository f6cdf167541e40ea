"""Logging: what OPENAI_LOG does, and that no secret is ever in it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from openai_conversations._transport import log as _log

from tests.overlay.client_runner import ClientRunner
from tests.overlay.scripted_server import CONVERSATION, ScriptedServer, responds


@pytest.fixture(autouse=True)
def _fresh_logger() -> Iterator[None]:
    _log.set_up_from_environment.cache_clear()
    level, handlers = _log.logger.level, list(_log.logger.handlers)
    yield
    _log.logger.setLevel(level)
    _log.logger.handlers = handlers
    _log.set_up_from_environment.cache_clear()


def test_a_line_an_attempt_and_no_secrets(
    runner: ClientRunner, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_LOG", "debug")
    with (
        ScriptedServer(
            responds({}, status=429, retry_after_ms="1"),
            responds(CONVERSATION, x_request_id="req_1", set_cookie="a=cookie-secret"),
        ) as server,
        caplog.at_level(logging.NOTSET),
    ):
        runner.run(
            server.url,
            lambda c: c.conversations.create(metadata={"body": "body-secret"}),
            api_key="sk-secret",
            default_headers={"X-Api-Key": "header-secret"},
        )
    ours = [record for record in caplog.records if record.name == "openai_conversations"]
    lines = [record.getMessage() for record in ours if record.levelno == logging.INFO]
    assert lines[0].startswith("POST /v1/conversations -> 429 in ")
    assert lines[1] == "retry 1 of 2 in 0.00 s"
    assert lines[2].endswith("(req_1)")
    assert "secret" not in " ".join(r.getMessage().replace("[secret]", "") for r in ours)
    assert any(record.levelno == logging.DEBUG for record in ours)


@pytest.mark.parametrize(
    ("value", "level"), [("info", logging.INFO), ("debug", logging.DEBUG), ("x", 0)]
)
def test_the_level(value: str, level: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_LOG", value)
    monkeypatch.setattr(_log.logger, "propagate", False)
    _log.set_up_from_environment()
    assert _log.logger.level == level
    assert len(_log.logger.handlers) == (1 if level else 0)


def test_a_failure_is_logged_too(caplog: pytest.LogCaptureFixture) -> None:
    with (
        ScriptedServer(lambda peer: peer.cut()) as server,
        caplog.at_level(logging.INFO, "openai_conversations"),
        pytest.raises(Exception, match="Connection"),
    ):
        ClientRunner("sync").run(
            server.url, lambda c: c.conversations.retrieve("conv_1"), max_retries=0
        )
    assert "GET /v1/conversations/conv_1 failed: Connection error" in caplog.text

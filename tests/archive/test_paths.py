"""Errors about files: each names the path that was given, and no secret that is in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from traceback import format_exception

import pytest
from openai_conversations import Client, Content, ConversationIndex, OpenAIError
from openai_conversations.cli.progress import State

from tests.offenders import check_each


def export(client: Client, path: str) -> object:
    return client.conversations.export(client.conversations.create(), path)


def save(client: Client, path: str) -> None:
    id = client.conversations.create().id
    with client.conversations.with_streaming_response.retrieve(id) as response:
        response.stream_to_file(path)


USES: dict[str, Callable[[Client, str], object]] = {
    "import_file": lambda client, path: client.conversations.import_file(path),
    "export": export,
    "stream_to_file": save,
    "an image": lambda _, path: Content.image(path=path),
    "local": lambda _, path: Client.local(path),
    "index": lambda _, path: ConversationIndex(path),
    "state": lambda _, path: State(Path(path), resume=False),
}


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("no folder/of task-lists.jsonl", ""),
        ("no folder/sk-abcdefgh", "sk-abcdefgh"),
        ("https://user:letmein@localhost/a.jsonl", "letmein"),
    ],
)
def test_errors_name_the_path(
    conversations_client: Client, tmp_path: Path, name: str, secret: str
) -> None:
    def check(use: str) -> None:
        with pytest.raises(OpenAIError) as caught:
            USES[use](conversations_client, f"{tmp_path}/{name}")
        if secret:
            assert secret not in "".join(format_exception(caught.value))
        else:
            assert f"{str(tmp_path / name)!r}" in str(caught.value)

    check_each(USES, check)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")
def test_a_full_disk_is_named(conversations_client: Client) -> None:
    with pytest.raises(OpenAIError, match=r"'/dev/full' \(No space left on device\)"):
        export(conversations_client, "/dev/full")

"""A new operation without a method in the facade fails `make check` with what to write."""

import pytest
from openai_conversations_api._parameters import OPERATIONS, Operation, Parameter

from tools.check import facade
from tools.errors import ToolError

NEW = Operation(
    "POST",
    "/conversations/{conversation_id}/archive",
    "conversations.archive_conversation",
    "ArchiveConversation",
    False,
    False,
    (),
    (Parameter("conversation_id", "conversation_id", "path", True, "str"),),
)


def test_all_operations_have_a_method() -> None:
    assert facade() == f"{len(OPERATIONS)} operations, each with a method"


def test_a_new_operation_is_named_with_what_to_write() -> None:
    with pytest.raises(ToolError) as caught:
        facade({**OPERATIONS, "archiveConversation": NEW})
    said = str(caught.value)
    assert said.startswith("archiveConversation (POST /conversations/{conversation_id}/archive)")
    assert 'archive_conversation: Operation[models.…] = Operation("archiveConversation")' in said
    assert "p.ArchiveConversationParams" in said
    assert "createConversation " not in said


def test_a_method_whose_operation_is_gone_is_named() -> None:
    left = {name: one for name, one in OPERATIONS.items() if name != "deleteResponse"}
    with pytest.raises(ToolError, match=r"no deleteResponse any more.*operations\.py") as caught:
        facade(left)
    assert "getResponse" not in str(caught.value)

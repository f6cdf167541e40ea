"""Models that were pickled before a regeneration are read after it, as their JSON would be."""

import copy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ..document import document
from . import grown
from .tiny import ROOT

# Of 0.1.0, where attrs gave models their state: protocols 2 and 5.
OF_0_1_0 = (
    b"\x80\x02copenai_conversations_api.models.conversation\nConversation\n)\x81}(X\x06\x00\x00\x00"
    b"_extracopenai_conversations_api.types\nExtra\n)\x81N}(X\x07\x00\x00\x00missing)X\x05\x00\x00"
    b"\x00nulls)X\x07\x00\x00\x00unknown}X\x05\x00\x00\x00colorX\x03\x00\x00\x00redsu\x86bX\x02\x00"
    b"\x00\x00idX\x06\x00\x00\x00conv_1X\x08\x00\x00\x00metadata}X\x01\x00\x00\x00aX\x01\x00\x00"
    b"\x00bsX\n\x00\x00\x00created_atK\x01X\x06\x00\x00\x00objectX\x0c\x00\x00\x00conversationub.",
    b"\x80\x05\x95\xe7\x00\x00\x00\x00\x00\x00\x00\x8c,openai_conversations_api.models.conversation"
    b"\x8c\x0cConversation\x93)\x81}(\x8c\x06_extra\x8c\x1eopenai_conversations_api.types\x8c\x05"
    b"Extra\x93)\x81N}(\x8c\x07missing)\x8c\x05nulls)\x8c\x07unknown}\x8c\x05color\x8c\x03redsu\x86b"
    b"\x8c\x02id\x8c\x06conv_1\x8c\x08metadata}\x8c\x01a\x8c\x01bs\x8c\ncreated_atK\x01\x8c\x06object"
    b"\x8c\x0cconversationub.",
)

CONVERSATIONS: list[dict[str, Any]] = [
    {"id": "conv_1", "object": "conversation", "created_at": 1, "metadata": {"a": "b"}},
    # These have what the document does not declare yet, or lack what it requires.
    {"id": "conv_1", "object": "conversation", "created_at": 1, "metadata": {}, "color": "red"},
    {"id": "conv_1", "created_at": 1, "metadata": {}, "theme": {"text": "x", "type": "text"}},
    {"id": "conv_1", "object": "conversation", "metadata": None, "owner": "me", "color": None},
]
TOOL = {"type": "function", "name": "f", "parameters": {}, "strict": None, "async": True}

WRITE = f"""
import pickle, sys
from openai_conversations_api import models as m
from pathlib import Path

values = [m.Conversation.from_dict(each) for each in {CONVERSATIONS}]
values.append(m.FunctionTool.from_dict({TOOL}))
for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
    Path(f"{{protocol}}.pickle").write_bytes(pickle.dumps(values, protocol))
"""

READ = f"""
import copy, pickle
from openai_conversations_api import encode, models as m
from pathlib import Path

expected = [m.Conversation.from_dict(each) for each in {CONVERSATIONS}]
expected.append(m.FunctionTool.from_dict({TOOL}))
for path in sorted(Path().glob("*.pickle")):
    values = pickle.loads(path.read_bytes())
    assert values == expected
    assert encode(values) == {[*CONVERSATIONS, TOOL]}
    assert copy.copy(values[0]) == copy.deepcopy(values)[0] == values[0]
for old in {OF_0_1_0}:
    assert pickle.loads(old) == expected[1].from_dict({CONVERSATIONS[1] | {"metadata": {"a": "b"}}})
first, red, themed, owned, tool = values
print(first.color, first.owner, first.missing, first.additional_properties)
print(red.color, type(themed.theme).__name__, owned.owner, owned.color, owned.missing)
print(tool.additional_properties)
"""


def changed() -> dict[str, Any]:
    """Return the document with fields that came, two of them optional, and two that went."""
    whole = copy.deepcopy(document())
    schemas = whole["components"]["schemas"]
    conversation, tool = schemas["Conversation"], schemas["FunctionTool"]
    conversation["properties"]["color"] = {"type": "string"}
    conversation["properties"]["theme"] = {"$ref": "#/components/schemas/TextContent"}
    conversation["properties"]["owner"] = {"type": "string"}
    conversation["required"].append("owner")
    for schema, name in ((conversation, "created_at"), (tool, "async")):
        del schema["properties"][name]
        schema["required"] = [key for key in schema["required"] if key != name]
    return whole


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return grown.generated(tmp_path_factory.mktemp("changed"), changed())


def test_fields_that_came_and_went(made: Path) -> None:
    for folder, program in ((ROOT / "generated", WRITE), (made, READ)):
        result = subprocess.run(
            [
                sys.executable,
                "-W",
                "error",
                "-c",
                f"import sys; sys.path[:0] = [{str(folder)!r}]\n{program}",
            ],
            cwd=made,
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines() == [
        "None None ('owner',) {'created_at': 1}",
        "red TextContent me None ()",
        "{'async': True}",
    ]

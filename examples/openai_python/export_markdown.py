"""The same as examples/export_markdown.py, with openai-python.

An item of a kind that is newer than the library reads as a `Message` without content.
"""

import sys

from openai import OpenAI
from openai.types.conversations import Message
from openai.types.responses import ResponseFunctionToolCallItem as FunctionCall
from openai.types.responses import ResponseFunctionToolCallOutputItem as FunctionCallOutput

with OpenAI() as client:
    for item in client.conversations.items.list(sys.argv[1], order="asc", limit=100):
        match item:
            case Message(type="message", role=role, content=parts):
                text = "".join(getattr(part, "text", "") for part in parts)
                print(f"## {role.title()}\n\n{text}\n")
            case FunctionCall(name=name, arguments=arguments):
                print(f"`{name}({arguments})`\n")
            case FunctionCallOutput(output=str(output)):
                print(f"```\n{output}\n```\n")
            case _:
                print(f"*({item.type})*\n")

"""Write a conversation as Markdown: who said what, and which tools were called.

python examples/export_markdown.py conv_123 > conversation.md
"""

import sys

from openai_conversations import Client, models

with Client() as client:
    for item in client.conversations.items.list(sys.argv[1], order="asc", limit=100):
        match item:
            case models.Message(role=role, text=text):
                print(f"## {role.title()}\n\n{text}\n")
            case models.FunctionToolCallResource(name=name, arguments=arguments):
                print(f"`{name}({arguments})`\n")
            case models.FunctionToolCallOutputResource(output=str(output)):
                print(f"```\n{output}\n```\n")
            case _:
                print(f"*({item.type})*\n")

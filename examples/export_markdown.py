"""Write a conversation as Markdown: who said what, and which tools were called.

python examples/export_markdown.py conv_123 > conversation.md
"""

import sys

from openai_conversations import Client

with Client() as client:
    print(client.conversations.transcript(sys.argv[1]))

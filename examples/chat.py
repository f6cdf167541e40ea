"""Chat with a model: each line is a message, and the text appears as it comes.

python examples/chat.py
"""

import sys

from openai_conversations import Client

with Client() as client:
    conversation = client.conversations.create()
    for line in sys.stdin:
        with client.responses.stream(
            model="gpt-5.4", input=line.strip(), conversation=conversation.id
        ) as stream:
            for text in stream.text_deltas():
                print(text, end="", flush=True)
        print()

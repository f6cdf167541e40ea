"""The same as examples/chat.py, with openai-python."""

import sys

from openai import OpenAI

with OpenAI() as client:
    conversation = client.conversations.create()
    for line in sys.stdin:
        with client.responses.stream(
            model="gpt-5.4", input=line.strip(), conversation=conversation.id
        ) as stream:
            for event in stream:
                if event.type == "response.output_text.delta":
                    print(event.delta, end="", flush=True)
        print()

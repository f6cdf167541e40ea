"""Have the model use functions as tools until it has its text.

    python examples/tool_loop.py "Which is warmer now, Rome or Oslo?"

The calls of one response run at the same time. Whatever response is lost: no function runs twice,
and no output is sent twice.
"""

import sys
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from openai_conversations import Client, Tool


@Tool.function
def get_weather(city: Annotated[str, "with its country"]) -> str:
    """Get the weather of a city, now."""
    return f"21 °C in {city}"


@Tool.function
def get_time(zone: Annotated[str, "such as Europe/Rome"]) -> str:
    """Get the time in a time zone, now."""
    return datetime.now(ZoneInfo(zone)).isoformat()


with Client() as client:
    conversation = client.conversations.create()
    result = client.conversations.run(
        conversation.id, model="gpt-5.4", input=sys.argv[1], tools=[get_weather, get_time]
    )
    print(result.output_text)

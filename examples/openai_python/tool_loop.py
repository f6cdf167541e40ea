"""The same as examples/tool_loop.py, with openai-python.

Its tool runner refuses `conversation=`, so the loop is written by hand. After each request the
conversation is read: it says whether what was sent has landed, and which calls are open.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from openai import APIConnectionError, InternalServerError, OpenAI, RateLimitError
from openai import pydantic_function_tool as function_tool
from openai.types.conversations import Message
from openai.types.responses import ResponseFunctionToolCallItem, ResponseInputItemParam
from pydantic import BaseModel, Field, ValidationError


class GetWeather(BaseModel):
    """Get the weather of a city, now."""

    city: Annotated[str, Field(description="with its country")]

    def run(self) -> str:
        return f"21 °C in {self.city}"


class GetTime(BaseModel):
    """Get the time in a time zone, now."""

    zone: Annotated[str, Field(description="such as Europe/Rome")]

    def run(self) -> str:
        return datetime.now(ZoneInfo(self.zone)).isoformat()


TOOLS: dict[str, type[GetWeather | GetTime]] = {"get_weather": GetWeather, "get_time": GetTime}


def run(call: ResponseFunctionToolCallItem) -> ResponseInputItemParam:
    """Return the output of a call, or the error as text."""
    try:
        output = TOOLS[call.name].model_validate_json(call.arguments).run()
    except Exception as error:
        output = f"{type(error).__name__}: {error}"
    return {"type": "function_call_output", "call_id": call.call_id, "output": output}


with OpenAI(max_retries=0) as client, ThreadPoolExecutor() as threads:
    conversation = client.conversations.create()
    new: list[ResponseInputItemParam] = [{"role": "user", "content": sys.argv[1]}]
    tools = [function_tool(tool, name=name) for name, tool in TOOLS.items()]
    text, landed, failures = "", 0, 0
    while new:
        try:
            client.responses.parse(
                model="gpt-5.4", input=new, conversation=conversation.id, tools=tools
            )
        except ValidationError:
            pass  # the arguments of a call: `run` says so
        except (APIConnectionError, InternalServerError, RateLimitError):
            failures += 1
            if failures > 8:
                raise
            time.sleep(0.5 * 2**failures)
        items = list(client.conversations.items.list(conversation.id, order="asc", limit=100))
        if len(items) > landed:
            done = {item.call_id for item in items if item.type == "function_call_output"}
            calls = [item for item in items if item.type == "function_call"]
            new = list(threads.map(run, (call for call in calls if call.call_id not in done)))
            landed, failures = len(items), 0
        if isinstance(items[-1], Message):
            text = "".join(getattr(part, "text", "") for part in items[-1].content)
    print(text)

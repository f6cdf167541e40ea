"""The same as examples/browser.py, with openai-python.

uvicorn --app-dir examples/openai_python browser:app
"""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

from fastapi import Body, FastAPI
from fastapi.responses import FileResponse, StreamingResponse
from openai import AsyncOpenAI, AsyncStream, OpenAIError
from openai.types.responses import ResponseStreamEvent

app = FastAPI()
client = AsyncOpenAI()


async def relay(stream: AsyncStream[ResponseStreamEvent]) -> AsyncIterator[str]:
    """Send the texts on, and an error as an event; close the stream at the end."""
    async with stream:
        try:
            async for event in stream:
                if event.type == "response.output_text.delta":
                    head = f"event: {event.type}\nid: {event.sequence_number}"
                    yield f"{head}\ndata: {event.to_json(indent=None)}\n\n"
        except OpenAIError as error:
            data = json.dumps({"type": "error", "message": str(error)})
            yield f"event: error\ndata: {data}\n\n"


@app.get("/")
async def page() -> FileResponse:
    """Send the page."""
    return FileResponse(Path(__file__).parents[1] / "browser.html")


@app.post("/conversations")
async def start() -> str:
    """Start a conversation and return its id."""
    return (await client.conversations.create()).id


@app.post("/conversations/{conversation_id}")
async def chat(conversation_id: str, text: Annotated[str, Body()]) -> StreamingResponse:
    """Send the texts of the response, as they come."""
    stream = await client.responses.create(
        model="gpt-5.4", input=text, conversation=conversation_id, stream=True
    )
    return StreamingResponse(relay(stream), media_type="text/event-stream")

"""Stream a conversation to the browser, with FastAPI.

    uvicorn --app-dir examples browser:app

The page is browser.html. When it is closed, the stream to the service is closed as well.
"""

from pathlib import Path
from typing import Annotated

from fastapi import Body, FastAPI
from fastapi.responses import FileResponse, StreamingResponse
from openai_conversations import AsyncClient

app = FastAPI()
client = AsyncClient()


@app.get("/")
async def page() -> FileResponse:
    """Send the page."""
    return FileResponse(Path(__file__).with_name("browser.html"))


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
    events = stream.relay(["response.output_text.delta"])
    return StreamingResponse(events, media_type="text/event-stream")

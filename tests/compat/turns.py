"""What the tests of the frameworks share: a turn of the model, a picture, a form."""

from __future__ import annotations

from pydantic import BaseModel

MODEL = "gpt-5.4"
SUNNY = "It is sunny in Paris."
CALL = {
    "type": "function_call",
    "call_id": "call_1",
    "name": "weather",
    "arguments": '{"city": "Paris"}',
}
#: A PNG of one pixel.
PICTURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
    "rkJggg=="
)
PICTURE_URL = f"data:image/png;base64,{PICTURE}"


class Report(BaseModel):
    """A form that an output has to have."""

    city: str
    degrees: int
    warnings: list[str]

"""The same as examples/structured_output.py, with openai-python."""

import datetime
import sys

from openai import OpenAI
from pydantic import BaseModel, ValidationError


class Event(BaseModel):
    """An event in a calendar."""

    name: str
    date: datetime.date
    participants: list[str]


with OpenAI() as client:
    try:
        response = client.responses.parse(model="gpt-5.4", input=sys.argv[1], text_format=Event)
        refusals = [
            part.refusal
            for item in response.output
            if item.type == "message"
            for part in item.content
            if part.type == "refusal"
        ]
        print(response.output_parsed or "".join(refusals))
    except ValidationError as error:
        print(error)

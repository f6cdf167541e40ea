"""Read a message into a value of a Python type.

python examples/structured_output.py "Ann and Bo go to a science fair on 3 May 2027."
"""

import datetime
import sys
from dataclasses import dataclass

from openai_conversations import Client, OutputParsingError


@dataclass
class Event:
    """An event in a calendar."""

    name: str
    date: datetime.date
    participants: list[str]


with Client() as client:
    try:
        response = client.responses.parse(model="gpt-5.4", input=sys.argv[1], text_format=Event)
        print(response.output_parsed or response.refusal)
    except OutputParsingError as error:
        print(error)

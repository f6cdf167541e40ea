"""The command `chat`: a conversation with a model, in the terminal or through pipes."""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib import import_module
from typing import Any

import click

from .command import Command, to_json, transcribe, verb, visible

_SHOWN = 4  # of the items that a conversation had before, the last ones


@click.command()
@click.argument("conversation_id", metavar="[ID]", required=False)
@click.option("--model", default="gpt-5.4", show_default=True, help="The model that responds.")
@verb
def chat(command: Command, conversation_id: str | None, model: str) -> None:
    """Talk with a model, in a new conversation or on in an old one.

    Each line is a message. Ctrl-C stops a response, Ctrl-D ends. If the model calls a function,
    you are asked for its output.
    """
    Chat(command, conversation_id, model).run()


class Chat:
    """One run of the command.

    Args:
        command: the command.
        conversation_id: the conversation; None makes one with the first message.
        model: what responds.
    """

    def __init__(self, command: Command, conversation_id: str | None, model: str) -> None:
        self._command = command
        self._id = conversation_id
        self._model = model
        self._calls: list[Any] = []
        self._begun = False  # whether a line of a response is written, and not its end
        self._interactive = not command.json and sys.stdin.isatty() and sys.stdout.isatty()

    def run(self) -> None:
        """Read messages and show responses until the input ends.

        Raises:
            OpenAIError: of a request; in a terminal it is shown, and the next message is read.
        """
        from ..errors import OpenAIError

        self._client = self._command.client
        if self._interactive:
            with suppress(ImportError):
                import_module("readline")  # gives `input` a line editor and a history
        if self._id is not None:
            self._look_back(self._id)
        while True:
            try:
                self._respond(self._read())
            except EOFError:
                break
            except (KeyboardInterrupt, OpenAIError) as error:
                if not self._interactive:
                    raise
                self._end_line()
                print("" if isinstance(error, KeyboardInterrupt) else visible(f"Error: {error}"))
        if self._interactive:
            print()
        if self._id is not None and not self._command.json:
            print(f"To go on: {self._command.again(self._id)}", file=sys.stderr)

    def _look_back(self, conversation_id: str) -> None:
        """Show how the conversation ends, and note which of its calls are open."""
        from .._run.calls import open_calls

        items = self._client.conversations.items
        newest = list(items.list(conversation_id, order="desc", limit=100, max_items=100))[::-1]
        self._calls = open_calls(newest)
        if self._interactive and newest:
            print(transcribe(newest[-_SHOWN:]))

    def _read(self) -> Any:
        """Read what is sent next: outputs of the calls that are open, or a message."""
        from .._run.calls import APPROVAL, make_output

        outputs: list[Any] = []
        for call in self._calls:
            asked = "approve? y/n" if call.type == APPROVAL else "its output"
            text = self._line(f"{call.name or call.type} ({asked})> ")
            yes = text.strip().lower() in ("y", "yes")
            outputs.append(make_output(call, yes if call.type == APPROVAL else text))
        while not outputs:
            if (text := self._line("> ")).strip():
                return text
        return outputs

    def _line(self, prompt: str) -> str:
        return input(visible(prompt) if self._interactive else "")

    def _respond(self, given: Any) -> None:
        """Send something, show the response as it comes, and note the calls in it.

        Raises:
            OpenAIError: the request failed, or the response did.
        """
        from .._run.calls import open_calls
        from ..errors import OpenAIError

        if self._id is None:
            self._id = self._client.conversations.create().id
        with self._client.responses.stream(
            model=self._model, input=given, conversation=self._id
        ) as stream:
            for event in stream:
                if not self._command.json:
                    self._show(event)
            response = stream.get_final_response()
        self._end_line()
        if self._command.json:
            print(to_json(response), flush=True)
        if not response.is_completed:
            why = response.error or response.incomplete_details
            raise OpenAIError(f"the response is {response.status}: {to_json(why)}")
        self._calls = open_calls(response.output)

    def _show(self, event: Any) -> None:
        match event.type:
            case "response.output_text.delta" | "response.refusal.delta":
                self._begun = True
                print(visible(event.delta), end="", flush=True)
            case "response.output_item.done":
                self._end_line()
                if event.item.type not in ("message", "reasoning"):
                    print(transcribe([event.item]), flush=True)
            case _:
                pass

    def _end_line(self) -> None:
        if self._begun:
            print(flush=True)
        self._begun = False

"""The command `serve`: the local service over HTTP in a process of its own."""

from __future__ import annotations

import argparse
import copy
import errno
import ipaddress
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from .._schema.values import is_array
from ..errors import InvalidArgumentError
from ..local import ChatCompletions, LocalModel, LocalService, StoreError
from ..local.http_messages import PREFIX
from ..local.same_origin import SameOrigin

KEY_VARIABLE = "LOCAL_API_KEY"


class ServeError(Exception):
    """The server cannot start; the message is for the user of the command."""


def main(arguments: Sequence[str], program: str) -> int:
    """Serve as the arguments say, and return the exit status.

    Args:
        arguments: those behind the name of the command.
        program: how the program is called, for its help.
    """
    summary = "serve the local service over HTTP, for development and tests"
    parser = argparse.ArgumentParser(prog=f"{program} serve", description=summary)
    add_arguments(parser)
    return run(parser.parse_args(arguments))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    text = "port to listen on, 0 for any free one (%(default)s)"
    parser.add_argument("--port", type=int, default=8000, help=text)
    text = "SQLite file that keeps everything; in memory without it"
    parser.add_argument("--db", metavar="FILE", help=text)
    text = "host name under which clients reach this server; IP addresses and localhost need none"
    parser.add_argument("--allow-host", action="append", default=[], metavar="NAME", help=text)
    text = "origin whose web pages may use this server, such as http://localhost:3000"
    parser.add_argument("--allow-origin", action="append", default=[], metavar="URL", help=text)
    text = "refuse kinds, fields and values that the OpenAPI document does not have"
    parser.add_argument("--strict", action="store_true", help=text)
    text = "file of queued outputs, one a line: a JSON string, item, or array of items"
    parser.add_argument("--script", metavar="FILE", help=text)
    text = "server of the Chat Completions API whose model responds: http://127.0.0.1:11434/v1"
    parser.add_argument("--model-url", metavar="URL", help=text)
    text = "model of that server (each request names one without it); or, without --model-url, a"
    text += " function MODULE:FUNCTION of the request and its items"
    parser.add_argument("--model", metavar="NAME", help=text)
    text = "environment variable that holds the API key of that server"
    parser.add_argument("--model-key-env", metavar="NAME", help=text)
    key = parser.add_mutually_exclusive_group()
    warning = "other users of the machine can read it in the list of processes"
    text = f"bearer token that clients must send; {warning}, so prefer --api-key-env"
    key.add_argument("--api-key", metavar="KEY", help=text)
    text = f"environment variable that holds the bearer token ({KEY_VARIABLE}, if it is set)"
    key.add_argument("--api-key-env", metavar="NAME", help=text)


def run(options: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM; return 0 after such a stop, 1 if the server cannot start."""
    try:
        _serve(options)
    except (ServeError, StoreError, InvalidArgumentError) as error:
        print(f"serve: {error}", file=sys.stderr)
        return 1
    return 0


def _serve(options: argparse.Namespace) -> None:
    try:
        import uvicorn
        from uvicorn.config import LOGGING_CONFIG

        from ..local.server import make_config
    except ImportError as error:
        needs = f"needs the extra 'local' ({error.name} is not installed)"
        raise ServeError(f"{needs}: pip install 'openai-conversations[local]'") from None
    api_key, model = read_api_key(options), read_model(options)
    with _listen(options.host, options.port, guarded=api_key is not None) as listener:
        names = [*options.allow_host, *([options.host] if ":" not in options.host else [])]
        access = SameOrigin(frozenset(map(str.lower, names)), frozenset(options.allow_origin))
        service = LocalService(options.db, api_key=api_key, model=model, strict=options.strict)
        # uvicorn stops gracefully on both signals, then raises them again for these handlers.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _stopped)
        host, port = listener.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        print(f"listening on http://{shown}:{port}{PREFIX}", flush=True)
        # All else, access log included, goes to stderr; stdout gets that address only.
        print(f"a page to look at: http://{shown}:{port}/", file=sys.stderr, flush=True)
        logs = copy.deepcopy(LOGGING_CONFIG)
        for handler in logs["handlers"].values():
            handler["stream"] = "ext://sys.stderr"
        config = make_config(service, access, timeout_graceful_shutdown=5, log_config=logs)
        logging.getLogger("uvicorn.access").addFilter(_is_worth_a_line)
        uvicorn.Server(config).run(sockets=[listener])


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    """Return whether a line of the access log is not of an open page that looks for changes."""
    path, status = (record.args[2], record.args[4]) if isinstance(record.args, tuple) else ("", 0)
    return status != 200 or not str(path).startswith("/page/changes?")


def _stopped(*_: object) -> NoReturn:
    sys.exit(0)


def read_api_key(options: argparse.Namespace) -> str | None:
    """Return the key that clients must send, from the options or the environment, or None.

    An empty key is a ServeError, and so is a variable that is named but not set.
    """
    given: str | None = options.api_key
    if given is not None and not given.strip():
        raise ServeError("--api-key is empty; leave it out to serve without one")
    if given is not None:
        return given
    if options.api_key_env is not None:
        return _variable(options.api_key_env, "--api-key-env")
    return os.environ.get(KEY_VARIABLE, "").strip() or None


def _variable(name: str, option: str) -> str:
    """Return the key in an environment variable that an option names."""
    if not (key := os.environ.get(name, "").strip()):
        raise ServeError(f"{option} names {name}, but that variable is not set")
    return key


def read_model(options: argparse.Namespace) -> LocalModel:
    """Return the model of the options `--model…` and `--script`; a ServeError that names the fault.

    A line of the script is one turn: a text, an item, or several. An empty line is none.
    """
    key: str | None = options.model_key_env and _variable(options.model_key_env, "--model-key-env")
    if options.model_url is not None:
        fallback: Any = ChatCompletions(options.model_url, model=options.model, api_key=key)
    elif key is not None:
        raise ServeError("--model-key-env needs --model-url")
    else:
        fallback = _import_function(options.model) if options.model is not None else None
    model = LocalModel(fallback)
    try:
        lines = Path(options.script).read_text("utf-8").splitlines() if options.script else []
    except (OSError, UnicodeError) as error:
        raise ServeError(f"--script {options.script} cannot be read: {error}") from None
    for number, line in enumerate(lines, 1):
        try:
            turn: Any = json.loads(line) if line.strip() else None
            if isinstance(turn, str):
                model.enqueue_text(turn)
            elif turn is not None:
                model.enqueue(*(turn if is_array(turn) else [turn]))
        except (ValueError, RecursionError, InvalidArgumentError) as error:
            expected = "expected a JSON string, an item or an array of items"
            place = f"--script {options.script}, line {number}"
            raise ServeError(f"{place}: {expected} ({error!s:.200})") from None
    return model


def _import_function(name: str) -> Any:
    module, _, function = name.partition(":")
    if "" not in sys.path:
        sys.path.insert(0, "")  # the folder that the command is run in
    try:
        found: Any = getattr(import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise ServeError(f"--model {name!r} cannot be imported: {error}") from None
    if not callable(found):
        raise ServeError(f"--model {name!r} is not a function")
    return found


def _listen(host: str, port: int, *, guarded: bool) -> socket.socket:
    if not 0 <= port <= 65535:
        raise ServeError(f"--port must be from 0 to 65535, got {port}")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise ServeError(f"--host {host!r} is not an address of this machine: {error}") from None
    family, _, _, _, address = found[0]
    if not guarded and not ipaddress.ip_address(str(address[0]).partition("%")[0]).is_loopback:
        key = "--api-key-env NAME or --api-key KEY"
        raise ServeError(f"--host {host} can be reached from other machines; that needs {key}")
    from ..local.server import listen  # Needs the extra, which `run` has checked.

    try:
        return listen(str(address[0]), port, family)
    except OSError as error:
        reason = f"cannot listen on port {port} of {host}: {os.strerror(error.errno or 0)}"
        if error.errno == errno.EADDRINUSE:
            reason = f"port {port} of {host} is in use; choose another, or --port 0 for a free one"
        raise ServeError(reason) from None

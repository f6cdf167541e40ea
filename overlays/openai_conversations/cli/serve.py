"""The command `serve`: the local service over HTTP in a process of its own."""

from __future__ import annotations

import argparse
import copy
import errno
import ipaddress
import os
import signal
import socket
import sys
from typing import NoReturn

from ..errors import InvalidArgumentError
from ..local import LocalService, StoreError
from ..local.http_messages import PREFIX
from ..local.same_origin import SameOrigin

KEY_VARIABLE = "LOCAL_API_KEY"


class ServeError(Exception):
    """The server cannot start; the message is for the user of the command."""


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
    api_key = read_api_key(options)
    with _listen(options.host, options.port, guarded=api_key is not None) as listener:
        names = [*options.allow_host, *([options.host] if ":" not in options.host else [])]
        access = SameOrigin(frozenset(map(str.lower, names)), frozenset(options.allow_origin))
        service = LocalService(options.db, api_key=api_key)
        # uvicorn stops gracefully on both signals, then raises them again for these handlers.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _stopped)
        host, port = listener.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        print(f"listening on http://{shown}:{port}{PREFIX}", flush=True)
        # All logging, access log included, goes to stderr; stdout gets the address only.
        logs = copy.deepcopy(LOGGING_CONFIG)
        for handler in logs["handlers"].values():
            handler["stream"] = "ext://sys.stderr"
        config = make_config(service, access, timeout_graceful_shutdown=5, log_config=logs)
        uvicorn.Server(config).run(sockets=[listener])


def _stopped(*_: object) -> NoReturn:
    sys.exit(0)


def read_api_key(options: argparse.Namespace) -> str | None:
    """Return the key that clients must send, from the options or the environment, or None.

    An empty key is a ServeError, and so is a variable that is named but not set.
    """
    given: str | None = options.api_key
    name: str | None = options.api_key_env
    if given is not None and not given.strip():
        raise ServeError("--api-key is empty; leave it out to serve without one")
    if given is not None:
        return given
    key = os.environ.get(name or KEY_VARIABLE, "").strip()
    if name is not None and not key:
        raise ServeError(f"--api-key-env names {name}, but that variable is not set")
    return key or None


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

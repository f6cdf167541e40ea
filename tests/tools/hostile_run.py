"""Import packages that were generated from hostile documents, and call all that they have.

Run as a program with a folder of packages, it does so under an audit hook, and prints as JSON what
ran that should not, and what was sent. `pWn_x` is what the documents try to call; no name that is
made of a text is spelt so, because names are in lower case or begin with a capital.
"""

import ast
import asyncio
import builtins
import importlib
import inspect
import json
import pkgutil
import sys
import types
import typing
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

MARK = "pWn_x"


def found(folder: Path) -> Iterator[str]:
    """Yield each file of generated source that has the mark as a name, and not in a text."""
    for file in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            named = (getattr(node, one, None) for one in ("id", "attr", "arg", "name", "module"))
            if MARK in named:
                yield f"{file}:{getattr(node, 'lineno', 0)}"


def _names(code: types.CodeType) -> Iterator[str]:
    yield from (*code.co_names, *code.co_varnames)
    for one in code.co_consts:
        if isinstance(one, types.CodeType):
            yield from _names(one)


def _forbid(ran: list[str]) -> None:
    """Take down every run of the mark, and every event that no generated package has a use for."""
    builtins.pWn_x = lambda *_: ran.append("the mark was called")  # type: ignore[attr-defined]
    outside = ("os.system", "os.exec", "os.fork", "os.posix_spawn", "subprocess.Popen")
    outside += ("socket.connect", "os.remove", "os.rename", "shutil.rmtree", "ctypes.dlopen")

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event in outside or (event == "open" and set("wax+") & set(str(args[1]))):
            ran.append(f"{event} {args!r:.100}")
        elif event == "exec" and MARK in _names(args[0]):
            ran.append(f"{event} {args[0].co_filename}")

    sys.addaudithook(hook)


def call_all(name: str) -> list[dict[str, Any]]:
    """Import all modules of a package, call all its functions, and return what was sent."""
    made: Any = importlib.import_module(name)
    values: list[Any] = [None, "k", [], {}, {"type": "a", "kind": "k"}, {"type": "b", "x": ""}]
    sent: list[dict[str, Any]] = []

    def respond(request: httpx.Request) -> httpx.Response:
        path, _, query = request.url.raw_path.decode("ascii").partition("?")
        sent.append({"path": path, "query": query, "body": request.content.decode("utf-8")})
        return httpx.Response(200, json={"type": "a", "kind": "k"})

    http = httpx.Client(transport=httpx.MockTransport(respond))
    ahttp = httpx.AsyncClient(transport=httpx.MockTransport(respond))
    client = made.Client(httpx_client=http, async_httpx_client=ahttp)
    modules = [
        importlib.import_module(m.name) for m in pkgutil.walk_packages(made.__path__, f"{name}.")
    ]
    for module in modules:
        inspect.getdoc(module)
        if not hasattr(module, "_get_kwargs"):
            continue
        for kind in ("sync", "sync_detailed", "asyncio", "asyncio_detailed"):
            function = getattr(module, kind)
            inspect.getdoc(function)
            hints = typing.get_type_hints(function)
            given = {
                p.name: "v"
                for p in inspect.signature(function).parameters.values()
                if p.name not in ("client", "body")
            }
            if "body" in hints:
                (model, *_) = typing.get_args(hints["body"])
                given["body"] = model.from_dict(dict.fromkeys(model._FIELDS, "v"))
            result = function(**given, client=client)
            if inspect.isawaitable(result):
                asyncio.run(_awaited(result))
        for value in values:
            for decode in ("_decode", "_decode_event"):
                with suppress(AttributeError):
                    getattr(module, decode)(value)
    for one in made.models.__all__:
        value = getattr(made.models, one)
        if value is made.RawObject:
            continue
        if isinstance(value, type):
            typing.get_type_hints(value)
        for each in values:
            with suppress(TypeError):
                made.encode(made.decode(one, each))
                repr(made.decode(one, each))
    for value in (getattr(made.params, one) for one in made.params.__all__):
        if isinstance(value, type):
            typing.get_type_hints(value)
    return sent


async def _awaited(result: Any) -> Any:
    return await result


def main() -> None:
    """Call everything in the packages of a folder; print what ran, and what each sent."""
    folder = Path(sys.argv[1])
    sys.path.insert(0, str(folder))
    sys.dont_write_bytecode = True
    asyncio.run(asyncio.sleep(0))
    ran: list[str] = []
    _forbid(ran)
    sent: dict[str, Any] = {}
    for package in sorted(path.name for path in folder.iterdir()):
        try:
            sent[package] = call_all(package)
        except Exception as error:
            ran.append(f"{package}: {type(error).__name__}: {error}")
    print(json.dumps({"ran": ran, "sent": sent}))


if __name__ == "__main__":
    main()

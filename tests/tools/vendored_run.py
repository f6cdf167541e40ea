"""Call every operation of a vendored copy, sync and async. Run by its own interpreter, not pytest.

    python -I -S vendored_run.py <folder of dependencies> <root of the application> <module> <url>

The interpreter knows the standard library, and the two folders given. Prints what it saw as JSON.
"""

import asyncio
import importlib
import inspect
import json
import pkgutil
import sys
from typing import Any

ARGUMENTS: dict[str, Any] = {
    "conversation_id": "conv_1",
    "item_id": "msg_1",
    "response_id": "resp_1",
    "include": ["message.output_text.logprobs"],
    "limit": 2,
    "order": "asc",
}


def endpoints(name: str) -> list[Any]:
    """Return every endpoint module of the package, found as files and not by a list."""
    api = importlib.import_module(f"{name}.api")
    found = [module.name for module in pkgutil.walk_packages(api.__path__, f"{api.__name__}.")]
    modules = [importlib.import_module(module) for module in found]
    return [module for module in modules if hasattr(module, "_get_kwargs")]


def arguments(module: Any, models: Any) -> dict[str, Any]:
    given = {**ARGUMENTS, "body": {"input": "Hello"}}
    if "conversations" in module.__name__:
        message = models.Message(
            id="msg_1",
            status="completed",
            role="user",
            content=[models.InputTextContent(text="Hello")],
        )
        given["body"] = {"items": [message.to_dict()], "metadata": {"topic": "tea"}}
    taken = inspect.signature(module.sync).parameters
    return {name: value for name, value in given.items() if name in taken}


def plain(value: Any) -> Any:
    return value if value is None else value.to_dict()


def main() -> None:
    dependencies, application, name, url = sys.argv[1:]
    sys.path[1:1] = [dependencies, application]
    package = importlib.import_module(name)
    client_module = importlib.import_module(f"{name}.client")
    models = importlib.import_module(f"{name}.models")
    modules = endpoints(name)
    with client_module.Client(base_url=url, token="t") as client:
        sync = {
            module.__name__.removeprefix(f"{name}.api."): plain(
                module.sync(client=client, **arguments(module, models))
            )
            for module in modules
        }

    async def run() -> dict[str, Any]:
        async with client_module.Client(base_url=url, token="t") as client:
            return {
                module.__name__.removeprefix(f"{name}.api."): plain(
                    await module.asyncio(client=client, **arguments(module, models))
                )
                for module in modules
            }

    loaded = {module.partition(".")[0] for module in sys.modules}
    seen = {
        "sync": sync,
        "async": asyncio.run(run()),
        "provenance": dict(package.__provenance__),
        "foreign": sorted(loaded - set(sys.stdlib_module_names) - {"__main__"}),
    }
    print(json.dumps(seen))


if __name__ == "__main__":
    main()

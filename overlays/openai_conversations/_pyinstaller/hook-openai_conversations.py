# ruff: noqa: N999
"""Name the OpenAPI document, and the modules that are imported by name when they are first used."""

from PyInstaller.utils.hooks import (  # pyright: ignore[reportMissingModuleSource]
    collect_data_files,
    collect_submodules,
)

hiddenimports = [
    *collect_submodules("openai_conversations_api"),
    *collect_submodules("orjson"),  # none, where it is not installed
    # Not the pytest plugin: pytest would go along.
    *collect_submodules("openai_conversations", lambda name: not name.endswith("pytest_plugin")),
]
datas = collect_data_files("openai_conversations")

# Made from _async/__init__.py by tools/unasync. Do not edit.
"""The client, written once, as async code. `tools/unasync` makes `_sync` from it."""

# Made from _async/__init__.py by tools/unasync. Do not edit.
"""One of the two forms of the client; `tools/unasync` makes the sync one from the other."""

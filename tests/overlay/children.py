"""Forked children in tests: run a function in one, and get what it returned."""

from __future__ import annotations

import json
import os
import signal
import threading
import warnings
from collections.abc import Callable
from typing import Any


def fork() -> int:
    """Fork as `os.fork` does; Python 3.12 and newer warn of it where there are threads."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def in_child(function: Callable[[], Any]) -> Any:
    """Return what a function returns in a forked child, by way of JSON.

    It runs in a new thread, which is not in the event loop that the parent may be in. A child that
    hangs is ended after 20 seconds, and nothing can be read from it.
    """
    reading, writing = os.pipe()
    pid = fork()
    if pid == 0:
        signal.alarm(20)
        thread = threading.Thread(target=_report, args=(function, writing))
        thread.start()
        thread.join()
        os._exit(0)
    os.close(writing)
    with open(reading) as report:
        text = report.read()
    os.waitpid(pid, 0)
    return json.loads(text)


def _report(function: Callable[[], Any], writing: int) -> None:
    try:
        result = function()
    except BaseException as error:
        result = f"{type(error).__name__}: {error}"
    os.write(writing, json.dumps(result).encode())

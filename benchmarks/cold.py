"""From nothing: importing and making a client, and the first page, each in a new interpreter.

CPU time of the whole process, less that of an interpreter that does nothing. The page comes over
plain http; what https adds, reading the certificates above all, is the same for everybody.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from functools import partial

from benchmarks.canned import canned_server
from benchmarks.measure import FLOOR, OPENAI, OURS, PLAIN, Measured, Row, in_turns, measured

NOTHING = "interpreter"
HTTPX_AND_ATTRS = "import httpx, attrs; client = httpx.Client()"
CLIENTS = {
    NOTHING: "pass",
    OURS: "from openai_conversations import Client; client = Client(api_key='k')",
    OPENAI: "from openai import OpenAI; client = OpenAI(api_key='k')",
    PLAIN: HTTPX_AND_ATTRS,
}
LIST = "page = client.conversations.items.list('conv_{kind}_100', limit=100); page.data[99].type"
GET = "client.get('{url}/conversations/conv_{kind}_100/items?limit=100').json()['data'][99]"
FIRST_PAGES = {
    NOTHING: "pass",
    OURS: f"from openai_conversations import Client; client = Client(); {LIST}",
    OPENAI: f"from openai import OpenAI; client = OpenAI(); {LIST}",
    PLAIN: f"import httpx; client = httpx.Client(); {GET}",
    FLOOR: HTTPX_AND_ATTRS,
}


def rows(repetitions: int, pages: Sequence[str] = ("messages", "mixed")) -> list[Row]:
    """Measure everything of this module now."""
    means = {PLAIN: HTTPX_AND_ATTRS}
    results = _net(CLIENTS, {}, repetitions)
    found = [Row("cold import and client", "ms", results, {PLAIN: 1.25}, means)]
    means = {PLAIN: "httpx.Client().get(...).json()", FLOOR: HTTPX_AND_ATTRS}
    with canned_server() as url:
        environment = {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": "k"}
        for kind in pages:
            codes = {name: code.format(kind=kind, url=url) for name, code in FIRST_PAGES.items()}
            results = _net(codes, environment, repetitions)
            found.append(Row(f"cold first page, {kind}", "ms", results, {FLOOR: 1.25}, means))
    return found


def _net(
    codes: dict[str, str], environment: dict[str, str], repetitions: int
) -> dict[str, Measured]:
    """Measure CPU milliseconds of each piece of code beyond the start of the interpreter."""
    meters = {name: partial(_milliseconds, code, environment) for name, code in codes.items()}
    for meter in meters.values():
        meter()  # writes the bytecode, and brings the files into memory
    readings = in_turns(meters, repetitions)
    starts = readings.pop(NOTHING)
    return {
        name: measured([value - start for value, start in zip(found, starts, strict=True)])
        for name, found in readings.items()
    }


def _milliseconds(code: str, environment: dict[str, str]) -> float:
    # Bytecode is written as on any other machine: without it our sources alone would be compiled
    # at each start, since those of installed packages have been by pip.
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen([sys.executable, "-c", code], env={**inherited, **environment})
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"this failed: {code}")
    return (usage.ru_utime + usage.ru_stime) * 1000

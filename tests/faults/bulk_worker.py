"""What `bulk.py` has each Dask worker import first: short timeouts and pauses.

The pauses are told to the proxy, whose clock they are; see `proxy.short_pauses`.
"""

from __future__ import annotations

import os

import httpx
from openai_conversations._request import client_options
from openai_conversations._transport import retries

from tests.faults.proxy import TIME, short_pauses


def dask_setup(worker: object) -> None:
    """Be called by Dask in the process of a worker."""
    client_options.DEFAULT_TIMEOUT = httpx.Timeout(1.0)
    retries.INITIAL_DELAY, retries.MAX_DELAY = 0.005, 0.05
    url = os.environ["OPENAI_BASE_URL"]
    clock = httpx.Client(trust_env=False)
    short_pauses(setattr, lambda seconds: clock.get(f"{url}{TIME}{seconds}"))

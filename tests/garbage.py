"""Garbage that a test has to be rid of: connections and streams that were dropped."""

from __future__ import annotations

import gc


def collect() -> None:
    """Collect all garbage.

    `gc.collect` does nothing while another thread collects, a server's of the test for example.
    """
    collections = _collections()
    while _collections() == collections:
        gc.collect()


def _collections() -> int:
    """Return how often all generations have been collected."""
    done: int = gc.get_stats()[2]["collections"]
    return done

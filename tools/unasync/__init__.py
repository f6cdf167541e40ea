"""Makes the sync client from the async one: `overlays/*/_async` -> `overlays/*/_sync`.

The client is written once, as async code. What differs by more than a keyword lives in
`concurrency_async` and `concurrency_sync`, outside both folders; all else is translated here, so
that stack traces, hover text and "go to definition" are real code in both.

    python -m tools.unasync            write _sync
    python -m tools.unasync --check    say whether _sync is current, write nothing
"""

from .run import build, main
from .translate import translate

__all__ = ["build", "main", "translate"]

"""Whole conversations: what files hold, what belongs together, what people read. Pure.

The requests are in `_async`; the verbs are methods of `client.conversations`. `transcript` works
without a service.
"""

from .transcripts import TranscriptFormat as TranscriptFormat
from .transcripts import transcript as transcript

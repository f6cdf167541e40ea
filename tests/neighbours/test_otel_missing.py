"""What says that an extra is missing."""

from __future__ import annotations

import subprocess
import sys


def test_without_opentelemetry_the_error_names_the_extra() -> None:
    code = "import sys; sys.modules['opentelemetry'] = None; import openai_conversations.otel"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "pip install 'openai-conversations[otel]'" in done.stderr

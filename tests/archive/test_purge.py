"""`conversations.purge` and `items.clear`: nothing is left, and the account is exact."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from openai_conversations import APIError, InvalidArgumentError, NotFoundError, OpenAIError
from openai_conversations.local.server import LocalServer
from openai_conversations.local.service import LocalService

from tests.faults.conversation import messages
from tests.overlay.client_runner import ClientRunner
from tests.overlay.scripted_server import ScriptedServer
from tests.overlay.scripts import responds

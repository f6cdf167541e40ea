"""Tests of whole conversations run with both clients, as those of the overlay do."""

from __future__ import annotations

from tests.overlay.conftest import _clean_surroundings as _clean_surroundings
from tests.overlay.conftest import pytest_generate_tests as pytest_generate_tests
from tests.overlay.conftest import runner as runner

"""Many conversations are imported, and exported again, by workers of which some are killed."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("distributed")

from tests.faults.bulk import Setting, run


def test_killed_workers_lose_and_double_nothing(tmp_path: Path) -> None:
    """And the program itself is killed once, while its workers go on."""
    setting = Setting(30, 20, kills=1, stops=1, rate=0.1, threads=3)
    imported, exported = run(setting, tmp_path)
    assert imported.perfect(setting), imported
    assert exported.perfect(setting), exported
    assert (imported.run.kills, imported.run.starts, exported.run.kills) == (1, 2, 1)
    assert imported.run.faults
    assert exported.run.faults

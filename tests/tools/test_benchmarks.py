"""The benchmarks themselves: turns, targets, comparisons and what a whole run writes."""

from __future__ import annotations

import importlib
import inspect
import json
import os
import re
import shutil
import sys
from functools import partial
from pathlib import Path

import pytest

from benchmarks import __main__ as bench
from benchmarks import chart, measure, page, report
from benchmarks.measure import FLOOR, OPENAI, OURS, PLAIN, Row, measured
from tools import ROOT


def _row(work: str, share: float, targets: dict[str, float]) -> Row:
    """Make a row whose three readings give `share` of every other contestant."""
    others = {name: measured([10.0, 20.0, 40.0]) for name in (OPENAI, PLAIN, FLOOR)}
    ours = measured([10 * share, 20 * share, 40 * share])
    return Row(work, "µs", {OURS: ours, **others}, targets)


FAST = _row("GET", 0.5, {PLAIN: 0.6})
SLOW = _row("streamed event", 0.9, {PLAIN: 0.8, OPENAI: 1.0})


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with the pages that a whole run writes, which `make bench` takes for its."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "benchmarks/history").mkdir(parents=True)
    for name in ("README.md", "docs/speed.md", "docs/append.md"):
        shutil.copy(ROOT / name, tmp_path / name)
    monkeypatch.setattr(bench, "ROOT", tmp_path)
    monkeypatch.setattr(bench.os, "environ", {**os.environ, "Http_Proxy": "http://localhost:1"})
    monkeypatch.setattr(report, "PACKAGES", ("httpx",))
    return tmp_path


def _run(monkeypatch: pytest.MonkeyPatch, rows: list[Row], *arguments: str) -> int:
    """Run `make bench` with topics that were measured beforehand, one a row."""
    topics = {f"topic{number}": partial(list[Row], [row]) for number, row in enumerate(rows)}
    monkeypatch.setattr(bench, "TOPICS", dict.fromkeys(topics, ""))
    monkeypatch.setattr(bench, "meter", lambda topic, repetitions, quick: topics[topic])
    monkeypatch.setattr(sys, "argv", ["benchmarks", *arguments])
    return bench.main()


def test_what_quick_changes_is_what_the_topics_take() -> None:
    for topic, given in bench.QUICK.items():
        module, _, name = bench.TOPICS[topic].partition(".")
        function = getattr(importlib.import_module(f"benchmarks.{module}"), name)
        defaults = inspect.signature(function).parameters
        assert all(defaults[one].default != value for one, value in given.items()), topic


def test_a_missed_target_fails_the_run_after_all_is_saved(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(monkeypatch, [SLOW, FAST], "--quick") == 1
    assert "Http_Proxy" not in bench.os.environ
    said = capsys.readouterr()
    (missed,) = re.findall(r"^missed: (.*)$", said.err, re.M)
    assert missed == "streamed event: 0.90 of plain httpx, expected 0.8 at most"
    (saved,) = (repository / "benchmarks/results").iterdir()
    assert list(report.shares(saved.read_text("utf-8"))) == ["streamed event", "GET"]
    assert re.findall(r"^topic\d: ", said.err, re.M) == ["topic0: ", "topic1: "]
    assert _run(monkeypatch, [FAST], "--quick") == 0


def test_a_whole_run_writes_the_page_the_readme_the_history_and_the_pictures(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path: path.read_text("utf-8") for path in repository.rglob("*.*") if path.is_file()}
    shown = chart.table(before[repository / "README.md"], "## How fast")
    works = {*chart.SHOWN, *(row["work, as a share of"] for row in shown)}
    assert _run(monkeypatch, [_row(work, 0.123, {OPENAI: 0.1}) for work in sorted(works)]) == 1
    rows = chart.table((repository / "docs/speed.md").read_text("utf-8"), page.BEGIN)
    assert {row["n"] for row in rows} == {"3"}
    readme = (repository / "README.md").read_text("utf-8")
    table = chart.table(readme, "## How fast")
    assert {tuple(row.values())[1:] for row in table} == {("0.12", "0.12")}
    assert re.sub(r"[\d.]+", "", readme) == re.sub(r"[\d.]+", "", before[repository / "README.md"])
    (kept,) = (repository / "benchmarks/history").iterdir()
    assert report.shares(kept.read_text("utf-8"))["GET"][PLAIN] == 0.123
    for file, text in chart.pictures(repository):
        assert file.read_text("utf-8") == text


def test_a_part_or_a_quick_run_writes_no_page(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (repository / "docs/speed.md").read_text("utf-8")
    _run(monkeypatch, [FAST, SLOW], "--only", "topic0")
    _run(monkeypatch, [FAST], "--quick")
    assert (repository / "docs/speed.md").read_text("utf-8") == before


def test_a_run_is_compared_with_one_that_was_kept(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    then = repository / "then.json"
    then.write_text(json.dumps({"shares": {"GET": {PLAIN: 0.4, FLOOR: 0.5}}}), "utf-8")
    assert _run(monkeypatch, [FAST, SLOW], "--quick", "--compare", str(then)) == 1
    compared = capsys.readouterr().out.partition("then")[2]
    assert re.findall(r"^GET .*%.*$", compared, re.M) == [
        "GET   plain httpx         0.400  0.500  +25%  SLOWER",
        "GET   floor               0.500  0.500  +0%",
    ]


@pytest.mark.parametrize("text", ["{}", "[]", "{", None])
def test_what_cannot_be_compared_is_refused_before_anything_is_measured(
    repository: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    text: str | None,
) -> None:
    file = repository / "then.json"
    if text is not None:
        file.write_text(text, "utf-8")
    assert _run(monkeypatch, [FAST], "--quick", "--compare", str(file)) == 2
    assert f"COMPARE={file}" in capsys.readouterr().err
    assert not (repository / "benchmarks/results").exists()


@pytest.mark.parametrize(("seconds", "turns"), [(0.1, 7), (0.34, 7), (0.6, 5), (60.0, 3)])
def test_what_takes_long_is_repeated_less(
    monkeypatch: pytest.MonkeyPatch, seconds: float, turns: int
) -> None:
    now = 0.0

    def read() -> float:
        nonlocal now
        now += seconds
        return now

    monkeypatch.setattr(measure.time, "perf_counter", lambda: now)
    readings = measure.in_turns({OURS: read, FLOOR: read}, 7)
    assert [len(values) for values in readings.values()] == [turns, turns]


def test_the_history_draws_each_target_over_all_runs() -> None:
    runs = [
        {"date": f"day {day}", "shares": {"GET": {PLAIN: share}} if share else {}, "targets": {}}
        for day, share in enumerate((0.3, 0, 0.6))
    ]
    runs[-1]["targets"] = {"GET": {PLAIN: 0.5, OPENAI: 0.1}}
    drawn = chart.history(runs)
    spots = re.findall(r'cx="([\d.]+)" cy="([\d.]+)" .* fill="(.*)"><title>(.*)</title>', drawn)
    (_, low, blue, first), (_, high, orange, last) = spots
    assert (first, last) == ("day 0: 0.3", "day 2: 0.6")
    assert float(high) < float(low)
    assert (blue, orange) == (chart.BLUE, chart.ORANGE)
    assert drawn == chart.history(runs)

"""What a run of the bench keeps, and what it says got worse. How long anything takes is not tested."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from .bench import record
from .bench.record import COLUMNS, Figure, Record


def run(**values: float) -> Record:
    made = Record(section="real")
    made.figures = [Figure("real", what, value, "ms") for what, value in values.items()]
    return made


@pytest.mark.parametrize(
    ("better", "last", "now", "worse"),
    [
        ("lower", 100, 124, False), ("lower", 100, 125, True), ("lower", 100, 10, False),
        ("higher", 100, 81, False), ("higher", 100, 80, True), ("higher", 100, 900, False), ("higher", 100, 0, True),
    ],
)  # fmt: skip
def test_worse_is_by_a_quarter_in_the_figures_own_direction(better: str, last: float, now: float, worse: bool) -> None:
    assert Figure("real", "a click", now, "ms", better).worse_than(last) is worse


def test_a_run_is_compared_with_the_last_line_of_the_same_figure_and_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(record, "ROOT", tmp_path)
    monkeypatch.setattr(record, "head", lambda: "g1234567890-dirty")
    kept = tmp_path / "bench.csv"
    for values in ({"click": 100, "load": 900}, {"click": 200}):
        run(**values).keep(kept)
    capsys.readouterr()
    run(click=240, load=1_200, new=5).compare(kept)
    first, *told = capsys.readouterr().out.strip().splitlines()
    assert first == "1 of the 2 figures that were measured before got worse by a quarter or more."
    (said,) = told
    assert said.strip().startswith("real: load: 1,200.00 ms, was 900.00 on ")
    with kept.open(encoding="utf-8", newline="") as given:
        head, *lines = csv.reader(given)
    assert tuple(head) == COLUMNS
    assert [(line[1], *line[2:]) for line in lines] == [
        ("g1234567890-dirty", "real", "click", "100.000", "ms", "no", "lower"),
        ("g1234567890-dirty", "real", "load", "900.000", "ms", "no", "lower"),
        ("g1234567890-dirty", "real", "click", "200.000", "ms", "no", "lower"),
    ]


def test_a_commit_is_no_number_to_a_spreadsheet() -> None:
    told = record.head()
    assert told == "unknown" or told.startswith("g")

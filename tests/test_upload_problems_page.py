"""The officers' page of upload problems lists the classes that there are, as they are."""

from __future__ import annotations

import re
from pathlib import Path

from kpi_core.intake.checks import NOT_BUILT
from kpi_core.intake.problems import CLASSES

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "upload-problems.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `([a-z0-9-]+)` \| ([^|]+) \| ([^|]+) \|$", PAGE, flags=re.MULTILINE)


def test_it_lists_every_class_once_in_their_order() -> None:
    assert [code for code, _, _ in ROWS] == list(CLASSES)


def test_each_has_its_severity() -> None:
    wrong = [code for code, severity, _ in ROWS if severity.split(",")[0] != CLASSES[code].severity.value]
    assert wrong == []


def test_those_confirmed_row_by_row_are_marked_and_no_others() -> None:
    marked = {code for code, severity, _ in ROWS if "confirm each row" in severity}
    assert marked == {code for code, kind in CLASSES.items() if kind.singly}


def test_those_that_are_not_run_are_marked_and_no_others() -> None:
    assert {code for code, severity, _ in ROWS if "not run" in severity} == NOT_BUILT.keys()


def test_every_row_of_every_table_is_one_of_these() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| Code ")]
    assert len(rows) == len(ROWS) == len(CLASSES)


def test_each_says_what_it_means_in_whole_sentences() -> None:
    for code, _, meaning in ROWS:
        assert meaning[0].isupper() or meaning[0].isdigit() or meaning[0] == "£", code
        assert meaning.endswith("."), code
        assert len(meaning) > 20, code
        assert not re.search(r"\b(?:please|sorry|valid|invalid)\b", meaning, re.IGNORECASE), code

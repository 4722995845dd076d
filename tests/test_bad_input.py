"""Every class of bad input: the file, the row and column an officer is sent to, and what they are told to do there.

The classes are numbered as in the catalogue of what is wrong with real uploads, from 1 to 81; what is told of some
of them needs a class of its own, and those are numbered from 82. Each file is as good as ``00-good.csv`` but for one
thing, so whatever else is said of it is either a consequence, and listed, or a false alarm, and fails.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

import pytest

from kpi_core.intake import Decision, Preview, Severity
from kpi_core.intake.cells import read_value
from kpi_core.intake.problems import CLASSES
from kpi_core.model import Absence, ChangeKind
from kpi_core.periods import quarter
from kpi_core.shell.services import Services
from kpi_core.showing.as_json import import_json

from .bad_input import FOLDER, GOOD, HELD, content, council, preview

Told = tuple[str, int | None, str | None]
"""A problem: its code, the row as Excel numbers it, the column."""


@dataclass(frozen=True)
class Case:
    """A file with one thing wrong, and all that is to be said of it. ``facts`` stand in the sentence of ``told``."""

    number: int
    file: str
    told: Told
    facts: tuple[str, ...]
    beside: tuple[Told, ...] = ()
    """What follows from the same thing, and is told too."""
    implied: frozenset[str] = frozenset()
    """Codes that may be told as well: rows that cannot be read leave an indicator missing."""
    held: str = "history"
    chosen: str | None = None


UNREAD = frozenset({"indicators-missing"})
RED: Told = ("no-exception-narrative", 3, "value")
NO_DECIMALS: Told = ("fewer-decimals", 3, "value")
WIDE_JUMP: Told = ("large-change", 3, "value")

CASES = (
    Case(2, "02-not-a-csv.pdf", ("not-a-csv", None, None), ("must be a CSV", "PDF")),
    Case(2, "02-not-a-csv.xlsx", ("not-a-csv", None, None), ("must be a CSV", ".xlsx")),
    Case(3, "03-excel-workbook.csv", ("excel-workbook", None, None), ("Excel workbook", "Save As, then CSV UTF-8")),
    Case(3, "03-excel-workbook.xlsx", ("excel-workbook", None, None), ("Excel workbook", "Save As, then CSV UTF-8")),
    Case(4, "04-old-or-protected-excel.csv", ("old-or-protected-excel", None, None), ("password protected or an old Excel", "CSV UTF-8")),
    Case(5, "05-web-page-or-json.csv", ("web-page-or-json", None, None), ("must be a CSV", "a web page")),
    Case(5, "05-web-page-or-json-data.csv", ("web-page-or-json", None, None), ("must be a CSV", "JSON")),
    Case(6, "06-empty-file.csv", ("empty-file", None, None), ("is empty",)),
    Case(6, "06-empty-file-blank-lines.csv", ("empty-file", None, None), ("is empty",)),
    Case(7, "07-no-rows.csv", ("no-rows", None, None), ("column headings but no rows",)),
    Case(11, "11-unreadable-character.csv", ("unreadable-character", 8, "comment"), ("Row 8, comment", "cannot be read", "CSV UTF-8")),
    Case(12, "12-unicode-text.csv", ("unicode-text", None, None), ("as CSV UTF-8", "Unicode text")),
    Case(13, "13-windows-text.csv", ("windows-text", 8, None), ("Windows text", "row 8", "“£”")),
    Case(15, "15-wrong-separator.csv", ("wrong-separator", None, None), ("separated by commas", "semicolons")),
    Case(15, "15-wrong-separator-tabs.csv", ("wrong-separator", None, None), ("separated by commas", "tabs")),
    Case(17, "17-quote-not-closed.csv", ("quote-not-closed", 8, None), ("Row 8", "no closing quote mark"), implied=UNREAD),
    Case(18, "18-stray-quote.csv", ("stray-quote", 8, "comment"), ("Row 8, comment", 'two quote marks ("")'), implied=UNREAD),
    Case(20, "20-not-the-template.csv", ("not-the-template", 1, None), ("must use the template", "school, urn, pupils")),
    Case(21, "21-title-row.csv", ("title-row", 1, None), ("Row 1 must be the column headings", "Delete the title row", "“Children's services performance report”")),
    Case(22, "22-blank-first-row.csv", ("blank-first-row", 1, None), ("Row 1 must be the column headings", "empty")),
    Case(23, "23-missing-column.csv", ("missing-column", 1, "denominator"), ("Add the column “denominator”",), implied=frozenset({"value-missing", "one-count-alone"})),
    Case(23, "23-missing-column-quarter.csv", ("missing-column", 1, "quarter"), ("Add the column “quarter”",), implied=frozenset({"quarter-missing"})),
    Case(24, "24-extra-column.csv", ("extra-column", 1, "Comment2"), ("“Comment2”", "will be left out")),
    Case(25, "25-column-twice.csv", ("column-twice", 1, "value"), ("“value” appears twice", "Keep one")),
    Case(26, "26-column-without-heading.csv", ("column-without-heading", 1, None), ("Column 6 has no heading",)),
    Case(27, "27-heading-mended.csv", ("heading-mended", 1, "Indicator ID "), ("“Indicator ID” read as “indicator”",), beside=(("heading-mended", 1, "Narrative"),)),
    Case(28, "28-too-few-cells.csv", ("too-few-cells", 7, None), ("Row 7 has 7 cells", "must have 9"), implied=UNREAD),
    Case(29, "29-too-many-cells.csv", ("too-many-cells", 7, None), ("Row 7 has 11 cells", "must have 9", "quote marks round text"), implied=UNREAD),
    Case(30, "30-blank-rows.csv", ("blank-rows", None, None), ("3 blank rows were ignored",)),
    Case(31, "31-notes-below-figures.csv", ("notes-below-figures", 9, None), ("Row 9 has no indicator", "Delete notes and totals")),
    Case(31, "31-notes-below-figures-total.csv", ("notes-below-figures", 9, "indicator"), ("Row 9 has no indicator", "Delete notes and totals")),
    Case(32, "32-repeated-row.csv", ("repeated-row", 9, None), ("Row 9 repeats row 8",)),
    Case(33, "33-two-figures-for-one-quarter.csv", ("two-figures-for-one-quarter", 9, "value"),
         ("“Good or outstanding school, attendance above 95%” has two figures for July to September 2022", "79% (row 4)", "64% (row 9)", "Keep one")),
    Case(34, "34-unknown-indicator.csv", ("unknown-indicator", 5, "indicator"), ("“REREF12” is not an indicator. The nearest is “REREF_12M”.",), implied=UNREAD),
    Case(35, "35-indicator-ended.csv", ("indicator-ended", 9, "indicator"), ("Row 9", "“NI59” ended in March 2014")),
    Case(36, "36-indicators-missing.csv", ("indicators-missing", None, "indicator"),
         ("3 indicators are missing: Children in need; Permanent exclusions, primary; Weekly cost of a placement", "Publish without them?")),
    Case(37, "37-name-differs.csv", ("name-differs", 5, "name"), ("Row 5", "“Children in care with a plan”", "“Repeat referrals within 12 months” for REREF_12M")),
    Case(38, "38-no-such-quarter.csv", ("no-such-quarter", 3, "quarter"), ("Row 3", "Q1, Q2, Q3 or Q4", "“Q5 2022-23”")),
    Case(39, "39-years-not-in-a-row.csv", ("years-not-in-a-row", 3, "quarter"), ("two years in a row, like 2022-23", "“Q2 2022-24”")),
    Case(40, "40-quarter-not-readable.csv", ("quarter-not-readable", 3, "quarter"), ("enter the quarter like Q2 2022-23", "“Q1 2/23”")),
    Case(41, "41-quarter-is-a-date.csv", ("quarter-is-a-date", 3, "quarter"), ("Excel has changed the quarter to a date", "“Sep-22”", "like Q2 2022-23")),
    Case(41, "41-quarter-is-a-date-in-full.csv", ("quarter-is-a-date", 3, "quarter"), ("“01/07/2022”", "like Q2 2022-23")),
    Case(42, "42-calendar-or-financial-year.csv", ("calendar-or-financial-year", 3, "quarter"), ("financial year too", "Q3 2022-23 (October to December 2022)", "“Q3 2022”")),
    Case(43, "43-quarter-not-ended.csv", ("quarter-not-ended", 2, "quarter"), ("October to December 2022", "ends on 31 December 2022", "Publish it after"),
         beside=(("previous-quarter-missing", None, "quarter"), ("indicators-missing", None, "indicator"))),
    Case(44, "44-earlier-quarter.csv", ("earlier-quarter", 9, "quarter"),
         ("holds July to September 2022", "one row for April to June 2022", "would change a published figure", "row 9"),
         beside=(("published-figure-changes", 9, "value"),)),
    Case(45, "45-not-the-chosen-quarter.csv", ("not-the-chosen-quarter", None, "quarter"), ("You chose Q2 2022-23. The file holds Q1 2022-23",),
         beside=(RED,), chosen="Q2 2022-23"),
    Case(46, "46-published-figure-changes.csv", ("published-figure-changes", 4, "value"),
         ("Row 4 changes July to September 2022", "from 79% to 81%", "Give the reason"), held="a quarter begun"),
    Case(47, "47-previous-quarter-missing.csv", ("previous-quarter-missing", None, "quarter"),
         ("no figures for Q1 2022-23", "will not show"), held="a quarter missing"),
    Case(48, "48-percent-sign-removed.csv", ("percent-sign-removed", 3, "value"), ("Row 3", "% sign was removed")),
    Case(49, "49-comma-removed.csv", ("comma-removed", 2, "value"), ("Row 2", "comma in the number was removed")),
    Case(50, "50-decimal-comma.csv", ("decimal-comma", 3, "value"), ("Row 3, value", "full stop: 83.5", "“83,5”")),
    Case(51, "51-scale-in-doubt.csv", ("scale-in-doubt", 3, "value"), ("Row 3 is 0.835%. Last quarter was 70%. Is it 83.5%?",), beside=(RED,)),
    Case(52, "52-percentage-out-of-range.csv", ("percentage-out-of-range", 3, "value"), ("Row 3, value", "between 0 and 100", "104%"),
         beside=(("percent-sign-removed", 3, "value"), NO_DECIMALS)),
    Case(52, "52-percentage-out-of-range-below.csv", ("percentage-out-of-range", 3, "value"), ("between 0 and 100", "-3%"), beside=(NO_DECIMALS, RED)),
    Case(53, "53-not-a-number.csv", ("not-a-number", 3, "value"), ("Row 3, value must be a number", "“nan”")),
    Case(53, "53-not-a-number-inf.csv", ("not-a-number", 3, "value"), ("“inf”",)),
    Case(53, "53-not-a-number-1e400.csv", ("not-a-number", 3, "value"), ("“1e400”",)),
    Case(54, "54-digits-not-0-to-9.csv", ("digits-not-0-to-9", 2, "value"), ("Row 2, value", "the digits 0 to 9", "“1_000”")),
    Case(54, "54-digits-not-0-to-9-full-width.csv", ("digits-not-0-to-9", 2, "value"), ("the digits 0 to 9",)),
    Case(54, "54-digits-not-0-to-9-arabic.csv", ("digits-not-0-to-9", 2, "value"), ("the digits 0 to 9",)),
    Case(54, "54-digits-not-0-to-9-minus.csv", ("digits-not-0-to-9", 2, "value"), ("a plain minus",)),
    Case(54, "54-digits-not-0-to-9-hard-space.csv", ("digits-not-0-to-9", 2, "value"), ("only the digits 0 to 9",)),
    Case(55, "55-scientific-number.csv", ("scientific-number", 2, "value"), ("Row 2", "Excel has changed the number", "“1.2E+03”", "Enter 1200")),
    Case(56, "56-excel-error.csv", ("excel-error", 3, "value"), ("Row 3", "Excel error (#DIV/0!)", "Enter a number, or z")),
    Case(56, "56-excel-error-ref.csv", ("excel-error", 3, "value"), ("#REF!",)),
    Case(56, "56-excel-error-na.csv", ("excel-error", 3, "value"), ("#N/A",)),
    Case(57, "57-formula.csv", ("formula", 3, "value"), ("Row 3", "holds a formula", "Paste the result as a value")),
    Case(57, "57-formula-of-text.csv", ("formula", 3, "value"), ("Row 3", "holds a formula", "Paste the result as a value")),
    Case(58, "58-value-missing.csv", ("value-missing", 3, "value"), ("Row 3", "z (does not apply), x (not available) or c (confidential)")),
    Case(58, "58-value-missing-dash.csv", ("value-missing", 3, "value"), ("c (confidential). It is “-”.",)),
    Case(58, "58-value-missing-tbc.csv", ("value-missing", 3, "value"), ("c (confidential). It is “TBC”.",)),
    Case(58, "58-value-missing-na.csv", ("value-missing", 3, "value"), ("c (confidential). It is “n/a”.",)),
    Case(59, "59-symbol-read.csv", ("symbol-read", 2, "value"), ("Row 2, value", "“:” read as x"),
         beside=tuple(("symbol-read", row, "value") for row in (4, 7, 8))),
    Case(60, "60-symbol-with-number.csv", ("symbol-with-number", 3, "value"), ("Row 3", "a number or a symbol, not both", "“c 3”")),
    Case(61, "61-count-not-whole.csv", ("count-not-whole", 3, "numerator"), ("Row 3, numerator must be a whole number", "“12.5”")),
    Case(62, "62-numerator-more-than-denominator.csv", ("numerator-more-than-denominator", 3, "numerator"), ("Row 3", "numerator (61)", "denominator (60)")),
    Case(63, "63-denominator-zero.csv", ("denominator-zero", 3, "denominator"), ("Row 3", "denominator is 0", "Use z for the value"),
         implied=UNREAD),
    Case(64, "64-value-differs-from-counts.csv", ("value-differs-from-counts", 3, "value"), ("Row 3: 501 of 600 is 83.5%", "file says 85.3%"), beside=(WIDE_JUMP,)),
    Case(65, "65-no-counts.csv", ("no-counts", None, "numerator"), ("3 percentages have no numerator or denominator", "how sure they are cannot be shown")),
    Case(66, "66-large-change.csv", ("large-change", 3, "value"), ("Row 3 moved from 70%", "to 83.5%", "Confirm it is right")),
    Case(67, "67-unit-differs.csv", ("unit-differs", 2, "unit"), ("Row 2", "“percentage”", "“Children in need” is a number")),
    Case(67, "67-unit-differs-percent-sign.csv", ("unit-differs", 2, "value"), ("Row 2", "“%”", "“Children in need” is a number"),
         beside=(("percent-sign-removed", 2, "value"),)),
    Case(68, "68-target-differs.csv", ("target-differs", 5, "target"), ("Row 5", "target is 22", "agreed target is 20%")),
    Case(69, "69-target-out-of-range.csv", ("target-out-of-range", 3, "target"), ("Row 3, target must be between 0 and 100", "0.88")),
    Case(70, "70-status-not-known.csv", ("status-not-known", 3, "status"), ("Row 3, status must be provisional or final", "“draft”")),
    Case(71, "71-still-provisional.csv", ("still-provisional", None, "status"), ("Q3 2021-22 is still provisional", "Assessment timeliness"),
         held="an old provisional figure"),
    Case(72, "72-small-count.csv", ("small-count", 7, "value"), ("Row 7 counts fewer than 5 children (3)", "[c]"),
         ),
    Case(73, "73-percentage-gives-count-back.csv", ("percentage-gives-count-back", 6, "value"), ("0.04% of about 2,500 is 1 child", "[c] too")),
    Case(75, "75-may-identify-a-child.csv", ("may-identify-a-child", 3, "comment"), ("Row 3", "“Mrs Smith”", "Change it or confirm")),
    Case(75, "75-may-identify-a-child-count.csv", ("may-identify-a-child", 3, "comment"), ("Row 3", "“1 exclusion”", "Change it or confirm")),
    Case(75, "75-identifies-a-child.csv", ("identifies-a-child", 3, "comment"), ("Row 3", "an NHS number", "Remove it")),
    Case(75, "75-identifies-a-child-pupil-number.csv", ("identifies-a-child", 3, "comment"), ("a pupil number",)),
    Case(75, "75-identifies-a-child-birth.csv", ("identifies-a-child", 3, "comment"), ("date of birth",)),
    Case(75, "75-identifies-a-child-postcode.csv", ("identifies-a-child", 3, "comment"), ("a postcode",)),
    Case(76, "76-parts-do-not-sum.csv", ("parts-do-not-sum", 3, "comment"), ("Row 3", "add up to 59", "The total it gives is 60")),
    Case(77, "77-narrative-disagrees.csv", ("narrative-disagrees", 3, "comment"), ("Row 3", "“85%”", "is 78.5%", "Change it or confirm")),
    Case(77, "77-narrative-disagrees-direction.csv", ("narrative-disagrees", 3, "comment"), ("Row 3", "is a decrease")),
    Case(78, "78-no-exception-narrative.csv", ("no-exception-narrative", 3, "value"), ("“Assessment timeliness” misses its target", "Add an exception narrative")),
    Case(79, "79-formatting-as-plain-text.csv", ("formatting-as-plain-text", 3, "comment"), ("Row 3", "plain text")),
    Case(80, "80-hidden-characters.csv", ("hidden-characters", 3, "comment"), ("Row 3", "hidden characters", "Retype it")),
    Case(81, "81-fewer-decimals.csv", ("fewer-decimals", 3, "value"), ("Row 3 has no decimals", "1 decimal", "Excel may have rounded")),
    Case(82, "82-pound-sign-removed.csv", ("pound-sign-removed", 8, "value"), ("Row 8", "£ sign was removed")),
    Case(83, "83-indicator-not-begun.csv", ("indicator-not-begun", 9, "indicator"), ("“NEW1” begins with October to December 2022",)),
    Case(84, "84-unknown-area.csv", ("unknown-area", 4, "area"), ("Row 4", "“Otherton” is not an area", "X"), implied=UNREAD),
    Case(85, "85-not-due.csv", ("not-due", 9, "quarter"), ("Row 9", "is not due in Q2 2022-23", "Check the quarter")),
    Case(86, "86-quarter-missing.csv", ("quarter-missing", 3, "quarter"), ("Row 3", "enter the quarter, like Q2 2022-23")),
    Case(87, "87-whole-year.csv", ("whole-year", 3, "quarter"), ("“2022-23” is a whole year", "Enter one quarter")),
    Case(88, "88-several-quarters.csv", ("several-quarters", 3, "quarter"), ("“Q1 to Q2 2022-23” covers several quarters", "Enter one")),
    Case(89, "89-figure-below-zero.csv", ("figure-below-zero", 2, "value"), ("Row 2, value", "0 or more", "-4")),
    Case(90, "90-one-count-alone.csv", ("one-count-alone", 3, "denominator"), ("Row 3", "both the numerator and the denominator, or neither")),
    Case(91, "91-nothing-of-nothing.csv", ("nothing-of-nothing", 3, "value"), ("0 of 0 is read as z", "not as a value")),
    Case(92, "92-counts-beside-a-symbol.csv", ("counts-beside-a-symbol", 3, "numerator"), ("Row 3", "the symbol c", "leave both counts empty")),
    Case(93, "93-value-beside-nothing.csv", ("value-beside-nothing", 3, "value"), ("Row 3: 78.5%", "the value and its counts contradict", "enter z"),
         beside=(("small-count", 3, "numerator"),)),
    Case(94, "94-comment-changes.csv", ("comment-changes", 4, "comment"),
         ("Row 4", "“Good or outstanding school, attendance above 95%”", "from none to “Inspections resumed in July.”"), held="a quarter begun"),
    Case(96, "96-comment-left-out.csv", ("comment-left-out", 9, "comment"), ("Row 9 repeats row 8", "left out: “Counted again in October.”")),
)  # fmt: skip

SILENT = {14: ("14-byte-order-mark.csv",), 16: ("16-carriage-returns.csv", "16-mixed-line-ends.csv")}
NOT_RUN = {74: "total-reveals-hidden-figure"}
MADE_HERE = {
    1: "no-file",
    8: "file-too-large",
    9: "too-many-rows",
    10: "cell-too-long",
    19: "already-published",
    95: "comment-removed",
}
"""Classes with a test of their own: files too large to keep, no file at all, and a file that is published first."""
LAST_OF_CATALOGUE = 81
BESIDE_THE_VALUE = "23-missing-column-beside-the-value.csv"

ELSEWHERE = {
    "indicators-added": "mapping, register and targets", "not-a-code": "register and targets", "indicator-twin": "register and targets",
    "areas-added": "mapping", "heading-not-mapped": "mapping",
    "annual-figures": "mapping", "several-quarters-left-out": "mapping",
    "entry-not-readable": "register and targets", "entry-twice": "register and targets",
    "target-cannot-be-used": "register and targets", "past-rating-would-change": "register and targets",
    "past-rating-corrected": "register and targets", "ends-before-figures": "register and targets",
    "held-entry-changes": "register and targets", "past-entry-would-change": "register and targets",
}  # fmt: skip
"""Classes that a file in the template cannot have: what has its own tests, and of what."""


@pytest.fixture(scope="module")
def councils() -> Iterator[Callable[[str], Services]]:
    """The small council by the name of what it holds, made once each."""
    made: dict[str, Services] = {}

    def holding(name: str) -> Services:
        if name not in made:
            made[name] = council(HELD[name])
        return made[name]

    yield holding
    for one in made.values():
        one.close()


def said(shown: Preview) -> list[Told]:
    """What is told, but for the note on percentages without counts, which every file here has."""
    return [(one.code, one.row, one.column) for one in shown.findings if one.code != "no-counts"]


# --- the files ----------------------------------------------------------------------------------------------------


def test_a_file_with_nothing_wrong_has_no_finding_above_a_note(councils: Callable[[str], Services]) -> None:
    shown = preview(councils("history"), content(GOOD), GOOD)
    assert [one.severity for one in shown.findings] == [Severity.NOTE]
    assert not shown.blocked
    assert shown.to_confirm == ()
    assert [change.kind for change in shown.changes] == [ChangeKind.NEW] * 7


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.file)
def test_a_bad_file_is_told_by_its_class_at_its_row_and_column_and_nothing_else_is(
    case: Case, councils: Callable[[str], Services]
) -> None:
    chosen = quarter(case.chosen) if case.chosen else None
    shown = preview(councils(case.held), content(case.file), case.file, chosen)
    code, row, column = case.told
    found = next(one for one in shown.findings if (one.code, one.row, one.column) == (code, row, column))
    assert found.severity is CLASSES[code].severity
    missing = [fact for fact in case.facts if fact not in found.message]
    assert not missing, found.message
    expected = {case.told, *case.beside} - {("no-counts", None, "numerator")}
    assert {one for one in said(shown) if one[0] not in case.implied} == expected
    assert shown.blocked == any(CLASSES[one[0]].severity is Severity.BLOCK for one in (case.told, *case.beside))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.file)
def test_the_name_of_a_file_is_the_number_and_the_code_of_its_class(case: Case) -> None:
    assert case.file.startswith(f"{case.number:02d}-{case.told[0]}")


@pytest.mark.parametrize("name", [one for files in SILENT.values() for one in files])
def test_what_nobody_could_do_anything_about_is_mended_without_a_word(
    name: str, councils: Callable[[str], Services]
) -> None:
    shown = preview(councils("history"), content(name), name)
    good = preview(councils("history"), content(GOOD), GOOD)
    assert said(shown) == []
    assert shown.changes == good.changes


@pytest.mark.parametrize("code", NOT_RUN.values())
def test_a_check_of_what_is_not_held_is_listed_as_not_run_with_its_reason(
    code: str, councils: Callable[[str], Services]
) -> None:
    shown = preview(councils("history"), content(GOOD), GOOD)
    reason = dict(shown.not_run)[code]
    assert reason.endswith(".")
    assert len(reason) > 20


def test_checks_on_rows_are_listed_as_not_run_where_no_row_can_be_read(councils: Callable[[str], Services]) -> None:
    shown = preview(councils("history"), content("02-not-a-csv.pdf"), "02-not-a-csv.pdf")
    not_run = dict(shown.not_run)
    assert {"large-change", "indicators-missing", "identifies-a-child", *NOT_RUN.values()} <= set(not_run)
    assert not_run["large-change"] == "The file could not be read as rows."


# --- files that are made here -------------------------------------------------------------------------------------


def only(shown: Preview) -> tuple[str, int | None, str | None, str]:
    """The one thing that is said of a file."""
    (one,) = [one for one in shown.findings if one.code not in ("no-counts", "indicators-missing")]
    return one.code, one.row, one.column, one.message


def test_no_file_is_told_to_select_one(councils: Callable[[str], Services]) -> None:
    assert only(preview(councils("history"), b"", "")) == ("no-file", None, None, "Select a CSV file.")


def test_a_file_over_the_limit_is_told_its_size(councils: Callable[[str], Services]) -> None:
    row = b"CIN,Children in need,number,Q2 2022-23,1004,,,final,\r\n"
    shown = preview(councils("history"), content(GOOD) + row * 40_000)
    told = only(shown)
    assert told[:3] == ("file-too-large", None, None)
    assert told[3] == "The selected file must be smaller than 2 MB. It is 2.1 MB."
    assert shown.changes == ()


def test_more_rows_than_a_quarter_has_are_counted(councils: Callable[[str], Services]) -> None:
    rows = b"".join(b"CIN,Q2 2022-23,%d\n" % number for number in range(81_204))
    told = only(preview(councils("history"), b"indicator,quarter,value\n" + rows))
    assert told == ("too-many-rows", None, None, "The file has 81,204 rows. A quarter has no more than 5,000.")


@pytest.mark.parametrize("length", [5_001, 200_000])
def test_a_cell_that_is_too_long_is_told_with_its_length(length: int, councils: Callable[[str], Services]) -> None:
    long = content(GOOD).replace(b"Two social workers joined in August.", b"x" * length)
    shown = preview(councils("history"), long)
    assert only(shown) == (
        "cell-too-long", 3, "comment", f"Row 3, comment must be 5,000 characters or less. It has {length:,}."
    )  # fmt: skip
    assert shown.blocked


def test_a_cell_as_long_as_may_be_is_kept(councils: Callable[[str], Services]) -> None:
    long = content(GOOD).replace(b"Two social workers joined in August.", b"x" * 5_000)
    shown = preview(councils("history"), long)
    assert said(shown) == []
    assert shown.changes[1].observation.comment == "x" * 5_000


def test_the_same_bytes_are_refused_once_they_are_published_and_again_welcome_when_withdrawn() -> None:
    services = council(HELD["history"])
    name = "19-already-published.csv"
    first = preview(services, content(name), name)
    services.uploads.publish(first, Decision("A. Officer"))
    again = preview(services, content(name), "renamed.csv")
    assert [(one.code, one.message) for one in again.findings] == [
        ("already-published", "This file was already published on 22 November 2022 (upload 1). No figures have changed.")
    ]  # fmt: skip
    assert again.blocked
    services.uploads.withdraw(1, "Published by mistake.", "A. Officer")
    assert not preview(services, content(name), name).blocked
    services.close()


def test_numerators_without_a_column_of_denominators_are_not_published(councils: Callable[[str], Services]) -> None:
    shown = preview(councils("history"), content(BESIDE_THE_VALUE), BESIDE_THE_VALUE)
    assert shown.blocked
    assert all("denominator" in one.message for one in shown.findings)


# --- several at once ----------------------------------------------------------------------------------------------


def test_six_faults_of_one_file_are_told_in_one_pass_worst_first(councils: Callable[[str], Services]) -> None:
    shown = preview(councils("history"), content("99-six-faults.csv"), "99-six-faults.csv")
    assert said(shown) == [
        ("quarter-is-a-date", 3, "quarter"),
        ("value-differs-from-counts", 5, "value"),
        ("status-not-known", 6, "status"),
        ("excel-error", 7, "value"),
        ("large-change", 8, "value"),
        ("comma-removed", 2, "value"),
    ]
    assert [one.severity for one in shown.findings] == sorted(
        (one.severity for one in shown.findings), key=list(Severity).index
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("+5", "digits-not-0-to-9"),
        ("+1.2E+03", "scientific-number"),
        ("+A1", "formula"),
        ("@SUM(A1)", "formula"),
        ("1.004,5", "decimal-comma"),
        ("83,5%", "decimal-comma"),
        ("#N/A", "excel-error"),
        ("########", "excel-error"),
        ("not available", "value-missing"),
        ("3 [c]", "symbol-with-number"),
        (".5", "not-a-number"),
        ("5 days", "not-a-number"),
        ("½", "not-a-number"),
    ],
)
def test_what_is_no_number_is_told_by_what_it_most_likely_is(text: str, code: str) -> None:
    cell = read_value(text, 3, "value")
    assert [one.code for one in cell.findings] == [code]
    assert (cell.value, cell.absence) == (None, None)


@pytest.mark.parametrize("text", [f"1{' ' * 4_900}q", "1" * 61, "1," * 2_000 + "q", "ﷺ" * 4_900])
def test_a_cell_too_long_for_a_number_is_none_and_is_not_looked_at_further(text: str) -> None:
    (found,) = read_value(text, 3, "value").findings
    assert found.code == "not-a-number"
    assert len(found.message) < 150


def test_no_more_headings_are_spoken_of_than_a_spreadsheet_has_columns(councils: Callable[[str], Services]) -> None:
    wide = b"indicator,quarter,value" + b",extra" * 20_000 + b"\r\nCIN,Q2 2022-23,1004" + b",1" * 20_000
    shown = preview(councils("history"), wide)
    assert [(one.code, one.row) for one in shown.findings if one.blocks] == [("too-many-cells", 2)]
    assert "Row 2 has 20003 cells. It must have 16384." in shown.findings[0].message


@pytest.mark.parametrize(
    ("text", "mark"),
    [("c", "c"), ("C", "c"), ("[c]", "c"), ("*", "c"), ("<5", "c"), ("< 5", "c"), ("z", "z"), ("[z]", "z"), ("x", "x"),
     (":", "x"), ("~", "x"), ("..", "x")],
)  # fmt: skip
def test_the_symbols_in_use_are_read_as_one_of_three_marks(text: str, mark: str) -> None:
    assert read_value(text, 3, "value").absence is Absence(mark)


def test_a_european_decimal_is_given_back_as_it_must_be_entered() -> None:
    (found,) = read_value("1.004,5", 3, "value").findings
    assert found.message == "Row 3, value must use a full stop: 1004.5. It is “1.004,5”."


def test_an_indicator_written_in_small_letters_is_placed_and_is_not_missing(
    councils: Callable[[str], Services],
) -> None:
    shown = preview(councils("history"), content(GOOD).replace(b"TIMELY", b"timely"))
    assert said(shown) == []
    assert shown.changes[1].observation.indicator == "TIMELY"
    assert shown.missing == ()


@pytest.mark.parametrize("comment", ["Improved in Q2 2nd year running.", "In Q1 1st time under 20.", "Up 3 points."])
def test_ordinary_words_about_a_quarter_are_no_postcode(comment: str, councils: Callable[[str], Services]) -> None:
    text = content(GOOD).replace(b"Two social workers joined in August.", comment.encode())
    assert said(preview(councils("history"), text)) == []


@pytest.mark.parametrize(("place", "told"), [("Example Council", True), ("Dorset", False)])
def test_a_comment_on_another_council_is_not_held_against_this_one(
    place: str, told: bool, councils: Callable[[str], Services]
) -> None:
    comment = f"Performance in {place} stood at 85% in the quarter."
    text = content(GOOD).replace(b"Two social workers joined in August.", comment.encode())
    found = {one.code for one in preview(councils("history"), text).findings}
    assert ("narrative-disagrees" in found) is told


# --- the sentences ------------------------------------------------------------------------------------------------

_DOUBLED = re.compile(r"\b(\w+) \1\b", re.IGNORECASE)


def every_message() -> Iterator[tuple[str, str]]:
    made: dict[str, Services] = {name: council(held) for name, held in HELD.items()}
    for case in CASES:
        chosen = quarter(case.chosen) if case.chosen else None
        for one in preview(made[case.held], content(case.file), case.file, chosen).findings:
            yield case.file, one.message
    for one in made.values():
        one.close()


def test_every_sentence_is_one_line_in_the_manner_of_the_house() -> None:
    for file, message in every_message():
        assert message.isprintable(), (file, message)
        assert message == message.strip(), (file, message)
        assert message[-1] in ".?", (file, message)
        assert message[0].isupper() or not message[0].isalpha(), (file, message)
        assert "{" not in message, (file, message)
        assert "None" not in message, (file, message)
        assert "  " not in message, (file, message)
        assert ".." not in message.replace("“..”", ""), (file, message)
        assert not re.search(r"[.?][A-Z]", message.replace(".xlsx", "")), (file, message)
        assert not _DOUBLED.search(message), (file, message)
        assert not re.search(r"\b(?:please|sorry|valid|invalid|error occurred)\b", message, re.IGNORECASE), message


def test_no_sentence_of_any_class_says_please_sorry_valid_or_invalid() -> None:
    for kind in CLASSES.values():
        assert not re.search(r"\b(?:please|sorry|valid|invalid|oops)\b", kind.message, re.IGNORECASE), kind.code


def test_every_preview_of_a_bad_file_is_a_json_document(councils: Callable[[str], Services]) -> None:
    for case in CASES:
        document = import_json(preview(councils(case.held), content(case.file), case.file), None)
        assert json.loads(json.dumps(document))["blocked"] in (True, False)


def test_a_blocked_file_shows_the_figures_that_could_be_read_all_the_same(councils: Callable[[str], Services]) -> None:
    shown = preview(councils("history"), content("38-no-such-quarter.csv"))
    assert [change.observation.indicator for change in shown.changes] == [
        "CIN", "SCHOOL", "REREF_12M", "EXCL", "CLA", "COST",
    ]  # fmt: skip
    assert shown.changes[1].observation.value == Decimal(79)


# --- nothing left out ---------------------------------------------------------------------------------------------


def test_every_class_of_the_catalogue_is_tested() -> None:
    tested = {case.number for case in CASES} | SILENT.keys() | NOT_RUN.keys() | MADE_HERE.keys()
    assert set(range(1, LAST_OF_CATALOGUE + 1)) - tested == set()


def test_every_code_is_told_of_some_file_or_tested_elsewhere_for_a_reason() -> None:
    told = {case.told[0] for case in CASES} | set(MADE_HERE.values()) | set(NOT_RUN.values())
    assert told | ELSEWHERE.keys() == CLASSES.keys()
    assert told & ELSEWHERE.keys() == set()


def test_every_file_of_the_folder_is_used() -> None:
    used = {case.file for case in CASES} | {one for files in SILENT.values() for one in files}
    used |= {GOOD, BESIDE_THE_VALUE, "19-already-published.csv", "99-six-faults.csv"}
    kept = {path.name for path in FOLDER.iterdir() if path.suffix in (".csv", ".pdf", ".xlsx")}
    assert kept == used

"""A table of single faults in the real files: each is one problem that says where it is, as Excel counts rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest

from kpi_core.errors import BundleError, Problem
from kpi_core.shell.home import DATA
from kpi_core.shell.storage import data_files

from .conftest import csv_bytes, problems_in

Files = dict[str, bytes]
Fault = Callable[[Files], object]
OBS, TGT, IND, BEN, CON = "observations.csv", "targets.csv", "indicators.csv", "benchmarks.csv", "conflicts.csv"
FD02 = "exceptions/FD02-2022-23-Q2.md"


def gone(name: str) -> Fault:
    return lambda files: files.pop(name)


def swap(name: str, old: str, new: str | bytes) -> Fault:
    """Change one place of a file; the place must be there, or the test would test nothing."""

    def apply(files: Files) -> None:
        assert old.encode() in files[name], f"{name} no longer holds {old!r}"
        files[name] = files[name].replace(old.encode(), new if isinstance(new, bytes) else new.encode(), 1)

    return apply


def repeat(name: str, row: int) -> Fault:
    """Add a copy of a row at the end of a file."""
    return lambda files: add(name, files[name].splitlines(keepends=True)[row - 1])(files)


def add(name: str, line: bytes) -> Fault:
    return lambda files: files.update({name: files.get(name, b"") + line})


def without(name: str, column: str) -> Fault:
    """Take a whole column out of a file."""

    def apply(files: Files) -> None:
        rows = list(csv.DictReader(io.StringIO(files[name].decode())))
        files[name] = csv_bytes([{key: cell for key, cell in row.items() if key != column} for row in rows])

    return apply


def found_in(*faults: Fault) -> tuple[Problem, ...]:
    files = data_files(DATA)
    for fault in faults:
        fault(files)
    return problems_in(files)


SOURCE = '"Quarterly performance report, Quarter 2 2022-23"'
FAULTS: tuple[tuple[str, Fault, str, int | None, str | None, str], ...] = (
    ("no observations", gone(OBS), OBS, None, None, "missing"),
    ("no targets", gone(TGT), TGT, None, None, "missing"),
    ("no benchmarks", gone(BEN), BEN, None, None, "missing"),
    ("no conflicts", gone(CON), CON, None, None, "missing"),
    ("a needed column gone", without(OBS, "quarter"), OBS, 1, None, "Add the column “quarter”"),
    ("a column nobody knows", swap(OBS, "note,source", "remark,source"), OBS, 1, None, "no column “remark”"),
    ("a number in words", swap(OBS, ",285,", ",many,"), OBS, 2, "value", "not a number"),
    ("digits of another script", swap(OBS, ",285,", ",٢٨٥,"), OBS, 2, "value", "not a number"),
    ("a per cent sign", swap(OBS, ",83.5,", ",83.5%,"), OBS, 10, "value", "not a number"),
    ("104 per cent", swap(OBS, ",98,final", ",104,final"), OBS, 4, "value", "outside 0 to 100"),
    ("below nought per cent", swap(OBS, ",98,final", ",-1,final"), OBS, 4, "value", "outside 0 to 100"),
    ("a figure left empty", swap(OBS, ",98,final", ",,final"), OBS, 4, "value", "It is empty"),
    ("no source", swap(OBS, f",98,final,,,,,,,{SOURCE}", ",98,final,,,,,,,"), OBS, 4, "source", "It is empty"),
    ("no such indicator", swap(OBS, "PCP01,,", "PCP99,,"), OBS, 2, "indicator", "“PCP99” is not in indicators.csv"),
    ("no such area", swap(OBS, "PCP01,,", "PCP01,Leeds,"), OBS, 2, "area", "“Leeds” is not in areas.csv"),
    ("no such quarter", swap(OBS, "Q2 2022-23,285", "Q5 2022-23,285"), OBS, 2, "quarter", "Q5 is not a quarter"),
    ("a quarter Excel changed", swap(OBS, "Q2 2022-23,285", "Sep-22,285"), OBS, 2, "quarter", "single month"),
    ("two figures for one quarter", repeat(OBS, 5), OBS, 26, "quarter", "two figures for Q2 2022-23"),
    ("a revision of nothing", swap(OBS, ",98,final,,,,,", ",98,final,,,,,again"), OBS, 4, "revision_reason", "no earlier"),
    ("an unknown status", swap(OBS, ",98,final", ",98,draft"), OBS, 4, "status", "“draft” is not one of"),
    ("half of the counts", swap(OBS, ",98,final,,", ",98,final,49,"), OBS, 4, "numerator", "both counts, or neither"),
    ("a denominator of 0", swap(OBS, ",98,final,,", ",98,final,0,0"), OBS, 4, "denominator", "is 0"),
    ("counts of another figure", swap(OBS, ",98,final,,", ",98,final,48,50"), OBS, 4, "value", "48 of 50 is 96%"),
    ("a part above its whole", swap(OBS, ",98,final,,", ",98,final,51,50"), OBS, 4, "numerator", "more than the denominator"),
    ("a count with a fraction", swap(OBS, ",98,final,,", ",98,final,49.5,50"), OBS, 4, "numerator", "whole number"),
    ("a cell too few", swap(OBS, "PCP03,,Q2", "PCP03,Q2"), OBS, 4, None, "It has 11 cells and must have 12"),
    ("a comma without quotes", swap(OBS, "PCP03,,Q2", "PCP03,,,Q2"), OBS, 4, None, "It has 13 cells and must have 12"),
    ("a quote never closed", swap(OBS, "PCP04,,", '"PCP04,,'), OBS, 5, None, "cannot be read as CSV"),
    ("a target in words", swap(TGT, ",95,", ",high,"), TGT, 2, "value", "not a number"),
    ("a target of nothing", swap(TGT, ",95,", ",,"), TGT, 2, "value", "Enter a target"),
    ("a target of 104 per cent", swap(TGT, ",95,", ",104,"), TGT, 2, "value", "outside 0 to 100"),
    ("a level better than its target", swap(TGT, "88,,,,,,", "88,,,,,90,"), TGT, 6, None, "better side"),
    ("a tolerance without its kind", swap(TGT, "88,,,,,,", "88,,,5,,,"), TGT, 6, None, "needs its kind"),
    ("a tolerance of an unknown kind", swap(TGT, "88,,,,,,", "88,,,5,yards,,"), TGT, 6, "tolerance_kind", "“yards”"),
    ("a band for a value", swap(TGT, "88,,,,,,", ",80,90,,,,"), TGT, 6, None, "good values form a band"),
    ("two targets from one quarter", repeat(TGT, 6), TGT, 9, "from_quarter", "two targets from Q2 2022-23"),
    ("a target for no indicator", swap(TGT, "FD01", "FD09"), TGT, 6, "indicator", "“FD09”"),
    ("a target of no quarter", swap(TGT, "Q2 2022-23", "2022-23"), TGT, 2, "from_quarter", "whole year"),
    ("an indicator twice", repeat(IND, 2), IND, 17, "code", "appears twice"),
    ("an indicator of no area", swap(IND, "foster carers,\n", "foster carers,Leeds\n"), IND, 2, "areas", "“Leeds”"),
    ("a benchmark in words", swap(BEN, ",23.1,", ",some,"), BEN, 2, "value", "not a number"),
    ("a benchmark's year as a word", swap(BEN, "2021-03-31", "March 2021"), BEN, 2, "year_end", "must be a date"),
    ("a benchmark of no indicator", swap(BEN, "FD02", "FD09"), BEN, 2, "indicator", "“FD09”"),
    ("a conflict about something else", swap(CON, ",outturn,", ",weather,"), CON, 2, "subject", "“weather”"),
    ("another figure left out", swap(CON, ",outturn,64,", ",outturn,,"), CON, 2, "value", "needs the other figure"),
    ("a date without dashes", swap(BEN, "2021-03-31", "20210331"), BEN, 2, "year_end", "must be a date"),
    ("a setting nobody knows", swap("settings.csv", "made_up", "colour"), "settings.csv", 4, "setting", "“colour”"),
    ("a report without its facts", swap(FD02, "---\n", ""), FD02, None, None, "between two lines of three dashes"),
    ("a report without a section", swap(FD02, "## Legal implications\n", ""), FD02, None, None, "in this order"),
    ("a section of another name", swap(FD02, "## Legal", "## Lawful"), FD02, None, None, "in this order"),
    ("a report in an unknown state", swap(FD02, "submitted", "finished"), FD02, None, "state", "“finished”"),
    ("a report that says it is missing", swap(FD02, "submitted", "missing"), FD02, None, "state", "“missing”"),
    ("an approval by nobody", swap(FD02, "state: submitted", "state: approved"), FD02, None, None, "needs approved_by"),
    ("a report's line too long", swap(FD02, "escalate.", "escalate" * 20), FD02, None, None, "longer than 160"),
    ("a report with an unknown fact", swap(FD02, "description:", "weather:"), FD02, None, None, "“weather”"),
    ("a report of no indicator", swap(FD02, "indicator: FD02", "indicator: FD09"), FD02, None, "indicator", "“FD09”"),
    ("a report of no quarter", swap(FD02, "quarter: Q2 2022-23", "quarter: Q2"), FD02, None, "quarter", "no year"),
    ("a report's outturn in words", swap(FD02, "outturn: 26.5", "outturn: high"), FD02, None, "outturn", "not a number"),
    ("a report's state left empty", swap(FD02, "state: submitted", "state:"), FD02, None, "state", "It is empty"),
    ("a report not in UTF-8", swap(FD02, "NICE", b"NIC\xc9"), FD02, None, None, "UTF-8"),
    ("figures not in UTF-8", swap(OBS, "increase", b"incr\xe9ase"), OBS, None, None, "UTF-8"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "file", "row", "column", "told"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS]
)
def test_a_single_fault_is_one_problem_that_says_where_it_is(
    fault: Fault, file: str, row: int | None, column: str | None, told: str
) -> None:
    found = found_in(fault)
    assert [(p.file, p.row, p.column) for p in found] == [(f"data/{file}", row, column)], [str(p) for p in found]
    assert told in found[0].message
    assert found[0].message.endswith(".")


@pytest.mark.parametrize(
    ("file", "fault"),
    [
        ("settings.csv", gone("settings.csv")),
        ("areas.csv", gone("areas.csv")),
        (IND, gone(IND)),
        (IND, swap(IND, ",percent,1,low,quarter,", ",per cent,1,low,quarter,")),
        (IND, swap(IND, "Front Door and Early Help,percent", ",percent")),
        (IND, swap(IND, "yes,Generally falls", "maybe,Generally falls")),
        (IND, swap(IND, "Rises after", b"Rises\xff after")),
    ],
    ids=["no settings", "no areas", "no register", "a bad unit", "no category", "neither yes nor no", "not UTF-8"],
)
def test_a_fault_of_the_register_is_told_once_and_not_again_by_every_file_that_names_it(
    file: str, fault: Fault
) -> None:
    assert [p.file for p in found_in(fault)] == [f"data/{file}"]


LEGAL = "## Legal implications\n"


@pytest.mark.parametrize(
    ("file", "fault"),
    [
        (BEN, repeat(BEN, 2)),
        ("areas.csv", add("areas.csv", b"BCP,Somewhere else\n")),
        ("settings.csv", add("settings.csv", b"council,Another\n")),
        (IND, swap(IND, "foster carers,\n", "foster carers,BCP BCP\n")),
        (OBS, swap(OBS, "series_break,", "note,")),
        ("exceptions/second.md", add("exceptions/second.md", data_files(DATA)[FD02])),
        (FD02, swap(FD02, LEGAL, f"{LEGAL}\nLost.\n\n{LEGAL}")),
        (FD02, swap(FD02, "target: 20\n", "target: 20\ntarget: 22\n")),
    ],
    ids=["benchmark", "area", "setting", "area of an indicator", "column", "report", "section", "fact of a report"],
)
def test_what_is_given_twice_is_one_problem_and_neither_is_dropped_in_silence(file: str, fault: Fault) -> None:
    assert [p.file for p in found_in(fault)] == [f"data/{file}"]


def test_all_faults_are_reported_in_one_pass() -> None:
    names = ("no such indicator", "a figure left empty", "a target in words", "a benchmark in words",
             "a conflict about something else", "a report's line too long", "a report of no quarter")  # fmt: skip
    chosen = [fault for fault in FAULTS if fault[0] in names]
    assert len(chosen) == len(names)
    found = {(p.file, p.row, p.column) for p in found_in(*(fault[1] for fault in chosen))}
    assert found == {(f"data/{file}", row, column) for _, _, file, row, column, _ in chosen}


def test_a_faultless_bundle_has_no_problem_and_no_error_is_made_without_one() -> None:
    assert found_in() == ()
    with pytest.raises(IndexError):
        BundleError(())

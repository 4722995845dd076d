"""Files that nobody here wrote, through the mappings named after their folders: each loads whole or is refused and says why.

What the store then holds is compared, figure by figure, with a reading of the file that is this module's own.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kpi_core.__main__ import main
from kpi_core.intake import GivenFile, read_mapping
from kpi_core.model import Absence, Observation
from kpi_core.periods import Quarter
from kpi_core.shell.export.csv_file import render
from kpi_core.shell.home import DATA
from kpi_core.shell.services import Services
from kpi_core.shell.storage.mirror import folder_of
from kpi_core.showing import Circumstances, findings_table
from kpi_core.showing.as_json import scorecard_json

from ..conftest import NOW, SHARED, shared_file
from ..mappings import mapping, path_of, text_of

Json = dict[str, Any]
Place = tuple[str, str, Quarter]
"""Area, indicator, quarter."""
Held = tuple[Decimal | None, str | None, int | None, int | None]
"""The figure, the mark where there is none, both counts."""

LGBF = ("lgbf-quarterly", "Indicator Data - Real - Quarterly.csv")
TRAFFORD = ("trafford-planning", "planning_applications_major.csv")
SERVICES = ("transactions-fixture", "services-test.csv")
SIMPLE = ("ees-fixtures", "financial_year_simple.csv")
ANNUAL = ("rereferrals-2025", "c1_children_in_need_referrals_and_rereferrals_2013_to_2025.csv")


# --- this module's own reading of the files ------------------------------------------------------------------------


def rows_of(file: tuple[str, str]) -> list[dict[str, str]]:
    with shared_file("real-data", *file).open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def lgbf() -> dict[Place, Held]:
    found: dict[Place, Held] = {}
    for row in rows_of(LGBF):
        year, number = row["Period"].split(";Q")
        key = (row["LocalAuthority"], row["Code"], Quarter(int(year[:4]), int(number)))
        part, whole = (int(Decimal(row[name])) for name in ("Numerator", "Denominator"))
        found[key] = (
            (None, "z", None, None) if (part, whole) == (0, 0) else (Decimal(row["Value"]) * 100, None, part, whole)
        )
    return found


def trafford() -> dict[Place, Held]:
    found: dict[Place, Held] = {}
    for row in rows_of(TRAFFORD):
        year, number = row["period"].split(" Q")
        found[row["area_code"], "PLAN13", Quarter(int(year[:4]), int(number))] = (
            Decimal(row["value"]),
            None,
            None,
            None,
        )
    return found


MEASURES = {
    "Vol.": "TX_VOLUME", "CPT (£)": "TX_COST", "Digital vol.": "TX_DIGITAL_VOLUME", "Digital CPT (£)": "TX_DIGITAL_COST",
    "Completion rate": "TX_COMPLETION", "User satisfaction": "TX_SATISFACTION",
}  # fmt: skip


def services_by_calendar_quarter() -> dict[Place, Held]:
    found: dict[Place, Held] = {}
    for row in rows_of(SERVICES):
        for heading, text in row.items():
            match = re.fullmatch(r"(\d{4})-Q([1-4]) (.+)", heading)
            if match and text:
                year, number = int(match[1]), int(match[2])
                when = Quarter(year - 1, 4) if number == 1 else Quarter(year, number - 1)
                found[row["Name of service"], MEASURES[match[3]], when] = (
                    Decimal(text.replace(",", "")),
                    None,
                    None,
                    None,
                )
    return found


def simple() -> dict[Place, Held]:
    found: dict[Place, Held] = {}
    for row in rows_of(SIMPLE):
        match = re.fullmatch(r"Financial year Q([1-4])", row["time_identifier"])
        if match:
            when = Quarter(int(row["time_period"][:4]), int(match[1]))
            found[row["country_code"], "ADMISSIONS", when] = (Decimal(row["admission_numbers"]), None, None, None)
    return found


LOADING = {LGBF: lgbf, TRAFFORD: trafford, SERVICES: services_by_calendar_quarter, SIMPLE: simple}
COUNTS = {LGBF: (1339, 2, 32, 21), TRAFFORD: (221, 1, 17, 13), SERVICES: (45, 4, 8, 2), SIMPLE: (4, 1, 1, 4)}
"""Figures, indicators, areas and quarters of each file that loads."""


# --- the command line over a database of the test's own ------------------------------------------------------------


@pytest.fixture
def own(tmp_path: Path, db: Path) -> Path:
    """A copy of the council's database with its second copy."""
    path = tmp_path / db.name
    shutil.copy(db, path)
    shutil.copytree(folder_of(db), folder_of(path))
    return path


class Told:
    """What one command told."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    @property
    def json(self) -> Json:
        found: Json = json.loads(self.out)
        return found


@pytest.fixture
def run(own: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a command in this process against ``own``."""
    monkeypatch.delenv("KPI_DATA", raising=False)

    def command(*arguments: str | Path) -> Told:
        status = main(["--db", str(own), *map(str, arguments)])
        told = capsys.readouterr()
        return Told(status, told.out, told.err)

    return command


def given(run: Any, file: tuple[str, str], *arguments: str, through: str | None = None) -> Told:
    told = run("import", shared_file("real-data", *file), "--mapping", path_of(through or file[0]), *arguments)
    assert isinstance(told, Told)
    return told


PUBLISH = ("--publish", "--confirm-warnings", "--by", "A. Officer")


@contextmanager
def opened(path: Path) -> Iterator[Services]:
    services = Services.open(path, DATA)
    yield services
    services.close()


def everything(own: Path, expected: Collection[Place]) -> dict[Place, Observation]:
    """Every figure that the store holds of these areas and indicators."""
    with opened(own) as services:
        return {
            (area, code, one.quarter): one
            for area, code in {place[:2] for place in expected}
            for one in services._records.area(area).series(code)
        }


def as_held(one: Observation) -> Held:
    return one.value, one.absence, one.numerator, one.denominator


def home_card(services: Services) -> Json:
    card = services.scorecard("Q2 2022-23")
    return scorecard_json(card, card)


# --- files that load -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", LOADING, ids=lambda file: file[0])
def test_without_publish_a_real_file_is_shown_whole_and_nothing_is_written(file: tuple[str, str], run: Any) -> None:
    told = given(run, file, "--json")
    assert (told.status, told.err) == (0, "")
    found = told.json
    assert (found["file"], found["holds"], found["blocked"], found["published"], found["upload_id"]) == (
        file[1], "figures", False, False, None)  # fmt: skip
    changes = found["changes"]
    counted = len(changes), *(len({one[key] for one in changes}) for key in ("code", "area", "quarter"))
    assert counted == COUNTS[file]
    assert {(one["kind"], one["from"], one["rating_from"]) for one in changes} == {("new", None, None)}
    assert found["missing"] == []
    assert run("uploads", "--json").json == {"as_at": None, "uploads": []}
    assert run("scorecard", "--json").json["area"] == "BCP"


@pytest.mark.parametrize("file", LOADING, ids=lambda file: file[0])
def test_every_figure_held_of_a_real_file_is_the_files_own(file: tuple[str, str], run: Any, own: Path) -> None:
    expected = LOADING[file]()
    assert len(expected) == COUNTS[file][0]
    with opened(own) as services:
        before, areas_before, register_before = home_card(services), services.areas(), services.register()
    told = given(run, file, *PUBLISH, "--json")
    assert (told.status, told.json["published"], told.json["upload_id"]) == (0, True, 1)
    areas = {area for area, _, _ in expected}
    held = everything(own, expected)
    assert {place: as_held(one) for place, one in held.items()} == expected
    assert not any("E" in str(one.value) for one in held.values())
    with opened(own) as services:
        assert {one.source for one in held.values()} == {f"{file[1]} (upload 1)"}
        assert not any(one.provisional or one.revised for one in held.values())
        assert home_card(services) == before
        assert set(services.areas()) == areas | {"BCP"}
        codes = {code for _, code, _ in expected}
        for area in areas:
            latest = max(when for where, _, when in expected if where == area)
            card = services.scorecard(latest.text, area)
            assert {row.indicator.code for row in card.rows} <= codes
            assert {row.indicator.code for row in card.rows if row.observation is not None} == {
                code for where, code, when in expected if (where, when) == (area, latest)}  # fmt: skip
    withdrawn = run("withdraw", "1", "--reason", "Loaded to try it out.", "--by", "A. Officer", "--json")
    assert withdrawn.status == 0
    assert (len(withdrawn.json["taken_back"]), withdrawn.json["left_standing"]) == (len(expected), [])
    with opened(own) as services:
        assert (services.areas(), services.register(), home_card(services)) == (areas_before, register_before, before)
    again = given(run, file, *PUBLISH, "--json")
    assert (again.status, again.json["upload_id"]) == (0, 2)
    assert {place: as_held(one) for place, one in everything(own, expected).items()} == expected
    with opened(own) as services:
        assert services.verify().problems == ()


@pytest.mark.parametrize("file", LOADING, ids=lambda file: file[0])
def test_a_real_file_a_second_time_is_refused_by_the_upload_that_gave_it(file: tuple[str, str], run: Any) -> None:
    assert given(run, file, *PUBLISH).status == 0
    told = given(run, file, *PUBLISH, "--json")
    assert (told.status, told.json["blocked"], told.json["published"]) == (1, True, False)
    (one,) = told.json["problems"]
    assert one["code"] == "already-published"
    assert "(upload 1)" in one["message"]


@pytest.mark.parametrize("file", LOADING, ids=lambda file: file[0])
def test_a_real_files_warnings_must_be_confirmed(file: tuple[str, str], run: Any) -> None:
    told = given(run, file, "--publish", "--by", "A. Officer", "--json")
    assert (told.status, told.json["published"], told.json["blocked"]) == (1, False, False)
    assert told.err.startswith("Nothing was published: ")
    assert "not confirmed" in told.err
    assert "indicators-added" in told.err
    assert told.err.count("\n") == 1
    assert run("uploads", "--json").json == {"as_at": None, "uploads": []}


def test_councils_that_did_not_report_a_quarter_have_gaps_there_and_no_zero(run: Any, own: Path) -> None:
    expected = lgbf()
    quarters = [Quarter(2018, 1) + later for later in range(21)]
    areas, codes = ({place[part] for place in expected} for part in (0, 1))
    absent = {(area, code, when) for area in areas for code in codes for when in quarters} - expected.keys()
    assert len(absent) == 2 * 32 * 21 - 1339
    given(run, LGBF, *PUBLISH)
    with opened(own) as services:
        for area, code, when in absent:
            row = services.scorecard(when.text, area).row(code)
            assert (row.observation, row.absence) == (None, Absence.NOT_REPORTED)
            assert (row.rated.shown, row.rated.rating.value) == (None, "no_data")


def test_nothing_of_nothing_is_does_not_apply_and_is_warned_by_its_row(run: Any, own: Path) -> None:
    found = given(run, LGBF, "--json").json
    (warned,) = (one for one in found["problems"] if one["code"] == "nothing-of-nothing")
    numbered = list(enumerate(rows_of(LGBF), 2))
    (row,) = (number for number, row in numbered if Decimal(row["Denominator"]) == 0)
    assert (warned["severity"], warned["row"]) == ("warn", row)
    assert "0 of 0 is read as z (does not apply)" in warned["message"]
    (change,) = (one for one in found["changes"] if one["to"] == "z")
    assert change["rating_to"] == "no_data"
    given(run, LGBF, *PUBLISH)
    with opened(own) as services:
        assert services.scorecard(change["quarter"], change["area"]).row(change["code"]).display == "[z]"


def test_rounded_counts_block_nothing_and_exact_ones_would(run: Any, own: Path, tmp_path: Path) -> None:
    found = given(run, LGBF, "--json").json
    assert [one for one in found["problems"] if one["severity"] == "block"] == []
    text = text_of("lgbf-quarterly")
    exact = [line for line in text.splitlines() if not line.startswith("counts_rounded_to")]
    content = shared_file("real-data", *LGBF).read_bytes()
    with opened(own) as services:
        strict = services.uploads.preview(GivenFile(content, "f.csv", read_mapping("\n".join(exact), "exact")))
    assert {one.code for one in strict.findings if one.blocks} == {
        "value-differs-from-counts", "numerator-more-than-denominator", "value-beside-nothing"}  # fmt: skip


def test_calendar_quarters_are_placed_in_the_financial_year_and_services_are_areas(run: Any, own: Path) -> None:
    given(run, SERVICES, *PUBLISH)
    with opened(own) as services:
        first = services.scorecard("Q3 2012-13", "Service 1").row("TX_VOLUME")
        assert (first.display, first.quarter.months) == ("6,400,000", "October to December 2012")
        assert services.scorecard("Q4 2012-13", "Service 1").row("TX_VOLUME").display == "4,820,000"
        assert services.scorecard("Q4 2012-13", "Service 3").row("TX_VOLUME").observation is None
        assert [row.indicator.code for row in services.scorecard("Q3 2012-13", "Service 3").rows] == ["TX_VOLUME"]


def test_rows_that_span_quarters_are_left_out_each_with_its_warning(run: Any) -> None:
    found = given(run, SIMPLE, "--json").json
    left = [one for one in found["problems"] if one["code"] == "several-quarters-left-out"]
    assert [(one["row"], one["severity"], one["found"]) for one in left] == [
        (row, "warn", f"201718 Financial year Q{span}") for row, span in enumerate(("1-2", "1-3", "1-4", "2-4", "3-4"), 6)]  # fmt: skip
    assert all(one["message"].endswith("covers several quarters, so the row will be left out.") for one in left)
    assert [(one["quarter"], one["to"]) for one in found["changes"]] == [
        ("Q1 2017-18", "712196"), ("Q2 2017-18", "768763"), ("Q3 2017-18", "825330"), ("Q4 2017-18", "881897")]  # fmt: skip


@pytest.mark.parametrize("file", [LGBF, TRAFFORD], ids=lambda file: file[0])
def test_a_long_list_of_one_warning_keeps_no_other_out_of_sight(file: tuple[str, str], run: Any) -> None:
    found = given(run, file, "--json").json
    lines = given(run, file).out.splitlines()
    assert len(lines) < 70
    for code in {one["code"] for one in found["problems"]}:
        assert any(f" {code}: " in line for line in lines), code
    jumps = sum(one["code"] == "large-change" for one in found["problems"])
    assert jumps > 50
    shown = sum(" large-change: " in line for line in lines)
    assert f"  and {jumps - shown} more of large-change" in lines


def test_jumps_within_history_are_confirmed_together_and_can_all_be_taken_away(own: Path) -> None:
    content = shared_file("real-data", *LGBF).read_bytes()
    with opened(own) as services:
        preview = services.uploads.preview(GivenFile(content, "f.csv", mapping("lgbf-quarterly")))
    assert preview.to_confirm == ("indicators-added", "areas-added", "large-change", "nothing-of-nothing")
    table = findings_table(preview.findings, "f.csv", Circumstances("Example Council", False, NOW))
    rows = list(csv.reader(render(table).decode("utf-8-sig").splitlines()))
    assert len([row for row in rows if row[-1:] == ["large-change"]]) > 100


# --- files that are refused ----------------------------------------------------------------------------------------


Problem = tuple[str, int | None, str]
"""Code, row, words of the message."""
YEARS = "a financial year must be two years in a row"
WHOLE = "is a whole year. Enter one quarter"
ANNUAL_WORDS = "no quarter is worked out from a year"
REFUSED: dict[str, list[Problem]] = {
    "6digit_dodgy.csv": [
        ("years-not-in-a-row", 2, f"{YEARS}, like 2022-23. It is “201820 Calendar year”"), ("years-not-in-a-row", 3, YEARS),
        ("whole-year", 4, WHOLE), ("years-not-in-a-row", 5, YEARS), ("whole-year", 6, WHOLE)],
    "7digit_iffy.csv": [("quarter-not-readable", row, "enter the quarter") for row in range(2, 7)],
    "all_year_identifier_blank.csv": [("quarter-missing", row, "enter the quarter, like Q2 2022-23") for row in range(2, 10)],
    "case_sensitive_locations.csv": [("annual-figures", None, ANNUAL_WORDS)],
    "decimal_places_test.csv": [("missing-column", None, "Add the column “admission_numbers”."), ("annual-figures", None, ANNUAL_WORDS)],
    "escaped_commas.csv": [("annual-figures", None, ANNUAL_WORDS)],
    "financial_year_duplicate_gaps.csv": [("two-figures-for-one-quarter", 5, "825,330 (row 4) and 825,331 (row 5). Keep one.")],
    "tax_year_simple.csv": [("quarter-not-readable", row, "Tax year Q") for row in range(2, 11)],
}  # fmt: skip


def test_every_fixture_of_the_education_statistics_is_spoken_of_here() -> None:
    folder = SHARED / "real-data" / "ees-fixtures"
    if not folder.is_dir():
        pytest.skip("NOT CHECKED: ../shared/real-data/ees-fixtures is not beside this repository")
    assert {path.name for path in folder.iterdir()} == {*REFUSED, SIMPLE[1]}


@pytest.mark.parametrize("name", REFUSED)
def test_a_fixture_that_does_not_hold_quarters_is_refused_by_its_rows(name: str, run: Any) -> None:
    told = given(run, ("ees-fixtures", name), *PUBLISH, "--json")
    found = told.json
    assert (told.status, found["blocked"], found["published"], found["upload_id"]) == (1, True, False, None)
    assert told.err.startswith("Nothing was published: ")
    blocks = [one for one in found["problems"] if one["severity"] == "block"]
    expected = REFUSED[name]
    assert [one["code"] for one in blocks] == [code for code, _, _ in expected]
    for one, (_, row, words) in zip(blocks, expected, strict=True):
        assert row is None or one["row"] == row
        assert words in one["message"]
        assert row is None or one["message"].startswith(f"Row {row}, time_period and time_identifier: ") or row == 5
    assert run("uploads", "--json").json == {"as_at": None, "uploads": []}
    assert run("scorecard", "--json").json["area"] == "BCP"


def test_the_same_quarter_twice_blocks_where_the_figures_differ_and_is_noted_where_they_agree(run: Any) -> None:
    found = given(run, ("ees-fixtures", "financial_year_duplicate_gaps.csv"), "--json").json
    (one,) = (each for each in found["problems"] if each["severity"] == "block")
    assert one["message"] == (
        "“Admission numbers” has two figures for January to March 2018 (Q4 2017-18): 825,330 (row 4) and 825,331 (row 5). Keep one."
    )
    (noted,) = (each for each in found["problems"] if each["severity"] == "note")
    assert noted["message"] == "Row 3 repeats row 2 and was ignored."


def test_annual_figures_are_refused_as_observations_and_it_is_said_once(run: Any) -> None:
    told = given(run, ANNUAL, *PUBLISH, "--json")
    found = told.json
    assert (told.status, found["blocked"], found["published"], found["changes"]) == (1, True, False, [])
    assert found["problems"][0] == {
        "code": "annual-figures", "severity": "block", "row": 2, "column": "time_period and time_identifier",
        "found": "2025 Reporting year",
        "message": "The file holds annual figures (“2025 Reporting year”), one for each whole year. They are comparators and cannot be "
        "published as quarterly figures: no quarter is worked out from a year.",
    }  # fmt: skip
    assert not any(one["code"] == "whole-year" for one in found["problems"])
    assert run("uploads", "--json").json == {"as_at": None, "uploads": []}


def test_what_is_refused_is_told_to_people_in_a_screenful(run: Any) -> None:
    for file in (ANNUAL, *(("ees-fixtures", name) for name in REFUSED)):
        told = given(run, file)
        assert told.status == 1
        assert told.out.rstrip().endswith("Blocked: correct the file and check it again.")
        assert len(told.out.splitlines()) < 30


def test_a_real_file_through_another_files_mapping_is_refused_by_its_headings(run: Any) -> None:
    told = given(run, TRAFFORD, "--json", through="lgbf-quarterly")
    assert told.status == 1
    blocks = [one["message"] for one in told.json["problems"] if one["severity"] == "block"]
    assert blocks == [
        f"Add the column “{name}”."
        for name in ("Code", "Period", "Value", "Numerator", "Denominator", "LocalAuthority")
    ]


def test_a_real_file_without_its_mapping_is_not_taken_for_the_template(run: Any) -> None:
    for file in (TRAFFORD, LGBF):
        told = run("import", shared_file("real-data", *file), "--json")
        assert told.status == 1
        assert told.json["blocked"] is True

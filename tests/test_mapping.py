"""Which column of a file is what: by the template's headings, and through mappings, some of them for real files."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from kpi_core.errors import PeriodError
from kpi_core.intake import (
    TEMPLATE_COLUMNS,
    ColumnMapping,
    Mapped,
    MappingError,
    Raw,
    Sheet,
    guess,
    read_mapping,
    through,
    wanting,
    write_mapping,
)
from kpi_core.intake.column_mapping import FIELDS
from kpi_core.intake.fields import QUARTER_FAULTS, as_template
from kpi_core.intake.problems import CLASSES
from kpi_core.model import Basis, Polarity, Unit
from kpi_core.periods import quarter

from .conftest import shared_file
from .mappings import NAMES, mapping

LONG = ColumnMapping("p", columns={"indicator": ("Code",), "quarter": ("Period",), "value": ("Value",)})
WIDE = ColumnMapping(
    "w", shape="wide", columns={"area_name": ("Service",)}, measures={"Vol.": "V", "Digital vol.": "D"}
)


def sheet(headings: Sequence[str], *records: Sequence[str], first: int = 2) -> Sheet:
    """A sheet whose records begin in row ``first``."""
    rows = tuple((number, tuple(cells)) for number, cells in enumerate(records, first))
    return Sheet(tuple(headings), rows, (), unreadable=False)


def sheet_of(path: Path) -> Sheet:
    """A real file as it stands, without the checks of its text."""
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    return sheet(rows[0], *rows[1:])


def told(mapped: Mapped) -> list[str]:
    return [one.message for one in mapped.findings]


def codes(mapped: Mapped) -> list[str]:
    return [one.code for one in mapped.findings]


# --- the template -------------------------------------------------------------------------------------------------


def test_the_template_is_read_field_by_field_with_its_row_and_without_a_word() -> None:
    cells = ("A1", "Plans", "percent", "Q2 2022-23", " 83.5 ", "501", "600", "final", "Fine", "90", "80")
    mapped = as_template(sheet(TEMPLATE_COLUMNS, cells))
    assert mapped.findings == ()
    assert mapped.rows == [Raw(2, "value", *(cell.strip() for cell in cells), "", "", "")]
    assert mapped.columns == {name: name for name in TEMPLATE_COLUMNS}


def test_the_fields_of_a_row_stand_in_the_order_of_the_fields() -> None:
    assert Raw._fields == ("row", "column", *FIELDS)


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Indicator ID", "indicator"),
        ("indicator_code", "indicator"),
        ("  KPI ", "indicator"),
        ("Financial  Quarter", "quarter"),
        ("PERIOD", "quarter"),
        ("Outturn", "value"),
        ("Value", "value"),
    ],
)
def test_a_heading_whose_meaning_is_plain_is_mended_and_said(heading: str, field: str) -> None:
    headings = [heading if name == field else name for name in ("indicator", "quarter", "value")]
    mapped = as_template(sheet(headings, ["A1", "Q2 2022-23", "5"]))
    assert told(mapped) == [f"Column “{' '.join(heading.split())}” read as “{field}”."]
    assert mapped.rows[0][2:7] == ("A1", "", "", "Q2 2022-23", "5")
    assert mapped.columns[field] == heading.strip()


def test_the_last_quarter_is_the_same_with_spaces_dashes_or_underscores() -> None:
    for heading in ("Last quarter", "last-quarter", "LAST_QUARTER"):
        mapped = as_template(sheet(["indicator", "quarter", "value", heading], ["A1", "Q1", "5", "4"]))
        assert codes(mapped) == ["heading-mended"]
        assert mapped.rows[0].last_quarter == "4"


def test_an_area_is_understood_where_it_is_given() -> None:
    mapped = as_template(sheet(["indicator", "area", "quarter", "value"], ["A1", "BCP", "Q1 2022-23", "5"]))
    assert (mapped.findings, mapped.rows[0].area) == ((), "BCP")


def test_a_column_of_no_field_is_left_out_once_confirmed() -> None:
    mapped = as_template(sheet(["indicator", "quarter", "value", "Comment2"], ["A1", "Q1 2022-23", "5", "x"]))
    assert told(mapped) == ["Column “Comment2” is not in the template and will be left out."]
    assert (mapped.findings[0].row, mapped.findings[0].column) == (1, "Comment2")


def test_a_field_in_two_columns_blocks_and_the_first_is_read() -> None:
    mapped = as_template(sheet(["indicator", "quarter", "value", "Outturn"], ["A1", "Q1 2022-23", "5", "6"]))
    assert told(mapped) == ["The column “value” appears twice. Keep one."]
    assert mapped.rows[0].value == "5"


def test_columns_without_a_heading_are_another_check_s_business() -> None:
    assert as_template(sheet(["indicator", "", "quarter", " ", "value"], ["A1", "x", "Q1", "y", "5"])).findings == ()


@pytest.mark.parametrize(
    ("headings", "missing"),
    [
        (["indicator", "quarter"], ["value"]),
        (["indicator", "quarter", "numerator"], ["denominator"]),
        (["indicator", "quarter", "denominator"], ["numerator"]),
        (["indicator", "quarter", "numerator", "denominator"], []),
        (["quarter", "value"], ["indicator"]),
        (["indicator", "value", "numerator"], ["quarter", "denominator"]),
        (["indicator", "quarter", "value", "denominator"], ["numerator"]),
    ],
)
def test_only_the_columns_that_are_needed_are_asked_for(headings: list[str], missing: list[str]) -> None:
    mapped = as_template(sheet(headings, ["1"] * len(headings)))
    assert told(mapped) == [f"Add the column “{name}”." for name in missing]
    assert len(mapped.rows) == 1


@pytest.mark.parametrize("headings", [["Name", "Age"], ["indicator"], ["", " "], [], ["value", "numerator", "note"]])
def test_a_file_of_something_else_is_said_to_be_so_and_nothing_more(headings: list[str]) -> None:
    mapped = as_template(sheet(headings, ["1"] * len(headings)))
    assert codes(mapped) == ["not-the-template"]
    assert (mapped.rows, mapped.findings[0].row) == ([], 1)


def test_a_sheet_that_could_not_be_read_gives_nothing() -> None:
    unread = Sheet((), (), (), unreadable=True)
    assert as_template(unread) == through(unread, LONG) == Mapped([], (), {})


# --- long files through a profile ---------------------------------------------------------------------------------


def test_a_long_file_gives_a_figure_a_record_from_the_columns_that_are_named() -> None:
    mapped = through(sheet([" Code ", "x", "Period", "Value"], ["A1", "?", "Q1 2022-23", " 5 "]), LONG)
    assert mapped.findings == ()
    assert mapped.rows == [Raw(2, "Value", "A1", "", "", "Q1 2022-23", "5", *[""] * 9)]
    assert mapped.columns == {"indicator": "Code", "quarter": "Period", "value": "Value"}


def test_records_with_nothing_in_the_named_columns_are_skipped() -> None:
    mapped = through(sheet(["Code", "x", "Period", "Value"], ["", "note", " ", ""], ["A1", "", "Q1", "5"]), LONG)
    assert [one.row for one in mapped.rows] == [3]


def test_a_named_heading_that_is_not_there_or_there_twice_blocks_and_the_rest_is_read() -> None:
    mapped = through(sheet(["Code", "Value", "Value"], ["A1", "5", "6"], first=4), _with(LONG, headings_row=3))
    assert told(mapped) == ["Add the column “Period”.", "The column “Value” appears twice. Keep one."]
    assert [one.row for one in mapped.findings] == [3, 3]
    assert (mapped.rows[0].row, mapped.rows[0].value, mapped.rows[0].quarter) == (4, "5", "")


def test_a_heading_is_matched_as_it_is_written() -> None:
    assert codes(through(sheet(["code", "Period", "Value"], ["A1", "Q1", "5"]), LONG)) == ["missing-column"]


def test_two_columns_are_one_quarter() -> None:
    mapping = _with(LONG, columns={**LONG.columns, "quarter": ("year", "part")})
    mapped = through(sheet(["part", "year", "Code", "Value"], ["Financial year Q1", "201718", "A1", "5"]), mapping)
    assert quarter(mapped.rows[0].quarter) == quarter("Q1 2017-18")
    assert mapped.columns["quarter"] == "year and part"


def test_of_an_area_s_columns_the_first_with_text_counts() -> None:
    mapping = _with(LONG, columns={**LONG.columns, "area": ("la", "region", "country")})
    headings = ["Code", "Period", "Value", "country", "region", "la"]
    rows = [["A1", "Q1", "5", "E", "N", "L"], ["A1", "Q1", "5", "E", "N", ""], ["A1", "Q1", "5", "E", "", ""]]
    assert [one.area for one in through(sheet(headings, *rows), mapping).rows] == ["L", "N", "E"]


def test_fixed_text_stands_where_there_is_no_column_or_no_text() -> None:
    mapping = _with(LONG, columns={**LONG.columns, "area": ("Area",)}, fixed={"status": "final", "area": "BCP"})
    headings = ["Code", "Period", "Value", "Area"]
    mapped = through(sheet(headings, ["A1", "Q1", "5", ""], ["A1", "Q1", "5", "Y"], ["", "", "", ""]), mapping)
    assert [(one.area, one.status) for one in mapped.rows] == [("BCP", "final"), ("Y", "final")]
    assert "status" not in mapped.columns


def test_names_for_indicators_areas_and_ratings_are_turned_into_what_is_held_and_others_kept() -> None:
    mapping = _with(
        LONG,
        columns={**LONG.columns, "area": ("A",), "area_name": ("B",), "rating": ("R",)},
        indicator_names={"Plans on time": "A1"},
        area_names={"Poole": "BCP", "E06": "BCP"},
        ratings={"G": "green"},
    )
    headings = ["Code", "Period", "Value", "A", "B", "R"]
    rows = [
        ["Plans on time", "Q1", "5", "E01", "Poole", "G"],
        ["Other", "Q1", "5", "E06", "Else", "Blue"],
        ["A1", "Q1", "5", "E02", "Derby", ""],
    ]
    mapped = through(sheet(headings, *rows), mapping)
    assert [one.indicator for one in mapped.rows] == ["A1", "Other", "A1"]
    assert [one.area for one in mapped.rows] == ["BCP", "BCP", "E02"]
    assert [one.area_name for one in mapped.rows] == ["Poole", "Else", "Derby"]
    assert [one.rating for one in mapped.rows] == ["green", "Blue", ""]


def test_calendar_quarters_become_financial_ones_and_what_is_none_stays() -> None:
    mapping = _with(LONG, calendar_quarters=True)
    records = [["A1", text, "5"] for text in ("2012-Q4", "Q1 2013", "2012", "")]
    mapped = through(sheet(["Code", "Period", "Value"], *records), mapping)
    assert [one.quarter for one in mapped.rows] == ["Q3 2012-13", "Q4 2012-13", "2012", ""]


def test_without_a_value_the_figure_is_named_by_its_numerator() -> None:
    counts = {"indicator": ("Code",), "quarter": ("Period",), "numerator": ("N",), "denominator": ("D",)}
    mapped = through(sheet(["Code", "Period", "N", "D"], ["A1", "Q1", "1", "2"]), ColumnMapping("p", columns=counts))
    assert (mapped.rows[0].column, mapped.rows[0].value, mapped.rows[0].denominator) == ("N", "", "2")


def test_records_of_any_length_are_read() -> None:
    mapped = through(sheet(["Code", "Period", "Value"], ["A1"], ["A2", "Q1", "5", "more"], []), LONG)
    assert [(one.indicator, one.value) for one in mapped.rows] == [("A1", ""), ("A2", "5")]


# --- wide files ---------------------------------------------------------------------------------------------------


def test_a_wide_file_gives_a_figure_a_cell_and_none_for_an_empty_one() -> None:
    headings = ["Service", "Q1 2022-23 Vol.", "Digital vol. Q1 2022-23", "Notes"]
    mapped = through(sheet(headings, ["One", "6,400", "", "x"], ["Two", "7", " 8 ", ""], ["Three", "", " ", "y"]), WIDE)
    assert mapped.findings == ()
    got = [(one.row, one.column, one.indicator, one.quarter, one.value, one.area_name) for one in mapped.rows]
    assert got == [
        (2, "Q1 2022-23 Vol.", "V", "Q1 2022-23", "6,400", "One"),
        (3, "Q1 2022-23 Vol.", "V", "Q1 2022-23", "7", "Two"),
        (3, "Digital vol. Q1 2022-23", "D", "Q1 2022-23", "8", "Two"),
    ]


def test_a_wide_file_of_quarters_alone_has_its_indicator_in_a_column() -> None:
    mapping = ColumnMapping("w", shape="wide", columns={"indicator": ("Code",)}, fixed={"status": "final"})
    headings = ["Code", "July to September 2022 (Q2 2022-23)", "2022-23;Q3", "Total"]
    mapped = through(sheet(headings, ["A1", "5", "6", "11"]), mapping)
    assert mapped.findings == ()
    assert [(one.indicator, one.quarter, one.value, one.status) for one in mapped.rows] == [
        ("A1", "Q2 2022-23", "5", "final"),
        ("A1", "Q3 2022-23", "6", "final"),
    ]


def test_a_measure_that_the_mapping_does_not_name_is_left_out_and_said_once_a_heading() -> None:
    mapped = through(
        sheet(["Service", "Q1 2022-23 Cost", "Q2 2022-23", "Q1 2022-23 Cost"], ["One", "1", "2", "3"]), WIDE
    )
    assert codes(mapped) == ["heading-not-mapped"] * 2
    assert [one.found for one in mapped.findings] == ["Q1 2022-23 Cost", "Q2 2022-23"]
    assert mapped.rows == []


@pytest.mark.parametrize(
    ("heading", "code"),
    [
        ("Q5 2022-23 Vol.", "no-such-quarter"),
        ("Q1 2022-24 Vol.", "years-not-in-a-row"),
        ("Q1 2022 Vol.", "calendar-or-financial-year"),
        ("Q1 Vol.", "calendar-or-financial-year"),
        ("2022-23 Vol.", "whole-year"),
        ("Q1-Q2 2022-23 Vol.", "several-quarters"),
        ("Sep-22 Vol.", "quarter-is-a-date"),
        ("Previous Vol.", "quarter-not-readable"),
        ("Q1 2300-01 Digital vol.", "quarter-not-readable"),
        ("Vol.", "quarter-missing"),
    ],
)
def test_a_known_measure_with_a_quarter_that_cannot_be_read_blocks_with_what_is_wrong(heading: str, code: str) -> None:
    mapped = through(sheet(["Service", heading], ["One", "1"]), _with(WIDE, headings_row=2))
    assert codes(mapped) == [code]
    assert mapped.findings[0].blocks
    assert (mapped.findings[0].row, mapped.findings[0].column) == (2, heading)
    assert mapped.rows == []


def test_a_heading_s_measure_is_the_longest_that_fits() -> None:
    mapping = _with(WIDE, measures={"vol.": "V", "Digital vol.": "D"})
    mapped = through(sheet(["Service", "Q5 2022-23 Digital vol."], ["One", "1"]), mapping)
    assert [one.found for one in mapped.findings] == ["Q5 2022-23"]


def test_a_column_of_several_quarters_is_left_out_where_the_mapping_says_so() -> None:
    mapping = _with(WIDE, leave_out_several_quarters=True)
    mapped = through(sheet(["Service", "Q1-Q2 2022-23 Vol."], ["One", "1"]), mapping)
    assert codes(mapped) == ["several-quarters-left-out"]
    assert mapped.rows == []


def test_the_same_quarter_and_measure_in_two_columns_blocks() -> None:
    mapped = through(sheet(["Service", "Q1 2022-23 Vol.", "Q1 2022-23 Vol."], ["One", "1", "2"]), WIDE)
    assert codes(mapped) == ["column-twice"]
    assert [one.value for one in mapped.rows] == ["1"]


def test_every_fault_of_a_quarter_has_a_class_of_problem() -> None:
    assert set(QUARTER_FAULTS.values()) <= set(CLASSES)
    texts = ("", "Q5", "2022-24", "Sep-22", "Q2 2022", "Q2", "2022-23", "Q1-2 2022-23", "Q1 2300-01", "?")
    assert {_fault(text) for text in texts} == set(QUARTER_FAULTS)


def _fault(text: str) -> str:
    with pytest.raises(PeriodError) as refused:
        quarter(text)
    return refused.value.fault


def _with(mapping: ColumnMapping, **changes: object) -> ColumnMapping:
    parts = {name: getattr(mapping, name) for name in ColumnMapping.__slots__}
    return ColumnMapping(**(parts | changes))


# --- profiles as text ---------------------------------------------------------------------------------------------

SMALL = """
about = "Small."
counts_rounded_to = 5
[columns]
indicator = "Code"
quarter = ["Year", "Part"]
value = "Value"
[[register]]
code = "A1"
name = "Plans"
category = "Care"
unit = "percent"
decimals = 1
polarity = "high"
may_pass_100 = true
due = "Q2 Q4"
smallest_change = 0.5
first_quarter = "Q1 2020-21"
"""


def test_a_profile_is_read_with_its_register_entries() -> None:
    mapping = read_mapping(SMALL, "small")
    assert (mapping.name, mapping.shape, mapping.headings_row, mapping.counts_rounded_to) == ("small", "long", 1, 5)
    assert mapping.columns["quarter"] == ("Year", "Part")
    (entry,) = mapping.register
    assert (entry.unit, entry.polarity, entry.basis) == (Unit.PERCENT, Polarity.HIGH, Basis.NOT_STATED)
    assert (entry.due, entry.may_pass_100, entry.smallest_change) == ((2, 4), True, Decimal("0.5"))
    assert entry.first_quarter == quarter("Q1 2020-21")
    assert read_mapping(write_mapping(mapping), "small") == mapping


WRONG = (
    ("colums = 1", "“colums” is not part of a mapping."),
    ("about = 1", "“about” must be text in quote marks."),
    ('shape = "tall"', "“shape” must be one of long, wide."),
    ("headings_row = 0", "“headings_row” must be a whole number, 1 or more."),
    ("headings_row = true", "“headings_row” must be a whole number, 1 or more."),
    ('counts_rounded_to = "5"', "“counts_rounded_to” must be a whole number, 1 or more."),
    ('fractions = "yes"', "“fractions” must be true or false."),
    ("columns = 1", "“columns” must be a table."),
    ('[columns]\ncolour = "x"', "“colour” is not a field."),
    ('[columns]\nvalue = ["a", "b"]', "“value” can be read from one column at most."),
    ('[columns]\nquarter = ["a", "b", "c"]', "“quarter” can be read from two columns at most."),
    ("[columns]\nvalue = 1", "The heading of “value” must be text in quote marks, and not empty."),
    ("[columns]\narea = []", "The heading of “area” must be text in quote marks, and not empty."),
    ("fixed = 1", "“fixed” must be a table."),
    ('[fixed]\nvalue = "5"', "“value” cannot stand under “fixed”"),
    ("[fixed]\nstatus = 5", "“status” under “fixed” must be text in quote marks, and not empty."),
    ('[ratings]\nG = "good"', "“G” under “ratings” must be one of red, amber, green, not_rated, no_data."),
    ("register = 1", "Each register entry must be a table that begins with [[register]]."),
    ('[[register]]\ncode = "A"', "Register entry 1: enter the name."),
    ('[[register]]\nareas = "X"', "Register entry 1: “areas” is not a column of the register."),
    ('[[register]]\nunit = "miles"', "Register entry 1, unit: “miles” is not one of percent"),
    ("[[register]]\ncode = 2022-01-01", "Register entry 1, code: Enter text, a number, true or false."),
    ("not toml", "It cannot be read as TOML"),
    ("", "Name the column of the indicator."),
    ('[fixed]\nindicator = "A"\nquarter = "Q1 2022-23"', "Name the column of the value, or of both counts."),
    ('[columns]\nindicator = "a"\nquarter = "b"\nnumerator = "c"', "Name the column of the denominator."),
    ('shape = "wide"', "Name the measures in the headings, or the column of the indicator."),
    ('shape = "wide"\n[columns]\nvalue = "v"', "A wide file has its quarters and figures in its headings: take out “value”."),
    ('[measures]\n"Vol." = "V"', "Measures are named for a wide file only."),
)  # fmt: skip


@pytest.mark.parametrize(("text", "sentence"), WRONG)
def test_what_is_wrong_with_a_profile_is_said_in_a_plain_sentence(text: str, sentence: str) -> None:
    with pytest.raises(MappingError) as refused:
        read_mapping(text, "p")
    assert any(one.startswith(sentence) for one in refused.value.problems), refused.value.problems
    assert str(refused.value).startswith("The column mapping “p” cannot be used. ")
    assert str(refused.value).isprintable()


def test_all_that_is_wrong_with_a_profile_is_counted() -> None:
    with pytest.raises(MappingError, match=r"“about” must be text in quote marks\. \(2 more problems in it\.\)"):
        read_mapping("about = 1\nfractions = 1\n[columns]\nvalue = 1", "p")


def test_a_register_entry_that_appears_twice_is_said() -> None:
    entry = SMALL[SMALL.index("[[register]]") :]
    with pytest.raises(MappingError, match="The register entry “A1” appears twice"):
        read_mapping(SMALL + entry, "p")


def test_a_written_profile_says_at_its_top_what_it_is_and_leaves_out_what_goes_without_saying() -> None:
    text = write_mapping(LONG)
    assert text.startswith('# How the columns of a file are read as figures: the mapping "p".')
    assert [line for line in text.splitlines() if line and not line.startswith("#")] == [
        "[columns]",
        'indicator = "Code"',
        'quarter = "Period"',
        'value = "Value"',
    ]


# --- real files, through the mappings that are made for them ------------------------------------------------------


def test_each_real_file_that_is_read_here_has_its_mapping() -> None:
    assert NAMES == ("ees-fixtures", "lgbf-quarterly", "rereferrals-2025", "trafford-planning", "transactions-fixture")


@pytest.mark.parametrize("name", NAMES)
def test_a_real_files_mapping_is_whole_and_is_written_back_as_itself(name: str) -> None:
    held = mapping(name)
    assert held.about
    assert wanting(held) == ()
    assert read_mapping(write_mapping(held), name) == held


def test_scottish_quarters_are_read_with_their_counts() -> None:
    mapped = through(sheet_of(shared_file("real-data", "lgbf-quarterly", "Indicator Data - Real - Quarterly.csv")),
                     mapping("lgbf-quarterly"))  # fmt: skip
    assert (mapped.findings, len(mapped.rows)) == ((), 1339)
    first = mapped.rows[0]
    assert (first.row, first.indicator, first.quarter, first.value, first.area_name) == (
        2, "CORP 09", "2018-19;Q1", "0.98", "Aberdeen City")  # fmt: skip
    assert {quarter(text) for text in {one.quarter for one in mapped.rows}} == {
        quarter("Q1 2018-19") + later for later in range(21)
    }
    assert {one.indicator for one in mapped.rows} == {entry.code for entry in mapping("lgbf-quarterly").register}
    assert len({one.area_name for one in mapped.rows}) == 32


def test_planning_figures_are_read_by_the_indicator_s_name() -> None:
    mapped = through(sheet_of(shared_file("real-data", "trafford-planning", "planning_applications_major.csv")),
                     mapping("trafford-planning"))  # fmt: skip
    assert (mapped.findings, len(mapped.rows)) == ((), 17 * 13)
    assert {one.indicator for one in mapped.rows} == {"PLAN13"}
    assert len({quarter(one.quarter) for one in mapped.rows}) == 13
    assert mapped.rows[0][-3:-1] == ("E06000055", "Bedford")


def ees(name: str) -> Mapped:
    return through(sheet_of(shared_file("real-data", "ees-fixtures", f"{name}.csv")), mapping("ees-fixtures"))


def test_a_quarter_in_two_columns_is_read_and_ranges_are_left_for_their_check() -> None:
    mapped = ees("financial_year_simple")
    assert mapped.findings == ()
    assert [quarter(one.quarter).number for one in mapped.rows[:4]] == [1, 2, 3, 4]
    assert [_fault(one.quarter) for one in mapped.rows[4:]] == ["range"] * 5
    assert {(one.indicator, one.area, one.area_name) for one in mapped.rows} == {("ADMISSIONS", "E92000001", "England")}


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("tax_year_simple", "unreadable"),
        ("all_year_identifier_blank", "empty"),
        ("case_sensitive_locations", "whole_year"),
        ("escaped_commas", "whole_year"),
        ("7digit_iffy", "unreadable"),
    ],
)
def test_what_is_not_a_financial_quarter_is_refused_row_by_row(name: str, fault: str) -> None:
    mapped = ees(name)
    assert mapped.findings == ()
    assert {_fault(one.quarter) for one in mapped.rows} == {fault}


def test_years_that_do_not_follow_one_another_are_told_from_those_that_do() -> None:
    faults = [_fault(one.quarter) for one in ees("6digit_dodgy").rows]
    assert faults == ["years_not_in_a_row", "years_not_in_a_row", "whole_year", "years_not_in_a_row", "whole_year"]


def test_a_file_without_the_named_column_says_which() -> None:
    assert told(ees("decimal_places_test")) == ["Add the column “admission_numbers”."]


def test_services_are_read_from_calendar_quarters_in_the_headings() -> None:
    mapped = through(sheet_of(shared_file("real-data", "transactions-fixture", "services-test.csv")),
                     mapping("transactions-fixture"))  # fmt: skip
    assert mapped.findings == ()
    assert mapped.rows[0][:7] == (2, "2012-Q4 Vol.", "TX_VOLUME", "", "", "Q3 2012-13", "6,400,000")
    assert {one.quarter for one in mapped.rows} == {"Q3 2012-13", "Q4 2012-13"}
    assert {one.indicator for one in mapped.rows} <= {entry.code for entry in mapping("transactions-fixture").register}
    assert {one.area_name for one in mapped.rows} == {f"Service {number}" for number in range(1, 9)}


def test_annual_figures_are_read_and_every_quarter_is_a_whole_year() -> None:
    path = shared_file(
        "real-data", "rereferrals-2025", "c1_children_in_need_referrals_and_rereferrals_2013_to_2025.csv"
    )
    mapped = through(sheet_of(path), mapping("rereferrals-2025"))
    assert (mapped.findings, len(mapped.rows)) == ((), 2132)
    assert {_fault(text) for text in {one.quarter for one in mapped.rows}} == {"whole_year"}
    assert [one.area_name for one in mapped.rows[:2]] == ["England", "North East"]
    assert all(one.area and one.area_name for one in mapped.rows)


@pytest.mark.parametrize(
    ("folder", "file"),
    [
        ("lgbf-quarterly", "Indicator Data - Real - Quarterly.csv"),
        ("trafford-planning", "planning_applications_major.csv"),
    ],
)
def test_a_guess_at_a_real_file_finds_the_columns_that_its_mapping_names(folder: str, file: str) -> None:
    guessed, held = guess(sheet_of(shared_file("real-data", folder, file))), mapping(folder)
    assert {name: guessed.columns[name] for name in held.columns} == held.columns
    assert (guessed.shape, guessed.fractions, wanting(guessed)) == ("long", held.fractions, ())


def test_a_guess_at_a_wide_file_finds_its_measures_and_calendar_quarters() -> None:
    path = shared_file("real-data", "transactions-fixture", "services-test.csv")
    guessed, held = guess(sheet_of(path)), mapping("transactions-fixture")
    assert (guessed.shape, guessed.calendar_quarters, set(guessed.measures)) == ("wide", True, set(held.measures))


# --- a guess ------------------------------------------------------------------------------------------------------


def test_a_guess_names_the_columns_of_a_plain_long_file() -> None:
    headings = ["KPI Code", "KPI Name", "Council", "Reporting Period", "Outturn", "Num", "Target 2022", "RAG"]
    guessed = guess(sheet(headings, ["A1", "Plans", "Poole", "Q1 2022-23", "83.5", "5", "90", "G"]))
    assert guessed.columns == {
        "indicator": ("KPI Code",),
        "name": ("KPI Name",),
        "quarter": ("Reporting Period",),
        "value": ("Outturn",),
        "numerator": ("Num",),
        "area_name": ("Council",),
        "rating": ("RAG",),
    }
    assert (guessed.ratings, guessed.fractions) == ({"G": "green"}, False)


def test_a_guess_takes_the_quarter_from_what_the_cells_say_whatever_the_heading() -> None:
    guessed = guess(sheet(["Code", "When", "Amount"], ["A1", "Q4 2012", "0.5"], ["A1", "Q1 2013", "1"]))
    assert (guessed.columns["quarter"], guessed.columns["value"]) == (("When",), ("Amount",))
    assert (guessed.calendar_quarters, guessed.fractions) == (True, True)


def test_a_guess_at_quarters_in_the_headings_is_wide() -> None:
    guessed = guess(sheet(["Code", "Q1 2022-23", "Q2 2022-23"], ["A1", "5", "6"]))
    assert (guessed.shape, guessed.columns, guessed.measures) == ("wide", {"indicator": ("Code",)}, {})
    assert [one.value for one in through(sheet(["Code", "Q1 2022-23"], ["A1", "5"]), guessed).rows] == ["5"]


def test_a_guess_reads_the_narrowest_area_first() -> None:
    headings = ["Code", "Period", "Value", "country_name", "region_name", "la_name"]
    guessed = guess(sheet(headings, ["A1", "Q1 2022-23", "5", "England", "North", "Derby"]))
    assert guessed.columns["area_name"] == ("la_name", "region_name", "country_name")


def test_a_guess_takes_for_the_value_only_a_column_that_holds_numbers() -> None:
    guessed = guess(sheet(["Code", "Quarter", "Result", "Amount"], ["A1", "Q1 2022-23", "Improved", "5"]))
    assert guessed.columns["value"] == ("Amount",)


def test_a_guess_leaves_empty_what_it_cannot_find() -> None:
    assert guess(sheet([])) == ColumnMapping("")
    assert guess(sheet(["Colour", "Shape"], ["red", "round"])) == ColumnMapping("")

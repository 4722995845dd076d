"""Tables as CSV: what a reader takes away says what it is, and no spreadsheet runs any of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example as also
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.figures import is_number
from kpi_core.judging import headline
from kpi_core.shell import example
from kpi_core.shell.export.csv_file import harmless, render
from kpi_core.shell.services import Services
from kpi_core.shell.storage import make_database
from kpi_core.showing import (
    COLOURS_NOTE,
    MADE_UP,
    Cell,
    Circumstances,
    Table,
    benchmarks_table,
    conflicts_table,
    exceptions_table,
    scorecard_table,
    series_table,
)

from ..conftest import NOW, fixed_clock

MADE = Circumstances("Exampleshire Council", False, NOW)
STARTS = ("=", "+", "-", "@", "\t", "\r")
TEXT = st.text() | st.builds("".join, st.tuples(st.sampled_from(STARTS), st.text()))
FIGURE = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=4)


def lines(file: bytes) -> list[list[str]]:
    """The file as a spreadsheet reads it."""
    return list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline="")))


def parts(table: Table) -> tuple[list[str], dict[str, list[str]], list[str], list[list[str]]]:
    """The file of a table: its title, what is said of it, the headings, the rows."""
    title, *rest = lines(render(table))
    empty = rest.index([])
    about: dict[str, list[str]] = {}
    for what, told in rest[:empty]:
        about.setdefault(what, []).append(told)
    return title, about, rest[empty + 1], rest[empty + 2 :]


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    path: Path = tmp_path_factory.mktemp("example") / "example.duckdb"
    make_database(path, example.files(2022), fixed_clock)
    opened = Services.open(path, clock=fixed_clock)
    yield opened
    opened.close()


def circumstances(services: Services) -> Circumstances:
    return Circumstances(*services.council(), services.clock())


# --- what a file says of itself -----------------------------------------------------------------------------------


def test_a_scorecard_says_whose_it_is_of_which_quarter_when_and_from_what(services: Services) -> None:
    card = services.scorecard("Q2 2022-23")
    title, about, _, _ = parts(scorecard_table(card, circumstances(services)))
    assert title == ["Scorecard, Bournemouth, Christchurch and Poole, July to September 2022 (Q2 2022-23)"]
    assert about == {
        "Council": ["Bournemouth, Christchurch and Poole Council"],
        "Quarter": ["July to September 2022 (Q2 2022-23)"],
        "Filters": ["none"],
        "Downloaded": ["22 November 2022, 09:30 UTC"],
        "Source": ["Quarterly performance report, Quarter 2 2022-23"],
        "Ratings": [COLOURS_NOTE],
        "Headline": list(headline(card)),
    }


def test_a_filtered_scorecard_names_its_filters_and_not_the_headline_of_the_whole(services: Services) -> None:
    card = services.scorecard("Q2 2022-23").filtered(["Education"], ["ED07", "ED01"], ["red", "not_rated"])
    _, about, _, rows = parts(scorecard_table(card, circumstances(services)))
    assert about["Category"] == ["Education"]
    assert about["Indicator"] == [
        "16 to 17 year olds not in education, employment or training, or not known; Children missing out on education"
    ]
    assert about["Rating"] == ["Red; Not rated"]
    assert "Filters" not in about
    assert "Headline" not in about
    assert [row[0] for row in rows] == ["ED01", "ED07"]


def test_a_quarter_without_figures_says_that_none_are_held(services: Services) -> None:
    _, about, _, rows = parts(scorecard_table(services.scorecard("Q3 2022-23"), circumstances(services)))
    assert about["Source"] == ["no figures held"]
    assert about["Headline"] == ["No figures are held for October to December 2022 (Q3 2022-23)."]
    assert len(rows) == 15


def every_table(services: Services, code: str) -> dict[str, Table]:
    """Each table a page offers, as of the quarter that opens."""
    made, view = circumstances(services), services.indicator(code)
    return {
        "scorecard": scorecard_table(services.scorecard(), made),
        "series": series_table(view, made),
        "comparators": benchmarks_table(view, made),
        "exceptions": exceptions_table(services.exceptions(), made),
        "conflicts": conflicts_table(services.about().conflicts, made),
    }


@pytest.mark.parametrize("which", ["scorecard", "series", "comparators", "exceptions", "conflicts"])
def test_every_file_says_whose_it_is_when_it_was_made_and_how_it_was_rated(
    services: Services, made_up: Services, which: str
) -> None:
    for held, code, made_up_line in ((services, "FD02", None), (made_up, "EX08", [MADE_UP])):
        _, about, headings, rows = parts(every_table(held, code)[which])
        assert about["Council"] == [held.council()[0]]
        assert {"Quarter", "Downloaded", "Source", "Ratings"} <= about.keys()
        assert about.get("Note") == made_up_line
        assert rows
        assert {len(row) for row in rows} == {len(headings)}


@pytest.mark.parametrize("which", ["scorecard", "series", "exceptions"])
def test_two_figures_for_one_thing_stand_in_every_file_that_gives_it(services: Services, which: str) -> None:
    file = render(every_table(services, "PCP05")[which]).decode()
    assert "two figures: 79%, 64%; both give Red" in file


# --- rows ---------------------------------------------------------------------------------------------------------


def test_a_scorecard_row_gives_the_figure_its_judgement_and_why(services: Services) -> None:
    table = scorecard_table(services.scorecard("Q2 2022-23"), MADE)
    _, _, headings, rows = parts(table)
    row = dict(zip(headings, next(row for row in rows if row[0] == "FD02"), strict=True))
    assert row["Rating"] == "Red"
    assert (row["Value"], row["Shown as"], row["Target"]) == ("26.5", "26.5%", "20%")
    assert row["Change on the quarter before"] == "-3.0"
    assert row["In words (quarter)"] == "Down 3.0 points since Q1 2022-23, improving"
    assert (row["Change on the same quarter last year"], row["Change that leads"]) == ("", "quarter")
    assert row["Reason for the rating"].startswith("Red: 26.5% misses the target of 20% by 6.5 points")
    assert row["Two figures or targets"] == "two targets: 20%, 22%; both give Red"
    assert row["Exception report"] == "submitted"
    assert row["Why the target was missed"].startswith("The way thresholds are applied needs work")


def test_a_figure_that_is_withheld_or_not_due_is_an_empty_cell_beside_its_words(made_up: Services) -> None:
    _, _, headings, rows = parts(scorecard_table(made_up.scorecard(), MADE))
    value, shown = headings.index("Value"), headings.index("Shown as")
    told = {row[0]: (row[value], row[shown]) for row in rows}
    assert told["EX09"] == ("", "[c]")
    assert told["EX11"] == ("", "not due this quarter")


def test_a_series_gives_every_quarter_with_its_counts_target_and_rating(made_up: Services) -> None:
    _, _, headings, rows = parts(series_table(made_up.indicator("EX02"), MADE))
    assert headings[:8] == ["Quarter", "Months", "Value", "Shown as", "Numerator", "Denominator", "Target", "Rating"]
    assert len(rows) == 16
    assert (rows[0][0], rows[-1][0]) == ("Q3 2021-22", "Q2 2025-26")
    assert (rows[-1][2], rows[-1][3], rows[-1][6], rows[-1][7]) == ("82.5", "82.5% [p]", "85%", "Amber")
    assert all(int(row[4]) <= int(row[5]) for row in rows)


def test_the_exception_reports_say_which_are_required_and_which_are_missing(services: Services) -> None:
    _, _, headings, rows = parts(exceptions_table(services.exceptions("Q2 2022-23"), MADE))
    assert headings[2:4] == ["Required", "State"]
    assert {row[0]: (row[2], row[3]) for row in rows} == {
        "PCP05": ("yes", "draft"),
        "FD01": ("yes", "missing"),
        "FD02": ("yes", "submitted"),
        "ED07": ("yes", "approved"),
    }
    assert headings[-3:] == [
        "Actions without an owner or a due date", "Overdue actions of earlier quarters", "Emerging concern"]  # fmt: skip
    assert {row[0]: tuple(row[-3:]) for row in rows} == {
        "PCP05": ("7", "0", ""), "FD01": ("0", "0", ""), "FD02": ("5", "0", ""), "ED07": ("2", "0", "")}  # fmt: skip


# --- harmless in a spreadsheet ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["=1+1", "+44 1202", "-x", "@SUM(A1)", "\t=1", "\r=1", "-", "+1", "-1e3", "--1", "-1\n=2"]
)
def test_what_looks_like_a_formula_becomes_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize(
    ("cell", "written"),
    [(Decimal("-4.50"), "-4.50"), (Decimal("1E+3"), "1000"), (-7, "-7"), ("-4.5", "-4.5"), (0, "0"), (None, ""),
     ("a=b", "a=b"), ("5% - 6%", "5% - 6%")],
)  # fmt: skip
def test_numbers_stay_numbers_and_other_text_stays_as_it_is(cell: Cell, written: str) -> None:
    assert harmless(cell) == written


@pytest.mark.parametrize("place", ["title", "what", "said", "heading", "cell"])
def test_no_part_of_a_file_can_hold_a_formula(place: str) -> None:
    put = dict.fromkeys(("title", "what", "said", "heading", "cell"), "x") | {place: "=1+1"}
    table = Table(put["title"], ((put["what"], put["said"]),), (put["heading"],), ((put["cell"],),))
    written = [cell for line in lines(render(table)) for cell in line]
    assert written.count("'=1+1") == 1
    assert "=1+1" not in written


@given(st.lists(st.tuples(TEXT, st.none() | TEXT, FIGURE), max_size=4))
@also([('a "quoted", cell', "two\r\nlines", Decimal("-0.5")), ("\rx", "", Decimal(0)), ("é–“”", "\0", Decimal(1))])
def test_any_text_survives_and_none_of_it_starts_like_a_formula(rows: list[tuple[str, str | None, Decimal]]) -> None:
    read = lines(render(Table("T", (), ("a", "b", "c"), tuple(rows))))[3:]
    assert len(read) == len(rows)
    for row, cells in zip(rows, read, strict=True):
        for before, after in zip(row, cells, strict=True):
            text = "" if before is None else str(before)
            assert after in (text, f"'{text}")
            assert is_number(after) or not after.startswith(STARTS)


@given(FIGURE)
def test_any_figure_is_read_back_as_the_number_it_is(value: Decimal) -> None:
    assert Decimal(lines(render(Table("T", (), ("a",), ((value,),))))[-1][0]) == value


def test_a_file_opens_as_utf_8_in_a_spreadsheet() -> None:
    file = render(Table("Café – “Zoë”", (), ("£",), (("naïve",),)))
    assert file.startswith(b"\xef\xbb\xbf")
    assert file.count(b"\xef\xbb\xbf") == 1
    assert lines(file) == [["Café – “Zoë”"], [], ["£"], ["naïve"]]

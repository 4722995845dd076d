"""Years of history through a mapping, with the ratings as they were reported beside those worked out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal

import pytest

from kpi_core.command_line.uploads import import_lines
from kpi_core.intake import ColumnMapping, Decision, GivenFile, Preview, rating_words, read_mapping
from kpi_core.shell.export.csv_file import render
from kpi_core.shell.services import Services
from kpi_core.showing import Circumstances, reconciliation_table
from kpi_core.showing.as_json import import_json

from .conftest import NOW, Cells, csv_bytes, in_memory, register, small_bundle

BY = Decision("A. Officer", "History.", confirmed=None)
AIM = {
    "indicator": "A1",
    "from_quarter": "Q1 2019-20",
    "value": "88",
    "tolerance": "5",
    "tolerance_kind": "points",
    "source": "Plan",
}
PLAIN = """
[columns]
indicator = "KPI"
quarter = ["Year", "Quarter"]
value = "Outturn"
target = "Target"
rating = "RAG"
"""
LETTERS = PLAIN + '[ratings]\nG = "green"\nA = "amber"\nR = "red"\n"n/a" = "not_rated"\n"-" = "no_data"\n'


@contextmanager
def council(indicators: Sequence[Cells] = (register("A1"),), targets: Sequence[Cells] = (AIM,)) -> Iterator[Services]:
    tables = {"indicators": indicators, "targets": targets}
    services = in_memory(small_bundle(**{name: rows for name, rows in tables.items() if rows}))
    yield services
    services.close()


def row(when: str, value: str, rating: str, kpi: str = "A1", **cells: str) -> Cells:
    number, year = when.split()
    return {"KPI": kpi, "Year": year, "Quarter": number, "Outturn": value, "Target": "", "RAG": rating} | cells


def shown(services: Services, *rows: Cells, mapping: str | ColumnMapping = LETTERS) -> Preview:
    mapping = read_mapping(mapping, "history") if isinstance(mapping, str) else mapping
    found = services.uploads.preview(GivenFile(csv_bytes(rows), "history.csv", mapping))
    assert isinstance(found, Preview)
    return found


def differing(found: Preview) -> list[tuple[str, str, str]]:
    return [(one.change.observation.quarter.text, one.reported, one.rated.rating.value) for one in found.reconciliation]


HISTORY = (
    row("Q1 2020-21", "90.0", "G"), row("Q2 2020-21", "84.0", "A"), row("Q3 2020-21", "70.0", "R"), row("Q4 2020-21", "c", "-"),
)  # fmt: skip


# --- ratings beside one another --------------------------------------------------------------------------------------


def test_where_the_ratings_agree_none_is_listed() -> None:
    with council() as services:
        found = shown(services, *HISTORY)
        assert (found.blocked, found.reported_ratings, found.reconciliation) == (False, 4, ())
        assert import_json(found, None)["reconciliation"] == []
        assert "Ratings as reported: 4, of which 0 differ from those worked out" in import_lines(found, None, False)


def test_each_quarter_whose_rating_is_another_is_listed_with_the_reason() -> None:
    with council() as services:
        found = shown(
            services, row("Q1 2020-21", "90.0", "R"), row("Q2 2020-21", "84.0", "G"), row("Q3 2020-21", "70.0", "R")
        )
        assert differing(found) == [("Q1 2020-21", "red", "green"), ("Q2 2020-21", "green", "amber")]
        assert [one.rated.reason for one in found.reconciliation] == [
            "Green: 90.0% meets the target of 88%. The target is carried over from 2019-20, not yet confirmed. "
            "The target's basis is not stated.",
            "Amber: 84.0% misses the target of 88% by 4.0 points, within the tolerance limit of 83%. "
            "The target is carried over from 2019-20, not yet confirmed. The target's basis is not stated.",
        ]
        assert import_json(found, None)["reconciliation"][0] == {
            "code": "A1", "area": "X", "quarter": "Q1 2020-21", "reported": "red", "rating": "green",
            "reason": found.reconciliation[0].rated.reason,
        }  # fmt: skip


def test_a_rating_reported_for_a_quarter_without_a_target_is_listed_as_such() -> None:
    with council() as services:
        found = shown(services, row("Q1 2018-19", "90.0", "G"), row("Q2 2018-19", "90.0", "n/a"))
        assert differing(found) == [("Q1 2018-19", "green", "not_rated")]
        assert found.reconciliation[0].rated.reason == "Not rated: no target known for this quarter."


def test_a_rating_reported_for_a_figure_that_is_hidden_is_listed_as_such() -> None:
    with council() as services:
        found = shown(services, row("Q1 2020-21", "c", "G"), row("Q2 2020-21", "z", "R"), row("Q3 2020-21", "x", "-"))
        assert differing(found) == [("Q1 2020-21", "green", "no_data"), ("Q2 2020-21", "red", "no_data")]
        assert [one.rated.reason for one in found.reconciliation] == [
            "No data: suppressed because it is small.", "No data: not applicable."]  # fmt: skip


def test_a_figure_without_a_reported_rating_is_not_counted() -> None:
    with council() as services:
        found = shown(services, row("Q1 2020-21", "70.0", ""), row("Q2 2020-21", "70.0", "R"))
        assert (found.reported_ratings, found.reconciliation) == (1, ())


@pytest.mark.parametrize("word", ["Green", "green", "GREEN", " green "])
def test_our_own_words_need_no_alias_in_any_case(word: str) -> None:
    with council() as services:
        assert shown(services, row("Q1 2020-21", "90.0", word), mapping=PLAIN).reconciliation == ()


@pytest.mark.parametrize("word", ["Not rated", "not_rated", "NOT RATED", "not  rated"])
def test_not_rated_is_read_in_any_spelling_of_ours(word: str) -> None:
    with council(targets=()) as services:
        assert shown(services, row("Q1 2020-21", "90.0", word), mapping=PLAIN).reconciliation == ()


@pytest.mark.parametrize("word", ["Purple", "Greenish", "B", "1", "on track", "r", "Green*", "G"])
def test_a_word_that_is_no_rating_is_said_and_not_guessed(word: str) -> None:
    with council() as services:
        found = shown(services, row("Q1 2020-21", "90.0", word), mapping=PLAIN)
        assert differing(found) == [("Q1 2020-21", word, "green")]
        assert rating_words(found.reconciliation[0].reported) == f"“{word}”, which is no rating"
        (line,) = (line for line in import_lines(found, None, False) if "reported “" in line)
        assert line.startswith(f"  X A1 Q1 2020-21: reported “{word}”, which is no rating. Green: 90.0% meets")


def test_the_aliases_of_the_mapping_are_read_as_they_stand() -> None:
    aliases = PLAIN + '[ratings]\n"On target" = "green"\nBlue = "green"\n"Off target" = "red"\n'
    with council() as services:
        found = shown(
            services, row("Q1 2020-21", "90.0", "On target"), row("Q2 2020-21", "90.0", "Blue"), row("Q3 2020-21", "90.0", "Off target"),
            row("Q4 2020-21", "90.0", "blue"), mapping=aliases,
        )  # fmt: skip
        assert differing(found) == [("Q3 2020-21", "red", "green"), ("Q4 2020-21", "blue", "green")]


def test_the_table_of_differences_names_row_figure_both_ratings_and_why() -> None:
    with council() as services:
        found = shown(services, row("Q1 2020-21", "90.0", "R"), row("Q2 2020-21", "84.0", "Purple"))
        content = render(reconciliation_table(found, Circumstances("Example Council", False, NOW))).decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(content)))
        assert [line[:8] for line in rows[-2:]] == [
            ["2", "A1", "Measure A1", "X", "Q1 2020-21", "90.0", "Red", "Green"],
            ["3", "A1", "Measure A1", "X", "Q2 2020-21", "84.0", "“Purple”, which is no rating", "Amber"],
        ]
        assert rows[-2][8].startswith("Green: 90.0% meets the target of 88%.")


def test_very_many_differences_are_told_to_people_as_the_first_and_a_count() -> None:
    with council() as services:
        rows = [row(f"Q{n % 4 + 1} {2019 - n // 4}-{(2020 - n // 4) % 100:02d}", "90.0", "R") for n in range(60)]
        lines = import_lines(shown(services, *rows), None, False)
        assert sum(": reported Red. " in line for line in lines) == 50
        assert "  and 10 more" in lines


def test_reported_ratings_are_never_what_is_held() -> None:
    with council() as services:
        services.uploads.publish(shown(services, row("Q1 2020-21", "90.0", "R")), BY)
        assert services.scorecard("Q1 2020-21").row("A1").rated.rating.value == "green"


# --- the figures themselves --------------------------------------------------------------------------------------------


def values(found: Preview) -> dict[str, str | None]:
    return {
        one.observation.indicator: None if one.observation.value is None else f"{one.observation.value:f}"
        for one in found.changes
    }


KINDS = (
    register("A1"),
    register("N1", unit="number", decimals="0"),
    register("D1", unit="days"),
    register("R1", unit="ratio"),
)


@pytest.mark.parametrize(
    ("text", "held"),
    [("0.98", "98"), ("0.985", "98.5"), ("1", "100"), ("1.0", "100"), ("0", "0"), ("0.0", "0"), ("0.9", "90"), ("0.12345", "12.345"),
     ("0.00000000000000000001", "0.000000000000000001"), ("98%", "98"), ("98.5 %", "98.5")],
)  # fmt: skip
def test_a_fraction_is_held_as_exactly_the_percentage_it_stands_for(text: str, held: str) -> None:
    with council() as services:
        found = shown(services, row("Q1 2020-21", text, ""), mapping="fractions = true\n" + PLAIN)
        assert values(found) == {"A1": held}
        assert not found.blocked


def test_only_percentages_are_taken_for_fractions() -> None:
    with council(KINDS, targets=()) as services:
        rows = [
            row("Q1 2020-21", value, "", kpi=code)
            for code, value in (("A1", "0.5"), ("N1", "7"), ("D1", "0.5"), ("R1", "0.5"))
        ]
        found = shown(services, *rows, mapping="fractions = true\n" + PLAIN)
        assert values(found) == {"A1": "50", "N1": "7", "D1": "0.5", "R1": "0.5"}


def test_the_target_beside_a_fraction_is_a_fraction_too() -> None:
    with council() as services:
        mapping = "fractions = true\n" + LETTERS
        agreeing = shown(services, row("Q1 2020-21", "0.9", "G", Target="0.88"), mapping=mapping)
        assert not [one for one in agreeing.findings if one.column == "target"]
        other = shown(services, row("Q1 2020-21", "0.9", "G", Target="0.9"), mapping=mapping)
        assert [one.message for one in other.findings if one.column == "target"] == [
            "Row 2: the target is 90. The agreed target is 88%. The target in the file is not loaded."]  # fmt: skip
        assert not agreeing.blocked
        assert not other.blocked


def test_a_fraction_above_one_is_refused_where_a_percentage_may_not_pass_100() -> None:
    with council() as services:
        found = shown(services, row("Q1 2020-21", "98", ""), mapping="fractions = true\n" + PLAIN)
        assert [one.code for one in found.findings if one.blocks] == ["percentage-out-of-range"]


def test_counts_alone_are_worked_out_the_same_whether_values_are_fractions_or_not() -> None:
    for fractions in ("", "fractions = true\n"):
        mapping = (
            fractions + '[columns]\nindicator = "KPI"\nquarter = "Q"\nvalue = "V"\nnumerator = "N"\ndenominator = "D"\n'
        )
        with council() as services:
            found = shown(services, {"KPI": "A1", "Q": "Q1 2020-21", "V": "", "N": "501", "D": "600"}, mapping=mapping)
            assert values(found) == {"A1": "83.5"}


@pytest.mark.parametrize("value", ["0", "0.0", "5.0"])
def test_a_value_beside_nothing_of_nothing_contradicts_it(value: str) -> None:
    mapping = '[columns]\nindicator = "KPI"\nquarter = "Q"\nvalue = "V"\nnumerator = "N"\ndenominator = "D"\n'
    with council() as services:
        found = shown(services, {"KPI": "A1", "Q": "Q1 2020-21", "V": value, "N": "0", "D": "0"}, mapping=mapping)
        assert [one.code for one in found.findings if one.blocks] == ["value-beside-nothing"]


@pytest.mark.parametrize("value", ["", "-"])
def test_nothing_of_nothing_is_does_not_apply_with_a_warning_and_never_nought_per_cent(value: str) -> None:
    mapping = '[columns]\nindicator = "KPI"\nquarter = "Q"\nvalue = "V"\nnumerator = "N"\ndenominator = "D"\n'
    with council() as services:
        found = shown(services, {"KPI": "A1", "Q": "Q1 2020-21", "V": value, "N": "0", "D": "0"}, mapping=mapping)
        assert [one.code for one in found.findings if one.code != "no-counts"] == ["nothing-of-nothing"]
        (change,) = found.changes
        assert (change.observation.value, change.observation.absence, change.observation.denominator) == (
            None,
            "z",
            None,
        )


def test_an_indicator_is_found_by_code_by_name_by_alias_or_fixed() -> None:
    with council(KINDS, targets=()) as services:
        rows = [row("Q1 2020-21", "5", "", kpi=kpi) for kpi in ("a1", "measure N1", "Days taken")]
        found = shown(services, *rows, mapping=PLAIN + '[indicator_names]\n"Days taken" = "D1"\n')
        assert values(found) == {"A1": "5", "N1": "5", "D1": "5"}
        fixed = '[columns]\nquarter = "Q"\nvalue = "V"\n[fixed]\nindicator = "R1"\n'
        assert values(shown(services, {"Q": "Q1 2020-21", "V": "1.5"}, mapping=fixed)) == {"R1": "1.5"}


BROUGHT = """
[[register]]
code = "NEW1"
name = "Something new"
category = "Care"
unit = "number"
decimals = 0
polarity = "neither"
"""


@pytest.mark.parametrize("kpi", ["NEW1", "new1", "Something new", "SOMETHING NEW"])
def test_an_entry_that_the_mapping_brings_is_found_as_a_held_one_is_and_confirmed(kpi: str) -> None:
    with council() as services:
        found = shown(services, row("Q1 2020-21", "5", "", kpi=kpi), mapping=PLAIN + BROUGHT)
        assert (found.blocked, found.to_confirm[:1], values(found)) == (False, ("indicators-added",), {"NEW1": "5"})
        services.uploads.publish(found, BY)
        assert services.scorecard("Q1 2020-21").row("NEW1").display == "5"
        again = shown(services, row("Q2 2020-21", "6", "", kpi=kpi), mapping=PLAIN + BROUGHT)
        assert (again.new_indicators, values(again)) == ((), {"NEW1": "6"})


def test_an_entry_that_the_file_does_not_name_is_not_brought() -> None:
    with council() as services:
        found = shown(services, row("Q1 2020-21", "5", ""), mapping=PLAIN + BROUGHT)
        assert (found.new_indicators, "indicators-added" in found.to_confirm) == ((), False)


def test_an_area_that_is_not_held_is_refused_unless_the_mapping_brings_areas_and_an_empty_one_is_home() -> None:
    mapping = PLAIN.replace("[columns]", '[columns]\narea = "LA"')
    with council() as services:
        rows = [row("Q1 2020-21", "90.0", "", LA=""), row("Q1 2020-21", "80.0", "", LA="N")]
        assert [one.code for one in shown(services, *rows, mapping=mapping).findings if one.blocks] == ["unknown-area"]
        found = shown(services, *rows, mapping="areas_from_file = true\n" + mapping)
        assert (found.blocked, found.new_areas, [one.observation.area for one in found.changes]) == (
            False,
            {"N": "N"},
            ["X", "N"],
        )
        assert found.assigned == (("N", "A1"),)


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"KPI": "A1", "Year": "2020-21", "Quarter": "Q1"}, ["Add the column “Outturn”."]),
        ({"KPI": "A1", "Outturn": "5"}, ["Add the column “Year”.", "Add the column “Quarter”."]),
        ({"Year": "2020-21", "Quarter": "Q1", "Outturn": "5"}, ["Add the column “KPI”."]),
    ],
)
def test_a_missing_column_is_asked_for_once_and_not_row_by_row(columns: Cells, told: list[str]) -> None:
    with council() as services:
        found = shown(services, columns, columns | {"Other": "1"}, mapping=PLAIN)
        assert [one.message for one in found.findings if one.column not in ("Target", "RAG")] == told
        assert found.changes == ()


def test_years_of_history_with_their_ratings_come_in_on_the_first_day() -> None:
    with council() as services:
        whens = [f"Q{n} {year}-{year - 1999}" for year in (2019, 2020, 2021) for n in (1, 2, 3, 4)]
        rows = [row(when, f"{80 + n}.0", "GAR"[n % 3]) for n, when in enumerate(whens)]
        found = shown(services, *rows)
        assert (found.blocked, len(found.changes), found.reported_ratings) == (False, 12, 12)
        services.uploads.publish(found, BY)
        series = services.indicator("A1", "Q4 2021-22").series
        assert [one.observation.value for one in series] == [Decimal(f"{80 + n}.0") for n in range(12)]
        worked_out = ["red"] * 3 + ["amber"] * 5 + ["green"] * 4
        assert [one.rated.rating.value for one in series] == worked_out
        reported = [{"G": "green", "A": "amber", "R": "red"}["GAR"[n % 3]] for n in range(12)]
        assert len(found.reconciliation) == sum(a != b for a, b in zip(worked_out, reported, strict=True))

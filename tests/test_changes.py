"""Changes: always with their basis, never across what cannot be compared, and which of them leads."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.judging import Change, Changes
from kpi_core.judging.change import Direction, changes, direction, relative_change
from kpi_core.model import Absence, Basis, Observation, Polarity, Target, Unit
from kpi_core.periods import Quarter

from .conftest import Q2, indicator, observed, target

Q1_TEXT, Q4_TEXT, YEAR_TEXT = "Q1 2022-23", "Q4 2021-22", "Q2 2021-22"
COUNT = {"unit": Unit.NUMBER, "decimals": 0, "polarity": Polarity.LOW}


def of(*series: Observation, to: Target | None = None, when: Quarter = Q2, **given: object) -> Changes:
    return changes(series, to, indicator(**given), when)


def facts(change: Change) -> tuple[str | None, str | None, str | None, str | None]:
    amount = None if change.amount is None else f"{change.amount:f}"
    return change.basis, amount, change.unit, None if change.direction is None else change.direction.value


NONE = (None, None, None, None)


def test_the_change_on_the_quarter_before_names_it_and_counts_points() -> None:
    change = of(observed("70", Q1_TEXT), observed("83.5")).quarter
    assert facts(change) == (Q1_TEXT, "13.5", "points", "improving")
    assert change.percent is None
    assert change.text == "Up 13.5 points since Q1 2022-23, improving"


def test_the_change_on_the_same_quarter_last_year_stands_beside_it() -> None:
    both = of(observed("60", YEAR_TEXT), observed("70", Q1_TEXT), observed("65"))
    assert facts(both.quarter) == (Q1_TEXT, "-5", "points", "worsening")
    assert facts(both.year) == (YEAR_TEXT, "5", "points", "improving")


def test_a_count_changes_in_number_and_per_cent() -> None:
    change = of(observed("263", Q1_TEXT), observed("179"), **COUNT).quarter
    assert facts(change) == (Q1_TEXT, "-84", "number", "improving")
    assert change.percent == Decimal("-31.9")
    assert change.text == "Down 84 (31.9%) since Q1 2022-23, improving"


def test_from_zero_there_is_no_per_cent() -> None:
    change = of(observed("0", Q1_TEXT), observed("5"), **COUNT).quarter
    assert facts(change) == (Q1_TEXT, "5", "number", "worsening")
    assert change.percent is None
    assert "%" not in change.text


def test_an_unchanged_figure_is_no_change() -> None:
    change = of(observed("100", Q1_TEXT), observed("100")).quarter
    assert facts(change) == (Q1_TEXT, "0", "points", "no_change")
    assert change.text == "No change since Q1 2022-23"


def test_changes_are_between_figures_as_shown_not_as_held() -> None:
    change = of(observed("83.44", Q1_TEXT), observed("83.45")).quarter
    assert facts(change) == (Q1_TEXT, "0.1", "points", "improving")


@pytest.mark.parametrize(
    ("value", "aim", "polarity", "expected", "text"),
    [
        ("83.5", target("88"), "high", ("target", "-4.5", "points", "lower"), "4.5 points below the target of 88%"),
        ("25.4", target("4.7"), "low", ("target", "20.7", "points", "higher"), "20.7 points above the target of 4.7%"),
        ("88", target("88"), "high", ("target", "0", "points", "no_change"), "On the target of 88%"),
        ("75", target(low="70", high="80"), "band", ("target", "0", "points", "no_change"), "Within the target band"),
        ("85", target(low="70", high="80"), "band", ("target", "5", "points", "higher"), "5 points above the top of the target band, 80%"),
        ("69", target(low="70", high="80"), "band", ("target", "-1", "points", "lower"), "1 point below the bottom of the target band, 70%"),
        ("69", target(intervention_level="80"), "high", NONE, "No target is held."),
        ("69", None, "high", NONE, "No target is held."),
    ],
)  # fmt: skip
def test_the_change_against_the_target_says_how_far_and_on_which_side(
    value: str, aim: Target | None, polarity: str, expected: tuple[str, ...], text: str
) -> None:
    change = of(observed(value), to=aim, polarity=Polarity(polarity)).target
    assert (facts(change), change.text) == (expected, text)


def test_where_the_quarter_before_has_no_figure_the_last_known_one_is_named_with_its_change() -> None:
    only = of(observed("12.6", Q4_TEXT), observed("15"), polarity=Polarity.LOW)
    assert facts(only.quarter) == NONE
    assert only.quarter.text == (
        "No figure is held for April to June 2022 (Q1 2022-23). "
        "Last known: up 2.4 points since Q4 2021-22, worsening."
    )  # fmt: skip
    assert only.leading is None


def test_of_several_earlier_quarters_the_last_one_with_a_figure_is_the_last_known() -> None:
    series = (observed("9", "Q2 2021-22"), observed("10", "Q3 2021-22"), observed(Absence.SUPPRESSED, Q4_TEXT))
    assert "up 5 points since Q3 2021-22" in of(*series, observed("15")).quarter.text


def test_where_nothing_earlier_is_held_that_is_said() -> None:
    only = of(observed("15"))
    assert facts(only.quarter) == NONE
    assert only.quarter.text.endswith("No earlier quarter is held.")
    assert only.year.text == "No figure is held for July to September 2021 (Q2 2021-22)."


@pytest.mark.parametrize("absence", [Absence.SUPPRESSED, Absence.NOT_APPLICABLE, Absence.NOT_AVAILABLE])
def test_nothing_is_compared_with_a_figure_that_is_withheld_and_the_reason_is_named(absence: Absence) -> None:
    before = of(observed("12", Q4_TEXT), observed(absence, Q1_TEXT), observed("15")).quarter
    assert facts(before) == NONE
    assert f"is {absence.words} for April to June 2022 (Q1 2022-23)" in before.text
    assert "since Q4 2021-22" in before.text
    now = of(observed("12", Q1_TEXT), observed(absence))
    assert [facts(c) for c in (now.quarter, now.year, now.target)] == [NONE] * 3
    assert now.leading is None


def test_without_any_row_for_the_quarter_nothing_is_compared() -> None:
    assert facts(of(observed("12", Q1_TEXT)).quarter) == NONE


@pytest.mark.parametrize(
    ("break_at", "quarter_compares", "year_compares"),
    [(YEAR_TEXT, True, True), (Q4_TEXT, True, False), (Q1_TEXT, True, False), ("Q2 2022-23", False, False)],
)
def test_nothing_is_compared_across_a_break_in_the_series(
    break_at: str, quarter_compares: bool, year_compares: bool
) -> None:
    series = [
        observed("50", when, series_break="counted anew" if when == break_at else "")
        for when in (YEAR_TEXT, "Q3 2021-22", Q4_TEXT, Q1_TEXT, "Q2 2022-23")
    ]
    both = of(*series)
    assert (both.quarter.basis is not None, both.year.basis is not None) == (quarter_compares, year_compares)
    for change in (both.quarter, both.year):
        assert change.basis or f"break in series at {break_at}, counted anew" in change.text


@pytest.mark.parametrize("marked", [Q1_TEXT, "Q2 2022-23"])
def test_nothing_is_compared_with_a_figure_marked_not_comparable_and_its_reason_is_given(marked: str) -> None:
    series = [
        observed("50", when, not_comparable="half of the schools" if when == marked else "")
        for when in (Q1_TEXT, "Q2 2022-23")
    ]
    change = of(*series).quarter
    assert facts(change) == NONE
    assert "is not comparable: half of the schools." in change.text


@pytest.mark.parametrize("basis", [Basis.YEAR_TO_DATE, Basis.ACADEMIC_YEAR_TO_DATE])
def test_figures_that_run_up_compare_only_with_the_same_quarter_last_year(basis: Basis) -> None:
    both = of(observed("60", YEAR_TEXT), observed("30", Q1_TEXT), observed("65"), basis=basis)
    assert facts(both.quarter) == NONE
    assert "runs up over the year" in both.quarter.text
    assert facts(both.year) == (YEAR_TEXT, "5", "points", "improving")
    assert both.lead is both.year


@pytest.mark.parametrize(
    ("seasonal", "held", "leading"),
    [
        (False, (YEAR_TEXT, Q1_TEXT), "quarter"),
        (False, (YEAR_TEXT,), None),
        (True, (YEAR_TEXT, Q1_TEXT), "year"),
        (True, (Q1_TEXT,), None),
        (True, (), None),
    ],
)
def test_the_leading_change_is_on_the_quarter_before_or_for_a_seasonal_figure_on_last_year(
    seasonal: bool, held: tuple[str, ...], leading: str | None
) -> None:
    all_three = of(*(observed("50", when) for when in held), observed("60"), seasonal=seasonal)
    assert all_three.leading == leading
    assert (all_three.lead is None) == (leading is None)


@pytest.mark.parametrize(
    ("later", "expected"),
    [("4.6", "little_change"), ("4.69", "little_change"), ("4.7", "worsening"), ("3.7", "improving"),
     ("3.8", "little_change"), ("4.2", "no_change")],
)  # fmt: skip
def test_below_the_smallest_change_that_counts_it_is_little_change(later: str, expected: str) -> None:
    small = {"polarity": Polarity.LOW, "smallest_change": Decimal("0.5"), "decimals": 2}
    assert facts(of(observed("4.2", Q1_TEXT), observed(later), **small).quarter)[3] == expected
    assert direction("4.2", later, polarity="low", smallest_change="0.5") == expected


@pytest.mark.parametrize(
    ("polarity", "earlier", "later", "expected"),
    [
        ("high", "1", "2", "improving"), ("high", "2", "1", "worsening"),
        ("low", "1", "2", "worsening"), ("low", "2", "1", "improving"),
        ("neither", "1", "2", "higher"), ("neither", "2", "1", "lower"),
        ("band", "60", "65", "improving"), ("band", "85", "90", "worsening"),
        ("band", "60", "85", "improving"), ("band", "72", "78", "higher"), ("band", "65", "85", "higher"),
        ("low", None, "2", None), ("low", "2", None, None),
    ],
)  # fmt: skip
def test_direction_goes_by_polarity(polarity: str, earlier: str | None, later: str | None, expected: str) -> None:
    assert direction(earlier, later, polarity=polarity, band=(Decimal(70), Decimal(80))) == expected


def test_a_band_whose_ends_are_not_known_gives_only_higher_or_lower() -> None:
    assert direction("60", "65", polarity="band") == "higher"


def test_relative_change_is_of_the_size_of_the_earlier_value() -> None:
    change = relative_change("263", "179")
    assert change.difference == -84
    assert float(change.percent or 0) == pytest.approx(-31.939163, abs=1e-5)
    assert relative_change("-4", "-2").percent == 50
    assert relative_change("0", "5").percent is None


COUNTS = {"numerator": 296, "denominator": 1004}


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        (COUNTS, {"numerator": 266, "denominator": 1004}, "within ordinary variation"),
        (COUNTS, {"numerator": 66, "denominator": 1004}, "clear"),
        ({}, {"numerator": 266, "denominator": 1004}, "counts are not held"),
        (COUNTS, {}, "counts are not held"),
    ],
)
def test_a_change_of_percentages_says_whether_it_is_clear_or_that_counts_are_not_held(
    before: dict[str, int], now: dict[str, int], said: str
) -> None:
    assert of(observed("29.5", Q1_TEXT, **before), observed("26.5", **now)).quarter.certainty.startswith(said)


def test_overlapping_twelve_months_are_not_called_clear_or_ordinary() -> None:
    rolling: dict[str, object] = {"basis": Basis.ROLLING_12_MONTHS}
    then, now = COUNTS, {"numerator": 66, "denominator": 1004}
    assert "overlap" in of(observed("29.5", Q1_TEXT, **then), observed("6.6", **now), **rolling).quarter.certainty
    assert of(observed("29.5", YEAR_TEXT, **then), observed("6.6", **now), **rolling).year.certainty == "clear"


def test_a_percentage_that_may_pass_100_is_compared_although_its_part_exceeds_its_whole() -> None:
    before = observed("95", Q1_TEXT, numerator=95, denominator=100)
    now = observed("120", numerator=120, denominator=100)
    assert facts(of(before, now, may_pass_100=True).quarter) == (Q1_TEXT, "25", "points", "improving")


values = st.integers(0, 1000).map(lambda n: Decimal(n) / 10)
OPPOSITE = {
    "improving": "worsening", "worsening": "improving", "higher": "lower", "lower": "higher",
    "no_change": "no_change", "little_change": "little_change",
}  # fmt: skip


@given(values, values, st.sampled_from(list(Polarity)), st.none() | values)
def test_what_improves_one_way_worsens_the_other_way(
    one: Decimal, other: Decimal, polarity: Polarity, smallest: Decimal | None
) -> None:
    band = (Decimal(40), Decimal(60))
    there = direction(one, other, polarity=polarity, smallest_change=smallest, band=band)
    back = direction(other, one, polarity=polarity, smallest_change=smallest, band=band)
    assert there is not None
    assert back == OPPOSITE[there]


@given(values, values, st.booleans())
def test_a_change_always_says_its_amount_and_the_words_agree_with_its_sign(
    one: Decimal, other: Decimal, seasonal: bool
) -> None:
    both = of(observed(str(one), YEAR_TEXT), observed(str(one), Q1_TEXT), observed(str(other)), seasonal=seasonal)
    for change in (both.quarter, both.year):
        assert change.amount == other - one
        assert change.text.split()[0] == ("No" if other == one else "Up" if other > one else "Down")
        assert change.direction in (Direction.IMPROVING, Direction.WORSENING, Direction.NO_CHANGE)

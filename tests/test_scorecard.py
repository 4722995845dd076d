"""A quarter's scorecard: rows, counts that add up, the filters, and the quarter that opens."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.errors import UnknownChoice, UnknownIndicator
from kpi_core.judging import Collected, Held, Rating, Row, Scorecard, build, opening_quarter, row_of
from kpi_core.judging.scorecard import summarise
from kpi_core.model import Absence, Conflict, Indicator, Observation, Polarity, ReportState, Target
from kpi_core.periods import Quarter

from .conftest import Q2, indicator, observed, report, target

Q1 = Quarter(2022, 1)


def row(
    *series: Observation,
    to: Target | None = None,
    targets: tuple[Target, ...] = (),
    conflicts: tuple[Conflict, ...] = (),
    state: ReportState | None = None,
    **given: object,
) -> Row:
    return row_of(
        Held(
            indicator=indicator(**given),
            series=series,
            targets=targets or ((to,) if to else ()),
            conflicts=conflicts,
            report=report(state) if state else None,
        ),
        Q2,
    )


# --- one row ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("observation", "shown"),
    [
        (observed("83.5"), "83.5%"),
        (observed("15"), "15%"),
        (observed("83.46"), "83.5%"),
        (observed("0"), "0%"),
        (observed("25.4", provisional=True), "25.4% [p]"),
        (observed("25.4", revision=1, revision_reason="counted again"), "25.4% [r]"),
        (observed("25.4", series_break="counted anew"), "25.4% [b]"),
        (observed("25.4", provisional=True, revision=2, series_break="counted anew"), "25.4% [p] [r] [b]"),
        (observed(Absence.SUPPRESSED), "[c]"),
        (observed(Absence.NOT_APPLICABLE), "[z]"),
        (observed(Absence.NOT_AVAILABLE), "[x]"),
    ],
)
def test_a_figure_is_displayed_as_published_with_its_marks(observation: Observation, shown: str) -> None:
    assert row(observation).display == shown


def test_a_figure_that_is_not_there_is_displayed_in_words() -> None:
    assert row().display == "not reported"
    assert row(due=(4,)).display == "not due this quarter"


def test_an_earlier_figure_is_never_taken_for_this_quarters() -> None:
    earlier = row(observed("83.5", "Q1 2022-23"))
    assert (earlier.display, earlier.rated.rating) == ("not reported", Rating.NO_DATA)


@pytest.mark.parametrize(
    ("due", "series", "note"),
    [
        ((4,), (), "no earlier figure; next due for Q4 2022-23"),
        ((1,), (observed("83.5", "Q1 2022-23"),), "last figure 83.5% for Q1 2022-23; next due for Q1 2023-24"),
        ((1, 3), (observed("7", "Q1 2022-23", provisional=True),), "last figure 7% [p] for Q1 2022-23; next due for Q3 2022-23"),
        ((1, 2), (), ""),
    ],
)  # fmt: skip
def test_what_is_not_due_says_its_last_figure_and_when_the_next_is_due(
    due: tuple[int, ...], series: tuple[Observation, ...], note: str
) -> None:
    assert row(*series, due=due).note == note


FROM_START, FROM_Q2 = target("88", "Q1 2021-22"), target("88", "Q2 2022-23")
FOUR = ("Q3 2021-22", "Q4 2021-22", "Q1 2022-23", "Q2 2022-23")


@pytest.mark.parametrize(
    ("values", "to", "note"),
    [
        (("80",), FROM_START, "missed in the one quarter held"),
        (("80", "80"), FROM_START, "missed in 2 of the 2 quarters held"),
        (("90", "80", "90", "80"), FROM_START, "missed in 2 of the 4 quarters held"),
        (("80", "80"), FROM_Q2, "missed in the one quarter with a target, of the 2 quarters held"),
        (("80", "80", "90", "80"), target("88", "Q4 2021-22"), "missed in 2 of the 3 quarters with a target, of the 4 quarters held"),
        (("80", "90"), FROM_START, ""),
    ],
)  # fmt: skip
def test_a_missed_target_says_for_how_long_by_the_targets_then_in_force(
    values: tuple[str, ...], to: Target, note: str
) -> None:
    series = [observed(value, when) for value, when in zip(values, FOUR[-len(values) :], strict=True)]
    assert row(*series, to=to).note == note


def test_a_withheld_quarter_counts_neither_as_missed_nor_as_held() -> None:
    series = (observed("80", "Q4 2021-22"), observed(Absence.SUPPRESSED, "Q1 2022-23"), observed("80"))
    assert row(*series, to=FROM_START).note == "missed in 2 of the 2 quarters held"


def other(value: str | None, subject: str = "outturn") -> Conflict:
    read = None if value is None else observed(value).value
    return Conflict("A1", "X", Q2, subject, read, "Another paper", "The papers disagree.")


@pytest.mark.parametrize(
    ("conflicts", "sentence"),
    [
        ((), ""),
        ((other("64"),), "two figures: 79%, 64%; both give Red"),
        ((other("90"),), "two figures: 79%, 90%; they give Red and Green"),
        ((other("64"), other("60")), "three figures: 79%, 64%, 60%; all give Red"),
        ((other("85", "target"),), "two targets: 88%, 85%; both give Red"),
        ((other("75", "target"),), "two targets: 88%, 75%; they give Red and Green"),
        ((other("64"), other("75", "target")), "two figures: 79%, 64%; both give Red; two targets: 88%, 75%; they give Red and Green"),
        ((other(None, "narrative"),), ""),
    ],
)  # fmt: skip
def test_two_figures_or_targets_are_both_shown_with_whether_they_give_the_same_rating(
    conflicts: tuple[Conflict, ...], sentence: str
) -> None:
    assert row(observed("79"), to=target("88"), conflicts=conflicts).conflict == sentence


def test_two_figures_without_a_target_agree_that_neither_is_rated() -> None:
    assert row(observed("79"), conflicts=(other("64"),)).conflict == "two figures: 79%, 64%; both give Not rated"


def test_another_sources_figure_stands_alone_where_we_hold_none() -> None:
    assert row(conflicts=(other("64"),)).conflict == "another source gives a figure of 64%"
    assert row(observed("79"), conflicts=(other("88", "target"),)).conflict == "another source gives a target of 88%"


def test_a_band_and_another_target_are_both_named() -> None:
    band = target(low="70", high="80")
    said = row(observed("75"), to=band, conflicts=(other("76", "target"),), polarity=Polarity.BAND).conflict
    assert said.startswith("two targets: 70% to 80%, 76%")


def test_in_how_many_quarters_a_target_was_missed_is_counted_over_the_last_eight_whatever_is_held() -> None:
    whole = [observed("50", (Q2 - back).text) for back in range(11, -1, -1)]
    long_held = target("88", start=(Q2 - 11).text)
    assert row(*whole, to=long_held).note == "missed in 8 of the last 8 quarters held"


def test_filters_are_taken_in_any_case_and_by_the_words_on_the_page() -> None:
    card = build(Q2, "X", "Exampleshire", [Held(indicator(), (observed("79"),), (target("88"),))])
    code, category = card.rows[0].indicator.code, card.categories[0]
    assert card.filtered([category.upper()], [code.lower()], ["Red"]).rows == card.rows
    assert card.filtered(ratings=["not rated", "No data"]).rows == ()


@pytest.mark.parametrize(
    ("value", "state", "required", "expected"),
    [
        ("80", None, True, ReportState.MISSING),
        ("80", ReportState.DRAFT, True, ReportState.DRAFT),
        ("80", ReportState.SUBMITTED, True, ReportState.SUBMITTED),
        ("80", ReportState.APPROVED, True, ReportState.APPROVED),
        ("90", None, False, ReportState.NONE),
        ("90", ReportState.APPROVED, False, ReportState.APPROVED),
    ],
)
def test_a_report_is_required_where_the_target_is_missed_and_missing_until_it_is_there(
    value: str, state: ReportState | None, required: bool, expected: ReportState
) -> None:
    exception = row(observed(value), to=target("88"), state=state).exception
    assert (exception.required, exception.state) == (required, expected)
    assert exception.reason_line == ("Staff left." if state else "")


def test_a_report_is_required_too_where_only_the_intervention_level_is_passed() -> None:
    passed = row(observed("17"), to=target(intervention_level="16"), polarity=Polarity.LOW)
    assert (passed.exception.required, passed.exception.state) == (True, ReportState.MISSING)


# --- counts -------------------------------------------------------------------------------------------------------

values = st.one_of(st.integers(0, 100).map(str), st.sampled_from([Absence.SUPPRESSED, Absence.NOT_APPLICABLE]))


@st.composite
def rows(draw: st.DrawFn) -> Row:
    series = [
        observed(draw(values), when, provisional=draw(st.booleans()))
        for when in ("Q2 2021-22", "Q4 2021-22", "Q1 2022-23", "Q2 2022-23")
        if draw(st.booleans())
    ]
    polarity = draw(st.sampled_from([Polarity.HIGH, Polarity.LOW, Polarity.NEITHER]))
    aim = draw(st.none() | st.integers(0, 100).map(str).map(target))
    state = draw(st.none() | st.sampled_from([ReportState.DRAFT, ReportState.SUBMITTED, ReportState.APPROVED]))
    return row(*series, to=aim, state=state, polarity=polarity, seasonal=draw(st.booleans()))


@given(st.lists(rows(), max_size=8))
def test_ratings_and_leading_changes_each_add_up_to_the_rows(some: list[Row]) -> None:
    counts = summarise(some)
    assert counts.green + counts.amber + counts.red + counts.not_rated + counts.no_data == len(some)
    assert counts.improving + counts.worsening + counts.no_change + counts.not_comparable == len(some)
    assert counts.exceptions_missing + counts.exceptions_unapproved <= counts.exceptions_required
    assert counts.exceptions_required == sum(r.rated.exception_required for r in some)
    assert all(count >= 0 for count in (counts.not_comparable, counts.exceptions_missing))


def test_little_change_counts_as_no_change() -> None:
    little = row(observed("80", "Q1 2022-23"), observed("80.1"), smallest_change=observed("0.5").value)
    assert (summarise([little]).no_change, summarise([little]).improving) == (1, 0)


# --- filters ------------------------------------------------------------------------------------------------------


def card() -> Scorecard:
    return build(
        Q2,
        "X",
        "Exampleshire",
        [
            Held(indicator(code="A1", category="Care", name="One"), (observed("90"),), (target("88"),)),
            Held(indicator(code="A2", category="Care", name="Two"), (observed("80"),), (target("88"),)),
            Held(indicator(code="B1", category="Schools", name="Three"), (observed("80"),), (target("88"),)),
        ],
    )


def codes(scorecard: Scorecard) -> list[str]:
    return [r.indicator.code for r in scorecard.rows]


def test_without_a_choice_every_row_is_kept_in_the_registers_order() -> None:
    assert codes(card().filtered()) == ["A1", "A2", "B1"]
    assert card().categories == ("Care", "Schools")


def test_filters_narrow_together_and_are_named() -> None:
    assert codes(card().filtered(categories=["Care"])) == ["A1", "A2"]
    assert codes(card().filtered(indicators=["B1", "A1"])) == ["A1", "B1"]
    assert codes(card().filtered(ratings=["red"])) == ["A2", "B1"]
    both = card().filtered(["Care"], ["A2", "B1"], [Rating.RED, "green"])
    assert codes(both) == ["A2"]
    assert both.filters == (("Category", "Care"), ("Indicator", "Two; Three"), ("Rating", "Red; Green"))
    assert codes(card().filtered(ratings=["amber"])) == []


def test_a_filter_on_what_is_not_held_is_refused_with_what_there_is() -> None:
    with pytest.raises(UnknownChoice, match=re.escape("no category “Caer”. Choose from: Care; Schools")):
        card().filtered(categories=["Caer"])
    with pytest.raises(
        UnknownChoice, match=re.escape("no rating “yellow”. Choose from: green; amber; red; not_rated; no_data")
    ):
        card().filtered(ratings=["yellow"])
    with pytest.raises(UnknownIndicator, match=re.escape("no indicator “C9”. The codes held are A1, A2, B1")):
        card().filtered(indicators=["C9"])


# --- which quarter opens ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("collected", "opens"),
    [
        ([], None),
        ([(Q1, 15, 15), (Q2, 15, 15)], Q2),
        ([(Q1, 15, 15), (Q2, 3, 15)], Q1),
        ([(Q1, 4, 8), (Q2, 3, 8)], Q1),
        ([(Q1, 8, 8), (Q2, 4, 8)], Q2),
        ([(Q1, 8, 15), (Q2, 7, 15)], Q1),
        ([(Q1, 1, 15), (Q2, 1, 15)], Q2),
    ],
)
def test_the_latest_quarter_with_at_least_half_of_its_figures_opens(
    collected: list[tuple[Quarter, int, int]], opens: Quarter | None
) -> None:
    assert opening_quarter([Collected(*one) for one in collected]) == opens


def test_a_quarter_still_being_collected_is_one_line() -> None:
    assert Collected(Quarter(2022, 3), 3, 15).words == "October to December 2022 is being collected: 3 of 15 figures in"


def test_an_indicator_record_is_found_by_its_code_or_refused() -> None:
    found: Indicator = card().row("A2").indicator
    assert found.name == "Two"
    with pytest.raises(UnknownIndicator):
        card().row("a2")

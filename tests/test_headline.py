"""The headline: what a quarter says, in sentences with their denominators."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.judging import Held, build, headline
from kpi_core.model import Absence, Basis, Indicator, Polarity, ReportState

from .conftest import Q2, indicator, observed, report, target

MISSED, MET, BARE, EMPTY = "missed", "met", "bare", "empty"


def held(kind: str, name: str = "Plans", **given: object) -> Held:
    """An indicator that misses its target, meets it, has none, or has a target but no figure."""
    aim = () if kind == BARE else (target("88"),)
    series = () if kind == EMPTY else (observed("90" if kind == MET else "80"),)
    return Held(indicator(name=name, **given), series, aim)


def said(*all_held: Held) -> tuple[str, ...]:
    return headline(build(Q2, "X", "Exampleshire", all_held))


@pytest.mark.parametrize(
    ("kinds", "sentence"),
    [
        ([MISSED, MISSED, MET, BARE], "2 of the 3 indicators with a target miss it; 1 has no target."),
        ([MISSED, MET, BARE, BARE], "1 of the 2 indicators with a target misses it; 2 have no target."),
        ([MISSED, MISSED], "2 of the 2 indicators with a target miss it."),
        ([MET, MET, BARE], "None of the 2 indicators with a target miss it; 1 has no target."),
        ([MISSED, BARE], "The one indicator with a target misses it; 1 has no target."),
        ([MET], "The one indicator with a target meets it."),
        ([BARE, BARE], "No target is held for this quarter, so none can be met or missed."),
        ([MISSED, MET, EMPTY], "1 of the 3 indicators with a target misses it; 1 of the 3 has no figure."),
        ([MISSED, MET, EMPTY, EMPTY, BARE], "1 of the 4 indicators with a target misses it; 2 of the 4 have no figure; 1 has no target."),
    ],
)  # fmt: skip
def test_the_first_sentence_counts_the_missed_among_those_with_a_target(kinds: list[str], sentence: str) -> None:
    assert said(*map(held, kinds))[0] == sentence


def test_one_indicator_with_a_target_and_without_a_figure_is_not_said_to_miss_it() -> None:
    first = said(held(EMPTY), held(BARE))[0]
    assert "misses" not in first
    assert "no figure" in first


def test_a_quarter_without_any_figure_says_only_that() -> None:
    assert said(held(EMPTY), Held(indicator())) == ("No figures are held for July to September 2022 (Q2 2022-23).",)


def moved(
    earlier: str | None = "Q1 2022-23", from_value: str = "70", *, provisional: bool = False, **given: object
) -> Held:
    """An indicator that misses its target, with one earlier figure."""
    now = observed("80", provisional=provisional)
    series = (observed(from_value, earlier), now) if earlier else (now,)
    return Held(indicator(**given), series, (target("88"),))


LAST_YEAR = "Q2 2021-22"


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (moved(), "one is improving"),
        (moved(from_value="85"), "one is worsening"),
        (moved(from_value="80"), "one is unchanged"),
        (moved(from_value="79.9", smallest_change=observed("0.5").value), "one is little changed"),
        (moved(None), "one cannot be compared like with like"),
        (moved(seasonal=True), "one cannot be compared like with like"),
        (moved(LAST_YEAR, seasonal=True), "one is better than the same quarter last year"),
        (moved(LAST_YEAR, "85", seasonal=True), "one is worse than the same quarter last year"),
        (moved(LAST_YEAR, "85", seasonal=True, basis=Basis.MONTH_END), "one is worse than last September"),
        (moved(LAST_YEAR, "80", seasonal=True), "one is unchanged since the same quarter last year"),
        (moved(LAST_YEAR, "85", basis=Basis.YEAR_TO_DATE), "one is worse than the same quarter last year"),
        (moved(provisional=True), "one is improving and provisional"),
    ],
)
def test_the_second_sentence_says_which_way_the_missed_are_going(one: Held, words: str) -> None:
    assert said(one, held(MET))[1] == f"Of the 1, {words}."


def test_the_missed_are_grouped_and_every_group_is_counted() -> None:
    sentences = said(
        moved(None), moved(from_value="80"), moved(from_value="85"), moved(),
        moved(LAST_YEAR, "85", seasonal=True, basis=Basis.MONTH_END, provisional=True), moved(from_value="75"),
    )  # fmt: skip
    assert sentences[1] == (
        "Of the 6, two are improving, one is worsening, one is worse than last September and provisional, "
        "one is unchanged, one cannot be compared like with like."
    )


def test_a_group_of_which_a_part_is_provisional_says_which_part() -> None:
    assert said(moved(), moved(provisional=True))[1] == "Of the 2, two are improving (one provisional)."


def test_several_that_cannot_be_compared_are_said_without_a_slip_of_grammar() -> None:
    assert said(moved(None), moved(None))[1] == "Of the 2, two cannot be compared like with like."


def test_where_nothing_is_missed_no_direction_is_spoken_of() -> None:
    assert not any(sentence.startswith("Of the") for sentence in said(held(MET), held(MET)))


@pytest.mark.parametrize(
    ("met", "sentence"),
    [
        (["Plans"], "1 meets it: Plans."),
        (["Plans", "Visits", "Places"], "3 meet it: Plans; Visits; Places."),
        (["A", "B", "C", "D"], "4 meet it."),
    ],
)
def test_those_that_meet_their_target_are_named_where_they_are_few(met: list[str], sentence: str) -> None:
    assert sentence in said(*(held(MET, name) for name in met))


def test_a_passed_intervention_level_is_said() -> None:
    low: dict[str, object] = {"polarity": Polarity.LOW}
    level = (target(intervention_level="16"),)
    past = Held(indicator(**low), (observed("17"),), level)
    within = Held(indicator(**low), (observed("16"),), level)
    assert "1 has passed the intervention level." in said(past, within)
    assert "2 have passed the intervention level." in said(past, past)
    assert not any("intervention" in sentence for sentence in said(within))


def with_report(state: ReportState | None) -> Held:
    one: Indicator = indicator()
    return Held(one, (observed("80"),), (target("88"),), (), report(state) if state else None)


@pytest.mark.parametrize(
    ("states", "sentence"),
    [
        ([None], "Of 1 exception report required, 1 is missing."),
        ([ReportState.APPROVED], "Of 1 exception report required, 1 is approved."),
        ([ReportState.DRAFT, ReportState.SUBMITTED, ReportState.APPROVED, None],
         "Of 4 exception reports required, 1 is approved, 2 are present without approval, 1 is missing."),
        ([ReportState.APPROVED] * 2 + [ReportState.DRAFT] + [None] * 2,
         "Of 5 exception reports required, 2 are approved, 1 is present without approval, 2 are missing."),
    ],
)  # fmt: skip
def test_the_last_sentence_counts_the_exception_reports(states: list[ReportState | None], sentence: str) -> None:
    assert said(*map(with_report, states))[-1] == sentence


def test_where_no_report_is_required_that_is_said() -> None:
    assert said(held(MET))[-1] == "No exception report is required."


@given(st.lists(st.sampled_from([MISSED, MET, BARE, EMPTY]), max_size=12))
def test_every_quarter_gets_whole_sentences(kinds: list[str]) -> None:
    for sentence in said(*map(held, kinds)):
        assert sentence[0].isupper() or sentence[0].isdigit()
        assert sentence.endswith(".")
        assert "  " not in sentence


def test_a_quarter_in_which_every_figure_is_withheld_does_not_count_any_target_as_met() -> None:
    withheld = Held(indicator(), (observed(Absence.SUPPRESSED),), (target("88"),))
    sentences = said(withheld, withheld)
    assert sentences[0] == "None of the 2 indicators with a target miss it; 2 of the 2 have no figure."
    assert not any("meet" in sentence for sentence in sentences)

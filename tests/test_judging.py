"""An observation judged: each way of having no figure, the target then in force, and what a reader is told beside it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kpi_core.judging import Rating, judge, rate, target_in_force
from kpi_core.model import Absence, Basis, Polarity, Target
from kpi_core.periods import Quarter

from .conftest import Q2, indicator, observed, target

STATED = {"basis": Basis.QUARTER}


@pytest.mark.parametrize(
    ("observation", "due", "word"),
    [
        (None, (1, 2, 3, 4), "not reported"),
        (observed(Absence.NOT_REPORTED), (1, 2, 3, 4), "not reported"),
        (observed(Absence.SUPPRESSED), (1, 2, 3, 4), "suppressed because it is small"),
        (observed(Absence.NOT_APPLICABLE), (1, 2, 3, 4), "not applicable"),
        (observed(Absence.NOT_AVAILABLE), (1, 2, 3, 4), "not available"),
        (None, (4,), "not due this quarter"),
        (observed(Absence.SUPPRESSED), (4,), "suppressed because it is small"),
    ],
)
def test_each_way_of_having_no_figure_has_its_word_and_none_is_zero_or_red(
    observation: object, due: tuple[int, ...], word: str
) -> None:
    rated = judge(observation, [target("88")], indicator(due=due), Q2)  # type: ignore[arg-type]
    assert rated.rating is Rating.NO_DATA
    assert rated.reason == f"No data: {word}."
    assert rated.shown is None
    assert not rated.exception_required


def test_a_figure_given_in_a_quarter_it_is_not_due_in_is_still_judged() -> None:
    assert judge(observed("90"), [target("88")], indicator(due=(4,)), Q2).rating is Rating.GREEN


def test_a_true_zero_is_a_figure() -> None:
    assert judge(observed("0"), [target("88")], indicator(), Q2).rating is Rating.RED


def test_without_any_target_a_figure_is_not_rated() -> None:
    rated = judge(observed("90"), [], indicator(), Q2)
    assert (rated.rating, rated.reason) == (Rating.NOT_RATED, "Not rated: no target is held for this indicator.")


def test_a_quarter_before_the_first_known_target_is_not_rated_and_says_so() -> None:
    rated = judge(observed("90", "Q1 2022-23"), [target("88", "Q2 2022-23")], indicator(), Quarter(2022, 1))
    assert rated.rating is Rating.NOT_RATED
    assert "no target known for this quarter" in rated.reason


def test_a_profiled_target_holds_for_its_own_quarter_and_is_never_carried_on() -> None:
    mapping = [target("80", "Q1 2022-23", profiled=True), target("85", "Q2 2022-23", profiled=True)]
    assert judge(observed("84", "Q1 2022-23"), mapping, indicator(), Quarter(2022, 1)).rating is Rating.GREEN
    assert judge(observed("84"), mapping, indicator(), Q2).rating is Rating.RED
    later = judge(observed("84", "Q3 2022-23"), mapping, indicator(), Quarter(2022, 3))
    assert later.rating is Rating.NOT_RATED
    assert "no target known for this quarter" in later.reason


STANDING = target("80", "Q1 2021-22")
REPLACED = target("90", "Q2 2022-23")
PROFILED = target("85", "Q1 2022-23", profiled=True)


@pytest.mark.parametrize(
    ("held", "when", "in_force"),
    [
        ([], Q2, None),
        ([STANDING], Quarter(2020, 4), None),
        ([STANDING], Quarter(2021, 1), STANDING),
        ([STANDING], Quarter(2030, 4), STANDING),
        ([STANDING, REPLACED], Quarter(2022, 1), STANDING),
        ([STANDING, REPLACED], Q2, REPLACED),
        ([STANDING, PROFILED], Quarter(2022, 1), PROFILED),
        ([STANDING, PROFILED], Q2, None),
        ([STANDING, PROFILED, REPLACED], Q2, REPLACED),
    ],
)
def test_a_quarter_is_judged_by_the_target_then_in_force(
    held: list[Target], when: Quarter, in_force: Target | None
) -> None:
    assert target_in_force(held, when) == in_force


def test_a_new_target_does_not_change_how_an_old_quarter_was_judged() -> None:
    old, held = Quarter(2022, 1), [STANDING, REPLACED]
    assert judge(observed("84", "Q1 2022-23"), held, indicator(), old).rating is Rating.GREEN
    assert judge(observed("84"), held, indicator(), Q2).rating is Rating.RED


@pytest.mark.parametrize(
    ("when", "confirmed", "said"),
    [
        ("Q4 2022-23", "", None),
        ("Q1 2023-24", "", "carried over from 2022-23, not yet confirmed"),
        ("Q1 2023-24", "2023-24", None),
        ("Q1 2024-25", "2023-24", "carried over from 2023-24, not yet confirmed"),
        ("Q1 2024-25", "2024-25", None),
    ],
)
def test_a_target_carried_into_a_new_financial_year_says_so_until_it_is_confirmed(
    when: str, confirmed: str, said: str | None
) -> None:
    observation = observed("90", when)
    held = [target("88", "Q2 2022-23", basis=Basis.QUARTER, confirmed_through=confirmed)]
    reason = judge(observation, held, indicator(**STATED), observation.quarter).reason
    assert (said in reason) if said else ("carried over" not in reason)


@pytest.mark.parametrize(
    ("targets_basis", "figures_basis", "said"),
    [
        (Basis.QUARTER, Basis.QUARTER, None),
        (None, Basis.NOT_STATED, "The target's basis is not stated."),
        (None, Basis.MONTH_END, "The target's basis is not stated; the figure is as it stood at the end"),
        (Basis.ANNUAL, Basis.QUARTER, "The target is set on another basis (once a year) than the figure"),
    ],
)
def test_a_target_on_another_or_an_unknown_basis_is_said_in_the_reason(
    targets_basis: Basis | None, figures_basis: Basis, said: str | None
) -> None:
    reason = judge(observed("90"), [target("88", basis=targets_basis)], indicator(basis=figures_basis), Q2).reason
    assert (said in reason) if said else ("basis" not in reason)


@pytest.mark.parametrize("provisional", [True, False])
def test_a_rating_of_a_provisional_figure_says_that_it_is_provisional(provisional: bool) -> None:
    rated = judge(observed("80", provisional=provisional), [target("88")], indicator(), Q2)
    assert ("The figure is provisional." in rated.reason) == provisional


def test_with_only_a_level_the_reason_is_the_designs_sentence() -> None:
    held = [target(intervention_level="16")]
    within = judge(observed("15"), held, indicator(polarity=Polarity.LOW), Q2)
    assert within.reason == "Not rated: no target set; within the intervention level of 16%."
    assert not within.exception_required


def test_a_reason_that_says_no_target_is_set_does_not_go_on_to_speak_of_the_target() -> None:
    held = [target(intervention_level="16")]
    past = judge(observed("17"), held, indicator(polarity=Polarity.LOW), Q2)
    assert past.rating is Rating.RED
    assert past.reason == "Red: no target set; 17% is past the intervention level of 16%."


def test_a_value_can_be_rated_by_a_target_record_as_what_if_does() -> None:
    held = target("20", tolerance="10", tolerance_kind="percent", intervention_level="25")
    rated = rate(Decimal("21.5"), held, indicator(polarity=Polarity.LOW))
    assert (rated.rating, rated.amber_limit, rated.intervention_passed) == (Rating.AMBER, Decimal(22), False)


def test_an_indicator_with_no_good_direction_is_not_rated_even_where_it_has_a_target() -> None:
    rated = judge(observed("15"), [target("88")], indicator(polarity=Polarity.NEITHER), Q2)
    assert rated.rating is Rating.NOT_RATED
    assert "neither high nor low is better" in rated.reason


def test_a_level_carried_into_a_new_year_says_so_like_a_target() -> None:
    held = [target(intervention_level="16")]
    past = judge(observed("17", "Q1 2023-24"), held, indicator(polarity=Polarity.LOW), Quarter(2023, 1))
    assert past.reason.endswith("The intervention level is carried over from 2022-23, not yet confirmed.")

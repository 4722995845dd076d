"""What matters most: how long a rating has stood, which ratings changed, how far off target, and what comes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.judging import (
    Held,
    Rating,
    Row,
    Scorecard,
    build,
    changed_ratings,
    gap,
    history,
    order_of_concern,
    row_of,
    run,
)
from kpi_core.judging.concern import Became, ChangedRatings, ConcernGroup, Run, became, concern_group
from kpi_core.judging.rating import off_target
from kpi_core.model import Absence, Basis, Concern, Observation, Polarity, ReportState, Target
from kpi_core.shell.services import Services

from .conftest import NOW, Q2, indicator, observed, quarters, report, target

LONG = target("80", start="Q1 2015-16", tolerance="5", tolerance_kind="points", intervention_level="60")
"""A target met from 80 on; Amber from 75, Red below, and below 60 past the intervention level."""


def row(series: Sequence[Observation], *targets: Target, **given: object) -> Row:
    return row_of(Held(indicator(**given), tuple(series), targets or (LONG,)), Q2)


# --- how long -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "stood"),
    [
        (("70",), Run(1, 1)),
        (("70", "71"), Run(2, 2)),
        (("82", "70", "71"), Run(2, 2)),
        (("70", "76", "71"), Run(1, 3)),
        (("70", "70", "70", "70", "70", "70", "70", "70", "76", "71"), Run(1, 10)),
        (("70", "82"), Run(1, 0)),
        (("81", "82", "80"), Run(3, 0)),
        (("70", None, "71"), Run(1, 1)),
    ],
    ids=lambda one: " ".join(str(v) for v in one) if isinstance(one, tuple) else f"Red for {one.rating}, missed for {one.missed}",
)  # fmt: skip
def test_a_run_counts_the_quarters_in_a_row_and_ends_where_one_has_no_figure(
    values: tuple[str | None, ...], stood: Run
) -> None:
    assert run(row(quarters(*values))) == stood


def test_the_last_eight_quarters_are_told_with_their_gaps_and_without_those_not_due() -> None:
    rated = history(row(quarters(*["82"] * 6, "70", None, "76", "50")))
    assert [(one.text, rating.value) for one, rating in rated] == [
        ("Q3 2020-21", "green"), ("Q4 2020-21", "green"), ("Q1 2021-22", "green"), ("Q2 2021-22", "green"),
        ("Q3 2021-22", "red"), ("Q4 2021-22", "no_data"), ("Q1 2022-23", "amber"), ("Q2 2022-23", "red"),
    ]  # fmt: skip
    assert [rating.value for _, rating in history(row(quarters("82", None, "70"), due=(2, 4)))] == ["green", "red"]
    assert [rating.value for _, rating in history(row([]))] == ["no_data"]


def test_a_run_passes_over_quarters_in_which_none_is_due_and_begins_with_the_first_target() -> None:
    yearly = [observed("70", "Q2 2020-21"), observed("70", "Q2 2021-22"), observed("70")]
    assert run(row(yearly, due=(2,))) == Run(3, 3)
    assert run(row(quarters("70", "70", "70"), replace(LONG, start=Q2 - 1))) == Run(2, 2)


def test_a_quarter_whose_profiled_target_is_not_set_is_passed_over() -> None:
    of_each = (target("80", "Q4 2021-22", profiled=True), target("80", profiled=True, start="Q2 2022-23"))
    assert run(row(quarters("70", "70", "70"), *of_each)) == Run(2, 2)


def test_red_by_the_level_and_then_by_a_target_is_one_run_of_red_and_one_of_missed() -> None:
    level = target(start="Q1 2022-23", intervention_level="60")
    assert run(row(quarters("50", "50"), level, replace(LONG, start=Q2))) == Run(2, 1)


def test_a_rating_by_the_intervention_level_alone_has_a_run_and_no_target_is_missed() -> None:
    level = target(start="Q1 2015-16", intervention_level="60")
    assert run(row(quarters("70", "50", "50"), level)) == Run(2, 0)


def test_without_a_rating_nothing_runs() -> None:
    assert run(row([])) == Run(0, 0)
    assert run(row(quarters("70", "70"), polarity=Polarity.NEITHER)) == Run(0, 0)


@given(st.lists(st.sampled_from(["50", "70", "76", "82", None]), min_size=1, max_size=14))
def test_a_run_is_what_counting_backwards_by_hand_gives(values: list[str | None]) -> None:
    found = run(row(quarters(*values)))
    colour = {"50": "red", "70": "red", "76": "amber", "82": "green", None: ""}
    told = [colour[one] for one in values]
    alike = missed = 0
    while told[-1] and alike < len(told) and told[-1 - alike] == told[-1]:
        alike += 1
    while missed < len(told) and told[-1 - missed] in ("red", "amber"):
        missed += 1
    assert found == Run(alike, missed)


# --- what changed -------------------------------------------------------------------------------------------------

RAISED = (replace(LONG, start=Q2 - 40), replace(LONG, start=Q2, value=Decimal(90), tolerance=Decimal(2)))
LOWERED = (replace(LONG, start=Q2 - 40), replace(LONG, start=Q2, value=Decimal(70), tolerance=Decimal(2)))


@pytest.mark.parametrize(
    ("before", "after", "targets", "way"),
    [
        ("82", "70", (), Became.WORSE),
        ("82", "76", (), Became.WORSE),
        ("76", "70", (), Became.WORSE),
        ("70", "76", (), Became.BETTER),
        ("82", "85", (), Became.SAME),
        ("70", "50", (), Became.SAME),
        ("85", "84", RAISED, Became.OTHERWISE),
        ("95", "85", RAISED, Became.OTHERWISE),
        ("95", "70", RAISED, Became.WORSE),
        ("72", "73", LOWERED, Became.OTHERWISE),
        ("60", "82", LOWERED, Became.BETTER),
    ],
)  # fmt: skip
def test_a_rating_became_worse_or_better_only_where_the_figure_alone_did_it(
    before: str, after: str, targets: tuple[Target, ...], way: Became
) -> None:
    assert became(row(quarters(before, after), *targets)) is way


def test_where_the_definition_turned_round_what_is_better_it_became_neither() -> None:
    entries = (indicator(), indicator(start=Q2, polarity=Polarity.LOW))
    aim = target("80", start="Q1 2015-16")
    turned = Held(entries[-1], tuple(quarters("85", "85")), (aim,), entries=entries)
    assert became(row_of(turned, Q2)) is Became.OTHERWISE


def test_a_narrower_tolerance_makes_nothing_worse() -> None:
    narrowed = (LONG, replace(LONG, start=Q2, tolerance=Decimal(1)))
    assert became(row(quarters("76", "76"), *narrowed)) is Became.OTHERWISE


def test_a_revision_that_changed_the_colour_is_neither_worse_nor_better() -> None:
    then = observed("82", "Q1 2022-23", revision=1, former=Decimal(70), revision_reason="Counted again")
    assert became(row([then, observed("70")])) is Became.OTHERWISE
    now = observed("70", revision=1, former=Decimal(85), revision_reason="Counted again")
    assert became(row([observed("82", "Q1 2022-23"), now])) is Became.OTHERWISE
    assert became(row([observed("82", "Q1 2022-23"), replace(now, former=Decimal(72))])) is Became.WORSE


def test_a_seasonal_one_is_compared_with_last_year_and_one_without_an_earlier_rating_with_nothing() -> None:
    year = [observed("70", "Q2 2021-22"), observed("82", "Q1 2022-23"), observed("70")]
    assert became(row(year)) is Became.WORSE
    assert became(row(year, seasonal=True)) is Became.SAME
    assert became(row(quarters("70"))) is None
    assert became(row(quarters("82", "70"), replace(LONG, start=Q2))) is None
    broken = [observed("82", "Q1 2022-23"), observed("70", series_break="Counted anew")]
    assert became(row(broken)) is None


# --- how far off --------------------------------------------------------------------------------------------------

BAND = target(start="Q1 2015-16", low="70", high="80")


@pytest.mark.parametrize(
    ("value", "aim", "polarity", "distance"),
    [
        ("83.4", LONG, Polarity.HIGH, "3.4"),
        ("76.5", LONG, Polarity.HIGH, "-3.5"),
        ("80", LONG, Polarity.HIGH, "0"),
        ("26.5", target("20"), Polarity.LOW, "-6.5"),
        ("18", target("20"), Polarity.LOW, "2"),
        ("75", BAND, Polarity.BAND, "0"),
        ("68", BAND, Polarity.BAND, "-2"),
        ("83", BAND, Polarity.BAND, "-3"),
        ("83", target(intervention_level="60"), Polarity.HIGH, None),
        ("83", target("20"), Polarity.NEITHER, None),
    ],
)
def test_the_gap_is_worse_negative_and_within_a_band_nothing(
    value: str, aim: Target, polarity: Polarity, distance: str | None
) -> None:
    assert gap(row([observed(value)], aim, polarity=polarity)) == (None if distance is None else Decimal(distance))


@pytest.mark.parametrize(
    ("value", "aim", "given", "steps"),
    [
        ("40", target("50", tolerance="10", tolerance_kind="percent"), {}, "-2"),
        ("76", target("80", tolerance="0", tolerance_kind="points"), {}, "-0.05"),
        ("76", target("80"), {}, "-0.05"),
        ("84", target("80"), {}, "0.05"),
        ("-8", target("-5"), {"may_be_below_0": True}, "-0.6"),
        ("3", target("0"), {"polarity": Polarity.LOW}, None),
    ],
)
def test_how_far_off_counts_in_steps_of_the_tolerance_or_as_a_share_of_the_target(
    value: str, aim: Target, given: dict[str, object], steps: str | None
) -> None:
    off = off_target(Decimal(value), aim, indicator(**given))
    assert off is not None
    assert off.steps == (None if steps is None else Decimal(steps))


# --- what comes first ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("series", "targets", "given", "group"),
    [
        (quarters("50"), (), {}, ConcernGroup.PAST_LEVEL),
        (quarters("70"), (), {}, ConcernGroup.RED),
        (quarters("70", None), (), {}, ConcernGroup.MISSING_AND_RED),
        (quarters("82", None), (), {}, ConcernGroup.NOT_RATED),
        ([*quarters("70", None), observed(Absence.SUPPRESSED)], (), {}, ConcernGroup.NOT_RATED),
        (quarters("76"), (), {}, ConcernGroup.AMBER_OR_MARKED),
        (quarters("70"), (target(intervention_level="60"),), {}, ConcernGroup.BY_LEVEL_ALONE),
        (quarters("50"), (target(intervention_level="60"),), {}, ConcernGroup.PAST_LEVEL),
        (quarters("70"), (target("20"),), {"polarity": Polarity.NEITHER}, ConcernGroup.NOT_RATED),
        (quarters("82"), (), {}, ConcernGroup.GREEN),
        (quarters("70", None), (), {"due": (1,)}, ConcernGroup.NOT_DUE),
    ],
)  # fmt: skip
def test_each_row_belongs_to_one_group(
    series: list[Observation], targets: tuple[Target, ...], given: dict[str, object], group: ConcernGroup
) -> None:
    assert concern_group(row(series, *targets, **given)) is group


def test_a_mark_puts_a_green_one_beside_the_ambers_and_leaves_a_red_one_red() -> None:
    assert concern_group(row(quarters("82")), marked=True) is ConcernGroup.AMBER_OR_MARKED
    assert concern_group(row(quarters("70")), marked=True) is ConcernGroup.RED


def held(
    code: str,
    *values: str | None,
    provisional: bool = False,
    state: ReportState | None = None,
    aim: Target = LONG,
    **given: object,
) -> Held:
    """An indicator with figures up to this quarter; ``provisional``: all of them, ``state``: its report's."""
    series = tuple(replace(one, indicator=code, provisional=provisional) for one in quarters(*values))
    told = None if state is None else replace(report(state), indicator=code)
    return Held(indicator(code=code, **given), series, (replace(aim, indicator=code),), report=told)


def ordered(*of: Held, marked: str = "") -> list[str]:
    card: Scorecard = build(Q2, "X", "Exampleshire", of)
    if marked:
        card = replace(card, concerns=(Concern(marked, "X", Q2, True, "Watch it", "Author", "Report author", NOW),))
    return [one.indicator.code for one in order_of_concern(card)]


def test_the_groups_come_in_their_order() -> None:
    card = [
        held("NOTDUE", "70", None, due=(1,)),
        held("GREEN", "82"),
        held("NEITHER", "82", polarity=Polarity.NEITHER),
        held("LEVEL", "82", aim=target(intervention_level="60")),
        held("AMBER", "76"),
        held("MISSING", "70", None),
        held("RED", "70"),
        held("PAST", "50"),
    ]
    assert ordered(*card) == ["PAST", "RED", "MISSING", "AMBER", "LEVEL", "NEITHER", "GREEN", "NOTDUE"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (held("A", "70", "70"), held("B", "70", "69", provisional=True)),
        (held("A", "74", "70"), held("B", "62", "65")),
        (held("A", "60", "60", "60"), held("B", "82", "60", "60")),
        (held("A", "70"), held("B", "69", state=ReportState.DRAFT)),
        (held("A", "70", statutory_note="By law"), held("B", "69")),
        (held("A", "64"), held("B", "65")),
        (held("A", "82"), held("B", "90")),
        (held("A", "70", aim=target("80", basis=Basis.QUARTER), basis=Basis.QUARTER), held("B", "60", aim=target("80", basis=Basis.ANNUAL), basis=Basis.QUARTER)),
        (held("A", "70", aim=target("80", basis=Basis.QUARTER), basis=Basis.QUARTER), held("B", "60", aim=target("80"), basis=Basis.QUARTER)),
    ],
    ids=["final before provisional", "worse before better", "longest missed", "without explanation", "statutory", "wider gap", "nearer to a miss", "a target on another basis last", "a target whose basis is not stated last"],
)  # fmt: skip
def test_within_a_group_one_comes_before_the_other(first: Held, second: Held) -> None:
    assert ordered(first, second) == ordered(second, first) == ["A", "B"]


def test_the_gap_counts_in_steps_of_the_tolerance_and_without_one_as_a_share_of_the_target() -> None:
    narrow = target("80", tolerance="1", tolerance_kind="points", basis=Basis.QUARTER)
    wide = target("80", tolerance="8", tolerance_kind="points", basis=Basis.QUARTER)
    bare = target("80", basis=Basis.QUARTER)
    few = target("4", basis=Basis.QUARTER)
    told = {"basis": Basis.QUARTER}
    assert ordered(held("WIDE", "70", aim=wide, **told), held("NARROW", "76", aim=narrow, **told)) == ["NARROW", "WIDE"]
    of_four = held("FEW", "6", aim=few, polarity=Polarity.LOW, unit="number", decimals=0, **told)
    assert ordered(held("BARE", "60", aim=bare, **told), of_four) == ["FEW", "BARE"]


def test_a_mark_moves_its_indicator_up() -> None:
    both = held("A", "82"), held("B", "82")
    assert ordered(*both) == ["A", "B"]
    assert ordered(*both, marked="B") == ["B", "A"]


# --- the example council ------------------------------------------------------------------------------------------


def test_on_the_example_the_worst_is_the_one_past_its_level_and_its_runs_are_told(example: Services) -> None:
    card = example.scorecard()
    assert order_of_concern(card)[0].indicator.code == "EX10"
    assert run(card.row("EX10")) == Run(rating=2, missed=10)
    assert gap(card.row("EX10")) == Decimal("-11.6")


def test_on_the_example_none_became_worse_and_one_better_of_those_that_can_be_compared(example: Services) -> None:
    card = example.scorecard()
    assert changed_ratings(card.rows) == ChangedRatings(13, (), ("EX19",), ())
    assert became(card.row("EX16")) is Became.SAME  # Red, as last September
    assert became(card.row("EX04")) is None  # no target was known a year ago


def test_what_had_no_target_before_is_not_counted_among_those_that_did_not_become_red(services: Services) -> None:
    card = services.scorecard()
    assert card.row("FD01").rated.rating is Rating.RED
    assert changed_ratings(card.rows) == ChangedRatings(0, (), (), ())


@given(st.randoms())
def test_the_order_is_the_same_whatever_order_the_indicators_come_in(example_card: Scorecard, random: Random) -> None:
    rows = [one for one in example_card.rows if one.has_target]  # nothing tells those without a target apart
    told = order_of_concern(replace(example_card, rows=tuple(rows)))
    random.shuffle(rows)
    assert order_of_concern(replace(example_card, rows=tuple(rows))) == told


@pytest.fixture(scope="module")
def example_card(example: Services) -> Scorecard:
    return example.scorecard()

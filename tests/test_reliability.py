"""Over which figures limits may be drawn, and what may be said of a target: limits worked out again by hand beside them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.judging import Assurance, Firmness, Process, Variation, process
from kpi_core.model import Absence, Basis, Indicator, Observation, Polarity, Target, Unit
from kpi_core.periods import span
from kpi_core.shell.services import Services
from kpi_core.showing import IndicatorView

from .conftest import Q2, STEADY, indicator, observed, quarters, target
from .scenarios import tried

QUARTERLY = indicator(basis=Basis.QUARTER)


@pytest.fixture(scope="module")
def council(example: Services) -> dict[str, IndicatorView]:
    return {row.indicator.code: example.indicator(row.indicator.code) for row in example.scorecard().rows}


def of(view: IndicatorView, aim: Target | None = None) -> Process:
    return process(view.indicator, [judged.observation for judged in view.series], aim or view.row.target)


def by_hand(values: Sequence[Decimal | None]) -> tuple[float, float, float]:
    """Lower limit, mean and upper limit with plain arithmetic: mean -/+ 2.66 mean moving ranges, outlying ones left out once."""
    known = [float(value) for value in values if value is not None]
    mean = sum(known) / len(known)
    ranges = [abs(float(b) - float(a)) for a, b in pairwise(values) if a is not None and b is not None]
    average = sum(ranges) / len(ranges)
    kept = [one for one in ranges if one < 3.267 * average]
    width = 2.66 * sum(kept) / len(kept)
    return mean - width, mean, mean + width


# --- limits over the example council's 16 quarters ----------------------------------------------------------------


@pytest.mark.parametrize(
    "code", ["EX01", "EX02", "EX05", "EX07", "EX08", "EX10", "EX12", "EX14", "EX15", "EX16", "EX20"]
)
def test_limits_agree_with_those_worked_out_by_hand(council: dict[str, IndicatorView], code: str) -> None:
    view = council[code]
    held = {j.observation.quarter: j.observation for j in view.series}
    values = [
        None if one is None or one.not_comparable else one.value
        for one in (held.get(quarter) for quarter in span(min(held), max(held)))
    ]
    found = of(view).limits
    assert (found.lower, found.mean, found.upper) == pytest.approx(by_hand(values), abs=1e-6)
    assert found.firmness is Firmness.FIRM


def test_the_outlying_quarter_is_left_out_of_the_moving_ranges_and_not_of_the_mean(
    council: dict[str, IndicatorView],
) -> None:
    found = of(council["EX08"])
    outlier = found.values.index(min(value for value in found.values if value is not None))
    assert found.limits.points[outlier].rule == "outside the limits"
    unscreened = [abs(b - a) for a, b in pairwise(found.values) if a is not None and b is not None]
    assert found.limits.upper is not None
    assert found.limits.mean is not None
    assert found.limits.upper < found.limits.mean + 2.66 * float(sum(unscreened) / len(unscreened))


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("EX04", "Each figure contains the one before, as it runs from 1 April, so control limits would say nothing."),
        ("EX03", "Each figure shares nine months with the one before, so control limits would be far too narrow."),
        ("EX13", "Each figure shares nine months with the one before, so control limits would be far too narrow."),
        ("EX11", "There is one figure a year, so there are no quarters to draw limits over."),
        ("EX18", "There is one figure a year, so there are no quarters to draw limits over."),
    ],
)
def test_limits_are_not_offered_where_figures_share_time(
    council: dict[str, IndicatorView], code: str, why: str
) -> None:
    found = of(council[code])
    assert (found.why_not, found.drawn, found.on_the_year) == (why, False, None)
    assert found.assurance_words("the target") == ""


def test_an_academic_year_to_date_is_refused_with_its_own_reason() -> None:
    found = process(indicator(basis=Basis.ACADEMIC_YEAR_TO_DATE), quarters(*STEADY), None)
    assert found.why_not == (
        "Each figure contains the one before, as it runs from 1 September, so control limits would say nothing."
    )


def test_only_the_seasonal_indicator_is_also_offered_on_the_year(council: dict[str, IndicatorView]) -> None:
    assert [code for code, view in council.items() if of(view).on_the_year is not None] == ["EX16"]


def test_the_changes_on_the_year_are_a_process_of_their_own_with_narrower_limits(
    council: dict[str, IndicatorView],
) -> None:
    found = of(council["EX16"])
    changes = found.on_the_year
    assert changes is not None
    assert changes.differences
    assert changes.quarters == found.quarters[4:]
    pairs = zip(found.values, found.values[4:], strict=False)
    assert changes.values == tuple(now - before for before, now in pairs if now is not None and before is not None)
    assert (changes.limits.lower, changes.limits.mean, changes.limits.upper) == pytest.approx(by_hand(changes.values))
    for one in (found, changes):
        assert one.limits.lower is not None
        assert one.limits.upper is not None
    assert changes.limits.upper - changes.limits.lower < found.limits.upper - found.limits.lower  # type: ignore[operator]
    assert changes.target is None
    assert changes.assurance_words("the target") == ""


@pytest.mark.parametrize(("value", "said"), [("1.5", "+1.5 points"), ("-1", "-1 point"), ("0.0", "0.0 points")])
def test_a_change_on_the_year_is_told_with_its_sign(council: dict[str, IndicatorView], value: str, said: str) -> None:
    found = of(council["EX16"])
    assert found.on_the_year is not None
    assert found.on_the_year.in_words(Decimal(value)) == said
    assert found.in_words(Decimal("1.5")) == "1.5%"


def test_of_a_seasonal_target_it_is_said_that_the_season_may_decide(example: Services) -> None:
    one = example.what_if([]).row("EX16")
    assert one is not None
    assert one.text.endswith(
        "As things are, the target of 4% would be met in some quarters and missed in others, by the season or by luck."
    )


def test_a_seasonal_indicator_due_twice_a_year_is_compared_with_two_places_before() -> None:
    twice = indicator(seasonal=True, due=(2, 4))
    series = [observed(str(value), f"Q{n} 20{year}-{year + 1}") for year, n, value in ((20, 2, 50), (20, 4, 70), (21, 2, 51), (21, 4, 73))]  # fmt: skip
    found = process(twice, [*series, observed("55")], None)
    assert found.values == (50, 70, 51, 73, 55)
    assert found.on_the_year is not None
    assert found.on_the_year.values == (1, 3, 4)
    assert [quarter.text for quarter in found.on_the_year.quarters] == ["Q2 2021-22", "Q4 2021-22", "Q2 2022-23"]


# --- which quarters belong to a process ---------------------------------------------------------------------------


def test_a_break_in_the_series_starts_the_limits_anew(council: dict[str, IndicatorView]) -> None:
    found = of(council["EX17"])
    assert [quarter.text for quarter in found.quarters] == ["Q3 2024-25", "Q4 2024-25", "Q1 2025-26", "Q2 2025-26"]
    assert (found.held, found.limits.firmness, found.drawn) == (4, Firmness.NONE, False)


def test_of_two_breaks_the_later_one_counts() -> None:
    series = [
        observed("80", "Q3 2021-22", series_break="a new form"),
        observed("81", "Q4 2021-22"),
        observed("90", "Q1 2022-23", series_break="a new system"),
        observed("91"),
    ]
    assert process(QUARTERLY, series, None).values == (90, 91)


def test_a_gap_is_a_place_without_a_value_and_no_moving_range_spans_it() -> None:
    found = process(QUARTERLY, quarters("10", "12", None, "90", "92", "90"), None)
    assert found.values == (10, 12, None, 90, 92, 90)
    assert (found.held, len(found.quarters)) == (5, 6)
    assert (found.limits.lower, found.limits.mean, found.limits.upper) == pytest.approx((53.48, 58.8, 64.12))


@pytest.mark.parametrize(
    "odd",
    [
        observed(Absence.SUPPRESSED, "Q1 2022-23"),
        observed(Absence.NOT_APPLICABLE, "Q1 2022-23"),
        observed("99", "Q1 2022-23", not_comparable="it was a strike"),
    ],
)
def test_what_is_no_figure_or_not_comparable_is_a_gap(odd: Observation) -> None:
    found = process(QUARTERLY, [observed("80", "Q4 2021-22"), odd, observed("81")], None)
    assert found.values == (80, None, 81)


def test_quarters_that_are_not_due_are_no_gaps() -> None:
    series = [observed("50", "Q2 2021-22"), observed("51", "Q4 2021-22"), observed("52")]
    assert process(indicator(due=(2, 4)), series, None).values == (50, 51, 52)


def test_gaps_before_the_first_and_after_the_last_figure_do_not_count() -> None:
    series = [observed(Absence.NOT_AVAILABLE, "Q3 2021-22"), observed("80", "Q4 2021-22"), observed("81", "Q1 2022-23"), observed(Absence.SUPPRESSED)]  # fmt: skip
    assert process(QUARTERLY, series, None).values == (80, 81)


def test_values_are_those_shown() -> None:
    assert process(QUARTERLY, [observed("80.25"), ], None).values == (Decimal("80.3"),)  # fmt: skip


@pytest.mark.parametrize("series", [[], [observed(Absence.SUPPRESSED)], [observed("80", not_comparable="a strike")]])
def test_without_a_figure_to_compare_no_limits_are_offered_and_it_says_so(series: list[Observation]) -> None:
    found = process(QUARTERLY, series, target("80"))
    assert (found.why_not, found.drawn) == ("No figures are held to draw limits over.", False)


@pytest.mark.parametrize(
    ("how_many", "firmness", "drawn"),
    [(1, "none", False), (4, "none", False), (5, "trial", True), (12, "trial", True), (13, "firm", True)],
)
def test_limits_are_drawn_from_five_figures_on_and_firm_from_13(how_many: int, firmness: str, drawn: bool) -> None:
    found = process(QUARTERLY, quarters(*STEADY[:how_many]), target("80"))
    assert (found.limits.firmness, found.drawn) == (firmness, drawn)
    assert bool(found.assurance_words("the target")) == drawn


def test_figures_that_never_move_have_no_limits_to_draw() -> None:
    found = process(QUARTERLY, quarters(*["80"] * 14), target("80"))
    assert (found.limits.firmness, found.drawn) == (Firmness.COLLAPSED, False)
    assert found.assurance_words("the target") == ""


# --- would it be met reliably -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("polarity", "aim", "assurance", "said"),
    [
        (Polarity.HIGH, "60", "consistent_pass", "As things are, the target of 60% would be met every quarter."),
        (Polarity.HIGH, "80", "inconsistent", "As things are, the target of 80% would be met in some quarters and missed in others, by luck."),
        (Polarity.HIGH, "95", "consistent_fail", "As things are, the target of 95% would be missed every quarter; the process itself has to change."),
        (Polarity.LOW, "95", "consistent_pass", "As things are, the target of 95% would be met every quarter."),
        (Polarity.LOW, "60", "consistent_fail", "As things are, the target of 60% would be missed every quarter; the process itself has to change."),
    ],
)  # fmt: skip
def test_whether_a_target_would_be_met_as_things_are(polarity: Polarity, aim: str, assurance: str, said: str) -> None:
    one = tried([f"target:A1={aim}"], indicator(basis=Basis.QUARTER, polarity=polarity), quarters(*STEADY))
    assert one.assurance == assurance
    assert said in one.text


def test_a_target_on_a_limit_is_hit_or_miss() -> None:
    series = quarters("0", "100", "0", "100", "0", "100", "0", "100")
    found = process(indicator(unit=Unit.NUMBER), series, target("316"))
    assert found.limits.upper == 316
    assert found.limits.assurance is Assurance.INCONSISTENT
    assert process(indicator(unit=Unit.NUMBER), series, target("316.1")).limits.assurance is Assurance.CONSISTENT_FAIL


@pytest.mark.parametrize("polarity", [Polarity.BAND, Polarity.NEITHER])
def test_of_a_band_or_of_neither_nothing_is_assured(polarity: Polarity) -> None:
    aim = target(low="70", high="90") if polarity is Polarity.BAND else None
    one = tried([], indicator(basis=Basis.QUARTER, polarity=polarity), quarters(*STEADY), [aim] if aim else [])
    assert (one.assurance, one.process.assurance_words("the target")) == (None, "")
    assert one.process.limits.variation in (Variation.COMMON_CAUSE, Variation.NEUTRAL_HIGH, Variation.NEUTRAL_LOW)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("EX01", "Over all 16 quarters the target of 90% is out of reach of the limits, but the figures have moved, so that says little of what comes next."),
        ("EX10", "Over all 16 quarters the target of 95% lies within the limits, but the figures have moved, so that says little of what comes next."),
        ("EX15", "Over all 15 quarters the target of £5,200 lies within the limits, but the figures have moved, so that says little of what comes next."),
    ],
)  # fmt: skip
def test_where_the_figures_have_moved_less_is_said(example: Services, code: str, said: str) -> None:
    one = example.what_if([]).row(code)
    assert one is not None
    assert not one.process.settled
    assert one.text.endswith(said)
    assert "As things are" not in one.text


def test_a_target_well_within_reach_of_a_process_that_moved_is_said_so() -> None:
    found = process(QUARTERLY, quarters(*STEADY[:13], "99"), target("60"))
    assert found.assurance_words("the target of 60%") == (
        "Over all 14 quarters the target of 60% is well within reach of the limits, but the figures have moved, so that says "
        "little of what comes next."
    )


def test_the_scenarios_target_is_held_against_the_limits_and_not_the_one_in_force(example: Services) -> None:
    held, easier, harder = (
        example.what_if(changes).row("EX02") for changes in ([], ["target:EX02=75"], ["target:EX02=95"])
    )
    assert held is not None
    assert easier is not None
    assert harder is not None
    assert (held.assurance, harder.assurance) == ("inconsistent", "consistent_fail")
    assert held.process.limits.upper == easier.process.limits.upper == harder.process.limits.upper


tenths = st.one_of(st.none(), st.integers(0, 1000).map(lambda n: f"{n / 10}"))


@given(st.lists(tenths, min_size=1, max_size=20), st.integers(0, 1000).map(lambda n: f"{n / 10}"))
def test_what_is_said_of_any_series_follows_its_firmness(values: list[str | None], aim: str) -> None:
    found = process(QUARTERLY, quarters(*values), target(aim))
    known = [value for value in values if value is not None]
    assert found.held == len(known)
    assert not found.drawn or found.held >= 5
    assert bool(found.assurance_words("it")) == (found.drawn and found.limits.assurance is not None)
    if known:
        assert found.values[0] is not None
        assert found.values[-1] is not None
        assert found.quarters[-1] <= Q2


def test_an_indicator_whose_figures_count_nothing_twice_is_not_refused() -> None:
    for basis in (Basis.QUARTER, Basis.QUARTER_END, Basis.MONTH_END, Basis.NOT_STATED):
        one: Indicator = indicator(basis=basis)
        assert process(one, quarters(*STEADY), None).why_not == ""

"""What a scenario answers: what turns, what it would have been, the rest of the year, and what to be careful of.

First over the council's own figures and the example's, as the services give them; then over series made for one question.
"""

from __future__ import annotations

import copy
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.figures import shown
from kpi_core.judging import Rating, judge, rate
from kpi_core.model import Absence, Basis, Polarity, Unit
from kpi_core.shell.services import Services
from kpi_core.what_if import changed_since, figures_under, rated_significance

from .conftest import indicator, observed, quarters, target
from .scenarios import row, tried, whole

FD02_AT_22 = (
    "Repeat referrals within 12 months, target 22% instead of 20%: stays Red. "
    "22% would have been met in 0 of the 2 quarters held. "
)
ASSUMED = (
    "It would take 45 to 46 fewer of 1,002 to 1,005 referrals: 220 to 221 instead of 266 "
    "(referrals that repeat an earlier one within 12 months). The counts are assumed, and not held. "
)
YEAR_AT_22 = (
    "For an average of 22% over 2022-23, each of the two remaining quarters must be 16% or less on average "
    "(simple average of quarters, counts not held)."
)


# --- the council's own figures: what if 20 were 22 ----------------------------------------------------------------


def test_repeat_referrals_stay_red_at_22_which_was_met_in_none_of_the_two_quarters_held(services: Services) -> None:
    found = services.what_if(["target:FD02=22"])
    one = row(services, "FD02", "target:FD02=22")
    assert (one.row.rated.rating, one.rated.rating, one.turned) == (Rating.RED, Rating.RED, False)
    assert one.past_words == "22% would have been met in 0 of the 2 quarters held."
    assert [past.quarter.text for past in one.past] == ["Q1 2022-23", "Q2 2022-23"]
    assert [past.met for past in one.past] == [False, False]
    assert one.text == FD02_AT_22 + YEAR_AT_22
    assert found.words == "No rating turns. Exception reports required: 4, as before."
    assert (found.reports_before, found.reports_after) == (4, 4)
    assert [r.indicator.code for r in found.changed] == ["FD02"]


def test_the_target_in_force_at_the_time_stands_beside_each_past_quarter(services: Services) -> None:
    first, last = row(services, "FD02", "target:FD02=22").past
    assert (first.target_then, first.met_then) == (None, None)
    assert last.target_then is not None
    assert (last.target_then.value, last.met_then) == (Decimal(20), False)


def test_without_an_assumption_accepted_nothing_is_said_of_numbers_but_the_assumption_is_offered(
    services: Services,
) -> None:
    one = row(services, "FD02", "target:FD02=22")
    assert one.needed is None
    assert one.counted is None
    assert [stated.words(one.indicator) for stated in one.stated] == [
        "The exception report states 266: 266 at 26.5% means 1,002 to 1,005 referrals; the parts sum to 256, so this is in doubt."
    ]


def test_with_the_count_of_266_accepted_it_takes_45_to_46_fewer_and_says_that_this_is_assumed(
    services: Services,
) -> None:
    one = row(services, "FD02", "target:FD02=22", "count:FD02=266")
    assert one.needed is not None
    assert (one.needed.fewest, one.needed.extra, one.needed.direction) == (45, 46, "fewer")
    assert (one.needed.of, one.needed.assumed) == (1005, True)
    assert one.text == FD02_AT_22 + ASSUMED + YEAR_AT_22
    assert rated_significance(one) == (
        "Allowing for chance the figure stands for 23.9% to 29.4%: worse than the target by more than chance. "
        "The counts are assumed."
    )


def test_what_is_needed_really_meets_22_at_either_end_of_the_assumed_range(services: Services) -> None:
    one = row(services, "FD02", "target:FD02=22", "count:FD02=266")
    assert one.needed is not None
    assert one.target is not None
    for fewer, n in ((one.needed.extra, 1002), (one.needed.fewest, 1005)):
        met = rate(Decimal(266 - fewer) * 100 / n, one.target, one.indicator)
        missed = Decimal(266 - fewer + 1) * 100 / n
        assert met.rating is Rating.GREEN
        assert missed > one.target.value  # type: ignore[operator]


def test_each_remaining_quarter_must_average_16_or_less(services: Services) -> None:
    year = row(services, "FD02", "target:FD02=22").year
    assert year is not None
    assert (year.needed, year.reachable, year.text) == (Decimal(16), True, YEAR_AT_22)


def test_with_600_assessments_assumed_it_takes_27_more(services: Services) -> None:
    one = row(services, "FD01", "out-of:FD01=600")
    assert one.needed is not None
    assert one.needed.text == (
        "It would take 27 more of 600 assessments completed: 528 instead of 501 (assessments completed in 45 days). "
        "The counts are assumed, and not held."
    )
    assert (one.needed.extra, one.needed.direction, one.needed.of, one.needed.assumed) == (27, "more", 600, True)


def test_a_basis_that_is_not_stated_gives_no_year_and_says_why(services: Services) -> None:
    one = row(services, "FD01", "target:FD01=85")
    assert one.year is None
    assert one.year_text == (
        "The register does not say whether the figure covers its quarter alone, so no average for the year is worked out."
    )


def test_a_month_end_figure_is_a_snapshot_whose_year_is_its_last_quarter(services: Services) -> None:
    one = row(services, "ED07", "target:ED07=5")
    assert one.year_text == "The figure is a snapshot: the year's is its last quarter's, so Q4 must be 5% or less."
    assert one.past_words == "5% would have been met in 1 of the 3 quarters held."
    assert [past.met for past in one.past] == [False, True, False]


@pytest.mark.parametrize(
    ("aim", "becomes", "words", "reports"),
    [
        ("79", "green", "Ratings that turn: one to Green. Exception reports required: 3 instead of 4.", 3),
        ("79.1", "red", "No rating turns. Exception reports required: 4, as before.", 4),
        ("64", "green", "Ratings that turn: one to Green. Exception reports required: 3 instead of 4.", 3),
    ],
)
def test_of_two_figures_the_one_that_the_scorecard_rates_decides_and_the_other_is_still_told(
    services: Services, aim: str, becomes: str, words: str, reports: int
) -> None:
    found = services.what_if([f"target:PCP05={aim}"])
    one = row(services, "PCP05", f"target:PCP05={aim}")
    assert (one.rated.rating, found.words, found.reports_after) == (becomes, words, reports)
    assert "79%" in one.row.conflict
    assert "64%" in one.row.conflict


def test_a_scenario_without_changes_says_so_and_has_every_indicator(services: Services) -> None:
    found = services.what_if([])
    assert found.words == "Nothing is changed yet."
    assert found.changed == ()
    assert [r.indicator.code for r in found.rows] == [r.indicator.code for r in services.scorecard().rows]
    assert [r.row for r in found.rows] == list(services.scorecard().rows)


def test_those_whose_rating_turns_come_first(services: Services) -> None:
    found = services.what_if(["target:PCP03=90", "target:FD01=83.5"])
    assert [(r.indicator.code, r.turned) for r in found.changed] == [("FD01", True), ("PCP03", False)]
    assert (found.turned_to(Rating.GREEN), found.turned_to(Rating.RED)) == (1, 0)


def test_nothing_that_is_published_is_changed_by_any_of_it(services: Services) -> None:
    before = copy.deepcopy(services.scorecard())
    for changes in (["target:all=-50%"], ["value:all=0"], ["target:FD02=30", "count:FD02=266", "by:FD02=Q4 2023-24"]):
        for one in services.what_if(changes).rows:
            _ = (one.text, one.year_text, one.significances, one.milestones, one.stated)
    assert services.scorecard() == before


def test_a_scenario_says_what_has_changed_under_it(services: Services) -> None:
    found = services.what_if(["target:FD02=22", "target:FD01=90"])
    under = figures_under(found.changed)
    assert under == (("FD01", "83.5%", "88%"), ("FD02", "26.5%", "20%"))
    rows = {one.indicator.code: one.row for one in found.rows}
    assert changed_since(under, rows) == ()
    then = (("FD02", "27.1% [p]", "21%"), ("PCP01", "285", "300"), ("GONE", "1", ""))
    assert changed_since(then, rows) == (
        "Repeat referrals within 12 months: the figure was 27.1% [p] then, and is 26.5% now.",
        "Repeat referrals within 12 months: the target was 21% then, and is 20% now.",
        "Approved fostering households: the target was 300 then, and is not held now.",
        "GONE is no longer in the register of this quarter.",
    )


# --- the example council, with 16 quarters ------------------------------------------------------------------------


def test_every_quarter_held_counts_and_not_the_last_few_alone(example: Services) -> None:
    one = row(example, "EX02", "target:EX02=80")
    series = example.indicator("EX02").series
    values = [judged.observation.value for judged in series if judged.observation.value is not None]
    assert len(values) == len(one.past) == 16
    met = sum(value >= 80 for value in values)
    assert one.past_words == f"80% would have been met in {met} of the 16 quarters held."


def test_past_quarters_keep_the_target_that_was_in_force_then(example: Services) -> None:
    then = {past.quarter.text: past.target_then for past in row(example, "EX02", "target:EX02=78").past}
    assert then["Q4 2021-22"] is None
    assert then["Q4 2023-24"] is not None
    assert (then["Q4 2023-24"].value, then["Q1 2024-25"].value) == (80, 85)  # type: ignore[union-attr]


def test_held_counts_are_not_called_assumed(example: Services) -> None:
    one = row(example, "EX02", "target:EX02=85")
    assert one.needed is not None
    assert one.needed.text == (
        "It would take 11 more of 417 assessments finished: 355 instead of 344 (assessments finished within 45 working days)."
    )
    assert not one.needed.assumed


def test_the_year_is_weighted_where_counts_are_held(example: Services) -> None:
    one = row(example, "EX02", "target:EX02=85")
    done = [j.observation for j in example.indicator("EX02").series if j.observation.quarter.year == 2025]
    x, n = (sum(getattr(o, part) for o in done) for part in ("numerator", "denominator"))
    to_come = round(n / 2) * 2
    still = -(-85 * (n + to_come) // 100) - x
    assert one.year_text == (
        f"For 85% over the whole of 2025-26, at least {still:,} of the {to_come:,} assessments finished to come, if as many come "
        "as so far: 86.67% or more on average in each of the two remaining quarters."
    )
    assert "simple average" not in one.year_text


def test_a_year_that_is_out_of_reach_says_so(example: Services) -> None:
    year = row(example, "EX10", "target:EX10=95").year
    assert year is not None
    assert (year.reachable, year.text) == (False, "95% over the whole of 2025-26 cannot be reached this year.")


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("EX03", "The figure covers twelve months already, so quarters are not averaged."),
        ("EX04", "The figure runs up over the year, so the last quarter's is the year's."),
        ("EX05", "Not every quarter of 2025-26 up to now has a figure to average, so the year is not worked out."),
        ("EX07", "The target is a band, so no average for the rest of the year is worked out."),
        ("EX18", "The figure is given once a year, so there are no quarters to average."),
    ],
)
def test_where_no_year_is_worked_out_it_says_why(example: Services, code: str, why: str) -> None:
    one = row(example, code)
    assert (one.year, one.year_text) == (None, why)


def test_a_suppressed_figure_is_no_figure_to_turn_or_to_meet_a_target_with(example: Services) -> None:
    one = row(example, "EX09", "target:EX09=4")
    assert one.rated.rating is Rating.NO_DATA
    assert not one.turned
    assert one.needed is None
    assert one.turn_words == (
        "Protection plans open for two years or more, target 4% instead of 5%: no figure is held for the quarter."
    )


def test_the_next_quarter_is_judged_by_the_profiled_target_of_that_quarter(example: Services) -> None:
    one = row(example, "EX04", "value:EX04=1340")
    assert one.rated.rating is Rating.GREEN
    assert one.rated.reason == "Green: 1,340 meets the target of 1,340."


def test_a_next_value_is_judged_by_the_target_of_its_own_quarter_and_the_past_by_this_ones(example: Services) -> None:
    one = row(example, "EX04", "value:EX04=1340")
    assert one.rated.reason.startswith("Green: 1,340 meets the target of 1,340.")
    assert one.target is not None
    assert one.target.value == 880
    assert one.past_words == "880 would have been met in 2 of the 4 Q2s held."


# --- what turns: series made for the question ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "rating"),
    [
        (["target:A1=85"], "green"),
        (["target:A1=85.1"], "red"),
        (["target:A1=85.05"], "red"),  # more decimals than the figure: the target is not rounded
        (["target:A1=84.96"], "green"),
        (["tolerance:A1=5"], "amber"),
        (["tolerance:A1=4.9"], "red"),
        (["tolerance:A1=5.6%"], "amber"),  # 5.04 points
        (["tolerance:A1=5.5%"], "red"),  # 4.95 points
        (["intervention:A1=85"], "amber"),
        (["intervention:A1=85.1"], "red"),
        (["target:A1=-5"], "green"),
        (["target:A1=-4.9"], "red"),
        (["target:A1=-5.5%"], "red"),  # 85.05
        (["target:A1=-6%"], "green"),
        (["target:A1=0"], "green"),
        (["target:A1=100"], "red"),
        (["value:A1=90"], "green"),
        (["value:A1=89.95"], "green"),  # 90.0 as shown
        (["value:A1=89.94"], "red"),
        (["value:A1=+5"], "green"),
        (["value:A1=80", "target:A1=80"], "green"),
    ],
)
def test_the_rating_under_a_scenario_is_the_one_rules_at_its_boundaries(changes: list[str], rating: str) -> None:
    assert tried(changes, indicator(), [observed("85.0")], [target("90")]).rated.rating == rating


def test_a_target_of_120_is_met_or_missed_where_a_percentage_may_pass_100() -> None:
    over = indicator(may_pass_100=True)
    assert tried(["target:A1=120"], over, [observed("120")], [target("90")]).rated.rating is Rating.GREEN
    assert tried(["target:A1=120.1"], over, [observed("120")], [target("90")]).rated.rating is Rating.RED


def test_a_target_where_none_is_held_makes_a_rating_and_says_that_none_is() -> None:
    found = whole(["target:A1=90"], indicator(), [observed("85")])
    assert found.rows[0].turn_words == "Plans on time, target 90% where none is held: Not rated turns to Red."
    assert found.words == "Ratings that turn: one to Red. Exception reports required: 1 instead of 0."


def test_passing_a_level_requires_a_report_without_turning_a_rating() -> None:
    terms = [target("90", tolerance="10", tolerance_kind="points")]
    found = whole(["target:A1=85", "intervention:A1=70"], indicator(), [observed("80")], terms)
    assert found.words == "No rating turns. Exception reports required: 1, as before."


def test_a_target_tried_drops_what_is_said_of_the_one_that_is_carried_over() -> None:
    one = tried(["target:A1=90"], indicator(basis=Basis.QUARTER), [observed("85")], [target("88", "Q1 2020-21")])
    assert "carried over" in one.row.rated.reason
    assert (
        one.rated.reason
        == "Red: 85% misses the target of 90% by 5 points; no tolerance held, so Amber could not be given."
    )


def test_the_one_quarter_held_is_spoken_of_as_one() -> None:
    assert tried(["target:A1=80"], indicator(), [observed("85")]).past_words == "80% was met in the one quarter held."
    assert tried(["target:A1=90"], indicator(), [observed("85")]).past_words == (
        "90% was not met in the one quarter held."
    )


def test_quarters_without_a_figure_are_not_held() -> None:
    series = [observed("85", "Q4 2021-22"), observed(Absence.SUPPRESSED, "Q1 2022-23"), observed("95")]
    assert (
        tried(["target:A1=90"], indicator(), series).past_words
        == "90% would have been met in 1 of the 2 quarters held."
    )


def test_no_history_at_all_is_said_in_words_and_needs_no_figures() -> None:
    one = tried(["target:A1=90"], indicator())
    assert one.text == "Plans on time, target 90% where none is held: no figure is held for the quarter."
    assert (one.past, one.needed, one.year, one.year_text, one.assurance, one.warnings) == (
        (),
        None,
        None,
        "",
        None,
        (),
    )


@pytest.mark.parametrize(
    ("change", "said"), [("tolerance:A1=5", "tolerance 5 points"), ("intervention:A1=80", "intervention level 80%")]
)
def test_every_level_supposed_is_named_in_what_turns(change: str, said: str) -> None:
    one = tried([change], indicator(), [observed("85.0")], [target("90")])
    assert one.turned
    assert said in one.turn_words


def test_a_next_value_is_shown_with_the_decimals_it_was_given_with() -> None:
    one = tried(["value:A1=91"], indicator(), [observed("85")], [target("90")])
    assert one.turn_words == "Plans on time, 91% in Q3 2022-23: Red turns to Green."


def test_a_next_value_belongs_to_the_next_quarter_that_is_due() -> None:
    annual = indicator(basis=Basis.ANNUAL, due=(4,))
    one = tried(["value:A1=91"], annual, [observed("85", "Q4 2021-22")], [target("90")])
    assert "Q4 2022-23" in one.turn_words


# --- the past agrees with the one rule ----------------------------------------------------------------------------

hundredths = st.integers(0, 10_000).map(lambda n: Decimal(n) / 100)
tenths = st.integers(0, 1000).map(lambda n: Decimal(n) / 10)


@given(
    st.lists(st.one_of(hundredths, tenths, st.none()), min_size=1, max_size=8),
    st.sampled_from([Polarity.HIGH, Polarity.LOW, Polarity.BAND]),
    hundredths,
    hundredths,
    st.integers(0, 3),
)
def test_a_past_quarter_is_met_exactly_where_the_rule_calls_it_green(
    values: list[Decimal | None], polarity: Polarity, one_end: Decimal, other_end: Decimal, decimals: int
) -> None:
    one = indicator(polarity=polarity, decimals=decimals)
    low, high = sorted((one_end, other_end))
    aim = f"{low} to {high}" if polarity is Polarity.BAND else f"{one_end}"
    held = [target(low="20", high="60") if polarity is Polarity.BAND else target("50")]
    found = tried([f"target:A1={aim}"], one, quarters(*(None if v is None else str(v) for v in values)), held)
    assert found.target is not None
    known = {o.quarter: o for o in found.row.series if o.value is not None}
    assert [past.quarter for past in found.past] == list(known)
    for past in found.past:
        value = known[past.quarter].value
        assert value is not None
        assert past.value == shown(value, decimals)
        assert past.met == (rate(value, found.target, one).rating is Rating.GREEN)
        then = judge(known[past.quarter], held, one, past.quarter)
        assert past.met_then == (None if past.target_then is None else then.rating is Rating.GREEN)


def test_where_neither_is_better_nothing_was_met_in_the_past() -> None:
    one = tried([], indicator(polarity=Polarity.NEITHER), [observed("45")], [target(low="40", high="50")])
    assert one.rated.rating is Rating.NOT_RATED
    assert one.past == ()


# --- what to be careful of ----------------------------------------------------------------------------------------

FIVE = ("80", "82", "95", "81", "70")
BACK = "After so extreme a quarter figures tend to go back towards their average, whatever is done."


@pytest.mark.parametrize(
    ("polarity", "aim", "said"),
    [
        (Polarity.HIGH, "95", f"95% is the best figure held, that of Q4 2021-22 alone. {BACK}"),
        (Polarity.HIGH, "70", f"70% is the worst figure held, that of Q2 2022-23 alone. {BACK}"),
        (Polarity.LOW, "70", f"70% is the best figure held, that of Q2 2022-23 alone. {BACK}"),
        (Polarity.LOW, "95", f"95% is the worst figure held, that of Q4 2021-22 alone. {BACK}"),
        (Polarity.HIGH, "95.1", "No quarter held was as good as 95.1%."),
        (Polarity.LOW, "69.9", "No quarter held was as good as 69.9%."),
    ],
)
def test_a_target_at_or_past_the_most_extreme_quarter_is_warned_about(polarity: Polarity, aim: str, said: str) -> None:
    one = tried([f"target:A1={aim}"], indicator(polarity=polarity), quarters(*FIVE))
    assert one.warnings == (said,)
    assert one.text.endswith(said)


@pytest.mark.parametrize(
    ("values", "aim"),
    [
        (FIVE[1:], "95"),  # four quarters are too few to call one extreme
        (FIVE, "82"),
        ((*FIVE, "95"), "95"),  # met twice, so it is no single extreme
    ],
)
def test_an_ordinary_target_is_not_warned_about(values: tuple[str, ...], aim: str) -> None:
    assert [one for one in tried([f"target:A1={aim}"], indicator(), quarters(*values)).warnings if one] == []


def test_no_warning_is_an_empty_text() -> None:
    assert tried(["target:A1=82"], indicator(), quarters(*FIVE)).warnings == ()


def test_a_target_that_is_held_already_is_not_warned_about_as_if_it_were_set_from_one_quarter() -> None:
    assert tried([], indicator(), quarters(*FIVE), [target("95")]).warnings == ()


@pytest.mark.parametrize(
    ("n", "x", "value", "said"),
    [
        (20, 17, "85.0", ("The base is small: each of the 20 plans due is 5 points.",)),
        (100, 85, "85.0", ("The base is small: each of the 100 plans due is 1 point.",)),
        (101, 86, "85.1", ()),
        (7, 6, "85.7", ("The base is small: each of the 7 plans due is 14.3 points.",)),
    ],
)
def test_a_small_base_is_warned_about(n: int, x: int, value: str, said: tuple[str, ...]) -> None:
    one = tried([], indicator(denominator="Plans due"), [observed(value, numerator=x, denominator=n)], [target("90")])
    assert one.warnings == said


# --- allowing for chance ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "aim", "polarity", "said"),
    [
        (65, "50", Polarity.HIGH, "better than the target by more than chance."),
        (65, "80", Polarity.HIGH, "worse than the target by more than chance."),
        (65, "70", Polarity.HIGH, "no different from the target by more than chance."),
        (65, "50", Polarity.LOW, "worse than the target by more than chance."),
        (65, "80", Polarity.LOW, "better than the target by more than chance."),
    ],
)
def test_a_share_beside_its_target_is_said_with_what_chance_allows(
    x: int, aim: str, polarity: Polarity, said: str
) -> None:
    series = [observed(str(x), numerator=x, denominator=100)]
    one = tried([], indicator(polarity=polarity), series, [target(aim)])
    assert rated_significance(one) == f"Allowing for chance the figure stands for 55.3% to 73.6%: {said}"


def test_where_the_assumed_denominators_disagree_no_side_is_taken() -> None:
    one = tried(["count:A1=30"], indicator(decimals=0, polarity=Polarity.LOW), [observed("30")], [target("21.8")])
    assert {found.status for found in one.significances} == {"similar", "worse"}
    assert rated_significance(one) == (
        "Whether the difference from the target is more than chance depends on the denominator assumed. The counts are assumed."
    )


def test_without_counts_nothing_is_said_of_chance() -> None:
    assert rated_significance(tried([], indicator(), [observed("85")], [target("90")])) == ""
    assert rated_significance(tried([], indicator(unit=Unit.NUMBER), [observed("85")], [target("90")])) == ""

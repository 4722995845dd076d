"""What meeting a target takes, in children, in the rest of the year and a milestone each quarter: against the one rating rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kpi_core.errors import FigureError
from kpi_core.judging import Rating
from kpi_core.judging.rating import rating
from kpi_core.model import Absence, Basis, Observation, Polarity, Target, Unit
from kpi_core.periods import Quarter
from kpi_core.shell.services import Services
from kpi_core.what_if import NotSupposed, numbers_needed, rest_of_year, rest_of_year_weighted, trajectory

from .conftest import indicator, observed, target
from .scenarios import row, tried

HIGH, LOW = Polarity.HIGH, Polarity.LOW
EXACT = 20
"""More decimals than any share here needs to be told from a target."""


def green(count: int, n: int, aim: Decimal, polarity: Polarity, decimals: int | None) -> bool:
    """Whether the one rule calls ``count`` of ``n`` Green, shown with ``decimals``; ``None``: not rounded."""
    share = Decimal(count) * 100 / n
    judged = rating(share, polarity=polarity, decimals=EXACT if decimals is None else decimals, target=aim)
    return judged.rating is Rating.GREEN


# --- how many more, or fewer --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "n", "aim", "polarity", "decimals", "threshold", "extra", "seen"),
    [
        (501, 600, "88", HIGH, None, 528, 27, 528),
        (501, 600, "88", HIGH, 1, 528, 27, 528),  # 87.95% of 600 is 527.7
        (527, 600, "88", HIGH, 1, 528, 1, 528),
        (528, 600, "88", HIGH, 1, 528, 0, 528),  # equality meets
        (600, 600, "88", HIGH, 1, 528, 0, 528),
        (25, 100, "29", LOW, None, 29, 0, 29),  # binary floats give 28
        (29, 100, "29", LOW, None, 29, 0, 29),
        (30, 100, "29", LOW, None, 29, 1, 29),
        # Rounding to whole per cents lets 87.5 show as 88, and 20.4 as 20.
        (870, 1000, "88", HIGH, 0, 880, 10, 875),
        (210, 1000, "20", LOW, 0, 200, 10, 204),
        # A target with more decimals than the figure is met by the next value that can be shown.
        (880, 1000, "88.45", HIGH, 1, 885, 5, 885),
        (8840, 10000, "88.45", HIGH, 1, 8845, 5, 8845),
        (8840, 10000, "88.41", HIGH, 1, 8845, 5, 8845),  # 88.41 shows as 88.4, which misses 88.41
        (2046, 10000, "20.45", LOW, 1, 2044, 2, 2044),  # 20.45 shows as 20.5
        (2050, 10000, "20.49", LOW, 1, 2044, 6, 2044),
        # Nothing, everything, and more than everything.
        (0, 10, "0", HIGH, 1, 0, 0, 0),
        (3, 10, "0", LOW, 1, 0, 3, 0),
        (3, 10, "100", HIGH, 1, 10, 7, 10),
        (199, 200, "100", HIGH, 0, 200, 1, 199),
        (10, 10, "100", LOW, 1, 10, 0, 10),
        (105, 100, "120", HIGH, 1, 120, 15, 120),
        (0, 1, "0.1", HIGH, 1, 1, 1, 1),
        (1, 1, "99.9", LOW, 1, 0, 1, 0),
    ],
)
def test_how_many_it_takes_at_its_boundaries(
    x: int, n: int, aim: str, polarity: Polarity, decimals: int | None, threshold: int, extra: int, seen: int
) -> None:
    found = numbers_needed(x, n, aim, polarity, decimals=decimals)
    assert (found.threshold, found.extra, found.shown) == (threshold, extra, seen)
    assert found.direction == ("more" if polarity is HIGH else "fewer")


def test_a_rate_is_counted_of_ten_thousand() -> None:
    found = numbers_needed(349, 68_000, "50", "low", per=10_000)
    assert (found.threshold, found.extra, found.direction) == (340, 9, "fewer")


@pytest.mark.parametrize(
    ("x", "n", "aim", "polarity", "said"),
    [
        (0, 0, "88", "high", "A denominator of 0 leaves nothing to take a share of. Give one of 1 or more."),
        (0, -1, "88", "high", "A denominator of 0 leaves nothing to take a share of. Give one of 1 or more."),
        (-1, 10, "88", "high", "A count of -1 is below 0."),
        (1, 10, "-1", "low", "A target below 0 cannot be met."),
        (1, 10, "88", "band", "How many more or fewer it takes is worked out where high or low is better."),
        (1, 10, "88", "neither", "How many more or fewer it takes is worked out where high or low is better."),
        (1, 10, "many", "high", "“many” is not a number. Use the digits 0 to 9 and a full stop, like 83.5."),
    ],
)  # fmt: skip
def test_what_has_no_answer_is_refused_in_a_sentence(x: int, n: int, aim: str, polarity: str, said: str) -> None:
    with pytest.raises(FigureError) as refused:
        numbers_needed(x, n, aim, polarity)
    assert str(refused.value) == said


counts = st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
aims = st.integers(0, 3).flatmap(
    lambda places: st.integers(0, 100 * 10**places).map(lambda v: Decimal(v).scaleb(-places))
)
sides = st.sampled_from([HIGH, LOW])
roundings = st.one_of(st.none(), st.integers(0, 4))


@given(counts, aims, sides, roundings)
def test_the_threshold_is_the_least_change_that_the_one_rule_calls_green_as_shown_and_unrounded(
    share: tuple[int, int], aim: Decimal, polarity: Polarity, decimals: int | None
) -> None:
    x, n = share
    found = numbers_needed(x, n, aim, polarity, decimals=decimals)
    further = found.threshold - 1 if polarity is HIGH else found.threshold + 1

    def met(count: int) -> bool:
        return green(count, n, aim, polarity, decimals) and green(count, n, aim, polarity, None)

    # At a target of exactly 100 with more decimals than shown, or just above 0, nothing within the whole may meet it.
    if 0 <= found.threshold <= n:
        assert met(found.threshold)
    if 0 <= further <= n:
        assert not met(further)


@given(counts, aims, sides)
def test_where_the_target_has_no_more_decimals_than_the_figure_the_exact_share_decides_for_every_rounding(
    share: tuple[int, int], aim: Decimal, polarity: Polarity
) -> None:
    x, n = share
    exact = numbers_needed(x, n, aim, polarity)
    further = exact.threshold + (-1 if polarity is HIGH else 1)
    assert green(exact.threshold, n, aim, polarity, None)
    assert not 0 <= further <= n or not green(further, n, aim, polarity, None)
    for decimals in range(max(0, -int(aim.normalize().as_tuple().exponent)), 5):
        found = numbers_needed(x, n, aim, polarity, decimals=decimals)
        assert (found.threshold, found.extra) == (exact.threshold, exact.extra)
        assert green(found.threshold, n, aim, polarity, decimals)


@given(counts, aims, sides, st.integers(0, 4))
def test_the_count_that_already_shows_as_met_does_and_one_short_of_it_does_not(
    share: tuple[int, int], aim: Decimal, polarity: Polarity, decimals: int
) -> None:
    x, n = share
    seen = numbers_needed(x, n, aim, polarity, decimals=decimals).shown
    if polarity is HIGH:
        assert seen > n or green(seen, n, aim, polarity, decimals)
        assert seen == 0 or not green(seen - 1, n, aim, polarity, decimals)
    else:
        assert seen < 0 or green(min(seen, n), n, aim, polarity, decimals)
        assert seen >= n or not green(seen + 1, n, aim, polarity, decimals)


@given(counts, aims, sides)
def test_with_so_many_more_or_fewer_it_is_met_and_with_one_less_it_is_not(
    share: tuple[int, int], aim: Decimal, polarity: Polarity
) -> None:
    x, n = share
    extra = numbers_needed(x, n, aim, polarity).extra
    sign = 1 if polarity is HIGH else -1
    assert green(x + sign * extra, n, aim, polarity, None)
    assert extra == 0 or not green(x + sign * (extra - 1), n, aim, polarity, None)


# --- how many, in words -------------------------------------------------------------------------------------------

PLANS = indicator(numerator="Plans made on time", denominator="Plans due")


def plans(value: str, x: int, n: int) -> list[Observation]:
    return [observed(value, numerator=x, denominator=n)]


@pytest.mark.parametrize(
    ("changes", "polarity", "figure", "aim", "said"),
    [
        ([], HIGH, ("83.5", 501, 600), "88", "It would take 27 more of 600 plans due: 528 instead of 501 (plans made on time)."),
        ([], HIGH, ("88", 528, 600), "88", "The quarter's figure meets it already."),
        ([], LOW, ("23.8", 422, 1773), "20", "It would take 68 fewer of 1,773 plans due: 354 instead of 422 (plans made on time). 67 would already show as met, because the figure is rounded."),
        ([], LOW, ("5", 1, 20), "0", "It would take 1 fewer of 20 plans due: 0 instead of 1 (plans made on time)."),
        (["out-of:A1=600"], HIGH, ("83.5", None, None), "88", "It would take 27 more of 600 plans due: 528 instead of 501 (plans made on time). The counts are assumed, and not held."),
        (["count:A1=266"], LOW, ("26.5", None, None), "22", "It would take 45 to 46 fewer of 1,002 to 1,005 plans due: 220 to 221 instead of 266 (plans made on time). The counts are assumed, and not held."),
        (["count:A1=266", "out-of:A1=1004"], LOW, ("26.5", None, None), "22", "It would take 46 fewer of 1,004 plans due: 220 instead of 266 (plans made on time). 45 would already show as met, because the figure is rounded. The counts are assumed, and not held."),
    ],
)  # fmt: skip
def test_what_it_takes_is_said_in_children(
    changes: list[str], polarity: Polarity, figure: tuple[str, int | None, int | None], aim: str, said: str
) -> None:
    value, x, n = figure
    one = tried(
        changes, replace(PLANS, polarity=polarity), [observed(value, numerator=x, denominator=n)], [target(aim)]
    )
    assert one.needed is not None
    assert one.needed.text == said
    assert one.needed.assumed == bool(changes)


@pytest.mark.parametrize(
    ("polarity", "value", "aim", "said"),
    [
        (HIGH, "285", "300", "It would take 15 more: 300 instead of 285."),
        (HIGH, "285", "299.5", "It would take 15 more: 300 instead of 285."),
        (HIGH, "300", "300", "The quarter's figure meets it already."),
        (LOW, "1263", "1179", "It would take 84 fewer: 1,179 instead of 1,263."),
        (LOW, "5", "0", "It would take 5 fewer: 0 instead of 5."),
        (LOW, "0", "0", "The quarter's figure meets it already."),
    ],
)
def test_an_indicator_that_is_a_count_needs_no_denominator(polarity: Polarity, value: str, aim: str, said: str) -> None:
    one = tried([], indicator(unit=Unit.NUMBER, decimals=0, polarity=polarity), [observed(value)], [target(aim)])
    assert one.needed is not None
    assert (one.needed.text, one.needed.of, one.needed.assumed) == (said, None, False)


@pytest.mark.parametrize(("value", "x", "aim", "extra", "way"), [("60", 6, (70, 80), 1, "more"), ("90", 9, (70, 80), 1, "fewer"), ("75", 75, (70, 80), 0, "more")])  # fmt: skip
def test_a_band_is_reached_at_its_nearer_end(value: str, x: int, aim: tuple[int, int], extra: int, way: str) -> None:
    band = indicator(polarity=Polarity.BAND, decimals=0)
    n = 100 if extra == 0 else 10
    one = tried([], band, plans(value, x, n), [target(low=str(aim[0]), high=str(aim[1]))])
    assert one.needed is not None
    assert (one.needed.extra, one.needed.direction) == (extra, way)


@pytest.mark.parametrize(
    "one",
    [
        tried([], indicator(), [observed("83.5")], [target("88")]),  # no counts
        tried([], indicator(), plans("83.5", 501, 600)),  # no target
        tried([], indicator(), [], [target("88")]),  # no figure
        tried([], indicator(), [observed(Absence.SUPPRESSED)], [target("88")]),
        tried([], indicator(), plans("0", 0, 0), [target("88")]),  # a denominator of 0 is no denominator
        tried([], indicator(unit=Unit.DAYS), [observed("12")], [target("10")]),
        tried([], indicator(polarity=Polarity.NEITHER), plans("83.5", 501, 600)),
    ],
)
def test_where_it_cannot_be_told_how_many_nothing_is_made_up(one: object) -> None:
    assert one.needed is None  # type: ignore[attr-defined]


def test_a_figure_that_meets_its_target_only_as_shown_is_told_so() -> None:
    one = tried([], indicator(), plans("88.0", 8796, 10_000), [target("88")])
    assert one.rated.rating is Rating.GREEN
    assert one.needed is not None
    assert "1 would already show as met" not in one.needed.text


@pytest.mark.parametrize(("value", "n"), [("83.5", 3), ("2", 1), ("26.5", 12)])
def test_an_assumed_denominator_of_which_no_count_is_the_figure_is_refused(value: str, n: int) -> None:
    with pytest.raises(NotSupposed):
        tried([f"out-of:A1={n}"], indicator(), [observed(value)], [target("88")])


def test_counts_that_are_held_are_not_replaced_by_an_assumption() -> None:
    try:
        one = tried(["count:A1=44"], indicator(), plans("88.0", 440, 500), [target("90")])
    except NotSupposed:
        return
    assert one.counted is not None
    assert (one.counted.x, one.counted.assumed) == (440, False)


def test_what_it_takes_to_reach_a_band_ends_inside_it_or_says_that_it_cannot() -> None:
    one = tried([], indicator(polarity=Polarity.BAND), plans("66.7", 2, 3), [target(low="70", high="80")])
    assert one.needed is None or "cannot" in one.needed.text


def test_nothing_falls_below_0() -> None:
    one = tried([], indicator(unit=Unit.NUMBER, polarity=LOW), [observed("0.4")], [target("0.2")])
    assert one.needed is None or "-0.6" not in one.needed.text


def test_what_it_takes_is_said_of_a_rate_too_where_its_counts_are_held() -> None:
    rate = indicator(unit=Unit.RATE_PER_10000, polarity=LOW)
    one = tried([], rate, [observed("51.3", numerator=349, denominator=68_000)], [target("50")])
    assert one.needed is not None
    assert (one.needed.extra, one.needed.direction) == (9, "fewer")


# --- the rest of the year -----------------------------------------------------------------------------------------

figures = st.integers(0, 1000).map(lambda n: Decimal(n) / 10)
few = st.lists(figures, min_size=0, max_size=3)
ALMOST = Fraction(1, 10**20)


@given(few, st.integers(1, 4), figures, sides)
def test_if_each_remaining_quarter_is_what_is_needed_the_year_is_the_target(
    done: list[Decimal], remaining: int, aim: Decimal, polarity: Polarity
) -> None:
    found = rest_of_year(done, remaining, aim, polarity=polarity)
    year = sum(map(Fraction, done)) + remaining * Fraction(found.needed)
    assert abs(year / (len(done) + remaining) - Fraction(aim)) < ALMOST
    assert found.reachable == (found.needed <= 100 if polarity is HIGH else found.needed >= 0)


@given(st.lists(counts, max_size=3), st.integers(1, 3000), aims, sides)
def test_if_as_many_of_those_to_come_count_as_are_needed_the_years_share_meets_the_target_and_with_one_less_not(
    done: list[tuple[int, int]], to_come: int, aim: Decimal, polarity: Polarity
) -> None:
    found = rest_of_year_weighted(done, to_come, aim, polarity=polarity)
    x, n = sum(x for x, _ in done), sum(n for _, n in done) + to_come
    assert found.needed_total == x + found.still_needed
    assert abs(Fraction(found.needed_pct) - Fraction(found.still_needed * 100, to_come)) < ALMOST
    exact = Fraction(found.needed_total * 100, n), Fraction(100, n)
    assert exact[0] >= Fraction(aim) if polarity is HIGH else exact[0] <= Fraction(aim)
    one_off = exact[0] - exact[1] if polarity is HIGH else exact[0] + exact[1]
    assert one_off < Fraction(aim) if polarity is HIGH else one_off > Fraction(aim)
    assert found.reachable == (found.still_needed <= to_come if polarity is HIGH else found.still_needed >= 0)


@pytest.mark.parametrize(
    ("done", "remaining", "aim", "polarity", "needed", "reachable"),
    [
        (["70", "83.5"], 2, "88", HIGH, "99.25", True),
        (["70", "83.5"], 2, "88.375", HIGH, "100", True),  # at 100 it can still be reached
        (["70", "83.5"], 2, "88.4", HIGH, "100.05", False),
        (["29.5", "26.5"], 2, "14", LOW, "0", True),
        (["29.5", "26.5"], 2, "13.9", LOW, "-0.2", False),
        ([], 4, "88", HIGH, "88", True),
        (["100"], 3, "0", HIGH, "-33.33333333333333333333333333", True),
    ],
)  # fmt: skip
def test_what_the_rest_of_the_year_must_average_at_its_boundaries(
    done: list[str], remaining: int, aim: str, polarity: Polarity, needed: str, reachable: bool
) -> None:
    found = rest_of_year(done, remaining, aim, polarity=polarity)
    assert (found.needed, found.reachable) == (Decimal(needed), reachable)


def test_a_figure_without_an_upper_bound_can_always_be_reached() -> None:
    assert rest_of_year(["1"], 1, "1000", highest=None) == rest_of_year(["1"], 1, "1000", highest=Decimal(10_000))
    assert not rest_of_year(["5"], 1, "1", polarity=LOW).reachable
    assert rest_of_year(["5"], 1, "1", polarity=LOW, lowest=None).reachable


@pytest.mark.parametrize(
    ("work_out", "said"),
    [
        (lambda: rest_of_year(["70"], 0, "88"), "No quarter of the year remains."),
        (lambda: rest_of_year_weighted([(1, 2)], 0, "88"), "No cases are to come in the rest of the year. Give a number of 1 or more."),
        (lambda: rest_of_year_weighted([(1, 0)], 5, "88"), "A quarter's count must lie between 0 and its denominator, and that above 0."),
        (lambda: rest_of_year_weighted([(3, 2)], 5, "88"), "A quarter's count must lie between 0 and its denominator, and that above 0."),
        (lambda: rest_of_year_weighted([(-1, 2)], 5, "88"), "A quarter's count must lie between 0 and its denominator, and that above 0."),
        (lambda: rest_of_year(["70"], 1, "x"), "“x” is not a number. Use the digits 0 to 9 and a full stop, like 83.5."),
    ],
)  # fmt: skip
def test_a_year_without_an_answer_is_refused_in_a_sentence(work_out: object, said: str) -> None:
    with pytest.raises(FigureError) as refused:
        work_out()  # type: ignore[operator]
    assert str(refused.value) == said


def year(*values: str, aim: str = "88", counted: Sequence[tuple[int, int]] = (), when: int = 0, **given: object) -> str:
    """What is said of the year for figures of its quarters from Q1 on."""
    at = when or len(values)
    series = [
        observed(value, f"Q{n} 2022-23", **dict(zip(("numerator", "denominator"), pair, strict=True)))
        for n, (value, pair) in enumerate(zip(values, counted or [(None, None)] * len(values), strict=True), 1)
    ]
    plain: dict[str, object] = {"basis": Basis.QUARTER, "denominator": "Plans due"}
    return tried([f"target:A1={aim}"], indicator(**(plain | given)), series, when=f"Q{at} 2022-23").year_text


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("For an average of 88% over 2022-23, each of the two remaining quarters must be 99.25% or more on average (simple average of quarters, counts not held).", year("70", "83.5")),
        ("For an average of 88% over 2022-23, the one remaining quarter must be 87.5% or more (simple average of quarters, counts not held).", year("88", "88", "88.5")),
        ("An average of 95% over 2022-23 cannot be reached this year (simple average of quarters, counts not held).", year("70", "83.5", aim="95")),
        ("An average of 40% over 2022-23 is already sure (simple average of quarters, counts not held).", year("80", "80", aim="40")),
        ("Q4 2022-23 is the last quarter of the year: none remains to make up for it.", year("88", "88", "88", "88")),
        ("For an average of 120% over 2022-23, each of the two remaining quarters must be 140% or more on average (simple average of quarters, counts not held).", year("100", "100", aim="120", may_pass_100=True)),
        ("For an average of 12 days over 2022-23, each of the three remaining quarters must be 10 days or less on average (simple average of quarters).", year("18", aim="12", unit=Unit.DAYS, decimals=0, polarity=LOW)),
        ("For 88% over the whole of 2022-23, at least 254 of the 300 plans due to come, if as many come as so far: 84.67% or more on average in each of the three remaining quarters.", year("98", counted=[(98, 100)])),
        ("95% over the whole of 2022-23 cannot be reached this year.", year("70", "70", aim="95", counted=[(70, 100), (70, 100)])),
        ("40% over the whole of 2022-23 is already sure.", year("90", "90", aim="40", counted=[(90, 100), (90, 100)])),
        ("For 20% over the whole of 2022-23, at most 60 of the 300 plans due to come, if as many come as so far: 20% or less on average in each of the three remaining quarters.", year("20", aim="20", polarity=LOW, counted=[(20, 100)])),
        ("The figure is a snapshot: the year's is its last quarter's, so Q4 must be 88% or more.", year("70", "80", basis=Basis.QUARTER_END)),
        ("The figure is a snapshot: the year's is its last quarter's, so Q3 must be 88% or more.", year("70", basis=Basis.QUARTER_END, due=(1, 3))),
        ("The figure is a snapshot: the year's is its last quarter's, which is this one.", year("70", "80", "80", "80", basis=Basis.QUARTER_END)),
        ("For an average of 88% over 2022-23, the one remaining quarter must be 96% or more (simple average of quarters, counts not held).", year("80", due=(1, 3))),
    ],
)  # fmt: skip
def test_the_year_is_told_in_one_sentence(said: str, found: str) -> None:
    assert found == said


@pytest.mark.parametrize(
    "quarter_one",
    [
        [],
        [observed(Absence.SUPPRESSED, "Q1 2022-23")],
        [observed("70", "Q1 2022-23", not_comparable="it was a strike")],
    ],
)
def test_a_year_with_a_quarter_missing_is_not_averaged(quarter_one: list[Observation]) -> None:
    one = tried([], indicator(basis=Basis.QUARTER), [*quarter_one, observed("80")], [target("88")])
    assert one.year_text == (
        "Not every quarter of 2022-23 up to now has a figure to average, so the year is not worked out."
    )


def test_a_year_is_not_averaged_across_a_break_in_its_series() -> None:
    series = [observed("70", "Q1 2022-23"), observed("80", series_break="the form changed")]
    assert tried([], indicator(basis=Basis.QUARTER), series, [target("88")]).year is None
    whole_year = [observed("70", "Q1 2022-23", series_break="the form changed"), observed("80")]
    assert tried([], indicator(basis=Basis.QUARTER), whole_year, [target("88")]).year is not None


@pytest.mark.parametrize("counted", [(), [(10, 100), (10, 100)]])
def test_a_low_year_that_nothing_can_spoil_is_already_sure(counted: Sequence[tuple[int, int]]) -> None:
    assert "already sure" in year("10", "10", aim="80", polarity=LOW, counted=counted)


def test_the_snapshot_of_a_band_is_told_with_both_ends() -> None:
    band = indicator(polarity=Polarity.BAND, basis=Basis.QUARTER_END)
    text = tried([], band, [observed("65")], [target(low="70", high="80")]).year_text
    assert text.endswith("so Q4 must be 70% to 80%.") or "band" in text


def test_a_percentage_that_may_pass_100_can_make_up_for_a_poor_start_by_counts_too() -> None:
    assert "cannot be reached" not in year("95", aim="120", may_pass_100=True, counted=[(95, 100)])


def test_a_figure_that_came_before_any_of_the_year_was_due_does_no_harm_to_the_year() -> None:
    last_quarter_only = indicator(basis=Basis.QUARTER, due=(4,))
    assert tried([], last_quarter_only, [observed("83.5")], [target("88")]).year_text


# --- a milestone a quarter ----------------------------------------------------------------------------------------

early = st.tuples(st.integers(2000, 2100), st.integers(1, 4)).map(lambda q: Quarter(*q))


@given(figures, early, figures, st.integers(1, 40))
def test_a_trajectory_goes_in_equal_steps_and_ends_at_the_target(
    start: Decimal, first: Quarter, end: Decimal, steps: int
) -> None:
    found = trajectory(start, first, end, first + steps)
    assert found.quarters == tuple(first + ahead for ahead in range(1, steps + 1))
    assert found.points[-1] == end
    step = (Fraction(end) - Fraction(start)) / steps
    for ahead, point in enumerate(found.points, 1):
        assert abs(Fraction(point) - Fraction(start) - step * ahead) < ALMOST
    assume(start != end)
    assert list(found.points) == sorted(found.points, reverse=end < start)


@pytest.mark.parametrize("last", ["Q2 2022-23", "Q1 2022-23", "Q2 2021-22"])
def test_a_trajectory_that_ends_before_it_begins_is_refused(last: str) -> None:
    with pytest.raises(FigureError) as refused:
        trajectory("70", "Q2 2022-23", "80", last)
    assert str(refused.value) == f"A target cannot be reached by {last}: the figure it starts from is Q2 2022-23's."


def test_the_way_from_26_5_to_20_is_a_milestone_a_quarter(services: Services) -> None:
    way = row(services, "FD02", "by:FD02=Q4 2023-24").milestones
    assert [f"{one.quarter} {one.value:.2f}" for one in way] == [
        "Q3 2022-23 25.42", "Q4 2022-23 24.33", "Q1 2023-24 23.25", "Q2 2023-24 22.17", "Q3 2023-24 21.08", "Q4 2023-24 20.00",
    ]  # fmt: skip
    assert {one.met for one in way} == {None}


def test_milestones_are_judged_by_later_figures_and_apart_from_the_final_target() -> None:
    later = {
        "A1": [observed("79.9", "Q3 2022-23"), observed("85", "Q4 2022-23"), observed(Absence.SUPPRESSED, "Q1 2023-24")]
    }
    one = tried(["by:A1=Q2 2023-24"], indicator(), [observed("70")], [target("90")], later)
    assert [(m.value, m.figure, m.met) for m in one.milestones] == [
        (75, Decimal("79.9"), True), (80, 85, True), (85, None, None), (90, None, None),
    ]  # fmt: skip
    assert one.rated.rating is Rating.RED


def test_a_figure_equal_to_its_milestone_meets_it_from_either_side() -> None:
    for polarity, start, aim in ((Polarity.HIGH, "70", "80"), (Polarity.LOW, "80", "70")):
        for figure, met in (("75", True), ("75.1", polarity is Polarity.HIGH), ("74.9", polarity is Polarity.LOW)):
            later = {"A1": [observed(figure, "Q3 2022-23")]}
            one = tried(["by:A1=Q4 2022-23"], indicator(polarity=polarity), [observed(start)], [target(aim)], later)
            assert one.milestones[0].met is met


def test_a_next_value_is_judged_by_the_first_milestone() -> None:
    one = tried(["by:A1=Q4 2022-23", "value:A1=80"], indicator(), [observed("70")], [target("90")])
    assert (one.milestones[0].figure, one.milestones[0].met, one.rated.rating) == (80, True, Rating.RED)


@pytest.mark.parametrize(
    ("series", "targets", "by", "said"),
    [
        ([], [target("90")], "Q4 2022-23", "“Plans on time” has no figure or no target, so there is no way from one to the other."),
        ([observed("70")], [], "Q4 2022-23", "“Plans on time” has no figure or no target, so there is no way from one to the other."),
        ([observed("70")], [target("90")], "Q2 2022-23", "“Plans on time”: A target cannot be reached by Q2 2022-23: the figure it starts from is Q2 2022-23's."),
        ([observed("70")], [target("90")], "Q1 2022-23", "“Plans on time”: A target cannot be reached by Q1 2022-23: the figure it starts from is Q2 2022-23's."),
    ],
)  # fmt: skip
def test_a_way_that_leads_nowhere_is_refused_in_words(
    series: list[Observation], targets: list[Target], by: str, said: str
) -> None:
    with pytest.raises(NotSupposed) as refused:
        tried([f"by:A1={by}"], indicator(), series, targets)
    assert str(refused.value) == said


def test_no_way_leads_from_a_better_figure_down_to_its_target() -> None:
    one = tried(["by:A1=Q4 2022-23"], indicator(), [observed("98")], [target("95")])
    assert all(milestone.value >= 98 for milestone in one.milestones)

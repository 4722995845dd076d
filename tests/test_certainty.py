"""How sure a share is: against published values, and what any such interval must satisfy."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kpi_core.errors import FigureError
from kpi_core.judging import significance
from kpi_core.judging.chance import change_significance, wilson

WITHIN, CLEAR = "within ordinary variation", "clear"
SMALL = 1e-9
shares = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(
    ("x", "n", "lower", "upper"),
    [
        (65, 100, 0.5525444329688797, 0.7363575175690247),  # PHEindicatormethods' own test value
        (0, 25, 0.0, 0.1331922509),
        (25, 25, 0.8668077491, 1.0),
        # Newcombe (1998), Statistics in Medicine 17:857-872, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval_gives_the_published_values(x: int, n: int, lower: float, upper: float) -> None:
    interval = wilson(x, n)
    assert interval.lower == pytest.approx(lower, abs=5e-5)
    assert interval.upper == pytest.approx(upper, abs=5e-5)


def test_wilsons_interval_agrees_with_the_most_precise_published_value_to_many_places() -> None:
    assert wilson(65, 100).lower == pytest.approx(0.5525444329688797, abs=1e-12)
    assert wilson(65, 100).upper == pytest.approx(0.7363575175690247, abs=1e-12)


@pytest.mark.parametrize(("x", "n"), [(-1, 10), (11, 10), (1, 0), (0, 0), (0, -1)])
def test_what_is_not_a_share_is_refused_in_a_sentence(x: int, n: int) -> None:
    with pytest.raises(FigureError, match=f"^{x} of {n} is not a share"):
        wilson(x, n)
    with pytest.raises(FigureError):
        change_significance(x, n, 1, 10)
    with pytest.raises(FigureError):
        change_significance(1, 10, x, n)


@given(shares)
def test_the_interval_holds_the_share_and_stays_between_none_and_all(share: tuple[int, int]) -> None:
    x, n = share
    interval = wilson(x, n)
    assert 0 <= interval.lower <= x / n + SMALL
    assert x / n - SMALL <= interval.upper <= 1
    assert interval.lower < interval.upper


@given(shares)
def test_the_interval_of_the_rest_is_its_mirror(share: tuple[int, int]) -> None:
    x, n = share
    assert wilson(n - x, n).lower == pytest.approx(1 - wilson(x, n).upper, abs=SMALL)


@given(shares, st.integers(2, 20))
def test_more_counts_of_the_same_share_make_it_surer(share: tuple[int, int], times: int) -> None:
    x, n = share
    few, many = wilson(x, n), wilson(x * times, n * times)
    assert many.upper - many.lower < few.upper - few.lower


@given(shares)
def test_being_surer_takes_a_wider_interval(share: tuple[int, int]) -> None:
    x, n = share
    usual, surer = wilson(x, n), wilson(x, n, 0.99)
    assert surer.lower <= usual.lower + SMALL
    assert surer.upper >= usual.upper - SMALL


@pytest.mark.parametrize(
    ("x1", "n1", "x2", "n2", "lower", "upper", "status"),
    [
        (266, 1004, 296, 1004, -0.06903085, 0.0093923, WITHIN),
        # Newcombe (1998), Statistics in Medicine 17:873-890, table II, method 10
        (56, 70, 48, 80, 0.0524, 0.3339, CLEAR),
        (9, 10, 3, 10, 0.1705, 0.8090, CLEAR),
        (6, 7, 2, 7, 0.0582, 0.8062, CLEAR),
        (5, 56, 0, 29, -0.0381, 0.1926, WITHIN),
        (0, 10, 0, 20, -0.1611, 0.2775, WITHIN),
        (0, 10, 0, 10, -0.2775, 0.2775, WITHIN),
        (10, 10, 0, 20, 0.6791, 1.0, CLEAR),
    ],
)
def test_the_interval_of_a_difference_gives_the_published_values(
    x1: int, n1: int, x2: int, n2: int, lower: float, upper: float, status: str
) -> None:
    found = change_significance(x1, n1, x2, n2)
    assert found.lower_points == pytest.approx(lower * 100, abs=5e-3)
    assert found.upper_points == pytest.approx(upper * 100, abs=5e-3)
    assert found.status == status


def test_the_difference_is_the_first_less_the_second_in_points() -> None:
    assert change_significance(266, 1004, 296, 1004).diff_points == pytest.approx(-2.988048, abs=1e-5)


@given(shares, shares)
def test_swapping_the_two_shares_turns_the_difference_round(one: tuple[int, int], two: tuple[int, int]) -> None:
    there, back = change_significance(*one, *two), change_significance(*two, *one)
    assert back.diff_points == pytest.approx(-there.diff_points, abs=1e-7)
    assert back.lower_points == pytest.approx(-there.upper_points, abs=1e-7)
    assume(min(abs(there.lower_points), abs(there.upper_points)) > 1e-7)  # not balanced on the edge
    assert back.status == there.status


@given(shares)
def test_a_share_does_not_differ_from_itself(share: tuple[int, int]) -> None:
    assert change_significance(*share, *share).status == WITHIN


@given(shares, shares)
def test_the_difference_lies_in_its_interval_and_is_clear_only_where_that_leaves_out_none(
    one: tuple[int, int], two: tuple[int, int]
) -> None:
    found = change_significance(*one, *two)
    assert found.lower_points - 1e-7 <= found.diff_points <= found.upper_points + 1e-7
    assert (found.status == CLEAR) == (found.lower_points > 0 or found.upper_points < 0)


# --- a share beside its target ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "n", "target", "polarity", "status"),
    [
        (266, 1004, 20, "low", "worse"),
        (266, 1004, 20, "high", "better"),
        (266, 1004, "25", "low", "similar"),
        (266, 1004, 35, "low", "better"),
        (266, 1004, 35, "high", "worse"),
        (27, 100, 20, "low", "similar"),
        (0, 25, 14, "low", "better"),
        (25, 25, 86, "high", "better"),
    ],
)
def test_a_share_is_better_or_worse_than_its_target_only_beyond_its_interval(
    x: int, n: int, target: int | str, polarity: str, status: str
) -> None:
    found = significance(x, n, target, polarity)
    assert found.status == status
    assert found.value_pct == pytest.approx(100 * x / n)


@given(shares, st.integers(0, 1000))
def test_beside_a_target_the_interval_is_wilsons_and_the_sides_are_mirrored(
    share: tuple[int, int], tenths: int
) -> None:
    x, n = share
    high, low = (significance(x, n, f"{tenths / 10}", polarity) for polarity in ("high", "low"))
    interval = wilson(x, n)
    assert (high.lower_pct, high.upper_pct) == pytest.approx((interval.lower * 100, interval.upper * 100))
    assert (high.status, low.status) in {("better", "worse"), ("worse", "better"), ("similar", "similar")}
    assert (high.status == "similar") == (interval.lower <= tenths / 1000 <= interval.upper)
    assert x in (0, n) or significance(x, n, 100 * x / n, "high").status == "similar"


@pytest.mark.parametrize(("x", "n", "target", "polarity"), [(0, 20, 0, "low"), (0, 93, 0, "low"), (7, 7, 100, "high")])
def test_a_share_that_is_its_target_is_never_worse_than_it(x: int, n: int, target: int, polarity: str) -> None:
    assert significance(x, n, target, polarity).status == "similar"


@pytest.mark.parametrize("polarity", ["band", "neither", "", "HIGH"])
def test_without_a_better_side_nothing_is_better_or_worse(polarity: str) -> None:
    with pytest.raises(FigureError) as refused:
        significance(1, 10, 20, polarity)
    assert str(refused.value) == "Better or worse than a target is said where high or low is better."


@pytest.mark.parametrize(("x", "n"), [(-1, 10), (11, 10), (1, 0)])
def test_beside_a_target_what_is_not_a_share_is_refused_too(x: int, n: int) -> None:
    with pytest.raises(FigureError, match=f"^{x} of {n} is not a share"):
        significance(x, n, 20, "high")

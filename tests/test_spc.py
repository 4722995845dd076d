"""XmR limits and signals: the reference cases, each rule at its boundary, and what must hold of any series."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.errors import FigureError
from kpi_core.judging import RULE_SET, Assurance, Firmness, PointKind, Variation, Xmr, firmness_words, variation_words
from kpi_core.judging.limits import Rule, Value, assurance_words, xmr, year_on_year

from .conftest import SHARED, shared_file

CASES = SHARED / "reference" / "spc-cases.json"
Series = Sequence[Value]

_KIND_LETTERS = {PointKind.COMMON_CAUSE: ".", PointKind.NEUTRAL_HIGH: "H", PointKind.NEUTRAL_LOW: "L", None: "-"}
_RULE_LETTERS = {Rule.NONE: ".", Rule.OUTSIDE: "O", Rule.TREND: "T", Rule.TWO_OF_THREE: "2", Rule.SHIFT: "S"}


def sides(values: Series) -> str:
    """A letter a point: ``H`` or ``L`` for a signal, ``.`` for common cause, ``-`` for a gap."""
    return "".join(_KIND_LETTERS[point.kind] for point in xmr(values, improvement="neutral").points)


def rules(values: Series) -> str:
    """A letter a point: ``O`` outside, ``T`` trend, ``2`` two of three, ``S`` shift, ``.`` for none."""
    return "".join(_RULE_LETTERS[point.rule] for point in xmr(values, improvement="neutral").points)


def tenths(values: Sequence[int | None]) -> list[float | None]:
    """The values as floats of one decimal, few of which are what they are printed as."""
    return [None if value is None else value / 10 for value in values]


def decimals(text: str) -> list[Decimal]:
    return [Decimal(word) for word in text.split()]


def limits(found: Xmr) -> tuple[float | None, ...]:
    return found.lower, found.near_lower, found.mean, found.near_upper, found.upper


# --- the reference cases ----------------------------------------------------------------------------------------


def _cases() -> list[Any]:
    if not CASES.exists():
        return []
    return [pytest.param(case, id=case["id"]) for case in json.loads(CASES.read_text(encoding="utf-8"))["cases"]]


def test_the_reference_cases_are_at_hand() -> None:
    shared_file("reference", "spc-cases.json")
    assert len(_cases()) == 13


@pytest.mark.parametrize("read", [float, lambda value: Decimal(str(value))], ids=["floats", "decimals"])
@pytest.mark.parametrize("case", _cases())
def test_a_reference_case_is_answered_as_it_expects(case: dict[str, Any], read: Any) -> None:
    target = None if case["target"] is None else read(case["target"])
    found = xmr(
        [read(value) for value in case["values"]],
        improvement=case["improvement"],
        target=target,
        screen_outliers=case["screen_outliers"],
    )
    expected = case["expect"]
    for name in ("mean", "lower", "upper"):
        assert getattr(found, name) == (None if expected[name] is None else pytest.approx(expected[name], abs=1e-6)), (
            name
        )
    assert [point.kind for point in found.points] == expected["point_kinds"]
    assert found.variation == expected["variation"]
    assert found.assurance == expected["assurance"]


# --- limits -----------------------------------------------------------------------------------------------------


def test_limits_lie_2_66_mean_moving_ranges_either_side_of_the_mean_and_near_limits_two_thirds_of_the_way() -> None:
    found = xmr([10, 12, 11, 8, 11.5], improvement="neutral")
    assert found.mean == 10.5
    moving = (2 + 1 + 3 + 3.5) / 4
    near = 2.66 * moving * 2 / 3
    expected = [10.5 - 2.66 * moving, 10.5 - near, 10.5, 10.5 + near, 10.5 + 2.66 * moving]
    assert limits(found) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        ([0, 3267, 4000, 4000, 4000], [733, 0, 0]),  # 3267 is 3.267 times the mean of 1000
        ([0, 3266, 4000, 4000, 4000], [3266, 734, 0, 0]),
        ([0, -3267, -4000, -4000, -4000], [733, 0, 0]),
    ],
)
def test_a_moving_range_at_3_267_times_the_mean_is_left_out_and_one_below_is_kept(
    values: list[int], kept: list[int]
) -> None:
    mean = sum(values) / 5
    assert xmr(values, improvement="neutral").upper == pytest.approx(mean + 2.66 * sum(kept) / len(kept), abs=1e-9)
    assert xmr(tenths(values), improvement="neutral").upper == pytest.approx(
        (mean + 2.66 * sum(kept) / len(kept)) / 10, abs=1e-9
    )


def test_moving_ranges_are_screened_once_and_not_again() -> None:
    # Ranges: nine of 1, one of 10, one of 100. The mean is 10.8, so 100 goes; of the rest 10 would go too, and stays.
    values = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 11, 111]
    mean = sum(values) / 12
    assert xmr(values, improvement="neutral").upper == pytest.approx(mean + 2.66 * 19 / 10, abs=1e-9)


def test_nothing_is_screened_where_that_is_not_asked_for() -> None:
    found = xmr([1, 1, 1, 1, 2], improvement="neutral", screen_outliers=False)
    assert (found.lower, found.upper) == pytest.approx((1.2 - 2.66 / 4, 1.2 + 2.66 / 4), abs=1e-12)


def test_a_series_that_never_moves_has_limits_of_no_width_or_none_once_its_ranges_are_screened() -> None:
    assert limits(xmr([100] * 8, improvement="neutral")) == (None, None, 100, None, None)
    assert limits(xmr([100] * 8, improvement="neutral", screen_outliers=False)) == (100,) * 5


@pytest.mark.parametrize(
    ("values", "mean", "upper"),
    [
        ([], None, None),
        ([None, None], None, None),
        ([5], 5, None),
        ([None, 5, None], 5, None),
        ([5, 7], 6, 6 + 2.66 * 2),
        ([5, 5], 5, None),
        ([5, None, 7], 6, None),
        ([1, 2, 1, 2], 1.5, 1.5 + 2.66),
        ([1, 2, 1, 2, 1], 1.4, 1.4 + 2.66),
        ([1, 2] * 6, 1.5, 1.5 + 2.66),
        ([1, 2] * 6 + [1], 19 / 13, 19 / 13 + 2.66),
    ],
)
def test_a_series_of_any_length_is_computed(values: Series, mean: float | None, upper: float | None) -> None:
    found = xmr(values, improvement="increase", target=4)
    assert found.mean == (None if mean is None else pytest.approx(mean))
    assert found.upper == (None if upper is None else pytest.approx(upper))
    assert (found.lower is None, found.near_lower is None, found.near_upper is None) == (upper is None,) * 3
    assert (found.assurance is None) == (upper is None)
    assert found.variation == (None if mean is None else Variation.COMMON_CAUSE)
    assert [point.value for point in found.points] == list(values)


# --- each rule at its boundary ----------------------------------------------------------------------------------

# The mean is 0 and the mean moving range 50, so that the limits are 133 either side of it.
ON_THE_LIMIT = [133, 65, -10, -65, -80, -43]

# The mean is 0 and the mean moving range 75, so that the near limits are 133 either side; the last value brings them in.
ON_THE_NEAR_LIMIT = [133, 80, 133, -50, -85, -90, -5, -116]


def test_a_point_on_a_limit_is_inside_it() -> None:
    found = xmr(ON_THE_LIMIT, improvement="neutral")
    assert (found.mean, found.upper) == pytest.approx((0, 133), abs=1e-12)
    assert rules(ON_THE_LIMIT) == "......"
    assert rules(tenths(ON_THE_LIMIT)) == "......"
    assert rules([133.1, *ON_THE_LIMIT[1:]]) == "O....."
    assert sides([134, *ON_THE_LIMIT[1:]]) == "H....."
    assert sides([-134, *(-value for value in ON_THE_LIMIT[1:])]) == "L....."


def test_a_point_on_a_near_limit_is_inside_it() -> None:
    found = xmr(ON_THE_NEAR_LIMIT, improvement="neutral")
    assert (found.mean, found.near_upper) == pytest.approx((0, 133), abs=1e-12)
    assert rules(ON_THE_NEAR_LIMIT) == "........"
    assert rules(tenths(ON_THE_NEAR_LIMIT)) == "........"
    assert rules([*ON_THE_NEAR_LIMIT[:-1], -115]) == "2.2....."
    assert sides([*(-value for value in ON_THE_NEAR_LIMIT[:-1]), 115]) == "L.L....."


# Wide ordinary variation about 10, so that what follows is near neither limit.
NOISE = [0, 20, 0, 20, 0, 20]


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        ([7, 8, 9, 10, 11, 12, 13], "HHHHHHH"),
        ([7, 8, 9, 10, 11, 12], "......"),
        ([7, 8, 9, 9, 10, 11, 12], "......."),
        ([7, 8, 9, 10, 10, 11, 12, 13, 14], "........."),
        ([7, 8, 9, 10, 11, 12, 13, 13], "HHHHHHH."),
        ([6, 7, 8, 9, 10, 11, 12, 13], "HHHHHHHH"),
        ([14, 12, 11, 10, 9, 8, 7], "LLLLLLL"),
        ([7, 8, 9, None, 10, 11, 12, 13], "...-...."),
        ([7, 8, 9, 10, 11, 12, None, 13], "......-."),
        ([None, 7, 8, 9, 10, 11, 12, 13], "-HHHHHHH"),
    ],
)
def test_a_trend_is_seven_points_of_six_strict_steps_one_way(tail: list[int | None], expected: str) -> None:
    # A fall goes on from the 20 before it, which is then the first of its points.
    before = "....." + ("L" if expected.startswith("L") else ".")
    assert sides([*NOISE, *tail]) == before + expected
    assert sides(tenths([*NOISE, *tail])) == before + expected
    assert rules([*NOISE, *tail]) == (before + expected).translate(str.maketrans("HL-", "TT."))


def test_every_point_of_a_trend_is_named_by_the_way_it_goes_on_either_side_of_the_mean() -> None:
    found = xmr([*NOISE, 7, 8, 9, 10, 11, 12, 13], improvement="increase")
    assert found.points[6].value < found.mean  # type: ignore[operator]
    assert {point.kind for point in found.points[6:]} == {PointKind.IMPROVEMENT}
    fall = xmr([0, 20, 0, 20, 0, 13, 12, 11, 10, 9, 8, 7], improvement="increase")
    assert {point.kind for point in fall.points[5:]} == {PointKind.CONCERN}
    assert fall.variation == Variation.CONCERN_LOW


def test_a_turning_point_is_of_the_later_trend_and_a_trend_after_a_trend_leaves_the_first_alone() -> None:
    up, down = [7, 8, 9, 10, 11, 12, 13], [12, 11, 10, 9, 8, 7]
    assert sides([*NOISE, *up, *down]) == "......HHHHHHLLLLLLL"
    assert sides([*NOISE, *up, *up]) == "......HHHHHHHHHHHHHH"
    assert sides([*NOISE, *up, *range(13, 20)]) == "......HHHHHHHHHHHHHH"


BASE = [1, -1] * 10


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        ([5, 5, 1], "22."),
        ([5, 1, 5], "2.2"),
        ([1, 5, 5], ".22"),
        ([5, 5, 5], "222"),
        ([5, 5, -1], "..."),  # the third on the other side
        ([5, -1, 5], "..."),
        ([5, 1, 1], "..."),
        ([5, 1, 1, 5], "...."),  # two, but of four
        ([5, 5, 9], "22O"),  # the third beyond the limit
        ([5, 9, 1.5], ".O."),  # what is beyond the limit is not one of the two
        ([5, 5], ".."),  # no third
        ([5, 5, None, 1], "...."),
        ([5, None, 5, 1], "...."),
        ([None, 5, 1, 5], ".2.2"),
    ],
)
def test_two_of_three_beyond_the_near_limit_are_signals_and_the_third_is_not(tail: Series, expected: str) -> None:
    assert rules([*BASE, *tail]) == "." * 20 + expected
    mirrored = [None if value is None else -value for value in (*BASE, *tail)]
    assert rules(mirrored) == "." * 20 + expected


def test_a_third_point_on_the_mean_is_on_neither_side() -> None:
    # The mean is 0: the two at 5 are made up for by the six at -2 and one at 2.
    on_it = [*BASE, 5, 5, 0, -2, -2, -2, 2, -2, -2, -2]
    assert xmr(on_it, improvement="neutral").mean == 0
    assert rules(on_it) == "." * len(on_it)
    above = [*BASE, 5, 5, 0.5, -2, -2, -2, 1.5, -2, -2, -2]
    assert xmr(above, improvement="neutral").mean == 0
    assert rules(above) == "." * 20 + "22" + "." * 8


# The mean of each is 10: the prefix makes up for what follows.
BEFORE = [0, 20, 0, 20, 0, 20]


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        ([2, 11, 12, 11, 10, 11, 12, 11], "........"),  # the fourth is on the mean
        ([1, 11, 12, 11, 11, 11, 12, 11], ".SSSSSSS"),
        ([3, 11, 12, 11, 11, 11, 12, 9], "........"),  # six
        ([0, 11, 12, 11, 11, 11, 12, 11, 11], ".SSSSSSSS"),
        ([1, 11, 12, 11, None, 11, 11, 12, 11], "........."),
        ([1, 11, 12, 11, 11, 11, 12, None, 11], "........."),
    ],
)
def test_a_shift_is_seven_on_one_side_of_the_mean_and_one_on_it_breaks_it(
    tail: list[int | None], expected: str
) -> None:
    series = [*BEFORE, *tail]
    assert xmr(series, improvement="neutral").mean == 10
    mirrored = [None if value is None else 20 - value for value in series]
    for values in (series, tenths(series), mirrored, tenths(mirrored)):
        assert rules(values) == "......" + expected


def test_a_point_on_the_mean_in_decimals_is_on_it_though_no_float_is() -> None:
    # In floats the mean of these comes out beside 0.3, which would make a shift of the last seven.
    values = [0.0, 0.6, 0.0, 0.6, 0.0, 0.6, 0.1, 0.4, 0.3, 0.4, 0.3, 0.3, 0.3, 0.3]
    assert rules(values) == "." * 14


def test_what_an_earlier_rule_has_named_stands() -> None:
    assert rules(range(1, 11)) == "OOTTTTTTOO"  # outside before trend
    rise = [0, 1, 2, 3.9, 4.2, 4.5]
    assert rules([*BASE, *rise]) == "." * 19 + "TTTTTTT"  # trend before two of three
    assert rules([*BASE, 0, 1, 2, 4.2, 3.9, 4.5]) == "." * 23 + "222"
    # Two of three before shift: 4 and 7.5 lie past the near limits, 5 and 7 do not.
    assert rules([5, 4, 5, 4, 5, 4, 5, 4, 7, 7.5, 7, 7.5, 7, 7.5, 7]) == "S2S2S2S2S2S2S2S"


def test_no_moving_range_spans_a_gap() -> None:
    found = xmr([0, None, 10, 12], improvement="neutral")
    assert found.upper == pytest.approx(22 / 3 + 2.66 * 2)


def test_a_gap_has_no_kind_and_no_rule() -> None:
    point = xmr([1, None, 2], improvement="increase").points[1]
    assert (point.value, point.kind, point.rule) == (None, None, "")


def test_kinds_and_rules_are_words_and_the_rule_of_common_cause_is_empty() -> None:
    points = xmr([1, 2, 1, 2, 10, *[1, 2] * 6, 1], improvement="decrease").points
    assert (points[4].kind, points[4].rule) == ("special_cause_concern", "outside the limits")
    assert (points[5].kind, points[5].rule) == ("common_cause", "")


# --- variation, assurance, firmness -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("improvement", "rising", "falling"),
    [
        ("increase", "improvement_high", "concern_low"),
        ("decrease", "concern_high", "improvement_low"),
        ("neutral", "neutral_high", "neutral_low"),
    ],
)
def test_variation_is_what_the_last_point_with_a_value_says(improvement: str, rising: str, falling: str) -> None:
    assert xmr(range(8), improvement=improvement).variation == rising
    assert xmr(range(8, 0, -1), improvement=improvement).variation == falling
    assert xmr([*range(8), None], improvement=improvement).variation == rising
    assert xmr(NOISE, improvement=improvement).variation == "common_cause"


@pytest.mark.parametrize(
    ("target", "increase", "decrease"),
    [
        # The limits of 0 to 7 are 0.84 and 6.16.
        ("0.83", "consistent_pass", "consistent_fail"),
        ("0.84", "inconsistent", "inconsistent"),
        ("3.5", "inconsistent", "inconsistent"),
        ("6.16", "inconsistent", "inconsistent"),
        ("6.17", "consistent_fail", "consistent_pass"),
        ("0", "consistent_pass", "consistent_fail"),
    ],
)
def test_assurance_is_the_target_against_the_limits_and_on_a_limit_it_is_hit_or_miss(
    target: str, increase: str, decrease: str
) -> None:
    for goal in (Decimal(target), float(target)):
        assert xmr(range(8), improvement="increase", target=goal).assurance == increase
        assert xmr(range(8), improvement="decrease", target=goal).assurance == decrease
        assert xmr(range(8), improvement="neutral", target=goal).assurance is None


def test_there_is_no_assurance_without_a_target_or_limits() -> None:
    assert xmr(range(8), improvement="increase").assurance is None
    assert xmr([100] * 8, improvement="increase", target=90).assurance is None
    level = xmr([100] * 8, improvement="increase", target=100, screen_outliers=False)
    assert level.assurance == Assurance.INCONSISTENT


@pytest.mark.parametrize(
    ("count", "firmness"),
    [(0, "none"), (1, "none"), (2, "none"), (4, "none"), (5, "trial"), (12, "trial"), (13, "firm"), (40, "firm")],
)
def test_firmness_goes_by_how_many_values_there_are_and_gaps_are_none(count: int, firmness: str) -> None:
    values = ([1, 2, 3, 2] * 10)[:count]
    assert xmr(values, improvement="increase").firmness == firmness
    assert xmr([None, *values, None, None], improvement="increase").firmness == firmness
    assert xmr([None, *values], improvement="increase").count == count


STEP = [10.0, 10.1, 10.0, 10.1, 10.0, 10.1, 10.0, 20.1, 20.0, 20.1, 20.0, 20.1, 20.0, 20.1]


@pytest.mark.parametrize(
    ("values", "odd"),
    [
        ([100] * 8, None),
        ([1, 1, 1, 1, 2], 4),
        ([1, 1, 1, 5, 5, 5, 5], None),  # one step, no width
        ([1, None, 2, None, 3, None, 4, None, 5], None),  # no two side by side
        ([10.0, 10.1, 10.0, 10.1, 50], 4),
        ([10.0, 10.1, 10.0, 10.1, -50, 10.0, 10.1, 10.0, 10.1, 10.0], 4),
        ([10.0, 10.1, 10.0, 10.1, 10.0, 10.1, 10.0, 50], 7),
        ([50, None, 10.0, 10.1, 10.0, 10.1, 10.0, 10.1], 0),
        ([90, *[49, 51, 50] * 7], 0),  # within the limits, but seven and more below a mean that one value has raised
    ],
)
def test_limits_are_collapsed_without_width_or_where_one_odd_value_makes_every_point_a_signal(
    values: Series, odd: int | None
) -> None:
    found = xmr(values, improvement="increase")
    assert (found.firmness, found.odd) == (Firmness.COLLAPSED, odd)


@pytest.mark.parametrize(
    ("values", "firmness"),
    [
        (STEP, "firm"),  # every point is a signal, of a step
        (STEP[3:11], "trial"),
        ([*STEP[:7], 20.1, 20.0], "trial"),
        (range(8), "trial"),  # every point is a signal, of a trend
        (
            [10**power for power in range(8)],
            "trial",
        ),  # the last alone is above the mean, but the trend is there without it
        ([1, 2, 1, 2, 10, *[1, 2] * 6, 1], "firm"),  # one odd value, and the rest ordinary
    ],
)
def test_limits_are_not_collapsed_by_a_step_a_trend_or_an_odd_value_that_leaves_the_rest_alone(
    values: Series, firmness: str
) -> None:
    found = xmr(values, improvement="increase")
    assert (found.firmness, found.odd) == (firmness, None)


# --- what is refused --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        float("nan"), float("inf"), float("-inf"), True, False, "5", 1e300, -(10**5000), 1j,
        Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("1E+999999"), Decimal("1E-999999"),
    ],
    ids=[
        "not a number", "without end", "without end below 0", "yes", "no", "text", "a float far too large", "a whole number far too large",
        "imaginary", "a Decimal that is not a number", "a signalling one", "a Decimal without end", "a Decimal far too large",
        "a Decimal far too small",
    ],
)  # fmt: skip
def test_what_is_no_plain_number_is_refused_in_a_sentence(value: Any) -> None:
    sentence = "^“.+” is (not a number|too large or too small a number).*[.]$"
    with pytest.raises(FigureError, match=sentence):
        xmr([1, 2, value], improvement="increase")
    with pytest.raises(FigureError, match=sentence):
        xmr([1, 2], improvement="increase", target=value)
    with pytest.raises(FigureError, match=sentence):
        year_on_year([1, 2, value])


@pytest.mark.parametrize("improvement", ["up", "", "Increase", None])
def test_an_unknown_direction_is_refused_in_a_sentence(improvement: Any) -> None:
    with pytest.raises(FigureError, match=r"is no direction of improvement: it is increase, decrease or neutral[.]$"):
        xmr([1, 2], improvement=improvement)


def test_the_widest_numbers_that_are_taken_give_limits_that_are_numbers() -> None:
    found = xmr([9e299, -9e299, 9e299, 1e-300], improvement="increase")
    assert found.upper is not None
    assert found.upper < float("inf")


# --- what must hold of any series -------------------------------------------------------------------------------

SMALL = st.integers(-6, 6)
FEW_LEVELS = st.lists(st.none() | SMALL, max_size=30)
WIDE = st.lists(st.none() | st.integers(-1000, 1000), max_size=30)
RISING = st.lists(st.integers(-2, 4), max_size=30).map(lambda steps: [sum(steps[:n]) for n in range(len(steps))])
ANY = FEW_LEVELS | WIDE | RISING
WAYS = st.sampled_from(["increase", "decrease", "neutral"])


def _words(found: Xmr) -> object:
    """All that does not depend on how large the values are."""
    said = tuple((point.kind, point.rule) for point in found.points)
    return said, found.variation, found.assurance, found.firmness, found.odd


def _by_hand(values: Sequence[int | None]) -> list[str]:
    """The rules as they read, window by window, in fractions: slow, and no line of it as the product has it."""
    known = [Fraction(value) for value in values if value is not None]
    mean = sum(known) / len(known) if known else Fraction(0)
    moves = [abs(Fraction(b) - a) for a, b in pairwise(values) if a is not None and b is not None]
    average = Fraction(sum(moves), len(moves)) if moves else Fraction(0)
    moves = [move for move in moves if move < Fraction("3.267") * average]
    far = Fraction("2.66") * sum(moves) / len(moves) if moves else Fraction(10**9)
    labels = ["-" if value is None else "." for value in values]

    def label(places: Sequence[int], high: bool, over: str) -> None:
        for place in places:
            if labels[place] in over:
                labels[place] = "H" if high else "L"

    for place, value in enumerate(values):
        if value is not None and abs(value - mean) > far:
            label([place], value > mean, ".")
    outside = [mark in "HL" for mark in labels]
    for start in range(len(values) - 6):
        seven = values[start : start + 7]
        free = [place for place in range(start, start + 7) if not outside[place]]
        if None not in seven and all(a < b for a, b in pairwise(seven)):  # type: ignore[operator]
            label(free, True, ".HL")
        if None not in seven and all(a > b for a, b in pairwise(seven)):  # type: ignore[operator]
            label(free, False, ".HL")
    for start in range(len(values) - 2):
        three = [(place, values[place]) for place in range(start, start + 3)]
        for high in (True, False):
            away = [(place, None if v is None else (v - mean if high else mean - v)) for place, v in three]
            if all(size is not None and size > 0 for _, size in away):
                two = [place for place, size in away if size is not None and far * 2 / 3 < size <= far]
                label(two if len(two) >= 2 else [], high, ".")
    for start in range(len(values) - 6):
        seven = values[start : start + 7]
        if None not in seven and all(v > mean for v in seven):  # type: ignore[operator]
            label(range(start, start + 7), True, ".")
        if None not in seven and all(v < mean for v in seven):  # type: ignore[operator]
            label(range(start, start + 7), False, ".")
    return labels


@given(ANY)
def test_signals_are_those_of_the_rules_read_out_window_by_window(values: list[int | None]) -> None:
    assert list(sides(values)) == _by_hand(values)


@given(ANY, st.integers(-1000, 1000), WAYS, SMALL)
def test_adding_a_constant_moves_the_limits_with_it_and_changes_no_word(
    values: list[int | None], by: int, way: str, goal: int
) -> None:
    here = xmr(values, improvement=way, target=goal)
    there = xmr([None if v is None else v + by for v in values], improvement=way, target=goal + by)
    assert _words(there) == _words(here)
    for before, after in zip(limits(here), limits(there), strict=True):
        assert (before is None) == (after is None)
        assert before is None or after == pytest.approx(before + by, abs=1e-9)


@given(ANY, st.sampled_from([Decimal("0.01"), Decimal("0.1"), Decimal("0.3"), Decimal(7)]), WAYS, SMALL)
def test_the_size_of_the_unit_changes_no_word_in_decimals_or_in_floats(
    values: list[int | None], unit: Decimal, way: str, goal: int
) -> None:
    here = _words(xmr(values, improvement=way, target=goal))
    scaled = [None if v is None else v * unit for v in values]
    assert _words(xmr(scaled, improvement=way, target=goal * unit)) == here
    floats = [None if v is None else float(v) for v in scaled]
    assert _words(xmr(floats, improvement=way, target=float(goal * unit))) == here


@given(ANY)
def test_turning_the_series_upside_down_swaps_high_and_low(values: list[int | None]) -> None:
    mirrored = [None if v is None else -v for v in values]
    assert sides(mirrored) == sides(values).translate(str.maketrans("HL", "LH"))
    assert rules(mirrored) == rules(values)
    here, there = xmr(values, improvement="neutral"), xmr(mirrored, improvement="neutral")
    assert limits(there) == tuple(None if limit is None else -limit for limit in reversed(limits(here)))


@given(ANY, SMALL)
def test_the_other_direction_swaps_improvement_and_concern(values: list[int | None], goal: int) -> None:
    swapped = {
        PointKind.IMPROVEMENT: PointKind.CONCERN,
        PointKind.CONCERN: PointKind.IMPROVEMENT,
        Assurance.CONSISTENT_PASS: Assurance.CONSISTENT_FAIL,
        Assurance.CONSISTENT_FAIL: Assurance.CONSISTENT_PASS,
        Variation.IMPROVEMENT_HIGH: Variation.CONCERN_HIGH,
        Variation.CONCERN_LOW: Variation.IMPROVEMENT_LOW,
        Variation.CONCERN_HIGH: Variation.IMPROVEMENT_HIGH,
        Variation.IMPROVEMENT_LOW: Variation.CONCERN_LOW,
    }
    up, down = (xmr(values, improvement=way, target=goal) for way in ("increase", "decrease"))
    assert [swapped.get(point.kind, point.kind) for point in up.points] == [point.kind for point in down.points]
    assert swapped.get(up.variation, up.variation) == down.variation
    assert swapped.get(up.assurance, up.assurance) == down.assurance
    assert limits(up) == limits(down)
    assert up.firmness == down.firmness


@given(ANY, WAYS, SMALL)
def test_a_gap_at_either_end_changes_nothing_but_its_own_point(values: list[int | None], way: str, goal: int) -> None:
    plain = xmr(values, improvement=way, target=goal)
    before = xmr([None, *values], improvement=way, target=goal)
    after = xmr([*values, None], improvement=way, target=goal)
    assert before.points[1:] == after.points[:-1] == plain.points
    for padded in (before, after):
        assert limits(padded) == limits(plain)
        assert (padded.variation, padded.assurance, padded.firmness) == (
            plain.variation,
            plain.assurance,
            plain.firmness,
        )
    assert after.odd == plain.odd


@given(st.lists(st.none() | st.floats(-1e6, 1e6) | st.decimals(-1000, 1000, places=2), max_size=40), WAYS)
def test_whatever_the_numbers_limits_are_in_order_and_there_is_a_point_for_each(values: Series, way: str) -> None:
    found = xmr(values, improvement=way)
    known = [limit for limit in limits(found) if limit is not None]
    assert known == sorted(known)
    assert [(point.value, point.kind is None) for point in found.points] == [(v, v is None) for v in values]


# --- year on year -----------------------------------------------------------------------------------------------


def test_year_on_year_is_each_value_less_that_of_the_same_quarter_a_year_before_and_keeps_its_place() -> None:
    values = decimals("10.1 20 30 40 10.4 25 29 40")
    assert year_on_year(values) == (None,) * 4 + tuple(decimals("0.3 5 -1 0"))


def test_year_on_year_has_no_difference_with_a_gap() -> None:
    assert year_on_year([1, None, 3, 4], lag=2) == (None, None, 2, None)
    assert year_on_year([1, 2, None, 4], lag=2) == (None, None, None, 2)


def test_year_on_year_is_of_the_values_as_written_and_of_their_kind() -> None:
    assert year_on_year([0.1, 0.3], lag=1) == (None, 0.2)
    assert [type(found) for found in year_on_year([1, 2, 2.5, Decimal(3), 5], lag=1)[1:]] == [
        Decimal, float, float, Decimal,
    ]  # fmt: skip


def test_year_on_year_of_a_series_no_longer_than_the_lag_is_all_gaps() -> None:
    assert year_on_year([]) == ()
    assert year_on_year([1, 2, 3, 4]) == (None,) * 4


@pytest.mark.parametrize("lag", [0, -1])
def test_year_on_year_needs_a_lag(lag: int) -> None:
    with pytest.raises(FigureError, match=f"those {lag} places before: it must be 1 or more[.]$"):
        year_on_year([1, 2], lag)


def test_the_seasons_of_a_series_are_no_signal_once_each_quarter_is_held_against_its_own() -> None:
    seasonal = [10, 30, 12, 50, 11, 31, 13, 51, 10, 32, 12, 50, 11, 31, 12, 52]
    assert xmr(year_on_year(seasonal), improvement="increase").count == 12
    assert rules(year_on_year(seasonal)) == "." * 16


# --- words ------------------------------------------------------------------------------------------------------


def test_the_rule_set_is_one_line_that_names_the_rules_and_the_version() -> None:
    assert RULE_SET == "XmR limits by NHS England's Making Data Count rules, as NHSRplotthedots 0.2.2 has them"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([], "No quarters: too few to tell signal from ordinary variation; from 5 limits are shown."),
        ([1], "1 quarter: too few to tell signal from ordinary variation; from 5 limits are shown."),
        ([1, None, 2, 1], "3 quarters: too few to tell signal from ordinary variation; from 5 limits are shown."),
        ([1, 2, 3] * 3, "9 quarters: limits are a first attempt until 13 are held."),
        ([1, 2] * 8, "16 quarters: enough for firm limits."),
        (
            [100] * 8,
            "8 quarters with hardly any change from one to the next: signals cannot be told from ordinary variation.",
        ),
        (
            [1, None, 2, None, 3, None, 4, None, 5],
            "5 quarters, no two of them next to each other: signals cannot be told from ordinary variation.",
        ),
        (
            [1, 1, 1, 1, 2, None],
            "5 quarters, of which the last is so far from the rest that every one would count as a signal: "
            "signals cannot be told from ordinary variation.",
        ),
        (
            [1, 1, 1, 1, 5, 1, 1, 1, 1, 1],
            "10 quarters, of which one is so far from the rest that every one would count as a signal: "
            "signals cannot be told from ordinary variation.",
        ),
    ],
)
def test_firmness_is_told_in_a_sentence(values: Series, words: str) -> None:
    assert firmness_words(xmr(values, improvement="increase")) == words


@pytest.mark.parametrize(
    ("values", "improvement", "words"),
    [
        (NOISE, "increase", "The last quarter is within ordinary variation."),
        ([*NOISE, None], "increase", "The last quarter with a figure is within ordinary variation."),
        (
            [*BASE, 9],
            "increase",
            "The last quarter is a signal that things are getting better: it is higher than ordinary variation would explain.",
        ),
        (
            [*BASE, 9, None],
            "decrease",
            "The last quarter with a figure is a signal that things are getting worse: "
            "it is higher than ordinary variation would explain.",
        ),
        (
            [*BASE, -9],
            "neutral",
            "The last quarter is a signal that something has changed: it is lower than ordinary variation would explain.",
        ),
        (
            [*NOISE, 7, 8, 9, 10, 11, 12, 13],
            "increase",
            "The last quarter is a signal that things are getting better: seven quarters in a row going up.",
        ),
        (
            [*NOISE, 14, 12, 11, 10, 9, 8, 7],
            "increase",
            "The last quarter is a signal that things are getting worse: seven quarters in a row going down.",
        ),
        (
            [*BASE, 1, 5, 5],
            "increase",
            "The last quarter is a signal that things are getting better: "
            "two of three quarters in a row unusually far on the better side of the average.",
        ),
        (
            [*BASE, 1, 5, 5],
            "neutral",
            "The last quarter is a signal that something has changed: "
            "two of three quarters in a row unusually far on the high side of the average.",
        ),
        (
            [*BEFORE, 1, 11, 12, 11, 11, 11, 12, 11],
            "increase",
            "The last quarter is a signal that things are getting better: "
            "seven quarters in a row on the better side of the average.",
        ),
        (
            [*BEFORE, 1, 11, 12, 11, 11, 11, 12, 11],
            "decrease",
            "The last quarter is a signal that things are getting worse: "
            "seven quarters in a row on the worse side of the average.",
        ),
    ],
)
def test_what_the_last_quarter_says_is_told_in_a_sentence(values: Series, improvement: str, words: str) -> None:
    assert variation_words(xmr(values, improvement=improvement)) == words


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (3, "As things are, the target would be met in some quarters and missed in others, by luck."),
        (0, "As things are, the target would be met every quarter."),
        (7, "As things are, the target would be missed every quarter; the process itself has to change."),
        (None, ""),
    ],
)
def test_what_is_to_be_expected_of_the_target_is_told_in_a_sentence(target: int | None, words: str) -> None:
    assert assurance_words(xmr(range(8), improvement="increase", target=target)) == words


@pytest.mark.parametrize("values", [[], [1, 2, 1, 2], [1, 1, 1, 1, 2], [10.0, 10.1, 10.0, 10.1, 50]])
def test_nothing_is_said_of_variation_or_target_where_limits_are_too_few_or_collapsed(values: Series) -> None:
    found = xmr(values, improvement="increase", target=30)
    assert (variation_words(found), assurance_words(found)) == ("", "")


def test_words_name_the_period_and_the_target_they_are_given() -> None:
    found = xmr(range(8), improvement="increase", target=7)
    assert firmness_words(found, "year") == "8 years: limits are a first attempt until 13 are held."
    assert variation_words(found, "year").startswith("The last year is a signal")
    assert assurance_words(found, "year", "the target of 7") == (
        "As things are, the target of 7 would be missed every year; the process itself has to change."
    )


@given(ANY, WAYS, SMALL)
def test_words_are_whole_sentences_or_nothing_and_go_with_the_firmness(
    values: list[int | None], way: str, goal: int
) -> None:
    found = xmr(values, improvement=way, target=goal)
    said = [variation_words(found), assurance_words(found)]
    assert all(words == "" or words.endswith(".") for words in said)
    assert firmness_words(found).endswith(".")
    assert (said[0] != "") == (found.firmness in ("trial", "firm"))
    assert said[1] == "" or found.firmness in ("trial", "firm")

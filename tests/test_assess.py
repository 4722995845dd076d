"""The one rating rule, at its boundaries, and what a reader is told beside a rating."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kpi_core.errors import FigureError
from kpi_core.figures import shown
from kpi_core.judging import Rated, Rating, met_by, rate
from kpi_core.judging.rating import NO_TOLERANCE, rating
from kpi_core.model import Polarity, Target, Unit

from .conftest import indicator, target

GREEN, AMBER, RED, NOT_RATED = "green", "amber", "red", "not_rated"
TO_88 = {"polarity": "high", "decimals": 1, "target": "88"}
TO_20 = {"polarity": "low", "decimals": 1, "target": "20"}
TO_70_80 = {"polarity": "band", "decimals": 1, "target_low": "70", "target_high": "80"}
BY_5_POINTS = {"tolerance": "5", "tolerance_kind": "points"}
BY_5_PERCENT = {"tolerance": "5", "tolerance_kind": "percent"}
BY_10_PERCENT = {"tolerance": "10", "tolerance_kind": "percent"}


def judged(value: str, given: dict[str, object], **more: object) -> Rated:
    return rating(value, **(given | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("terms", "more", "value", "expected", "passed"),
    [
        # Nothing but a target: met at equality, and a miss is Red.
        (TO_88, {}, "88", GREEN, False),
        (TO_88, {}, "88.1", GREEN, False),
        (TO_88, {}, "87.9", RED, False),
        (TO_20, {}, "20", GREEN, False),
        (TO_20, {}, "19.9", GREEN, False),
        (TO_20, {}, "20.1", RED, False),
        # A tolerance in points: the limit is still Amber.
        (TO_88, BY_5_POINTS, "87.9", AMBER, False),
        (TO_88, BY_5_POINTS, "83", AMBER, False),
        (TO_88, BY_5_POINTS, "82.9", RED, False),
        (TO_20, BY_5_POINTS, "20.1", AMBER, False),
        (TO_20, BY_5_POINTS, "25", AMBER, False),
        (TO_20, BY_5_POINTS, "25.1", RED, False),
        # A tolerance in per cent of the target (5% of 88 is 4.4, 10% of 20 is 2).
        (TO_88, BY_5_PERCENT, "83.7", AMBER, False),
        (TO_88, BY_5_PERCENT, "83.6", AMBER, False),
        (TO_88, BY_5_PERCENT, "83.5", RED, False),
        (TO_20, BY_10_PERCENT, "22", AMBER, False),
        (TO_20, BY_10_PERCENT, "22.1", RED, False),
        # A tolerance of nothing leaves nothing but the target.
        (TO_88, {"tolerance": "0", "tolerance_kind": "points"}, "87.9", RED, False),
        # An intervention level and no tolerance: Amber ends at the level; at the level is not past it.
        (TO_88, {"intervention_level": "80"}, "80", AMBER, False),
        (TO_88, {"intervention_level": "80"}, "79.9", RED, True),
        (TO_20, {"intervention_level": "25"}, "25", AMBER, False),
        (TO_20, {"intervention_level": "25"}, "25.1", RED, True),
        (TO_20, {"intervention_level": "20"}, "20", GREEN, False),
        (TO_20, {"intervention_level": "20"}, "20.1", RED, True),
        # Both held: Amber ends at the tolerance, and the level is a flag of its own.
        (TO_20, BY_10_PERCENT | {"intervention_level": "25"}, "22", AMBER, False),
        (TO_20, BY_10_PERCENT | {"intervention_level": "25"}, "22.1", RED, False),
        (TO_20, BY_10_PERCENT | {"intervention_level": "25"}, "25", RED, False),
        (TO_20, BY_10_PERCENT | {"intervention_level": "25"}, "25.1", RED, True),
        (TO_88, BY_5_POINTS | {"intervention_level": "85"}, "84.9", AMBER, True),
        # A band: its ends are in it, and the tolerance lies outside either end.
        (TO_70_80, {}, "70", GREEN, False),
        (TO_70_80, {}, "80", GREEN, False),
        (TO_70_80, BY_5_POINTS, "75", GREEN, False),
        (TO_70_80, {}, "69.9", RED, False),
        (TO_70_80, {}, "80.1", RED, False),
        (TO_70_80, BY_5_POINTS, "69.9", AMBER, False),
        (TO_70_80, BY_5_POINTS, "65", AMBER, False),
        (TO_70_80, BY_5_POINTS, "64.9", RED, False),
        (TO_70_80, BY_5_POINTS, "80.1", AMBER, False),
        (TO_70_80, BY_5_POINTS, "85", AMBER, False),
        (TO_70_80, BY_5_POINTS, "85.1", RED, False),
        (TO_70_80, {"intervention_level": "60"}, "60", AMBER, False),
        (TO_70_80, {"intervention_level": "60"}, "59.9", RED, True),
        (TO_70_80, {"intervention_level": "60"}, "99", RED, False),
        (TO_70_80, {"intervention_level": "90"}, "90", AMBER, False),
        (TO_70_80, {"intervention_level": "90"}, "90.1", RED, True),
        # No target: past the level is Red, within it is not rated.
        (TO_20, {"target": None, "intervention_level": "16"}, "15", NOT_RATED, False),
        (TO_20, {"target": None, "intervention_level": "16"}, "16", NOT_RATED, False),
        (TO_20, {"target": None, "intervention_level": "16"}, "16.1", RED, True),
        (TO_88, {"target": None, "intervention_level": "80"}, "80", NOT_RATED, False),
        (TO_88, {"target": None, "intervention_level": "80"}, "79.9", RED, True),
        (TO_88, {"target": None}, "5", NOT_RATED, False),
        # Neither high nor low is better: never rated.
        (TO_88, {"polarity": "neither"}, "5", NOT_RATED, False),
        (TO_88, {"polarity": "neither", "target": None}, "5", NOT_RATED, False),
        (TO_88, {"polarity": "neither", "intervention_level": "80"}, "5", NOT_RATED, False),
        # A true zero is a figure like any other.
        (TO_20, {}, "0", GREEN, False),
        (TO_20, {"target": "0"}, "0", GREEN, False),
        (TO_20, {"target": "0", **BY_5_POINTS}, "5", AMBER, False),
        (TO_88, {}, "0", RED, False),
    ],
)  # fmt: skip
def test_the_rule_at_every_boundary(
    terms: dict[str, object], more: dict[str, object], value: str, expected: str, passed: bool
) -> None:
    rated = judged(value, terms, **more)
    assert (rated.rating, rated.intervention_passed) == (expected, passed)
    has_target = (terms | more).get("target") is not None or "target_low" in terms
    assert rated.missed == (has_target and expected in (AMBER, RED))
    assert rated.exception_required == (rated.missed or passed)
    assert rated.reason.startswith(f"{rated.rating.words}: ")
    assert rated.reason.endswith(".")


@pytest.mark.parametrize(
    ("terms", "more", "value", "reason"),
    [
        (TO_88, {}, "88.5", "Green: 88.5% meets the target of 88%."),
        (TO_70_80, {}, "75", "Green: 75% is within the target band of 70% to 80%."),
        (TO_88, BY_5_POINTS, "83.5", "Amber: 83.5% misses the target of 88% by 4.5 points, within the tolerance limit of 83%."),
        (TO_88, {"intervention_level": "80"}, "83.5", "Amber: 83.5% misses the target of 88% by 4.5 points, within the intervention level of 80%."),
        (TO_88, BY_5_POINTS, "80", "Red: 80% misses the target of 88% by 8 points, past the tolerance limit of 83%."),
        (TO_88, {}, "83.5", f"Red: 83.5% misses the target of 88% by 4.5 points; {NO_TOLERANCE}."),
        (TO_20, {"intervention_level": "25"}, "26", "Red: 26% misses the target of 20% by 6 points; it has passed the intervention level of 25%."),
        (TO_20, {"target": None, "intervention_level": "16"}, "15", "Not rated: no target set; within the intervention level of 16%."),
        (TO_20, {"target": None, "intervention_level": "16"}, "17", "Red: no target set; 17% is past the intervention level of 16%."),
        (TO_88, {"unit": Unit.NUMBER}, "1", f"Red: 1 misses the target of 88 by 87; {NO_TOLERANCE}."),
    ],
)  # fmt: skip
def test_every_rating_carries_its_reason_as_a_sentence(
    terms: dict[str, object], more: dict[str, object], value: str, reason: str
) -> None:
    assert judged(value, terms, **more).reason == reason


@pytest.mark.parametrize(
    ("terms", "more", "value", "limit"),
    [
        (TO_88, BY_5_PERCENT, "83.5", "83.6"),
        (TO_88, BY_5_POINTS, "83.5", "83"),
        (TO_88, {"intervention_level": "80"}, "83.5", "80"),
        (TO_20, BY_10_PERCENT | {"intervention_level": "25"}, "21.5", "22"),
        (TO_70_80, BY_5_POINTS, "60", "65"),
        (TO_70_80, BY_5_POINTS, "90", "85"),
        (TO_88, {}, "83.5", None),
        (TO_88, BY_5_POINTS, "90", None),
    ],
)
def test_the_limit_of_amber_is_known_beside_the_rating(
    terms: dict[str, object], more: dict[str, object], value: str, limit: str | None
) -> None:
    assert judged(value, terms, **more).amber_limit == (None if limit is None else Decimal(limit))


def test_no_tolerance_is_said_in_the_designs_words() -> None:
    assert NO_TOLERANCE == "no tolerance held, so Amber could not be given"


@pytest.mark.parametrize(
    ("value", "more", "expected", "seen"),
    [
        ("87.96", {}, GREEN, "88.0; 87.96 before rounding"),
        ("87.94", {}, RED, None),
        ("82.95", BY_5_POINTS, AMBER, "83.0; 82.95 before rounding"),
        ("79.96", {"intervention_level": "80"}, AMBER, "80.0; 79.96 before rounding"),
        ("83.5", {}, RED, None),
    ],
)
def test_the_value_is_judged_as_shown_and_the_reason_says_where_rounding_changed_the_verdict(
    value: str, more: dict[str, object], expected: str, seen: str | None
) -> None:
    rated = judged(value, TO_88, **more)
    assert rated.rating == expected
    assert rated.reason.endswith(f" Judged as shown: {seen}.") if seen else "before rounding" not in rated.reason


def test_where_rounding_changed_only_whether_the_level_is_passed_the_reason_says_so_too() -> None:
    rated = judged("25.04", TO_20, tolerance="10", tolerance_kind="points", intervention_level="25")
    assert (rated.rating, rated.intervention_passed) == (AMBER, False)
    assert rated.reason.endswith(" Judged as shown: 25.0; 25.04 before rounding.")


@pytest.mark.parametrize(
    ("more", "value", "expected"),
    [
        ({"target": "88.04"}, "88.0", RED),
        ({"tolerance": "4.46", "tolerance_kind": "points"}, "83.5", RED),
        ({"intervention_level": "83.54"}, "83.5", RED),
    ],
)
def test_only_the_value_is_rounded_never_a_target_a_tolerance_or_a_level(
    more: dict[str, object], value: str, expected: str
) -> None:
    assert judged(value, TO_88, **more).rating == expected


@pytest.mark.parametrize(
    ("terms", "more", "told"),
    [
        (TO_20, BY_5_PERCENT | {"target": "0"}, "per cent of a target of 0"),
        (TO_20, {"tolerance": "5"}, "needs its kind"),
        (TO_20, {"tolerance": "5", "tolerance_kind": "furlongs"}, "needs its kind"),
        (TO_20, {"tolerance": "-5", "tolerance_kind": "points"}, "cannot be negative"),
        (TO_20, {"intervention_level": "19"}, "better side"),
        (TO_88, {"intervention_level": "89"}, "better side"),
        (TO_70_80, {"intervention_level": "75"}, "better side"),
        (TO_70_80, {"target_high": None}, "two ends"),
        (TO_70_80, {"target_low": "81"}, "the lower first"),
        (TO_70_80, {"target_low": None, "target_high": None, "target": "75"}, "needs a band"),
        (TO_70_80, {"polarity": "high"}, "good values form a band"),
        (TO_70_80, {"polarity": "low"}, "good values form a band"),
        (TO_70_80, BY_5_PERCENT, "given in points"),
        (TO_88, {"target": "eighty"}, "not a number"),
    ],
)  # fmt: skip
def test_terms_that_make_no_sense_are_refused_in_a_sentence(
    terms: dict[str, object], more: dict[str, object], told: str
) -> None:
    with pytest.raises(FigureError, match=told):
        judged("50", terms, **more)


def test_an_unknown_polarity_is_refused() -> None:
    with pytest.raises(ValueError, match="sideways"):
        judged("50", TO_88, polarity="sideways")


tenths = st.integers(0, 1000).map(lambda n: Decimal(n) / 10)
thousandths = st.integers(0, 100_000).map(lambda n: Decimal(n) / 1000)


@st.composite
def terms_of(draw: st.DrawFn, polarity: str) -> dict[str, object]:
    """Sensible terms for a percentage: any target, and a tolerance or a level or both or none."""
    low, high = sorted((draw(tenths), draw(tenths)))
    terms: dict[str, object] = {"polarity": polarity, "decimals": draw(st.integers(0, 2))}
    if polarity == "band":
        terms |= {"target_low": low, "target_high": high}
    else:
        terms["target"] = low if polarity == "low" else high
    if draw(st.booleans()):
        terms |= {"tolerance": draw(tenths), "tolerance_kind": "points"}
    if draw(st.booleans()):
        gap = draw(tenths)
        terms["intervention_level"] = high + gap if polarity == "low" else low - gap
    return terms


ORDER = {Rating.RED: 0, Rating.AMBER: 1, Rating.GREEN: 2}


@given(st.sampled_from(["high", "low"]).flatmap(terms_of), thousandths, thousandths)
def test_a_better_value_never_has_a_worse_rating(terms: dict[str, object], one: Decimal, other: Decimal) -> None:
    worse, better = sorted((one, other), reverse=terms["polarity"] == "low")
    before, after = rating(worse, **terms), rating(better, **terms)  # type: ignore[arg-type]
    assert ORDER[before.rating] <= ORDER[after.rating]
    assert before.intervention_passed >= after.intervention_passed


@given(terms_of("band"), thousandths, thousandths)
def test_nearer_to_the_band_on_one_side_is_never_rated_worse(
    terms: dict[str, object], one: Decimal, other: Decimal
) -> None:
    for side, near_last in (("target_low", False), ("target_high", True)):
        edge = terms[side]
        far, near = sorted((one, other), reverse=near_last)
        if (near <= edge) if side == "target_low" else (near >= edge):
            assert ORDER[rating(far, **terms).rating] <= ORDER[rating(near, **terms).rating]  # type: ignore[arg-type]


@given(st.sampled_from(["high", "low", "band"]).flatmap(terms_of), thousandths)
def test_the_rating_always_agrees_with_the_number_shown(terms: dict[str, object], value: Decimal) -> None:
    seen = shown(value, int(str(terms["decimals"])))
    by_exact, by_seen = rating(value, **terms), rating(seen, **terms)  # type: ignore[arg-type]
    assert by_exact.shown == seen
    assert (by_exact.rating, by_exact.missed, by_exact.intervention_passed) == (
        by_seen.rating, by_seen.missed, by_seen.intervention_passed)  # fmt: skip


@given(st.sampled_from(["high", "low", "band"]).flatmap(terms_of), tenths)
def test_the_amber_limit_is_the_last_value_that_is_amber_or_better(terms: dict[str, object], value: Decimal) -> None:
    terms = terms | {"decimals": 2}
    limit = rating(value, **terms).amber_limit  # type: ignore[arg-type]
    assume(limit is not None)
    missed_below = terms["polarity"] == "high" or (terms["polarity"] == "band" and value < terms["target_low"])
    worse = Decimal("-0.01") if missed_below else Decimal("0.01")
    assert rating(limit, **terms).rating is not Rating.RED  # type: ignore[arg-type]
    assert rating(limit + worse, **terms).rating is Rating.RED  # type: ignore[arg-type]


# --- the test of the target by itself -----------------------------------------------------------------------------


@given(st.sampled_from(["high", "low", "band"]).flatmap(terms_of), thousandths)
def test_a_target_is_met_exactly_where_the_rating_is_green(terms: dict[str, object], value: Decimal) -> None:
    measure = indicator(polarity=Polarity(str(terms["polarity"])), decimals=terms["decimals"])
    aim = target(
        value=None if "target" not in terms else str(terms["target"]),
        low=terms.get("target_low"),
        high=terms.get("target_high"),
        tolerance=terms.get("tolerance"),
        tolerance_kind=terms.get("tolerance_kind", ""),
        intervention_level=terms.get("intervention_level"),
    )
    met = met_by(aim, measure)
    assert met is not None
    judged_whole = rate(value, aim, measure)
    assert judged_whole.shown is not None
    assert met(judged_whole.shown) == (judged_whole.rating is Rating.GREEN) == (not judged_whole.missed)


@pytest.mark.parametrize(
    ("polarity", "value", "met"),
    [
        ("high", "88", True),
        ("high", "87.99", False),
        ("low", "88", True),
        ("low", "88.01", False),
        ("high", "0", False),
        ("low", "0", True),
        ("high", "100", True),
    ],
)
def test_equality_meets_a_target_by_itself_too(polarity: str, value: str, met: bool) -> None:
    test = met_by(target("88"), indicator(polarity=Polarity(polarity)))
    assert test is not None
    assert test(Decimal(value)) is met


def test_an_intervention_level_alone_can_be_neither_met_nor_missed() -> None:
    assert met_by(target(intervention_level="16"), indicator()) is None
    assert met_by(target("16"), indicator(polarity=Polarity.NEITHER)) is None


@pytest.mark.parametrize(
    ("aim", "polarity"),
    [
        (target("88", intervention_level="90"), "high"),
        (target(low="80", high="70"), "band"),
        (target(low="70", high="80"), "high"),
        (target("75"), "band"),
        (target("0", tolerance="5", tolerance_kind="percent"), "low"),
        (target("88", tolerance="5", tolerance_kind="furlongs"), "high"),
    ],
)
def test_terms_that_the_rule_refuses_are_refused_with_the_same_sentence(aim: Target, polarity: str) -> None:
    measure = indicator(polarity=Polarity(polarity))
    with pytest.raises(FigureError) as by_the_test:
        met_by(aim, measure)
    with pytest.raises(FigureError) as by_the_rule:
        rate(Decimal(50), aim, measure)
    assert str(by_the_test.value) == str(by_the_rule.value)

"""Whether a series holds signals or ordinary variation alone: XmR limits by the Making Data Count rules.

Sources: NHS England, "Making data count", for the four rules and for what the last point and the target
say; the R package NHSRplotthedots 0.2.2 for how they are computed where that leaves a choice; D. J. Wheeler's
XmR chart for the constants 2.66 and 3.267. The rules are relatives of those of Western Electric (1956) and
L. S. Nelson (1984), whose lengths of runs differ. What NHSRplotthedots does not have is ours and said where it
is done: gaps, firmness, the words.

A series is in the order of time. Limits and averages are in the unit of its values. Values are taken as they
are written, 0.1 as one tenth, and compared as whole numbers of their smallest step, so that a point that lies
on the average or on a limit in decimals does so here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from enum import StrEnum
from itertools import pairwise
from math import lcm

from ..errors import FigureError, shorten

RULE_SET = "XmR limits by NHS England's Making Data Count rules, as NHSRplotthedots 0.2.2 has them"
"""The rules in use, to be printed on the chart."""

LIMITS_FROM = 5
"""So many values are needed before limits are shown."""

FIRM_FROM = 13
"""So many values are needed before limits are firm."""

Value = float | Decimal | int | None
"""A value of a series; ``None``: a gap."""


class Improvement(StrEnum):
    """Which way is better. ``NEUTRAL``: neither."""

    INCREASE = "increase"
    DECREASE = "decrease"
    NEUTRAL = "neutral"


class PointKind(StrEnum):
    """What a point is. A trend is high or low by the way it goes, whichever side of the average its points are on."""

    COMMON_CAUSE = "common_cause"
    IMPROVEMENT = "special_cause_improvement"
    CONCERN = "special_cause_concern"
    NEUTRAL_HIGH = "special_cause_neutral_high"
    NEUTRAL_LOW = "special_cause_neutral_low"


class Rule(StrEnum):
    """Why a point is a signal, in words that are true of either side. ``NONE``, which is empty: it is none."""

    NONE = ""
    OUTSIDE = "outside the limits"
    TREND = "seven in a row going one way"
    TWO_OF_THREE = "two of three in a row near one limit"
    SHIFT = "seven in a row on one side of the average"


class Variation(StrEnum):
    """What the last point that has a value says."""

    COMMON_CAUSE = "common_cause"
    IMPROVEMENT_HIGH = "improvement_high"
    IMPROVEMENT_LOW = "improvement_low"
    CONCERN_HIGH = "concern_high"
    CONCERN_LOW = "concern_low"
    NEUTRAL_HIGH = "neutral_high"
    NEUTRAL_LOW = "neutral_low"


class Assurance(StrEnum):
    """Where the target lies. Within the limits, or on one, is ``INCONSISTENT``: hit or miss."""

    INCONSISTENT = "inconsistent"
    CONSISTENT_PASS = "consistent_pass"
    CONSISTENT_FAIL = "consistent_fail"


class Firmness(StrEnum):
    """How far limits are to be trusted, and so what may be said of them; ``xmr`` says when it is which."""

    NONE = "none"
    COLLAPSED = "collapsed"
    TRIAL = "trial"
    FIRM = "firm"


@dataclass(frozen=True, slots=True)
class LimitPoint:
    """One place of the series: ``value`` as it was given; ``kind`` is ``None`` for a gap; ``rule`` is empty unless a signal."""

    value: Value
    kind: PointKind | None
    rule: Rule


@dataclass(frozen=True, slots=True)
class Xmr:
    """Limits and signals of a series, in the unit of its values, whatever its firmness.

    ``mean`` is ``None`` where there is no value. The four limits are ``None`` where no moving range is left to compute
    them from: fewer than two values side by side, or all of them screened out, as they are where all are 0.
    ``variation`` is ``None`` where there is no value; ``assurance`` without a target, a better direction or limits.
    ``odd`` is the place in ``points`` of the one value that makes a signal of every other; ``None``: there is no such.
    """

    mean: float | None
    lower: float | None
    upper: float | None
    near_lower: float | None
    near_upper: float | None
    points: tuple[LimitPoint, ...]
    variation: Variation | None
    assurance: Assurance | None
    firmness: Firmness
    odd: int | None = None

    @property
    def count(self) -> int:
        """How many points have a value."""
        return sum(point.kind is not None for point in self.points)


# --- limits and signals -----------------------------------------------------------------------------------------

_RUN = 7
_Signals = dict[int, tuple[Rule, int]]
"""The signals by place: the rule, and 1 for high or upwards, -1 for low or downwards."""


def xmr(
    values: Sequence[Value],
    *,
    improvement: Improvement | str,
    target: float | Decimal | int | None = None,
    screen_outliers: bool = True,
) -> Xmr:
    """Limits, signals and what they say of ``values``, for a series of any length.

    **Limits** lie 2.66 mean moving ranges either side of the mean, and the near limits two thirds of the way to them.
    With ``screen_outliers``, moving ranges at or above 3.267 times their mean are left out, once.

    **Signals.** The first rule that takes a point names it: outside the limits (on one is inside); a trend, seven points
    of which each is above, or each below, the one before; two of three in a row on one side of the mean that lie past the
    near limit and inside the limit, and these alone; a shift, seven in a row on one side of the mean (on it is neither).
    Where one trend turns into another, the turning point is of the later one. A trend that merely follows another leaves it
    alone; NHSRplotthedots 0.2.2 goes by the step to the next point, and so names the last point of the first against its way.

    A gap (``None``) is no point: no moving range spans it and no rule reaches across it. It has no kind and is no last point.

    **Firmness.** ``none`` below 5 values. Else ``collapsed`` where there are no limits, where they have no width, or where
    every point is a signal because of one odd value. That is so where all three hold: every value is a signal; one value
    lies on one side of the mean and all others on the other; and without it, the rest closed up, not all of the rest are
    signals. A step change is not: several values lie on either side of the mean. A series that rises all along is not:
    its trend is there without its last value. Else ``trial`` below 13 values, and ``firm`` from there.

    Raises ``FigureError`` for a value or target that is no plain number, and for an unknown ``improvement``.
    """
    way = _way(improvement)
    exact, goal, scale = _in_whole_steps(values, target)
    limits = _Limits.of(exact, screen_outliers)
    signals = _signals(exact, limits)
    points = tuple(
        LimitPoint(value, None if one is None else _kind(signals.get(place), way), _rule(signals.get(place)))
        for place, (value, one) in enumerate(zip(values, exact, strict=True))
    )
    lower, upper, near_lower, near_upper = (limits.at(part, scale) for part in (-_FAR, _FAR, -_NEAR, _NEAR))
    odd = _odd_one(exact, limits, signals, screen_outliers) if limits.count >= LIMITS_FROM else None
    last = max((place for place, one in enumerate(exact) if one is not None), default=None)
    return Xmr(
        mean=limits.total / (limits.count * scale) if limits.count else None,
        lower=lower,
        upper=upper,
        near_lower=near_lower,
        near_upper=near_upper,
        points=points,
        variation=None if last is None else _variation(signals.get(last), way),
        assurance=_assurance(goal, limits, way),
        firmness=_firmness(limits, odd),
        odd=odd,
    )


# The distance of the limits from the mean in mean moving ranges, times 300 to be whole: 2.66, and two thirds of it.
_FAR = 798
_NEAR = 532


@dataclass(frozen=True, slots=True)
class _Limits:
    """Mean and limits as whole numbers, which never round: ``total`` of ``count`` values, ``moved`` in all over ``ranges``."""

    count: int
    total: int
    ranges: int
    moved: int

    @staticmethod
    def of(exact: Sequence[int | None], screen: bool) -> _Limits:
        known = [one for one in exact if one is not None]
        ranges = [abs(one - before) for before, one in pairwise(exact) if before is not None and one is not None]
        if screen:
            ceiling = 3267 * sum(ranges)
            ranges = [size for size in ranges if size * 1000 * len(ranges) < ceiling]
        return _Limits(len(known), sum(known), len(ranges), sum(ranges))

    def side(self, value: int) -> int:
        """1 above the mean, -1 below it, 0 on it."""
        return _sign(value * self.count - self.total)

    def beyond(self, value: int, part: int) -> int:
        """1 above the upper limit that is ``part`` away from the mean, -1 below the lower, 0 between or on them."""
        if not self.ranges:
            return 0
        away = (value * self.count - self.total) * self.ranges * 300
        return _sign(away) if abs(away) > part * self.moved * self.count else 0

    def at(self, part: int, scale: int) -> float | None:
        """The limit that is ``part`` away from the mean, in the unit of the values."""
        if not self.ranges:
            return None
        place = self.total * self.ranges * 300 + part * self.moved * self.count
        return place / (self.count * self.ranges * 300 * scale)


def _signals(exact: Sequence[int | None], limits: _Limits) -> _Signals:
    found: _Signals = {}
    for start, part in _stretches(exact):
        for rule, having in _RULES:
            for place, side in having(part, limits).items():
                found.setdefault(start + place, (rule, side))
    return found


def _stretches(exact: Iterable[int | None]) -> Iterator[tuple[int, list[int]]]:
    """The parts between gaps, each with the place of its first value."""
    part: list[int] = []
    place = -1
    for place, one in enumerate(exact):
        if one is not None:
            part.append(one)
        elif part:
            yield place - len(part), part
            part = []
    if part:
        yield place + 1 - len(part), part


def _outside(part: Sequence[int], limits: _Limits) -> dict[int, int]:
    return {place: side for place, one in enumerate(part) if (side := limits.beyond(one, _FAR))}


def _trend(part: Sequence[int], _: _Limits) -> dict[int, int]:
    steps = [_sign(one - before) for before, one in pairwise(part)]
    # Six steps lie between seven points. The later of two trends has the point they share, as in NHSRplotthedots.
    return {place: way for end, way in _runs(steps, _RUN - 1) for place in range(end + 2 - _RUN, end + 2)}


def _two_of_three(part: Sequence[int], limits: _Limits) -> dict[int, int]:
    sides = [limits.side(one) for one in part]
    near = [limits.beyond(one, _NEAR) != 0 and not limits.beyond(one, _FAR) for one in part]
    found: dict[int, int] = {}
    for start in range(len(part) - 2):
        three = slice(start, start + 3)
        if sides[start] and len(set(sides[three])) == 1 and sum(near[three]) >= 2:
            found |= {place: sides[start] for place in range(start, start + 3) if near[place]}
    return found


def _shift(part: Sequence[int], limits: _Limits) -> dict[int, int]:
    sides = [limits.side(one) for one in part]
    return {place: side for end, side in _runs(sides, _RUN) for place in range(end + 1 - _RUN, end + 1)}


def _runs(signs: Iterable[int], length: int) -> Iterator[tuple[int, int]]:
    """Each place that ends ``length`` signs in a row that are the same and not 0, with that sign."""
    before = run = 0
    for place, sign in enumerate(signs):
        run = run + 1 if sign == before else 1
        before = sign
        if sign and run >= length:
            yield place, sign


# In this order: what an earlier rule has named stands.
_RULES: tuple[tuple[Rule, Callable[[Sequence[int], _Limits], dict[int, int]]], ...] = (
    (Rule.OUTSIDE, _outside),
    (Rule.TREND, _trend),
    (Rule.TWO_OF_THREE, _two_of_three),
    (Rule.SHIFT, _shift),
)


def _odd_one(exact: Sequence[int | None], limits: _Limits, signals: _Signals, screen: bool) -> int | None:
    """The place of the one value that makes a signal of every other, by the definition ``xmr`` gives."""
    if len(signals) < limits.count:
        return None
    sides = {place: limits.side(one) for place, one in enumerate(exact) if one is not None}
    for side in (1, -1):
        alone = [place for place, its in sides.items() if its == side]
        others = sum(its == -side for its in sides.values())
        if len(alone) == 1 and others == limits.count - 1:
            rest = [one for place, one in enumerate(exact) if place != alone[0]]
            if len(_signals(rest, _Limits.of(rest, screen))) < others:
                return alone[0]
    return None


def _firmness(limits: _Limits, odd: int | None) -> Firmness:
    if limits.count < LIMITS_FROM:
        return Firmness.NONE
    if not limits.moved or odd is not None:
        return Firmness.COLLAPSED
    return Firmness.TRIAL if limits.count < FIRM_FROM else Firmness.FIRM


def _assurance(goal: int | None, limits: _Limits, way: int) -> Assurance | None:
    if goal is None or not way or not limits.ranges:
        return None
    side = limits.beyond(goal, _FAR)
    if not side:
        return Assurance.INCONSISTENT
    return Assurance.CONSISTENT_FAIL if side == way else Assurance.CONSISTENT_PASS


_VARIATIONS = {
    (1, 1): Variation.IMPROVEMENT_HIGH,
    (1, -1): Variation.CONCERN_LOW,
    (-1, 1): Variation.CONCERN_HIGH,
    (-1, -1): Variation.IMPROVEMENT_LOW,
    (0, 1): Variation.NEUTRAL_HIGH,
    (0, -1): Variation.NEUTRAL_LOW,
}
"""What a signal says, by the way that is better and the side it is on."""

_KINDS = {
    (1, 1): PointKind.IMPROVEMENT,
    (1, -1): PointKind.CONCERN,
    (-1, 1): PointKind.CONCERN,
    (-1, -1): PointKind.IMPROVEMENT,
    (0, 1): PointKind.NEUTRAL_HIGH,
    (0, -1): PointKind.NEUTRAL_LOW,
}


def _variation(signal: tuple[Rule, int] | None, way: int) -> Variation:
    return Variation.COMMON_CAUSE if signal is None else _VARIATIONS[way, signal[1]]


def _kind(signal: tuple[Rule, int] | None, way: int) -> PointKind:
    return PointKind.COMMON_CAUSE if signal is None else _KINDS[way, signal[1]]


def _rule(signal: tuple[Rule, int] | None) -> Rule:
    return Rule.NONE if signal is None else signal[0]


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


# --- reading values ---------------------------------------------------------------------------------------------

_WAYS = {Improvement.INCREASE: 1, Improvement.DECREASE: -1, Improvement.NEUTRAL: 0}

# Far wider than any figure, and narrow enough that no limit leaves the range of a float and no number fills memory.
_LARGEST, _SMALLEST = 300, -400


def _way(improvement: str) -> int:
    try:
        return _WAYS[Improvement(improvement)]
    except ValueError:
        raise FigureError(
            f"“{shorten(str(improvement))}” is no direction of improvement: it is increase, decrease or neutral."
        ) from None


def _in_whole_steps(values: Sequence[Value], target: Value) -> tuple[list[int | None], int | None, int]:
    """Values and target as whole numbers of a step that all of them share, and how many steps make 1."""
    read = [None if value is None else _decimal(value).as_integer_ratio() for value in (*values, target)]
    scale = lcm(*(ratio[1] for ratio in read if ratio is not None))
    *exact, goal = [None if ratio is None else ratio[0] * (scale // ratio[1]) for ratio in read]
    return exact, goal, scale


def _decimal(value: float | Decimal | int) -> Decimal:
    """``value`` as it is written. Raises ``FigureError`` for what is no plain number."""
    plain = isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)
    if plain:
        # A float as it is printed: 0.1 is meant as one tenth, which no float is.
        number = Decimal(repr(float(value))) if isinstance(value, float) else Decimal(value)
        if number.is_finite():
            if number and not _SMALLEST <= number.adjusted() < _LARGEST:
                raise FigureError(f"“{number:.3e}” is too large or too small a number to compute limits from.")
            return number
    raise FigureError(f"“{shorten(str(value))}” is not a number that limits can be computed from.")


_ROOM = Context(prec=80)


def year_on_year(values: Sequence[Value], lag: int = 4) -> tuple[Decimal | float | None, ...]:
    """Each value less the one ``lag`` places before, in their unit: for a series with seasons, whose quarters differ.

    As long as ``values``, so that places stay those of the quarters: the first ``lag`` are ``None``, as is any
    difference of which either value is a gap. Differences are of the values as written (0.3 less 0.1 is 0.2), floats
    where either value is one and ``Decimal`` otherwise. Limits of them are ``xmr(year_on_year(values), ...)``.

    Raises ``FigureError`` for a value that is no plain number and a ``lag`` below 1.
    """
    if lag < 1:
        raise FigureError(f"Values cannot be compared with those {lag} places before: it must be 1 or more.")
    read = [None if value is None else _decimal(value) for value in values]
    floats = [isinstance(value, float) for value in values]
    found: list[Decimal | float | None] = []
    for place, (now, is_float) in enumerate(zip(read, floats, strict=True)):
        before = read[place - lag] if place >= lag else None
        if now is None or before is None:
            found.append(None)
            continue
        difference = _ROOM.subtract(now, before)
        found.append(float(difference) if is_float or floats[place - lag] else difference)
    return tuple(found)


# --- words ------------------------------------------------------------------------------------------------------

_UNTOLD = "signals cannot be told from ordinary variation"


def firmness_words(found: Xmr, period: str = "quarter") -> str:
    """How far the limits are to be trusted, in a sentence. ``period`` is what one point stands for."""
    count = found.count
    held = f"{count or 'No'} {period}{'' if count == 1 else 's'}"
    if found.firmness is Firmness.NONE:
        return f"{held}: too few to tell signal from ordinary variation; from {LIMITS_FROM} limits are shown."
    if found.firmness is Firmness.TRIAL:
        return f"{held}: limits are a first attempt until {FIRM_FROM} are held."
    if found.firmness is Firmness.FIRM:
        return f"{held}: enough for firm limits."
    if found.odd is not None:
        which = "the last" if found.points[found.odd] is _last(found) else "one"
        return f"{held}, of which {which} is so far from the rest that every one would count as a signal: {_UNTOLD}."
    if all(None in (one.kind, after.kind) for one, after in pairwise(found.points)):
        return f"{held}, no two of them next to each other: {_UNTOLD}."
    return f"{held} with hardly any change from one to the next: {_UNTOLD}."


def variation_words(found: Xmr, period: str = "quarter") -> str:
    """What the last point that has a value says, in a sentence; empty where its firmness allows none."""
    last = _last(found)
    if last is None or found.variation is None or not _may_say(found):
        return ""
    which = f"The last {period}" + ("" if found.points[-1] is last else " with a figure")
    if found.variation is Variation.COMMON_CAUSE:
        return f"{which} is within ordinary variation."
    meaning, end = found.variation.split("_")
    high = end == "high"
    says, side = {
        "improvement": ("that things are getting better", "better"),
        "concern": ("that things are getting worse", "worse"),
        "neutral": ("that something has changed", end),
    }[meaning]
    because = {
        Rule.OUTSIDE: f"it is {'higher' if high else 'lower'} than ordinary variation would explain",
        Rule.TREND: f"seven {period}s in a row going {'up' if high else 'down'}",
        Rule.TWO_OF_THREE: f"two of three {period}s in a row unusually far on the {side} side of the average",
        Rule.SHIFT: f"seven {period}s in a row on the {side} side of the average",
    }[last.rule]
    return f"{which} is a signal {says}: {because}."


def assurance_words(found: Xmr, period: str = "quarter", target: str = "the target") -> str:
    """Whether the target would be met if nothing changed, in a sentence; empty where nothing can be said of it.

    ``target`` is how the target is named, like ``the target of 90%``.
    """
    if found.assurance is None or not _may_say(found):
        return ""
    return {
        Assurance.INCONSISTENT: f"As things are, {target} would be met in some {period}s and missed in others, by luck.",
        Assurance.CONSISTENT_PASS: f"As things are, {target} would be met every {period}.",
        Assurance.CONSISTENT_FAIL: f"As things are, {target} would be missed every {period}; the process itself has to change.",
    }[found.assurance]


def _may_say(found: Xmr) -> bool:
    return found.firmness in (Firmness.TRIAL, Firmness.FIRM)


def _last(found: Xmr) -> LimitPoint | None:
    return next((point for point in reversed(found.points) if point.kind is not None), None)

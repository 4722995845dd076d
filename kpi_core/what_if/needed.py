"""What meeting a target takes: in children rather than per cent, in the rest of the year, and a milestone each quarter.

All arithmetic is exact: in binary floats 29 per cent of 100 is less than 29.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from ..errors import FigureError
from ..figures import number
from ..model import Polarity
from ..periods import Quarter
from ..periods import quarter as read_quarter


@dataclass(frozen=True, slots=True)
class NumbersNeeded:
    """How many it takes. ``threshold`` is the least count that meets a high target, the most that meets a low one.

    ``extra`` is how many ``direction`` (``more`` or ``fewer``) are needed, 0 where it is met. ``shown`` is the count from
    which on the figure, rounded as it is shown, already meets the target; it differs from ``threshold`` where rounding helps.
    """

    threshold: int
    extra: int
    direction: str
    shown: int


def numbers_needed(
    x: int,
    n: int,
    target_pct: Decimal | str,
    polarity: Polarity | str,
    *,
    decimals: int | None = None,
    per: int = 100,
) -> NumbersNeeded:
    """The fewest more, or fewer, of ``n`` for ``x`` to meet a target on the exact share, so that it is met at any rounding.

    High: the least count whose share is at least the target, ceil(n x target / 100). Low: the most whose share is at most
    the target, floor of the same. ``decimals``: how the share is shown (``None``: not rounded); ``per``: 10,000 for a rate.
    Raises ``FigureError`` unless ``n > 0``, ``0 <= x``, the target is not negative, and high or low is better.
    """
    polarity = Polarity(polarity)
    if n <= 0:
        raise FigureError("A denominator of 0 leaves nothing to take a share of. Give one of 1 or more.")
    if not x >= 0:
        raise FigureError(f"A count of {x} is below 0.")
    if polarity not in (Polarity.HIGH, Polarity.LOW):
        raise FigureError("How many more or fewer it takes is worked out where high or low is better.")
    target = _exact(target_pct)
    if target < 0:
        raise FigureError("A target below 0 cannot be met.")
    exact = target * n / per
    # As shown, halves are rounded up: the least share that shows a value is half a step below it.
    # A target with more decimals than that is met by the next value that can be shown.
    step = Fraction(1, 10 ** (decimals or 0))
    if polarity is Polarity.HIGH:
        threshold = seen = ceil(exact)
        if decimals is not None:
            seen = max(0, ceil((step * ceil(target / step) - step / 2) * n / per))
            threshold = max(threshold, seen)
        return NumbersNeeded(threshold, max(0, threshold - x), "more", seen)
    threshold = seen = floor(exact)
    if decimals is not None:
        seen = ceil((step * floor(target / step) + step / 2) * n / per) - 1
        threshold = min(threshold, seen)
    return NumbersNeeded(threshold, max(0, x - threshold), "fewer", seen)


# --- the rest of the year -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RestOfYear:
    """What each remaining quarter must average for the year's average to meet the target. ``reachable``: whether it can."""

    needed: Decimal
    reachable: bool


def rest_of_year(
    done: Sequence[Decimal | str],
    remaining: int,
    target: Decimal | str,
    *,
    polarity: Polarity | str = Polarity.HIGH,
    lowest: Decimal | None = Decimal(0),
    highest: Decimal | None = Decimal(100),
) -> RestOfYear:
    """The average that the ``remaining`` quarters need, a simple average of quarters: counts are not held.

    (target x quarters of the year - the sum of those done) / remaining, in the indicator's unit. A percentage cannot pass
    ``highest`` nor any figure fall below ``lowest``; ``None``: no such bound. Raises ``FigureError`` where no quarter remains.
    """
    if remaining < 1:
        raise FigureError("No quarter of the year remains.")
    values = [_exact(one) for one in done]
    needed = (_exact(target) * (len(values) + remaining) - sum(values)) / remaining
    high = Polarity(polarity) is Polarity.HIGH
    reachable = (highest is None or needed <= _exact(highest)) if high else (lowest is None or needed >= _exact(lowest))
    return RestOfYear(_decimal(needed), reachable)


@dataclass(frozen=True, slots=True)
class RestOfYearWeighted:
    """How many of the remaining cases must count: ``needed_total`` over the year, ``still_needed`` of those to come."""

    needed_total: int
    still_needed: int
    needed_pct: Decimal
    reachable: bool


def rest_of_year_weighted(
    done: Sequence[tuple[int, int]],
    remaining_n: int,
    target_pct: Decimal | str,
    *,
    polarity: Polarity | str = Polarity.HIGH,
) -> RestOfYearWeighted:
    """The same where counts are held: ``done`` are pairs of numerator and denominator, ``remaining_n`` the cases to come.

    High: the least still needed; low: the most that may still come. Raises ``FigureError`` where no case is to come, and
    for a pair that is no share.
    """
    if remaining_n < 1:
        raise FigureError("No cases are to come in the rest of the year. Give a number of 1 or more.")
    if any(n <= 0 or not 0 <= x <= n for x, n in done):
        raise FigureError("A quarter's count must lie between 0 and its denominator, and that above 0.")
    high = Polarity(polarity) is Polarity.HIGH
    whole = sum(n for _, n in done) + remaining_n
    exact = _exact(target_pct) * whole / 100
    total = ceil(exact) if high else floor(exact)
    still = total - sum(x for x, _ in done)
    reachable = still <= remaining_n if high else still >= 0
    return RestOfYearWeighted(total, still, _decimal(Fraction(still * 100, remaining_n)), reachable)


# --- trajectory ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trajectory:
    """A straight line of milestones, one a quarter, the last the target itself. ``quarters`` and ``points`` go together."""

    quarters: tuple[Quarter, ...]
    points: tuple[Decimal, ...]


def trajectory(
    start: Decimal | str, start_quarter: Quarter | str, end: Decimal | str, end_quarter: Quarter | str
) -> Trajectory:
    """Milestones from ``start``, held in ``start_quarter``, to the target ``end`` by ``end_quarter``: equal steps a quarter.

    Values in the indicator's unit. Raises ``FigureError`` where the end is not after the start.
    """
    first, last = _quarter(start_quarter), _quarter(end_quarter)
    steps = last.since(first)
    if steps < 1:
        raise FigureError(f"A target cannot be reached by {last.text}: the figure it starts from is {first.text}'s.")
    low, rise = _exact(start), _exact(end) - _exact(start)
    return Trajectory(
        tuple(first + ahead for ahead in range(1, steps + 1)),
        tuple(_decimal(low + rise * ahead / steps) for ahead in range(1, steps + 1)),
    )


def _quarter(given: Quarter | str) -> Quarter:
    return given if isinstance(given, Quarter) else read_quarter(given)


def _exact(value: Decimal | str | int) -> Fraction:
    return Fraction(number(value) if isinstance(value, str) else value)


def _decimal(value: Fraction) -> Decimal:
    """To as many digits as a Decimal holds; whole and finite fractions exactly."""
    return Decimal(value.numerator) / Decimal(value.denominator)

"""How sure a share is, from its counts: Wilson's interval, and whether two shares differ by more than chance.

Sources: E. B. Wilson (1927), the score interval; R. G. Newcombe (1998), Statistics in
Medicine 17:873-890, method 10, the hybrid score interval for a difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from math import sqrt

from ..errors import FigureError


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds of a share, 0 to 1."""

    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class ChangeSignificance:
    """First share less second, in percentage points. ``status`` is ``clear`` or ``within ordinary variation``."""

    diff_points: float
    lower_points: float
    upper_points: float
    status: str


def wilson(x: int, n: int, confidence: float = 0.95) -> Interval:
    """Wilson's score interval for ``x`` of ``n``, as proportions. Raises ``FigureError`` unless ``0 <= x <= n`` and ``n > 0``."""
    if n <= 0 or not 0 <= x <= n:
        raise FigureError(
            f"{x} of {n} is not a share: the part must lie between 0 and the whole, and the whole above 0."
        )
    z = _z(confidence)
    share = x / n
    middle = share + z * z / (2 * n)
    spread = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    # At none and at all the bound is 0 and 1 exactly, which floats miss by a hair.
    lower = 0.0 if x == 0 else max(0.0, (middle - spread) / scale)
    return Interval(lower, 1.0 if x == n else min(1.0, (middle + spread) / scale))


@dataclass(frozen=True, slots=True)
class Significance:
    """A share beside a target, 0 to 100. ``status``: ``better``, ``similar`` or ``worse`` than the target."""

    value_pct: float
    lower_pct: float
    upper_pct: float
    status: str


def significance(
    x: int, n: int, target_pct: Decimal | str | float, polarity: str, confidence: float = 0.95
) -> Significance:
    """Whether ``x`` of ``n`` is beyond chance better or worse than a target, by Wilson's interval: ``similar`` inside it.

    The rule of the public health profiles (PHEindicatormethods). ``polarity`` is ``high`` or ``low``. Raises ``FigureError``
    where the pair is no share or neither high nor low is better.
    """
    if polarity not in ("high", "low"):
        raise FigureError("Better or worse than a target is said where high or low is better.")
    interval, target = wilson(x, n, confidence), float(target_pct) / 100
    status = "similar"
    if not interval.lower <= target <= interval.upper:
        status = "better" if (interval.lower > target) == (polarity == "high") else "worse"
    return Significance(x / n * 100, interval.lower * 100, interval.upper * 100, status)


def change_significance(x1: int, n1: int, x2: int, n2: int, confidence: float = 0.95) -> ChangeSignificance:
    """Whether ``x1`` of ``n1`` differs from ``x2`` of ``n2`` by more than chance would (Newcombe's hybrid score interval).

    Raises ``FigureError`` where either pair is not a share.
    """
    one, two = wilson(x1, n1, confidence), wilson(x2, n2, confidence)
    p1, p2 = x1 / n1, x2 / n2
    lower = p1 - p2 - sqrt((p1 - one.lower) ** 2 + (two.upper - p2) ** 2)
    upper = p1 - p2 + sqrt((one.upper - p1) ** 2 + (p2 - two.lower) ** 2)
    status = "within ordinary variation" if lower <= 0 <= upper else "clear"
    return ChangeSignificance((p1 - p2) * 100, lower * 100, upper * 100, status)


@lru_cache
def _z(confidence: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf(0.5 + confidence / 2)

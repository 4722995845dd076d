"""What meeting a target takes in the quarter: how many more, or fewer, of the children behind the figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from ..disclosure import implied_denominators
from ..errors import FigureError
from ..figures import round_half_up, shown, with_unit
from ..model import Indicator, Polarity, Target, Unit
from ..scorecard import Row
from .changes import NotSupposed, Supposed
from .needed import NumbersNeeded, numbers_needed

MET = "The quarter's figure meets it already."


@dataclass(frozen=True, slots=True)
class Counted:
    """The counts behind a figure: ``x`` of ``lowest`` to ``highest``, which differ only where they are ``assumed``."""

    x: int
    lowest: int
    highest: int
    assumed: bool

    @property
    def words(self) -> str:
        """The denominator, or its range."""
        return f"{self.lowest:,}" if self.lowest == self.highest else f"{self.lowest:,} to {self.highest:,}"


@dataclass(frozen=True, slots=True)
class Needed:
    """What it takes in the quarter. ``fewest`` to ``extra``: as the denominator is a range where it is assumed.

    ``of`` is the denominator, the highest of the range; ``None`` for an indicator that is itself a count.
    """

    fewest: int
    extra: int
    direction: str
    of: int | None
    assumed: bool
    text: str


def to_reach(row: Row, target: Target | None) -> tuple[Decimal, Polarity] | None:
    """The value to reach, and the side from which it is reached: of a band the nearer end. ``None``: no figure or no target."""
    indicator, one = row.indicator, row.observation
    if target is None or one is None or one.value is None or not target.has_target:
        return None
    if indicator.polarity in (Polarity.HIGH, Polarity.LOW) and target.value is not None:
        return target.value, indicator.polarity
    if indicator.polarity is Polarity.BAND and target.low is not None and target.high is not None:
        nearer_low = abs(one.value - target.low) <= abs(one.value - target.high)
        return (target.low, Polarity.HIGH) if nearer_low else (target.high, Polarity.LOW)
    return None


def counted(row: Row, supposed: Supposed) -> Counted | None:
    """The counts behind the quarter's figure, held or assumed; ``None``: neither. Raises ``NotSupposed``."""
    one, indicator = row.observation, row.indicator
    if one is None or one.value is None:
        if supposed.count is not None or supposed.out_of is not None:
            raise NotSupposed(f"No figure is held for “{indicator.name}”, so there is nothing to assume counts of.")
        return None
    if supposed.count is None and supposed.out_of is None:
        if one.numerator is None or one.denominator is None or one.denominator <= 0:
            return None
        return Counted(one.numerator, one.denominator, one.denominator, False)
    if indicator.unit is not Unit.PERCENT:
        raise NotSupposed(f"“{indicator.name}” is no percentage, so it has no denominator to assume.")
    value = shown(one.value, indicator.decimals)
    if supposed.out_of is None:
        assert supposed.count is not None
        try:
            implied = implied_denominators(supposed.count, value)
        except FigureError as error:
            raise NotSupposed(f"“{indicator.name}”: {error}") from error
        if implied.highest < implied.lowest:
            raise NotSupposed(
                f"No whole number of which {supposed.count:,} would be {with_unit(value, 'percent')} exists."
            )
        return Counted(supposed.count, implied.lowest, implied.highest, True)
    count = supposed.count
    if count is None:
        count = int(round_half_up(value * supposed.out_of / 100, 0))
    share = round_half_up(Decimal(count) * 100 / supposed.out_of, indicator.decimals)
    if supposed.count is not None and share != value:
        raise NotSupposed(
            f"{count:,} of {supposed.out_of:,} is {with_unit(share, 'percent')}, and not the {with_unit(value, 'percent')} "
            f"held for “{indicator.name}”. Mend one of the two."
        )
    return Counted(count, supposed.out_of, supposed.out_of, True)


def needed(row: Row, target: Target | None, counted: Counted | None) -> Needed | None:
    """What meeting ``target`` would have taken in the quarter; ``None`` where there is no figure, no target or no count."""
    edge, one, indicator = to_reach(row, target), row.observation, row.indicator
    if edge is None or one is None or one.value is None:
        return None
    aim, polarity = edge
    value = shown(one.value, indicator.decimals)
    if indicator.unit is Unit.NUMBER:
        gap = aim - value if polarity is Polarity.HIGH else value - aim
        extra = max(0, int(gap.to_integral_value(ROUND_CEILING)))
        direction = "more" if polarity is Polarity.HIGH else "fewer"
        to = value + extra if polarity is Polarity.HIGH else value - extra
        text = f"It would take {extra:,} {direction}: {to:,f} instead of {value:,f}." if extra else ""
        return Needed(extra, extra, direction, None, False, text or MET)
    if counted is None or indicator.unit is not Unit.PERCENT or counted.x > counted.lowest:
        return None
    ends = [
        numbers_needed(counted.x, n, aim, polarity, decimals=indicator.decimals)
        for n in dict.fromkeys((counted.lowest, counted.highest))
    ]
    fewest, extra = min(one.extra for one in ends), max(one.extra for one in ends)
    text = _in_words(indicator, counted, ends) if extra else MET
    return Needed(fewest, extra, ends[0].direction, counted.highest, counted.assumed, text)


def _in_words(indicator: Indicator, counted: Counted, ends: Sequence[NumbersNeeded]) -> str:
    fewest, extra = min(one.extra for one in ends), max(one.extra for one in ends)
    number = f"{extra:,}" if fewest == extra else f"{fewest:,} to {extra:,}"
    of = in_small(indicator.denominator) or "cases"
    what = f" ({in_small(indicator.numerator)})" if indicator.numerator else ""
    said = f"It would take {number} {ends[0].direction} of {counted.words} {of}: "
    if len(ends) == 1:
        said += f"{ends[0].threshold:,} instead of {counted.x:,}{what}."
        already = abs(ends[0].shown - counted.x)
        if ends[0].shown != ends[0].threshold:
            said += f" {already:,} would already show as met, because the figure is rounded."
    else:
        said += (
            f"{min(e.threshold for e in ends):,} to {max(e.threshold for e in ends):,} instead of {counted.x:,}{what}."
        )
    return said + (" The counts are assumed, and not held." if counted.assumed else "")


def in_small(text: str) -> str:
    """A name of the register within a sentence."""
    return text[:1].lower() + text[1:]

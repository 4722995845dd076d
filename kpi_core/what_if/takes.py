"""What meeting a target takes in the quarter: how many more, or fewer, of the children behind the figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from ..errors import FigureError
from ..figures import decimals_of, in_small, round_half_up, shown, with_unit
from ..judging import Row
from ..model import Indicator, Polarity, Target, Unit
from ..narrative import implied_denominators
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
    if one.denominator:
        held = f"{one.numerator:,} of {one.denominator:,}" if one.numerator is not None else f"of {one.denominator:,}"
        raise NotSupposed(f"The counts behind “{indicator.name}” are held ({held}), so none are to be assumed.")
    if indicator.unit is not Unit.PERCENT:
        raise NotSupposed(f"“{indicator.name}” is no percentage, so it has no denominator to assume.")
    value = shown(one.value, indicator.decimals)
    return (
        _implied(supposed.count, value, indicator) if supposed.out_of is None else _assumed(supposed, value, indicator)
    )


def _implied(count: int | None, value: Decimal, indicator: Indicator) -> Counted:
    assert count is not None
    try:
        implied = implied_denominators(count, value)
    except FigureError as error:
        raise NotSupposed(f"“{indicator.name}”: {error}") from error
    if implied.highest < implied.lowest:
        raise NotSupposed(
            f"There is no whole number of which {count:,} is the {with_unit(value, 'percent')} held for “{indicator.name}”. "
            "Look at the count again."
        )
    return Counted(count, implied.lowest, implied.highest, True)


def _assumed(supposed: Supposed, value: Decimal, indicator: Indicator) -> Counted:
    """An assumed denominator, with the count assumed beside it or the one that the percentage held makes of it."""
    whole = supposed.out_of
    assert whole is not None
    count = int(round_half_up(value * whole / 100, 0)) if supposed.count is None else supposed.count
    share = round_half_up(Decimal(count) * 100 / whole, indicator.decimals)
    if share == round_half_up(value, indicator.decimals):
        return Counted(count, whole, whole, True)
    held = f"the {with_unit(value, 'percent')} held for “{indicator.name}”"
    if supposed.count is None:
        raise NotSupposed(f"No whole number out of {whole:,} is {held}. Look at the denominator again.")
    raise NotSupposed(f"{count:,} of {whole:,} is {with_unit(share, 'percent')}, and not {held}. Mend one of the two.")


_PER = {Unit.PERCENT: 100, Unit.RATE_PER_10000: 10_000}


def needed(row: Row, target: Target | None, counted: Counted | None) -> tuple[Needed | None, str]:
    """What meeting ``target`` would have taken in the quarter, and that in words or why it cannot be said.

    ``None`` where there is no figure, no target or no count; the words are empty without figure or target.
    """
    edge, one, indicator = to_reach(row, target), row.observation, row.indicator
    if edge is None or one is None or one.value is None or target is None:
        return None, ""
    if indicator.unit is Unit.NUMBER:
        return _in_number(shown(one.value, indicator.decimals), *edge)
    if indicator.unit not in _PER:
        return None, ""
    if counted is None:
        return None, "The counts behind the figure are not held, so it cannot be said in children."
    if indicator.unit is Unit.PERCENT and counted.x > counted.lowest:
        return None, "The count is larger than what it is a share of, so it is not said how many more it would take."
    aim, polarity = edge
    ends = [
        numbers_needed(counted.x, n, aim, polarity, decimals=indicator.decimals, per=_PER[indicator.unit])
        for n in dict.fromkeys((counted.lowest, counted.highest))
    ]
    fewest, extra = min(one.extra for one in ends), max(one.extra for one in ends)
    of = in_small(indicator.denominator) or "cases"
    if extra and indicator.polarity is Polarity.BAND and not _within(ends, counted, target):
        return None, f"No whole number of {counted.words} {of} gives a share within the band."
    text = _in_words(indicator, counted, ends, of) if extra else MET
    return Needed(fewest, extra, ends[0].direction, counted.highest, counted.assumed, text), text


def _in_number(value: Decimal, aim: Decimal, polarity: Polarity) -> tuple[Needed | None, str]:
    """Of an indicator that is itself a count. A number with decimals is no count of children."""
    if decimals_of(value.normalize()):
        return None, ""
    high = polarity is Polarity.HIGH
    extra = max(0, int((aim - value if high else value - aim).to_integral_value(ROUND_CEILING)))
    direction, to = ("more", value + extra) if high else ("fewer", value - extra)
    text = f"It would take {extra:,} {direction}: {to:,f} instead of {value:,f}." if extra else MET
    return Needed(extra, extra, direction, None, False, text), text


def _within(ends: Sequence[NumbersNeeded], counted: Counted, target: Target) -> bool:
    """Whether the count that reaches one end of a band does not pass the other."""
    assert target.low is not None
    assert target.high is not None
    wholes = dict.fromkeys((counted.lowest, counted.highest))
    return all(target.low * n <= one.threshold * 100 <= target.high * n for one, n in zip(ends, wholes, strict=True))


def _in_words(indicator: Indicator, counted: Counted, ends: Sequence[NumbersNeeded], of: str) -> str:
    fewest, extra = min(one.extra for one in ends), max(one.extra for one in ends)
    number = f"{extra:,}" if fewest == extra else f"{fewest:,} to {extra:,}"
    what = f" ({in_small(indicator.numerator)})" if indicator.numerator else ""
    one = ends[0]
    lowest, highest = min(end.threshold for end in ends), max(end.threshold for end in ends)
    to = f"{lowest:,}" if lowest == highest else f"{lowest:,} to {highest:,}"
    takes = f"{number} {one.direction} of {counted.words} {of}: {to} instead of {counted.x:,}{what}."
    already = max(0, one.shown - counted.x if one.direction == "more" else counted.x - one.shown)
    if len(ends) == 1 and not already:
        said = f"The figure shows as met because it is rounded; on the exact share it would take {takes}"
    else:
        said = f"It would take {takes}"
        if len(ends) == 1 and one.shown != one.threshold:
            said += f" {already:,} would already show as met, because the figure is rounded."
    return said + (" The counts are assumed, and not held." if counted.assumed else "")

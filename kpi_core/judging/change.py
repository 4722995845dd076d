"""How a change is judged: against the quarter before, the same quarter last year and the target.

``direction`` is the one place where polarity is met for a change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from ..figures import amount_in_words, as_decimal, round_half_up, shown, with_unit
from ..model import Absence, Basis, Indicator, Observation, Polarity, Target, Unit
from ..periods import Quarter
from .chance import change_significance
from .rating import absence_of


class Direction(StrEnum):
    """Which way a figure moved: better, worse, not at all, hardly, or, where neither is better, up or down."""

    IMPROVING = "improving"
    WORSENING = "worsening"
    NO_CHANGE = "no_change"
    LITTLE_CHANGE = "little_change"
    HIGHER = "higher"
    LOWER = "lower"

    @property
    def words(self) -> str:
        """Within a sentence, like ``little change``."""
        return self.value.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Change:
    """A change with its basis. ``basis`` is the quarter compared with, ``"target"``, or ``None`` where there is none.

    ``amount`` is later less earlier in the unit ``unit`` (``points`` or ``number``); ``percent`` is relative and
    ``None`` for percentages and from 0. Where there is no comparison, ``text`` says why. ``certainty`` is ``clear``
    or ``within ordinary variation`` where counts are known for both, and says so where they are not.
    """

    basis: str | None
    amount: Decimal | None
    unit: str | None
    percent: Decimal | None
    direction: Direction | None
    text: str
    certainty: str = ""
    held: bool = False
    """Where there is no comparison: whether the figure to compare with is held all the same."""
    since_last_known: Change | None = None
    """Where the quarter before has no figure: the change since the last known one, which its basis names."""


@dataclass(frozen=True, slots=True)
class RelativeChange:
    """``difference`` in the unit given; ``percent`` of the previous value, unrounded, ``None`` from 0."""

    difference: Decimal
    percent: Decimal | None


def relative_change(previous: Decimal | str, current: Decimal | str) -> RelativeChange:
    """Current less previous, and that as a percentage of the size of the previous value."""
    before, now = as_decimal(previous), as_decimal(current)
    return RelativeChange(now - before, None if before == 0 else (now - before) * 100 / abs(before))


def direction(
    earlier: Decimal | str | None,
    later: Decimal | str | None,
    *,
    polarity: Polarity | str,
    smallest_change: Decimal | str | None = None,
    band: tuple[Decimal, Decimal] | None = None,
) -> Direction | None:
    """Which way ``later`` lies from ``earlier``. ``None`` where either is not known.

    Below ``smallest_change`` it is little change. With polarity ``band`` the distance from the target ``band``
    decides; without a band, or where the distance is the same, only higher or lower can be said.
    """
    if earlier is None or later is None:
        return None
    before, now = as_decimal(earlier), as_decimal(later)
    if before == now:
        return Direction.NO_CHANGE
    if smallest_change is not None and abs(now - before) < as_decimal(smallest_change):
        return Direction.LITTLE_CHANGE
    gain = {Polarity.HIGH: now - before, Polarity.LOW: before - now}.get(Polarity(polarity), Decimal(0))
    if polarity == Polarity.BAND and band is not None:
        gain = _outside(before, band) - _outside(now, band)
    if gain == 0:
        return Direction.HIGHER if now > before else Direction.LOWER
    return Direction.IMPROVING if gain > 0 else Direction.WORSENING


def _outside(value: Decimal, band: tuple[Decimal, Decimal]) -> Decimal:
    return max(band[0] - value, value - band[1], Decimal(0))


@dataclass(frozen=True, slots=True)
class Changes:
    """The three changes of one figure, and which of the first two leads (``quarter``, ``year`` or ``None``)."""

    quarter: Change
    year: Change
    target: Change
    leading: str | None

    @property
    def lead(self) -> Change | None:
        """The leading change itself; ``None`` where the figure cannot be compared like with like."""
        return {"quarter": self.quarter, "year": self.year}.get(self.leading or "")


def changes(series: Sequence[Observation], target: Target | None, indicator: Indicator, quarter: Quarter) -> Changes:
    """All changes of ``quarter``'s figure. ``series``: one indicator's observations, oldest first, up to ``quarter``.

    Compared are figures as shown. Nothing is compared with a figure that is absent or not comparable,
    nor across a break in the series; figures that run up compare only with the same quarter last year.
    """
    held = {o.quarter: o for o in series}
    now = held.get(quarter)
    if now is None or now.value is None:
        none = _no_change("There is no figure for this quarter, so nothing can be compared.")
        return Changes(none, none, _no_change("There is no figure for this quarter."), None)
    band = None if target is None or target.low is None or target.high is None else (target.low, target.high)
    if indicator.is_cumulative:
        previous = _no_change(
            f"The figure runs up over the year ({indicator.basis.words}), so quarters are not compared.",
            held=quarter - 1 in held and held[quarter - 1].value is not None,
        )
    else:
        previous = _change_since(now, quarter - 1, series, indicator, band)
        if previous.basis is None:
            previous = _since_last_known(previous, now, series, indicator, band)
    year = _change_since(now, quarter.same_last_year, series, indicator, band)
    leading = "year" if indicator.leads_on_year else "quarter"
    led = year if leading == "year" else previous
    return Changes(previous, year, _change_to_target(now.value, target, indicator), leading if led.basis else None)


def _no_change(text: str, held: bool = False) -> Change:
    return Change(None, None, None, None, None, text, held=held)


def _change_since(
    now: Observation,
    earlier: Quarter,
    series: Sequence[Observation],
    indicator: Indicator,
    band: tuple[Decimal, Decimal] | None,
) -> Change:
    then = next((o for o in series if o.quarter == earlier), None)
    if then is None or then.value is None or now.value is None:
        return _no_change(f"{_why_absent(then, indicator, earlier)} for {earlier.label}.")
    for end in (then, now):
        if end.not_comparable:
            return _no_change(
                f"The figure for {end.quarter.label} is not comparable: {_clause(end.not_comparable)}.", held=True
            )
    for o in series:
        if earlier < o.quarter <= now.quarter and o.series_break:
            return _no_change(
                f"Not comparable with {earlier.label}: break in series at {o.quarter}, {_clause(o.series_break)}.",
                held=True,
            )
    return _compared(then, now, indicator, band)


def _why_absent(then: Observation | None, indicator: Indicator, earlier: Quarter) -> str:
    absence = absence_of(then, indicator, earlier)
    if absence is Absence.NOT_REPORTED:
        return "No figure is held"
    return "No figure was due" if absence is Absence.NOT_DUE else f"The figure is {absence.words}"


def _clause(text: str) -> str:
    return text.rstrip(". ")


def _compared(
    then: Observation, now: Observation, indicator: Indicator, band: tuple[Decimal, Decimal] | None
) -> Change:
    assert then.value is not None
    assert now.value is not None
    before, after = shown(then.value, indicator.decimals), shown(now.value, indicator.decimals)
    relative = relative_change(before, after)
    amount = relative.difference
    points = indicator.unit is Unit.PERCENT
    percent = None if points or relative.percent is None else round_half_up(relative.percent, 1)
    way = direction(before, after, polarity=indicator.polarity, smallest_change=indicator.smallest_change, band=band)
    assert way is not None
    return Change(
        then.quarter.text,
        amount,
        "points" if points else "number",
        percent,
        way,
        f"{_moved(amount, percent, indicator.unit)} since {then.quarter}, {way.words}" if amount
        else f"No change since {then.quarter}",
        _certainty(then, now, indicator) if amount else "",
    )  # fmt: skip


def _moved(amount: Decimal, percent: Decimal | None, unit: Unit) -> str:
    share = f" ({abs(percent):f}%)" if percent is not None else ""
    return f"{'Up' if amount > 0 else 'Down'} {amount_in_words(amount, unit)}{share}"


def _certainty(then: Observation, now: Observation, indicator: Indicator) -> str:
    if indicator.unit not in (Unit.PERCENT, Unit.RATE_PER_10000):
        return ""  # only a share of something has a part and a whole to judge it by
    if then.numerator is None or now.numerator is None or not then.denominator or not now.denominator:
        return "counts are not held, so whether it is more than ordinary variation cannot be said"
    if now.numerator > now.denominator or then.numerator > then.denominator:
        return ""
    if indicator.basis is Basis.ROLLING_12_MONTHS and now.quarter.since(then.quarter) < 4:
        return "the two twelve-month periods overlap, so whether it is more than ordinary variation cannot be said"
    return change_significance(now.numerator, now.denominator, then.numerator, then.denominator).status


def _since_last_known(
    none: Change,
    now: Observation,
    series: Sequence[Observation],
    indicator: Indicator,
    band: tuple[Decimal, Decimal] | None,
) -> Change:
    """``none`` with, where the quarter before has no figure of whatever kind, the change since the last known one, named."""
    before = [o for o in series if o.quarter < now.quarter and o.value is not None]
    if not before:
        return replace(none, text=f"{none.text} No earlier quarter is held.")
    last = before[-1].quarter
    if last == now.quarter - 1:
        return none
    since = _change_since(now, last, series, indicator, band)
    text = f"{none.text} Last known: {since.text[0].lower()}{since.text[1:].rstrip('.')}."
    return replace(none, text=text, since_last_known=since if since.basis else None)


def _change_to_target(value: Decimal, target: Target | None, indicator: Indicator) -> Change:
    if target is None or not target.has_target:
        return _no_change("No target is held.")
    seen = shown(value, indicator.decimals)
    low = target.value if target.value is not None else target.low
    high = target.value if target.value is not None else target.high
    assert low is not None
    assert high is not None
    edge = min(max(seen, low), high)
    amount = seen - edge
    unit = "points" if indicator.unit is Unit.PERCENT else "number"
    aim = f"the target of {with_unit(edge, indicator.unit)}"
    if amount == 0:
        met = f"On {aim}" if low == high else "Within the target band"
        return Change("target", amount, unit, None, Direction.NO_CHANGE, met)
    way = Direction.HIGHER if amount > 0 else Direction.LOWER
    side = "above" if amount > 0 else "below"
    if low != high:
        aim = f"the {'top' if amount > 0 else 'bottom'} of the target band, {with_unit(edge, indicator.unit)}"
    return Change("target", amount, unit, None, way, f"{amount_in_words(amount, indicator.unit)} {side} {aim}")


def certainty_words(change: Change) -> str:
    """Whether a change is more than ordinary variation, as a clause; empty where there is nothing to say."""
    return "a clear change: more than ordinary variation" if change.certainty == "clear" else change.certainty

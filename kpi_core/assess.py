"""The heart: how an indicator is rated, how a change is judged, and when an exception report is required.

``rating`` is the one place where polarity is met for a rating, ``direction`` the one
place for a change. The scorecard, what-if and trajectories all use these.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from .certainty import change_significance
from .errors import FigureError
from .figures import amount_in_words, number, round_half_up, shown, with_unit
from .model import Absence, Basis, Indicator, Observation, Polarity, Target, Unit
from .periods import Quarter


class Rating(StrEnum):
    """What the rule says. ``NOT_RATED``: there is a figure but nothing to judge it by. ``NO_DATA``: there is no figure."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    NOT_RATED = "not_rated"
    NO_DATA = "no_data"

    @property
    def words(self) -> str:
        """As a reader is told it, like ``Not rated``."""
        return self.value.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Rated:
    """A rating with the sentence that explains it.

    ``shown`` is the value as judged, ``amber_limit`` the worst value that is still
    Amber (on the side missed, for a band), ``missed`` whether a target is held and not met.
    """

    rating: Rating
    reason: str
    shown: Decimal | None = None
    amber_limit: Decimal | None = None
    missed: bool = False
    intervention_passed: bool = False

    @property
    def exception_required(self) -> bool:
        """The trigger of an exception report: the target missed, or the intervention level passed."""
        return self.missed or self.intervention_passed


EXCEPTION_TRIGGER = "the target is missed or the intervention level is passed"
"""The trigger in words, as ``Rated.exception_required`` applies it; pages print it."""

NO_TOLERANCE = "no tolerance held, so Amber could not be given"


# --- rating -----------------------------------------------------------------------------------------------------


class _Verdict(NamedTuple):
    rating: Rating
    clause: str
    amber_limit: Decimal | None
    missed: bool
    passed: bool


def rating(
    value: Decimal | str,
    *,
    polarity: Polarity | str,
    decimals: int,
    target: Decimal | str | None = None,
    target_low: Decimal | str | None = None,
    target_high: Decimal | str | None = None,
    tolerance: Decimal | str | None = None,
    tolerance_kind: str | None = None,
    intervention_level: Decimal | str | None = None,
    unit: Unit | str = Unit.PERCENT,
) -> Rated:
    """Rate one value. The rule, from the design's "Rating":

    Green where the target is met (equality meets; a band includes its ends). Amber where it is
    missed but within the tolerance, at the limit included; where no tolerance is held, where it is no
    worse than the intervention level. Red beyond that. Without a target, past the intervention level is
    Red and within it Not rated. ``neither`` is never rated. Only the value is rounded, to ``decimals``,
    half up and before judging; the reason says so where that changed the verdict.

    Values are in the indicator's unit; ``tolerance_kind`` is ``points`` or ``percent`` (of the target).
    ``None``: not held. Raises ``FigureError`` for a tolerance of unknown kind, a percentage of a target
    of 0, half a band, a band's target given as one value, or an intervention level on the wrong side of its target.
    """
    terms = _Terms.read(
        Polarity(polarity), target, target_low, target_high, tolerance, tolerance_kind, intervention_level, unit
    )
    exact = _decimal(value)
    seen = shown(exact, decimals)
    verdict = terms.judge(seen)
    reason = f"{verdict.rating.words}: {verdict.clause}."
    if seen != exact:
        unrounded = terms.judge(exact)
        if (unrounded.rating, unrounded.passed) != (verdict.rating, verdict.passed):
            reason += f" Judged as shown: {seen:f}; {shown(exact, decimals + 4):f} before rounding."
    return Rated(verdict.rating, reason, seen, verdict.amber_limit, verdict.missed, verdict.passed)


@dataclass(frozen=True, slots=True)
class _Terms:
    """What a value is judged by, with every side put so that a larger ``_gap`` is worse."""

    polarity: Polarity
    low: Decimal | None
    """The value below which the target is missed; ``None``: it cannot be missed below."""
    high: Decimal | None
    tolerance: Decimal | None
    level: Decimal | None
    unit: str

    @staticmethod
    def read(
        polarity: Polarity,
        target: Decimal | str | None,
        target_low: Decimal | str | None,
        target_high: Decimal | str | None,
        tolerance: Decimal | str | None,
        kind: str | None,
        level: Decimal | str | None,
        unit: str,
    ) -> _Terms:
        value, low, high, width, limit = (
            None if given is None else _decimal(given) for given in (target, target_low, target_high, tolerance, level)
        )
        if (low is None) != (high is None) or (low is not None and high is not None and low > high):
            raise FigureError("A target band needs two ends, the lower first.")
        if polarity is Polarity.BAND and value is not None:
            raise FigureError("An indicator whose good values form a band needs a band as its target.")
        if polarity in (Polarity.HIGH, Polarity.LOW) and low is not None:
            raise FigureError("A target band needs an indicator whose good values form a band.")
        if polarity is Polarity.HIGH:
            low = value
        elif polarity is Polarity.LOW:
            high = value
        if width is not None:
            width = _tolerance_in_points(width, kind, low, high)
        terms = _Terms(polarity, low, high, width, limit, str(unit))
        terms._refuse_level_on_wrong_side()
        return terms

    def _refuse_level_on_wrong_side(self) -> None:
        if self.level is None or self.polarity is Polarity.NEITHER:
            return
        inside = (self.low is None or self.level > self.low) and (self.high is None or self.level < self.high)
        if inside and not (self.low is None and self.high is None):
            raise FigureError(
                f"The intervention level of {self._show(self.level)} lies on the better side of the target of "
                f"{self._target_words()}. It must be worse than the target."
            )

    def judge(self, value: Decimal) -> _Verdict:
        if self.polarity is Polarity.NEITHER:
            return _Verdict(Rating.NOT_RATED, "neither high nor low is better for this indicator", None, False, False)
        passed = self._past_level(value)
        if self.low is None and self.high is None:
            return self._judge_by_level_alone(value, passed)
        said = self._show(value)
        below = self.low is not None and value < self.low
        if self.met_by(value):
            meets = "is within the target band of" if self.polarity is Polarity.BAND else "meets the target of"
            return _Verdict(Rating.GREEN, f"{said} {meets} {self._target_words()}", None, False, passed)
        edge = self.low if below else self.high
        assert edge is not None
        by = amount_in_words(value - edge, self.unit)
        limit, limit_name = self._amber_limit(edge, below)
        missed = f"{said} misses the target of {self._target_words()} by {by}"
        # Past the level can only be said of a value worse than the level, so it follows the miss.
        tail = (
            f"; it has passed the intervention level of {self._show(self.level)}"
            if passed and self.level is not None
            else ""
        )
        if limit is None:
            return _Verdict(Rating.RED, f"{missed}; {NO_TOLERANCE}{tail}", None, True, passed)
        if value >= limit if below else value <= limit:
            return _Verdict(
                Rating.AMBER, f"{missed}, within {limit_name} {self._show(limit)}{tail}", limit, True, passed
            )
        past = "" if tail and limit == self.level else f", past {limit_name} {self._show(limit)}"
        return _Verdict(Rating.RED, f"{missed}{past}{tail}", limit, True, passed)

    def met_by(self, value: Decimal) -> bool:
        """Whether a value meets the target; equality meets, and a band includes its ends."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def _judge_by_level_alone(self, value: Decimal, passed: bool) -> _Verdict:
        if self.level is None:
            return _Verdict(Rating.NOT_RATED, "no target is held for this indicator", None, False, False)
        level = self._show(self.level)
        if passed:
            clause = f"no target set; {self._show(value)} is past the intervention level of {level}"
            return _Verdict(Rating.RED, clause, None, False, True)
        if self.polarity is Polarity.BAND:
            clause = f"no target set, so the intervention level of {level} has no side to be passed on"
        else:
            clause = f"no target set; within the intervention level of {level}"
        return _Verdict(Rating.NOT_RATED, clause, None, False, False)

    def _past_level(self, value: Decimal) -> bool:
        if self.level is None:
            return False
        if self.polarity is Polarity.HIGH or (self.low is not None and self.level <= self.low):
            return value < self.level
        if self.polarity is Polarity.LOW or (self.high is not None and self.level >= self.high):
            return value > self.level
        return False

    def _amber_limit(self, edge: Decimal, below: bool) -> tuple[Decimal | None, str]:
        if self.tolerance is not None:
            return (edge - self.tolerance if below else edge + self.tolerance), "the tolerance limit of"
        if self.level is not None and (self.level <= edge if below else self.level >= edge):
            return self.level, "the intervention level of"
        return None, ""

    def _show(self, value: Decimal) -> str:
        return with_unit(value, self.unit)

    def _target_words(self) -> str:
        if self.low is not None and self.high is not None:
            return f"{self._show(self.low)} to {self._show(self.high)}"
        edge = self.low if self.low is not None else self.high
        return "" if edge is None else self._show(edge)


def _tolerance_in_points(width: Decimal, kind: str | None, low: Decimal | None, high: Decimal | None) -> Decimal:
    if width < 0:
        raise FigureError("A tolerance cannot be negative.")
    if kind == "points":
        return width
    if kind != "percent":
        raise FigureError("A tolerance needs its kind: points, or percent of the target.")
    if low is not None and high is not None:
        raise FigureError("A tolerance on a band is given in points: a band has two ends to take a percentage of.")
    edge = low if low is not None else high
    if edge == 0:
        raise FigureError("A tolerance in per cent of a target of 0 has no width. Give it in points.")
    return Decimal(0) if edge is None else abs(edge) * width / 100


def _decimal(value: Decimal | str) -> Decimal:
    return value if isinstance(value, Decimal) else number(value)


# --- judging an observation ---------------------------------------------------------------------------------------


def target_in_force(targets: Sequence[Target], quarter: Quarter) -> Target | None:
    """The target a quarter is judged by, from one indicator's ``targets`` in order of ``start``.

    The latest that has started; a profiled one holds for its own quarter alone and is never carried on.
    """
    latest = None
    for target in targets:
        if target.start <= quarter:
            latest = target
    return None if latest is not None and latest.profiled and latest.start != quarter else latest


def judge(observation: Observation | None, targets: Sequence[Target], indicator: Indicator, quarter: Quarter) -> Rated:
    """Rate what is held for ``indicator`` in ``quarter`` by the target then in force. ``None``: nothing is held.

    Adds to the rule's reason what a reader must know of the target: carried over and not confirmed,
    measured on another basis or on one that is not stated.
    """
    if observation is None or observation.value is None:
        absence = absence_of(observation, indicator, quarter)
        return Rated(Rating.NO_DATA, f"No data: {absence.words}.")
    target = target_in_force(targets, quarter)
    if target is None:
        rated = rating(observation.value, polarity=indicator.polarity, decimals=indicator.decimals, unit=indicator.unit)
        if targets and indicator.polarity is not Polarity.NEITHER:
            rated = replace(rated, reason="Not rated: no target known for this quarter.")
        return rated
    rated = rate(observation.value, target, indicator)
    return replace(rated, reason=" ".join((rated.reason, *_caveats(observation, target, indicator))))


def rate(value: Decimal, target: Target, indicator: Indicator) -> Rated:
    """``rating`` of a value by a ``Target`` record: the form that what-if and conflicts use."""
    return rating(
        value,
        polarity=indicator.polarity,
        decimals=indicator.decimals,
        target=target.value,
        target_low=target.low,
        target_high=target.high,
        tolerance=target.tolerance,
        tolerance_kind=target.tolerance_kind,
        intervention_level=target.intervention_level,
        unit=indicator.unit,
    )


def met_by(target: Target, indicator: Indicator) -> Callable[[Decimal], bool] | None:
    """Whether a value, as shown, meets ``target``: the rule's own test, made once for the many quarters of a what-if.

    ``None``: there is no target that could be met or missed. Raises ``FigureError`` as ``rating`` does.
    """
    terms = _Terms.read(
        indicator.polarity,
        target.value,
        target.low,
        target.high,
        target.tolerance,
        target.tolerance_kind,
        target.intervention_level,
        indicator.unit,
    )
    unmet = indicator.polarity is Polarity.NEITHER or (terms.low is None and terms.high is None)
    return None if unmet else terms.met_by


def _caveats(observation: Observation, target: Target, indicator: Indicator) -> list[str]:
    said = ["The figure is provisional."] if observation.provisional else []
    held_for = max(target.start.financial_year, target.confirmed_through)
    if observation.quarter.financial_year > held_for:
        what = "target" if target.has_target else "intervention level"
        said.append(f"The {what} is carried over from {held_for}, not yet confirmed.")
    if not target.has_target:
        return said
    if target.basis is None:
        stated = indicator.basis is not Basis.NOT_STATED
        said.append(f"The target's basis is not stated{f'; the figure is {indicator.basis.words}' if stated else ''}.")
    elif target.basis is not indicator.basis:
        said.append(
            f"The target is set on another basis ({target.basis.words}) than the figure ({indicator.basis.words})."
        )
    return said


def absence_of(observation: Observation | None, indicator: Indicator, quarter: Quarter) -> Absence:
    """Why there is no figure. Nothing held in a quarter the indicator is not due in is ``NOT_DUE``, else ``NOT_REPORTED``."""
    if observation is not None and observation.absence is not None:
        return observation.absence
    return Absence.NOT_REPORTED if quarter.number in indicator.due else Absence.NOT_DUE


# --- change -------------------------------------------------------------------------------------------------------


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
    before, now = _decimal(previous), _decimal(current)
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
    before, now = _decimal(earlier), _decimal(later)
    if before == now:
        return Direction.NO_CHANGE
    if smallest_change is not None and abs(now - before) < _decimal(smallest_change):
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
    if indicator.runs_up:
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

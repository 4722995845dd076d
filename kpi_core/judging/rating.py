"""How an indicator is rated, and when an exception report is required.

``rating`` is the one rating rule, and the one place where polarity is met for a rating: the scorecard, what-if and
trajectories all use it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from ..errors import FigureError
from ..figures import amount_in_words, as_decimal, shown, with_unit
from ..model import Absence, Basis, Indicator, Observation, Polarity, Target, Unit
from ..periods import Quarter


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


@dataclass(frozen=True, slots=True)
class OffTarget:
    """How far a value is from its target, worse negative; within a band 0. ``gap``: in the unit.

    ``steps``: in steps of the tolerance where one is set, else as a share of the target; ``None`` where there is neither (a target
    of 0 without a tolerance).
    """

    gap: Decimal
    steps: Decimal | None


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
    exact = as_decimal(value)
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
            None if given is None else as_decimal(given)
            for given in (target, target_low, target_high, tolerance, level)
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
        limit, limit_name = self.amber_limit(edge, below)
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

    def off_target(self, value: Decimal) -> OffTarget | None:
        """How far a value is from the target; ``None``: there is none."""
        if self.polarity is Polarity.NEITHER or (self.low is None and self.high is None):
            return None
        above = None if self.low is None else value - self.low
        beneath = None if self.high is None else self.high - value
        gap = min(one for one in (above, beneath) if one is not None)
        gap = min(gap, Decimal(0)) if self.polarity is Polarity.BAND else gap
        edge = self.low if gap == above or self.high is None else self.high
        step = self.tolerance or (None if edge is None else abs(edge))
        return OffTarget(gap, gap / step if step else None)

    def amber_limit(self, edge: Decimal, below: bool) -> tuple[Decimal | None, str]:
        """The worst value that is still Amber, and what it is: the tolerance goes before the intervention level; ``None``: neither."""
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
    terms = _terms_of(target, indicator)
    unmet = indicator.polarity is Polarity.NEITHER or (terms.low is None and terms.high is None)
    return None if unmet else terms.met_by


def off_target(value: Decimal, target: Target, indicator: Indicator) -> OffTarget | None:
    """How far a value, as shown, is from ``target``; ``None``: there is no target that could be missed. Raises as ``rating`` does."""
    return _terms_of(target, indicator).off_target(value)


def tolerance_limit(target: Target, indicator: Indicator) -> Decimal | None:
    """The worst value still within the tolerance of a single target. ``None``: no tolerance is held, or there are two limits."""
    if target.tolerance is None or target.value is None or indicator.polarity not in (Polarity.HIGH, Polarity.LOW):
        return None
    return _terms_of(target, indicator).amber_limit(target.value, below=indicator.polarity is Polarity.HIGH)[0]


def _terms_of(target: Target, indicator: Indicator) -> _Terms:
    return _Terms.read(
        indicator.polarity,
        target.value,
        target.low,
        target.high,
        target.tolerance,
        target.tolerance_kind,
        target.intervention_level,
        indicator.unit,
    )


def _caveats(observation: Observation, target: Target, indicator: Indicator) -> list[str]:
    said = ["The figure is provisional."] if observation.provisional else []
    said += _carried_over(observation, target)
    return said + _on_another_basis(target, indicator)


def _carried_over(observation: Observation, target: Target) -> list[str]:
    """A standing target is carried over into a new financial year, and not yet confirmed until somebody says so."""
    held_for = max(target.start.financial_year, target.confirmed_through)
    if observation.quarter.financial_year <= held_for:
        return []
    what = "target" if target.has_target else "intervention level"
    return [f"The {what} is carried over from {held_for}, not yet confirmed."]


def _on_another_basis(target: Target, indicator: Indicator) -> list[str]:
    said: list[str] = []
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

"""Whether an indicator would meet its target reliably: over which of its figures XmR limits may be drawn, and what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from ..figures import amount_in_words, shown, with_unit
from ..model import Basis, Indicator, Observation, Polarity, Target
from ..periods import Quarter, span
from .limits import Assurance, Firmness, Variation, Xmr, assurance_words, xmr, year_on_year

IMPROVEMENT = {Polarity.HIGH: "increase", Polarity.LOW: "decrease"}
"""Which way is better, in the words of ``limits``; a band, or neither, is ``neutral``."""
_ACCUMULATES = {
    Basis.YEAR_TO_DATE: "Each figure contains the one before, as it runs from 1 April, so control limits would say nothing.",
    Basis.ACADEMIC_YEAR_TO_DATE: "Each figure contains the one before, as it runs from 1 September, so control limits would say nothing.",
    Basis.ROLLING_12_MONTHS: "Each figure shares nine months with the one before, so control limits would be far too narrow.",
    Basis.ANNUAL: "There is one figure a year, so there are no quarters to draw limits over.",
}


@dataclass(frozen=True)
class Process:
    """The figures that limits are drawn over: the quarters due since the last break in series, gaps as ``None``.

    ``why_not``: why no limits are offered at all; empty: they are. Limits themselves are ``limits``, worked out when asked.
    """

    indicator: Indicator
    quarters: tuple[Quarter, ...]
    values: tuple[Decimal | None, ...]
    target: Decimal | None
    why_not: str = ""
    differences: bool = False
    """Whether its values are changes from a year before, and not figures."""
    provisional: frozenset[Quarter] = frozenset()
    """The quarters whose figure may still change."""

    @cached_property
    def limits(self) -> Xmr:
        """Limits and signals, of the values as shown."""
        return xmr(self.values, improvement=IMPROVEMENT.get(self.indicator.polarity, "neutral"), target=self.target)

    @cached_property
    def on_the_year(self) -> Process | None:
        """The process of the differences from a year before, for a seasonal indicator; ``None`` for any other."""
        if not self.indicator.seasonal or self.why_not:
            return None
        lag = len(self.indicator.due)
        changes = tuple(None if one is None else Decimal(one) for one in year_on_year(self.values, lag)[lag:])
        return Process(
            self.indicator, self.quarters[lag:], changes, None, differences=True, provisional=self.provisional
        )

    def in_words(self, value: Decimal) -> str:
        """A value with its unit, and of a difference with its sign."""
        if not self.differences:
            return with_unit(value, self.indicator.unit)
        sign = "+" if value > 0 else "-" if value < 0 else ""
        return f"{sign}{amount_in_words(value, self.indicator.unit)}"

    @property
    def held(self) -> int:
        """How many figures there are."""
        return sum(value is not None for value in self.values)

    @property
    def settled(self) -> bool:
        """Whether nothing says that the process has changed, so that what its limits say of the past goes on."""
        return self.limits.variation is Variation.COMMON_CAUSE

    def assurance_words(self, aim: str) -> str:
        """Whether the target, named as ``aim``, would be met if nothing changed, in a sentence; empty where that cannot be said.

        Where the last quarter is a signal, limits over all quarters are of a process that is no more: then they say no more
        than where the target lies beside the past.
        """
        if not self.drawn or self.limits.assurance is None:
            return ""
        if self.settled and self.indicator.seasonal and self.limits.assurance is Assurance.INCONSISTENT:
            return f"As things are, {aim} would be met in some quarters and missed in others, by the season or by luck."
        if self.settled:
            return assurance_words(self.limits, target=aim)
        where = {
            Assurance.INCONSISTENT: f"{aim} lies within the limits",
            Assurance.CONSISTENT_PASS: f"{aim} is well within reach of the limits",
            Assurance.CONSISTENT_FAIL: f"{aim} is out of reach of the limits",
        }[self.limits.assurance]
        return f"Over all {self.held} quarters {where}, but the figures have moved, so that says little of what comes next."

    @property
    def drawn(self) -> bool:
        """Whether limits are shown to people."""
        return not self.why_not and self.limits.firmness in (Firmness.TRIAL, Firmness.FIRM)


def process(indicator: Indicator, series: Sequence[Observation], target: Target | None) -> Process:
    """The process behind a series, oldest first. ``target``: what it is held against; only a single value can be."""
    aim = None if target is None or indicator.polarity not in IMPROVEMENT else target.value
    why_not = _ACCUMULATES.get(indicator.basis, "")
    since = max((place for place, one in enumerate(series) if one.series_break), default=0)
    by_quarter = {one.quarter: one for one in series[since:]}
    known = [quarter for quarter, one in by_quarter.items() if _comparable(one) is not None]
    if not known:
        return Process(indicator, (), (), aim, why_not or "No figures are held to draw limits over.")
    quarters = [one for one in span(known[0], known[-1]) if one in by_quarter or one.number in indicator.due]
    values = [_value(by_quarter.get(quarter), indicator) for quarter in quarters]
    provisional = frozenset(quarter for quarter, one in by_quarter.items() if one.provisional)
    return Process(indicator, tuple(quarters), tuple(values), aim, why_not, provisional=provisional)


def _comparable(one: Observation | None) -> Decimal | None:
    return None if one is None or one.not_comparable else one.value


def _value(one: Observation | None, indicator: Indicator) -> Decimal | None:
    value = _comparable(one)
    return None if value is None else shown(value, indicator.decimals)

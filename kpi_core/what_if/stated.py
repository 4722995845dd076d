"""Counts that an exception report states, where none are held: what they would mean, as an assumption to accept."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ..errors import FigureError
from ..figures import in_small, with_unit
from ..judging import Row
from ..model import Indicator, Unit
from ..narrative import ImpliedDenominators, implied_denominators, sums


@dataclass(frozen=True, slots=True)
class StatedCount:
    """A total in the indicator's report, with the denominators it implies beside the percentage held."""

    count: int
    percent: Decimal
    implied: ImpliedDenominators
    doubt: str
    """Why it is in doubt: the parts do not add up to it; empty: they do."""

    def words(self, indicator: Indicator) -> str:
        """The assumption in a sentence: ``266 at 26.5% means 1,002 to 1,005 referrals``."""
        low, high = self.implied.lowest, self.implied.highest
        of = f"{low:,}" if low == high else f"{low:,} to {high:,}"
        said = f"The exception report states {self.count:,}: {self.count:,} at {with_unit(self.percent, indicator.unit)} means {of} {in_small(indicator.denominator) or 'cases'}"
        return f"{said}; {self.doubt}." if self.doubt else f"{said}."


def stated_counts(row: Row, sections: tuple[tuple[str, str], ...]) -> tuple[StatedCount, ...]:
    """The totals that a report's sections state, for a percentage without counts; none for anything else."""
    one = row.observation
    if one is None or one.value is None or row.indicator.unit is not Unit.PERCENT or one.denominator is not None:
        return ()
    found = {}
    for _, body in sections:
        for total in sums(body):
            count = int(total.stated.replace(",", ""))
            try:
                implied = implied_denominators(count, one.value)
            except FigureError:
                continue
            doubt = "" if total.agrees else f"the parts sum to {total.worked_out}, so this is in doubt"
            found[count] = StatedCount(count, one.value, implied, doubt)
    return tuple(found.values())

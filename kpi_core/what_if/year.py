"""What the rest of the financial year must come to for the whole of it to meet a target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext

from ..figures import capital, count_in_words, in_small, shown, with_unit
from ..judging import Row, target_words
from ..model import Basis, Indicator, Observation, Polarity, Target, Unit
from ..periods import Quarter
from .needed import rest_of_year, rest_of_year_weighted
from .takes import to_reach


@dataclass(frozen=True, slots=True)
class Year:
    """What each remaining quarter must average for the year to meet the target, in the indicator's unit."""

    needed: Decimal
    reachable: bool
    text: str


_NO_YEAR = {
    Basis.YEAR_TO_DATE: "The figure runs up over the year, so the last quarter's is the year's.",
    Basis.ACADEMIC_YEAR_TO_DATE: "The figure runs up over the academic year, so quarters of the financial year are not averaged.",
    Basis.ROLLING_12_MONTHS: "The figure covers twelve months already, so quarters are not averaged.",
    Basis.ANNUAL: "The figure is given once a year, so there are no quarters to average.",
    Basis.NOT_STATED: "The register does not say whether the figure covers its quarter alone, so no average for the year is worked out.",
}


def year_of(row: Row, target: Target | None) -> tuple[Year | None, str]:
    """What the rest of the financial year must average for it to meet ``target``, and that or why not in words."""
    edge, indicator, at = to_reach(row, target), row.indicator, row.quarter
    if edge is None:
        return None, ""
    aim, polarity = edge
    last = max(indicator.due, default=4)
    if indicator.basis in (Basis.QUARTER_END, Basis.MONTH_END):
        if at.number >= last:
            return None, "The figure is a snapshot: the year's is its last quarter's, which is this one."
        wanted = target_words(target, indicator)
        if indicator.polarity is not Polarity.BAND:
            wanted += " or more" if polarity is Polarity.HIGH else " or less"
        text = f"The figure is a snapshot: the year's is its last quarter's, so Q{last} must be {wanted}."
        return Year(aim, True, text), text
    if indicator.basis is not Basis.QUARTER:
        return None, _NO_YEAR[indicator.basis]
    if indicator.polarity is Polarity.BAND:
        return None, "The target is a band, so no average for the rest of the year is worked out."
    held = {one.quarter: one for one in row.series if one.quarter.year == at.year}
    due = [Quarter(at.year, n) for n in indicator.due]
    done = [held.get(quarter) for quarter in due if quarter <= at]
    remaining = sum(quarter > at for quarter in due)
    if (
        not done
        or any(one is None or one.value is None or one.not_comparable for one in done)
        or any(one.series_break for one in done[1:] if one is not None)
    ):
        return (
            None,
            f"Not every quarter of {at.financial_year} up to now has a figure to average, so the year is not worked out.",
        )
    if not remaining:
        return None, f"{at.text} is the last quarter of the year: none remains to make up for it."
    return _rest(row, [one for one in done if one is not None], remaining, aim, polarity)


def _rest(
    row: Row, done: Sequence[Observation], remaining: int, aim: Decimal, polarity: Polarity
) -> tuple[Year | None, str]:
    indicator, year = row.indicator, row.quarter.financial_year
    percent, high = indicator.unit is Unit.PERCENT, polarity is Polarity.HIGH
    highest = Decimal(100) if percent and not indicator.may_pass_100 else None
    pairs = [(one.numerator, one.denominator) for one in done if one.numerator is not None and one.denominator]
    weighted = percent and len(pairs) == len(done) and all(x <= n for x, n in pairs)
    goal = f"{with_unit(aim, indicator.unit)} over the whole of {year}"
    how, to_come = "", ""
    if weighted:
        whole = round(sum(n for _, n in pairs) / len(pairs)) * remaining
        found = rest_of_year_weighted(pairs, whole, aim, polarity=polarity)
        exact, reachable = found.needed_pct, found.reachable or (high and highest is None)
        of = in_small(indicator.denominator) or "cases"
        bound = "at least" if high else "at most"
        to_come = f"{bound} {found.still_needed:,} of the {whole:,} {of} to come, if as many come as so far: "
    else:
        values = [shown(one.value, indicator.decimals) for one in done if one.value is not None]
        rest = rest_of_year(values, remaining, aim, polarity=polarity, highest=highest)
        exact, reachable = rest.needed, rest.reachable
        goal = f"an average of {with_unit(aim, indicator.unit)} over {year}"
        how = f" (simple average of quarters{', counts not held' if percent and len(pairs) < len(done) else ''})"
    sure = exact <= 0 if high else highest is not None and exact >= highest
    least = _rounded(exact, indicator, polarity)
    if not reachable:
        text = f"{capital(goal)} cannot be reached this year{how}."
    elif sure:
        text = f"{capital(goal)} is already sure{how}."
    else:
        quarters = (
            "the one remaining quarter"
            if remaining == 1
            else f"each of the {count_in_words(remaining)} remaining quarters"
        )
        must = f"{with_unit(least, indicator.unit)} {'or more' if high else 'or less'}"
        average = " on average" if remaining > 1 else ""
        text = (
            f"For {goal}, {to_come}{must}{average} in {quarters}{how}."
            if to_come
            else f"For {goal}, {quarters} must be {must}{average}{how}."
        )
    return Year(least, reachable, text), text


def _rounded(value: Decimal, indicator: Indicator, polarity: Polarity) -> Decimal:
    """To the figure's decimals, a percentage's to one more, and to the side on which it is still enough."""
    to = Decimal(1).scaleb(-(indicator.decimals + (indicator.unit is Unit.PERCENT)))
    with localcontext(prec=80):
        plain = value.quantize(to, ROUND_CEILING if polarity is Polarity.HIGH else ROUND_FLOOR)
        return Decimal(f"{plain.normalize():f}")

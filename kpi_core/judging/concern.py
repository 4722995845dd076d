"""What matters most in a quarter: how long a rating has stood, which ratings changed, how far off target, and so what comes first.

From the design's "Changed rating, and run" and "Order of concern". Each quarter is judged by the target and the entry of the list of
indicators that were in force in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import IntEnum, StrEnum
from itertools import takewhile

from ..model import Absence, Basis, Observation, Polarity, ReportState, Target
from ..periods import Quarter
from .change import Direction
from .rating import OffTarget, Rated, Rating, judge, off_target, target_in_force
from .scorecard import TREND_QUARTERS, Row, Scorecard

COLOURS = (Rating.GREEN, Rating.AMBER, Rating.RED)
"""The ratings that can become better or worse, best first."""

# --- how long -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Run:
    """For how many quarters in a row, the present one included: ``rating`` its rating has stood, ``missed`` the target was missed."""

    rating: int = 0
    missed: int = 0


def run(row: Row) -> Run:
    """How long the present rating has stood, and how long the target has been missed; 0 where that is not so now.

    Counted are quarters for which a target or an intervention level is recorded. A quarter that was due and has no figure ends both:
    nothing is claimed of it.
    """
    if row.rated.rating not in COLOURS:
        return Run()
    rating = missed = 0
    same, still = True, True
    for _, target, rated in _backwards(row):
        if target is None or not (target.has_target or target.intervention_level is not None):
            continue
        same = same and rated.rating is row.rated.rating
        still = still and rated.missed
        if not (same or still):
            break
        rating += same
        missed += still
    return Run(rating, missed)


def history(row: Row) -> tuple[tuple[Quarter, Rating], ...]:
    """The ratings of up to the last ``TREND_QUARTERS`` quarters since its first figure, oldest first, each as judged then.

    A quarter in which none was due and none was given is left out; one that was due and has no figure is *no data*.
    """
    last = takewhile(lambda one: row.quarter.since(one[0]) < TREND_QUARTERS, _backwards(row))
    return tuple((quarter, rated.rating) for quarter, _, rated in last)[::-1]


def _backwards(row: Row) -> Iterator[tuple[Quarter, Target | None, Rated]]:
    """Each quarter since the first figure in which one was due or given, newest first, with the target in force, judged by it."""
    by_quarter = {one.quarter: one for one in row.series}
    first = min(by_quarter, default=row.quarter)
    for quarter in (row.quarter - back for back in range(row.quarter.since(first) + 1)):
        indicator, targets = row.held.judged_by(quarter)
        observation = by_quarter.get(quarter)
        if observation is not None or quarter.number in indicator.due:
            yield quarter, target_in_force(targets, quarter), judge(observation, targets, indicator, quarter)


# --- what changed -------------------------------------------------------------------------------------------------


class Became(StrEnum):
    """What became of a rating since the figure that it is rightly compared with."""

    WORSE = "worse"
    BETTER = "better"
    OTHERWISE = "otherwise"
    """It differs, but the figure alone did not do it: the target, the definition or a revision had a part in it."""
    SAME = "same"


def became(row: Row) -> Became | None:
    """What became of the rating since the main comparison's figure; ``None``: there are no two ratings to compare.

    Worse or better only where it is so by the terms of then and by those of now, and with each revised figure as it was before, too.
    """
    lead = row.changes.lead
    then = None if lead is None else next((one for one in row.series if one.quarter.text == lead.basis), None)
    if then is None or row.observation is None:
        return None
    way = _way(row.judged(then).rating, row.rated.rating)
    if way in (None, Became.SAME):
        return way
    every = (
        _way(_judged(row, quarter, before), _judged(row, quarter, after))
        for quarter in (then.quarter, row.quarter)
        for before in _versions(then)
        for after in _versions(row.observation)
    )
    return way if all(one is way for one in every) else Became.OTHERWISE


def _way(before: Rating, after: Rating) -> Became | None:
    if before not in COLOURS or after not in COLOURS:
        return None
    step = COLOURS.index(after) - COLOURS.index(before)
    return Became.WORSE if step > 0 else Became.BETTER if step < 0 else Became.SAME


def _versions(observation: Observation) -> tuple[Observation, ...]:
    """A figure, and as it was before it was revised, where it was another number."""
    former = observation.former
    return (observation, replace(observation, value=former)) if isinstance(former, Decimal) else (observation,)


def _judged(row: Row, quarter: Quarter, observation: Observation) -> Rating:
    """The rating of a figure by the terms of ``quarter``."""
    indicator, targets = row.held.judged_by(quarter)
    return judge(observation, targets, indicator, quarter).rating


@dataclass(frozen=True, slots=True)
class ChangedRatings:
    """Of ``comparable`` ratings that have an earlier one to compare with, the codes of those that changed, and how.

    A figure whose earlier one was not rated, as no target was known then, is not among them: it cannot be said not to have become Red.
    """

    comparable: int
    worse: tuple[str, ...]
    better: tuple[str, ...]
    otherwise: tuple[str, ...]


def changed_ratings(rows: Sequence[Row]) -> ChangedRatings:
    """Which ratings became worse, better, or other by something else than the figure, in the order of ``rows``."""
    ways = [(row.indicator.code, became(row)) for row in rows]
    worse, better, otherwise = (
        tuple(code for code, one in ways if one is way) for way in (Became.WORSE, Became.BETTER, Became.OTHERWISE)
    )
    return ChangedRatings(sum(way is not None for _, way in ways), worse, better, otherwise)


# --- how far off, and what comes first ----------------------------------------------------------------------------


def gap(row: Row) -> Decimal | None:
    """The signed distance of the figure as shown from its target, in the unit, worse negative; ``None`` where either is missing.

    Within a target band it is 0.
    """
    off = _off_target(row)
    return None if off is None else off.gap


def _off_target(row: Row) -> OffTarget | None:
    if row.target is None or row.rated.shown is None:
        return None
    return off_target(row.rated.shown, row.target, row.indicator)


class ConcernGroup(IntEnum):
    """The groups of the order of concern, the first first."""

    PAST_LEVEL = 0
    RED = 1
    MISSING_AND_RED = 2
    """Due, not reported, and Red when last reported."""
    AMBER_OR_MARKED = 3
    BY_LEVEL_ALONE = 4
    NOT_RATED = 5
    """No rating, or no figure."""
    GREEN = 6
    NOT_DUE = 7


def concern_group(row: Row, marked: bool = False) -> ConcernGroup:
    """The group of one row; ``marked``: an author marked it as an emerging concern."""
    rating = row.rated.rating
    if row.rated.intervention_passed:
        return ConcernGroup.PAST_LEVEL
    if rating is Rating.RED:
        return ConcernGroup.RED
    if row.absence is Absence.NOT_REPORTED and _last_rating(row) is Rating.RED:
        return ConcernGroup.MISSING_AND_RED
    if marked or rating is Rating.AMBER:
        return ConcernGroup.AMBER_OR_MARKED
    if rating is Rating.GREEN:
        return ConcernGroup.GREEN
    if row.absence is Absence.NOT_DUE:
        return ConcernGroup.NOT_DUE
    level = row.target is not None and row.target.intervention_level is not None and not row.target.has_target
    by_level = rating is Rating.NOT_RATED and level and row.indicator.polarity is not Polarity.NEITHER
    return ConcernGroup.BY_LEVEL_ALONE if by_level else ConcernGroup.NOT_RATED


def _last_rating(row: Row) -> Rating | None:
    last = next((one for one in reversed(row.series) if one.value is not None), None)
    return None if last is None else row.judged(last).rating


def order_of_concern(card: Scorecard) -> tuple[Row, ...]:
    """The rows, what matters most first; rows that nothing tells apart stay in the order of the list of indicators."""
    marked = {one.indicator for one in card.concerns}
    return tuple(sorted(card.rows, key=lambda row: _place(row, row.indicator.code in marked)))


def _place(row: Row, marked: bool) -> tuple[object, ...]:
    """Within its group: final first, then worse like for like, longest missed, unexplained, statutory, and farthest off."""
    observation, lead = row.observation, row.changes.lead
    return (
        concern_group(row, marked),
        observation is not None and observation.provisional,
        lead is None or lead.direction is not Direction.WORSENING,
        -run(row).missed,
        not (row.exception.required and row.exception.state is ReportState.MISSING),
        not row.indicator.statutory_note,
        *_how_far(row),
    )


def _how_far(row: Row) -> tuple[bool, Decimal]:
    """The gap in steps of the tolerance, or as a share of the target; last where that says little or cannot be said."""
    off = _off_target(row)
    if off is None or off.steps is None or row.target is None:
        return True, Decimal(0)
    return row.target.basis is not row.indicator.basis or row.indicator.basis is Basis.NOT_STATED, off.steps

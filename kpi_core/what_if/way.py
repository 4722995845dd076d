"""The way to a target: a milestone a quarter, each judged by itself; and the quarter that comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ..errors import FigureError
from ..figures import round_half_up, shown, with_unit
from ..judging import Row, met_by
from ..model import Observation, Target
from ..periods import Quarter
from .changes import NotSupposed, Supposed
from .needed import trajectory
from .takes import to_reach


@dataclass(frozen=True, slots=True)
class Milestone:
    """One quarter of a trajectory. ``met`` ``None``: no figure is held for it yet."""

    quarter: Quarter
    value: Decimal
    """Exact; ``text`` is as it is shown."""
    text: str
    figure: Decimal | None
    met: bool | None


def next_due(row: Row) -> Quarter:
    """The quarter that a next value is of: the first after the row's in which the indicator is due."""
    ahead = (row.quarter + step for step in range(1, 5))
    return next((one for one in ahead if one.number in row.indicator.due), row.quarter + 1)


def milestones(row: Row, supposed: Supposed, later: Sequence[Observation]) -> tuple[Milestone, ...]:
    """The straight line from the quarter's figure to the target, a milestone for each quarter due.

    ``later``: figures held of quarters after it. Empty where no quarter is chosen, or the figure meets the target already.
    Raises ``NotSupposed`` without a figure, without a target, and for a quarter that is not ahead.
    """
    by, target, one, indicator = supposed.by, supposed.target, row.observation, row.indicator
    edge = to_reach(row, target)
    if by is None:
        return ()
    if edge is None or target is None or one is None or one.value is None:
        raise NotSupposed(f"“{indicator.name}” has no figure or no target, so there is no way from one to the other.")
    start = shown(one.value, indicator.decimals)
    meets = met_by(target, indicator)
    if meets is not None and meets(start):
        return ()
    try:
        line = trajectory(start, row.quarter, edge[0], by)
    except FigureError as error:
        raise NotSupposed(f"“{indicator.name}”: {error}") from error
    figures = {one.quarter: shown(one.value, indicator.decimals) for one in later if one.value is not None}
    if supposed.value is not None:
        figures[next_due(row)] = supposed.value
    found = []
    for quarter, value in zip(line.quarters, line.points, strict=True):
        if quarter.number in indicator.due:
            figure = figures.get(quarter)
            reached = met_by(_on_the_way(target, value), indicator)
            met = None if figure is None or reached is None else reached(figure)
            text = with_unit(round_half_up(value, indicator.decimals + 1), indicator.unit)
            found.append(Milestone(quarter, value, text, figure, met))
    return tuple(found)


def _on_the_way(target: Target, value: Decimal) -> Target:
    """A milestone as a target, to be judged by the one rule: of a band, the end that is made for."""
    plain = Target(target.indicator, target.area, target.start)
    if target.low is None or target.high is None:
        return replace(plain, value=value)
    return replace(plain, low=min(value, target.low), high=max(value, target.high))

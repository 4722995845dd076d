"""What a scenario answers: which ratings turn, what meeting the target takes, and whether it would be met reliably."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from ..figures import amount_in_words, count_in_words, in_small, round_half_up, shown, with_unit
from ..judging import (
    Assurance,
    Held,
    Process,
    Rated,
    Rating,
    Row,
    Significance,
    judge,
    level_words,
    met_by,
    process,
    row_of,
    significance,
    target_in_force,
    target_words,
    tolerance_words,
)
from ..model import ExceptionReport, Indicator, Observation, Polarity, Target, Unit
from ..periods import Quarter
from .changes import NotSupposed, Supposed, What, WhatIfChange, suppose
from .takes import Counted, Needed, counted, needed, to_reach
from .way import Milestone, milestones, next_due
from .year import Year, year_of

if TYPE_CHECKING:
    from .stated import StatedCount


@dataclass(frozen=True, slots=True)
class PastQuarter:
    """A quarter held, with whether it met the target then in force, and whether it would have met the scenario's.

    ``met_then`` ``None``: no target was known for it.
    """

    quarter: Quarter
    value: Decimal
    target_then: Target | None
    met_then: bool | None
    met: bool


@dataclass(frozen=True)
class WhatIfRow:
    """One indicator under a scenario. What is worked out on demand is kept once it is."""

    row: Row
    """As it is published: nothing of it is changed."""
    supposed: Supposed
    rated: Rated
    """Of the quarter's figure, by the scenario's target; of a next value supposed, by the target in force when that comes."""
    rated_quarter: Rated
    """Of the quarter's figure, by the scenario's target, also where a next value is supposed."""
    report: ExceptionReport | None = None
    """The quarter's exception report, which may state counts that are not held."""
    later: tuple[Observation, ...] = ()
    """Figures held of quarters after the scenario's, which judge a trajectory."""

    @property
    def indicator(self) -> Indicator:
        """The register's entry."""
        return self.row.indicator

    @property
    def target(self) -> Target | None:
        """The target that the scenario judges by."""
        return self.supposed.target

    @property
    def changed(self) -> bool:
        """Whether the scenario changes anything of it."""
        return bool(self.supposed.changed)

    @property
    def turned(self) -> bool:
        """Whether its rating turns."""
        return self.rated.rating is not self.row.rated.rating

    @cached_property
    def past(self) -> tuple[PastQuarter, ...]:
        """Every quarter with a figure up to the scenario's, oldest first; empty where there is no target to meet."""
        meets = None if self.target is None else met_by(self.target, self.indicator)
        if meets is None:
            return ()
        # A figure that runs up over the year has a target that does: only the same quarter of each year is like it.
        alike = self.row.quarter.number if self.indicator.is_cumulative else None
        tests = {target: met_by(target, self.indicator) for target in self.row.targets}
        found = []
        for one in self.row.series:
            if one.value is not None and alike in (None, one.quarter.number):
                value = shown(one.value, self.indicator.decimals)
                then = target_in_force(self.row.targets, one.quarter)
                test = None if then is None else tests[then]
                found.append(PastQuarter(one.quarter, value, then, None if test is None else test(value), meets(value)))
        return tuple(found)

    @cached_property
    def process(self) -> Process:
        """The process behind the figures, held against the scenario's target."""
        return process(self.indicator, self.row.series, self.target)

    @property
    def assurance(self) -> Assurance | None:
        """``consistent_pass``, ``inconsistent`` or ``consistent_fail`` as ``judging.limits`` has it; ``None`` where nothing may be said."""
        return self.process.limits.assurance if self.process.drawn else None

    @cached_property
    def counted(self) -> Counted | None:
        """The counts behind the quarter's figure, held or assumed; ``None``: neither."""
        return counted(self.row, self.supposed)

    @property
    def needed(self) -> Needed | None:
        """What it would have taken in the quarter; ``None`` where that has no answer: ``needed_text`` says why."""
        return self._of_quarter[0]

    @property
    def needed_text(self) -> str:
        """What it would have taken, or why that cannot be said; empty where there is no figure or no target."""
        return self._of_quarter[1]

    @cached_property
    def _of_quarter(self) -> tuple[Needed | None, str]:
        return needed(self.row, self.target, self.counted)

    @property
    def year(self) -> Year | None:
        """What the rest of the financial year must average; ``None`` where that has no answer: ``year_text`` says why."""
        return self._of_year[0]

    @property
    def year_text(self) -> str:
        """What the rest of the year must average, or why that cannot be said; empty where there is no target."""
        return self._of_year[1]

    @cached_property
    def _of_year(self) -> tuple[Year | None, str]:
        return year_of(self.row, self.target)

    @cached_property
    def significances(self) -> tuple[Significance, ...]:
        """The figure beside the target by Wilson's interval, at the lowest and the highest denominator assumed."""
        edge, behind = to_reach(self.row, self.target), self.counted
        if edge is None or behind is None or self.indicator.unit is not Unit.PERCENT:
            return ()
        wholes = dict.fromkeys((behind.lowest, behind.highest))
        return tuple(significance(behind.x, n, edge[0], edge[1]) for n in wholes if behind.x <= n)

    @cached_property
    def milestones(self) -> tuple[Milestone, ...]:
        """The trajectory from the quarter's figure to the target by the quarter chosen; empty where none is chosen."""
        return milestones(self.row, self.supposed, self.later)

    @cached_property
    def stated(self) -> tuple[StatedCount, ...]:
        """Counts that the exception report states, to be assumed where none are held."""
        from .stated import stated_counts

        return () if self.report is None else stated_counts(self.row, self.report.sections)

    @property
    def turn_words(self) -> str:
        """What is supposed of the indicator, and what becomes of its rating."""
        return _turn_words(self)

    @property
    def past_words(self) -> str:
        """In how many quarters held the target would have been met."""
        if not self.past:
            return ""
        met, of = sum(one.met for one in self.past), len(self.past)
        aim = target_words(self.target, self.indicator)
        which = f"Q{self.row.quarter.number}s" if self.indicator.is_cumulative else "quarters"
        if of == 1:
            return f"{aim} was {'met' if met else 'not met'} in the one {which.removesuffix('s')} held."
        return f"{aim} would have been met in {met} of the {of} {which} held."

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """What should make a reader careful of this target."""
        return tuple(one for one in _warnings(self) if one)

    @property
    def text(self) -> str:
        """All of it in sentences, the turn of the rating first."""
        said = [self.turn_words, self.past_words]
        said += [one.text for one in (self.needed, self.year) if one is not None]
        said.append(self.process.assurance_words(f"the target of {target_words(self.target, self.indicator)}"))
        return " ".join(one for one in (*said, *self.warnings) if one)


@dataclass(frozen=True)
class WhatIf:
    """A scenario applied to a quarter's scorecard. Nothing published is changed by it."""

    quarter: Quarter
    area: str
    area_name: str
    changes: tuple[WhatIfChange, ...]
    rows: tuple[WhatIfRow, ...]
    """Every indicator of the scorecard, in its order."""
    left_out: tuple[str, ...]
    """Why a change to many leaves some as they are."""

    @property
    def changed(self) -> tuple[WhatIfRow, ...]:
        """The rows that the scenario changes, those whose rating turns first."""
        return tuple(sorted((row for row in self.rows if row.changed), key=lambda row: not row.turned))

    def row(self, code: str) -> WhatIfRow | None:
        """The row of one indicator."""
        return next((row for row in self.rows if row.indicator.code == code), None)

    def turned_to(self, rating: Rating) -> int:
        """How many ratings turn to ``rating``."""
        return sum(row.turned and row.rated.rating is rating for row in self.rows)

    @property
    def reports_before(self) -> int:
        """How many exception reports the quarter requires."""
        return sum(row.row.rated.exception_required for row in self.rows)

    @property
    def reports_after(self) -> int:
        """How many it would require under the scenario."""
        return sum(row.rated_quarter.exception_required for row in self.rows)

    @property
    def words(self) -> str:
        """What turns, in a sentence or two."""
        if not self.changes:
            return "Nothing is changed yet."
        turned = [(rating, self.turned_to(rating)) for rating in (Rating.GREEN, Rating.AMBER, Rating.RED)]
        others = sum(row.turned for row in self.rows) - sum(count for _, count in turned)
        said = [f"{count_in_words(count)} to {rating.words}" for rating, count in turned if count]
        said += [f"{count_in_words(others)} otherwise"] if others else []
        what = f"Ratings that turn: {', '.join(said)}." if said else "No rating turns."
        if any(row.supposed.value is not None for row in self.rows):
            what += " Where a next value is supposed, that is what is rated."
        before, after = self.reports_before, self.reports_after
        reports = (
            f"Exception reports required: {after}, as before."
            if before == after
            else f"Exception reports required: {after} instead of {before}."
        )
        return f"{what} {reports}"


_ASSUMED = frozenset({What.COUNT, What.OUT_OF, What.BY})


def what_if(
    changes: Sequence[WhatIfChange],
    held: Sequence[Held],
    quarter: Quarter,
    area: str,
    area_name: str,
    later: Mapping[str, Sequence[Observation]] | None = None,
) -> WhatIf:
    """Apply a scenario to what is held up to ``quarter``. ``later``: by code what is held after it, which judges trajectories.

    Raises ``NotSupposed`` for a change that makes no sense, and ``UnknownChoice`` for a scope that is not held.
    """
    rows = [row_of(one, quarter) for one in held]
    supposition = suppose(changes, rows)
    found, left_out = [], list(supposition.left_out)
    singled = {one.scope.casefold() for one in changes if one.what in _ASSUMED}
    for one, row in zip(held, rows, strict=True):
        code = row.indicator.code
        supposed = supposition.by_code[code]
        after = tuple((later or {}).get(code, ()))
        found.append(WhatIfRow(row, supposed, *_rated(row, supposed), one.report, after))
        if supposed.changed & _ASSUMED:
            try:  # what cannot be is refused here, and not when it is drawn
                _ = found[-1].counted, found[-1].milestones
            except NotSupposed as error:
                if code.casefold() in singled:
                    raise
                left_out.append(str(error))
                plain = replace(supposed, count=None, out_of=None, by=None, changed=supposed.changed - _ASSUMED)
                found[-1] = replace(found[-1], supposed=plain)
    return WhatIf(quarter, area, area_name, tuple(changes), tuple(found), tuple(left_out))


def _rated(row: Row, supposed: Supposed) -> tuple[Rated, Rated]:
    """The same rule as everywhere, by the target as supposed: of the next value, or the figure; and of the figure."""
    targets = row.targets if supposed.target is row.target or supposed.target is None else (supposed.target,)
    of_quarter = row.rated if targets is row.targets else judge(row.observation, targets, row.indicator, row.quarter)
    if supposed.value is None:
        return of_quarter, of_quarter
    following = Observation(row.indicator.code, "", next_due(row), supposed.value)
    return judge(following, targets, row.indicator, following.quarter), of_quarter


# --- warnings, words ----------------------------------------------------------------------------------


_FEWEST_FOR_EXTREMES = 5
"""From how many quarters on one of them can be called extreme."""


def _warnings(row: WhatIfRow) -> list[str]:
    said = []
    edge, indicator, behind = to_reach(row.row, row.target), row.indicator, row.counted
    if edge is not None and What.TARGET in row.supposed.changed and len(row.past) >= _FEWEST_FOR_EXTREMES:
        said.append(_extreme(edge[0], edge[1], row.past, indicator))
    if behind is not None and indicator.unit is Unit.PERCENT and behind.lowest <= 100:
        points = round_half_up(Decimal(100) / behind.lowest, 1).normalize()
        of = in_small(indicator.denominator) or "cases"
        said.append(f"The base is small: each of the {behind.words} {of} is {amount_in_words(points, indicator.unit)}.")
    return said


def _extreme(aim: Decimal, polarity: Polarity, past: Sequence[PastQuarter], indicator: Indicator) -> str:
    """That a target is one extreme quarter's figure, or better than all: figures regress to their mean."""
    values = [one.value for one in past]
    best, worst = (max(values), min(values)) if polarity is Polarity.HIGH else (min(values), max(values))
    said = with_unit(aim, indicator.unit)
    for extreme, word in ((best, "best"), (worst, "worst")):
        if aim == extreme and values.count(extreme) == 1:
            when = next(one.quarter for one in past if one.value == extreme)
            return (
                f"{said} is the {word} figure held, that of {when.text} alone. After so extreme a quarter figures tend to go "
                "back towards their average, whatever is done."
            )
    beyond = aim > best if polarity is Polarity.HIGH else aim < best
    return f"No quarter held was as good as {said}." if beyond else ""


def _turn_words(row: WhatIfRow) -> str:
    indicator, before, after = row.indicator, row.row.rated.rating, row.rated.rating
    said = []
    if What.TARGET in row.supposed.changed:
        held = target_words(row.row.target, indicator)
        said.append(
            f"target {target_words(row.target, indicator)} {f'instead of {held}' if held else 'where none is held'}"
        )
    for what, words in ((What.TOLERANCE, tolerance_words), (What.INTERVENTION, level_words)):
        if what in row.supposed.changed:
            held = words(row.row.target, indicator)
            to = words(row.target, indicator)
            said.append(f"{what.words} {to} {f'instead of {held}' if held else 'where none is held'}")
    if row.supposed.value is not None:
        said.append(f"{with_unit(row.supposed.value, indicator.unit)} in {next_due(row.row).text}")
    head = f"{indicator.name}{''.join(f', {one}' for one in said)}: "
    if row.rated.rating is Rating.NO_DATA:
        return head + "no figure is held for the quarter."
    turn = f"{before.words} turns to {after.words}." if before is not after else f"stays {after.words}."
    return head + turn


def figures_under(rows: Sequence[WhatIfRow]) -> tuple[tuple[str, str, str], ...]:
    """What a scenario stands on, to be kept with it: code, figure and target of each indicator it changes."""
    return tuple((one.indicator.code, one.row.display, target_words(one.row.target, one.indicator)) for one in rows)


def changed_since(then: Sequence[tuple[str, str, str]], rows: Mapping[str, Row]) -> tuple[str, ...]:
    """One sentence for each figure or target that is not as it was when a scenario was saved."""
    said = []
    for code, figure, target in then:
        row = rows.get(code)
        if row is None:
            said.append(f"{code} is no longer in the register of this quarter.")
            continue
        if row.display != figure:
            said.append(f"{row.indicator.name}: the figure was {figure} then, and is {row.display} now.")
        now = target_words(row.target, row.indicator)
        if now != target:
            said.append(
                f"{row.indicator.name}: the target was {target or 'not held'} then, and is {now or 'not held'} now."
            )
    return tuple(said)


def rated_significance(row: WhatIfRow) -> str:
    """What Wilson's interval makes of the figure beside the target, in words; empty where no counts are known."""
    found = row.significances
    if not found:
        return ""
    assumed = " The counts are assumed." if row.counted is not None and row.counted.assumed else ""
    if len({one.status for one in found}) > 1:
        return (
            f"Whether the difference from the target is more than chance depends on the denominator assumed.{assumed}"
        )
    one = found[0]
    what = {
        "similar": "no different from the target by more than chance",
        "better": "better than the target by more than chance",
        "worse": "worse than the target by more than chance",
    }[one.status]
    span = f"{one.lower_pct:.1f}% to {one.upper_pct:.1f}%"
    return f"Allowing for chance the figure stands for {span}: {what}.{assumed}"

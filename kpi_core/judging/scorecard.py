"""A quarter's scorecard: rows from what is held, the counts, and the headline in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ..errors import FigureError, UnknownChoice, UnknownIndicator
from ..figures import amount_in_words, count_in_words, shown, with_unit
from ..model import (
    Absence,
    Concern,
    Conflict,
    ExceptionReport,
    Indicator,
    Observation,
    Polarity,
    ReportAction,
    ReportState,
    Target,
    entry_in_force,
)
from ..periods import Quarter, span
from .change import Changes, Direction, changes
from .rating import Rated, Rating, absence_of, judge, rate, target_in_force

FEWEST_FOR_A_LINE = 3
TREND_QUARTERS = 8
"""How many quarters a scorecard row looks back over."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the store holds of one indicator, up to a quarter. ``series`` is oldest first."""

    indicator: Indicator
    series: tuple[Observation, ...] = ()
    targets: tuple[Target, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    report: ExceptionReport | None = None
    entries: tuple[Indicator, ...] = ()
    """The indicator's entries of the register in the order of their start; empty: ``indicator`` holds for every quarter."""
    then: Mapping[Quarter, tuple[Indicator, tuple[Target, ...]]] = field(default_factory=dict)
    """What a quarter's figure is judged by, where that is not what stands now: the entry and the targets."""

    def judged_by(self, quarter: Quarter) -> tuple[Indicator, tuple[Target, ...]]:
        """The entry of the register and the targets that a quarter's figure is judged by."""
        if quarter in self.then:
            return self.then[quarter]
        return entry_in_force(self.entries or (self.indicator,), quarter), self.targets


@dataclass(frozen=True, slots=True)
class ExceptionStatus:
    """Whether a report is required, how far it is, and its line of at most 160 characters."""

    required: bool
    state: ReportState
    reason_line: str


@dataclass(frozen=True, slots=True)
class Row:
    """One indicator in one quarter, as every page, export and command shows it."""

    indicator: Indicator
    quarter: Quarter
    observation: Observation | None
    target: Target | None
    rated: Rated
    changes: Changes
    conflict: str
    """The sentence about two figures or two targets; empty where there is none."""
    exception: ExceptionStatus
    series: tuple[Observation, ...]
    targets: tuple[Target, ...]
    held: Held
    """What it was made from."""

    @property
    def quarters_held(self) -> int:
        """How many quarters up to this one have a figure."""
        return sum(one.value is not None for one in self.series)

    @property
    def absence(self) -> Absence | None:
        """Why there is no number; ``None`` where there is one."""
        if self.observation is not None and self.observation.value is not None:
            return None
        return absence_of(self.observation, self.indicator, self.quarter)

    @property
    def has_target(self) -> bool:
        """Whether there is a target that can be met or missed."""
        return self.target is not None and self.target.has_target and self.indicator.polarity is not Polarity.NEITHER

    @property
    def display(self) -> str:
        """The value as a reader sees it, with its marks: ``25.4% [p]``, ``[c]``, ``not reported``."""
        return display(self.observation, self.indicator) or (self.absence or Absence.NOT_REPORTED).words

    @property
    def note(self) -> str:
        """In how many quarters the target was missed, or when a figure is next due; empty otherwise."""
        if self.rated.missed:
            return _missed_for(self)
        return _next_due(self) if self.absence is Absence.NOT_DUE else ""

    def judged(self, observation: Observation) -> Rated:
        """A figure judged by the entry of the register and the target of its own quarter."""
        indicator, targets = self.held.judged_by(observation.quarter)
        return judge(observation, targets, indicator, observation.quarter)


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts over rows. Changes are leading changes; little change counts as no change."""

    green: int
    amber: int
    red: int
    not_rated: int
    no_data: int
    improving: int
    worsening: int
    no_change: int
    not_comparable: int
    exceptions_required: int
    exceptions_missing: int
    exceptions_unapproved: int


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The scorecard of a quarter and area. ``rows`` are in the register's order."""

    quarter: Quarter
    area: str
    area_name: str
    rows: tuple[Row, ...]
    filters: tuple[tuple[str, str], ...] = ()
    """What was filtered on, in words: (what, chosen)."""
    as_first_recorded: bool = False
    """Whether each figure is the first that was recorded here, judged by what stood when it was."""
    moment: str = ""
    """As of when it is seen, in words; empty: as it stands now."""
    now_confidential: int = 0
    """How many figures that stood then are confidential now, and hidden here too."""
    concerns: tuple[Concern, ...] = ()
    """The indicators that an author marked, whatever their rating; filters leave them."""
    overdue_actions: tuple[ReportAction, ...] = ()
    """The actions of earlier quarters' exception reports that should be done by now and are not; filters leave them."""

    @property
    def has_revisions(self) -> bool:
        """Whether it would read otherwise as first published."""
        return any(
            (row.observation is not None and row.observation.revised) or any(target.corrects for target in row.targets)
            for row in self.rows
        )

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories of its rows, in order."""
        return tuple(dict.fromkeys(row.indicator.category for row in self.rows))

    @property
    def summary(self) -> Summary:
        """The counts over its rows."""
        return summarise(self.rows)

    @property
    def has_figures(self) -> bool:
        """Whether anything at all was reported."""
        return any(row.observation is not None for row in self.rows)

    def row(self, code: str) -> Row:
        """The row of one indicator. Raises ``UnknownIndicator``."""
        for row in self.rows:
            if row.indicator.code == code:
                return row
        raise UnknownIndicator(code, tuple(row.indicator.code for row in self.rows))

    def filtered(
        self,
        categories: Collection[str] = (),
        indicators: Collection[str] = (),
        ratings: Collection[Rating | str] = (),
    ) -> Scorecard:
        """The same scorecard with only the rows chosen; an empty choice keeps all. Raises where a choice is not held."""
        names = {name.casefold(): name for name in self.categories}
        codes = {row.indicator.code.casefold(): row.indicator.code for row in self.rows}
        said = {text.casefold(): rating for rating in Rating for text in (rating.value, rating.words)}
        categories = [_known("category", one, names) for one in categories]
        ratings = [_known("rating", one, said) for one in ratings]
        indicators = [self.row(codes.get(one.casefold(), one)).indicator.code for one in indicators]
        rows = tuple(
            row
            for row in self.rows
            if (not categories or row.indicator.category in categories)
            and (not indicators or row.indicator.code in indicators)
            and (not ratings or row.rated.rating in ratings)
        )
        words = (
            ("Category", "; ".join(categories)),
            ("Indicator", "; ".join(self.row(code).indicator.name for code in indicators)),
            ("Rating", "; ".join(Rating(r).words for r in ratings)),
        )
        return replace(self, rows=rows, filters=tuple((what, chosen) for what, chosen in words if chosen))


def _known(kind: str, chosen: str, known: Mapping[str, str]) -> str:
    """What ``chosen`` is known as, whatever its case. Raises ``UnknownChoice``."""
    if chosen.casefold() not in known:
        raise UnknownChoice(kind, chosen, tuple(dict.fromkeys(known.values())))
    return known[chosen.casefold()]


def build(quarter: Quarter, area: str, area_name: str, held: Iterable[Held]) -> Scorecard:
    """Judge everything that is held for a quarter."""
    return Scorecard(quarter, area, area_name, tuple(row_of(one, quarter) for one in held))


def row_of(held: Held, quarter: Quarter) -> Row:
    """One indicator's row for ``quarter``; ``held.series`` must not reach beyond it."""
    indicator, targets = held.judged_by(quarter)
    observation = held.series[-1] if held.series and held.series[-1].quarter == quarter else None
    target = target_in_force(targets, quarter)
    rated = judge(observation, targets, indicator, quarter)
    return Row(
        indicator=indicator,
        quarter=quarter,
        observation=observation,
        target=target,
        rated=rated,
        changes=changes(held.series, target, indicator, quarter),
        conflict=_conflict(held, observation, target, rated),
        exception=_exception(held.report, rated),
        series=held.series,
        targets=targets,
        held=held,
    )


def display(observation: Observation | None, indicator: Indicator) -> str:
    """A figure with its unit and marks ([p] provisional, [r] revised, [b] break in series); empty where none is held."""
    if observation is None:
        return ""
    if observation.value is None:
        return observation.absence.mark if observation.absence else ""
    marks = [
        mark
        for mark, there in (
            ("[p]", observation.provisional),
            ("[r]", observation.revised),
            ("[b]", bool(observation.series_break)),
        )
        if there
    ]
    return " ".join((with_unit(shown(observation.value, indicator.decimals), indicator.unit), *marks))


def former_words(observation: Observation, indicator: Indicator) -> str:
    """What a revised figure replaced, as a reader sees it: ``79%``, ``[c]`` or ``no figure``; empty where that is confidential."""
    former = observation.former
    if observation.absence is Absence.SUPPRESSED:
        return ""
    if isinstance(former, Absence):
        return former.mark
    return "no figure" if former is None else with_unit(shown(former, indicator.decimals), indicator.unit)


def target_words(target: Target | None, indicator: Indicator) -> str:
    """The target with its unit, a band as ``70% to 80%``; empty where there is none."""
    if target is None:
        return ""
    if target.low is not None and target.high is not None:
        return f"{with_unit(target.low, indicator.unit)} to {with_unit(target.high, indicator.unit)}"
    return "" if target.value is None else with_unit(target.value, indicator.unit)


def tolerance_words(target: Target | None, indicator: Indicator) -> str:
    """The tolerance with its kind, like ``5 points`` or ``10% of the target``; empty where none is held."""
    if target is None or target.tolerance is None:
        return ""
    if target.tolerance_kind == "percent":
        return f"{target.tolerance:f}% of the target"
    return amount_in_words(target.tolerance, indicator.unit)


def level_words(target: Target | None, indicator: Indicator) -> str:
    """The intervention level with its unit; empty where none is held."""
    if target is None or target.intervention_level is None:
        return ""
    return with_unit(target.intervention_level, indicator.unit)


def _conflict(held: Held, observation: Observation | None, target: Target | None, rated: Rated) -> str:
    """Two figures, or two targets, and whether both give the same rating; one at least is another source's."""
    indicator = held.indicator
    value = None if observation is None else observation.value
    said = []
    for subject in ("outturn", "target"):
        others = [c.value for c in held.conflicts if c.subject == subject and c.value is not None]
        if not others:
            continue
        if subject == "outturn":
            first = "" if value is None else with_unit(value, indicator.unit)
            retried = [_rating_with(other, target, indicator) for other in others]
        else:
            first = target_words(target, indicator)
            with_other = [None if target is None else replace(target, value=other) for other in others]
            retried = [_rating_with(value, one, indicator) for one in with_other]
        words = ", ".join(with_unit(other, indicator.unit) for other in others)
        what = "figure" if subject == "outturn" else "target"
        if not first:
            said.append(f"another source gives a {what} of {words}")
            continue
        agreement = _agreement([rated.rating, *retried], 1 + len(others))
        said.append(f"{count_in_words(1 + len(others))} {what}s: {first}, {words}; {agreement}")
    return "; ".join(said)


def _rating_with(value: Decimal | None, target: Target | None, indicator: Indicator) -> Rating:
    if value is None:
        return Rating.NO_DATA
    if target is None:
        return Rating.NOT_RATED
    try:
        return rate(value, target, indicator).rating
    except FigureError:  # the other target cannot stand beside the tolerance or level that is held
        return Rating.NOT_RATED


def _agreement(ratings: Sequence[Rating], how_many: int) -> str:
    if len(set(ratings)) == 1:
        return f"{'both' if how_many == 2 else 'all'} give {ratings[0].words}"
    return f"they give {' and '.join(dict.fromkeys(r.words for r in ratings))}"


def _exception(report: ExceptionReport | None, rated: Rated) -> ExceptionStatus:
    required = rated.exception_required
    if report is not None and not report.blank:
        return ExceptionStatus(required, report.state, report.reason_line)
    return ExceptionStatus(required, ReportState.MISSING if required else ReportState.NONE, "")


def _missed_for(row: Row) -> str:
    """In how many of the last quarters held the target then in force was missed; the same on every page."""
    last = (o for o in row.series if o.value is not None and row.quarter.since(o.quarter) < TREND_QUARTERS)
    judged = [row.judged(o) for o in last]
    with_target = [r for r in judged if r.missed or r.rating is Rating.GREEN]
    missed = sum(r.missed for r in with_target)
    held = (
        f"the last {len(judged)} quarters held"
        if row.quarters_held > len(judged)
        else _of_quarters(len(judged), "held")
    )
    if len(with_target) == len(judged):
        return f"missed in {missed} of {held}" if len(judged) > 1 else "missed in the one quarter held"
    if len(with_target) == 1:
        return f"missed in the one quarter with a target, of {held}"
    return f"missed in {missed} of {_of_quarters(len(with_target), 'with a target')}, of {held}"


def _of_quarters(count: int, which: str) -> str:
    return f"the {count} quarter{'' if count == 1 else 's'} {which}"


def _next_due(row: Row) -> str:
    following = next(row.quarter + ahead for ahead in range(1, 5) if (row.quarter + ahead).number in row.indicator.due)
    last = next((o for o in reversed(row.series) if o.value is not None), None)
    before = f"last figure {display(last, row.indicator)} for {last.quarter}; " if last else "no earlier figure; "
    return f"{before}next due for {following}"


# --- counts ------------------------------------------------------------------------------------------


def summarise(rows: Sequence[Row]) -> Summary:
    """The counts over ``rows``; ratings add up to the rows, and so do the four kinds of leading change."""
    ratings = Counter(row.rated.rating for row in rows)
    leads = [row.changes.lead for row in rows]
    ways = Counter(lead.direction for lead in leads if lead is not None)
    still = ways[Direction.NO_CHANGE] + ways[Direction.LITTLE_CHANGE]
    # With no good direction a change is neither better nor worse, so headlines can only call it not comparable.
    better, worse = ways[Direction.IMPROVING], ways[Direction.WORSENING]
    required = [row.exception for row in rows if row.exception.required]
    return Summary(
        green=ratings[Rating.GREEN],
        amber=ratings[Rating.AMBER],
        red=ratings[Rating.RED],
        not_rated=ratings[Rating.NOT_RATED],
        no_data=ratings[Rating.NO_DATA],
        improving=better,
        worsening=worse,
        no_change=still,
        not_comparable=len(rows) - better - worse - still,
        exceptions_required=len(required),
        exceptions_missing=sum(e.state is ReportState.MISSING for e in required),
        exceptions_unapproved=sum(e.state in (ReportState.DRAFT, ReportState.SUBMITTED) for e in required),
    )


# --- which quarter opens ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Collected:
    """How many of the indicators due in a quarter have been reported."""

    quarter: Quarter
    figures: int
    due: int

    @property
    def words(self) -> str:
        """That the quarter is being collected, and how far."""
        return f"{self.quarter.months} is being collected: {self.figures} of {self.due} figures in"


def opening_quarter(collected: Sequence[Collected]) -> Quarter | None:
    """The latest quarter in which at least half of the indicators due have a figure, or else the latest with any.

    ``collected`` is oldest first; ``None`` where it is empty.
    """
    for one in reversed(collected):
        if one.figures * 2 >= one.due:
            return one.quarter
    return collected[-1].quarter if collected else None


def recent(row: Row) -> list[Decimal | None]:
    """The figures of a row's last quarters as shown, ``None`` where none is held and before a break in series.

    A quarter in which the indicator is not due is left out.
    """
    held = {o.quarter: o for o in row.series}
    values: list[Decimal | None] = []
    for quarter in span(row.quarter - (TREND_QUARTERS - 1), row.quarter):
        o = held.get(quarter)
        if o is not None and o.series_break:
            values.append(None)
        if o is not None or quarter.number in row.indicator.due:
            values.append(None if o is None or o.value is None else shown(o.value, row.indicator.decimals))
    return values

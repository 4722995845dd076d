"""What is held of an area at a position, read once, kept in memory for all sessions and never changed.

A ``Standing`` holds the rows that every event gave, each with the event's number, so that any position is seen in what
was read once: ``as_at`` leaves out what came later, ``as_first`` sees each figure as it was first recorded here. A figure
that is confidential now is so at every position. A new event makes a new standing from the former one and its own rows.
"""

from __future__ import annotations

import gc
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import cached_property
from itertools import pairwise
from threading import RLock
from typing import Any, NamedTuple, TypeVar

from ...events import RECORDS, Event, Kind, RecordColumns
from ...judging import Collected, Held
from ...model import (
    Absence,
    Action,
    ActionClosed,
    Area,
    Benchmark,
    ChangeKind,
    Concern,
    Conflict,
    Erased,
    ExceptionReport,
    GivenFigure,
    Indicator,
    Listing,
    LoadedFile,
    Observation,
    Proposal,
    ProposalDecision,
    ReportAction,
    SavedMapping,
    Scenario,
    Setting,
    Target,
    Upload,
    Withdrawn,
    entry_in_force,
)
from ...periods import Quarter
from .store import Reading, Store

_Record = TypeVar("_Record")
Rows = Mapping[type, Sequence[tuple[int, Any]]]
"""Rows of each kind, each with the number of the event that gave it, oldest first."""

Key = tuple[str, str, Quarter]
"""Area, indicator, quarter: what there is one figure of."""
_OF_THE_COUNCIL = (Setting, LoadedFile, Area, Indicator, Benchmark, Upload, Withdrawn, SavedMapping, Erased)
_OF_AN_AREA = (Listing, Target, Conflict, ExceptionReport, ActionClosed, Concern, Scenario, Proposal, ProposalDecision)
_MOST_AREAS = 24
"""How many areas are kept in memory at the most."""
_MOST_VIEWS = 16
"""How many former positions of one area are kept in memory at the most."""


class _Given(NamedTuple):
    """One link of the chain of an indicator and quarter: the event that gave it, and its place in the whole chain."""

    event: int
    place: int
    row: GivenFigure


class Standing:
    """What is held of one area at a position. ``area`` empty: of no area, only what is the whole council's.

    ``loads``: the events that loaded the files of ``data/``; what they gave lies below every upload, whenever it was loaded.
    """

    def __init__(
        self,
        area: str,
        position: int,
        rows: Rows,
        figures: Mapping[str, Sequence[tuple[int, GivenFigure]]],
        loads: frozenset[int],
        last: int | None = None,
        first: bool = False,
        chains: dict[str, Mapping[Quarter, tuple[_Given, ...]]] | None = None,
    ) -> None:
        self.area = area
        self.position = position
        self._rows = rows
        self._figures = figures
        self._loads = loads
        self._last = position if last is None else last
        """The newest position that the rows hold."""
        self.first = first
        """Whether each figure is seen as it was first recorded here."""
        self._series: dict[str, tuple[Observation, ...]] = {}
        self._chains = {} if chains is None else chains

    @property
    def key(self) -> tuple[int, int, bool]:
        """What tells it from another of the same area: the position, the newest one it was seen from, and whether as first recorded."""
        return self.position, self._last, self.first

    def with_area(self, area: str, rows: Rows, figures: Mapping[str, Sequence[tuple[int, GivenFigure]]]) -> Standing:
        """What is the council's, with the rows of one area."""
        return Standing(area, self.position, {**self._rows, **rows}, figures, self._loads)

    # --- other positions ---

    def after(self, event: Event, tables: Sequence[RecordColumns]) -> Standing:
        """The standing once this event has happened as well, from this one and the event's own rows alone."""
        rows, figures, number = dict(self._rows), dict(self._figures), event.number
        for table in tables:
            record = RECORDS[table.name]
            if record is GivenFigure:
                for one in _of_area(table, self.area):
                    figures[one.indicator] = (*figures.get(one.indicator, ()), (number, one))
            else:
                mine = table.records if record in _OF_THE_COUNCIL else _of_area(table, self.area)
                rows[record] = (*rows.get(record, ()), *((number, one) for one in mine))
        loads = self._loads | {number} if event.kind == Kind.LOADED else self._loads
        touched = {code for code in figures if figures[code] is not self._figures.get(code)}
        kept = {} if loads != self._loads else {code: of for code, of in self._chains.items() if code not in touched}
        return Standing(self.area, number, rows, figures, loads, chains=kept)

    def as_at(self, position: int) -> Standing:
        """What was held when ``position`` was the last event."""
        return Standing(self.area, position, self._rows, self._figures, self._loads, self._last, chains=self._chains)

    def as_first(self) -> Standing:
        """Each figure as it was first recorded here."""
        return Standing(
            self.area, self.position, self._rows, self._figures, self._loads, self._last, True, self._chains
        )

    # --- what stands ---

    def _came(self, record: type[_Record]) -> list[tuple[int, _Record]]:
        """What had been given at the position, what was withdrawn since too; the data of ``data/`` first."""
        given = [one for one in self._rows.get(record, ()) if one[0] <= self.position]
        return sorted(given, key=lambda one: 0 if one[0] in self._loads else one[0]) if len(self._loads) > 1 else given

    def _stand(self, record: type[_Record]) -> list[tuple[int, _Record]]:
        """What stands at the position: what was withdrawn by then is passed over."""
        return [one for one in self._came(record) if one[0] not in self.withdrawn]

    @cached_property
    def withdrawn(self) -> Mapping[int, Withdrawn]:
        """What was withdrawn by the position, by the event that had given it."""
        return {one.event: one for number, one in self._rows.get(Withdrawn, ()) if number <= self.position}

    @cached_property
    def settings(self) -> Mapping[str, str]:
        """Settings by name: council, home_area, made_up."""
        return {one.name: one.value for _, one in self._stand(Setting)}

    @cached_property
    def area_names(self) -> Mapping[str, str]:
        """The names of all areas by code."""
        last = {one.code: one.name for _, one in self._stand(Area)}
        return {code: last[code] for code in sorted(last)}

    @cached_property
    def loaded_files(self) -> Mapping[str, str]:
        """SHA-256 of each file of ``data/`` as it was loaded, by name."""
        return {one.name: one.sha256 for _, one in self._stand(LoadedFile)}

    @cached_property
    def entries(self) -> Mapping[str, tuple[Indicator, ...]]:
        """The register: each indicator's entries that stand, in the order of their start; indicators in the register's."""
        return dated(self._stand(Indicator), lambda one: one.code)

    @cached_property
    def loaded_entries(self) -> Mapping[str, tuple[Indicator, ...]]:
        """The entries that the files of ``data/`` gave and that stand, as ``entries`` has them."""
        return dated(((n, one) for n, one in self._stand(Indicator) if n in self._loads), lambda one: one.code)

    def entry(self, code: str, quarter: Quarter | None = None) -> Indicator:
        """The entry of an indicator in force in a quarter; ``None``: the latest."""
        return entry_in_force(self.entries[code], quarter)

    @cached_property
    def register(self) -> Mapping[str, Indicator]:
        """Every indicator of the register by its code, as its latest entry has it, in order, retired ones too."""
        return {code: of[-1] for code, of in self.entries.items()}

    @cached_property
    def listed(self) -> frozenset[str]:
        """The indicators that the area's scorecard lists."""
        return frozenset(one.indicator for _, one in self._stand(Listing))

    def indicators(self, quarter: Quarter | None = None) -> tuple[Indicator, ...]:
        """The indicators that the area's scorecard lists, in the register's order; of a quarter: as they stood then, those in force."""
        mine = (entry_in_force(of, quarter) for code, of in self.entries.items() if code in self.listed)
        return tuple(one for one in mine if quarter is None or one.in_force(quarter))

    @cached_property
    def targets(self) -> Mapping[str, tuple[Target, ...]]:
        """The targets that stand, by indicator, in the order of their start: the latest of each."""
        return dated(self._stand(Target), lambda one: one.indicator)

    @cached_property
    def conflicts(self) -> tuple[Conflict, ...]:
        """The known conflicts, resolved ones too, in the order of the file they came from.

        What is said of a figure that is confidential gives it back, so that only the fact of the conflict stands then.
        """
        return tuple(
            _without_figures(one) if self._is_confidential(one.indicator, one.quarter) else one
            for _, one in self._stand(Conflict)
        )

    def _is_confidential(self, code: str, quarter: Quarter) -> bool:
        return any(one.quarter == quarter and one.absence is Absence.SUPPRESSED for one in self.series(code))

    def benchmarks(self, code: str) -> tuple[Benchmark, ...]:
        """The published comparators of an indicator, by series and year."""
        last = {(one.series, one.year_end): one for _, one in self._stand(Benchmark) if one.indicator == code}
        return tuple(last[key] for key in sorted(last))

    # --- figures ---

    def _whole(self, code: str) -> Mapping[Quarter, tuple[_Given, ...]]:
        """By quarter the whole chain of an indicator, whatever came later or was withdrawn; the data of ``data/`` first."""
        if code not in self._chains:
            rows: Sequence[tuple[int, GivenFigure]] = self._figures.get(code, ())
            if len(self._loads) > 1:
                rows = sorted(rows, key=lambda one: 0 if one[0] in self._loads else one[0])
            found: dict[Quarter, tuple[_Given, ...]] = {}
            for event, row in rows:
                quarter = row.quarter
                if quarter in found:
                    before = found[quarter]
                    found[quarter] = (*before, _Given(event, len(before), row))
                else:
                    found[quarter] = (_Given(event, 0, row),)
            self._chains[code] = {quarter: found[quarter] for quarter in sorted(found, key=_order)}
        return self._chains[code]

    def chains(self, code: str) -> Mapping[Quarter, tuple[_Given, ...]]:
        """By quarter the rows of an indicator that stand at the position, oldest first."""
        return _standing_of(self._whole(code), self.position, self.withdrawn, self.position == self._last)

    def series(self, code: str) -> tuple[Observation, ...]:
        """An indicator's figures, oldest first: of each quarter the one that stands, or the first."""
        if code not in self._series:
            hidden = self.confidential_of(code)
            self._series[code] = tuple(
                chain[0].row
                if (len(chain) == 1 or self.first) and quarter not in hidden
                else _confidential(chain[-1].row)
                if quarter in hidden
                else _latest(chain)
                for quarter, chain in self.chains(code).items()
            )
        return self._series[code]

    def confidential_of(self, code: str) -> frozenset[Quarter]:
        """The quarters whose figure stood at the position and is confidential now: a suppression holds at every position."""
        if self.position == self._last and not self.first:
            return frozenset()
        now = {one.event for _, one in self._rows.get(Withdrawn, ())}
        latest = {
            quarter: chain[-1].row for quarter, chain in _standing_of(self._whole(code), self._last, now, True).items()
        }
        # A figure whose suppression stands in a row that was not yet given is hidden too, whatever stood then.
        return frozenset(
            quarter
            for quarter, chain in self.chains(code).items()
            if (one := latest.get(quarter)) is not None
            and one.absence is Absence.SUPPRESSED
            and (chain[0] if self.first else chain[-1]).row.absence is not Absence.SUPPRESSED
        )

    def confidential_since(self) -> int:
        """How many of the figures that stood at the position are confidential now."""
        return sum(len(self.confidential_of(code)) for code in self._figures if code in self.listed)

    @cached_property
    def _reported(self) -> Mapping[str, Mapping[Quarter, Absence | None]]:
        """By indicator and quarter what stands there: ``None`` a figure, else why there is none."""
        return {code: {one.quarter: one.absence for one in self.series(code)} for code in self._figures}

    def held(self, quarter: Quarter, code: str | None = None) -> tuple[Held, ...]:
        """Everything held of the area's indicators up to ``quarter``.

        ``code`` restricts it to one indicator, which may be retired. Reports and open conflicts are ``quarter``'s.
        """
        conflicts: dict[str, list[Conflict]] = {}
        for one in self.conflicts:
            if one.quarter == quarter and one.resolved_on is None:
                conflicts.setdefault(one.indicator, []).append(one)
        listed = self.indicators(quarter if code is None else None)
        return tuple(
            Held(
                indicator=self.entry(one.code, quarter),
                series=self._up_to(one.code, quarter),
                targets=self.targets.get(one.code, ()),
                conflicts=tuple(conflicts.get(one.code, ())),
                report=self.report(one.code, quarter),
                entries=self.entries[one.code],
                then=self._then(one.code) if self.first else {},
            )
            for one in listed
            if code is None or one.code == code
        )

    def _up_to(self, code: str, quarter: Quarter) -> tuple[Observation, ...]:
        series = self.series(code)
        if not series or series[-1].quarter <= quarter:
            return series
        return tuple(one for one in series if one.quarter <= quarter)

    def _then(self, code: str) -> Mapping[Quarter, tuple[Indicator, tuple[Target, ...]]]:
        """What each figure was judged by when it was first recorded: the register's entry, and the targets."""
        found = {}
        for quarter, chain in self.chains(code).items():
            by = self._by(code, chain[0].event)
            found[quarter] = (entry_in_force(by[0], quarter) if by[0] else self.entry(code, quarter), by[1])
        return found

    def _by(self, code: str, event: int) -> tuple[tuple[Indicator, ...], tuple[Target, ...]]:
        then = self._positions.setdefault(event, self.as_at(event))
        return then.entries.get(code, ()), then.targets.get(code, ())

    @cached_property
    def _positions(self) -> dict[int, Standing]:
        return {}

    @cached_property
    def collected(self) -> tuple[Collected, ...]:
        """For each quarter with anything reported, oldest first: how many of the indicators due have a figure.

        A suppressed figure and one that does not apply are in; one that is not available is not.
        """
        figures: dict[Quarter, int] = {}
        out = (Absence.NOT_AVAILABLE, Absence.NOT_REPORTED)
        for code in self.listed:
            for quarter, absence in self._reported.get(code, {}).items():
                entry = self.entry(code, quarter)
                counted = quarter.number in entry.due and entry.in_force(quarter) and absence not in out
                figures[quarter] = figures.get(quarter, 0) + counted
        return tuple(
            Collected(quarter, figures[quarter], sum(quarter.number in one.due for one in self.indicators(quarter)))
            for quarter in sorted(figures)
        )

    def sources(self) -> tuple[tuple[str, int], ...]:
        """Each source of the area's figures with the number it gave."""
        counts: dict[str, int] = {}
        for code in self._figures:
            for chain in self.chains(code).values():
                for one in chain:
                    counts[one.row.source] = counts.get(one.row.source, 0) + 1
        return tuple(sorted(counts.items()))

    # --- exception reports, actions, concerns ---

    @cached_property
    def _versions(self) -> Mapping[tuple[str, Quarter], tuple[ExceptionReport, ...]]:
        found: dict[tuple[str, Quarter], list[ExceptionReport]] = {}
        for _, one in self._stand(ExceptionReport):
            found.setdefault((one.indicator, one.quarter), []).append(self._with_closings(one))
        return {key: tuple(of) for key, of in found.items()}

    def _with_closings(self, report: ExceptionReport) -> ExceptionReport:
        if not report.actions:
            return report
        done = (self._closings.get((report.indicator, report.quarter, one.number)) for one in report.actions)
        actions = tuple(
            one if how is None else replace(one, closed_on=how.closed_on, closing=how.closing)
            for one, how in zip(report.actions, done, strict=True)
        )
        return replace(report, actions=actions)

    @cached_property
    def _closings(self) -> Mapping[tuple[str, Quarter, int], ActionClosed]:
        return {(one.indicator, one.quarter, one.number): one for _, one in self._stand(ActionClosed)}

    def versions(self, code: str, quarter: Quarter) -> tuple[ExceptionReport, ...]:
        """Every version of one report, oldest first; empty where there is none."""
        return self._versions.get((code, quarter), ())

    def report(self, code: str, quarter: Quarter) -> ExceptionReport | None:
        """The latest version of a report; ``None`` where there is none."""
        return next(reversed(self.versions(code, quarter)), None)

    @cached_property
    def reports(self) -> tuple[ExceptionReport, ...]:
        """The latest version of every report, the oldest quarter first."""
        return tuple(self._versions[key][-1] for key in sorted(self._versions, key=lambda key: (key[1], key[0])))

    def last_report(self, code: str, before: Quarter) -> ExceptionReport | None:
        """The latest version of an indicator's last report before a quarter in which something is written."""
        mine = (one for one in reversed(self.reports) if one.indicator == code and one.quarter < before)
        return next((one for one in mine if not one.blank), None)

    def explained(self) -> frozenset[Key]:
        """(area, indicator, quarter) of every report in which something is explained."""
        return frozenset((self.area, one.indicator, one.quarter) for one in self.reports if not one.blank)

    def open_actions(
        self, before: Quarter, code: str | None = None, due_before: date | None = None
    ) -> tuple[ReportAction, ...]:
        """The actions of earlier quarters' reports that nobody closed, oldest quarter first.

        Where reports of several quarters carry an action in the same words, the last one speaks for all of them: it has
        the due date that holds. ``due_before`` leaves out those that are due later, or on no day.
        """
        last: dict[tuple[str, str], ReportAction] = {}
        for report in self.reports:
            if report.quarter >= before or code not in (None, report.indicator):
                continue
            here = {one.text: one for one in reversed(report.actions) if one.closed_on is None}
            for action in report.actions:
                if here.get(action.text) is action:
                    last.pop((report.indicator, action.text), None)  # so that it stands where its last report does
                    last[report.indicator, action.text] = _action_of(report, action)
        return tuple(
            one
            for one in last.values()
            if due_before is None or (one.action.due is not None and one.action.due < due_before)
        )

    def same_actions(self, code: str, text: str) -> tuple[ReportAction, ...]:
        """The open actions of one indicator's reports, of any quarter, that are in these words."""
        return tuple(
            _action_of(report, action)
            for report in self.reports
            if report.indicator == code
            for action in report.actions
            if action.closed_on is None and action.text == text
        )

    def concerns_of(self, code: str, quarter: Quarter) -> tuple[Concern, ...]:
        """Every mark and every lifting of one indicator in a quarter, oldest first."""
        return tuple(one for _, one in self._stand(Concern) if one.indicator == code and one.quarter == quarter)

    def concerns(self, quarter: Quarter) -> tuple[Concern, ...]:
        """The marks of a quarter that stand."""
        last = {one.indicator: one for _, one in self._stand(Concern) if one.quarter == quarter}
        return tuple(last[code] for code in sorted(last) if not last[code].lifted)

    # --- scenarios and proposals ---

    @cached_property
    def scenarios(self) -> tuple[Scenario, ...]:
        """The saved scenarios, newest first."""
        return tuple(one for _, one in reversed(self._came(Scenario)))

    @cached_property
    def proposals(self) -> tuple[tuple[Proposal, ProposalDecision | None], ...]:
        """The proposals, newest first, each with what was decided; ``None``: it is open."""
        decided = {one.number: one for _, one in self._came(ProposalDecision)}
        return tuple((one, decided.get(one.number)) for _, one in reversed(self._came(Proposal)))

    # --- uploads and mappings ---

    @cached_property
    def uploads(self) -> tuple[Upload, ...]:
        """Every upload, withdrawn ones too, oldest first."""
        found = []
        for number, one in self._came(Upload):
            taken = self.withdrawn.get(number)
            found.append(
                one
                if taken is None
                else replace(one, withdrawn_at=taken.done_at, withdrawn_by=taken.done_by, withdrawn_reason=taken.reason)
            )
        return tuple(found)

    @cached_property
    def upload_of(self) -> Mapping[int, int]:
        """The number of the upload that an event is, by the event's."""
        return {event: one.id for event, one in self._came(Upload)}

    def upload_event(self, number: int) -> int | None:
        """The event that an upload is; ``None`` where there is none of that number."""
        return next((event for event, upload in self.upload_of.items() if upload == number), None)

    def stands(self, sha256: str) -> bool:
        """Whether these very bytes are published."""
        return any(one.sha256 == sha256 and one.withdrawn_at is None for one in self.uploads)

    @cached_property
    def mappings(self) -> Mapping[str, str]:
        """SHA-256 of the saved mappings by name."""
        return {one.name: one.sha256 for _, one in self._stand(SavedMapping)}

    # --- what a file is checked against ---

    def given(self) -> Iterable[tuple[str, Quarter, tuple[tuple[int, GivenFigure], ...]]]:
        """Every chain whole, what was withdrawn too: indicator, quarter, and the rows with their events."""
        for code in self._figures:
            for quarter, chain in self._whole(code).items():
                yield code, quarter, tuple((one.event, one.row) for one in chain)

    def quarters_held(self) -> frozenset[Quarter]:
        """The quarters with a figure, or with a mark that stands for one."""
        out = (Absence.NOT_AVAILABLE, Absence.NOT_REPORTED)
        return frozenset(q for of in self._reported.values() for q, absence in of.items() if absence not in out)

    def provisional(self) -> tuple[Key, ...]:
        """What stands as provisional."""
        return tuple(
            (self.area, code, one.quarter)
            for code in sorted(self._figures)
            for one in self.series(code)
            if one.provisional
        )

    def reported_in(self, quarters: Collection[Quarter]) -> frozenset[Key]:
        """What is reported in these quarters."""
        return frozenset(
            (self.area, code, one.quarter)
            for code in self._figures
            for one in self.series(code)
            if one.quarter in quarters
        )


# --- kept in memory -----------------------------------------------------------------------------------------------


class Standings:
    """The standings of one store, kept in memory for all sessions: a bounded number of areas and positions."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = RLock()
        self._now: OrderedDict[str, Standing] = OrderedDict()
        self._then: OrderedDict[tuple[str, int, bool], Standing] = OrderedDict()

    def happened(self, event: Event, tables: Sequence[RecordColumns]) -> None:
        """An event has happened: what is held in memory goes on from it."""
        with self._lock:
            for area, one in self._now.items():
                self._now[area] = one.after(event, tables)

    def forget(self) -> None:
        """Read everything anew when it is asked for next."""
        with self._lock:
            self._now.clear()
            self._then.clear()

    def now(self, area: str, position: int) -> Standing:
        """What is held of an area at the newest position, which is ``position``."""
        with self._lock:
            found = self._now.get(area)
            if found is None or found.position < position:  # one that is newer was announced a moment ago
                council = self.now("", position) if area else None
                with unlooked(), self._store.read() as reading:
                    found = _read_area(reading, area, council) if council else _read_council(reading, position)
                self._now[area] = found
                while len(self._now) > _MOST_AREAS:
                    self._now.popitem(last=False)
            self._now.move_to_end(area)
            return found

    def at(self, area: str, position: int, newest: int, first: bool = False) -> Standing:
        """What was held of an area at a position, or as it was first recorded, seen from the newest."""
        with self._lock:
            now = self.now(area, newest)
            if position == newest and not first:
                return now
            key = (area, position, first)
            found = self._then.get(key)
            if found is None or found._last != now._last:
                found = now.as_at(position)
                found = found.as_first() if first else found
                self._then[key] = found
                while len(self._then) > _MOST_VIEWS:
                    self._then.popitem(last=False)
            return found


@contextmanager
def unlooked() -> Iterator[None]:
    """While thousands of records are made and none is dropped, looking for garbage among them takes as long as making them."""
    looks = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looks:
            gc.enable()


def _read_council(reading: Reading, position: int) -> Standing:
    """Read what is the whole council's, as all the events up to ``position`` gave it."""
    rows = reading.several({one: ("where given_by <= ?", [position]) for one in _OF_THE_COUNCIL})
    loads = reading.rows("select number from event where kind = ? and number <= ?", [Kind.LOADED, position])
    return Standing("", position, rows, {}, frozenset(number for (number,) in loads))


def _read_area(reading: Reading, area: str, council: Standing) -> Standing:
    """Read what is held of an area, and put it beside what is the council's at the same position."""
    where, values = "where area = ? and given_by <= ?", [area, council.position]
    rows = reading.several(dict.fromkeys(_OF_AN_AREA, (where, values)))
    figures: dict[str, list[tuple[int, GivenFigure]]] = {}
    for number, one in reading.select(GivenFigure, where, values):
        figures.setdefault(one.indicator, []).append((number, one))
    return council.with_area(area, rows, figures)


def _of_area(table: RecordColumns, area: str) -> list[Any]:
    """The records of a table that are an area's."""
    if area not in table.cells["area"]:
        return []
    return [one for one in table.records if one.area == area]


def dated(given: Iterable[tuple[int, Any]], key: Any) -> dict[str, tuple[Any, ...]]:
    """Dated records by their key: of each start the latest, in the order of their start; none comes before all quarters."""
    found: dict[str, dict[Quarter | None, Any]] = {}
    for _, one in given:
        found.setdefault(key(one), {})[one.start] = one
    before = Quarter(1, 1)
    return {code: tuple(of[start] for start in sorted(of, key=lambda at: at or before)) for code, of in found.items()}


def _order(quarter: Quarter) -> int:
    return quarter.year * 4 + quarter.number


def _action_of(report: ExceptionReport, action: Action) -> ReportAction:
    return ReportAction(report.indicator, report.area, report.quarter, action)


# --- a chain ------------------------------------------------------------------------------------------------------


def _standing_of(
    whole: Mapping[Quarter, tuple[_Given, ...]], position: int, withdrawn: Collection[int], newest: bool
) -> Mapping[Quarter, tuple[_Given, ...]]:
    """Of whole chains what had been given at a position and was not withdrawn; ``newest``: it is the last one."""
    if newest and not withdrawn:
        return whole
    found = {}
    for quarter, chain in whole.items():
        kept = tuple(one for one in chain if one.event <= position and one.event not in withdrawn)
        if kept:
            found[quarter] = kept
    return found


def _latest(chain: Sequence[_Given]) -> Observation:
    """The last row of a chain. It is revised where any row of the chain revised a published figure."""
    last = chain[-1].row
    if len(chain) == 1:
        return last
    revised, why, former = _revised(chain)
    if last.absence is Absence.SUPPRESSED:
        # What a suppression hides is shown nowhere but in the officers' history.
        former = None
    return replace(last, revision=revised, revision_reason=why, former=former)


def _revised(chain: Sequence[_Given]) -> tuple[int, str, Any]:
    """How many rows revise the one that stands before them; of the last such, its reason and the figure it revises."""
    count, why, former = 0, "", None
    for before, one in pairwise(chain):
        neighbours = one.place == before.place + 1
        if one.row.kind is ChangeKind.REVISED if neighbours else _otherfigure_of(before.row, one.row):
            count, former = count + 1, figure_of(before.row)
            why = one.row.revision_reason or f"given by {one.row.source}, after what it repeats was withdrawn"
    return count, why, former


def _otherfigure_of(before: GivenFigure, row: GivenFigure) -> bool:
    """Whether a row revises the one before it, from between which a withdrawn one is gone."""
    if figure_of(before) != figure_of(row):
        return before.absence is not Absence.NOT_AVAILABLE
    both_counted = before.denominator is not None and row.denominator is not None
    counts = both_counted and (before.numerator, before.denominator) != (row.numerator, row.denominator)
    return counts or (row.provisional and not before.provisional)


def figure_of(row: Observation) -> Any:
    return row.value if row.absence is None else row.absence


def _confidential(row: GivenFigure) -> Observation:
    return replace(
        row, value=None, absence=Absence.SUPPRESSED, numerator=None, denominator=None, revision_reason="", comment=""
    )


def _without_figures(conflict: Conflict) -> Conflict:
    """A conflict about a figure that is confidential: nothing that gives the figure back."""
    said = "What the papers say of this figure is not shown: the figure is confidential ([c])."
    resolution = "It was resolved." if conflict.resolution else ""
    return replace(conflict, value=None, sentence=said, resolution=resolution)

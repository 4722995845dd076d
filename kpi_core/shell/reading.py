"""What is read of the database: records out, SQL inline, values bound. Each ``Reading`` is of one moment."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby, pairwise
from operator import attrgetter
from typing import NamedTuple

from ..errors import UnknownChoice
from ..model import (
    Absence,
    Basis,
    Benchmark,
    Conflict,
    Indicator,
    Observation,
    Polarity,
    Target,
    Unit,
)
from ..periods import Quarter
from ..scorecard import Collected, Held
from .journal import Key, Written
from .reading_reports import ReportReading
from .reading_scenarios import ScenarioReading
from .rows import decimal, quarter_of


class _Row(NamedTuple):
    """One row of the chain that is held of an indicator, area and quarter."""

    indicator: str
    quarter: date
    revision: int
    value: str | None
    absence: str | None
    provisional: bool
    numerator: int | None
    denominator: int | None
    series_break: str
    not_comparable: str
    revision_reason: str
    note: str
    source: str
    kind: str
    comment: str

    @property
    def figure(self) -> Decimal | Absence | None:
        """The figure, or why there is none."""
        return Absence(self.absence) if self.absence else decimal(self.value)


class Reading(ReportReading, ScenarioReading):
    """What one use case reads."""

    # --- all that was written on the pages ---

    def written_keys(self) -> frozenset[Key]:
        """What names each thing that was written on the pages."""
        return self.report_keys() | self.scenario_keys()

    def written(self) -> tuple[Written, ...]:
        """All that was written on the pages, as it was written."""
        return (*self.reports_written(), *self.scenarios_written())

    # --- what is held ---

    def settings(self) -> dict[str, str]:
        """Settings by name: council, home_area, made_up."""
        return dict(self._rows("select name, value from setting"))

    def area(self, code: str) -> tuple[str, str]:
        """The code and the name of an area. Raises ``UnknownChoice`` where it is not held."""
        rows = self._rows("select name from standing_area a where code = ?", [code])
        if not rows:
            raise UnknownChoice("area", code, tuple(self.areas()))
        return code, str(rows[0][0])

    def areas(self) -> dict[str, str]:
        """Names of the areas by code, those that have a scorecard."""
        return dict(
            self._rows(
                """
                select distinct code, name from standing_area a
                where code in (select area from standing_indicator_area l) order by name
                """
            )
        )

    def fingerprints(self) -> dict[str, str]:
        """SHA-256 of each file the database was made from, by name."""
        return dict(self._rows("select name, sha256 from loaded_file"))

    def loaded_at(self) -> datetime | None:
        """When the newest file was loaded (UTC)."""
        found = self._rows("select max(loaded_at) from loaded_file")[0][0]
        return found if isinstance(found, datetime) else None

    def count(self, table: str) -> int:
        """How many rows one of this module's tables holds."""
        if not re.fullmatch(r"[a-z_]+", table):
            raise ValueError(table)
        return int(self._rows(f"select count(*) from {table}")[0][0])

    def sources(self, area: str) -> tuple[tuple[str, int], ...]:
        """Each source of the area's observations with the number of figures it gave."""
        rows = self._rows(
            "select source, count(*) from standing_observation o where area = ? group by source order by source", [area]
        )
        return tuple((source, count) for source, count in rows)

    def dangling(self) -> tuple[str, ...]:
        """One sentence for each table whose rows name an indicator that the register does not hold."""
        said = []
        for table in (
            "standing_indicator_area",
            "standing_target",
            "standing_observation",
            "benchmark",
            "conflict",
            "report",
            "concern",
            "proposal",
        ):
            rows = self._rows(
                f"select count(*) from {table} t where indicator <> '' and indicator not in (select code from standing_indicator i)"
            )
            if rows[0][0]:
                said.append(
                    f"{rows[0][0]} rows of the table {table.removeprefix('standing_')} name an indicator that the register does not hold."
                )
        return tuple(said)

    def indicators(self, area: str, quarter: Quarter | None = None) -> tuple[Indicator, ...]:
        """The indicators that the area's scorecard lists, in the register's order; of a quarter: those in force then."""
        return tuple(
            one
            for one in self._register(
                "where code in (select indicator from standing_indicator_area l where area = ?)", [area]
            )
            if quarter is None or one.in_force(quarter)
        )

    def register(self) -> dict[str, Indicator]:
        """Every indicator of the register by its code, in order, retired ones too."""
        return {one.code: one for one in self._register()}

    def assigned(self) -> frozenset[tuple[str, str]]:
        """(area, indicator): which area's scorecard lists which indicator."""
        return frozenset(self._rows("select area, indicator from standing_indicator_area l"))

    def _register(
        self, where: str = "", values: Sequence[object] = (), table: str = "standing_indicator"
    ) -> list[Indicator]:
        rows = self._rows(
            f"""
            select code, name, category, unit, decimals, polarity, basis, owner, definition, numerator, denominator,
                   may_pass_100, due, seasonal, seasonal_note, smallest_change, statutory_note, first_quarter, final_quarter,
                   aliases
            from {table} i {where} order by place, code
            """,
            values,
        )
        return [
            Indicator(
                code, name, category, Unit(unit), decimals, Polarity(polarity), Basis(basis), owner, definition,
                numerator, denominator, may_pass_100, tuple(int(q) for q in due), seasonal, seasonal_note,
                decimal(smallest), statutory, first and quarter_of(first), final and quarter_of(final),
                tuple(aliases.split(";")) if aliases else (),
            )
            for (code, name, category, unit, decimals, polarity, basis, owner, definition, numerator, denominator,
                 may_pass_100, due, seasonal, seasonal_note, smallest, statutory, first, final, aliases) in rows
        ]  # fmt: skip

    def held(
        self,
        area: str,
        quarter: Quarter,
        quarters: int | None = None,
        code: str | None = None,
        as_first_published: bool = False,
    ) -> tuple[Held, ...]:
        """Everything held of the area's indicators up to ``quarter``, or of the last ``quarters`` up to it.

        Where those hold no earlier figure, the last known one is added. ``code`` restricts it to one indicator, which
        may be retired. Reports and open conflicts are ``quarter``'s. ``as_first_published``: figures before any revision,
        and targets before any correction of the past.
        """
        series = self._series(area, quarter, quarters, code, as_first_published)
        targets = self._targets([area], code, as_first_published).get(area, {})
        conflicts = _conflicts_by_indicator(self.conflicts(area, quarter))
        reports = {report.indicator: report for report in self.reports(area, quarter)}
        return tuple(
            Held(
                indicator=one,
                series=tuple(series.get(one.code, ((), 0))[0]),
                quarters_held=series.get(one.code, ((), 0))[1],
                targets=tuple(targets.get(one.code, ())),
                conflicts=tuple(c for c in conflicts.get(one.code, ()) if c.resolved_on is None),
                report=reports.get(one.code),
            )
            for one in self.indicators(area, quarter if code is None else None)
            if code is None or one.code == code
        )

    def _series(
        self, area: str, quarter: Quarter, quarters: int | None, code: str | None, first: bool
    ) -> dict[str, tuple[list[Observation], int]]:
        """Each indicator's latest figures up to ``quarter``, oldest first; and in how many quarters there is one."""
        only = "and indicator = ?" if code else ""
        bound = [code] if code else []
        since = None if quarters is None else quarter - (quarters - 1)
        rows = self._observations(
            f"area = ? and quarter <= ? {only} {'and quarter >= ?' if since else ''}",
            [area, quarter.start, *bound, *([since.start] if since else [])],
        )
        held = dict(
            self._rows(
                f"""
                select indicator, count(*) from standing_observation o
                where area = ? and quarter <= ? {only} and value is not null
                  and not exists (
                    select 1 from standing_observation newer
                    where newer.area = ? and newer.revision > 0 and newer.revision > o.revision
                      and newer.indicator = o.indicator and newer.quarter = o.quarter)
                group by indicator
                """,
                [area, quarter.start, *bound, area],
            )
        )
        found = observations_by_indicator(area, rows, first)
        if since is not None:
            known = {
                i for i, series in found.items() if any(o.value is not None for o in series if o.quarter < quarter)
            }
            for indicator, earlier in self._older(area, since, sorted(held.keys() - known), first).items():
                found[indicator] = earlier + found.get(indicator, [])
        return {indicator: (series, held.get(indicator, 0)) for indicator, series in found.items()}

    def _older(
        self, area: str, before: Quarter, indicators: Sequence[str], first: bool
    ) -> dict[str, list[Observation]]:
        """From the last known figure before a quarter on, for each of ``indicators`` that has one.

        What follows it without a figure is kept: a break in series may stand there.
        """
        if not indicators:
            return {}
        rows = self._observations(
            "area = ? and quarter < ? and indicator in (select unnest(?::varchar[]))",
            [area, before.start, list(indicators)],
        )
        found = {}
        for code, series in observations_by_indicator(area, rows, first).items():
            known = [place for place, o in enumerate(series) if o.value is not None]
            if known:
                found[code] = series[known[-1] :]
        return found

    def _observations(self, where: str, values: Sequence[object]) -> list[_Row]:
        rows = self._rows(
            f"""
            select indicator, quarter, revision, value, absence, provisional, numerator, denominator, series_break,
                   not_comparable, revision_reason, note, source, kind, comment
            from standing_observation o where {where} order by indicator, quarter, revision
            """,
            values,
        )
        return list(map(_Row._make, rows))

    def _targets(
        self, areas: Collection[str], code: str | None = None, first: bool = False
    ) -> dict[str, dict[str, list[Target]]]:
        """Targets by area and indicator, in order of their start: the latest entry of each. ``first``: before any correction."""
        where = f"where area in (select unnest(?::varchar[])) {'and indicator = ?' if code else ''} {'and not corrects' if first else ''}"
        found: dict[str, dict[str, dict[Quarter, Target]]] = {}
        for target in self._target_rows("standing_target", where, [list(areas), *([code] if code else [])]):
            found.setdefault(target.area, {}).setdefault(target.indicator, {})[target.start] = target
        return {a: {i: list(of.values()) for i, of in each.items()} for a, each in found.items()}

    def _target_rows(self, table: str, where: str, values: Sequence[object]) -> list[Target]:
        rows = self._rows(
            f"""
            select indicator, area, start, profiled, value, low, high, tolerance, tolerance_kind, intervention_level, basis,
                   origin, decided_by, reason, source, decided_on, corrects, confirmed_through
            from {table} t {where} order by area, indicator, start, revision
            """,
            values,
        )
        return [
            Target(
                indicator, area, quarter_of(start), profiled, decimal(value), decimal(low), decimal(high),
                decimal(tolerance), kind, decimal(level), None if basis is None else Basis(basis), origin, decided_by,
                reason, source, decided_on, corrects, confirmed,
            )
            for (indicator, area, start, profiled, value, low, high, tolerance, kind, level, basis, origin, decided_by,
                 reason, source, decided_on, corrects, confirmed) in rows
        ]  # fmt: skip

    def targets(self, areas: Collection[str]) -> list[Target]:
        """Every target that stands in these areas."""
        return [one for each in self._targets(areas).values() for of in each.values() for one in of]

    def collected(self, area: str) -> tuple[Collected, ...]:
        """For each quarter with anything reported, oldest first: how many of the indicators due have a figure.

        A suppressed figure and one that does not apply are in; one that is not available is not.
        """
        listed = self.indicators(area)
        reported = self._rows(
            """
            select quarter, due, first_quarter, final_quarter,
                   count(distinct case when value is not null or absence in ('c', 'z') then indicator end)
            from standing_observation o join standing_indicator i on i.code = o.indicator
            where area = ? and indicator in (select indicator from standing_indicator_area l where area = ?)
            group by quarter, due, first_quarter, final_quarter order by quarter
            """,
            [area, area],
        )
        figures: dict[Quarter, int] = {}
        for start, quarters, first, final, count in reported:
            quarter = quarter_of(start)
            asked = str(quarter.number) in quarters and (first is None or first <= start)
            counted = asked and (final is None or start <= final)
            figures[quarter] = figures.get(quarter, 0) + (count if counted else 0)
        return tuple(
            Collected(quarter, count, sum(quarter.number in i.due and i.in_force(quarter) for i in listed))
            for quarter, count in figures.items()
        )

    def benchmarks(self, code: str) -> tuple[Benchmark, ...]:
        """The published comparators of an indicator, by series and year."""
        rows = self._rows(
            """
            select indicator, series, year_end, period, value, published_on, source
            from benchmark where indicator = ? order by series, year_end
            """,
            [code],
        )
        return tuple(
            Benchmark(indicator, series, year_end, period, Decimal(value), published_on, source)
            for indicator, series, year_end, period, value, published_on, source in rows
        )

    def conflicts(self, area: str, quarter: Quarter | None = None) -> tuple[Conflict, ...]:
        """The known conflicts of an area, resolved ones too, in the order of the file they came from."""
        rows = self._rows(
            f"""
            select indicator, quarter, subject, value, source, sentence, resolved_on, resolution
            from conflict where area = ? {"and quarter = ?" if quarter else ""} order by id
            """,
            [area, *([quarter.start] if quarter else [])],
        )
        return tuple(
            Conflict(
                indicator, area, quarter_of(start), subject, decimal(value), source, sentence, resolved_on, resolution
            )
            for indicator, start, subject, value, source, sentence, resolved_on, resolution in rows
        )


def _conflicts_by_indicator(conflicts: Iterable[Conflict]) -> dict[str, list[Conflict]]:
    found: dict[str, list[Conflict]] = {}
    for conflict in conflicts:
        found.setdefault(conflict.indicator, []).append(conflict)
    return found


def observations_by_indicator(area: str, rows: Iterable[_Row], first: bool = False) -> dict[str, list[Observation]]:
    """Observations by indicator, oldest first, from rows in the order of quarter and revision: the latest of each, or the first."""
    found: dict[str, list[Observation]] = {}
    for indicator, of_indicator in groupby(rows, attrgetter("indicator")):
        chains = (list(chain) for _, chain in groupby(of_indicator, attrgetter("quarter")))
        found[indicator] = [_latest(area, chain[:1] if first else chain) for chain in chains]
    return found


def _latest(area: str, chain: list[_Row]) -> Observation:
    """The last row of a chain. It is revised where any row of the chain revised a published figure."""
    row = chain[-1]
    revised, why, former = _revised(chain)
    return Observation(
        row.indicator, area, quarter_of(row.quarter), decimal(row.value), Absence(row.absence) if row.absence else None, row.provisional,
        row.numerator, row.denominator, row.series_break, row.not_comparable, revised, why, former, row.note, row.source,
        row.comment,
    )  # fmt: skip


def _revised(chain: list[_Row]) -> tuple[int, str, Decimal | Absence | None]:
    """How many rows revise the one that stands before them; of the last such, its reason and the figure it revises."""
    count, why, former = 0, "", None
    for before, row in pairwise(chain):
        neighbours = row.revision == before.revision + 1
        if row.kind == "revised" if neighbours else _other_figure(before, row):
            count, former = count + 1, before.figure
            why = row.revision_reason or f"given by {row.source}, after what it repeats was withdrawn"
    return count, why, former


def _other_figure(before: _Row, row: _Row) -> bool:
    """Whether a row revises the one before it, from between which a withdrawn one is gone."""
    if before.figure != row.figure:
        return before.figure is not Absence.NOT_AVAILABLE
    both_counted = before.denominator is not None and row.denominator is not None
    counts = both_counted and (before.numerator, before.denominator) != (row.numerator, row.denominator)
    return counts or (row.provisional and not before.provisional)

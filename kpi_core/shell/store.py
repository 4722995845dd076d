"""The database: the only module that imports duckdb. SQL is inline, values are bound, records go in and out.

One process holds the file at a time. Each use case has a cursor of its own
(``Store.read``), which is one transaction: what it reads belongs together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import duckdb

from ..bundle import Bundle
from ..errors import DatabaseHeld, StoreError
from ..model import (
    Absence,
    Basis,
    Benchmark,
    Conflict,
    ExceptionReport,
    Indicator,
    Observation,
    Polarity,
    ReportState,
    Target,
    Unit,
)
from ..periods import Quarter, containing
from ..scorecard import Collected, Held

_MIGRATIONS = Path(__file__).parent / "migrations"
# No file, network or extension is reachable from SQL, and no statement can change that.
_LOCKED = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "lock_configuration": "true",
}


class Store:
    """One open database. ``Store.open`` brings its tables up to date first."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, name: str) -> None:
        self._connection = connection
        self.name = name

    @classmethod
    def open(cls, path: Path | str, now: datetime) -> Store:
        """Open or create the database at ``path`` (``":memory:"`` for one that is not kept).

        Raises ``StoreError`` where the file is not a database, is held by another process or is newer than this program.
        """
        name = Path(path).name
        if Path(path).is_dir():
            raise StoreError(f"{name} is a folder. Name a file for the database.")
        try:
            connection = duckdb.connect(str(path), config=dict(_LOCKED))
        except duckdb.Error as error:
            raise _why_not_open(name, str(error)) from error
        store = cls(connection, name)
        try:
            store._migrate(now)
        except Exception:
            store.close()
            raise
        return store

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def checkpoint(self) -> None:
        """Write everything into the main file, so that no write-ahead log is left beside it."""
        self._connection.execute("checkpoint")

    def _migrate(self, now: datetime) -> None:
        steps = {int(file.name[:4]): file for file in sorted(_MIGRATIONS.glob("[0-9]*.sql"))}
        with self._transaction() as cursor:
            tables = {name for (name,) in cursor.execute("select table_name from information_schema.tables").fetchall()}
            if tables and "migration" not in tables:
                raise _not_ours(self.name)
            cursor.execute(
                "create table if not exists migration (version integer primary key, name varchar, applied_at timestamp)"
            )
            done = {version for (version,) in cursor.execute("select version from migration").fetchall()}
            if newer := done - set(steps):
                raise StoreError(
                    f"{self.name} was made by a newer version of the explorer (step {max(newer)}). Update the explorer to open it."
                )
        for version in sorted(set(steps) - done):
            with self._transaction() as cursor:
                cursor.execute(steps[version].read_text(encoding="utf-8"))
                cursor.execute("insert into migration values (?, ?, ?)", [version, steps[version].name, now])

    @contextmanager
    def _transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        cursor = self._connection.cursor()
        cursor.execute("begin")
        try:
            yield cursor
            cursor.execute("commit")
        except BaseException:
            cursor.execute("rollback")
            raise
        finally:
            cursor.close()

    @contextmanager
    def read(self) -> Iterator[Reading]:
        """One use case's view of the database: everything read in it is of one moment."""
        with self._transaction() as cursor:
            yield Reading(cursor)

    def load(self, bundle: Bundle, fingerprints: Mapping[str, str], now: datetime) -> None:
        """Put a whole bundle into an empty database, in one transaction. ``fingerprints``: SHA-256 by file name."""
        with self._transaction() as cursor:
            _load(cursor, bundle, fingerprints, now)


def _why_not_open(name: str, told: str) -> StoreError:
    if "Could not set lock" in told or "Conflicting lock" in told:
        return DatabaseHeld()
    if "not a valid DuckDB" in told or "unable to read" in told.lower():
        return _not_ours(name)
    first = re.split(r"[\n.]", told)[0]
    return StoreError(
        f"The database {name} cannot be opened ({first}). Move it away and start again to make a new one."
    )


def _not_ours(name: str) -> StoreError:
    return StoreError(f"{name} is not a database of this explorer. Move it away and start again to make a new one.")


# --- reading ------------------------------------------------------------------------------------------------------


class Reading:
    """What one use case reads."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor

    def _rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return self._cursor.execute(sql, list(values)).fetchall()

    def settings(self) -> dict[str, str]:
        """Settings by name: council, home_area, made_up."""
        return dict(self._rows("select name, value from setting"))

    def area_name(self, code: str) -> str | None:
        """The name of an area; ``None`` where it is not held."""
        rows = self._rows("select name from area where code = ?", [code])
        return str(rows[0][0]) if rows else None

    def areas(self) -> dict[str, str]:
        """Names of the areas by code, those that have a scorecard."""
        return dict(
            self._rows(
                "select code, name from area where exists (select 1 from indicator_area a where a.area = area.code) order by name"
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
            "select source, count(*) from observation where area = ? group by source order by source", [area]
        )
        return tuple((source, count) for source, count in rows)

    def dangling(self) -> tuple[str, ...]:
        """One sentence for each table whose rows name an indicator that the register does not hold."""
        said = []
        for table in ("indicator_area", "target", "observation", "benchmark", "conflict", "exception_report"):
            rows = self._rows(
                f"select count(*) from {table} where indicator <> '' and not exists (select 1 from indicator where code = {table}.indicator)"
            )
            if rows[0][0]:
                said.append(
                    f"{rows[0][0]} rows of the table {table} name an indicator that the register does not hold."
                )
        return tuple(said)

    def indicators(self, area: str) -> tuple[Indicator, ...]:
        """The indicators that the area's scorecard lists, in the register's order."""
        rows = self._rows(
            """
            select code, name, category, unit, decimals, polarity, basis, owner, definition, numerator, denominator,
                   may_pass_100, due, seasonal, seasonal_note, smallest_change, statutory_note
            from indicator join indicator_area on indicator_area.indicator = indicator.code
            where indicator_area.area = ? order by place
            """,
            [area],
        )
        return tuple(
            Indicator(
                code, name, category, Unit(unit), decimals, Polarity(polarity), Basis(basis), owner, definition,
                numerator, denominator, may_pass_100, tuple(int(q) for q in due), seasonal, seasonal_note,
                _decimal(smallest), statutory,
            )
            for (code, name, category, unit, decimals, polarity, basis, owner, definition, numerator, denominator,
                 may_pass_100, due, seasonal, seasonal_note, smallest, statutory) in rows
        )  # fmt: skip

    def held(
        self, area: str, quarter: Quarter, quarters: int | None = None, code: str | None = None
    ) -> tuple[Held, ...]:
        """Everything held of the area's indicators up to ``quarter``, or of the last ``quarters`` up to it.

        Where those hold no earlier figure, the last known one is added. ``code`` restricts it to one indicator.
        Reports and open conflicts are ``quarter``'s.
        """
        series = self._series(area, quarter, quarters, code)
        targets = self._targets(area, code)
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
            for one in self.indicators(area)
            if code is None or one.code == code
        )

    def _series(
        self, area: str, quarter: Quarter, quarters: int | None, code: str | None
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
                select indicator, count(*) from observation
                where area = ? and quarter <= ? {only} and value is not null
                  and not exists (
                    select 1 from observation newer
                    where newer.area = ? and newer.revision > 0 and newer.revision > observation.revision
                      and newer.indicator = observation.indicator and newer.quarter = observation.quarter)
                group by indicator
                """,
                [area, quarter.start, *bound, area],
            )
        )
        found = _observations_by_indicator(area, rows)
        if since is not None:
            known = {
                i for i, series in found.items() if any(o.value is not None for o in series if o.quarter < quarter)
            }
            for indicator, earlier in self._older(area, since, sorted(held.keys() - known)).items():
                found[indicator] = earlier + found.get(indicator, [])
        return {indicator: (series, held.get(indicator, 0)) for indicator, series in found.items()}

    def _older(self, area: str, before: Quarter, indicators: Sequence[str]) -> dict[str, list[Observation]]:
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
        for code, series in _observations_by_indicator(area, rows).items():
            known = [place for place, o in enumerate(series) if o.value is not None]
            if known:
                found[code] = series[known[-1] :]
        return found

    def _observations(self, where: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        return self._rows(
            f"""
            select indicator, quarter, revision, value, absence, provisional, numerator, denominator, series_break,
                   not_comparable, revision_reason, note, source
            from observation where {where} order by indicator, quarter, revision
            """,
            values,
        )

    def _targets(self, area: str, code: str | None) -> dict[str, list[Target]]:
        rows = self._rows(
            f"""
            select indicator, start, profiled, value, low, high, tolerance, tolerance_kind, intervention_level, basis,
                   origin, decided_by, reason, source, confirmed_through
            from target where area = ? {"and indicator = ?" if code else ""} order by indicator, start
            """,
            [area, *([code] if code else [])],
        )
        found: dict[str, list[Target]] = {}
        for (indicator, start, profiled, value, low, high, tolerance, kind, level, basis, origin, decided_by, reason,
             source, confirmed) in rows:  # fmt: skip
            target = Target(
                indicator, area, _quarter(start), profiled, _decimal(value), _decimal(low), _decimal(high),
                _decimal(tolerance), kind, _decimal(level), None if basis is None else Basis(basis), origin, decided_by,
                reason, source, confirmed,
            )  # fmt: skip
            found.setdefault(indicator, []).append(target)
        return found

    def collected(self, area: str) -> tuple[Collected, ...]:
        """For each quarter with anything reported, oldest first: how many of the indicators due have a figure.

        A suppressed figure and one that does not apply are in; one that is not available is not.
        """
        due = self._rows(
            "select due, count(*) from indicator join indicator_area on indicator = code where area = ? group by due",
            [area],
        )
        reported = self._rows(
            """
            select quarter, due,
                   count(distinct case when value is not null or absence in ('c', 'z') then indicator end)
            from observation join indicator on code = indicator
            where area = ? and indicator in (select indicator from indicator_area where area = ?)
            group by quarter, due order by quarter
            """,
            [area, area],
        )
        figures: dict[Quarter, int] = {}
        for start, quarters, count in reported:
            quarter = _quarter(start)
            figures[quarter] = figures.get(quarter, 0) + (count if str(quarter.number) in quarters else 0)
        return tuple(
            Collected(quarter, count, sum(n for quarters, n in due if str(quarter.number) in quarters))
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
                indicator, area, _quarter(start), subject, _decimal(value), source, sentence, resolved_on, resolution
            )
            for indicator, start, subject, value, source, sentence, resolved_on, resolution in rows
        )

    def reports(self, area: str, quarter: Quarter) -> tuple[ExceptionReport, ...]:
        """The exception reports of a quarter with all their sections."""
        bodies: dict[str, list[tuple[str, str]]] = {}
        for indicator, heading, body in self._rows(
            "select indicator, heading, body from exception_section where area = ? and quarter = ? order by indicator, place",
            [area, quarter.start],
        ):
            bodies.setdefault(indicator, []).append((heading, body))
        rows = self._rows(
            """
            select indicator, state, reason_line, description, outturn, target, completed_by, approved_by, approved_on, source
            from exception_report where area = ? and quarter = ? order by indicator
            """,
            [area, quarter.start],
        )
        return tuple(
            ExceptionReport(
                indicator, area, quarter, ReportState(state), reason_line, description, _decimal(outturn), _decimal(target),
                tuple(bodies.get(indicator, ())), completed_by, approved_by, approved_on, source,
            )
            for (indicator, state, reason_line, description, outturn, target, completed_by, approved_by, approved_on,
                 source) in rows
        )  # fmt: skip


def _conflicts_by_indicator(conflicts: Iterable[Conflict]) -> dict[str, list[Conflict]]:
    found: dict[str, list[Conflict]] = {}
    for conflict in conflicts:
        found.setdefault(conflict.indicator, []).append(conflict)
    return found


def _observations_by_indicator(area: str, rows: Iterable[tuple[Any, ...]]) -> dict[str, list[Observation]]:
    """Observations by indicator, oldest first, from rows in the order of quarter and revision: the latest revision of each."""
    found: dict[str, list[Observation]] = {}
    for indicator, of_indicator in groupby(rows, itemgetter(0)):
        found[indicator] = [_latest(area, list(revisions)) for _, revisions in groupby(of_indicator, itemgetter(1))]
    return found


def _latest(area: str, revisions: list[tuple[Any, ...]]) -> Observation:
    (indicator, start, revision, value, absence, provisional, part, whole, series_break, not_comparable, why, note,
     source) = revisions[-1]  # fmt: skip
    former = revisions[-2][3] if len(revisions) > 1 else None
    return Observation(
        indicator, area, _quarter(start), _decimal(value), absence and Absence(absence), provisional, part, whole,
        series_break, not_comparable, revision, why, _decimal(former), note, source,
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _quarter(start: date) -> Quarter:
    return containing(start)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


# --- loading ------------------------------------------------------------------------------------------------------


def _load(cursor: duckdb.DuckDBPyConnection, bundle: Bundle, fingerprints: Mapping[str, str], now: datetime) -> None:
    files = {name: place for place, name in enumerate(sorted(fingerprints), 1)}
    settings = {
        "council": bundle.council,
        "home_area": bundle.home_area,
        "made_up": "yes" if bundle.made_up else "no",
    }
    insert(cursor, "setting", settings.items())
    insert(cursor, "loaded_file", ((place, name, fingerprints[name], now) for name, place in files.items()))
    insert(cursor, "area", bundle.areas)
    insert(
        cursor,
        "indicator",
        (
            (i.code, place, i.name, i.category, i.unit, i.decimals, i.polarity, i.basis, i.owner, i.definition,
             i.numerator, i.denominator, i.may_pass_100, "".join(map(str, i.due)), i.seasonal, i.seasonal_note,
             _text(i.smallest_change), i.statutory_note)
            for place, i in enumerate(bundle.indicators)
        ),
    )  # fmt: skip
    insert(cursor, "indicator_area", bundle.assigned)
    insert(
        cursor,
        "target",
        (
            (t.indicator, t.area, t.start.start, t.profiled, _text(t.value), _text(t.low), _text(t.high),
             _text(t.tolerance), t.tolerance_kind, _text(t.intervention_level), t.basis, t.origin, t.decided_by,
             t.reason, t.source, t.confirmed_through)
            for t in bundle.targets
        ),
    )  # fmt: skip
    insert(
        cursor,
        "observation",
        (
            (o.indicator, o.area, o.quarter.start, o.revision, _text(o.value), o.absence, o.provisional, o.numerator,
             o.denominator, o.series_break, o.not_comparable, o.revision_reason, o.note, o.source,
             files.get("observations.csv"))
            for o in bundle.observations
        ),
    )  # fmt: skip
    insert(
        cursor,
        "benchmark",
        (
            (b.indicator, b.series, b.year_end, b.period, _text(b.value), b.published_on, b.source)
            for b in bundle.benchmarks
        ),
    )
    insert(
        cursor,
        "conflict",
        (
            (place, c.indicator, c.area, c.quarter.start, c.subject, _text(c.value), c.source, c.sentence, c.resolved_on,
             c.resolution)
            for place, c in enumerate(bundle.conflicts)
        ),
    )  # fmt: skip
    insert(
        cursor,
        "exception_report",
        (
            (r.indicator, r.area, r.quarter.start, r.state, r.reason_line, r.description, _text(r.outturn),
             _text(r.target), r.completed_by, r.approved_by, r.approved_on, r.source)
            for r in bundle.reports
        ),
    )  # fmt: skip
    insert(
        cursor,
        "exception_section",
        (
            (r.indicator, r.area, r.quarter.start, place, heading, body)
            for r in bundle.reports
            for place, (heading, body) in enumerate(r.sections)
        ),
    )


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def insert(cursor: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Sequence[object]]) -> None:
    """Insert many rows with one list a column: row by row takes a thousand times as long."""
    columns = list(zip(*rows, strict=True))
    if columns:
        types = [
            kind for (kind,) in cursor.execute(
                "select data_type from information_schema.columns where table_name = ? order by ordinal_position", [table]
            ).fetchall()
        ]  # fmt: skip
        cells = ", ".join(f"unnest(?::{kind}[])" for kind in types)
        values = [
            [str(v) if kind == "VARCHAR" and v is not None else v for v in column]
            for kind, column in zip(types, columns, strict=True)
        ]
        cursor.execute(f"insert into {table} select {cells}", values)

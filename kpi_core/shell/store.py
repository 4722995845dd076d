"""The database: the only module that imports duckdb. It is opened, migrated, written to and checkpointed here.

One process holds the file at a time. Each use case has a cursor of its own, which is one transaction: ``Store.read``
for what belongs together, ``Store.write`` for what is done whole or not at all, one writer at a time.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from threading import RLock
from time import monotonic, sleep

import duckdb

from ..bundle import Bundle
from ..errors import DatabaseHeld, NewerDatabase, StoreError, shorten
from ..model import (
    ActionClosed,
    ChangeKind,
    Concern,
    ExceptionReport,
    Indicator,
    Observation,
    Proposal,
    ProposalDecision,
    Scenario,
    Target,
    Upload,
    as_text,
)
from .journal import Written
from .reading_uploads import UploadReading
from .rows import Cursor

_log = logging.getLogger("kpi_explorer")
_MIGRATIONS = Path(__file__).parent / "migrations"
# No file, network or extension is reachable from SQL, and no statement can change that.
_LOCKED = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "lock_configuration": "true",
}
_TABLES = "select table_name from information_schema.tables where table_type = 'BASE TABLE' order by table_name"
# The first column of every table is part of its key.
_KEYS = """
    select table_name, column_name from information_schema.columns join information_schema.tables using (table_name)
    where table_type = 'BASE TABLE' and ordinal_position = 1 order by table_name
"""
BUNDLED = 0
"""The upload that the bundled data counts as."""
_PATIENCE = 20.0
"""For how many seconds a checkpoint waits for readers."""
_SMALL = 20_000
"""Up to how many rows a table's index is always looked through."""


class _Undone(Exception):
    """Raised to roll back."""


class Store:
    """One open database. ``Store.open`` brings its tables up to date first."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
        self._connection = connection
        self._writer = RLock()
        self._path = path
        self.name = path.name
        self.changes = 0
        """How many changes were made since it was opened: what was read at the same count is still so."""
        self.step_before = 0
        """The newest migration it had when it was opened; 0: it is new."""

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
        store = cls(connection, Path(path))
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
        """Write everything into the main file, so that no write-ahead log is left beside it.

        A reader who still sees what was before an update holds a checkpoint up, so it is tried again for a while.
        """
        until = monotonic() + _PATIENCE
        while True:
            try:
                self._connection.execute("checkpoint")
                return
            except duckdb.TransactionException:
                if monotonic() > until:
                    raise
                sleep(0.01)

    def fault(self, thorough: bool = True) -> str:
        """What DuckDB says when every block of every table is read, which checks each; empty: nothing is wrong.

        ``thorough``: the indexes of large tables too, which takes five seconds for a million rows.
        """
        try:
            with self._writer, suppress(_Undone), self._transaction() as cursor:
                for table, key in cursor.execute(_KEYS).fetchall():
                    rows = cursor.execute(f"select count(*), bit_xor(hash(t)) from {table} t").fetchall()[0][0]
                    if thorough or rows <= _SMALL:
                        # Only what writes to the key reads the index, and only for the rows that are written.
                        cursor.execute(f"update {table} set {key} = {key}")
                raise _Undone
        except duckdb.Error as error:
            return str(error).split("\n", 1)[0]
        return ""

    def has_log(self) -> bool:
        """Whether a write-ahead log lies beside the file: then what was last written is not yet in the file itself."""
        return log_of(self._path).exists()

    def _migrate(self, now: datetime) -> None:
        steps = {int(file.name[:4]): file for file in sorted(_MIGRATIONS.glob("[0-9]*.sql"))}
        try:
            done = self._steps_done()
        except duckdb.Error as error:
            raise _why_not_open(self.name, str(error)) from error
        self.step_before = max(done, default=0)
        if newer := done - set(steps):
            raise NewerDatabase(self.name, max(newer))
        for version in sorted(set(steps) - done):
            with self._transaction() as cursor:
                cursor.execute(steps[version].read_text(encoding="utf-8"))
                cursor.execute("insert into migration values (?, ?, ?)", [version, steps[version].name, now])

    def _steps_done(self) -> set[int]:
        """The migrations it has had. A file with no tables at all gets the table that records them."""
        with self._transaction() as cursor:
            tables = {name for (name,) in cursor.execute("select table_name from information_schema.tables").fetchall()}
            if tables and "migration" not in tables:
                raise _not_ours(self.name)
            cursor.execute(
                "create table if not exists migration (version integer primary key, name varchar, applied_at timestamp)"
            )
            return {version for (version,) in cursor.execute("select version from migration").fetchall()}

    @contextmanager
    def _transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        cursor = self._connection.cursor()
        try:
            cursor.execute("begin")
        except duckdb.FatalException as error:
            # DuckDB gives a database up, until it is opened again, once a checkpoint could not be written.
            raise StoreError(
                f"{self.name} could not be written, so it was closed to keep it whole. Make room on the disk and start the "
                "explorer again."
            ) from error
        try:
            yield cursor
            cursor.execute("commit")
        except BaseException:
            with suppress(duckdb.Error):  # a database that can no longer be written rolls back by itself
                cursor.execute("rollback")
            raise
        finally:
            cursor.close()

    @contextmanager
    def read(self) -> Iterator[UploadReading]:
        """One use case's view of the database: everything read in it is of one moment."""
        with self._transaction() as cursor:
            yield UploadReading(cursor)

    @contextmanager
    def write(self) -> Iterator[Writing]:
        """One change, done whole or not at all. Another writer waits until it is done."""
        with self._writer:
            with self._transaction() as cursor:
                yield Writing(cursor)
            self.changes += 1

    def alone(self) -> RLock:
        """Held by who must not be written beside: a publication until it is on disk, a copy until it is whole."""
        return self._writer

    def load(self, bundle: Bundle, fingerprints: Mapping[str, str], now: datetime) -> None:
        """Put a whole bundle into an empty database, in one transaction. ``fingerprints``: SHA-256 by file name."""
        with self.write() as writing:
            writing.bundle(bundle, fingerprints, now)

    def copy_to(self, path: Path, now: datetime) -> None:
        """A whole copy of the database in a new file, row by row: the file itself may not be opened twice in a process."""
        with self._writer:
            other = Store.open(path, now)
            try:
                with self._transaction() as source, other._transaction() as copy:
                    _copy_tables(source, copy)
                other.checkpoint()
            finally:
                other.close()


def log_of(database: Path) -> Path:
    """The write-ahead log that lies beside a database while it is written to."""
    return database.with_name(database.name + ".wal")


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


def cannot_write(nothing: str, error: Exception) -> str:
    """The sentence for what could not be written, from the words that nothing was done. What the error says is logged."""
    _log.error("%s: it could not be written", nothing, exc_info=error)
    said = str(error).splitlines()[0] if str(error) else type(error).__name__
    if "corrupt" in said.casefold():
        return f"{nothing}: the database is damaged ({shorten(said, 80)}). Close the explorer and run: python -m kpi_core rebuild"
    return (
        f"{nothing}: it could not be written ({shorten(said, 80)}). See that there is room on the disk, and try again."
    )


# --- writing ------------------------------------------------------------------------------------------------------


class Writing(UploadReading):
    """One change to the database, and what it reads while it is made."""

    def record(self, upload: Upload) -> None:
        """Record a publication."""
        insert(
            self._cursor,
            "upload",
            [
                (
                    upload.id, upload.kind, upload.published_at, upload.published_by, upload.file_name, upload.sha256,
                    upload.profile, upload.quarters, *upload.counts, upload.reason, upload.revision_kind,
                    upload.withdrawn_at, upload.withdrawn_by, upload.withdrawn_reason,
                )
            ],
        )  # fmt: skip

    def withdraw(self, upload: int, at: datetime, by: str, reason: str) -> None:
        """Mark an upload as taken back: from now on what it gave is passed over."""
        self._cursor.execute(
            "update upload set withdrawn_at = ?, withdrawn_by = ?, withdrawn_reason = ? where id = ?",
            [at, by, reason, upload],
        )
        self._stands = None

    def setting(self, name: str, value: str) -> None:
        """Hold a setting."""
        self._cursor.execute("delete from setting where name = ?", [name])
        self._cursor.execute("insert into setting values (?, ?)", [name, value])

    def audit(self, at: datetime, by: str, what: str, upload: int, said: str) -> None:
        """Add a line to the record of who did what."""
        number = self._rows("select coalesce(max(id), 0) + 1 from audit")[0][0]
        insert(self._cursor, "audit", [(number, at, by, what, upload, said)])

    def figures(self, given: Iterable[tuple[Observation, ChangeKind]], upload: Upload) -> None:
        """Add figures at the end of their chains, each with what it is beside the one that stands."""
        rows = list(given)
        ends = self.chain_ends({o.area for o, _ in rows}, {o.indicator for o, _ in rows})
        insert(
            self._cursor,
            "observation",
            (
                _observation_row(
                    o,
                    ends.get((o.area, o.indicator, o.quarter.start), -1) + 1,
                    upload.reason if kind is ChangeKind.REVISED else "",
                    upload.source,
                    upload.id,
                    kind,
                )
                for o, kind in rows
            ),
        )

    def areas_given(self, areas: Mapping[str, str], upload: int) -> None:
        """Add areas by code."""
        insert(self._cursor, "area", ((code, name, upload) for code, name in areas.items()))

    def indicators_given(self, indicators: Iterable[Indicator], upload: int) -> None:
        """Add entries of the register, each at the end of its chain; a new one stands last in the register."""
        held = dict(self._rows("select code, max(revision) from indicator group by code"))
        places = dict(self._rows("select code, min(place) from indicator group by code"))
        following = max(places.values(), default=-1) + 1
        rows = []
        for i in indicators:
            if i.code not in places:
                places[i.code], following = following, following + 1
            rows.append(
                (
                    i.code, places[i.code], i.name, i.category, i.unit, i.decimals, i.polarity, i.basis, i.owner, i.definition,
                    i.numerator, i.denominator, i.may_pass_100, "".join(map(str, i.due)), i.seasonal, i.seasonal_note,
                    as_text(i.smallest_change), i.statutory_note, i.first_quarter and i.first_quarter.start,
                    i.final_quarter and i.final_quarter.start, held.get(i.code, -1) + 1, upload,
                    ";".join(i.aliases),
                )
            )  # fmt: skip
        insert(self._cursor, "indicator", rows)

    def assigned_given(self, pairs: Iterable[tuple[str, str]], upload: int) -> None:
        """List indicators on the scorecards of areas: (area, indicator)."""
        insert(self._cursor, "indicator_area", ((indicator, area, upload) for area, indicator in pairs))

    def targets_given(self, targets: Iterable[Target], upload: int) -> None:
        """Add targets, each at the end of the chain of its area, indicator and first quarter."""
        held = {
            (area, indicator, start): revision
            for area, indicator, start, revision in self._rows(
                "select area, indicator, start, max(revision) from target group by area, indicator, start"
            )
        }
        insert(
            self._cursor,
            "target",
            (
                (
                    t.indicator, t.area, t.start.start, t.profiled, as_text(t.value), as_text(t.low), as_text(t.high),
                    as_text(t.tolerance), t.tolerance_kind, as_text(t.intervention_level), t.basis, t.origin, t.decided_by,
                    t.decided_on, t.reason, t.source, t.confirmed_through, t.corrects,
                    held.get((t.area, t.indicator, t.start.start), -1) + 1, upload,
                )
                for t in targets
            ),
        )  # fmt: skip

    def bundle(self, bundle: Bundle, fingerprints: Mapping[str, str], now: datetime) -> None:
        """The bundled data, into an empty database."""
        settings = {
            "council": bundle.council,
            "home_area": bundle.home_area,
            "made_up": "yes" if bundle.made_up else "no",
        }
        files = sorted(fingerprints)
        insert(self._cursor, "setting", settings.items())
        insert(self._cursor, "loaded_file", ((n, name, fingerprints[name], now) for n, name in enumerate(files, 1)))
        self.areas_given(dict(bundle.areas), BUNDLED)
        self.indicators_given(bundle.indicators, BUNDLED)
        self.assigned_given(((area, indicator) for indicator, area in bundle.assigned), BUNDLED)
        self.targets_given(bundle.targets, BUNDLED)
        kinds = (ChangeKind.NEW, ChangeKind.REVISED)
        rows = (
            _observation_row(o, o.revision, o.revision_reason, o.source, BUNDLED, kinds[o.revised])
            for o in bundle.observations
        )
        insert(self._cursor, "observation", rows)
        self._papers(bundle)

    def _papers(self, bundle: Bundle) -> None:
        """What the papers say besides figures: comparators, conflicts, exception reports."""
        insert(
            self._cursor,
            "benchmark",
            (
                (b.indicator, b.series, b.year_end, b.period, as_text(b.value), b.published_on, b.source)
                for b in bundle.benchmarks
            ),
        )
        insert(
            self._cursor,
            "conflict",
            (
                (place, c.indicator, c.area, c.quarter.start, c.subject, as_text(c.value), c.source, c.sentence, c.resolved_on,
                 c.resolution)
                for place, c in enumerate(bundle.conflicts)
            ),
        )  # fmt: skip
        self.written_given(bundle.reports)

    def written_given(self, events: Iterable[Written]) -> None:
        """Add what was written on the pages, or bundled: versions of reports, what stands beside them, scenarios, proposals."""
        given = list(events)
        reports = [one for one in given if isinstance(one, ExceptionReport)]
        tables: dict[str, Iterable[Sequence[object]]] = {
            "report": map(_report_row, reports),
            "report_section": (
                (*_of(r), r.version, place, *section) for r in reports for place, section in enumerate(r.sections)
            ),
            "report_action": (
                (*_of(r), r.version, place, *action.undertaken)
                for r in reports
                for place, action in enumerate(r.actions)
            ),
            "action_closed": (
                (*_of(c), c.number, c.closed_on, c.closing, c.done_at, c.done_by, c.done_as)
                for c in given
                if isinstance(c, ActionClosed)
            ),
            "concern": (
                (*_of(c), c.number, c.lifted, c.reason, c.done_at, c.done_by, c.done_as)
                for c in given
                if isinstance(c, Concern)
            ),
            "scenario": (_scenario_row(s) for s in given if isinstance(s, Scenario)),
            "proposal": (_proposal_row(p) for p in given if isinstance(p, Proposal)),
            "proposal_decision": (
                (*_of(d), d.number, d.accepted, d.reason, d.upload, d.done_at, d.done_by, d.done_as)
                for d in given
                if isinstance(d, ProposalDecision)
            ),
        }
        for table, rows in tables.items():
            insert(self._cursor, table, rows)


def _report_row(r: ExceptionReport) -> tuple[object, ...]:
    return (
        *_of(r), r.version, r.state, r.reason_line, r.description, as_text(r.outturn), as_text(r.target), r.completed_by,
        r.approved_by, r.approved_on, r.source, r.unplaced, r.saved_at, r.saved_by, r.saved_as, r.event, r.said,
    )  # fmt: skip


def _scenario_row(s: Scenario) -> tuple[object, ...]:
    changes, figures = (json.dumps(one, ensure_ascii=False) for one in (s.changes, s.figures))
    return s.number, s.area, s.quarter.start, s.name, s.reason, changes, figures, s.done_at, s.done_by, s.done_as


def _proposal_row(p: Proposal) -> tuple[object, ...]:
    return (
        *_of(p), p.number, p.scenario, as_text(p.value), as_text(p.low), as_text(p.high), as_text(p.tolerance), p.tolerance_kind,
        as_text(p.intervention_level), p.decided_by, p.decided_on, p.paper, p.reason, p.done_at, p.done_by, p.done_as,
    )  # fmt: skip


def _of(event: Written) -> tuple[object, ...]:
    return event.indicator, event.area, event.quarter.start


def _observation_row(
    o: Observation, revision: int, reason: str, source: str, upload: int, kind: ChangeKind
) -> tuple[object, ...]:
    return (
        o.indicator, o.area, o.quarter.start, revision, as_text(o.value), o.absence, o.provisional, o.numerator, o.denominator,
        o.series_break, o.not_comparable, reason, o.note, source, upload, kind, o.comment,
    )  # fmt: skip


_ROWS_AT_ONCE = 100_000


def _copy_tables(source: duckdb.DuckDBPyConnection, copy: duckdb.DuckDBPyConnection) -> None:
    """Every row of every table, into a database whose tables are the same and empty (but for its migrations)."""
    tables = source.execute(_TABLES).fetchall()
    copy.execute("delete from migration")
    for (table,) in tables:
        rows = source.execute(f"select * from {table}")
        while some := rows.fetchmany(_ROWS_AT_ONCE):
            insert(copy, table, some)


def insert(cursor: Cursor, table: str, rows: Iterable[Sequence[object]]) -> None:
    """Insert many rows with one list a column: row by row takes a thousand times as long.

    A column that holds one value throughout is given as that value, which is most of the time of a large insert.
    """
    columns = list(zip(*rows, strict=True))
    if columns:
        types = [
            kind for (kind,) in cursor.execute(
                "select data_type from information_schema.columns where table_name = ? order by ordinal_position", [table]
            ).fetchall()
        ]  # fmt: skip
        one_value = [len(set(column)) == 1 for column in columns]
        one_value[0] = False  # one list at least says how many rows there are
        cells = ", ".join(
            f"?::{kind}" if single else f"unnest(?::{kind}[])" for kind, single in zip(types, one_value, strict=True)
        )
        values = [column[0] if single else column for column, single in zip(columns, one_value, strict=True)]
        cursor.execute(f"insert into {table} select {cells}", values)

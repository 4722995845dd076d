"""The database: the only module that imports DuckDB. It is opened, migrated, read, written to and copied here.

One process holds the file at a time. Each use case has a cursor of its own, which is one transaction: ``Store.read``
for what belongs together, ``Store.write`` for what is done whole or not at all, one writer at a time. What a record's
columns are is said at its class (``codec``); no statement here lists them.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from threading import Condition, RLock, local
from time import monotonic, sleep
from typing import Any, TypeVar

import _duckdb as duckdb  # the engine: the package around it takes twice as long to import, and nothing of it is used

from ...codec import Cell, columns, records
from ...errors import DatabaseBroken, DatabaseHeld, FormerDatabase, NewerDatabase, StoreError, shorten
from ...events import RECORDS, TABLE_OF, Event, RecordColumns
from . import disk

_Record = TypeVar("_Record")
_log = logging.getLogger("kpi_explorer")
_MIGRATIONS = Path(__file__).parent / "migrations"
LAST_FORMER = 6
"""The last migration of the databases from before the ledger."""
# No file, network or extension is reachable from SQL, and no statement can change that.
_LOCKED = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "lock_configuration": "true",
}
_TABLES = ("migration", "event", "file", *RECORDS)
_PATIENCE = 20.0
"""For how many seconds a checkpoint waits for readers."""
_EVENT = "number, happened_at, actor, role, kind, body, previous, hash"


class _Undone(Exception):
    """Raised to roll back."""


class Store:
    """One open database. ``Store.open`` brings its tables up to date first."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
        self._connection = connection
        self._writer = RLock()
        self._busy = Condition()
        self._cursors = 0
        self._replacing = False
        self._here = local()
        self.path = path
        self.name = path.name

    @classmethod
    def open(cls, path: Path | str, now: datetime) -> Store:
        """Open or create the database at ``path`` (``":memory:"`` for one that is not kept).

        Raises ``DatabaseBroken`` where the file is surely no database of this explorer or is damaged, ``DatabaseHeld`` where
        another process has it, ``NewerDatabase``, ``FormerDatabase`` where it is of a version before the ledger, and
        ``StoreError`` for whatever else keeps it from being opened.
        """
        store = cls(_connected(Path(path)), Path(path))
        try:
            store._migrate(now)
        except duckdb.Error as error:
            store.close()
            raise _why_not_open(store.path, error) from error
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def replace_by(self, other: Path) -> None:
        """Put another file in the place of this database's, and go on from that. Readers wait, or are waited for.

        For what must leave no trace: a row that is deleted stays in free blocks of the file.
        """
        with self._writer, self._busy:
            # Whoever comes from now on waits: of many readers one would always be at it.
            self._replacing = True
            try:
                self._busy.wait_for(lambda: self._cursors == 0)
                self._connection.close()
                try:
                    log_of(self.path).unlink(missing_ok=True)
                    other.replace(self.path)
                finally:
                    self._connection = _connected(self.path)
            finally:
                self._replacing = False
                self._busy.notify_all()

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
            except duckdb.Error as error:
                raise _why_not_open(self.path, error) from error

    def fault(self) -> str:
        """What DuckDB says is damaged when every block of every table is read, which checks each; empty: nothing is.

        Raises ``StoreError`` where they could not be read for another reason.
        """
        try:
            with self._writer, self._transaction() as cursor:
                cursor.execute(
                    " union all ".join(f"select bit_xor(hash(t)) from {name} t" for name in _TABLES)
                ).fetchall()
        except duckdb.Error as error:
            why = _why_not_open(self.path, error)
            if not isinstance(why, DatabaseBroken):
                raise why from error
            return str(error).split("\n", 1)[0]
        return ""

    def _migrate(self, now: datetime) -> None:
        steps = {int(file.name[:4]): file for file in sorted(_MIGRATIONS.glob("[0-9]*.sql"))}
        done = self._steps_done()
        if newer := [step for step in done if step > max(steps)]:
            raise NewerDatabase(self.name, max(newer))
        if done and max(done) <= LAST_FORMER:
            raise FormerDatabase(self.name)
        for version in sorted(set(steps) - done):
            with self._transaction() as cursor:
                cursor.execute(steps[version].read_text(encoding="utf-8"))
                cursor.execute("insert into migration values (?, ?, ?)", [version, steps[version].name, now])

    def _steps_done(self) -> set[int]:
        """The migrations it has had. A file with no tables at all gets the table that records them."""
        # DuckDB takes 15 ms to list tables for the first time, so that it is asked to only where this one is not there.
        with suppress(duckdb.CatalogException), self.read() as reading:
            return {version for (version,) in reading.rows("select version from migration")}
        with self._transaction() as cursor:
            if cursor.execute("select table_name from information_schema.tables").fetchall():
                raise _not_ours(self.name)
            cursor.execute("create table migration (version integer primary key, name varchar, applied_at timestamp)")
        return set()

    @contextmanager
    def _transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        mine = getattr(self._here, "cursors", 0)
        with self._busy:
            # One who reads already is waited for, so that a second reading within the first may not wait.
            self._busy.wait_for(lambda: mine or not self._replacing)
            cursor = self._connection.cursor()
            self._cursors += 1
        self._here.cursors = mine + 1
        try:
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
            self._here.cursors = mine
            with self._busy:
                self._cursors -= 1
                self._busy.notify_all()

    @contextmanager
    def read(self) -> Iterator[Reading]:
        """One use case's view of the database: everything read in it is of one moment."""
        with self._transaction() as cursor:
            yield Reading(cursor)

    @contextmanager
    def write(self) -> Iterator[Writing]:
        """One change, done whole or not at all. Another writer waits until it is done."""
        with self._writer, self._transaction() as cursor:
            yield Writing(cursor)

    def alone(self) -> RLock:
        """Held by who must not be written beside: an act until it is secured, a copy until it is whole."""
        return self._writer


class Reading:
    """What one use case reads."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """The rows of one statement, its values bound."""
        rows: list[tuple[Any, ...]] = self._cursor.execute(sql, list(values)).fetchall()
        return rows

    def select(
        self, record: type[_Record], where: str = "", values: Sequence[object] = ()
    ) -> list[tuple[int, _Record]]:
        """The records of one kind in the order in which they came, each with the number of the event that gave it."""
        numbers, table = self.table(record, where, values)
        return list(zip(numbers, records(record, table.cells, table.count), strict=True))

    def table(
        self, record: type, where: str = "", values: Sequence[object] = ()
    ) -> tuple[Sequence[int], RecordColumns]:
        """The same as cells, column by column, with the events' numbers."""
        name, of = TABLE_OF[record], columns(record)
        names = ", ".join(f"t.{column.name}" for column in of)
        rows = self.rows(f"select given_by, {names} from {name} t {where} order by given_by, place", values)
        numbers, *found = zip(*rows, strict=True) if rows else ((), *([()] * len(of)))
        cells = {
            column.name: [None if cell is None else json.loads(cell) for cell in held] if column.composite else held
            for column, held in zip(of, found, strict=True)
        }
        return numbers, RecordColumns(name, len(rows), cells)

    def several(self, wanted: Mapping[type, tuple[str, Sequence[object]]]) -> dict[type, list[tuple[int, Any]]]:
        """``select`` of several kinds of records in one statement: each costs more than the rows it fetches.

        ``wanted``: of each kind the condition, and the values bound in it.
        """
        parts: list[str] = []
        values: list[object] = []
        of_name = {TABLE_OF[record]: record for record in wanted}
        for record, (where, bound) in wanted.items():
            cells = ", ".join(f"cast(t.{column.name} as varchar)" for column in columns(record))
            name = TABLE_OF[record]
            parts.append(f"select '{name}' as what, given_by, place, array[{cells}] from {name} t {where}")
            values += bound
        rows: dict[str, list[tuple[int, list[str | None]]]] = {name: [] for name in of_name}
        for what, given_by, _, cells_ in self.rows(f"{' union all '.join(parts)} order by 1, 2, 3", values):
            rows[what].append((given_by, cells_))
        return {record: _from_text(record, rows[name]) for name, record in of_name.items()}

    def events(self, since: int = 0, number: int | None = None) -> list[Event]:
        """The events after ``since``, or the one of a number."""
        where, value = ("number > ?", since) if number is None else ("number = ?", number)
        rows = self.rows(f"select {_EVENT} from event where {where} order by number", [value])
        return [Event(no, _moment(at), *rest) for no, at, *rest in rows]

    def last_event(self) -> tuple[int, str]:
        """The number and the hash of the last event; 0 and empty where there is none."""
        rows = self.rows("select number, hash from event order by number desc limit 1")
        return (rows[0][0], rows[0][1]) if rows else (0, "")

    def file(self, sha256: str) -> bytes | None:
        """The bytes of a file; ``None`` where it is not there."""
        rows = self.rows("select bytes from file where sha256 = ?", [sha256])
        return bytes(rows[0][0]) if rows else None

    def file_names(self) -> frozenset[str]:
        """The SHA-256 of every file."""
        return frozenset(name for (name,) in self.rows("select sha256 from file"))

    def count(self, table: str, where: str = "") -> int:
        """How many rows a table holds."""
        return int(self.rows(f"select count(*) from {table} {where}")[0][0])


class Writing(Reading):
    """One change to the database, and what it reads while it is made."""

    def add_event(self, event: Event) -> None:
        """Add an event at the end of the chain."""
        cells = (event.number, event.happened_at.isoformat(), event.actor, event.role, event.kind, event.body, event.previous, event.hash)  # fmt: skip
        self._cursor.execute(f"insert into event ({_EVENT}) values (?, ?, ?, ?, ?, ?, ?, ?)", list(cells))

    def add_files(self, files: Mapping[str, bytes]) -> None:
        """Keep files by their SHA-256; one that is there stays as it is."""
        there = self.file_names() if files else ()
        for name, content in files.items():
            if name not in there:
                self._cursor.execute("insert into file (sha256, bytes) values (?, ?)", [name, content])

    def drop_files(self, names: Iterable[str]) -> None:
        """Let go of files."""
        for name in names:
            self._cursor.execute("delete from file where sha256 = ?", [name])

    def add_rows(self, number: int, tables: Iterable[RecordColumns]) -> None:
        """Add what an event gave to the tables, with one list a column: row by row it takes a thousand times as long."""
        for table in tables:
            self._add_table(number, table)

    def _add_table(self, number: int, table: RecordColumns) -> None:
        if not table.count:
            return
        values: list[object]
        names, cells, values = (
            ["given_by", "place"],
            ["?::bigint", "unnest(range(?::bigint))"],
            [number, table.count],
        )
        for column in columns(RECORDS[table.name]):
            held: Sequence[Cell] = table.cells[column.name]
            if column.composite:
                held = [None if cell is None else json.dumps(cell, ensure_ascii=False) for cell in held]
            # A column that holds one value throughout is given as that value, which is most of the time of a large insert.
            single = all(cell == held[0] for cell in held)
            names.append(column.name)
            cells.append(f"?::{column.sql}" if single else f"unnest(?::{column.sql}[])")
            values.append(held[0] if single else list(held))
        self._cursor.execute(f"insert into {table.name} ({', '.join(names)}) select {', '.join(cells)}", values)

    def drop_rows(self, number: int | None = None) -> None:
        """Take out of the tables what an event gave, or all of it: it is worked out again from the events."""
        for name in RECORDS:
            where, values = ("", []) if number is None else ("where given_by = ?", [number])
            self._cursor.execute(f"delete from {name} {where}", values)


def _moment(text: str) -> datetime:
    """A time as it is written; another one where somebody changed it to what is none, which then breaks the chain."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return datetime.min


def _from_text(record: type, rows: Sequence[tuple[int, Sequence[str | None]]]) -> list[tuple[int, Any]]:
    """Records from cells that came as text, with the number of the event that gave each."""
    if not rows:
        return []
    found = {}
    for column, held in zip(columns(record), zip(*(cells for _, cells in rows), strict=True), strict=True):
        read: Callable[[str], Cell] | None = json.loads if column.composite else _FROM_TEXT.get(column.sql)
        found[column.name] = held if read is None else [None if cell is None else read(cell) for cell in held]
    return list(zip((number for number, _ in rows), records(record, found, len(rows)), strict=True))


_FROM_TEXT: Mapping[str, Callable[[str], Cell]] = {"bigint": int, "boolean": "true".__eq__}


def _connected(path: Path) -> duckdb.DuckDBPyConnection:
    if path.is_dir():
        raise StoreError(f"{path.name} is a folder. Name a file for the database.")
    try:
        return duckdb.connect(str(path), config=dict(_LOCKED))
    except duckdb.Error as error:
        raise _why_not_open(path, error) from error


@contextmanager
def open_former(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database of a version before the ledger, brought to the last of its own steps. Give a copy: it is written to."""
    connection = _connected(path)
    try:
        done = connection.execute("select version from migration").fetchall()
        for file in sorted((_MIGRATIONS / "former").glob("[0-9]*.sql")):
            if (int(file.name[:4]),) not in done:
                connection.execute(file.read_text(encoding="utf-8"))
        yield connection
    except duckdb.Error as error:
        raise _why_not_open(path, error) from error
    finally:
        connection.close()


def log_of(database: Path) -> Path:
    """The write-ahead log that lies beside a database while it is written to."""
    return database.with_name(database.name + ".wal")


# What is said of a file that another program has, where the system gives DuckDB no number for it but words in its own language.
_HELD = (
    "set lock on file",
    "conflicting lock",
    "already open in",
    "used by another",
    "cannot access the file",
    "locked a portion of the file",
    "von einem anderen prozess",
    "kann nicht auf die datei zugreifen",
    "einen teil der datei gesperrt",
    "par un autre processus",
    "ne peut pas accéder au fichier",
    "verrouillé une partie du fichier",
)
_DAMAGED = ("corrupt", "could not read enough bytes", "not a valid duckdb database file")


def _why_not_open(path: Path, error: duckdb.Error) -> StoreError:
    """Why a database cannot be read, held to be broken only where that is sure: whatever else it is may pass."""
    told = re.sub(r'"[^"]*"', "", str(error))  # a folder may be called anything
    small = told.casefold()
    if any(words in small for words in _HELD):
        return DatabaseHeld()
    if why := disk.reason_in(told, path):
        return why
    try:
        if not _begins_as_ours(path):
            return _not_ours(path.name)
    except OSError as unreadable:
        return disk.reason(unreadable)
    if any(words in small for words in _DAMAGED) or _log_does_not_fit(small, error):
        return DatabaseBroken(
            f"The database {path.name} is damaged. Put back a backup, or move it away to start a new one."
        )
    return _cannot_open(path.name, error)


def _log_does_not_fit(small: str, error: duckdb.Error) -> bool:
    """Whether the write-ahead log is that of another database: its changes cannot be made in this one."""
    from_outside = isinstance(error, duckdb.IOException | duckdb.OutOfMemoryException)
    return "replaying wal" in small and not from_outside


def _begins_as_ours(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(12)[8:] == b"DUCK"


def _cannot_open(name: str, error: Exception) -> StoreError:
    first = shorten(str(error).splitlines()[0], 120)
    return StoreError(
        f"The database {name} cannot be opened ({first}), and is left as it is. Start the machine and the explorer again; if it happens "
        "again, ask whoever looks after the explorer."
    )


def _not_ours(name: str) -> DatabaseBroken:
    return DatabaseBroken(f"{name} is not a database of this explorer. Move it away and start again to make a new one.")


def cannot_write(nothing: str, error: Exception) -> str:
    """The sentence for what could not be written, from the words that nothing was done. What the error says is logged."""
    _log.error("%s: it could not be written", nothing, exc_info=error)
    if isinstance(error, OSError) and error.errno in disk.REFUSALS:
        return f"{nothing}: {disk.reason(error)}"
    said = re.sub(r' "[^"]*"', "", str(error).splitlines()[0]) if str(error) else type(error).__name__
    if "corrupt" in said.casefold():
        return f"{nothing}: the database is damaged ({shorten(said, 80)}). Close the explorer and run: python -m kpi_core rebuild"
    return (
        f"{nothing}: it could not be written ({shorten(said, 80)}). See that there is room on the disk, and try again."
    )

"""The ledger: what was done, as a chain of events in the database and once more in the folder beside it.

An act is decided and written in one transaction with what it makes of the tables; then its files and its line are put on
the disk; then it is announced, and readers see it. Opening compares the two copies: what one lacks at its end is given to
it, and whatever else differs is said, and nothing is written until it is mended.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ...access import Actor
from ...errors import KpiError, LedgerBroken, NotSaved, shorten
from ...events import (
    BEGINNING,
    RECORDS,
    Event,
    Kind,
    RecordColumns,
    broken_link,
    files_named,
    sha256,
    tables_in,
    tables_of,
    written,
)
from ...model import Erased
from ...periods import day_in_words
from . import disk
from .mirror import Mirror, MirrorLines
from .standing import Standings
from .store import Reading, Store, Writing, cannot_write, log_of

STEPS = ("written", "committed", "secured")
"""The steps of an act, in order. After the last it is announced."""

THE_EXPLORER = Actor("The explorer", "Administrator")
"""Who loads the figures that come with the product."""

_SHORT = 12
"""How many characters of a head are enough to know it by."""
_log = logging.getLogger("kpi_explorer")


@dataclass(frozen=True, slots=True)
class Made:
    """What an act makes: records, and the bytes of what came in by what they are. No records: there is nothing to do."""

    records: tuple[object, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    kind: Kind | None = None
    """Where it is known only once it is decided."""
    anything: bool = False
    """Whether it was done although it makes no record."""


class Ledger:
    """The chain of one open database. ``refusal``: why nothing may be written; empty: it may."""

    def __init__(
        self,
        store: Store,
        mirror: Mirror | None,
        clock: Callable[[], datetime],
        at: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.store = store
        self.mirror = mirror
        self.standings = Standings(store)
        self.refusal = ""
        self.mended: tuple[str, ...] = ()
        self._clock = clock
        self._at = at
        self._behind: list[tuple[Event, Mapping[str, bytes], Sequence[RecordColumns]]] = []
        with store.read() as reading:
            self.position, self.head = reading.last_event()

    # --- acts ---

    def act(
        self,
        actor: Actor,
        kind: Kind,
        decide: Callable[[], Made],
        nothing: str = "Nothing was saved",
        refused: type[KpiError] = NotSaved,
        at: datetime | None = None,
    ) -> Event | None:
        """Do one thing, whole or not at all; it is announced once it is in both copies. ``None``: there was nothing to do.

        ``decide`` runs while nobody else writes, and raises ``KpiError`` to refuse. ``nothing`` begins the sentence for what
        cannot be written, which is raised as ``refused``.
        """
        with self.store.alone():
            self.ready(nothing, refused)
            made = decide()
            if not made.records and not made.anything:
                return None
            tables = tables_of(made.records)
            body, files = written(tables, made.files)
            self._refuse_erased(files, nothing, refused)
            event = Event(
                self.position + 1, at or self._clock(), actor.name, actor.role, made.kind or kind, body, self.head or BEGINNING, ""
            ).sealed  # fmt: skip
            try:
                with self.store.write() as writing:
                    add(writing, event, files, tables)
                    self._at(STEPS[0])
            except KpiError:
                raise
            except Exception as error:
                raise refused(cannot_write(nothing, error)) from error
            disk.private(log_of(self.store.path))
            self._behind.append((event, files, tables))
            try:
                self._at(STEPS[1])
                self._catch_up()
                self._at(STEPS[2])
            except Exception as error:
                _log.exception("Event %s was written but could not be secured", event.number)
                raise refused(
                    f"It was written, but could not be secured on the disk ({shorten(str(error), 80)}). Make room on the disk and "
                    "try again: until it is secured nobody sees it, and nothing else is done."
                ) from error
        _log.info("Event %s: %s", event.number, event.kind)
        return event

    def ready(self, nothing: str = "Nothing was saved", refused: type[KpiError] = NotSaved) -> None:
        """See that something may be written; what was written and could not be secured is secured first."""
        if self.refusal:
            raise refused(f"{nothing}: {self.refusal}")
        try:
            self._catch_up()
        except OSError as error:
            raise refused(cannot_write(nothing, error)) from error

    def _refuse_erased(self, files: Iterable[str], nothing: str, refused: type[KpiError]) -> None:
        """Refuse the very words, or the very file, that were erased: under their hash they would stand again where they stood."""
        with self.store.read() as reading:
            erased = {name: number for number, name in reading.rows("select given_by, sha256 from erased")}
        if again := [name for name in files if name in erased]:
            raise refused(
                f"{nothing}: these very words, or this very file, were erased in record {erased[again[0]]}. Change what must not be kept."
            )

    @property
    def insecure(self) -> str:
        """What must be said where something was written and could not be secured; empty: nothing."""
        if not self._behind:
            return ""
        return "What was done last could not be secured on the disk, and is not shown yet. Make room on the disk and do anything again."

    def _catch_up(self) -> None:
        while self._behind:
            event, files, tables = self._behind[0]
            if self.mirror is not None:
                self.mirror.append(event, files)
            del self._behind[0]
            self._announce(event, tables)

    def _announce(self, event: Event, tables: Sequence[RecordColumns]) -> None:
        self.standings.happened(event, tables)
        self.position, self.head = event.number, event.hash

    # --- reading it ---

    def events(self, since: int = 0) -> list[Event]:
        """The events after ``since``, as far as they are announced."""
        with self.store.read() as reading:
            return [one for one in reading.events(since) if one.number <= self.position]

    def tables(self, event: Event, only: Iterable[str] | None = None) -> list[RecordColumns]:
        """The records that an event holds."""
        with self.store.read() as reading:
            return tables_in(event.body, reading.file, only)

    def file(self, name: str) -> bytes | None:
        """The bytes of a kept file by its SHA-256; ``None`` where it is not there."""
        with self.store.read() as reading:
            return reading.file(name)

    # --- erasing ---

    def erase(self, number: int, reason: str, actor: Actor, second: str) -> Event:
        """Erase the words of an event, and the file that came in with it, from both copies. The chain stays whole.

        Other events that say the very same words say them no more either. Raises ``NotSaved`` where there are none.
        """
        with self.store.alone():
            self.ready("Nothing was erased")
            with self.store.read() as reading:
                found = reading.events(number=number)
                if not found:
                    raise NotSaved(f"Nothing was erased: there is no record {number}. The last is {self.position}.")
                there = reading.file_names()
                if found[0].kind == Kind.LOADED and number not in self.standings.now("", self.position).withdrawn:
                    raise NotSaved(
                        f"Nothing was erased: the words of record {number} are those of data/. Correct them there and load it anew, then "
                        "erase the record."
                    )
                gone = {
                    name: what
                    for name, what in files_named(found[0].body).items()
                    if what in ("words", "upload") and name in there
                }
                if not gone:
                    raise NotSaved(f"Nothing was erased: record {number} holds no words and no file.")
                touched = [one for one in reading.events() if gone.keys() & files_named(one.body).keys()]
            marks = tuple(
                Erased(name, one.number, second, reason)
                for one in touched
                for name in gone
                if name in files_named(one.body)
            )
            try:
                if self.mirror is not None:
                    self.mirror.mark_to_purge(True)
            except OSError as error:
                raise NotSaved(cannot_write("Nothing was erased", error)) from error
            event = self.act(actor, Kind.ERASED, lambda: Made(marks), "Nothing was erased")
            assert event is not None
            try:
                self.drop_erased()
            except Exception as error:
                raise NotSaved(
                    cannot_write(f"It is recorded as record {event.number}, but the words are not gone yet", error)
                ) from error
        return event

    def drop_erased(self) -> None:
        """Let go of the files that were erased, of the words in the tables, and of every trace in the database's own file."""
        with self.store.alone():
            with self.store.write() as writing:
                marks = [one for _, one in writing.select(Erased)]
                gone = {one.sha256 for one in marks}
                touched = {one.event for one in marks}
                if gone & writing.file_names():
                    if self.mirror is not None:
                        self.mirror.mark_to_purge(True)  # an old copy that was put back holds them too
                    writing.drop_files(gone)
                    for number in touched:
                        (event,) = writing.events(number=number)
                        writing.drop_rows(number)
                        writing.add_rows(number, tables_in(event.body, writing.file))
            if self.mirror is not None:
                self.mirror.drop_files(gone)
                if self.mirror.to_purge:
                    part = self.store.path.with_name(f"{self.store.name}.purge.part")
                    for left in (part, log_of(part)):
                        left.unlink(missing_ok=True)
                    copy_of(self.store, part, self._clock())
                    disk.private(part)
                    self.store.replace_by(part)
                    self.mirror.mark_to_purge(False)
            self.standings.forget()

    # --- opening ---

    def compare(self) -> None:
        """Hold the two copies against each other: mend the end of the shorter, and say what else is not as it should be.

        Afterwards ``refusal`` says whether anything may be written, and ``mended`` what was mended.
        """
        with self.store.alone():
            with self.store.read() as reading:
                held = reading.events()
            told = None if self.mirror is None else self.mirror.read()
            self.refusal = broken(held, told, self.store.name, "" if self.mirror is None else self.mirror.name)
            if self.refusal or self.mirror is None or told is None:
                return
            try:
                self._mend(held, told)
            except KpiError as error:
                self.refusal = str(error)
            except Exception as error:
                self.refusal = cannot_write("The two copies of the record could not be completed", error)
            # Told now: an act that is in the database alone would keep everybody waiting until it is in both.
            self.refusal = self.refusal or self.mirror.refusal
        for one in self.mended:
            _log.warning("%s", one)

    def _mend(self, held: Sequence[Event], told: MirrorLines) -> None:
        assert self.mirror is not None
        said = []
        if not self.mirror.there:
            said.append(self._write_again(held))
        else:
            if told.torn:
                self.mirror.drop_torn()
                said.append(
                    f"{self.mirror.name} ended in the middle of a line, which was never announced and is dropped."
                )
            said += self._complete(held, told.events)
        with self.store.read() as reading:
            self.position, self.head = reading.last_event()
        said += self._complete_files()
        self.mended = tuple(said)

    def _write_again(self, held: Sequence[Event]) -> str:
        assert self.mirror is not None
        with self.store.read() as reading:
            names = {name for event in held for name in files_named(event.body)}
            self.mirror.mark_unconfirmed()
            self.mirror.write_again(
                held, {name: content for name in names if (content := reading.file(name)) is not None}
            )
        return (
            f"The second copy of the record of changes, {self.mirror.folder.name}, was not there and was written again from the "
            "database."
        )

    def _complete(self, held: Sequence[Event], told: Sequence[Event]) -> list[str]:
        """Give each copy the events that only the other has; one is the beginning of the other."""
        assert self.mirror is not None
        if len(told) < len(held):
            with self.store.read() as reading:
                for event in held[len(told) :]:
                    names = files_named(event.body)
                    self.mirror.append(
                        event, {name: content for name in names if (content := reading.file(name)) is not None}
                    )
            return [
                f"{_those(held[len(told) :])} stood in the database alone and {_was(held[len(told) :])} added to {self.mirror.name}."
            ]
        if len(held) < len(told):
            with self.store.write() as writing:
                # Where somebody deleted the events alone, what they gave still stands in the tables.
                left = any(writing.count(name, f"where given_by > {len(held)}") for name in RECORDS)
                for event in told[len(held) :]:
                    if left:
                        writing.drop_rows(event.number)
                    replay(writing, event, self.mirror.file)
            return [
                f"{_those(told[len(held) :])} the database lacked, and {_was(told[len(held) :])} added to it from {self.mirror.name}."
            ]
        return []

    def _complete_files(self) -> list[str]:
        """Give each copy the files that only the other has; those that were erased are let go of."""
        assert self.mirror is not None
        with self.store.read() as reading:
            erased = {one.sha256 for _, one in reading.select(Erased)}
            held, told = reading.file_names(), self.mirror.file_names()
        if self.mirror.to_purge or erased & (held | told):
            self.drop_erased()
            held, told = held - erased, told - erased
        said = []
        if lacking := held - told:
            with self.store.read() as reading:
                self.mirror.put_files({name: reading.file(name) or b"" for name in lacking})
            said.append(
                f"{_files(lacking)} of {self.mirror.folder.name} {_were(lacking)} not there and {_were(lacking)} written again from the database."
            )
        if lacking := told - held:
            found = {name: self.mirror.file(name) or b"" for name in lacking}
            with self.store.read() as reading:
                named = {name for event in reading.events() for name in files_named(event.body)}
            mine = {name: content for name, content in found.items() if name in named and sha256(content) == name}
            if mine:
                with self.store.write() as writing:
                    writing.add_files(mine)
                said.append(
                    f"{_files(mine)} that the database lacked {_were(mine)} added to it from {self.mirror.folder.name}."
                )
        return said

    # --- checking it ---

    def problems(self, head: str = "") -> list[str]:
        """Everything that is not as it was written, in both copies, in their files, and in what the tables hold."""
        with self.store.alone(), self.store.read() as reading:
            held = reading.events()
            told = None if self.mirror is None else self.mirror.read()
            said = []
            if why := broken(held, told, self.store.name, "" if self.mirror is None else self.mirror.name):
                said.append(why)
            elif told is not None and len(told.events) != len(held):
                said.append(
                    "The two copies of the record of changes are not of one length. Start the explorer again, which completes the shorter."
                )
            if head and not any(one.hash.startswith(head) and len(head) >= _SHORT for one in held):
                said.append(
                    "The record of changes does not hold the head that was given, so it is not the one that head was noted of: it was "
                    "rewritten, or cut off, since."
                )
            if broken_link(held) >= 0:
                return said
            erased = {one.sha256 for _, one in reading.select(Erased)}
            named = {name for event in held for name in files_named(event.body)} - erased
            said += _file_problems(named, reading.file_names(), reading.file, f"the database {self.store.name}")
            if self.mirror is not None:
                said += _file_problems(named, self.mirror.file_names(), self.mirror.file, self.mirror.folder.name)
            if not said:
                said += _table_problems(reading, held)
        return said


# --- what both copies have in common ------------------------------------------------------------------------------


def add(writing: Writing, event: Event, files: Mapping[str, bytes], tables: Sequence[RecordColumns]) -> None:
    """Write an event with its files, and what it makes of the tables."""
    writing.add_event(event)
    writing.add_files(files)
    writing.add_rows(event.number, tables)


def replay(writing: Writing, event: Event, fetch: Callable[[str], bytes | None]) -> None:
    """Write an event that is told elsewhere, with the files that are there. Raises ``LedgerBroken`` where its records are not."""
    files = {name: content for name in files_named(event.body) if (content := fetch(name)) is not None}
    if spoilt := [name for name, content in files.items() if sha256(content) != name]:
        raise LedgerBroken(
            f"The file {spoilt[0][:12]}… of record {event.number} is not as it was written. Put it back from a backup."
        )
    try:
        tables = tables_in(event.body, files.get)
    except KeyError as error:
        raise LedgerBroken(
            f"The file {str(error.args[0])[:12]}… with the figures of record {event.number} is not there. Put it back from a backup."
        ) from error
    add(writing, event, files, tables)


def copy_of(store: Store, path: Path, now: datetime) -> None:
    """A new database at ``path`` from the events and the files of this one alone."""
    other = Store.open(path, now)
    try:
        with store.read() as reading, other.write() as writing:
            for event in reading.events():
                replay(writing, event, reading.file)
        other.checkpoint()
    finally:
        other.close()


def broken(held: Sequence[Event], told: MirrorLines | None, database: str, mirror: str) -> str:
    """Why nothing may be written, from both chains: a link that is broken, or two that differ. Empty: it may.

    ``told`` is empty where the second copy is not there at all, and ``None`` where there is none by nature.
    """
    at = broken_link(held)
    if at >= 0:
        sound = told is not None and not told.broken and len(told.events) >= held[-1].number
        then = (
            f"{mirror} is whole: close the explorer and run python -m kpi_core rebuild, which makes the database again from it."
            if sound
            else "Put the database and its folder back from a backup."
        )
        return f"Record {held[at].number} in {database} ({_told(held[at])}) is not as it was written. {then}"
    if told is None:
        return ""
    if told.broken:
        told_of = f" ({_told(held[told.broken - 1])})" if told.broken <= len(held) else ""
        then = (
            f"The database is whole: move {mirror.split('/', maxsplit=1)[0]} away and start the explorer again, which writes it anew from the database."
            if len(held) >= told.broken
            else "Put it back from a backup."
        )
        return f"Line {told.broken} of {mirror}{told_of} is not as it was written. {then}"
    for one, other in zip(held, told.events, strict=False):
        if one.hash != other.hash:
            return (
                f"Record {one.number} is not the same in {database} ({_told(one)}) and in {mirror} ({_told(other)}): they are of two "
                "different histories. Put back from one backup the two that belong together."
            )
    return ""


def _told(event: Event) -> str:
    return f"{event.kind} on {day_in_words(event.happened_at)}"


def _those(events: Sequence[Event]) -> str:
    if len(events) == 1:
        return f"Record {events[0].number} ({_told(events[0])})"
    return f"Records {events[0].number} to {events[-1].number}"


def _was(events: Sequence[Event]) -> str:
    return "was" if len(events) == 1 else "were"


def _were(names: Iterable[str]) -> str:
    return "was" if len(list(names)) == 1 else "were"


def _files(names: Iterable[str]) -> str:
    count = len(list(names))
    return "One file" if count == 1 else f"{count} files"


def _file_problems(
    named: Iterable[str], there: frozenset[str], fetch: Callable[[str], bytes | None], where: str
) -> list[str]:
    said = []
    for name in sorted(named):
        if name not in there:
            said.append(f"The file {name[:12]}… is not in {where}. Put it back from a backup.")
        elif sha256(fetch(name) or b"") != name:
            said.append(f"The file {name[:12]}… in {where} is not as it was written. Put it back from a backup.")
    return said


def _table_problems(reading: Reading, held: Sequence[Event]) -> list[str]:
    """Work the tables out again from the events, and compare every row."""
    said = []
    counts = dict.fromkeys(RECORDS, 0)
    for event in held:
        expected = {table.name: table for table in tables_in(event.body, reading.file)}
        for name, table in expected.items():
            counts[name] += table.count
            _, found = reading.table(RECORDS[name], "where given_by = ?", [event.number])
            if found.count != table.count or any(
                list(found.cells[column]) != list(table.cells[column]) for column in table.cells
            ):
                said.append(
                    f"What the table {name} holds of record {event.number} ({_told(event)}) is not what was recorded. Close the explorer "
                    "and run: python -m kpi_core rebuild"
                )
    for name, count in counts.items():
        if (rows := reading.count(name)) != count and not any(f"table {name} " in one for one in said):
            said.append(
                f"The table {name} has {rows:,} rows, and {count:,} were recorded. Close the explorer and run: python -m kpi_core rebuild"
            )
    return said

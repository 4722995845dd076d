"""A database that cannot be opened: what is only busy or refused is said and left alone; what is surely broken is made again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from kpi_core.errors import DatabaseBroken, DatabaseHeld, KpiError, StoreError
from kpi_core.shell.home import DATA
from kpi_core.shell.storage import make_database, open_database, rebuild, store
from kpi_core.shell.storage.store import Store

from ..conftest import NOW, fixed_clock
from .processes import HELD, lying_in

WINDOWS = 'IO Error: Cannot open file "{path}": '
IN_USE = {
    "Linux": 'IO Error: Could not set lock on file "{path}": Conflicting lock is held in /usr/bin/python3 (PID 7).',
    "Windows": f"{WINDOWS}The process cannot access the file because it is being used by another process.",
    "Windows, part of the file": f"{WINDOWS}The process cannot access the file because another process has locked a portion of the file.",
    "another program": f"{WINDOWS}The file is used by another program.",
    "Windows, whatever its language": f"{WINDOWS}?\n\nFile is already open in \nC:\\Python311\\python.exe (PID 7)",
    "German": f"{WINDOWS}Der Prozess kann nicht auf die Datei zugreifen, da sie von einem anderen Prozess verwendet wird.",
    "German, part of the file": f"{WINDOWS}Zugriff verweigert, da ein anderer Prozess einen Teil der Datei gesperrt hat.",
    "French": f"{WINDOWS}Le processus ne peut pas accéder au fichier car ce fichier est utilisé par un autre processus.",
    "French, part of the file": f"{WINDOWS}Un autre processus en a verrouillé une partie du fichier.",
}
NOT_KNOWN = {
    "a fault of DuckDB": duckdb.InternalException("INTERNAL Error: Attempted to dereference unique_ptr that is NULL!"),
    "no memory": duckdb.OutOfMemoryException("Out of Memory Error: could not allocate block of size 256.0 KiB"),
    "no memory for the log": duckdb.OutOfMemoryException('Failure while replaying WAL file "{path}.wal": Out of Memory Error'),
    "the log cannot be read": duckdb.IOException('IO Error: Failure while replaying WAL file "{path}.wal": Some device error'),
    "words of no meaning": duckdb.IOException('IO Error: Cannot open file "{path}": xyzzy'),
    "a name with corrupt in it": duckdb.IOException('IO Error: Cannot open file "/corrupt file/kpi.duckdb": xyzzy'),
    "written by a newer DuckDB": duckdb.IOException(
        'IO Error: Trying to read a database file with version number 99, but we can only read versions between 64 and 70.'
    ),
}  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A whole database, with its second copy."""
    made = tmp_path / "kpi.duckdb"
    make_database(made, DATA, fixed_clock)
    return made


def refusing(monkeypatch: pytest.MonkeyPatch, path: Path, error: Exception) -> None:
    """Let DuckDB refuse to open ``path`` alone; parts are made as ever."""
    connect = duckdb.connect

    def refuse(database: str, *given: Any, **more: Any) -> duckdb.DuckDBPyConnection:
        if database == str(path):
            raise type(error)(str(error).replace("{path}", database))
        return connect(database, *given, **more)

    monkeypatch.setattr(store.duckdb, "connect", refuse)


def opened(path: Path) -> str:
    ledger, said = open_database(path, DATA, fixed_clock)
    ledger.store.close()
    return said


@pytest.mark.parametrize("act", [opened, rebuild], ids=["opening", "rebuild"])
@pytest.mark.parametrize("words", IN_USE.values(), ids=IN_USE.keys())
def test_a_file_that_another_program_has_is_said_to_be_in_use_and_is_left_where_it_is(
    words: str, act: Callable[[Path], object], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = lying_in(path.parent)
    refusing(monkeypatch, path, duckdb.IOException(words))
    with pytest.raises(DatabaseHeld) as refused:
        act(path)
    assert str(refused.value) == HELD
    assert lying_in(path.parent) == before


@pytest.mark.parametrize("number", [32, 33])
def test_windows_number_tells_that_another_program_has_the_file_whatever_the_words(
    number: int, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = lying_in(path.parent)
    refusing(monkeypatch, path, duckdb.IOException('IO Error: Cannot open file "{path}": ?'))
    read = Path.open

    def refuse(self: Path, *given: Any, **more: Any) -> Any:
        if self == path:
            error = PermissionError(13, "?", str(self))
            error.winerror = number  # type: ignore[attr-defined,unused-ignore]
            raise error
        return read(self, *given, **more)

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DatabaseHeld):
        opened(path)
    monkeypatch.undo()
    assert lying_in(path.parent) == before


@pytest.mark.parametrize("act", [opened, rebuild], ids=["opening", "rebuild"])
@pytest.mark.parametrize("error", NOT_KNOWN.values(), ids=NOT_KNOWN.keys())
def test_what_is_not_surely_broken_is_said_and_nothing_is_moved(
    error: Exception, act: Callable[[Path], object], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = lying_in(path.parent)
    refusing(monkeypatch, path, error)
    with pytest.raises(StoreError, match=r"cannot be opened .* is left as it is") as refused:
        act(path)
    assert not isinstance(refused.value, DatabaseBroken)
    assert "\n" not in str(refused.value)
    monkeypatch.undo()
    assert lying_in(path.parent) == before
    assert opened(path) == ""


def test_a_block_that_cannot_be_read_for_want_of_memory_is_no_damage(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = lying_in(path.parent)

    def refuse(_: Store) -> str:
        raise store._why_not_open(path, duckdb.OutOfMemoryException("Out of Memory Error: failed to pin block"))

    monkeypatch.setattr(Store, "fault", refuse)
    with pytest.raises(StoreError, match="cannot be opened"):
        opened(path)
    assert lying_in(path.parent) == before


BROKEN = {
    "empty": lambda _: b"",
    "text": lambda _: b"This is not a database.\n" * 500,
    "a SQLite file": lambda _: b"SQLite format 3\0" + bytes(8192),
    "cut short": lambda content: content[: len(content) // 2],
    "cut within its head": lambda content: content[:100],
    "one byte of its head flipped": lambda content: content[:16] + bytes([content[16] ^ 0xFF]) + content[17:],
}


@pytest.mark.parametrize("spoil", BROKEN.values(), ids=BROKEN.keys())
def test_what_is_surely_no_whole_database_is_set_aside_and_made_again(
    spoil: Callable[[bytes], bytes], path: Path
) -> None:
    spoilt = spoil(path.read_bytes())
    path.write_bytes(spoilt)
    assert "It was made again from kpi.duckdb.ledger: record 1." in opened(path)
    (aside,) = path.parent.glob("kpi.duckdb.*.set-aside")
    assert aside.read_bytes() == spoilt


def test_each_opening_that_is_refused_lets_go_of_the_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Store, "_migrate", lambda *_: (_ for _ in ()).throw(duckdb.IOException("IO Error: xyzzy")))
    with pytest.raises(KpiError):
        Store.open(path, NOW)
    monkeypatch.undo()
    assert opened(path) == ""

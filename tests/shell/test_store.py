"""The database: locked down, brought up to date once, never half written, and read by many at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from kpi_core.errors import NotSaved, StoreError
from kpi_core.events import RECORDS, Event, Kind, RecordColumns
from kpi_core.intake import read_data_folder
from kpi_core.model import Absence, Benchmark, Conflict, ExceptionReport, GivenFigure, Indicator, Observation, Target
from kpi_core.shell.home import DATA
from kpi_core.shell.services import Services
from kpi_core.shell.storage import Ledger, data_files, make_database
from kpi_core.shell.storage.ledger import THE_EXPLORER
from kpi_core.shell.storage.loading import loading
from kpi_core.shell.storage.standing import Standings
from kpi_core.shell.storage.store import Store, Writing

from ..conftest import NOW, figure, fixed_clock, plain, small_bundle
from .processes import HELD, held_by_another_process

TABLES = ("event", "file", *RECORDS)


@contextmanager
def opened(path: Path | str = ":memory:", at: datetime = NOW) -> Iterator[Store]:
    store = Store.open(path, at)
    try:
        yield store
    finally:
        store.close()


def sql(store: Store, statement: str) -> list[tuple[object, ...]]:
    """A statement on the store's own connection, as code that got hold of it could run one."""
    return store._connection.cursor().execute(statement).fetchall()


def loaded(files: Mapping[str, bytes], store: Store) -> Event:
    """The files of a bundle as the next event."""
    event = Ledger(store, None, fixed_clock).act(THE_EXPLORER, Kind.LOADED, lambda: loading(files))
    assert event is not None
    return event


def series(store: Store, code: str = "A1") -> tuple[Observation, ...]:
    return Standings(store).now("X", 1).series(code)


# --- locked down --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "select * from read_text('{folder}/secret.csv')",
        "select * from read_csv('{folder}/secret.csv')",
        "select * from '{folder}/secret.csv'",
        "select * from glob('{folder}/*')",
        "copy (select 1) to '{folder}/out.csv'",
        "attach '{folder}/other.duckdb' as other",
        "export database '{folder}/all'",
        "set threads = 1",
        "set memory_limit = '1GB'",
    ],
)
def test_no_statement_reaches_a_file_or_changes_a_setting(statement: str, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    statement = statement.format(folder=tmp_path)
    with opened() as store, pytest.raises(duckdb.Error):
        sql(store, statement)
    assert [path.name for path in tmp_path.iterdir()] == ["secret.csv"]
    duckdb.connect().execute(statement)  # an unlocked database runs it: it is the lock that refuses


def test_the_lock_cannot_be_taken_off() -> None:
    with opened() as store:
        for statement in ("set enable_external_access = true", "set lock_configuration = false", "reset threads"):
            with pytest.raises(duckdb.Error):
                sql(store, statement)


def test_values_are_bound_and_never_part_of_a_statement() -> None:
    hostile = "A1' or '1'='1'; drop table benchmark; --"
    with opened() as store:
        loaded(small_bundle(), store)
        with store.read() as reading:
            assert reading.select(Indicator, "where code = ?", [hostile]) == []
            assert Standings(store).now(hostile, 1).listed == frozenset()
            assert reading.file(hostile) is None
            assert reading.count("benchmark") == 0


# --- opening ------------------------------------------------------------------------------------------------------


def test_each_migration_is_applied_once_and_recorded_with_its_time(tmp_path: Path) -> None:
    for day in (0, 1):
        with opened(tmp_path / "kpi.duckdb", NOW + timedelta(days=day)) as store:
            assert sql(store, "select version, applied_at from migration where version = 7") == [(7, NOW)]


def test_a_migration_that_fails_leaves_neither_its_tables_nor_its_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = tmp_path / "migrations"
    steps.mkdir()
    (steps / "0007_one.sql").write_text("create table one (a integer);", encoding="utf-8")
    (steps / "0008_two.sql").write_text("create table two (a integer); select no_such_thing;", encoding="utf-8")
    monkeypatch.setattr("kpi_core.shell.storage.store._MIGRATIONS", steps)
    path = tmp_path / "kpi.duckdb"
    with pytest.raises(StoreError, match="cannot be opened") as refused:
        Store.open(path, NOW)
    assert isinstance(refused.value.__cause__, duckdb.Error)
    (steps / "0008_two.sql").unlink()
    with opened(path) as store:
        assert sql(store, "select version from migration") == [(7,)]
        assert ("two",) not in sql(store, "select table_name from information_schema.tables")


def test_a_database_of_a_newer_explorer_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "kpi.duckdb"
    opened_once = Store.open(path, NOW)
    opened_once.close()
    with duckdb.connect(str(path)) as newer:
        newer.execute("insert into migration values (9999, '9999_later.sql', now()::timestamp)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"^kpi\.duckdb was made by a newer version of the explorer \(step 9999\)"):
        Store.open(path, NOW)
    assert path.read_bytes() == before


@pytest.mark.parametrize("folder", ["figures", "Matlock"])
@pytest.mark.parametrize(
    "content",
    [b"", b"indicator,value\nFD01,83.5\n", b"SQLite format 3\0" + bytes(4080), bytes(8192), b"PK\x03\x04" * 2000],
    ids=["empty", "text", "another program's", "noughts", "zip"],
)
def test_a_file_that_is_not_a_database_is_refused_in_a_sentence_and_left_as_it_was(
    content: bytes, folder: str, tmp_path: Path
) -> None:
    path = tmp_path / folder / "kpi.duckdb"
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(StoreError) as refused:
        Store.open(path, NOW)
    told = str(refused.value)
    assert told.isprintable()
    assert "kpi.duckdb" in told
    assert told != HELD
    assert path.read_bytes() == content
    assert [file.name for file in path.parent.iterdir()] == ["kpi.duckdb"]


def test_the_database_of_another_program_is_refused_and_gets_no_tables(tmp_path: Path) -> None:
    path = tmp_path / "rota.duckdb"
    with duckdb.connect(str(path)) as other:
        other.execute("create table rota (day date)")
    with pytest.raises(StoreError, match="is not a database of this explorer"):
        Store.open(path, NOW)
    with duckdb.connect(str(path)) as other:
        assert other.execute("select table_name from information_schema.tables").fetchall() == [("rota",)]


def test_a_damaged_database_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "kpi.duckdb"
    make_database(path, DATA, fixed_clock)
    content = bytearray(path.read_bytes())
    for place in range(8, 12_288, 64):
        content[place] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(StoreError) as refused:
        Store.open(path, NOW)
    assert str(refused.value).isprintable()
    assert str(refused.value) != HELD


def test_a_database_held_by_another_process_is_refused_with_the_designs_sentence(tmp_path: Path) -> None:
    path = tmp_path / "kpi.duckdb"
    make_database(path, DATA, fixed_clock)
    with held_by_another_process(path), pytest.raises(StoreError) as refused:
        Store.open(path, NOW)
    assert str(refused.value) == HELD
    with opened(path) as store, store.read() as reading:
        assert reading.count("indicator") == 15


# --- what is written is what is read ------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["15", "15.0", "15.00", "0", "0.0", "83.5", "0.04", "100", "99.999999"])
def test_a_figure_comes_back_with_the_decimals_it_was_published_with(text: str) -> None:
    with opened() as store:
        loaded(small_bundle(observations=[figure("A1", "Q2 2022-23", text)]), store)
        assert [str(one.value) for one in series(store)] == [text]


def test_every_record_of_the_real_bundle_comes_back_as_it_went_in() -> None:
    files = data_files(DATA)
    bundle = read_data_folder(files)
    with opened() as store:
        loaded(files, store)
        with store.read() as reading:
            held = {record: tuple(one for _, one in reading.select(record)) for record in RECORDS.values()}
    assert held[Indicator] == bundle.indicators
    assert tuple(map(plain, held[GivenFigure])) == bundle.observations
    assert (held[Target], held[Conflict], held[ExceptionReport], held[Benchmark]) == (
        bundle.targets, bundle.conflicts, bundle.reports, bundle.benchmarks)  # fmt: skip


def test_the_latest_revision_is_current_and_keeps_the_figure_it_revises() -> None:
    rows = [
        figure("A1", "Q1 2022-23", "70"),
        figure("A1", "Q2 2022-23", "80.0"),
        figure("A1", "Q2 2022-23", "81", revision_reason="counted again"),
        figure("A1", "Q2 2022-23", "81.5", revision_reason="late returns"),
    ]
    with opened() as store:
        loaded(small_bundle(observations=rows), store)
        first, current = series(store)
        assert (str(current.value), str(current.former), current.revision) == ("81.5", "81", 2)
        assert current.revision_reason == "late returns"
        assert (first.former, first.revised) == (None, False)
        assert sql(store, "select value from figure order by place") == [("70",), ("80.0",), ("81",), ("81.5",)]


def test_an_absence_comes_back_as_the_absence_it_was() -> None:
    rows = [figure("A1", f"Q{n} 2022-23", mark) for n, mark in ((1, "c"), (2, "z"), (3, "x"), (4, "0"))]
    with opened() as store:
        loaded(small_bundle(observations=rows), store)
        assert [one.absence for one in series(store)] == [
            Absence.SUPPRESSED, Absence.NOT_APPLICABLE, Absence.NOT_AVAILABLE, None]  # fmt: skip


def test_a_load_that_fails_leaves_nothing_behind_and_another_may_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    files = small_bundle(observations=[figure("A1", "Q2 2022-23", "80")])
    add_table = Writing._add_table

    def fails_at_figures(self: Writing, number: int, table: RecordColumns) -> None:
        if table.name == "figure":
            raise duckdb.IOException("Could not write file")
        add_table(self, number, table)

    with opened() as store:
        with monkeypatch.context() as broken:
            broken.setattr(Writing, "_add_table", fails_at_figures)
            with pytest.raises(NotSaved, match=r"it could not be written \(Could not write"):
                loaded(files, store)
        assert all(sql(store, f"select * from {table}") == [] for table in TABLES)
        assert loaded(files, store).number == 1
        assert [str(one.value) for one in series(store)] == ["80"]


def test_what_one_reader_sees_is_of_one_moment() -> None:
    with opened() as store, store.read() as reading:
        assert reading.count("indicator") == 0
        loaded(small_bundle(), store)
        assert (reading.count("indicator"), reading.last_event()) == (0, (0, ""))
        with store.read() as later:
            assert later.count("indicator") == 1


def test_many_threads_read_at_once_and_all_read_the_same(services: Services) -> None:
    expected = services.scorecard("Q2 2022-23")
    with ThreadPoolExecutor(8) as threads:
        cards = list(threads.map(lambda _: services.scorecard("Q2 2022-23"), range(64)))
    assert all(card == expected for card in cards)


def test_a_checkpoint_leaves_no_log_beside_the_database(tmp_path: Path) -> None:
    path = tmp_path / "kpi.duckdb"
    with opened(path) as store:
        loaded(small_bundle(), store)
        store.checkpoint()
        log = path.with_name("kpi.duckdb.wal")
        assert not log.exists() or log.stat().st_size == 0

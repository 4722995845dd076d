"""Making the database from ``data/``, telling that ``data/`` has changed since, and making it again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from kpi_core.bundle import read
from kpi_core.errors import BundleError, KpiError, StoreError
from kpi_core.shell.database import DATA, data_files, make_database, rebuild
from kpi_core.shell.services import Services
from kpi_core.shell.store import Store

from ..conftest import NOW, figure, fixed_clock, small_bundle, write_files
from .test_store import HELD, held_by_another_process

# --- making the database ------------------------------------------------------------------------------------------


def changed(folder: Path) -> None:
    file = folder / "targets.csv"
    file.write_bytes(file.read_bytes().replace(b",88,", b",89,"))


def added(folder: Path) -> None:
    (folder / "exceptions" / "FD01-2022-23-Q2.md").write_text("---\n", encoding="utf-8")


def removed(folder: Path) -> None:
    (folder / "exceptions" / "FD02-2022-23-Q2.md").unlink()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (changed, "data/targets.csv has changed since the figures were loaded."),
        (added, "data/exceptions/FD01-2022-23-Q2.md is new since the figures were loaded."),
        (removed, "data/exceptions/FD02-2022-23-Q2.md is gone since the figures were loaded."),
    ],
)
def test_a_file_changed_added_or_removed_since_is_told_with_what_to_run(
    change: Callable[[Path], None], told: str, tmp_path: Path
) -> None:
    folder = write_files(tmp_path / "data", data_files(DATA))
    services = Services.open(tmp_path / "kpi.duckdb", folder, fixed_clock)
    try:
        assert services.data_changes() == ()
        change(folder)
        (sentence,) = services.data_changes()
        assert sentence.startswith(told)
        assert sentence.endswith("python -m kpi_core rebuild")
        assert services.verify().problems == (sentence,)
    finally:
        services.close()


def broken_copy(folder: Path) -> Path:
    write_files(folder, data_files(DATA))
    file = folder / "observations.csv"
    file.write_bytes(file.read_bytes().replace(b",98,final", b",104,final", 1))
    return folder


def test_a_broken_row_makes_no_database_and_says_where_it_is(tmp_path: Path) -> None:
    folder = broken_copy(tmp_path / "data")
    with pytest.raises(BundleError, match=r"data/observations\.csv, row 4, column value: 104 is outside 0 to 100"):
        Services.open(tmp_path / "made" / "kpi.duckdb", folder, fixed_clock)
    assert [path.name for path in tmp_path.rglob("*.duckdb*")] == []


def test_a_database_that_is_there_is_opened_and_not_made_again(tmp_path: Path) -> None:
    path = tmp_path / "kpi.duckdb"
    Services.open(path, DATA, fixed_clock).close()
    again = Services.open(path, tmp_path / "nothing here", lambda: datetime(2023, 1, 1))
    assert again.about().loaded_at == NOW
    again.close()


def test_making_a_database_never_replaces_one_that_is_there(tmp_path: Path) -> None:
    path = tmp_path / "kpi.duckdb"
    make_database(path, DATA, fixed_clock)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="is there already"):
        make_database(path, small_bundle(), fixed_clock)
    assert path.read_bytes() == before


# --- making it again ----------------------------------------------------------------------------------------------


def test_rebuilding_sets_the_former_database_aside_whole(tmp_path: Path) -> None:
    path = tmp_path / "kpi.duckdb"
    make_database(path, small_bundle(), fixed_clock)
    former = path.read_bytes()
    aside = rebuild(path, DATA, fixed_clock).aside
    assert aside is not None
    assert aside.parent == tmp_path
    assert aside.read_bytes() == former
    services = Services.open(path, DATA, fixed_clock)
    assert len(services.scorecard().rows) == 15
    services.close()


def test_rebuilding_twice_in_one_second_keeps_both_former_databases(tmp_path: Path) -> None:
    path = tmp_path / "kpi.duckdb"
    make_database(path, DATA, fixed_clock)
    asides = [rebuild(path, DATA, fixed_clock).aside, rebuild(path, DATA, fixed_clock).aside]
    assert len(set(asides)) == 2
    assert all(aside is not None and aside.exists() for aside in asides)


def test_rebuilding_without_a_database_makes_one(tmp_path: Path) -> None:
    path = tmp_path / "kpi.duckdb"
    assert rebuild(path, DATA, fixed_clock).aside is None
    assert path.exists()


def test_a_file_that_is_no_database_is_set_aside_too(tmp_path: Path) -> None:
    path = tmp_path / "kpi.duckdb"
    path.write_text("not a database", encoding="utf-8")
    aside = rebuild(path, DATA, fixed_clock).aside
    assert aside is not None
    assert aside.read_text(encoding="utf-8") == "not a database"


def test_rebuilding_from_a_broken_file_leaves_the_former_database_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "kpi.duckdb"
    make_database(path, DATA, fixed_clock)
    before = path.read_bytes()
    with pytest.raises(BundleError):
        rebuild(path, broken_copy(tmp_path / "data"), fixed_clock)
    assert path.read_bytes() == before
    assert sorted(file.name for file in tmp_path.glob("kpi*")) == ["kpi.duckdb", "kpi.duckdb.uploads"]


def test_rebuilding_from_files_that_the_database_refuses_leaves_the_former_one_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "kpi.duckdb"
    make_database(path, DATA, fixed_clock)
    before = path.read_bytes()
    folder = write_files(tmp_path / "data", data_files(DATA))
    benchmarks = (folder / "benchmarks.csv").read_bytes()
    (folder / "benchmarks.csv").write_bytes(benchmarks + benchmarks.splitlines(keepends=True)[1])
    with pytest.raises(KpiError):
        rebuild(path, folder, fixed_clock)
    assert path.read_bytes() == before


def test_rebuilding_a_held_database_leaves_it_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "kpi.duckdb"
    make_database(path, DATA, fixed_clock)
    with held_by_another_process(path), pytest.raises(StoreError) as refused:
        rebuild(path, DATA, fixed_clock)
    assert str(refused.value) == HELD
    assert sorted(file.name for file in tmp_path.glob("kpi*")) == ["kpi.duckdb", "kpi.duckdb.uploads"]


def test_made_up_figures_are_never_told_to_differ_from_the_councils_files() -> None:
    files = small_bundle(observations=[figure("A1", "Q2 2022-23", "50")])
    files["settings.csv"] += b"made_up,yes\n"
    store = Store.open(":memory:", NOW)
    store.load(read(files), {}, NOW)
    assert Services(store, DATA, fixed_clock).data_changes() == ()
    store.close()

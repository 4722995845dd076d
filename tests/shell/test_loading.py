"""Making the database from ``data/``, telling that ``data/`` has changed since, and loading it anew as an event."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from kpi_core.__main__ import main
from kpi_core.errors import BundleError, NotAllowed, NotSaved, StoreError
from kpi_core.events import Kind
from kpi_core.shell.home import DATA
from kpi_core.shell.services import Services
from kpi_core.shell.storage import data_files, make_database, rebuild
from kpi_core.shell.storage.ledger import THE_EXPLORER

from ..conftest import NOW, figure, fixed_clock, small_bundle, write_files
from .ledgers import (
    ADMIN,
    ANN,
    DATABASE,
    OFFICER,
    Q2,
    all_of,
    files_in,
    given,
    kinds,
    open_at,
    opened,
    publish,
    row,
)

# --- making the database ------------------------------------------------------------------------------------------


def test_the_bundled_council_is_the_first_event(tmp_path: Path) -> None:
    services = Services.open(tmp_path / DATABASE, DATA, fixed_clock)
    (first,) = services.changes()
    assert (first.number, first.kind, first.by, first.at) == (1, Kind.LOADED, THE_EXPLORER.name, NOW)
    assert first.what.startswith("Loaded the figures of ")
    assert (services.recovered, services.verify().problems) == ("", ())
    services.close()


def broken_copy(folder: Path) -> Path:
    write_files(folder, data_files(DATA))
    file = folder / "observations.csv"
    file.write_bytes(file.read_bytes().replace(b",98,final", b",104,final", 1))
    return folder


def test_a_broken_row_makes_no_database_and_says_where_it_is(tmp_path: Path) -> None:
    folder = broken_copy(tmp_path / "data")
    with pytest.raises(BundleError, match=r"data/observations\.csv, row 4, column value: 104 is outside 0 to 100"):
        Services.open(tmp_path / "made" / DATABASE, folder, fixed_clock)
    assert [path.name for path in tmp_path.rglob("*.duckdb*")] == []


def test_a_database_that_is_there_is_opened_and_not_made_again(tmp_path: Path) -> None:
    path = tmp_path / DATABASE
    Services.open(path, DATA, fixed_clock).close()
    again = Services.open(path, tmp_path / "nothing here", lambda: datetime(2023, 1, 1))
    assert again.about().loaded_at == NOW
    again.close()


def test_making_a_database_never_replaces_one_that_is_there(tmp_path: Path) -> None:
    make_database(tmp_path / DATABASE, DATA, fixed_clock)
    before = files_in(tmp_path)
    with pytest.raises(StoreError, match="is there already"):
        make_database(tmp_path / DATABASE, small_bundle(), fixed_clock)
    assert files_in(tmp_path) == before


def test_making_it_is_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(
            "kpi_core.shell.storage.database.os.replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space"))
        )
        with pytest.raises(StoreError, match="the disk is full"):
            make_database(tmp_path / DATABASE, small_bundle(), fixed_clock)
    assert files_in(tmp_path) == {}
    make_database(tmp_path / DATABASE, small_bundle(), fixed_clock)
    with pytest.raises(StoreError):
        make_database(tmp_path / DATABASE, small_bundle(), fixed_clock)


def test_a_folder_in_place_of_the_database_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / DATABASE).mkdir()
    with pytest.raises(StoreError, match=r"kpi\.duckdb is a folder\. Name a file for the database\."):
        open_at(tmp_path)


# --- data/ that has changed since ---------------------------------------------------------------------------------


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
    services = Services.open(tmp_path / DATABASE, folder, fixed_clock)
    assert services.data_changes() == ()
    change(folder)
    (sentence,) = services.data_changes()
    assert sentence.startswith(told)
    assert sentence.endswith("python -m kpi_core load")
    assert services.verify().problems == (sentence,)
    services.close()


def revise(folder: Path) -> None:
    path = folder / "data" / "observations.csv"
    path.write_bytes(path.read_bytes().replace(b"71.5", b"71.4").replace(b"Q1 2022-23,70", b"Q1 2022-23,69"))


def test_loaded_anew_it_is_an_event_and_what_was_uploaded_stays_on_top_of_it(tmp_path: Path) -> None:
    with opened(tmp_path) as services:
        publish(services, given(row("A1", "73"), row("A3", "40")))
        revise(tmp_path)
        event = services.load_data(OFFICER)
        assert event is not None
        assert (event.number, event.kind, event.actor) == (3, Kind.LOADED, OFFICER.name)
        assert services.data_changes() == ()
        assert services.scorecard(Q2).row("A1").display == "73% [r]"
        assert services.scorecard("Q1 2022-23").row("A1").display == "69%"
        assert services.scorecard("Q1 2022-23", when="2").row("A1").display == "70%"
        assert services.scorecard(Q2).row("A3").display == "40%"
        assert services.load_data(OFFICER) is None, "nothing has changed since"
        assert len(services.uploads.history()) == 1
        services.uploads.withdraw(1, "Wrong.", OFFICER.name)
        assert services.scorecard(Q2).row("A1").display == "71.4%"
        before = all_of(services)
        assert services.verify().problems == ()
    (tmp_path / DATABASE).unlink()
    with opened(tmp_path) as services:
        assert all_of(services) == before


def test_files_that_are_broken_are_not_loaded_and_a_role_that_may_not_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path) as services:
        path = tmp_path / "data" / "observations.csv"
        path.write_bytes(path.read_bytes().replace(b"71.5", b"171.5"))
        with pytest.raises(NotAllowed, match="Ask Performance officer or Administrator"):
            services.load_data(ANN)
        with pytest.raises(BundleError, match=r"171\.5 is outside 0 to 100"):
            services.load_data(ADMIN)
        assert kinds(services) == [Kind.LOADED]
        assert services.scorecard(Q2).row("A1").display == "71.5%"


def test_the_command_line_loads_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    open_at(tmp_path).close()
    monkeypatch.setenv("KPI_DATA", str(tmp_path / "data"))
    assert main(["--db", str(tmp_path / DATABASE), "load"]) == 0
    assert "no file of data/ has changed since" in capsys.readouterr().out
    revise(tmp_path)
    assert main(["--db", str(tmp_path / DATABASE), "load", "--role", "Reader"]) == 1
    assert main(["--db", str(tmp_path / DATABASE), "load"]) == 0
    assert "The files of data/ are loaded anew, as record 2." in capsys.readouterr().out
    assert main(["--db", str(tmp_path / DATABASE), "verify"]) == 0


def test_a_rebuild_asks_nothing_of_data_so_that_what_changed_there_changes_no_past_figure(tmp_path: Path) -> None:
    with opened(tmp_path) as services:
        publish(services, given(row("A1", "73")))
        before = all_of(services)
    for spoil in (revise, lambda folder: (folder / "data" / "indicators.csv").unlink()):
        spoil(tmp_path)
        rebuild(tmp_path / DATABASE, fixed_clock)
        with opened(tmp_path) as services:
            assert all_of(services) == before
            assert services.data_changes()


def test_made_up_figures_are_never_told_to_differ_from_the_councils_files(tmp_path: Path) -> None:
    made = small_bundle(observations=[figure("A1", Q2, "50")])
    made["settings.csv"] += b"made_up,yes\n"
    make_database(tmp_path / DATABASE, made, fixed_clock)
    services = Services.open(tmp_path / DATABASE, DATA, fixed_clock)
    assert services.data_changes() == ()
    with pytest.raises(NotSaved, match="these figures do not come from data/"):
        services.load_data(OFFICER)
    services.close()

"""What the disk refuses at the start is one sentence with what to do: on the command line, on the page, and nothing is lost."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

import pytest

from kpi_core.errors import StoreError
from kpi_core.shell.home import DATA
from kpi_core.shell.services import Services
from kpi_core.shell.storage import data_files, disk, make_database
from kpi_core.shell.storage.mirror import folder_of
from kpi_core.shell.storage.store import Store

from ..conftest import REPO, fixed_clock, write_files
from .processes import here, lying_in, told

NO_RIGHT = "may not be read and written by whoever started the explorer. Have its owner allow that"
FULL = "could not be written: the disk is full. Make room on it and start again."
READ_ONLY = "is on a disk that can only be read. Have that changed"
NOWHERE = "is a link that leads nowhere. Mend the link"
REFUSALS = {"no right": (errno.EACCES, NO_RIGHT), "read only": (errno.EROFS, READ_ONLY), "full": (errno.ENOSPC, FULL)}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kpi.duckdb"


@pytest.fixture
def council(path: Path) -> Path:
    make_database(path, DATA, fixed_clock)
    return path


def sentence(path: Path) -> str:
    """What the command line says of a database that it cannot open."""
    answer = here("scorecard", db=path)
    assert answer.returncode == 1
    said = told(answer)
    assert "[Errno" not in said
    return said


# --- each step of making and opening, refused ---------------------------------------------------------------------


def refuse(monkeypatch: pytest.MonkeyPatch, what: str, number: int) -> None:
    """Let one of the disk's deeds fail, wherever it is done."""
    opens = os.open

    def fails(path: Any, *_: Any, **__: Any) -> Any:
        raise OSError(number, os.strerror(number), str(path))

    def makes_none(path: Any, flags: int, *given: Any, **more: Any) -> int:
        return fails(path) if flags & os.O_CREAT else opens(path, flags, *given, **more)

    owner, name, deed = {
        "make a folder": (Path, "mkdir", fails),
        "make a file": (os, "open", makes_none),
        "put it in its place": (os, "replace", fails),
    }[what]
    monkeypatch.setattr(owner, name, deed)


@pytest.mark.parametrize(("number", "words"), REFUSALS.values(), ids=REFUSALS.keys())
@pytest.mark.parametrize("what", ["make a folder", "make a file", "put it in its place"])
def test_a_new_database_that_the_disk_refuses_is_said_and_leaves_nothing_behind(
    what: str, number: int, words: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(monkeypatch, what, number)
    with pytest.raises(StoreError) as refused:
        Services.open(path, DATA, fixed_clock)
    monkeypatch.undo()
    assert words in str(refused.value)
    assert list(path.parent.iterdir()) == []
    Services.open(path, DATA, fixed_clock).close()


@pytest.mark.parametrize(("number", "words"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_lost_database_that_cannot_be_made_again_is_said_and_its_second_copy_stays(
    number: int, words: str, council: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    council.unlink()
    before = lying_in(council.parent)
    refuse(monkeypatch, "put it in its place", number)
    assert words in sentence(council)
    monkeypatch.undo()
    assert lying_in(council.parent) == before


def test_a_disk_that_fills_as_the_database_is_written_out_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DuckDB tells it in the system's words and has no number for it."""
    from kpi_core.shell.storage import store

    class Full:
        def __init__(self, connection: Any) -> None:
            self._connection = connection

        def execute(self, statement: str, *given: Any) -> Any:
            if statement == "checkpoint":
                raise store.duckdb.FatalException(
                    f'FATAL Error: Failed to create checkpoint because of error: Could not write file "{path}.7.part": '
                    "No space left on device"
                )
            return self._connection.execute(statement, *given)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._connection, name)

    connected = store._connected
    monkeypatch.setattr(store, "_connected", lambda part: Full(connected(part)))
    assert sentence(path) == f"kpi.duckdb in {path.parent} {FULL}"
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "words"), [*REFUSALS.values(), (errno.ELOOP, NOWHERE)], ids=[*REFUSALS, "a loop of links"]
)
def test_what_duckdb_tells_in_the_systems_words_is_the_same_sentence(number: int, words: str, path: Path) -> None:
    found = disk.reason_in(f'IO Error: Cannot open file "": {os.strerror(number)}', path)
    assert words in str(found)


def test_a_second_copy_that_cannot_be_written_to_is_said_at_the_start_and_reading_goes_on(
    council: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "writable", lambda place: place != folder_of(council))
    services = Services.open(council, DATA, fixed_clock)
    try:
        (said,) = services.warnings()
        assert said.startswith(f"Nothing can be written. kpi.duckdb.ledger in {council.parent} {NO_RIGHT}")
        assert len(services.scorecard().rows) == 15
    finally:
        services.close()


@pytest.mark.parametrize(
    "place", [folder_of, lambda database: folder_of(database) / "events.jsonl"], ids=["folder", "lines"]
)
def test_a_second_copy_that_cannot_be_read_is_said_and_the_database_is_left_alone(
    place: Callable[[Path], Path], council: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, refused, read = lying_in(council.parent), place(council), Path.open

    def fails(self: Path, *given: Any, **more: Any) -> Any:
        if self == refused or refused in self.parents:
            raise PermissionError(errno.EACCES, "Permission denied", str(self))
        return read(self, *given, **more)

    monkeypatch.setattr(Path, "open", fails)
    assert NO_RIGHT in sentence(council)
    monkeypatch.undo()
    assert lying_in(council.parent) == before


# --- places that are something else -------------------------------------------------------------------------------


def linked(link: Path, to: Path) -> Path:
    try:
        link.symlink_to(to)
    except OSError:  # Windows asks for a right to make one
        pytest.skip("Links cannot be made here.")
    return link


@pytest.mark.parametrize("name", ["kpi.duckdb", "elsewhere.duckdb"], ids=["itself", "what is not there"])
def test_a_link_that_leads_nowhere_is_said_and_no_database_is_begun_in_its_place(name: str, path: Path) -> None:
    linked(path, path.with_name(name))
    assert sentence(path).startswith(f"kpi.duckdb in {path.parent} {NOWHERE}")
    assert [one.name for one in path.parent.iterdir()] == ["kpi.duckdb"]
    assert path.is_symlink()


def test_a_second_copy_that_is_a_link_to_itself_is_said_and_is_not_written_again(council: Path) -> None:
    shutil.rmtree(folder_of(council))
    linked(folder_of(council), folder_of(council))
    before = council.read_bytes()
    assert sentence(council).startswith(f"kpi.duckdb.ledger in {council.parent} {NOWHERE}")
    assert council.read_bytes() == before
    assert folder_of(council).is_symlink()


def test_a_parent_that_is_a_loop_of_links_is_said(tmp_path: Path) -> None:
    loop = linked(tmp_path / "loop", tmp_path / "loop")
    assert "is no folder. Move it away" in sentence(loop / "kpi.duckdb")


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda path: path.mkdir(), "kpi.duckdb is a folder. Name a file for the database."),
        (lambda path: folder_of(path).write_text("x"), "lies in what is no folder. Mend the path"),
    ],
    ids=["a folder for the database", "a file for the second copy"],
)
def test_what_lies_in_the_databases_place_is_said_and_left(
    made: Callable[[Path], object], words: str, path: Path
) -> None:
    made(path)
    there = sorted(path.parent.iterdir())
    assert words in sentence(path)
    assert sorted(path.parent.iterdir()) == there


def test_a_file_in_the_place_of_the_second_copy_is_said_and_reading_goes_on(council: Path) -> None:
    shutil.rmtree(folder_of(council))
    folder_of(council).touch()
    with closing(Services.open(council, DATA, fixed_clock)) as services:
        (warning,) = services.warnings()
        assert "kpi.duckdb.ledger in" in warning
        assert "is no folder. Move it away" in warning
        assert "[Errno" not in warning
        assert len(services.scorecard().rows) == 15


def test_a_file_for_the_parent_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert "is no folder. Move it away" in sentence(tmp_path / "file" / "kpi.duckdb")


def test_a_name_that_is_too_long_is_said(tmp_path: Path) -> None:
    assert "has too long a name." in sentence(tmp_path / ("a" * 300))


def test_a_missing_parent_folder_is_made(tmp_path: Path) -> None:
    assert here("scorecard", db=tmp_path / "new" / "deep" / "kpi.duckdb").returncode == 0


# --- the folder of figures ----------------------------------------------------------------------------------------


def test_figures_that_are_not_there_are_said_and_nothing_is_made(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPI_DATA", str(path.parent / "nowhere"))
    assert "data/settings.csv: The file is missing. Put it back." in sentence(path)
    assert list(path.parent.iterdir()) == []


def unreadable(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    def fails(of: Callable[..., Any]) -> Callable[..., Any]:
        def read(self: Path, *given: Any) -> Any:
            if self == place:
                raise PermissionError(errno.EACCES, "Permission denied", str(self))
            return of(self, *given)

        return read

    monkeypatch.setattr(Path, "iterdir", fails(Path.iterdir))
    monkeypatch.setattr(Path, "read_bytes", fails(Path.read_bytes))


@pytest.mark.parametrize("name", ["exceptions", "targets.csv"], ids=["the reports", "one file"])
def test_figures_that_may_not_be_read_are_said_and_are_never_taken_for_none(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_files(tmp_path / "data", data_files(DATA))
    monkeypatch.setenv("KPI_DATA", str(folder))
    unreadable(monkeypatch, folder / name)
    database = tmp_path / "made" / "kpi.duckdb"
    said = sentence(database)
    assert said.startswith(f"{name} in {folder} {NO_RIGHT}, or name another folder with KPI_DATA")
    assert not database.exists()


def test_figures_that_may_not_be_read_any_more_are_said_beside_what_is_recorded(
    tmp_path: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_files(tmp_path / "data", data_files(DATA))
    services = Services.open(path, folder, fixed_clock)
    try:
        assert services.data_changes() == ()
        unreadable(monkeypatch, folder / "exceptions")
        (said,) = services.data_changes()
        assert said.startswith(f"exceptions in {folder} {NO_RIGHT}")
        assert len(services.scorecard().rows) == 15
    finally:
        services.close()


# --- as another user, on a real disk ------------------------------------------------------------------------------

SOMEBODY = 65534
# What is imported is read before, as Python itself may lie where only root can look.
AS_SOMEBODY = f"""
import contextlib, io, os, sys
from kpi_core.__main__ import main
with contextlib.redirect_stdout(io.StringIO()):
    main(["--db", sys.argv[1], "scorecard"])
os.setgroups([]); os.setgid({SOMEBODY}); os.setuid({SOMEBODY})
sys.exit(main(["--db", sys.argv[2], "scorecard"]))
"""


@pytest.fixture
def theirs() -> Iterator[Path]:
    """A folder that another user may look into, unlike a test's own."""
    if os.name == "nt" or os.geteuid() != 0:
        pytest.skip("Only root can act as somebody else.")
    folder = Path(mkdtemp(prefix="kpi-refused-"))
    folder.chmod(0o755)
    yield folder
    with suppress(OSError):
        subprocess.run(["chmod", "-R", "u+rwX", str(folder)], check=False)
        shutil.rmtree(folder)


def as_somebody(database: Path) -> subprocess.CompletedProcess[str]:
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-c", AS_SOMEBODY, f"{folder}/kpi.duckdb", str(database)]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=REPO)


@pytest.mark.parametrize(
    ("place", "mode"),
    [(".", 0o555), (".", 0o000), ("kpi.duckdb", 0o000), ("kpi.duckdb", 0o444), ("kpi.duckdb.ledger", 0o000),
     ("kpi.duckdb.ledger/events.jsonl", 0o000)],
    ids=["folder not writable", "folder not readable", "database not readable", "database not writable", "second copy not readable",
         "its lines not readable"],
)  # fmt: skip
def test_another_user_is_told_of_the_right_they_lack_and_nothing_is_moved(place: str, mode: int, theirs: Path) -> None:
    database = theirs / "council" / "kpi.duckdb"
    database.parent.mkdir()
    if place != ".":
        make_database(database, DATA, fixed_clock)
    before = lying_in(database.parent)
    for one in [database.parent, *database.parent.rglob("*")]:
        os.chown(one, SOMEBODY, SOMEBODY)
    (database.parent / place).chmod(mode)
    answer = as_somebody(database)
    assert answer.returncode == 1
    assert NO_RIGHT in answer.stderr
    assert answer.stderr.count("\n") == 1
    assert lying_in(database.parent) == before


def test_a_second_copy_that_may_only_be_read_is_said_to_another_user(theirs: Path) -> None:
    database = theirs / "kpi.duckdb"
    make_database(database, DATA, fixed_clock)
    for one in [theirs, *theirs.rglob("*")]:
        os.chown(one, SOMEBODY, SOMEBODY)
    folder_of(database).chmod(0o500)
    answer = as_somebody(database)
    assert answer.stderr.startswith("Nothing can be written. kpi.duckdb.ledger in ")
    assert (answer.returncode, answer.stderr.count("\n")) == (0, 1)


def test_nothing_keeps_the_file_once_a_start_was_refused(council: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "kpi_core.shell.services.readers.Typed.every", lambda _: (_ for _ in ()).throw(PermissionError(13, "x", "y"))
    )
    with pytest.raises(StoreError):
        Services.open(council, DATA, fixed_clock)
    monkeypatch.undo()
    Store.open(council, fixed_clock()).close()

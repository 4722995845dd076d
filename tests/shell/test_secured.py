"""An act is announced once it is in both copies. Where the second cannot be written, nobody sees it and nothing more is done until it can."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from kpi_core.errors import Changed, KpiError, NotPublished, NotSaved
from kpi_core.shell.services import Services
from kpi_core.shell.storage import backup_to, disk
from kpi_core.shell.storage.mirror import Mirror
from kpi_core.shell.storage.store import Writing, log_of

from ..conftest import NOW
from .ledgers import (
    ADMIN,
    ANN,
    DATABASE,
    Q2,
    all_of,
    filled,
    given,
    kinds,
    lines_of,
    mirror_of,
    open_at,
    opened,
    prepared,
    publish,
    row,
)


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    explorer = open_at(tmp_path)
    publish(explorer, given(row("A1", "73")))
    yield explorer
    explorer.close()


def full(*_: object) -> None:
    raise OSError(28, "No space left on device")


def shown(services: Services, code: str = "A2") -> str:
    return services.scorecard(Q2).row(code).display


INSECURE = "What was done last could not be secured on the disk, and is not shown yet. Make room on the disk and do anything again."


@pytest.mark.parametrize("step", ["append", "write_whole"], ids=["its line", "its files"])
def test_what_cannot_be_secured_is_seen_by_nobody_until_it_is_and_nothing_more_is_done(
    step: str, services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, lines = all_of(services), lines_of(tmp_path)
    with monkeypatch.context() as broken:
        broken.setattr(disk, step, full)
        with pytest.raises(NotPublished, match="It was written, but could not be secured on the disk") as refused:
            publish(services, given(row("A2", "55", comment="Late."), name="next.csv"))
        assert "nobody sees it, and nothing else is done." in str(refused.value)
        assert tuple(services.warnings()) == (INSECURE,)
        assert all_of(services) | {"upload": 0, "figure": 0, "event": 0} == before | {
            "upload": 0,
            "figure": 0,
            "event": 0,
        }
        assert (services.position, shown(services)) == (2, "not reported")
        assert [one.id for one in services.uploads.history()] == [1]
        with pytest.raises(NotSaved, match="Nothing was saved: it could not be written"):
            services.reports.mark_concern("A3", Q2, "It falls.", ANN)
        with pytest.raises(NotSaved, match="Nothing was erased: it could not be written"):
            services.erase(2, "A name.", ADMIN, "Sam Second")
        with pytest.raises(KpiError):
            services.backup()
        assert services.verify().problems
        assert (services.position, lines_of(tmp_path)) == (2, lines)
    services.reports.mark_concern("A3", Q2, "It falls.", ANN)
    assert (services.position, shown(services)) == (4, "55%")
    assert kinds(services)[2:] == ["upload published", "concern marked"]
    assert tuple(services.warnings()) == ()
    assert services.verify().problems == ()


def test_what_could_not_be_secured_is_secured_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path) as services, monkeypatch.context() as broken:
        broken.setattr(disk, "append", full)
        with pytest.raises(NotPublished):
            publish(services, given(row("A2", "55")))
    with opened(tmp_path) as services:
        assert services.recovered == (
            "Record 2 (upload published on 22 November 2022) stood in the database alone and was added to "
            "kpi.duckdb.ledger/events.jsonl."
        )
        assert (shown(services), services.verify().problems) == ("55%", ())


def test_the_order_of_what_happened_is_kept_where_the_first_could_not_be_secured(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(Mirror, "append", full)
        with pytest.raises(NotPublished):
            publish(services, given(row("A2", "55")))
    with pytest.raises(Changed):  # what was secured first is seen now, and was not when the file was compared
        publish(services, given(row("A2", "56")))
    publish(services, given(row("A2", "56")))
    before = all_of(services)
    services.close()
    (tmp_path / DATABASE).unlink()
    with opened(tmp_path) as again:
        assert all_of(again) == before
        assert shown(again) == "56% [r]"


def test_where_the_database_cannot_be_written_nothing_is_done_and_the_second_copy_has_nothing(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, lines = all_of(services), lines_of(tmp_path)
    with monkeypatch.context() as broken:
        broken.setattr(Writing, "add_rows", full)
        with pytest.raises(NotPublished, match="Nothing was published: it could not be written"):
            publish(services, given(row("A2", "55")))
    assert (all_of(services), lines_of(tmp_path)) == (before, lines)
    assert tuple(services.warnings()) == ()
    assert services.verify().problems == ()


def test_where_the_copies_cannot_be_completed_at_opening_it_is_said_and_reading_goes_on(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.close()
    mirror_of(tmp_path).path.write_bytes(b"".join(lines_of(tmp_path)[:-1]))
    with monkeypatch.context() as broken:
        broken.setattr(disk, "append", full)
        with opened(tmp_path) as again:
            (warning,) = again.warnings()
            assert warning.startswith("Nothing can be written. The two copies of the record could not be completed")
            assert shown(again, "A1") == "73% [r]"
            with pytest.raises(NotPublished, match="could not be completed"):
                publish(again, given(row("A2", "55")))
    with opened(tmp_path) as again:
        assert tuple(again.warnings()) == ()
        assert again.verify().problems == ()


# --- a full disk, as the system has it ----------------------------------------------------------------------------


def limited(folder: Path, kind: str, step: str, limit: int) -> list[str]:
    command = [sys.executable, "-m", "tests.shell.crashing", str(folder), kind, step, str(limit)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert "Traceback" not in done.stdout + done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("limit", [0, 3_000, 2_000_000])
@pytest.mark.parametrize(
    ("kind", "step"),
    [("upload published", "opened"), ("upload published", "written"), ("upload published", "committed"),
     ("upload withdrawn", "opened"), ("report saved", "committed")],
)  # fmt: skip
def test_on_a_full_disk_nothing_is_announced_that_is_not_there_and_nothing_is_lost(
    kind: str, step: str, limit: int, prepared_folder: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "one"
    copytree(prepared_folder, folder)
    said, result, after, *_ = limited(folder, kind, step, limit)
    assert said == "opened"
    announced = result.startswith("announced")
    assert announced or result.startswith("refused ")
    assert after.startswith(("position ", "refused "))
    with opened(folder) as services:
        done = len(kinds(services)) == 20
        assert done or not announced
        assert done or "Nothing was" in result
        assert not done or announced or "could not be secured" in result
        assert services.verify().problems == ()
        services.reports.mark_concern("A1", Q2, "It falls.", ANN)
        assert services.verify().problems == ()


@pytest.fixture(scope="module")
def prepared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prepared")
    with opened(folder) as services:
        prepared(services)
    return folder


# --- who may read it, and what is left over -----------------------------------------------------------------------


def modes(folder: Path) -> dict[str, str]:
    """How every file and folder below a folder may be read."""
    return {str(path.relative_to(folder)): oct(stat.S_IMODE(path.stat().st_mode)) for path in sorted(folder.rglob("*"))}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_the_owner_alone_may_read_the_database_its_log_and_every_file_of_the_second_copy(
    tmp_path: Path,
) -> None:
    inner = tmp_path / "new" / "folder"
    with opened(tmp_path) as first:
        assert first.position == 1
    services = Services.open(inner / DATABASE, tmp_path / "data", lambda: NOW)
    publish(services, given(row("A1", "73", comment="Late.")))
    begun = services.reports.start("A1", Q2, ANN)
    services.reports.type_(filled(begun), begun, ANN)
    assert log_of(inner / DATABASE).exists()
    private(inner)
    services.erase(2, "A name.", ADMIN, "Sam Second")
    private(inner)
    backup_to(inner / "backup" / "one.zip", services.backup().content)
    services.close()
    (inner / DATABASE).unlink()
    Services.open(inner / DATABASE, tmp_path / "data", lambda: NOW).close()
    private(inner)


def private(folder: Path) -> None:
    found: dict[str, Any] = modes(folder)
    assert {
        name: mode for name, mode in found.items() if mode != ("0o700" if (folder / name).is_dir() else "0o600")
    } == {}


def gone_process() -> int:
    """The number of a process that has ended."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def test_what_a_dead_process_left_half_written_is_cleared_and_a_living_ones_is_left(
    services: Services, tmp_path: Path
) -> None:
    services.close()
    dead, alive = gone_process(), os.getppid()
    mirror = mirror_of(tmp_path).folder
    left = [
        tmp_path / f"kpi.duckdb.{dead}.part", tmp_path / f"kpi.duckdb.{dead}.part.wal", mirror / f"events.jsonl.{dead}.part",
        mirror / "files" / f"{'ab' * 32}.{dead}.part", mirror / f"to-purge.{dead}.part",
    ]  # fmt: skip
    for path in left:
        path.write_bytes(b"half")
    folder = tmp_path / f"kpi.duckdb.ledger.{dead}.part"
    (folder / "files").mkdir(parents=True)
    (folder / "files" / "x").write_bytes(b"half")
    stay = [
        tmp_path / f"kpi.duckdb.{alive}.part", mirror / "files" / f"{'cd' * 32}.{alive}.part", tmp_path / f"other.duckdb.{dead}.part",
        tmp_path / "kpi.duckdb.mine.part", tmp_path / "kpi.duckdb.set-aside",
    ]  # fmt: skip
    for path in stay:
        path.write_bytes(b"mine")
    with opened(tmp_path) as again:
        assert again.recovered == ""
        assert again.verify().problems == ()
    assert not [path for path in (*left, folder) if path.exists()]
    assert all(path.read_bytes() == b"mine" for path in stay)
    for path in stay:
        path.unlink()


def test_a_file_is_written_whole_or_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "one"
    disk.write_whole(path, b"first")
    with monkeypatch.context() as broken:
        broken.setattr(disk.os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            disk.write_whole(path, b"second")
        with pytest.raises(OSError, match="No space"):
            disk.append(path, b" and more")
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("one", b"first")]
    disk.append(path, b" and more")
    assert path.read_bytes() == b"first and more"


def test_names_to_set_aside_under_are_never_taken(tmp_path: Path) -> None:
    path = tmp_path / "one"
    for content in (b"a", b"b"):
        path.write_bytes(content)
        disk.set_aside((path, tmp_path / "none"), lambda: NOW)
    assert sorted(one.read_bytes() for one in tmp_path.glob("one.20221122-093000-*.set-aside")) == [b"a", b"b"]

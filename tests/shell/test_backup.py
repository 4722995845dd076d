"""A backup is taken while the explorer runs, holds all that is needed, and is put back by unpacking it."""

from __future__ import annotations

import io
import shutil
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest

from kpi_core.errors import StoreError
from kpi_core.shell.database import backup, backup_to, folder_of, place_warning, rebuild
from kpi_core.shell.services import Services
from kpi_core.shell.store import Store

from ..conftest import NOW, fixed_clock
from . import test_publishing
from .test_publishing import all_held, all_said, events, files_in, given, publish, row
from .test_recovery import written

explorer = test_publishing.explorer


def unpacked(packed: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        assert all(not Path(name).is_absolute() and ".." not in Path(name).parts for name in archive.namelist())
        archive.extractall(folder)
    return folder


def told(services: Services) -> dict[str, Any]:
    return all_said(services) | all_held(services)


def test_a_backup_taken_while_it_runs_gives_the_same_figures_and_history_elsewhere(
    explorer: Services, tmp_path: Path
) -> None:
    written(explorer)
    before, kept = told(explorer), files_in(folder_of(tmp_path / "kpi.duckdb"))
    packed = explorer.backup()
    assert told(explorer) == before
    elsewhere = unpacked(packed, tmp_path / "elsewhere")
    assert sorted(path.name for path in elsewhere.iterdir()) == ["kpi.duckdb", "kpi.duckdb.uploads"]
    assert files_in(folder_of(elsewhere / "kpi.duckdb")) == kept
    services = Services.open(elsewhere / "kpi.duckdb", tmp_path / "data", fixed_clock)
    assert (services.recovered, services.verify().problems) == ("", ())
    assert told(services) == before
    assert publish(services, given(row("A2", "44"))).id == 9
    services.uploads.withdraw(9, "Try.", "Ann")
    services.close()
    assert len(explorer.uploads.history()) == 8


def test_what_a_backup_holds_can_be_made_again_there(explorer: Services, tmp_path: Path) -> None:
    written(explorer)
    before = told(explorer)
    elsewhere = unpacked(explorer.backup(), tmp_path / "elsewhere")
    assert rebuild(elsewhere / "kpi.duckdb", tmp_path / "data", fixed_clock).gaps == ()
    services = Services.open(elsewhere / "kpi.duckdb", tmp_path / "data", fixed_clock)
    assert told(services) == before
    services.close()


def test_a_backup_without_the_kept_folder_holds_the_database_alone(explorer: Services, tmp_path: Path) -> None:
    publish(explorer, given(row("A1", "71")))
    shutil.move(tmp_path / "kpi.duckdb.uploads", tmp_path / "gone")
    elsewhere = unpacked(explorer.backup(), tmp_path / "elsewhere")
    assert [path.name for path in elsewhere.iterdir()] == ["kpi.duckdb"]
    services = Services.open(elsewhere / "kpi.duckdb", tmp_path / "data", fixed_clock)
    assert all_held(services) == all_held(explorer)
    assert len(services.verify().problems) == 1
    services.close()


def test_a_backup_leaves_out_what_is_half_written(explorer: Services, tmp_path: Path) -> None:
    (tmp_path / "kpi.duckdb.uploads" / "0001-abc.csv.77.part").write_bytes(b"half")
    (tmp_path / "kpi.duckdb.uploads" / "folder").mkdir()
    with zipfile.ZipFile(io.BytesIO(explorer.backup())) as archive:
        assert archive.namelist() == ["kpi.duckdb", "kpi.duckdb.uploads/manifest.json"]


def test_a_database_in_memory_can_be_backed_up_too() -> None:
    store = Store.open(":memory:", NOW)
    with zipfile.ZipFile(io.BytesIO(backup(store, None, fixed_clock))) as archive:
        assert archive.namelist() == ["kpi.duckdb"]
    store.close()


def test_a_backup_taken_during_publications_is_of_one_moment(explorer: Services, tmp_path: Path) -> None:
    packed: list[bytes] = []
    over = threading.Event()

    def back_up() -> None:
        while not over.is_set():
            packed.append(explorer.backup())

    thread = threading.Thread(target=back_up)
    thread.start()
    for number in range(6):
        publish(explorer, given(row("A1", str(50 + number)), row("A3", str(50 + number))))
    over.set()
    thread.join()
    for number, one in enumerate(packed[:8]):
        elsewhere = unpacked(one, tmp_path / str(number))
        listed = [event.upload.id for event in events(elsewhere / "kpi.duckdb")]
        services = Services.open(elsewhere / "kpi.duckdb", tmp_path / "data", fixed_clock)
        assert (services.recovered, services.verify().problems) == ("", ())
        assert [held.id for held in reversed(services.uploads.history())] == listed
        services.close()


def test_a_backup_never_replaces_a_file(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "backup.zip"
    backup_to(path, b"first")
    with pytest.raises(StoreError, match=r"backup\.zip is there already, and is left as it is"):
        backup_to(path, b"second")
    assert files_in(tmp_path) == {"new folder/backup.zip": b"first"}


# --- where the database lies --------------------------------------------------------------------------------------

MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/export /srv/share nfs4 rw 0 0
//files/dept /mnt/Dept\\040Files cifs rw 0 0
/dev/sdb1 /srv/share/disk ext4 rw 0 0
tmpfs /tmp tmpfs rw 0 0
broken line
"""


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/home/ann/OneDrive - Council/kpi.duckdb", "synced"),
        ("/home/ann/Dropbox/kpi/kpi.duckdb", "synced"),
        ("/Users/ann/Library/CloudStorage/GoogleDrive-ann/kpi.duckdb", "synced"),
        ("/Users/ann/Library/Mobile Documents/com~apple~CloudDocs/kpi.duckdb", "synced"),
        ("/home/ann/SharePoint/kpi.duckdb", "synced"),
        ("/srv/share/kpi/kpi.duckdb", "network"),
        ("/mnt/Dept Files/kpi.duckdb", "network"),
        ("/srv/share/disk/kpi.duckdb", ""),
        ("/srv/shared/kpi.duckdb", ""),
        ("/home/ann/kpi/kpi.duckdb", ""),
        ("/tmp/onedrive.duckdb", ""),
    ],
)
def test_a_synced_or_network_folder_is_warned_about(place: str, kind: str) -> None:
    warning = place_warning(Path(place), MOUNTS)
    assert warning.startswith(f"The database lies in a {kind} folder, where it can be spoilt") if kind else not warning


def test_nothing_is_said_where_the_system_tells_nothing_of_its_mounts() -> None:
    assert place_warning(Path("/srv/share/kpi.duckdb"), "") == ""


def test_verify_says_where_the_database_lies(tmp_path: Path) -> None:
    folder = tmp_path / "OneDrive"
    folder.mkdir()
    services = test_publishing.open_at(folder)
    assert services.place_warning() != ""
    assert services.verify().problems == (services.place_warning(),)
    services.close()

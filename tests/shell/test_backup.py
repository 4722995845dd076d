"""A backup is taken while the explorer runs, says what it was found to hold, and is put back by one command that replaces nothing."""

from __future__ import annotations

import io
import shutil
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kpi_core.__main__ import main
from kpi_core.errors import KpiError, LedgerBroken, StoreError
from kpi_core.shell.services import Services
from kpi_core.shell.storage import Ledger, Made, backup_to, rebuild, restore
from kpi_core.shell.storage.database import backup, place_warning
from kpi_core.shell.storage.store import Store

from ..conftest import NOW, fixed_clock
from . import ledgers
from .ledgers import (
    ADMIN,
    ANN,
    DATABASE,
    LAST,
    MIRROR,
    OFFICER,
    Q2,
    all_of,
    files_in,
    flipped,
    given,
    lines_of,
    mirror_of,
    open_at,
    opened,
    publish,
    row,
    tamper,
)

whole, before, folder = ledgers.whole, ledgers.before, ledgers.folder


@pytest.fixture
def services(folder: Path) -> Iterator[Services]:
    explorer = open_at(folder)
    yield explorer
    explorer.close()


def saved(content: bytes, path: Path) -> Path:
    path.write_bytes(content)
    return path


def put_back(packed: bytes, folder: Path) -> Path:
    """A folder with a backup put back, beside the same files of figures."""
    folder.mkdir()
    restore(saved(packed, folder / "one.zip"), folder / DATABASE)
    (folder / "one.zip").unlink()
    return folder


# --- taking it ----------------------------------------------------------------------------------------------------


def test_a_backup_says_what_it_was_found_to_hold(services: Services, folder: Path) -> None:
    made = services.backup()
    assert (made.position, made.head) == (LAST, services.head)
    assert made.files == len(list((folder / "kpi.duckdb.ledger" / "files").iterdir()))
    assert made.words == (
        f"It holds records 1 to {LAST} and {made.files} kept files; database and second copy were compared. Head {made.head[:12]}."
    )


def test_a_backup_put_back_elsewhere_gives_the_same_answers_and_the_same_head(
    services: Services, folder: Path, tmp_path: Path
) -> None:
    expected, kept = all_of(services), files_in(folder / "kpi.duckdb.ledger")
    packed = services.backup().content
    assert all_of(services) == expected
    elsewhere = put_back(packed, tmp_path / "elsewhere")
    assert sorted(path.name for path in elsewhere.iterdir()) == ["kpi.duckdb", "kpi.duckdb.ledger"]
    assert files_in(elsewhere / "kpi.duckdb.ledger") == kept
    shutil.copytree(folder / "data", elsewhere / "data")
    with opened(elsewhere) as again:
        assert (again.recovered, again.verify(expected["head"]).problems) == ("", ())
        assert all_of(again) == expected
        assert publish(again, given(row("A2", "44"))).id == 4
    assert len(services.uploads.history()) == 3
    rebuild(elsewhere / DATABASE, fixed_clock)
    with opened(elsewhere) as again:
        assert again.verify(expected["head"]).problems == ()
        assert again.position == LAST + 1


def test_a_backup_holds_what_is_being_typed_and_that_the_second_copy_is_not_confirmed(
    folder: Path, tmp_path: Path
) -> None:
    (folder / MIRROR).unlink()
    with opened(folder) as services:
        stands = services.reports.one("A1", "Q3 2022-23").report
        assert stands is not None
        services.reports.type_(replace(stands, reason_line="Half a sent"), stands, ANN)
        packed = services.backup().content
    elsewhere = put_back(packed, tmp_path / "elsewhere")
    shutil.copytree(folder / "data", elsewhere / "data")
    with opened(elsewhere) as again:
        assert again.unconfirmed
        latest = again.reports.one("A1", "Q3 2022-23").report
        assert latest is not None
        assert latest.reason_line == "Half a sent", "a sitting ends with the program, and its last text is a version"


def test_a_backup_leaves_out_what_is_half_written_and_what_was_set_aside(services: Services, folder: Path) -> None:
    for name in ("events.jsonl.77.part", "files/abc.77.part", "old.20221122-093000-1.set-aside"):
        (folder / "kpi.duckdb.ledger" / name).write_bytes(b"half")
    with zipfile.ZipFile(io.BytesIO(services.backup().content)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
    assert [name for name in names if name.endswith((".part", ".set-aside", ".wal"))] == []
    assert names[0] == "kpi.duckdb"


def test_a_backup_taken_during_publications_is_of_one_moment(services: Services, tmp_path: Path, folder: Path) -> None:
    packed = []
    over = threading.Event()

    def back_up() -> None:
        while not over.is_set():
            packed.append(services.backup())

    thread = threading.Thread(target=back_up)
    thread.start()
    for number in range(6):
        publish(services, given(row("A2", str(50 + number)), row("A3", str(50 + number), "Q1 2022-23")))
    over.set()
    thread.join()
    assert packed
    for number, one in enumerate(packed[:5]):
        elsewhere = put_back(one.content, tmp_path / str(number))
        shutil.copytree(folder / "data", elsewhere / "data")
        with opened(elsewhere) as again:
            assert (again.recovered, again.verify().problems) == ("", ())
            assert (again.position, again.head) == (one.position, one.head)
            assert len(lines_of(elsewhere)) == one.position


BREAK: dict[str, Callable[[Path], object]] = {
    "a line": lambda folder: flipped(folder / MIRROR, 400),
    "a record": lambda folder: tamper(folder, "update event set actor = 'Zoe' where number = 6"),
    "a file": lambda folder: flipped(next((folder / "kpi.duckdb.ledger" / "files").iterdir()), 3),
    "a table": lambda folder: tamper(folder, "delete from concern"),
}


@pytest.mark.parametrize("spoil", BREAK.values(), ids=BREAK)
def test_no_backup_is_made_of_what_is_not_as_it_was_written(
    spoil: Callable[[Path], object], folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(folder)
    with (
        opened(folder) as services,
        pytest.raises(LedgerBroken, match="No backup was made: what it would hold is not as"),
    ):
        services.backup()
    path = tmp_path / "one.zip"
    assert main(["--db", str(folder / DATABASE), "backup", str(path)]) == 1
    assert "No backup was made" in capsys.readouterr().err
    assert not path.exists()


def test_a_backup_never_replaces_a_file(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "backup.zip"
    backup_to(path, b"first")
    with pytest.raises(StoreError, match=r"backup\.zip is there already, and is left as it is"):
        backup_to(path, b"second")
    assert files_in(tmp_path) == {"new folder/backup.zip": b"first"}


def test_a_database_in_memory_can_be_backed_up_too() -> None:
    store = Store.open(":memory:", NOW)
    ledger = Ledger(store, None, fixed_clock)
    ledger.act(OFFICER, ledgers.Kind.MAPPING, lambda: Made(anything=True))
    made = backup(ledger, None, fixed_clock)
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        assert archive.namelist() == ["kpi.duckdb"]
    assert made.position == 1
    store.close()


def test_what_was_erased_is_in_no_later_backup(services: Services, tmp_path: Path) -> None:
    phrase = "Late “returns”."
    assert phrase in services.changes()[1].what or services.indicator("A1", Q2).row.observation.comment == phrase  # type: ignore[union-attr]
    services.erase(2, "A name stood in it.", ADMIN, "Sam Second")
    elsewhere = put_back(services.backup().content, tmp_path / "elsewhere")
    assert [name for name, content in files_in(elsewhere).items() if phrase.encode() in content] == []


# --- putting it back ----------------------------------------------------------------------------------------------


def test_the_command_line_takes_a_backup_and_puts_it_back(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KPI_DATA", str(folder / "data"))
    packed, elsewhere = tmp_path / "one.zip", tmp_path / "else where" / "other.duckdb"
    assert main(["--db", str(folder / DATABASE), "backup", str(packed)]) == 0
    assert f"one.zip is written. It holds records 1 to {LAST}" in capsys.readouterr().out
    assert main(["--db", str(elsewhere), "restore", str(packed)]) == 0
    assert f"other.duckdb is put back from one.zip: records 1 to {LAST}." in capsys.readouterr().out
    assert sorted(path.name for path in elsewhere.parent.iterdir()) == ["other.duckdb", "other.duckdb.ledger"]
    assert files_in(elsewhere.parent / "other.duckdb.ledger") == files_in(folder / "kpi.duckdb.ledger")
    before = files_in(tmp_path)
    assert main(["--db", str(elsewhere), "restore", str(packed)]) == 1
    assert "other.duckdb is there already, and is left as it is." in capsys.readouterr().err
    assert files_in(tmp_path) == before


@pytest.mark.parametrize("there", [DATABASE, "kpi.duckdb.ledger"])
def test_a_restore_replaces_neither_a_database_nor_a_second_copy(
    there: str, services: Services, tmp_path: Path
) -> None:
    packed = saved(services.backup().content, tmp_path / "one.zip")
    target = tmp_path / "target"
    target.mkdir()
    (target / there).mkdir() if there.endswith("ledger") else (target / there).write_bytes(b"mine")
    before = files_in(target)
    with pytest.raises(StoreError, match=r"is left as it is\. Move it away, or name a new file with --db\."):
        restore(packed, target / DATABASE)
    assert files_in(target) == before


def zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


FOREIGN = {
    "no zip": b"indicator,quarter,value\n",
    "empty": b"",
    "an empty zip": zipped({}),
    "one file": zipped({"rota.xlsx": b"x"}),
    "a database alone": zipped({"kpi.duckdb": b"x"}),
    "several files": zipped({"a.txt": b"x", "b.txt": b"y"}),
    "a folder beside": zipped({"kpi.duckdb": b"x", "kpi.duckdb.ledger/events.jsonl": b"", "other/c.txt": b"z"}),
    "a path that climbs": zipped(
        {"kpi.duckdb": b"x", "kpi.duckdb.ledger/events.jsonl": b"", "kpi.duckdb.ledger/../../c": b"z"}
    ),
    "a path from the root": zipped({"kpi.duckdb": b"x", "kpi.duckdb.ledger/events.jsonl": b"", "/tmp/c": b"z"}),
}


@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN)
def test_what_is_no_backup_is_refused_in_a_sentence_and_nothing_is_put_back(content: bytes, tmp_path: Path) -> None:
    packed = saved(content, tmp_path / "one.zip")
    with pytest.raises(StoreError, match=r"one\.zip is not a backup of this explorer\. Nothing was put back\."):
        restore(packed, tmp_path / "new" / DATABASE)
    assert files_in(tmp_path) == {"one.zip": content}


def test_a_backup_of_a_version_before_the_ledger_is_refused_with_what_to_do(tmp_path: Path) -> None:
    packed = saved(zipped({"kpi.duckdb": b"x", "kpi.duckdb.uploads/manifest.json": b"{}"}), tmp_path / "one.zip")
    with pytest.raises(StoreError, match=r"was made by an earlier version\. Unpack it .* which carries it over"):
        restore(packed, tmp_path / DATABASE)
    assert list(files_in(tmp_path)) == ["one.zip"]


def why_not_put_back(packed: Path, database: Path) -> str:
    try:
        restore(packed, database)
    except StoreError as refused:
        return str(refused)
    return ""


def test_a_spoilt_backup_is_refused_whole(services: Services, tmp_path: Path) -> None:
    content = services.backup().content
    inside, end = range(len(content) // 5, len(content), len(content) // 5), range(len(content) - 40, len(content), 3)
    for place in sorted({*inside, *end}):
        packed = saved(content, tmp_path / "one.zip")
        flipped(packed, place)
        target = tmp_path / str(place)
        refused = why_not_put_back(packed, target / DATABASE)
        if refused:
            assert refused.endswith("Nothing was put back.")
            assert files_in(target) == {}
        else:
            assert Services.open(target / DATABASE, tmp_path, fixed_clock).position == LAST
    packed = saved(content[: len(content) // 2], tmp_path / "one.zip")
    with pytest.raises(StoreError, match="is not a backup"):
        restore(packed, tmp_path / "cut" / DATABASE)


def test_a_backup_whose_second_copy_was_changed_is_refused(services: Services, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(services.backup().content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files[MIRROR] = files[MIRROR].replace(b"Ann Author", b"Zoe Nobody", 1)
    with pytest.raises(StoreError, match="is spoilt: what it holds is not as it was written"):
        restore(saved(zipped(files), tmp_path / "one.zip"), tmp_path / "new" / DATABASE)
    assert files_in(tmp_path / "new") == {}


def test_a_restore_that_was_broken_off_can_be_done_again(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = saved(services.backup().content, tmp_path / "one.zip")
    with monkeypatch.context() as broken:
        broken.setattr(
            "kpi_core.shell.storage.database.disk.write_whole",
            lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")),
        )
        with pytest.raises((OSError, KpiError)):
            restore(packed, tmp_path / "new" / DATABASE)
    assert files_in(tmp_path / "new") == {}
    restore(packed, tmp_path / "new" / DATABASE)
    assert mirror_of(tmp_path / "new").there


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
    services = open_at(folder)
    assert services.place_warning() != ""
    assert services.verify().problems == (services.place_warning(),)
    services.close()

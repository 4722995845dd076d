"""The database and its second copy: made, opened, made again, backed up and put back. Nothing is ever deleted.

Where one half is lost or broken it is made again from the other; where that cannot be, it is said, and nothing is begun
anew in a folder that holds what remains of a ledger.
"""

from __future__ import annotations

import io
import logging
import os
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from shutil import rmtree
from tempfile import TemporaryDirectory

from ...access import Actor
from ...errors import DatabaseBroken, FormerDatabase, LedgerBroken, NotSaved, StoreError, shorten
from ...events import Event, Kind, files_named
from ...model import Erased
from ...showing import Backup, Health
from ..home import DATA
from . import disk
from .ledger import THE_EXPLORER, Ledger, Made, broken, copy_of, replay
from .loading import Clock, data_files, loading, utc_now
from .mirror import Mirror, folder_of
from .store import Store, log_of

REBUILD = "python -m kpi_core rebuild"

_log = logging.getLogger("kpi_explorer")


# --- making it ----------------------------------------------------------------------------------------------------


@disk.in_words()
def make_database(database: Path, data: Path | Mapping[str, bytes], clock: Clock = utc_now) -> None:
    """Make a new database from a data folder (or its files), and its second copy. It is there whole or not at all.

    Raises ``BundleError`` with nothing made, and ``StoreError`` where ``database`` exists, or what remains of a former one
    does: nothing is ever replaced.
    """
    if database.exists():
        raise StoreError(f"{database.name} is there already, and is left as it is. Name a new file.")
    mirror = Mirror(folder_of(database))
    if mirror.remains:
        how = f"Run {REBUILD} to have it back" if mirror.there else "Put a backup back"
        raise StoreError(
            f"{mirror.folder.name} holds what remains of an earlier {database.name}, so nothing is begun anew there. {how}, or name a "
            "new file."
        )
    former = _former_folder(database)
    if _holds_something(former):
        raise StoreError(
            f"{former.name} holds what was published in an earlier {database.name}, which is not there. Put that database back from a "
            "backup, or name a new file."
        )
    made = loading(data_files(data) if isinstance(data, Path) else data)
    _build(database, ((clock(), THE_EXPLORER, Kind.LOADED, made),), clock)


def in_memory(files: Mapping[str, bytes], clock: Clock = utc_now) -> Ledger:
    """A ledger that is not kept, over the files of a data folder. Raises ``BundleError``."""
    ledger = Ledger(Store.open(":memory:", clock()), None, clock)
    ledger.act(THE_EXPLORER, Kind.LOADED, lambda: loading(files))
    return ledger


Act = tuple[datetime, Actor, Kind, Made]
"""When, who, what, and what it makes."""


def _build(database: Path, acts: Iterable[Act], clock: Clock) -> None:
    """Make a database and its second copy from acts, beside their places, and put them there: the second copy first."""
    part = database.with_name(f"{database.name}.{os.getpid()}.part")
    mirror, part_mirror = (
        Mirror(folder_of(database)),
        Mirror(database.with_name(f"{database.name}.ledger.{os.getpid()}.part")),
    )
    disk.make_folder(database.parent)
    disk.clear_parts(database)
    try:
        store = Store.open(part, clock())
        try:
            part_mirror.make()
            ledger = Ledger(store, part_mirror, clock)
            for at, actor, kind, made in acts:
                ledger.act(actor, kind, _already(made), at=at)
            store.checkpoint()
        except NotSaved as error:
            # Nobody can do again what was done in a part: it is the whole that was not made.
            raise _refused(error.__cause__, part) or error from error
        finally:
            store.close()
        if mirror.folder.is_dir():
            mirror.folder.rmdir()  # it is empty
        os.replace(part_mirror.folder, mirror.folder)
        disk.settle(database.parent)
        disk.private(part)
        os.replace(part, database)
    finally:
        _remove(part)
        rmtree(part_mirror.folder, ignore_errors=True)


def _already(made: Made) -> Callable[[], Made]:
    """What an act asks for where it is made before the act begins."""
    return lambda: made


def _refused(error: BaseException | None, part: Path) -> StoreError | None:
    return disk.reason(error) if isinstance(error, OSError) else disk.reason_in(str(error), part)


# --- opening it ---------------------------------------------------------------------------------------------------


@disk.in_words()
def open_database(
    database: Path, data: Path = DATA, clock: Clock = utc_now, at: Callable[[str], None] = lambda _: None
) -> tuple[Ledger, str]:
    """Open the database with its ledger: made first where there is neither, made again where it is lost or broken.

    With it comes what must be said about that; empty: nothing. Raises ``BundleError`` or ``StoreError``.
    """
    mirror, said = Mirror(folder_of(database)), ""
    for place in (database, mirror.folder):
        disk.refuse_dead_link(place)
    disk.clear_parts(database)
    if not database.exists():
        told = mirror.read()
        if not told.events:
            make_database(database, data, clock)
        elif told.broken:
            return _only_to_read(database, mirror, f"{database.name} is not there", clock), ""
        else:
            said = _made_again(database, mirror, f"{database.name} was not there", clock, quiet=len(told.events) == 1)
    try:
        store = Store.open(database, clock())
    except FormerDatabase:
        said = _carried_over(database, clock)
        store = Store.open(database, clock())
    except DatabaseBroken as error:
        if not mirror.there:
            raise
        why = str(error).split(". ")[0]
        if mirror.read().broken:
            return _only_to_read(database, mirror, why, clock), ""
        said = _made_again(database, mirror, why, clock)
        store = Store.open(database, clock())
    if fault := _fault(store):
        store.close()
        why = f"{database.name} is damaged ({shorten(fault, 80)})"
        if not mirror.there:
            raise StoreError(
                f"{why}, and {mirror.folder.name} is not beside it to make it again from. Put back a backup."
            )
        if mirror.read().broken:
            return _only_to_read(database, mirror, why, clock), ""
        said = _made_again(database, mirror, why, clock)
        store = Store.open(database, clock())
    disk.private(database)
    if _holds_something(_former_folder(database)):
        # A carrying over was broken off at its last step.
        disk.set_aside((_former_folder(database),), clock)
    try:
        ledger = Ledger(store, mirror, clock, at)
        if not ledger.position:
            raise StoreError(
                f"{database.name} holds nothing, not even a beginning. Move it away and start again to make a new one."
            )
        ledger.compare()
    except BaseException:
        store.close()
        raise
    return ledger, said


def _fault(store: Store) -> str:
    try:
        return store.fault()
    except BaseException:
        store.close()
        raise


def _only_to_read(database: Path, mirror: Mirror, lost: str, clock: Clock) -> Ledger:
    """The figures up to the first line that is not as it was written, in memory: nothing is made, and nothing may be written.

    ``lost``: what is wrong with the database. Raises ``LedgerBroken`` where nothing stands before that line.
    """
    told = mirror.read()
    why = f"{lost}, and cannot be made again. {broken((), told, database.name, mirror.name)}"
    if not told.events:
        raise LedgerBroken(why)
    store = Store.open(":memory:", clock())
    with store.write() as writing:
        for event in told.events:
            replay(writing, event, mirror.file)
    ledger = Ledger(store, None, clock)
    ledger.refusal = f"{why} Until then what stands before that line can be read."
    return ledger


def _made_again(database: Path, mirror: Mirror, why: str, clock: Clock, quiet: bool = False) -> str:
    """Make the database again from its second copy, and say so. Raises ``LedgerBroken`` where that is broken too."""
    rebuilt = rebuild(database, clock)
    if quiet:
        return ""  # only what comes with the product was ever in it
    said = f"{why}. It was made again from {mirror.folder.name}: {rebuilt.words}."
    if rebuilt.aside:
        said += f" What was there before is kept as {' and '.join(path.name for path in rebuilt.aside)}."
    _log.warning("%s", said)
    return said


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was made again, and what was there before."""

    position: int
    aside: tuple[Path, ...]
    """The files that were set aside: the former database and, where one lay there, its write-ahead log."""
    lacking: int = 0
    """How many files that the records name are not there."""

    @property
    def words(self) -> str:
        """What it was made from."""
        records = "record 1" if self.position == 1 else f"records 1 to {self.position}"
        if not self.lacking:
            return records
        files = "1 file" if self.lacking == 1 else f"{self.lacking} files"
        return f"{records}, without {files} of words or uploads, to be put back from a backup"


@disk.in_words()
def rebuild(database: Path, clock: Clock = utc_now) -> Rebuilt:
    """Make the database again from its second copy. The former one is set aside, never deleted.

    Raises ``StoreError`` where another process holds the database or there is no second copy, and ``LedgerBroken`` where
    that is not as it was written, or lacks what the database has. Each time nothing is changed.
    """
    mirror = Mirror(folder_of(database))
    if not mirror.there:
        raise StoreError(
            f"{mirror.folder.name} is not beside {database.name}, so there is nothing to make it again from. Put back a backup."
        )
    told = mirror.read()
    if told.broken:
        raise LedgerBroken(f"Nothing was made again. {broken((), told, database.name, mirror.name)}")
    _refuse_to_lose(database, mirror, told.events, clock)
    part = database.with_name(f"{database.name}.{os.getpid()}.part")
    _remove(part)
    try:
        store = Store.open(part, clock())
        try:
            with store.write() as writing:
                for event in told.events:
                    replay(writing, event, mirror.file)
                erased = {one.sha256 for _, one in writing.select(Erased)}
                named = {name for event in told.events for name in files_named(event.body)}
                lacking = len(named - erased - writing.file_names())
            store.checkpoint()
        finally:
            store.close()
        # A log that outlived its database would be taken for the new one's.
        aside = disk.set_aside((database, log_of(database)), clock)
        disk.private(part)
        os.replace(part, database)
        disk.settle(database.parent)
    finally:
        _remove(part)
    return Rebuilt(len(told.events), aside, lacking)


def _refuse_to_lose(database: Path, mirror: Mirror, events: tuple[Event, ...], clock: Clock) -> None:
    """Refuse where the database is whole and has what its second copy lacks."""
    if not database.exists():
        return
    try:
        store = Store.open(database, clock())
    except DatabaseBroken:
        return
    try:
        if store.fault():
            return
        with store.read() as reading:
            held = reading.events()
    finally:
        store.close()
    if broken(held, None, database.name, ""):
        return
    if differ := broken(held, mirror.read(), database.name, mirror.name):
        raise LedgerBroken(f"Nothing was made again. {differ}")
    if len(held) > len(events):
        raise LedgerBroken(
            f"Nothing was made again: {database.name} has records that {mirror.name} lacks. Start the explorer, which completes the "
            "shorter of the two."
        )


# --- carrying over ------------------------------------------------------------------------------------------------


def _former_folder(database: Path) -> Path:
    return database.with_name(f"{database.name}.uploads")


def _holds_something(former: Path) -> bool:
    return former.is_dir() and any(path.suffix in (".csv", ".jsonl") for path in former.iterdir())


def _carried_over(database: Path, clock: Clock) -> str:
    """Carry a database of a version before the ledger over. The former files are set aside, and what became of it is said."""
    from .former import acts_of

    former = _former_folder(database)
    acts = acts_of(database, former, clock())
    mirror = Mirror(folder_of(database))
    if mirror.remains:
        # An earlier carrying over was broken off before the end: what it made is set aside and made again.
        disk.set_aside((mirror.folder,), clock)
    carried = database.with_name(f"{database.name}.carried.{os.getpid()}.part")
    try:
        _build(carried, ((one.at, one.actor, one.kind, one.made) for one in acts), clock)
        os.replace(folder_of(carried), mirror.folder)
        aside = disk.set_aside((database, log_of(database)), clock)
        os.replace(carried, database)
        disk.settle(database.parent)
        aside += disk.set_aside((former,), clock)
    finally:
        _remove(carried)
        rmtree(folder_of(carried), ignore_errors=True)
    said = (
        f"{database.name} was made by an earlier version and was carried over: {len(acts)} {'record' if len(acts) == 1 else 'records'}. "
        f"What was there before is kept as {' and '.join(path.name for path in aside)}."
    )
    _log.warning("%s", said)
    return said


# --- on demand ----------------------------------------------------------------------------------------------------


def verify(ledger: Ledger, database: Path | None, head: str = "") -> Health:
    """Count what is held, and say everything that is not as it was recorded. ``head``: a hash noted outside, to be found."""
    tables = ("event", "file", "indicator", "target", "figure", "benchmark", "conflict", "upload", "report")
    with ledger.store.read() as reading:
        counts = tuple((table, reading.count(table)) for table in tables)
        problems = []
        for table in ("listing", "target", "figure", "benchmark", "conflict", "report", "concern", "proposal"):
            rows = reading.count(table, "t where indicator <> '' and indicator not in (select code from indicator)")
            if rows:
                problems.append(
                    f"{rows:,} rows of the table {table} name an indicator that the register does not hold."
                )
    if fault := ledger.store.fault():
        problems.append(f"The database is damaged: {fault}")
    else:
        problems += [ledger.refusal] if ledger.refusal else []
        problems += [one for one in ledger.problems(head) if one != ledger.refusal]
    if ledger.mirror is not None and ledger.mirror.unconfirmed:
        problems.append(unconfirmed(ledger.mirror))
    if database is not None and (warning := place_warning(database)):
        problems.append(warning)
    return Health(counts, tuple(problems), ledger.position, ledger.head, ledger.mended)


def unconfirmed(mirror: Mirror) -> str:
    """What every page says until somebody has confirmed that the second copy was lost and written again."""
    return (
        f"The second copy of the record of changes, {mirror.folder.name}, was lost and has been written again from the database. Find "
        "out why it was gone, then confirm it on the page Record of changes."
    )


_SYNCED = (
    "onedrive",
    "dropbox",
    "google drive",
    "googledrive",
    "icloud",
    "nextcloud",
    "owncloud",
    "sharepoint",
    "creative cloud",
    "cloudstorage",
    "mobile documents",  # where a Mac keeps iCloud Drive
)
_NETWORK = (
    "nfs",
    "nfs4",
    "cifs",
    "smb",
    "smb3",
    "smbfs",
    "fuse.sshfs",
    "fuse.rclone",
    "9p",
    "afs",
    "davfs",
    "fuse.davfs2",
)


def place_warning(database: Path, mounts: str | None = None) -> str:
    """That the database lies in a synced or a network folder, where it may be spoilt; empty where it does not.

    ``mounts``: the text of the system's list of mounted file systems, read where ``None``.
    """
    path = database.absolute()
    kind = ""
    if any(word in part.casefold() for part in path.parts[:-1] for word in _SYNCED):
        kind = "synced"
    elif path.as_posix().startswith("//") or _mounted_on(path, mounts) in _NETWORK:
        kind = "network"
    if not kind:
        return ""
    return f"The database lies in a {kind} folder, where it can be spoilt while it is written. Keep it on this machine's own disk, and back it up."


def _mounted_on(path: Path, mounts: str | None) -> str:
    """The kind of file system a path is on, where the system says so."""
    if mounts is None:
        table = Path("/proc/mounts")
        mounts = (
            table.read_text(encoding="utf-8", errors="replace") if sys.platform == "linux" and table.exists() else ""
        )
    found = [line.split()[1:3] for line in mounts.splitlines() if len(line.split()) > 2]
    over = [(point, kind) for point, kind in found if path.is_relative_to(point.replace("\\040", " "))]
    return max(over, key=lambda one: len(one[0]), default=("", ""))[1]


# --- backups ------------------------------------------------------------------------------------------------------


def backup(ledger: Ledger, database: Path | None, clock: Clock = utc_now) -> Backup:
    """A zip file with a whole copy of the database and of its second copy. It may be taken while the app runs.

    What it holds is said of what was compared. Raises ``LedgerBroken`` where the two are not as they were written.
    """
    packed = io.BytesIO()
    with (
        ledger.store.alone(),
        TemporaryDirectory(prefix="kpi-backup-") as folder,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        if problems := ledger.problems():
            raise LedgerBroken(f"No backup was made: what it would hold is not as it was written. {problems[0]}")
        name = database.name if database is not None else "kpi.duckdb"
        copy = Path(folder) / name
        copy_of(ledger.store, copy, clock())
        archive.write(copy, name)
        if ledger.mirror is not None:
            for path in sorted(ledger.mirror.folder.rglob("*")):
                if path.is_file() and not path.name.endswith((".part", ".set-aside")):
                    archive.write(
                        path, f"{folder_of(Path(name)).name}/{path.relative_to(ledger.mirror.folder).as_posix()}"
                    )
        with ledger.store.read() as reading:
            files = len(reading.file_names())
        position, head = ledger.position, ledger.head
    return Backup(packed.getvalue(), position, head, files)


@disk.in_words()
def backup_to(path: Path, packed: bytes) -> None:
    """Write a backup to a new file. Raises ``StoreError`` where there is one already."""
    if path.exists():
        raise StoreError(f"{path.name} is there already, and is left as it is. Name a new file.")
    disk.make_folder(path.parent)
    disk.write_whole(path, packed)


@disk.in_words()
def restore(packed: Path, database: Path) -> int:
    """Put a backup back where there is no database and no second copy; how many files. Raises ``StoreError``, nothing replaced."""
    mirror = folder_of(database)
    for there in (database, mirror):
        if there.exists():
            raise StoreError(
                f"{there.name} is there already, and is left as it is. Move it away, or name a new file with --db."
            )
    part = database.with_name(f"{database.name}.{os.getpid()}.part")
    rmtree(part, ignore_errors=True)
    disk.make_folder(database.parent)
    try:
        names = _unpacked(packed, part)
        told = Mirror(part / "ledger").read()
        if told.broken or not told.events:
            raise StoreError(f"{packed.name} is spoilt: what it holds is not as it was written. Nothing was put back.")
        os.replace(part / "ledger", mirror)
        os.replace(part / "database", database)  # last: were it lost, it would be made again from the other
        disk.settle(database.parent)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise StoreError(f"{packed.name} is not a backup of this explorer. Nothing was put back.") from error
    finally:
        rmtree(part, ignore_errors=True)
    return names


def _unpacked(packed: Path, folder: Path) -> int:
    """Unpack a backup as ``database`` and ``ledger``; how many files. Raises ``ValueError`` where it is none, and as ``zipfile``."""
    with zipfile.ZipFile(packed) as archive:
        names = [one for one in archive.namelist() if not one.endswith("/")]
        whole = [one for one in names if "/" not in one]
        name = whole[0] if len(whole) == 1 else ""
        if name and any(one.startswith(f"{name}.uploads/") for one in names):
            raise StoreError(
                f"{packed.name} was made by an earlier version. Unpack it beside where {name} is to lie and start the explorer, which "
                "carries it over. Nothing was put back."
            )
        inside, others = f"{name}.ledger/", [one for one in names if one != name]
        astray = [one for one in others if not one.startswith(inside) or ".." in PurePosixPath(one).parts]
        if astray or f"{inside}events.jsonl" not in others:
            raise ValueError(packed.name)
        for one in names:
            path = folder / "database" if one == name else folder / "ledger" / one.removeprefix(inside)
            disk.make_folder(path.parent)
            disk.write_whole(path, _read(archive, one))
    return len(names)


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        return archive.read(name)
    except OSError as error:  # a place that is outside the file
        raise ValueError(name) from error


def _remove(path: Path) -> None:
    for file in (path, log_of(path)):
        file.unlink(missing_ok=True)

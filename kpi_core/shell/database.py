"""The database's own health: made from the bundled data, checked at start, made again, backed up. Nothing is ever deleted.

What it can be made again from is the bundled data and the kept uploads (``kept``). The former file is set aside.
"""

from __future__ import annotations

import hashlib
import io
import logging
import os
import sys
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from ..bundle import CSV_FILES, REPORT_FOLDER, read
from ..errors import DatabaseHeld, KpiError, NewerDatabase, StoreError
from ..intake import GivenFile
from ..mapping import read_profile
from ..sheet import UNCAPPED
from .kept import Event, Kept, folder_of, write_whole
from .reading import Reading
from .store import Store, log_of
from .uploads import Uploads, write_upload

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
REBUILD = "python -m kpi_core rebuild"

Clock = Callable[[], datetime]
_log = logging.getLogger("kpi_explorer")


def utc_now() -> datetime:
    """The time of day, in UTC and without a zone, as the database keeps it."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


# --- making it ----------------------------------------------------------------------------------------------------


def data_files(folder: Path) -> dict[str, bytes]:
    """The files of a data folder by name; one that is missing is left out, for the reader to say so."""
    paths = [folder / name for name in CSV_FILES] + sorted((folder / REPORT_FOLDER).glob("*.md"))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths if path.is_file()}


def fingerprints(files: Mapping[str, bytes]) -> dict[str, str]:
    """SHA-256 of each file."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def make_database(
    database: Path, data: Path | Mapping[str, bytes], clock: Clock = utc_now, made_from: str = "data"
) -> None:
    """Make a new database from a data folder (or its files). It is made beside ``database`` and put there only when whole.

    ``made_from`` is ``data`` or ``example`` with its seed: what it could be made again from. Raises ``BundleError``
    with nothing made, and ``StoreError`` where ``database`` exists: nothing is ever replaced.
    """
    if database.exists():
        raise StoreError(f"{database.name} is there already, and is left as it is. Name a new file.")
    kept = Kept(database)
    if kept.there and kept.manifest().events:
        raise StoreError(
            f"{kept.folder.name} holds uploads of an earlier {database.name}. Run {REBUILD} to have them back, or name a new file."
        )
    files = data_files(data) if isinstance(data, Path) else data
    _make(database, files, (), clock)
    kept.begin(made_from)


def _make(database: Path, files: Mapping[str, bytes], events: tuple[Event, ...], clock: Clock) -> tuple[str, ...]:
    """Make a database from files and kept uploads, beside ``database``, and put it there; what could not be had again."""
    bundle = read(files)
    part = database.with_name(f"{database.name}.{os.getpid()}.part")
    database.parent.mkdir(parents=True, exist_ok=True)
    _remove(part)
    try:
        store = Store.open(part, clock())
        try:
            store.load(bundle, fingerprints(files), clock())
            gaps = _replay(store, Kept(database), events)
            store.checkpoint()
        finally:
            store.close()
        # A log that outlived its database would be taken for the new one's.
        _set_aside(database, clock)
        _set_aside(log_of(database), clock)
        os.replace(part, database)
    finally:
        _remove(part)
    return gaps


# --- making it again ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was made again, and what could not be."""

    aside: Path | None
    """Where the former database is kept; ``None``: there was none."""
    uploads: int
    """How many uploads were published again."""
    gaps: tuple[str, ...]
    """One sentence for each upload that could not be had again as it was."""


def rebuild(database: Path, data: Path = DATA, clock: Clock = utc_now) -> Rebuilt:
    """Make the database again from ``data`` and the kept uploads. The former one is set aside, never deleted.

    Raises ``StoreError`` where another process holds the database, its figures are made up from no known seed, or its
    uploads are not kept beside it; ``BundleError`` where a file of ``data`` is wrong. Each time nothing is changed.
    """
    kept = Kept(database)
    manifest = kept.manifest() if kept.there else None
    made_from = manifest.made_from if manifest else "data"
    files = data_files(data) if made_from == "data" else _example_files(made_from)
    read(files)
    if database.exists():
        _refuse_to_replace(database, kept, made_from, clock)
    events = manifest.events if manifest else ()
    before = set(database.parent.glob(f"{database.name}.*.set-aside"))
    gaps = _make(database, files, events, clock)
    if manifest is None:
        kept.begin(made_from)
    new = sorted(set(database.parent.glob(f"{database.name}.*.set-aside")) - before)
    aside = next((path for path in new if not path.name.startswith(log_of(database).name)), None)
    return Rebuilt(aside, sum(event.what == "published" for event in events), gaps)


def _example_files(made_from: str) -> Mapping[str, bytes]:
    from . import example  # only an example needs it, and the command line starts cold each time

    return example.files(int(made_from.removeprefix("example ")))


def _refuse_to_replace(database: Path, kept: Kept, made_from: str, clock: Clock) -> None:
    """Refuse a database that is in use, or holds what it cannot be made again from; one that cannot be read may be replaced."""
    try:
        store = Store.open(database, clock())
    except (DatabaseHeld, NewerDatabase):
        raise
    except StoreError:
        return
    try:
        with store.read() as reading:
            made_up = reading.settings().get("made_up") == "yes"
            uploads = reading.uploads()
        _complete(store, kept)
        listed = {event.upload.id for event in kept.manifest().events} if kept.there else set()
    finally:
        store.close()
    if made_up and made_from == "data":
        raise StoreError(f"{database.name} holds made-up figures. Name the council's own database with --db.")
    if unkept := [str(one.id) for one in uploads if one.id not in listed]:
        raise StoreError(
            f"{database.name} is left as it is: what upload {', '.join(unkept[:5])} gave would be lost, as its file is not kept in "
            f"{kept.folder.name}. Put that folder beside the database first."
        )


def _replay(store: Store, kept: Kept, events: tuple[Event, ...]) -> tuple[str, ...]:
    """Publish and withdraw again, in order. What cannot be had again as it was is said, and marked in the database."""
    gaps = {}
    for event in events:
        said = _replay_one(store, kept, event)
        if said:
            gaps[event.upload.id] = said
    if gaps:
        with store.write() as writing:
            writing.setting("gaps", " ".join(str(number) for number in gaps))
    return tuple(gaps.values())


def _replay_one(store: Store, kept: Kept, event: Event) -> str:
    upload = event.upload
    with store.write() as writing:
        if event.what == "withdrawn":
            writing.withdraw(upload.id, upload.published_at, upload.withdrawn_by, upload.withdrawn_reason)
            writing.audit(
                upload.published_at, upload.withdrawn_by, f"withdrew upload {upload.id}: {upload.withdrawn_reason}"
            )
            return ""
        content = kept.content(upload.id, upload.sha256)
        if content is None or hashlib.sha256(content).hexdigest() != upload.sha256:
            writing.record(upload)
            state = "is not there" if content is None else "is not as it was published"
            return f"Upload {upload.id} ({upload.file_name}) could not be published again: its kept file {state}."
        text = kept.profile(upload.id, upload.sha256)
        try:
            file = GivenFile(
                content, upload.file_name, None if text is None else read_profile(text, upload.profile), caps=UNCAPPED
            )
            uploads = Uploads(store, None, None, writing.settings().get("home_area", ""), lambda: upload.published_at)
            preview = uploads.previewed(file, writing)
            write_upload(writing, upload, preview, preview.against)
        except KpiError as error:
            writing.record(upload)
            return f"Upload {upload.id} ({upload.file_name}) could not be published again: {error}"
        if writing.digest(upload.id) != event.digest:
            return f"Upload {upload.id} ({upload.file_name}) does not give what it gave when it was published: data/ has changed since."
    return ""


# --- at start -----------------------------------------------------------------------------------------------------


def open_database(database: Path, data: Path = DATA, clock: Clock = utc_now) -> tuple[Store, str]:
    """Open the database, made first where there is none, and made again where it is broken or lacks what was published.

    With it comes what must be said about that; empty: nothing. Raises ``BundleError`` or ``StoreError``.
    """
    kept = Kept(database)
    why = ""
    if not database.exists():
        if not (kept.there and kept.manifest().events):
            make_database(database, data, clock)
            return Store.open(database, clock()), ""
        why = f"{database.name} was not there"
    else:
        try:
            store = Store.open(database, clock())
        except (DatabaseHeld, NewerDatabase):
            raise
        except StoreError as error:
            if not kept.there:
                raise
            why = str(error).split(". ")[0]
        else:
            why = _broken(store, kept)
            if not why:
                _complete(store, kept)
                return store, ""
            store.close()
    _log.warning("%s: %s", database.name, why)
    rebuilt = rebuild(database, data, clock)
    said = f"{why}. It was made again from the bundled data and {rebuilt.uploads} kept upload{'s' * (rebuilt.uploads != 1)}."
    if rebuilt.aside:
        said += f" The former file is kept as {rebuilt.aside.name}."
    said = " ".join((said, *(rebuilt.gaps or ("Nothing that was published is missing.",))))
    _log.warning("%s", said)
    return Store.open(database, clock()), said


def _broken(store: Store, kept: Kept) -> str:
    """Why the database cannot be trusted, in a clause; empty: it holds what the manifest says was published."""
    if not kept.there:
        return ""
    if fault := store.fault():
        return f"{store.name} is damaged ({fault[:80]})"
    with store.read() as reading:
        return _lacking(reading, kept, exactly=False)


def _lacking(reading: Reading, kept: Kept, exactly: bool) -> str:
    """The first thing that the manifest says was published and the database does not hold. ``exactly``: by its digest."""
    held = {one.id: one for one in reading.uploads()}
    given = reading.given()
    gaps = set(reading.settings().get("gaps", "").split())
    for event in kept.manifest().events:
        one = held.get(event.upload.id)
        if one is None or (event.what == "published" and one.sha256 != event.upload.sha256):
            return f"the database lacks upload {event.upload.id}, which was published"
        if event.what == "withdrawn" and one.withdrawn_at is None:
            return f"the database still has upload {one.id}, which was withdrawn"
        if event.what == "withdrawn" or str(one.id) in gaps:
            continue
        if given.get(one.id, (0, 0, 0)) != event.given:
            return f"the database lacks part of upload {one.id}"
        if exactly and reading.digest(one.id) != event.digest:
            return f"what the database holds of upload {one.id} is not what was published"
    return ""


def _complete(store: Store, kept: Kept) -> None:
    """Add to the manifest what was committed but not recorded, when the program ended between the two."""
    if not kept.there:
        return
    events = kept.manifest().events
    published = {event.upload.id for event in events if event.what == "published"}
    withdrawn = {event.upload.id for event in events if event.what == "withdrawn"}
    with store.read() as reading:
        uploads, given = reading.uploads(), reading.given()
        for one in uploads:
            if one.id not in published and kept.content(one.id, one.sha256) is not None:
                kept.record(Event("published", one, reading.digest(one.id), given.get(one.id, (0, 0, 0))))
            if one.withdrawn_at is not None and one.id not in withdrawn:
                kept.record(Event("withdrawn", one))


# --- on demand ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Health:
    """What ``verify`` found. ``problems`` empty: all is well."""

    counts: tuple[tuple[str, int], ...]
    problems: tuple[str, ...]


def verify(store: Store, database: Path | None) -> Health:
    """Count what is held, and say what is not as it should be: beside itself, and beside the manifest."""
    tables = ("indicator", "target", "observation", "benchmark", "conflict", "exception_report", "upload")
    with store.read() as reading:
        counts = tuple((table, reading.count(table)) for table in tables)
        problems = list(reading.dangling())
        if fault := store.fault():
            problems.append(f"The database is damaged: {fault}")
        elif database is not None:
            problems += _manifest_problems(reading, Kept(database))
    if database is not None and (warning := place_warning(database)):
        problems.append(warning)
    return Health(counts, tuple(problems))


def _manifest_problems(reading: Reading, kept: Kept) -> list[str]:
    if not kept.there:
        return [
            f"The folder {kept.folder.name} is not beside the database, so the database could not be rebuilt if it broke. "
            "Put the folder back, or take a backup."
        ]
    said = []
    if lacking := _lacking(reading, kept, exactly=True):
        said.append(f"{lacking[0].upper()}{lacking[1:]}. Run: {REBUILD}")
    for event in kept.manifest().events:
        if event.what == "published":
            content = kept.content(event.upload.id, event.upload.sha256)
            if content is None or hashlib.sha256(content).hexdigest() != event.upload.sha256:
                said.append(
                    f"The kept file of upload {event.upload.id} ({event.upload.file_name}) is not there as it was published, so the "
                    "database could not be rebuilt with it."
                )
    if gaps := reading.settings().get("gaps"):
        said.append(
            f"When the database was made again, upload {gaps.replace(' ', ', ')} could not be had again as it was published."
        )
    return said


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


def backup(store: Store, database: Path | None, clock: Clock = utc_now) -> bytes:
    """A zip file with a whole copy of the database, the kept uploads and the manifest. It may be taken while the app runs."""
    packed = io.BytesIO()
    with (
        store.alone(),
        TemporaryDirectory(prefix="kpi-backup-") as folder,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        name = database.name if database is not None else "kpi.duckdb"
        copy = Path(folder) / name
        store.copy_to(copy, clock())
        archive.write(copy, name)
        if database is not None and Kept(database).there:
            kept = folder_of(database)
            for path in sorted(kept.iterdir()):
                if not path.name.endswith(".part"):
                    archive.write(path, f"{kept.name}/{path.name}")
    return packed.getvalue()


def backup_to(path: Path, packed: bytes) -> None:
    """Write a backup to a new file. Raises ``StoreError`` where there is one already."""
    if path.exists():
        raise StoreError(f"{path.name} is there already, and is left as it is. Name a new file.")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, packed)


def _set_aside(path: Path, clock: Clock) -> Path | None:
    if not path.exists():
        return None
    for number in count(1):
        aside = path.with_name(f"{path.name}.{clock():%Y%m%d-%H%M%S}-{number}.set-aside")
        if not aside.exists():
            break
    os.replace(path, aside)
    return aside


def _remove(path: Path) -> None:
    for file in (path, log_of(path)):
        file.unlink(missing_ok=True)

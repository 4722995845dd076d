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
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from ..bundle import CSV_FILES, REPORT_FOLDER, read
from ..errors import DatabaseHeld, KpiError, NewerDatabase, StoreError, shorten
from ..intake import GivenFile
from ..model import Upload
from ..profile import read_profile
from ..sheet import UNCAPPED
from ..views import Health
from .in_step import bring_together, differences
from .journal import Journal, key_of
from .kept import Event, Kept, UnreadableManifest, folder_of, free_name, write_whole
from .reading_uploads import UploadReading
from .store import Store, Writing, log_of
from .uploads import Uploads, complete, record_audit, write_upload

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
REBUILD = "python -m kpi_core rebuild"
KEPT_SINCE = 2
"""The migration since which uploads are kept; an older database held what was bundled and no more."""

_WRITTEN = " of exception reports and scenarios"
"""What is written on the pages, in words."""

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
    if kept.there and (kept.manifest().events or Journal(kept.folder).read().events):
        raise StoreError(
            f"{kept.folder.name} holds what was published or written in an earlier {database.name}. Run {REBUILD} to have them back, or name a new file."
        )
    files = data_files(data) if isinstance(data, Path) else data
    _make(database, files, (), clock, made_from)


def _make(
    database: Path, files: Mapping[str, bytes], events: tuple[Event, ...], clock: Clock, begin: str | None
) -> tuple[tuple[str, ...], tuple[Path, ...]]:
    """Make a database from files and kept uploads, beside ``database``, and put it there.

    ``begin``: what the manifest is begun with; ``None``: it is there. What could not be had again comes back, and the
    files that were set aside.
    """
    bundle = read(files)
    part = database.with_name(f"{database.name}.{os.getpid()}.part")
    database.parent.mkdir(parents=True, exist_ok=True)
    _remove(part)
    try:
        store = Store.open(part, clock())
        try:
            store.load(bundle, fingerprints(files), clock())
            gaps = _replay(store, Kept(database), events)
            bring_together(store, Journal(folder_of(database)), clock())
            store.checkpoint()
        finally:
            store.close()
        if begin is not None:  # before the database: without its folder a database would never be kept
            Kept(database).begin(begin)
        # A log that outlived its database would be taken for the new one's.
        aside = _set_aside((database, log_of(database)), clock)
        os.replace(part, database)
    finally:
        _remove(part)
    return gaps, aside


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
    set_aside: tuple[Path, ...] = ()
    """Every file that was set aside: the former database and, where one lay there, its write-ahead log."""
    written: int = 0
    """How many things that were written on the pages were written again: versions of exception reports, scenarios and so on."""

    @property
    def words(self) -> str:
        """What it was made from."""
        kept = [
            f"{count} kept {what}{'s' * (count != 1)}{of}"
            for count, what, of in ((self.uploads, "upload", ""), (self.written, "change", _WRITTEN))
            if count
        ]
        return " and ".join(filter(None, (", ".join(["the bundled data", *kept[:-1]]), *kept[-1:])))


def rebuild(database: Path, data: Path = DATA, clock: Clock = utc_now) -> Rebuilt:
    """Make the database again from ``data`` and the kept uploads. The former one is set aside, never deleted.

    Raises ``StoreError`` where another process holds the database, its figures are made up from no known seed, its
    uploads are not kept beside it, or what was published cannot be told; ``BundleError`` where a file of ``data`` is wrong. Each time nothing is changed.
    """
    kept = Kept(database)
    manifest = kept.manifest() if kept.there else None
    made_from = manifest.made_from if manifest else "data"
    files = data_files(data) if made_from == "data" else _example_files(made_from)
    read(files)
    if database.exists():
        _refuse_to_replace(database, kept, made_from, clock)
    events = kept.manifest().events if kept.there else ()
    gaps, aside = _make(database, files, events, clock, None if kept.there else made_from)
    former = next((path for path in aside if not path.name.startswith(log_of(database).name)), None)
    written = len({key_of(event) for event in Journal(kept.folder).read().events})
    return Rebuilt(former, sum(event.what == "published" for event in events), gaps, aside, written)


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
        if store.fault():
            return
        with store.read() as reading:
            made_up = reading.settings().get("made_up") == "yes"
            uploads = reading.uploads()
            written = reading.written_keys()
        _complete(store, kept, clock)
        unkept = [str(one.id) for one in uploads if not kept.there or kept.content(one.id, one.sha256) is None]
    finally:
        store.close()
    if made_up and made_from == "data":
        raise StoreError(f"{database.name} holds made-up figures. Name the council's own database with --db.")
    if written and not kept.there:
        raise StoreError(
            f"{database.name} is left as it is: {len(written)} changes{_WRITTEN} would be lost, as {kept.folder.name} is not "
            "beside it. Put that folder back first."
        )
    if unkept:
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
            writing.audit(upload.published_at, upload.withdrawn_by, "withdrawn", upload.id, upload.withdrawn_reason)
            return ""
        if not_kept := _not_kept(kept, upload):
            return _gap(writing, upload, not_kept)
        content, text = kept.content(upload.id, upload.sha256) or b"", kept.profile(upload.id, upload.sha256)
        try:
            file = GivenFile(
                content, upload.file_name, None if text is None else read_profile(text, upload.profile), caps=UNCAPPED
            )
            uploads = Uploads(store, None, None, writing.settings().get("home_area", ""), lambda: upload.published_at)
            preview = uploads.previewed(file, writing)
            write_upload(writing, upload, preview, preview.against)
        except KpiError as error:
            return _gap(writing, upload, str(error))
        if writing.digest(upload.id) != event.digest:
            return f"{_called(upload)} does not give what it gave when it was published: data/ has changed since."
    return ""


def _gap(writing: Writing, upload: Upload, why: str) -> str:
    """Record an upload that gives nothing any more, and say so."""
    writing.record(upload)
    record_audit(writing, upload)
    return f"{_called(upload)} could not be published again: {why}"


def _called(upload: Upload) -> str:
    return f"Upload {upload.id} ({shorten(upload.file_name)})"


def _not_kept(kept: Kept, upload: Upload) -> str:
    """Why an upload could not be published again from what is kept, in a sentence; empty: it could be."""
    content = kept.content(upload.id, upload.sha256)
    if content is None:
        return "its kept file is not there."
    if hashlib.sha256(content).hexdigest() != upload.sha256:
        return "its kept file is not as it was published."
    if upload.profile and kept.profile(upload.id, upload.sha256) is None:
        return f"the column mapping {upload.profile} it was read through is not kept with it."
    return ""


# --- at start -----------------------------------------------------------------------------------------------------


def open_database(database: Path, data: Path = DATA, clock: Clock = utc_now) -> tuple[Store, str]:
    """Open the database, made first where there is none, and made again where it is broken or lacks what was published.

    With it comes what must be said about that; empty: nothing. Raises ``BundleError`` or ``StoreError``.
    """
    kept = Kept(database)
    why = ""
    if not database.exists():
        if not _has_events(kept):
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
            _has_events(kept)
            why = str(error).split(". ")[0]
        else:
            try:
                why, said = _seen_to(store, database, kept, clock)
            except BaseException:
                store.close()
                raise
            if not why:
                return store, said
            store.close()
    _log.warning("%s: %s", database.name, why)
    rebuilt = rebuild(database, data, clock)
    said = f"{why}. It was made again from {rebuilt.words}."
    if rebuilt.set_aside:
        said += f" What was there before is kept as {' and '.join(path.name for path in rebuilt.set_aside)}."
    said = " ".join((said, *(rebuilt.gaps or ("Nothing that was published is missing.",))))
    _log.warning("%s", said)
    return Store.open(database, clock()), said


def _has_events(kept: Kept) -> bool:
    """Whether anything was published or written. Raises ``StoreError`` where that cannot be told."""
    try:
        return kept.there and bool(kept.manifest().events or Journal(kept.folder).read().events)
    except UnreadableManifest as error:
        raise _neither(kept) from error


def _neither(kept: Kept) -> StoreError:
    return StoreError(
        f"The database cannot be read, and neither can the manifest of {kept.folder.name}, so what was published cannot be told. "
        "Put both back from a backup."
    )


def _seen_to(store: Store, database: Path, kept: Kept, clock: Clock) -> tuple[str, str]:
    """See to an open database at start: why it must be made again, or what must be said of what was mended.

    Raises ``StoreError`` where it is damaged and cannot be made again.
    """
    said = ""
    if fault := store.fault(thorough=False):
        why = f"{store.name} is damaged ({shorten(fault, 80)})"
        if not kept.there:
            raise StoreError(
                f"{why}, and {kept.folder.name} is not beside it to make it again from. Put back a backup."
            )
        _has_events(kept)
        return why, ""
    if not kept.there:
        if 0 < store.step_before < KEPT_SINCE:
            kept.begin("data")
        return "", ""
    try:
        kept.manifest()
    except UnreadableManifest:
        said = _mend_manifest(store, kept, clock)
        _log.warning("%s: %s", database.name, said)
    with store.read() as reading:
        why = _lacking(reading, kept, exactly=False)
    if not why and (lacked := _complete(store, kept, clock)):
        said = f"{said} {lacked}".strip()
    return why, said


def _mend_manifest(store: Store, kept: Kept, clock: Clock) -> str:
    """Write a manifest that cannot be read again from a database that can."""
    with store.read() as reading:
        aside = kept.begin_again(reading.settings().get("made_up") == "yes", clock())
        complete(reading, kept)
    return (
        f"The manifest of {kept.folder.name} could not be read. It was written again from the database; what was there before is "
        f"kept as {aside.name}."
    )


def _lacking(reading: UploadReading, kept: Kept, exactly: bool) -> str:
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


def _complete(store: Store, kept: Kept, clock: Clock) -> str:
    """Put into the kept folder what the database alone has, and what was written on the pages the other way round too.

    What must be said of the latter comes back; empty: nothing.
    """
    if not kept.there:
        return ""
    with store.read() as reading:
        complete(reading, kept)
    lacked = bring_together(store, Journal(kept.folder), clock())
    if not lacked:
        return ""
    changes = "One change" if len(lacked) == 1 else f"{len(lacked)} changes"
    return f"{changes}{_WRITTEN} that the database lacked {'was' if len(lacked) == 1 else 'were'} written again from the kept file."


# --- on demand ----------------------------------------------------------------------------------------------------


def verify(store: Store, database: Path | None) -> Health:
    """Count what is held, and say what is not as it should be: beside itself, and beside the manifest."""
    tables = ("indicator", "target", "observation", "benchmark", "conflict", "upload")
    with store.read() as reading:
        counts = (*((table, reading.count(table)) for table in tables), ("exception_report", reading.report_count()))
        problems = list(reading.dangling())
        if fault := store.fault():
            problems.append(f"The database is damaged: {fault}")
        elif database is not None:
            problems += _manifest_problems(reading, Kept(database))
    if database is not None and (warning := place_warning(database)):
        problems.append(warning)
    return Health(counts, tuple(problems))


def _manifest_problems(reading: UploadReading, kept: Kept) -> list[str]:
    if not kept.there:
        return [
            f"The folder {kept.folder.name} is not beside the database, so the database could not be rebuilt if it broke. "
            "Put the folder back, or take a backup."
        ]
    try:
        published = [event.upload for event in kept.manifest().events if event.what == "published"]
    except UnreadableManifest as error:
        return [str(error)]
    said = list(differences(reading, Journal(kept.folder)))
    if lacking := _lacking(reading, kept, exactly=True):
        said.append(f"{lacking[0].upper()}{lacking[1:]}. Run: {REBUILD}")
    listed = {upload.id for upload in published}
    for upload in (*published, *(one for one in reading.uploads() if one.id not in listed)):
        if not_kept := _not_kept(kept, upload):
            said.append(f"The database could not be rebuilt with {_called(upload)}: {not_kept}")
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
                if path.is_file() and not path.name.endswith(".part"):
                    archive.write(path, f"{kept.name}/{path.name}")
    return packed.getvalue()


def backup_to(path: Path, packed: bytes) -> None:
    """Write a backup to a new file. Raises ``StoreError`` where there is one already."""
    if path.exists():
        raise StoreError(f"{path.name} is there already, and is left as it is. Name a new file.")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, packed)


def _set_aside(paths: Iterable[Path], clock: Clock) -> tuple[Path, ...]:
    """Rename those files that are there, and say what they are called now."""
    aside = []
    for path in paths:
        if path.exists():
            aside.append(free_name(path, clock()))
            os.replace(path, aside[-1])
    return tuple(aside)


def _remove(path: Path) -> None:
    for file in (path, log_of(path)):
        file.unlink(missing_ok=True)

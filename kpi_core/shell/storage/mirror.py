"""The ledger's second copy, in a folder beside the database: a line an event, and each file under its SHA-256.

It does not depend on the database's own log, which can lose its end silently, and the database can be made again from it.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ...events import BEGINNING, Event, broken_link, event_of, line_of
from . import disk


def folder_of(database: Path) -> Path:
    """The folder of a database's second copy."""
    return database.with_name(f"{database.name}.ledger")


@dataclass(frozen=True, slots=True)
class MirrorLines:
    """What the lines say."""

    events: tuple[Event, ...]
    """Up to the first line that is not as it was written."""
    broken: int
    """The number of that line; 0: there is none."""
    torn: bytes
    """What stands after the last whole line, where writing was broken off."""


class Mirror:
    """The folder of one database's second copy."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "events.jsonl"
        self._files = folder / "files"
        self._unconfirmed = folder / "written-again"
        self._to_purge = folder / "to-purge"

    @property
    def name(self) -> str:
        """The file of events with its folder, as a sentence names it."""
        return f"{self.folder.name}/{self.path.name}"

    @property
    def there(self) -> bool:
        """Whether there is a file of events. One without a whole line is lost as well."""
        if not self.path.is_file():
            return False
        with self.path.open("rb") as file:
            return file.readline().endswith(b"\n")

    @property
    def remains(self) -> bool:
        """Whether anything of a ledger lies there."""
        return self.folder.is_dir() and any(self.folder.iterdir())

    @property
    def refusal(self) -> str:
        """Why nothing can be added to it; empty: something can."""
        for place in (self.folder, self._files, self.path):
            if not disk.writable(place):
                return str(disk.reason(PermissionError(errno.EACCES, "", str(place))))
        return ""

    def make(self) -> None:
        """Make the folder, where there is none."""
        disk.make_folder(self.folder)
        disk.make_folder(self._files)

    def read(self) -> MirrorLines:
        """What the lines say, up to the first that is not as it was written or does not follow the one before."""
        *lines, torn = (self.path.read_bytes() if self.there else b"").split(b"\n")
        events: list[Event] = []
        for line in lines:
            event = event_of(line + b"\n")
            if event is None:
                break
            events.append(event)
        sound = broken_link(events, BEGINNING)
        if events and events[0].number != 1:
            sound = 0
        whole = len(events) if sound < 0 else sound
        return MirrorLines(tuple(events[:whole]), whole + 1 if whole < len(lines) else 0, torn)

    def append(self, event: Event, files: Mapping[str, bytes]) -> None:
        """Add an event: its files first, then its line. When this returns they are on the disk.

        Raises ``OSError``, also where the last line is not that of the event before: nothing is begun anew.
        """
        if event.number > 1 and not self._ends_with(event.previous):
            raise OSError(f"{self.name} is not as it was left; start the explorer again")
        self.make()
        self.put_files(files)
        disk.append(self.path, line_of(event))

    def _ends_with(self, head: str) -> bool:
        end = f'"hash":"{head}"}}\n'.encode()
        if not self.path.is_file():
            return False
        with self.path.open("rb") as file:
            file.seek(-min(len(end), file.seek(0, os.SEEK_END)), os.SEEK_END)
            return file.read() == end

    def write_again(self, events: Iterable[Event], files: Mapping[str, bytes]) -> None:
        """Write all of it, whole or not at all."""
        self.make()
        self.put_files(files)
        disk.write_whole(self.path, b"".join(map(line_of, events)))

    def drop_torn(self) -> None:
        """Drop what stands after the last whole line: it was being written when the program ended, and never announced."""
        content = self.path.read_bytes()
        disk.write_whole(self.path, content[: content.rfind(b"\n") + 1])

    # --- files ---

    def put_files(self, files: Mapping[str, bytes]) -> None:
        """Keep files by their SHA-256."""
        for name, content in files.items():
            if not self._file(name).is_file():
                disk.make_folder(self._files)
                disk.write_whole(self._file(name), content)

    def file(self, sha256: str) -> bytes | None:
        """The bytes of a file; ``None`` where it is not there."""
        path = self._file(sha256)
        return path.read_bytes() if path.is_file() else None

    def file_names(self) -> frozenset[str]:
        """The SHA-256 of every file."""
        if not self._files.is_dir():
            return frozenset()
        return frozenset(entry.name for entry in os.scandir(self._files) if len(entry.name) == 64)

    def drop_files(self, names: Iterable[str]) -> None:
        """Let go of files."""
        for name in names:
            self._file(name).unlink(missing_ok=True)
        if self._files.is_dir():
            disk.settle(self._files)

    def _file(self, sha256: str) -> Path:
        return self._files / sha256

    # --- marks ---

    @property
    def unconfirmed(self) -> bool:
        """Whether it was lost and written again from the database, and nobody has confirmed that yet."""
        return self._unconfirmed.exists()

    def mark_unconfirmed(self) -> None:
        """Mark that it was written again."""
        self.make()
        disk.write_whole(self._unconfirmed, b"")

    def confirm(self) -> None:
        """Somebody has confirmed it."""
        self._unconfirmed.unlink(missing_ok=True)

    @property
    def to_purge(self) -> bool:
        """Whether words were erased and the database's file still has to be made anew without a trace of them."""
        return self._to_purge.exists()

    def mark_to_purge(self, wanted: bool) -> None:
        """Mark that, or that it is done."""
        if wanted:
            disk.write_whole(self._to_purge, b"")
        else:
            self._to_purge.unlink(missing_ok=True)

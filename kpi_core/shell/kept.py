"""The bytes of every upload, kept in a folder beside the database, with a manifest of what was published and withdrawn.

The database can be made again from the bundled data and this folder. Each file is written whole or not at all.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from ..errors import StoreError
from ..model import Upload

_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the manifest: ``published``, or ``withdrawn`` (then only the last four of ``upload`` speak)."""

    what: str
    upload: Upload
    digest: str = ""
    """Of all that it gave."""
    given: tuple[int, int, int] = (0, 0, 0)
    """How many figures, register entries and targets."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was published and withdrawn, in order; and where the first figures came from."""

    made_from: str
    """``data``, or ``example`` and its seed."""
    events: tuple[Event, ...] = ()


class UnreadableManifest(StoreError):
    """The manifest cannot be read, so what it says was published cannot be told."""

    def __init__(self, folder: str) -> None:
        super().__init__(
            f"The manifest of {folder} cannot be read. Start the explorer, which writes it again from the database, or put it back "
            "from a backup."
        )


def folder_of(database: Path) -> Path:
    """The folder of a database's kept uploads."""
    return database.with_name(f"{database.name}.uploads")


class Kept:
    """The kept uploads of one database."""

    def __init__(self, database: Path) -> None:
        self.folder = folder_of(database)

    @property
    def there(self) -> bool:
        """Whether the folder is beside the database; without it the database works, but cannot be made again."""
        return (self.folder / _MANIFEST).is_file()

    def begin(self, made_from: str) -> None:
        """Make the folder, with an empty manifest."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._write(Manifest(made_from))

    def keep(self, number: int, sha256: str, content: bytes, profile: str | None) -> None:
        """Keep the bytes of an upload and the text of the column mapping it is read through."""
        write_whole(self._content(number, sha256), content)
        if profile is not None:
            write_whole(self._profile(number, sha256), profile.encode())
        else:  # one may lie there of a publication that was cut short
            self._profile(number, sha256).unlink(missing_ok=True)

    def forget(self, number: int, sha256: str) -> None:
        """Drop the bytes of an upload that was not published after all."""
        for path in (self._content(number, sha256), self._profile(number, sha256)):
            path.unlink(missing_ok=True)

    def content(self, number: int, sha256: str) -> bytes | None:
        """The bytes of an upload; ``None`` where they are not there."""
        path = self._content(number, sha256)
        return path.read_bytes() if path.is_file() else None

    def profile(self, number: int, sha256: str) -> str | None:
        """The text of the column mapping of an upload; ``None``: the template."""
        path = self._profile(number, sha256)
        return path.read_text(encoding="utf-8") if path.is_file() else None

    def record(self, event: Event) -> None:
        """Add a line to the manifest."""
        manifest = self.manifest()
        self._write(Manifest(manifest.made_from, (*manifest.events, event)))

    def manifest(self) -> Manifest:
        """What the folder says was published. Raises ``UnreadableManifest``."""
        try:
            held = json.loads((self.folder / _MANIFEST).read_text(encoding="utf-8"))
            made_from = _MADE_FROM.fullmatch(held["made_from"])
            if made_from is None:
                raise ValueError(held["made_from"])
            return Manifest(made_from[0], tuple(_event(one) for one in held["events"]))
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            raise UnreadableManifest(self.folder.name) from error

    def begin_again(self, made_up: bool, at: datetime) -> Path:
        """Begin the manifest anew where it cannot be read. The former one is set aside, and where it is kept is returned."""
        path = self.folder / _MANIFEST
        # Where the first figures came from is known to the manifest alone.
        found = _EXAMPLE.search(path.read_text(encoding="utf-8", errors="replace")) if made_up else None
        aside = free_name(path, at)
        os.replace(path, aside)
        self.begin(found[0] if found else "data")
        return aside

    def _write(self, manifest: Manifest) -> None:
        document = {"made_from": manifest.made_from, "events": [_json(event) for event in manifest.events]}
        write_whole(self.folder / _MANIFEST, json.dumps(document, ensure_ascii=False, indent=1).encode())

    def _content(self, number: int, sha256: str) -> Path:
        return self.folder / f"{number:04d}-{sha256[:12]}.csv"

    def _profile(self, number: int, sha256: str) -> Path:
        return self.folder / f"{number:04d}-{sha256[:12]}.mapping.toml"


_EXAMPLE = re.compile(r"example [0-9]{1,18}")
_MADE_FROM = re.compile(rf"data|{_EXAMPLE.pattern}")


def free_name(path: Path, at: datetime) -> Path:
    """A name beside ``path`` to set it aside under, which nothing has yet."""
    names = (path.with_name(f"{path.name}.{at:%Y%m%d-%H%M%S}-{number}.set-aside") for number in count(1))
    return next(name for name in names if not name.exists())


def _json(event: Event) -> dict[str, Any]:
    upload = event.upload
    if event.what == "withdrawn":
        at = upload.withdrawn_at.isoformat() if upload.withdrawn_at else ""
        return {"withdrawn": upload.id, "at": at, "by": upload.withdrawn_by, "reason": upload.withdrawn_reason}
    return {
        "published": upload.id,
        "kind": upload.kind,
        "at": upload.published_at.isoformat(),
        "by": upload.published_by,
        "file_name": upload.file_name,
        "sha256": upload.sha256,
        "profile": upload.profile,
        "quarters": upload.quarters,
        "counts": list(upload.counts),
        "reason": upload.reason,
        "revision_kind": upload.revision_kind,
        "given": list(event.given),
        "digest": event.digest,
    }


def _event(line: Mapping[str, Any]) -> Event:
    if "withdrawn" in line:
        at = datetime.fromisoformat(line["at"])
        nothing = Upload(
            line["withdrawn"],
            "",
            at,
            "",
            "",
            "",
            withdrawn_at=at,
            withdrawn_by=line["by"],
            withdrawn_reason=line["reason"],
        )
        return Event("withdrawn", nothing)
    new, confirmed, revised, same = line["counts"]
    figures, entries, targets = line["given"]
    upload = Upload(
        line["published"], line["kind"], datetime.fromisoformat(line["at"]), line["by"], line["file_name"], line["sha256"],
        line["profile"], line["quarters"], (new, confirmed, revised, same), line["reason"], line["revision_kind"],
    )  # fmt: skip
    return Event("published", upload, line["digest"], (figures, entries, targets))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that after any interruption it is as it was before, or whole and on the disk."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    settle(path.parent)


def settle(folder: Path) -> None:
    """Put the folder's own list of files on the disk, where the system has such a thing."""
    if os.name == "nt":
        return
    listing = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(listing)
    finally:
        os.close(listing)

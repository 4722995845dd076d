"""Files on the disk: written whole or not at all, readable by their owner alone, and set aside rather than deleted."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import count
from pathlib import Path

OWNER_ONLY, OWNER_ONLY_FOLDER = 0o600, 0o700


def make_folder(path: Path) -> None:
    """Make a folder that its owner alone may look into, where there is none."""
    path.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY_FOLDER)


def private_from_now_on() -> None:
    """Let the owner alone read what this process writes: the database makes its log by itself."""
    if os.name != "nt":
        os.umask(0o077)


def private(path: Path) -> None:
    """Let the owner alone read a file, where the system has such a thing."""
    if os.name != "nt" and path.exists():
        path.chmod(OWNER_ONLY)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that after any interruption it is as it was before, or whole and on the disk."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    settle(path.parent)


def append(path: Path, content: bytes) -> None:
    """Add to the end of a file; when this returns it is on the disk. Raises ``OSError`` with nothing added."""
    new = not path.exists()
    # Unbuffered, so that closing it writes nothing more where writing failed.
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, OWNER_ONLY), "ab", buffering=0) as file:
        before = os.fstat(file.fileno()).st_size
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[file.write(rest) :]
            os.fsync(file.fileno())
        except BaseException:
            file.truncate(before)
            raise
    if new:
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


def free_name(path: Path, at: datetime) -> Path:
    """A name beside ``path`` to set it aside under, which nothing has yet."""
    names = (path.with_name(f"{path.name}.{at:%Y%m%d-%H%M%S}-{number}.set-aside") for number in count(1))
    return next(name for name in names if not name.exists())


def set_aside(paths: Iterable[Path], clock: Callable[[], datetime]) -> tuple[Path, ...]:
    """Rename those files and folders that are there, and say what they are called now."""
    aside = []
    for path in paths:
        if path.exists():
            aside.append(free_name(path, clock()))
            os.replace(path, aside[-1])
    return tuple(aside)


def clear_parts(database: Path) -> None:
    """Remove what earlier runs of ours began beside a database and never finished; of a process that still runs it stays."""
    inside = database.with_name(f"{database.name}.ledger").rglob("*.part")
    for path in [*database.parent.glob(f"{database.name}*.part*"), *inside]:
        owner = re.search(r"\.([0-9]+)\.part(\.[a-z]+)?$", path.name)
        if owner is not None and not _runs(int(owner[1])):
            if path.is_dir():
                for inner in sorted(path.rglob("*"), reverse=True):
                    inner.rmdir() if inner.is_dir() else inner.unlink()
                path.rmdir()
            else:
                path.unlink(missing_ok=True)


def _runs(process: int) -> bool:
    if process == os.getpid():
        return False
    if sys.platform == "win32":
        return True  # asking would end it there
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True

"""Files on the disk: written whole or not at all, readable by their owner alone, and set aside rather than deleted.

What the disk refuses is said here, with what to do.
"""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import count
from pathlib import Path

from ...errors import DatabaseHeld, StoreError, shorten

OWNER_ONLY, OWNER_ONLY_FOLDER = 0o600, 0o700


def make_folder(path: Path) -> None:
    """Make a folder that its owner alone may look into, where there is none."""
    path.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY_FOLDER)


def private_from_now_on() -> None:
    """Let the owner alone read what this process writes: the database makes its log by itself."""
    if os.name != "nt":
        os.umask(0o077)


def private(path: Path) -> None:
    """Let the owner alone read a file, where the system has such a thing and the file is ours."""
    if os.name != "nt" and path.exists():
        with suppress(PermissionError):
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


# --- what the disk refuses ----------------------------------------------------------------------------------------

_RIGHTS = "may not be read and written by whoever started the explorer. Have its owner allow that, or name another {setting}, and start again"
_NO_ROOM = "could not be written: the disk is full. Make room on it and start again"
_LINKS = "is a link that leads nowhere. Mend the link, or name another {setting}, and start again"
_SAID = {
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.EROFS: "is on a disk that can only be read. Have that changed, or name another {setting}, and start again",
    errno.ENOSPC: _NO_ROOM,
    errno.EDQUOT: _NO_ROOM,
    errno.ELOOP: _LINKS,
    errno.EEXIST: "is no folder. Move it away, or name another {setting}, and start again",
    errno.ENOENT: "is not there. See that its folder is, or name another {setting}, and start again",
    errno.ENOTDIR: "lies in what is no folder. Mend the path, or name another {setting}, and start again",
    errno.EISDIR: "is a folder. Move it away, or name another {setting}, and start again",
    errno.ENAMETOOLONG: "has too long a name. Name another {setting} and start again",
}
REFUSALS = tuple(number for number, said in _SAID.items() if said != _NO_ROOM)
"""Where no room on the disk would help."""
_TOLD = (
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.ENOSPC,
    errno.EDQUOT,
    errno.ELOOP,
    errno.ENOENT,
    errno.ENAMETOOLONG,
)
_PART = re.compile(r"(\.carried)?\.[0-9]+\.part(\.[a-z]+)?$")
_HELD_ON_WINDOWS = (32, 33)
"""Windows' numbers for a file that another program has, whole or in part; Python gives them both as a lack of rights."""


@contextmanager
def in_words() -> Iterator[None]:
    """Raise what the disk refuses as its sentence."""
    try:
        yield
    except OSError as error:
        raise reason(error) from error


def reason(error: OSError, setting: str = "database with KPI_DB") -> StoreError:
    """Why the disk refused, with what to do. ``setting``: what else could be named, and with what."""
    if getattr(error, "winerror", None) in _HELD_ON_WINDOWS:
        return DatabaseHeld()
    said = _SAID.get(error.errno or 0, f"could not be read or written ({error.strerror or error}). Try again")
    return StoreError(f"{_place(error.filename)} {said.replace('{setting}', setting)}.")


def reason_in(told: str, path: Path) -> StoreError | None:
    """The same where another library tells it in the system's words; ``None``: it tells nothing of the kind."""
    for number in _TOLD:
        words = os.strerror(number).casefold()
        if words in told.casefold() and not words.startswith("unknown"):  # Windows has no words for some
            return reason(OSError(number, words, str(path)))
    return None


def _place(filename: object) -> str:
    """A file and its folder, as a sentence begins with them: what we write under another name first is what it will be."""
    if not isinstance(filename, str | bytes):
        return "A file"
    path = Path(os.fsdecode(filename))
    path = next((one for one in reversed((path, *path.parents)) if _PART.search(one.name)), path)
    name = _PART.sub("", path.name)
    return shorten(f"{name} in {path.absolute().parent}", 200)


def writable(path: Path) -> bool:
    """Whether what is there may be written to; what is not there is for its folder to say."""
    return not path.exists() or os.access(path, os.W_OK)


def refuse_dead_link(path: Path) -> None:
    """Refuse a link to what is not there, as on a disk that is not connected: nothing is begun anew in its place."""
    if path.is_symlink() and not path.exists():
        raise reason(OSError(errno.ELOOP, "", str(path)))

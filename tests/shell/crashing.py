"""One act in a process of its own, which is killed at a step of it, from outside, or finds its disk full.

``python -m tests.shell.crashing FOLDER KIND STEP [LIMIT]`` over ``FOLDER/kpi.duckdb``: does the act of a kind (``ledgers.ACTS``), or
``many``: publishes one small file after another, or ``writing``: saves one version of a report after another.

STEP: where the process kills itself (``STEPS``); ``never`` for not at all. With LIMIT no file may from that step on be longer
than so many bytes, as on a full disk, and the process lives on to say what became of it. It prints a line for what happens:
``announced N`` with the position only once the act has returned.

``serving`` in place of all: a line ``FOLDER KIND STEP`` on its standard input is one such act, in a child of this process, which
saves the start; what the child said comes back as one line of JSON.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from kpi_core.errors import KpiError
from kpi_core.events import Kind
from kpi_core.shell.services import Services
from kpi_core.shell.storage import disk
from kpi_core.shell.storage.mirror import Mirror
from kpi_core.shell.storage.store import Store

from .ledgers import ACTS, ANN, Q3, given, open_at, publish, row

EVERYTHING = resource.RLIM_INFINITY
STEPS = ("opened", "written", "committed", "half a file", "files", "half a line", "line", "secured", "announced")
"""Where an act can be killed, in order: the ledger's own steps, and those between the files, the line and the announcement."""
ERASING = ("marked to purge", "tables cleared", "files dropped", "copied", "log gone", "replaced", "purged")
"""Where erasing can be killed once it is announced."""


def say(what: str) -> None:
    os.write(1, f"{what}\n".encode())


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def kill_at(step: str) -> Callable[[str], None]:
    """Kill this process at a step; the steps between the ledger's own are found by what is called there."""

    def at(now: str) -> None:
        if now == step:
            killed()
        if now == "opened":
            _hook(step)

    return at


def _hook(step: str) -> None:
    append, whole, drop, replace_by = disk.append, disk.write_whole, Mirror.drop_files, Store.replace_by
    mark, checkpoint = Mirror.mark_to_purge, Store.checkpoint

    def appending(path: Path, content: bytes) -> None:
        if step == "files":
            killed()
        if step == "half a line":
            append(path, content[: len(content) // 2])
            killed()
        append(path, content)
        if step == "line":
            killed()

    def writing(path: Path, content: bytes) -> None:
        if step == "half a file" and path.parent.name == "files":
            path.with_name(f"{path.name}.{os.getpid()}.part").write_bytes(content[: len(content) // 2])
            killed()
        whole(path, content)

    def dropping(mirror: Mirror, names: Any) -> None:
        if step == "tables cleared":
            killed()
        drop(mirror, names)
        if step == "files dropped":
            killed()

    def replacing(store: Store, other: Path) -> None:
        if step == "copied":
            killed()
        if step == "log gone":
            Path.replace = lambda *_: killed()  # type: ignore[assignment,method-assign]
        replace_by(store, other)
        if step == "replaced":
            killed()

    def marking(mirror: Mirror, wanted: bool) -> None:
        mark(mirror, wanted)
        if step == ("marked to purge" if wanted else "purged"):
            killed()

    def checking(store: Store) -> None:
        if step == "copying":
            killed()
        checkpoint(store)

    disk.append, disk.write_whole = appending, writing
    Mirror.drop_files, Mirror.mark_to_purge = dropping, marking  # type: ignore[method-assign]
    Store.replace_by, Store.checkpoint = replacing, checking  # type: ignore[method-assign]


def full_at(step: str, limit: int) -> Callable[[str], None]:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    def at(now: str) -> None:
        if now == step:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, EVERYTHING))

    return at


def write(services: Services) -> int:
    """Save the next version of the report on A1 for the third quarter, and say its number."""
    stands = services.reports.one("A1", Q3).report
    assert stands is not None
    text = replace(stands, reason_line=f"Reason {stands.version}.")
    return services.reports.save(text, stands.version, ANN).version


def endless(services: Services, what: str) -> None:
    for number in count(len(services.uploads.history())):
        if what == "writing":
            say(f"announced {write(services)}")
        else:
            say(
                f"announced {publish(services, given(row('A3', f'{number % 90}.{number % 7}'), name=f'{number}.csv')).id}"
            )


def main(folder: Path, what: str, step: str, limit: str = "") -> None:
    logging.disable(logging.CRITICAL)
    at = full_at(step, int(limit)) if limit else kill_at(step)
    try:
        services = open_at(folder, at=at)
    except KpiError as error:
        say(f"refused {error}")
        return
    say("opened")
    at("opened")
    if what in ("many", "writing"):
        endless(services, what)
    try:
        ACTS[Kind(what)](services)
        say(f"announced {services.position}")
    except KpiError as error:
        say(f"refused {error}")
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (EVERYTHING, EVERYTHING))
        try:
            say(f"position {services.position}")
            services.close()
        except KpiError as error:
            say(f"refused {error}")
    else:
        at("announced")
        services.close()


def serve() -> None:
    """Do one act after another, each in a child of this process."""
    for line in sys.stdin:
        folder, what, step = json.loads(line)
        told, child_says = os.pipe()
        child = os.fork()
        if not child:
            os.dup2(child_says, 1)
            main(Path(folder), what, step)
            os._exit(0)
        os.close(child_says)
        with os.fdopen(told, "rb") as said:
            answer = said.read().decode().splitlines()
        os.waitpid(child, 0)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "serving":
        serve()
    else:
        main(Path(sys.argv[1]), *sys.argv[2:])

"""One act in a process of its own, which is killed at a step of it or from outside. Run by ``test_crash`` and ``test_recovery``.

``python -m tests.shell.crashing FOLDER ACT STEP [LIMIT]``: over ``FOLDER/kpi.duckdb`` and ``FOLDER/data``.

- ``publish``: publishes ``FOLDER/next.csv``; ``withdraw``: withdraws upload 1; ``many``: publishes one small file after another.
- ``write``: saves the next version of an exception report; ``writing``: one version after another.
- STEP: where the process kills itself; ``never`` for not at all. With LIMIT no file may from that step on be longer than so
  many bytes, as on a full disk, and the process lives on to say what became of it.

It prints a line for what happens: ``announced N`` only once the act has returned.
"""

from __future__ import annotations

import logging
import os
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from itertools import count
from pathlib import Path

from kpi_core.access import Actor
from kpi_core.errors import KpiError
from kpi_core.intake import GivenFile
from kpi_core.shell.services import Services
from kpi_core.shell.uploads import Decision

EVERYTHING = resource.RLIM_INFINITY


def fixed_clock() -> datetime:
    return datetime(
        2022, 11, 22, 9, 30
    )  # as ``conftest`` has it, which takes longer to import than all that is done here


def say(what: str) -> None:
    os.write(1, f"{what}\n".encode())


def kill_at(step: str) -> Callable[[str], None]:
    def at(now: str) -> None:
        if now == step:
            os.kill(os.getpid(), signal.SIGKILL)

    return at


def full_at(step: str, limit: int) -> Callable[[str], None]:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    def at(now: str) -> None:
        if now == step:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, EVERYTHING))

    return at


def publish(services: Services, content: bytes, name: str) -> int:
    preview = services.uploads.preview(GivenFile(content, name))
    return services.uploads.publish(preview, Decision("Ann", "Counted again.", None)).id


def write(services: Services) -> int:
    """Save the next version of the report on A1, and say its number."""
    actor = Actor("Ann", "Report author")
    stands = services.reports.one("A1", "Q1 2022-23").report
    if stands is None:
        return services.reports.start("A1", "Q1 2022-23", actor).version
    text = replace(stands, reason_line=f"Reason {stands.version}.")
    return services.reports.save(text, stands.version, actor).version


def act(services: Services, what: str, folder: Path) -> int:
    if what == "write":
        return write(services)
    if what == "withdraw":
        return services.uploads.withdraw(1, "Wrong.", "Bob").upload.id
    return publish(services, (folder / "next.csv").read_bytes(), "next.csv")


def many(services: Services) -> None:
    for number in count(len(services.uploads.history())):
        content = f"indicator,quarter,value\nA1,Q2 2022-23,{number % 90}.{number:03}\n".encode()
        say(f"announced {publish(services, content, f'{number}.csv')}")


def main(folder: Path, what: str, step: str, limit: str = "") -> None:
    logging.disable(logging.CRITICAL)
    at = full_at(step, int(limit)) if limit else kill_at(step)
    try:
        services = Services.open(folder / "kpi.duckdb", folder / "data", fixed_clock, at)
    except KpiError as error:
        say(f"refused {error}")
        return
    say("opened")
    at("opened")
    if what == "writing":
        while True:
            say(f"announced {write(services)}")
    if what == "many":
        many(services)
        return
    try:
        say(f"announced {act(services, what, folder)}")
    except KpiError as error:
        say(f"refused {error}")
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (EVERYTHING, EVERYTHING))
        try:
            say(f"history {[one.id for one in services.uploads.history()]}")
            services.close()
        except KpiError as error:
            say(f"closed {error}")
    else:
        at("announced")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])

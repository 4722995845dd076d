"""The process killed at every step of publishing and withdrawing: it is wholly there or not at all, and what was announced is there."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kpi_core.shell.in_step import STEPS as WRITING
from kpi_core.shell.journal import Journal, key_of
from kpi_core.shell.services import Services
from kpi_core.shell.store import log_of
from kpi_core.shell.uploads import STEPS

from ..conftest import REPO
from .test_publishing import Q1, all_held, files_in, given, happened, open_at, publish, row

REPEATS = 3
NEXT = given(row("A1", "72", Q1), row("A1", "71"), row("A3", "c"), name="next.csv")


@contextmanager
def process(folder: Path, what: str, step: str = "never", *more: str) -> Iterator[subprocess.Popen[str]]:
    """A process of its own that does one act and is gone when the block ends."""
    command = [sys.executable, "-m", "tests.shell.crashing", str(folder), what, step, *more]
    with subprocess.Popen(command, cwd=REPO, stdout=subprocess.PIPE, text=True) as child:
        try:
            yield child
        finally:
            child.kill()


def killed(folder: Path, what: str, step: str, *more: str) -> list[str]:
    """What a process said before it was killed at a step of an act."""
    with process(folder, what, step, *more) as child:
        return child.communicate(timeout=60)[0].splitlines()


@contextmanager
def reopened(folder: Path) -> Iterator[Services]:
    services = open_at(folder)
    try:
        yield services
    finally:
        services.close()


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with one upload, and the file to come."""
    folder = tmp_path_factory.mktemp("before")
    with reopened(folder) as services:
        publish(services, given(row("A1", "70"), row("A2", "60", Q1)))
    (folder / "next.csv").write_bytes(NEXT.content)
    return folder


@pytest.fixture(scope="module")
def legal(before: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """What may be held after each act: what was before it, and what is after it."""
    held = {}
    for what in ("publish", "withdraw"):
        folder = tmp_path_factory.mktemp("after") / what
        shutil.copytree(before, folder)
        with reopened(folder) as services:
            first = all_held(services)
        assert "announced" in killed(folder, what, "never")[-1]
        with reopened(folder) as services:
            held[what] = [first, all_held(services)]
    return held


MATRIX = [("publish", step) for step in ("opened", *STEPS, "announced")] + [
    ("withdraw", step) for step in ("opened", *STEPS[2:], "announced")
]


@pytest.mark.parametrize("repeat", range(REPEATS))
@pytest.mark.parametrize(("what", "step"), MATRIX, ids=[f"{what}, {step}" for what, step in MATRIX])
def test_killed_at_a_step_it_is_wholly_there_or_not_at_all(
    what: str, step: str, repeat: int, before: Path, legal: dict[str, list[dict[str, Any]]], tmp_path: Path
) -> None:
    folder = tmp_path / "one"
    shutil.copytree(before, folder)
    said = killed(folder, what, step)
    assert said[0] == "opened"
    announced = any(line.startswith("announced") for line in said)
    assert announced is (step == "announced")
    with reopened(folder) as services:
        done = step in (*STEPS[2:], "announced")
        assert all_held(services) == legal[what][done]
        assert services.recovered == ""
        event = ("published", 2) if what == "publish" else ("withdrawn", 1)
        assert happened(folder / "kpi.duckdb") == [("published", 1), *([event] if done else [])]
        assert services.verify().problems == ()
        upload = publish(services, given(row("A2", "55"), name="after.csv"))
        assert upload.id == (3 if done and what == "publish" else 2)
        assert happened(folder / "kpi.duckdb")[-1] == ("published", upload.id)
        assert services.verify().problems == ()
    assert not log_of(folder / "kpi.duckdb").exists()


@pytest.mark.parametrize("step", STEPS[1:3])
def test_killed_at_one_publication_after_another_each_start_puts_it_right(
    step: str, before: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "one"
    shutil.copytree(before, folder)
    for number in range(3):
        (folder / "next.csv").write_bytes(given(row("A1", str(75 + number))).content)
        killed(folder, "publish", step)
    with reopened(folder) as services:
        committed = 3 if step == "committed" else 0
        assert len(services.uploads.history()) == 1 + committed
        assert happened(folder / "kpi.duckdb") == [("published", n + 1) for n in range(1 + committed)]
        assert services.verify().problems == ()


def test_the_first_start_killed_anywhere_is_begun_again(tmp_path: Path) -> None:
    """Making the database is interrupted after longer and longer."""
    with reopened(tmp_path / "whole") as services:
        expected = services.scorecard(Q1)
    for number in range(6):
        folder = tmp_path / str(number)
        shutil.copytree(tmp_path / "whole" / "data", folder / "data")
        with process(folder, "publish"):
            waited = time.monotonic() + 20
            while not list(folder.glob("kpi*")) and time.monotonic() < waited:
                time.sleep(0.001)
            time.sleep(0.02 * number)
        with reopened(folder) as services:
            assert services.scorecard(Q1) == expected
            assert services.recovered == ""
            assert services.verify().problems == ()


@pytest.mark.parametrize("step", ["opened", *WRITING, "announced"])
def test_killed_while_a_report_is_saved_the_version_is_wholly_there_or_not_at_all(
    step: str, before: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "one"
    shutil.copytree(before, folder)
    assert killed(folder, "write", "never")[-1] == "announced 1"
    said = killed(folder, "write", step)
    assert ("announced 2" in said) is (step == "announced")
    done = step in (*WRITING[1:], "announced")
    with reopened(folder) as services:
        assert services.recovered == ""
        assert services.reports.one("A1", Q1).version == 1 + done
        assert len(Journal(folder / "kpi.duckdb.uploads").read().events) == 1 + done
        assert services.verify().problems == ()
    assert killed(folder, "write", "never")[-1] == f"announced {2 + done}"
    (folder / "kpi.duckdb").unlink()
    with reopened(folder) as services:
        assert services.reports.one("A1", Q1).version == 2 + done
        assert services.verify().problems == ()


def test_on_a_full_disk_a_version_that_could_not_be_secured_is_said_and_is_there_at_the_next_start(
    before: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "one"
    shutil.copytree(before, folder)
    killed(folder, "write", "never")
    length = Journal(folder / "kpi.duckdb.uploads").path.stat().st_size
    said = killed(folder, "write", WRITING[1], str(length + 100))
    (refused,) = [line for line in said if line.startswith("refused")]
    assert "It was written, but could not be secured on the disk" in refused
    assert "Make room on the disk, and save it again." in refused
    assert Journal(folder / "kpi.duckdb.uploads").read().torn == b""
    with reopened(folder) as services:
        assert services.reports.one("A1", Q1).version == 2
        assert len(Journal(folder / "kpi.duckdb.uploads").read().events) == 2
        assert services.verify().problems == ()


def test_killed_at_any_moment_from_outside_every_announced_version_of_a_report_is_there(
    before: Path, tmp_path: Path
) -> None:
    moments = random.Random(20221122)
    folder = tmp_path / "one"
    shutil.copytree(before, folder)
    announced = 0
    for _ in range(12):
        with process(folder, "writing") as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "opened\n"
            time.sleep(moments.uniform(0, 0.3))
            child.kill()
            announced = max([announced, *(int(line.split()[1]) for line in child.stdout if line.endswith("\n"))])
        with reopened(folder) as services:
            version = services.reports.one("A1", Q1).version or 0
            assert version >= announced
            events = Journal(folder / "kpi.duckdb.uploads").read()
            assert [key_of(event)[-1] for event in events.events] == list(range(1, version + 1))
            assert (events.broken, events.torn, services.verify().problems) == ((), b"", ())
    assert announced > 1


KILLS = 30


def test_killed_at_any_moment_from_outside_every_announced_upload_is_there(before: Path, tmp_path: Path) -> None:
    moments = random.Random(20221122)
    folder = tmp_path / "one"
    shutil.copytree(before, folder)
    announced = {1}
    for _ in range(KILLS):
        with process(folder, "many") as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "opened\n"
            time.sleep(moments.uniform(0, 0.3))
            child.kill()
            announced |= {int(line.split()[1]) for line in child.stdout if line.endswith("\n")}
        assert_all_is_well(folder, announced)
    assert len(announced) > 1


def assert_all_is_well(folder: Path, announced: set[int]) -> None:
    with reopened(folder) as services:
        assert services.recovered == ""
        history = services.uploads.history()
        assert announced <= {one.id for one in history}
        assert [one.id for one in history] == list(range(len(history), 0, -1))
        assert happened(folder / "kpi.duckdb") == [("published", one.id) for one in reversed(history)]
        held = all_held(services)
        assert len(held["audit"]) == len(history)
        assert sum(number[14] > 0 for number in held["observation"]) == 2 + len(history) - 1
        kept = files_in(folder / "kpi.duckdb.uploads")
        assert all(f"{one.id:04d}-{one.sha256[:12]}.csv" in kept for one in history)
        assert services.verify().problems == ()

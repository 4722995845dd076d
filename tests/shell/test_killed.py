"""The process killed from outside at any moment: what was announced is there, and what was begun is begun again."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ..conftest import REPO
from .ledgers import DATABASE, LAST, MIRROR, Q3, lines_of, opened, prepared, records_held


@contextmanager
def process(folder: Path, what: str, step: str = "never", *more: str) -> Iterator[subprocess.Popen[str]]:
    """A process of its own that does one act and is gone when the block ends."""
    command = [sys.executable, "-m", "tests.shell.crashing", str(folder), what, step, *more]
    with subprocess.Popen(command, cwd=REPO, stdout=subprocess.PIPE, text=True) as child:
        try:
            yield child
        finally:
            child.kill()


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("before")
    with opened(folder) as services:
        prepared(services)
    return folder


# --- making it, completing it -------------------------------------------------------------------------------------


def test_the_first_start_killed_anywhere_is_begun_again(tmp_path: Path) -> None:
    """Making the database is interrupted after longer and longer."""
    with opened(tmp_path / "whole") as services:
        expected = records_held(services)
    for number in range(4):
        folder = tmp_path / str(number)
        shutil.copytree(tmp_path / "whole" / "data", folder / "data")
        with process(folder, "many"):
            waited = time.monotonic() + 20
            while not list(folder.glob("kpi*")) and time.monotonic() < waited:
                time.sleep(0.001)
            time.sleep(0.025 * number)
        with opened(folder) as services:
            first = {name: [one for one in rows if one[0] == 1] for name, rows in records_held(services).items()}
            assert first == expected
            assert services.verify().problems == ()
        assert list(folder.rglob("*.part*")) == []


def test_making_it_again_killed_anywhere_is_begun_again(before: Path, tmp_path: Path) -> None:
    with opened(before) as services:
        expected = records_held(services)
    for number in range(3):
        folder = tmp_path / str(number)
        shutil.copytree(before, folder)
        (folder / DATABASE).unlink()
        with process(folder, "many"):
            waited = time.monotonic() + 20
            while not list(folder.glob("kpi.duckdb*.part*")) and time.monotonic() < waited:
                time.sleep(0.001)
            time.sleep(0.05 * number)
        with opened(folder) as services:
            first = {name: [one for one in rows if one[0] <= LAST] for name, rows in records_held(services).items()}
            assert first == expected
            assert services.verify().problems == ()


# --- killed from outside ------------------------------------------------------------------------------------------

KILLS = 8


@pytest.mark.parametrize("what", ["many", "writing"])
def test_killed_at_any_moment_from_outside_what_was_announced_is_there(what: str, before: Path, tmp_path: Path) -> None:
    moments = random.Random(20221122)
    folder = tmp_path / "one"
    shutil.copytree(before, folder)
    announced = {0}
    for kill in range(KILLS):
        with process(folder, what) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "opened\n"
            # Counted in acts, and the moment within one in time: a loaded machine does none in what is long elsewhere.
            announced |= {int(child.stdout.readline().split()[1]) for _ in range(kill % 4)}
            time.sleep(moments.uniform(0, 0.1))
            child.kill()
            announced |= {int(line.split()[1]) for line in child.stdout if line.endswith("\n")}
        with opened(folder) as services:
            assert services.verify().problems == ()
            if what == "many":
                there = {one.id for one in services.uploads.history()}
                assert there == set(range(1, max(there) + 1))
            else:
                there = set(range(1, (services.reports.one("A1", Q3).version or 0) + 1))
            assert announced - {0} <= there
            assert len(lines_of(folder)) == services.position
    assert len(announced) > 2
    with opened(folder) as services:
        expected = records_held(services)
    (folder / DATABASE).unlink()
    with opened(folder) as services:
        assert records_held(services) == expected
    assert (folder / MIRROR).exists()

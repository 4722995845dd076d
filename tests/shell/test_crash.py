"""The process killed at every step of every kind of act: it is wholly there or not at all, and what was announced is there."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kpi_core.events import Kind
from kpi_core.shell.services import Services

from ..conftest import REPO
from .crashing import ERASING, STEPS
from .ledgers import (
    ACTS,
    ADMIN,
    ANN,
    LAST,
    Q2,
    Q3,
    files_in,
    given,
    kinds,
    lines_of,
    mirror_of,
    opened,
    prepared,
    publish,
    records_held,
    row,
)

Killing = Callable[[Path, str, str], list[str]]
"""What a process said that did an act in a folder and was killed at a step of it."""


@pytest.fixture(scope="module")
def killed() -> Iterator[Killing]:
    """Each act in a process of its own, all of them children of one that has started once."""
    command = [sys.executable, "-m", "tests.shell.crashing", "serving"]
    with subprocess.Popen(command, cwd=REPO, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        asked, told = server.stdin, server.stdout

        def one(folder: Path, what: str, step: str) -> list[str]:
            asked.write(f"{json.dumps([str(folder), what, step])}\n")
            asked.flush()
            answer: list[str] = json.loads(told.readline())
            return answer

        yield one
        server.stdin.close()


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which every act can be done."""
    folder = tmp_path_factory.mktemp("before")
    with opened(folder) as services:
        prepared(services)
        services.reports.mark_concern("A1", Q2, "To be erased: Kim Example.", ANN)
    return folder


HELD = LAST + 1
"""How many events there are before the act."""


def held(services: Services) -> dict[str, Any]:
    """What is held, of reports in the words of now, whatever day and hour it is."""
    return records_held(services) | {"shown": [services.scorecard(when).rows for when in (Q2, Q3)]}


@pytest.fixture(scope="module")
def legal(
    before: Path, killed: Killing, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[bool, dict[str, Any]]]:
    """What may be held of each kind of act: what was before it (``False``), and what is after it."""
    found = {}
    for kind in ACTS:
        folder = tmp_path_factory.mktemp("after") / "one"
        shutil.copytree(before, folder)
        with opened(folder) as services:
            first = held(services)
        assert killed(folder, kind.value, "never")[-1] == f"announced {HELD + 1}", kind
        with opened(folder) as services:
            assert kinds(services)[HELD:] == [kind.value]
            found[kind.value] = {False: first, True: held(services)}
    return found


WHERE = {step: place for place, step in enumerate(STEPS)}
EVERYWHERE = (Kind.PUBLISHED, Kind.REPORT_SAVED, Kind.PROPOSAL_ACCEPTED, Kind.ERASED)
TELLING = ("written", "committed", "line")
"""Where it matters most: before and after the commit, and once the line is whole."""
MATRIX = [(kind.value, step) for kind in ACTS for step in (STEPS if kind in EVERYWHERE else TELLING)]


@pytest.mark.parametrize(("kind", "step"), MATRIX, ids=[", ".join(one) for one in MATRIX])
def test_killed_at_a_step_an_act_is_wholly_there_or_not_at_all(
    kind: str, step: str, before: Path, killed: Killing, legal: dict[str, dict[bool, dict[str, Any]]], tmp_path: Path
) -> None:
    folder = tmp_path / "one"
    shutil.copytree(before, folder)
    said = killed(folder, kind, step)
    assert said[0] == "opened"
    announced = said[-1] == f"announced {HELD + 1}"
    assert announced or len(said) == 1
    assert announced or step != "announced"
    with opened(folder) as services:
        done = len(kinds(services)) > HELD
        assert done or not announced
        assert done is (WHERE[step] > WHERE["written"] or announced)
        assert kinds(services)[HELD:] == [kind] * done
        assert held(services) == legal[kind][done]
        assert [one for one in services.verify().problems if not one.startswith(("The second copy", "data/"))] == []
        assert "of a ledger" not in services.recovered
        if step in ("committed", "half a file", "files", "half a line") and not announced:
            assert f"Record {HELD + 1} (" in services.recovered
            assert "stood in the database alone" in services.recovered
        if services.unconfirmed:
            services.confirm_second_copy(ADMIN)
        services.reports.mark_concern("A1", Q3, "It falls.", ANN)
        assert len(lines_of(folder)) == services.position
    assert list(folder.rglob("*.part*")) == []


@pytest.mark.parametrize("step", [*ERASING, "copying"])
def test_killed_between_the_steps_of_erasing_it_is_finished_at_the_next_start(
    step: str, before: Path, killed: Killing, legal: dict[str, dict[bool, dict[str, Any]]], tmp_path: Path
) -> None:
    folder = tmp_path / "one"
    shutil.copytree(before, folder)
    phrase = "Late “returns”.".encode()
    assert holding(folder, phrase)
    said = killed(folder, Kind.ERASED.value, step)
    assert said == ["opened"]
    with opened(folder) as services:
        done = step != "marked to purge"
        assert kinds(services)[HELD:] == [Kind.ERASED] * done
        assert held(services) == legal[Kind.ERASED.value][done]
        assert services.verify().problems == ()
        assert bool(holding(folder, phrase)) is not done
        assert not mirror_of(folder).to_purge
        if not done:
            services.erase(2, "A name stood in it.", ADMIN, "Sam Second")
            assert not holding(folder, phrase)
        publish(services, given(row("A2", "55")))
    assert not holding(folder, phrase)
    assert list(folder.rglob("*.part*")) == []


def holding(folder: Path, phrase: bytes) -> list[str]:
    """The files of the ledger that hold a phrase in their bytes."""
    return [name for name, content in files_in(folder).items() if phrase in content and not name.startswith("data/")]

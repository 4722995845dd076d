"""Two officers at once: neither overwrites the other unseen, and who reads meanwhile sees before or after, never half."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from kpi_core.errors import Changed, NotPublished, NotWithdrawn
from kpi_core.intake import Decision, GivenFile
from kpi_core.shell.services import Services

from ..conftest import REPO, csv_bytes, fixed_clock, register
from .ledgers import files_in, given, row
from .processes import HELD
from .uploading import Q1, Q2, all_held, entries, happened, publish, shows

ANN, BOB = Decision("Ann", "why", None), Decision("Bob", "why", None)


@pytest.fixture
def other(explorer: Services, tmp_path: Path) -> Services:
    """The same database in another session of the same program."""
    return Services(explorer._ledger, tmp_path / "data", fixed_clock, tmp_path / "kpi.duckdb")


def target(value: str, code: str = "A1") -> GivenFile:
    cells = {"indicator": code, "from_quarter": Q2, "value": value, "decided_by": "Board", "source": "Minutes"}
    return entries("targets.csv", cells)


FIRST = given(row("A1", "71"))
CONFLICTING: dict[str, tuple[GivenFile, GivenFile]] = {
    "another figure for the same quarter": (FIRST, given(row("A1", "73"))),
    "the same figure in other bytes": (FIRST, given(row("A1", "71.0"))),
    "one figure of several": (given(row("A1", "71"), row("A2", "61")), given(row("A2", "62"), row("A3", "50"))),
    "figures, and a target of theirs": (target("80"), FIRST),
    "a target, and the figures it rates": (FIRST, target("80")),
    "two targets": (target("80"), target("82")),
    "figures, and their register entry": (
        GivenFile(csv_bytes([register("A1", decimals="1", areas="X Y")]), "register.csv"), FIRST),
    "two register entries": (
        GivenFile(csv_bytes([register("A1", decimals="1", areas="X Y")]), "one.csv"),
        GivenFile(csv_bytes([register("A1", decimals="2", areas="X Y")]), "two.csv")),
}  # fmt: skip


@pytest.mark.parametrize(("one", "two"), CONFLICTING.values(), ids=CONFLICTING)
def test_of_two_previews_of_the_same_thing_one_is_published_and_the_other_must_look_again(
    one: GivenFile, two: GivenFile, explorer: Services, other: Services, tmp_path: Path
) -> None:
    anns, bobs = explorer.uploads.preview(one), other.uploads.preview(two)
    explorer.uploads.publish(anns, ANN)
    before = all_held(explorer), files_in(tmp_path)
    with pytest.raises(Changed, match="what is held has changed since you compared"):
        other.uploads.publish(bobs, BOB)
    assert (all_held(explorer), files_in(tmp_path)) == before
    assert other.uploads.publish(other.uploads.preview(two), BOB).id == 2


def test_a_withdrawal_between_preview_and_publication_is_seen_too(explorer: Services, other: Services) -> None:
    publish(explorer, FIRST)
    bobs = other.uploads.preview(given(row("A1", "73")))
    explorer.uploads.withdraw(1, "Wrong.", "Ann")
    with pytest.raises(Changed):
        other.uploads.publish(bobs, BOB)


COMPATIBLE = {
    "other indicators of the quarter": (FIRST, given(row("A2", "61"))),
    "another quarter": (FIRST, given(row("A1", "72", Q1))),
    "another area": (FIRST, given(row("A1", "71", area="Y"))),
    "a target of another indicator": (target("80", "A3"), FIRST),
}


@pytest.mark.parametrize(("one", "two"), COMPATIBLE.values(), ids=COMPATIBLE)
def test_different_figures_both_pass(one: GivenFile, two: GivenFile, explorer: Services, other: Services) -> None:
    anns, bobs = explorer.uploads.preview(one), other.uploads.preview(two)
    assert [explorer.uploads.publish(anns, ANN).id, other.uploads.publish(bobs, BOB).id] == [1, 2]
    assert [one.published_by for one in explorer.uploads.history()] == ["Bob", "Ann"]
    assert explorer.verify().problems == ()


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """What each act gives or is refused with, all begun at the same moment in threads of their own."""
    begin = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        begin.wait()
        try:
            return act()
        except (NotPublished, NotWithdrawn) as refused:
            return refused

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


@pytest.mark.parametrize("file", [FIRST, target("80")], ids=["figures", "targets"])
def test_the_same_bytes_from_two_sessions_at_once_are_published_once(
    file: GivenFile, explorer: Services, other: Services
) -> None:
    previews = [explorer.uploads.preview(file), other.uploads.preview(file)]
    done = at_once(
        [lambda: explorer.uploads.publish(previews[0], ANN), lambda: other.uploads.publish(previews[1], BOB)]
    )
    assert sorted(isinstance(one, Changed) for one in done) == [False, True]
    assert len(explorer.uploads.history()) == 1
    assert explorer.verify().problems == ()


def test_ten_officers_publish_different_files_at_once_and_all_are_there(explorer: Services, tmp_path: Path) -> None:
    publish(
        explorer, GivenFile(csv_bytes([register(f"B{n}", decimals="0", areas="X") for n in range(10)]), "register.csv")
    )
    files = [given(row(f"B{n}", str(40 + n)), name=f"{n}.csv") for n in range(10)]

    def officer(number: int) -> Callable[[], Any]:
        return lambda: publish(explorer, files[number], f"Officer {number}")

    done = at_once([officer(number) for number in range(10)])
    assert sorted(one.id for one in done) == list(range(2, 12))
    assert [shows(explorer, f"B{n}") for n in range(10)] == [f"{40 + n}%" for n in range(10)]
    history = {one.id: (one.file_name, one.published_by) for one in explorer.uploads.history()}
    assert all(history[one.id] == (f"{n}.csv", f"Officer {n}") for n, one in enumerate(done))
    assert happened(tmp_path / "kpi.duckdb") == [("published", n) for n in range(1, 12)]
    assert explorer.verify().problems == ()


def test_one_upload_withdrawn_from_two_sessions_at_once_is_withdrawn_once(explorer: Services, other: Services) -> None:
    publish(explorer, FIRST)
    done = at_once(
        [lambda: explorer.uploads.withdraw(1, "Wrong.", "Ann"), lambda: other.uploads.withdraw(1, "Wrong.", "Bob")]
    )
    (refused,) = [one for one in done if isinstance(one, NotWithdrawn)]
    assert "was withdrawn already" in str(refused)
    assert explorer.verify().problems == ()


def test_who_reads_during_a_publication_sees_before_or_after_and_never_half(explorer: Services) -> None:
    pairs = [given(row("A1", str(50 + n)), row("A3", str(50 + n))) for n in range(8)]
    over = threading.Event()
    seen: set[tuple[str, str]] = set()

    def read() -> None:
        while not over.is_set():
            shown = {one.indicator.code: one.observation for one in explorer.scorecard(Q2).rows}
            values = ["" if (one := shown[code]) is None else str(one.value) for code in ("A1", "A3")]
            seen.add((values[0], values[1]))

    with ThreadPoolExecutor(4) as threads:
        readers = [threads.submit(read) for _ in range(4)]
        try:
            for file in pairs:
                upload = publish(explorer, file)
                time.sleep(0.005)
                if upload.id % 3 == 0:
                    explorer.uploads.withdraw(upload.id, "Wrong.", "Ann")
        finally:
            over.set()
        for one in readers:
            one.result()
    assert len(seen) > 3
    assert all(first == second for first, second in seen), seen
    assert explorer.verify().problems == ()


def test_who_still_reads_what_was_before_goes_on_reading_it_and_holds_nobody_up(
    explorer: Services, tmp_path: Path
) -> None:
    publish(explorer, FIRST)
    before = explorer.uploads.history()
    with explorer._ledger.store.read() as reading:
        assert reading.last_event()[0] == 2
        publish(explorer, given(row("A1", "73")))
        explorer.uploads.withdraw(1, "Wrong.", "Ann")
        assert reading.last_event()[0] == 2
        assert reading.count("upload") == len(before) == 1
    assert happened(tmp_path / "kpi.duckdb") == [("published", 1), ("published", 2), ("withdrawn", 1)]
    assert explorer.verify().problems == ()


def test_a_second_program_is_refused_while_the_first_has_the_database(explorer: Services, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kpi_core", "--db", str(tmp_path / "kpi.duckdb"), "uploads"]
    second = subprocess.run(command, capture_output=True, text=True, cwd=REPO, check=False)
    assert (second.returncode, second.stdout, second.stderr) == (1, "", f"{HELD}\n")
    assert publish(explorer, FIRST).id == 1

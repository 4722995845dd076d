"""Files spoilt by chance and by malice: each is told of or published as it reads, and none takes the machine with it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from kpi_core.shell.services import Services

from .. import fuzz
from ..bad_input import GOOD, HELD, content, council

ROOT = Path(__file__).resolve().parents[2]
SEED, FILES, CHUNKS = 2022, 400, 8
MOST_MEGABYTES = 200


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    opened = council(HELD["history"])
    yield opened
    opened.close()


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_a_spoilt_file_is_told_of_or_published_exactly_as_a_second_reading_finds_it(
    chunk: int, services: Services
) -> None:
    faults = {
        number: outcome.faults
        for number in range(chunk, FILES, CHUNKS)
        if (outcome := fuzz.tried(services, fuzz.spoilt(SEED, number))).faults
    }
    assert faults == {}


def test_good_files_are_published_and_read_twice_alike(services: Services) -> None:
    outcomes = [fuzz.tried(services, text) for text in fuzz.good_files()]
    assert [outcome.faults for outcome in outcomes] == [()] * len(outcomes)
    # The last two hold targets and the register, which have no second reading.
    assert [outcome.published for outcome in outcomes] == [True] * 4 + [False] * 2


def test_what_is_published_by_the_fuzz_is_taken_back(services: Services) -> None:
    before = services.scorecard("Q2 2022-23")
    assert fuzz.tried(services, content(GOOD)).published
    assert services.scorecard("Q2 2022-23") == before


def test_the_second_reading_finds_what_a_person_would() -> None:
    assert fuzz.second_reading(b"indicator,quarter,value,status\nCIN,Q2 2022-23,\"1,004\",Provisional\nCLA,Q2 22/23,*,\n") == {
        ("CIN", "Q2 2022-23"): (Decimal(1004), True),
        ("CLA", "Q2 2022-23"): ("c", False),
    }  # fmt: skip
    counts = b"indicator,quarter,numerator,denominator\nTIMELY,Q2 2022-23,1,3\nEXCL,Q2 2022-23,0,0\n"
    assert fuzz.second_reading(counts) == {
        ("TIMELY", "Q2 2022-23"): (Decimal("33.333333333333"), False),
        ("EXCL", "Q2 2022-23"): ("z", False),
    }


def test_a_figure_held_otherwise_than_the_file_says_is_seen(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fuzz, "second_reading", lambda _: {("CIN", "Q2 2022-23"): (Decimal(1), False)})
    outcome = fuzz.tried(services, content(GOOD))
    assert any(fault.startswith("('CIN', 'Q2 2022-23'): held 1004") or "1004" in fault for fault in outcome.faults)


def test_an_exception_is_seen(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError("as a test")

    monkeypatch.setattr(services.uploads, "preview", broken)
    assert fuzz.tried(services, b"").faults == ("raised ZeroDivisionError: as a test",)


def test_the_same_seed_gives_the_same_files_and_another_gives_others() -> None:
    files = [fuzz.spoilt(1, number) for number in range(50)]
    assert files == [fuzz.spoilt(1, number) for number in range(50)]
    assert files != [fuzz.spoilt(2, number) for number in range(50)]
    assert len(set(files)) > 40


def test_hostile_files_are_as_large_as_may_be_and_no_larger() -> None:
    sizes = [len(text) for text in fuzz.hostile_files().values()]
    assert max(sizes) < 2 * 1024 * 1024
    assert sum(size > 1_500_000 for size in sizes) > 15


_CHILD = """
from tests import fuzz
from tests.bad_input import GOOD, HELD, content, council

services = council(HELD["history"])
fuzz.tried(services, content(GOOD))
files = fuzz.hostile_files()
start = fuzz.memory()
for name, text in files.items():
    for fault in fuzz.tried(services, text).faults:
        print(f"{name}: {fault}")
print(f"{fuzz.memory() - start:.0f}")
"""


def test_the_worst_files_have_no_fault_and_take_little_memory() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _CHILD], cwd=ROOT, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stderr
    *faults, megabytes = done.stdout.splitlines()
    assert faults == []
    assert int(megabytes) < MOST_MEGABYTES


def test_the_command_says_what_it_tried(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "hostile_files", lambda: {"quotes": b'"'})
    monkeypatch.setattr(fuzz, "SECONDS", 60.0)
    assert fuzz.main(["--count", "3", "--seed", "7"]) == 0
    assert capsys.readouterr().out.startswith("3 spoilt and 1 hostile files with seed 7: 0 with faults, ")

"""What several tests share: a fixed clock, records with plain values, small bundles, and the real figures loaded once."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings

from kpi_core.errors import BundleError, Problem
from kpi_core.intake import CSV_FILES, read_data_folder
from kpi_core.model import (
    REPORT_SECTIONS,
    Absence,
    ExceptionReport,
    Indicator,
    Observation,
    Polarity,
    ReportState,
    Target,
    Unit,
)
from kpi_core.periods import Quarter, day_in_words, quarter
from kpi_core.shell.example import files
from kpi_core.shell.home import DATA
from kpi_core.shell.services import Services
from kpi_core.shell.storage import make_database
from kpi_core.shell.storage.database import in_memory as ledger_in_memory

from .ids import case_id

# How long an example takes says nothing of whether it is right, so a slow machine must not fail it.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    return case_id(val, argname)


REPO = Path(__file__).resolve().parents[1]
SHARED = REPO.parent / "shared"
"""The papers and reference cases beside the repository; tests that read them skip loudly where they are absent."""

NOW = datetime(2022, 11, 22, 9, 30)
Q2 = Quarter(2022, 2)
Cells = Mapping[str, str]
STEADY = ("80", "82", "79", "81", "80", "83", "78", "81", "80", "82", "79", "81", "80", "81")
"""Fourteen values in which nothing is out of the ordinary."""


def fixed_clock() -> datetime:
    return NOW


def london_day(at: datetime) -> str:
    """The day in London of a moment that is kept in UTC, like ``22 November 2022``."""
    return day_in_words(at.replace(tzinfo=UTC).astimezone(ZoneInfo("Europe/London")))


def indicator(**given: Any) -> Indicator:
    """A percentage with one decimal whose high values are good, unless ``given`` says otherwise."""
    plain: dict[str, Any] = {
        "code": "A1",
        "name": "Plans on time",
        "category": "Care",
        "unit": Unit.PERCENT,
        "decimals": 1,
        "polarity": Polarity.HIGH,
    }
    return Indicator(**(plain | given))


def observed(value: str | Absence, when: str = "Q2 2022-23", **given: Any) -> Observation:
    """What one source gave for a quarter."""
    absent = value if isinstance(value, Absence) else None
    number = None if isinstance(value, Absence) else Decimal(value)
    plain: dict[str, Any] = {"indicator": "A1", "area": "X", "quarter": quarter(when), "value": number}
    return Observation(**(plain | {"absence": absent} | given))


def quarters(*values: str | None, to: Quarter = Q2) -> list[Observation]:
    """Figures of quarters in a row, the last of them ``to``'s; ``None``: a gap."""
    first = to - (len(values) - 1)
    return [observed(v, (first + n).text) for n, v in enumerate(values) if v is not None]


def target(value: str | None = None, start: str = "Q1 2022-23", **given: Any) -> Target:
    """A target; numbers among ``given`` may be written as text."""
    numbers = ("low", "high", "tolerance", "intervention_level")
    read = {name: Decimal(v) if name in numbers and isinstance(v, str) else v for name, v in given.items()}
    plain: dict[str, Any] = {"indicator": "A1", "area": "X", "start": quarter(start)}
    return Target(**(plain | {"value": None if value is None else Decimal(value)} | read))


def report(state: ReportState, **given: Any) -> ExceptionReport:
    """An exception report of ``observed``'s quarter, with every section filled."""
    plain: dict[str, Any] = {
        "indicator": "A1",
        "area": "X",
        "quarter": Q2,
        "state": state,
        "reason_line": "Staff left.",
        "description": "Plans on time",
        "outturn": None,
        "target": None,
        "sections": tuple((heading, "None identified.") for heading in REPORT_SECTIONS),
        "completed_by": "",
        "approved_by": "",
        "approved_on": None,
        "source": "Report",
    }
    return ExceptionReport(**(plain | given))


def csv_bytes(rows: Sequence[Cells]) -> bytes:
    """Rows as the bytes of a CSV file with the headings of all of them."""
    headings = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, headings, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


_EMPTY = {
    "targets.csv": "indicator,from_quarter,value,source\n",
    "observations.csv": "indicator,quarter,value,source\n",
    "benchmarks.csv": "indicator,series,year_end,period,value,source\n",
    "conflicts.csv": "indicator,quarter,subject,value,source,sentence\n",
}


def register(code: str, **given: str) -> Cells:
    """A row of ``indicators.csv``."""
    plain = {"name": f"Measure {code}", "category": "Care", "unit": "percent", "decimals": "1", "polarity": "high"}
    return {"code": code} | plain | given


def figure(code: str, when: str, value: str, **given: str) -> Cells:
    """A row of ``observations.csv``."""
    return {"indicator": code, "quarter": when, "value": value, "source": "Report"} | given


def small_bundle(**tables: Sequence[Cells]) -> dict[str, bytes]:
    """The files of a small council ``X``; a table is given by its name without ``.csv``, others hold no rows."""
    files = {
        "settings.csv": csv_bytes(
            [{"setting": "council", "value": "Example Council"}, {"setting": "home_area", "value": "X"}]
        ),
        "areas.csv": csv_bytes([{"code": "X", "name": "Exampleshire"}]),
        "indicators.csv": csv_bytes([register("A1")]),
        **{name: text.encode() for name, text in _EMPTY.items()},
    }
    files |= {f"{name}.csv": csv_bytes(rows) for name, rows in tables.items()}
    assert set(files) == set(CSV_FILES)
    return files


def problems_in(files: Mapping[str, bytes]) -> tuple[Problem, ...]:
    """What is wrong with the files of a bundle; empty: nothing."""
    try:
        read_data_folder(files)
    except BundleError as error:
        return error.problems
    return ()


def write_files(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Put the files of a bundle into ``folder``, which is returned."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def in_memory(files: Mapping[str, bytes], clock: Callable[[], datetime] = fixed_clock) -> Services:
    """The services over the files of a bundle, in a database that is not kept."""
    return Services(ledger_in_memory(files, clock), None, clock)


def plain(one: Observation) -> Observation:
    """A figure by what it says, whichever event gave it and whatever it was then."""
    return Observation(**{field.name: getattr(one, field.name) for field in fields(Observation)})


def shared_file(*parts: str) -> Path:
    """A file beside the repository, or a loud skip."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"NOT CHECKED: {'/'.join(('../shared', *parts))} is not beside this repository")
    return path


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """The council's own figures, as ``data/`` holds them, in a database of their own."""
    opened = Services.open(tmp_path_factory.mktemp("real") / "kpi.duckdb", DATA, fixed_clock)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of the council's own figures that no process holds, for commands run in processes of their own."""
    path = tmp_path_factory.mktemp("command line") / "kpi.duckdb"
    make_database(path, DATA, fixed_clock)
    return path


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """The services over the example council, whose figures are made up; nothing may be written through them."""
    database, now = tmp_path_factory.mktemp("example") / "example.duckdb", datetime(2025, 11, 3, 9, 0)
    make_database(database, files(2022), lambda: now)
    opened = Services.open(database, clock=lambda: now)
    yield opened
    opened.close()

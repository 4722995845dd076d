"""A small council whose indicators miss their targets, who writes and signs its exception reports, and their clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from kpi_core.access import Actor
from kpi_core.shell.services import Services

from ..conftest import NOW, figure, register, small_bundle, write_files

Q1, Q2, Q3 = "Q1 2022-23", "Q2 2022-23", "Q3 2022-23"
ANN = Actor("Ann Author", "Report author")
BOB = Actor("Bob Author", "Report author")
HEAD = Actor("Hilda Head", "Service Unit Head")
BOARD = Actor("Bea Board", "Improvement board")


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def council() -> dict[str, bytes]:
    """A1 misses its target in three quarters; A2 has none; A3 is no percentage and misses a band."""
    return small_bundle(
        areas=[{"code": "X", "name": "Exampleshire"}, {"code": "Y", "name": "Otherton"}],
        indicators=[
            register("A1", areas="X Y", definition="Plans made on time"),
            register("A2"),
            register("A3", polarity="band"),
        ],
        targets=[
            {"indicator": "A1", "from_quarter": Q1, "value": "75", "source": "Plan"},
            {"indicator": "A3", "from_quarter": Q1, "low": "40", "high": "50", "source": "Plan"},
        ],
        observations=[figure("A1", q, v) for q, v in ((Q1, "70"), (Q2, "71.5"), (Q3, "72"))]
        + [figure("A2", Q2, "60"), figure("A3", Q2, "30")],
    )


def open_council(folder: Path, clock: Callable[[], datetime], at: Callable[[str], None] = lambda _: None) -> Services:
    if not (folder / "data").exists():
        write_files(folder / "data", council())
    return Services.open(folder / "kpi.duckdb", folder / "data", clock, at)

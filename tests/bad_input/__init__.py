"""Uploads that are wrong, one file for each class of problem, and the small council they are checked against.

A file is named by the number of its class in the catalogue that ``tests/test_bad_input.py`` lists, and by its code;
from 82 on they are classes that the catalogue does not number. All are made from ``00-good.csv``, with which nothing
is wrong, by the one change that the name says. Files that would be large are made where they are tested.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from kpi_core.intake import GivenFile, Preview
from kpi_core.periods import Quarter
from kpi_core.shell.services import Services

from ..conftest import NOW, Cells, figure, fixed_clock, in_memory, register, small_bundle

FOLDER = Path(__file__).parent
GOOD = "00-good.csv"

REGISTER = (
    register("CIN", name="Children in need", unit="number", decimals="0", polarity="neither"),
    register("TIMELY", name="Assessment timeliness"),
    register("SCHOOL", name="Good or outstanding school, attendance above 95%", decimals="0"),
    register("REREF_12M", name="Repeat referrals within 12 months", polarity="low"),
    register("EXCL", name="Permanent exclusions, primary", decimals="2", polarity="low", seasonal="yes"),
    register("CLA", name="Children in care", unit="number", decimals="0", polarity="neither"),
    register("COST", name="Weekly cost of a placement", unit="pounds", decimals="0", polarity="low"),
    register("NI59", name="Initial assessments in 7 days", final_quarter="Q4 2013-14"),
    register("NEW1", name="Family hub visits", unit="number", decimals="0", first_quarter="Q3 2022-23"),
    register("YEARLY", name="Care leavers in suitable homes", due="Q4"),
)
TARGETS = (
    {"indicator": "TIMELY", "from_quarter": "Q1 2022-23", "value": "75", "source": "Plan"},
    {"indicator": "REREF_12M", "from_quarter": "Q1 2022-23", "value": "20", "source": "Plan"},
)
LONG_AGO = (
    figure("EXCL", "Q2 2021-22", "0.20", numerator="5", denominator="2500"),
    figure("TIMELY", "Q4 2021-22", "84.0"),
)
QUARTER_BEFORE = (
    figure("CIN", "Q1 2022-23", "990"),
    figure("TIMELY", "Q1 2022-23", "70"),
    figure("SCHOOL", "Q1 2022-23", "77"),
    figure("REREF_12M", "Q1 2022-23", "21.0", numerator="42", denominator="200"),
    figure("EXCL", "Q1 2022-23", "0.32", numerator="8", denominator="2500"),
    figure("CLA", "Q1 2022-23", "260"),
    figure("COST", "Q1 2022-23", "940"),
)
HELD: dict[str, Sequence[Cells]] = {
    "history": (*LONG_AGO, *QUARTER_BEFORE),
    "a quarter begun": (*LONG_AGO, *QUARTER_BEFORE, figure("SCHOOL", "Q2 2022-23", "79")),
    "a quarter missing": LONG_AGO,
    "an old provisional figure": (
        *LONG_AGO, *QUARTER_BEFORE, figure("TIMELY", "Q3 2021-22", "82.0", status="provisional"),
    ),
}  # fmt: skip
"""What is held, by its name: the figures of a council that now has Q2 2022-23 to publish."""


def council(held: Sequence[Cells], at: datetime = NOW) -> Services:
    """The council, holding these figures, in memory."""
    bundle = small_bundle(indicators=REGISTER, targets=TARGETS, observations=held)
    return in_memory(bundle, fixed_clock if at is NOW else lambda: at)


def content(name: str) -> bytes:
    """The bytes of a file of this folder."""
    return (FOLDER / name).read_bytes()


def preview(services: Services, given: bytes, name: str = "figures.csv", chosen: Quarter | None = None) -> Preview:
    """What an officer is told of a file of figures."""
    shown = services.uploads.preview(GivenFile(given, name, chosen=chosen))
    assert isinstance(shown, Preview)
    return shown

"""A small register for the tests of narrative: one indicator with figures and a target, and one with none."""

from __future__ import annotations

from dataclasses import replace

from kpi_core.judging import Held
from kpi_core.narrative import Checker, Recorded

from .conftest import Q2, indicator, observed, target

PLANS = Held(
    replace(indicator(), aliases=("timely plans",)),
    (observed("70", "Q1 2022-23"), observed("83.5")),
    (target("88"),),
)
NOTHING = Held(indicator(code="B1", name="Visits made on the day agreed"), ())


def checker(*held: Held) -> Checker:
    """The checks of texts of that quarter against these, or against both of the register."""
    return Checker(Recorded(Q2, {one.indicator.code: one for one in held or (PLANS, NOTHING)}))

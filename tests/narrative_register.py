"""The registers that the books of examples of narrative are read against."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from kpi_core.judging import Held
from kpi_core.model import Basis, Indicator, Observation, Polarity, Target, Unit
from kpi_core.periods import quarter

FIRST = quarter("Q1 2015-16")


def held(entry: dict[str, Any]) -> Held:
    """One indicator of an example register, with its figures and its target."""
    indicator = Indicator(
        entry["code"],
        entry["name"],
        "Measures",
        Unit(entry["unit"]),
        entry["decimals"],
        Polarity(entry["polarity"]),
        Basis(entry.get("basis", "not_stated")),
        aliases=tuple(entry.get("aliases", ())),
    )
    figures = sorted((quarter(when), Decimal(value)) for when, value in entry["figures"].items())
    series = tuple(Observation(indicator.code, "X", when, value) for when, value in figures)
    given = {name: Decimal(entry[name]) for name in ("tolerance", "intervention_level") if name in entry}
    target = Target(
        indicator.code,
        "X",
        FIRST,
        value=Decimal(entry["target"]) if "target" in entry else None,
        tolerance_kind="points" if "tolerance" in entry else "",
        **given,
    )
    return Held(indicator, series, len(series), (target,) if given or "target" in entry else ())

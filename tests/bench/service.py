"""The service against a bare query for the figures that it shows."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from kpi_core.shell.services import Services

from . import stored
from .databases import Databases
from .measuring import measure
from .record import Record


def bundled(databases: Databases, record: Record) -> None:
    """One scorecard of the council's own figures."""
    compare(databases.bundled, None, record, runs=100)


def large(databases: Databases, record: Record) -> None:
    """One scorecard of one area among many."""
    compare(databases.large, stored.AREA, record, runs=25, asked="under 100 ms")


def compare(database: Path, area: str | None, record: Record, runs: int, asked: str = "") -> None:
    with closing(Services.open(database)) as services:
        quarter = services.period(area).held[-1].text
        card = services.scorecard(quarter, area)
        times = measure(lambda: services.scorecard(quarter, area), runs)
        whole = measure(lambda: (services.period(area), services.scorecard(quarter, area)), runs)
    bare, fetched = stored.bare_query(database, card, runs)
    shown = sum(len(row.series) for row in card.rows)
    print(
        f"   {len(card.rows)} indicators, {quarter}: the service shows {shown:,} figures, the query fetches {fetched:,}"
    )
    record.times("service: Services.scorecard", times, asked)
    record.times("bare query for the same figures", bare)
    record.ratio("service against bare query", times, bare)
    record.times("service, and which quarters are held", whole)

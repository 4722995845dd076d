"""The service against a bare query for the figures that it shows."""

from __future__ import annotations

from contextlib import closing
from itertools import cycle
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
    compare(databases.large, stored.AREA, record, runs=25)


def compare(database: Path, area: str | None, record: Record, runs: int) -> None:
    with closing(Services.open(database)) as services:
        quarter = services.period(area).held[-1].text
        card = services.scorecard(quarter, area)

        def unknown() -> None:
            services.forget()
            services.scorecard(quarter, area)

        again = measure(lambda: services.scorecard(quarter, area), runs)
        quarters = cycle(one.text for one in services.period(area).held)
        first = measure(lambda: services.scorecard(next(quarters), area), min(runs, 20), warm_up=0)
        times = measure(unknown, runs)
    bare, fetched = stored.bare_query(database, card, runs)
    shown = sum(len(row.series) for row in card.rows)
    print(
        f"   {len(card.rows)} indicators, {quarter}: the service shows {shown:,} figures, the query fetches {fetched:,}"
    )
    record.times("a scorecard at a known position", again, "under 3 ms")
    record.times("another quarter's, asked for the first time", first)
    record.times("a scorecard at an unknown position", times, "under 100 ms")
    record.times("bare query for the area's figures", bare)
    record.ratio("unknown position against bare query", times, bare)

"""What the bench knows of the tables, and nothing else here does. Whoever changes how figures are stored rewrites this.

It must provide:

- ``INDICATORS``, ``AREAS``, ``QUARTERS``, ``CATEGORIES`` and ``SIZE``, their product without the last: 1.2 million.
- ``AREA``: the code of an area of the large database that is not the council's own.
- ``generate(path)``: makes the large database, which opens by ``Services.open(path)``: ``INDICATORS`` codes ``I000`` on in
  ``CATEGORIES`` categories, half with high and half with low polarity, each with a target in each area, 4 of 5 with a
  tolerance; ``AREAS`` areas ``A000`` on; ``QUARTERS`` quarters from Q1 2013-14; percentages of 1,000 children with their
  counts; 1 in 50 suppressed; the last two quarters provisional.
- ``bare_query(path, card, runs)``: milliseconds of selecting and fetching the stored figures of the scorecard's area,
  and nothing more, and how many rows these are: the least a scorecard that reads could take.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import duckdb

from kpi_core.codec import cells, columns
from kpi_core.events import BEGINNING, Event, Kind, RecordColumns, tables_of, written
from kpi_core.judging import Scorecard
from kpi_core.model import Area, Basis, GivenFigure, Indicator, Listing, Polarity, Setting, Target, Unit
from kpi_core.periods import Quarter
from kpi_core.shell.storage import utc_now
from kpi_core.shell.storage.ledger import add
from kpi_core.shell.storage.mirror import Mirror, folder_of
from kpi_core.shell.storage.store import Store

from .measuring import measure

INDICATORS, AREAS, QUARTERS, CATEGORIES = 200, 150, 40, 10
SIZE = INDICATORS * AREAS * QUARTERS
AREA = "A075"
_FIRST = Quarter(2013, 1)


def bare_query(database: Path, card: Scorecard, runs: int) -> tuple[list[float], int]:
    """Timings of selecting and fetching the figures of ``card``'s area, and how many they are."""
    with duckdb.connect(str(database), read_only=True) as connection:

        def fetch() -> list[tuple[object, ...]]:
            return connection.execute("select * from figure where area = ?", [card.area]).fetchall()

        return measure(fetch, runs), len(fetch())


def generate(database: Path) -> None:
    """Every indicator in every area and quarter, as one event: its figures go in column by column."""
    tables = [*tables_of(_register()), RecordColumns("figure", SIZE, _figures())]
    body, files = written(tables, {})
    event = Event(1, utc_now(), "bench", "Administrator", Kind.LOADED, body, BEGINNING, "").sealed
    store = Store.open(database, utc_now())
    with store.write() as writing:
        add(writing, event, files, tables)
    Mirror(folder_of(database)).append(event, files)
    store.checkpoint()
    store.close()


def _register() -> Iterator[object]:
    yield from (Setting("council", "Bench"), Setting("home_area", "A000"), Setting("made_up", "yes"))
    yield from (Area(f"A{a:03d}", f"Area {a}") for a in range(AREAS))
    for i in range(INDICATORS):
        yield Indicator(
            f"I{i:03d}", f"Indicator {i}", f"Category {i % CATEGORIES}", Unit.PERCENT, 1, Polarity.LOW if i % 2 else Polarity.HIGH,
            Basis.QUARTER, "Head of service", "A made-up measure.", "Children with it", "Children", seasonal=i % 10 == 0,
        )  # fmt: skip
    for a in range(AREAS):
        for i in range(INDICATORS):
            yield Listing(f"A{a:03d}", f"I{i:03d}")
            told = (i + a) % 5 < 4
            yield Target(
                f"I{i:03d}", f"A{a:03d}", _FIRST, value=Decimal(40 + i % 40), tolerance=Decimal(5) if told else None,
                tolerance_kind="points" if told else "", origin="local", source="bench",
            )  # fmt: skip


def _figures() -> Mapping[str, list[Any]]:
    draw = Random(2022)
    counts = [300 + draw.randrange(600) for _ in range(SIZE)]
    shown = [draw.randrange(50) > 0 for _ in range(SIZE)]
    keys = [(q, a, i) for q in range(QUARTERS) for a in range(AREAS) for i in range(INDICATORS)]
    plain = cells(GivenFigure, [GivenFigure("I000", "A000", _FIRST, None, source="bench")])
    found = {column.name: plain[column.name] * SIZE for column in columns(GivenFigure)}
    return found | {
        "indicator": [f"I{i:03d}" for _, _, i in keys],
        "area": [f"A{a:03d}" for _, a, _ in keys],
        "quarter": [(_FIRST + q).text for q, _, _ in keys],
        "value": [f"{count / 10:.1f}" if there else None for count, there in zip(counts, shown, strict=True)],
        "absence": [None if there else "c" for there in shown],
        "provisional": [q >= QUARTERS - 2 for q, _, _ in keys],
        "numerator": [count if there else None for count, there in zip(counts, shown, strict=True)],
        "denominator": [1000 if there else None for there in shown],
    }

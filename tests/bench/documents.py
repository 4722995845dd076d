"""A Word document checked against the figures, beside only reading it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from docx import Document

from kpi_core.shell.services import Services

from . import stored
from .databases import Databases
from .measuring import ROOT, measure
from .record import Record


def compare(databases: Databases, record: Record) -> None:
    check(databases.bundled, None, record, runs=10)
    check(databases.large, stored.AREA, record, runs=5)


def check(database: Path, area: str | None, record: Record, runs: int) -> None:
    with closing(Services.open(database, ROOT / "data")) as services:
        names = [row.indicator.name for row in services.scorecard(area=area).rows]
        content = document(names, pages=20)
        checked = measure(lambda: services.texts.check(content, "report.docx", area=area), runs)
    least = measure(lambda: [one.text for one in Document(io.BytesIO(content)).paragraphs], runs)
    record.times(f"check, {len(names)} indicators", checked, "under 1 s")
    record.ratio(f"check of {len(names)} against reading by python-docx alone", checked, least)


def document(names: Sequence[str], pages: int) -> bytes:
    """A Word file of covering text: some 500 words a page, a claim in every third sentence."""
    made = Document()
    for n in range(pages * 12):
        name = names[n % len(names)]
        made.add_paragraph(
            f"{n + 1}. {name}: this stood at 83.5% in Q2 2022-23, a fall from 85% in Q1. The service has worked with partners to see why, and "
            "the reasons differ from team to team. Managers look at every case each week, and it is expected that this will improve by the end "
            "of the year."
        )
    held = io.BytesIO()
    made.save(held)
    return held.getvalue()

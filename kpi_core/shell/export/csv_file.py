"""A table as CSV that a spreadsheet opens as it is meant: figures as numbers, text never as a formula."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

from ...showing import Cell, Table
from ...spreadsheet import guarded


def render(table: Table) -> bytes:
    """UTF-8 with a byte order mark, so that Excel reads it right: the title, what it is, an empty line, the table.

    A table without a title is to be read back, and is its headings and rows alone.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    if table.title:
        writer.writerow([harmless(table.title)])
        writer.writerows([harmless(what), harmless(said)] for what, said in table.about)
        writer.writerow([])
    writer.writerow([harmless(heading) for heading in table.headings])
    writer.writerows([harmless(cell) for cell in row] for row in table.rows)
    return out.getvalue().encode("utf-8-sig")


def harmless(cell: Cell) -> str:
    """A cell as text that no spreadsheet runs."""
    if cell is None:
        return ""
    return guarded(f"{cell:f}" if isinstance(cell, Decimal) else str(cell))

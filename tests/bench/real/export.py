"""The example council's figures as the file that an analyst would be sent, by the command line."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
from pathlib import Path
from typing import Any

from kpi_core.__main__ import main
from kpi_core.periods import quarter

COLUMNS = ("code", "indicator", "category", "unit", "polarity", "quarter", "start", "value", "status", "target",
           "target_low", "target_high", "tolerance", "tolerance_kind", "level")  # fmt: skip
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def told(database: Path, *arguments: str) -> Any:
    """What a command says, as JSON."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        status = main(["--db", str(database), *arguments, "--json"])
    assert status == 0, out.getvalue()
    return json.loads(out.getvalue())


def export(database: Path, file: Path) -> None:
    """Every figure with the target of its quarter; tolerance and intervention level as they stand now."""
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in told(database, "scorecard")["rows"]:
            one = told(database, "indicator", row["code"])
            polarity = one["definition"]["polarity"]
            tolerance = _NUMBER.findall(row["tolerance"] or "")[:1]
            kind = "percent" if "%" in (row["tolerance"] or "") else "points"
            for figure in one["series"]:
                ends = _NUMBER.findall(figure["target"] or "") or [""]
                writer.writerow(
                    (
                        row["code"], row["name"], row["category"], row["unit"], polarity, figure["quarter"],
                        quarter(figure["quarter"]).start, figure["value"], figure["status"], figure["target"],
                        ends[0], ends[-1], *(tolerance or [""]), kind, row["intervention_level"],
                    )
                )  # fmt: skip


def next_quarter(database: Path) -> bytes:
    """A filled template for the quarter after the last one held: the figures of the last quarter again."""
    last = told(database, "scorecard")
    values = {row["code"]: row["value"] for row in last["rows"]}
    following = (quarter(last["quarter"]) + 1).text
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main(["--db", str(database), "template", "--quarter", following]) == 0
    rows = list(csv.DictReader(io.StringIO(out.getvalue())))
    filled = io.StringIO()
    writer = csv.DictWriter(filled, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow(row | {"value": values.get(row["indicator"]) or "x", "status": "provisional"})
    return filled.getvalue().encode()

"""The command line as whole processes: one scorecard, and a long history imported."""

from __future__ import annotations

import csv
from pathlib import Path

from kpi_core.periods import Quarter

from .databases import Databases
from .measuring import measure, python
from .record import Record
from .stored import AREAS, INDICATORS, QUARTERS

HEAVY = ("streamlit", "pandas", "altair")
"""What the command line must not wait for."""


def scorecard(databases: Databases, record: Record, runs: int = 7) -> None:
    """One scorecard beside starting Python."""
    command = ["-m", "kpi_core", "--db", str(databases.bundled), "scorecard", "--json"]
    times, least = measure(lambda: python(*command), runs), measure(lambda: python("-c", "pass"), runs)
    told = python("-X", "importtime", *command).stderr.splitlines()
    imported = {line.rpartition("|")[2].strip() for line in told if line.startswith("import time:")}
    record.times("python -m kpi_core scorecard --json", times, "under 350 ms")
    record.times("python -c pass", least)
    record.ratio("command line against bare Python", times, least)
    print("   imported: " + ", ".join(f"{name} {'YES' if name in imported else 'no'}" for name in HEAVY))


def history(databases: Databases, record: Record) -> None:
    """Every figure of a large council's history, from another system's file, beside only reading it."""
    file, mapping = databases.folder / "history.csv", databases.folder / "bench.toml"
    entries = "".join(
        f'[[register]]\ncode = "H{i:03d}"\nname = "Measure {i}"\ncategory = "Bench"\nunit = "percent"\ndecimals = 1\npolarity = "high"\n'
        for i in range(INDICATORS)
    )
    mapping.write_text(_MAPPING + entries, encoding="utf-8")
    write_history(file)
    command = ["-m", "kpi_core", "--db", str(databases.folder / "history.duckdb"), "import", str(file), "--mapping",
               str(mapping), "--no-limits", "--publish", "--confirm-warnings", "--by", "bench"]  # fmt: skip
    times = measure(lambda: python(*command), 1, warm_up=0)
    bare = measure(lambda: read(file), 1, warm_up=0)
    record.times("checked, compared and published", times, "under 60,000 ms")
    record.times("read by the csv module alone", bare)
    record.ratio("all of it against bare reading", times, bare)


def read(file: Path) -> None:
    with file.open(encoding="utf-8", newline="") as given:
        list(csv.reader(given))


def write_history(file: Path) -> None:
    quarters = [Quarter(2013, 1) + n for n in range(QUARTERS)]
    with file.open("w", encoding="utf-8") as out:
        out.write("area,period,measure,part,whole,value\n")
        for area in range(AREAS):
            for indicator in range(INDICATORS):
                level = 300 + (area * 7 + indicator * 13) % 500
                counts = [level + (n * 37 + indicator) % 90 for n in range(QUARTERS)]
                out.writelines(
                    f"Area {area},{quarter},H{indicator:03d},{count},1000,{count / 10}\n"
                    for quarter, count in zip(quarters, counts, strict=True)
                )


_MAPPING = """
shape = "long"
areas_from_file = true

[columns]
indicator = "measure"
quarter = "period"
value = "value"
numerator = "part"
denominator = "whole"
area_name = "area"

"""

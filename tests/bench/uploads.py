"""A file of figures, checked and published, beside only reading it."""

from __future__ import annotations

import csv
import io
from contextlib import closing

from kpi_core.intake import TEMPLATE_COLUMNS, Decision, GivenFile
from kpi_core.periods import Quarter
from kpi_core.shell.services import Services

from .databases import Databases
from .measuring import measure
from .record import Record


def compare(databases: Databases, record: Record, rows: int, runs: int = 5) -> None:
    checked, published, bare = [], [], []
    with closing(Services.open(databases.folder / "upload.duckdb")) as services:
        head = "code,name,category,unit,decimals,polarity\n"
        register = head + "".join(f"B{n:05d},Indicator {n},Bench,percent,1,high\n" for n in range(rows))
        publish(services, GivenFile(register.encode(), "register.csv"))
        last = services.period().opens
        assert last is not None
        for run in range(1, runs + 1):
            content = quarter_of(rows, last - run)
            file = GivenFile(content, f"quarter-{run}.csv")
            checked += measure(lambda file=file: services.uploads.preview(file), 1, warm_up=0)
            preview = services.uploads.preview(file)
            decision = Decision("bench", confirmed=None)
            published += measure(lambda p=preview, d=decision: services.uploads.publish(p, d), 1, warm_up=0)
            bare += measure(lambda c=content: list(csv.reader(io.StringIO(c.decode()))), 1, warm_up=0)
    record.times("checked and compared", checked, "under 600 ms")
    record.times("published", published, "under 1,000 ms")
    record.times("read by the csv module alone", bare)
    record.ratio("checking against bare reading", checked, bare)


def publish(services: Services, file: GivenFile) -> None:
    services.uploads.publish(services.uploads.preview(file), Decision("bench", confirmed=None))


def quarter_of(rows: int, quarter: Quarter) -> bytes:
    """A filled template with ``rows`` figures, each with its counts and a comment."""
    lines = [
        f"B{n:05d},Indicator {n},percentage,{quarter},{n % 900 / 10 + 5:.1f},{n % 900 + 50},1000,final,as counted,,"
        for n in range(rows)
    ]
    return "\n".join((",".join(TEMPLATE_COLUMNS), *lines)).encode()

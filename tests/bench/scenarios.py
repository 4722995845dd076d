"""What if: the service over the large database, and the page with one target moved."""

from __future__ import annotations

from contextlib import closing
from itertools import cycle

from kpi_core.shell.services import Services

from . import pages, stored
from .databases import Databases
from .measuring import measure
from .record import Record


def compare(databases: Databases, record: Record) -> None:
    service(databases, record, runs=15)
    page(databases, record, runs=30)


def service(databases: Databases, record: Record, runs: int) -> None:
    with closing(Services.open(databases.large)) as services:

        def answer(quarter: str) -> None:
            found = services.what_if(["target:all=+2%"], quarter, stored.AREA)
            assert len(found.changed) == stored.INDICATORS
            for row in found.rows:
                assert row.text  # what turns, past quarters, children, the year and the limits

        before, last = (quarter.text for quarter in services.period(stored.AREA).held[-2:])
        turns = cycle((before, last))  # figures are read anew for another quarter
        anew, again = measure(lambda: answer(next(turns)), runs), measure(lambda: answer(last), runs)
        least = measure(lambda: services.scorecard(last, stored.AREA), runs)
    record.times("scenario: every answer, figures read anew", anew, "under 300 ms")
    record.times("the next over the same figures", again)
    record.times("the scorecard alone", least)
    record.ratio("scenario against scorecard", anew, least)


def page(databases: Databases, record: Record, runs: int) -> None:
    opened, empty = pages.app(databases.folder / "page.duckdb"), pages.nothing()
    opened.switch_page("pages/what_if.py")
    opened.query_params["indicator"] = "FD02"
    opened.run()
    moved = iter(f"{20 + step % 9}" for step in range(1, 1000))

    def move() -> None:
        target = next(moved)
        opened.text_input(key="suppose_target_FD02").set_value(target).run()
        assert opened.text_input(key="suppose_target_FD02").value == target

    times, least = measure(move, runs), measure(empty.run, runs)
    record.times("what-if page, one target moved", times, "under 100 ms")
    record.times("empty page, rerun", least)
    record.ratio("what-if page against empty page", times, least)

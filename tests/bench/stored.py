"""What the bench knows of the tables, and nothing else here does. Whoever changes how figures are stored rewrites this.

It must provide:

- ``INDICATORS``, ``AREAS``, ``QUARTERS``, ``CATEGORIES`` and ``SIZE``, their product without the last: 1.2 million.
- ``AREA``: the code of an area of the large database that is not the council's own.
- ``generate(path)``: makes the large database, within seconds. It has to open by ``Services.open(path)`` as one that
  was published quarter by quarter: ``INDICATORS`` codes ``I000`` on in ``CATEGORIES`` categories, half with high and
  half with low polarity, each with a target in each area, 4 of 5 with a tolerance; ``AREAS`` areas ``A000`` on;
  ``QUARTERS`` quarters from Q1 2013-14; percentages of 1,000 children with their counts; 1 in 50 suppressed; the last
  two quarters provisional.
- ``bare_query(path, card, runs)``: milliseconds of selecting and fetching the stored figures that the scorecard shows,
  and nothing more, and how many rows these are: the least a scorecard that reads could take.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from kpi_core.scorecard import Scorecard
from kpi_core.shell.database import utc_now
from kpi_core.shell.store import Store

from .measuring import measure

INDICATORS, AREAS, QUARTERS, CATEGORIES = 200, 150, 40, 10
SIZE = INDICATORS * AREAS * QUARTERS
AREA = "A075"


def bare_query(database: Path, card: Scorecard, runs: int) -> tuple[list[float], int]:
    """Timings of selecting and fetching the figures that ``card`` shows, and how many they are."""
    first = min(observation.quarter.start for row in card.rows for observation in row.series)
    sql = """
        select indicator, quarter, value, absence, provisional, numerator, denominator, series_break, not_comparable,
               revision, revision_reason, note, source
        from observation where area = ? and quarter between ? and ? order by indicator, quarter
    """
    with duckdb.connect(str(database), read_only=True) as connection:

        def fetch() -> list[tuple[object, ...]]:
            return connection.execute(sql, [card.area, first, card.quarter.start]).fetchall()

        return measure(fetch, runs), len(fetch())


def generate(database: Path) -> None:
    """Every indicator in every area and quarter, loaded quarter by quarter as uploads would come."""
    Store.open(database, utc_now()).close()
    with duckdb.connect(str(database)) as connection:
        for sql in _GENERATE:
            connection.execute(sql)
        connection.execute("checkpoint")


_I, _A, _Q = (f"range({count})" for count in (INDICATORS, AREAS, QUARTERS))
_CODE, _AREA = "format('I{:03d}', i.range)", "format('A{:03d}', a.range)"
_FIRST = date(2013, 4, 1)
# The value is a percentage of 1,000 children in 10ths; 1 figure in 50 is suppressed, the last two quarters provisional.
_COUNT = "cast(300 + hash(i.range, a.range, q.range) % 600 as bigint)"
_SUPPRESSED = "hash(q.range, i.range, a.range) % 50 = 0"
_GENERATE = (
    "insert into setting values ('council', 'Bench'), ('home_area', 'A000'), ('made_up', 'yes')",
    f"insert into area select {_AREA}, 'Area ' || a.range, 0 from {_A} a",
    f"""
    insert into indicator
    select {_CODE}, i.range, 'Indicator ' || i.range, 'Category ' || (i.range % {CATEGORIES}), 'percent', 1,
           case when i.range % 2 = 0 then 'high' else 'low' end, 'quarter', 'Head of service', 'A made-up measure.',
           'Children with it', 'Children', false, '1234', i.range % 10 = 0, '', null, '', null, null, 0, 0, ''
    from {_I} i
    """,
    f"insert into indicator_area select {_CODE}, {_AREA}, 0 from {_I} i, {_A} a",
    f"""
    insert into target
    select {_CODE}, {_AREA}, date '{_FIRST}', false, cast(40 + i.range % 40 as varchar), null, null,
           case when (i.range + a.range) % 5 < 4 then '5' end, case when (i.range + a.range) % 5 < 4 then 'points' else '' end,
           null, null, 'local', '', null, '', 'bench', '', false, 0, 0
    from {_I} i, {_A} a
    """,
    f"""
    insert into observation
    select {_CODE}, {_AREA}, cast(date '{_FIRST}' + to_months(cast(3 * q.range as integer)) as date), 0,
           case when not {_SUPPRESSED} then cast(cast({_COUNT} / 10 as decimal(4, 1)) as varchar) end,
           case when {_SUPPRESSED} then 'c' end, q.range >= {QUARTERS - 2},
           case when not {_SUPPRESSED} then {_COUNT} end, case when not {_SUPPRESSED} then 1000 end,
           '', '', '', '', 'bench', 0, 'new', ''
    from {_Q} q, {_A} a, {_I} i order by q.range, a.range, i.range
    """,
)

"""How long things take, beside the least they could take in the same run: ``make bench``.

Milliseconds are this machine's; the ratios travel better. Nothing fails here: what was asked for stands beside.
"""

from __future__ import annotations

import csv
import io
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date
from itertools import cycle
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import duckdb
from docx import Document

from kpi_core.intake import GivenFile
from kpi_core.mapping import TEMPLATE_COLUMNS
from kpi_core.periods import Quarter
from kpi_core.scorecard import Scorecard
from kpi_core.shell.database import make_database, utc_now
from kpi_core.shell.documents import read_document
from kpi_core.shell.services import Services
from kpi_core.shell.store import Store
from kpi_core.shell.uploads import Decision

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "data"
INDICATORS, AREAS, QUARTERS, CATEGORIES = 200, 150, 40, 10
HISTORY = INDICATORS * AREAS * QUARTERS
HEAVY = ("streamlit", "pandas", "altair")
"""What the command line must not wait for."""


def main() -> None:
    with TemporaryDirectory(prefix="kpi-bench-") as name:
        folder = Path(name)
        bundled, large = folder / "bundled.duckdb", folder / "large.duckdb"
        make_database(bundled, DATA)
        print("a. One scorecard, at the bundled size")
        compare_service(bundled, None, runs=100)
        print(f"\nb. One scorecard of {AREAS} areas, in {INDICATORS * AREAS * QUARTERS:,} observations")
        generate(large)
        compare_service(large, "A075", runs=25, asked="under 100 ms")
        print("\nc. The scorecard page, run again in this process")
        compare_page(folder / "page.duckdb", runs=50)
        print("\nd. The command line, as a whole process")
        compare_command_line(bundled, runs=7)
        print("\ne. An upload of 5,000 rows")
        compare_upload(folder / "upload.duckdb", rows=5_000, runs=5)
        print("\nf. A Word document of 20 pages, checked against the figures; with 15 indicators, and with 200")
        compare_check(bundled, None, runs=10)
        compare_check(large, "A075", runs=5)
        print(f"\ng. A scenario over {INDICATORS} indicators and {QUARTERS} quarters; the page, one target moved")
        compare_what_if(large, "A075", runs=15)
        compare_what_if_page(folder / "page.duckdb", runs=30)
        print(f"\nh. History of {HISTORY:,} rows, through a column mapping on the command line")
        compare_history(folder)


# --- measuring ----------------------------------------------------------------------------------------------------


def measure(work: Callable[[], object], runs: int, warm_up: int = 2) -> list[float]:
    """The milliseconds of each run after the warm-up."""
    for _ in range(warm_up):
        work()
    times = []
    for _ in range(runs):
        start = perf_counter()
        work()
        times.append((perf_counter() - start) * 1000)
    return times


def say(what: str, times: Sequence[float], asked: str = "") -> None:
    spread = f"({min(times):.1f} to {max(times):.1f}, {len(times)} runs)"
    print(f"   {what:<40}{median(times):9.1f} ms  {spread}{f'  asked: {asked}' if asked else ''}")


def say_ratio(what: str, times: Sequence[float], least: Sequence[float]) -> None:
    print(f"   {what:<40}{median(times) / median(least):9.1f} times")


# --- a and b: the service against a bare query --------------------------------------------------------------------


def compare_service(database: Path, area: str | None, runs: int, asked: str = "") -> None:
    services = Services.open(database)
    try:
        quarter = services.period(area).held[-1].text
        card = services.scorecard(quarter, area)
        times = measure(lambda: services.scorecard(quarter, area), runs)
        whole = measure(lambda: (services.period(area), services.scorecard(quarter, area)), runs)
    finally:
        services.close()
    bare, rows = bare_query(database, card, runs)
    shown = sum(len(row.series) for row in card.rows)
    print(f"   {len(card.rows)} indicators, {quarter}: the service shows {shown:,} figures, the query fetches {rows:,}")
    say("service: Services.scorecard", times, asked)
    say("bare query for the same figures", bare)
    say_ratio("service against bare query", times, bare)
    say("service, and which quarters are held", whole)


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
    start = perf_counter()
    Store.open(database, utc_now()).close()
    with duckdb.connect(str(database)) as connection:
        for sql in _GENERATE:
            connection.execute(sql)
        connection.execute("checkpoint")
    print(f"   generated in {perf_counter() - start:.1f} s, {database.stat().st_size / 1e6:.0f} MB")


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


# --- c: the page --------------------------------------------------------------------------------------------------


def compare_page(database: Path, runs: int) -> None:
    app = ROOT / "app.py"
    if not app.exists():
        print("   skipped: there is no app.py")
        return
    os.environ["KPI_DB"] = str(database)
    os.chdir(ROOT)  # where Streamlit looks for its settings
    from streamlit.testing.v1 import AppTest

    # It would warn that no browser is there.
    logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").disabled = True
    page = AppTest.from_file(app, default_timeout=30).run()
    empty = AppTest.from_string("import streamlit").run()
    if wrong := [*page.exception, *page.error]:
        print(f"   skipped: the page says {wrong[0].value}")
        return
    times, least = measure(page.run, runs), measure(empty.run, runs)
    say("scorecard page, rerun", times, "under 60 ms")
    say("empty page, rerun", least)
    say_ratio("scorecard page against empty page", times, least)


# --- d: the command line ------------------------------------------------------------------------------------------


def compare_command_line(database: Path, runs: int) -> None:
    command = ["-m", "kpi_core", "--db", str(database), "scorecard", "--json"]
    times, least = measure(lambda: python(*command), runs), measure(lambda: python("-c", "pass"), runs)
    told = python("-X", "importtime", *command).splitlines()
    imported = {line.rpartition("|")[2].strip() for line in told if line.startswith("import time:")}
    say("python -m kpi_core scorecard --json", times, "under 500 ms")
    say("python -c pass", least)
    say_ratio("command line against bare Python", times, least)
    print("   imported: " + ", ".join(f"{name} {'YES' if name in imported else 'no'}" for name in HEAVY))


def python(*arguments: str) -> str:
    """Run Python in the repository's folder; what it wrote to standard error."""
    run = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return run.stderr


# --- e and f: uploads ----------------------------------------------------------------------------------------------


def compare_upload(database: Path, rows: int, runs: int) -> None:
    services = Services.open(database)
    head = "code,name,category,unit,decimals,polarity\n"
    register = head + "".join(f"B{n:05d},Indicator {n},Bench,percent,1,high\n" for n in range(rows))
    publish(services, GivenFile(register.encode(), "register.csv"))
    last = services.period().opens
    assert last is not None
    checked, published, bare = [], [], []
    for run in range(1, runs + 1):
        content = quarter_of(rows, last - run)
        file = GivenFile(content, f"quarter-{run}.csv")
        checked += measure(lambda file=file: services.uploads.preview(file), 1, warm_up=0)
        preview = services.uploads.preview(file)
        decision = Decision("bench", confirmed=None)
        published += measure(lambda p=preview, d=decision: services.uploads.publish(p, d), 1, warm_up=0)
        bare += measure(lambda c=content: list(csv.reader(io.StringIO(c.decode()))), 1, warm_up=0)
    services.close()
    say("checked and compared", checked, "under 1,000 ms")
    say("published", published, "under 1,000 ms")
    say("read by the csv module alone", bare)
    say_ratio("checking against bare reading", checked, bare)


def compare_check(database: Path, area: str | None, runs: int) -> None:
    """A document of 20 pages beside only reading its paragraphs."""
    with closing(Services.open(database, DATA)) as services:
        names = [row.indicator.name for row in services.scorecard(area=area).rows]
        content = document(names, pages=20)
        checked = measure(lambda: services.texts.check(content, "report.docx", area=area), runs)
        say(f"check, {len(names)} indicators", checked, "under 1 s")
        say_ratio(
            "checking against only reading it", checked, measure(lambda: read_document(content, "report.docx"), runs)
        )


# --- g: what if ---------------------------------------------------------------------------------------------------


def compare_what_if(database: Path, area: str, runs: int) -> None:
    services = Services.open(database)

    def answer(quarter: str) -> None:
        found = services.what_if(["target:all=+2%"], quarter, area)
        assert len(found.changed) == INDICATORS
        for row in found.rows:
            assert row.text  # what turns, past quarters, children, the year and the limits

    try:
        before, last = (quarter.text for quarter in services.period(area).held[-2:])
        turns = cycle((before, last))  # figures are read anew for another quarter
        anew, again = measure(lambda: answer(next(turns)), runs), measure(lambda: answer(last), runs)
        least = measure(lambda: services.scorecard(last, area), runs)
    finally:
        services.close()
    say("scenario: every answer, figures read anew", anew, "under 300 ms")
    say("the next over the same figures", again)
    say("the scorecard alone", least)
    say_ratio("scenario against scorecard", anew, least)


def compare_what_if_page(database: Path, runs: int) -> None:
    os.environ["KPI_DB"] = str(database)
    from streamlit.testing.v1 import AppTest

    page = AppTest.from_file(ROOT / "app.py", default_timeout=30)
    page.switch_page("pages/what_if.py")
    page.query_params["indicator"] = "FD02"
    page.run()
    empty = AppTest.from_string("import streamlit").run()
    moved = iter(f"{20 + step % 9}" for step in range(1, 1000))

    def move() -> None:
        target = next(moved)
        page.text_input(key="suppose_target_FD02").set_value(target).run()
        assert page.text_input(key="suppose_target_FD02").value == target

    times, least = measure(move, runs), measure(empty.run, runs)
    say("what-if page, one target moved", times, "under 100 ms")
    say("empty page, rerun", least)
    say_ratio("what-if page against empty page", times, least)


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


def publish(services: Services, file: GivenFile) -> None:
    services.uploads.publish(services.uploads.preview(file), Decision("bench", confirmed=None))


def quarter_of(rows: int, quarter: Quarter) -> bytes:
    """A filled template with ``rows`` figures, each with its counts and a comment."""
    lines = [
        f"B{n:05d},Indicator {n},percentage,{quarter},{n % 900 / 10 + 5:.1f},{n % 900 + 50},1000,final,as counted,,"
        for n in range(rows)
    ]
    return "\n".join((",".join(TEMPLATE_COLUMNS), *lines)).encode()


def compare_history(folder: Path) -> None:
    data = folder / "data"
    shutil.copytree(DATA, data, ignore=shutil.ignore_patterns("*.duckdb*"))
    entries = "".join(
        f'[[register]]\ncode = "H{i:03d}"\nname = "Measure {i}"\ncategory = "Bench"\nunit = "percent"\ndecimals = 1\npolarity = "high"\n'
        for i in range(INDICATORS)
    )
    (data / "profiles" / "bench.toml").write_text(_MAPPING + entries, encoding="utf-8")
    file = folder / "history.csv"
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
    command = ["-m", "kpi_core", "--db", str(folder / "history.duckdb"), "import", str(file), "--profile", "bench",
               "--no-limits", "--publish", "--confirm-warnings", "--by", "bench"]  # fmt: skip
    os.environ["KPI_DATA"] = str(data)
    times = measure(lambda: python(*command), 1, warm_up=0)
    del os.environ["KPI_DATA"]
    bare = measure(lambda: list(csv.reader(file.open(encoding="utf-8"))), 1, warm_up=0)
    say("checked, compared and published", times, "under 60,000 ms")
    say("read by the csv module alone", bare)
    say_ratio("all of it against bare reading", times, bare)


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


if __name__ == "__main__":
    main()

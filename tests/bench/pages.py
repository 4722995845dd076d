"""Pages run again in this process, beside an empty one: no server, no browser."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

from .databases import Databases
from .measuring import ROOT, measure
from .record import Record

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest


def scorecard(databases: Databases, record: Record) -> None:
    """The scorecard page of the council's own figures."""
    page, empty = app(databases.folder / "page.duckdb").run(), nothing()
    if wrong := [*page.exception, *page.error]:
        print(f"   skipped: the page says {wrong[0].value}")
        return
    times, least = measure(page.run, 50), measure(empty.run, 50)
    record.times("scorecard page, rerun", times, "under 60 ms")
    record.times("empty page, rerun", least)
    record.ratio("scorecard page against empty page", times, least)


def app(database: Path) -> AppTest:
    """The app over ``database``, not run yet."""
    os.environ["KPI_DB"] = str(database)
    os.chdir(ROOT)  # where Streamlit looks for its settings
    from streamlit.testing.v1 import AppTest

    # It would warn that no browser is there.
    logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").disabled = True
    return AppTest.from_file(ROOT / "app.py", default_timeout=30)


def nothing() -> AppTest:
    """An empty page."""
    from streamlit.testing.v1 import AppTest

    return AppTest.from_string("import streamlit").run()

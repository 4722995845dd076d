"""How long things take, beside the least they could take in the same run: ``make bench``, or ``make bench ONLY=real``.

Milliseconds are this machine's; the ratios travel better. Nothing fails here: what was asked for stands beside, and
what got worse since the last run is said at the end. Each run adds its figures to ``docs/bench.csv``.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from . import command_line, documents, pages, real, scenarios, service, uploads
from .databases import Databases
from .record import Record

SECTIONS: dict[str, tuple[str, Callable[[Databases, Record], None]]] = {
    "service": ("One scorecard, at the bundled size", service.bundled),
    "large": ("One scorecard, among 1.2 million observations", service.large),
    "page": ("The scorecard page, run again in this process", pages.scorecard),
    "command": ("The command line, as a whole process", command_line.scorecard),
    "upload": ("An upload of 5,000 rows", partial(uploads.compare, rows=5_000)),
    "check": ("A Word document of 20 pages, checked against the figures", documents.compare),
    "what-if": ("A scenario over every indicator of the large database; the page, one target moved", scenarios.compare),
    "history": ("1.2 million rows, through a column mapping on the command line", command_line.history),
    "real": ("The app, a pandas page and an empty page: over websockets, and in Chromium", real.compare),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("only", nargs="*", metavar="SECTION", help=f"only these of: {', '.join(SECTIONS)}")
    parser.add_argument("--no-record", action="store_true", help="leave docs/bench.csv as it is")
    given = parser.parse_args()
    if unknown := set(given.only) - set(SECTIONS):
        parser.error(f"there is no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    record = Record()
    with TemporaryDirectory(prefix="kpi-bench-") as folder:
        databases = Databases(Path(folder))
        for name, (title, run) in SECTIONS.items():
            if not given.only or name in given.only:
                record.begin(name, title)
                run(databases, record)
    record.compare()
    if not given.no_record:
        record.keep()


if __name__ == "__main__":
    main()

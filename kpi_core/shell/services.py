"""The use cases: the only door for pages and the command line. Records in, records out; errors are ``KpiError``."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from ..assess import Rated, judge, target_in_force
from ..bundle import CSV_FILES, REPORT_FOLDER, read
from ..errors import DatabaseHeld, StoreError, UnknownChoice, UnknownIndicator
from ..model import Benchmark, Conflict, ExceptionReport, Indicator, Observation, ReportState, Target
from ..periods import Quarter
from ..periods import quarter as read_quarter
from ..scorecard import TREND_QUARTERS, Collected, Row, Scorecard, build, opening_quarter, row_of
from .store import Reading, Store

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
DEFAULT_DATABASE = DATA / "kpi.duckdb"


def places() -> tuple[Path, Path]:
    """The database and the folder of figures that are in use: what ``KPI_DB`` and ``KPI_DATA`` name, or the bundled."""
    return Path(os.environ.get("KPI_DB") or DEFAULT_DATABASE), Path(os.environ.get("KPI_DATA") or DATA)


REBUILD = "python -m kpi_core rebuild"

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time of day, in UTC and without a zone, as the database keeps it."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


@dataclass(frozen=True, slots=True)
class Period:
    """The quarters there are to choose from, and the one that opens."""

    held: tuple[Quarter, ...]
    opens: Quarter | None
    collecting: tuple[Collected, ...]
    """Later quarters that have figures but not yet half of them."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One observation of a series with the target then in force."""

    observation: Observation
    target: Target | None
    rated: Rated


@dataclass(frozen=True, slots=True)
class IndicatorView:
    """All that is known of one indicator, seen from one quarter."""

    row: Row
    series: tuple[Judged, ...]
    """Every quarter held, oldest first, also those after the quarter looked at."""
    targets: tuple[Target, ...]
    benchmarks: tuple[Benchmark, ...]
    """The latest year of each series that ended before the quarter did."""
    benchmarks_since: tuple[Benchmark, ...]
    """Years that ended later: published since."""
    benchmarks_all: tuple[Benchmark, ...]
    conflicts: tuple[Conflict, ...]
    """Conflicts of this indicator in this quarter, resolved ones too."""
    report: ExceptionReport | None

    @property
    def indicator(self) -> Indicator:
        """The register's entry."""
        return self.row.indicator


@dataclass(frozen=True, slots=True)
class ExceptionsView:
    """What a quarter requires, and what is there."""

    scorecard: Scorecard
    required: tuple[Row, ...]
    not_required: tuple[Row, ...]
    """Rows with a report that the trigger does not ask for."""
    conflicts: tuple[Conflict, ...]
    """What is known to be wrong with the quarter's papers as a whole."""

    def in_state(self, state: ReportState) -> tuple[Row, ...]:
        """The rows whose required report is in this state."""
        return tuple(row for row in self.required if row.exception.state is state)


@dataclass(frozen=True, slots=True)
class About:
    """Where the figures come from."""

    council: str
    made_up: bool
    loaded_at: datetime | None
    collected: tuple[Collected, ...]
    sources: tuple[tuple[str, int], ...]
    """Each source with the number of figures it gave."""
    conflicts: tuple[Conflict, ...]
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True, slots=True)
class Health:
    """What ``verify`` found. ``problems`` empty: all is well."""

    counts: tuple[tuple[str, int], ...]
    problems: tuple[str, ...]


class Services:
    """The use cases over one store. Quarters, areas and codes come as text; ``None``: the default."""

    def __init__(self, store: Store, data: Path | None = DATA, clock: Clock = utc_now) -> None:
        self._store = store
        self._data = data
        self.clock = clock
        with store.read() as reading:  # neither changes while the database is open
            self._settings = reading.settings()
            self._loaded = reading.fingerprints()

    @classmethod
    def open(cls, database: Path, data: Path = DATA, clock: Clock = utc_now) -> Services:
        """Open the database, making it from ``data`` first where there is none.

        Raises ``BundleError`` (a file of ``data`` is wrong; nothing is made) or ``StoreError``.
        """
        if not database.exists():
            make_database(database, data, clock)
        return cls(Store.open(database, clock()), data, clock)

    def close(self) -> None:
        """Let go of the database, so that another process can open it."""
        self._store.close()

    # --- use cases ---

    def council(self) -> tuple[str, bool]:
        """The council's name, and whether its figures are made up."""
        return self._settings.get("council", ""), self._settings.get("made_up") == "yes"

    def areas(self) -> dict[str, str]:
        """Names by code of the areas that have a scorecard."""
        with self._store.read() as reading:
            return reading.areas()

    def period(self, area: str | None = None) -> Period:
        """Which quarters are held for an area, and which opens."""
        with self._store.read() as reading:
            return _period(reading, self._area(reading, area)[0])

    def scorecard(self, quarter: str | None = None, area: str | None = None) -> Scorecard:
        """The whole scorecard of a quarter; ``Scorecard.filtered`` narrows it.

        A quarter that is well formed but has no figures gives rows without data. Raises ``PeriodError``,
        ``UnknownChoice`` for the area, and ``StoreError`` where the database holds no figures at all.
        """
        with self._store.read() as reading:
            code, name = self._area(reading, area)
            chosen = _quarter(reading, quarter, code)
            return build(chosen, code, name, reading.held(code, chosen, quarters=TREND_QUARTERS))

    def indicator(self, code: str, quarter: str | None = None, area: str | None = None) -> IndicatorView:
        """Everything about one indicator. Raises as ``scorecard`` does, and ``UnknownIndicator``."""
        with self._store.read() as reading:
            area_code, _ = self._area(reading, area)
            chosen = _quarter(reading, quarter, area_code)
            found = reading.held(area_code, chosen, code=code)
            if not found:
                raise UnknownIndicator(code, tuple(i.code for i in reading.indicators(area_code)))
            held = found[0]
            periods = _period(reading, area_code).held
            latest = max((*periods, chosen))
            whole = reading.held(area_code, latest, code=code)[0]
            benchmarks = reading.benchmarks(code)
            conflicts = reading.conflicts(area_code, chosen)
        series = tuple(
            Judged(o, target_in_force(whole.targets, o.quarter), judge(o, whole.targets, whole.indicator, o.quarter))
            for o in whole.series
        )
        before = [b for b in benchmarks if b.year_end < chosen.start]
        return IndicatorView(
            row=row_of(held, chosen),
            series=series,
            targets=whole.targets,
            benchmarks=tuple({b.series: b for b in before}.values()),
            benchmarks_since=tuple(b for b in benchmarks if b.year_end >= chosen.start),
            benchmarks_all=benchmarks,
            conflicts=tuple(c for c in conflicts if c.indicator == code),
            report=held.report,
        )

    def exceptions(self, quarter: str | None = None, area: str | None = None) -> ExceptionsView:
        """The exception reports a quarter requires, and those it has."""
        scorecard = self.scorecard(quarter, area)
        with self._store.read() as reading:
            conflicts = reading.conflicts(scorecard.area, scorecard.quarter)
        return ExceptionsView(
            scorecard=scorecard,
            required=tuple(row for row in scorecard.rows if row.exception.required),
            not_required=tuple(
                row
                for row in scorecard.rows
                if not row.exception.required and row.exception.state is not ReportState.NONE
            ),
            conflicts=tuple(c for c in conflicts if not c.indicator),
        )

    def about(self, area: str | None = None) -> About:
        """Sources, quarters held and known conflicts."""
        with self._store.read() as reading:
            code, _ = self._area(reading, area)
            return About(
                council=self.council()[0],
                made_up=self.council()[1],
                loaded_at=reading.loaded_at(),
                collected=reading.collected(code),
                sources=reading.sources(code),
                conflicts=reading.conflicts(code),
                indicators=reading.indicators(code),
            )

    def data_changes(self) -> tuple[str, ...]:
        """One sentence for each file of ``data/`` that is not as it was when the database was made from it."""
        if self._data is None or self.council()[1]:
            return ()
        then, now = self._loaded, fingerprints(data_files(self._data))
        how = f"To load it, close the explorer and run: {REBUILD}"
        changes = []
        for name in sorted(now.keys() | then.keys()):
            if name not in then:
                changes.append(f"data/{name} is new since the figures were loaded. {how}")
            elif name not in now:
                changes.append(f"data/{name} is gone since the figures were loaded. Put it back, or run: {REBUILD}")
            elif now[name] != then[name]:
                changes.append(f"data/{name} has changed since the figures were loaded. {how}")
        return tuple(changes)

    def _area(self, reading: Reading, area: str | None) -> tuple[str, str]:
        code = area or self._settings.get("home_area", "")
        name = reading.area_name(code)
        if name is None:
            raise UnknownChoice("area", code, tuple(reading.areas()))
        return code, name

    def verify(self) -> Health:
        """Count what is held and say what is not as it should be."""
        tables = ("indicator", "target", "observation", "benchmark", "conflict", "exception_report")
        with self._store.read() as reading:
            counts = tuple((table, reading.count(table)) for table in tables)
            problems = reading.dangling()
        return Health(counts, (*problems, *self.data_changes()))


def _period(reading: Reading, area: str) -> Period:
    collected = reading.collected(area)
    opens = opening_quarter(collected)
    later = tuple(one for one in collected if opens is not None and one.quarter >= opens and one.figures * 2 < one.due)
    return Period(tuple(one.quarter for one in collected), opens, later)


def _quarter(reading: Reading, text: str | None, area: str) -> Quarter:
    if text is not None:
        return read_quarter(text)
    opens = _period(reading, area).opens
    if opens is None:
        raise StoreError("No figures are held yet. Add them to data/observations.csv and run: " + REBUILD)
    return opens


# --- making the database ------------------------------------------------------------------------------------------


def data_files(folder: Path) -> dict[str, bytes]:
    """The files of a data folder by name; one that is missing is left out, for the reader to say so."""
    paths = [folder / name for name in CSV_FILES] + sorted((folder / REPORT_FOLDER).glob("*.md"))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths if path.is_file()}


def fingerprints(files: Mapping[str, bytes]) -> dict[str, str]:
    """SHA-256 of each file."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def make_database(database: Path, data: Path | Mapping[str, bytes], clock: Clock = utc_now) -> None:
    """Make a new database from a data folder (or its files). It is made beside ``database`` and put there only when whole.

    Raises ``BundleError`` with nothing made, and ``StoreError`` where ``database`` exists: nothing is ever replaced.
    """
    if database.exists():
        raise StoreError(f"{database.name} is there already, and is left as it is. Name a new file.")
    files = data_files(data) if isinstance(data, Path) else data
    bundle = read(files)
    part = database.with_name(f"{database.name}.{os.getpid()}.part")
    database.parent.mkdir(parents=True, exist_ok=True)
    _remove(part)
    try:
        store = Store.open(part, clock())
        try:
            store.load(bundle, fingerprints(files), clock())
            store.checkpoint()
        finally:
            store.close()
        # A log that outlived its database would be taken for the new one's.
        _set_aside(_log_of(database), clock)
        os.replace(part, database)
    finally:
        _remove(part)


def rebuild(database: Path, data: Path = DATA, clock: Clock = utc_now) -> Path | None:
    """Make the database again from ``data``. The former one is set aside, never deleted; its new path is returned.

    Raises ``StoreError`` where another process holds the database or its figures are made up, ``BundleError`` where a
    file of ``data`` is wrong; each time the former database stays where it was.
    """
    aside = None
    if database.exists():
        read(data_files(data))
        _refuse_to_replace(database, clock)
        aside = _set_aside(database, clock)
        _set_aside(_log_of(database), clock)
    make_database(database, data, clock)
    return aside


def _refuse_to_replace(database: Path, clock: Clock) -> None:
    """Refuse a database that is in use or an example; one that cannot be read at all may be replaced."""
    try:
        store = Store.open(database, clock())
    except DatabaseHeld:
        raise
    except StoreError:
        return
    try:
        with store.read() as reading:
            made_up = reading.settings().get("made_up") == "yes"
    finally:
        store.close()
    if made_up:
        raise StoreError(f"{database.name} holds made-up figures. Name the council's own database with --db.")


def _set_aside(path: Path, clock: Clock) -> Path | None:
    if not path.exists():
        return None
    for number in count(1):
        aside = path.with_name(f"{path.name}.{clock():%Y%m%d-%H%M%S}-{number}.set-aside")
        if not aside.exists():
            break
    os.replace(path, aside)
    return aside


def _log_of(database: Path) -> Path:
    return database.with_name(database.name + ".wal")


def _remove(path: Path) -> None:
    for file in (path, _log_of(path)):
        file.unlink(missing_ok=True)

"""The use cases: the only door for pages and the command line. Records in, records out; errors are ``KpiError``."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ..assess import judge, target_in_force
from ..completeness import completeness
from ..errors import StoreError, UnknownIndicator
from ..paper import Paper, on_paper
from ..periods import Quarter
from ..periods import quarter as read_quarter
from ..reliability import Process, process
from ..report import Circumstances, Table, register_tables, template_table
from ..scorecard import TREND_QUARTERS, Held, Scorecard, build, opening_quarter, row_of
from ..views import About, ExceptionsView, Health, IndicatorView, Judged, Period
from ..what_if import WhatIf, read_change, what_if
from . import database as health
from .database import DATA, REBUILD, Clock, data_files, fingerprints, open_database, utc_now
from .kept import Kept
from .reading import Reading
from .reports import Reports
from .scenarios import Scenarios
from .store import Store
from .uploads import Uploads

if TYPE_CHECKING:
    from .texts import Texts

DEFAULT_DATABASE = DATA / "kpi.duckdb"
PROFILES = "profiles"
"""The folder of saved column mappings, within the folder of figures."""


def places() -> tuple[Path, Path]:
    """The database and the folder of figures that are in use: what ``KPI_DB`` and ``KPI_DATA`` name, or the bundled."""
    return Path(os.environ.get("KPI_DB") or DEFAULT_DATABASE), Path(os.environ.get("KPI_DATA") or DATA)


class Services:
    """The use cases over one store. Quarters, areas and codes come as text; ``None``: the default."""

    def __init__(
        self,
        store: Store,
        data: Path | None = DATA,
        clock: Clock = utc_now,
        database: Path | None = None,
        recovered: str = "",
        at: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._data = data
        self._database = database
        self.clock = clock
        self.recovered = recovered
        """What must be said of how the database was opened; empty: nothing."""
        self._supposed_on: tuple[object, tuple[Held, ...]] = None, ()
        with store.read() as reading:  # neither changes while the database is open
            self._settings = reading.settings()
            self._loaded = reading.fingerprints()
        self.uploads = Uploads(
            store,
            None if database is None else Kept(database),
            None if data is None else data / PROFILES,
            self._settings.get("home_area", ""),
            clock,
            at,
        )
        self.reports = Reports(
            store,
            None if database is None else Kept(database),
            self._settings.get("home_area", ""),
            clock,
            at,
        )
        self.scenarios = Scenarios(
            store,
            None if database is None else Kept(database),
            self._settings.get("home_area", ""),
            clock,
            self.uploads,
            at,
        )

    @cached_property
    def texts(self) -> Texts:
        """Texts beside the figures."""
        from .texts import (
            Texts,  # only what reads texts needs their grammar, and the command line starts cold each time
        )

        return Texts(self._store, self._settings.get("home_area", ""), self.reports)

    @classmethod
    def open(
        cls, database: Path, data: Path = DATA, clock: Clock = utc_now, at: Callable[[str], None] = lambda _: None
    ) -> Services:
        """Open the database, making it from ``data`` first where there is none, and again where it is broken.

        Raises ``BundleError`` (a file of ``data`` is wrong; nothing is made) or ``StoreError``. ``at`` is told each step
        of a publication.
        """
        store, recovered = open_database(database, data, clock)
        return cls(store, data, clock, database, recovered, at)

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

    def scorecard(
        self, quarter: str | None = None, area: str | None = None, as_first_published: bool = False
    ) -> Scorecard:
        """The whole scorecard of a quarter; ``Scorecard.filtered`` narrows it.

        ``as_first_published``: with every figure as it was before any revision, and targets before any correction.
        A quarter that is well formed but has no figures gives rows without data. Raises ``PeriodError``,
        ``UnknownChoice`` for the area, and ``StoreError`` where the database holds no figures at all.
        """
        with self._store.read() as reading:
            card, _ = self._scorecard(reading, quarter, area, as_first_published)
            return replace(card, as_first_published=as_first_published)

    def _scorecard(
        self, reading: Reading, quarter: str | None, area: str | None, first: bool = False
    ) -> tuple[Scorecard, tuple[Held, ...]]:
        """A scorecard, and what it was built from."""
        code, name = self._area(reading, area)
        chosen = _quarter(reading, quarter, code)
        held = reading.held(code, chosen, TREND_QUARTERS, as_first_published=first)
        card = replace(
            build(chosen, code, name, held),
            concerns=reading.concerns(code, chosen),
            overdue_actions=reading.open_actions(code, chosen, due_before=self.clock().date()),
        )
        return card, held

    def template(self, quarter: str | None = None, area: str | None = None) -> Table:
        """The upload's template for a quarter (``None``: the one that follows the quarter that opens)."""
        if quarter is None:
            opens = self.period(area).opens
            quarter = None if opens is None else (opens + 1).text
        card = self.scorecard(quarter, area)
        return template_table(card, self.scorecard((card.quarter - 1).text, area))

    def register(self) -> tuple[Table, Table]:
        """The register and the targets as they stand, in the form that an upload of them takes."""
        with self._store.read() as reading:
            areas: dict[str, list[str]] = {}
            for area, code in sorted(reading.assigned()):
                areas.setdefault(code, []).append(area)
            return register_tables(reading.register().values(), reading.targets(reading.areas()), areas)

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

    def what_if(self, changes: Sequence[str], quarter: str | None = None, area: str | None = None) -> WhatIf:
        """A scenario applied to a quarter: what turns, what it takes, and whether it would be met reliably.

        ``changes`` are lines like ``target:FD02=22``; nothing that is published is changed. Raises as ``scorecard`` does, and
        ``NotSupposed`` for a change that cannot be read or makes no sense.
        """
        read = [read_change(one) for one in changes]
        at = self._store.changes
        with self._store.read() as reading:
            code, name = self._area(reading, area)
            chosen = _quarter(reading, quarter, code)
            # A target is moved again and again over the same figures: they are read once, until something is written.
            key, held = self._supposed_on
            if key != (at, code, chosen):
                held = reading.held(code, chosen)
                self._supposed_on = (at, code, chosen), held
            after: tuple[Held, ...] = ()
            if any(one.by for one in read):
                after = reading.held(code, max((*_period(reading, code).held, chosen)))
        later = {one.indicator.code: [o for o in one.series if o.quarter > chosen] for one in after}
        return what_if(read, held, chosen, code, name, later)

    def processes(self, quarter: str | None = None, area: str | None = None) -> dict[str, Process]:
        """By code, the process behind each indicator's figures up to a quarter, over every quarter held."""
        with self._store.read() as reading:
            code, _ = self._area(reading, area)
            chosen = _quarter(reading, quarter, code)
            held = reading.held(code, chosen)
        return {
            one.indicator.code: process(one.indicator, one.series, target_in_force(one.targets, chosen)) for one in held
        }

    def exceptions(self, quarter: str | None = None, area: str | None = None) -> ExceptionsView:
        """The exception reports a quarter requires, and those it has."""
        with self._store.read() as reading:
            view, _ = self._exceptions(reading, quarter, area)
        return view

    def _exceptions(
        self, reading: Reading, quarter: str | None, area: str | None
    ) -> tuple[ExceptionsView, tuple[Held, ...]]:
        """What a quarter requires, with the scorecard it was found in; and what that was built from."""
        card, held = self._scorecard(reading, quarter, area)
        earlier = reading.open_actions(card.area, card.quarter)
        conflicts = reading.conflicts(card.area, card.quarter)
        reports = (one.report for one in held if one.report is not None)
        found = completeness(card, reports, earlier, card.concerns, self.clock().date())
        return ExceptionsView(card, found, tuple(c for c in conflicts if not c.indicator)), held

    def paper(self, quarter: str | None = None, area: str | None = None) -> Paper:
        """The quarter on paper: the scorecard and its exception reports, as they stand now. Raises as ``scorecard`` does."""
        made = Circumstances(*self.council(), self.clock())
        with self._store.read() as reading:
            view, held = self._exceptions(reading, quarter, area)
            conflicts = reading.conflicts(view.scorecard.area, view.scorecard.quarter)
        reports = (one.report for one in held if one.report is not None)
        return on_paper(view.scorecard, reports, view.completeness, conflicts, made)

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
                register=tuple(reading.register().values()),
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
        return reading.area(area or self._settings.get("home_area", ""))

    def verify(self) -> Health:
        """Count what is held and say what is not as it should be."""
        found = health.verify(self._store, self._database)
        return Health(found.counts, (*found.problems, *self.data_changes()))

    def backup(self) -> bytes:
        """A zip file with the database, the kept uploads and the manifest, taken while this runs."""
        return health.backup(self._store, self._database, self.clock)

    def place_warning(self) -> str:
        """That the database lies where it can be spoilt; empty where it does not."""
        return "" if self._database is None else health.place_warning(self._database)


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

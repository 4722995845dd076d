"""The use cases: the only door for pages and the command line. Records in, records out; errors are ``KpiError``.

Every use case that reads answers for a moment (``when``: a record's number, a day, ``first``; empty: now) and for an
audience, as a pure function of what stood then.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeVar

from ...access import Act, Actor, Audience, allow, same_name
from ...errors import NotAllowed, NotSaved, StoreError, UnknownIndicator
from ...events import Event, Kind
from ...judging import (
    Held,
    Process,
    Scorecard,
    build,
    opening_quarter,
    process,
    row_of,
    target_in_force,
)
from ...model import ExceptionReport
from ...periods import Quarter
from ...periods import quarter as read_quarter
from ...reports import completeness
from ...showing import About, Backup, ExceptionsView, Health, IndicatorView, JudgedFigure, Period, RecordedAct
from ...words import given_text
from ..home import DATA, DEFAULT_DATABASE
from ..storage import (
    LOAD,
    Clock,
    Ledger,
    Made,
    Moment,
    Records,
    Standing,
    Typed,
    backup,
    data_files,
    fingerprints,
    in_words,
    load_anew,
    open_database,
    place_warning,
    private_from_now_on,
    unconfirmed,
    unlooked,
    utc_now,
    verify,
)

if TYPE_CHECKING:
    from ...showing import Paper, Table
    from ...what_if import WhatIf
    from .reports import Reports
    from .scenarios import Scenarios
    from .texts import Texts
    from .uploads import Uploads

PROFILES = "profiles"
"""The folder of column mappings that come with the product, within the folder of figures."""
_Answer = TypeVar("_Answer")
_MOST_ANSWERS = 64
"""How many answers are kept in memory at the most."""


def places() -> tuple[Path, Path]:
    """The database and the folder of figures that are in use: what ``KPI_DB`` and ``KPI_DATA`` name, or the bundled."""
    return Path(os.environ.get("KPI_DB") or DEFAULT_DATABASE), Path(os.environ.get("KPI_DATA") or DATA)


class Services:
    """The use cases over one ledger. Quarters, areas and codes come as text; ``None``: the default."""

    def __init__(
        self,
        ledger: Ledger,
        data: Path | None = DATA,
        clock: Clock = utc_now,
        database: Path | None = None,
        recovered: str = "",
    ) -> None:
        self._ledger = ledger
        self._data = data
        self._database = database
        self.clock = clock
        self.recovered = " ".join((recovered, *ledger.mended)).strip()
        """What must be said of how the database was opened; empty: nothing."""
        self._records = Records(ledger, clock)
        self._answers: OrderedDict[tuple[object, ...], Any] = OrderedDict()
        self._lock = RLock()
        self._typed = Typed(None if ledger.mirror is None else ledger.mirror.folder, clock)
        if self._typed.every() and not ledger.refusal:
            self.reports.settle_ended(every=True)

    # What only some commands need is imported when it is first asked for: the command line starts cold each time.

    @cached_property
    def uploads(self) -> Uploads:
        """An officer's use cases."""
        from .uploads import Uploads

        return Uploads(self._records, None if self._data is None else self._data / PROFILES)

    @cached_property
    def reports(self) -> Reports:
        """An author's use cases."""
        from .reports import Reports

        return Reports(self._records, self._typed, self._objections)

    @cached_property
    def scenarios(self) -> Scenarios:
        """The board's use cases."""
        from .scenarios import Scenarios

        return Scenarios(self._records, self.uploads)

    @cached_property
    def texts(self) -> Texts:
        """Texts beside the figures."""
        from .texts import Texts

        return Texts(self._records, self.reports)

    def _objections(self, report: ExceptionReport) -> tuple[str, ...]:
        return self.texts.objections(report)

    @classmethod
    def open(
        cls, database: Path, data: Path = DATA, clock: Clock = utc_now, at: Callable[[str], None] = lambda _: None
    ) -> Services:
        """Open the database, making it from ``data`` first where there is none, and again where it is broken.

        Raises ``BundleError`` (a file of ``data`` is wrong; nothing is made) or ``StoreError``. ``at`` is told each step
        of an act.
        """
        private_from_now_on()
        ledger, recovered = open_database(database, data, clock, at)
        try:
            with in_words():
                return cls(ledger, data, clock, database, recovered)
        except BaseException:
            ledger.store.close()
            raise

    def close(self) -> None:
        """Let go of the database, so that another process can open it."""
        self._ledger.store.close()

    # --- what is looked at ---

    def moment(self, when: str = "") -> Moment:
        """The moment that text asks for. Raises ``UnknownChoice``, and ``KpiError`` for a day before the first record."""
        return self._records.moment(when)

    @property
    def position(self) -> int:
        """The number of the last record: what is read moves on when it does."""
        return self._ledger.position

    def council(self) -> tuple[str, bool]:
        """The council's name, and whether its figures are made up."""
        settings = self._records.council().settings
        return settings.get("council", ""), settings.get("made_up") == "yes"

    def areas(self) -> dict[str, str]:
        """Names by code of the areas that have a scorecard."""
        return self._records.areas()

    def _standing(self, area: str | None, when: str, audience: Audience) -> Standing:
        """What is held of an area at a moment, for an audience."""
        if audience is not Audience.INTERNAL:
            raise NotAllowed(
                "The public copy cannot be made yet: what could identify a child would not be taken out of it."
            )
        return self._records.area(area, self._records.moment(when) if when else None)

    def _kept(self, key: tuple[object, ...], answer: Callable[[], _Answer]) -> _Answer:
        """An answer that was given before, from the same records, or else a new one."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                found: _Answer = self._answers[key]
                return found
        with unlooked():
            made = answer()
        with self._lock:
            self._answers[key] = made
            while len(self._answers) > _MOST_ANSWERS:
                self._answers.popitem(last=False)
        return made

    def now_confidential(self, area: str | None = None, when: str = "") -> int:
        """How many figures that stood at a moment are confidential now, and hidden there too."""
        return self._standing(area, when, Audience.INTERNAL).confidential_since()

    def forget(self) -> None:
        """Read everything anew when it is asked for next."""
        self._ledger.standings.forget()
        with self._lock:
            self._answers.clear()

    # --- use cases ---

    def period(self, area: str | None = None, when: str = "", audience: Audience = Audience.INTERNAL) -> Period:
        """Which quarters are held for an area, and which opens."""
        return _period(self._standing(area, when, audience))

    def scorecard(
        self,
        quarter: str | None = None,
        area: str | None = None,
        when: str = "",
        audience: Audience = Audience.INTERNAL,
    ) -> Scorecard:
        """The whole scorecard of a quarter; ``Scorecard.filtered`` narrows it.

        A quarter that is well formed but has no figures gives rows without data. Raises ``PeriodError``,
        ``UnknownChoice`` for the area or the moment, and ``StoreError`` where the database holds no figures at all.
        """
        standing = self._standing(area, when, audience)
        return self._scorecard(standing, _quarter(standing, quarter), self.moment(when).words)

    def _scorecard(self, standing: Standing, quarter: Quarter, moment: str = "") -> Scorecard:
        today = self.clock().date()

        def made() -> Scorecard:
            card = build(quarter, standing.area, standing.area_names[standing.area], self._held(standing, quarter))
            return replace(
                card,
                as_first_recorded=standing.first,
                moment=moment,
                now_confidential=standing.confidential_since(),
                concerns=standing.concerns(quarter),
                overdue_actions=standing.open_actions(quarter, due_before=today),
            )

        key = ("scorecard", standing.area, standing.key, quarter, moment, today)
        return self._kept(key, made)

    def template(self, quarter: str | None = None, area: str | None = None) -> Table:
        """The upload's template for a quarter (``None``: the one that follows the quarter that opens)."""
        from ...showing import template_table

        if quarter is None:
            opens = self.period(area).opens
            quarter = None if opens is None else (opens + 1).text
        card = self.scorecard(quarter, area)
        return template_table(card, self.scorecard((card.quarter - 1).text, area))

    def register(self) -> tuple[Table, Table]:
        """The register and the targets as they stand, in the form that an upload of them takes."""
        from ...showing import register_tables

        areas: dict[str, list[str]] = {}
        for area, code in sorted(self._records.listings()):
            areas.setdefault(code, []).append(area)
        targets = [one for area in self.areas() for of in self._records.area(area).targets.values() for one in of]
        return register_tables(self._records.council().register.values(), targets, areas)

    def indicator(
        self,
        code: str,
        quarter: str | None = None,
        area: str | None = None,
        when: str = "",
        audience: Audience = Audience.INTERNAL,
    ) -> IndicatorView:
        """Everything about one indicator. Raises as ``scorecard`` does, and ``UnknownIndicator``."""
        standing = self._standing(area, when, audience)
        chosen = _quarter(standing, quarter)
        found = standing.held(chosen, code=code)
        if not found:
            raise UnknownIndicator(code, tuple(i.code for i in standing.indicators()))
        held = found[0]
        latest = max((*_period(standing).held, chosen))
        whole = row_of(standing.held(latest, code=code)[0], latest)
        series = tuple(
            JudgedFigure(o, target_in_force(whole.held.judged_by(o.quarter)[1], o.quarter), whole.judged(o))
            for o in whole.series
        )
        benchmarks = standing.benchmarks(code)
        before = [b for b in benchmarks if b.year_end < chosen.start]
        return IndicatorView(
            row=row_of(held, chosen),
            series=series,
            targets=whole.held.targets,
            benchmarks=tuple({b.series: b for b in before}.values()),
            benchmarks_since=tuple(b for b in benchmarks if b.year_end >= chosen.start),
            benchmarks_all=benchmarks,
            conflicts=tuple(c for c in standing.conflicts if c.indicator == code and c.quarter == chosen),
            report=held.report,
            entries=standing.entries[code],
            moment=self.moment(when).words,
        )

    def what_if(
        self,
        changes: Sequence[str],
        quarter: str | None = None,
        area: str | None = None,
        when: str = "",
        audience: Audience = Audience.INTERNAL,
    ) -> WhatIf:
        """A scenario applied to a quarter: what turns, what it takes, and whether it would be met reliably.

        ``changes`` are lines like ``target:FD02=22``; nothing that is published is changed. Raises as ``scorecard`` does, and
        ``NotSupposed`` for a change that cannot be read or makes no sense.
        """
        from ...what_if import read_change, what_if

        read = [read_change(one) for one in changes]
        standing = self._standing(area, when, audience)
        chosen = _quarter(standing, quarter)
        held = self._held(standing, chosen)
        after: tuple[Held, ...] = ()
        if any(one.by for one in read):
            after = self._held(standing, max((*_period(standing).held, chosen)))
        later = {one.indicator.code: [o for o in one.series if o.quarter > chosen] for one in after}
        return what_if(read, held, chosen, standing.area, standing.area_names[standing.area], later)

    def _held(self, standing: Standing, quarter: Quarter) -> tuple[Held, ...]:
        """What is held up to a quarter: of its scorecard, and of what-if, which moves a target again and again over the same figures."""
        return self._kept(("held", standing.area, standing.key, quarter), lambda: standing.held(quarter))

    def processes(
        self,
        quarter: str | None = None,
        area: str | None = None,
        when: str = "",
        audience: Audience = Audience.INTERNAL,
    ) -> dict[str, Process]:
        """By code, the process behind each indicator's figures up to a quarter, over every quarter held."""
        standing = self._standing(area, when, audience)
        chosen = _quarter(standing, quarter)
        return self._kept(
            ("processes", standing.area, standing.key, chosen),
            lambda: {
                one.indicator.code: process(one.indicator, one.series, target_in_force(one.targets, chosen))
                for one in standing.held(chosen)
            },
        )

    def exceptions(
        self,
        quarter: str | None = None,
        area: str | None = None,
        when: str = "",
        audience: Audience = Audience.INTERNAL,
    ) -> ExceptionsView:
        """The exception reports a quarter requires, and those it has."""
        standing = self._standing(area, when, audience)
        return self._exceptions(standing, _quarter(standing, quarter), self.moment(when).words)

    def _exceptions(self, standing: Standing, quarter: Quarter, moment: str) -> ExceptionsView:
        card = self._scorecard(standing, quarter, moment)
        found = completeness(card, _reports(card), standing.open_actions(quarter), card.concerns, self.clock().date())
        conflicts = (one for one in standing.conflicts if one.quarter == quarter and not one.indicator)
        return ExceptionsView(card, found, tuple(conflicts))

    def paper(
        self,
        quarter: str | None = None,
        area: str | None = None,
        when: str = "",
        audience: Audience = Audience.INTERNAL,
    ) -> Paper:
        """The quarter on paper: the scorecard and its exception reports, as they stand now. Raises as ``scorecard`` does."""
        from ...showing import Circumstances, on_paper

        standing = self._standing(area, when, audience)
        chosen, moment = _quarter(standing, quarter), self.moment(when).words
        record = f"record {self.position}, head {self.head[:16]}"
        made = Circumstances(*self.council(), self.clock(), moment, record)
        view = self._exceptions(standing, chosen, moment)
        conflicts = tuple(one for one in standing.conflicts if one.quarter == chosen)
        return on_paper(view.scorecard, _reports(view.scorecard), view.completeness, conflicts, made)

    def about(self, area: str | None = None, when: str = "", audience: Audience = Audience.INTERNAL) -> About:
        """Sources, quarters held and known conflicts."""
        standing = self._standing(area, when, audience)
        return About(
            council=self.council()[0],
            made_up=self.council()[1],
            loaded_at=self._loaded_at(),
            collected=standing.collected,
            sources=standing.sources(),
            conflicts=standing.conflicts,
            indicators=standing.indicators(),
            register=tuple(standing.register.values()),
        )

    def _loaded_at(self) -> Any:
        loaded = [one.happened_at for one in self._ledger.events() if one.kind == Kind.LOADED]
        return max(loaded, default=None)

    # --- the files of data/ ---

    def data_changes(self) -> tuple[str, ...]:
        """One sentence for each file of ``data/`` that is not as it was when it was loaded."""
        council = self._records.council()
        if self._data is None or council.settings.get("made_up") == "yes":
            return ()
        try:
            then, now = council.loaded_files, fingerprints(data_files(self._data))
        except StoreError as error:
            return (str(error),)
        how = f"To load it, press the button on the page Record of changes, or close the explorer and run: {LOAD}"
        changes = []
        for name in sorted(now.keys() | then.keys()):
            if name not in then:
                changes.append(f"data/{name} is new since the figures were loaded. {how}")
            elif name not in now:
                changes.append(f"data/{name} is gone since the figures were loaded. Put it back. {how}")
            elif now[name] != then[name]:
                changes.append(f"data/{name} has changed since the figures were loaded. {how}")
        return tuple(changes)

    def load_data(self, actor: Actor) -> Event | None:
        """Load the files of ``data/`` anew, as an event (``loading.load_anew``). ``None``: nothing has changed."""
        if self._data is None or self.council()[1]:
            raise NotSaved("Nothing was loaded: these figures do not come from data/.")
        return load_anew(self._records, self._data, actor)

    # --- the ledger ---

    def changes(self, since: int = 0) -> tuple[RecordedAct, ...]:
        """Everything that was done, oldest first, each in a sentence."""
        from ..storage import changes_of

        return tuple(changes_of(self._ledger, since))

    @property
    def head(self) -> str:
        """The hash of the last record: noted outside, it shows a rewrite."""
        return self._ledger.head

    def warnings(self) -> Iterator[str]:
        """What every page must say of the record itself; nothing where all is well."""
        if self._ledger.refusal:
            yield f"Nothing can be written. {self._ledger.refusal}"
        if self._ledger.insecure:
            yield self._ledger.insecure
        if self.unconfirmed and self._ledger.mirror is not None:
            yield unconfirmed(self._ledger.mirror)

    @property
    def unconfirmed(self) -> bool:
        """Whether the second copy was lost and written again, and nobody has confirmed that yet."""
        return self._ledger.mirror is not None and self._ledger.mirror.unconfirmed

    def confirm_second_copy(self, actor: Actor) -> None:
        """Confirm that the second copy was lost and written again. Raises ``NotAllowed``, and ``NotSaved`` where it was not."""
        who = allow(actor, Act.CONFIRM)
        mirror = self._ledger.mirror
        if mirror is None or not mirror.unconfirmed:
            raise NotSaved("Nothing was confirmed: the second copy is as it was.")
        self._ledger.act(who, Kind.MIRROR_CONFIRMED, lambda: Made(anything=True), "Nothing was confirmed")
        mirror.confirm()

    def erase(self, number: int, reason: str, actor: Actor, second: str) -> Event:
        """Erase the words of a record, and the file that came in with it, from both copies; the chain stays whole.

        ``second``: the second person. Raises ``NotAllowed`` where the role may not or both are one person, ``NotSaved``.
        """
        why = given_text("the reason", reason, "Nothing was erased: give the reason.")
        if not second.strip() or not same_name(second, second):
            raise NotSaved("Nothing was erased: name the second person.")
        who = allow(actor, Act.ERASE, [(second, "")])
        event = self._ledger.erase(number, why, who, " ".join(second.split()))
        self.forget()
        return event

    def verify(self, head: str = "") -> Health:
        """Count what is held and say what is not as it should be. ``head``: a hash noted outside, to be found in the chain."""
        found = verify(self._ledger, self._database, head)
        return replace(found, problems=(*found.problems, *self.data_changes()))

    def backup(self) -> Backup:
        """A zip file with the database and its second copy, taken while this runs, and what it was found to hold."""
        return backup(self._ledger, self._database, self.clock)

    def place_warning(self) -> str:
        """That the database lies where it can be spoilt; empty where it does not."""
        return self._place_warning

    @cached_property
    def _place_warning(self) -> str:
        return "" if self._database is None else place_warning(self._database)


def _reports(card: Scorecard) -> Iterator[Any]:
    return (row.held.report for row in card.rows if row.held.report is not None)


def _period(standing: Standing) -> Period:
    collected = standing.collected
    opens = opening_quarter(collected)
    later = tuple(one for one in collected if opens is not None and one.quarter >= opens and one.figures * 2 < one.due)
    return Period(tuple(one.quarter for one in collected), opens, later)


def _quarter(standing: Standing, text: str | None) -> Quarter:
    if text is not None:
        return read_quarter(text)
    opens = _period(standing).opens
    if opens is None:
        raise StoreError(
            f"No figures are recorded yet. Upload a quarter, or add them to data/observations.csv and run: {LOAD}"
        )
    return opens

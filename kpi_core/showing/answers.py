"""What the use cases answer: records for pages, exports and the command line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ..effects import Effect
from ..judging import Collected, Process, Rated, Row, Scorecard, process
from ..model import (
    Benchmark,
    Concern,
    Conflict,
    ExceptionReport,
    Indicator,
    Observation,
    ReportAction,
    ReportState,
    Target,
    Upload,
)
from ..periods import Quarter
from ..reports import Completeness

if TYPE_CHECKING:
    from ..forms import Form


@dataclass(frozen=True, slots=True)
class Period:
    """The quarters there are to choose from, and the one that opens."""

    held: tuple[Quarter, ...]
    opens: Quarter | None
    collecting: tuple[Collected, ...]
    """Later quarters that have figures but not yet half of them."""


@dataclass(frozen=True, slots=True)
class JudgedFigure:
    """One observation of a series with the target then in force."""

    observation: Observation
    target: Target | None
    rated: Rated


@dataclass(frozen=True, slots=True)
class IndicatorView:
    """All that is known of one indicator, seen from one quarter."""

    row: Row
    series: tuple[JudgedFigure, ...]
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
    entries: tuple[Indicator, ...] = ()
    """The history of its definition: its entries of the register, in the order of their start."""
    moment: str = ""
    """As of when it is seen, in words; empty: now."""

    @property
    def indicator(self) -> Indicator:
        """The register's entry."""
        return self.row.indicator

    @property
    def process(self) -> Process:
        """The process behind the figures up to the quarter, held against the target in force."""
        return process(self.indicator, self.row.series, self.row.target)


@dataclass(frozen=True, slots=True)
class ExceptionsView:
    """What a quarter requires, and what is there."""

    scorecard: Scorecard
    completeness: Completeness
    conflicts: tuple[Conflict, ...]
    """What is known to be wrong with the quarter's papers as a whole."""

    @property
    def required(self) -> tuple[Row, ...]:
        """The rows whose report is required."""
        return self.completeness.required

    @property
    def not_required(self) -> tuple[Row, ...]:
        """Rows with a report that the trigger does not ask for."""
        return self.completeness.not_required

    def in_state(self, state: ReportState) -> tuple[Row, ...]:
        """The rows whose required report is in this state."""
        return self.completeness.in_state(state)


@dataclass(frozen=True, slots=True)
class ReportView:
    """One exception report where it is written: beside the figures, with what came before it."""

    row: Row
    report: ExceptionReport | None
    """The latest version; ``None``: nobody began it."""
    former: tuple[ExceptionReport, ...]
    """Every version before the latest, newest first."""
    last: ExceptionReport | None
    """The latest version of the quarter before's report; ``None``: there is none."""
    lacks: tuple[str, ...]
    """One sentence for each thing its submission needs and does not find."""
    unchanged: frozenset[str]
    """The headings under which it says word for word what ``last`` said."""
    earlier: tuple[ReportAction, ...]
    """Open actions of the indicator's earlier reports, overdue ones first."""
    overdue: tuple[ReportAction, ...]
    """Those of ``earlier`` that are overdue."""
    concern: Concern | None
    """The mark as an emerging concern; ``None``: it is not marked."""

    @property
    def indicator(self) -> Indicator:
        """The register's entry."""
        return self.row.indicator

    @property
    def version(self) -> int | None:
        """The version to save upon; ``None`` where nobody began it."""
        return None if self.report is None else self.report.version


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
    """Those that the area's scorecard lists."""
    register: tuple[Indicator, ...]
    """All that are held, retired ones and other areas' too."""


@dataclass(frozen=True, slots=True)
class Health:
    """What ``verify`` found. ``problems`` empty: all is well."""

    counts: tuple[tuple[str, int], ...]
    problems: tuple[str, ...]
    position: int = 0
    """The number of the last record of the ledger."""
    head: str = ""
    """The hash of that record: noted outside, it shows a rewrite."""
    mended: tuple[str, ...] = ()
    """What was put right when the database was opened."""


@dataclass(frozen=True, slots=True)
class RecordedAct:
    """One record of the ledger, as people read it."""

    number: int
    at: datetime
    by: str
    role: str
    kind: str
    what: str
    """What was done, in a sentence."""
    hash: str
    indicators: tuple[str, ...] = ()
    """The codes of the indicators that it is about, where they are few."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup, and what it was found to hold."""

    content: bytes
    position: int
    head: str
    files: int

    @property
    def words(self) -> str:
        """What it holds, as it was compared."""
        files = "1 kept file" if self.files == 1 else f"{self.files:,} kept files"
        return f"It holds records 1 to {self.position} and {files}; database and second copy were compared. Head {self.head[:12]}."


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What withdrawing an upload would do, or did."""

    upload: Upload
    taken_back: tuple[Effect, ...]
    left_standing: tuple[Effect, ...]
    indicators: tuple[Indicator, ...] = ()
    """The register entries it gave; withdrawing it takes them back."""
    targets: tuple[Target, ...] = ()
    """The targets it gave; withdrawing it takes them back."""


@dataclass(frozen=True, slots=True)
class GivenForm:
    """A form found in a file, and the draft it would become. ``draft`` ``None``: ``why_not`` says what must be known first."""

    form: Form
    file: str
    draft: ExceptionReport | None
    why_not: str = ""

"""The records the whole product speaks in. All are frozen; each names a thing of the field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from .periods import Quarter


class Polarity(StrEnum):
    """Which way is good."""

    HIGH = "high"
    LOW = "low"
    BAND = "band"
    NEITHER = "neither"


class Unit(StrEnum):
    """What a figure is counted in."""

    PERCENT = "percent"
    NUMBER = "number"
    RATE_PER_10000 = "rate_per_10000"
    DAYS = "days"
    WEEKS = "weeks"
    POUNDS = "pounds"
    RATIO = "ratio"


class Basis(StrEnum):
    """The stretch of time a figure speaks of."""

    QUARTER = "quarter"
    QUARTER_END = "quarter_end"
    MONTH_END = "month_end"
    YEAR_TO_DATE = "year_to_date"
    ACADEMIC_YEAR_TO_DATE = "academic_year_to_date"
    ROLLING_12_MONTHS = "rolling_12_months"
    ANNUAL = "annual"
    NOT_STATED = "not_stated"

    @property
    def words(self) -> str:
        """As a reader is told it."""
        return _BASIS_WORDS[self]


_BASIS_WORDS = {
    Basis.QUARTER: "counted during the quarter",
    Basis.QUARTER_END: "as it stood at the quarter's end",
    Basis.MONTH_END: "as it stood at the end of the quarter's last month",
    Basis.YEAR_TO_DATE: "year to date, from 1 April",
    Basis.ACADEMIC_YEAR_TO_DATE: "academic year to date, from 1 September",
    Basis.ROLLING_12_MONTHS: "over the twelve months to the quarter's end",
    Basis.ANNUAL: "once a year",
    Basis.NOT_STATED: "not stated",
}


class Absence(StrEnum):
    """Why there is no number. None of these is zero, and none is red."""

    NOT_REPORTED = "not_reported"
    SUPPRESSED = "c"
    NOT_APPLICABLE = "z"
    NOT_AVAILABLE = "x"
    NOT_DUE = "not_due"

    @property
    def words(self) -> str:
        """As a reader is told it."""
        return _ABSENCE_WORDS[self]

    @property
    def mark(self) -> str:
        """As a table shows it."""
        return f"[{self.value}]" if len(self.value) == 1 else "–"


_ABSENCE_WORDS = {
    Absence.NOT_REPORTED: "not reported",
    Absence.SUPPRESSED: "suppressed because it is small",
    Absence.NOT_APPLICABLE: "not applicable",
    Absence.NOT_AVAILABLE: "not available",
    Absence.NOT_DUE: "not due this quarter",
}


def as_text(figure: Decimal | Absence | None) -> str | None:
    """A figure as published (``83.5``), or the value of the mark that stands for it (``c``, ``z``, ``x``)."""
    if isinstance(figure, Absence):
        return figure.value
    return None if figure is None else f"{figure:f}"


class ReportState(StrEnum):
    """How far an exception report has come. ``NONE``: not required and not there."""

    MISSING = "missing"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Indicator:
    """An entry of the register. Empty text means that the papers do not say."""

    code: str
    name: str
    category: str
    unit: Unit
    decimals: int
    polarity: Polarity
    basis: Basis = Basis.NOT_STATED
    owner: str = ""
    definition: str = ""
    numerator: str = ""
    denominator: str = ""
    may_pass_100: bool = False
    due: tuple[int, ...] = (1, 2, 3, 4)
    seasonal: bool = False
    seasonal_note: str = ""
    smallest_change: Decimal | None = None
    statutory_note: str = ""
    first_quarter: Quarter | None = None
    """The first quarter it is reported for; ``None``: from before the first quarter held."""
    final_quarter: Quarter | None = None
    """The last quarter it is reported for; ``None``: it is not retired."""
    aliases: tuple[str, ...] = ()
    """What else people call it in running text."""

    def in_force(self, quarter: Quarter) -> bool:
        """Whether it belongs to the register of ``quarter``."""
        begun = self.first_quarter is None or self.first_quarter <= quarter
        return begun and (self.final_quarter is None or quarter <= self.final_quarter)

    @property
    def leads_on_year(self) -> bool:
        """Whether the fair comparison is the same quarter last year: seasonal figures, and those that run up."""
        return self.seasonal or self.runs_up or self.basis is Basis.ANNUAL

    @property
    def runs_up(self) -> bool:
        """Whether each quarter's figure contains the one before, so that only a year earlier compares."""
        return self.basis in (Basis.YEAR_TO_DATE, Basis.ACADEMIC_YEAR_TO_DATE)


@dataclass(frozen=True, slots=True)
class Target:
    """A dated target. A value, or a band ``low`` to ``high``, or neither where only an intervention level is held.

    ``tolerance`` is in points, or in per cent of the target, as ``tolerance_kind`` says. ``basis`` ``None``: not stated.
    """

    indicator: str
    area: str
    start: Quarter
    profiled: bool = False
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    tolerance: Decimal | None = None
    tolerance_kind: str = ""
    intervention_level: Decimal | None = None
    basis: Basis | None = None
    origin: str = ""
    decided_by: str = ""
    reason: str = ""
    source: str = ""
    decided_on: date | None = None
    corrects: bool = False
    """Whether it puts right what past quarters were rated by; any other target leaves them as they were."""
    confirmed_through: str = ""
    """The last financial year for which a carried-over target was confirmed, like ``2023-24``."""

    @property
    def has_target(self) -> bool:
        """Whether a target is held, and not an intervention level alone."""
        return self.value is not None or self.low is not None


@dataclass(frozen=True, slots=True)
class Observation:
    """One indicator's figure for one area and quarter, as its source gave it. ``value`` ``None`` goes with an ``absence``."""

    indicator: str
    area: str
    quarter: Quarter
    value: Decimal | None
    absence: Absence | None = None
    provisional: bool = False
    numerator: int | None = None
    denominator: int | None = None
    series_break: str = ""
    """Why figures from this quarter on are not comparable with earlier ones."""
    not_comparable: str = ""
    """Why this one figure is not comparable with any other."""
    revision: int = 0
    revision_reason: str = ""
    former: Decimal | Absence | None = None
    """The figure this one revises, or why there was none."""
    note: str = ""
    source: str = ""
    comment: str = ""
    """An internal note; never in a public copy."""

    @property
    def revised(self) -> bool:
        """Whether it replaces a figure that was published before."""
        return self.revision > 0


class ChangeKind(StrEnum):
    """What a figure in an upload is beside what is held.

    ``CONFIRMED``: provisional before and final now, the same figure. ``REVISED``: a published figure changes.
    ``COMMENT``: the same figure with another comment; the former comment is kept.
    """

    NEW = "new"
    CONFIRMED = "confirmed"
    REVISED = "revised"
    SAME = "same"
    COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class Upload:
    """One publication, as history keeps it. ``withdrawn_at`` ``None``: it stands."""

    id: int
    kind: str
    """``figures``, ``register`` or ``targets``."""
    published_at: datetime
    published_by: str
    file_name: str
    sha256: str
    profile: str = ""
    """The column mapping it was read through; empty: the template."""
    quarters: str = ""
    counts: tuple[int, int, int, int] = (0, 0, 0, 0)
    """How many were new, confirmed, revised and the same."""
    reason: str = ""
    revision_kind: str = ""
    """``scheduled`` or ``correction``, where a published figure changed."""
    withdrawn_at: datetime | None = None
    withdrawn_by: str = ""
    withdrawn_reason: str = ""

    @property
    def source(self) -> str:
        """How its figures name where they come from."""
        return f"{self.file_name} (upload {self.id})"


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A published annual comparator: never an observation, never four quarterly figures."""

    indicator: str
    series: str
    year_end: date
    period: str
    value: Decimal
    published_on: date | None
    source: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two sources disagree, or the papers' words disagree with their figures, until someone resolves it with a reason.

    ``subject`` is ``outturn`` or ``target`` (then ``value`` is the other figure) or
    ``narrative`` (then ``sentence`` alone says what is wrong). ``indicator`` empty: the quarter's papers as a whole.
    """

    indicator: str
    area: str
    quarter: Quarter
    subject: str
    value: Decimal | None
    source: str
    sentence: str
    resolved_on: date | None = None
    resolution: str = ""


class ReportEvent(StrEnum):
    """What made a version of an exception report."""

    BUNDLED = "bundled"
    SAVED = "saved"
    READ_IN = "read in"
    RESTORED = "restored"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to be done, of an exception report. ``number`` stands for it through all versions of its report."""

    number: int
    text: str
    owner: str = ""
    """A role; empty: none is given."""
    due: date | None = None
    closed_on: date | None = None
    closing: str = ""
    """What was done, where it is closed."""

    @property
    def undertaken(self) -> tuple[int, str, str, date | None]:
        """What the report says of it; whether it is closed is no part of any version."""
        return self.number, self.text, self.owner, self.due


@dataclass(frozen=True, slots=True)
class ReportAction:
    """An action with the report it is of."""

    indicator: str
    area: str
    quarter: Quarter
    action: Action


@dataclass(frozen=True, slots=True)
class ActionClosed:
    """That an action is done, or needs doing no more. ``done_by`` is a name and internal; ``done_as`` a role."""

    indicator: str
    area: str
    quarter: Quarter
    number: int
    closed_on: date
    closing: str
    done_at: datetime
    done_by: str
    done_as: str


@dataclass(frozen=True, slots=True)
class Concern:
    """An author marks an indicator as an emerging concern, or lifts the mark. It changes no rating.

    ``number`` counts the marks and liftings of one indicator, area and quarter: the last one stands.
    ``done_by`` is a name and internal; ``done_as`` a role.
    """

    indicator: str
    area: str
    quarter: Quarter
    reason: str
    done_at: datetime
    done_by: str
    done_as: str
    number: int = 1
    lifted: bool = False


@dataclass(frozen=True, slots=True)
class Scenario:
    """A saved what-if: its changes, and what stood when it was saved. Never changed; saving again makes a new one.

    ``number`` counts the scenarios of one database from 1. ``done_by`` is a name and internal, never in a public copy;
    ``done_as`` a role.
    """

    number: int
    area: str
    quarter: Quarter
    name: str
    reason: str
    changes: tuple[str, ...]
    """Each as text; what it means is not read here."""
    figures: tuple[tuple[str, str, str], ...]
    """Indicator, value with its marks and target, as text: what has changed since is told by it."""
    done_at: datetime
    done_by: str
    done_as: str

    @property
    def indicator(self) -> str:
        """Empty: it is of no one indicator."""
        return ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A target proposed, to start from ``quarter`` once it is accepted.

    ``number`` counts the proposals of one database from 1. ``done_by`` is a name and internal, never in a public copy;
    ``done_as`` a role.
    """

    number: int
    indicator: str
    area: str
    quarter: Quarter
    scenario: int | None
    """The scenario it came from; ``None``: it came from none."""
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    tolerance: Decimal | None
    tolerance_kind: str
    intervention_level: Decimal | None
    decided_by: str
    """The body that decides."""
    decided_on: date | None
    paper: str
    """The paper it is decided by: the source of the target."""
    reason: str
    done_at: datetime
    done_by: str
    done_as: str


@dataclass(frozen=True, slots=True)
class ProposalDecision:
    """That a proposal was accepted or declined. ``number``, indicator, area and quarter are the proposal's.

    ``done_by`` is a name and internal, never in a public copy; ``done_as`` a role.
    """

    number: int
    indicator: str
    area: str
    quarter: Quarter
    accepted: bool
    reason: str
    upload: int | None
    """The upload that made the target; ``None``: it was declined, or the target stood already."""
    done_at: datetime
    done_by: str
    done_as: str


@dataclass(frozen=True, slots=True)
class ExceptionReport:
    """One version of the form that explains a missed target. A section ``None identified.`` differs from an empty one."""

    indicator: str
    area: str
    quarter: Quarter
    state: ReportState
    reason_line: str
    description: str
    outturn: Decimal | None
    target: Decimal | None
    sections: tuple[tuple[str, str], ...]
    completed_by: str
    approved_by: str
    approved_on: date | None
    source: str
    actions: tuple[Action, ...] = ()
    unplaced: str = ""
    """What a form that was read in had and no section took: kept, never dropped."""
    version: int = 0
    """0: the bundled one; what is written on the pages counts from 1."""
    saved_at: datetime | None = None
    saved_by: str = ""
    """The name acted under. Internal: never in a public copy, an export or a Word file."""
    saved_as: str = ""
    """The role acted in."""
    event: ReportEvent = ReportEvent.BUNDLED
    said: str = ""
    """The reason for returning or reopening it, the version restored, or the name of the file that was read in."""

    @property
    def text(self) -> tuple[object, ...]:
        """What people write in it: two versions with the same text differ only in what was done with them."""
        return (
            self.reason_line, self.description, as_text(self.outturn), as_text(self.target), self.sections,
            tuple(action.undertaken for action in self.actions), self.completed_by, self.source, self.unplaced,
        )  # fmt: skip

    @property
    def blank(self) -> bool:
        """Whether nothing is explained yet: a form that was only begun counts as missing."""
        written = (self.reason_line, self.unplaced, *(body for _, body in self.sections))
        return not self.actions and not any(text.strip() for text in written)


REPORT_SECTIONS = (
    "Reason for level of performance",
    "Financial implications",
    "Legal implications",
    "Human resources implications",
    "Sustainability implications",
    "Public health implications",
    "Equality implications",
)
"""The narrative sections of the exception report form, in its order."""

ACTIONS_HEADING = "Actions taken or planned"
"""What follows the narrative sections: a list of ``Action``."""

NONE_IDENTIFIED = "None identified."
"""What a section says where nothing was found; an empty section was not filled in."""

REASON_LINE_MOST = 160

"""The records the whole product speaks in. All are frozen; each names a thing of the field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from .codec import NEEDED, WORDS, Derived, Heading, Words, figure_text
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
    return None if figure is None else figure_text(figure)


class ReportState(StrEnum):
    """How far an exception report has come. ``NONE``: not required and not there."""

    MISSING = "missing"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Indicator:
    """An entry of the register, which holds from a quarter on. Empty text means that the papers do not say."""

    code: str
    name: Words
    category: Words
    unit: Unit
    decimals: int
    polarity: Polarity
    basis: Basis = Basis.NOT_STATED
    owner: Words = ""
    definition: Words = ""
    numerator: Words = ""
    denominator: Words = ""
    may_pass_100: bool = False
    due: tuple[int, ...] = (1, 2, 3, 4)
    seasonal: bool = False
    seasonal_note: Words = ""
    smallest_change: Decimal | None = None
    statutory_note: Words = ""
    first_quarter: Quarter | None = None
    """The first quarter it is reported for; ``None``: from before the first quarter held."""
    final_quarter: Quarter | None = None
    """The last quarter it is reported for; ``None``: it is not retired."""
    aliases: Annotated[tuple[str, ...], WORDS] = ()
    """What else people call it in running text."""
    service: Words = ""
    """The service whose head signs its figures off."""
    counts_people: bool | None = None
    """Whether it counts people or their events; households, pounds, schools and audits are not people. ``None``: not said."""
    smallest_whole: int | None = None
    """The smallest whole it is out of, where counts are not recorded; ``None``: not known."""
    may_be_below_0: bool = False
    start: Annotated[Quarter | None, Heading("from_quarter")] = None
    """The quarter from which the entry holds; ``None``: from before the first quarter recorded."""
    reason: Words = ""
    """Why the entry changes."""
    corrects: bool = False
    """Whether it puts an earlier entry right; any other leaves the words of earlier quarters as they were."""

    def in_force(self, quarter: Quarter) -> bool:
        """Whether it belongs to the register of ``quarter``."""
        begun = self.first_quarter is None or self.first_quarter <= quarter
        return begun and (self.final_quarter is None or quarter <= self.final_quarter)

    @property
    def leads_on_year(self) -> bool:
        """Whether the fair comparison is the same quarter last year: seasonal figures, and those that run up."""
        return self.seasonal or self.is_cumulative or self.basis is Basis.ANNUAL

    @property
    def is_cumulative(self) -> bool:
        """Year to date: each quarter's figure contains the one before, so that only the same quarter last year compares."""
        return self.basis in (Basis.YEAR_TO_DATE, Basis.ACADEMIC_YEAR_TO_DATE)


def entry_in_force(entries: Sequence[Indicator], quarter: Quarter | None) -> Indicator:
    """Of an indicator's entries, in the order of their start, the one that holds in a quarter; ``None``: the latest.

    A quarter before the first of them has that one: there is no other.
    """
    if quarter is None:
        return entries[-1]
    begun = (one for one in reversed(entries) if one.start is None or one.start <= quarter)
    return next(begun, entries[0])


def start_of_entry(entry: Indicator, entries: Sequence[Indicator], last: Quarter | None) -> Quarter | None:
    """From which quarter an entry holds beside those that are recorded: earlier quarters keep the words that were true of them.

    Where it does not say: one that corrects takes the place of the latest entry, any other holds from the quarter after
    ``last``, in which the indicator has its last figure; ``None``: it has none, and then the latest entry is replaced.
    """
    latest = entries[-1].start
    if entry.start is not None or entry.corrects or last is None:
        return entry.start or latest
    return last + 1 if latest is None else max(last + 1, latest)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a figure is rated by: two targets of the same terms rate alike, whoever decided them."""

    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    tolerance: Decimal | None
    tolerance_kind: str
    intervention_level: Decimal | None


def terms_of(one: Target | Proposal) -> Terms:
    """The terms of a target or of one that is proposed; the kind of a tolerance counts only where there is one."""
    kind = one.tolerance_kind if one.tolerance is not None else ""
    return Terms(one.value, one.low, one.high, one.tolerance, kind, one.intervention_level)


@dataclass(frozen=True, slots=True)
class Target:
    """A dated target: its terms from a quarter on. A value, or a band ``low`` to ``high``, or neither where only an intervention level is held.

    ``tolerance`` is in points, or in per cent of the target, as ``tolerance_kind`` says. ``basis`` ``None``: not stated.
    """

    indicator: str
    area: str
    start: Annotated[Quarter, Heading("from_quarter")]
    profiled: bool = False
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    tolerance: Decimal | None = None
    tolerance_kind: str = ""
    intervention_level: Decimal | None = None
    basis: Basis | None = None
    origin: str = ""
    decided_by: Words = ""
    reason: Words = ""
    source: Annotated[str, WORDS, NEEDED] = ""
    decided_on: date | None = None
    corrects: bool = False
    """Whether it puts right what past quarters were rated by; any other target leaves them as they were."""
    confirmed_through: str = ""
    """The last financial year for which a carried-over target was confirmed, like ``2023-24``."""

    @property
    def has_target(self) -> bool:
        """Whether a target is held, and not an intervention level alone."""
        return self.value is not None or self.low is not None

    @property
    def terms(self) -> Terms:
        """What a figure is rated by."""
        return terms_of(self)


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
    series_break: Words = ""
    """Why figures from this quarter on are not comparable with earlier ones."""
    not_comparable: Words = ""
    """Why this one figure is not comparable with any other."""
    revision: Derived[int] = 0
    """How often a published figure was revised; worked out from the rows that stand."""
    revision_reason: Words = ""
    former: Derived[Decimal | Absence | None] = None
    """The figure this one revises, or why there was none; worked out, and nothing where it is now confidential."""
    note: Words = ""
    source: Annotated[str, WORDS, NEEDED] = ""
    comment: Words = ""
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
class GivenFigure(Observation):
    """A figure as one event gave it: one row of the chain of its indicator, area and quarter."""

    kind: ChangeKind = ChangeKind.NEW
    """What it is beside the one that stood then."""

    @classmethod
    def of(
        cls, one: Observation, kind: ChangeKind, reason: str | None = None, source: str | None = None
    ) -> GivenFigure:
        """A figure as an event gives it. ``reason`` and ``source`` ``None``: as the figure has them."""
        return cls(
            one.indicator, one.area, one.quarter, one.value, one.absence, one.provisional, one.numerator, one.denominator,
            one.series_break, one.not_comparable, 0, one.revision_reason if reason is None else reason, None, one.note,
            one.source if source is None else source, one.comment, kind,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Area:
    """A place that figures belong to."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Listing:
    """That an area's scorecard lists an indicator."""

    area: str
    indicator: str


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of the council: ``council``, ``home_area``, ``made_up``."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """One file of ``data/`` as it was loaded."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class SavedMapping:
    """A column mapping saved under a name. Its TOML is kept as the bytes that were read."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Upload:
    """One publication, as history keeps it. ``withdrawn_at`` ``None``: it stands."""

    id: int
    kind: str
    """``figures``, ``register`` or ``targets``."""
    published_at: datetime
    published_by: str
    file_name: Words
    sha256: str
    profile: str = ""
    """The column mapping it was read through; empty: the template."""
    quarters: str = ""
    counts: tuple[int, int, int, int] = (0, 0, 0, 0)
    """How many were new, confirmed, revised and the same."""
    reason: Words = ""
    revision_kind: str = ""
    """``scheduled`` or ``correction``, where a published figure changed."""
    withdrawn_at: Derived[datetime | None] = None
    withdrawn_by: Derived[str] = ""
    withdrawn_reason: Derived[str] = ""
    comments: int = 0
    """How many figures stayed the same and had their comment changed."""
    mapping: str = ""
    """The SHA-256 of the mapping it was read through, as the bytes that were read; empty: the template."""

    @property
    def source(self) -> str:
        """How its figures name where they come from."""
        return f"{self.file_name} (upload {self.id})"


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """That what an event gave is withdrawn. ``upload`` 0: it was data of ``data/``, which was loaded anew."""

    event: int
    upload: int
    done_at: datetime
    done_by: str
    done_as: str
    reason: Words = ""


@dataclass(frozen=True, slots=True)
class Erased:
    """That words were erased: the file that held them, and an event that said them. What remains says who, when and why."""

    sha256: str
    event: int
    second: str
    """The second person."""
    reason: str


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A published annual comparator: never an observation, never four quarterly figures."""

    indicator: str
    series: str
    year_end: date
    period: str
    value: Decimal
    published_on: date | None = None
    source: Annotated[str, WORDS, NEEDED] = ""


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
    source: Words
    sentence: Words
    resolved_on: date | None = None
    resolution: Words = ""


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
    closed_on: Derived[date | None] = None
    closing: Derived[str] = ""
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
    closing: Words
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
    reason: Words
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
    name: Words
    reason: Words
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
    decided_by: Words
    """The body that decides."""
    decided_on: date | None
    paper: Words
    """The paper it is decided by: the source of the target."""
    reason: Words
    done_at: datetime
    done_by: str
    done_as: str

    @property
    def terms(self) -> Terms:
        """What a figure would be rated by."""
        return terms_of(self)


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
    reason: Words
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
    reason_line: Words
    description: Words
    outturn: Decimal | None
    target: Decimal | None
    sections: Annotated[tuple[tuple[str, str], ...], WORDS]
    completed_by: Words
    approved_by: str
    approved_on: date | None
    source: Words
    actions: Annotated[tuple[Action, ...], WORDS] = ()
    unplaced: Words = ""
    """What a form that was read in had and no section took: kept, never dropped."""
    version: int = 0
    """0: the bundled one; what is written on the pages counts from 1."""
    saved_at: datetime | None = None
    saved_by: str = ""
    """The name acted under. Internal: never in a public copy, an export or a Word file."""
    saved_as: str = ""
    """The role acted in."""
    event: ReportEvent = ReportEvent.BUNDLED
    said: Words = ""
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

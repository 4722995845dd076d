"""The quarter on paper, as a record: the scorecard, then each exception report in the form's order.

The page *On paper* and the Word file draw the same ``Paper``. It works nothing out: every figure, sentence and word in it
comes from the records and functions that fill the screen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby

from ..figures import capital, with_unit
from ..judging import (
    EXCEPTION_TRIGGER,
    Rating,
    Row,
    Scorecard,
    headline,
    target_words,
)
from ..model import ACTIONS_HEADING, NONE_IDENTIFIED, Action, Conflict, ExceptionReport, ReportState
from ..periods import day_in_words
from ..reports import Completeness, action_words, is_overdue
from .scorecard_columns import NOT_REQUIRED, Drawn, On, beneath, columns_on, says_how_sure
from .signs import COLOURS_NOTE, MADE_UP, MARKS, RULES, SHAPES
from .tables import Circumstances, said_of

NOTHING_WRITTEN = "Nothing is written here."
"""What stands in an empty section: it was not filled in, which ``None identified.`` says was done."""
NO_OWNER, NO_DUE_DATE = "No owner is given.", "No due date is given."
WHOLE_QUARTER = "The quarter's papers"
"""What a conflict is about that is of no one indicator."""
STANDING = {
    ReportState.MISSING: "Missing: an exception report is required, and none is written.",
    ReportState.DRAFT: "DRAFT: this report is neither submitted nor approved.",
    ReportState.SUBMITTED: "Submitted, not approved: this report waits for its approval.",
}
"""What is said at the head of a report that is not approved."""
LEADING_NOTE = (
    "The change given is the one that leads: on the quarter before, or, for a seasonal figure and one that runs up over the "
    "year, on the same quarter last year. Percentages change in percentage points."
)
PAPER_COLUMNS = columns_on(On.PAPER)
"""The scorecard's columns on paper."""
WORDS_NOTE = f"“{NONE_IDENTIFIED}” is what a report's author says; “{NOTHING_WRITTEN}” marks what was not filled in."


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One indicator's row of the scorecard."""

    code: str
    name: str
    rating: Rating
    reason: str
    """Why it is rated so, with what must be known of the target."""
    value: str
    target: str
    beneath: tuple[str, ...]
    """What must be known of the figure: what it revises, two figures or targets, when it is next due."""
    cells: tuple[Drawn, ...]
    """What stands in each of the paper's columns."""
    state: ReportState
    required: bool
    why: str = ""
    """Under a row whose report is required: the reason in one line, and for how long the target was missed."""

    @property
    def exception(self) -> str:
        """The exception report's state in words."""
        if self.state is ReportState.NONE:
            return NOT_REQUIRED
        return self.state.value.capitalize() + ("" if self.required else " (not required)")

    @property
    def aim(self) -> str:
        """The figure beside its target, as ``26.5%, target 20%``."""
        return f"{self.value}, target {self.target}" if self.target else f"{self.value}; no target is held"


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph of one text, or, where ``listed``, the items of a list."""

    said: tuple[str, ...]
    listed: bool = False


@dataclass(frozen=True, slots=True)
class PaperPart:
    """A heading of the form with what is written under it: text, or its actions where these are not ``None``."""

    heading: str
    text: str = ""
    actions: tuple[Action, ...] | None = None


@dataclass(frozen=True, slots=True)
class ActionRow:
    """An action as a row: what, by whom, by when."""

    text: str
    owner: str
    due: str


@dataclass(frozen=True, slots=True)
class EarlierStep:
    """An action that an earlier quarter's report promised and nobody closed."""

    indicator: str
    quarter: str
    step: ActionRow


@dataclass(frozen=True, slots=True)
class SourcedSentence:
    """A sentence about something, with its source."""

    about: str
    sentence: str
    source: str


@dataclass(frozen=True, slots=True)
class ReportSheet:
    """One exception report: its figures as the scorecard has them, and the form. Without ``parts`` it is missing."""

    line: PaperLine
    said: tuple[str, ...]
    """What a reader of the report must know besides: what the papers disagree on, a mark as an emerging concern."""
    parts: tuple[PaperPart, ...]

    @property
    def standing(self) -> str:
        """That it is a draft, not approved or missing; empty where it is approved."""
        return STANDING.get(self.line.state, "")


@dataclass(frozen=True, slots=True)
class Paper:
    """The quarter on paper."""

    title: str
    council: str
    area: str
    quarter: str
    """Like ``July to September 2022 (Q2 2022-23)``."""
    made_up: str
    """That the figures are made up; empty where they are not."""
    made_at: datetime
    headline: tuple[str, ...]
    groups: tuple[tuple[str, tuple[PaperLine, ...]], ...]
    """The scorecard's rows by category."""
    notes: tuple[str, ...]
    marks: tuple[tuple[str, str], ...]
    ratings: tuple[tuple[Rating, str], ...]
    """Each rating with what its word means."""
    conflicts: tuple[SourcedSentence, ...]
    """What the papers disagree on, apart from what stands with an exception report."""
    reports_said: tuple[str, ...]
    """When a report is required, and what the quarter's reports lack."""
    earlier: tuple[EarlierStep, ...]
    sheets: tuple[ReportSheet, ...]
    """The reports required, in the register's order, then those present though not required."""
    sources: tuple[tuple[str, str], ...]

    @property
    def lines(self) -> tuple[PaperLine, ...]:
        """All rows of the scorecard."""
        return tuple(line for _, lines in self.groups for line in lines)


def on_paper(
    card: Scorecard,
    reports: Iterable[ExceptionReport],
    found: Completeness,
    conflicts: Sequence[Conflict],
    made: Circumstances,
) -> Paper:
    """The whole quarter on paper.

    ``reports`` are the latest versions of its reports, ``conflicts`` all that are known of the quarter.
    """
    sheets = _sheets({one.indicator: one for one in reports}, found, conflicts)
    names = {row.indicator.code: row.indicator.name for row in card.rows}
    apart = [one for one in conflicts if one.indicator not in {sheet.line.code for sheet in sheets}]
    grouped = groupby(card.rows, key=lambda row: row.indicator.category)
    return Paper(
        title=f"{card.area_name}: children's services scorecard and exception reports",
        council=made.council,
        area=card.area_name,
        quarter=card.quarter.label,
        made_up=MADE_UP if made.made_up else "",
        made_at=made.made_at,
        headline=headline(card),
        groups=tuple((category, tuple(line_of(row) for row in rows)) for category, rows in grouped),
        notes=(COLOURS_NOTE, LEADING_NOTE, *_unsaid(card.rows), *([WORDS_NOTE] if sheets else [])),
        marks=MARKS,
        ratings=tuple((rating, dict(RULES)[rating.words]) for rating in SHAPES),
        conflicts=tuple(SourcedSentence(names.get(c.indicator, WHOLE_QUARTER), said_of(c), c.source) for c in apart),
        reports_said=(f"A report is required where {EXCEPTION_TRIGGER}.", *found.lacks),
        earlier=tuple(
            EarlierStep(names.get(one.indicator, one.indicator), one.quarter.text, step(one.action, made.made_at.date()))
            for one in found.unfinished
        ),
        sheets=sheets,
        sources=_sources(card, made),
    )  # fmt: skip


def _sources(card: Scorecard, made: Circumstances) -> tuple[tuple[str, str], ...]:
    given = sorted({row.observation.source for row in card.rows if row.observation is not None})
    return (
        ("Council", made.council),
        ("Source of the figures", "; ".join(given) or "no figures held"),
        ("Made", f"{made.when}. {made.moment}." if made.moment else made.when),
        *((("Record of changes", made.record),) if made.record else ()),
    )


# --- the scorecard ------------------------------------------------------------------------------------------------


def line_of(row: Row) -> PaperLine:
    """A row of the scorecard in words."""
    indicator, exception = row.indicator, row.exception
    return PaperLine(
        code=indicator.code,
        name=indicator.name,
        rating=row.rated.rating,
        reason=row.rated.reason,
        value=row.display,
        target=target_words(row.target, indicator),
        beneath=beneath(row),
        cells=tuple(column.draw(row) for column in PAPER_COLUMNS),
        state=exception.state,
        required=exception.required,
        why=_why(row) if exception.required else "",
    )


def _unsaid(rows: Iterable[Row]) -> tuple[str, ...]:
    """Why some leading changes do not say how sure they are: once for all of them, as it is the same."""
    leads = [row.changes.lead for row in rows]
    why = dict.fromkeys(one.certainty for one in leads if one is not None and one.certainty and not says_how_sure(one))
    return tuple(f"Of changes that do not say whether they are more than ordinary variation: {one}." for one in why)


def _why(row: Row) -> str:
    note = capital(row.note or "past the intervention level")
    return f"{row.exception.reason_line or 'No explanation yet.'} {note}."


# --- the exception reports ----------------------------------------------------------------------------------------


def _sheets(
    reports: dict[str, ExceptionReport], found: Completeness, conflicts: Sequence[Conflict]
) -> tuple[ReportSheet, ...]:
    concerns = {one.indicator: one.reason for one in found.concerns}
    return tuple(
        _sheet(
            row,
            None if row.exception.state is ReportState.MISSING else reports[row.indicator.code],
            [one for one in conflicts if one.indicator == row.indicator.code],
            concerns.get(row.indicator.code, ""),
        )
        for row in (*found.required, *found.not_required)
    )


def _sheet(row: Row, report: ExceptionReport | None, conflicts: Iterable[Conflict], concern: str) -> ReportSheet:
    line = line_of(row)
    said = [*line.beneath, *(f"{said_of(one)} (Source: {one.source})" for one in conflicts)]
    if row.observation is not None and row.observation.note:
        said.append(row.observation.note)
    if concern:
        said.append(f"Marked as an emerging concern: {concern}")
    if report is None:
        return ReportSheet(line, tuple(said), ())
    if report.unplaced and report.state is not ReportState.APPROVED:
        said.append("Some text of the form that was read in has not been put under any heading yet.")
    return ReportSheet(line, tuple(said), form_parts(report, lambda value: with_unit(value, row.indicator.unit)))


def form_parts(report: ExceptionReport, in_words: Callable[[Decimal], str]) -> tuple[PaperPart, ...]:
    """An exception report in the form's order; ``in_words`` puts its unit to a figure."""
    signed = report.approved_by
    if report.approved_on is not None:
        signed += f", {day_in_words(report.approved_on)}"
    outturn, target = ("" if value is None else in_words(value) for value in (report.outturn, report.target))
    return (
        PaperPart("Indicator description", report.description),
        PaperPart(f"Outturn, {report.quarter}", outturn),
        PaperPart("Quarterly target", target),
        *(PaperPart(heading, body) for heading, body in report.sections),
        PaperPart(ACTIONS_HEADING, actions=report.actions),
        PaperPart("Completed by", report.completed_by),
        PaperPart("Service unit head approval with date", signed),
    )


def step(action: Action, today: date) -> ActionRow:
    """An action as a row of a table; one that is closed says so, and one that should be done by ``today`` that it is overdue."""
    due = NO_DUE_DATE if action.due is None else day_in_words(action.due)
    if is_overdue(action, today):
        due += " (overdue)"
    closed = f"\n{action_words(action)}" if action.closed_on is not None else ""
    return ActionRow(action.text + closed, action.owner or NO_OWNER, due)


# --- text ---------------------------------------------------------------------------------------------------------

_ITEM = "- "


def blocks(text: str) -> tuple[Block, ...]:
    """What somebody wrote as paragraphs, which empty lines part, and lists, whose lines begin with a hyphen."""
    return tuple(block for part in re.split(r"\n\s*\n", text) for block in _blocks_of(part))


def _blocks_of(part: str) -> list[Block]:
    found: list[Block] = []
    for line in part.splitlines():
        said, listed = line.removeprefix(_ITEM).strip(), line.startswith(_ITEM)
        last = found[-1] if found else None
        if not said:
            continue
        if last is not None and listed and last.listed:
            found[-1] = Block((*last.said, said), True)
        elif last is not None and not listed and (not last.listed or line[0].isspace()):
            found[-1] = Block((*last.said[:-1], f"{last.said[-1]} {said}"), last.listed)
        else:
            found.append(Block((said,), listed))
    return found

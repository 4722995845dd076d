"""What a quarter still needs before its papers are complete: exception reports, their actions, and what came before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ..figures import count_in_words
from ..judging import Row, Scorecard
from ..model import Concern, ExceptionReport, ReportAction, ReportState
from ..periods import Quarter
from .form import is_overdue


@dataclass(frozen=True, slots=True)
class Completeness:
    """The state of a quarter's exception reports and of the actions that hang on them. Rows are in the register's order."""

    quarter: Quarter
    required: tuple[Row, ...]
    not_required: tuple[Row, ...]
    """Rows with a report that the trigger does not ask for."""
    unassigned: tuple[ReportAction, ...]
    """Open actions of the quarter's own reports without an owner or a due date."""
    unfinished: tuple[ReportAction, ...]
    """Open actions of earlier quarters, overdue ones first, each part by due date."""
    overdue: tuple[ReportAction, ...]
    """Those of ``unfinished`` that are overdue."""
    concerns: tuple[Concern, ...]

    def in_state(self, state: ReportState) -> tuple[Row, ...]:
        """The rows whose required report is in this state."""
        return tuple(row for row in self.required if row.exception.state is state)

    @property
    def lacks(self) -> tuple[str, ...]:
        """What the quarter lacks, one sentence each with its count; empty: it is complete."""
        counts = (
            (len(self.in_state(ReportState.MISSING)), "required report", "missing"),
            (len(self.in_state(ReportState.DRAFT)), "required report", "a draft", "drafts"),
            (len(self.in_state(ReportState.SUBMITTED)), "required report", "submitted and not approved"),
            (len(self.unassigned), "action", "without an owner or a due date"),
            (len(self.overdue), "action of an earlier quarter", "overdue"),
        )  # fmt: skip
        return tuple(_counted(*one) for one in counts if one[0])


def completeness(
    scorecard: Scorecard,
    reports: Iterable[ExceptionReport],
    earlier: Iterable[ReportAction],
    concerns: Iterable[Concern],
    today: date,
) -> Completeness:
    """What is there and what is missing, of a whole scorecard.

    ``reports`` are the latest versions of the quarter's reports, ``earlier`` the open actions of the quarters before,
    ``concerns`` the marks of the quarter that stand.
    """
    unfinished = overdue_first(earlier, today)
    return Completeness(
        quarter=scorecard.quarter,
        required=tuple(row for row in scorecard.rows if row.exception.required),
        not_required=tuple(
            row for row in scorecard.rows if not row.exception.required and row.exception.state is not ReportState.NONE
        ),
        unassigned=tuple(one for report in reports for one in _unassigned(report)),
        unfinished=unfinished,
        overdue=tuple(one for one in unfinished if is_overdue(one.action, today)),
        concerns=tuple(concerns),
    )


def overdue_first(actions: Iterable[ReportAction], today: date) -> tuple[ReportAction, ...]:
    """Overdue actions before the others, each part by due date; those without one come last."""
    return tuple(sorted(actions, key=lambda one: (not is_overdue(one.action, today), one.action.due or date.max)))


def _unassigned(report: ExceptionReport) -> Iterable[ReportAction]:
    for action in report.actions:
        if action.closed_on is None and not (action.owner.strip() and action.due):
            yield ReportAction(report.indicator, report.area, report.quarter, action)


def _counted(count: int, what: str, state: str, states: str = "") -> str:
    if count == 1:
        return f"One {what} is {state}."
    whats = what.replace("action of an earlier quarter", "actions of earlier quarters")
    whats = whats if whats != what else f"{what}s"
    said = count_in_words(count)
    return f"{said[0].upper()}{said[1:]} {whats} are {states or state}."

"""The rules of the exception report form: what it must have, what may be kept in it, and how one follows another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

from ..errors import NotSaved
from ..judging import Row
from ..model import (
    ACTIONS_HEADING,
    REASON_LINE_MOST,
    REPORT_SECTIONS,
    Action,
    ExceptionReport,
    Indicator,
    Observation,
    ReportEvent,
    ReportState,
    Target,
)
from ..periods import Quarter, day_in_words
from ..words import LINE_MOST, TEXT_MOST, checked, with_plain_lines

_Key = TypeVar("_Key")
_Part = TypeVar("_Part")

REASON_LINE = "Reason line"
"""What the one-line reason is called where the parts of a report are named."""

REQUIRED = REPORT_SECTIONS
"""The sections that may not be empty when a report is submitted; “None identified.” is not empty."""

ACTIONS_MOST = 200
"""How many actions a report may have."""


class ChangedMeanwhile(NotSaved):
    """Somebody else wrote since the version that was changed. Theirs is ``latest``; nothing of either is lost."""

    def __init__(self, latest: ExceptionReport, nothing: str = "Nothing was saved") -> None:
        self.latest = latest
        who = f", in the role {latest.saved_as}," if latest.saved_as else ""
        super().__init__(
            f"{nothing}: somebody else{who} has made version {latest.version} of this report meanwhile. Nothing of yours or theirs "
            "is lost: look at their version, then do it again."
        )


class NotComplete(NotSaved):
    """What the form lacks for its submission: one sentence each, in ``lacks``."""

    def __init__(self, lacks: Sequence[str]) -> None:
        self.lacks = tuple(lacks)
        super().__init__(f"The report was not submitted: {' '.join(self.lacks)}")


class ObjectedTo(NotSaved):
    """What the checks of its text have against a report and its author has not looked at: one sentence each."""

    def __init__(self, objections: Sequence[str]) -> None:
        self.objections = tuple(objections)
        count = len(self.objections)
        these, them = ("one of its statements", "it") if count == 1 else (f"{count} of its statements", "them")
        super().__init__(
            f"The report was not submitted: the checks object to {these}. Mend the text, or say that you have looked at {them} "
            "and submit all the same."
        )


# --- what submission needs ----------------------------------------------------------------------------------------


def lacks(report: ExceptionReport, row: Row | None = None) -> tuple[str, ...]:
    """One sentence for each thing that submission needs and does not find; empty: it can be submitted.

    ``row``: the indicator's, which says whether there is an outturn and a target to be stated; ``None``: neither is asked for.
    """
    bodies = dict(report.sections)
    return (
        *_reason_line_lacks(report.reason_line),
        *(f"“{heading}” is empty: write it, or choose “None identified”." for heading in REQUIRED if not bodies.get(heading, "").strip()),
        *_figures_lack(report, row),
        *_actions_lack(report.actions),
        *(() if report.completed_by.strip() else ("“Completed by” is empty: give the role of who completed the form.",)),
    )  # fmt: skip


def _reason_line_lacks(line: str) -> tuple[str, ...]:
    if not line.strip():
        return (f"The reason in one line is empty: write it in at most {REASON_LINE_MOST} characters.",)
    if len(line) > REASON_LINE_MOST:
        return (f"The reason in one line has {len(line)} characters: shorten it to {REASON_LINE_MOST}.",)
    return ()


def _figures_lack(report: ExceptionReport, row: Row | None) -> Iterable[str]:
    if row is None:
        return
    if report.outturn is None and row.observation is not None and row.observation.value is not None:
        yield f"The outturn is not stated: the scorecard has {row.display}."
    if report.target is None and row.target is not None and row.target.value is not None:
        yield f"The target is not stated: {row.target.value:f} is held."


def _actions_lack(actions: Sequence[Action]) -> Iterable[str]:
    if not any(one.text.strip() for one in actions):
        yield f"“{ACTIONS_HEADING}” has no action: add at least one."
    for what, without in (
        ("words: say what is to be done, or remove it", [one for one in actions if not one.text.strip()]),
        ("owner: give a role", [one for one in actions if not one.owner.strip()]),
        ("due date: give one", [one for one in actions if one.due is None]),
    ):
        if without:
            numbers = [str(one.number) for one in without]
            named = numbers[0] if len(numbers) == 1 else f"{', '.join(numbers[:-1])} and {numbers[-1]}"
            yield f"Action{'s' * (len(numbers) > 1)} {named} {'has' if len(numbers) == 1 else 'have'} no {what}."


# --- what may be kept ---------------------------------------------------------------------------------------------


def tidied(report: ExceptionReport) -> ExceptionReport:
    """The report as it is kept: only its line endings are changed. Raises ``NotSaved`` for what cannot be kept."""
    report = replace(
        report,
        reason_line=with_plain_lines(report.reason_line),
        description=with_plain_lines(report.description),
        sections=tuple((heading, with_plain_lines(body)) for heading, body in report.sections),
        actions=tuple(
            replace(one, text=with_plain_lines(one.text), owner=with_plain_lines(one.owner)) for one in report.actions
        ),
        unplaced=with_plain_lines(report.unplaced),
    )
    headings = tuple(heading for heading, _ in report.sections)
    if headings != REPORT_SECTIONS:
        raise NotSaved(f"Nothing was saved: the form’s sections must be, in this order: {'; '.join(REPORT_SECTIONS)}.")
    if len(report.reason_line) > REASON_LINE_MOST or "\n" in report.reason_line:
        raise NotSaved(
            f"Nothing was saved: the reason in one line must be one line of at most {REASON_LINE_MOST} characters, and it has "
            f"{len(report.reason_line)}{' on several lines' if chr(10) in report.reason_line else ''}. Shorten it."
        )
    if len(report.actions) > ACTIONS_MOST:
        raise NotSaved(
            f"Nothing was saved: a report can have {ACTIONS_MOST} actions, and this has {len(report.actions)}."
        )
    for name, text, most in _texts(report):
        checked(name, text, most)
    return report


def _texts(report: ExceptionReport) -> Iterable[tuple[str, str, int]]:
    yield "the reason in one line", report.reason_line, REASON_LINE_MOST
    yield "the indicator’s description", report.description, TEXT_MOST
    for heading, body in report.sections:
        yield f"“{heading}”", body, TEXT_MOST
    for one in report.actions:
        yield f"action {one.number}", one.text, TEXT_MOST
        yield f"the owner of action {one.number}", one.owner, LINE_MOST
    yield "“Completed by”", report.completed_by, LINE_MOST
    yield "the source", report.source, TEXT_MOST
    yield "what could not be placed", report.unplaced, 50 * TEXT_MOST


def numbered(actions: Iterable[Action], versions: Iterable[ExceptionReport]) -> tuple[Action, ...]:
    """``actions`` with a number each: one that a former version has stands, any other is the next that was never used.

    What is said of an action beside the versions, as that it is closed, is no part of them and is left out.
    """
    used = {one.number for version in versions for one in version.actions}
    taken: set[int] = set()
    found = []
    for one in actions:
        number = one.number if one.number in used - taken else max(used | taken, default=0) + 1
        taken.add(number)
        found.append(Action(number, one.text, one.owner, one.due))
    return tuple(found)


# --- how one follows another --------------------------------------------------------------------------------------


def first_draft(
    indicator: Indicator, area: str, quarter: Quarter, observation: Observation | None, target: Target | None
) -> ExceptionReport:
    """An empty form with the figures that are held."""
    return ExceptionReport(
        indicator=indicator.code,
        area=area,
        quarter=quarter,
        state=ReportState.DRAFT,
        reason_line="",
        description=indicator.definition or indicator.name,
        outturn=None if observation is None else observation.value,
        target=None if target is None else target.value,
        sections=tuple((heading, "") for heading in REPORT_SECTIONS),
        completed_by="",
        approved_by="",
        approved_on=None,
        source="",
        event=ReportEvent.SAVED,
    )


def from_last(
    last: ExceptionReport, quarter: Quarter, observation: Observation | None, target: Target | None
) -> ExceptionReport:
    """A draft for ``quarter`` that begins with the text of an earlier report; figures, completion and approval are its own.

    Its actions that nobody closed come along, numbered anew.
    """
    bodies = dict(last.sections)
    unfinished = [one for one in last.actions if one.closed_on is None]
    return ExceptionReport(
        indicator=last.indicator,
        area=last.area,
        quarter=quarter,
        state=ReportState.DRAFT,
        reason_line=last.reason_line,
        description=last.description,
        outturn=None if observation is None else observation.value,
        target=None if target is None else target.value,
        sections=tuple((heading, bodies.get(heading, "")) for heading in REPORT_SECTIONS),
        completed_by="",
        approved_by="",
        approved_on=None,
        source="",
        actions=tuple(Action(number, one.text, one.owner, one.due) for number, one in enumerate(unfinished, 1)),
        event=ReportEvent.SAVED,
    )


def unchanged(report: ExceptionReport, former: ExceptionReport | None) -> frozenset[str]:
    """The headings of the sections, and ``REASON_LINE``, that say word for word what ``former`` said. Empty ones do not."""
    if former is None:
        return frozenset()
    now, then = _parts(report), _parts(former)
    return frozenset(name for name, said in now.items() if said and said == then.get(name))


def _parts(report: ExceptionReport) -> dict[str, list[str]]:
    return {name: text.split() for name, text in ((REASON_LINE, report.reason_line), *report.sections)}


# --- actions ------------------------------------------------------------------------------------------------------


def merged(base: ExceptionReport, mine: ExceptionReport, theirs: ExceptionReport) -> ExceptionReport | None:
    """Two texts that were each written upon ``base``, as one; ``None`` where both changed the same field, each in its way."""
    text = theirs
    for name in _FIELDS:
        was, is_mine, is_theirs = (getattr(one, name) for one in (base, mine, theirs))
        if is_mine in (was, is_theirs):
            continue
        if is_theirs != was:
            return None
        text = replace(text, **{name: is_mine})
    sections = _merged_parts(dict(base.sections), dict(mine.sections), dict(theirs.sections))
    # Whether an action is closed is said beside the report, and is no change of it.
    actions = _merged_parts(*({a.number: Action(*a.undertaken) for a in one.actions} for one in (base, mine, theirs)))
    if sections is None or actions is None:
        return None
    return replace(text, sections=tuple(sections.items()), actions=tuple(actions.values()))


_FIELDS = ("reason_line", "description", "outturn", "target", "completed_by", "source", "unplaced")


def _merged_parts(
    base: dict[_Key, _Part], mine: dict[_Key, _Part], theirs: dict[_Key, _Part]
) -> dict[_Key, _Part] | None:
    """Named parts that were each changed upon ``base``, as one, in the order that they have in ``theirs``, new ones last."""
    found: dict[_Key, _Part] = {}
    for key in dict.fromkeys((*theirs, *mine)):
        was, is_mine, is_theirs = base.get(key), mine.get(key), theirs.get(key)
        if is_mine not in (was, is_theirs) and is_theirs != was:
            return None
        part = is_theirs if is_mine == was else is_mine
        if part is not None:
            found[key] = part
    return found


def is_overdue(action: Action, today: date) -> bool:
    """Whether an action should have been done before ``today`` and nobody closed it. Without a due date it never is."""
    return action.closed_on is None and action.due is not None and action.due < today


def overdue(actions: Iterable[Action], today: date) -> tuple[Action, ...]:
    """Those of ``actions`` that are overdue."""
    return tuple(one for one in actions if is_overdue(one, today))


def action_words(action: Action) -> str:
    """Who does it by when, and whether it is done, in one sentence; what is not given is said to be so."""
    if action.closed_on is not None:
        return f"Closed on {day_in_words(action.closed_on)}: {action.closing}"
    due = f"due {day_in_words(action.due)}" if action.due is not None else ""
    if action.owner and due:
        return f"Owner: {action.owner}; {due}."
    if action.owner:
        return f"Owner: {action.owner}; no due date is given."
    return f"No owner is given; {due}." if due else "No owner and no due date are given."

"""A draft while it is written: what is in its fields, what of that is saved, and what somebody else made meanwhile.

Every field is saved as it is left. What cannot be saved stays here, in the session, and on the page until it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import streamlit as st

from kpi_core.errors import KpiError, NotSaved
from kpi_core.exception_form import REASON_LINE, ChangedMeanwhile
from kpi_core.figures import number
from kpi_core.model import ACTIONS_HEADING, NONE_IDENTIFIED, REPORT_SECTIONS, Action, ExceptionReport
from kpi_core.views import ReportView

from . import session
from .actor import actor

Value = str | date | None
OUTTURN, TARGET = "Outturn", "Quarterly target"
"""The parts of the header as the findings name them."""
DESCRIPTION, COMPLETED, UNPLACED = "Indicator description", "Completed by", "What had no place in the form"
_PLAIN = {
    REASON_LINE: "reason_line",
    DESCRIPTION: "description",
    COMPLETED: "completed_by",
    UNPLACED: "unplaced",
}
_FIGURES = {OUTTURN: "outturn", TARGET: "target"}
_ACTION = {"text": "what is done", "owner": "owner", "due": "due date"}
MEANWHILE = "Not saved yet: the report was changed meanwhile. See the top of the form."


@dataclass(slots=True)
class Draft:
    """One report in one session. ``base``: the version that the fields show and that is written upon."""

    base: ExceptionReport
    unsaved: dict[str, Value] = field(default_factory=dict)
    """By field, what was written and could not be saved."""
    why: dict[str, str] = field(default_factory=dict)
    """By field, why not: a sentence."""
    theirs: ExceptionReport | None = None
    """What somebody else made since ``base``; ``None``: nothing."""
    left: dict[str, Value] = field(default_factory=dict)
    """What was written and left in favour of theirs: still there to copy."""
    removed: tuple[int, Action] | None = None
    """The action that was taken out last, with its place."""
    saved: bool = False
    """Whether anything was saved in this session."""
    anew: bool = False
    """Whether the fields are to show another version, and what they hold is of the one before."""

    def key(self, name: str) -> str:
        """The key of a field's widget."""
        return f"report_{self.base.area}_{self.base.indicator}_{self.base.quarter.text}_{name}"

    def shown(self, name: str) -> Value:
        """What a field has to show: what was written, saved or not."""
        return self.unsaved.get(name, value_in(self.base, name))

    @property
    def on_page(self) -> bool:
        """Whether the fields were drawn in the run before this one."""
        return self.key(REASON_LINE) in st.session_state

    @property
    def written(self) -> ExceptionReport:
        """The report as it would be with all that is not saved."""
        report = self.base
        for name, value in self.unsaved.items():
            try:
                report = with_value(report, name, value)
            except KpiError:
                continue
        return report


# --- the fields ---------------------------------------------------------------------------------------------------


def fields(report: ExceptionReport) -> Iterator[str]:
    """The names of a report's fields in the order of the form."""
    yield from (REASON_LINE, DESCRIPTION, OUTTURN, TARGET, *REPORT_SECTIONS)
    for action in report.actions:
        yield from (action_field(action.number, part) for part in _ACTION)
    yield COMPLETED
    if report.unplaced:
        yield UNPLACED


def action_field(number_: int, part: str) -> str:
    """The name of a field of an action: its ``text``, ``owner`` or ``due``."""
    return f"{ACTIONS_HEADING} {number_} {part}"


def in_words(name: str) -> str:
    """A field's name as a reader is told it."""
    if name == REASON_LINE:
        return "Reason in one line"
    if at := _action_at(name):
        return f"Action {at[0]}, {_ACTION[at[1]]}"
    return name


def _action_at(name: str) -> tuple[int, str] | None:
    if not name.startswith(f"{ACTIONS_HEADING} "):
        return None
    number_, part = name.removeprefix(f"{ACTIONS_HEADING} ").split()
    return int(number_), part


def value_in(report: ExceptionReport, name: str) -> Value:
    """What a report says in a field, as its widget holds it."""
    if name in _PLAIN:
        return str(getattr(report, _PLAIN[name]))
    if name in _FIGURES:
        figure = getattr(report, _FIGURES[name])
        return "" if figure is None else f"{figure:f}"
    if at := _action_at(name):
        action = next((one for one in report.actions if one.number == at[0]), None)
        return "" if action is None else getattr(action, at[1])
    return dict(report.sections).get(name, "")


def with_value(report: ExceptionReport, name: str, value: Value) -> ExceptionReport:
    """The report with another value in a field. Raises ``FigureError``, and ``NotSaved`` where the action is gone."""
    text = value if isinstance(value, str) else ""
    if name == REASON_LINE:
        return replace(report, reason_line=" ".join(text.split()))
    if name in _PLAIN:
        return replace(report, **{_PLAIN[name]: text})
    if name in _FIGURES:
        return replace(report, **{_FIGURES[name]: number(text.strip()) if text.strip() else None})
    if at := _action_at(name):
        if all(one.number != at[0] for one in report.actions):
            raise NotSaved(f"Not saved: action {at[0]} is no longer in the report. Add an action with what you wrote.")
        due = value if isinstance(value, date) else None
        actions = tuple(
            one if one.number != at[0] else replace(one, due=due) if at[1] == "due" else replace(one, **{at[1]: text})
            for one in report.actions
        )
        return replace(report, actions=actions)
    return replace(report, sections=tuple((h, text if h == name else body) for h, body in report.sections))


# --- opening ------------------------------------------------------------------------------------------------------


def opened(view: ReportView) -> Draft:
    """The draft of this session, brought to what is held: what was not saved and what somebody else made stay apart."""
    report = view.report
    assert report is not None
    drafts: dict[tuple[str, str, str], Draft] = st.session_state.setdefault("drafts", {})
    draft = drafts.setdefault((report.area, report.indicator, report.quarter.text), Draft(report))
    on_page = draft.on_page
    if on_page and not draft.anew:
        commit_all(draft)
    if any(not draft.why.get(name) for name in draft.unsaved):
        save_unsaved(draft)  # another change broke the saving off
    report = _latest(draft)
    if report.version != draft.base.version:
        if (on_page and not draft.anew) or draft.unsaved:
            draft.theirs = report
        else:
            draft.base, draft.theirs = report, None
    return draft


def _latest(draft: Draft) -> ExceptionReport:
    base = draft.base
    return session.services().reports.one(base.indicator, base.quarter.text, base.area).report or base


def seed(draft: Draft, name: str) -> str:
    """Put into a field's widget what it has to show, and return its key.

    Only where it shows something else: what is set anew takes the place of what is being typed.
    """
    key, value = draft.key(name), draft.shown(name)
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value
    return key


def adopt(draft: Draft, report: ExceptionReport) -> None:
    """Go on from another version: the fields show that, but for what is not saved."""
    draft.base, draft.theirs, draft.anew = report, None, True


def adopt_here(report: ExceptionReport) -> None:
    """The same, of the session's draft of this report."""
    drafts: dict[tuple[str, str, str], Draft] = st.session_state.setdefault("drafts", {})
    adopt(drafts.setdefault((report.area, report.indicator, report.quarter.text), Draft(report)), report)


def settle(report: ExceptionReport) -> None:
    """Save what is in the fields of this report, where they are on the page: a button was pressed before one was left."""
    drafts: dict[tuple[str, str, str], Draft] = st.session_state.get("drafts", {})
    draft = drafts.get((report.area, report.indicator, report.quarter.text))
    if draft is not None and draft.on_page:
        commit_all(draft)


# --- saving -------------------------------------------------------------------------------------------------------


def commit(draft: Draft, name: str) -> None:
    """Save a field as it was left, and try again what could not be saved before."""
    at = _action_at(name)
    if (
        draft.anew
        or draft.key(name) not in st.session_state
        or (at and all(one.number != at[0] for one in draft.base.actions))
    ):
        return  # it is not on the page, or was taken out with its action
    value = st.session_state[draft.key(name)]
    if value != draft.shown(name):
        put(draft, name, value)


def put(draft: Draft, name: str, value: Value) -> None:
    """Save this value of a field."""
    _forget(draft, name)
    if value != value_in(draft.base, name):
        draft.unsaved[name] = value
        draft.why[name] = ""
    save_unsaved(draft)


def commit_all(draft: Draft) -> None:
    """Save every field that shows something else than what is saved: a change that came with another one, say."""
    for name in list(fields(draft.base)):
        commit(draft, name)


def save_unsaved(draft: Draft) -> None:
    """Save all that is not, each field by itself where not all can be: one that is wrong holds no other up."""
    if draft.unsaved and not _save(draft, dict(draft.unsaved)) and len(draft.unsaved) > 1 and draft.theirs is None:
        for name, value in list(draft.unsaved.items()):
            _save(draft, {name: value})


def _save(draft: Draft, values: Mapping[str, Value]) -> bool:
    try:
        report = draft.base
        for name, value in values.items():
            report = with_value(report, name, value)
    except KpiError as error:
        why = str(error)
    else:
        why = _write(draft, report)
    for name in values:
        if why:
            draft.why[name] = why
        else:
            _forget(draft, name)
    return not why


def _write(draft: Draft, report: ExceptionReport) -> str:
    """Save ``report`` upon the version that the fields show. What comes back is why it was not; empty: it is saved."""
    who, reports, base = actor(), session.services().reports, draft.base
    try:
        latest = _latest(draft)
        if latest.version != base.version:
            raise ChangedMeanwhile(latest)  # also where it was oneself, in another window
        saved = reports.save(report, base.version, who)
    except ChangedMeanwhile as error:
        draft.theirs = error.latest
        return MEANWHILE
    except KpiError as error:
        return str(error)
    # Nothing that another change could break off stands between the saving and this.
    draft.base, draft.saved = saved, True
    return ""


def _forget(draft: Draft, name: str) -> None:
    draft.unsaved.pop(name, None)
    draft.why.pop(name, None)


# --- none identified ----------------------------------------------------------------------------------------------


def choose_none(draft: Draft, heading: str) -> None:
    """Fill a section in with “None identified.”, or bring back the text that was there."""
    commit(draft, heading)  # what was typed last, so that it can be brought back
    chosen = bool(st.session_state[none_key(draft, heading)])
    value = NONE_IDENTIFIED if chosen else _text_before(draft, heading)
    st.session_state[draft.key(heading)] = value
    put(draft, heading, value)


def none_key(draft: Draft, heading: str) -> str:
    """The key of the box “None identified” of a section."""
    return draft.key(f"{heading} none")


def _text_before(draft: Draft, heading: str) -> str:
    base = draft.base
    view = session.services().reports.one(base.indicator, base.quarter.text, base.area)
    bodies = (dict(version.sections).get(heading, "") for version in view.former)
    return next((body for body in bodies if body != NONE_IDENTIFIED), "")


# --- actions ------------------------------------------------------------------------------------------------------


def add_action(draft: Draft) -> None:
    """Add an empty action at the end."""
    _with_actions(draft, (*draft.base.actions, Action(0, "")))


def remove_action(draft: Draft, number_: int) -> None:
    """Take an action out; it can be put back."""
    commit_all(draft)
    for part in _ACTION:
        _forget(draft, action_field(number_, part))
    actions = draft.base.actions
    place = next((n for n, one in enumerate(actions) if one.number == number_), None)
    if place is None:
        return
    action = actions[place]
    if _with_actions(draft, actions[:place] + actions[place + 1 :]):
        draft.removed = (place, action)


def put_back(draft: Draft) -> None:
    """Put the action that was taken out last where it was."""
    if draft.removed is None:
        return
    place, action = draft.removed
    actions = draft.base.actions
    if _with_actions(draft, (*actions[:place], action, *actions[place:])):
        draft.removed = None


def _with_actions(draft: Draft, actions: tuple[Action, ...]) -> bool:
    draft.why[ACTIONS_HEADING] = _write(draft, replace(draft.base, actions=actions))
    return not draft.why[ACTIONS_HEADING]


# --- two people at once -------------------------------------------------------------------------------------------


def take_theirs(draft: Draft) -> None:
    """Go on from what somebody else made. What was written here stays to be copied until the page is left."""
    commit_all(draft)
    if draft.theirs is not None:
        draft.left = dict(draft.unsaved)
        draft.unsaved.clear()
        draft.why.clear()
        adopt(draft, draft.theirs)


def write_upon_theirs(draft: Draft) -> None:
    """Write what was written here upon what somebody else made; what they wrote elsewhere stays."""
    commit_all(draft)
    if draft.theirs is not None:
        adopt(draft, draft.theirs)
        save_unsaved(draft)


def differing(one: ExceptionReport, other: ExceptionReport) -> list[str]:
    """The fields in which two versions differ."""
    names = dict.fromkeys((*fields(one), *fields(other)))
    return [name for name in names if value_in(one, name) != value_in(other, name)]

"""A draft while it is written: what is in its fields, what of that is saved, and what somebody else made meanwhile.

Every field is saved as it is left, at the beginning of a run: kept safe, and seen by its writer alone. The last text of a sitting becomes a version:
when it is submitted, when the report is left, and when nobody has typed for a while. What cannot be saved stays here, in the
session, and on the page until it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, cast

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from kpi_core.access import Actor
from kpi_core.errors import KpiError, NotSaved
from kpi_core.figures import number
from kpi_core.model import ACTIONS_HEADING, NONE_IDENTIFIED, REPORT_SECTIONS, Action, ExceptionReport, ReportState
from kpi_core.reports import REASON_LINE, ChangedMeanwhile, merged
from kpi_core.showing import ReportView

from . import session
from .actor import actor
from .fields import Fields

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
    """One report in one session. ``base``: what is saved of it, with the version that it is upon."""

    base: ExceptionReport
    unsaved: dict[str, Value] = field(default_factory=dict)
    """By field, what was written and could not be saved."""
    why: dict[str, str] = field(default_factory=dict)
    """By field, why not: a sentence."""
    theirs: ExceptionReport | None = None
    """What somebody else made since ``base``; ``None``: nothing."""
    left: dict[str, Value] = field(default_factory=dict)
    """What was written and left in favour of theirs: still there to copy."""
    came: tuple[str, ...] = ()
    """The fields that somebody else wrote meanwhile and that were put beside what is written here."""
    typed_by: Actor | None = None
    """Who typed what is no version yet; ``None``: nothing was typed."""
    removed: tuple[int, Action] | None = None
    """The action that was taken out last, with its place."""
    saved: bool = False
    """Whether anything was saved in this session."""
    fields: Fields = field(init=False)

    def __post_init__(self) -> None:
        self.fields = Fields(f"report_{self.base.area}_{self.base.indicator}_{self.base.quarter.text}_")

    def shown(self, name: str) -> Value:
        """What a field has to show: what was written, saved or not."""
        return self.unsaved.get(name, value_in(self.base, name))

    @property
    def on_page(self) -> bool:
        """Whether the fields were drawn in the run before this one."""
        return self.fields.key(REASON_LINE) in st.session_state

    @property
    def kept(self) -> dict[str, str]:
        """By the key of its widget, what each field shows where that is saved."""
        return {self.fields.key(name): str(self.shown(name) or "") for name in fields(self.base)}

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


def _one(field: str, value: object) -> dict[str, Any]:
    """One field with its value, as ``replace`` takes it."""
    return {field: value}


def with_value(report: ExceptionReport, name: str, value: Value) -> ExceptionReport:
    """The report with another value in a field. Raises ``FigureError``, and ``NotSaved`` where the action is gone."""
    text = value if isinstance(value, str) else ""
    if name == REASON_LINE:
        return replace(report, reason_line=" ".join(text.split()))
    if name in _PLAIN:
        return replace(report, **_one(_PLAIN[name], text))
    if name in _FIGURES:
        return replace(report, **_one(_FIGURES[name], number(text.strip()) if text.strip() else None))
    if at := _action_at(name):
        if all(one.number != at[0] for one in report.actions):
            raise NotSaved(f"Not saved: action {at[0]} is no longer in the report. Add an action with what you wrote.")
        due = value if isinstance(value, date) else None
        actions = tuple(
            one
            if one.number != at[0]
            else replace(one, due=due)
            if at[1] == "due"
            else replace(one, **_one(at[1], text))
            for one in report.actions
        )
        return replace(report, actions=actions)
    return replace(report, sections=tuple((h, text if h == name else body) for h, body in report.sections))


# --- opening ------------------------------------------------------------------------------------------------------


def opened(view: ReportView) -> Draft:
    """The draft of this session, brought to what is held: what was not saved and what somebody else made stay apart.

    ``view``: the version that stands.
    """
    held = view.report
    assert held is not None
    place = (held.area, held.indicator, held.quarter.text)
    settle_left(but=place)
    drafts = _drafts()
    if place not in drafts:
        drafts[place] = Draft(_as_one_has_it(held, actor()))
    draft = drafts[place]
    take(draft)
    if draft.theirs is None:
        _bring(draft, held)
    elif draft.theirs.version != held.version:
        draft.theirs = held
    return draft


def _bring(draft: Draft, held: ExceptionReport) -> None:
    """Bring a draft to what is held of its report, or set what was written here apart from what somebody else made."""
    versions = _versions(draft.base)
    held = versions[max(versions)]
    now = _as_one_has_it(held, actor())
    upon = versions.get(now.version, held)
    if now.text != held.text and (held.state is not ReportState.DRAFT or merged(upon, now, held) is None):
        _set_apart(draft, upon, now, held)
    elif draft.typed_by is not None and now.text != held.text and now.version != held.version:
        _end_sitting(draft)  # theirs and what was typed here stand side by side in one version
    elif now.text == draft.base.text:
        draft.base = now
    elif not draft.unsaved:
        _tell(draft, draft.base, now)
        draft.base = now
    elif now.version != draft.base.version:
        draft.theirs = held


def _set_apart(draft: Draft, upon: ExceptionReport, mine: ExceptionReport, theirs: ExceptionReport) -> None:
    """What was written here, upon a version, can be put into no version as it is: it is set beside theirs."""
    for name in differing(upon, mine):
        draft.unsaved.setdefault(name, value_in(mine, name))
        draft.why[name] = MEANWHILE
    draft.base, draft.theirs = upon, theirs


def _tell(draft: Draft, before: ExceptionReport, now: ExceptionReport) -> None:
    """Take note of what came from elsewhere, to be told beside the fields that show it."""
    if draft.on_page:
        draft.came = tuple(differing(before, now))


def _versions(report: ExceptionReport) -> dict[int, ExceptionReport]:
    view = session.services().reports.one(report.indicator, report.quarter.text, report.area)
    return {one.version: one for one in (view.report, *view.former) if one is not None}


def _as_one_has_it(report: ExceptionReport, who: Actor) -> ExceptionReport:
    """The report as a person has it, with what they typed in this sitting."""
    return session.services().reports.one(report.indicator, report.quarter.text, report.area, who).report or report


def _drafts() -> dict[tuple[str, str, str], Draft]:
    found: dict[tuple[str, str, str], Draft] = st.session_state.setdefault("drafts", {})
    return found


# --- the end of a sitting -----------------------------------------------------------------------------------------


def begin(page: StreamlitPage) -> None:
    """What is to be done first in a run: what was written is read and saved before anything can break the run off.

    What was typed in a sitting that has ended becomes a version: here, where the report was left, and everywhere by time.
    """
    for draft in list(_drafts().values()):
        take(draft)
    session.services().reports.settle_ended()
    if page.url_path != "report":
        settle_left()


def settle_left(but: tuple[str, str, str] | None = None) -> None:
    """End this session's sittings over all reports but one."""
    for place, draft in _drafts().items():
        if place != but and draft.typed_by is not None:
            _end_sitting(draft)


def _end_sitting(draft: Draft) -> None:
    base, who = draft.base, draft.typed_by
    assert who is not None
    try:
        saved = session.services().reports.settle(base.indicator, base.quarter.text, who, base.area)
    except KpiError:
        return  # it is kept as it was typed, and its writer sees why where they open the report
    draft.typed_by = None
    if saved is not None:
        draft.base = saved
        if saved.text != base.text:
            _tell(draft, base, saved)


def show(draft: Draft, name: str) -> dict[str, Any]:
    """Let a field show what it has to; what comes back are arguments of its widget."""
    at = _action_at(name)
    return draft.fields.show(name, draft.shown(name), clearable=at is not None and at[1] == "due")


def show_none(draft: Draft, heading: str) -> dict[str, Any]:
    """The same for the box “None identified” of a section."""
    return draft.fields.show(none_field(heading), draft.shown(heading) == NONE_IDENTIFIED)


def adopt(draft: Draft, report: ExceptionReport) -> None:
    """Go on from another version: the fields show that, but for what is not saved."""
    draft.base, draft.theirs, draft.typed_by, draft.came = report, None, None, ()


def adopt_here(report: ExceptionReport) -> None:
    """The same, of the session's draft of this report."""
    adopt(_drafts().setdefault((report.area, report.indicator, report.quarter.text), Draft(report)), report)


def settle(report: ExceptionReport) -> None:
    """Save what is in the fields of this report, where they are on the page: a button was pressed before one was left."""
    draft = _drafts().get((report.area, report.indicator, report.quarter.text))
    if draft is not None:
        take(draft)


# --- saving -------------------------------------------------------------------------------------------------------


def take(draft: Draft) -> None:
    """Save what somebody has written into the fields, and try again what another change broke off.

    With a field come all others that were changed: what somebody else wrote is put beside all of it or none.
    """
    if draft.typed_by is not None and draft.typed_by != actor():
        _end_sitting(draft)  # another person goes on from it
    changed = draft.fields.changed()
    for name in fields(draft.base):
        if name in changed:
            _note(draft, name, cast(Value, changed[name]))
            draft.fields.read(name, changed[name])
    if changed or any(not draft.why.get(name) for name in draft.unsaved):
        save_unsaved(draft)
    for heading in REPORT_SECTIONS:
        if none_field(heading) in changed:
            _choose_none(draft, heading, bool(changed[none_field(heading)]))


def _note(draft: Draft, name: str, value: Value) -> None:
    _forget(draft, name)
    if value != value_in(draft.base, name):
        draft.unsaved[name] = value
        draft.why[name] = ""


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
    """Keep ``report`` safe as it is typed. What comes back is why it was not; empty: it is saved."""
    if draft.theirs is not None:
        return MEANWHILE
    who, reports, base = actor(), session.services().reports, draft.base
    if report.text == base.text:
        return ""
    try:
        saved = reports.type_(report, base, who)
    except ChangedMeanwhile as error:
        draft.theirs = error.latest
        return MEANWHILE
    except KpiError as error:
        return str(error)
    # Nothing that another change could break off stands between the saving and this.
    draft.base, draft.saved, draft.typed_by = saved, True, who
    if saved.text != report.text:
        _tell(draft, report, saved)
    return ""


def _forget(draft: Draft, name: str) -> None:
    draft.unsaved.pop(name, None)
    draft.why.pop(name, None)


# --- none identified ----------------------------------------------------------------------------------------------


def none_field(heading: str) -> str:
    """The name of the box “None identified” of a section."""
    return f"{heading} none"


def _choose_none(draft: Draft, heading: str, chosen: bool) -> None:
    """Fill a section in with “None identified.”, or bring back the text that was there."""
    if draft.typed_by is not None:
        _end_sitting(draft)  # only a version can be brought back another day
    _note(draft, heading, NONE_IDENTIFIED if chosen else _text_before(draft, heading))
    draft.fields.read(none_field(heading), chosen)
    save_unsaved(draft)


def _text_before(draft: Draft, heading: str) -> str:
    base = draft.base
    view = session.services().reports.one(base.indicator, base.quarter.text, base.area)
    every = (view.report, *view.former)
    bodies = (dict(version.sections).get(heading, "") for version in every if version is not None)
    return next((body for body in bodies if body != NONE_IDENTIFIED), "")


# --- actions ------------------------------------------------------------------------------------------------------


def add_action(draft: Draft) -> None:
    """Add an empty action at the end."""
    take(draft)
    _with_actions(draft, (*draft.base.actions, Action(0, "")))


def remove_action(draft: Draft, number_: int) -> None:
    """Take an action out; it can be put back."""
    take(draft)
    for part in _ACTION:
        _forget(draft, action_field(number_, part))
        draft.fields.forget(action_field(number_, part))
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
    take(draft)
    place, action = draft.removed
    actions = draft.base.actions
    if _with_actions(draft, (*actions[:place], action, *actions[place:])):
        draft.removed = None


def _with_actions(draft: Draft, actions: tuple[Action, ...]) -> bool:
    draft.why[ACTIONS_HEADING] = _write(draft, replace(draft.base, actions=actions))
    if not draft.why[ACTIONS_HEADING] and draft.typed_by is not None:
        _end_sitting(draft)  # so that an action keeps its number
    return not draft.why[ACTIONS_HEADING]


# --- two people at once -------------------------------------------------------------------------------------------


def take_theirs(draft: Draft) -> None:
    """Go on from what somebody else made. What was written here stays to be copied until the page is left."""
    take(draft)
    if draft.theirs is not None:
        draft.left = dict(draft.unsaved)
        draft.unsaved.clear()
        draft.why.clear()
        _give_up(draft.theirs)
        adopt(draft, draft.theirs)


def write_upon_theirs(draft: Draft) -> None:
    """Write what was written here upon what somebody else made; what they wrote elsewhere stays."""
    take(draft)
    if draft.theirs is not None:
        _give_up(draft.theirs)
        adopt(draft, draft.theirs)
        save_unsaved(draft)


def _give_up(theirs: ExceptionReport) -> None:
    """End this person's sitting: they go on from what somebody else made."""
    who = actor()
    if _as_one_has_it(theirs, who).text == theirs.text:
        return  # it is what they typed themselves, in another window
    try:
        session.services().reports.give_up(theirs.indicator, theirs.quarter.text, who, theirs.area)
    except KpiError:
        return  # the role may not write any more


def differing(one: ExceptionReport, other: ExceptionReport) -> list[str]:
    """The fields in which two versions differ."""
    names = dict.fromkeys((*fields(one), *fields(other)))
    return [name for name in names if value_in(one, name) != value_in(other, name)]

"""The exception report form as it is written: a field for each part, what the checks found under it, and what is lacking."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from urllib.parse import quote

import streamlit as st

from kpi_core.judging import target_words
from kpi_core.model import ACTIONS_HEADING, NONE_IDENTIFIED, REASON_LINE_MOST, REPORT_SECTIONS, ReportState
from kpi_core.narrative import NarrativeFinding
from kpi_core.reports import REASON_LINE
from kpi_core.showing import ReportView

from . import components
from .draft import (
    COMPLETED,
    DESCRIPTION,
    OUTTURN,
    TARGET,
    UNPLACED,
    Draft,
    action_field,
    add_action,
    differing,
    in_words,
    put_back,
    remove_action,
    save_unsaved,
    show,
    show_none,
    take_theirs,
    value_in,
    write_upon_theirs,
)
from .findings import findings_html, marked, verdict_badge
from .moments import moment
from .typeset import escape

Findings = Mapping[str, Sequence[NarrativeFinding]]
PARTS = (REASON_LINE, DESCRIPTION, OUTTURN, TARGET, *REPORT_SECTIONS, ACTIONS_HEADING, COMPLETED, UNPLACED)
# What lies outside is taken for no date at all, so the span is as wide as can be.
EARLIEST, LATEST = date(1900, 1, 1), date(9999, 12, 31)
_LOOK = Path(__file__).with_name("standing.js").read_text(encoding="utf-8")
UNCHANGED = "≡ Unchanged since the last report"


def anchor(name: str) -> str:
    """What a link to a field finds it by."""
    return f"field-{re.sub('[^a-z]+', '-', name.lower())}"


def form(draft: Draft, view: ReportView, found: Findings) -> None:
    """Every field, in the form's order."""
    _one_line(draft, view, found)
    with st.container():
        _place(DESCRIPTION)
        _area(draft, DESCRIPTION)
        _beneath(draft, DESCRIPTION, found)
    _figures(draft, view, found)
    for heading in REPORT_SECTIONS:
        _section(draft, heading, view, found)
    _actions(draft, found)
    with st.container():
        _place(COMPLETED)
        st.text_input("Completed by (a role, not a name)", **show(draft, COMPLETED), max_chars=200, width=420)
        _beneath(draft, COMPLETED, found)
    if draft.base.unplaced:
        with st.container():
            _place(UNPLACED)
            _area(draft, UNPLACED, "What the file that was read in had and no part of the form took")
            _beneath(draft, UNPLACED, found)
    draft.fields.drawn()


def _one_line(draft: Draft, view: ReportView, found: Findings) -> None:
    with st.container():
        _place(REASON_LINE)
        st.text_area(
            f"Reason in one line, for the scorecard (at most {REASON_LINE_MOST} characters)",
            **show(draft, REASON_LINE), max_chars=REASON_LINE_MOST, height=96,
        )  # fmt: skip
        used = len(str(draft.shown(REASON_LINE)))
        _beneath(draft, REASON_LINE, found, f"{used} of {REASON_LINE_MOST} characters.", REASON_LINE in view.unchanged)


def _figures(draft: Draft, view: ReportView, found: Findings) -> None:
    row = view.row
    held = {OUTTURN: row.display, TARGET: target_words(row.target, row.indicator) or "none"}
    labels = {OUTTURN: f"Outturn, {row.quarter}", TARGET: "Quarterly target"}
    for name, column in zip((OUTTURN, TARGET), st.columns(2, gap="medium"), strict=True):
        with column:
            _place(name)
            st.text_input(
                labels[name], **show(draft, name), max_chars=40
            )  # fmt: skip
            _beneath(draft, name, found, f"The figures hold {held[name]}." if held[name] != "none" else "None is held.")


def _section(draft: Draft, heading: str, view: ReportView, found: Findings) -> None:
    none = draft.shown(heading) == NONE_IDENTIFIED
    with st.container():
        _place(heading)
        _area(draft, heading, disabled=none)
        st.checkbox(f"None identified: {heading[0].lower()}{heading[1:]}", **show_none(draft, heading))
        _beneath(draft, heading, found, unchanged=heading in view.unchanged)


def _area(draft: Draft, name: str, label: str = "", disabled: bool = False) -> None:
    st.text_area(label or name, **show(draft, name), height="content", disabled=disabled)


def _place(name: str) -> None:
    st.html(f'<span class="anchor" id="{anchor(name)}" tabindex="-1"></span>')


def _beneath(draft: Draft, name: str, found: Findings, hint: str = "", unchanged: bool = False) -> None:
    """What stands under a field: that it could not be saved, a hint, that nothing changed, and what the checks found."""
    said = ""
    why = draft.why.get(name)
    if why:
        said += f'<p class="message error" role="alert">{escape(why)}</p>'
    notes = [escape(hint)] * bool(hint) + [f"<strong>{UNCHANGED}.</strong>"] * unchanged
    if notes:
        said += f'<p class="muted small">{" ".join(notes)}</p>'
    if not why:  # they are of what is saved
        said += findings_html(found.get(name, ()))
    if said:
        st.html(said)


# --- actions ------------------------------------------------------------------------------------------------------


def _actions(draft: Draft, found: Findings) -> None:
    with st.container():
        _place(ACTIONS_HEADING)
        st.html(f'<h3 class="part">{ACTIONS_HEADING}</h3>')
        for action in draft.base.actions:
            _action(draft, action.number)
        if draft.removed is not None:
            with st.container(horizontal=True, vertical_alignment="center"):
                components.message(f"Action {draft.removed[1].number} was removed.")
                st.button("Undo", key="undo_remove", on_click=put_back, args=(draft,))
        st.button("Add an action", key="add_action", on_click=add_action, args=(draft,), icon=":material/add:")
        _beneath(draft, ACTIONS_HEADING, found)


def _action(draft: Draft, number: int) -> None:
    with st.container(border=True):
        text, owner, due = (action_field(number, part) for part in ("text", "owner", "due"))
        st.text_area(
            f"Action {number}", **show(draft, text), height="content"
        )  # fmt: skip
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input(
                f"Owner of action {number} (a role)", **show(draft, owner), max_chars=200, width=260,
            )  # fmt: skip
            st.date_input(
                f"Action {number} is due", **show(draft, due), format="DD/MM/YYYY", width=180,
                min_value=EARLIEST, max_value=LATEST,
            )  # fmt: skip
            st.button(f"Remove action {number}", key=f"remove_{number}", on_click=remove_action, args=(draft, number))
        for name in (text, owner, due):
            _beneath(draft, name, {})


# --- what is saved, and what is not -------------------------------------------------------------------------------


def standing(draft: Draft) -> None:
    """Whether all is saved; it stays in sight while the form is scrolled.

    What is written and not left yet, or on its way, only the browser knows: there the fields are compared with what is kept.
    """
    base = draft.base
    if draft.unsaved:
        said, kind = f"✖ Not saved: {'; '.join(in_words(name) for name in draft.unsaved)}.", "unsaved"
    elif draft.theirs is not None:
        said, kind = f"✖ Version {draft.theirs.version} was made meanwhile.", "unsaved"
    elif draft.saved:
        said, kind = f"✔ Saved {moment(base.saved_at, day=False)}", "saved"
    else:
        said, kind = f"Last saved {moment(base.saved_at)}" if base.saved_at else "As bundled", ""
    kept = "" if draft.unsaved else f' data-kept="{quote(json.dumps(draft.kept), safe="")}"'
    with st.container(key="standing", horizontal=True, vertical_alignment="center"):
        st.html(
            f'<p class="standing {kind}" role="status" data-said="{escape(said)}"{kept}>{escape(said)}</p><script>{_LOOK}</script>',
            unsafe_allow_javascript=True,
        )
        if draft.unsaved and draft.theirs is None:
            st.button("Save again", key="save_again", on_click=save_unsaved, args=(draft,))


def not_saved(draft: Draft) -> None:
    """What was written and is not saved, beside what somebody else made, and the ways on. Nothing where all is saved."""
    theirs = draft.theirs
    if theirs is not None:
        _meanwhile(draft)
    elif draft.unsaved and draft.base.state is not ReportState.DRAFT:
        st.html(_texts("What you wrote and could not be saved: copy it", draft.unsaved))
    elif draft.came:
        names = "; ".join(in_words(name) for name in draft.came)
        components.message(f"Changed meanwhile, by somebody else or in another window, and shown here: {names}.")
    if draft.left:
        with st.expander("What you wrote and left in favour of theirs"):
            st.html(_texts("To copy, as long as this page is open", draft.left))


def _meanwhile(draft: Draft) -> None:
    theirs = draft.theirs
    assert theirs is not None
    role = f" in the role {theirs.saved_as}" if theirs.saved_as else ""
    components.message(
        f"Version {theirs.version} of this report was made{role} since you opened version {draft.base.version}, by somebody else or "
        "in another window. Nothing of yours or theirs is lost.",
        "warning",
        anchor="meanwhile",
    )
    changed = differing(draft.base, theirs)
    names = list(dict.fromkeys((*changed, *draft.unsaved)))
    rows = [
        (escape(in_words(name)), _text(value_in(theirs, name)), _text(draft.shown(name)) if name in draft.unsaved else "")
        for name in names
    ]  # fmt: skip
    if rows:
        st.html(components.table("What differs", ("Part", "Theirs", "Yours, not saved"), rows))
    with st.container(horizontal=True):
        if draft.unsaved and theirs.state is ReportState.DRAFT:
            st.button(
                "Write yours upon theirs", key="upon_theirs", type="primary", on_click=write_upon_theirs, args=(draft,)
            )
        label = "Take theirs" if draft.unsaved else f"Go on from version {theirs.version}"
        st.button(label, key="take_theirs", on_click=take_theirs, args=(draft,))


def _texts(caption: str, values: Mapping[str, object]) -> str:
    rows = [(escape(in_words(name)), _text(value)) for name, value in values.items()]
    return components.table(caption, ("Part", "Text"), rows)


def _text(value: object) -> str:
    return (
        f'<span class="as-written">{escape(str(value or ""))}</span>' if value else '<span class="muted">empty</span>'
    )


# --- what stands in the way of submission -------------------------------------------------------------------------

_LACKING = (
    ("reason in one line", REASON_LINE),
    ("outturn", OUTTURN),
    ("target is not", TARGET),
    *((f"“{heading}”", heading) for heading in REPORT_SECTIONS),
    ("ction", ACTIONS_HEADING),
    ("“Completed by”", COMPLETED),
)


def lacking(sentences: Sequence[str]) -> str:
    """What the form lacks, each with a way to its field."""
    items = []
    for sentence in sentences:
        name = next((name for words, name in _LACKING if words in sentence), "")
        said = escape(sentence)
        items.append(f'<li><a href="#{anchor(name)}">{said}</a></li>' if name else f"<li>{said}</li>")
    return f'<ul class="lacking">{"".join(items)}</ul>'


def to_mend(found: Findings) -> str:
    """The findings that need mending, in short, each with a way to its text."""
    items = [
        f'<li>{verdict_badge(one.verdict)} <a href="#{anchor(name)}">{escape(in_words(name))}</a>: <q>{marked(one)}</q></li>'
        for name in PARTS
        for one in found.get(name, ())
        if one.to_mend
    ]
    return f'<ul class="lacking">{"".join(items)}</ul>' if items else ""

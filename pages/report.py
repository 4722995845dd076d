"""One exception report beside its figures: begun, written, submitted, approved, given back, reopened."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from kpi_core.access import MAY, Act, refused
from kpi_core.errors import NotSaved, UnknownIndicator
from kpi_core.figures import with_unit
from kpi_core.judging import Row
from kpi_core.model import ExceptionReport, ReportState
from kpi_core.reports import REASON_LINE, ObjectedTo
from kpi_core.showing import IndicatorView, ReportView
from pages._ui import alongside, components, deeds, draft, followup, report_form, session
from pages._ui.actor import actor, choose
from pages._ui.findings import findings_html
from pages._ui.typeset import escape

LOUDEST_FIRST = (ReportState.MISSING, ReportState.DRAFT, ReportState.SUBMITTED, ReportState.APPROVED)
NEXT = {
    ReportState.DRAFT: "It is being written. Submit it when it is complete.",
    ReportState.SUBMITTED: "It waits for approval and cannot be changed meanwhile.",
    ReportState.APPROVED: "It stands as it is. To change it, reopen it.",
}


def page() -> None:
    """The report that the address names."""
    quarter, _, said = session.chosen_quarter()
    if quarter is None:
        components.title(session.services().council()[0], "No figures are held yet")
        return
    area = session.view().area or None
    code = session.view().indicator or most_urgent(quarter.text, area)
    session.keep(replace(session.view(), quarter=quarter.text, indicator=code))
    with st.container():
        for sentence in said:
            components.message(sentence)
    reports = session.services().reports
    try:
        figures = session.services().indicator(code, quarter.text, area, session.view().at)
        view = None if session.past() else reports.one(code, quarter.text, area)
    except UnknownIndicator as error:
        components.title(f"Exception report · {quarter.label}", "No such indicator")
        components.message(str(error), "error")
        return
    if view is None:
        as_it_stood(figures)
        return
    written = None
    if view.report is not None:
        written = draft.opened(view)
        view = reports.one(code, quarter.text, area)
    heading(view)
    left, right = st.columns([4, 7], gap="large")
    with left, st.container(key="alongside"):
        st.html(alongside.alongside_html(figures))
    with right:
        report(view, written)
        followup.earlier_actions(view)
        followup.concern(view, area)
        followup.versions(view)


def as_it_stood(figures: IndicatorView) -> None:
    """The report in a view of the past: to be read alone."""
    components.title(f"Exception report · {figures.row.quarter.label}", figures.indicator.name)
    signed = "" if figures.report is None else followup.signed(figures.report)
    st.html(f'<p class="said">{components.state_badge(figures.row.exception.state)} {escape(signed)}</p>')
    components.message("This is a view of the past: nothing can be written in it.")
    left, right = st.columns([4, 7], gap="large")
    with left, st.container(key="alongside"):
        st.html(alongside.alongside_html(figures))
    with right:
        components.section("The report")
        if figures.report is None:
            st.html("<p>There was none then.</p>")
        else:
            form(figures.report, figures, {})


def most_urgent(quarter: str, area: str | None) -> str:
    """The indicator to begin with where the address names none: what is required and missing first."""
    found = session.services().exceptions(quarter, area, session.view().at)
    rows: list[Row] = [row for state in LOUDEST_FIRST for row in found.in_state(state)]
    return (rows or list(found.scorecard.rows))[0].indicator.code


def heading(view: ReportView) -> None:
    """What the report is on, how far it is, and the ways back."""
    components.title(f"Exception report · {view.row.quarter.label}", view.indicator.name)
    state = ReportState.MISSING if view.report is None and view.row.exception.required else ReportState.NONE
    if view.report is not None:
        state = view.report.state
    words = NEXT.get(state, "") if view.report is not None else ""
    signed = followup.signed(view.report) if view.report is not None else ""
    st.html(f'<p class="said">{components.state_badge(state)} {escape(signed)} {escape(words)}</p>')
    with st.container(horizontal=True, key="ways"):
        here = session.view().parameters()
        st.page_link("pages/exceptions.py", label="All exception reports of the quarter", query_params=here)
        st.page_link("pages/indicator.py", label="The indicator’s page", query_params=here)
    # What comes and goes has a place of its own: the fields below stay where they are, with what is being typed in them.
    with st.container():
        deeds.announce()
        followup.overdue_warning(view)


def report(view: ReportView, written: draft.Draft | None) -> None:
    """The report as far as it is, and what can be done with it."""
    who = choose()
    if view.report is None or written is None:
        begin(view)
        return
    components.section("The report")
    with st.container():
        report_form.not_saved(written)
    why_not = refused(who, Act.WRITE)
    if view.report.state is ReportState.DRAFT and not why_not:
        row = view.row
        write(session.services().reports.one(row.indicator.code, row.quarter.text, view.report.area, who), written)
        return
    if view.report.state is ReportState.DRAFT:
        components.message(f"You are reading this draft. {why_not}")
    read(view)
    if view.report.state is ReportState.SUBMITTED:
        review(view)
    elif view.report.state is ReportState.APPROVED:
        reopen(view)


# --- beginning ----------------------------------------------------------------------------------------------------


def begin(view: ReportView) -> None:
    """What is required and why, and the ways to begin."""
    required = view.row.exception.required
    why = (
        f"An exception report is required and none is begun. {view.row.rated.reason}"
        if required
        else "No exception report is required here. One can be written all the same."
    )
    components.message(why, "warning" if required else "note")
    deeds.refused("begin", "begin_from_last")
    with st.container(horizontal=True):
        st.button("Begin an empty report", key="begin", type="primary", on_click=started, args=(view, False))
        if view.last is not None:
            label = f"Begin from the last report’s text ({view.last.quarter.text})"
            st.button(components.plain(label), key="begin_from_last", on_click=started, args=(view, True))
    st.page_link("pages/check.py", label="It is written in Word already? Read the file in", query_params=here(view))


def here(view: ReportView) -> dict[str, str | list[str]]:
    """The view with this quarter, for a link."""
    return replace(session.view(), quarter=view.row.quarter.text).parameters()


def started(view: ReportView, from_last: bool) -> None:
    """Begin the report."""
    reports, who = session.services().reports, actor()
    code, quarter, area = view.indicator.code, view.row.quarter.text, session.view().area or None
    deeds.do(
        "begin_from_last" if from_last else "begin",
        lambda: reports.start(code, quarter, who, from_last, area),
        lambda _: "The report is begun. Every field is saved as you leave it.",
        then=draft.adopt_here,
    )


# --- a draft ------------------------------------------------------------------------------------------------------


def write(view: ReportView, written: draft.Draft) -> None:
    """The form, and its submission."""
    report_form.standing(written)
    st.html(
        '<p class="small muted">A field is saved when you leave it, or press Ctrl and Enter in it. Then you can close the page at any time. '
        "Others see what you wrote once you leave the report or submit it.</p>"
    )
    with st.container():
        if view.report is not None and view.report.blank and view.last is not None:
            deeds.refused("begin_from_last")
            label = f"Begin from the last report’s text instead ({view.last.quarter.text})"
            st.button(components.plain(label), key="begin_from_last", on_click=started, args=(view, True))
    found = session.services().texts.of_report(written.written)
    report_form.form(written, view, found)
    submission(view, written, found)


def submission(view: ReportView, written: draft.Draft, found: report_form.Findings) -> None:
    """What stands in the way, what was looked at, and the button."""
    components.section("Submit for approval", anchor="submission")
    if view.lacks:
        st.html(
            f'<p class="over"><strong>It still lacks {len(view.lacks)}:</strong></p>{report_form.lacking(view.lacks)}'
        )
    objections = session.services().reports.objections(written.written)
    if objections:
        st.html(
            f'<p class="over"><strong>The checks object to {len(objections)}:</strong></p>{report_form.to_mend(found)}'
        )
        st.checkbox(looked_words(len(objections)), key=looked(objections))
    if not view.lacks and not objections:
        st.html(
            '<p class="over">It is complete, and nothing in it contradicts the figures as far as the checks understand it.</p>'
        )
    deeds.refused("submit")
    st.button("Submit for approval", key="submit", type="primary", on_click=submitted, args=(written,))


def looked_words(count: int) -> str:
    """What is confirmed of the findings that are left."""
    these = "this finding" if count == 1 else f"these {count} findings"
    return f"I have looked at {these} and submit all the same"


def looked(objections: tuple[str, ...]) -> str:
    """The key of the box that these findings were looked at: of others it is to be ticked again."""
    return f"looked_{hashlib.sha256(chr(10).join(objections).encode()).hexdigest()[:12]}"


def submitted(written: draft.Draft) -> None:
    """Save what is still in the fields, then submit; what stops it is said over the button."""
    draft.take(written)
    base, who, reports = written.base, actor(), session.services().reports
    if written.unsaved or written.theirs is not None:
        deeds.refuse("submit", "The report was not submitted: not everything is saved. See the top of the form.")
        return
    objections = reports.objections(base)
    despite = objections if st.session_state.get(looked(objections)) else ()

    def hand_in() -> ExceptionReport:
        try:
            return reports.submit(base.indicator, base.quarter.text, base.version, who, base.area, despite)
        except ObjectedTo as error:
            raise NotSaved(f"{error} The box for that is “{looked_words(len(error.objections))}”.") from error

    deeds.do(
        "submit",
        hand_in,
        lambda made: f"Submitted for approval, as version {made.version}.",
        then=lambda made: draft.adopt(written, made),
    )


# --- submitted, approved ------------------------------------------------------------------------------------------


def read(view: ReportView) -> None:
    """The report in the form's order with what the checks found beneath each part."""
    held = view.report
    assert held is not None
    found = session.services().texts.of_report(held)
    form(held, view, {name: findings_html(those) for name, those in found.items()})


def form(held: ExceptionReport, view: ReportView | IndicatorView, beneath: Mapping[str, str]) -> None:
    """A report in the form's order. ``beneath``: by part, what stands under it."""
    st.html(
        f'<div class="form"><h3>Reason in one line</h3>{components.body(held.reason_line)}{beneath.get(REASON_LINE, "")}</div>'
        + components.report_html(held, lambda value: with_unit(value, view.indicator.unit), beneath)
    )
    if held.unplaced:
        st.html(f'<div class="form"><h3>{draft.UNPLACED}</h3>{components.body(held.unplaced)}</div>')


def review(view: ReportView) -> None:
    """Approve it, or give it back."""
    components.section("Approve it, or give it back", anchor="review")
    roles = " or ".join(MAY[Act.APPROVE])
    st.html(
        f'<p class="small measure">A {escape(roles)} approves it, and nobody approves what they wrote or submitted.</p>'
    )
    deeds.refused("approve")
    st.button("Approve", key="approve", type="primary", on_click=approved, args=(view,))
    back("give_back", "Why it is given back", "Give back to draft", view)


def reopen(view: ReportView) -> None:
    """Make it a draft again."""
    components.section("Reopen", anchor="review")
    back("reopen", "Why it is reopened", "Reopen as a draft", view)


def back(what: str, label: str, button: str, view: ReportView) -> None:
    """A reason and the button that makes the report a draft again."""
    st.text_input(label, key=f"{what}_reason", max_chars=500, width=640)
    deeds.refused(what)
    st.button(button, key=what, on_click=made_draft, args=(what, view))


def approved(view: ReportView) -> None:
    """Approve the version that is shown."""
    held, who, reports = view.report, actor(), session.services().reports
    assert held is not None
    deeds.do(
        "approve",
        lambda: reports.approve(held.indicator, held.quarter.text, held.version, who, held.area),
        lambda made: f"Approved in the role {made.approved_by}.",
        then=draft.adopt_here,
    )


def made_draft(what: str, view: ReportView) -> None:
    """Give a submitted report back, or reopen an approved one."""
    held, who, reports = view.report, actor(), session.services().reports
    assert held is not None
    reason = st.session_state.get(f"{what}_reason", "")
    deed, done = (
        (reports.give_back, "It is a draft again, with your reason.")
        if what == "give_back"
        else (reports.reopen, "It is a draft again. The approved version is kept among the versions.")
    )
    deeds.do(
        what,
        lambda: deed(held.indicator, held.quarter.text, reason, who, held.area),
        lambda _: done,
        then=draft.adopt_here,
    )


session.show(page)

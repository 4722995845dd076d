"""What stands around a report: the versions it had, the mark of an emerging concern, the actions that earlier ones promised."""

from __future__ import annotations

import streamlit as st

from kpi_core.access import Act, refused
from kpi_core.figures import capital, with_unit
from kpi_core.model import REASON_LINE_MOST, ExceptionReport, ReportAction, ReportEvent, ReportState
from kpi_core.periods import day_in_words
from kpi_core.reports import action_words
from kpi_core.showing import ReportView

from . import components, deeds, session
from .actor import actor
from .draft import adopt_here, differing, in_words, settle
from .moments import moment
from .typeset import escape

MOST_VERSIONS, MOST_CHANGED = 100, 4
HAPPENED = {"bundled": "came with the explorer's own figures", "saved": "saved", "read in": "read in from a file"}


# --- actions of earlier quarters ----------------------------------------------------------------------------------


def overdue_warning(view: ReportView) -> None:
    """That something promised earlier is overdue, where it cannot be missed."""
    if view.overdue:
        many = len(view.overdue) != 1
        words = f"{len(view.overdue)} action{'s' * many} of earlier quarters {'are' if many else 'is'} overdue."
        st.html(
            f'<p class="message warning" role="status"><strong>{words}</strong> <a href="#open-actions">See the open actions</a></p>'
        )


def earlier_actions(view: ReportView) -> None:
    """The open actions of the indicator's earlier reports, overdue ones first, each to be closed."""
    if not view.earlier:
        return
    components.section(f"Open actions of earlier quarters ({len(view.earlier)})", anchor="open-actions")
    for one in view.earlier:
        with st.container(border=True):
            st.html(action_html(one, one in view.overdue))
            with st.expander(f"Close action {one.action.number} of {one.quarter}"):
                key = f"close_{one.indicator}_{one.quarter.text}_{one.action.number}"
                st.text_input("What was done", key=f"{key}_how", max_chars=2000)
                deeds.refused(key)
                st.button("Close this action", key=key, on_click=close, args=(one, key))


def action_html(one: ReportAction, overdue: bool) -> str:
    """An action with who does it by when; that it is overdue comes first, and loudly."""
    loud = '<span class="badge missing"><span aria-hidden="true">✖</span> Overdue</span> ' if overdue else ""
    return (
        f'<p class="over">{loud}{escape(one.action.text)}</p><p class="over muted small">Action {one.action.number} of the report for '
        f"{escape(one.quarter.text)}. {escape(action_words(one.action))}</p>"
    )


def close(one: ReportAction, key: str) -> None:
    """Close an action of an earlier report with what was typed."""
    how = st.session_state.get(f"{key}_how", "")
    reports, who = session.services().reports, actor()
    deeds.do(
        key,
        lambda: reports.close_action(one.indicator, one.quarter.text, one.action.number, how, who, one.area),
        lambda _: f"Action {one.action.number} of {one.quarter} is closed.",
    )


# --- emerging concern ---------------------------------------------------------------------------------------------


def concern(view: ReportView, area: str | None) -> None:
    """The mark of an emerging concern that stands, to be lifted, or the way to make one."""
    components.section("Emerging concern", anchor="concern")
    code, quarter = view.indicator.code, view.row.quarter.text
    key = f"concern_{code}_{quarter}"
    if view.concern is not None:
        st.html(
            components.notice(
                f"Marked as an emerging concern: {view.concern.reason}",
                f"By a {view.concern.done_as}, {moment(view.concern.done_at)}. It joins the headline and changes no rating.",
            )
        )
    else:
        st.html(
            '<p class="small measure">An author may mark an indicator whatever its rating. The mark joins the headline and changes '
            "no rating.</p>"
        )
    if why_not := refused(actor(), Act.WRITE):
        st.html(f'<p class="small muted">{escape(why_not)}</p>')
        return
    st.text_input(
        "Why it is lifted (may be left empty)" if view.concern else f"Why it is a concern, in one line (at most {REASON_LINE_MOST} characters)",
        key=f"{key}_{'lift' if view.concern else 'why'}", max_chars=REASON_LINE_MOST,
    )  # fmt: skip
    label, deed, act = (
        ("Lift the mark", f"{key}_lifting", _lift)
        if view.concern
        else ("Mark as an emerging concern", f"{key}_marking", _mark)
    )
    deeds.refused(deed)
    st.button(label, key=deed, on_click=act, args=(code, quarter, area, key))


def _mark(code: str, quarter: str, area: str | None, key: str) -> None:
    why = st.session_state.get(f"{key}_why", "")
    reports, who = session.services().reports, actor()
    deeds.do(
        f"{key}_marking",
        lambda: reports.mark_concern(code, quarter, why, who, area),
        lambda _: "The indicator is marked as an emerging concern. The scorecard's headline says so.",
    )


def _lift(code: str, quarter: str, area: str | None, key: str) -> None:
    why = st.session_state.get(f"{key}_lift", "")
    reports, who = session.services().reports, actor()
    deeds.do(
        f"{key}_lifting",
        lambda: reports.lift_concern(code, quarter, who, why, area),
        lambda _: "The mark of an emerging concern is lifted. That it stood is kept.",
    )


# --- versions -----------------------------------------------------------------------------------------------------


def versions(view: ReportView) -> None:
    """Every version, each to be looked at, and its text to be restored where the report is a draft."""
    if view.report is None:
        return
    every = (view.report, *view.former)
    with st.expander(f"Versions ({len(every)})"):
        st.html(
            components.table(
                "Every version, newest first",
                ("Version", "When", "In the role", "What happened, and why"),
                [
                    version_line(one, before)
                    for one, before in zip(every[:MOST_VERSIONS], (*every[1:], None), strict=False)
                ],
            )
        )
        if len(every) > MOST_VERSIONS:
            st.html(f"<p>and {len(every) - MOST_VERSIONS} before them.</p>")
        if view.former:
            _look(view)


def version_line(one: ExceptionReport, before: ExceptionReport | None) -> tuple[str, ...]:
    """One version as cells, with what it changed. The name that it was made under is not shown."""
    happened = HAPPENED.get(one.event.value, one.event.value)
    if one.event is ReportEvent.SAVED and before is not None:
        names = [in_words(name) for name in differing(before, one)]
        more = f" and {len(names) - MOST_CHANGED} more" if len(names) > MOST_CHANGED else ""
        happened += f": {'; '.join(names[:MOST_CHANGED])}{more}" if names else ""
    return (
        str(one.version),
        escape(moment(one.saved_at)) or '<span class="muted">not known</span>',
        escape(one.saved_as) or '<span class="muted">not known</span>',
        f"{escape(capital(happened))}{f': {escape(one.said)}' if one.said else ''}",
    )


def _look(view: ReportView) -> None:
    report = view.report
    assert report is not None
    former = {one.version: one for one in view.former}
    key = f"version_{report.area}_{report.indicator}_{report.quarter.text}"
    number = st.selectbox(
        "Look at a former version", list(former), index=None, key=key, placeholder="Choose a version", width=420,
        format_func=lambda n: components.plain(f"Version {n}, {moment(former[n].saved_at) or 'bundled'}") if n in former else str(n),
    )  # fmt: skip
    if number not in former:
        return
    chosen = former[number]
    st.html(
        f"<h3>Version {number}</h3><p><strong>{escape(chosen.reason_line) or 'No reason in one line.'}</strong></p>"
        + components.report_html(chosen, lambda value: with_unit(value, view.indicator.unit))
    )
    if report.state is not ReportState.DRAFT:
        st.html('<p class="small muted">A former text can be restored while the report is a draft.</p>')
        return
    deeds.refused("restore")
    st.button(f"Restore this text (version {number})", key="restore", on_click=_restore, args=(report, number))


def _restore(report: ExceptionReport, number: int) -> None:
    settle(report)
    reports, who = session.services().reports, actor()
    deeds.do(
        "restore",
        lambda: reports.restore(report.indicator, report.quarter.text, number, who, report.area),
        lambda made: f"The text of version {number} is restored, as version {made.version}. What stood before is kept.",
        then=adopt_here,
    )


def signed(report: ExceptionReport) -> str:
    """In a sentence, when and in which role it was submitted, approved or last saved."""
    when = moment(report.saved_at)
    role = f" in the role {report.saved_as}" if report.saved_as else ""
    if report.state is ReportState.APPROVED:
        on = f" on {day_in_words(report.approved_on)}" if report.approved_on else ""
        return f"Approved{on} in the role {report.approved_by or 'not stated'}."
    what = "Submitted" if report.state is ReportState.SUBMITTED else "Last saved"
    return f"{what} {when}{role}." if when else "It came with the papers."

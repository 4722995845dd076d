"""What the quarter requires to be explained, what is there, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from kpi_core.figures import capital
from kpi_core.judging import EXCEPTION_TRIGGER, Row, headline, target_words
from kpi_core.model import ReportAction, ReportState
from kpi_core.reports import Completeness, action_words
from kpi_core.showing import ExceptionsView, exceptions_table
from pages._ui import components, session
from pages._ui.typeset import escape

LOUDEST_FIRST = (ReportState.MISSING, ReportState.DRAFT, ReportState.SUBMITTED, ReportState.APPROVED)
HEADINGS = ("State", "Indicator", "Figure", "Why, in one line", "Report")


def page() -> None:
    """What is required, what is there, and what is known of the papers."""
    quarter, quarters, said = session.chosen_quarter()
    if quarter is None:
        components.title(session.services().council()[0], "No figures are held yet")
        return
    session.keep(replace(session.view(), quarter=quarter.text, indicator=""))
    view = session.services().exceptions(quarter.text, session.view().area or None, session.view().at)
    components.title(f"{view.scorecard.area_name}: exception reports", quarter.label)
    st.html(
        f'<p class="headline">{escape(headline(view.scorecard)[-1])}</p>'
        f'<p class="said">A report is required where {EXCEPTION_TRIGGER}.</p>{still(view.completeness)}'
    )
    with st.container(key="filters", width=330):
        session.quarter_picker(quarters)
    for sentence in said:
        components.message(sentence)
    if view.required:
        rows = [line(row) for state in LOUDEST_FIRST for row in view.in_state(state)]
        st.html(components.table(f"Required ({len(rows)})", HEADINGS, rows))
    if view.not_required:
        rows = [line(row) for row in view.not_required]
        st.html(components.table(f"Present though not required ({len(rows)})", HEADINGS, rows))
    promised(view)
    made = session.circumstances()
    components.download(lambda: exceptions_table(view, made), f"exceptions {quarter}", "Download this table (CSV)")
    components.paper_link()
    if view.conflicts:
        components.section("What is known to be wrong with this quarter's papers")
        st.html(components.notices(view.conflicts))


def still(found: Completeness) -> str:
    """What the quarter still lacks, in words; that it is complete where it has reports and lacks nothing."""
    if found.lacks:
        said = "".join(f"<li>{escape(sentence)}</li>" for sentence in found.lacks)
        return f'<p class="over"><strong>Still to do:</strong></p><ul class="lacking">{said}</ul>'
    done = "Every required report is approved, every action has an owner and a due date, and none is overdue."
    return f'<p class="over">{done}</p>' if found.required else ""


def promised(view: ExceptionsView) -> None:
    """The actions that nobody answers for, those that earlier quarters left, and what authors are concerned about."""
    found = view.completeness
    names = {row.indicator.code: row.indicator.name for row in view.scorecard.rows}
    if found.unfinished:
        rows = [action_line(one, names, one in found.overdue) for one in found.unfinished]
        caption = f"Unfinished actions of earlier quarters ({len(rows)}, {len(found.overdue) or 'none'} overdue)"
        st.html(components.table(caption, ("Indicator", "Action", "Who, by when", "Report"), rows))
    if found.concerns:
        rows = [
            (report_link(one.indicator, names.get(one.indicator, one.indicator)), escape(one.reason))
            for one in found.concerns
        ]
        st.html(components.table(f"Emerging concerns ({len(rows)})", ("Indicator", "Why"), rows))
    if found.unassigned:
        rows = [action_line(one, names) for one in found.unassigned]
        caption = f"Actions of this quarter without an owner or a due date ({len(rows)})"
        with st.expander(caption):
            st.html(components.table(caption, ("Indicator", "Action", "Who, by when", "Report"), rows))


def action_line(one: ReportAction, names: Mapping[str, str], overdue: bool = False) -> tuple[str, ...]:
    """An action as cells. That it is overdue is as loud as a missing report."""
    loud = '<span class="badge missing"><span aria-hidden="true">✖</span> Overdue</span> ' if overdue else ""
    return (
        report_link(one.indicator, names.get(one.indicator, one.indicator)),
        escape(one.action.text),
        f"{loud}{escape(action_words(one.action))}",
        f'<span class="nowrap">{escape(one.quarter.text)}</span>',
    )


def report_link(code: str, words: str) -> str:
    """A link to an indicator's report of the quarter shown, where its actions are closed too."""
    return f'<a href="{escape(session.view().report(code))}">{escape(words)}</a>'


def line(row: Row) -> tuple[str, ...]:
    """One report as cells: its state, the indicator, what was missed, why."""
    aim = target_words(row.target, row.indicator)
    word = "Write" if row.exception.state is ReportState.MISSING else "Open"
    return (
        components.state_badge(row.exception.state),
        f'<a href="{escape(session.view().link(row.indicator.code))}">{escape(row.indicator.name)}</a>',
        f'{components.badge(row.rated.rating)} <span class="nowrap">{escape(row.display)}'
        f"{f', target {escape(aim)}' if aim else ''}</span>"
        + (f"<br>{escape(capital(row.conflict))}" if row.conflict else ""),
        escape(row.exception.reason_line) or "<strong>No explanation yet</strong>",
        f'<a href="{escape(session.view().report(row.indicator.code))}" aria-label="{escape(f"{word}: {row.indicator.name}")}">{word}</a>',
    )


session.show(page)

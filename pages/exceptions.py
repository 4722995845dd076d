"""What the quarter requires to be explained, what is there, and what is missing."""

from __future__ import annotations

from dataclasses import replace
from html import escape

import streamlit as st

from kpi_core.assess import EXCEPTION_TRIGGER
from kpi_core.headline import headline
from kpi_core.model import ReportState
from kpi_core.report import exceptions_table
from kpi_core.scorecard import Row, target_words
from pages._ui import components, session

LOUDEST_FIRST = (ReportState.MISSING, ReportState.DRAFT, ReportState.SUBMITTED, ReportState.APPROVED)
HEADINGS = ("State", "Indicator", "Figure", "Why, in one line")


def page() -> None:
    """What is required, what is there, and what is known of the papers."""
    quarter, quarters, said = session.chosen_quarter()
    if quarter is None:
        components.title(session.services().council()[0], "No figures are held yet")
        return
    session.keep(replace(session.view(), quarter=quarter.text, indicator=""))
    view = session.services().exceptions(quarter.text, session.view().area or None)
    components.title(f"{view.scorecard.area_name}: exception reports", quarter.label)
    st.html(
        f'<p class="headline">{escape(headline(view.scorecard)[-1])}</p>'
        f'<p class="said">A report is required where {EXCEPTION_TRIGGER}.</p>'
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
    made = session.circumstances()
    components.download(lambda: exceptions_table(view, made), f"exceptions {quarter}", "Download this table (CSV)")
    if view.conflicts:
        components.section("What is known to be wrong with this quarter's papers")
        st.html(components.notices(view.conflicts))


def line(row: Row) -> tuple[str, ...]:
    """One report as cells: its state, the indicator, what was missed, why."""
    aim = target_words(row.target, row.indicator)
    return (
        components.state_badge(row.exception.state),
        f'<a href="{escape(session.view().link(row.indicator.code))}">{escape(row.indicator.name)}</a>',
        f'{components.badge(row.rated.rating)} <span class="nowrap">{escape(row.display)}'
        f"{f', target {escape(aim)}' if aim else ''}</span>"
        + (f"<br>{escape(components.capital(row.conflict))}" if row.conflict else ""),
        escape(row.exception.reason_line) or "<strong>No explanation yet</strong>",
    )


session.show(page)

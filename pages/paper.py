"""The quarter on paper: the scorecard and each exception report, to read, to print and to take away as a Word file."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from pages._ui import components, on_paper, session


def page() -> None:
    """The buttons, then the paper as it prints."""
    quarter, quarters, said = session.chosen_quarter()
    services = session.services()
    if quarter is None:
        components.title(services.council()[0], "No figures are held yet")
        return
    session.keep(replace(session.view(), quarter=quarter.text, indicator=""))
    paper = services.paper(quarter.text, session.view().area or None, session.view().at)
    components.title(paper.title, paper.quarter)
    with st.container(key="filters", width=330):
        session.quarter_picker(quarters)
    with st.container(key="paper_buttons", horizontal=True):
        components.download_word(paper, f"quarter on paper {quarter}", "Download the quarter (Word)")
        components.print_button("Print")
    for sentence in said:
        components.message(sentence)
    st.html(on_paper.foot(paper))
    st.html(on_paper.html(paper))


session.show(page)

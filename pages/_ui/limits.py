"""The chart of a process on a page: its figures with limits, the targets, and the way to one."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from kpi_core.judging import Process
from kpi_core.model import Target
from kpi_core.showing.charts import as_vega_lite, process_chart, process_data
from kpi_core.what_if import Milestone

HOLLOW = "Hollow points are provisional."


def drawn(
    process: Process,
    held: Target | None,
    tried: Target | None = None,
    way: Sequence[Milestone] = (),
    key: str = "chart",
) -> None:
    """The chart, with what its hollow points are; or that there is nothing to draw."""
    data = process_data(process, held, tried, way)
    if not data.worth_drawing:
        st.html('<p class="muted">No figures are held to draw.</p>')
        return
    st.vega_lite_chart(as_vega_lite(process_chart(data)), key=key, alt=data.words)
    if data.has_provisional:
        st.html(f'<p class="muted">{HOLLOW}</p>')

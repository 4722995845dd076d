"""Where the figures come from, how they are rated, what the marks mean, and what is known to disagree."""

from __future__ import annotations

import streamlit as st

from kpi_core.judging import EXCEPTION_TRIGGER
from kpi_core.periods import day_in_words
from kpi_core.showing import COLOURS_NOTE, MARKS, RULES, About, conflicts_table, said_of
from pages._ui import components, session
from pages._ui.typeset import escape

NOTES = (
    "A figure is judged as it is shown. It is rounded once, a half upwards, to the decimals it is published with; a target or "
    "a level is never rounded.",
    "A quarter is judged by the target then in force. A quarter before the first known target is not rated.",
    "Percentages change in percentage points. A change always names what it compares with, and nothing is compared with "
    "a missing or suppressed figure or across a break in series.",
    "The leading change is on the quarter before; for a seasonal figure, or one that runs up over the year, on the same "
    "quarter last year. Headlines count leading changes only.",
    "What needs a report stands on the scorecard with the most pressing first: worse than the intervention level, then Red, then "
    "Amber. Within each come final figures before provisional ones, then what got worse, what has missed its target longest, what "
    "has no explanation yet, what the law asks for, and what is farthest from its target.",
    f"An exception report is required where {EXCEPTION_TRIGGER}.",
)


def page() -> None:
    """The rules, the marks, the sources and the known conflicts."""
    about = session.services().about(session.view().area or None, session.view().at)
    session.keep(session.view())
    components.title(about.council, "About these figures")
    components.section("How a rating is worked out")
    notes = "".join(f'<li class="measure">{escape(note)}</li>' for note in NOTES)
    st.html(f'<p class="measure"><strong>{escape(COLOURS_NOTE)}</strong></p>{components.facts(RULES)}<ul>{notes}</ul>')
    components.section("Marks")
    st.html(components.facts(MARKS))
    sources(about)
    conflicts(about)


def sources(about: About) -> None:
    """Where the figures come from and which quarters are held."""
    components.section("Sources and quarters held")
    loaded = (
        f"{day_in_words(about.loaded_at)} at {about.loaded_at:%H:%M} UTC" if about.loaded_at else "at an unknown time"
    )
    given = [(escape(source), str(count)) for source, count in about.sources]
    held = [(escape(one.quarter.label), f"{one.figures} of {one.due}") for one in reversed(about.collected)]
    st.html(
        f"<p>Loaded on {escape(loaded)}.</p>"
        + components.table("Where the figures come from", ("Source", "Figures"), given)
        + components.table("Quarters held", ("Quarter", "Figures, of the indicators due"), held)
    )


def conflicts(about: About) -> None:
    """What is known to disagree in the papers."""
    components.section("Known conflicts in the papers")
    if not about.conflicts:
        st.html("<p>None is known.</p>")
        return
    names = {indicator.code: indicator.name for indicator in about.indicators}
    rows = [
        (
            escape(names.get(conflict.indicator, "The quarter's papers")),
            f'<span class="nowrap">{escape(conflict.quarter.text)}</span>',
            escape(said_of(conflict)),
            escape(conflict.source),
        )
        for conflict in about.conflicts
    ]
    st.html(components.table("Every known conflict", ("Indicator", "Quarter", "What disagrees", "Source"), rows))
    made = session.circumstances()
    components.download(lambda: conflicts_table(about.conflicts, made), "known conflicts", "Download this table (CSV)")


session.show(page)

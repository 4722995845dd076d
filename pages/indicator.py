"""One indicator: its rating and why, changes, what the papers disagree on, the exception report, chart and table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from kpi_core.codec import csv_text, differing
from kpi_core.errors import UnknownChoice, UnknownIndicator
from kpi_core.figures import capital, with_unit
from kpi_core.judging import (
    Process,
    Row,
    Scorecard,
    certainty_words,
    display,
    firmness_words,
    former_words,
    level_words,
    target_words,
    tolerance_words,
    variation_words,
)
from kpi_core.model import (
    Absence,
    Basis,
    Benchmark,
    Concern,
    ExceptionReport,
    Indicator,
    Observation,
    Polarity,
    ReportState,
)
from kpi_core.reports import REASON_LINE
from kpi_core.showing import IndicatorView, benchmarks_table, series_table
from kpi_core.showing.charts import as_vega_lite, indicator_chart, indicator_data
from pages._ui import components, limits, session
from pages._ui.findings import findings_html
from pages._ui.signs import signs
from pages._ui.typeset import escape

GOOD = {
    Polarity.HIGH: "high",
    Polarity.LOW: "low",
    Polarity.BAND: "inside the target band",
    Polarity.NEITHER: "neither high nor low",
}


def page() -> None:
    """Everything about the indicator that the address names."""
    quarter, _, said = session.chosen_quarter()
    services = session.services()
    if quarter is None:
        components.title(services.council()[0], "No figures are held yet")
        return
    area = session.view().area or None
    card = services.scorecard(quarter.text, area, session.view().at)
    code = session.view().indicator or in_filter(card)[0].indicator.code
    session.keep(replace(session.view(), quarter=quarter.text, indicator=code))
    around(card, code)
    for sentence in said:
        components.message(sentence)
    try:
        view = services.indicator(code, quarter.text, area, session.view().at)
    except UnknownIndicator as error:
        components.title(f"{card.area_name}: {quarter.label}", "No such indicator")
        components.message(str(error), "error")
        return
    components.title(f"{view.indicator.category} · {quarter.label}", view.indicator.name)
    beside = findings(view.report)
    left, right = st.columns([11, 10], gap="large")
    with left:
        assessment(view, next((one for one in card.concerns if one.indicator == code), None), beside)
    with right:
        figures(view)
    exception_report(view, beside)
    variation(view)
    components.section("Definition and sources")
    definition(view)
    definitions(view)
    components.marks()


def in_filter(card: Scorecard) -> tuple[Row, ...]:
    """The rows that the view's filters leave, or all of them where none is left or a filter is not known here."""
    view = session.view()
    try:
        return card.filtered(view.category, view.indicators, view.rating).rows or card.rows
    except (UnknownChoice, UnknownIndicator):
        return card.rows


def around(card: Scorecard, code: str) -> None:
    """Back to the scorecard, the indicator before and the one after in the present filter, and a chooser."""
    view = session.view()
    rows = [row.indicator for row in in_filter(card)]
    names = {row.indicator.code: row.indicator.name for row in card.rows}
    place = next((n for n, indicator in enumerate(rows) if indicator.code == code), None)
    links = [("↑", "Back to the scorecard", view.home())]
    if place is not None and place > 0:
        links.append(("←", f"Previous: {rows[place - 1].name}", view.link(rows[place - 1].code)))
    if place is not None and place + 1 < len(rows):
        links.append(("→", f"Next: {rows[place + 1].name}", view.link(rows[place + 1].code)))
    inside = "".join(
        f'<a href="{escape(to)}" title="{escape(label)}"><span aria-hidden="true">{arrow}</span> {escape(label)}</a>'
        for arrow, label, to in links
    )
    st.session_state["filter_indicator"] = code if code in names else None
    with st.container(key="around"):
        left, right = st.columns([7, 3], vertical_alignment="center")
        left.html(f'<nav class="around" aria-label="Around this indicator">{inside}</nav>')
        right.selectbox(
            "Indicator", list(names), index=None, format_func=lambda c: names.get(c, c), key="filter_indicator",
            on_change=choose, placeholder="Type to find an indicator", label_visibility="collapsed",
        )  # fmt: skip


def choose() -> None:
    """Open the indicator that the chooser was set to."""
    if chosen := st.session_state["filter_indicator"]:
        session.keep(replace(session.view(), indicator=chosen))


def findings(report: ExceptionReport | None) -> dict[str, str]:
    """What the checks found in each part of the exception report, drawn; contradictions open, what agrees folded away."""
    if report is None or session.past():
        return {}  # the texts are checked beside the figures as they stand now
    return {part: findings_html(found) for part, found in session.services().texts.of_report(report).items()}


def assessment(view: IndicatorView, concern: Concern | None, beside: Mapping[str, str]) -> None:
    """The rating, its reason, why the target was missed, what the papers disagree on, and how the figure changed."""
    row, indicator = view.row, view.indicator
    note = f" It was {row.note}." if row.rated.missed else f" {capital(row.note)}." if row.note else ""
    said = (
        f'<p class="verdict">{components.badge(row.rated.rating, "big")} <strong class="value">{escape(row.display)}</strong></p>'
        f'<p class="said measure">{escape(row.rated.reason + note)}</p>'
    )
    if row.exception.required:
        why = row.exception.reason_line or "No explanation yet: an exception report is required and none is held."
        said += f'<p class="said measure"><strong>Why:</strong> {escape(why)}</p>{beside.get(REASON_LINE, "")}'
    st.html(said)
    told = ""
    if concern is not None:
        marked = f"By a {concern.done_as}. It changes no rating."
        told += components.notice(f"Marked as an emerging concern: {concern.reason}", marked)
    if row.observation is not None and row.observation.revised:
        told += components.notice(revised_words(row.observation, indicator), row.observation.source)
    told += components.notices(view.conflicts, row.conflict)
    if told:
        st.html(told)
    named = (("quarter", "The quarter before"), ("year", "The same quarter last year"), ("target", "The target"))
    rows = []
    for kind, name in named:
        change = getattr(row.changes, kind)
        certainty = (
            f'<br><span class="muted">{escape(capital(certainty_words(change)))}.</span>' if change.certainty else ""
        )
        rows.append(
            (
                name + (" (the one the headline counts)" if row.changes.leading == kind else ""),
                escape(change.text) + certainty,
            )
        )
    st.html(components.table("Changes", ("Compared with", "Change"), rows))
    if indicator.seasonal:
        st.html(f'<p class="muted measure">Seasonal. {escape(indicator.seasonal_note)}</p>')


def exception_report(view: IndicatorView, beside: Mapping[str, str]) -> None:
    """The exception report in the form's order with what the checks found beside it, or that it is missing; the way to it."""
    exception = view.row.exception
    if exception.required or view.report is not None:
        required = "required" if exception.required else "not required"
        st.html(
            f'<h2 class="section">Exception report {components.state_badge(exception.state)}</h2>'
            f'<p class="muted over">It is {required} for {escape(view.row.quarter.label)}.</p>'
        )
    label = (
        "Write the exception report" if exception.required else "Write an exception report, or mark an emerging concern"
    )
    label = label if view.report is None else "Open the exception report to write, approve or follow it up"
    st.page_link("pages/report.py", label=label, query_params=session.view().parameters())
    if view.report is None:
        return
    if view.report.state is not ReportState.APPROVED:
        st.html(f'<p class="over"><strong>This report is {view.report.state} and not approved.</strong></p>')
    st.html(components.report_html(view.report, lambda value: with_unit(value, view.indicator.unit), beside))


def figures(view: IndicatorView) -> None:
    """The chart and the same as a table."""
    indicator, data = view.indicator, indicator_data(view)
    held = sum(point.value is not None for point in data.points)
    said = [] if data.has_line else [f"{held} quarter{'' if held == 1 else 's'} held: a line is drawn from three."]
    if data.worth_drawing:
        st.vega_lite_chart(as_vega_lite(indicator_chart(data)), key="chart", alt=data.words)
        if any(point.provisional for point in data.points):
            said.append(limits.HOLLOW)
        if data.benchmarks:
            said.append("Published comparators are annual, each drawn over its year; they are not quarterly figures.")
    if said:
        st.html(f'<p class="muted">{" ".join(said)}</p>')
    rows = [
        (
            escape(judged.observation.quarter.label),
            escape(display(judged.observation, indicator)) + beneath(judged.observation, indicator),
            escape(target_words(judged.target, indicator)) or '<span class="muted">none held</span>',
            components.badge(judged.rated.rating),
        )
        for judged in reversed(view.series)
    ]
    st.html(components.table("Every quarter held", ("Quarter", "Value", "Target", "Rating"), rows))
    made = session.circumstances()
    components.download(lambda: series_table(view, made), f"{indicator.code} series", "Download these figures (CSV)")
    if view.benchmarks:
        st.html(
            comparators("Published comparators, the latest year that ended before this quarter", view.benchmarks, view)
        )
    if view.benchmarks_since:
        with st.expander("Published since"):
            st.html(comparators("Years that ended after this quarter", view.benchmarks_since, view))
    if view.benchmarks_all:
        name = f"{indicator.code} comparators"
        components.download(lambda: benchmarks_table(view, made), name, "Download comparators (CSV)", "comparators")


def variation(view: IndicatorView) -> None:
    """Whether the figures vary as they ordinarily do: limits and signals from five quarters on, and for a season on the year."""
    process, indicator = view.process, view.indicator
    components.section("Ordinary variation, or a signal?")
    if not process.drawn:
        words = process.why_not or firmness_words(process.limits)
        st.html(f'<p class="measure">{escape(words)}</p>')
        return
    aim = target_words(view.row.target, indicator)
    said = [
        variation_words(process.limits),
        process.assurance_words(f"the target of {aim}"),
        firmness_words(process.limits),
    ]
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.html(
            f"<p>{signs(process)}</p><ul class='said'>{''.join(f'<li>{escape(one)}</li>' for one in said if one)}</ul>"
        )
        if process.on_the_year is not None:
            season = (indicator.seasonal_note or "quarters of a year differ").rstrip(".")
            st.html(f'<p class="measure">The indicator is seasonal ({escape(season)}), so these limits are wide.</p>')
            on_the_year(process.on_the_year)
        st.page_link(
            "pages/what_if.py", label="What if the target were another?", query_params=session.view().parameters()
        )
    with right:
        limits.drawn(process, view.row.target, key="process")


def on_the_year(process: Process) -> None:
    """The same of the changes from a year before, in which the seasons are not."""
    words = variation_words(process.limits) or firmness_words(process.limits)
    st.html(f'<p class="measure">On the change from a year before: {escape(words)}</p>')
    if process.drawn:
        with st.expander("Limits on the change from a year before"):
            limits.drawn(process, None, key="on_the_year")


def comparators(caption: str, benchmarks: tuple[Benchmark, ...], view: IndicatorView) -> str:
    """Published comparators as a table."""
    rows = [
        (escape(b.series), escape(b.period), escape(with_unit(b.value, view.indicator.unit)), escape(b.source))
        for b in benchmarks
    ]
    return components.table(caption, ("Comparator", "Period", "Value", "Source"), rows)


def definition(view: IndicatorView) -> None:
    """What the register says of the indicator."""
    indicator, target = view.indicator, view.row.target
    sources = sorted({judged.observation.source for judged in view.series})
    st.html(
        components.facts(
            (
                ("Code", indicator.code),
                ("Definition", indicator.definition),
                ("Good is", GOOD[indicator.polarity]),
                ("Covers", "" if indicator.basis is Basis.NOT_STATED else indicator.basis.words),
                ("Counted", " out of ".join(part for part in (indicator.numerator, indicator.denominator) if part)),
                ("Owner", indicator.owner),
                ("Due in", ", ".join(f"Q{number}" for number in indicator.due)),
                ("Statutory note", indicator.statutory_note),
                ("Target in force", target_words(target, indicator) or "none held"),
                ("Tolerance", tolerance_words(target, indicator) or "none held"),
                ("Intervention level", level_words(target, indicator) or "none held"),
                ("Source of the target", target.source if target else "none held"),
                ("Decided by", target.decided_by if target else "none held"),
                ("Source of the figures", "; ".join(sources) or "none held"),
            )
        )
    )


# What the register says of an indicator, in words; what is not among these is said by the name of its field.
FIELD_WORDS = {
    "numerator": "what is counted",
    "denominator": "what it is out of",
    "polarity": "which way is good",
    "basis": "period",
    "owner": "owner",
    "due": "the quarters in which it is due",
    "statutory_note": "statutory note",
    "aliases": "other names",
    "decimals": "decimals",
}
NOT_OF_THE_DEFINITION = ("start", "reason", "corrects")


def definitions(view: IndicatorView) -> None:
    """How the definition changed: from which quarter, what, and why; nothing where it never did."""
    if len(view.entries) < 2:
        return
    rows = []
    for before, entry in zip((None, *view.entries), view.entries, strict=False):
        rows.append(
            (
                escape(entry.start.text if entry.start else "From the first quarter recorded"),
                changed_words(before, entry),
                escape(entry.reason) or '<span class="muted">not stated</span>' if before else "",
            )
        )
    rows.reverse()
    st.html(components.table("How the definition changed", ("From", "What changed", "Why"), rows))


def changed_words(before: Indicator | None, entry: Indicator) -> str:
    """What an entry of the register changed, each part as it was and as it is."""
    if before is None:
        return escape(entry.name)
    said = []
    for name in differing(before, entry, NOT_OF_THE_DEFINITION):
        was, is_now = (csv_text(getattr(one, name)) or "nothing" for one in (before, entry))
        words = FIELD_WORDS.get(name, name.replace("_", " "))
        said.append(f"{escape(capital(words))}: {escape(was)} → {escape(is_now)}")
    corrects = " (corrects what was recorded before)" if entry.corrects else ""
    return "<br>".join(said) + corrects or '<span class="muted">nothing</span>'


def revised_words(observation: Observation, indicator: Indicator) -> str:
    """What a revised figure revises, and why; never what is confidential now."""
    former = "Revised"
    if observation.absence is not Absence.SUPPRESSED:
        former += f" from {former_words(observation, indicator)}"
    return f"{former}. {observation.revision_reason}".strip()


def beneath(observation: Observation, indicator: Indicator) -> str:
    """What stands under a figure: what it revised and why, and its note."""
    said = []
    if observation.revised:
        said.append(revised_words(observation, indicator))
    if observation.note:
        said.append(observation.note)
    return "".join(f'<br><span class="muted">{escape(one)}</span>' for one in said)


session.show(page)

"""What the pages draw: badges, the scorecard's table, notices, the exception report, downloads.

Everything a file or a person wrote is escaped here, before it is put into HTML or Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from urllib.parse import quote

import streamlit as st

from kpi_core.figures import amount_in_words, capital, with_unit
from kpi_core.judging import Change, Rating, Row, level_words, target_words
from kpi_core.model import Action, Conflict, ExceptionReport, ReportState
from kpi_core.reports import action_words
from kpi_core.shell.export import csv_file, word_file
from kpi_core.shell.services import Services
from kpi_core.showing import MADE_UP, MARKS, SHAPES, STATE_SHAPES, Paper, Table, blocks, form_parts, said_of
from kpi_core.showing.charts import recent, trend_points

from .typeset import escape
from .view import View


def message(sentence: str, kind: str = "note", anchor: str = "") -> None:
    """A sentence to the reader: a ``note``, a ``warning``, an ``error``, or that something is ``done``.

    ``anchor`` is what ``go_to`` finds it by.

    In HTML, because Streamlit's own boxes are Markdown, which makes links of addresses that somebody typed.
    """
    role = "alert" if kind == "error" else "status"
    st.html(f'<p class="message {kind}" role="{role}"{_place(anchor)}>{escape(sentence)}</p>')


def banner(services: Services) -> None:
    """What every page must say first: made-up figures, what is wrong with the record, and files that have changed since."""
    if services.council()[1]:
        message(f"Example council. {MADE_UP}", "warning")
    for warning in services.warnings():
        message(warning, "error" if warning.startswith("Nothing can be written") else "warning")
    for sentence in (services.recovered, services.place_warning()):
        if sentence:
            message(sentence, "warning")
    for change in services.data_changes():
        message(change, "warning")


def title(over: str, heading: str) -> None:
    """A page's one heading, with where it belongs above it."""
    st.html(f'<p class="over muted">{escape(over)}</p><h1 class="heading">{escape(heading)}</h1>')


def section(heading: str, anchor: str = "") -> None:
    """A heading within the page; ``anchor`` is what ``go_to`` finds it by."""
    st.html(f'<h2 class="section"{_place(anchor)}>{escape(heading)}</h2>')


def _place(anchor: str) -> str:
    return f' id="{anchor}" tabindex="-1"' if anchor else ""


def steps(names: Sequence[str], at: int) -> None:
    """The steps of a piece of work, with those done and the one to do now in words too."""
    said = ("done", "now", "to come")
    items = "".join(
        f'<li class="{said[(n > at) - (n < at) + 1]}"{" aria-current=step" if n == at else ""}><strong>{n + 1}. {escape(name)}</strong> '
        f'<span class="muted">{said[(n > at) - (n < at) + 1]}</span></li>'
        for n, name in enumerate(names)
    )
    st.html(f'<ol class="steps" aria-label="Steps">{items}</ol>')


def go_to(anchor: str, focus: str) -> None:
    """Move the keyboard and the screen to a heading, once for each ``focus``: what it is about."""
    if st.session_state.get("gone_to") == (anchor, focus):
        return
    st.session_state["gone_to"] = (anchor, focus)
    st.html(f"<script>document.getElementById('{anchor}')?.focus()</script>", unsafe_allow_javascript=True)


# Streamlit looks for these in the finished text, where no backslash helps: addresses, :icons:, and arrows.
_FOUND_LATER = re.compile(r"(?<=:)(?=\S)|(?<=www)(?=\.)|(?<=@)|(?<=[-<>~=])(?=[-<>~=])", re.IGNORECASE)
_UNSEEN = "\u2060"
"""A word joiner: it has no width, and no line breaks at it."""


def plain(text: str) -> str:
    """Text in a widget's label, which is Markdown, as it stands."""
    return re.sub(r"([\\`*_{}\[\]()<>#+!|~$:.&=-])", r"\\\1", _FOUND_LATER.sub(_UNSEEN, text))


def badge(rating: Rating, extra: str = "") -> str:
    """A rating as word, shape and colour."""
    return (
        f'<span class="badge {rating} {extra}"><span aria-hidden="true">{SHAPES[rating]}</span> {rating.words}</span>'
    )


def state_badge(state: ReportState) -> str:
    """The state of an exception report; missing is as loud as Red. Empty where none is there or required."""
    shape = STATE_SHAPES.get(state)
    if shape is None:
        return ""
    return f'<span class="badge {state}"><span aria-hidden="true">{shape}</span> {state.value.capitalize()}</span>'


def download(make: Callable[[], Table], name: str, label: str, key: str = "download") -> None:
    """A button that makes the table's CSV when it is pressed."""
    _download(lambda: csv_file.render(make()), name, "csv", label, key)


def download_word(paper: Paper, name: str, label: str) -> None:
    """A button that makes the paper's Word file when it is pressed."""
    _download(lambda: word_file.render(paper), name, "docx", label, "download_word")


def _download(make: Callable[[], bytes], name: str, kind: str, label: str, key: str) -> None:
    file = re.sub(r"[^A-Za-z0-9-]+", "-", name).strip("-").lower()
    with st.container(key=f"container_{key}", width="content"):
        st.download_button(
            label,
            data=make,
            file_name=f"{file}.{kind}",
            mime=_MIME[kind],
            on_click="ignore",
            icon=":material/download:",
            key=key,
        )


_MIME = {
    "csv": "text/csv",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def paper_link() -> None:
    """The way to the quarter on paper, with the view kept."""
    st.page_link("pages/paper.py", label="The quarter on paper: to print, or as a Word file")


def print_button(label: str) -> None:
    """A button that opens the browser's own printing of the page."""
    if st.button(label, icon=":material/print:", key="print"):
        # The count makes a script of its own of each press: the same one again would not be run again.
        st.session_state["printed"] = st.session_state.get("printed", 0) + 1
        st.html(
            f"<script>setTimeout(() => window.print(), 0); // {st.session_state['printed']}\n</script>",
            unsafe_allow_javascript=True,
        )


VARIES = "How it varies"

# --- the scorecard's table ----------------------------------------------------------------------------------------


def scorecard_table(
    rows: Sequence[Row], view: View, caption: str, grouped: bool = True, signs: Mapping[str, str] | None = None
) -> str:
    """Rows as a real HTML table; ``grouped`` puts a heading over each category.

    ``signs``: by code the drawing and words of how the figures vary; ``None``: there is no such column.
    """
    names = ("Rating", "Indicator", "Value", "Target", "Since the quarter before", "Since the same quarter last year",
             "Exception report", "Trend", *([] if signs is None else [VARIES]))  # fmt: skip
    heads = "".join(f'<th scope="col">{name}</th>' for name in names)
    if grouped:
        body = "".join(
            f'<tbody class="group"><tr><th colspan="{len(names)}" scope="rowgroup">{escape(category)}</th></tr>'
            + "".join(_row_html(row, view, signs) for row in rows if row.indicator.category == category)
            + "</tbody>"
            for category in dict.fromkeys(row.indicator.category for row in rows)
        )
    else:
        body = f"<tbody>{''.join(_row_html(row, view, signs) for row in rows)}</tbody>"
    return f'<table class="kpi scorecard"><caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead>{body}</table>'


def _row_html(row: Row, view: View, signs: Mapping[str, str] | None) -> str:
    indicator, changes = row.indicator, row.changes
    by_year = indicator.leads_on_year
    state = state_badge(row.exception.state)
    cells = (
        f'<th scope="row">{_link(row, view)}</th>'
        f'<td data-label="Value" class="num">{_value(row)}</td>'
        f'<td data-label="Target" class="num">{_target(row)}</td>'
        f'<td data-label="Since the quarter before">{_change(changes.quarter, row, not by_year)}</td>'
        f'<td data-label="Since the same quarter last year">{_change(changes.year, row, by_year)}</td>'
        f'<td data-label="Exception report"{"" if state else " class=blank"}>{state}</td>'
        f'<td data-label="Trend">{trend(row)}</td>'
    )
    if signs is not None:
        sign = signs.get(row.indicator.code, "")
        cells += f'<td data-label="{VARIES}"{"" if sign else " class=blank"}>{sign}</td>'
    if not row.exception.required:
        return f"<tr><td>{badge(row.rated.rating)}</td>{cells}</tr>"
    why = escape(row.exception.reason_line) or "<strong>No explanation yet.</strong>"
    note = capital(row.note or "past the intervention level")
    return (
        f'<tr class="missed"><td rowspan="2">{badge(row.rated.rating)}</td>{cells}</tr>'
        f'<tr class="why"><td colspan="{7 if signs is None else 8}">{why} <span class="muted">{escape(note)}.</span></td></tr>'
    )


def _link(row: Row, view: View) -> str:
    return f'<a href="{escape(view.link(row.indicator.code))}">{escape(row.indicator.name)}</a>'


def _value(row: Row) -> str:
    if row.conflict:
        return (
            f'{escape(row.display)}<br><span aria-hidden="true">⚠</span> {escape(row.conflict).replace("; ", ";<br>")}'
        )
    if row.note and not row.rated.missed:
        return f'{escape(row.display)}<br><span class="muted">{escape(row.note).replace("; ", ";<br>")}</span>'
    return escape(row.display)


def _target(row: Row) -> str:
    said = escape(target_words(row.target, row.indicator)) or '<span class="muted">none held</span>'
    level = level_words(row.target, row.indicator)
    if row.rated.intervention_passed:
        return f"{said}<br><strong>past the intervention level of {level}</strong>"
    return f'{said}<br><span class="muted">intervention level {level}</span>' if level else said


def _change(change: Change, row: Row, leads: bool) -> str:
    """A change in arrow and words; the leading one is bold."""
    if change.basis is not None:
        return f'<span class="{"lead" if leads else "muted"}">{_moved(change, row)}</span>'
    words = "not comparable" if change.held else "no figure"
    if leads and row.absence is None:
        words = "cannot be compared like with like"
    said = f'<span title="{escape(change.text)}">{words}</span>'
    if known := change.since_last_known:
        said += f"<br>since {known.basis}: {_moved(known, row)}"
    return f'<span class="muted">{said}</span>'


def _moved(change: Change, row: Row) -> str:
    if not change.amount:
        return "→ no change"
    arrow = "↑" if change.amount > 0 else "↓"
    share = f" ({abs(change.percent):f}%)" if change.percent is not None else ""
    words = change.direction.words if change.direction else ""
    return f"{arrow}\u00a0{amount_in_words(change.amount, row.indicator.unit)}{share}, {words}"


def trend(row: Row) -> str:
    """The last figures as a line from three on; before that, how many quarters are held, in words."""
    values = recent(row)
    points = trend_points([None if value is None else float(value) for value in values], 84, 20)
    if points is None:
        held = row.quarters_held
        return f'<span class="muted nowrap">{held} quarter{"" if held == 1 else "s"} held</span>' if held else ""
    lines = "".join(
        f"<polyline points='{line}' fill='none' stroke='#7a8591' stroke-width='2'/>" if " " in line
        else "<circle cx='{}' cy='{}' r='2' fill='#7a8591'/>".format(*line.split(","))
        for line in points
    )  # fmt: skip
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' width='84' height='20' viewBox='-2 -2 88 24'>{lines}</svg>"
    told = ", ".join("no figure" if value is None else with_unit(value, row.indicator.unit) for value in values)
    return f'<img src="data:image/svg+xml;utf8,{quote(svg)}" width="84" height="20" alt="Last figures: {told}">'


def heat_map(rows: Sequence[Row], view: View) -> str:
    """Each indicator's rating quarter by quarter, as words and shapes; empty below four rated quarters."""
    rated = {row.indicator.code: dict(row.rating_history()) for row in rows}
    coloured = (Rating.GREEN, Rating.AMBER, Rating.RED)
    quarters = sorted({q for history in rated.values() for q, one in history.items() if one.rating in coloured})
    if len(quarters) < 4:
        return ""
    cells = [
        (
            _link(row, view),
            *(
                badge(rated[row.indicator.code][q].rating) if q in rated[row.indicator.code] else '<span class="muted">none held</span>'
                for q in quarters
            ),
        )
        for row in rows
    ]  # fmt: skip
    return table(
        "Ratings by quarter, each by the target then in force", ("Indicator", *(q.text for q in quarters)), cells
    )


def table(caption: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are HTML already; the first cell heads its row."""
    heads = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
    body = "".join(
        f'<tr><th scope="row">{first}</th>'
        + "".join(
            f'<td data-label="{escape(h)}"{"" if cell else " class=blank"}>{cell}</td>'
            for h, cell in zip(headings[1:], rest, strict=True)
        )
        + "</tr>"
        for first, *rest in rows
    )
    return f'<table class="kpi"><caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'


# --- notices, facts and the exception report ----------------------------------------------------------------------


def notice(sentence: str, beneath: str) -> str:
    """Something a reader must know of a figure, with its source beneath."""
    return (
        f'<div class="notice"><p><span aria-hidden="true">⚠</span> {escape(sentence)}</p>'
        f'<p class="muted">{escape(beneath)}</p></div>'
    )


def notices(conflicts: Iterable[Conflict], together: str = "") -> str:
    """Each known conflict as a notice; a resolved one says how it was resolved.

    ``together``: the sentence on two figures or targets, put before the first open conflict that is about one.
    """
    said = []
    for conflict in conflicts:
        sentence, beneath = conflict.sentence, conflict.source
        if conflict.resolution:
            sentence = said_of(conflict)
        elif conflict.value is not None and together:
            sentence, together = f"{capital(together)}. {sentence}", ""
        said.append(notice(sentence, beneath))
    return "".join(said)


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """A list of what and said; what the papers do not say is said to be so."""
    unsaid = '<span class="muted">not stated in the papers</span>'
    inside = "".join(f"<dt>{escape(what)}</dt><dd>{escape(said) if said else unsaid}</dd>" for what, said in pairs)
    return f'<dl class="facts">{inside}</dl>'


def report_html(
    report: ExceptionReport, in_words: Callable[[Decimal], str], beneath: Mapping[str, str] | None = None
) -> str:
    """An exception report in the form's order. An empty section is told apart from “None identified.”.

    ``beneath``: by a part's heading, without its quarter, the HTML that stands under the part.
    """
    under = beneath or {}
    parts = (
        (
            part.heading,
            (body(part.text) if part.actions is None else _actions(part.actions))
            + under.get(part.heading.split(",")[0], ""),
        )
        for part in form_parts(report, in_words)
    )
    return '<div class="form">' + "".join(f"<h3>{escape(h)}</h3>{block}" for h, block in parts) + "</div>"


def _actions(actions: Sequence[Action]) -> str:
    """Actions by their numbers, each with its owner and due date or that none is given."""
    if not actions:
        return body("")
    items = (
        f'<li value="{one.number}">{escape(one.text)}<br><span class="muted">{escape(action_words(one))}</span></li>'
        for one in actions
    )
    return f"<ol>{''.join(items)}</ol>"


def body(text: str, empty: str = "Empty: nothing is written here.") -> str:
    """What somebody wrote, as paragraphs and lists; ``empty`` where it is nothing."""
    drawn = [
        "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in block.said) + "</ul>"
        if block.listed
        else f"<p>{escape(block.said[0])}</p>"
        for block in blocks(text)
    ]
    return "".join(drawn) or f'<p class="empty muted">{escape(empty)}</p>'


def marks() -> None:
    """The marks explained, on one line."""
    said = "; ".join(f"{mark} {words.split(':')[0]}" for mark, words in MARKS)
    st.html(f'<p class="muted">Marks: {escape(said)}.</p>')

"""What the pages draw: badges, the scorecard's table, notices, the exception report, downloads.

Everything a file or a person wrote is escaped here, before it is put into HTML or Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from urllib.parse import quote

import streamlit as st

from kpi_core.figures import capital
from kpi_core.judging import Rating, Row, history
from kpi_core.model import Action, Conflict, ExceptionReport, ReportState
from kpi_core.reports import action_words
from kpi_core.shell.export import csv_file, word_file
from kpi_core.shell.services import Services
from kpi_core.showing import (
    MADE_UP,
    MARKS,
    SHAPES,
    STATE_SHAPES,
    Column,
    Drawn,
    Line,
    On,
    Paper,
    Table,
    Tone,
    blocks,
    columns_on,
    form_parts,
    said_of,
)
from kpi_core.showing.charts import trend_points

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
    columns = columns_on(On.SCREEN)
    names = (*(column.heading for column in columns), *([] if signs is None else [VARIES]))
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
    first, *rest = columns_on(On.SCREEN)
    cells = [cell(column, column.draw(row), view.link(row.indicator.code)) for column in rest]
    if signs is not None:
        sign = signs.get(row.indicator.code, "")
        cells.append(f'<td data-label="{VARIES}"{"" if sign else " class=blank"}>{sign}</td>')
    if not row.exception.required:
        return f"<tr><td>{drawn(first.draw(row))}</td>{''.join(cells)}</tr>"
    why = escape(row.exception.reason_line) or "<strong>No explanation yet.</strong>"
    note = capital(row.note or "past the intervention level")
    return (
        f'<tr class="missed"><td rowspan="2">{drawn(first.draw(row))}</td>{"".join(cells)}</tr>'
        f'<tr class="why"><td colspan="{len(cells)}">{why} <span class="muted">{escape(note)}.</span></td></tr>'
    )


def cell(column: Column, shown: Drawn, link: str = "") -> str:
    """One cell of a row. The one that heads it is the name alone, and leads to ``link``."""
    said = drawn(replace(shown, lines=shown.lines[:1]) if column.heads else shown)
    if column.heads:
        return f'<th scope="row">{f"""<a href="{escape(link)}">{said}</a>""" if link else said}</th>'
    kind = ' class="num"' if column.number else "" if said else " class=blank"
    return f'<td data-label="{column.heading}"{kind}>{said}</td>'


def drawn(shown: Drawn) -> str:
    """What stands in a cell, as HTML."""
    if shown.figures is not None:
        return _trend(shown)
    sign = badge(shown.rating) if shown.rating is not None else state_badge(shown.state) if shown.state else ""
    said = "<br>".join(map(_said, shown.lines))
    return f"{sign} {said}" if sign and said else sign or said


def _said(line: Line) -> str:
    text = escape(line.said)
    hint = f' title="{escape(line.hint)}"' if line.hint else ""
    if line.tone is Tone.STRONG:
        return f"<strong>{text}</strong>"
    if line.tone is Tone.WARNING:
        return f'<span aria-hidden="true">⚠</span> {text}'
    return f'<span class="{line.tone}"{hint}>{text}</span>' if line.tone else text


def _trend(shown: Drawn) -> str:
    points = trend_points([None if value is None else float(value) for value in shown.figures or ()], 84, 20) or []
    lines = "".join(
        f"<polyline points='{line}' fill='none' stroke='#7a8591' stroke-width='2'/>" if " " in line
        else "<circle cx='{}' cy='{}' r='2' fill='#7a8591'/>".format(*line.split(","))
        for line in points
    )  # fmt: skip
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' width='84' height='20' viewBox='-2 -2 88 24'>{lines}</svg>"
    told = " ".join(line.said for line in shown.lines)
    return f'<img src="data:image/svg+xml;utf8,{quote(svg)}" width="84" height="20" alt="{escape(told)}">'


def _link(row: Row, view: View) -> str:
    return f'<a href="{escape(view.link(row.indicator.code))}">{escape(row.indicator.name)}</a>'


def heat_map(rows: Sequence[Row], view: View) -> str:
    """Each indicator's rating quarter by quarter, as words and shapes; empty below four rated quarters."""
    rated = {row.indicator.code: dict(history(row)) for row in rows}
    coloured = (Rating.GREEN, Rating.AMBER, Rating.RED)
    quarters = sorted({q for told in rated.values() for q, rating in told.items() if rating in coloured})
    if len(quarters) < 4:
        return ""
    cells = [
        (
            _link(row, view),
            *(
                badge(rated[row.indicator.code][q]) if q in rated[row.indicator.code] else '<span class="muted">none held</span>'
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

"""The quarter on paper as HTML: the same record that the Word file draws, for reading and for printing."""

from __future__ import annotations

from collections.abc import Iterable

from kpi_core.model import Action
from kpi_core.periods import day_in_words
from kpi_core.showing import (
    NOTHING_WRITTEN,
    PAPER_COLUMNS,
    STATE_SHAPES,
    ActionRow,
    Paper,
    PaperLine,
    PaperPart,
    ReportSheet,
    step,
)

from . import components
from .typeset import escape


def html(paper: Paper) -> str:
    """The whole paper."""
    first, *rest = (escape(sentence) for sentence in paper.headline)
    said = "".join(f'<p class="said">{sentence}</p>' for sentence in rest)
    return (
        f'<div class="paper"><section class="wide"><p class="headline">{first}</p>{said}'
        f"<h2>Scorecard</h2>{_scorecard(paper)}</section>"
        f"<section>{_reading(paper)}{_conflicts(paper)}{_reports(paper)}</section>"
        f"{''.join(_sheet(paper, sheet) for sheet in paper.sheets)}</div>"
    )


def foot(paper: Paper) -> str:
    """What stands at the foot and the head of each printed page, as a style: there is no other way into a page's margin."""
    said = f'@bottom-left {{ content: "{_css(f"{paper.council}. {paper.quarter}")}"; }}'
    if paper.made_up:
        said += f' @top-left {{ content: "{_css(paper.made_up)}"; }}'
    return f"<style>@page {{ {said} }}</style>"


def _css(text: str) -> str:
    """Text inside a style sheet's quotation marks: all but plain letters and digits by number, so that nothing ends them."""
    return "".join(one if one.isascii() and one.isalnum() else f"\\{ord(one):06x}" for one in text)


# --- the scorecard and how it is read -----------------------------------------------------------------------------


def _scorecard(paper: Paper) -> str:
    heads = "".join(f'<th scope="col">{column.heading}</th>' for column in PAPER_COLUMNS)
    bodies = "".join(
        f'<tbody class="group"><tr><th colspan="{len(PAPER_COLUMNS)}" scope="rowgroup">{escape(category)}</th></tr></tbody>'
        + "".join(_line(line) for line in lines)
        for category, lines in paper.groups
    )
    return f'<table class="kpi scorecard onpaper"><caption>All {len(paper.lines)} indicators</caption><thead><tr>{heads}</tr></thead>{bodies}</table>'


def _line(line: PaperLine) -> str:
    """A row, and under it why its target was missed: one part of the table, so that no page parts them."""
    first, *cells = zip(PAPER_COLUMNS, line.cells, strict=True)
    drawn = "".join(components.cell(column, one) for column, one in cells)
    if not line.required:
        return f"<tbody><tr><td>{components.drawn(first[1])}</td>{drawn}</tr></tbody>"
    return (
        f'<tbody><tr class="missed"><td rowspan="2">{components.drawn(first[1])}</td>{drawn}</tr>'
        f'<tr class="why"><td colspan="{len(cells)}"><strong>Why:</strong> {escape(line.why)}</td></tr></tbody>'
    )


def _reading(paper: Paper) -> str:
    words = [(components.badge(rating), escape(meaning)) for rating, meaning in paper.ratings]
    marks = [(escape(mark), escape(meaning)) for mark, meaning in paper.marks]
    return (
        "<h2>How to read the scorecard</h2>"
        + "".join(f"<p>{escape(note)}</p>" for note in paper.notes)
        + components.table("Marks and rating words", ("Mark or word", "What it means"), [*marks, *words])
        + components.facts(paper.sources)
    )


def _conflicts(paper: Paper) -> str:
    if not paper.conflicts:
        return ""
    rows = [(escape(one.about), escape(one.sentence), escape(one.source)) for one in paper.conflicts]
    elsewhere = (
        "<p>What is about an indicator with an exception report stands with that report.</p>" if paper.sheets else ""
    )
    return (
        f"<h2>Where the papers disagree</h2>{elsewhere}"
        f"{components.table('What disagrees', ('About', 'What disagrees', 'Source'), rows)}"
    )


# --- the exception reports ----------------------------------------------------------------------------------------


def _reports(paper: Paper) -> str:
    drawn = f"<h2>Exception reports</h2><p>{escape(' '.join(paper.reports_said))}</p>"
    if paper.sheets:
        rows = [
            (_state(one.line), f"{escape(one.line.name)} ({escape(one.line.code)})", escape(one.line.why))
            for one in paper.sheets
        ]
        drawn += components.table("Exception reports of the quarter", ("State", "Indicator", "Why, in one line"), rows)
    if paper.earlier:
        before = [
            (escape(one.indicator), f'<span class="nowrap">{escape(one.quarter)}</span>', *_cells(one.step))
            for one in paper.earlier
        ]
        drawn += "<h3>Actions of earlier quarters that nobody has closed</h3>" + components.table(
            "Unfinished actions of earlier quarters", ("Indicator", "Quarter", "Action", "Owner", "Due"), before
        )
    return drawn


def _state(line: PaperLine) -> str:
    return components.state_badge(line.state) + ("" if line.required else " (not required)")


def _sheet(paper: Paper, sheet: ReportSheet) -> str:
    line = sheet.line
    standing = (
        f'<p class="standing"><span aria-hidden="true">{STATE_SHAPES[line.state]}</span> {escape(sheet.standing)}</p>'
        if sheet.standing
        else ""
    )
    about = [
        ("Quarter", escape(paper.quarter)),
        ("On the scorecard", f"{components.badge(line.rating)} {escape(line.aim)}"),
        ("Why this rating", escape(line.reason)),
        (
            "In one line",
            escape(line.why) if line.required else "This report is not required: it was written all the same.",
        ),
    ]
    said = "".join(f"<li>{escape(one)}</li>" for one in sheet.said)
    return (
        f'<section class="sheet {line.state}"><h2>Exception report: {escape(line.name)} ({escape(line.code)})</h2>{standing}'
        + "".join(f"<p><strong>{label}:</strong> {told}</p>" for label, told in about)
        + (f"<ul>{said}</ul>" if said else "")
        + "".join(_part(paper, part) for part in sheet.parts)
        + "</section>"
    )


def _part(paper: Paper, part: PaperPart) -> str:
    drawn = _actions(paper, part.actions) if part.actions else components.body(part.text, NOTHING_WRITTEN)
    return f"<h3>{escape(part.heading)}</h3>{drawn}"


def _actions(paper: Paper, actions: Iterable[Action]) -> str:
    rows = [(str(one.number), *_cells(step(one, paper.made_at.date()))) for one in actions]
    told = f"Each with its owner and due date, as of {day_in_words(paper.made_at)}"
    return components.table(told, ("No.", "Action", "Owner", "Due"), rows)


def _cells(one: ActionRow) -> tuple[str, str, str]:
    return escape(one.text).replace("\n", "<br>"), escape(one.owner), escape(one.due)

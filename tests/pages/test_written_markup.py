"""What authors write is drawn as they typed it, wherever it is drawn: reason lines, actions, sections, concerns, reasons."""

from __future__ import annotations

import io
from collections import Counter
from datetime import date

import docx
from streamlit.testing.v1 import AppTest

from kpi_core.access import Actor
from kpi_core.model import REPORT_SECTIONS, Action
from pages._ui import session

from . import body, opened, pressed, said, table
from .conftest import Downloads
from .report import AUTHOR, CODE, HEAD, Q1, Q2, at_report, begun, kept, key, whole, wrote

FILE = "quarter-on-paper-q2-2022-23.docx"

MARKS = "**bold** <i>x</i> [a](http://x) :red[x] $x$ `code` & &amp;"


def typed(what: str) -> str:
    """A text with markup that says what it was typed as."""
    return f"{what}: {MARKS}"


ACTIONS = (
    Action(0, typed("An action"), typed("An owner"), date(2022, 9, 30)),
    Action(0, typed("An open action"), "Team manager", date(2099, 3, 31)),
)


def written(quarter: str = Q2, actions: tuple[Action, ...] = ACTIONS) -> None:
    """A whole draft with markup in every part."""
    bodies = tuple((one, f"{typed(one)}\n\n- {typed('An item')}") for one in REPORT_SECTIONS)
    more = {"description": typed("The description"), "unplaced": typed("What had no place")}
    kept(quarter, reason_line=typed("The line"), sections=bodies, actions=actions, completed_by=typed("By"), **more)


def shows(at: AppTest, *whats: str) -> None:
    """Each text is on the page as it was typed, and nothing of the page came of its marks."""
    drawn = body(at)
    told = Counter(one.tag for one in drawn.every())
    assert told["i"] == 0
    assert all("http://x" not in link.attributes["href"] for link in drawn.every("a"))
    for what in whats:
        assert typed(what) in drawn.text
        assert drawn.text.count(f"{what}: ") == drawn.text.count(typed(what))
    assert not [
        one.value for one in (*at.markdown, *at.caption, *at.info, *at.warning, *at.error) if "bold" in one.value
    ]


def test_the_scorecard_draws_the_reason_line_and_the_concern_as_typed() -> None:
    written()
    session.services().reports.mark_concern(CODE, Q2, typed("A concern"), AUTHOR)
    shows(opened("scorecard", quarter=Q2), "The line", "A concern")


def test_the_page_of_exceptions_draws_lines_actions_owners_and_concerns_as_typed() -> None:
    written(actions=(Action(0, typed("An undated action"), typed("An owner")),))
    written(Q1)
    session.services().reports.mark_concern(CODE, Q2, typed("A concern"), AUTHOR)
    at = opened("exceptions", quarter=Q2)
    shows(at, "The line", "An action", "An open action", "An owner", "A concern")
    assert typed("An open action") in table(at, "Unfinished actions of earlier quarters").text
    assert typed("An undated action") in table(at, "Actions of this quarter without").text


def test_the_indicators_page_draws_the_whole_report_and_the_concern_as_typed() -> None:
    written()
    session.services().reports.mark_concern(CODE, Q2, typed("A concern"), AUTHOR)
    at = opened("indicator", indicator=CODE, quarter=Q2)
    shows(at, "The line", "The description", *REPORT_SECTIONS, "An item", "An action", "An owner", "By", "A concern")


def test_the_report_draws_every_part_as_typed_for_who_reads_it() -> None:
    written()
    shows(
        at_report(None),
        "The line",
        "The description",
        *REPORT_SECTIONS,
        "An item",
        "An action",
        "By",
        "What had no place",
    )


def test_the_report_draws_what_came_before_and_around_it_as_typed_for_who_writes_it() -> None:
    written(Q1)
    written()
    session.services().reports.mark_concern(CODE, Q2, typed("A concern"), AUTHOR)
    at = at_report()
    shows(at, "An action", "An owner", "An open action", "A concern")
    assert at.text_area(key=key("Reason line")).value == typed("The line")


def test_versions_draw_their_texts_and_why_a_report_was_given_back_as_typed() -> None:
    written()
    reports = session.services().reports
    draft = reports.one(CODE, Q2).report
    assert draft is not None
    reports.submit(CODE, Q2, draft.version, AUTHOR, despite=reports.objections(draft))
    reports.give_back(CODE, Q2, typed("A reason"), HEAD)
    at = at_report()
    at.selectbox(key=f"version_BCP_{CODE}_{Q2}").set_value(2).run()
    shows(at, "A reason", "The line", *REPORT_SECTIONS, "An action")


def test_what_two_people_wrote_at_once_is_set_side_by_side_as_typed() -> None:
    at = begun()
    reports = session.services().reports
    held = reports.one(CODE, Q2).report
    assert held is not None
    theirs = whole(held, reason_line=typed("Theirs"), completed_by="")
    reports.save(theirs, held.version, Actor("Robin Sample", "Report author"))
    wrote(at, "Reason line", typed("Mine"))
    assert any("Nothing of yours or theirs is lost." in one for one in said(at, "warning"))
    shows(at, "Theirs", "Mine")
    pressed(at, "take_theirs")
    shows(at, "Mine")


def test_on_paper_every_part_is_drawn_as_typed() -> None:
    written()
    written(Q1)
    at = opened("paper", quarter=Q2)
    shows(
        at, "The line", "The description", *REPORT_SECTIONS, "An item", "An action", "An owner", "An open action", "By"
    )
    assert typed("The line") in table(at, "Exception reports of the quarter").text
    assert typed("An action") in table(at, "Unfinished actions of earlier quarters").text
    assert typed("The line") in body(at).one("table", "scorecard").text


def test_the_word_file_has_every_part_as_typed(downloads: Downloads) -> None:
    written()
    written(Q1)
    opened("paper", quarter=Q2)
    document = docx.Document(io.BytesIO(downloads[FILE]()))
    cells = [cell.text for one in document.tables for row in one.rows for cell in row.cells]
    words = "\n".join((*(one.text for one in document.paragraphs), *cells))
    for what in (
        "The line",
        "The description",
        *REPORT_SECTIONS,
        "An item",
        "An action",
        "An owner",
        "An open action",
        "By",
    ):
        assert typed(what) in words
    assert not [run.text for one in document.paragraphs for run in one.runs if run.italic and MARKS in run.text]
    assert not [one.target_ref for one in document.part.rels.values() if "http://x" in str(one.target_ref)]

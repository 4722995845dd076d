"""The quarter on paper, as a page: the same record as the Word file, with a way to print it and to take it away."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import docx
import pytest

from kpi_core.intake import Decision, GivenFile
from kpi_core.model import REPORT_SECTIONS
from kpi_core.shell.services import Services
from kpi_core.showing import MADE_UP, MARKS, PAPER_COLUMNS
from pages._ui import on_paper, session

from ..conftest import figure, register, small_bundle
from . import CODES, Node, body, heading, moved_to, opened, said, table, template
from .conftest import Downloads, Load

Q2 = "Q2 2022-23"
FILE = "quarter-on-paper-q2-2022-23.docx"


def paper() -> Node:
    return body(opened("paper", quarter=Q2)).one("div", "paper")


def scores(drawn: Node) -> list[list[str]]:
    """The scorecard's rows: an indicator's cells, or one cell for a category and for why a target was missed."""
    return drawn.one("table", "scorecard").rows


def sheets(drawn: Node) -> dict[str, Node]:
    """The exception reports by their indicator's code."""
    return {one.one("h2").text.rsplit("(", 1)[1].rstrip(")"): one for one in drawn.every("section", "sheet")}


def parts(sheet: Node) -> dict[str, str]:
    """What stands under each heading of a form, as one text."""
    found: dict[str, str] = {}
    for node in (one for one in sheet.inside if isinstance(one, Node)):
        if node.tag == "h3":
            found[node.text] = ""
        elif found:
            found[list(found)[-1]] += f" {node.text}"
    return {what: told.strip() for what, told in found.items()}


def test_every_row_is_what_the_services_give(services: Services) -> None:
    lines = services.paper(Q2).lines
    rows = [row for row in scores(paper()) if len(row) == len(PAPER_COLUMNS)]
    assert len(rows) == len(lines) == 15
    for row, line in zip(rows, lines, strict=True):
        rating, name, value, target, change, reason, report, *_ = row
        assert rating.endswith(line.rating.words)
        assert (name, reason) == (line.name, line.reason)
        assert value == " ".join([line.value, *line.beneath])
        assert (target, change) == tuple(" ".join(one.said for one in line.cells[place].lines) for place in (3, 4))
        assert target.startswith(line.target or "none held")
        assert report.endswith(line.exception)


def test_under_a_missed_row_stands_why(services: Services) -> None:
    whys = [row[0] for row in scores(paper()) if len(row) == 1 and row[0].startswith("Why:")]
    assert whys == [f"Why: {line.why}" for line in services.paper(Q2).lines if line.required]
    assert len(whys) == 4


def test_every_exception_report_stands_in_the_forms_order_on_a_page_of_its_own(services: Services) -> None:
    drawn = sheets(paper())
    assert list(drawn) == ["PCP05", "FD01", "FD02", "ED07"]
    for code in ("PCP05", "FD02", "ED07"):
        report = services.reports.one(code, Q2).report
        assert report is not None
        found = parts(drawn[code])
        assert list(found) == [
            "Indicator description", f"Outturn, {Q2}", "Quarterly target", *REPORT_SECTIONS, "Actions taken or planned",
            "Completed by", "Service unit head approval with date",
        ]  # fmt: skip
        for name, text in report.sections:
            assert found[name] == (" ".join(text.split()) or "Nothing is written here.")
        assert all(action.text in found["Actions taken or planned"] for action in report.actions)
    assert parts(drawn["FD01"]) == {}


def test_a_report_that_is_not_approved_says_so_at_its_head() -> None:
    standing = {code: [one.text for one in sheet.every("p", "standing")] for code, sheet in sheets(paper()).items()}
    assert standing == {
        "PCP05": ["✎ DRAFT: this report is neither submitted nor approved."],
        "FD01": ["✖ Missing: an exception report is required, and none is written."],
        "FD02": ["➤ Submitted, not approved: this report waits for its approval."],
        "ED07": [],
    }


def test_the_marks_are_explained_and_every_rating_has_word_and_shape() -> None:
    drawn = paper()
    told = {row[0]: row[1] for row in table(opened("paper"), "Marks and rating words").rows}
    assert {mark: told[mark] for mark, _ in MARKS} == dict(MARKS)
    assert {"▼ Red", "◆ Amber", "● Green", "○ Not rated", "– No data"} <= told.keys()
    assert all(badge.text[1:].strip() for badge in drawn.every("span", "badge"))


def test_the_word_file_is_the_same_paper(downloads: Downloads) -> None:
    opened("paper", quarter=Q2)
    document = docx.Document(io.BytesIO(downloads[FILE]()))
    shown = [[" ".join(cell.text.split()) for cell in row.cells] for row in document.tables[0].rows[1:]]
    on_screen = [row[1] for row in scores(paper()) if len(row) == len(PAPER_COLUMNS)]
    assert [row[1].rsplit(" ", 1)[0] for row in shown if len(set(row)) > 1] == on_screen
    assert [row[1].rsplit(" ", 1)[1] for row in shown if len(set(row)) > 1] == list(CODES)


def test_printing_is_asked_for_once_for_each_press() -> None:
    at = opened("paper")
    scripts = [_scripts(at.run())]
    scripts += [_scripts(at.button(key="print").click().run()) for _ in range(2)]
    assert [len(one) for one in scripts] == [0, 1, 1]
    assert all("window.print()" in one[0] for one in scripts[1:])
    assert scripts[1] != scripts[2], "the same script twice would not be run again"
    assert _scripts(at.run()) == []


def _scripts(at: object) -> list[str]:
    return [one.value for one in at.main.html if "<script>" in one.value]  # type: ignore[attr-defined]


def test_the_scorecard_and_the_exceptions_page_lead_to_it() -> None:
    for page in ("scorecard", "exceptions"):
        links = [one.proto for one in opened(page).get("page_link")]
        assert [link.label for link in links if link.page == "paper"] == [
            "The quarter on paper: to print, or as a Word file"
        ]


def test_another_quarter_is_chosen_and_stays_in_the_address() -> None:
    at = opened("paper", quarter=Q2)
    at.selectbox(key="filter_quarter").select("Q1 2022-23").run()
    assert at.query_params["quarter"] == "Q1 2022-23"
    assert heading(at) == "April to June 2022 (Q1 2022-23)"
    assert heading(moved_to(at, "scorecard")) == "April to June 2022 (Q1 2022-23)"


def test_a_quarter_without_figures_has_every_row_and_says_so() -> None:
    drawn = body(opened("paper", quarter="Q3 2022-23")).one("div", "paper")
    assert drawn.one("p", "headline").text == "No figures are held for October to December 2022 (Q3 2022-23)."
    assert len([row for row in scores(drawn) if len(row) == len(PAPER_COLUMNS)]) == 15
    assert sheets(drawn) == {}


def test_without_any_figures_there_is_one_sentence_and_nothing_to_take_away(load: Load, downloads: Downloads) -> None:
    load(small_bundle())
    at = opened("paper")
    assert heading(at) == "No figures are held yet"
    assert not at.exception
    assert downloads == {}


def test_an_area_has_its_own_paper(load: Load) -> None:
    load(
        small_bundle(
            areas=[{"code": "X", "name": "Exampleshire"}, {"code": "Y", "name": "Otherton"}],
            indicators=[register("A1", areas="X Y")],
            observations=[figure("A1", Q2, "50"), figure("A1", Q2, "60", area="Y")],
        )
    )
    at = opened("paper", area="Y")
    assert body(at).one("p", "over").text == "Otherton: children's services scorecard and exception reports"
    assert scores(body(at).one("div", "paper"))[1][2] == "60%"


def test_the_example_says_that_it_is_made_up(example: None) -> None:
    at = opened("paper")
    assert said(at, "warning")[0] == f"Example council. {MADE_UP}"
    assert len(sheets(body(at).one("div", "paper"))) == 7


def test_the_quarter_on_paper_is_as_it_stood_and_says_so_there_and_in_the_word_file(downloads: Downloads) -> None:
    uploads = session.services().uploads
    preview = uploads.preview(GivenFile(template({"FD01": "88.2"}, quarter=Q2), "figures.csv"))
    uploads.publish(preview, Decision("Officer", "Counted twice.", confirmed=None))
    assert value_of("FD01", paper()).startswith("88.2% [r]")
    for asked, said_so in (
        ("first", "As first recorded here"),
        ("1", "As it stood at record 1 of 2, 22 November 2022"),
    ):
        at = opened("paper", quarter=Q2, at=asked)
        assert said(at) == [f"{said_so}."]
        assert value_of("FD01", body(at).one("div", "paper")) == "83.5%"
        assert said_so in body(at).one("div", "paper").text
        word = docx.Document(io.BytesIO(downloads[FILE]()))
        assert said_so in " ".join(cell.text for one in word.tables for cell in one._cells) + " ".join(
            one.text for one in word.paragraphs
        )


def value_of(code: str, drawn: Node) -> str:
    """The figure of an indicator on paper."""
    name = session.services().scorecard(Q2).row(code).indicator.name
    return next(row[2] for row in scores(drawn) if len(row) == len(PAPER_COLUMNS) and row[1] == name)


def test_what_people_typed_is_text_and_nothing_else(load: Load) -> None:
    name = "<script>alert(1)</script> & </style> {x}"
    load(
        small_bundle(
            indicators=[register("A1", name=name, category=name)],
            targets=[{"indicator": "A1", "from_quarter": Q2, "value": "88", "source": name}],
            observations=[figure("A1", Q2, "80", source=name, note=name)],
        )
    )
    at = opened("paper")
    drawn = body(at).one("div", "paper")
    assert not drawn.every("script")
    assert scores(drawn)[1][1] == name
    assert name in sheets(drawn)["A1"].text


@pytest.mark.parametrize("council", ['A "quoted" \\ council', "</style><b>x", "a\nb;}", "Bürger 👩"])
def test_the_foot_of_a_page_holds_text_alone(services: Services, council: str) -> None:
    given = services.paper(Q2)
    foot = on_paper.foot(replace(given, council=council))
    (content,) = re.findall(r'^<style>@page \{ @bottom-left \{ content: "([^"]*)"; \} \}</style>$', foot)
    told = re.sub(r"\\([0-9a-f]{6})", lambda found: chr(int(found[1], 16)), content)
    assert told == f"{council}. July to September 2022 (Q2 2022-23)"
    assert re.fullmatch(r"[A-Za-z0-9\\]*", content)


def test_made_up_figures_are_said_to_be_so_at_the_head_of_every_printed_page(services: Services) -> None:
    foot = on_paper.foot(replace(services.paper(Q2), made_up="Made up"))
    assert foot.endswith('@top-left { content: "Made\\000020up"; } }</style>')

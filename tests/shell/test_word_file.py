"""The Word file says, row by row and word by word, what the services that fill the screen give."""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

from kpi_core.access import Actor
from kpi_core.judging import Rating, Row, headline, target_words
from kpi_core.model import NONE_IDENTIFIED, REPORT_SECTIONS, Action, ExceptionReport, ReportState
from kpi_core.periods import day_in_words
from kpi_core.shell import example
from kpi_core.shell.export.word_file import FILLS, FONT, render
from kpi_core.shell.services import Services
from kpi_core.shell.storage import make_database
from kpi_core.showing import COLOURS_NOTE, MADE_UP, MARKS, Drawn, Line, Paper

from ..conftest import NOW, REPO, figure, fixed_clock, register, small_bundle, write_files

Q2 = "Q2 2022-23"
SHAPES = {"red": "▼", "amber": "◆", "green": "●", "not_rated": "○", "no_data": "–"}
STATES = {"missing": "✖ Missing", "draft": "✎ Draft", "submitted": "➤ Submitted", "approved": "✔ Approved"}
PAPER_COLUMNS = [
    "Rating", "Indicator", "Value", "Target", "Leading change", "Why this rating", "Exception report"
]  # fmt: skip
AUTHOR, HEAD = Actor("Ann Author", "Report author"), Actor("Hilda Head", "Service Unit Head")


# --- how a file is read back --------------------------------------------------------------------------------------


@dataclass
class Chapter:
    """A heading with what stands under it, down to the next heading of whatever level."""

    level: str
    heading: str
    paragraphs: list[Paragraph] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)

    @property
    def text(self) -> str:
        return one_line("\n".join(paragraph.text for paragraph in self.paragraphs))


@dataclass
class File:
    """A Word file, read back."""

    document: Any
    chapters: list[Chapter]

    def chapter(self, heading: str) -> Chapter:
        (found,) = [one for one in self.chapters if one.heading.startswith(heading)]
        return found

    @property
    def scorecard(self) -> list[list[list[str]]]:
        """The rows of the scorecard's table below its headings: each cell's paragraphs; one cell where a row is one."""
        (table,) = self.chapter("Scorecard").tables
        return [cells(row) for row in table.rows][1:]

    @property
    def reports(self) -> dict[str, list[Chapter]]:
        """The chapters of each exception report, by its indicator's code."""
        found: dict[str, list[Chapter]] = {}
        for one in self.chapters:
            if one.heading.startswith("Exception report: "):
                here = found.setdefault(one.heading.rsplit("(", 1)[1].rstrip(")"), [])
            if one.heading.startswith("Exception report: ") or (found and one.level == "Heading 3"):
                here.append(one)
        return found

    @property
    def words(self) -> str:
        """Every word of the file's body, in order."""
        return one_line(
            " ".join(
                " ".join([*(p.text for p in one.paragraphs), *(c.text for t in one.tables for r in t.rows for c in r.cells)])
                for one in self.chapters
            )
        )  # fmt: skip


def one_line(text: str) -> str:
    return " ".join(text.split())


def cells(row: Any) -> list[list[str]]:
    """Each cell's paragraphs; cells that were made one are one."""
    return [[one_line(Paragraph(p, row).text) for p in cell.iter(qn("w:p"))] for cell in row._tr.tc_lst]


def opened(content: bytes) -> File:
    document = docx.Document(io.BytesIO(content))
    chapters = [Chapter("", "")]
    for element in document.iter_inner_content():
        if isinstance(element, Table):
            chapters[-1].tables.append(element)
        elif element.style is not None and (element.style.name or "").startswith(("Title", "Heading")):
            chapters.append(Chapter(element.style.name or "", element.text))
        else:
            chapters[-1].paragraphs.append(element)
    return File(document, chapters)


def of(services: Services, quarter: str | None = None, area: str | None = None) -> File:
    return opened(render(services.paper(quarter, area)))


@pytest.fixture(scope="module")
def file(services: Services) -> File:
    return of(services, Q2)


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    path: Path = tmp_path_factory.mktemp("example") / "example.duckdb"
    make_database(path, example.files(2022), fixed_clock)
    held = Services.open(path, clock=fixed_clock)
    yield held
    held.close()


def small(tmp_path: Path, **tables: Any) -> Services:
    folder = write_files(tmp_path / "data", small_bundle(**tables))
    return Services.open(tmp_path / "kpi.duckdb", folder, fixed_clock)


# --- it says what the services say --------------------------------------------------------------------------------


def compare_scorecard(found: File, services: Services, quarter: str | None, area: str | None = None) -> None:
    """Every row of the file with every row of the scorecard: nothing is left out, and nothing is added."""
    card = services.scorecard(quarter, area)
    rows = iter(found.scorecard)
    category = ""
    for row in card.rows:
        if row.indicator.category != category:
            category = row.indicator.category
            assert next(rows) == [[one_line(category)]]
        compare_row(next(rows), row)
        if row.exception.required:
            note = row.note or "past the intervention level"
            why = f"Why: {row.exception.reason_line or 'No explanation yet.'} {note[0].upper()}{note[1:]}."
            assert next(rows) == [[one_line(why)]]
    assert list(rows) == []
    assert [one_line(p.text) for p in found.chapters[1].paragraphs][-len(headline(card)) :] == [
        one_line(sentence) for sentence in headline(card)
    ]


def compare_row(found: list[list[str]], row: Row) -> None:
    rating, name, value, target, change, reason, exception, *_ = found
    assert rating == [f"{SHAPES[row.rated.rating]} {row.rated.rating.words}"]
    assert name == [one_line(row.indicator.name), row.indicator.code]
    assert value[0] == row.display
    assert one_line(row.conflict).casefold() in " ".join(value).casefold()
    assert target[0] == (target_words(row.target, row.indicator) or "none held")
    assert any("intervention level" in one for one in target) == (
        row.target is not None and row.target.intervention_level is not None
    )
    lead = row.changes.lead
    told = lead or (row.changes.year if row.indicator.leads_on_year else row.changes.quarter)
    assert change[0].startswith(one_line(told.text).rstrip("."))
    assert reason == [one_line(row.rated.reason)]
    state = row.exception.state
    assert exception[0].removesuffix(" (not required)") == STATES.get(state, "Not required")


def compare_reports(found: File, services: Services, quarter: str | None, area: str | None = None) -> None:
    """Every exception report of the file with what the services give of it, part by part."""
    view = services.exceptions(quarter, area)
    rows = [*view.required, *view.not_required]
    assert list(found.reports) == [row.indicator.code for row in rows]
    for row in rows:
        first, *parts = found.reports[row.indicator.code]
        assert first.level == "Heading 2"
        on = f"On the scorecard: {SHAPES[row.rated.rating]} {row.rated.rating.words}: {row.display}"
        assert on in first.text
        assert one_line(row.rated.reason) in first.text
        assert one_line(row.exception.reason_line) in first.text
        report = services.reports.one(row.indicator.code, row.quarter.text, area).report
        if row.exception.state is ReportState.MISSING:
            assert "Missing: an exception report is required, and none is written." in first.text
            assert parts == []
        else:
            assert report is not None
            compare_report(parts, report, row)


def compare_report(parts: list[Chapter], report: ExceptionReport, row: Row) -> None:
    unit = "%" if row.indicator.unit == "percent" else ""
    expected = {
        "Indicator description": report.description,
        f"Outturn, {report.quarter}": report.outturn,
        "Quarterly target": report.target,
        **dict(report.sections),
        "Actions taken or planned": None,
        "Completed by": report.completed_by,
        "Service unit head approval with date": ", ".join(
            part for part in (report.approved_by, day_in_words(report.approved_on) if report.approved_on else "") if part
        ),
    }  # fmt: skip
    assert [part.heading for part in parts] == list(expected)
    for part, (heading, said) in zip(parts, expected.items(), strict=True):
        if heading == "Actions taken or planned" and report.actions:
            compare_actions(part, report)
        elif heading.startswith(("Outturn", "Quarterly")) and said is not None:
            figures = part.text.replace(",", "").replace("£", "")
            assert figures.startswith(f"{said:f}{unit}")
        else:
            written = one_line(re.sub(r"(?m)^- ", "", str(said or "")))
            assert part.text == (written or "Nothing is written here.")


def compare_actions(part: Chapter, report: ExceptionReport) -> None:
    (table,) = part.tables
    heads, *rows = [[" ".join(cell) for cell in cells(row)] for row in table.rows]
    assert heads == ["No.", "Action", "Owner", "Due"]
    assert len(rows) == len(report.actions)
    for (number, said, owner, due), action in zip(rows, report.actions, strict=True):
        assert number == str(action.number)
        assert said.startswith(one_line(action.text))
        assert owner == (one_line(action.owner) or "No owner is given.")
        assert due.startswith(day_in_words(action.due) if action.due else "No due date is given.")


@pytest.mark.parametrize("quarter", ["Q2 2022-23", "Q1 2022-23", "Q2 2021-22"])
def test_every_row_and_every_report_of_the_council_is_what_the_services_give(services: Services, quarter: str) -> None:
    found = of(services, quarter)
    compare_scorecard(found, services, quarter)
    compare_reports(found, services, quarter)


@pytest.mark.parametrize("quarter", ["Q2 2025-26", "Q1 2025-26", "Q3 2023-24", "Q3 2021-22"])
def test_every_row_and_every_report_of_the_example_council_is_what_the_services_give(
    made_up: Services, quarter: str
) -> None:
    found = of(made_up, quarter)
    compare_scorecard(found, made_up, quarter)
    compare_reports(found, made_up, quarter)


def test_a_quarter_without_figures_gives_every_row_without_data_and_no_report(services: Services) -> None:
    found = of(services, "Q3 2022-23")
    compare_scorecard(found, services, "Q3 2022-23")
    assert found.reports == {}
    assert {row[0][0] for row in found.scorecard if len(row) > 1} == {"– No data"}


def test_an_area_of_many_indicators_is_whole(tmp_path: Path) -> None:
    codes = [f"A{n:03d}" for n in range(150)]
    held = small(
        tmp_path,
        areas=[{"code": "X", "name": "Exampleshire"}, {"code": "Y", "name": "Otherton"}],
        indicators=[register(code, areas="X Y", category=f"Part {n // 40}") for n, code in enumerate(codes)],
        targets=[{"indicator": c, "area": "Y", "from_quarter": Q2, "value": "50", "source": "Plan"} for c in codes[::2]],
        observations=[figure(code, Q2, f"{n / 10 + 40:.1f}", area="Y") for n, code in enumerate(codes)],
    )  # fmt: skip
    found = of(held, Q2, "Y")
    compare_scorecard(found, held, Q2, "Y")
    compare_reports(found, held, Q2, "Y")
    assert len([row for row in found.scorecard if len(row) > 1]) == 150
    assert found.document.core_properties.title.startswith("Otherton: ")
    held.close()


ODD = 'Plans & <b>homes</b> "on time" – ½ 👩\u200d👧 ﷽ ]]> &amp; {{x}} =1+1 _x0041_'


def test_odd_characters_stand_as_they_are(tmp_path: Path) -> None:
    held = small(
        tmp_path,
        indicators=[register("A1", name=ODD, category=ODD)],
        targets=[{"indicator": "A1", "from_quarter": Q2, "value": "88", "source": "Plan"}],
        observations=[figure("A1", Q2, "80")],
    )
    begun = held.reports.start("A1", Q2, AUTHOR)
    sections = tuple((heading, f"{ODD}\n\n- {ODD}\n- two\ttabs") for heading, _ in begun.sections)
    actions = (Action(0, f"{ODD}\nsecond line", ODD[:60], date(2022, 12, 31)),)
    held.reports.save(replace(begun, reason_line=ODD, sections=sections, actions=actions), 1, AUTHOR)
    found = of(held, Q2)
    compare_scorecard(found, held, Q2)
    compare_reports(found, held, Q2)
    held.close()


def test_a_character_that_a_word_file_cannot_hold_is_shown_as_missing(services: Services) -> None:
    odd = with_cell(services.paper(Q2), 1, "Plans\x00\ufffe\x0b on time")
    assert opened(render(odd)).scorecard[1][1][0] == "Plans\ufffd\ufffd\ufffd on time"


# --- what it says of itself ---------------------------------------------------------------------------------------


def test_it_explains_its_marks_and_the_words_of_its_ratings(file: File) -> None:
    how = file.chapter("How to read the scorecard")
    told = {row[0][0]: row[1][0] for row in map(cells, how.tables[0].rows)}
    assert {mark: told[mark] for mark, _ in MARKS} == dict(MARKS)
    for rating in Rating:
        assert told[f"{SHAPES[rating]} {rating.words}"]
    assert COLOURS_NOTE in how.text
    assert "Made: 22 November 2022, 09:30 UTC" in how.text
    assert "Source of the figures: Quarterly performance report, Quarter 2 2022-23" in how.text


def test_every_conflict_of_the_quarter_is_in_it_once_with_its_source(file: File, services: Services) -> None:
    for conflict in services.about().conflicts:
        assert file.words.count(one_line(conflict.sentence)) == 1
        assert one_line(conflict.source) in file.words


def test_none_identified_is_told_apart_from_nothing_written(file: File) -> None:
    said = {part.heading: part.text for part in file.reports["FD02"]}
    assert said["Financial implications"] == NONE_IDENTIFIED
    assert said["Service unit head approval with date"] == "Nothing is written here."


def test_provisional_figures_two_figures_and_targets_without_a_tolerance_are_said(file: File) -> None:
    rows = {row[1][1]: row for row in file.scorecard if len(row) > 1}
    assert rows["ED07"][2] == ["25.4% [p]"]
    assert rows["PCP05"][2] == ["79%", "Two figures: 79%, 64%; both give Red."]
    assert "no tolerance held, so Amber could not be given" in rows["FD01"][5][0]
    assert rows["PCP06"][3] == ["none held", "intervention level 16%"]


def test_a_report_that_is_not_approved_says_so_on_every_page_of_it(file: File) -> None:
    heads = [section.header.paragraphs[0].text for section in file.document.sections]
    assert heads == [
        "",
        "",
        "DRAFT: this report is neither submitted nor approved.",
        "Missing: an exception report is required, and none is written.",
        "Submitted, not approved: this report waits for its approval.",
        "",
    ]
    for code, mark in {"PCP05": "✎ DRAFT", "FD01": "✖ Missing", "FD02": "➤ Submitted, not approved"}.items():
        assert next(p.text for p in file.reports[code][0].paragraphs if p.style.name == "Notice").startswith(mark)
    assert not [p for p in file.reports["ED07"][0].paragraphs if p.style.name == "Notice"]


def test_the_example_says_on_its_first_page_and_over_every_page_that_it_is_made_up(
    made_up: Services, services: Services, file: File
) -> None:
    found = of(made_up)
    assert [p.text for p in found.chapters[1].paragraphs if p.style is not None and p.style.name == "Notice"] == [
        MADE_UP
    ]
    assert all(section.header.paragraphs[0].text.endswith(MADE_UP) for section in found.document.sections)
    assert MADE_UP not in file.words


def test_nobody_is_named_in_any_part_of_it(tmp_path: Path) -> None:
    held = small(
        tmp_path,
        targets=[{"indicator": "A1", "from_quarter": Q2, "value": "88", "source": "Plan"}],
        observations=[figure("A1", Q2, "80")],
    )
    begun = held.reports.start("A1", Q2, AUTHOR)
    written = replace(
        begun, reason_line="Staff left.", sections=tuple((heading, "Staff left.") for heading in REPORT_SECTIONS),
        actions=(Action(0, "Fill the posts.", "Head of Service", date(2022, 12, 31)),), completed_by="Report author",
    )  # fmt: skip
    draft = held.reports.save(written, 1, AUTHOR)
    handed_in = held.reports.submit("A1", Q2, draft.version, AUTHOR)
    held.reports.approve("A1", Q2, handed_in.version, HEAD)
    held.reports.mark_concern("A1", Q2, "It falls.", AUTHOR)
    content = render(held.paper(Q2))
    compare_reports(opened(content), held, Q2)
    assert "Service Unit Head, 22 November 2022" in opened(content).words
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        everything = "".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())
    for name in ("Ann", "Hilda", "python-docx"):
        assert not re.search(rf"\b{name}\b", everything)
    held.close()


# --- the document -------------------------------------------------------------------------------------------------


def test_its_properties_say_what_it_is_and_whose_and_name_no_person(file: File) -> None:
    about = file.document.core_properties
    assert about.title == (
        "Bournemouth, Christchurch and Poole: children's services scorecard and exception reports, "
        "July to September 2022 (Q2 2022-23)"
    )
    assert about.author == about.last_modified_by == "Bournemouth, Christchurch and Poole Council"
    assert (about.language, about.comments) == ("en-GB", "")
    assert about.created.replace(tzinfo=None) == about.modified.replace(tzinfo=None) == NOW
    spoken = file.document.styles.element.iter(qn("w:lang"))
    assert {one.get(qn("w:val")) for one in spoken} == {"en-GB"}


def test_headings_are_headings_and_none_is_left_out(file: File) -> None:
    levels = [int(one.level[-1]) for one in file.chapters[2:]]
    assert file.chapters[1].level == "Title"
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert {1, 2, 3} == set(levels)


def test_every_tables_headings_repeat_and_no_row_splits(file: File) -> None:
    tables = [table for one in file.chapters for table in one.tables]
    assert len(tables) >= 5
    for table in tables:
        rows = [row._tr.trPr for row in table.rows]
        assert [row.find(qn("w:tblHeader")) is not None for row in rows] == [True] + [False] * (len(rows) - 1)
        assert all(row.find(qn("w:cantSplit")) is not None for row in rows)
        assert {p.style.name for p in table.rows[0].cells[0].paragraphs} == {"Table Head"}
        assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val"))


def test_a_missed_row_stays_with_its_reason_and_a_category_with_its_first_row(file: File) -> None:
    (table,) = file.chapter("Scorecard").tables
    rows = [(cells(row), row) for row in table.rows]
    for (_, row), (following, _) in pairwise(rows):
        one_cell = len(cells(row)) == 1
        category = one_cell and not cells(row)[0][0].startswith("Why: ")
        held = all(p.paragraph_format.keep_with_next for cell in row.cells for p in cell.paragraphs)
        assert held == (category or following[0][0].startswith("Why: "))


def test_the_scorecard_lies_across_and_the_reports_stand_upright(file: File) -> None:
    ways = [(section.page_width.cm > section.page_height.cm, section.orientation) for section in file.document.sections]
    assert ways == [(True, 1)] + [(False, 0)] * 5
    assert {round(max(s.page_width.cm, s.page_height.cm), 1) for s in file.document.sections} == {29.7}


def test_tables_fit_between_the_margins(file: File) -> None:
    for place, heading in ((0, "Scorecard"), (1, "How to read the scorecard"), (1, "Exception reports")):
        section = file.document.sections[place]
        room = section.page_width - section.left_margin - section.right_margin
        for table in file.chapter(heading).tables:
            assert sum(column.width for column in table.columns) <= room


def test_every_page_has_its_number_the_council_and_the_quarter_at_its_foot(file: File) -> None:
    for section in file.document.sections:
        foot = section.footer.paragraphs[0]
        fields = [one.get(qn("w:instr")) for one in foot._p.iter(qn("w:fldSimple"))]
        assert fields == ["PAGE", "NUMPAGES"]
        words = "".join(t.text for t in foot._p.iter(qn("w:t")))
        assert words.startswith("Bournemouth, Christchurch and Poole CouncilJuly to September 2022 (Q2 2022-23)")
        assert len(list(foot._p.iter(qn("w:br")))) == 1, "a long name leaves the number its place"
        assert words.endswith("Page 1 of 1"), "Word counts the pages itself; until then each is the first"


def test_everything_is_large_enough_and_dark_enough_to_read(file: File) -> None:
    paragraphs = [p for one in file.chapters for p in (*one.paragraphs, *(q for t in one.tables for r in t.rows for c in r.cells for q in c.paragraphs))]  # fmt: skip
    for name in {p.style.name for p in paragraphs} | {
        "Title",
        "Heading 1",
        "Heading 2",
        "Heading 3",
        "Header",
        "Footer",
    }:
        style = file.document.styles[name]
        assert style.font.size.pt >= 10.5, name
        assert style.font.name == FONT, name
        assert contrast(str(style.font.color.rgb), "FFFFFF") > 7, name
    assert all(contrast("16191D", fill) > 7 for fill in FILLS.values())


def contrast(one: str, other: str) -> float:
    """How far two colours stand apart, by WCAG's formula."""
    lights = sorted(light(colour) for colour in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def light(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(part * weight for part, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


def test_a_ratings_cell_is_filled_by_its_rating_alone(file: File) -> None:
    (table,) = file.chapter("Scorecard").tables
    for row in table.rows:
        found = cells(row)
        if len(found) > 1 and found[0][0] != "Rating":
            ground = row._tr.tc_lst[0].tcPr.find(qn("w:shd"))
            fill = None if ground is None else ground.get(qn("w:fill"))
            rating = next(one for one in Rating if found[0][0].endswith(one.words))
            assert fill == FILLS.get(rating)


# --- the same paper, the same file --------------------------------------------------------------------------------


def test_the_same_paper_gives_the_same_bytes_whenever_and_wherever_it_is_made(
    services: Services, tmp_path: Path
) -> None:
    here = render(services.paper(Q2))
    assert render(services.paper(Q2)) == here
    code = (
        "import sys; from datetime import datetime; from pathlib import Path\n"
        "from kpi_core.shell.services import Services; from kpi_core.shell.export.word_file import render\n"
        "held = Services.open(Path(sys.argv[1]), clock=lambda: datetime(2022, 11, 22, 9, 30))\n"
        "sys.stdout.buffer.write(render(held.paper('Q2 2022-23')))"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "kpi.duckdb")],
        cwd=REPO, env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "Pacific/Auckland"}, check=True, capture_output=True,
    ).stdout  # fmt: skip
    assert hashlib.sha256(elsewhere).hexdigest() == hashlib.sha256(here).hexdigest()


def test_every_part_of_the_file_is_dated_with_the_papers_own_moment(services: Services) -> None:
    with zipfile.ZipFile(io.BytesIO(render(services.paper(Q2)))) as packed:
        assert {entry.date_time for entry in packed.infolist()} == {(2022, 11, 22, 9, 30, 0)}
        assert packed.namelist()[0] == "[Content_Types].xml"
        assert not [name for name in packed.namelist() if "thumbnail" in name]


def with_cell(given: Paper, place: int, said: str) -> Paper:
    """A paper with other words in one cell of its first row."""
    (category, (first, *lines)), *rest = given.groups
    cells = tuple(Drawn((Line(said),)) if at == place else cell for at, cell in enumerate(first.cells))
    return replace(given, groups=((category, (replace(first, cells=cells), *lines)), *rest))


def test_a_figure_that_changes_changes_the_file(services: Services) -> None:
    given = services.paper(Q2)
    assert render(with_cell(given, 2, "99.9%")) != render(given)


def test_the_library_is_loaded_only_when_a_file_is_made() -> None:
    code = "import sys, kpi_core.__main__, kpi_core.shell.export.word_file; sys.exit('docx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=REPO, check=False).returncode == 0

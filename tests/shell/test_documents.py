"""Word files and plain text as paragraphs: every shape of form that Word users make, and a sentence for every file that is none."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from docx import Document
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_core.errors import UnreadableDocument
from kpi_core.forms import Form, FormAction, NoForm, Paragraph, read_forms
from kpi_core.model import NONE_IDENTIFIED, REPORT_SECTIONS
from kpi_core.periods import Quarter
from kpi_core.shell.services.documents import LIMITS, Limits, read_document

SPRING = date(2023, 3, 31)
Labels = dict[str, str]


def saved(document: Any) -> bytes:
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def read(document: Any) -> tuple[Paragraph, ...]:
    """The paragraphs of a document made here."""
    return read_document(saved(document), "report.docx")


def texts(document: Any) -> list[str]:
    return [paragraph.text for paragraph in read(document)]


def refusal(content: bytes, name: str = "report.docx", limits: Limits = LIMITS) -> str:
    """The sentence with which a file is refused."""
    with pytest.raises(UnreadableDocument) as refused:
        read_document(content, name, limits)
    return str(refused.value)


# --- one form in many shapes ----------------------------------------------------------------------------------------

PARTS = ("title", "indicator", "outturn", "target", *REPORT_SECTIONS, "actions", "completed", "approved")
PRINTED = (
    "Exception Performance Report", "Indicator Description (taken from performance scorecard)", "2022/23 Q2 outturn",
    "Quarterly Target", "Reason for level of performance", "Summary of financial implications", "Summary of legal implications",
    "Summary of human resources implications", "Summary of sustainability impact", "Summary of public health implications",
    "Summary of equality implications", "Actions taken or planned to improve performance", "Completed by",
    "Service Unit Head approval with date",
)  # fmt: skip
SHORT = (
    "EXCEPTION REPORT", "Indicator", "Outturn (Q2 2022-23)", "Target", "Reasons for performance", "Finance", "Legal", "HR",
    "Sustainability", "Public Health", "Equalities", "Actions", "Author", "Sign off",
)  # fmt: skip
MISSPELT = (
    "Exception Perfomance Report", "Indicator Desciption", "Q2 2022/23 Out-turn", "Quartely Target", "Reason for levle of performance",
    "Summary of finacial implications", "Summary oflegal implications", "Summary of human resourcesimplications",
    "Summary of sustainabilty impact", "Summary of public heath implications", "Summary of equaltiy implications",
    "Actions taken or planed to improve performance", "Completedby", "Service Unit Head aproval with date",
)  # fmt: skip
OTHER = (
    "Performance Exception Report Form", "Performance indicator", "Outturn for July to September 2022", "Target for the quarter",
    "Explanation of performance", "Finance implications", "Legal and governance implications", "Workforce implications",
    "Environmental impact", "Public health and wellbeing", "Equality, diversity & inclusion", "Action plan", "Prepared by",
    "Approved by",
)  # fmt: skip
VALUES: dict[str, str] = {
    "indicator": "Care leavers in suitable homes",
    "outturn": "81.5%",
    "target": "90%",
    REPORT_SECTIONS[0]: "Two landlords left the scheme in August.",
    REPORT_SECTIONS[1]: "None identified.",
    REPORT_SECTIONS[2]: "The duty to house care leavers is not met in full.",
    REPORT_SECTIONS[3]: "See financial implications.",
    REPORT_SECTIONS[4]: "N/A",
    REPORT_SECTIONS[5]: "Poor housing harms health.",
    REPORT_SECTIONS[6]: "Legal advice was sought for young parents.",
    "actions": "Sign two landlords. (Owner: Team Manager, by 31 March 2023)",
    "completed": "Alex Example",
    "approved": "Priya Sample, 27.10.2022",
}


def labels(words: Iterable[str], before: str = "", after: str = "") -> Labels:
    return {part: f"{before}{text}{after}" for part, text in zip(PARTS, words, strict=True)}


def plain(words: Labels) -> Any:
    """Heading and text, a paragraph each."""
    document = Document()
    document.add_paragraph(words["title"])
    for part in PARTS[1:]:
        document.add_paragraph(words[part])
        document.add_paragraph(VALUES[part])
    return document


def styled(words: Labels) -> Any:
    """Headings in Word's own style."""
    document = Document()
    document.add_heading(words["title"], 0)
    for part in PARTS[1:]:
        document.add_heading(words[part], 2)
        document.add_paragraph(VALUES[part])
    return document


def bold(words: Labels) -> Any:
    """Bold headings, as if somebody had pressed a key instead of choosing a style."""
    document = Document()
    document.add_paragraph().add_run(words["title"]).bold = True
    for part in PARTS[1:]:
        document.add_paragraph().add_run(words[part]).bold = True
        document.add_paragraph(VALUES[part])
    return document


def bold_run_in(words: Labels) -> Any:
    """A bold heading and its text in one paragraph, in several runs as Word cuts them."""
    document = Document()
    document.add_paragraph(words["title"])
    for part in PARTS[1:]:
        paragraph = document.add_paragraph()
        middle = len(words[part]) // 2
        for piece in (words[part][:middle], words[part][middle:]):
            paragraph.add_run(piece).bold = True
        paragraph.add_run(f" {VALUES[part]}")
    return document


def run_in(words: Labels) -> Any:
    """Heading and text in one paragraph, told apart by the colon alone."""
    document = Document()
    document.add_paragraph(words["title"])
    for part in PARTS[1:]:
        document.add_paragraph(f"{words[part]} {VALUES[part]}")
    return document


def soft_break(words: Labels) -> Any:
    """Heading and text in one paragraph with a line break (Shift+Enter) between them."""
    document = Document()
    document.add_paragraph(words["title"])
    for part in PARTS[1:]:
        document.add_paragraph(f"{words[part]}\n{VALUES[part]}")
    return document


def table(words: Labels) -> Any:
    """One table, headings on the left and texts on the right."""
    document = Document()
    document.add_paragraph(words["title"])
    grid = document.add_table(0, 2)
    for part in PARTS[1:]:
        row = grid.add_row().cells
        row[0].text, row[1].text = words[part], VALUES[part]
    return document


def one_column(words: Labels) -> Any:
    """One table of one column, headings and texts in turn."""
    document = Document()
    document.add_paragraph(words["title"])
    grid = document.add_table(0, 1)
    for part in PARTS[1:]:
        grid.add_row().cells[0].text = words[part]
        grid.add_row().cells[0].text = VALUES[part]
    return document


def boxes(words: Labels) -> Any:
    """A table whose every cell holds a heading and, below it, its text."""
    document = Document()
    grid = document.add_table(0, 1)
    grid.add_row().cells[0].text = words["title"]
    for part in PARTS[1:]:
        cell = grid.add_row().cells[0]
        cell.text = words[part]
        cell.add_paragraph(VALUES[part])
    return document


def four_columns(words: Labels) -> Any:
    """Short fields two to a row, and each section in a merged row below its heading."""
    document = Document()
    document.add_paragraph(words["title"])
    grid = document.add_table(0, 4)
    for part in PARTS[1:]:
        if part in ("indicator", "outturn", "completed"):
            row = grid.add_row().cells
        if part in ("indicator", "outturn", "target", "completed", "approved"):
            at = 2 if part in ("target", "approved") else 0
            row[at].text, row[at + 1].text = words[part], VALUES[part]
            continue
        for text in (words[part], VALUES[part]):
            merged = grid.add_row().cells
            merged[0].merge(merged[3]).text = text
    return document


def row_over_row(words: Labels) -> Any:
    """Figures and signatures as a row of labels over a row of values; the sections as paragraphs."""
    document = Document()
    document.add_paragraph(words["title"])

    def over(*parts: str) -> None:
        grid = document.add_table(2, len(parts))
        for column, part in enumerate(parts):
            grid.cell(0, column).text, grid.cell(1, column).text = words[part], VALUES[part]

    over("indicator", "outturn", "target")
    for part in (*REPORT_SECTIONS, "actions"):
        document.add_paragraph(words[part])
        document.add_paragraph(VALUES[part])
    over("completed", "approved")
    return document


def actions_in_a_table(words: Labels, nested: bool = False) -> Any:
    """Actions with the columns that most forms give them, in the document or within the form's own table."""
    document = table({**words}) if nested else bold(words)
    if nested:
        cell = next(row.cells[1] for row in document.tables[0].rows if row.cells[0].text == words["actions"])
        cell.text = ""
        grid = cell.add_table(2, 3)
    else:
        paragraph = next(one for one in document.paragraphs if one.text == VALUES["actions"])
        grid = document.add_table(2, 3)
        paragraph._p.addnext(grid._tbl)
        paragraph._p.getparent().remove(paragraph._p)
    texts = (("Action", "Lead officer", "By when"), ("Sign two landlords.", "Team Manager", "31/03/2023"))
    for row, cells in enumerate(texts):
        for column, text in enumerate(cells):
            grid.cell(row, column).text = text
    return document


def actions_in_a_list(words: Labels) -> Any:
    document = styled(words)
    next(one for one in document.paragraphs if one.text == VALUES["actions"]).style = "List Bullet"
    return document


def numbered(words: Labels) -> Any:
    """Numbers before the headings, typed by hand."""
    return bold({part: f"{at}. {text}" if at else text for at, (part, text) in enumerate(words.items())})


def numbered_by_word(words: Labels) -> Any:
    """Headings that Word numbers: its numbers are not among their words."""
    document = bold(words)
    for paragraph in document.paragraphs:
        if paragraph.text in words.values():
            paragraph.style = "List Number"
    return document


def split_over_two(words: Labels) -> Any:
    """Headings that go on in a second paragraph, as when a narrow box was filled in."""
    document = Document()
    document.add_paragraph(words["title"])
    for part in PARTS[1:]:
        first, _, rest = words[part].rpartition(" ") if words[part].count(" ") > 1 else (words[part], "", "")
        for text in filter(None, (first, rest, VALUES[part])):
            document.add_paragraph(text)
    return document


def another_order(words: Labels) -> Any:
    document = Document()
    document.add_paragraph(words["title"])
    for part in ("outturn", "target", *reversed(REPORT_SECTIONS), "indicator", "approved", "completed", "actions"):
        document.add_paragraph().add_run(words[part]).bold = True
        document.add_paragraph(VALUES[part])
    return document


def content_controls(words: Labels) -> Any:
    """Texts in the fields of a template, and one field that nobody filled in."""
    document = bold(words)
    for paragraph in document.paragraphs:
        if paragraph.text in VALUES.values():
            run = paragraph.runs[0]._r
            field = parse_xml(f"<w:sdt {nsdecls('w')}><w:sdtPr/><w:sdtContent/></w:sdt>")
            run.addprevious(field)
            field[1].append(run)
    empty = "<w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:r><w:t>Click here to enter text.</w:t></w:r></w:sdtContent>"
    document.paragraphs[-1]._p.append(parse_xml(f"<w:sdt {nsdecls('w')}>{empty}</w:sdt>"))
    return document


def tracked(words: Labels) -> Any:
    """With changes tracked: each text was put in, and a former one struck out."""
    document = bold(words)
    for paragraph in document.paragraphs:
        if paragraph.text in VALUES.values():
            run = paragraph.runs[0]._r
            inserted, deleted = OxmlElement("w:ins"), OxmlElement("w:del")
            run.addprevious(deleted)
            run.addprevious(inserted)
            inserted.append(run)
            deleted.append(parse_xml(f"<w:r {nsdecls('w')}><w:delText>a former text</w:delText></w:r>"))
    return document


SHAPES: dict[str, Callable[[], Any]] = {
    "as printed, plain": lambda: plain(labels(PRINTED, after=":")),
    "as printed, no colons": lambda: plain(labels(PRINTED)),
    "capitals": lambda: plain(labels([text.upper() for text in PRINTED])),
    "heading styles": lambda: styled(labels(PRINTED)),
    "heading styles, short words": lambda: styled(labels(SHORT)),
    "heading styles, small letters": lambda: styled(labels([text.lower() for text in OTHER])),
    "bold": lambda: bold(labels(PRINTED, after=":")),
    "bold, short words": lambda: bold(labels(SHORT)),
    "bold, misspelt": lambda: bold(labels(MISSPELT, after=":")),
    "bold, dashes": lambda: bold(labels(OTHER, after=" –")),
    "bold and run in": lambda: bold_run_in(labels(PRINTED)),
    "bold and run in, colons": lambda: bold_run_in(labels(SHORT, after=":")),
    "run in": lambda: run_in(labels(PRINTED, after=":")),
    "run in, misspelt": lambda: run_in(labels(MISSPELT, after=":")),
    "run in, short words": lambda: run_in(labels(SHORT, after=":")),
    "run in, dashes": lambda: run_in({**labels(PRINTED, after=" -"), "title": PRINTED[0]}),
    "line breaks": lambda: soft_break(labels(OTHER, after=":")),
    "line breaks, no colons": lambda: soft_break(labels(PRINTED)),
    "a table": lambda: table(labels(PRINTED)),
    "a table, short words": lambda: table(labels(SHORT)),
    "a table, misspelt": lambda: table(labels(MISSPELT, after=" :")),
    "a table of one column": lambda: one_column(labels(OTHER)),
    "a table of boxes": lambda: boxes(labels(PRINTED, after=":")),
    "a table of four columns": lambda: four_columns(labels(SHORT)),
    "labels over values": lambda: row_over_row(labels(PRINTED)),
    "actions in a table": lambda: actions_in_a_table(labels(PRINTED)),
    "actions in a table in the table": lambda: actions_in_a_table(labels(OTHER), nested=True),
    "actions in a list": lambda: actions_in_a_list(labels(OTHER)),
    "numbered by hand": lambda: numbered(labels(PRINTED, after=":")),
    "numbered by Word": lambda: numbered_by_word(labels(PRINTED, after=":")),
    "split over two paragraphs": lambda: split_over_two(labels(PRINTED, after=":")),
    "split, no colons": lambda: split_over_two(labels(PRINTED)),
    "in another order": lambda: another_order(labels(PRINTED)),
    "content controls": lambda: content_controls(labels(PRINTED, after=":")),
    "tracked changes": lambda: tracked(labels(OTHER, after=":")),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_form_of_any_shape_is_the_same_form(shape: str) -> None:
    (form,) = read_forms(read(SHAPES[shape]()))
    assert (form.indicator, form.quarter, form.outturn, form.target) == (
        "Care leavers in suitable homes",
        Quarter(2022, 2),
        Decimal("81.5"),
        Decimal(90),
    )
    expected = {name: VALUES[name] for name in REPORT_SECTIONS} | {REPORT_SECTIONS[4]: NONE_IDENTIFIED}
    assert dict(form.sections) == expected
    assert form.actions == (FormAction("Sign two landlords.", "Team Manager", SPRING),)
    assert (form.completed_by, form.approved_by, form.approved_on) == (
        "Alex Example",
        "Priya Sample",
        date(2022, 10, 27),
    )
    assert (form.unplaced, form.lacks) == ((), ())


def test_several_forms_in_one_word_file_are_told_apart() -> None:
    document = styled(labels(PRINTED))
    for paragraph in list(styled(labels(SHORT)).paragraphs):
        document.add_paragraph(paragraph.text, paragraph.style.name)
    forms = read_forms(read(document))
    assert [form.outturn for form in forms] == [Decimal("81.5")] * 2
    assert forms[0].last < forms[1].first
    assert [form.unplaced for form in forms] == [(), ()]


# --- what of a Word file is read ------------------------------------------------------------------------------------


def test_paragraphs_are_numbered_in_reading_order_with_those_of_tables_and_empty_ones() -> None:
    document = Document()
    document.add_paragraph("first")
    document.add_paragraph("")
    grid = document.add_table(1, 2)
    grid.cell(0, 0).text, grid.cell(0, 1).text = "left", "right"
    document.add_paragraph("last")
    found = [(paragraph.number, paragraph.text, paragraph.cell) for paragraph in read(document)]
    assert found == [(1, "first", None), (3, "left", (1, 1, 1)), (4, "right", (1, 1, 2)), (5, "last", None)]


def test_a_cell_over_two_columns_counts_as_two() -> None:
    document = Document()
    grid = document.add_table(1, 3)
    grid.cell(0, 0).merge(grid.cell(0, 1)).text = "wide"
    grid.cell(0, 2).text = "third"
    assert [paragraph.cell for paragraph in read(document)] == [(1, 1, 1), (1, 1, 3)]


def test_a_table_in_a_table_is_a_table_of_its_own() -> None:
    document = Document()
    cell = document.add_table(1, 1).cell(0, 0)
    cell.text = "outer"
    cell.add_table(1, 1).cell(0, 0).text = "inner"
    assert [(paragraph.text, paragraph.cell) for paragraph in read(document)] == [
        ("outer", (1, 1, 1)),
        ("inner", (2, 1, 1)),
    ]


def test_lists_begin_with_a_dash_and_headings_that_word_numbers_do_not() -> None:
    document = Document()
    document.add_paragraph("one", "List Bullet")
    document.add_paragraph("two", "List Number")
    document.add_paragraph("- three", "List Bullet")
    heading = document.add_heading("four", 1)
    heading._p.get_or_add_pPr().append(parse_xml(f'<w:numPr {nsdecls("w")}><w:numId w:val="1"/></w:numPr>'))
    assert texts(document) == ["- one", "- two", "- three", "four"]


def test_headings_are_told_by_their_style_and_those_based_on_it() -> None:
    document = Document()
    own = document.styles.add_style("Form part", 1)
    own.base_style = document.styles["Heading 3"]
    document.add_paragraph("own style", "Form part")
    document.add_paragraph("plain")
    outlined = document.add_paragraph("outlined")
    outlined._p.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="1"/>'))
    assert [paragraph.heading for paragraph in read(document)] == [True, False, True]


def test_bold_text_at_the_start_is_told_and_bold_text_later_is_not() -> None:
    document = Document()
    paragraph = document.add_paragraph()
    paragraph.add_run("Legal").bold = True
    paragraph.add_run(" advice was ")
    paragraph.add_run("late").bold = True
    style = document.styles.add_style("Strong part", 1)
    style.font.bold = True
    document.add_paragraph("All of it", "Strong part")
    assert [paragraph.bold for paragraph in read(document)] == ["Legal", "All of it"]


def test_inserted_text_is_read_and_deleted_text_is_not() -> None:
    document = Document()
    document.add_paragraph("Start ")
    inside = "<w:ins><w:r><w:t>new</w:t></w:r></w:ins><w:del><w:r><w:delText>old</w:delText></w:r></w:del>"
    moved = "<w:moveFrom><w:r><w:t>from</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t> to</w:t></w:r></w:moveTo>"
    for element in parse_xml(f"<w:p {nsdecls('w')}>{inside}{moved}</w:p>"):
        document.paragraphs[0]._p.append(element)
    assert texts(document) == ["Start new to"]


def test_text_in_links_fields_and_boxes_is_read_once() -> None:
    document = Document()
    document.add_paragraph("Before")
    spaces = (
        f'{nsdecls("w", "wp", "a")} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml"'
    )
    box = "<w:txbxContent><w:p><w:r><w:t>in the box</w:t></w:r></w:p></w:txbxContent>"
    xml = (
        f"<w:p {spaces}><w:hyperlink><w:r><w:t>link</w:t></w:r></w:hyperlink>"
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:tab/><w:t>7</w:t></w:r>'
        '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx>'
        + box
        + "</wps:txbx></w:drawing></mc:Choice>"
        "<mc:Fallback><w:pict><v:textbox>"
        + box
        + "</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    document.paragraphs[0]._p.addnext(parse_xml(xml))
    assert texts(document) == ["Before", "link\t7", "in the box"]


def test_headers_and_footers_come_last_and_beside_the_text() -> None:
    document = plain(labels(PRINTED))
    section = document.sections[0]
    section.header.paragraphs[0].text = "Example Council"
    section.different_first_page_header_footer = True
    section.first_page_header.paragraphs[0].text = "Example Council"
    section.footer.paragraphs[0].text = "Official"
    beside = [(paragraph.text, paragraph.aside) for paragraph in read(document)[-2:]]
    assert beside == [("Example Council", True), ("Official", True)]
    (form,) = read_forms(read(document))
    assert [paragraph.text for paragraph in form.unplaced] == ["Example Council", "Official"]
    assert form.approved_by == "Priya Sample"


@cache
def with_footnote() -> bytes:
    """A form with a footnote to its reason."""
    document = plain(labels(PRINTED))
    reason = next(one for one in document.paragraphs if one.text == VALUES[REPORT_SECTIONS[0]])
    reason._p.append(parse_xml(f'<w:r {nsdecls("w")}><w:footnoteReference w:id="2"/></w:r>'))
    notes = f'<w:footnotes {nsdecls("w")}><w:footnote w:id="2"><w:p><w:r><w:t>Example guideline.</w:t></w:r></w:p></w:footnote></w:footnotes>'
    target = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    changes = {
        "word/footnotes.xml": notes.encode(),
        "word/_rels/document.xml.rels": lambda xml: xml.replace(
            b"</Relationships>",
            f'<Relationship Id="rId99" Type="{target}" Target="footnotes.xml"/></Relationships>'.encode(),
        ),
    }
    return repacked(saved(document), changes)


def repacked(content: bytes, changes: dict[str, Any], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip with some of its files changed or added."""
    packed, out = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(out, "w", kind) as new:
        for name in dict.fromkeys([*packed.namelist(), *changes]):
            held = packed.read(name) if name in packed.namelist() else b""
            change = changes.get(name)
            new.writestr(name, held if change is None else change(held) if callable(change) else change)
    return out.getvalue()


def test_a_footnote_is_kept_beside_the_paragraph_that_refers_to_it() -> None:
    paragraphs = read_document(with_footnote(), "report.docx")
    note = next(paragraph for paragraph in paragraphs if paragraph.aside)
    before = paragraphs[paragraphs.index(note) - 1]
    assert (note.text, note.number, before.text) == ("Example guideline.", before.number, VALUES[REPORT_SECTIONS[0]])
    (form,) = read_forms(paragraphs)
    assert [paragraph.text for paragraph in form.unplaced] == ["Example guideline."]
    assert dict(form.sections)[REPORT_SECTIONS[0]] == VALUES[REPORT_SECTIONS[0]]


# --- plain text -----------------------------------------------------------------------------------------------------

TEXT = "Indicator description: Plans\r\nReason for performance:\r\n\r\nStaff’s hours fell – by £5.\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("name", ["report.txt", "report.md", "report.docx", "report", "report.pdf"])
def test_text_is_read_by_its_content_whatever_its_name(encoding: str, name: str) -> None:
    assert read_document(TEXT.encode(encoding), name) == (
        Paragraph(1, "Indicator description: Plans\nReason for performance:"),
        Paragraph(4, "Staff’s hours fell – by £5."),
    )


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_are_numbered_as_an_editor_numbers_them(ending: str) -> None:
    found = read_document(ending.join(["", "one", "two", "", " ", "\fthree", ""]).encode(), "a.txt")
    assert [paragraph.lines for paragraph in found] == [((2, "one"), (3, "two")), ((6, "three"),)]


def test_a_word_file_is_read_whatever_its_name() -> None:
    assert read_document(saved(plain(labels(PRINTED))), "report.pdf")[0].text == PRINTED[0]


# --- what is refused ------------------------------------------------------------------------------------------------

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500


def zipped(*names: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        for name in names:
            packed.writestr(name, "<x/>")
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "“report.docx” is empty. Choose a file with the report in it."),
        (b"\xef\xbb\xbf \r\n", "is empty."),
        (b"%PDF-1.7\n%\xe2\xe3", "“report.docx” is a PDF. Save it from Word as .docx, or copy its text into a .txt file."),
        (b"\n%PDF-1.4", "is a PDF."),
        (OLE + "WordDocument".encode("utf-16-le"), "is an old Word file (.doc). Save it from Word as .docx, or copy"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "is protected by a password. Remove the password in Word"),
        (OLE + "Workbook".encode("utf-16-le"), "is an old Excel file. Copy the report’s text into a .txt file."),
        (OLE, "is an old Office file."),
        (b"{\\rtf1\\ansi text}", "is a rich text document (.rtf). Save it from Word as .docx"),
        (b"\x89PNG\r\n\x1a\n", "is a picture, so its words cannot be read."),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "is a picture"),
        (b"<!DOCTYPE html><html>", "is a web page."),
        (b"\xef\xbb\xbf  <html><body>", "is a web page."),
        (b'<?xml version="1.0"?><w/>', "is an XML file."),
        (b"\x1f\x8b\x08rest", "is a compressed file. Unpack it"),
        (b"MZ\x90\x00\x03\x00\x00\x00", "is neither a Word file nor plain text."),
        (b"text \x81\x8d", "is neither a Word file nor plain text."),
        (b"PK\x03\x04rest", "is damaged and cannot be read. Open it in Word, save it again as .docx"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), "is an Excel workbook."),
        (zipped("[Content_Types].xml", "ppt/presentation.xml"), "is a PowerPoint file."),
        (zipped("mimetype", "content.xml"), "is an OpenDocument file (.odt). Save it from Word as .docx"),
        (zipped("report.docx"), "is a zip file, and no Word file. Unpack it"),
        (zipped("[Content_Types].xml", "word/document.xml"), "is damaged and cannot be read."),
        (zipped(), "is a zip file, and no Word file."),
    ],
)  # fmt: skip
def test_any_other_file_is_refused_with_what_it_is_and_what_to_do(content: bytes, told: str) -> None:
    assert told in refusal(content)


@cache
def good() -> bytes:
    return saved(plain(labels(PRINTED)))


def test_a_name_of_any_length_and_kind_leaves_a_sentence() -> None:
    assert refusal(b"%PDF-1.7", "a\nb" * 100).startswith("“a ba ba")
    assert refusal(b"%PDF-1.7", "").startswith("“The file” is a PDF.")


def test_a_template_and_a_strict_file_are_refused_with_what_to_do() -> None:
    macros = repacked(
        good(),
        {"[Content_Types].xml": lambda xml: xml.replace(b"wordprocessingml.document.main", b"macroEnabled.main")},
    )
    assert "is a Word template or has macros. In Word choose Save As, then Word Document (.docx)." in refusal(macros)
    strict = repacked(
        good(), {"_rels/.rels": lambda xml: xml.replace(b"schemas.openxmlformats.org", b"purl.oclc.org/ooxml")}
    )
    assert "is a Strict Open XML document. In Word choose Save As" in refusal(strict)


def test_a_word_file_of_pictures_alone_is_refused() -> None:
    assert "holds no text." in refusal(saved(Document()))


def test_a_file_over_the_limit_is_refused_and_one_of_the_limit_is_read() -> None:
    assert read_document(good(), "a.docx", Limits(bytes=len(good())))
    assert "is larger than 10 MB." in refusal(b"word " * (2 * 1024 * 1024 + 1))
    assert "is a PDF." in refusal(b"%PDF-1.7" + b"x" * LIMITS.bytes)


def test_more_paragraphs_lines_or_files_than_a_report_has_are_refused() -> None:
    assert "has more than 5 paragraphs." in refusal(good(), limits=Limits(paragraphs=5))
    assert "has more than 20,000 lines." in refusal(b"x\n" * 20_001)
    assert "is a zip of more than 10 files" in refusal(good(), limits=Limits(entries=10))
    assert "is too long to be read." in refusal(good(), limits=Limits(tags=50))


def test_a_file_that_unpacks_to_more_than_it_may_is_refused_and_one_that_just_does_not_is_read() -> None:
    whole = sum(entry.file_size for entry in zipfile.ZipFile(io.BytesIO(good())).infolist())
    assert read_document(good(), "a.docx", Limits(unpacked=whole))
    assert "unpacks to more than 0 MB." in refusal(good(), limits=Limits(unpacked=whole - 1))
    bomb = repacked(good(), {"word/media/image1.png": b"\0" * (LIMITS.unpacked + 1)})
    assert len(bomb) < 200_000
    assert "unpacks to more than 20 MB." in refusal(bomb)


def test_a_zip_that_lies_about_its_sizes_is_never_unpacked_beyond_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = repacked(good(), {"word/media/image1.png": b"\0" * (LIMITS.unpacked * 2)})
    size = (LIMITS.unpacked * 2).to_bytes(4, "little")
    assert bomb.count(size) == 2
    lying = bomb.replace(size, (1000).to_bytes(4, "little"))
    unpacked = 0
    read_block = zipfile.ZipExtFile.read

    def counting(self: zipfile.ZipExtFile, n: int | None = -1) -> bytes:
        nonlocal unpacked
        block = read_block(self, n)
        unpacked += len(block)
        return block

    monkeypatch.setattr(zipfile.ZipExtFile, "read", counting)
    assert "is damaged and cannot be read." in refusal(lying)
    assert 0 < unpacked < 1_000_000


def test_ways_of_packing_that_word_never_uses_are_refused() -> None:
    for kind in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        assert "is damaged and cannot be read." in refusal(repacked(good(), {}, kind))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
@pytest.mark.parametrize(
    "part", ["word/document.xml", "word/styles.xml", "[Content_Types].xml", "word/_rels/document.xml.rels"]
)
def test_entities_are_refused_before_anything_is_parsed(part: str, encoding: str) -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    outside = '<!DOCTYPE x SYSTEM "file:///etc/hostname">'
    for declared in (laughs, outside):
        content = repacked(good(), {part: (" " * 65_530 + declared).encode(encoding)})
        assert "declares entities of its own, which Word never does, so it was not opened." in refusal(content)


def test_a_picture_that_has_a_document_type_is_no_danger() -> None:
    assert read_document(repacked(good(), {"word/media/image1.svg": b"<!DOCTYPE svg><svg/>"}), "a.docx")


def test_deep_nesting_is_refused_and_does_not_exhaust_the_reader() -> None:
    deep = b"<w:ins>" * 5_000 + b"<w:r/>" + b"</w:ins>" * 5_000
    content = repacked(good(), {"word/document.xml": lambda xml: xml.replace(b"<w:p>", b"<w:p>" + deep, 1)})
    assert "is damaged and cannot be read." in refusal(content)


# --- any bytes ------------------------------------------------------------------------------------------------------


def outcome(content: bytes) -> tuple[Paragraph, ...] | str:
    """The paragraphs, or the sentence that refuses the file."""
    try:
        return read_document(content, "any.docx")
    except UnreadableDocument as refused:
        return str(refused)


def forms_of(paragraphs: tuple[Paragraph, ...]) -> tuple[Form, ...] | str:
    """The forms, or the sentence that says there are none."""
    try:
        return read_forms(paragraphs)
    except NoForm as none:
        return str(none)


def read_or_refused(content: bytes) -> None:
    """Paragraphs, or one sentence that names the file; then forms, or one sentence more."""
    found = outcome(content)
    if isinstance(found, str):
        assert re.fullmatch(r"“any\.docx” [^\n]+\.", found)
        return
    assert all(paragraph.text.strip() and paragraph.number > 0 for paragraph in found)
    forms = forms_of(found)
    assert forms
    assert not isinstance(forms, str) or forms.startswith("No exception report form was found.")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    read_or_refused(content)


cuts = st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6)), min_size=1, max_size=5)


@settings(max_examples=150)
@given(cuts)
def test_a_word_file_with_bytes_changed_is_read_or_refused(changes: list[tuple[float, bytes]]) -> None:
    content = bytearray(with_footnote())
    for place, new in changes:
        at = int(place * len(content))
        content[at : at + len(new)] = new
    read_or_refused(bytes(content))


@settings(max_examples=150)
@given(st.sampled_from(["word/document.xml", "word/styles.xml", "word/footnotes.xml", "word/_rels/document.xml.rels", "_rels/.rels",
                        "[Content_Types].xml", "word/numbering.xml"]), cuts)  # fmt: skip
def test_a_word_file_with_its_xml_changed_is_read_or_refused(part: str, changes: list[tuple[float, bytes]]) -> None:
    def change(xml: bytes) -> bytes:
        for place, new in changes:
            at = int(place * len(xml))
            xml = xml[:at] + new + xml[at + (len(new) or 40) :]
        return xml

    read_or_refused(repacked(with_footnote(), {part: change}))


@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from(
            ["w:p", "w:tbl", "w:tr", "w:tc", "w:sdt", "w:ins", "w:del", "w:r", "w:t", "w:pPr", "w:txbxContent"]
        ),
        max_size=12,
    )
)
def test_elements_in_places_where_word_never_puts_them_are_read_or_refused(tags: list[str]) -> None:
    document = Document()
    parent = document.add_paragraph("Indicator description: Plans")._p
    for tag in tags:
        child = OxmlElement(tag)
        if tag == "w:t":
            child.text = "words"
        parent.append(child)
        parent = child
    assert qn("w:p") == document.paragraphs[0]._p.tag
    read_or_refused(saved(document))

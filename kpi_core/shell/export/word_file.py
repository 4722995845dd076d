"""The quarter on paper as a Word file: real headings, tables whose headings repeat, and the same bytes for the same paper."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ...judging import Rating
from ...model import ACTIONS_HEADING, ReportState
from ...showing import (
    NOTHING_WRITTEN,
    PAPER_COLUMNS,
    SHAPES,
    STATE_SHAPES,
    ActionRow,
    Paper,
    PaperLine,
    PaperPart,
    ReportSheet,
    blocks,
    step,
)

# python-docx is imported where it is first needed: the command line starts cold each time, and draws no document. Most of
# its objects are hardly typed, and are ``Any`` here.
if TYPE_CHECKING:
    from docx.document import Document

FONT = "Arial"
_CM, _PT = 360_000, 12_700
"""A centimetre and a point in Word's own units."""
_A4 = (21 * _CM, int(29.7 * _CM))
_SCORECARD_WIDTH = 26.7
"""What a landscape page has between its margins, in centimetres."""
_MARGINS = {"landscape": int(1.5 * _CM), "portrait": 2 * _CM}
_INK, _BLUE, _GREY = "16191D", "16324F", "E9EDF1"
FILLS = {Rating.RED: "F8D7D7", Rating.AMBER: "FCE9C4", Rating.GREEN: "D7EDDD"}
"""Light, so that the dark words on them stay easy to read; the word and the shape say the same without them."""
REPORTS = (("State", 3.0), ("Indicator", 6.0), ("Why, in one line", 8.0))
ACTIONS = (("No.", 1.2), ("Action", 8.4), ("Owner", 3.9), ("Due", 3.5))
EARLIER = (("Indicator", 4.0), ("Quarter", 2.7), ("Action", 4.8), ("Owner", 2.9), ("Due", 2.6))
CONFLICTS = (("About", 4.0), ("What disagrees", 8.6), ("Source", 4.4))
MARKS = (("Mark or word", 3.6), ("What it means", 13.4))

# What XML, and so a Word file, cannot hold at all.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(paper: Paper) -> bytes:
    """The paper as the bytes of a ``.docx`` file."""
    from docx import Document as new_document

    document = new_document()
    _prepare(document, paper)
    _first_pages(document, paper)
    _middle_pages(document, paper)
    for sheet in paper.sheets:
        _sheet(document, paper, sheet)
    out = io.BytesIO()
    document.save(out)
    return _dated(out.getvalue(), paper.made_at)


def _dated(content: bytes, made_at: datetime) -> bytes:
    """The same file with the paper's own moment on each of its parts, in the place of the clock's."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(out, "w") as packed:
        for name in given.namelist():
            entry = zipfile.ZipInfo(name, (max(made_at.year, 1980), *made_at.timetuple()[1:6]))
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
            packed.writestr(entry, given.read(name))
    return out.getvalue()


# --- the document -------------------------------------------------------------------------------------------------


def _prepare(document: Document, paper: Paper) -> None:
    """Language, styles and properties."""
    moment = paper.made_at.replace(tzinfo=UTC)
    about = document.core_properties
    about.title, about.subject = _xml(f"{paper.title}, {paper.quarter}"), _xml(paper.quarter)
    about.author = about.last_modified_by = _xml(paper.council)
    about.comments, about.language = _xml(paper.made_up), "en-GB"
    about.created = about.modified = moment
    _drop_preview(document)
    _speak_english(document)
    styles: Any = document.styles
    _font(styles["Normal"], 11)
    styles["Normal"].paragraph_format.space_after = 6 * _PT
    styles["Normal"].paragraph_format.line_spacing = 1.1
    for name, size in (("Title", 24), ("Heading 1", 17), ("Heading 2", 14), ("Heading 3", 11.5)):
        _font(styles[name], size, bold=True, colour=_BLUE)
        styles[name].paragraph_format.keep_with_next = True
        styles[name].paragraph_format.space_before = (0 if name == "Title" else 12) * _PT
        styles[name].paragraph_format.space_after = 4 * _PT
    for name in ("Header", "Footer", "List Bullet"):
        _font(styles[name], 10.5)
    for name, bold in (("Table Text", False), ("Table Head", True), ("Notice", True)):
        added = styles.add_style(name, 1)
        added.base_style = styles["Normal"]
        _font(added, 10.5 if name != "Notice" else 12, bold)
        added.paragraph_format.space_after = (2 if name != "Notice" else 8) * _PT
    _boxed(styles["Notice"])


def _drop_preview(document: Document) -> None:
    """Leave out the picture of an empty page that python-docx's template carries."""
    package = document.part.package
    for key, relation in list(package.rels.items()):
        if relation.reltype.endswith("/thumbnail"):
            del package.rels[key]


def _speak_english(document: Document) -> None:
    """British English throughout, and the layout of today's Word in the place of an old one's."""
    from docx.oxml.ns import qn

    for part in (document.styles.element, document.settings.element):
        element: Any = part
        for spoken in (*element.iter(qn("w:lang")), *element.iter(qn("w:themeFontLang"))):
            spoken.set(qn("w:val"), "en-GB")
        for zoom in element.iter(qn("w:zoom")):
            zoom.set(qn("w:percent"), "100")
        for setting in element.iter(qn("w:compatSetting")):
            if setting.get(qn("w:name")) == "compatibilityMode":
                setting.set(qn("w:val"), "15")


def _font(style: Any, size: float, bold: bool = False, colour: str = _INK) -> None:
    from docx.oxml.ns import qn
    from docx.shared import RGBColor

    style.font.name, style.font.size, style.font.bold = FONT, int(size * _PT), bold
    style.font.color.rgb = RGBColor.from_string(colour)
    fonts = style.element.rPr.rFonts
    for name in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(name), FONT)
        fonts.attrib.pop(qn(f"{name}Theme"), None)
    fonts.attrib.pop(qn("w:cstheme"), None)


def _boxed(style: Any) -> None:
    """A frame and a grey ground, so that a notice is seen before it is read."""
    properties = style.element.get_or_add_pPr()
    frame = _made("w:pBdr")
    for side in ("top", "left", "bottom", "right"):
        frame.append(_made(f"w:{side}", val="single", sz="8", space="6", color=_INK))
    properties.insert_element_before(frame, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:outlineLvl")
    ground = _made("w:shd", val="clear", color="auto", fill=_GREY)
    properties.insert_element_before(ground, "w:tabs", "w:spacing", "w:ind", "w:jc", "w:outlineLvl")


def _made(tag: str, **given: str) -> Any:
    """An element of Word's own markup."""
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement

    element: Any = OxmlElement(tag)
    for name, value in given.items():
        element.set(qn(f"w:{name}"), value)
    return element


def _xml(text: str) -> str:
    """Text as a Word file can hold it: in the place of a character that it cannot, the sign that one is missing."""
    return _NOT_XML.sub("\ufffd", text)


# --- pages --------------------------------------------------------------------------------------------------------


def _layout(section: Any, paper: Paper, way: str, above: str, footer: bool) -> None:
    """A section's paper, what stands at the head of its pages, and at their foot unless that is the last section's."""
    margin = _MARGINS[way]
    across, down = _A4 if way == "portrait" else _A4[::-1]
    section.page_width, section.page_height = across, down
    section._sectPr.get_or_add_pgSz().set(_named("w:orient"), way)
    section.left_margin = section.right_margin = margin
    section.top_margin, section.bottom_margin = 2 * _CM, int(1.8 * _CM)
    section.header_distance = section.footer_distance = _CM
    section.header.is_linked_to_previous = False
    head = section.header.paragraphs[0]
    head.text = ""
    head.add_run(_xml(" ".join(part for part in (above, paper.made_up) if part))).bold = True
    section.footer.is_linked_to_previous = not footer
    if footer:
        _footer(section.footer.paragraphs[0], paper, across - 2 * margin)


def _named(tag: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(tag))


def _footer(foot: Any, paper: Paper, width: int) -> None:
    """The council and the quarter, and at the right "Page X of Y", which Word counts."""
    stops = foot.paragraph_format.tab_stops
    stops.clear_all()
    stops.add_tab_stop(width, 2)
    foot.add_run(_xml(f"{paper.council}\n{paper.quarter}\tPage "))
    for field, joined in (("PAGE", " of "), ("NUMPAGES", "")):
        counted = _made("w:fldSimple", instr=field)
        counted.append(_made("w:r"))
        number = _made("w:t")
        number.text = "1"
        counted[0].append(number)
        foot._p.append(counted)
        foot.add_run(joined)


def _new_section(document: Document) -> Any:
    from docx.enum.section import WD_SECTION

    return document.add_section(WD_SECTION.NEW_PAGE)


def _first_pages(document: Document, paper: Paper) -> None:
    """The headline and the scorecard."""
    _layout(document.sections[0], paper, "landscape", "", footer=True)
    document.add_paragraph(_xml(paper.title), style="Title")
    said = document.add_paragraph(style="Normal")
    said.add_run(_xml(paper.quarter)).bold = True
    if paper.made_up:
        document.add_paragraph(_xml(paper.made_up), style="Notice")
    first, *rest = paper.headline
    document.add_paragraph(style="Normal").add_run(_xml(first)).bold = True
    for sentence in rest:
        document.add_paragraph(_xml(sentence), style="Normal")
    document.add_paragraph("Scorecard", style="Heading 1")
    _scorecard(document, paper)


def _middle_pages(document: Document, paper: Paper) -> None:
    """How the scorecard is read, what the papers disagree on, and which exception reports there are."""
    _layout(_new_section(document), paper, "portrait", "", footer=True)
    document.add_paragraph("How to read the scorecard", style="Heading 1")
    for note in paper.notes:
        document.add_paragraph(_xml(note), style="Normal")
    words = [(f"{SHAPES[rating]} {rating.words}", meaning) for rating, meaning in paper.ratings]
    _table(document, MARKS, [*paper.marks, *words], "Marks and rating words")
    for what, told in paper.sources:
        _labelled(document, what, told)
    if paper.conflicts:
        document.add_paragraph("Where the papers disagree", style="Heading 1")
        if paper.sheets:
            document.add_paragraph("What is about an indicator with an exception report stands with that report.")
        rows = [(one.about, one.sentence, one.source) for one in paper.conflicts]
        _table(document, CONFLICTS, rows, "Where the papers disagree")
    document.add_paragraph("Exception reports", style="Heading 1")
    document.add_paragraph(_xml(" ".join(paper.reports_said)), style="Normal")
    if paper.sheets:
        reports = [(_state(one.line), f"{one.line.name} ({one.line.code})", one.line.why) for one in paper.sheets]
        _table(document, REPORTS, reports, "Exception reports of the quarter")
    if paper.earlier:
        document.add_paragraph("Actions of earlier quarters that nobody has closed", style="Heading 2")
        rows_before = [(one.indicator, one.quarter, *_step_cells(one.step)) for one in paper.earlier]
        _table(document, EARLIER, rows_before, "Unfinished actions of earlier quarters")


def _sheet(document: Document, paper: Paper, sheet: ReportSheet) -> None:
    """One exception report, from a new page on."""
    line = sheet.line
    _layout(_new_section(document), paper, "portrait", sheet.standing, footer=False)
    document.add_paragraph(_xml(f"Exception report: {line.name} ({line.code})"), style="Heading 2")
    if sheet.standing:
        document.add_paragraph(_xml(f"{STATE_SHAPES[line.state]} {sheet.standing}"), style="Notice")
    _labelled(document, "Quarter", paper.quarter)
    _labelled(document, "On the scorecard", f"{SHAPES[line.rating]} {line.rating.words}: {line.aim}")
    _labelled(document, "Why this rating", line.reason)
    if line.required:
        _labelled(document, "In one line", line.why)
    else:
        document.add_paragraph("This report is not required: it was written all the same.")
    for sentence in sheet.said:
        document.add_paragraph(_xml(sentence), style="List Bullet")
    for part in sheet.parts:
        _part(document, paper, part)


def _part(document: Document, paper: Paper, part: PaperPart) -> None:
    document.add_paragraph(_xml(part.heading), style="Heading 3")
    if part.actions:
        today = paper.made_at.date()
        rows = [(str(one.number), *_step_cells(step(one, today))) for one in part.actions]
        _table(document, ACTIONS, rows, ACTIONS_HEADING)
        return
    written = blocks(part.text)
    for block in written:
        for said in block.said:
            document.add_paragraph(_xml(said), style="List Bullet" if block.listed else "Normal")
    if not written:
        document.add_paragraph(style="Normal").add_run(NOTHING_WRITTEN).italic = True


def _labelled(document: Document, label: str, said: str) -> None:
    paragraph = document.add_paragraph(style="Normal")
    paragraph.add_run(f"{label}: ").bold = True
    paragraph.add_run(_xml(said))


def _step_cells(one: ActionRow) -> tuple[str, str, str]:
    return one.text, one.owner, one.due


def _state(line: PaperLine) -> str:
    shape = STATE_SHAPES.get(line.state)
    return f"{shape} {line.exception}" if shape else line.exception


# --- tables -------------------------------------------------------------------------------------------------------


def _scorecard(document: Document, paper: Paper) -> None:
    """The scorecard's table: a row over each category, and under each row whose report is required a row that says why."""
    whole = sum(column.width for column in PAPER_COLUMNS)
    widths = [(column.heading, column.width * _SCORECARD_WIDTH / whole) for column in PAPER_COLUMNS]
    table = _empty_table(document, widths, "Scorecard")
    for category, lines in paper.groups:
        _spanning(table, category, "Table Head", fill=_GREY, with_next=True)
        for line in lines:
            _score_row(table, line)


def _score_row(table: Any, line: PaperLine) -> None:
    cells = _row(table)
    for cell, drawn in zip(cells, line.cells, strict=True):
        loud = drawn.rating is not None or drawn.state is ReportState.MISSING
        said = [line.said for line in drawn.lines]
        _put(cell, [f"{drawn.sign} {said[0]}" if said else drawn.sign, *said[1:]] if drawn.sign else said, bold=loud,
             fill=FILLS.get(drawn.rating, "") if drawn.rating is not None else "")  # fmt: skip
    if line.required:
        for cell in cells:
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.keep_with_next = True
        _spanning(table, f"Why: {line.why}", "Table Text")


def _table(document: Document, columns: Sequence[tuple[str, float]], rows: Iterable[Sequence[str]], name: str) -> None:
    """A table of plain text with a headed row, and a little room beneath."""
    table = _empty_table(document, columns, name)
    for row in rows:
        for cell, said in zip(_row(table), row, strict=True):
            _put(cell, [said])
    document.add_paragraph(style="Table Text")


def _empty_table(document: Document, columns: Sequence[tuple[str, float]], name: str) -> Any:
    """A table with its headings alone, which repeat on each page."""
    table: Any = document.add_table(rows=1, cols=len(columns), style="Table Grid")
    table.autofit = False
    table._tbl.tblPr.append(_made("w:tblCaption", val=_xml(name)))
    for column, (_, width) in zip(table.columns, columns, strict=True):
        column.width = int(width * _CM)
    _keep_whole(table.rows[0], repeated=True)
    for cell, (heading, width) in zip(table.rows[0].cells, columns, strict=True):
        cell.width = int(width * _CM)
        _put(cell, [heading], style="Table Head", fill=_GREY)
    return table


def _row(table: Any) -> tuple[Any, ...]:
    row = table.add_row()
    _keep_whole(row)
    return tuple(row.cells)


def _keep_whole(row: Any, repeated: bool = False) -> None:
    """A row does not split across pages; the headings stand again on each."""
    properties = row._tr.get_or_add_trPr()
    properties.append(_made("w:cantSplit"))
    if repeated:
        properties.append(_made("w:tblHeader"))


def _spanning(table: Any, said: str, style: str, fill: str = "", with_next: bool = False) -> None:
    cells = _row(table)
    whole = cells[0].merge(cells[-1])
    _put(whole, [said], style=style, fill=fill)
    whole.paragraphs[0].paragraph_format.keep_with_next = with_next


def _put(cell: Any, said: Sequence[str], bold: bool = False, style: str = "Table Text", fill: str = "") -> None:
    """Each of ``said`` as a paragraph of the cell."""
    for number, one in enumerate(said):
        paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
        # By its key: to find a style by its name, python-docx goes through all of them for each paragraph of each cell.
        paragraph._p.style = style.replace(" ", "")
        paragraph.add_run(_xml(one)).bold = True if bold else None
    if fill:
        cell._tc.get_or_add_tcPr().append(_made("w:shd", val="clear", color="auto", fill=fill))

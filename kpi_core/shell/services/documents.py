"""The bytes of a document as paragraphs: a Word file (.docx) or plain text, told by its content and never by its name.

A file that people send is not to be trusted. A Word file is a zip of XML, so before anything of it is parsed it is
unpacked once under limits, counted as it really comes out, and refused where its XML declares entities: no small file
can fill the memory, and none can name another file. Each refusal is one sentence that says what to do.
"""

from __future__ import annotations

import codecs
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ...errors import UnreadableDocument, shorten
from ...forms import Cell, Paragraph, of_text


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that is read: bytes of the file, bytes unpacked, files in a zip, XML tags, paragraphs (lines of a text)."""

    bytes: int = 10 * 1024 * 1024
    unpacked: int = 20 * 1024 * 1024
    entries: int = 1_000
    tags: int = 1_000_000
    paragraphs: int = 20_000


LIMITS = Limits()


def read_document(content: bytes, name: str, limits: Limits = LIMITS) -> tuple[Paragraph, ...]:
    """The paragraphs of a document in reading order. Raises ``UnreadableDocument``, whatever the bytes are.

    Of a Word file, text that stands beside the text (footnotes, headers, footers) is marked as aside; inserted text is
    read and deleted text is not, as if all tracked changes were accepted.
    """
    shown = f"“{shorten(name) or 'The file'}”"
    if not content.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise UnreadableDocument(f"{shown} is empty. Choose a file with the report in it.")
    if kind := _other_kind(content):
        raise UnreadableDocument(f"{shown} {kind}")
    if len(content) > limits.bytes:
        most = limits.bytes // (1024 * 1024)
        raise UnreadableDocument(
            f"{shown} is larger than {most} MB. Remove its pictures, or the pages that are no report."
        )
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _word(content, shown, limits)
    return _text(content, shown, limits)


# --- what the bytes are ---------------------------------------------------------------------------------------------

_TO_DOCX = "Save it from Word as .docx, or copy its text into a .txt file."
_COPY = "Copy the report’s text into a .txt file."
_PICTURES = (
    rb"\x89PNG|\xff\xd8\xff|GIF8[79]a|II\*\x00|MM\x00\*|BM.{4}\x00{4}|RIFF.{4}WEBP|.{4}ftyp(?:heic|heix|mif1|avif)"
)
_KINDS = tuple(
    (re.compile(pattern, re.DOTALL | re.IGNORECASE), told)
    for pattern, told in (
        (rb"\s*%PDF-", f"is a PDF. {_TO_DOCX}"),
        (rb"\{\\rtf", f"is a rich text document (.rtf). {_TO_DOCX}"),
        (_PICTURES, f"is a picture, so its words cannot be read. {_COPY}"),
        (rb"\x1f\x8b|7z\xbc\xaf\x27\x1c|Rar!\x1a\x07|BZh[1-9]1AY|\xfd7zXZ\x00|\x28\xb5\x2f\xfd", "is a compressed file. Unpack it and choose the report in it."),
        (rb"\s*(?:<!doctype html|<html|<head|<body|<table|<div|<p>)", f"is a web page. {_TO_DOCX}"),
        (rb"\s*<\?xml", f"is an XML file. {_TO_DOCX}"),
    )
)  # fmt: skip
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAMS = (
    ("EncryptedPackage", "is protected by a password. Remove the password in Word (File, Info, Protect Document), then save it again."),
    ("WordDocument", f"is an old Word file (.doc). {_TO_DOCX}"),
    ("Workbook", f"is an old Excel file. {_COPY}"),
    ("PowerPoint Document", f"is an old PowerPoint file. {_COPY}"),
)  # fmt: skip


def _other_kind(content: bytes) -> str:
    """What the file is and what to do, if it is neither a zip nor text; empty: it may be text."""
    if content.startswith(_OLE):
        kinds = (told for stream, told in _STREAMS if stream.encode("utf-16-le") in content)
        return next(kinds, f"is an old Office file. {_TO_DOCX}")
    start = content.removeprefix(codecs.BOM_UTF8)[:1_000]
    return next((told for kind, told in _KINDS if kind.match(start)), "")


# Nothing that writes text writes these; a page break, tabs and the old mark for the end of a file are allowed.
_CONTROLS = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")


def _text(content: bytes, shown: str, limits: Limits) -> tuple[Paragraph, ...]:
    text = _decoded(content)
    if text is None or _CONTROLS.search(text):
        raise UnreadableDocument(f"{shown} is neither a Word file nor plain text. {_TO_DOCX}")
    lines = len(re.findall(r"\r\n?|\n", text)) + 1
    if lines > limits.paragraphs:
        raise _too_long(shown, "lines", limits)
    return of_text(text.replace("\x1a", ""))


def _decoded(content: bytes) -> str | None:
    """The text; ``None`` where the bytes are none."""
    unicode_marks = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    for encoding in ("utf-16",) if content.startswith(unicode_marks) else ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _too_long(shown: str, what: str, limits: Limits) -> UnreadableDocument:
    return UnreadableDocument(
        f"{shown} has more than {limits.paragraphs:,} {what}. Choose a file with the exception reports only."
    )


# --- a zip: unpacked under limits before anything of it is parsed ----------------------------------------------------

_DAMAGED = "is damaged and cannot be read. Open it in Word, save it again as .docx, and try again."
_SAVE_AS = "In Word choose Save As, then Word Document (.docx)."


def _word(content: bytes, shown: str, limits: Limits) -> tuple[Paragraph, ...]:
    if refused := _refused_zip(content, limits):
        raise UnreadableDocument(f"{shown} {refused}")
    # A damaged file makes the zip reader, the XML reader and python-docx fail in as many ways as there are bytes.
    try:
        walk = _Walk(content, limits)
        found = walk.paragraphs()
    except _TooMany:
        raise _too_long(shown, "paragraphs", limits) from None
    except Exception as error:
        raise UnreadableDocument(f"{shown} {_DAMAGED}") from error
    if not any(one.text.strip() for one in found):
        raise UnreadableDocument(
            f"{shown} holds no text. If the report is a picture in it, copy its words into a .txt file."
        )
    return found


def _refused_zip(content: bytes, limits: Limits) -> str:
    """Why a zip is not read; empty: it is a Word file within the limits."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return _kind_of_zip(packed) or _too_large(packed, limits)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        NotImplementedError,
        RuntimeError,
        LookupError,
    ):
        return _DAMAGED


_NOT_WORD = (
    ("xl/workbook.xml", f"is an Excel workbook. {_COPY}"),
    ("xl/workbook.bin", f"is an Excel workbook. {_COPY}"),
    ("ppt/presentation.xml", f"is a PowerPoint file. {_COPY}"),
    ("content.xml", f"is an OpenDocument file (.odt). {_TO_DOCX}"),
    ("index.xml", f"is a Pages document. {_TO_DOCX}"),
    ("Index/Document.iwa", f"is a Pages document. {_TO_DOCX}"),
)
_CONTENT_TYPES = "[Content_Types].xml"


def _kind_of_zip(packed: zipfile.ZipFile) -> str:
    names = {entry.filename for entry in packed.infolist()}
    if told := next((told for name, told in _NOT_WORD if name in names), ""):
        return told
    if any(entry.flag_bits & 1 for entry in packed.infolist()):
        return "is protected by a password. Save it without one and try again."
    if _CONTENT_TYPES not in names or not any(name.startswith("word/") for name in names):
        return "is a zip file, and no Word file. Unpack it and choose the report in it."
    return ""


def _too_large(packed: zipfile.ZipFile, limits: Limits) -> str:
    """Unpack everything once, a little at a time, and stop at the limit. What a zip says of its sizes may be untrue."""
    entries = packed.infolist()
    most = limits.unpacked // (1024 * 1024)
    bomb = f"unpacks to more than {most} MB. Remove its pictures and try again."
    if len(entries) > limits.entries:
        return f"is a zip of more than {limits.entries:,} files, which no report is. {_SAVE_AS}"
    if sum(entry.file_size for entry in entries) > limits.unpacked:
        return bomb
    # Word packs in these two ways only; others unpack a few bytes into many megabytes at a single step.
    if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
        return _DAMAGED
    left, tags = limits.unpacked, limits.tags
    for entry in entries:
        tail = b""
        with packed.open(entry) as opened:
            while block := opened.read(64 * 1024):
                left -= len(block)
                # Pictures are never read as XML.
                tags -= 0 if entry.filename.startswith("word/media/") else block.count(b"<")
                if left < 0:
                    return bomb
                if tags < 0:
                    return "is too long to be read. Choose a file with the exception reports only."
                if told := _refused_xml(tail + block, entry.filename):
                    return told
                tail = block[-128:]
    return ""


def _refused_xml(block: bytes, file_name: str) -> str:
    """Word never declares a document type; whatever does may expand without end or ask for another file."""
    # Where a character is two bytes, one of them is nothing.
    plain = block.replace(b"\x00", b"")
    if not file_name.startswith("word/media/") and (b"<!DOCTYPE" in plain or b"<!ENTITY" in plain):
        return f"declares entities of its own, which Word never does, so it was not opened. {_SAVE_AS}"
    if file_name == _CONTENT_TYPES and re.search(rb"macroEnabled\.main|template\.main|macroEnabledTemplate", plain):
        return f"is a Word template or has macros. {_SAVE_AS}"
    if file_name == "_rels/.rels" and b"purl.oclc.org" in plain:
        return f"is a Strict Open XML document. {_SAVE_AS}"
    return ""


# --- the paragraphs of a Word file ----------------------------------------------------------------------------------

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_PASSED_OVER = frozenset(
    [
        f"{_W}{name}"
        for name in (
            "del",
            "moveFrom",
            "instrText",
            "delText",
            "pPr",
            "rPr",
            "tblPr",
            "tcPr",
            "trPr",
            "sectPr",
            "sdtPr",
        )
    ]
    + [f"{_MC}Fallback"]
)
_CHARACTERS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_BOX = f"{_W}txbxContent"


class _TooMany(Exception):
    """More paragraphs than are read."""


@dataclass(frozen=True, slots=True)
class _Style:
    heading: bool = False
    bold: bool = False
    listed: bool = False


class _Walk:
    """Goes through a document in reading order. Elements are lxml's, which have no types."""

    def __init__(self, content: bytes, limits: Limits) -> None:
        # Only here: the command line starts cold each time, and most of its commands read no document.
        from docx import Document

        self.document: Any = Document(io.BytesIO(content))
        self.most = limits.paragraphs
        self.found: list[Paragraph] = []
        self.number = 0
        self.tables = 0
        self.styles = _styles(self.document.styles.element)
        self.notes = self._notes()

    def paragraphs(self) -> tuple[Paragraph, ...]:
        """All of them, headers and footers last."""
        self._blocks(self.document.element.body, None)
        said: set[str] = set()
        for section in self.document.sections:
            for part in (section.header, section.first_page_header, section.even_page_header,
                         section.footer, section.first_page_footer, section.even_page_footer):  # fmt: skip
                if not part.is_linked_to_previous:
                    self._beside(part._element, said)
        return tuple(self.found)

    def _beside(self, element: Any, said: set[str]) -> None:
        """A header or footer; the same one on first pages and on others is said once."""
        start = len(self.found)
        self._blocks(element, None)
        new = self.found[start:]
        del self.found[start:]
        for one in new:
            if one.text not in said:
                said.add(one.text)
                self.found.append(replace(one, cell=None, aside=True))

    def _blocks(self, parent: Any, cell: Cell | None) -> None:
        """The paragraphs and tables of a body, a cell, a header or a text box."""
        for child in parent:
            if child.tag == f"{_W}p":
                self._paragraph(child, cell)
            elif child.tag == f"{_W}tbl":
                self._table(child)
            elif isinstance(child.tag, str) and child.tag not in _PASSED_OVER and not _is_placeholder(child):
                self._blocks(child, cell)

    def _table(self, table: Any) -> None:
        self.tables += 1
        own = self.tables
        for row_number, row in enumerate(_inside(table, f"{_W}tr"), 1):
            if row.find(f"{_W}trPr/{_W}del") is not None:
                continue
            column = 1
            for cell in _inside(row, f"{_W}tc"):
                self._blocks(cell, (own, row_number, column))
                span = cell.find(f"{_W}tcPr/{_W}gridSpan")
                column += int(span.get(f"{_W}val", "1")) if span is not None else 1

    def _paragraph(self, paragraph: Any, cell: Cell | None) -> None:
        """A paragraph, then what is anchored in it: text boxes, and its footnotes."""
        self.number += 1
        if self.number > self.most:
            raise _TooMany
        said = _Said(self.styles)
        said.read(paragraph)
        style = said.style_of(paragraph)
        listed = not style.heading and (style.listed or _is_listed(paragraph))
        bold = said.text if style.bold and not said.unbold else said.bold
        bold_lines = bold.split("\n")
        for at, line in enumerate(said.text.split("\n")):
            if line.strip():
                mark = "- " if listed and at == 0 and not re.match(r"\s*[-–•]\s", line) else ""
                own_bold = bold_lines[at].strip() if at < len(bold_lines) else ""
                self.found.append(Paragraph(self.number, mark + line.strip(), style.heading, own_bold, cell))
        for box in said.boxes:
            self._blocks(box, cell)
        self.found += [
            Paragraph(self.number, self.notes[note], aside=True) for note in said.notes if self.notes.get(note)
        ]

    def _notes(self) -> dict[tuple[str, str], str]:
        """The text of each footnote and endnote by its kind and number."""
        from docx.oxml import parse_xml

        found = {}
        for relation in self.document.part.rels.values():
            kind = relation.reltype.rsplit("/", 1)[-1]
            if kind in ("footnotes", "endnotes") and not relation.is_external:
                for note in parse_xml(relation.target_part.blob):
                    said = [_Said(self.styles) for _ in note]
                    for one, element in zip(said, note, strict=True):
                        one.read(element)
                    text = " ".join(" ".join(one.text.split()) for one in said).strip()
                    found[kind[:-1], str(note.get(f"{_W}id"))] = text
        return found


class _Said:
    """What a paragraph says: its text, the bold text it begins with, and what is anchored in it."""

    def __init__(self, styles: dict[str, _Style]) -> None:
        self.styles = styles
        self.text = ""
        self.bold = ""
        self.unbold = False
        """Whether a run takes back the bold letters of the paragraph's style."""
        self.boxes: list[Any] = []
        self.notes: list[tuple[str, str]] = []
        self._still_bold = True

    def style_of(self, element: Any) -> _Style:
        """The style of a paragraph."""
        named = element.find(f"{_W}pPr/{_W}pStyle")
        style = self.styles.get(named.get(f"{_W}val") if named is not None else "", _Style())
        level = element.find(f"{_W}pPr/{_W}outlineLvl")
        return replace(style, heading=True) if level is not None and level.get(f"{_W}val") != "9" else style

    def read(self, element: Any, bold: bool = False) -> None:
        """Add the text of an element, without what is deleted, and note what is anchored in it."""
        for child in element:
            tag = child.tag
            if not isinstance(tag, str) or tag in _PASSED_OVER or _is_placeholder(child):
                continue
            if tag in (f"{_W}t", f"{_M}t"):
                self._add(child.text or "", bold)
            elif tag in _CHARACTERS:
                self._add(_CHARACTERS[tag], bold)
            elif tag == _BOX:
                self.boxes.append(child)
            elif tag in (f"{_W}footnoteReference", f"{_W}endnoteReference"):
                self.notes.append((tag.removeprefix(_W).removesuffix("Reference"), str(child.get(f"{_W}id"))))
            else:
                self.read(child, self._is_bold(child) if tag == f"{_W}r" else bold)

    def _is_bold(self, run: Any) -> bool:
        own = run.find(f"{_W}rPr/{_W}b")
        if own is not None:
            is_bold = own.get(f"{_W}val") not in ("0", "false", "off")
            self.unbold = self.unbold or not is_bold
            return is_bold
        named = run.find(f"{_W}rPr/{_W}rStyle")
        return named is not None and self.styles.get(named.get(f"{_W}val"), _Style()).bold

    def _add(self, text: str, bold: bool) -> None:
        self._still_bold = self._still_bold and (bold or not text.strip())
        self.text += text
        if self._still_bold:
            self.bold = self.text


def _inside(parent: Any, tag: str) -> Iterator[Any]:
    """The rows of a table or the cells of a row, those in content controls too."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml", f"{_W}smartTag"):
            yield from _inside(child, tag)


def _is_placeholder(element: Any) -> bool:
    """Whether a content control still shows its “Click here to enter text”, which nobody wrote."""
    return element.tag == f"{_W}sdt" and element.find(f"{_W}sdtPr/{_W}showingPlcHdr") is not None


def _is_listed(paragraph: Any) -> bool:
    found = paragraph.find(f"{_W}pPr/{_W}numPr/{_W}numId")
    return found is not None and found.get(f"{_W}val") != "0"


def _styles(element: Any) -> dict[str, _Style]:
    """Each style by its id, with what it takes over from the style it is based on."""
    own: dict[str, tuple[_Style, str]] = {}
    for style in element.iterfind(f"{_W}style"):
        name = _value(style, "name").lower()
        heading = (
            re.match(r"heading|title|subtitle", name) is not None or style.find(f"{_W}pPr/{_W}outlineLvl") is not None
        )
        bold = style.find(f"{_W}rPr/{_W}b")
        is_bold = bold is not None and bold.get(f"{_W}val") not in ("0", "false", "off")
        listed = style.find(f"{_W}pPr/{_W}numPr") is not None or re.match(r"list (?:bullet|number)", name) is not None
        own[str(style.get(f"{_W}styleId"))] = (_Style(heading, is_bold, listed), _value(style, "basedOn"))
    return {identity: _with_bases(identity, own) for identity in own}


def _with_bases(identity: str, own: dict[str, tuple[_Style, str]]) -> _Style:
    chain: dict[str, _Style] = {}
    while identity in own and identity not in chain:
        chain[identity], identity = own[identity]
    return _Style(*(any(getattr(style, what) for style in chain.values()) for what in ("heading", "bold", "listed")))


def _value(element: Any, name: str) -> str:
    found = element.find(f"{_W}{name}")
    return "" if found is None else str(found.get(f"{_W}val") or "")

"""An uploaded file's bytes as rows.

Everything that is wrong with the file as a file is found here, in one pass; what its columns mean is read elsewhere.
Rows are numbered as Excel numbers them, and cut into cells as Excel cuts them, so that an officer finds the place.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from ..words import plural
from .problems import Finding, finding


@dataclass(frozen=True, slots=True)
class Caps:
    """The most that is read: bytes of the file, rows of figures, characters of a cell."""

    bytes: int = 2 * 1024 * 1024
    rows: int = 5_000
    cell: int = 5_000


CAPPED = Caps()
"""What an upload may hold."""

# As much as csv itself can take on every machine.
_NO_END = 2**31 - 1
UNCAPPED = Caps(bytes=2**63 - 1, rows=2**63 - 1, cell=_NO_END)
"""For history loaded on the command line, where nobody can be kept from loading what is theirs."""

# Cells are a tuple: the garbage collector walks a million lists again and again, but leaves tuples of text alone.
Record = tuple[int, tuple[str, ...]]
"""A row as Excel numbers it, and its cells as written."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What could be read. ``records`` hold a cell for each heading; rows that do not are among the findings."""

    headings: tuple[str, ...]
    records: tuple[Record, ...]
    findings: tuple[Finding, ...]
    unreadable: bool = False
    """Nothing could be read as rows, so nothing that reads rows should be run."""


def read_sheet(content: bytes, file_name: str, caps: Caps = CAPPED, headings_row: int | None = None) -> Sheet:
    """The rows of a file. It never raises: what is wrong is said in the findings, in the order of the rows.

    Without ``headings_row`` the file must be the template, so titles above the headings and notes below the figures
    are problems. With it the file is read through a column mapping, and rows above the headings are passed over.
    """
    refused = _kind(content) or _name(file_name) or _size_found(len(content), caps.bytes)
    if refused:
        return Sheet((), (), (refused,), unreadable=True)
    text, is_windows = _decoded(content)
    separator = _other_separator(text, headings_row)
    if separator:
        return Sheet((), (), (finding("wrong-separator", found=separator),), unreadable=True)
    quotes = _quotes(text, caps.rows + (headings_row or _LOOKED_AHEAD))
    findings = _windows_text(text) if is_windows else []
    if quotes.unclosed:
        findings.append(finding("quote-not-closed", quotes.unclosed))
    top = _top(_records(text, quotes.unclosed), headings_row, findings)
    # A title alone before a quote that is not closed is no headings, and what would be said of it as headings is wrong.
    is_guess = top is not None and headings_row is None and len(_filled(top.headings[1])) < _FEWEST_HEADINGS
    if top is None or (is_guess and quotes.unclosed):
        return _nothing(headings_row, quotes)
    return _below(top, text, quotes, caps, headings_row is None, findings)


def _nothing(headings_row: int | None, quotes: _Quotes) -> Sheet:
    """No headings were reached: say the one thing that is the reason."""
    if quotes.unclosed:
        reason = finding("quote-not-closed", quotes.unclosed)
    elif headings_row is None:
        reason = finding("empty-file")
    else:
        reason = finding("not-the-template", headings_row, found=f"missing from row {headings_row}")
    return Sheet((), (), (reason,), unreadable=True)


# --- what the bytes are -------------------------------------------------------------------------------------------

_MARKS = re.compile(rb"(?:%s)++" % codecs.BOM_UTF8)
_UNICODE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_NO_CSV = (
    (rb"%PDF", "It is a PDF."),
    (rb"\{\\rtf", "It is a rich text document."),
    (rb"\x89PNG|\xff\xd8\xff|GIF8[79]a", "It is a picture."),
    (rb"SQLite format 3\x00|.{8}DUCK", "It is a database."),
    (
        rb"\x1f\x8b|7z\xbc\xaf\x27\x1c|Rar!\x1a\x07|\x28\xb5\x2f\xfd|BZh[1-9]1AY&SY|\xfd7zXZ\x00",
        "It is a compressed file: unpack it first.",
    ),
)
_MAGIC = tuple((re.compile(pattern, re.DOTALL), what) for pattern, what in _NO_CSV)
_MARKUP = re.compile(rb"<[A-Za-z!?/]")
_JSON = re.compile(rb'\{\s*["}]|\[\s*(?:[\[{"\]]|-?[0-9]|true\b|false\b|null\b)')


def _kind(content: bytes) -> Finding | None:
    """What the file is, if it is no text in columns. Its bytes say so; its name may not."""
    if not _unmarked(content).strip(b" \t\r\n,"):
        return finding("empty-file")
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return finding("excel-workbook")
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return finding("old-or-protected-excel")
    # The four letters of a Parquet file could be a heading too; only such a file ends in them as well.
    if content.startswith(b"PAR1") and content.endswith(b"PAR1"):
        return finding("not-a-csv", what="It is a Parquet file.")
    for magic, what in _MAGIC:
        if magic.match(content):
            return finding("not-a-csv", what=what)
    if content.startswith(_UNICODE_MARKS) or _is_unmarked_unicode(content[:2_000]):
        return finding("unicode-text")
    return _web_page_or_json(_unmarked(content).lstrip())


def _web_page_or_json(content: bytes) -> Finding | None:
    """A sign-in page, or what a data service answered, saved under a CSV's name."""
    if content[:5].lower() == b"<?xml":
        return finding("web-page-or-json", what="an XML file")
    if _MARKUP.match(content):
        return finding("web-page-or-json", what="a web page")
    if _JSON.match(content):
        return finding("web-page-or-json", what="JSON data")
    return None


def _unmarked(content: bytes) -> bytes:
    """``content`` without byte order marks; joining files leaves several."""
    marks = _MARKS.match(content)
    return content[marks.end() :] if marks else content


def _is_unmarked_unicode(start: bytes) -> bool:
    """Whether one of every two bytes is NUL, as in UTF-16 text of ours without its mark (or three of four: UTF-32)."""
    shares = sorted(half.count(0) / max(1, len(half)) for half in (start[::2], start[1::2]))
    return len(start) >= 4 and shares[0] <= 0.6 <= shares[1]


def _name(file_name: str) -> Finding | None:
    """Text under another kind's name was saved as something else, or is not what the officer meant to select."""
    ending = re.search(r"\.[A-Za-z][A-Za-z0-9]{0,15}\Z", file_name.strip())
    if ending is None or ending[0].lower() == ".csv":
        return None
    return finding("not-a-csv", what=f"Its name ends in {ending[0]}.")


def _size_found(size: int, most: int) -> Finding | None:
    """A file must be smaller than the cap, as its sentence says; the text of a larger one is not looked at."""
    return finding("file-too-large", found=_size(size), most=_size(most)) if size >= most else None


def _size(count: int) -> str:
    """Bytes for a reader, rounded up, so that a file just over a cap is not said to be of its size: ``2.1 MB``."""
    for unit, name in ((1024 * 1024, "MB"), (1024, "KB")):
        if count >= unit:
            tenths = -(-count * 10 // unit)
            return f"{tenths / 10:.1f}".removesuffix(".0") + f" {name}"
    return f"{count} bytes"


def _decoded(content: bytes) -> tuple[str, bool]:
    """The text, and whether it was read as Windows text. What cannot be read at all becomes U+FFFD."""
    plain = _unmarked(content)
    try:
        return plain.decode("utf-8"), False
    except UnicodeDecodeError:
        # The mark says UTF-8, so other bytes are damage and not another way of writing.
        if len(plain) < len(content):
            return plain.decode("utf-8", "replace"), False
        return plain.decode("cp1252", "replace"), True


_FOREIGN = re.compile(r"[^\x00-\x7f\ufffd]+")


def _windows_text(text: str) -> list[Finding]:
    """Where the first character stands that may have been misread. None, where there are only undefined bytes."""
    for number, cells in _records(text):
        if not all(map(str.isascii, cells)) and (first := _FOREIGN.search(" ".join(cells))):
            return [finding("windows-text", number, found=first[0])]
    return []


# --- separators and quotes ----------------------------------------------------------------------------------------

_QUOTED_CELL = r'"(?:[^"]++|"")*+"'
_QUOTED = re.compile(_QUOTED_CELL)
# Possessive throughout: there is one way to read a file, and trying others would take for ever on a hostile one.
_WELL_QUOTED = re.compile(rf'[^"]*+(?:(?<![^,\r\n]){_QUOTED_CELL}(?![^,\r\n])[^"]*+)*+')
_REST_OF_ROW = re.compile(rf'[^,\r\n]*+(?:,(?:{_QUOTED_CELL}[^,\r\n]*+|(?!")[^,\r\n]*+))*+')
_LINE_END = re.compile(r"\r\n?|\n")

_SEPARATORS = ((";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars"))
_LOOKED_AHEAD = 11


def _other_separator(text: str, headings_row: int | None) -> str | None:
    """What separates the columns, if not commas: some first line without a comma, and most lines that follow alike."""
    lines = _LINE_END.split(_QUOTED.sub("q", text[:65_536]))[(headings_row or 1) - 1 :]
    filled = [line for line in lines if line.strip()][: 2 * _LOOKED_AHEAD]
    for place, line in enumerate(filled[:_LOOKED_AHEAD] if headings_row is None else filled[:1]):
        if line.count(",") > 1:
            return None
        following = filled[place + 1 : place + _LOOKED_AHEAD]
        for separator, name in _SEPARATORS:
            count = 0 if "," in line else line.count(separator)
            alike = sum(one.count(separator) == count for one in following)
            if count and 2 * alike >= len(following):
                return name
    return None


@dataclass(frozen=True, slots=True)
class _Quotes:
    """Where quote marks are wrong: the first column (from 0) in each row, and the row whose quote never closes."""

    stray: dict[int, int]
    unclosed: int | None


def _quotes(text: str, most: int) -> _Quotes:
    """Quote marks that are wrong, in up to ``most`` rows. It cuts as ``csv`` (and Excel) does, so rows agree."""
    stray: dict[int, int] = {}
    row, column, at = 1, 0, 0
    while len(stray) <= most:
        fault = _end(_WELL_QUOTED, text, at)
        if fault == len(text):
            break
        lines = _LINE_END.split(_QUOTED.sub("q", text[at:fault]))
        column = lines[-1].count(",") + (column if len(lines) == 1 else 0)
        row += len(lines) - 1
        if fault == 0 or text[fault - 1] in ",\r\n":
            cell = _QUOTED.match(text, fault)
            if cell is None or _swallows_rows(cell[0]):
                return _Quotes(stray, row)
            fault = cell.end()
        # One is said for a row: what follows it in the row cannot be told from text.
        stray.setdefault(row, column)
        at = _end(_REST_OF_ROW, text, fault)
    return _Quotes(stray, None)


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Where a pattern that can match nothing ends."""
    match = pattern.match(text, at)
    return at if match is None else match.end()


def _swallows_rows(cell: str) -> bool:
    """Whether a quoted cell that text follows took the opening quote of a later cell for its own closing one."""
    inside = cell[1:-1]
    return ("\n" in inside or "\r" in inside) and inside.rstrip('"').endswith((",", "\n", "\r"))


# --- rows ---------------------------------------------------------------------------------------------------------

_FEWEST_HEADINGS = 3


def _records(text: str, end: int | None = None) -> Iterator[Record]:
    """Every row before row ``end``, blank ones too. A cell with line breaks is part of one row."""
    # The limit is one for the whole process, and small until somebody sets it.
    csv.field_size_limit(_NO_END)
    numbered = enumerate(map(tuple, csv.reader(io.StringIO(text, newline=""))), 1)
    return numbered if end is None else _before(numbered, end)


def _before(records: Iterable[Record], end: int) -> Iterator[Record]:
    for record in records:
        if record[0] >= end:
            return
        yield record


def _filled(cells: Sequence[str]) -> list[str]:
    """The cells that hold something to be seen, of as many as a spreadsheet has columns."""
    return [plain for cell in cells[:_MOST_COLUMNS] if cell and (plain := _STRANGE.sub("", cell).strip())]


@dataclass(frozen=True, slots=True)
class _Top:
    """The row of headings, and the rows that follow it."""

    headings: Record
    rest: Iterator[Record]


def _top(records: Iterator[Record], headings_row: int | None, findings: list[Finding]) -> _Top | None:
    """Find the headings: in the row a mapping names, or in the template's first row and what may stand before it."""
    if headings_row is not None:
        named = next((one for one in records if one[0] >= headings_row), None)
        return _Top(named, records) if named and named[0] == headings_row and _filled(named[1]) else None
    first = next((one for one in records if _filled(one[1])), None)
    if first is None:
        return None
    if first[0] > 1:
        findings.append(finding("blank-first-row", 1))
    ahead = [one for _, one in zip(range(_LOOKED_AHEAD - 1), records, strict=False)]
    title = _filled(first[1])
    if len(title) < _FEWEST_HEADINGS:
        for place, one in enumerate(ahead):
            if len(_filled(one[1])) >= _FEWEST_HEADINGS:
                findings.append(finding("title-row", first[0], found=" ".join(title)))
                return _Top(one, chain(ahead[place + 1 :], records))
    return _Top(first, chain(ahead, records))


@dataclass(frozen=True, slots=True)
class _Body:
    """The rows that hold something, as many as may be kept; how many there are; and how many blank ones."""

    kept: list[Record]
    count: int
    blank: int


def _body(records: Iterable[Record], most: int) -> _Body:
    """Part rows from blank ones. A row of commas is blank; so is an empty line, but not at the very end of the file."""
    kept: list[Record] = []
    count = blank = empty = 0
    for record in records:
        cells = record[1]
        # Nearly every row shows it in its first cell, and there may be a million.
        if not cells:
            empty += 1
        elif cells[0].strip() or any(map(str.strip, cells)):
            count += 1
            blank, empty = blank + empty, 0
            if count <= most:
                kept.append(record)
        else:
            blank, empty = blank + empty + 1, 0
    return _Body(kept, count, blank)


def _below(top: _Top, text: str, quotes: _Quotes, caps: Caps, is_template: bool, findings: list[Finding]) -> Sheet:
    """The headings and the rows below them, checked one after the other."""
    body = _body(top.rest, caps.rows)
    rows = body.kept
    if body.count > caps.rows:
        findings.append(finding("too-many-rows", found=f"{body.count:,}", most=f"{caps.rows:,}"))
        rows = []
    elif body.blank:
        findings.append(finding("blank-rows", found=body.blank, rows=plural(body.blank, "row was", "rows were")))
    if body.count == 0 and not quotes.unclosed:
        findings.append(finding("no-rows"))
    # Headings beyond are cut off, and their cells are too many: half a million of them would each be spoken of.
    headings = (top.headings[0], top.headings[1][:_MOST_COLUMNS])
    if _has_strange(text):
        headings, rows = _cleaned(headings, rows, findings)
    names = headings[1]
    if quotes.stray:
        findings += _stray_in([headings, *rows], names, quotes.stray)
    if is_template:
        rows = _without_notes(names, rows, quotes.stray, findings)
    # Only a text longer than a cell may be can hold such a cell, and looking at every cell of a long history takes time.
    if len(text) > caps.cell:
        findings += _too_long(headings, names, caps.cell)
        rows = _without_long(rows, names, caps.cell, findings)
    width = _width(headings, rows, findings)
    records = _even(rows, width, quotes.stray, findings)
    return Sheet(names[:width], records, tuple(sorted(findings, key=lambda one: one.row or 0)))


def _heading(names: Sequence[str], column: int) -> str | None:
    """The heading over a column, where it has one."""
    return names[column].strip() or None if column < len(names) else None


def _stray_in(rows: Iterable[Record], names: Sequence[str], stray: dict[int, int]) -> list[Finding]:
    """The stray quotes of the rows that are read; those above the headings are not."""
    return [finding("stray-quote", number, _heading(names, stray[number])) for number, _ in rows if number in stray]


# --- characters ---------------------------------------------------------------------------------------------------

# What no CSV holds: NUL and the other controls of ASCII, and the mark of a character that was lost.
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]")
# What nobody can see: controls, zero widths, marks of direction, and letters without a shape.
_HIDDEN = re.compile(
    "[\x80-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_STRANGE = re.compile(f"{_UNREADABLE.pattern}|{_HIDDEN.pattern}")
_ORDINARY = bytes((*b"\t\r\n", *range(0x20, 0x7F)))
# More in one row say nothing more to an officer.
_MOST_OF_A_ROW = 20


def _has_strange(text: str) -> bool:
    """Whether any character is unreadable or hidden. Taking ordinary ones out first is many times faster."""
    return _STRANGE.search(text.encode().translate(None, _ORDINARY).decode()) is not None


def _cleaned(headings: Record, rows: list[Record], findings: list[Finding]) -> tuple[Record, list[Record]]:
    """Headings and rows without strange characters, each place said, so that later checks do not stumble over them."""
    names = tuple(_STRANGE.sub("", cell) for cell in headings[1])
    findings += _strange_in(headings, names)
    kept = []
    for record in rows:
        if _STRANGE.search(",".join(record[1])) is None:
            kept.append(record)
            continue
        findings += _strange_in(record, names)
        cells = tuple(_STRANGE.sub("", cell) for cell in record[1])
        if any(map(str.strip, cells)):
            kept.append((record[0], cells))
    return (headings[0], names), kept


def _strange_in(record: Record, names: Sequence[str]) -> list[Finding]:
    """The strange characters of a row: the first that is unreadable, and each cell with hidden ones."""
    number, cells = record
    unreadable = [column for column, cell in enumerate(cells) if _UNREADABLE.search(cell)][:1]
    hidden = [column for column, cell in enumerate(cells) if _HIDDEN.search(cell)][:_MOST_OF_A_ROW]
    return [
        finding(code, number, _heading(names, column))
        for code, columns in (("unreadable-character", unreadable), ("hidden-characters", hidden))
        for column in columns
    ]


# --- what stands in the rows --------------------------------------------------------------------------------------

_NOTE = re.compile(r"\s*(?:(?:grand total|totals?|sources?|notes?|produced|prepared|data as)\b|\*)", re.IGNORECASE)
# Headings over what names the indicator, in files of figures, of targets and of the register.
_KEY = re.compile(r"(?:indicator|kpi|measure)?[\s_-]*(?:id|code)|indicator|kpi", re.IGNORECASE)
_CODE = re.compile(r"(?=\S*[0-9])\S+")


def _without_notes(
    names: Sequence[str], rows: list[Record], stray: dict[int, int], findings: list[Finding]
) -> list[Record]:
    """Rows without notes and totals. Each is said, unless a stray quote may have made it one, and has been said."""
    key = next((column for column, name in enumerate(names) if _KEY.fullmatch(name.strip())), 0)
    kept = []
    for record in rows:
        if len(names) < 2 or not _is_note(record[1], key):
            kept.append(record)
        elif record[0] not in stray:
            findings.append(finding("notes-below-figures", record[0]))
    return kept


def _is_note(cells: Sequence[str], key: int) -> bool:
    """Whether a row is a note or a total: it begins as they do and names no indicator, or holds its first cell only.

    An indicator of another column may be named "Total ...", and a code alone is a row that was not filled in.
    """
    if _NOTE.match(cells[0]):
        return key == 0 or not any(map(str.strip, cells[key : key + 1]))
    return not any(map(str.strip, cells[1:])) and _CODE.fullmatch(cells[0].strip()) is None


def _without_long(rows: Iterable[Record], names: Sequence[str], most: int, findings: list[Finding]) -> list[Record]:
    """Rows without those that hold a cell longer than may be shown, each of which is said."""
    kept = []
    for record in rows:
        long = _too_long(record, names, most)
        findings += long
        if not long:
            kept.append(record)
    return kept


def _too_long(record: Record, names: Sequence[str], most: int) -> list[Finding]:
    """The cells of a row that are too long."""
    return [
        finding("cell-too-long", record[0], _heading(names, column), found=f"{len(cell):,}", most=f"{most:,}")
        for column, cell in enumerate(record[1])
        if len(cell) > most
    ]


# A spreadsheet has no more columns.
_MOST_COLUMNS = 16_384


def _width(headings: Record, rows: Iterable[Record], findings: list[Finding]) -> int:
    """How many columns there are. Excel writes empty ones after the last, which are none; others need headings."""
    number, names = headings
    blank = [column for column, name in enumerate(names) if not name.strip()]
    if not blank:
        return len(names)
    used: set[int] = set()
    for _, cells in rows:
        # A row with more cells than there are headings is out of step: its cells say nothing of the columns.
        if not any(map(str.strip, cells[len(names) :])):
            used |= _filled_columns(blank, cells)
    findings += [finding("column-without-heading", number, number=one + 1) for one in sorted(used)[:_MOST_COLUMNS]]
    last = max(column for column, name in enumerate(names) if name.strip() or column in used)
    return last + 1


def _filled_columns(columns: Iterable[int], cells: Sequence[str]) -> set[int]:
    """Those of ``columns``, which rise, in which a row holds something."""
    filled = set()
    for column in columns:
        if column >= len(cells):
            break
        if cells[column].strip():
            filled.add(column)
    return filled


def _even(rows: Iterable[Record], width: int, stray: dict[int, int], findings: list[Finding]) -> tuple[Record, ...]:
    """Rows of ``width`` cells. Others are said, unless a stray quote is the reason and has been said."""
    records = []
    for record in rows:
        number, cells = record
        if len(cells) == width:
            records.append(record)
            continue
        count = _count(cells, width)
        if count == width:
            records.append((number, cells[:width]))
        elif number not in stray:
            code = "too-few-cells" if count < width else "too-many-cells"
            findings.append(finding(code, number, found=count, must=width))
    return tuple(records)


def _count(cells: Sequence[str], width: int) -> int:
    """How many cells a row has; blank ones after ``width``, which Excel writes, are none."""
    surplus = [column for column in range(width, len(cells)) if cells[column].strip()]
    return surplus[-1] + 1 if surplus else min(len(cells), width)

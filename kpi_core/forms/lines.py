"""The lines of a document, and the paragraphs that they make.

``narrative.prose`` puts lines together too, to read sentences; here every line must keep its place under a heading of the
form, and bold letters, cells of tables and the room left at a line's end tell where a paragraph begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from .labels import is_label
from .records import Cell, Paragraph


@dataclass(frozen=True, slots=True)
class FormLine:
    """One line of a document, and what its look says of it."""

    number: int
    text: str
    starts: bool = True
    """Whether a paragraph begins with it for certain."""
    stops: bool = True
    """Whether so much room is left after it that a paragraph plainly ends here."""
    heading: bool = False
    bold: str = ""
    cell: Cell | None = None
    aside: bool = False

    @property
    def is_item(self) -> bool:
        """Whether it is an item of a list."""
        return _ITEM.match(self.text) is not None

    def rest(self, text: str) -> FormLine:
        """What stands on the line after a heading."""
        return replace(self, text=text, starts=True, heading=False, bold="")


_ITEM = re.compile(r"(?:[-–—•●▪◦‣·*\uf0b7\uf0a7]|o(?=\s))\s+")


def unmarked_item(text: str, mark: str = "") -> str:
    """``text`` with ``mark`` instead of the mark of a list that it begins with."""
    found = _ITEM.match(text)
    return mark + text[found.end() :] if found else text


NUMBERED = re.compile(r"\(?(?:[0-9]{1,2}|[a-z]|[ivx]{1,4})[.)]\s+")


def numbering_of(text: str) -> int:
    """How many characters of a list's numbering ``text`` begins with."""
    found = NUMBERED.match(text)
    return found.end() if found else 0


_HASHES = re.compile(r"#{1,6}\s+(.*?)\s*#*$")


_STARS = re.compile(r"(\*\*|__)(\S.*?)\1")


ENDED = re.compile(r"[.:;?!…][)\]”’\"'»]*(?:[0-9]{1,2})?$")


_RULE = re.compile(r"[-=_*\s|:+]+")


def read_lines(paragraphs: Sequence[Paragraph]) -> list[FormLine]:
    """Every line that says something."""
    width = _width(paragraphs)
    found = []
    for one in paragraphs:
        pieces = [(n, piece) for n, piece in one.lines if piece.strip()]
        in_columns = one.cell is None and any(is_label(c) for _, piece in pieces for c in _cut(piece)[:-1])
        for at, (n, piece) in enumerate(pieces):
            after = pieces[at + 1][1] if at + 1 < len(pieces) else ""
            plain = FormLine(
                n, " ".join(piece.split()), at == 0, _stops(piece, after, width), one.heading, "", one.cell, one.aside
            )
            cells = _cut(piece)
            if in_columns and len(cells) > 1:
                row = (-one.number, at + 1)
                found += [replace(plain, text=c, starts=True, cell=(*row, col)) for col, c in enumerate(cells, 1) if c]
            elif not at:
                found.append(_marked(replace(plain, bold=" ".join(one.bold.split()))))
            else:
                found.append(_marked(plain))
    return found


def _cut(piece: str) -> list[str]:
    """The cells of a line copied out of a table: parted by tabs or by upright strokes."""
    if piece.strip().startswith("|"):
        return [] if _RULE.fullmatch(piece) else [cell.strip() for cell in piece.strip().strip("|").split("|")]
    return [cell.strip() for cell in piece.split("\t")] if "\t" in piece.strip() else [piece]


def _marked(line: FormLine) -> FormLine:
    """A line whose heading or bold text is marked as plain text marks it: ``## Heading``, ``**bold**``."""
    if hashes := _HASHES.match(line.text):
        line = replace(line, text=hashes[1], heading=True)
    if stars := _STARS.match(line.text):
        line = replace(line, text=stars[2] + line.text[stars.end() :], bold=stars[2])
    return line


def _width(paragraphs: Iterable[Paragraph]) -> int:
    """How long a full line of hard-wrapped text is: as most of them are, since a few are always longer."""
    lengths = sorted(len(line.rstrip()) for one in paragraphs if "\n" in one.text for line in one.text.split("\n"))
    return lengths[len(lengths) * 9 // 10] if lengths else 0


def _stops(piece: str, after: str, width: int) -> bool:
    """Whether the next word would have had room on the line, so that it was ended on purpose."""
    # Lines that are all short were not cut by a page's width.
    if width < 60 or not after:
        return True
    room = len(piece.rstrip()) + 1 + len(after.split(maxsplit=1)[0])
    return room < width * (0.85 if ENDED.search(piece.rstrip()) else 0.65)


def _runs_on(before: FormLine, line: FormLine) -> bool:
    """Whether a line goes on with the paragraph of the line before it, over the end of a line or of a page."""
    if line.is_item or line.cell != before.cell or line.aside or before.aside:
        return False
    begins_low = line.text[:1].islower()
    if NUMBERED.match(line.text):
        return False
    if not line.starts:
        return begins_low or not before.stops
    # A short line before a page's end is more likely an item of a list than half of a sentence.
    return begins_low and len(before.text) >= 40 and not ENDED.search(before.text)


@dataclass(slots=True)
class Piece:
    """A paragraph put together from its lines."""

    lines: list[FormLine]
    text: str

    @property
    def cell(self) -> Cell | None:
        """The table's cell it stands in."""
        return self.lines[0].cell

    @property
    def is_item(self) -> bool:
        """Whether it is an item of a list."""
        return self.lines[0].is_item

    def paragraph(self) -> Paragraph:
        """As it is kept among what is unplaced."""
        return Paragraph(self.lines[0].number, self.text)


def pieces_of(lines: Iterable[FormLine]) -> list[Piece]:
    """Lines put together into paragraphs."""
    found: list[Piece] = []
    for line in lines:
        if found and _runs_on(found[-1].lines[-1], line):
            before = found[-1].text
            # A word that was written with a hyphen and cut at it.
            found[-1].text += line.text if re.search(r"[a-z]-$", before) and line.text[0].islower() else f" {line.text}"
            found[-1].lines.append(line)
        else:
            found.append(Piece([line], line.text))
    return found


def in_rows(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """Pieces by the row of their table; a piece outside tables is alone."""
    grouped = groupby(enumerate(pieces), key=lambda one: one[1].cell[:2] if one[1].cell else (0, one[0]))
    return [[piece for _, piece in group] for _, group in grouped]

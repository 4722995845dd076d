"""Forms from the parts of a document. Whatever finds no place is kept among what is unplaced: no word is dropped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from ..errors import KpiError, shorten
from ..model import NONE_IDENTIFIED, REPORT_SECTIONS
from .actions import actions_of
from .labels import is_none
from .lines import NUMBERED, FormLine, Piece, in_rows, pieces_of, read_lines, unmarked_item
from .parts import SIGNED, FormPart, read_parts, split_forms, values_by_their_labels
from .records import Form, Paragraph
from .values import AGREED, dates_in, figure_in, figure_with_words, is_signed, read_quarter, role_at


class NoForm(KpiError):
    """A document in which there is no exception report form."""

    def __init__(self, count: int, begins: str) -> None:
        found = f"It has {count:,} {'paragraph' if count == 1 else 'paragraphs'} and begins “{shorten(begins)}”."
        super().__init__(
            f"No exception report form was found. {found} Give each part its heading, like “Indicator description:” "
            "and “Reason for level of performance:”, and try again."
        )


def read_forms(paragraphs: Sequence[Paragraph]) -> tuple[Form, ...]:
    """The forms of a document. Text before the first is unplaced in it. Raises ``NoForm``."""
    forms = split_forms(read_parts(values_by_their_labels(read_lines(paragraphs))))
    if not forms:
        raise NoForm(len(paragraphs), next((one.text for one in paragraphs if one.text.strip()), ""))
    return tuple(_form(parts) for parts in forms)


class _Builder:
    """Gathers what the parts of one form say; what a part does not take, it keeps as unplaced."""

    def __init__(self) -> None:
        self.unplaced: list[Paragraph] = []
        self.printed: list[Paragraph] = []
        self.held: dict[str, list[FormLine]] = {}
        self.quarters: list[tuple[str, Paragraph | None]] = []
        """As said, and where; ``None``: in a heading, which is kept anyway."""
        self.texts: dict[str, str] = {"completed": "", "approved": ""}
        self.figures: dict[str, Decimal | None] = {}
        self.approved_on: date | None = None

    def take(self, part: FormPart) -> None:
        """One part, by its kind."""
        if part.kind in ("early", "other"):
            self.keep([*part.words, *part.lines])
            return
        self.printed += [Paragraph(line.number, line.text) for line in part.words]
        if part.label and part.label.quarter:
            self.quarters.append((part.label.quarter, None))
        if part.kind in (*REPORT_SECTIONS, "actions", "indicator", "quarter"):
            self.held.setdefault(part.kind, []).extend(part.lines)
        elif part.kind in ("outturn", "target"):
            self._take_figure(part)
        elif part.kind in ("completed", "approved", "approved on"):
            self._take_signature(part)
        elif part.kind == "title":
            self._take_title(part)
        else:
            self.keep(part.lines)

    def keep(self, lines: Iterable[FormLine]) -> None:
        """Unplaced, in full."""
        self.unplaced += [piece.paragraph() for piece in pieces_of(lines)]

    def first(self, kind: str) -> str:
        """The first paragraph of a field that is one paragraph; the others are unplaced."""
        pieces = pieces_of(self.held.get(kind, ()))
        taken = 2 if len(pieces) > 1 and pieces[0].text.endswith(":") else 1
        self.unplaced += [piece.paragraph() for piece in pieces[taken:]]
        return " ".join(piece.text for piece in pieces[:taken])

    def quarter_said(self) -> str:
        """The first quarter that can be read, or else the first that is said. Others that differ are unplaced."""
        read = next(
            (said for said, _ in self.quarters if read_quarter(said)), next((said for said, _ in self.quarters), "")
        )
        differing = (
            place
            for said, place in self.quarters
            if place and said != read and read_quarter(said) != read_quarter(read)
        )
        self.unplaced += differing
        return read

    def section(self, kind: str) -> str:
        """The text of a section. Dashes and dots alone are no text."""
        pieces = pieces_of(self.held.get(kind, ()))
        text = _prose(pieces)
        if re.search(r"\w", text):
            return NONE_IDENTIFIED if kind != REPORT_SECTIONS[0] and is_none(text, kind) else text
        self.unplaced += [piece.paragraph() for piece in pieces]
        return ""

    def _take_title(self, part: FormPart) -> None:
        """The printed instructions under a title, and whatever else stands there."""
        for piece in pieces_of(part.lines):
            if read_quarter(piece.text):
                self.quarters.append((piece.text, piece.paragraph()))
                continue
            printed = all(_PRINTED.match(one) for one in re.split(r"(?<=\.)\s+(?=[A-Z])", piece.text))
            (self.printed if printed else self.unplaced).append(piece.paragraph())

    def _take_figure(self, part: FormPart) -> None:
        pieces = pieces_of(part.lines)
        if not pieces or part.kind in self.figures:
            self.keep(part.lines)
            return
        text = pieces[0].text
        said = re.search(r"\(([^()]*[0-9][^()]*)\)", text)
        if said and read_quarter(said[1]):
            self.quarters.append((said[1].strip(), pieces[0].paragraph()))
            text = text.replace(said[0], " ").strip()
        self.figures[part.kind] = figure_with_words(text)
        # What is more than the number is kept beside it.
        taken = 0 if figure_in(text) is None else 1
        self.unplaced += [piece.paragraph() for piece in pieces[taken:]]

    def _take_signature(self, part: FormPart) -> None:
        role = part.label.role if part.label else ""
        kind = "completed" if part.kind == "completed" else "approved"
        who, on, left = _signature(part.lines)
        if kind == "completed" and on:
            # The form has no place for the day on which it was completed.
            left = [line for line in part.lines if dates_in(line.text)] + [
                line for line in left if not dates_in(line.text)
            ]
            on = None
        if who and (self.texts[kind] or part.kind == "approved on"):
            left, who, on = part.lines, "", None
        if on and self.approved_on:
            left, on = part.lines, None
        self.texts[kind] = self.texts[kind] or who or (role if on or _agrees(left) else "")
        self.approved_on = self.approved_on or on
        self.keep(left)


def _form(parts: list[FormPart]) -> Form:
    """The form that its parts make."""
    built = _Builder()
    last_signed = ""
    for part in parts:
        if part.kind == "date":
            # A date of its own goes with whoever signed before it.
            part.kind = "approved on" if last_signed.startswith("approved") else "completed"
        last_signed = part.kind if part.kind in SIGNED else last_signed
        built.take(part)
    sections = tuple((name, built.section(name)) for name in REPORT_SECTIONS)
    actions, left, headings = actions_of(built.held.get("actions", []))
    built.keep(left)
    built.printed += [Paragraph(line.number, line.text) for line in headings]
    if said := built.first("quarter"):
        built.quarters.append((said, Paragraph(built.held["quarter"][0].number, said)))
    indicator = built.first("indicator")
    read = built.quarter_said()
    own = [line.number for part in parts if part.kind not in ("early", "aside") for line in (*part.words, *part.lines)]
    return Form(
        min(own), max(own), indicator, read, read_quarter(read), built.figures.get("outturn"), built.figures.get("target"),
        sections, actions, built.texts["completed"], built.texts["approved"], built.approved_on,
        tuple(sorted(built.unplaced, key=lambda one: one.number)), tuple(sorted(built.printed, key=lambda one: one.number)),
    )  # fmt: skip


_PRINTED = re.compile(
    r"(?:please (?:use|complete|fill in) th(?:is|e) (?:\w+ ){0,3}(?:report|form|template)\b"
    r"|th(?:is|e) (?:\w+ ){0,2}(?:report|form|template) (?:will|should|must|is to|makes?|forms?)\b)",
    re.I,
)


def _prose(pieces: list[Piece]) -> str:
    """The text of a section: items of a list and rows of a table on lines of their own, paragraphs parted by a blank line."""
    text, before_in_list = "", False
    for row in in_rows(pieces):
        columns = {piece.cell[2] for piece in row if piece.cell}
        if len(columns) > 1:
            blocks = [(True, " | ".join(piece.text for piece in row))]
        else:
            blocks = [
                (piece.is_item or bool(NUMBERED.match(piece.text)), unmarked_item(piece.text, "- ")) for piece in row
            ]
        for in_list, block in blocks:
            text += ("" if not text else "\n" if in_list and before_in_list else "\n\n") + block
            before_in_list = in_list
    return text


_JOINED = re.compile(r"(?:[/,&;]|\band)$")


def _signature(lines: Sequence[FormLine]) -> tuple[str, date | None, list[FormLine]]:
    """Who signed, when, and the lines that say neither. Two dates leave open which it is, so then none is taken."""
    who, on = "", None
    left: list[FormLine] = []
    several = len({day for line in lines for day, *_ in dates_in(line.text)}) > 1
    for line in lines:
        dates = [] if several or on else dates_in(line.text)
        rest = line.text
        for _, start, end in dates[:1]:
            rest = f"{rest[:start]} {rest[end:]}"
        rest = re.sub(r"\b(?:dated?|on)\b\s*:?|\(\s*\)", " ", rest, flags=re.I) if dates else rest
        rest = " ".join(rest.split()).strip(" -–—:;,|." if dates else " ")
        goes_on = bool(who) and (_JOINED.search(who) is not None or role_at(rest.split()) == 0)
        if dates and AGREED.fullmatch(rest):
            rest, on, left = "", dates[0][0], [*left, line]
        if rest and not (is_signed(rest) and (not who or goes_on)):
            left.append(line)
            continue
        on = dates[0][0] if dates else on
        if rest:
            who = f"{who}{' ' if _JOINED.search(who) else ', '}{rest}" if who else rest.rstrip(".")
    return who, on, left


def _agrees(lines: Sequence[FormLine]) -> bool:
    """Whether all that is said beside a role's name is that it agrees."""
    return bool(lines) and AGREED.fullmatch(lines[0].text) is not None

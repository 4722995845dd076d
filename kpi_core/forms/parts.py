"""Each heading with the lines under it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from ..model import REPORT_SECTIONS
from .headings import FormHeading, heading_of, next_on_the_line
from .labels import Label, all_labels, column_of, label_of, lead_of, letters_of
from .lines import ENDED, FormLine
from .values import figure_in, is_time, read_quarter


@dataclass(slots=True)
class FormPart:
    """A heading and the lines under it. ``kind``: as a ``Label``'s, or ``before``: what stands over the first heading."""

    kind: str
    label: Label | None = None
    words: list[FormLine] = field(default_factory=list)
    """The heading, as it stands."""
    lines: list[FormLine] = field(default_factory=list)


_FIELDS = ("indicator", "quarter", "outturn", "target", "other")


SIGNED = ("completed", "approved", "approved on", "date")


_FURNITURE = re.compile(r"page\s+[0-9]{1,4}(?:\s+of\s+[0-9]{1,4})?|[-–]\s*[0-9]{1,4}\s*[-–]", re.I)


class _Reader:
    """Goes through the lines once and knows what the form at hand has had already."""

    def __init__(self, lines: list[FormLine]) -> None:
        self.lines = lines
        self.parts: list[FormPart] = [FormPart("before")]
        self.current = self.parts[0]
        self.seen: set[str] = set()
        self.table_of_actions = 0

    def read(self) -> list[FormPart]:
        """The parts, in the order of the document; every line is in one."""
        at = 0
        while at < len(self.lines):
            at += self._step(at)
        return self.parts

    def _step(self, at: int) -> int:
        """Place the line at ``at``; how many lines that took."""
        line = self.lines[at]
        if line.aside or self._is_furniture(at):
            self.parts.append(FormPart("aside", lines=[line]))
            return 1
        if taken := self._headed_row(at):
            return taken
        fresh = self._fresh(at)
        for count in (3, 2):
            if split := self._split_heading(at, count, fresh):
                self._open(split, line, self.lines[at + count - 1])
                return count
        found = heading_of(line, fresh)
        if found and self._accepts(found, line):
            self._open(found, line, line)
        else:
            self.current.lines.append(line)
        return 1

    def _fresh(self, at: int) -> bool:
        """Whether the line before cannot be running on into this one."""
        if self.lines[at].starts or not at:
            return True
        before = self.lines[at - 1]
        return before.stops or not self.current.lines or bool(ENDED.search(before.text))

    def _is_furniture(self, at: int) -> bool:
        """A page's number, standing alone. After “Outturn:” a number alone is the outturn."""
        line = self.lines[at]
        alone = line.starts and line.cell is None and (at + 1 == len(self.lines) or self.lines[at + 1].starts)
        in_text = (
            self.current.kind in (*REPORT_SECTIONS, "actions") and bool(self.current.lines) and line.text.isdigit()
        )
        return alone and (in_text or _FURNITURE.fullmatch(line.text) is not None)

    def _headed_row(self, at: int) -> int:
        """The row of headings over a table of actions; how many cells it has, or 0."""
        row = _row_at(self.lines, at)
        if len(row) < 2 or not is_head_of_actions(row):
            return 0
        if self.current.kind != "actions":
            self._begin(FormPart("actions", Label("actions")))
        self.table_of_actions = row[0].cell[0] if row[0].cell else 0
        self.current.lines += row
        return len(row)

    def _split_heading(self, at: int, count: int, fresh: bool) -> FormHeading | None:
        """A heading that goes on over the next line or two."""
        lines = self.lines[at : at + count]
        first = lines[0]
        if len(lines) < count or any(":" in one.text or len(one.text) > 60 for one in lines[:-1]):
            return None
        if any(one.cell != first.cell or one.aside or one.is_item for one in lines[1:]) or not _may_begin(first.text):
            return None
        text = " ".join(one.text for one in lines)
        bold = " ".join(one.bold for one in lines) if all(one.bold == one.text for one in lines[:-1]) else ""
        found = heading_of(replace(first, text=text, bold=bold.strip()), fresh)
        whole = found is not None and len(found.words) > len(text) - len(lines[-1].text) and found.label.strong
        return found if found and whole and self._accepts(found, first) else None

    def _accepts(self, found: FormHeading, line: FormLine) -> bool:
        """Whether a heading makes sense here; otherwise its words are part of the text."""
        kind, strong = found.label.kind, found.label.strong
        in_text = bool(self.seen & {*REPORT_SECTIONS, "actions"})
        if line.cell and line.cell[0] == self.table_of_actions and (not strong or line.cell[2] > 1):
            return False
        if kind == "date":
            return self.current.kind in SIGNED
        if kind == "completed" and is_time(found.rest):
            return False
        if kind in ("completed", "approved") and found.rest and not found.styled:
            return "actions" in self.seen or self.current.kind in SIGNED
        if kind == "title" and found.rest and in_text:
            return read_quarter(found.rest) is not None or found.rest.isdigit()
        if kind == "indicator":
            signed = bool(self.seen & {"actions", "completed", "approved"})
            # “Key performance indicators” within a text is no second form.
            named = strong and re.search(r"des|name|title|\bof\b", found.words, re.I) is not None
            return not in_text or named or (found.styled and signed)
        if kind == "other" and in_text:
            return re.search("implication|impact", found.words, re.I) is not None
        if kind in _FIELDS and in_text:
            figure = not found.rest or read_quarter(found.rest) or figure_in(found.rest.split()[0]) is not None
            return bool(figure) and found.styled and kind not in self.seen
        if not strong and line.cell and kind not in (*SIGNED, "quarter", "outturn", "target"):
            return line.cell[2] == 1 or found.words.rstrip().endswith(":") or bool(line.bold) or line.heading
        return True

    def _open(self, found: FormHeading, first: FormLine, last: FormLine) -> None:
        """Begin the part of a heading, and those of other headings on the same line."""
        self._begin(FormPart(found.label.kind, found.label, [replace(first, text=found.words)]))
        rest, in_prose = found.rest, found.label.kind in (*REPORT_SECTIONS, "actions")
        if second := next_on_the_line(rest, in_prose):
            before, rest = second
            further = heading_of(last.rest(rest), True)
            if further and self._accepts(further, last):
                if before:
                    self.current.lines.append(last.rest(before))
                self._open(further, last.rest(rest), last)
                return
            rest = found.rest
        if rest:
            self.current.lines.append(last.rest(rest))

    def _begin(self, part: FormPart) -> None:
        others = self.seen - {"title", "indicator", "quarter", "before"}
        if part.kind == "title" or (part.kind == "indicator" and "indicator" in self.seen and others):
            self.seen = set()
        self.seen.add(part.kind)
        self.parts.append(part)
        self.current = part


def read_parts(lines: list[FormLine]) -> list[FormPart]:
    """A document as the parts that its headings make; every line is in one."""
    return _Reader(lines).read()


@cache
def _in_order() -> list[str]:
    return sorted(all_labels())


def _may_begin(text: str) -> bool:
    """Whether some label begins with these words and goes on."""
    bare, opened, _ = text[lead_of(text) :].partition("(")
    if opened and ")" not in text:
        return label_of(bare.strip()) is not None
    if read_quarter(text):
        return True
    letters = letters_of(bare)
    order = _in_order()
    at = bisect_right(order, letters)
    return len(letters) > 2 and at < len(order) and order[at].startswith(letters)


def _row_at(lines: Sequence[FormLine], at: int) -> list[FormLine]:
    """The lines of the table row that begins at ``at``; none where ``at`` is in no table or within a row."""
    cell = lines[at].cell
    if cell is None or (at and lines[at - 1].cell and (lines[at - 1].cell or cell)[:2] == cell[:2]):
        return []
    row = [lines[at]]
    while at + len(row) < len(lines) and (after := lines[at + len(row)].cell) and after[:2] == cell[:2]:
        row.append(lines[at + len(row)])
    return row


def values_by_their_labels(lines: list[FormLine]) -> list[FormLine]:
    """A row of labels over a row of values, put into label, value, label, value."""
    found: list[FormLine] = []
    at = 0
    while at < len(lines):
        labels = _row_at(lines, at)
        values = _row_at(lines, at + len(labels)) if labels and at + len(labels) < len(lines) else []
        if len(labels) > 1 and values and _are_labels_over(labels, values):
            for label in labels:
                found.append(label)
                found += [one for one in values if one.cell and label.cell and one.cell[2] == label.cell[2]]
            found += [one for one in values if one not in found]
            at += len(labels) + len(values)
        else:
            found.append(lines[at])
            at += 1
    return found


def _are_labels_over(labels: Sequence[FormLine], values: Sequence[FormLine]) -> bool:
    same_table = bool(labels[0].cell and values[0].cell and labels[0].cell[0] == values[0].cell[0])
    return same_table and all(map(_says_a_label, labels)) and not any(heading_of(one, True) for one in values)


def _says_a_label(line: FormLine) -> bool:
    return label_of(line.text.rstrip(" :-–—.")) is not None


def is_head_of_actions(row: Sequence[FormLine]) -> bool:
    """Whether the cells of a row are the headings of a table of actions."""
    kinds = [column_of(line.text) for line in row]
    return "action" in kinds and bool({"owner", "due"} & set(kinds))


def split_forms(parts: list[FormPart]) -> list[list[FormPart]]:
    """The parts of each form. What stands before the first belongs to it as ``early``."""
    early: list[FormPart] = []
    forms: list[list[FormPart]] = []
    for at, part in enumerate(parts):
        held = forms[-1] if forms else early
        if _begins_form(parts, at, forms[-1] if forms else None):
            forms.append([part])
        elif part.kind == "title" and forms:
            # The header of a page: what is under it goes on with the text above it.
            flow = next(one for one in reversed(held) if one.kind != "aside")
            flow.lines += part.lines
            held.append(FormPart("title", part.label, part.words))
        else:
            held.append(part)
    if not forms and any(part.kind == REPORT_SECTIONS[0] for part in early):
        forms = [[]]
    if forms:
        own = _own_of_the_first(early, forms[0])
        forms[0] = [*(replace(part, kind="early") for part in early[:own]), *early[own:], *forms[0]]
    return forms


def _begins_form(parts: list[FormPart], at: int, current: list[FormPart] | None) -> bool:
    """Whether the part at ``at`` is the first of a form, where ``current`` is the form it would otherwise belong to."""
    kinds = {part.kind for part in current or ()}
    if parts[at].kind == "indicator":
        return current is None or ("indicator" in kinds and bool(kinds - {"title", "indicator", "quarter", "aside"}))
    if parts[at].kind != "title":
        return False
    under: list[str] = []
    for part in parts[at + 1 :]:
        if part.kind == "title" or (part.kind == "indicator" and under):
            break
        if part.kind not in ("aside", "other"):
            under.append(part.kind)
    if not under or current is None:
        return bool(under)
    return under[0] in ("indicator", "quarter", "outturn") or bool(set(under) & kinds & {*REPORT_SECTIONS, "actions"})


def _own_of_the_first(early: list[FormPart], form: list[FormPart]) -> int:
    """From which of the parts before the first title or indicator on they are the form's own, headings being in any order."""
    if form and form[0].kind == "title":
        return len(early)
    if any(part.kind == REPORT_SECTIONS[0] for part in early):
        return next(at for at, part in enumerate(early) if part.label and part.kind != "other")
    own = len(early)
    while own and early[own - 1].kind in ("quarter", "outturn", "target"):
        own -= 1
    return own

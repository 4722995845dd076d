"""The actions of a form: items, paragraphs or the rows of a table, with their owners and dates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from .labels import column_of, is_none
from .lines import NUMBERED, FormLine, Piece, in_rows, numbering_of, pieces_of, unmarked_item
from .parts import is_head_of_actions
from .records import FormAction
from .values import dates_in, is_signed, is_time


def actions_of(lines: list[FormLine]) -> tuple[tuple[FormAction, ...], list[FormLine], list[FormLine]]:
    """The actions, the lines that are none, and the headings of columns."""
    found: list[FormAction] = []
    headings: list[FormLine] = []
    left: list[FormLine] = []
    head: dict[int, str] = {}
    table = 0
    rows = in_rows(pieces_of(lines))
    for row, after in zip(rows, [*rows[1:], []], strict=False):
        cells = [piece.lines[0] for piece in row]
        if len(row) > 1 and is_head_of_actions(cells):
            headings += cells
            head = {line.cell[2]: line.text for line in cells if line.cell}
            table = cells[0].cell[0] if cells[0].cell else 0
        elif len({line.cell[2] for line in cells if line.cell}) > 1:
            found.append(_row_action(row, head if cells[0].cell and cells[0].cell[0] == table else {}))
        else:
            for piece, following in zip(row, [*row[1:], *after[:1], None], strict=False):
                if _leads_in(piece, following) or not re.search(r"\w", piece.text) or is_none(piece.text, "actions"):
                    left += piece.lines
                else:
                    _add_action(found, piece)
    return tuple(found), left, headings


def _leads_in(piece: Piece, after: Piece | None) -> bool:
    """Whether a paragraph only says that a list follows."""
    return (
        piece.text.endswith(":")
        and not piece.is_item
        and after is not None
        and (after.is_item or bool(NUMBERED.match(after.text)))
    )


def _add_action(found: list[FormAction], piece: Piece) -> None:
    """The action of a paragraph; one that is nothing but an owner or a date belongs to the action before it."""
    text = unmarked_item(piece.text) if piece.is_item else piece.text[numbering_of(piece.text) :]
    one = _action(text)
    before = found[-1] if found else None
    if not one.text and before and not (before.owner and one.owner) and not (before.due and one.due):
        found[-1] = FormAction(before.text, before.owner or one.owner, before.due or one.due)
    else:
        found.append(one if one.text else FormAction(text))


_OWNER_SAID = re.compile(
    r"(?:action owner|owner|lead(?: officer)?|responsible(?: officer| person)?|by whom|who)\s*[:–-]\s*(.+)", re.I
)


_DUE_SAID = re.compile(
    r"(?:(?:to be )?(?:due|completed?|done)(?: date| by| on)?|by(?: when)?|when|deadline|target date|date)?\s*[:–-]?\s*",
    re.I,
)


_TAIL = re.compile(
    r"(?:^|(?<=[\s(\[;,.]))(?:action owner|owner|lead officer|lead|responsible officer|responsible|due date|due|by when|deadline|target date|(?:to be )?completed by)\s*:",
    re.I,
)


def _action(text: str) -> FormAction:
    """An action with the owner and the date that its end states, if all of the end is that."""
    ends = [bracket.start() for bracket in re.finditer(r"[(\[](?=[^()\[\]]*[)\]]\W*$)", text)]
    ends += [tail.start() for tail in _TAIL.finditer(text)][:1]
    for start in sorted(ends):
        in_brackets = text[start] in "(["
        read = _owner_and_due(text[start:].rstrip(" .").strip("()[] "), in_brackets)
        if read:
            return FormAction(text[:start].rstrip(" -–—;,("), *read)
    return FormAction(text)


def _owner_and_due(text: str, in_brackets: bool) -> tuple[str, date | None] | None:
    """“Owner: Team Manager; due: 31 March 2023”; ``None`` where any of it says something else."""
    owner, due = "", None
    parts = [part.strip() for part in re.split(r"[;,|]|\.\s|\s[–-]\s", text) if part.strip()]
    for part in parts:
        dates = dates_in(part)
        said = _OWNER_SAID.fullmatch(part)
        if dates and due is None and part[dates[0][2] :].strip() == "" and _DUE_SAID.fullmatch(part[: dates[0][1]]):
            due = dates[0][0]
        elif said and not owner and not dates:
            owner = said[1].strip()
        elif not dates and ":" not in part and is_signed(part) and (owner or (in_brackets and len(parts) > 1)):
            owner = f"{owner}, {part}" if owner else part
        else:
            return None
    return (owner, due) if due or re.search(_OWNER_SAID, text) else None


def _row_action(row: Sequence[Piece], head: dict[int, str]) -> FormAction:
    """The action of a table's row. What no heading explains stays in its text."""
    text, owner, due, more = [], "", None, []
    for piece in row:
        heading = head.get(piece.cell[2], "") if piece.cell else ""
        kind, dates = column_of(heading), dates_in(piece.text)
        if kind == "owner":
            owner = f"{owner}, {piece.text}" if owner else piece.text
        elif dates and due is None and kind != "action" and is_time(piece.text):
            due = dates[0][0]
        elif kind in ("due", "") and heading:
            if not re.fullmatch(r"[0-9]{1,2}[.)]?", piece.text):
                more.append(f"{heading.rstrip(' :')}: {piece.text}")
        else:
            text.append(unmarked_item(piece.text))
    told = (" " if head else " | ").join(text)
    return FormAction((told + (f" ({'; '.join(more)})" if more else "")).strip(), owner, due)

"""What a form is once it is read, and the paragraphs it is read from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ..errors import shorten
from ..periods import Quarter
from .values import Name, in_roles, names_in

Cell = tuple[int, int, int]
"""Table, row and column."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of a Word file, or one block of a text file: the lines between two blank ones."""

    number: int
    """Its number in a Word file; the line of a text file on which it begins. Both count from 1."""
    text: str
    """The lines of a block are parted by line breaks, and are numbered on from ``number``."""
    heading: bool = False
    """Whether it has a heading's style."""
    bold: str = ""
    """The bold text that it begins with."""
    cell: Cell | None = None
    """Where it stands in a table; ``None``: in no table."""
    aside: bool = False
    """Whether it stands beside the text: a header, a footer or a footnote."""

    @property
    def lines(self) -> tuple[tuple[int, str], ...]:
        """Its lines with their numbers."""
        return tuple(enumerate(self.text.split("\n"), self.number))


@dataclass(frozen=True, slots=True)
class FormAction:
    """An action as written; ``owner`` empty and ``due`` ``None``: the form does not say."""

    text: str
    owner: str = ""
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """One exception report form. Empty text means that the form does not say."""

    first: int
    """The number of its first paragraph (or line)."""
    last: int
    indicator: str = ""
    quarter_said: str = ""
    quarter: Quarter | None = None
    """``None``: not said, or ``quarter_said`` cannot be read."""
    outturn: Decimal | None = None
    """``None``: not said, or not as one number; what is said is then unplaced."""
    target: Decimal | None = None
    """``None`` as for ``outturn``."""
    sections: tuple[tuple[str, str], ...] = ()
    """All of ``REPORT_SECTIONS``; ``None identified.`` is what an author chose, empty text is nothing at all."""
    actions: tuple[FormAction, ...] = ()
    completed_by: str = ""
    approved_by: str = ""
    approved_on: date | None = None
    unplaced: tuple[Paragraph, ...] = ()
    """All that no part of the form took, in full."""
    printed: tuple[Paragraph, ...] = ()
    """The form's own words: its title, its instructions, and its headings as they were found."""

    @property
    def lacks(self) -> tuple[str, ...]:
        """What is missing, a plain sentence each."""
        return tuple(_lacks(self))

    @property
    def names(self) -> tuple[Name, ...]:
        """Personal names of the author, the approver and the owners of actions."""
        owners = dict.fromkeys(action.owner for action in self.actions if action.owner)
        return (
            *names_in(self.completed_by, "Report author", "completed_by"),
            *names_in(self.approved_by, "Service Unit Head", "approved_by"),
            *(name for owner in owners for name in names_in(owner, "Action owner", "owner")),
        )

    def with_roles(self) -> Form:
        """The same form with every personal name replaced by its role."""
        actions = tuple(replace(one, owner=in_roles(one.owner, "Action owner")) for one in self.actions)
        author = in_roles(self.completed_by, "Report author")
        approver = in_roles(self.approved_by, "Service Unit Head")
        return replace(self, actions=actions, completed_by=author, approved_by=approver)


def of_text(text: str) -> tuple[Paragraph, ...]:
    """The paragraphs of plain text: what stands between blank lines."""
    found, block, start = [], [], 0
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "").split("\n")
    for at, line in enumerate([*lines, ""], 1):
        if line.strip():
            start = start or at
            block.append(line)
        elif block:
            found.append(Paragraph(start, "\n".join(block)))
            block, start = [], 0
    return tuple(found)


def _lacks(form: Form) -> Iterator[str]:
    if not form.indicator:
        yield "It does not name its indicator."
    if not form.quarter_said:
        yield "It does not say which quarter it is for."
    elif form.quarter is None:
        yield f"Its quarter, “{shorten(form.quarter_said)}”, cannot be read as one quarter."
    for what, figure in (("outturn", form.outturn), ("target", form.target)):
        if figure is None:
            yield f"It states no {what} that can be read as one number."
    yield from (f"{name} is empty." for name, text in form.sections if not text)
    yield from _lacking_in_actions(form.actions)
    if not form.completed_by:
        yield "It does not say who completed it."
    if not form.approved_by and form.approved_on is None:
        yield "It is completed but not approved." if form.completed_by else "It is not approved."
    elif not form.approved_by:
        yield "It does not say who approved it."
    elif form.approved_on is None:
        yield "It does not say when it was approved."


def _lacking_in_actions(actions: Sequence[FormAction]) -> Iterator[str]:
    count = len(actions)
    without = {
        "owner": sum(not one.owner for one in actions),
        "due date": sum(one.due is None for one in actions),
    }
    if not actions:
        yield "It has no action."
    elif set(without.values()) == {count}:
        yield "No action has an owner or a due date." if count > 1 else "Its action has no owner and no due date."
    else:
        for what, missing in without.items():
            a = "an" if what == "owner" else "a"
            if missing == count:
                yield f"No action has {a} {what}." if count > 1 else f"Its action has no {what}."
            elif missing:
                yield f"{missing} of {count} actions {'has' if missing == 1 else 'have'} no {what}."

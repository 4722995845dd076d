"""The scorecard's columns, each said once: its heading, where it is drawn, and what stands in it.

The page, the quarter on paper, the Word file and the download draw these: a new column is one more entry of ``COLUMNS``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ..figures import amount_in_words, capital, in_small, with_unit
from ..judging import (
    FEWEST_FOR_A_LINE,
    Change,
    Changes,
    Rating,
    Row,
    certainty_words,
    former_words,
    level_words,
    recent,
    target_words,
    tolerance_words,
)
from ..model import Indicator, ReportState
from .signs import SHAPES, STATE_SHAPES

Value = str | Decimal | int | None
NONE_HELD = "none held"
NOT_REQUIRED = "Not required"


class On(StrEnum):
    """What a column is drawn on: the page, paper (on the page *On paper* and in Word), a file to download."""

    SCREEN = "screen"
    PAPER = "paper"
    FILE = "file"


class Tone(StrEnum):
    """How loudly a line of a cell is said; ``LEAD`` marks the change that the headline counts."""

    PLAIN = ""
    MUTED = "muted"
    STRONG = "strong"
    LEAD = "lead"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a cell. ``hint``: what is said of it besides, where there is room."""

    said: str
    tone: Tone = Tone.PLAIN
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What stands in a cell: a rating or a report's state as word, shape and colour, figures as a line, and lines of text."""

    lines: tuple[Line, ...] = ()
    rating: Rating | None = None
    state: ReportState | None = None
    figures: tuple[Decimal | None, ...] | None = None
    """The last figures, oldest first, to be drawn as a line; ``lines`` then say them."""
    value: Value = None
    """What a file holds, where that is not the text."""

    @property
    def text(self) -> str:
        """All of it in words, a line each."""
        return "\n".join(said for said in (self.sign, *(line.said for line in self.lines)) if said)

    @property
    def sign(self) -> str:
        """The rating, or the state of the report, as shape and word; empty where there is neither."""
        if self.rating is not None:
            return f"{SHAPES[self.rating]} {self.rating.words}"
        if self.state in STATE_SHAPES:
            return f"{STATE_SHAPES[self.state]} {self.state.value.capitalize()}"
        return ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, what it is drawn on, and what stands in it for a row."""

    heading: str
    on: frozenset[On]
    draw: Callable[[Row], Drawn]
    width: float = 3
    """Its share of the paper's width, as centimetres if they all fitted."""
    number: bool = False
    heads: bool = False
    """Whether its cell heads the row, and leads to the indicator where that can be followed."""

    def in_file(self, row: Row) -> Value:
        """What a downloaded file holds: a number as a number, anything else as text without shapes."""
        drawn = self.draw(row)
        return (
            drawn.value if drawn.value is not None or not drawn.lines else " ".join(line.said for line in drawn.lines)
        )


def columns_on(medium: On) -> tuple[Column, ...]:
    """The columns of one medium, in their order."""
    return tuple(one for one in COLUMNS if medium in one.on)


# --- what stands in each ------------------------------------------------------------------------------------------


def _rating(row: Row) -> Drawn:
    return Drawn(rating=row.rated.rating)


def _named(row: Row) -> Drawn:
    return Drawn((Line(row.indicator.name),))


def _coded(row: Row) -> Drawn:
    return Drawn((Line(row.indicator.name), Line(row.indicator.code, Tone.MUTED)))


def _value(row: Row) -> Drawn:
    said = [Line(row.display)]
    if row.conflict:
        said += _parted(row.conflict, Tone.WARNING)
    elif row.note and not row.rated.missed:
        said += _parted(row.note, Tone.MUTED)
    return Drawn(tuple(said))


def _parted(said: str, tone: Tone) -> list[Line]:
    """A sentence of several clauses, a line each; the sign of a warning stands before the first alone."""
    first, *rest = said.split("; ")
    closed = [f"{one};" for one in (first, *rest)[:-1]] + [(first, *rest)[-1]]
    return [
        Line(one, tone if not place or tone is not Tone.WARNING else Tone.PLAIN) for place, one in enumerate(closed)
    ]


def _value_with_all(row: Row) -> Drawn:
    return Drawn((Line(row.display), *(Line(said, Tone.MUTED) for said in beneath(row))))


def beneath(row: Row) -> tuple[str, ...]:
    """What must be known of the figure: what it revises, two figures or targets, when it is next due."""
    observation = row.observation
    said = []
    if observation is not None and observation.revised:
        former = former_words(observation, row.indicator)
        said.append(f"Revised{f' from {former}' if former else ''}. {observation.revision_reason}")
    if row.conflict:
        said.append(f"{capital(row.conflict)}.")
    if row.note and not row.rated.missed:
        said.append(f"{capital(row.note)}.")
    return tuple(one.strip() for one in said)


def _target(row: Row) -> Drawn:
    aim, level = target_words(row.target, row.indicator), level_words(row.target, row.indicator)
    said = [Line(aim) if aim else Line(NONE_HELD, Tone.MUTED)]
    if row.rated.intervention_passed:
        said.append(Line(f"past the intervention level of {level}", Tone.STRONG))
    elif level:
        said.append(Line(f"intervention level {level}", Tone.MUTED))
    return Drawn(tuple(said))


def _target_with_tolerance(row: Row) -> Drawn:
    first, *rest = _target(row).lines
    tolerance = tolerance_words(row.target, row.indicator)
    width = [Line(f"tolerance {tolerance}", Tone.MUTED)] if tolerance else []
    return Drawn((Line(first.said), *width, *(Line(one.said, Tone.MUTED) for one in rest)))


def _change(change: Change, row: Row, leads: bool) -> Drawn:
    """A change in arrow and words; the leading one stands out."""
    if change.basis is not None:
        return Drawn((Line(_moved(change, row), Tone.LEAD if leads else Tone.MUTED),))
    words = "not comparable" if change.held else "no figure"
    if leads and row.absence is None:
        words = "cannot be compared like with like"
    said = [Line(words, Tone.MUTED, change.text)]
    if known := change.since_last_known:
        said.append(Line(f"since {known.basis}: {_moved(known, row)}", Tone.MUTED))
    return Drawn(tuple(said))


def _moved(change: Change, row: Row) -> str:
    if not change.amount:
        return "→ no change"
    arrow = "↑" if change.amount > 0 else "↓"
    share = f" ({abs(change.percent):f}%)" if change.percent is not None else ""
    words = change.direction.words if change.direction else ""
    return f"{arrow}\u00a0{amount_in_words(change.amount, row.indicator.unit)}{share}, {words}"


def _leading(row: Row) -> Drawn:
    first, second = _led(row.changes, row.indicator)
    return Drawn((Line(first), *((Line(second, Tone.MUTED),) if second else ())))


_SAID_OF_EACH = ("clear", "within ordinary variation")
"""What a change says of itself of how sure it is; anything else is why nothing can be said."""


def _led(changes: Changes, indicator: Indicator) -> tuple[str, str]:
    """The leading change with how sure it is, or why there is none; and then the other one, if that is known."""
    lead = changes.lead
    if lead is not None:
        sure = certainty_words(lead) if says_how_sure(lead) else ""
        return (f"{lead.text}; {sure}." if sure else f"{lead.text}."), ""
    none, other = changes.quarter, changes.year
    if indicator.leads_on_year:
        none, other = other, none
    known = other.basis is not None or other.since_last_known is not None
    return none.text, f"Not counted in the headline: {in_small(other.text).rstrip('.')}." if known else ""


def says_how_sure(change: Change) -> bool:
    """Whether a change says that it is clear, or within ordinary variation."""
    return change.certainty in _SAID_OF_EACH


def _report(row: Row) -> Drawn:
    return Drawn(state=row.exception.state)


def _report_in_words(row: Row) -> Drawn:
    state, required = row.exception.state, row.exception.required
    said = "" if required else NOT_REQUIRED if state is ReportState.NONE else "(not required)"
    return Drawn((Line(said),) if said else (), state=state)


def _trend(row: Row) -> Drawn:
    """The last figures as a line from three on; before that, how many quarters are held, in words."""
    values = recent(row)
    if sum(value is not None for value in values) < FEWEST_FOR_A_LINE:
        held = row.quarters_held
        return Drawn((Line(f"{held} quarter{'' if held == 1 else 's'} held", Tone.MUTED),) if held else ())
    told = ", ".join("no figure" if value is None else with_unit(value, row.indicator.unit) for value in values)
    return Drawn((Line(f"Last figures: {told}"),), figures=tuple(values))


def _only(value: Callable[[Row], Value]) -> Callable[[Row], Drawn]:
    """A cell of a file: a value alone."""
    return lambda row: Drawn(value=value(row))


def _state_words(row: Row) -> str:
    exception = row.exception
    return exception.state.value if exception.required or exception.state != "none" else "not required"


_SCREEN, _PAPER, _FILE = frozenset({On.SCREEN}), frozenset({On.PAPER}), frozenset({On.FILE})
_DRAWN = _SCREEN | _PAPER
EVERYWHERE = _DRAWN | _FILE
"""For a column that is the same on the page, on paper and in a file."""

COLUMNS = (
    Column("Code", _FILE, _only(lambda row: row.indicator.code)),
    Column("Indicator", _FILE, _only(lambda row: row.indicator.name)),
    Column("Category", _FILE, _only(lambda row: row.indicator.category)),
    Column("Rating", _FILE, _only(lambda row: row.rated.rating.words)),
    Column("Value", _FILE, _only(lambda row: row.rated.shown)),
    Column("Shown as", _FILE, _only(lambda row: row.display)),
    Column("Target", _FILE, _only(lambda row: target_words(row.target, row.indicator))),
    Column("Tolerance", _FILE, _only(lambda row: tolerance_words(row.target, row.indicator))),
    Column("Intervention level", _FILE, _only(lambda row: level_words(row.target, row.indicator))),
    Column("Change on the quarter before", _FILE, _only(lambda row: row.changes.quarter.amount)),
    Column("In words (quarter)", _FILE, _only(lambda row: row.changes.quarter.text)),
    Column("Change on the same quarter last year", _FILE, _only(lambda row: row.changes.year.amount)),
    Column("In words (year)", _FILE, _only(lambda row: row.changes.year.text)),
    Column("Change that leads", _FILE, _only(lambda row: row.changes.leading or "none")),
    Column("Reason for the rating", _FILE, _only(lambda row: row.rated.reason)),
    Column("Two figures or targets", _FILE, _only(lambda row: row.conflict)),
    Column("Exception report", _FILE, _only(_state_words)),
    Column("Why the target was missed", _FILE, _only(lambda row: row.exception.reason_line)),
    Column("Rating", _DRAWN, _rating, 2.8),
    Column("Indicator", _SCREEN, _named, heads=True),
    Column("Indicator", _PAPER, _coded, 4.7, heads=True),
    Column("Value", _SCREEN, _value, number=True),
    Column("Value", _PAPER, _value_with_all, 3.2, number=True),
    Column("Target", _SCREEN, _target, number=True),
    Column("Target", _PAPER, _target_with_tolerance, 2.8, number=True),
    Column("Since the quarter before", _SCREEN, lambda row: _change(row.changes.quarter, row, not row.indicator.leads_on_year)),
    Column("Since the same quarter last year", _SCREEN, lambda row: _change(row.changes.year, row, row.indicator.leads_on_year)),
    Column("Leading change", _PAPER, _leading, 4.7),
    Column("Why this rating", _PAPER, lambda row: Drawn((Line(row.rated.reason),)), 5.7),
    Column("Exception report", _SCREEN, _report),
    Column("Exception report", _PAPER, _report_in_words, 2.8),
    Column("Trend", _SCREEN, _trend),
)  # fmt: skip
"""Every column, in the order of each medium."""

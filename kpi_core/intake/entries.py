"""What a file is checked against, and a file in the middle of its checks: what every check looks at."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING

from ..errors import shorten
from ..model import Absence, ChangeKind, Indicator, Observation, Target, entry_in_force
from ..periods import Quarter
from .column_mapping import ColumnMapping

if TYPE_CHECKING:
    from ..narrative import Lexicon, Places

Key = tuple[str, str, Quarter]
"""Area, indicator, quarter: what there is one figure of."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is held that a file is checked against, as of one moment."""

    today: date
    home: str
    council: str = ""
    """The council's name."""
    areas: Mapping[str, str] = field(default_factory=dict)
    """Names by code."""
    indicators: Mapping[str, Indicator] = field(default_factory=dict)
    """By code, each as its latest entry has it."""
    entries: Mapping[str, tuple[Indicator, ...]] = field(default_factory=dict)
    """By code, the entries of each in the order of their start."""
    assigned: frozenset[tuple[str, str]] = frozenset()
    """(area, indicator): which area's scorecard lists which indicator."""
    targets: Mapping[tuple[str, str], tuple[Target, ...]] = field(default_factory=dict)
    """By area and indicator."""
    series: Mapping[tuple[str, str], Mapping[Quarter, Observation]] = field(default_factory=dict)
    """What stands, by area and indicator."""
    reported: frozenset[Key] = frozenset()
    """What is reported in the file's quarters, of the areas in the file."""
    quarters: Mapping[str, frozenset[Quarter]] = field(default_factory=dict)
    """The quarters each area has figures for."""
    provisional: tuple[Key, ...] = ()
    """What stands as provisional, of the areas in the file."""
    explained: frozenset[Key] = frozenset()
    """Which figures have an exception report."""
    published: Mapping[str, tuple[int, datetime]] = field(default_factory=dict)
    """SHA-256 of every file whose upload stands: the upload and when."""

    def entry(self, code: str, quarter: Quarter) -> Indicator:
        """The entry of an indicator in force in a quarter."""
        dated = self.entries.get(code, ())
        return entry_in_force(dated, quarter) if len(dated) > 1 else self.indicators[code]

    def held(self, key: Key) -> Observation | None:
        """What stands for an area, indicator and quarter."""
        of_indicator = self.series.get((key[0], key[1]))
        return None if of_indicator is None else of_indicator.get(key[2])


@dataclass(slots=True, eq=False)
class Entry:
    """One figure as a file gives it, read by itself: its code and area as they are written there."""

    row: int
    column: str
    code: str
    area: str
    quarter: Quarter
    value: Decimal | None
    absence: Absence | None
    provisional: bool
    numerator: int | None
    denominator: int | None
    comment: str
    name: str
    unit: str
    target: str
    reported: str
    percent_sign: bool
    worked_out: bool = False
    """The file gives no value, so it is worked out from both counts."""
    mended: bool = False
    comments: bool = False
    """The file has a column of comments, so that an empty cell there says that there is none."""


@dataclass(slots=True, eq=False, kw_only=True)
class Placed(Entry):
    """An entry whose indicator and area are known: what the checks look at, beside the figure that stands."""

    indicator: Indicator
    held: Observation | None = None
    kind: ChangeKind = ChangeKind.NEW
    compared: tuple[Decimal | None, str] | None = None
    """What a jump is seen against, once it has been looked up."""

    @property
    def key(self) -> Key:
        """What it is a figure of."""
        return self.area, self.code, self.quarter

    @property
    def changed(self) -> bool:
        """Whether it is a new figure, or another than the one that stands."""
        return self.kind is ChangeKind.NEW or self.kind is ChangeKind.REVISED

    @property
    def comment_then(self) -> str:
        """The comment as it would be held. One that the file does not speak of stays with its figure, and goes with it."""
        held = self.held
        if held is None or self.kind is ChangeKind.REVISED:
            return self.comment
        if same_words(self.comment, held.comment) or not (self.comment or self.comments):
            return held.comment
        return self.comment

    @property
    def comment_changes(self) -> bool:
        """Whether the figure that stands would have another comment, or none any more."""
        return self.held is not None and not same_words(self.comment_then, self.held.comment)


@dataclass(frozen=True, slots=True)
class Checking:
    """A file in the middle of its checks."""

    known: Known
    entries: list[Placed]
    """One for each figure, repeats and what cannot be placed left out."""
    by_key: Mapping[Key, Placed]
    named: frozenset[str]
    """Every indicator the file names, also where its row has a problem."""
    mapping: ColumnMapping | None
    chosen: Quarter | None

    latest: Quarter | None
    """The file's quarter: the latest it holds."""
    areas: tuple[str, ...]
    """The areas in the file, in its order."""
    lexicons: dict[str, Lexicon] = field(default_factory=dict)
    """The names of each indicator that a comment is about, ready to be found in it: made once a file."""
    places: dict[str, Places] = field(default_factory=dict)
    """By area, the names that a comment calls it by, and others: made once a file."""

    def figure(self, key: Key) -> Decimal | None:
        """The figure of an earlier quarter: the file's own, or what stands."""
        entry = self.by_key.get(key)
        if entry is not None:
            return entry.value
        held = self.known.held(key)
        return None if held is None else held.value


_GIVEN = attrgetter(*(one.name for one in fields(Entry)))


def placed(entry: Entry, indicator: Indicator, area: str) -> Placed:
    """An entry as a figure of an indicator and an area, by their codes."""
    row, column, _, _, *rest = _GIVEN(entry)
    return Placed(row, column, indicator.code, area, *rest, indicator=indicator)


Facts = dict[str, object]
EntryCheck = Callable[[Placed, Checking], Facts | None]


def same_words(one: str, other: str) -> bool:
    """Whether two comments are the same but for white space, and for how an accent is written."""
    return one == other or _plain(one) == _plain(other)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def quoted(comment: str) -> str:
    """A comment as a sentence tells it."""
    return f"“{shorten(comment, 200)}”" if comment else "none"


def observation_of(entry: Placed) -> Observation:
    """An entry as it would be held, before it is known what it revises."""
    return Observation(
        entry.code, entry.area, entry.quarter, entry.value, entry.absence, entry.provisional, entry.numerator, entry.denominator,
        comment=entry.comment,
    )  # fmt: skip

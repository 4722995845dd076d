"""A file read by itself: its bytes as rows, its rows as entries. Nothing that is recorded is looked at."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from ..judging import Rating
from ..model import Absence
from ..periods import Quarter
from ..spreadsheet import unguarded
from .cells import QuarterReader, read_count, read_status, read_value
from .column_mapping import ColumnMapping
from .entries import Entry
from .fields import Mapped, Raw, as_template, through
from .problems import Finding, finding
from .sheet import Caps, read_sheet

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file as it was given."""

    content: bytes
    file_name: str
    mapping: ColumnMapping | None = None
    """The column mapping to read it through; ``None``: the template."""
    chosen: Quarter | None = None
    """The quarter it is meant for; ``None``: whichever it holds."""
    caps: Caps = field(default_factory=Caps)

    @property
    def sha256(self) -> str:
        """What tells the same bytes again."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class ReadUpload:
    """A file read by itself, before anything held is looked at."""

    file: GivenFile
    entries: tuple[Entry, ...]
    findings: tuple[Finding, ...]
    area_names: Mapping[str, str]
    """Names of the areas by code, as a mapped file gives them."""
    named: frozenset[str] = frozenset()
    """Every indicator the file names, also where its row has a problem."""
    unreadable: bool = False

    @property
    def areas(self) -> frozenset[str]:
        """The areas named; empty text is the home area."""
        return frozenset(entry.area for entry in self.entries)

    @property
    def codes(self) -> frozenset[str]:
        """The indicators named."""
        return frozenset(entry.code for entry in self.entries)

    @property
    def quarters(self) -> frozenset[Quarter]:
        """The quarters named."""
        return frozenset(entry.quarter for entry in self.entries)


Tick = Callable[[float], None]
"""Told, from 0 to 1, how far a piece of work is."""


def quiet(_: float) -> None:
    """For who does not ask how far it is."""


def ticking(items: Sequence[_Item], tick: Tick) -> Iterator[_Item]:
    """The items, with a word now and then on how far they have been gone through."""
    for place, item in enumerate(items):
        if place % 10_000 == 0:
            tick(place / len(items))
        yield item


def draft(file: GivenFile, tick: Tick = quiet) -> ReadUpload:
    """Read a file by itself. Whatever the bytes, it gives entries or findings, and never raises."""
    if not file.content and not file.file_name:
        return ReadUpload(file, (), (finding("no-file"),), {}, unreadable=True)
    mapping = file.mapping
    sheet = read_sheet(file.content, file.file_name, file.caps, mapping.headings_row if mapping else None)
    if sheet.unreadable:
        return ReadUpload(file, (), sheet.findings, {}, unreadable=True)
    mapped = through(sheet, mapping) if mapping else as_template(sheet)
    reader = _EntryReader(mapped, mapping)
    entries = [entry for entry in map(reader.entry, ticking(mapped.rows, tick)) if entry is not None]
    found = (*sheet.findings, *mapped.findings, *reader.findings)
    named = frozenset(raw.indicator for raw in mapped.rows)
    return ReadUpload(
        file,
        tuple(entries),
        _as_annual(mapped, found, mapping.headings_row if mapping else 1),
        reader.area_names,
        named,
    )


def _as_annual(mapped: Mapped, findings: Sequence[Finding], headings_row: int) -> tuple[Finding, ...]:
    """Where every row speaks of a whole year the file is annual: that is said once, and nothing else of its rows."""
    whole = [one for one in findings if one.code == "whole-year"]
    if len(whole) < 2 or len(whole) < len(mapped.rows):
        return tuple(findings)
    others = [one for one in findings if (one.row or 0) <= headings_row]
    return (*others, finding("annual-figures", whole[0].row, whole[0].column, whole[0].found))


class _EntryReader:
    """Reads the texts of mapped rows; problems gather in ``findings``."""

    def __init__(self, mapped: Mapped, mapping: ColumnMapping | None) -> None:
        self.findings: list[Finding] = []
        self.area_names: dict[str, str] = {}
        self._columns = mapped.columns
        self._profile = mapping
        self._quarter = QuarterReader("Q2 2022-23")
        self._rounded = mapping is not None and mapping.counts_rounded_to is not None
        self._comments = "comment" in mapped.columns
        self._leave_out = mapping is not None and mapping.leave_out_several_quarters
        self._no_values = "value" not in mapped.columns and not {"numerator", "denominator"} <= mapped.columns.keys()

    def entry(self, raw: Raw) -> Entry | None:
        """The entry of one row; ``None`` where its indicator, quarter or figure cannot be told."""
        row = raw.row
        quarter, fault = self._quarter(raw.quarter, row, self._columns.get("quarter", "quarter"))
        if fault is not None and self._leave_out and fault.code == "several-quarters":
            self.findings.append(finding("several-quarters-left-out", row, fault.column, raw.quarter))
            return None
        # What a missing column would have held is not asked for row by row: the column is.
        if not raw.indicator:
            if "indicator" in self._columns:
                self.findings.append(finding("notes-below-figures", row, self._columns["indicator"]))
            return None
        if fault is not None and (raw.quarter or "quarter" in self._columns):
            self.findings.append(fault)
        if self._no_values and not raw.value:
            return None
        before = len(self.findings)
        # Without a quarter the row's other cells are read all the same, so that every problem is told at once.
        entry = self._figure(raw, quarter or Quarter(2000, 1))
        return None if quarter is None or (len(self.findings) > before and self._blocked(before)) else entry

    def _blocked(self, since: int) -> bool:
        return any(one.blocks for one in self.findings[since:])

    def _figure(self, raw: Raw, quarter: Quarter) -> Entry:
        row = raw.row
        cell = read_value(raw.value, row, raw.column)
        part = whole = None
        if raw.numerator or raw.denominator:
            part = self._count(raw.numerator, row, "numerator")
            whole = self._count(raw.denominator, row, "denominator")
        provisional = False
        if raw.status:
            provisional, wrong = read_status(raw.status, row, self._columns.get("status", "status"))
            self.findings += wrong
        worked_out = cell.empty and part is not None and whole is not None
        if not worked_out:
            self.findings += cell.findings
            if cell.empty and not cell.findings:
                self.findings.append(finding("value-missing", row, raw.column, None, found_too=""))
        value, absence = cell.value, cell.absence
        # A count of 0 may stand for a few where counts are rounded; then a value of 0 contradicts nothing, and says nothing.
        nothing = part == 0 and whole == 0
        if nothing and (worked_out or (self._rounded and value == 0)):
            said = "a value" if value is None else raw.value
            self.findings.append(finding("nothing-of-nothing", row, raw.column, said, numerator=0, denominator=0))
            value, absence, part, whole, worked_out = None, Absence.NOT_APPLICABLE, None, None, False
        area = raw.area or raw.area_name
        if absence is not None and (part, whole) != (None, None):
            mark = absence.value
            self.findings.append(
                finding("counts-beside-a-symbol", row, self._columns.get("numerator", "numerator"), mark)
            )
        if raw.area_name:
            self.area_names.setdefault(area, raw.area_name)
        return Entry(
            row, raw.column, unguarded(raw.indicator), area, quarter, value, absence, provisional, part, whole, raw.comment,
            unguarded(raw.name), raw.unit, raw.target, raw.rating and _as_rating(raw.rating), cell.percent_sign, worked_out,
            comments=self._comments,
        )  # fmt: skip

    def _count(self, text: str, row: int, field_name: str) -> int | None:
        count, wrong = read_count(text, row, self._columns.get(field_name, field_name))
        self.findings += wrong
        return count


RATING_NAMES = frozenset(one.value for one in Rating)


def _as_rating(reported: str) -> str:
    """A rating as it was reported: one of ours by its own name, in any case; other text as it stands."""
    plain = "_".join(reported.casefold().replace("_", " ").split())
    return plain if plain in RATING_NAMES else reported

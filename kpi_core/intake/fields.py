"""A file's columns as the fields of a figure: by the template's headings, or through a mapping that names the file's own.

A mapping is data that a person can read and change: a TOML file (``data/profiles``) or, in the code, a ``ColumnMapping``.
Which column is what is settled here alone; whether a value is right is not looked at.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress, repeat
from operator import itemgetter
from typing import NamedTuple

from ..errors import PeriodError
from ..periods import Quarter, calendar_quarter, quarter
from .column_mapping import COUNTS, FIELDS, ColumnMapping, missing_fields
from .problems import Finding, finding
from .sheet import Record, Sheet

TEMPLATE_COLUMNS = (
    "indicator", "name", "unit", "quarter", "value", "numerator", "denominator", "status", "comment", "target",
    "last_quarter",
)  # fmt: skip
"""The template's columns in its order. A column ``area`` is understood too, and may be left out."""

QUARTER_FAULTS: Mapping[str, str] = {
    "empty": "quarter-missing",
    "no_such_quarter": "no-such-quarter",
    "years_not_in_a_row": "years-not-in-a-row",
    "date": "quarter-is-a-date",
    "which_year": "calendar-or-financial-year",
    "no_year": "calendar-or-financial-year",
    "whole_year": "whole-year",
    "range": "several-quarters",
    "out_of_reach": "quarter-not-readable",
    "unreadable": "quarter-not-readable",
}
"""The class of problem of each fault of a ``PeriodError``."""


class Raw(NamedTuple):
    """One figure as the file writes it: each field stripped text, empty where there is none."""

    row: int
    column: str
    """The heading of the column the value came from."""
    indicator: str
    name: str
    unit: str
    quarter: str
    value: str
    numerator: str
    denominator: str
    status: str
    comment: str
    target: str
    last_quarter: str
    area: str
    area_name: str
    rating: str


@dataclass(frozen=True, slots=True)
class Mapped:
    """A file's figures by field. A field that no column gives is not in ``columns``.

    Nor are, in a wide file, the quarter and the value: their heading is each row's own ``column``.
    """

    rows: list[Raw]
    findings: tuple[Finding, ...]
    columns: Mapping[str, str]
    """The heading that each field is read from, for messages."""


# --- the template -------------------------------------------------------------------------------------------------

_ALIASES = {
    "indicator": ("indicator id", "indicator code", "code", "id", "measure code", "kpi", "kpi code"),
    "name": ("indicator name", "measure name", "title"),
    "unit": ("units", "unit of measure"),
    "quarter": ("period", "financial quarter", "reporting quarter"),
    "value": ("outturn", "result", "actual", "figure"),
    "numerator": ("num",),
    "denominator": ("den", "denom"),
    "status": ("figure status",),
    "comment": ("comments", "note", "notes", "narrative", "commentary"),
    "target": ("agreed target",),
    "last_quarter": ("last quarter", "previous quarter"),
    "area": ("area code",),
}
_TEMPLATE_HEADINGS = {
    heading: name for name, aliases in _ALIASES.items() for heading in (name.replace("_", " "), *aliases)
}


def as_template(sheet: Sheet) -> Mapped:
    """Read a file by the template's headings, mended where their meaning is plain.

    What is wrong with the headings is on ``findings``; the rows are given all the same, without the fields that are
    missing, unless so little is there that the file is not the template. A sheet that could not be read gives nothing.
    """
    if sheet.unreadable:
        return Mapped([], (), {})
    places, findings = _template_places(sheet.headings)
    missing = missing_fields(places)
    groups = ({"indicator"}, {"quarter"}, {"value", *COUNTS})
    if sum(not group.isdisjoint(places) for group in groups) < 2:
        told = ", ".join(heading.strip() for heading in sheet.headings[:8] if heading.strip()) or "empty"
        return Mapped([], (finding("not-the-template", 1, None, told),), {})
    findings += [finding("missing-column", 1, name, name) for name in missing]
    columns = {name: sheet.headings[place].strip() for name, place in places.items()}
    cells = Cells(sheet.records)
    texts = {name: cells.column(place) for name, place in places.items()}
    return Mapped(_raws(cells.rows, columns.get("value", "value"), texts), tuple(findings), columns)


def _template_places(headings: Sequence[str]) -> tuple[dict[str, int], list[Finding]]:
    """Which field stands in which column, counted from 0, and what is wrong with the headings."""
    places: dict[str, int] = {}
    twice: dict[str, Finding] = {}
    findings = []
    for place, heading in enumerate(headings):
        name = _TEMPLATE_HEADINGS.get(" ".join(re.split(r"[\s_-]+", heading.casefold())).strip())
        if not heading.strip():
            continue
        if name is None:
            findings.append(finding("extra-column", 1, heading, heading))
        elif name in places:
            twice[name] = finding("column-twice", 1, heading, name)
        else:
            places[name] = place
            if heading != name:
                findings.append(finding("heading-mended", 1, heading, heading, to=name))
    return places, [*findings, *twice.values()]


# --- cells to records: column by column, because a file may hold a million rows -----------------------------------


class Cells:
    """The cells of a file by column. A record that is too short has empty cells at its end."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.rows = [row for row, _ in records]
        self._cells = [cells for _, cells in records]
        self._shortest = min(map(len, self._cells), default=0)

    def column(self, place: int) -> list[str]:
        """The stripped text of one column."""
        if place < self._shortest:
            return list(map(str.strip, map(itemgetter(place), self._cells)))
        return [cells[place].strip() if place < len(cells) else "" for cells in self._cells]


def _raws(rows: Sequence[int], column: str, texts: Mapping[str, Sequence[str]]) -> list[Raw]:
    fields = (texts.get(name) or repeat("") for name in FIELDS)
    # While a million rows are made the collector would walk through them again and again, for two thirds of the time,
    # and find nothing: a row holds only text.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return list(map(Raw._make, zip(rows, repeat(column), *fields, strict=False)))
    finally:
        if collecting:
            gc.enable()


# --- a file through a mapping -------------------------------------------------------------------------------------

_LIKE, _LIKE_CALENDAR = "Q2 2022-23", "Q3 2022"


def through(sheet: Sheet, mapping: ColumnMapping) -> Mapped:
    """Read a file through a mapping. Columns that the mapping does not name are left out.

    A heading that it names and the file lacks, or has twice, is on ``findings``; so is, in a wide file, a heading whose
    quarter cannot be read or whose measure is not named. Records without any text in the mapped columns are skipped.
    """
    if sheet.unreadable:
        return Mapped([], (), {})
    found = _found(sheet.headings, mapping)
    if mapping.shape == "wide":
        return _wide(sheet, mapping, found)
    cells = Cells(sheet.records)
    texts, rows = _written(_texts(cells, mapping, found.places), cells.rows)
    columns = _heading_words(mapping, found.places)
    value = columns.get("value", columns.get("numerator", "value"))
    return Mapped(_raws(rows, value, _as_held(texts, mapping, len(rows))), tuple(found.findings), columns)


@dataclass(frozen=True, slots=True)
class _Found:
    """Where the headings that a mapping names stand in a file, counted from 0."""

    places: dict[str, int]
    findings: list[Finding]


def _found(headings: Sequence[str], mapping: ColumnMapping) -> _Found:
    places: dict[str, int] = {}
    twice = set()
    for place, heading in enumerate(map(str.strip, headings)):
        if heading in places:
            twice.add(heading)
        else:
            places[heading] = place
    findings = []
    row = mapping.headings_row
    for named in dict.fromkeys(one.strip() for many in mapping.columns.values() for one in many):
        if named not in places:
            findings.append(finding("missing-column", row, named, named))
        elif named in twice:
            findings.append(finding("column-twice", row, named, named))
    return _Found(places, findings)


def _heading_words(mapping: ColumnMapping, places: Mapping[str, int]) -> dict[str, str]:
    held = {name: [one.strip() for one in many if one.strip() in places] for name, many in mapping.columns.items()}
    return {name: " and ".join(many) for name, many in held.items() if many and name in FIELDS}


def _texts(cells: Cells, mapping: ColumnMapping, places: Mapping[str, int]) -> dict[str, list[str]]:
    """The text of each field that has a column in the file."""
    texts: dict[str, list[str]] = {}
    for name, headings in mapping.columns.items():
        held = [cells.column(places[one.strip()]) for one in headings if one.strip() in places]
        if held and name in FIELDS:
            texts[name] = held[0] if len(held) == 1 else _together(name, held)
    return texts


def _written(texts: Mapping[str, list[str]], rows: Sequence[int]) -> tuple[dict[str, list[str]], list[int]]:
    """The texts of the records that have any, and their rows."""
    written = list(map(any, zip(*texts.values(), strict=True)))
    held = list(compress(rows, written))
    if len(held) == len(rows):
        return dict(texts), held
    return {name: list(compress(column, written)) for name, column in texts.items()}, held


def _together(name: str, columns: Sequence[Sequence[str]]) -> list[str]:
    """Several columns as one: a quarter's are joined, of an area's the first with text counts."""
    if name == "quarter":
        return [" ".join(parts).strip() for parts in zip(*columns, strict=True)]
    return [next(filter(None, parts), "") for parts in zip(*columns, strict=True)]


def _as_held(texts: dict[str, list[str]], mapping: ColumnMapping, count: int) -> dict[str, list[str]]:
    """The text of each field with the mapping's fixed text and its names for indicators, areas and ratings."""
    for name, text in mapping.fixed.items():
        fixed = text.strip()
        if name in texts:
            texts[name] = [one or fixed for one in texts[name]]
        elif name in FIELDS:
            texts[name] = [fixed] * count
    for name, aliases in (("indicator", mapping.indicator_names), ("rating", mapping.ratings)):
        if aliases and name in texts:
            read = {alias.strip(): code.strip() for alias, code in aliases.items()}
            texts[name] = [read.get(one, one) for one in texts[name]]
    if mapping.area_names:
        read = {alias.strip(): code.strip() for alias, code in mapping.area_names.items()}
        codes, names = (texts.get(name, [""] * count) for name in ("area", "area_name"))
        texts["area"] = [read.get(c) or read.get(n) or c for c, n in zip(codes, names, strict=True)]
    if mapping.calendar_quarters and "quarter" in texts:
        canonical = {text: _canonical(text) for text in set(texts["quarter"])}
        texts["quarter"] = [canonical[one] for one in texts["quarter"]]
    return texts


def _canonical(text: str) -> str:
    """A calendar quarter by its financial year, like ``Q3 2012-13``; what is not one stays, for its check to name."""
    try:
        return calendar_quarter(text).text
    except PeriodError:
        return text


# --- wide files ---------------------------------------------------------------------------------------------------


class _DataColumn(NamedTuple):
    place: int
    heading: str
    quarter: str
    indicator: str
    """Empty: the row names it."""


_EDGES = " :;,|–—-"
_MOST_WORDS = 8
"""No form of a quarter has more words."""


def _wide(sheet: Sheet, mapping: ColumnMapping, found: _Found) -> Mapped:
    data, findings = _data_columns(sheet.headings, mapping)
    cells = Cells(sheet.records)
    common = _raws(cells.rows, "", _as_held(_texts(cells, mapping, found.places), mapping, len(cells.rows)))
    columns = [(one, cells.column(one.place)) for one in data]
    rows = [
        _figure(record, one, texts[number])
        for number, record in enumerate(common)
        for one, texts in columns
        if texts[number]
    ]
    return Mapped(rows, (*found.findings, *findings), _heading_words(mapping, found.places))


def _figure(record: Raw, column: _DataColumn, value: str) -> Raw:
    """One figure of a wide file: what its record says beside its figures, and what its column says."""
    row, _, indicator, name, unit, _, _, *rest = record
    return Raw(row, column.heading, column.indicator or indicator, name, unit, column.quarter, value, *rest)


def _data_columns(headings: Sequence[str], mapping: ColumnMapping) -> tuple[list[_DataColumn], list[Finding]]:
    named = {one.strip() for many in mapping.columns.values() for one in many}
    measures = {" ".join(measure.split()).strip(_EDGES): code.strip() for measure, code in mapping.measures.items()}
    read = calendar_quarter if mapping.calendar_quarters else quarter
    columns: list[_DataColumn] = []
    findings: dict[str, Finding] = {}
    for place, heading in enumerate(map(str.strip, headings)):
        if not heading or heading in named:
            continue
        found = quarter_in(heading, read)
        if found is None:
            fault = _heading_fault(heading, measures, mapping, read)
        elif (found[1] not in measures) if measures else found[1]:
            fault = finding("heading-not-mapped", mapping.headings_row, heading, heading)
        elif any(heading == one.heading for one in columns):
            fault = finding("column-twice", mapping.headings_row, heading, heading)
        else:
            fault = None
            columns.append(_DataColumn(place, heading, found[0].text, measures.get(found[1], "")))
        if fault is not None:
            findings.setdefault(heading, fault)
    return columns, list(findings.values())


def quarter_in(heading: str, read: Callable[[str], Quarter]) -> tuple[Quarter, str] | None:
    """The quarter at a heading's beginning or end, and the rest of it. ``None``: it holds none."""
    for text, rest in _splits(heading.split()):
        try:
            return read(text), rest
        except PeriodError:
            continue
    return None


def _splits(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The beginnings and ends of a heading, longest first, each with what is left."""
    for count in range(min(len(words), _MOST_WORDS), 0, -1):
        cut = len(words) - count
        yield " ".join(words[:count]).strip(_EDGES), " ".join(words[count:]).strip(_EDGES)
        if cut:
            yield " ".join(words[cut:]).strip(_EDGES), " ".join(words[:cut]).strip(_EDGES)


def _heading_fault(
    heading: str, measures: Mapping[str, str], mapping: ColumnMapping, read: Callable[[str], Quarter]
) -> Finding | None:
    """What is wrong with the quarter of a heading whose measure is known. ``None``: it is no heading of a figure."""
    text = _beside_measure(heading, measures) if measures else heading
    if text is None:
        return None
    try:
        read(text)
    except PeriodError as error:
        # Without measures any heading could be meant for a quarter; only what nearly is one is spoken of.
        if not measures and error.fault == "unreadable":
            return None
        code = QUARTER_FAULTS[error.fault]
        if error.fault == "range" and mapping.leave_out_several_quarters:
            code = "several-quarters-left-out"
        like = _LIKE_CALENDAR if mapping.calendar_quarters else _LIKE
        return finding(code, mapping.headings_row, heading, text, like=like)
    return None


def _beside_measure(heading: str, measures: Iterable[str]) -> str | None:
    """What stands beside the measure in a heading. ``None``: no measure stands at its beginning or end."""
    line = " ".join(heading.split())
    for measure in sorted(measures, key=len, reverse=True):
        if line == measure:
            return ""
        if line.endswith(f" {measure}"):
            return line.removesuffix(measure).strip(_EDGES)
        if line.startswith(f"{measure} "):
            return line.removeprefix(measure).strip(_EDGES)
    return None

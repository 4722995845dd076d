"""A file's columns as the fields of a figure: by the template's headings, or through a profile that names the file's own.

A profile is data that a person can read and change: a TOML file (``data/profiles``) or, in the code, a ``Profile``.
Which column is what is settled here alone; whether a value is right is not looked at.
"""

from __future__ import annotations

import dataclasses
import gc
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from itertools import compress, repeat
from operator import itemgetter
from typing import Any, NamedTuple

from .columns import NEEDED, TABLES
from .errors import KpiError, PeriodError, shorten
from .figures import is_number
from .model import Indicator
from .periods import Quarter, calendar_quarter, quarter
from .problems import Finding, finding
from .sheet import Record, Sheet

FIELDS = (
    "indicator", "name", "unit", "quarter", "value", "numerator", "denominator", "status", "comment", "target",
    "last_quarter", "area", "area_name", "rating",
)  # fmt: skip
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
_COUNTS = ("numerator", "denominator")


def as_template(sheet: Sheet) -> Mapped:
    """Read a file by the template's headings, mended where their meaning is plain.

    What is wrong with the headings is on ``findings``; the rows are given all the same, without the fields that are
    missing, unless so little is there that the file is not the template. A sheet that could not be read gives nothing.
    """
    if sheet.unreadable:
        return Mapped([], (), {})
    places, findings = _template_places(sheet.headings)
    missing = _missing(places)
    groups = ({"indicator"}, {"quarter"}, {"value", *_COUNTS})
    if sum(not group.isdisjoint(places) for group in groups) < 2:
        told = ", ".join(heading.strip() for heading in sheet.headings[:8] if heading.strip()) or "empty"
        return Mapped([], (finding("not-the-template", 1, None, told),), {})
    findings += [finding("missing-column", 1, name, name) for name in missing]
    columns = {name: sheet.headings[place].strip() for name, place in places.items()}
    cells = _Cells(sheet.records)
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


def _missing(fields: Iterable[str]) -> list[str]:
    """The columns that must be added, given those that are there: the value may be left out where both counts stand.

    A count without the other says nothing, so the other is missing too.
    """
    held = set(fields)
    missing = [name for name in ("indicator", "quarter") if name not in held]
    counts = [name for name in _COUNTS if name not in held]
    if len(counts) == 2:
        return missing if "value" in held else [*missing, "value"]
    return [*missing, *counts]


# --- cells to records: column by column, because a file may hold a million rows -----------------------------------


class _Cells:
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


# --- profiles -----------------------------------------------------------------------------------------------------

SHAPES = ("long", "wide")
RATINGS = ("red", "amber", "green", "not_rated", "no_data")
_IN_HEADINGS = ("quarter", "value", "numerator", "denominator", "last_quarter")
_NEVER_FIXED = ("value", "numerator", "denominator", "last_quarter", "rating")


@dataclass(frozen=True, slots=True)
class Profile:
    """How the columns of one kind of file are read as figures.

    ``long``: a row is a figure. ``wide``: a column is a quarter (and, with ``measures``, a measure), named in its
    heading, and a row gives a figure for each.
    """

    name: str
    about: str = ""
    shape: str = "long"
    headings_row: int = 1
    """The row that holds the headings, as Excel numbers it."""
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The heading of each field. A quarter's two headings are joined by a space; of an area's, the first with text counts."""
    fixed: Mapping[str, str] = field(default_factory=dict)
    """The text of a field that has no column, or whose cell is empty."""
    indicator_names: Mapping[str, str] = field(default_factory=dict)
    """What the file calls an indicator, and its code. Other text is kept as it is."""
    measures: Mapping[str, str] = field(default_factory=dict)
    """Wide: the measure in a heading, and the code of its indicator."""
    area_names: Mapping[str, str] = field(default_factory=dict)
    """What the file calls an area (its code or its name), and the code of the area held."""
    fractions: bool = False
    """Values are fractions: whoever reads them multiplies by 100."""
    counts_rounded_to: int | None = None
    """The file's counts are rounded to multiples of this; ``None``: they are exact."""
    calendar_quarters: bool = False
    """``Q4 2012`` is October to December 2012."""
    leave_out_several_quarters: bool = False
    """Rows that cover several quarters are left out, once that is confirmed."""
    areas_from_file: bool = False
    """Areas that are not held are added, once that is confirmed."""
    ratings: Mapping[str, str] = field(default_factory=dict)
    """What the file writes for a rating, and which it is. Other text is kept as it is."""
    register: tuple[Indicator, ...] = ()
    """Entries that the register needs for this file. They belong to the areas in the file."""


class ProfileError(KpiError):
    """A mapping that cannot be used; every reason is on ``problems``."""

    def __init__(self, profile: str, problems: Sequence[str]) -> None:
        self.profile = profile
        self.problems = tuple(problems)
        more = len(problems) - 1
        tail = f" ({more} more {'problem' if more == 1 else 'problems'} in it.)" if more else ""
        super().__init__(f"The column mapping “{shorten(profile)}” cannot be used. {problems[0]}{tail}")


def wanting(profile: Profile) -> tuple[str, ...]:
    """What keeps a mapping from being used, each in a sentence: a field without a column, or one that has no place."""
    told = []
    given = {*profile.columns, *profile.fixed}
    if profile.shape == "wide":
        misplaced = [name for name in _IN_HEADINGS if name in given]
        told += [f"A wide file has its quarters and figures in its headings: take out “{name}”." for name in misplaced]
        if not profile.measures and "indicator" not in given:
            told.append("Name the measures in the headings, or the column of the indicator.")
    else:
        missing = _missing(given)
        told += [f"Name the column of the {'value, or of both counts' if m == 'value' else m}." for m in missing]
        if profile.measures:
            told.append("Measures are named for a wide file only.")
    codes = Counter(entry.code for entry in profile.register)
    told += [f"The register entry “{shorten(code)}” appears twice. Keep one." for code in codes if codes[code] > 1]
    return tuple(told)


def read_profile(text: str, name: str) -> Profile:
    """Read a mapping from TOML. Raises ``ProfileError`` with every problem found."""
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise ProfileError(name, [f"It cannot be read as TOML ({shorten(str(error), 120)})."]) from None
    return _ProfileReader(name, data).read()


class _ProfileReader:
    def __init__(self, name: str, data: Mapping[str, Any]) -> None:
        self._name = name
        self._data = data
        self._problems: list[str] = []

    def read(self) -> Profile:
        known: dict[str, Callable[[str], Any]] = {
            "about": self._text,
            "shape": lambda key: self._choice(key, SHAPES),
            "headings_row": self._count,
            "columns": self._columns,
            "fixed": lambda key: self._table(key, fields=[name for name in FIELDS if name not in _NEVER_FIXED]),
            "indicator_names": self._table,
            "measures": self._table,
            "area_names": self._table,
            "fractions": self._yes,
            "counts_rounded_to": self._count,
            "calendar_quarters": self._yes,
            "leave_out_several_quarters": self._yes,
            "areas_from_file": self._yes,
            "ratings": lambda key: self._table(key, values=RATINGS),
            "register": self._register,
        }
        for key in self._data:
            if key not in known:
                self._wrong(f"“{shorten(key)}” is not part of a mapping.")
        profile = Profile(self._name, **{key: read(key) for key, read in known.items() if key in self._data})
        # What is wanting can be said only of a mapping whose parts could be read.
        problems = self._problems or wanting(profile)
        if problems:
            raise ProfileError(self._name, problems)
        return profile

    def _wrong(self, told: str) -> None:
        self._problems.append(told)

    def _text(self, key: str) -> str:
        found = self._data[key]
        if not isinstance(found, str):
            self._wrong(f"“{key}” must be text in quote marks.")
            return ""
        return found

    def _choice(self, key: str, words: Sequence[str]) -> str:
        found = self._data[key]
        if found not in words:
            self._wrong(f"“{key}” must be one of {', '.join(words)}.")
            return words[0]
        return str(found)

    def _count(self, key: str) -> int:
        found = self._data[key]
        if not isinstance(found, int) or isinstance(found, bool) or not 1 <= found <= 1_000_000:
            self._wrong(f"“{key}” must be a whole number, 1 or more.")
            return 1
        return found

    def _yes(self, key: str) -> bool:
        found = self._data[key]
        if not isinstance(found, bool):
            self._wrong(f"“{key}” must be true or false.")
        return found is True

    def _table(self, key: str, fields: Sequence[str] = (), values: Sequence[str] = ()) -> dict[str, str]:
        found = self._data[key]
        if not isinstance(found, dict):
            self._wrong(f"“{key}” must be a table.")
            return {}
        for left, right in found.items():
            if fields and left not in fields:
                self._wrong(f"“{shorten(left)}” cannot stand under “{key}”: it may hold {', '.join(fields)}.")
            elif not isinstance(right, str) or not right.strip() or not left.strip():
                self._wrong(f"“{shorten(left)}” under “{key}” must be text in quote marks, and not empty.")
            elif values and right not in values:
                self._wrong(f"“{shorten(left)}” under “{key}” must be one of {', '.join(values)}.")
        return found

    def _columns(self, key: str) -> dict[str, tuple[str, ...]]:
        found = self._data[key]
        if not isinstance(found, dict):
            self._wrong("“columns” must be a table.")
            return {}
        return {name: self._headings(name, headings) for name, headings in found.items()}

    def _headings(self, name: str, found: object) -> tuple[str, ...]:
        headings = found if isinstance(found, list) else [found]
        most = len(headings) if name in ("area", "area_name") else 2 if name == "quarter" else 1
        if name not in FIELDS:
            self._wrong(f"“{shorten(name)}” is not a field. The fields are {', '.join(FIELDS)}.")
        elif not headings or not all(isinstance(one, str) and one.strip() for one in headings):
            self._wrong(f"The heading of “{name}” must be text in quote marks, and not empty.")
        elif len(headings) > most:
            self._wrong(f"“{name}” can be read from {'two columns' if most == 2 else 'one column'} at most.")
        return tuple(headings)

    def _register(self, key: str) -> tuple[Indicator, ...]:
        found = self._data[key]
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            self._wrong("Each register entry must be a table that begins with [[register]].")
            return ()
        entries = [self._entry(number, one) for number, one in enumerate(found, 1)]
        return tuple(entry for entry in entries if entry is not None)

    def _entry(self, number: int, found: Mapping[str, Any]) -> Indicator | None:
        columns = {name: column for name, column in TABLES["indicators.csv"].items() if name != "areas"}
        before = len(self._problems)
        place = f"Register entry {number}"
        for name in found:
            if name not in columns:
                self._wrong(f"{place}: “{shorten(name)}” is not a column of the register.")
        row: dict[str, Any] = {}
        for name, (convert, default) in columns.items():
            try:
                text = _cell(found.get(name, ""))
                if not text and default is NEEDED:
                    self._wrong(f"{place}: enter the {name}.")
                row[name] = convert(text) if text else default
            except KpiError as error:
                self._wrong(f"{place}, {name}: {error}")
        return Indicator(**row) if len(self._problems) == before else None


def _cell(found: object) -> str:
    """A value of TOML as the text that a cell of the register's file would hold. Raises ``KpiError`` for what has none."""
    if isinstance(found, bool):
        return "yes" if found else "no"
    if isinstance(found, str):
        return found.strip()
    if isinstance(found, int):
        return str(found)
    if isinstance(found, Decimal) and found.is_finite():
        return f"{found:f}"
    raise KpiError("Enter text, a number, true or false.")


def write_profile(profile: Profile) -> str:
    """A mapping as TOML that ``read_profile`` reads back as an equal one, as long as nothing in it is ``wanting``."""
    lines = [
        f"# How the columns of a file are read as figures: the mapping {_quoted(profile.name)}.",
        "# Under [columns]: what a figure needs, and the heading of the column that holds it.",
        "",
    ]
    plain, tables = [], []
    for part in dataclasses.fields(Profile)[1:-1]:
        held = getattr(profile, part.name)
        if isinstance(held, Mapping):
            tables += _table_lines(part.name, held)
        elif held != part.default:
            plain.append(f"{part.name} = {_toml(held)}")
    for entry in profile.register:
        tables += ["", "[[register]]", *_entry_lines(entry)]
    return "\n".join([*lines, *plain, *tables, ""])


def _table_lines(name: str, held: Mapping[str, Any]) -> list[str]:
    bare = name in ("columns", "fixed")
    rows = [f"{key if bare else _quoted(key)} = {_toml(value)}" for key, value in held.items()]
    return ["", f"[{name}]", *rows] if rows else []


def _entry_lines(entry: Indicator) -> list[str]:
    """The columns of a register entry that say more than an empty cell would."""
    held = ((part, getattr(entry, part.name)) for part in dataclasses.fields(Indicator))
    return [f"{part.name} = {_toml(_as_cell(value))}" for part, value in held if value != part.default]


def _as_cell(value: object) -> object:
    if isinstance(value, tuple):
        return " ".join(f"Q{number}" for number in value)
    return f"{value:f}" if isinstance(value, Decimal) else value


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple):
        return _quoted(value[0]) if len(value) == 1 else f"[{', '.join(map(_quoted, value))}]"
    return _quoted(str(value))


def _quoted(text: str) -> str:
    """``text`` as a string of TOML on one line, with what a reader would not see written out."""
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return '"' + "".join(escapes.get(c) or (c if c.isprintable() else f"\\U{ord(c):08x}") for c in text) + '"'


# --- a file through a profile -------------------------------------------------------------------------------------

_LIKE, _LIKE_CALENDAR = "Q2 2022-23", "Q3 2022"


def through(sheet: Sheet, profile: Profile) -> Mapped:
    """Read a file through a mapping. Columns that the mapping does not name are left out.

    A heading that it names and the file lacks, or has twice, is on ``findings``; so is, in a wide file, a heading whose
    quarter cannot be read or whose measure is not named. Records without any text in the mapped columns are skipped.
    """
    if sheet.unreadable:
        return Mapped([], (), {})
    found = _found(sheet.headings, profile)
    if profile.shape == "wide":
        return _wide(sheet, profile, found)
    cells = _Cells(sheet.records)
    texts, rows = _written(_texts(cells, profile, found.places), cells.rows)
    columns = _heading_words(profile, found.places)
    value = columns.get("value", columns.get("numerator", "value"))
    return Mapped(_raws(rows, value, _as_held(texts, profile, len(rows))), tuple(found.findings), columns)


@dataclass(frozen=True, slots=True)
class _Found:
    """Where the headings that a profile names stand in a file, counted from 0."""

    places: dict[str, int]
    findings: list[Finding]


def _found(headings: Sequence[str], profile: Profile) -> _Found:
    places: dict[str, int] = {}
    twice = set()
    for place, heading in enumerate(map(str.strip, headings)):
        if heading in places:
            twice.add(heading)
        else:
            places[heading] = place
    findings = []
    row = profile.headings_row
    for named in dict.fromkeys(one.strip() for many in profile.columns.values() for one in many):
        if named not in places:
            findings.append(finding("missing-column", row, named, named))
        elif named in twice:
            findings.append(finding("column-twice", row, named, named))
    return _Found(places, findings)


def _heading_words(profile: Profile, places: Mapping[str, int]) -> dict[str, str]:
    held = {name: [one.strip() for one in many if one.strip() in places] for name, many in profile.columns.items()}
    return {name: " and ".join(many) for name, many in held.items() if many and name in FIELDS}


def _texts(cells: _Cells, profile: Profile, places: Mapping[str, int]) -> dict[str, list[str]]:
    """The text of each field that has a column in the file."""
    texts: dict[str, list[str]] = {}
    for name, headings in profile.columns.items():
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


def _as_held(texts: dict[str, list[str]], profile: Profile, count: int) -> dict[str, list[str]]:
    """The text of each field with the profile's fixed text and its names for indicators, areas and ratings."""
    for name, text in profile.fixed.items():
        fixed = text.strip()
        if name in texts:
            texts[name] = [one or fixed for one in texts[name]]
        elif name in FIELDS:
            texts[name] = [fixed] * count
    for name, aliases in (("indicator", profile.indicator_names), ("rating", profile.ratings)):
        if aliases and name in texts:
            read = {alias.strip(): code.strip() for alias, code in aliases.items()}
            texts[name] = [read.get(one, one) for one in texts[name]]
    if profile.area_names:
        read = {alias.strip(): code.strip() for alias, code in profile.area_names.items()}
        codes, names = (texts.get(name, [""] * count) for name in ("area", "area_name"))
        texts["area"] = [read.get(c) or read.get(n) or c for c, n in zip(codes, names, strict=True)]
    if profile.calendar_quarters and "quarter" in texts:
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


def _wide(sheet: Sheet, profile: Profile, found: _Found) -> Mapped:
    data, findings = _data_columns(sheet.headings, profile)
    cells = _Cells(sheet.records)
    common = _raws(cells.rows, "", _as_held(_texts(cells, profile, found.places), profile, len(cells.rows)))
    columns = [(one, cells.column(one.place)) for one in data]
    rows = [
        _figure(record, one, texts[number])
        for number, record in enumerate(common)
        for one, texts in columns
        if texts[number]
    ]
    return Mapped(rows, (*found.findings, *findings), _heading_words(profile, found.places))


def _figure(record: Raw, column: _DataColumn, value: str) -> Raw:
    """One figure of a wide file: what its record says beside its figures, and what its column says."""
    row, _, indicator, name, unit, _, _, *rest = record
    return Raw(row, column.heading, column.indicator or indicator, name, unit, column.quarter, value, *rest)


def _data_columns(headings: Sequence[str], profile: Profile) -> tuple[list[_DataColumn], list[Finding]]:
    named = {one.strip() for many in profile.columns.values() for one in many}
    measures = {" ".join(measure.split()).strip(_EDGES): code.strip() for measure, code in profile.measures.items()}
    read = calendar_quarter if profile.calendar_quarters else quarter
    columns: list[_DataColumn] = []
    findings: dict[str, Finding] = {}
    for place, heading in enumerate(map(str.strip, headings)):
        if not heading or heading in named:
            continue
        found = _quarter_in(heading, read)
        if found is None:
            fault = _heading_fault(heading, measures, profile, read)
        elif (found[1] not in measures) if measures else found[1]:
            fault = finding("heading-not-mapped", profile.headings_row, heading, heading)
        elif any(heading == one.heading for one in columns):
            fault = finding("column-twice", profile.headings_row, heading, heading)
        else:
            fault = None
            columns.append(_DataColumn(place, heading, found[0].text, measures.get(found[1], "")))
        if fault is not None:
            findings.setdefault(heading, fault)
    return columns, list(findings.values())


def _quarter_in(heading: str, read: Callable[[str], Quarter]) -> tuple[Quarter, str] | None:
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
    heading: str, measures: Mapping[str, str], profile: Profile, read: Callable[[str], Quarter]
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
        if error.fault == "range" and profile.leave_out_several_quarters:
            code = "several-quarters-left-out"
        like = _LIKE_CALENDAR if profile.calendar_quarters else _LIKE
        return finding(code, profile.headings_row, heading, text, like=like)
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


# --- a guess ------------------------------------------------------------------------------------------------------

_SAMPLE = 50
_GUESSED = (
    ("numerator", r"numerator|num"),
    ("denominator", r"denominator|denom|den"),
    ("last_quarter", r"(?:last|previous|prior) (?:quarter|period)"),
    ("target", r"(?:\w+ )?target(?: value)?"),
    ("rating", r"(?:\w+ )?(?:rag|rating)(?: (?:rating|status))?"),
    ("comment", r"comments?|commentary|narrative|notes?|(?:\w+ )?commentary"),
    ("unit", r"units?|unit of measure"),
    ("status", r"(?:figure )?status"),
    ("area", r"(?:(?:new )?la|area|local authority|council|region|country|ward|gss|ons) code"),
    ("area_name", r"(?:area|la|local authority|council|region|country|ward)(?: name)?"),
    ("indicator", r"(?:indicator|measure|kpi|pi)? ?(?:code|id|ref(?:erence)?)|indicator|kpi|metric"),
    ("name", r"(?:indicator|measure|kpi|pi|metric) (?:name|title|description)|name|title"),
    ("value", r"values?|outturn|result|actual|figure|performance|score"),
)
"""How the heading of each field may read, in the order in which fields take their columns."""


def guess(sheet: Sheet) -> Profile:
    """A first proposal of a mapping for a file that is not the template, from its headings and its first 50 rows.

    It is put before a person and never used unseen. A part that cannot be guessed is left empty. Never raises.
    """
    cells = _Cells(sheet.records[:_SAMPLE])
    sample: dict[str, list[str]] = {}
    for place, heading in enumerate(map(str.strip, sheet.headings)):
        if heading and heading not in sample:
            sample[heading] = cells.column(place)
    for read in (quarter, calendar_quarter):
        held = {heading: found for heading in sample if (found := _quarter_in(heading, read)) is not None}
        if len(held) > 1:
            rest = {heading: texts for heading, texts in sample.items() if heading not in held}
            return _guess_wide(rest, held, read is calendar_quarter)
    return _guess_long(sample)


def _guess_wide(sample: Mapping[str, list[str]], held: Mapping[str, tuple[Quarter, str]], calendar: bool) -> Profile:
    measures = {measure: _code(measure) for _, measure in held.values() if measure}
    columns = {name: headings for name, headings in _by_heading(sample).items() if name not in _IN_HEADINGS}
    if measures:
        columns.pop("indicator", None)
    return Profile("", shape="wide", columns=columns, measures=measures, calendar_quarters=calendar)


def _guess_long(sample: Mapping[str, list[str]]) -> Profile:
    when, calendar = _guess_quarter(sample)
    rest = {heading: texts for heading, texts in sample.items() if heading not in when}
    named = _by_heading(rest)
    if "value" not in named and not named.keys() >= set(_COUNTS):
        taken = {heading for headings in named.values() for heading in headings}
        numbers = [h for h, texts in rest.items() if h not in taken and _share(texts, is_number) > 0.5]
        named |= {"value": (numbers[-1],)} if numbers else {}
    if "indicator" not in named and "name" in named:
        named["indicator"] = named["name"]
    named |= {"quarter": when} if when else {}
    values, ratings = (
        [text for heading in named.get(name, ()) for text in sample[heading]] for name in ("value", "rating")
    )
    values = [text for text in values if is_number(text)]
    return Profile(
        "",
        columns={name: named[name] for name in FIELDS if name in named},
        fractions=any("." in text for text in values) and all(0 <= Decimal(text) <= 1 for text in values),
        calendar_quarters=calendar,
        ratings=_guess_ratings(ratings),
    )


def _by_heading(sample: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    """The headings that read like each field's. A field takes the first that fits; an area all, the narrowest first.

    Files that hold areas of several kinds have them from the widest to the narrowest, and leave the narrow ones empty.
    """
    named: dict[str, tuple[str, ...]] = {}
    taken: set[str] = set()
    for name, pattern in _GUESSED:
        fitting = [
            heading
            for heading, texts in sample.items()
            if heading not in taken
            and re.fullmatch(pattern, _words(heading))
            # A value is a number now and then, or the column only shares its name.
            and (name != "value" or _share(texts, is_number) > 0.2)
        ]
        if fitting:
            named[name] = tuple(reversed(fitting)) if name in ("area", "area_name") else (fitting[0],)
            taken.update(named[name])
    return named


def _words(heading: str) -> str:
    """A heading in small words: ``LocalAuthority`` and ``local_authority`` are both ``local authority``."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading)
    return " ".join(re.findall(r"[^\W_]+", apart)).casefold()


def _guess_quarter(sample: Mapping[str, list[str]]) -> tuple[tuple[str, ...], bool]:
    """The heading, or the two, under which cells are quarters, and whether they are the calendar year's."""
    about_time = [h for h in sample if re.search(r"year|time|period|quarter|qtr|date", _words(h))]
    pairs = [(one, other) for one in about_time[:6] for other in about_time[:6] if one != other]
    for read in (quarter, calendar_quarter):
        for headings in [*((h,) for h in sample), *pairs]:
            texts = [" ".join(parts).strip() for parts in zip(*(sample[h] for h in headings), strict=True)]
            if _share(texts, partial(_reads, read=read)) > 0.25:
                return headings, read is calendar_quarter
    # Nothing reads as a quarter: a heading that says so, or the two of the education statistics, is proposed all the same.
    words = {_words(heading): heading for heading in reversed(list(sample))}
    if "time period" in words and "time identifier" in words:
        return (words["time period"], words["time identifier"]), False
    named = [
        words[w] for w in ("quarter", "financial quarter", "reporting period", "period", "time period") if w in words
    ]
    return tuple(named[:1]), False


def _reads(text: str, read: Callable[[str], Quarter]) -> bool:
    try:
        read(text)
    except PeriodError:
        return False
    return True


def _share(texts: Sequence[str], holds: Callable[[str], bool]) -> float:
    """The share of the texts that are not empty for which ``holds``; 0 where there are none."""
    written = [text for text in texts if text]
    return sum(map(holds, written)) / len(written) if written else 0.0


def _guess_ratings(texts: Sequence[str]) -> dict[str, str]:
    first = {"r": "red", "a": "amber", "g": "green"}
    known = {**first, **{word: word for word in ("red", "amber", "green")}}
    return {text: known[text.casefold()] for text in dict.fromkeys(texts) if text.casefold() in known}


def _code(text: str) -> str:
    """A code proposed for a measure: its letters and digits in capitals, joined by underscores."""
    return "_".join(re.findall(r"[^\W_]+", text)).upper() or "MEASURE"

"""A mapping: which column of another system's file is what. A TOML file that a person can read and change.

``fields`` reads a file through one; ``guess`` proposes one.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ..codec import csv_text
from ..columns import NEEDED, TABLES, default_of, headings, in_fields
from ..errors import KpiError, shorten
from ..model import Indicator

FIELDS = (
    "indicator", "name", "unit", "quarter", "value", "numerator", "denominator", "status", "comment", "target",
    "last_quarter", "area", "area_name", "rating",
)  # fmt: skip
COUNTS = ("numerator", "denominator")
SHAPES = ("long", "wide")
RATINGS = ("red", "amber", "green", "not_rated", "no_data")
IN_HEADINGS = ("quarter", "value", "numerator", "denominator", "last_quarter")
_NEVER_FIXED = ("value", "numerator", "denominator", "last_quarter", "rating")


@dataclass(frozen=True, slots=True)
class ColumnMapping:
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
    text: str = field(default="", compare=False, repr=False)
    """The TOML it was read from, to the letter; empty: it was not read from any."""


class MappingError(KpiError):
    """A mapping that cannot be used; every reason is on ``problems``."""

    def __init__(self, mapping: str, problems: Sequence[str]) -> None:
        self.mapping = mapping
        self.problems = tuple(problems)
        more = len(problems) - 1
        tail = f" ({more} more {'problem' if more == 1 else 'problems'} in it.)" if more else ""
        super().__init__(f"The column mapping “{shorten(mapping)}” cannot be used. {problems[0]}{tail}")


def wanting(mapping: ColumnMapping) -> tuple[str, ...]:
    """What keeps a mapping from being used, each in a sentence: a field without a column, or one that has no place."""
    told = []
    given = {*mapping.columns, *mapping.fixed}
    if mapping.shape == "wide":
        misplaced = [name for name in IN_HEADINGS if name in given]
        told += [f"A wide file has its quarters and figures in its headings: take out “{name}”." for name in misplaced]
        if not mapping.measures and "indicator" not in given:
            told.append("Name the measures in the headings, or the column of the indicator.")
    else:
        missing = missing_fields(given)
        told += [f"Name the column of the {'value, or of both counts' if m == 'value' else m}." for m in missing]
        if mapping.measures:
            told.append("Measures are named for a wide file only.")
    codes = Counter(entry.code for entry in mapping.register)
    told += [f"The register entry “{shorten(code)}” appears twice. Keep one." for code in codes if codes[code] > 1]
    return tuple(told)


def read_mapping(text: str, name: str) -> ColumnMapping:
    """Read a mapping from TOML. Raises ``ProfileError`` with every problem found."""
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise MappingError(name, [f"It cannot be read as TOML ({shorten(str(error), 120)})."]) from None
    return _MappingReader(name, data, text).read()


class _MappingReader:
    def __init__(self, name: str, data: Mapping[str, Any], text: str) -> None:
        self._name = name
        self._data = data
        self._text_read = text
        self._problems: list[str] = []

    def read(self) -> ColumnMapping:
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
        parts = {key: read(key) for key, read in known.items() if key in self._data}
        mapping = ColumnMapping(self._name, **parts, text=self._text_read)
        # What is wanting can be said only of a mapping whose parts could be read.
        problems = self._problems or wanting(mapping)
        if problems:
            raise MappingError(self._name, problems)
        return mapping

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
        return Indicator(**in_fields(Indicator, row)) if len(self._problems) == before else None


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


def write_mapping(mapping: ColumnMapping) -> str:
    """A mapping as TOML that ``read_mapping`` reads back as an equal one, as long as nothing in it is ``wanting``."""
    lines = [
        f"# How the columns of a file are read as figures: the mapping {_quoted(mapping.name)}.",
        "# Under [columns]: what a figure needs, and the heading of the column that holds it.",
        "",
    ]
    plain, tables = [], []
    for part in dataclasses.fields(ColumnMapping):
        if part.name in ("name", "register", "text"):
            continue
        held = getattr(mapping, part.name)
        if isinstance(held, Mapping):
            tables += _table_lines(part.name, held)
        elif held != part.default:
            plain.append(f"{part.name} = {_toml(held)}")
    for entry in mapping.register:
        tables += ["", "[[register]]", *_entry_lines(entry)]
    return "\n".join([*lines, *plain, *tables, ""])


def _table_lines(name: str, held: Mapping[str, Any]) -> list[str]:
    bare = name in ("columns", "fixed")
    rows = [f"{key if bare else _quoted(key)} = {_toml(value)}" for key, value in held.items()]
    return ["", f"[{name}]", *rows] if rows else []


def _entry_lines(entry: Indicator) -> list[str]:
    """The columns of a register entry that say more than an empty cell would."""
    return [
        f"{heading} = {_toml(value if isinstance(value, bool | int) else csv_text(value))}"
        for heading, name in headings(Indicator).items()
        if (value := getattr(entry, name)) != default_of(Indicator, name)
    ]


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


def missing_fields(fields: Iterable[str]) -> list[str]:
    """The columns that must be added, given those that are there: the value may be left out where both counts stand.

    A count without the other says nothing, so the other is missing too.
    """
    held = set(fields)
    missing = [name for name in ("indicator", "quarter") if name not in held]
    counts = [name for name in COUNTS if name not in held]
    if len(counts) == 2:
        return missing if "value" in held else [*missing, "value"]
    return [*missing, *counts]

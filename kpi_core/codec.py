"""How a record is written down, said once: at its class.

From the fields of a record's class come its JSON, its columns in the database (by name, never by place), its cells in a
CSV file and what of it is compared. A field's annotation says what its type does not: that people write it (``WORDS``:
such text is kept apart, so that it can be erased), that it is worked out and never written (``Derived``), or that its
column in a CSV file has another ``Heading``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from functools import cache, lru_cache
from operator import attrgetter
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from .periods import Quarter
from .periods import quarter as read_quarter

_Record = TypeVar("_Record")
Cell = Any
"""What JSON and a column hold alike: text, a whole number, yes or no, nothing, or (``composite``) a list or a mapping."""

ERASED = "[erased]"
"""What stands where words were erased."""


class Mark(Enum):
    """What an annotation can say of a field."""

    WORDS = "people write it"
    DERIVED = "it is worked out, so that it is in no file and no table"
    NEEDED = "a CSV file may not leave it empty"


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a field's column in a CSV file, where that is not its name."""

    text: str


WORDS, NEEDED = Mark.WORDS, Mark.NEEDED
_Value = TypeVar("_Value")
Words = Annotated[str, WORDS]
Derived = Annotated[_Value, Mark.DERIVED]


@dataclass(frozen=True, slots=True)
class Described:
    """One field with what its annotation says."""

    name: str
    hint: Any
    marks: tuple[object, ...]
    default: Any
    """``MISSING``: it has none."""

    @property
    def heading(self) -> str:
        """The heading of its column in a CSV file."""
        return next((one.text for one in self.marks if isinstance(one, Heading)), self.name)


@cache
def said_of(record: type) -> tuple[Described, ...]:
    """The fields of a record's class that are written down, in their order."""
    hints = get_type_hints(record, include_extras=True)
    found = []
    for one in fields(record):
        hint, *marks = get_args(hints[one.name]) if get_origin(hints[one.name]) is Annotated else [hints[one.name]]
        default = one.default if one.default_factory is MISSING else one.default_factory()
        found.append(Described(one.name, hint, tuple(marks), default))
    return tuple(one for one in found if Mark.DERIVED not in one.marks)


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a record as it is written down."""

    name: str
    sql: str
    """The type of its column."""
    write: Callable[[Any], Cell] | None
    """From a value, not ``None``, to its cell; ``None``: they are the same."""
    read: Callable[[Cell], Any] | None
    composite: bool
    """Whether its cell is a list or a mapping."""
    words: bool
    default: Any
    """The value of a cell that is not there; ``MISSING``: it must be there."""


@cache
def columns(record: type) -> tuple[Column, ...]:
    """The columns of a record's class, in the order of its fields."""
    return tuple(map(_column, said_of(record)))


def cells(record: type, of: Sequence[object]) -> dict[str, list[Cell]]:
    """The cells of many records of one class, column by column."""
    found = {}
    for column in columns(record):
        get, write = attrgetter(column.name), column.write
        if write is None:
            found[column.name] = [get(one) for one in of]
        else:
            values = [get(one) for one in of]
            if column.composite or write is figure_text:  # 15 and 15.0 are equal, and not the same figure
                found[column.name] = [None if value is None else write(value) for value in values]
            else:
                said = {value: None if value is None else write(value) for value in set(values)}
                found[column.name] = [said[value] for value in values]
    return found


def records(record: type[_Record], given: Mapping[str, Sequence[Cell]], count: int) -> list[_Record]:
    """The records that ``cells`` was given; a column that is not there has its default, one that no field has is left.

    Raises ``KeyError`` for a column that must be there, and ``ValueError``, ``TypeError`` or ``KpiError`` for a cell that
    is none of its column's.
    """
    values: dict[str, Sequence[Any]] = {}
    kind: type = record
    for column in columns(kind):
        if column.name in given:
            values[column.name] = _read_all(column, given[column.name])
        elif column.default is MISSING:
            raise KeyError(column.name)
        else:
            values[column.name] = [column.default] * count
    # What is worked out has its default until it is.
    every = (values[one.name] if one.name in values else [one.default] * count for one in fields(kind))
    return list(map(record, *every))


def _read_all(column: Column, cells: Sequence[Cell]) -> Sequence[Any]:
    """The values of a column's cells. Cells repeat, so that each is read once."""
    read = column.read
    if read is None:
        return cells
    if column.composite:
        return [None if cell is None else read(cell) for cell in cells]
    values = {cell: None if cell is None else read(cell) for cell in set(cells)}
    return [values[cell] for cell in cells]


def json_of(one: object) -> dict[str, Cell]:
    """One record as JSON."""
    return {name: cell for name, (cell,) in cells(type(one), [one]).items()}


def from_json(record: type[_Record], given: Mapping[str, Cell]) -> _Record:
    """The record that ``json_of`` was given. Raises as ``records`` does."""
    return records(record, {name: [cell] for name, cell in given.items()}, 1)[0]


def figure_text(value: Decimal) -> str:
    """A number as it was published: never with an exponent."""
    return f"{value:f}"


def csv_text(value: object) -> str:
    """A value as the cell of a CSV file that a person edits. Lists of text are parted by semicolons."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return figure_text(value)
    if isinstance(value, Quarter):
        return value.text
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return " ".join(f"Q{one}" for one in value) if all(isinstance(one, int) for one in value) else "; ".join(value)
    return str(value)


# --- what a type is written as ------------------------------------------------------------------------------------


@lru_cache(maxsize=4_096)
def _quarter(text: str) -> Quarter:
    return read_quarter(text)


_SCALARS: dict[type, tuple[str, Callable[[Any], Cell] | None, Callable[[Cell], Any] | None]] = {
    str: ("varchar", None, None),
    bool: ("boolean", None, None),
    int: ("bigint", None, None),
    Decimal: ("varchar", figure_text, Decimal),
    Quarter: ("varchar", attrgetter("text"), _quarter),
    datetime: ("varchar", datetime.isoformat, datetime.fromisoformat),
    date: ("varchar", date.isoformat, date.fromisoformat),
}


def _column(one: Described) -> Column:
    hint = _without_none(one.hint)
    words = WORDS in one.marks
    scalar = _scalar(hint)
    if scalar is not None:
        sql, write, read = scalar
        return Column(one.name, sql, write, read, False, words, one.default)
    return Column(one.name, "varchar", _writer(hint), _reader(hint), True, words, one.default)


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in (UnionType, Union):
        (only,) = (one for one in get_args(hint) if one is not NoneType)
        return only
    return hint


def _scalar(hint: Any) -> tuple[str, Callable[[Any], Cell] | None, Callable[[Cell], Any] | None] | None:
    if hint in _SCALARS:
        return _SCALARS[hint]
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return "varchar", attrgetter("value"), {one.value: one for one in hint}.__getitem__
    return None


def _writer(hint: Any) -> Callable[[Any], Cell]:
    """How a value of this type is written as plain lists and mappings."""
    hint = _without_none(hint)
    if (scalar := _scalar(hint)) is not None:
        write = scalar[1]
        return (lambda value: value) if write is None else (lambda value: None if value is None else write(value))
    if is_dataclass(hint):
        return json_of
    parts = get_args(hint)
    if len(parts) == 2 and parts[1] is ...:
        item = _writer(parts[0])
        return lambda value: [item(one) for one in value]
    each = [_writer(part) for part in parts]
    return lambda value: [write(one) for write, one in zip(each, value, strict=True)]


def _reader(hint: Any) -> Callable[[Cell], Any]:
    hint = _without_none(hint)
    if (scalar := _scalar(hint)) is not None:
        read = scalar[2]
        return (lambda cell: cell) if read is None else (lambda cell: None if cell is None else read(cell))
    if isinstance(hint, type) and is_dataclass(hint):
        return lambda cell: from_json(hint, cell)
    parts = get_args(hint)
    if len(parts) == 2 and parts[1] is ...:
        item = _reader(parts[0])
        return lambda cell: tuple(item(one) for one in cell)
    each = [_reader(part) for part in parts]
    return lambda cell: tuple(read(one) for read, one in zip(each, cell, strict=True))


def differing(one: object, other: object, leaving: Iterable[str] = ()) -> list[str]:
    """The names of the fields in which two records of one class differ, those that are worked out left aside."""
    left = set(leaving)
    kind: type = type(one)
    return [
        column.name
        for column in columns(kind)
        if column.name not in left and getattr(one, column.name) != getattr(other, column.name)
    ]

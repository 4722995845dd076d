"""The columns of each file of ``data/``: how a cell is read, and what an empty one means.

Which they are is said at the records' classes; what stands here is how the cell of each type is read, and the few columns
that are read in a way of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING
from datetime import date
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, get_args, get_origin

from .codec import NEEDED as IN_CSV
from .codec import said_of
from .errors import KpiError, shorten
from .figures import number
from .model import Absence, Area, Benchmark, Conflict, ExceptionReport, Indicator, Observation, Target
from .periods import Quarter, quarter


class _CellError(KpiError):
    """A cell that is not what its column holds."""


def _text(text: str) -> str:
    return text


def _choice(kind: type[Any]) -> Callable[[str], Any]:
    def convert(text: str) -> Any:
        try:
            return kind(text)
        except ValueError:
            raise _CellError(f"“{shorten(text)}” is not one of {', '.join(str(one) for one in kind)}.") from None

    return convert


def _yes(text: str) -> bool:
    if text not in ("yes", "no"):
        raise _CellError(f"“{shorten(text)}” must be yes or no.")
    return text == "yes"


def _whole(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,12}", text):
        raise _CellError(f"“{shorten(text)}” must be a whole number.")
    return int(text)


def _day(text: str) -> date:
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError:
        raise _CellError(f"“{shorten(text)}” must be a date like 2022-10-27.") from None


def _due(text: str) -> tuple[int, ...]:
    if not re.fullmatch(r"Q[1-4]( Q[1-4])*", text):
        raise _CellError(f"“{shorten(text)}” must be the quarters due, like Q2 Q4.")
    return tuple(sorted({int(q[1]) for q in text.split()}))


def _aliases(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for part in text.split(";") if (one := " ".join(part.split()))))


def _year(text: str) -> str:
    return quarter(f"Q1 {text}").financial_year


def _figure(text: str) -> Decimal | Absence:
    marks = {a.value: a for a in (Absence.SUPPRESSED, Absence.NOT_APPLICABLE, Absence.NOT_AVAILABLE)}
    return marks[text] if text in marks else number(text)


def _of(*words: str) -> Callable[[str], str]:
    def convert(text: str) -> str:
        if text not in words:
            raise _CellError(f"“{shorten(text)}” is not one of {', '.join(words)}.")
        return text

    return convert


Column = tuple[Callable[[str], Any], Any]
"""The reader of a cell (raising ``KpiError``), and what an empty cell means; ``NEEDED``: it may not be empty."""

NEEDED = object()

_READERS: dict[Any, Callable[[str], Any]] = {
    str: _text,
    bool: _yes,
    int: _whole,
    Decimal: number,
    Quarter: quarter,
    date: _day,
    tuple[int, ...]: _due,
    tuple[str, ...]: _aliases,
}
"""How a cell is read, by the type of its field."""


def headings(record: type) -> dict[str, str]:
    """The headings of a record's CSV file, each with the name of its field."""
    return {one.heading: one.name for one in said_of(record)}


def in_fields(record: type, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row by headings as the fields of its record; what is no field's stays as it is."""
    names = headings(record)
    return {names.get(heading, heading): value for heading, value in row.items()}


def default_of(record: type, name: str) -> Any:
    """The value of a field whose cell is empty; ``NEEDED``: it may not be."""
    one = next(each for each in said_of(record) if each.name == name)
    return NEEDED if one.default is MISSING or IN_CSV in one.marks else one.default


def _table(record: type, **others: Column) -> dict[str, Column]:
    """The columns of a record's CSV file. ``others``: those that are read in a way of their own, or are not a field's."""
    found = {
        one.heading: (_reader(one.hint), default_of(record, one.name))
        for one in said_of(record)
        if one.name not in _IN_ANOTHER.get(record, ()) and one.heading not in others
    }
    return found | others


def _reader(hint: Any) -> Callable[[str], Any]:
    plain = (
        next((one for one in get_args(hint) if one is not NoneType), hint) if get_origin(hint) is UnionType else hint
    )
    return _READERS[plain] if plain in _READERS else _choice(plain)


_IN_ANOTHER: dict[type, tuple[str, ...]] = {Target: ("profiled",), Observation: ("absence", "provisional")}
"""The fields that another column speaks of."""
_HOME = (_text, None)
"""An area; empty: the council's own."""

TABLES: dict[str, dict[str, Column]] = {
    "settings.csv": {"setting": (_of("council", "home_area", "made_up"), NEEDED), "value": (_text, NEEDED)},
    "areas.csv": _table(Area),
    "indicators.csv": _table(Indicator, areas=(str.split, ())),
    "targets.csv": _table(
        Target,
        area=_HOME,
        kind=(_of("standing", "profiled"), "standing"),
        tolerance_kind=(_of("points", "percent"), ""),
        origin=(_of("national", "statutory", "local", "benchmark"), ""),
        confirmed_through=(_year, ""),
    ),
    "observations.csv": _table(
        Observation, area=_HOME, value=(_figure, NEEDED), status=(_of("final", "provisional"), "final")
    ),
    "benchmarks.csv": _table(Benchmark),
    "conflicts.csv": _table(
        Conflict, indicator=(_text, ""), area=_HOME, subject=(_of("outturn", "target", "narrative"), NEEDED),
        value=(number, None),
    ),
}  # fmt: skip

REPORT_FACTS: dict[str, Column] = {
    name: column
    for name, column in _table(
        ExceptionReport,
        area=_HOME,
        state=(_of("draft", "submitted", "approved"), NEEDED),
        **dict.fromkeys(("description", "reason_line", "completed_by", "approved_by", "source"), (_text, "")),
        outturn=(number, None),
        target=(number, None),
        approved_on=(_day, None),
    ).items()
    if name
    in (
        "indicator", "area", "quarter", "state", "description", "outturn", "target", "reason_line", "completed_by",
        "approved_by", "approved_on", "source",
    )
}  # fmt: skip
"""What stands above the sections of an exception report's file."""

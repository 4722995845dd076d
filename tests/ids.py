"""What a parametrised case is called where its test does not say: what is tried, in words, and never by its number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import PurePath
from typing import Any

from kpi_core.model import Polarity, Unit
from kpi_core.periods import Quarter

LONGEST = 100
"""The characters of one value: a test's name is read on one line."""
_PLAIN = {
    "code": "A1", "name": "Plans on time", "category": "Care", "unit": Unit.PERCENT, "decimals": 1, "polarity": Polarity.HIGH,
    "indicator": "A1", "area": "X", "quarter": Quarter(2022, 2), "start": Quarter(2022, 1),
}  # fmt: skip
"""What the records of ``conftest`` are where a test says nothing else; so it goes without saying here too."""


def case_id(value: object, name: str) -> str | None:
    """One value of a case by the name of its argument; ``None``: as pytest calls it, which is right for texts."""
    if isinstance(value, bool) or value is None:
        return {True: "", False: "not ", None: "no "}[value] + name.replace("_", " ")
    if isinstance(value, int | float):
        return f"{name.replace('_', ' ')} {value}"
    if isinstance(value, str) and value.strip() and len(value) <= LONGEST:
        return None
    if isinstance(value, str | bytes) and value and not value.strip():
        return ascii(value)
    said = words(value)
    if said is None:
        return None
    return _short(said) or f"no {name.replace('_', ' ')}"


def words(value: Any) -> str | None:
    """A value in words; ``None``: it has none that are the same in each run."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Quarter):
        return value.text
    if value is None:
        return "none"
    if isinstance(value, str | int | Decimal | Fraction | date):
        return str(value).strip()
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, bytes):
        return _of_bytes(value)
    if isinstance(value, PurePath):
        return value.name
    if isinstance(value, type):
        return value.__name__
    return _of_parts(value)


def _of_bytes(value: bytes) -> str | None:
    """Text as it reads, a few bytes as they are written; a packed file has no words, and may hold the time it was made at."""
    text = value.decode("utf-8", "replace")
    if "\ufffd" not in text and all(one.isprintable() or one.isspace() for one in text):
        return text.strip()
    return ascii(value) if len(value) <= 12 else None


def _of_parts(value: Any) -> str | None:
    if is_dataclass(value):
        said = [(field.name, getattr(value, field.name)) for field in fields(value) if _is_said(value, field)]
        return _told(said) if said else f"plain {type(value).__name__}"
    if isinstance(value, Mapping):
        return _told(value.items())
    if isinstance(value, Set):
        return _listed(sorted(value, key=str))
    if isinstance(value, Sequence):
        return _listed(value)
    return None


def _is_said(value: Any, field: Any) -> bool:
    """Whether a field says what its record is about: it is not as it is where nothing is given."""
    plain = _PLAIN.get(field.name, None if field.default is MISSING else field.default)
    return getattr(value, field.name) not in (plain, "", None, ())


def _told(pairs: Iterable[tuple[object, object]]) -> str | None:
    return _listed([_named(str(words(name)), one) for name, one in pairs])


def _named(name: str, value: object) -> str:
    """What is said of one field."""
    if value is True:
        return name
    if value is False or value is None:
        return f"{'no' if value is None else 'not'} {name}"
    return f"{name} {words(value) or ''}".strip()


def _listed(values: Sequence[object]) -> str | None:
    said = [words(one) for one in values]
    return ", ".join(one or "…" for one in said) if any(said) or not said else None


def _short(text: str) -> str:
    line = " ".join("".join(one if one.isprintable() else " " * one.isspace() for one in text).split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"

"""The columns of each file of ``data/``: how a cell is read, and what an empty one means."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from .errors import KpiError, shorten
from .figures import number
from .model import Absence, Basis, Polarity, Unit
from .periods import quarter


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

TABLES: dict[str, dict[str, Column]] = {
    "settings.csv": {"setting": (_of("council", "home_area", "made_up"), NEEDED), "value": (_text, NEEDED)},
    "areas.csv": {"code": (_text, NEEDED), "name": (_text, NEEDED)},
    "indicators.csv": {
        "code": (_text, NEEDED),
        "name": (_text, NEEDED),
        "category": (_text, NEEDED),
        "unit": (_choice(Unit), NEEDED),
        "decimals": (_whole, NEEDED),
        "polarity": (_choice(Polarity), NEEDED),
        "basis": (_choice(Basis), Basis.NOT_STATED),
        "owner": (_text, ""),
        "definition": (_text, ""),
        "numerator": (_text, ""),
        "denominator": (_text, ""),
        "may_pass_100": (_yes, False),
        "due": (_due, (1, 2, 3, 4)),
        "seasonal": (_yes, False),
        "seasonal_note": (_text, ""),
        "smallest_change": (number, None),
        "statutory_note": (_text, ""),
        "first_quarter": (quarter, None),
        "final_quarter": (quarter, None),
        "aliases": (_aliases, ()),
        "areas": (str.split, ()),
    },
    "targets.csv": {
        "indicator": (_text, NEEDED),
        "area": (_text, None),
        "from_quarter": (quarter, NEEDED),
        "kind": (_of("standing", "profiled"), "standing"),
        "value": (number, None),
        "low": (number, None),
        "high": (number, None),
        "tolerance": (number, None),
        "tolerance_kind": (_of("points", "percent"), ""),
        "intervention_level": (number, None),
        "basis": (_choice(Basis), None),
        "origin": (_of("national", "statutory", "local", "benchmark"), ""),
        "decided_by": (_text, ""),
        "decided_on": (_day, None),
        "reason": (_text, ""),
        "confirmed_through": (_year, ""),
        "corrects": (_yes, False),
        "source": (_text, NEEDED),
    },
    "observations.csv": {
        "indicator": (_text, NEEDED),
        "area": (_text, None),
        "quarter": (quarter, NEEDED),
        "value": (_figure, NEEDED),
        "status": (_of("final", "provisional"), "final"),
        "numerator": (_whole, None),
        "denominator": (_whole, None),
        "series_break": (_text, ""),
        "not_comparable": (_text, ""),
        "revision_reason": (_text, ""),
        "note": (_text, ""),
        "source": (_text, NEEDED),
    },
    "benchmarks.csv": {
        "indicator": (_text, NEEDED),
        "series": (_text, NEEDED),
        "year_end": (_day, NEEDED),
        "period": (_text, NEEDED),
        "value": (number, NEEDED),
        "published_on": (_day, None),
        "source": (_text, NEEDED),
    },
    "conflicts.csv": {
        "indicator": (_text, ""),
        "area": (_text, None),
        "quarter": (quarter, NEEDED),
        "subject": (_of("outturn", "target", "narrative"), NEEDED),
        "value": (number, None),
        "source": (_text, NEEDED),
        "sentence": (_text, NEEDED),
        "resolved_on": (_day, None),
        "resolution": (_text, ""),
    },
}

REPORT_FACTS: dict[str, Column] = {
    "indicator": (_text, NEEDED),
    "area": (_text, None),
    "quarter": (quarter, NEEDED),
    "state": (_of("draft", "submitted", "approved"), NEEDED),
    "description": (_text, ""),
    "outturn": (number, None),
    "target": (number, None),
    "reason_line": (_text, ""),
    "completed_by": (_text, ""),
    "approved_by": (_text, ""),
    "approved_on": (_day, None),
    "source": (_text, ""),
}

"""What could identify a child: counts too small to show, and what a comment may not hold. Checks, as in ``intake_checks``."""

from __future__ import annotations

import re

from .figures import round_half_up, with_unit
from .known import Checking, Entry, Facts
from .model import Unit
from .problems import plural

SMALLEST_SHOWN = 5
"""Counts of children below this are shown as [c] outside the service."""


def small_count(entry: Entry, _: Checking) -> Facts | None:
    """A count of one to four children."""
    assert entry.indicator is not None
    count, column = entry.numerator, "numerator"
    if count is None and entry.indicator.unit is Unit.NUMBER and entry.value is not None:
        count, column = int(entry.value), entry.column
    return {"column": column, "found": count} if count is not None and 0 < count < SMALLEST_SHOWN else None


def gives_count_back(entry: Entry, checking: Checking) -> Facts | None:
    """A percentage that gives back so small a count to who knows the whole, from the last denominator held."""
    assert entry.indicator is not None
    if entry.value is None or entry.numerator is not None or entry.indicator.unit is not Unit.PERCENT:
        return None
    earlier = checking.known.series.get((entry.area, entry.code), {})
    wholes = [o.denominator for quarter, o in sorted(earlier.items()) if quarter <= entry.quarter and o.denominator]
    if not wholes:
        return None
    count = round_half_up(entry.value * wholes[-1] / 100, 0)
    if not 0 < count < SMALLEST_SHOWN:
        return None
    said = f"{count:f} {plural(int(count), 'child', 'children')}"
    return {
        "column": entry.column,
        "found": with_unit(entry.value, "percent"),
        "whole": f"{wholes[-1]:,}",
        "count": said,
    }


_FORMATTING = re.compile(r"<[a-z!/][^<>]{0,200}>|\]\([^)]{1,200}\)|https?://|www\.|javascript:", re.IGNORECASE)
_IDENTIFIERS = (
    ("a pupil number", re.compile(r"\b[A-HJ-NP-RT-Z][0-9]{11}[0-9A-HJ-NP-RT-Z]\b")),
    ("a postcode", re.compile(r"\b[A-PR-UWYZ][A-HK-Y]?[0-9][0-9A-Z]? ?[0-9][ABD-HJLNP-UW-Z]{2}\b", re.IGNORECASE)),
    ("a full date, perhaps a date of birth", re.compile(
        r"\b(?:dob|d\.o\.b\.?|born|date of birth)\b.{0,15}[0-9]{1,2}[./ -](?:[0-9]{1,2}|[a-z]{3,9})[./ -][0-9]{2,4}", re.IGNORECASE)),
)  # fmt: skip
_NHS = re.compile(r"\b[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}\b")
_MAY_IDENTIFY = re.compile(
    r"\b(?:[1-4]|one|two|three|four|a single)\s+(?:\w+\s+)?(?:child|children|pupils?|exclusions?|young (?:person|people)|boys?|girls?"
    r"|siblings?|students?|cases?|famil(?:y|ies)|babies|baby)\b|\b(?:Mr|Mrs|Ms|Miss|Master)\.? [A-Z][a-z]+",
)


def identifies(entry: Entry, _: Checking) -> Facts | None:
    """What identifies a child by itself: a pupil or NHS number, a postcode, a date of birth."""
    if not entry.comment:
        return None
    for what, pattern in _IDENTIFIERS:
        if pattern.search(entry.comment):
            return {"column": "comment", "what": what}
    for match in _NHS.finditer(entry.comment):
        if _is_nhs_number(re.sub(r"\D", "", match[0])):
            return {"column": "comment", "what": "an NHS number"}
    return None


def _is_nhs_number(digits: str) -> bool:
    """By its check digit: the last of ten, modulus 11 with weights ten to two (the NHS data dictionary's rule)."""
    check = 11 - sum(int(d) * weight for d, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return int(digits[9]) == check % 11 and check != 10


def may_identify(entry: Entry, checking: Checking) -> Facts | None:
    """Words that may identify a child: a count of one to four, or a title and a name."""
    match = _MAY_IDENTIFY.search(entry.comment) if entry.comment else None
    if match is None or identifies(entry, checking):
        return None
    return {"column": "comment", "found": match[0]}


def formatting(entry: Entry, _: Checking) -> Facts | None:
    """HTML, a link or an image in a comment."""
    return {"column": "comment"} if entry.comment and _FORMATTING.search(entry.comment) else None

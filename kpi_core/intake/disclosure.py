"""The checks on what could identify a child: counts too small to show, and what a comment may not hold."""

from __future__ import annotations

import re

from ..figures import round_half_up, with_unit
from ..model import Unit
from ..narrative import SMALLEST_SHOWN, identifiers
from ..words import plural
from .entries import Checking, Facts, Placed


def small_count(entry: Placed, _: Checking) -> Facts | None:
    """A count of one to four children."""
    count, column = entry.numerator, "numerator"
    if count is None and entry.indicator.unit is Unit.NUMBER and entry.value is not None:
        count, column = int(entry.value), entry.column
    return {"column": column, "found": count} if count is not None and 0 < count < SMALLEST_SHOWN else None


def gives_count_back(entry: Placed, checking: Checking) -> Facts | None:
    """A percentage that gives back so small a count to who knows the whole, from the last denominator held."""
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
_MAY_IDENTIFY = re.compile(
    r"\b(?:[1-4]|one|two|three|four|a single)\s+(?:\w+\s+)?(?:child|children|pupils?|exclusions?|young (?:person|people)|boys?|girls?"
    r"|siblings?|students?|cases?|famil(?:y|ies)|babies|baby)\b|\b(?:Mr|Mrs|Ms|Miss|Master)\.? [A-Z][a-z]+",
)


def identifies(entry: Placed, _: Checking) -> Facts | None:
    """What identifies a child by itself: a pupil or NHS number, a postcode, a date of birth."""
    found = next(identifiers(entry.comment), None) if entry.comment else None
    return None if found is None else {"column": "comment", "what": found[0]}


def may_identify(entry: Placed, checking: Checking) -> Facts | None:
    """Words that may identify a child: a count of one to four, or a title and a name."""
    match = _MAY_IDENTIFY.search(entry.comment) if entry.comment else None
    if match is None or identifies(entry, checking):
        return None
    return {"column": "comment", "found": match[0]}


def formatting(entry: Placed, _: Checking) -> Facts | None:
    """HTML, a link or an image in a comment."""
    return {"column": "comment"} if entry.comment and _FORMATTING.search(entry.comment) else None

"""A first proposal of a mapping, for a person to look at: from a file's headings and its first rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial

from ..errors import PeriodError
from ..figures import is_number
from ..periods import Quarter, calendar_quarter, quarter
from .column_mapping import COUNTS, FIELDS, IN_HEADINGS, ColumnMapping
from .fields import Cells, quarter_in
from .sheet import Sheet

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


def guess(sheet: Sheet) -> ColumnMapping:
    """A first proposal of a mapping for a file that is not the template, from its headings and its first 50 rows.

    It is put before a person and never used unseen. A part that cannot be guessed is left empty. Never raises.
    """
    cells = Cells(sheet.records[:_SAMPLE])
    sample: dict[str, list[str]] = {}
    for place, heading in enumerate(map(str.strip, sheet.headings)):
        if heading and heading not in sample:
            sample[heading] = cells.column(place)
    for read in (quarter, calendar_quarter):
        held = {heading: found for heading in sample if (found := quarter_in(heading, read)) is not None}
        if len(held) > 1:
            rest = {heading: texts for heading, texts in sample.items() if heading not in held}
            return _guess_wide(rest, held, read is calendar_quarter)
    return _guess_long(sample)


def _guess_wide(
    sample: Mapping[str, list[str]], held: Mapping[str, tuple[Quarter, str]], calendar: bool
) -> ColumnMapping:
    measures = {measure: _code(measure) for _, measure in held.values() if measure}
    columns = {name: headings for name, headings in _by_heading(sample).items() if name not in IN_HEADINGS}
    if measures:
        columns.pop("indicator", None)
    return ColumnMapping("", shape="wide", columns=columns, measures=measures, calendar_quarters=calendar)


def _guess_long(sample: Mapping[str, list[str]]) -> ColumnMapping:
    when, calendar = _guess_quarter(sample)
    rest = {heading: texts for heading, texts in sample.items() if heading not in when}
    named = _by_heading(rest)
    if "value" not in named and not named.keys() >= set(COUNTS):
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
    return ColumnMapping(
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

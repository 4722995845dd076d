"""Quarters of the financial year (April to March): read, print, order, count.

Q1 is April to June; Q4 is January to March of the following calendar year. The
canonical text is ``Q2 2022-23``. What is read and what is refused is the
design's list; a refusal carries its reason as a sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from .errors import PeriodError, shorten

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
_FIRST_YEAR, _LAST_YEAR = 1900, 2199


@dataclass(frozen=True, order=True, slots=True)
class Quarter:
    """One quarter. ``year`` is the calendar year in which the financial year starts; ``number`` is 1 to 4."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= 4:
            told = f"Q{self.number} is not a quarter. Quarters run from Q1 to Q4."
            raise PeriodError(f"Q{self.number}", told, "no_such_quarter")
        if not 1 <= self.year <= 9998:
            told = f"There is no financial year that starts in {self.year}."
            raise PeriodError(str(self.year), told, "out_of_reach")

    def __hash__(self) -> int:
        return self.year * 4 + self.number  # figures are looked up by it, many thousand times a page

    @property
    def financial_year(self) -> str:
        """Like ``2022-23``."""
        return f"{self.year}-{(self.year + 1) % 100:02d}"

    @property
    def text(self) -> str:
        """The canonical text, like ``Q2 2022-23``."""
        return f"Q{self.number} {self.financial_year}"

    @property
    def months(self) -> str:
        """Like ``July to September 2022``."""
        return f"{_MONTHS[self.start.month - 1]} to {_MONTHS[self.end.month - 1]} {self.end.year}"

    @property
    def label(self) -> str:
        """The months beside the quarter, as people are shown it."""
        return f"{self.months} ({self.text})"

    @property
    def last_month(self) -> str:
        """The month a month-end figure belongs to, like ``September``."""
        return _MONTHS[self.end.month - 1]

    @property
    def start(self) -> date:
        """The first day of the quarter."""
        return date(self.year + (self.number == 4), (self.number * 3) % 12 + 1, 1)

    @property
    def end(self) -> date:
        """The last day of the quarter."""
        return (self + 1).start - timedelta(days=1) if self.number < 4 else date(self.year + 1, 3, 31)

    @property
    def same_last_year(self) -> Quarter:
        """The same quarter of the financial year before."""
        return Quarter(self.year - 1, self.number)

    def __str__(self) -> str:
        return self.text

    def __add__(self, quarters: int) -> Quarter:
        index = self.year * 4 + self.number - 1 + quarters
        return Quarter(index // 4, index % 4 + 1)

    def __sub__(self, quarters: int) -> Quarter:
        return self + -quarters

    def since(self, earlier: Quarter) -> int:
        """How many quarters ``earlier`` lies before this one; negative if it lies after."""
        return (self.year - earlier.year) * 4 + self.number - earlier.number


def span(first: Quarter, last: Quarter) -> list[Quarter]:
    """Every quarter from ``first`` to ``last``; none where ``last`` lies before."""
    return [first + ahead for ahead in range(last.since(first) + 1)]


def day_in_words(day: date) -> str:
    """Like ``27 October 2022``, of a day or a moment."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def containing(day: date) -> Quarter:
    """The quarter that ``day`` falls in."""
    year = day.year if day.month >= 4 else day.year - 1
    return Quarter(year, (day.month - 4) % 12 // 3 + 1)


_YEARS = r"(?P<a>[0-9]{4}|[0-9]{2})\s*[-/]\s*(?P<b>[0-9]{4}|[0-9]{2})"
_YEARS_RUN = r"(?P<a>[0-9]{4})(?P<b>[0-9]{2})"
_Q = r"(?:quarter|q)\s*(?P<q>[0-9])"
_MONTH = "|".join(sorted((m.lower() for name in _MONTHS for m in {name, name[:3]}), key=len, reverse=True)) + "|sept"
_MONTH_RANGE = rf"(?P<from>{_MONTH})\s*(?:to|-)\s*(?P<to>{_MONTH})\s*(?P<year>[0-9]{{4}})"

_READ = tuple(
    re.compile(pattern)
    for years in (_YEARS, _YEARS_RUN)
    for pattern in (
        rf"{_Q}\s*,?\s*\(?\s*{years}\s*\)?",
        rf"\(?{years}\)?\s*[;,]?\s*(?:financial year)?\s*{_Q}",
    )
)
_MONTHS_READ = re.compile(rf"{_MONTH_RANGE}(?:\s*\((?P<also>.+)\))?")

# A quarter with one year. Which quarter it is depends on whether the year is the calendar's or the financial one.
_ONE_YEAR = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:calendar year\s*)?(?P<year>[0-9]{{4}})\s*[-/,;]?\s*(?:calendar year\s*)?{_Q}",
        rf"{_Q}\s*[-/,;]?\s*\(?(?P<year>[0-9]{{4}})\)?",
    )
)
_KIND = r"(?:reporting|calendar|academic|school|financial|fiscal|tax) year|annual"
_WHOLE_YEARS = tuple(
    re.compile(rf"(?P<before>(?:{_KIND})\s*)?{years}(?P<after>\s*(?:{_KIND}))?")
    for years in (_YEARS, _YEARS_RUN, r"(?P<a>(?:19|20|21)[0-9]{2})(?P<b>)")
)
_OTHER_KIND = re.compile(r"\b(tax|academic|school) year\b")

# Text that is not a quarter but whose fault can be named; tried in this order.
_SEVERAL = r"(?:quarters?|q)\s*[0-9]\s*(?:to|-|and|&)\s*(?:quarter|q)?\s*[0-9](?![0-9])"
_FAULTS: tuple[tuple[str, re.Pattern[str], str], ...] = (
    (
        "range",
        re.compile(
            rf"{_SEVERAL}.*|\(?[0-9]{{2,6}}(?:\s*[-/]\s*[0-9]{{2,4}})?\)?"
            rf"\s*[-;,]?\s*(?:(?:financial|calendar) year)?\s*{_SEVERAL}"
        ),
        "“{text}” covers several quarters. Enter one, like Q2 2022-23.",
    ),
    ("no_year", re.compile(_Q), "“{text}” has no year. Enter the financial year too, like Q2 2022-23."),
    (
        "date",
        re.compile(
            rf"(?:[0-9]{{1,2}}[-/ ])?(?:{_MONTH})[-/ ]?[0-9]{{2,4}}|[0-9]{{1,4}}[-/.][0-9]{{1,2}}[-/.][0-9]{{1,4}}"
            r"(?:[t ][0-9:.]+)?"
        ),
        "“{text}” is a date or a single month, not a quarter (a spreadsheet may have changed it). Enter it like Q2 2022-23.",
    ),
)


def quarter(text: str) -> Quarter:
    """Read one quarter from ``text`` in any of the forms the design lists.

    Raises ``PeriodError`` with the reason in a sentence: empty, no such quarter,
    years not in a row, a whole year, no year, one calendar year, a date, a range
    of several quarters, three months that are not a quarter, a quarter of the tax
    or academic year, or none of these.
    """
    plain, shown = _plain(text), shorten(text)
    for pattern in _READ:
        if match := pattern.fullmatch(plain):
            return _from_years(shown, match["q"], match["a"], match["b"])
    if match := _MONTHS_READ.fullmatch(plain):
        read = _from_months(shown, match["from"], match["to"], int(match["year"]))
        if match["also"] is not None and quarter(match["also"]) != read:
            raise PeriodError(text, f"“{shown}” names two different quarters. Enter one, like {read}.")
        return read
    raise _refusal(text, plain, shown)


def calendar_quarter(text: str) -> Quarter:
    """Read one quarter of the calendar year: ``2012-Q4`` and ``Q4 2012`` are October to December 2012 (Q3 2012-13).

    Months, and quarters whose two years leave no doubt, are read as ``quarter`` reads them. Raises ``PeriodError`` alike.
    """
    plain, shown = _plain(text), shorten(text)
    for pattern in _ONE_YEAR:
        if match := pattern.fullmatch(plain):
            number, year = _numbered(shown, match["q"]), int(match["year"])
            return _within_reach(shown, Quarter(year - 1, 4) if number == 1 else Quarter(year, number - 1))
    return quarter(text)


def _plain(text: str) -> str:
    """``text`` in small letters with single spaces and plain dashes. Raises ``PeriodError`` where there is none."""
    plain = re.sub(r"[\u2010-\u2015\u2212]", "-", " ".join(text.split())).lower()
    if not plain:
        raise PeriodError(text, "No quarter is given. Enter it like Q2 2022-23.", "empty")
    return plain


def _refusal(text: str, plain: str, shown: str) -> PeriodError:
    """What ``plain`` is, given that it is not a quarter of the financial year."""
    other = _OTHER_KIND.search(plain)
    if other and re.search(rf"\b{_Q}\b", plain):
        told = f"“{shown}”: the {other[1]} year’s quarters are not the financial year’s. Enter it like Q2 2022-23."
        return PeriodError(text, told)
    for pattern in _ONE_YEAR:
        if match := pattern.fullmatch(plain):
            _numbered(shown, match["q"])
            return PeriodError(text, _which_year(plain, shown), "which_year")
    for pattern in _WHOLE_YEARS:
        if match := pattern.fullmatch(plain):
            fault, reason = _whole_year(shown, match["a"], match["b"], bool(match["before"] or match["after"]))
            return PeriodError(text, reason, fault)
    for fault, pattern, reason in _FAULTS:
        if match := pattern.fullmatch(plain):
            if fault == "no_year":
                _numbered(shown, match["q"])
            return PeriodError(text, reason.format(text=shown), fault)
    return PeriodError(text, f"“{shown}” cannot be read as a quarter. Enter it like Q2 2022-23.")


def _which_year(plain: str, shown: str) -> str:
    if "calendar year" in plain:
        return f"“{shown}” is a quarter of the calendar year. Enter it by the financial year, like Q2 2022-23."
    return f"“{shown}” does not say which year is meant, calendar or financial. Enter both years, like Q2 2022-23."


def _whole_year(shown: str, first: str, second: str, named: bool) -> tuple[str, str]:
    """The fault and its sentence. ``second`` is empty for a year like 2025; ``named``: the text calls it a year."""
    if not second or int(second) % 100 == (int(first) + 1) % 100:
        return "whole_year", f"“{shown}” is a whole year. Say which quarter of it, like Q2 2022-23."
    if len(first) == 4 and len(second) == 2 and 1 <= int(second) <= 12 and not named:
        return "date", f"“{shown}” is a single month, not a quarter. Enter it like Q2 2022-23."
    told = f"“{shown}”: a financial year is two years in a row, and needs its quarter, like Q2 2022-23."
    return "years_not_in_a_row", told


def _numbered(shown: str, digit: str) -> int:
    """The number of a quarter, 1 to 4. Raises ``PeriodError`` for any other."""
    if not 1 <= int(digit) <= 4:
        told = f"“{shown}”: Q{digit} is not a quarter. Quarters run from Q1 to Q4."
        raise PeriodError(shown, told, "no_such_quarter")
    return int(digit)


def _from_years(shown: str, digit: str, first: str, second: str) -> Quarter:
    if len(first) == 2 and len(second) == 4:
        raise PeriodError(shown, f"“{shown}” cannot be read as a quarter. Enter it like Q2 2022-23.")
    number = _numbered(shown, digit)
    # Two-digit years from 70 are the last century's: registers reach back that far, plans do not reach 2070.
    year = int(first) if len(first) == 4 else int(first) + (1900 if int(first) >= 70 else 2000)
    following = year + 1 if len(second) == 4 else (year + 1) % 100
    if int(second) != following:
        told = f"“{shown}”: a financial year is two years in a row, like 2022-23."
        raise PeriodError(shown, told, "years_not_in_a_row")
    return _within_reach(shown, Quarter(year, number))


def _from_months(shown: str, first: str, last: str, year: int) -> Quarter:
    start, end = (next(i for i, name in enumerate(_MONTHS, 1) if name.lower().startswith(m[:3])) for m in (first, last))
    length = (end - start) % 12 + 1
    if length == 3 and start % 3 == 1:
        return _within_reach(shown, Quarter(year - (start == 1), (start - 4) % 12 // 3 + 1))
    if length > 3 and start % 3 == 1 and end % 3 == 0:
        raise PeriodError(shown, f"“{shown}” covers several quarters. Enter one, like Q2 2022-23.", "range")
    raise PeriodError(
        shown,
        f"“{shown}” is not a quarter. Quarters start in April, July, October and January and last three months.",
    )


def _within_reach(shown: str, read: Quarter) -> Quarter:
    if not _FIRST_YEAR <= read.year <= _LAST_YEAR:
        told = f"“{shown}” is out of reach: years from {_FIRST_YEAR} to {_LAST_YEAR} are read."
        raise PeriodError(shown, told, "out_of_reach")
    return read

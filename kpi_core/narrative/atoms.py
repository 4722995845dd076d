"""What a sentence is made of, for the grammar of claims: quarters, figures, targets, words of direction; the rest is words.

Each place in a sentence belongs to one atom. The grammar (``claims``) reads them as tags: ``<v:3>`` is the atom 3, a value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache

from ..errors import PeriodError
from ..figures import is_number, number
from ..periods import Quarter, containing
from ..periods import quarter as read_quarter
from .mentions import Lexicon
from .places import NOWHERE, Places
from .vocabulary import any_of, groups, listed


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as written: its ``unit`` is ``percent``, ``points``, ``pounds``, ``days``, ``weeks`` or ``number``."""

    value: Decimal
    unit: str
    approximate: bool = False


OURS = "the council's own name"
Meaning = Amount | Quarter | frozenset[str] | str | None


class AtomKind(StrEnum):
    """What a piece of a sentence is; its value is the letter that a rule of ``grammar`` calls it by."""

    VALUE = "v"
    POINTS = "p"
    """Percentage points."""
    QUARTER = "q"
    UNREADABLE = "x"
    """A quarter that cannot be read."""
    MONTH = "n"
    INDICATOR = "m"
    PART = "g"
    """Some of the children, or another time limit."""
    OTHERS = "o"
    """Somebody else's figures."""
    NO_FIGURE = "k"
    """A number that is no figure: an age, a date, a reference."""
    WORD = "w"
    """A word or a mark that says nothing, or the council's own name."""
    AIM = "t"
    """A target, a tolerance or an intervention level."""
    MOVE = "d"
    JUDGEMENT = "j"
    STEADY = "s"
    """That nothing changed."""
    RELATION = "r"


FIGURES = frozenset({AtomKind.VALUE, AtomKind.POINTS})
MOVES = frozenset({AtomKind.MOVE, AtomKind.JUDGEMENT, AtomKind.STEADY})
TIMES = frozenset({AtomKind.QUARTER, AtomKind.UNREADABLE, AtomKind.MONTH})


@dataclass(frozen=True, slots=True)
class Atom:
    """One piece of a sentence. What it ``means``, by its kind: an ``Amount`` (a value, points), a ``Quarter``, or ``None`` where the
    words do not say which (a quarter, a month), codes (an indicator), the reason (a quarter that cannot be read), the word that it
    stands for (an aim, a move, a judgement, a relation); else nothing.
    """

    kind: str
    start: int
    end: int
    text: str
    means: Meaning = None

    @property
    def amount(self) -> Amount:
        """The figure of a value or of points. Raises ``TypeError`` of any other."""
        if not isinstance(self.means, Amount):
            raise TypeError(f"“{self.text}” is no figure")
        return self.means

    @property
    def quarter(self) -> Quarter | None:
        """The quarter, or the one a month ends; ``None`` where there is none or the words do not say which."""
        return self.means if isinstance(self.means, Quarter) else None

    @property
    def codes(self) -> frozenset[str]:
        """The indicators that a name may mean."""
        return self.means if isinstance(self.means, frozenset) else frozenset()

    @property
    def ours(self) -> bool:
        """Whether it is the council's own name: the whole of what the figures are of."""
        return self.kind == AtomKind.WORD and self.means == OURS

    @property
    def word(self) -> str:
        """The word that an aim, a move, a judgement or a relation stands for, or why a quarter cannot be read."""
        return self.means if isinstance(self.means, str) else ""


Reader = Callable[[re.Match[str], Quarter], tuple[str, Meaning] | None]

_WORD_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "first": 1, "second": 2, "third": 3, "fourth": 4}

# --- quarters and other times -------------------------------------------------------------------------------------

_YEARS = r"(?:(?:19|20)?[0-9]{2}\s?[-/–—‑]\s?(?:20)?[0-9]{2})"
_Q = r"(?:Q\s?[0-9]|(?:quarter|qtr)\s?(?:[0-9]|one|two|three|four)|(?:first|second|third|fourth)\s+quarter)"
_QUARTER = re.compile(
    rf"\b(?:{_Q}(?:\s*(?:of|in)?\s*\(?(?P<years>[0-9]{{1,4}}\s?[-/–—‑]\s?[0-9]{{1,4}}|(?:19|20)[0-9]{{2}})\)?)?"
    rf"|(?P<first>[0-9]{{4}}\s?[-/–—‑]\s?[0-9]{{2,4}}|[0-9]{{2}}\s?/\s?[0-9]{{2}})[\s,;]*{_Q})(?![0-9])(?![-/–—‑][0-9])",
    re.I,
)
_RELATIVE = (
    (r"(?:the\s+)?(?:same|corresponding|equivalent)\s+(?:quarter|period|time|point)\s+(?:(?:in|of|for)\s+)?(?:(?:the\s+)?(?:last|previous|prior|preceding)\s+(?:financial\s+)?year|a\s+year\s+(?:ago|earlier|before)|(?:the\s+)?year\s+before)", -4),
    (r"Q\s?[1-4]\s+(?:of\s+)?(?:last|the\s+previous)\s+year", "of last year"),
    (r"(?<=\bon )the\s+year(?!\s+(?:to|before|so))", -4),
    (r"last\s+year(?:[’']s)?(?=[^.;]{0,40}\b(?:month|quarter)[- ]end)", -4),
    (r"(?:in\s+)?(?:last|the\s+previous|the\s+prior)\s+year(?:[’']s)?|(?:in|for|during|at\s+the\s+end\s+of|since|from)\s+(?:the\s+)?(?:financial\s+year\s+)?(?:19|20)[0-9]{2}(?:\s?[-/–]\s?(?:20)?[0-9]{2})?(?![\s,;(]*Q)", "unknown"),
    (r"(?:a|one)\s+year\s+(?:ago|earlier|before|previously)|this\s+time\s+last\s+year", -4),
    (r"(?:the\s+)?(?:last|previous|prior|preceding)\s+quarter(?:[’']s)?(?!\s*s\b)|(?:the\s+)?quarter\s+before|quarter[- ]on[- ]quarter", -1),
    (r"(?:this|the\s+current|the\s+latest|the\s+reporting)\s+quarter(?:[’']s)?|this\s+period", 0),
)  # fmt: skip
_RELATIVES = tuple((re.compile(rf"\b(?:{words})\b", re.I), step) for words, step in _RELATIVE)


def _quarter(found: re.Match[str], own: Quarter) -> tuple[str, Meaning] | None:
    text = re.sub(r"\s+(?:of|in)\s+", " ", found[0])
    text = re.sub(r"\bqtr\b", "quarter", text, flags=re.I)
    text = re.sub(r"\b(one|two|three|four)\b", lambda m: str(_WORD_NUMBERS[m[0].lower()]), text, flags=re.I)
    text = re.sub(
        r"\b(first|second|third|fourth)\s+quarter\b", lambda m: f"Q{_WORD_NUMBERS[m[1].lower()]}", text, flags=re.I
    )
    try:
        return AtomKind.QUARTER, read_quarter(text)
    except PeriodError as error:
        if error.fault == "no_year":
            of_year = next(int(digit) for digit in text if digit in "1234")
            return AtomKind.QUARTER, _without_year(of_year, own)
        return AtomKind.UNREADABLE, str(error)


def _without_year(of_year: int, own: Quarter) -> Quarter | None:
    """The quarter that “Q1” means in a report on ``own``: of the same year, or the one just before; otherwise it does not say."""
    if of_year <= own.number:
        return Quarter(own.year, of_year)
    return own - 1 if own.number == 1 and of_year == 4 else None


def _months(found: re.Match[str], own: Quarter) -> tuple[str, Meaning] | None:
    del own
    try:
        return AtomKind.QUARTER, read_quarter(found[0])
    except PeriodError:
        return AtomKind.NO_FIGURE, None


def _relative(step: int | str) -> Reader:
    def read(found: re.Match[str], own: Quarter) -> tuple[str, Meaning] | None:
        if isinstance(step, str):
            digit = re.search(r"[1-4]", found[0]) if step == "of last year" else None
            return AtomKind.QUARTER, None if digit is None else Quarter(own.year - 1, int(digit[0]))
        return AtomKind.QUARTER, own + step

    return read


# --- numbers ------------------------------------------------------------------------------------------------------

_DIGITS = r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?"
_POINTS = r"percentage[- ]points?|percent(?:age)?\s+pts?|per\s+cent\s+points?|%\s?(?:points?|pts?)|ppts?|p\.?p\.?(?:s\b)?|%pts?|points?|pts"
_ABOUT = (
    r"(?:about|around|approximately|approx\.?|roughly|nearly|almost|close to|just (?:over|under|above|below)|over|under|c\.|circa|~|more than"
    r"|less than|fewer than|at least|at most|(?<!is )(?<!are )(?<!was )(?<!were )up to|as (?:high|low) as|in excess of|well (?:over|under|above|below)|some)\s+(?:a\s+)?"
)
_VALUE = re.compile(
    rf"(?P<about>\b{_ABOUT}|[~<>≈]\s?)?(?P<pound>£)?(?<![A-Za-z0-9.,-])(?<![A-Za-z0-9]/)(?P<minus>[-−](?=[0-9]))?(?P<digits>{_DIGITS})"
    rf"(?:\s?(?P<unit>{_POINTS}|%|per\s?cent|percent)|\s(?P<rate>per\s10{1, 2},?000)|(?P<size>k|m|bn)\b|\s(?P<time>days?|weeks?|working days)\b)?(?![0-9])",
    re.I,
)
_RANGE = re.compile(
    rf"(?:between\s+)£?(?:{_DIGITS})(?:\s?(?:%|per\s?cent))?\s+(?:and|to)\s+£?(?:{_DIGITS})(?:\s?(?:%|per\s?cent))?"
    rf"|(?<![A-Za-z0-9.,])(?:{_DIGITS})%?[-–—‑](?:{_DIGITS})(?:\s?(?:%|per\s?cent))?(?=\W|$)(?![-–—‑]?\s?Q)",
    re.I,
)
# Some of the children, or another limit than the indicator's own: what is said of them is not said of all.
_GROUP = re.compile(
    r"\b(?:aged?\s+(?:between\s+)?[0-9]{1,2}(?:\s?(?:to|and|or|-|–)\s?(?:[0-9]{1,2}|over|under|above|older))?|[0-9]{1,2}(?:\s?(?:to|and|or|-|–|/)\s?[0-9]{1,2})?"
    r"[\s-](?:years?[\s-]olds?|yr[\s-]olds?)|(?:under|over)[\s-](?:[0-9]{1,2}s|fives|ones|twos|fours|tens)|years?\s(?:[1-9]|1[0-3])(?:\s?(?:to|and|or|-|–)\s?(?:[1-9]|1[0-3]))?"
    r"|key\s?stages?\s?[1-5]|KS[1-5]|reception|nursery|[0-9]{1,2}\s?(?:to|-|–)\s?[0-9]{1,2}\s(?:population|cohort|age\s?group)"
    r"|(?:within|inside|under|after|in)\s(?:the\s)?(?:first\s)?(?:[0-9]{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|twelve)\s(?:working\s)?(?:days|weeks|months|years)"
    r"(?:\s(?:of|after|from)\b)?)\b",
    re.I,
)
# Numbers that say when, where, how old or how long, but never how many.
_NO_FIGURE = re.compile(
    r"\b(?:section|s|sections|level|levels|tier|stage|step|phase|grade|band|year|years|yr|key stage|ks|post|aged?|appendix|appendices"
    r"|annex|figure|fig|table|chart|page|paragraph|para|item|section|part|chapter|option|priority|theme|objective|action|version|ward|room"
    r"|tel\.?|telephone|phone|ext\.?|article|regulation|schedule|form|route|unit|type|cohort|wave|number|no\.?|ref\.?|top)\s?(?:of\s)?"
    r"[0-9]+(?:\.[0-9]+)*(?!\s?%)(?:\s?(?:to|and|or|&|/|[-–—])\s?(?:level\s)?[0-9]+)?\b"
    r"|\b[0-9]{1,2}\s?(?:[-–—‑]|to)\s?[0-9]{1,2}[\s-]?(?:years?|year[\s-]?olds?|yr|yrs)\b[\s-]?(?:olds?)?"
    r"|\b[0-9]{1,2}[\s-]?(?:year|yr)s?[\s-]olds?\b|\b[0-9]+[\s-]?(?:hours?|minutes?|months?|years?|terms?|half[- ]terms?)\b"
    r"|\b[0-9]+-(?:day|week|working)\b|\b[0-9]+(?:st|nd|rd|th)\b|\b(?:19|20)[0-9]{2}\b(?!\s?(?:%|per\s?cent)|\.[0-9])(?:\s?[-/–—]\s?(?:20)?[0-9]{2}\b)?|\b[0-9]{2}/[0-9]{2}\b"
    r"|\b[0-9]{1,2}[:.][0-9]{2}\s?(?:am|pm)\b|\b[0-9]{5}[\s-]?[0-9]{3}[\s-]?[0-9]{3}\b|(?<![A-Za-z0-9])[0-9]+\+\s?%?|\b[0-9]{1,3}\+%"
    r"|\b[0-9]+\s(?:out\s)?of\s(?:the\s)?[0-9]+\b|\b[0-9]+/[0-9]+\b|^\s*(?:[0-9]{1,2}\.)+[0-9]*\.?(?=\s|[A-Z(])",
    re.I,
)


@cache
def _number_words() -> dict[str, int]:
    to_nineteen = (*listed("times.ones"), *listed("times.teens"))
    tens = {word: n * 10 for n, word in enumerate(listed("times.tens"), 2)}
    return {word: n for n, word in enumerate(to_nineteen, 1)} | tens


@cache
def _worded() -> re.Pattern[str]:
    """A number in words before its unit."""
    return re.compile(
        rf"(?P<about>\b{_ABOUT})?\b(?P<words>(?:{any_of('times.tens')})(?:[\s-](?:{any_of('times.ones')}))?|{any_of('times.teens', 'times.ones')})"
        rf"\s+(?P<unit>{_POINTS}|per\s?cent|percent)\b",
        re.I,
    )


def _value(found: re.Match[str], own: Quarter) -> tuple[str, Meaning] | None:
    del own
    if found["size"] or not is_number(found["digits"].replace(",", "")):
        return AtomKind.NO_FIGURE, None
    value = number(found["digits"].replace(",", ""))
    value = -value if found["minus"] else value
    return _with_unit(value, found["unit"] or "", bool(found["about"])) or _counted(value, found)


def _in_words(found: re.Match[str], own: Quarter) -> tuple[str, Meaning] | None:
    """A percentage or points in words, like “seventy-six per cent”."""
    del own
    parts = re.split(r"[\s-]+", found["words"].lower())
    return _with_unit(Decimal(sum(_number_words()[part] for part in parts)), found["unit"], bool(found["about"]))


def _with_unit(value: Decimal, unit: str, about: bool) -> tuple[str, Meaning] | None:
    """A percentage or percentage points; ``None``: neither."""
    unit = unit.lower().replace(".", "")
    if unit and unit not in ("%", "percent") and unit.replace(" ", "") != "percent":
        return AtomKind.POINTS, Amount(value, "points", about)
    return (AtomKind.VALUE, Amount(value, "percent", about)) if unit else None


def _counted(value: Decimal, found: re.Match[str]) -> tuple[str, Meaning]:
    about = bool(found["about"])
    if found["pound"]:
        return AtomKind.VALUE, Amount(value, "pounds", about)
    if found["time"]:
        return AtomKind.VALUE, Amount(value, "weeks" if "week" in found["time"].lower() else "days", about)
    return AtomKind.VALUE, Amount(value, "number", about)


# --- words --------------------------------------------------------------------------------------------------------


@cache
def _groups() -> tuple[tuple[str, str, str], ...]:
    """Words of direction and relation, and those of somebody else's figures: the kind, what it means, the words."""
    moves = ((one["kind"], one["means"], "|".join(one["words"])) for one in groups("moves"))
    return *moves, (AtomKind.OTHERS, "", any_of("places.compared_with"))


@cache
def _word_readers() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    return tuple((kind, means, re.compile(rf"\b(?:{words})(?![A-Za-z])", re.I)) for kind, means, words in _groups())


_ARROW = re.compile("[↑▲⬆↓▼⬇]")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z’']*|[^\sA-Za-z]")


CLAIMING = FIGURES | MOVES | {AtomKind.RELATION, AtomKind.AIM}
"""The kinds of atom of which one at least stands in every claim."""


def may_claim(sentence: str) -> bool:
    """Whether any atom of a claim could stand in a sentence: most remarks have none, and need not be read further."""
    figure = _DIGIT.search(sentence) and _VALUE.search(sentence)
    return bool(figure or any(pattern.search(sentence) for pattern in (_claim_words(), _worded(), _ARROW)))


def atoms(text: str, lexicon: Lexicon, own: Quarter, places: Places = NOWHERE) -> list[Atom]:
    """The atoms of a sentence, in order, in a report on the quarter ``own``. ``places``: the council's own name and others."""
    found: list[Atom] = []
    free = bytearray(b"\1" * len(text))

    def take(kind: str, start: int, end: int, means: Meaning = None) -> None:
        if start < end and all(free[start:end]):
            free[start:end] = bytes(end - start)
            found.append(Atom(kind, start, end, text[start:end], means))

    for mention in lexicon.mentions(text):
        take(AtomKind.INDICATOR, mention.start, mention.end, mention.codes)
    for start, end, ours in places.found_in(text):
        take(AtomKind.WORD if ours else AtomKind.OTHERS, start, end, OURS if ours else None)
    for pattern, read in _numbers_and_times() if _DIGIT.search(text) else _times_in_words():
        for one in pattern.finditer(text):
            if (meant := read(one, own)) is not None and one[0].strip():
                take(meant[0], one.start(), one.end(), meant[1])
    for kind, means, words in _word_readers():
        for one in words.finditer(text):
            take(kind, one.start(), one.end(), means)
    for one in _ARROW.finditer(text):
        take(AtomKind.MOVE, one.start(), one.end(), "up" if one[0] in "↑▲⬆" else "down")
    found += (Atom(AtomKind.WORD, one.start(), one.end(), one[0]) for one in _words(text, free))
    return sorted(found, key=lambda atom: atom.start)


def _words(text: str, free: bytearray) -> Iterator[re.Match[str]]:
    return (one for one in _PLAIN.finditer(text) if all(free[one.start() : one.end()]))


def _as(kind: str) -> Reader:
    def read(found: re.Match[str], own: Quarter) -> tuple[str, Meaning] | None:
        del own
        return kind, found[0]

    return read


def _month(found: re.Match[str], own: Quarter) -> tuple[str, Meaning] | None:
    """A month: the quarter that it ends, or ``None`` for any other month. Without a year it is the last one of that name."""
    number = listed("times.months").index(found[1]) + 1
    year = int(found[2]) if found[2] else own.end.year - (number > own.end.month)
    quarter = containing(date(year, number, 1))
    return AtomKind.MONTH, quarter if quarter.end.month == number else None


@cache
def _numbers_and_times() -> tuple[tuple[re.Pattern[str], Reader], ...]:
    """What numbers and times are found by, in the order in which they take their places."""
    month = f"(?:{any_of('times.months', 'times.short_months')})"
    return (
        (
            re.compile(rf"\b{month}\s*(?:to|[-–—])\s*{month}\s+20[0-9]{{2}}(?:\s*\(\s*{_Q}[^)]{{0,20}}\))?", re.I),
            _months,
        ),
        *((pattern, _relative(step)) for pattern, step in _RELATIVES[:2]),
        (_QUARTER, _quarter),
        *((pattern, _relative(step)) for pattern, step in _RELATIVES[2:]),
        (
            re.compile(
                rf"\b[0-9]{{1,2}}[./][0-9]{{1,2}}[./](?:[0-9]{{4}}|[0-9]{{2}})\b|\b[0-9]{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{month}(?:\s+(?:19|20)[0-9]{{2}})?\b"
                rf"|\b{month}\s+[0-9]{{1,2}}(?:st|nd|rd|th)\b|\b20[0-9]{{2}}-[0-9]{{2}}-[0-9]{{2}}\b"
            ),
            _as(AtomKind.NO_FIGURE),
        ),
        (
            re.compile(
                rf"\b(?:(?:in|for|during|of|by|since|from|to|at|end|and|until)\s+)?({any_of('times.months')})(?:\s+(20[0-9]{{2}}))?\b"
            ),
            _month,
        ),
        (_worded(), _in_words),
        (_GROUP, _as(AtomKind.PART)),
        (_NO_FIGURE, _as(AtomKind.NO_FIGURE)),
        (_RANGE, _as(AtomKind.NO_FIGURE)),
        (_VALUE, _value),
    )


@cache
def _times_in_words() -> tuple[tuple[re.Pattern[str], Reader], ...]:
    """Those of them that a sentence without a digit may have: looking for the others in it would take most of the time."""
    return tuple(
        (pattern, read)
        for pattern, read in _numbers_and_times()
        if read is not _months and pattern not in (_NO_FIGURE, _RANGE, _VALUE)
    )


@cache
def _claim_words() -> re.Pattern[str]:
    """The words of every claim, looked for together: one after the other they take longer."""
    return re.compile(rf"\b(?:{'|'.join(words for kind, _, words in _groups() if kind in CLAIMING)})(?![A-Za-z])", re.I)


_DIGIT = re.compile("[0-9]")

"""What in a running text could identify a child, and which wholes a count and its percentage give away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from ..errors import FigureError
from ..figures import decimals_of, is_number, number, round_half_up
from .vocabulary import any_of, word_set

SMALLEST_SHOWN = 5
"""Counts of children below this are shown as [c] outside the service."""


@dataclass(frozen=True, slots=True)
class ImpliedDenominators:
    """The smallest and the largest whole that a count and a percentage as written allow."""

    lowest: int
    highest: int


def implied_denominators(numerator: int, percent: Decimal | str) -> ImpliedDenominators:
    """The wholes of which ``numerator`` is ``percent``, to the decimals written: 1 and 0.04 give 2,223 to 2,857.

    A percentage as written stands for everything that rounds to it, half up: 0.04 for 0.035 up to, but not including, 0.045.
    Raises ``FigureError`` for a numerator below 1, or a percentage that is not a number, above 100, or 0 as written.
    """
    written = number(percent) if isinstance(percent, str) else percent
    half = Decimal(1).scaleb(-decimals_of(written)) / 2
    if numerator < 1 or written - half <= 0 or written > 100:
        raise FigureError("A count of at least 1 and a percentage above 0, up to 100, are needed to find the whole.")
    lowest = int(100 * numerator / (written + half)) + 1
    highest = int(100 * numerator / (written - half))
    return ImpliedDenominators(max(lowest, numerator), highest)


@dataclass(frozen=True, slots=True)
class Disclosive:
    """A place in a text that should not be published, and why."""

    start: int
    end: int
    message: str


@cache
def _child() -> str:
    """A word for children or families, with what kind they are."""
    return rf"(?:(?:{any_of('people.kinds')})\s+){{0,2}}(?:{any_of('people.children')})\b"


@cache
def _small_counts() -> tuple[re.Pattern[str], ...]:
    # Where the word only says of what kind something else is, it is that which is counted.
    of_them = r"(?![’']\s?(?:s\s)?\w)"
    return (
        re.compile(
            rf"(?<![\w.,/£%-])(?:(?:only|just|all but)\s+)?(?P<count>[1-4]|one|two|three|four|a single)\s+{_child()}"
            rf"{of_them}(?!,\s+one\s)(?!\s*(?:{any_of('people.something_else')}))",
            re.IGNORECASE,
        ),
        re.compile(
            rf"(?<![\w.,/£%-])(?P<count>[1-4]|one|two|three|four)\s+(?:\([^()]{{1,12}}\)\s+)?(?:out\s+)?of\s+(?:the|these|those|our)?\s*"
            rf"(?:[0-9]+\s+|(?!of\b)[a-z]+\s+)?{_child()}{of_them}",
            re.IGNORECASE,
        ),
    )


@cache
def _not_a_count() -> re.Pattern[str]:
    """What stands before a number that is no count."""
    return re.compile(
        rf"(?:\b(?:{any_of('people.numbered')})\s+|\b(?:{any_of('people.limits')})\s+"
        r"|[0-9]\s*(?:to|and|or|&|[-–—/])\s*|\bevery\s+|(?:^|[.;:]\s+)(?:if|where|for)\s+)$",
        re.IGNORECASE,
    )


@cache
def _shares() -> tuple[re.Pattern[str], ...]:
    """A percentage with the whole that it is of, before or behind it."""
    whole = r"(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)\s+(?P<who>" + _child() + ")"
    percent = r"(?<![\w.,])(?P<percent>[0-9]+(?:\.[0-9]+)?)\s?(?:%|per\s?cent)"
    return (
        re.compile(rf"{percent}\s+of\s+(?:the|our|all)?\s*{whole}", re.IGNORECASE),
        re.compile(
            rf"\b(?:of|among(?:st)?)\s+(?:the|our|these|those)\s+{whole}[^.;%]{{0,80}}?{percent}", re.IGNORECASE
        ),
    )


@cache
def _role() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{any_of('people.roles')})s?\b", re.IGNORECASE)


_BEFORE = 60
"""How far before a count it shows whether it is one."""
_COMPLETED_BY = re.compile(
    r"\b(?:completed|prepared|written|authored|produced|approved|signed(?: off)?)\s+by\s*[:–—-]?\s*(?P<names>[^\n;]{3,120})",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"\b(?:(?:Mr|Mrs|Ms|Miss|Dr)\.?\s+)?(?:(?:[A-Z]\.\s?){1,3}[A-Z][A-Za-z’'-]+\b|[A-Z][a-z’'-]+(?:\s+[A-Z]\.?)?\s+(?:[Oo]’|Mc|Mac|[Dd]e\s+|[Vv]an\s+)?[A-Z][A-Za-z’'-]+\b)"
)
_IN_FIGURES = {"one": 1, "two": 2, "three": 3, "four": 4, "a single": 1}


_IDENTIFIERS = (
    ("a pupil number", re.compile(r"\b[A-HJ-NP-RT-Z][0-9]{11}[0-9A-HJ-NP-RT-Z]\b")),
    ("a full date, perhaps a date of birth", re.compile(
        r"\b(?:dob|d\.o\.b\.?|born|date of birth)\b.{0,15}[0-9]{1,2}[./ -](?:[0-9]{1,2}|[a-z]{3,9})[./ -][0-9]{2,4}", re.IGNORECASE)),
)  # fmt: skip
_POSTCODE = re.compile(
    r"\b(?P<area>[A-PR-UWYZ][A-HK-Y]?)[0-9][0-9A-Z]? ?[0-9](?P<last>[ABD-HJLNP-UW-Z]{2})\b", re.IGNORECASE
)
NHS_NUMBER = "an NHS number"
_NHS = re.compile(r"\b[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}\b")


def identifiers(text: str) -> Iterator[tuple[str, re.Match[str]]]:
    """What identifies a child by itself, each place with what it is: a pupil or NHS number, a postcode, a date of birth."""
    for what, pattern in _IDENTIFIERS:
        for found in pattern.finditer(text):
            yield what, found
    for found in _POSTCODE.finditer(text):
        if _is_postcode(found):
            yield "a postcode", found
    for found in _NHS.finditer(text):
        if _is_nhs_number(re.sub(r"\D", "", found[0])):
            yield NHS_NUMBER, found


def _is_postcode(found: re.Match[str]) -> bool:
    """Whether what has the shape of a postcode can be nothing else: “KS2 2nd”, “S2 3pp” and “EX16 4th” are of that shape too."""
    if found["last"].lower() not in word_set("identifiers.behind_a_number"):
        return True
    return found[0].isupper() and found["area"] in word_set("identifiers.areas")


def _is_nhs_number(digits: str) -> bool:
    """By its check digit: the last of ten, modulus 11 with weights ten to two (the NHS data dictionary's rule)."""
    check = 11 - sum(int(d) * weight for d, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return int(digits[9]) == check % 11 and check != 10


def disclosive(text: str) -> Iterator[Disclosive]:
    """What of a text should not be published: small counts of children or families, what gives them back, and what identifies a child.

    A count of 1 to 4, in figures or words; a share of a stated whole that gives one back; an NHS or pupil number, a postcode, a date
    of birth; a person's name where the form says who completed or approved it. Counts of audits, schools or contacts are not.
    """
    for what, found in identifiers(text):
        sure = "is" if what == NHS_NUMBER else "looks like"
        yield Disclosive(found.start(), found.end(), f"This {sure} {what}. Take it out before it is published.")
    taken: list[tuple[int, int]] = []
    for pattern in _small_counts():
        for found in pattern.finditer(text):
            if (
                (found[0][-1:].islower() and found[0].istitle())
                or _not_a_count().search(text[max(0, found.start("count") - _BEFORE) : found.start("count")])
                or any(found.start() < end and start < found.end() for start, end in taken)
            ):
                continue
            taken.append(found.span())
            said = found[0]
            yield Disclosive(
                found.start("count"),
                found.end(),
                f"“{said}” is a count of fewer than {SMALLEST_SHOWN}. {_given_back(text, found)}",
            )
    for found in (one for pattern in _shares() for one in pattern.finditer(text)):
        percent, whole = found["percent"], found["whole"].replace(",", "")
        if not (is_number(percent) and is_number(whole)):
            continue
        count = round_half_up(number(percent) * number(whole) / 100, 0)
        if 0 < count < SMALLEST_SHOWN:
            yield Disclosive(
                found.start(),
                found.end(),
                f"“{found[0]}” gives back a count of {count:f}: fewer than {SMALLEST_SHOWN}.",
            )
    for found in _COMPLETED_BY.finditer(text):
        for name in _NAME.finditer(found["names"]):
            if not _role().search(name[0]):
                start = found.start("names") + name.start()
                yield Disclosive(
                    start,
                    start + len(name[0]),
                    "A person is named here. Give the role instead, like Service Unit Head.",
                )


_PERCENT_BEFORE = re.compile(
    r"(?<![\w.,])(?P<percent>[0-9]+(?:\.[0-9]+)?)\s?(?:%|per\s?cent)\s*[(,–-]\s*$", re.IGNORECASE
)


def _given_back(text: str, found: re.Match[str]) -> str:
    """What to do; and where a percentage stands beside the count, that it gives the count back too."""
    told = "Say it without the number."
    beside = _PERCENT_BEFORE.search(text[max(0, found.start("count") - _BEFORE) : found.start("count")])
    if beside is None:
        return told
    count = _IN_FIGURES.get(found["count"].lower()) or int(found["count"])
    try:
        wholes = implied_denominators(count, beside["percent"])
    except FigureError:
        return told
    return (
        f"{beside['percent']}% gives it back to whoever knows the whole (between {wholes.lowest:,} and {wholes.highest:,}): take advice before "
        "publishing either."
    )

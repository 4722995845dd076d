"""Numbers as the papers print them: read, rounded and shown.

Everything is ``Decimal``; a figure keeps the decimals it was published with.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal

from .errors import FigureError, shorten

# One anchored pattern of ASCII digits. Python's own readers also take "1_000", "nan" and other scripts' digits.
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,20})?")

# More digits than any number read here has, so that rounding never runs out of them.
_ROOM = Context(prec=80)

UNIT_WORDS = {"days": "days", "weeks": "weeks", "rate_per_10000": "per 10,000"}


def is_number(text: str) -> bool:
    """Whether ``text`` is a number as this product reads one: ASCII digits, an optional minus, a full stop."""
    return _NUMBER.fullmatch(text) is not None


def number(text: str) -> Decimal:
    """Read a number. Raises ``FigureError`` with what was found."""
    if not is_number(text):
        raise FigureError(f"“{shorten(text)}” is not a number. Use the digits 0 to 9 and a full stop, like 83.5.")
    return _ROOM.add(Decimal(text), 0)


def decimals_of(value: Decimal) -> int:
    """How many decimals ``value`` was written with."""
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def round_half_up(value: Decimal | str, decimals: int) -> Decimal:
    """``value`` to ``decimals`` places, halves away from zero, as the papers round (26.45 to one place is 26.5)."""
    # Adding nothing makes a negative zero, which -0.04 rounds to, a plain one.
    return _ROOM.add(Decimal(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, _ROOM), 0)


def as_percentage(fraction: Decimal) -> Decimal:
    """A fraction as the percentage it stands for, digit for digit: 0.98 is 98, 1.0 is 100."""
    return Decimal(f"{fraction.scaleb(2, _ROOM):f}")


def shown(value: Decimal, decimals: int) -> Decimal:
    """The value a reader sees and the rating judges: as published, or rounded half up, once, if longer than ``decimals``."""
    return round_half_up(value, decimals) if decimals_of(value) > decimals else value


def with_unit(value: Decimal, unit: str) -> str:
    """``value`` in words for a reader: ``83.5%``, ``1,004``, ``£20,000``, ``12 days``, ``54 per 10,000``."""
    digits = f"{value:,f}"
    if unit == "percent":
        return f"{digits}%"
    if unit == "pounds":
        return f"-£{digits[1:]}" if digits.startswith("-") else f"£{digits}"
    word = UNIT_WORDS.get(unit)
    if word in ("days", "weeks") and abs(value) == 1:
        word = word[:-1]
    return f"{digits} {word}" if word else digits


def amount_in_words(amount: Decimal, unit: str) -> str:
    """The size of a change, without its sign: ``13.5 points``, ``84``, ``£500``, ``1 point``."""
    if unit == "percent":
        return f"{abs(amount):,f} {'point' if abs(amount) == 1 else 'points'}"
    return with_unit(abs(amount), unit)


def capital(text: str) -> str:
    """As it begins a sentence."""
    return text[:1].upper() + text[1:]


def in_small(text: str) -> str:
    """A name of the register as it stands within a sentence."""
    return text[:1].lower() + text[1:]


_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def count_in_words(count: int) -> str:
    """A count as a sentence has it: ``two``, ``12``."""
    return _COUNTS[count] if count < len(_COUNTS) else str(count)


def as_decimal(value: Decimal | str) -> Decimal:
    """A number as it is, and text read as one. Raises ``FigureError`` for text that is none."""
    return value if isinstance(value, Decimal) else number(value)

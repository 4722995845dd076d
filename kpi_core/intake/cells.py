"""One cell of an upload: its text as a value, a count, a status or a quarter, or the problem with it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from ..errors import PeriodError, shorten
from ..figures import is_number, number
from ..model import Absence
from ..periods import Quarter, quarter
from .fields import QUARTER_FAULTS
from .problems import Finding, finding

_MARKS = {one.value: one for one in (Absence.SUPPRESSED, Absence.NOT_APPLICABLE, Absence.NOT_AVAILABLE)}
# Other symbols that councils and the statistics services write, and what they mean.
_SYMBOLS = {
    ":": "x", "~": "x", "..": "x", "[x]": "x", "*": "c", "<5": "c", "< 5": "c", "[c]": "c", "[z]": "z",
}  # fmt: skip
_NOTHING = {"", "-", "–", "—", "tbc", "tba", "n/a", "na", "none", "null", "nil", "pending", "not available", "?"}
_EXCEL_ERROR = re.compile(r"#(?:DIV/0!|REF!|N/A|NAME\?|NULL!|NUM!|VALUE!|SPILL!|CALC!|FIELD!|BUSY!|#+)")
_THOUSANDS = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_DECIMAL_COMMA = re.compile(r"-?(?:[0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+),[0-9]+")
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?[eE][+-]?[0-9]{1,2}")
_SYMBOL_AND_NUMBER = re.compile(r"\[?[czx*:~]\]?\s*[0-9].*|-?[0-9][0-9.,]*\s*%?\s*\[?[czx*:~]\]?", re.IGNORECASE)
# No number or symbol is longer; some of the patterns would take minutes over a cell of 5,000 characters.
_LONGEST = 60
_OTHER_MARKS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u00a0": "", "\u202f": "", "\u2009": "", "_": "", " ": ""})


class Cell(NamedTuple):
    """What a value's cell says. Nothing in either: it is empty, or ``findings`` block it."""

    value: Decimal | None = None
    absence: Absence | None = None
    findings: tuple[Finding, ...] = ()
    percent_sign: bool = False
    empty: bool = False


_EMPTY = Cell(empty=True)


def read_value(text: str, row: int, column: str) -> Cell:
    """Read the value of a figure. An empty cell is ``empty``; one that holds only “-”, “TBC” or the like is too, with its finding."""
    if is_number(text):
        return Cell(number(text))
    if text in _MARKS:
        return Cell(absence=_MARKS[text])
    if not text:
        return _EMPTY
    return _mended(text, row, column) or _refused(text, row, column)


def _mended(text: str, row: int, column: str) -> Cell | None:
    """What can be read once a sign or a comma is taken away, or a symbol is put right; each with its note."""
    plain, notes, percent = text, [], False
    mark = _SYMBOLS.get(text) or (text.lower() if text.lower() in _MARKS else None)
    if mark:
        return Cell(absence=_MARKS[mark], findings=(finding("symbol-read", row, column, text, mark=mark),))
    if plain.endswith("%"):
        plain, percent = plain[:-1].rstrip(), True
        notes.append(finding("percent-sign-removed", row, column, text))
    if plain.startswith(("£", "-£")):
        plain = plain.replace("£", "", 1)
        notes.append(finding("pound-sign-removed", row, column, text))
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
        notes.append(finding("comma-removed", row, column, text))
    return Cell(number(plain), findings=tuple(notes), percent_sign=percent) if is_number(plain) else None


def _refused(text: str, row: int, column: str) -> Cell:
    code, facts = _fault(text)
    return Cell(findings=(finding(code, row, column, text, **facts),), empty=code == "value-missing")


def _fault(text: str) -> tuple[str, dict[str, str]]:
    """The class of problem with a cell that is no number and no mark."""
    if text.lower() in _NOTHING:
        return "value-missing", {"found_too": f"It is “{shorten(text)}”."}
    if _EXCEL_ERROR.fullmatch(text.upper()):
        return "excel-error", {}
    if len(text) > _LONGEST:
        return ("formula" if text.startswith("=") else "not-a-number"), {}
    unsigned = text.removeprefix("+")
    if text.startswith(("=", "@", "+")) and len(text) > 1 and not (is_number(unsigned) or _SCIENTIFIC.fullmatch(text)):
        return "formula", {}
    if _DECIMAL_COMMA.fullmatch(text.removesuffix("%").rstrip()):
        return "decimal-comma", {"right": text.removesuffix("%").rstrip().replace(".", "").replace(",", ".")}
    if _SCIENTIFIC.fullmatch(text) and abs(Decimal(text).adjusted()) <= 12:
        return "scientific-number", {"right": f"{Decimal(text):f}"}
    if _SYMBOL_AND_NUMBER.fullmatch(text):
        return "symbol-with-number", {}
    # Other scripts' digits, a typographic minus, underscores and hard spaces look like numbers to a reader.
    plain = unicodedata.normalize("NFKC", unsigned).translate(_OTHER_MARKS).removesuffix("%")
    plain = "".join(str(unicodedata.decimal(c, c)) for c in plain).replace(",", "")
    if plain != text and is_number(plain):
        return "digits-not-0-to-9", {}
    return "not-a-number", {}


def read_count(text: str, row: int, column: str) -> tuple[int | None, tuple[Finding, ...]]:
    """Read a numerator or denominator. ``None``: empty, a mark, or blocked by a finding. ``2985.0`` is whole."""
    if text.isascii() and text.isdigit() and len(text) <= 12:
        return int(text), ()
    cell = read_value(text, row, column)
    if cell.empty:
        return None, ()
    if cell.value is None:
        return None, cell.findings
    if cell.value < 0 or cell.value != cell.value.to_integral_value() or cell.percent_sign or cell.value >= 10**12:
        return None, (finding("count-not-whole", row, column, text),)
    return int(cell.value), cell.findings


def read_status(text: str, row: int, column: str) -> tuple[bool, tuple[Finding, ...]]:
    """Whether a figure is provisional; an empty status is final."""
    word = text.lower()
    if word in ("", "final", "provisional"):
        return word == "provisional", ()
    return False, (finding("status-not-known", row, column, text),)


class QuarterReader:
    """Reads quarters, each text once. ``like``: the quarter a message gives as an example."""

    def __init__(self, like: str) -> None:
        self._like = like
        self._read: dict[str, Quarter | PeriodError] = {}

    def __call__(self, text: str, row: int, column: str) -> tuple[Quarter | None, Finding | None]:
        """The quarter, or the problem with it."""
        if text not in self._read:
            self._read[text] = _quarter_or_error(text, quarter)
        read = self._read[text]
        if isinstance(read, Quarter):
            return read, None
        code = QUARTER_FAULTS[read.fault]
        return None, finding(code, row, column, text, like=self._like)


def _quarter_or_error(text: str, read: Callable[[str], Quarter]) -> Quarter | PeriodError:
    try:
        return read(text)
    except PeriodError as error:
        return error

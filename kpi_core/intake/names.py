"""What may be an indicator's code, and which names are one name: the guard of every way into the register."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from ..alike import LOOKS_LIKE
from ..model import Indicator
from .problems import Finding, finding

RESERVED = "ALL"
"""Stands for all indicators where one is asked for, so none may be called so."""
_CODE = re.compile(r"(?=.{1,20}\Z)[A-Z0-9](?: ?[A-Z0-9_.-])*")


def code_of(text: str) -> str:
    """A code as it is held: small letters are read as capitals. Other scripts stay, so that they are seen to be no code."""
    return text.upper() if text.isascii() else text


def is_code(code: str) -> bool:
    """Whether a code, as ``code_of`` reads it, may be one of an indicator."""
    return code != RESERVED and _CODE.fullmatch(code) is not None


# Quote marks and dashes that are typed for one another, and letters of other scripts that look like ours.
_ALIKE = LOOKS_LIKE | str.maketrans("‘’‚‛`´“”„‐‑‒–—−", "''''''\"\"\"------")


def one_name(text: str) -> str:
    """A code or name as it is compared: without what tells a reader nothing of it.

    Letter forms (full-width, ligatures), case, spaces and characters that cannot be seen make no other name; nor do
    quote marks, dashes and letters of another script that look the same.
    """
    plain = unicodedata.normalize("NFKC", text)
    seen = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    return " ".join(seen.casefold().translate(_ALIKE).split())


@dataclass(frozen=True, slots=True)
class Taken:
    """Who has a code or a name. ``row``: where the same file gives it; ``None``: it is recorded, or a mapping brings it."""

    indicator: Indicator
    row: int | None = None


class Names:
    """The codes and names that are taken, so that no other indicator may be added under them."""

    def __init__(self, indicators: Iterable[Indicator]) -> None:
        self._taken: dict[str, list[Taken]] = {}
        for one in indicators:
            self.take(one)

    def take(self, indicator: Indicator, row: int | None = None) -> None:
        """Take an indicator's code and name."""
        for said in {one_name(indicator.code), one_name(indicator.name)}:
            self._taken.setdefault(said, []).append(Taken(indicator, row))

    def added(self, indicator: Indicator, row: int | None) -> list[Finding]:
        """What is said of an indicator that is added: what it may not be, or else that it is to be confirmed. It is then taken."""
        found = _as_code(indicator, row)
        for what in ("code", "name"):
            if other := self._other(getattr(indicator, what)):
                found.append(_twin(indicator, what, other, row))
                break
        if not found:
            who = "The mapping" if row is None else f"Row {row}"
            found.append(finding("indicators-added", row, "code", indicator.code, who=who, name=indicator.name))
        self.take(indicator, row)
        return found

    def renamed(self, held: Indicator, indicator: Indicator, row: int) -> list[Finding]:
        """What is said of a held indicator that is given another name: none but its own may be taken already."""
        if one_name(held.name) == one_name(indicator.name):
            return []
        other = self._other(indicator.name, held.code)
        self.take(indicator, row)
        return [] if other is None else [_twin(indicator, "name", other, row)]

    def _other(self, said: str, but: str = "") -> Taken | None:
        """Who has a code or name, the indicator of the code ``but`` left out."""
        return next((one for one in self._taken.get(one_name(said), ()) if one.indicator.code != but), None)


def _as_code(indicator: Indicator, row: int | None) -> list[Finding]:
    if is_code(indicator.code):
        return []
    return [finding("not-a-code", row, "code", indicator.code, place=_place(row, "code"))]


def _twin(indicator: Indicator, what: str, other: Taken, row: int | None) -> Finding:
    where = "" if other.row is None else f", row {other.row}"
    return finding(
        "indicator-twin", row, what, getattr(indicator, what), place=_place(row, what), what=what,
        name=other.indicator.name, whose=other.indicator.code, where=where,
    )  # fmt: skip


def _place(row: int | None, column: str) -> str:
    return "The mapping" if row is None else f"Row {row}, {column}"

"""What a scenario changes: targets, tolerances, intervention levels, the next value, and what is assumed of the counts.

A change is one line of text wherever it is kept, in an address, in a file or on the command line: ``target:FD02=22``,
``target:Education=-2`` (points less), ``target:all=+5%`` (per cent more), ``tolerance:FD01=5%`` (of the target),
``value:FD02=24.5`` (the next quarter's), ``count:FD02=266``, ``out-of:FD02=1004``, ``by:FD02=Q4 2023-24``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, localcontext
from enum import StrEnum

from ..errors import FigureError, KpiError, UnknownChoice, shorten
from ..figures import (
    amount_in_words,
    capital,
    count_in_words,
    decimals_of,
    is_number,
    number,
    round_half_up,
    shown,
    with_unit,
)
from ..judging import Row, met_by
from ..model import Indicator, Polarity, Target, Unit
from ..periods import Quarter
from ..periods import quarter as read_quarter
from ..words import plural

EVERY = "all"
"""The scope of a change to every indicator that can take it."""


class What(StrEnum):
    """What is changed. ``COUNT`` and ``OUT_OF`` are assumptions about the figure; ``BY`` is when the target is to be met."""

    TARGET = "target"
    TOLERANCE = "tolerance"
    INTERVENTION = "intervention"
    VALUE = "value"
    COUNT = "count"
    OUT_OF = "out-of"
    BY = "by"

    @property
    def words(self) -> str:
        """As a reader is told it."""
        return _WHAT_WORDS[self]

    @property
    def with_article(self) -> str:
        """The same at the beginning of a sentence."""
        return f"{'An' if self.words[0] in 'aeiou' else 'A'} {self.words}"


_WHAT_WORDS = {
    What.TARGET: "target",
    What.TOLERANCE: "tolerance",
    What.INTERVENTION: "intervention level",
    What.VALUE: "next value",
    What.COUNT: "assumed count",
    What.OUT_OF: "assumed denominator",
    What.BY: "quarter to be met by",
}
_LEVELS = (What.TARGET, What.TOLERANCE, What.INTERVENTION)


class How(StrEnum):
    """``TO`` a value; ``BY_POINTS`` in the indicator's unit, ``BY_PERCENT`` of what stands, each with its sign."""

    TO = "to"
    BY_POINTS = "points"
    BY_PERCENT = "percent"


class NotSupposed(KpiError):
    """A change that cannot be read, or that makes no sense; the sentence says which and what to do."""


@dataclass(frozen=True, slots=True)
class WhatIfChange:
    """One change. ``scope`` is an indicator's code, a category's name or ``all``."""

    what: What
    scope: str
    how: How = How.TO
    amount: Decimal = Decimal(0)
    upper: Decimal | None = None
    """The upper end of a band; ``amount`` is then the lower."""
    of_target: bool = False
    """Of a tolerance: whether it is in per cent of the target, and not in points."""
    by: Quarter | None = None

    def __str__(self) -> str:
        return f"{self.what}:{self.scope}={self.amount_text}"

    @property
    def amount_text(self) -> str:
        """What stands after the equals sign."""
        if self.by is not None:
            return self.by.text
        if self.how is not How.TO:
            return f"{self.amount:+f}{'%' if self.how is How.BY_PERCENT else ''}"
        upper = "" if self.upper is None else f" to {self.upper:f}"
        return f"{self.amount:f}{upper}{'%' if self.of_target else ''}"

    def words(self, names: Mapping[str, str]) -> str:
        """As a reader is told it: ``Target of Repeat referrals: 22``. ``names``: of indicators, by code."""
        of = "all indicators" if self.scope.casefold() == EVERY else names.get(self.scope, self.scope)
        return f"{capital(self.what.words)} of {of}: {self.amount_text}"

    @property
    def same_place(self) -> tuple[What, str]:
        """What it changes, and of which indicators: a later change of the same takes its place."""
        return self.what, self.scope.casefold()


_CHANGE = re.compile(r"\s*([a-z-]+)\s*:\s*([^=]+?)\s*=\s*(.*?)\s*", re.DOTALL)
_DIGITS = r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?"
_AMOUNT = re.compile(
    rf"(?P<sign>[+−-])?\s*£?(?P<first>{_DIGITS})\s*(?P<unit>%)?(?:\s+to\s+£?(?P<second>{_DIGITS})\s*%?)?"
)
_LARGEST = Decimal(10) ** 12
_MOST_DECIMALS = 6


def read_change(text: str) -> WhatIfChange:
    """A change from its text. A number with a sign is a change to what stands, one without a value.

    Raises ``NotSupposed`` with what was found and how to write it.
    """
    found = _CHANGE.fullmatch(text)
    if found is None or found[1] not in set(What):
        raise NotSupposed(f"“{shorten(text)}” is not a change. Write one like target:FD02=22.")
    return change_of(What(found[1]), found[2], found[3])


def change_of(what: What, scope: str, amount: str) -> WhatIfChange:
    """A change from its parts, each as text. Raises ``NotSupposed``."""
    if what is What.BY:
        return WhatIfChange(what, scope, by=read_quarter(amount))
    found = _AMOUNT.fullmatch(amount.strip())
    parts = [] if found is None else [part.replace(",", "") for part in (found["first"], found["second"]) if part]
    if found is None or not all(map(is_number, parts)):
        raise NotSupposed(
            f"“{shorten(amount)}” is no {what.words}. Write a number like 22, or a change to what stands like +2 or -5%."
        )
    if any(number(part) >= _LARGEST or decimals_of(number(part)) > _MOST_DECIMALS for part in parts):
        raise NotSupposed(f"“{shorten(amount)}” has more digits than any {what.words} needs.")
    first, second = number(parts[0]), number(parts[1]) if len(parts) > 1 else None
    if found["sign"]:
        if what in (What.COUNT, What.OUT_OF) or second is not None:
            raise NotSupposed(f"“{shorten(amount)}” has a sign. Write the {what.words} itself, like 600.")
        how = How.BY_PERCENT if found["unit"] else How.BY_POINTS
        return WhatIfChange(what, scope, how, first if found["sign"] == "+" else -first)
    if second is not None and what is not What.TARGET:
        raise NotSupposed(f"Only a target can be a band like {shorten(amount)}: give the {what.words} as one number.")
    if what in (What.COUNT, What.OUT_OF) and decimals_of(first):
        raise NotSupposed(f"{shorten(amount)} is no {what.words}: counts are whole numbers.")
    return WhatIfChange(what, scope, How.TO, first, second, of_target=what is What.TOLERANCE and bool(found["unit"]))


def with_change(changes: Sequence[WhatIfChange], new: WhatIfChange) -> tuple[WhatIfChange, ...]:
    """The changes with one more, in the place of an earlier one of the same thing and scope."""
    return (*without(changes, new.what, new.scope), new)


def without(changes: Iterable[WhatIfChange], what: What, scope: str) -> tuple[WhatIfChange, ...]:
    """The changes but for those of one thing."""
    return tuple(one for one in changes if one.same_place != (what, scope.casefold()))


# --- applied ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Supposed:
    """What a scenario supposes of one indicator; ``None``: nothing."""

    target: Target | None
    """The target as changed, else the one in force."""
    changed: frozenset[What] = frozenset()
    value: Decimal | None = None
    count: int | None = None
    out_of: int | None = None
    by: Quarter | None = None


@dataclass(frozen=True, slots=True)
class Supposition:
    """A scenario's changes applied to a quarter."""

    by_code: Mapping[str, Supposed]
    left_out: tuple[str, ...] = field(default=())
    """One sentence for each indicator that a change to many could not change, and how many have nothing to change."""


def suppose(changes: Sequence[WhatIfChange], rows: Sequence[Row]) -> Supposition:
    """The changes applied to the indicators of a quarter's scorecard, each to what is held.

    What is said of one indicator goes before what is said of its category, and that before what is said of all.

    A change to one indicator that makes no sense raises ``NotSupposed``; one to a category or to all passes over who cannot
    take it, and says so. Raises ``UnknownChoice`` for a scope that is neither indicator, category nor ``all``.
    """
    scoped = [(change, *_scope(change.scope, rows)) for change in changes]
    by_code: dict[str, dict[What, tuple[WhatIfChange, bool]]] = {row.indicator.code: {} for row in rows}
    for change, chosen, one in sorted(scoped, key=lambda of: (of[2], of[0].scope.casefold() != EVERY)):
        for row in chosen:
            by_code[row.indicator.code][change.what] = change, one
    found: dict[str, Supposed] = {}
    left_out = [sentence for change, chosen, one in scoped if not one and (sentence := _without_target(change, chosen))]
    for row in rows:
        said = by_code[row.indicator.code]
        found[row.indicator.code], passed_over = _of_row(row, [said[what] for what in What if what in said])
        left_out += passed_over
    return Supposition(found, tuple(dict.fromkeys(left_out)))


def _without_target(change: WhatIfChange, rows: Sequence[Row]) -> str:
    """Of how many a change to what is held leaves nothing to change; empty where there are none."""
    if change.how is How.TO or change.what is not What.TARGET:
        return ""
    count = sum(not row.has_target for row in rows)
    return f"{capital(count_in_words(count))} {plural(count, 'has', 'have')} no target to change." if count else ""


def _of_row(row: Row, changes: Sequence[tuple[WhatIfChange, bool]]) -> tuple[Supposed, list[str]]:
    """What is supposed of one indicator, and why a change to many is passed over. ``changes``: each with whether it is of this one alone."""
    supposed, passed_over = Supposed(row.target), []
    for change, one in changes:
        try:
            supposed = _changed(supposed, change, row)
        except NotSupposed as error:
            if one:
                raise
            if row.has_target or change.how is How.TO:
                passed_over.append(str(error))
    try:
        _refuse_nonsense(supposed, row)
    except NotSupposed as error:
        of_it_alone = [(change, one) for change, one in changes if one]
        if len(of_it_alone) == len(changes):
            raise
        return _of_row(row, of_it_alone)[0], [*passed_over, str(error)]
    return supposed, passed_over


def _scope(scope: str, rows: Sequence[Row]) -> tuple[list[Row], bool]:
    """The rows a scope names, and whether it names one indicator by its code."""
    wanted = scope.casefold()
    if wanted == EVERY:
        return list(rows), False
    if one := [row for row in rows if row.indicator.code.casefold() == wanted]:
        return one, True
    if category := [row for row in rows if row.indicator.category.casefold() == wanted]:
        return category, False
    known = [*dict.fromkeys(row.indicator.category for row in rows), *(row.indicator.code for row in rows)]
    raise UnknownChoice("indicator or category", scope, (EVERY, *known))


def _changed(now: Supposed, change: WhatIfChange, row: Row) -> Supposed:
    indicator = row.indicator
    changed = now.changed | {change.what}
    match change.what:
        case What.BY:
            return replace(now, by=change.by, changed=changed)
        case What.COUNT:
            return replace(now, count=_whole(change, indicator), changed=changed)
        case What.OUT_OF:
            return replace(now, out_of=_whole(change, indicator), changed=changed)
        case What.VALUE:
            held = None if row.observation is None else row.observation.value
            value = _within_unit(_moved(held, change, indicator), What.VALUE, indicator)
            return replace(now, value=shown(value, indicator.decimals), changed=changed)
    if indicator.polarity is Polarity.NEITHER:
        raise NotSupposed(
            f"Neither high nor low is better for “{indicator.name}”, so no {change.what.words} can be met or missed."
        )
    target = _with_level(_blank(now.target, row), change, row)
    return replace(now, target=target, changed=changed)


def _blank(target: Target | None, row: Row) -> Target:
    """The target to be changed, as if it were set for this quarter on the figure's own basis."""
    held = target or Target(row.indicator.code, "", row.quarter)
    return replace(held, start=row.quarter, profiled=False, basis=row.indicator.basis, confirmed_through="")


def _with_level(target: Target, change: WhatIfChange, row: Row) -> Target:
    """``target`` with one of its terms changed: by how much, is of what is held."""
    indicator, held = row.indicator, row.target or Target(row.indicator.code, "", row.quarter)
    if change.what is What.TOLERANCE:
        if not target.has_target:
            raise NotSupposed(f"“{indicator.name}” has no target to be tolerant of. Set a target first.")
        width = _moved(held.tolerance, change, indicator)
        kind = held.tolerance_kind if change.how is not How.TO else "percent" if change.of_target else "points"
        if width < 0:
            raise NotSupposed("A tolerance cannot be negative.")
        return replace(target, tolerance=width, tolerance_kind=kind)
    if change.what is What.INTERVENTION:
        level = _within_unit(_moved(held.intervention_level, change, indicator), change.what, indicator)
        return replace(target, intervention_level=level)
    if indicator.polarity is Polarity.BAND:
        if change.how is How.TO and change.upper is None:
            raise NotSupposed(f"The good values of “{indicator.name}” form a band. Give both ends, like 70 to 80.")
        low = _within_unit(_moved(held.low, change, indicator), change.what, indicator)
        high = _moved(held.high, change, indicator) if change.upper is None else change.upper
        return replace(target, low=low, high=_within_unit(high, change.what, indicator))
    if change.upper is not None:
        raise NotSupposed(f"The target of “{indicator.name}” is one value, and not a band.")
    value = _within_unit(_moved(held.value, change, indicator), change.what, indicator)
    return replace(target, value=value, low=None, high=None)


def _moved(held: Decimal | None, change: WhatIfChange, indicator: Indicator) -> Decimal:
    """What stands, moved by the change."""
    if change.how is How.TO:
        return change.amount
    if held is None:
        by = (
            f"{abs(change.amount):f} per cent"
            if change.how is How.BY_PERCENT
            else amount_in_words(change.amount, indicator.unit)
        )
        what = "value to build on" if change.what is What.VALUE else change.what.words
        raise NotSupposed(
            f"“{indicator.name}” has no {what}, so there is nothing to change by {by}. Give a value instead."
        )
    with localcontext(prec=80):
        moved = held + (change.amount if change.how is How.BY_POINTS else held * change.amount / 100)
        if abs(moved) >= _LARGEST:
            raise NotSupposed(f"{change.what.with_article} of more than 12 digits is no answer for “{indicator.name}”.")
        # As many decimals as what stood was written with, and as many more as the answer needs, within reason.
        needed = min(decimals_of(moved.normalize()), _MOST_DECIMALS)
        return round_half_up(moved, max(needed, decimals_of(held)))


def _within_unit(value: Decimal, what: What, indicator: Indicator) -> Decimal:
    said = with_unit(value, indicator.unit)
    if value < 0:
        raise NotSupposed(f"{what.with_article} of {said} is below 0, which “{indicator.name}” cannot be.")
    if indicator.unit is Unit.PERCENT and value > 100 and not indicator.may_pass_100:
        raise NotSupposed(f"{what.with_article} of {said} is more than 100%, which “{indicator.name}” cannot be.")
    return value


def _whole(change: WhatIfChange, indicator: Indicator) -> int:
    if change.amount < 1:
        of = indicator.denominator or "cases"
        what = (
            f"A denominator of 0 leaves nothing to take a share of. Give the number of {of[0].lower()}{of[1:]}, 1 or more."
            if change.what is What.OUT_OF
            else f"A count of 0 says nothing about how many {of[0].lower()}{of[1:]} there were. Give a count of 1 or more."
        )
        raise NotSupposed(what)
    return int(change.amount)


def _refuse_nonsense(supposed: Supposed, row: Row) -> None:
    """A level on the wrong side of its target, a band upside down: the rating rule's own refusals, with the name."""
    if supposed.target is None or not supposed.changed & set(_LEVELS):
        return
    try:
        met_by(supposed.target, row.indicator)
    except FigureError as error:
        raise NotSupposed(f"“{row.indicator.name}”: {error}") from error

"""A text held against a register given as plain values, without any database: the same reading as a paper's own check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from ..errors import KpiError, PeriodError, shorten
from ..figures import number
from ..judging import Held
from ..model import Basis, Indicator, Observation, Polarity, Target, Unit
from ..periods import Quarter
from ..periods import quarter as read_quarter
from .checker import Checker, NarrativeFinding
from .places import Places
from .prose import passages
from .verdicts import Recorded

_Choice = TypeVar("_Choice", bound=StrEnum)
_NO_AREA = ""
_LONG_AGO = Quarter(1990, 1)
"""From when a target is held that is given without its start."""
_MOST_DECIMALS = 6


def findings_in(
    text: str, quarter: str, register: Iterable[Mapping[str, Any]], council: str = ""
) -> list[NarrativeFinding]:
    """The findings of a text that reports on a quarter (written as people write it), each line numbered from 1.

    An entry of ``register`` is an indicator with its figures: ``code``, ``name``, ``unit`` (``percent``, ``number``, ...),
    ``polarity`` (``high``, ``low``, ``band``, ``neither``) and ``figures``, numbers by quarter, each as text. It may have
    ``aliases`` (a list), ``decimals`` (0), ``basis`` (``quarter``, ``quarter_end``, ...), ``target``, ``tolerance`` (in points)
    and ``intervention_level``; ``None`` is the same as not there, and other keys are passed over. ``council``: its name, so
    that it is told from other places. Raises ``KpiError`` for
    what cannot be read.
    """
    if not isinstance(text, str):
        raise KpiError("The text to check is not text.")
    known = recorded(quarter, register, council)
    return Checker(known).document(passages(enumerate(text.splitlines(), 1)))


def recorded(quarter: str, register: Iterable[Mapping[str, Any]], council: str = "") -> Recorded:
    """What a register given as plain values holds, for a report on a quarter. Raises ``KpiError``."""
    held: dict[str, Held] = {}
    if isinstance(register, str | bytes | Mapping) or not isinstance(register, Iterable):
        raise KpiError("The register is not a list of indicators.")
    when = _quarter(quarter, "The report's quarter")
    for n, entry in enumerate(register, 1):
        one = _held(entry, f"Entry {n} of the register")
        if one.indicator.code in held:
            raise KpiError(f"Two entries of the register have the code {shorten(one.indicator.code)}.")
        held[one.indicator.code] = one
    return Recorded(when, held, Places.of(council, {}, _NO_AREA))


def _held(entry: object, place: str) -> Held:
    if not isinstance(entry, Mapping):
        raise KpiError(f"{place} is not an indicator with its figures.")
    code = _words(entry, "code", place)
    place = f"{place} ({shorten(code)})"
    indicator = Indicator(
        code,
        _words(entry, "name", place),
        "",
        _one_of(Unit, entry, "unit", place),
        _decimals(entry, place),
        _one_of(Polarity, entry, "polarity", place),
        Basis.NOT_STATED if entry.get("basis") is None else _one_of(Basis, entry, "basis", place),
        aliases=_aliases(entry, place),
    )
    series = _series(code, entry.get("figures"), place)
    return Held(indicator, series, _targets(code, entry, place))


def _words(entry: Mapping[str, Any], key: str, place: str) -> str:
    said = entry.get(key)
    if not isinstance(said, str) or not said.strip():
        raise KpiError(f"{place} has no {key}.")
    return said.strip()


def _one_of(kind: type[_Choice], entry: Mapping[str, Any], key: str, place: str) -> _Choice:
    said = _words(entry, key, place)
    try:
        return kind(said)
    except ValueError:
        choices = ", ".join(one.value for one in kind)
        raise KpiError(f"{place} has the {key} “{shorten(said)}”. Choose from: {choices}.") from None


def _decimals(entry: Mapping[str, Any], place: str) -> int:
    said = entry.get("decimals")
    if said is None:
        return 0
    if type(said) is not int or not 0 <= said <= _MOST_DECIMALS:
        raise KpiError(f"{place} has decimals that are not a whole number from 0 to {_MOST_DECIMALS}.")
    return said


def _aliases(entry: Mapping[str, Any], place: str) -> tuple[str, ...]:
    said = entry.get("aliases") or ()
    if not isinstance(said, list | tuple) or not all(isinstance(one, str) for one in said):
        raise KpiError(f"{place} has aliases that are not a list of words.")
    return tuple(said)


def _series(code: str, figures: object, place: str) -> tuple[Observation, ...]:
    if not isinstance(figures, Mapping):
        raise KpiError(f"{place} has no figures by quarter.")
    found: dict[Quarter, Observation] = {}
    for said, value in figures.items():
        when = _quarter(said, f"{place}: a figure's quarter")
        if when in found:
            raise KpiError(f"{place} has two figures for {when}.")
        if value is not None:
            found[when] = Observation(code, _NO_AREA, when, _number(value, f"{place}: the figure of {when}"))
    return tuple(found[when] for when in sorted(found))


def _targets(code: str, entry: Mapping[str, Any], place: str) -> tuple[Target, ...]:
    given = {
        key: _number(entry[key], f"{place}: the {what}") for key, what in _LIMITS.items() if entry.get(key) is not None
    }
    if not given:
        return ()
    return (
        Target(
            code,
            _NO_AREA,
            _LONG_AGO,
            value=given.get("target"),
            tolerance=given.get("tolerance"),
            tolerance_kind="points" if "tolerance" in given else "",
            intervention_level=given.get("intervention_level"),
        ),
    )


_LIMITS = {"target": "target", "tolerance": "tolerance", "intervention_level": "intervention level"}


def _number(said: object, place: str) -> Decimal:
    try:
        return number(str(said))
    except KpiError as error:
        raise KpiError(f"{place} cannot be read. {error}") from None


def _quarter(said: object, place: str) -> Quarter:
    if not isinstance(said, str):
        raise KpiError(f"{place} is not text.")
    try:
        return read_quarter(said)
    except PeriodError as error:
        raise KpiError(f"{place} cannot be read. {error}") from None

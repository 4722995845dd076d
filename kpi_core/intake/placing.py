"""Entries placed: whose figure each is, what stands there, and what it is beside that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..figures import as_percentage, is_number, number, shown
from ..model import Absence, ChangeKind, Indicator, Observation, Unit
from .checks import (
    entry_words,
    nearest_indicator,
    share_of,
)
from .entries import Entry, Key, Known, Placed, placed, quoted, same_words
from .names import Names, code_of
from .problems import Finding, finding
from .reading import ReadUpload

_MOST_SUGGESTED = 100
"""For how many unknown codes the nearest known one is looked for: it is slow, and a file with more is another file."""


class Placing:
    """Finds the indicator and area of each entry, and puts repeats and contradictions aside."""

    def __init__(self, drafted: ReadUpload, known: Known) -> None:
        self._drafted = drafted
        mapping = drafted.file.mapping
        self.findings: list[Finding] = []
        self.new_indicators = _brought(mapping.register, drafted.codes, known) if mapping else ()
        self._fractions = mapping is not None and mapping.fractions
        self._recorded = tuple(known.indicators.values())
        added = {one.code: one for one in self.new_indicators}
        self.known = replace(known, indicators={**known.indicators, **added})
        self.new_areas: dict[str, str] = {}
        self._by_name = {name: code for code, name in known.areas.items()}
        self._areas: dict[str, str | None] = {}
        self._unknown: dict[str, str] = {}
        self._in_other_words = {one.code.casefold(): one for one in self.known.indicators.values()}
        if mapping is not None:
            self._in_other_words = {
                one.name.casefold(): one for one in self.known.indicators.values()
            } | self._in_other_words

    def figures(self) -> tuple[list[Placed], dict[Key, Placed]]:
        """The entries that can be placed, each figure once, with what it is beside the one that stands."""
        by_key: dict[Key, Placed] = {}
        indicators = self.known.indicators
        for given in self._drafted.entries:
            indicator, area = indicators.get(given.code) or self._indicator(given), self._area(given)
            if indicator is None or area is None:
                continue
            entry = placed(given, self.known.entry(indicator.code, given.quarter), area)
            if self._fractions and entry.indicator.unit is Unit.PERCENT:
                _as_percentage(entry)
            if entry.worked_out and not self._work_out(entry):
                continue
            key = entry.key
            if key in by_key:
                self._again(by_key[key], entry)
                continue
            by_key[key] = entry
            entry.held = self.known.held(key)
            entry.kind = kind_of(entry)
        self._said_of_new()
        return list(by_key.values()), by_key

    def _indicator(self, entry: Entry) -> Indicator | None:
        """An indicator by its code in another case, or by its name in a mapped file."""
        plain = entry.code.casefold()
        if found := self._in_other_words.get(plain):
            return found
        if plain not in self._unknown:
            sought = len(self._unknown) < _MOST_SUGGESTED
            self._unknown[plain] = nearest_indicator(entry.code, self.known) if sought else ""
        nearest = self._unknown[plain]
        self.findings.append(finding("unknown-indicator", entry.row, "indicator", entry.code, nearest=nearest))
        return None

    def _area(self, entry: Entry) -> str | None:
        text = entry.area
        if text not in self._areas:
            self._areas[text] = self._area_of(text)
        found = self._areas[text]
        if found is None:
            known = ", ".join(self.known.areas)
            self.findings.append(finding("unknown-area", entry.row, "area", text, known=known))
        return found

    def _area_of(self, text: str) -> str | None:
        if not text:
            return self.known.home
        if text in self.known.areas:
            return text
        if text in self._by_name:
            return self._by_name[text]
        mapping = self._drafted.file.mapping
        if mapping is None or not mapping.areas_from_file:
            return None
        self.new_areas[text] = self._drafted.area_names.get(text, text)
        return text

    def _work_out(self, entry: Placed) -> bool:
        """The value of an entry that gives only its counts."""
        assert entry.numerator is not None
        if not entry.denominator:
            self.findings.append(finding("denominator-zero", entry.row, "denominator", 0))
            return False
        entry.value = share_of(entry.numerator, entry.denominator, entry.indicator.unit)
        if entry.value is None:
            self.findings.append(finding("value-missing", entry.row, entry.column, None, found_too=""))
        return entry.value is not None

    def _again(self, first: Placed, entry: Placed) -> None:
        same = (
            (first.value, first.absence, first.provisional, first.numerator, first.denominator)
            == (entry.value, entry.absence, entry.provisional, entry.numerator, entry.denominator)
        )  # fmt: skip
        if same and entry.comment and not same_words(first.comment, entry.comment):
            said = quoted(entry.comment)
            self.findings.append(
                finding("comment-left-out", entry.row, "comment", entry.comment, first=first.row, held=said)
            )
            return
        if same:
            self.findings.append(finding("repeated-row", entry.row, None, None, first=first.row))
            return
        name = entry.indicator.name if len(self._areas) < 2 else f"{entry.indicator.name}, {entry.area}"
        self.findings.append(
            finding("two-figures-for-one-quarter", entry.row, entry.column, entry_words(entry), name=name,
                    period=entry.quarter.label, one=entry_words(first), other=entry_words(entry), first=first.row)
        )  # fmt: skip

    def _said_of_new(self) -> None:
        if self.new_indicators:
            taken = Names(self._recorded)
            self.findings += [said for one in self.new_indicators for said in taken.added(one, None)]
        if self.new_areas:
            names = ", ".join(list(self.new_areas.values())[:8]) + (" and others" if len(self.new_areas) > 8 else "")
            areas = "area" if len(self.new_areas) == 1 else "areas"
            self.findings.append(
                finding("areas-added", None, "area", None, count=len(self.new_areas), areas=areas, names=names)
            )

    def newly_assigned(self, entries: Iterable[Placed]) -> tuple[tuple[str, str], ...]:
        """(area, indicator) pairs of the file that no scorecard lists yet, where a mapping may add them."""
        mapping = self._drafted.file.mapping
        if mapping is None:
            return ()
        pairs = dict.fromkeys((entry.area, entry.code) for entry in entries)
        return tuple(pair for pair in pairs if pair not in self.known.assigned)


def _brought(entries: Iterable[Indicator], codes: Iterable[str], known: Known) -> tuple[Indicator, ...]:
    """The entries of a mapping that its file names, by code or name, and that are not held."""
    named = {code.casefold() for code in codes}
    held = {code_of(code) for code in known.indicators}
    read = (replace(one, code=code_of(one.code)) for one in entries)
    return tuple(
        one for one in read if one.code not in held and not named.isdisjoint((one.code.casefold(), one.name.casefold()))
    )


def _as_percentage(entry: Placed) -> None:
    """Make a fraction the percentage it stands for, and its target too. What has a % sign is one already."""
    if entry.value is not None and not (entry.percent_sign or entry.worked_out):
        entry.value = as_percentage(entry.value)
    if is_number(entry.target):
        entry.target = f"{as_percentage(number(entry.target)):f}"


def kind_of(entry: Placed) -> ChangeKind:
    """What an entry is beside the figure that stands. Figures are compared as they are shown, comments by their words."""
    kind = _figure_kind(entry)
    return ChangeKind.COMMENT if kind is ChangeKind.SAME and entry.comment_changes else kind


def _figure_kind(entry: Placed) -> ChangeKind:
    held = entry.held
    if held is None:
        return ChangeKind.NEW
    if not _same_figure(entry, held, entry.indicator.decimals):
        # Nothing was published under [x]: the figure is the first.
        return ChangeKind.NEW if held.absence is Absence.NOT_AVAILABLE else ChangeKind.REVISED
    counts_differ = None not in (held.denominator, entry.denominator) and (
        (held.numerator, held.denominator) != (entry.numerator, entry.denominator)
    )
    if counts_differ or (entry.provisional and not held.provisional):
        return ChangeKind.REVISED
    return ChangeKind.CONFIRMED if held.provisional and not entry.provisional else ChangeKind.SAME


def _same_figure(entry: Placed, held: Observation, decimals: int) -> bool:
    if entry.value is None or held.value is None:
        return entry.absence is held.absence and entry.value is held.value
    return shown(entry.value, decimals) == shown(held.value, decimals)

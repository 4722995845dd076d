"""A file of entries of the list of indicators, row by row, against what is recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ..codec import csv_text, differing
from ..columns import headings
from ..judging import target_in_force
from ..model import Absence, ChangeKind, Indicator, Observation, Target, entry_in_force, start_of_entry
from ..periods import Quarter
from .entry_checks import Entries, EntryChange, turned_between, unusable
from .names import Names, code_of
from .problems import finding

_MOST_DECIMALS = 6
_NOT_OF_ITSELF = ("start", "reason", "corrects")
"""What an entry says of its change, and not of its indicator."""


class IndicatorEntries(Entries):
    """The rows of a file of entries of the list of indicators."""

    def changes(self) -> Iterator[EntryChange]:
        """Each row as a change."""
        recorded = {code_of(code): one for code, one in self._known.indicators.items()}
        names = Names(recorded.values())
        for row, cells in self._drafted.rows:
            code = code_of(cells["code"])
            held = recorded.get(code)
            # One that was recorded before codes were guarded keeps the code that it has.
            given = cells | {"code": code if held is None else held.code}
            indicator = Indicator(**{name: given[heading] for heading, name in headings(Indicator).items()})
            if not self._once(code, row, f"the indicator {code}"):
                continue
            self.findings += names.added(indicator, row) if held is None else names.renamed(held, indicator, row)
            areas = self._listed(cells["areas"], row, held)
            self.assigned += [(area, indicator.code) for area in areas]
            self._sound(row, indicator)
            yield self._change(row, indicator, held, areas)

    def _listed(self, text: str, row: int, held: Indicator | None) -> list[str]:
        """The areas of an entry, by code or name: between semicolons, or between spaces where no area is named so.

        None named: the home area lists a new indicator, and a held one stays where it is.
        """
        if not text:
            return [] if held is not None else [self._known.home]
        known = {*self._known.areas, *self._known.areas.values()}
        parts = [part.strip() for part in text.split(";") if part.strip()]
        named = parts if ";" in text or text in known else text.split()
        found = [area for part in named if (area := self._area(part, row, "areas")) is not None]
        return list(dict.fromkeys(found))

    def _sound(self, row: int, indicator: Indicator) -> None:
        """Say what no indicator can be, whatever is held of it."""
        if indicator.decimals > _MOST_DECIMALS:
            told = f"“{indicator.decimals}” must be {_MOST_DECIMALS} or less."
            self.findings.append(finding("entry-not-readable", row, "decimals", indicator.decimals, what=told))
        first, final = indicator.first_quarter, indicator.final_quarter
        if first is not None and final is not None and first > final:
            told = f"It would end in {final}, before it begins in {first}."
            self.findings.append(finding("entry-not-readable", row, "final_quarter", final.text, what=told))
        if indicator.smallest_change is not None and indicator.smallest_change < 0:
            told = "It must be 0 or more."
            self.findings.append(
                finding("entry-not-readable", row, "smallest_change", f"{indicator.smallest_change:f}", what=told)
            )

    def _change(self, row: int, indicator: Indicator, held: Indicator | None, areas: list[str]) -> EntryChange:
        if held is None:
            begins = indicator.start or indicator.first_quarter
            return EntryChange(indicator, "", begins, ChangeKind.NEW, "", indicator.name, row)
        entries = self._known.entries.get(held.code) or (held,)
        given = replace(indicator, start=start_of_entry(indicator, entries, self._last_figure(indicator.code)))
        before = entry_in_force(entries, given.start) if given.start is not None else entries[0]
        what = differing(before, given, leaving=_NOT_OF_ITSELF)
        added = [area for area in areas if (area, held.code) not in self._known.assigned]
        after = _with_entry(entries, given) if what else entries
        turned = self._turned_by(row, held, entries, after, given)
        self._say_turned(turned, row, indicator.name, indicator.corrects)
        if what and not indicator.corrects and not turned:
            self._say_renamed(row, given, before, entries)
        if what or added:
            self._say_changes(row, before, given, what, added)
        kind = ChangeKind.REVISED if what or added else ChangeKind.SAME
        changed = ", ".join([*(name.replace("_", " ") for name in what), *(["areas"] if added else [])])
        return EntryChange(
            given if what else before, "", given.start, kind, before.name, changed or before.name, row, tuple(turned)
        )

    def _last_figure(self, code: str) -> Quarter | None:
        quarters = (max(of) for (_, one), of in self._known.series.items() if one == code and of)
        return max(quarters, default=None)

    def _say_renamed(self, row: int, given: Indicator, before: Indicator, entries: tuple[Indicator, ...]) -> None:
        """Say that quarters which have figures would be told in other words than were true of them."""
        last = self._last_figure(given.code)
        following = next((one.start for one in entries if one.start and given.start and one.start > given.start), None)
        until = last if following is None or last is None else min(last, following - 1)
        if until is not None and (given.start is None or given.start <= until):
            self.findings.append(
                finding(
                    "past-entry-would-change", row, "from_quarter", given.start.text if given.start else "",
                    name=before.name, latest=until.text, following=(until + 1).text,
                )
            )  # fmt: skip

    def _say_changes(self, row: int, before: Indicator, given: Indicator, what: list[str], added: list[str]) -> None:
        said = [
            f"{name.replace('_', ' ')} from “{csv_text(getattr(before, name))}” to “{csv_text(getattr(given, name))}”"
            for name in what
        ]
        said += [f"listed on the scorecard of {self._known.areas.get(area, area)} too" for area in added]
        since = f", from {given.start.text} on" if what and given.start is not None else ""
        told = "; ".join(said) + since
        self.findings.append(finding("held-entry-changes", row, "code", given.code, name=before.name, what=told))

    def _turned_by(
        self,
        row: int,
        held: Indicator,
        before: tuple[Indicator, ...],
        after: tuple[Indicator, ...],
        given: Indicator,
    ) -> list[tuple[str, Quarter, str, str]]:
        """The past ratings that the entry would turn; none where its targets could not be used with it, which is said."""
        turned = []
        for pair in sorted(pair for pair in {*self._known.series, *self._known.targets} if pair[1] == held.code):
            targets, series = self._known.targets.get(pair, ()), self._known.series.get(pair, {})
            faults = [(one, why) for one in _in_use_from(targets, given.start) if (why := unusable(one, given))]
            if faults:
                target, why = faults[0]
                told = f"the target of “{held.name}” from {target.start} could not be used with this entry. {why}"
                told += " Add a new indicator and end this one."
                self.findings.append(finding("target-cannot-be-used", row, None, None, what=told))
                continue
            turned += list(turned_between(pair[0], series, (before, targets), (after, targets)))
            self._out_of_force(row, given, series)
        return turned

    def _out_of_force(self, row: int, indicator: Indicator, series: Mapping[Quarter, Observation]) -> None:
        """Say where the entry would end before its figures do, or begin after they do: they would be gone from scorecards."""
        held = sorted(quarter for quarter, one in series.items() if one.absence is not Absence.NOT_AVAILABLE)
        if not held:
            return
        earliest, latest = held[0], held[-1]
        first, final = indicator.first_quarter, indicator.final_quarter
        if first is not None and earliest < first:
            told = f"“{indicator.name}” has a figure for {earliest.text}. Enter that quarter or an earlier one, or leave it empty."
            self.findings.append(finding("entry-not-readable", row, "first_quarter", first.text, what=told))
        if final is not None and latest > final:
            self.findings.append(
                finding(
                    "ends-before-figures",
                    row,
                    "final_quarter",
                    final.text,
                    name=indicator.name,
                    ended=final.text,
                    latest=latest.text,
                )
            )


def _with_entry(entries: tuple[Indicator, ...], given: Indicator) -> tuple[Indicator, ...]:
    """An indicator's entries with one more, which takes the place of one of the same start."""
    before = Quarter(1, 1)
    others = (one for one in entries if one.start != given.start)
    return tuple(sorted((*others, given), key=lambda one: one.start or before))


def _in_use_from(targets: tuple[Target, ...], start: Quarter | None) -> tuple[Target, ...]:
    """The targets that are in force in a quarter or later; ``None``: in any."""
    if start is None:
        return targets
    now = target_in_force(targets, start)
    return tuple(one for one in targets if one.start > start or one is now)

"""A file of targets, row by row, against what is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

from ..judging import level_words, target_in_force, target_words, tolerance_words
from ..model import ChangeKind, Indicator, Target, Unit
from ..periods import Quarter
from .checks import nearest_indicator
from .entry_checks import Entries, EntryChange, turned_between, unusable
from .problems import finding


class TargetEntries(Entries):
    """The rows of a file of targets."""

    def changes(self) -> Iterator[EntryChange]:
        """Each row as a change."""
        read = [one for row, cells in self._drafted.rows if (one := self._target(row, cells)) is not None]
        by_pair: dict[tuple[str, str], list[tuple[int, Target]]] = {}
        for row, target in read:
            by_pair.setdefault((target.area, target.indicator), []).append((row, target))
        for pair, rows in by_pair.items():
            yield from self._of_indicator(pair, rows)

    def _target(self, row: int, cells: dict[str, Any]) -> tuple[int, Target] | None:
        code = next((one for one in self._known.indicators if one.casefold() == cells["indicator"].casefold()), None)
        if code is None:
            given = cells["indicator"]
            nearest = nearest_indicator(given, self._known)
            self.findings.append(finding("unknown-indicator", row, "indicator", given, nearest=nearest))
        area = self._area(cells["area"], row, "area") if cells["area"] else self._known.home
        if code is None or area is None:
            return None
        given = {
            **cells,
            "indicator": code,
            "area": area,
            "start": cells["from_quarter"],
            "profiled": cells["kind"] == "profiled",
        }
        target = Target(**{one.name: given[one.name] for one in fields(Target)})
        if target.source:
            self.stated.add(row)
        target = replace(target, source=target.source or self._drafted.file.file_name)
        words = f"the target of {code} from {target.start}"
        return (
            (row, target) if self._once((code, area, target.start), row, words) and self._usable(row, target) else None
        )

    def _usable(self, row: int, target: Target) -> bool:
        indicator = self._known.indicators[target.indicator]
        before = len(self.findings)
        if not target.has_target and target.intervention_level is None:
            self._wrong(row, "Enter a target, a band or an intervention level.")
        if why := unusable(target, indicator):
            self._wrong(row, why)
        if indicator.unit is Unit.PERCENT:
            for column in ("value", "low", "high", "intervention_level"):
                self._in_range(row, column, target, indicator)
        return len(self.findings) == before

    def _in_range(self, row: int, column: str, target: Target, indicator: Indicator) -> None:
        value = getattr(target, column)
        if value is None:
            return
        scaled = 0 < value < 1 and not (column == "low" and (target.high or 0) >= 1) and not self._below_one(target)
        if value >= 0 and (value <= 100 or indicator.may_pass_100) and not scaled:
            return
        like = f", like {(value * 100).normalize() + 0:f}" if scaled else ""
        self.findings.append(
            finding("target-out-of-range", row, column, f"{value:f}", between=f"between 0 and 100{like}")
        )

    def _below_one(self, target: Target) -> bool:
        """Whether the indicator runs below 1%, so that a target such as 0.05% is no fraction: by what is held of it."""
        pair = (target.area, target.indicator)
        figures = [one.value for one in self._known.series.get(pair, {}).values() if one.value is not None]
        agreed = [one.value for one in self._known.targets.get(pair, ()) if one.value is not None]
        return any(0 < value < 1 for value in agreed) or (bool(figures) and max(figures) < 1)

    def _wrong(self, row: int, what: str) -> None:
        self.findings.append(finding("target-cannot-be-used", row, None, None, what=what))

    def _of_indicator(self, pair: tuple[str, str], rows: list[tuple[int, Target]]) -> Iterator[EntryChange]:
        area, code = pair
        indicator = self._known.indicators[code]
        entries = self._known.entries.get(code) or (indicator,)
        recorded = self._known.targets.get(pair, ())
        held = {target.start: target for target in recorded}
        after = {**held, **{target.start: target for _, target in rows}}
        targets = tuple(after[start] for start in sorted(after))
        turned = list(
            turned_between(area, self._known.series.get(pair, {}), (entries, tuple(held.values())), (entries, targets))
        )
        for row, target in rows:
            # A past rating is the doing of the row whose target then holds; where none does, of the file's first.
            mine = [one for one in turned if self._holder(targets, one[1], rows) is target]
            self._say_turned(mine, row, indicator.name, target.corrects)
            before = held.get(target.start)
            # What turns no past rating corrects none, whatever the file says; what once did, still does.
            corrects = (target.corrects and bool(mine)) or (before is not None and before.corrects)
            given = replace(target, corrects=corrects)
            self.targets.append((row, given))
            kind = ChangeKind.NEW if before is None else ChangeKind.SAME if before == given else ChangeKind.REVISED
            replaced = target_in_force(recorded, target.start)
            said = "" if replaced is None else target_in_words(replaced, indicator)
            told = target_in_words(given, indicator, replaced and replace(replaced, start=target.start))
            yield EntryChange(indicator, area, target.start, kind, said, told, row, tuple(mine))

    @staticmethod
    def _holder(targets: tuple[Target, ...], quarter: Quarter, rows: list[tuple[int, Target]]) -> Target:
        given = [target for _, target in rows]
        holds = target_in_force(targets, quarter)
        if holds is not None and any(holds is one for one in given):
            return holds
        return max((one for one in given if one.start <= quarter), key=lambda one: one.start, default=given[0])


def target_in_words(target: Target, indicator: Indicator, before: Target | None = None) -> str:
    """A target in words; where they are those of ``before``, with what else of it changes."""
    words = [
        target_words(target, indicator) or "no target",
        f"tolerance {said}" if (said := tolerance_words(target, indicator)) else "",
        f"intervention level {said}" if (said := level_words(target, indicator)) else "",
        "profiled" if target.profiled else "",
    ]
    said = ", ".join(word for word in words if word)
    if before is None or target_in_words(before, indicator) != said:
        return said
    what = [
        one.name.replace("_", " ") for one in fields(Target) if getattr(before, one.name) != getattr(target, one.name)
    ]
    return f"{said} (changed: {', '.join(what)})" if what else said

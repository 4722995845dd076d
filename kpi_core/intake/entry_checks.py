"""What the checks of register entries and of targets share: repeats, areas, and past ratings that would turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..errors import KpiError
from ..judging import Rated, judge, rate
from ..model import ChangeKind, Indicator, Observation, Target, entry_in_force
from ..periods import Quarter
from .entries import Known
from .problems import Finding, finding
from .reading import GivenFile


@dataclass(frozen=True, slots=True)
class EntriesDraft:
    """A register or targets file read by itself: (row, cells read) by row. None where a column is missing or twice there."""

    file: GivenFile
    kind: str
    rows: tuple[tuple[int, dict[str, Any]], ...]
    findings: tuple[Finding, ...]
    unreadable: bool = False

    @property
    def codes(self) -> frozenset[str]:
        """The indicators named."""
        return frozenset(row["code" if self.kind == "register" else "indicator"] for _, row in self.rows)

    @property
    def areas(self) -> frozenset[str] | None:
        """The areas whose figures could change their rating; ``None``: every area."""
        return None if self.kind == "register" else frozenset(row["area"] or "" for _, row in self.rows)


@dataclass(frozen=True, slots=True)
class EntryChange:
    """What one entry would do: an indicator of the register, or a target from a quarter on."""

    indicator: Indicator
    area: str
    start: Quarter | None
    kind: ChangeKind
    before: str
    """What stands, in words: of a target, the one recorded that is in force in the quarter; empty: nothing does."""
    after: str
    row: int
    turned: tuple[tuple[str, Quarter, str, str], ...] = ()
    """Each past rating that it turns: area, quarter, from and to."""


class Entries:
    """What the checks of both kinds of file share."""

    def __init__(self, drafted: EntriesDraft, known: Known) -> None:
        self.findings: list[Finding] = []
        self.assigned: list[tuple[str, str]] = []
        self.targets: list[tuple[int, Target]] = []
        self.stated: set[int] = set()
        """The rows of targets that name their paper."""
        self._drafted = drafted
        self._known = known
        self._first_row: dict[object, int] = {}

    def _once(self, key: object, row: int, words: str) -> bool:
        if key in self._first_row:
            self.findings.append(finding("entry-twice", row, None, words, first=self._first_row[key]))
            return False
        self._first_row[key] = row
        return True

    def _area(self, text: str, row: int, column: str) -> str | None:
        by_name = {name: code for code, name in self._known.areas.items()}
        area = text if text in self._known.areas else by_name.get(text)
        if area is None:
            self.findings.append(finding("unknown-area", row, column, text, known=", ".join(self._known.areas)))
        return area

    def _say_turned(self, turned: list[tuple[str, Quarter, str, str]], row: int, name: str, corrects: bool) -> None:
        if not turned:
            return
        _, quarter, before, after = turned[0]
        more = f", and {len(turned) - 1} more" if len(turned) > 1 else ""
        code = "past-rating-corrected" if corrects else "past-rating-would-change"
        self.findings.append(
            finding(
                code,
                row,
                "corrects",
                quarter.text,
                name=name,
                quarter=quarter.text,
                before=before,
                after=after,
                more=more,
            )
        )


def turned_between(
    area: str,
    series: Mapping[Quarter, Observation],
    before: tuple[tuple[Indicator, ...], tuple[Target, ...]],
    after: tuple[tuple[Indicator, ...], tuple[Target, ...]],
) -> Iterator[tuple[str, Quarter, str, str]]:
    """Each quarter whose rating is not the same by the one's register entries and targets as by the other's."""
    for quarter, observation in sorted(series.items()):
        old, new = (
            judge(observation, targets, entry_in_force(entries, quarter), quarter)
            for entries, targets in (before, after)
        )
        if (old.rating, old.intervention_passed, old.shown) != (new.rating, new.intervention_passed, new.shown):
            yield area, quarter, _told_from(old, new), _told_from(new, old)


def _told_from(rated: Rated, other: Rated) -> str:
    """A rating in words that say how it is not ``other``."""
    words = [rated.rating.words]
    if rated.rating is other.rating:
        if rated.shown != other.shown and rated.shown is not None:
            words.append(f"shown as {rated.shown:f}")
        if rated.intervention_passed != other.intervention_passed:
            words.append(f"intervention level {'passed' if rated.intervention_passed else 'not passed'}")
    return ", ".join(words)


def unusable(target: Target, indicator: Indicator) -> str:
    """Why an indicator cannot be rated by a target; empty where it can."""
    try:
        rate(Decimal(0), target, indicator)
    except KpiError as error:
        return str(error)
    return ""

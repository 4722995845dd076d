"""What was measured: said, kept in ``docs/bench.csv``, and compared with the last time."""

from __future__ import annotations

import csv
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from .measuring import ROOT

KEPT = ROOT / "docs" / "bench.csv"
COLUMNS = ("date", "commit", "section", "what", "value", "unit", "ratio", "better")
"""``ratio``: whether the value is one within the run, so that it means the same on another machine. ``better``: lower
or higher."""
WORSE = 1.25
"""From this many times the last value on, a figure got worse by a quarter."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a run."""

    section: str
    what: str
    value: float
    unit: str
    better: str = "lower"
    ratio: bool = False

    def worse_than(self, last: float) -> bool:
        """Whether it is worse than the last one by a quarter or more."""
        small, large = (last, self.value) if self.better == "lower" else (self.value, last)
        return large > 0 and large >= WORSE * small


@dataclass(slots=True)
class Record:
    """The figures of a run, section by section."""

    figures: list[Figure] = field(default_factory=list)
    section: str = ""

    def begin(self, section: str, title: str) -> None:
        """What follows belongs to this section."""
        print(f"{'' if not self.section else chr(10)}{section}: {title}", flush=True)
        self.section = section

    def times(self, what: str, times: Sequence[float], asked: str = "") -> None:
        """The median of some milliseconds."""
        spread = f"({min(times):.1f} to {max(times):.1f}, {len(times)} {'run' if len(times) == 1 else 'runs'})"
        self._add(Figure(self.section, what, median(times), "ms"), f"{spread}{f'  asked: {asked}' if asked else ''}")

    def ratio(
        self, what: str, of: Sequence[float], to: Sequence[float], asked: str = "", better: str = "lower"
    ) -> None:
        """How many times one median is another of the same run."""
        figure = Figure(self.section, what, median(of) / median(to), "times", better, ratio=True)
        self._add(figure, f"asked: {asked}" if asked else "")

    def rates(self, what: str, rates: Sequence[float]) -> None:
        """The median of some rates: the more the better."""
        spread = f"({min(rates):.1f} to {max(rates):.1f}, {len(rates)} rounds)"
        self._add(Figure(self.section, what, median(rates), "a second", "higher"), spread)

    def _add(self, figure: Figure, beside: str) -> None:
        self.figures.append(figure)
        digits = 2 if figure.ratio else 1
        print(f"   {figure.what:<52}{figure.value:10,.{digits}f} {figure.unit:<9} {beside}".rstrip(), flush=True)

    def compare(self, kept: Path = KEPT) -> None:
        """Say what got worse by a quarter or more since the last line of the same figure."""
        last = {(one["section"], one["what"]): one for one in rows(kept)}
        known = [(one, last[one.section, one.what]) for one in self.figures if (one.section, one.what) in last]
        worse = [(now, then) for now, then in known if now.worse_than(float(then["value"]))]
        print(f"\n{len(worse)} of the {len(known)} figures that were measured before got worse by a quarter or more.")
        for now, then in worse:
            print(
                f"   {now.section}: {now.what}: {now.value:,.2f} {now.unit}, was {float(then['value']):,.2f}"
                f" on {then['date']} at {then['commit']}"
            )

    def keep(self, kept: Path = KEPT) -> None:
        """Add the figures to the file, a line each."""
        date, commit = f"{datetime.now(UTC):%Y-%m-%d %H:%M}", head()
        new = not kept.exists()
        with kept.open("a", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            if new:
                writer.writerow(COLUMNS)
            for one in self.figures:
                told = "yes" if one.ratio else "no"
                writer.writerow((date, commit, one.section, one.what, f"{one.value:.3f}", one.unit, told, one.better))
        print(f"Added to {kept.relative_to(ROOT)} as {date}, {commit}.")


def rows(kept: Path) -> Iterable[dict[str, str]]:
    """The lines of the file, oldest first."""
    if not kept.exists():
        return []
    with kept.open(encoding="utf-8", newline="") as given:
        return list(csv.DictReader(given))


def head() -> str:
    """The commit, marked where files differ from it. A ``g`` goes before it, as 7303e55 alone is a spreadsheet's number."""
    try:
        commit = _git("rev-parse", "--short=10", "HEAD").strip()
        # The lines that the last run added are no change of what is measured.
        changed = _git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs/bench.csv").strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"g{commit}{'-dirty' if changed else ''}"


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout

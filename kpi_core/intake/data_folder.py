"""Read the files of ``data/`` into records, whole: every problem is found before any is reported.

What each file holds is in ``columns``; a column left out or a cell left empty
means that the papers do not say.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..columns import NEEDED, REPORT_FACTS, TABLES, Column, in_fields
from ..errors import BundleError, KpiError, PeriodError, Problem, shorten
from ..figures import decimals_of, round_half_up
from ..judging import rate
from ..model import (
    ACTIONS_HEADING,
    REASON_LINE_MOST,
    REPORT_SECTIONS,
    Absence,
    Action,
    Benchmark,
    Conflict,
    ExceptionReport,
    Indicator,
    Observation,
    ReportState,
    Target,
    Unit,
)
from ..periods import Quarter
from .names import is_code

CSV_FILES = tuple(TABLES)
REPORT_FOLDER = "exceptions"
FORM_HEADINGS = (*REPORT_SECTIONS, ACTIONS_HEADING)
"""The headings of an exception report's file, in order."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything the files of ``data/`` say."""

    council: str
    home_area: str
    made_up: bool
    areas: tuple[tuple[str, str], ...]
    indicators: tuple[Indicator, ...]
    assigned: tuple[tuple[str, str], ...]
    """(indicator, area): which area's scorecard lists which indicator."""
    targets: tuple[Target, ...]
    observations: tuple[Observation, ...]
    benchmarks: tuple[Benchmark, ...]
    conflicts: tuple[Conflict, ...]
    reports: tuple[ExceptionReport, ...]


def read_data_folder(files: Mapping[str, bytes]) -> Bundle:
    """Read a bundle from its files by name (``indicators.csv``, ``exceptions/FD02-2022-23-Q2.md``).

    Raises ``BundleError`` with every problem found.
    """
    return _BundleReader(files).read()


def actions_in(text: str) -> tuple[Action, ...]:
    """The actions of a section in Markdown: each item of a list, and each paragraph, is one, numbered from 1."""
    # Migration 0004 reads the databases of before in the same way.
    parts = re.split(r"\n\s*\n", re.sub(r"^\s*- ", "\n\n", text, flags=re.MULTILINE))
    said = [" ".join(part.split()) for part in parts]
    return tuple(Action(number, one) for number, one in enumerate(filter(None, said), 1))


# --- the whole bundle ---------------------------------------------------------------------------------------------


class _BundleReader:
    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self._problems: list[Problem] = []
        self._indicators: dict[str, Indicator] = {}
        self._areas: dict[str, str] = {}
        self._home = ""
        self._register_sound = True

    def read(self) -> Bundle:
        settings: dict[str, str] = {}
        for line, row in self._table("settings.csv"):
            self._once("settings.csv", line, "setting", row["setting"], settings)
            settings[row["setting"]] = row["value"]
        for name in ("council", "home_area"):
            if name not in settings and not self._problems:
                self._wrong("settings.csv", None, None, f"The setting “{name}” is missing. Add it.")
        self._home = settings.get("home_area", "")
        for line, row in self._table("areas.csv"):
            self._once("areas.csv", line, "code", row["code"], self._areas)
            self._areas[row["code"]] = row["name"]
        if self._home and self._home not in self._areas and not self._problems:
            self._wrong("settings.csv", None, None, f"The home area “{shorten(self._home)}” is not in areas.csv.")
        sound = not self._problems
        assigned = self._register(sound)
        # What the other files name is looked up only in a register that could be read whole.
        self._register_sound = not self._problems
        bundle = Bundle(
            council=settings.get("council", ""),
            home_area=self._home,
            made_up=settings.get("made_up", "no") == "yes",
            areas=tuple(self._areas.items()),
            indicators=tuple(self._indicators.values()),
            assigned=assigned,
            targets=tuple(self._targets()),
            observations=tuple(self._observations()),
            benchmarks=tuple(self._benchmarks()),
            conflicts=tuple(self._conflicts()),
            reports=tuple(self._reports()),
        )
        if self._problems:
            raise BundleError(tuple(self._problems))
        return bundle

    def _register(self, areas_sound: bool) -> tuple[tuple[str, str], ...]:
        assigned: list[tuple[str, str]] = []
        for line, row in self._table("indicators.csv"):
            areas = row.pop("areas") or (self._home,)
            indicator = Indicator(**in_fields(Indicator, row))
            self._once("indicators.csv", line, "code", indicator.code, self._indicators)
            if not is_code(indicator.code):
                told = f"“{shorten(indicator.code)}” is not a code: capital letters A to Z, digits, and . _ - or single spaces between."
                self._wrong("indicators.csv", line, "code", told)
            self._indicators[indicator.code] = indicator
            for area in dict.fromkeys(areas):
                if areas.count(area) > 1:
                    self._wrong("indicators.csv", line, "areas", f"“{shorten(area)}” appears twice. Keep one.")
                elif areas_sound and area not in self._areas:
                    self._wrong("indicators.csv", line, "areas", f"“{shorten(area)}” is not in areas.csv.")
                assigned.append((indicator.code, area))
        return tuple(assigned)

    def _targets(self) -> Iterator[Target]:
        seen: set[tuple[str, str, Quarter]] = set()
        for line, row in self._known("targets.csv"):
            row["profiled"] = row.pop("kind") == "profiled"
            target = Target(**in_fields(Target, row))
            key = (target.indicator, target.area, target.start)
            if key in seen:
                self._wrong(
                    "targets.csv",
                    line,
                    "from_quarter",
                    f"{target.indicator} has two targets from {target.start}. Keep one.",
                )
            seen.add(key)
            if not target.has_target and target.intervention_level is None:
                self._wrong("targets.csv", line, "value", "Enter a target, a band or an intervention level.")
                continue
            try:
                rate(Decimal(0), target, self._indicators[target.indicator])
            except KpiError as error:
                self._wrong("targets.csv", line, None, str(error))
            for column in ("value", "low", "high", "intervention_level"):
                self._check_range("targets.csv", line, column, target.indicator, row[column])
            yield target

    def _benchmarks(self) -> Iterator[Benchmark]:
        seen: set[tuple[object, ...]] = set()
        for line, row in self._known("benchmarks.csv"):
            key = (row["indicator"], row["series"], row["year_end"])
            if key in seen:
                told = f"{row['series']} has two figures of {row['indicator']} for {row['period']}. Keep one."
                self._wrong("benchmarks.csv", line, "year_end", told)
            seen.add(key)
            yield Benchmark(**row)

    def _conflicts(self) -> Iterator[Conflict]:
        for line, row in self._known("conflicts.csv"):
            if (row["value"] is None) != (row["subject"] == "narrative"):
                told = "A conflict about an outturn or a target needs the other figure; one about narrative has none."
                self._wrong("conflicts.csv", line, "value", told)
            yield Conflict(**row)

    def _observations(self) -> Iterator[Observation]:
        seen: dict[tuple[str, str, Quarter], Observation] = {}
        for line, row in self._known("observations.csv"):
            figure = row.pop("value")
            row["value"], row["absence"] = (None, figure) if isinstance(figure, Absence) else (figure, None)
            row["provisional"] = row.pop("status") == "provisional"
            key = (row["indicator"], row["area"], row["quarter"])
            before = seen.get(key)
            if before is not None:
                if not row["revision_reason"]:
                    told = f"{key[0]} has two figures for {key[2]}. Keep one, or give the later one a revision_reason."
                    self._wrong("observations.csv", line, "quarter", told)
                row["revision"] = before.revision + 1
            elif row["revision_reason"]:
                told = (
                    f"There is no earlier figure of {key[0]} for {key[2]} to revise. Clear the reason or add it above."
                )
                self._wrong("observations.csv", line, "revision_reason", told)
            self._check_range("observations.csv", line, "value", key[0], row["value"])
            self._check_counts(line, row)
            observation = seen[key] = Observation(**row)
            yield observation

    def _check_range(self, file: str, line: int, column: str, code: str, value: Decimal | None) -> None:
        indicator = self._indicators[code]
        if value is None or indicator.unit is not Unit.PERCENT:
            return
        if value < 0 or (value > 100 and not indicator.may_pass_100):
            self._wrong(file, line, column, f"{value:f} is outside 0 to 100, and {code} is a percentage.")

    def _check_counts(self, line: int, row: Mapping[str, Any]) -> None:
        part, whole = row["numerator"], row["denominator"]
        if (part is None) != (whole is None):
            self._wrong("observations.csv", line, "numerator", "Give both counts, or neither.")
        elif whole == 0:
            self._wrong("observations.csv", line, "denominator", "The denominator is 0. Use z for the value.")
        elif part is not None:
            self._check_share(line, row, part, whole)

    def _check_share(self, line: int, row: Mapping[str, Any], part: int, whole: int) -> None:
        indicator, value = self._indicators[row["indicator"]], row["value"]
        if indicator.unit is not Unit.PERCENT:
            return
        if part > whole and not indicator.may_pass_100:
            self._wrong("observations.csv", line, "numerator", f"{part} is more than the denominator, {whole}.")
        elif value is not None:
            share = round_half_up(Decimal(part * 100) / whole, decimals_of(value))
            if share != value:
                told = f"{part} of {whole} is {share:f}%, and the value says {value:f}%."
                self._wrong("observations.csv", line, "value", told)

    def _reports(self) -> Iterator[ExceptionReport]:
        seen: dict[tuple[str, str, Quarter], str] = {}
        for file in sorted(name for name in self._files if name.startswith(f"{REPORT_FOLDER}/")):
            report = self._report(file)
            if report is None:
                continue
            key = (report.indicator, report.area, report.quarter)
            if key in seen:
                told = f"{seen[key]} is a report on the same indicator and quarter. Keep one."
                self._wrong(file, None, None, told)
            seen[key] = f"data/{file}"
            yield report

    def _report(self, file: str) -> ExceptionReport | None:
        text = self._decoded(file)
        if text is None:
            return None
        match = re.fullmatch(r"---\n(.*?)\n---\n(.*)", text, re.DOTALL)
        if match is None:
            self._wrong(file, None, None, "It must start with its facts between two lines of three dashes.")
            return None
        found = len(self._problems)
        facts: dict[str, str] = {}
        for name, _, fact in (line.partition(":") for line in match[1].splitlines() if line.strip()):
            self._once(file, None, None, name, facts)
            facts[name] = fact
            if name not in REPORT_FACTS:
                self._wrong(file, None, None, f"“{shorten(name)}” is not a fact of an exception report.")
        row = self._row(file, None, {name: text.strip() for name, text in facts.items()}, REPORT_FACTS)
        known = self._place(file, None, row)
        parts = re.split(r"^## +(.+?) *$", match[2], flags=re.MULTILINE)
        sections = {title: body.strip() for title, body in zip(parts[1::2], parts[2::2], strict=True)}
        if tuple(parts[1::2]) != FORM_HEADINGS or parts[0].strip():
            self._wrong(file, None, None, f"Its sections must be, in this order: {'; '.join(FORM_HEADINGS)}.")
        if len(row.get("reason_line") or "") > REASON_LINE_MOST:
            told = f"The reason line is longer than {REASON_LINE_MOST} characters. Shorten it."
            self._wrong(file, None, None, told)
        if row.get("state") == ReportState.APPROVED and not (row["approved_by"] and row["approved_on"]):
            self._wrong(file, None, None, "An approved report needs approved_by (a role) and approved_on (a date).")
        if len(self._problems) > found or not known:
            return None
        row["state"] = ReportState(row["state"])
        actions = actions_in(sections.pop(ACTIONS_HEADING))
        return ExceptionReport(**row, sections=tuple(sections.items()), actions=actions)

    # --- rows of one file ---

    def _known(self, file: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """The rows of a file whose indicator and area the register holds."""
        for line, row in self._table(file):
            if self._place(file, line, row):
                yield line, row

    def _place(self, file: str, line: int | None, row: dict[str, Any]) -> bool:
        code, known = row.get("indicator", ""), True
        if code and code not in self._indicators:
            known = False
            if self._register_sound:
                self._wrong(file, line, "indicator", f"“{shorten(code)}” is not in indicators.csv.")
        if "area" in row:
            row["area"] = row["area"] or self._home
            if row["area"] not in self._areas:
                known = False
                if self._register_sound:
                    self._wrong(file, line, "area", f"“{shorten(row['area'])}” is not in areas.csv.")
        return known

    def _table(self, file: str) -> Iterator[tuple[int, dict[str, Any]]]:
        columns = TABLES[file]
        if file not in self._files:
            self._wrong(file, None, None, "The file is missing. Put it back.")
            return
        text = self._decoded(file)
        if text is None:
            return
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        try:
            rows = list(reader)
        except csv.Error as error:
            self._wrong(file, reader.line_num, None, f"It cannot be read as CSV ({error}).")
            return
        headings = [heading.strip() for heading in rows[0]] if rows else []
        for place, heading in enumerate(headings):
            self._once(file, 1, None, heading, headings[:place])
            if heading not in columns:
                self._wrong(
                    file, 1, None, f"There is no column “{shorten(heading)}”. The columns are {', '.join(columns)}."
                )
        missing = [name for name, (_, default) in columns.items() if default is NEEDED and name not in headings]
        for name in missing:
            self._wrong(file, 1, None, f"Add the column “{name}”.")
        if missing:
            return
        for line, cells in enumerate(rows[1:], 2):
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(headings):
                told = f"It has {len(cells)} cells and must have {len(headings)}. Put quote marks round text that holds a comma."
                self._wrong(file, line, None, told)
                continue
            found = len(self._problems)
            row = self._row(file, line, dict(zip(headings, (cell.strip() for cell in cells), strict=True)), columns)
            if len(self._problems) == found:
                yield line, row

    def _row(
        self, file: str, line: int | None, cells: Mapping[str, str], columns: Mapping[str, Column]
    ) -> dict[str, Any]:
        row: dict[str, Any] = {}
        for name, (convert, default) in columns.items():
            text = cells.get(name, "")
            if not text:
                row[name] = default
                if default is NEEDED:
                    self._wrong(file, line, name, "It is empty. Enter it.")
                continue
            try:
                row[name] = convert(text)
            except KpiError as error:
                row[name] = None
                self._wrong(file, line, name, error.reason if isinstance(error, PeriodError) else str(error))
        return row

    def _once(self, file: str, line: int | None, column: str | None, name: str, seen: Container[str]) -> None:
        if name in seen:
            self._wrong(file, line, column, f"“{shorten(name)}” appears twice. Keep one.")

    def _decoded(self, file: str) -> str | None:
        try:
            return self._files[file].decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError:
            self._wrong(file, None, None, "It is not saved as UTF-8. Save it as CSV UTF-8.")
            return None

    def _wrong(self, file: str, line: int | None, column: str | None, message: str) -> None:
        self._problems.append(Problem(f"data/{file}", line, column, message))

"""The command line, the pages' twin: ``python -m kpi_core COMMAND --help``.

Exit status: 0 done, 1 the input has problems or the work cannot be done now, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import textwrap
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import NoReturn

from . import wire
from .assess import EXCEPTION_TRIGGER, Rating
from .errors import KpiError, PeriodError, UnknownChoice, UnknownIndicator
from .figures import with_unit
from .headline import headline
from .report import MADE_UP, said_of
from .scorecard import Row, display, level_words, target_words
from .shell.services import DEFAULT_DATABASE, Services, make_database, places, rebuild, utc_now

Outcome = tuple[int, wire.Json, str]
"""Exit status, the JSON document, the text for people."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Errors go to standard error as one sentence on one line."""
    arguments = _parser().parse_args(argv)
    database = Path(arguments.db) if arguments.db else places()[0]
    try:
        outcome: Outcome = arguments.run(arguments, database)
    except (PeriodError, UnknownChoice, UnknownIndicator) as error:
        print(error, file=sys.stderr)
        return 2
    except KpiError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename or database}: {error.strerror}.", file=sys.stderr)
        return 1
    status, document, text = outcome
    try:
        print(json.dumps(document, ensure_ascii=False, indent=2) if arguments.json else text, flush=True)
    except BrokenPipeError:  # the reader, like head, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return status


class _Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{message[0].upper()}{message[1:]}. Try: {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    shared = _Parser(add_help=False)
    shared.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON document and nothing else"
    )
    parser = _Parser(prog="python -m kpi_core", description="The KPI explorer's command line.")
    parser.add_argument("--db", metavar="PATH", help="the database (default: KPI_DB, or data/kpi.duckdb)")
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, about: str, run: Callable[[argparse.Namespace, Path], Outcome]) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=about, description=about, parents=[shared])
        sub.set_defaults(run=run)
        return sub

    def at_quarter(sub: argparse.ArgumentParser) -> None:
        sub.add_argument("--quarter", metavar="Q", help="like 'Q2 2022-23' (default: the latest reported)")
        sub.add_argument("--area", metavar="A", help="the area's code (default: the council's own)")

    card = command("scorecard", "the scorecard of a quarter", _scorecard)
    at_quarter(card)
    card.add_argument("--category", nargs="+", default=[], metavar="C")
    card.add_argument("--indicator", nargs="+", default=[], metavar="CODE")
    card.add_argument("--rating", nargs="+", default=[], metavar="R", help=", ".join(Rating))
    one = command("indicator", "one indicator: definition, series, changes, benchmarks, conflicts, report", _indicator)
    one.add_argument("code", metavar="CODE")
    at_quarter(one)
    at_quarter(command("exceptions", "exception reports: required, present, missing", _exceptions))
    command("verify", "check what is held, and whether data/ has changed since", _verify)
    command("rebuild", "make the database again from data/; the former one is set aside", _rebuild)
    example = command("example", "make the example council's database (made-up figures) at --db", _example)
    example.add_argument("--seed", type=int, default=2022, help="the same seed gives the same figures")
    return parser


def _open(database: Path) -> closing[Services]:
    return closing(Services.open(database, places()[1]))


def _scorecard(arguments: argparse.Namespace, database: Path) -> Outcome:
    with _open(database) as services:
        whole, made_up = services.scorecard(arguments.quarter, arguments.area), services.council()[1]
    card = whole.filtered(arguments.category, arguments.indicator, arguments.rating)
    lines = [*_made_up(made_up), f"{card.area_name}: {card.quarter.label}", *headline(whole), ""]
    for category in card.categories:
        lines.append(category)
        lines += [line for row in card.rows if row.indicator.category == category for line in _row_lines(row)]
    if not card.rows:
        lines.append("No indicator matches these filters.")
    return 0, {"made_up": made_up, **wire.scorecard_json(card, whole)}, "\n".join(lines)


def _made_up(made_up: bool) -> list[str]:
    return [MADE_UP] if made_up else []


def _row_lines(row: Row) -> list[str]:
    indicator = row.indicator
    aim = target_words(row.target, indicator)
    level = level_words(row.target, indicator)
    facts = [row.display, f"target {aim}" if aim else "no target", f"intervention level {level}" if level else ""]
    lead = row.changes.lead
    facts.append(lead.text if lead else "cannot be compared like with like")
    others = [row.changes.year if row.changes.leading == "quarter" else row.changes.quarter]
    others += [] if lead else [row.changes.year]
    facts += [known.text for other in others if (known := other if other.basis else other.since_last_known)]
    if row.exception.required:
        facts.append(f"exception report {row.exception.state}")
    lines = [f"  {row.rated.rating.words:<10} {indicator.code}  {indicator.name}: {'; '.join(f for f in facts if f)}"]
    if row.rated.missed:
        lines.append(f"             {row.exception.reason_line or 'No explanation yet'} ({row.note})")
    elif row.note:
        lines.append(f"             {row.note}")
    if row.conflict:
        lines.append(f"             {row.conflict}")
    return lines


def _indicator(arguments: argparse.Namespace, database: Path) -> Outcome:
    with _open(database) as services:
        view, made_up = services.indicator(arguments.code, arguments.quarter, arguments.area), services.council()[1]
    row = view.row
    lines = [
        *_made_up(made_up),
        f"{row.indicator.name} ({row.indicator.code}), {row.quarter.label}: {row.display}",
        row.rated.reason,
    ]
    lines += [row.note] if row.note else []
    lines += [f"Since the quarter before: {row.changes.quarter.text}", f"Since a year before: {row.changes.year.text}"]
    lines += [f"Against the target: {row.changes.target.text}"]
    lines += [f"Note: {said_of(conflict)}" for conflict in view.conflicts]
    lines += ["", "Quarters held:"]
    lines += [
        f"  {j.observation.quarter}: {display(j.observation, row.indicator)}, {j.rated.rating.words}"
        for j in view.series
    ]
    lines += [f"  {b.series}, {b.period}: {with_unit(b.value, row.indicator.unit)}" for b in view.benchmarks]
    if view.report is not None:
        lines += ["", f"Exception report ({view.report.state}): {view.report.reason_line}"]
        for heading, body in view.report.sections:
            lines += ["", heading, textwrap.indent(body or "(empty)", "  ")]
    elif row.exception.required:
        lines += ["", "Exception report: missing"]
    return 0, {"made_up": made_up, **wire.indicator_json(view)}, "\n".join(lines)


def _exceptions(arguments: argparse.Namespace, database: Path) -> Outcome:
    with _open(database) as services:
        view, made_up = services.exceptions(arguments.quarter, arguments.area), services.council()[1]
    lines = [*_made_up(made_up), f"{view.scorecard.quarter.label}: a report is required where {EXCEPTION_TRIGGER}."]
    lines += [f"  {row.exception.state:<10} {row.indicator.code}  {row.indicator.name}" for row in view.required]
    lines += [] if view.required else ["  None is required."]
    lines += [f"  not required, {row.exception.state}: {row.indicator.name}" for row in view.not_required]
    lines += [f"Note: {said_of(conflict)}" for conflict in view.conflicts]
    return 0, {"made_up": made_up, **wire.exceptions_json(view)}, "\n".join(lines)


def _verify(_: argparse.Namespace, database: Path) -> Outcome:
    with _open(database) as services:
        health = services.verify()
    counts = ", ".join(f"{count} in {table.replace('_', ' ')}" for table, count in health.counts)
    lines = [f"Held: {counts}.", *(health.problems or ("Nothing is wrong.",))]
    return 1 if health.problems else 0, wire.health_json(health), "\n".join(lines)


def _rebuild(_: argparse.Namespace, database: Path) -> Outcome:
    aside = rebuild(database, places()[1])
    text = f"{database.name} is made again from data/."
    if aside is not None:
        text += f" The former one is kept as {aside.name}."
    return 0, {"database": database.name, "set_aside": aside.name if aside else None}, text


def _example(arguments: argparse.Namespace, database: Path) -> Outcome:
    from .shell.example import files  # only this command needs it, and the command line starts cold each time

    if database.resolve() == DEFAULT_DATABASE.resolve():
        raise KpiError("The example needs a database of its own: name one with --db, like --db data/example.duckdb.")
    make_database(database, files(arguments.seed), utc_now)
    return (
        0,
        {"database": database.name, "made_up": True},
        f"{database.name} holds the example council: its figures are made up.",
    )


if __name__ == "__main__":
    sys.exit(main())

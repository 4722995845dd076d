"""The arguments of every command, and how an outcome or an error is printed."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from ..errors import KpiError, PeriodError, UnknownChoice, UnknownIndicator, shorten
from ..shell.services import places
from . import reading, record, uploads
from .command import Outcome

COMMANDS = (*reading.COMMANDS, *uploads.COMMANDS, *record.COMMANDS)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Errors go to standard error as one sentence on one line."""
    given = sys.argv[1:] if argv is None else argv
    arguments = _parser(given).parse_args(given)
    # What goes to standard error is one sentence; without a handler, Python would write what is logged there too.
    logging.getLogger("kpi_explorer").addHandler(logging.NullHandler())
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
        print(f"{shorten(str(error.filename or database), 200)}: {error.strerror}.", file=sys.stderr)
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
        self.exit(2, f"{message[0].upper()}{message[1:].rstrip('.')}. Try: {self.prog} --help\n")


def _parser(given: Sequence[str]) -> argparse.ArgumentParser:
    """The parser of what was given. Of all the commands that can be asked for, those that were not need no arguments."""
    shared = _Parser(add_help=False)
    shared.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON document and nothing else"
    )
    parser = _Parser(prog="python -m kpi_core", description="The KPI explorer's command line.")
    parser.add_argument(
        "--db", metavar="PATH", help="the database (default: the one that KPI_DB names, or the explorer's own)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for command in COMMANDS:
        sub = commands.add_parser(command.name, help=command.about, description=command.about, parents=[shared])
        sub.set_defaults(run=command.run)
        for names, settings in command.arguments if command.name in given else ():
            sub.add_argument(*names, **settings)
    return parser

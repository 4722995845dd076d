"""What a command is, and what several of them share: arguments, the database opened, lines for people."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..access import OFFICER, ROLES, Actor
from ..shell.services import Services, places
from ..showing import as_json

if TYPE_CHECKING:
    from ..intake import Caps

# What only some commands need is imported by them: the command line starts cold each time.

Outcome = tuple[int, as_json.Json, str]
"""Exit status, the JSON document, the text for people."""
Argument = tuple[tuple[str, ...], dict[str, Any]]
"""An argument as ``argparse`` is given it."""
MOST_LINES = 50
"""How many lines of one kind people are told."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its name, what it does, the function that runs it, the arguments it takes."""

    name: str
    about: str
    run: Callable[[Namespace, Path], Outcome]
    arguments: tuple[Argument, ...] = ()


def argument(*names: str, **settings: Any) -> Argument:
    """An argument of a command."""
    return names, settings


AT_QUARTER = (
    argument("--quarter", metavar="Q", help="like 'Q2 2022-23' (default: the latest reported)"),
    argument("--area", metavar="A", help="the area's code (default: the council's own)"),
)
AS_AT = argument(
    "--as-at",
    default="",
    metavar="WHEN",
    help="as it stood then: a record's number, a day, or first (as first recorded here)",
)


def acting(role: str = OFFICER) -> tuple[Argument, Argument]:
    """The arguments that say who acts, and in which role."""
    return (
        argument("--by", default="", metavar="NAME", help="who does it (default: who is signed in to the machine)"),
        argument(
            "--role", default=role, metavar="ROLE", help=f"the role acted in (default: {role}): {', '.join(ROLES)}"
        ),
    )


def actor(arguments: Namespace) -> Actor:
    """Who acts, as those arguments say it."""
    return Actor(arguments.by or _user(), arguments.role)


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "command line"


def opened(database: Path, at: Callable[[str], None] = lambda _: None) -> closing[Services]:
    """The services over a database, closed afterwards. What must be said of how it was opened goes to standard error."""
    services = Services.open(database, places()[1], at=at)
    for said in (*([services.recovered] if services.recovered else []), *services.warnings()):
        print(said, file=sys.stderr)
    return closing(services)


def content_of(path: Path, caps: Caps) -> bytes:
    """The bytes of a file; of one far too large, enough to say so."""
    with path.open("rb") as file:
        return file.read(min(caps.bytes * 16, 2**34))


def first(lines: list[str]) -> list[str]:
    """The first lines, and how many more there are."""
    more = len(lines) - MOST_LINES
    return lines if more <= 0 else [*lines[:MOST_LINES], f"  and {more} more"]

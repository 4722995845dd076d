"""The commands of the record itself: told, checked, backed up and put back, made again, loaded, erased."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from ..access import ADMINISTRATOR
from ..errors import KpiError
from ..shell.home import DEFAULT_DATABASE
from ..shell.storage import backup_to, make_database, rebuild, restore, utc_now
from ..showing import as_json
from .command import Command, Outcome, acting, actor, argument, opened


def _ledger(arguments: Namespace, database: Path) -> Outcome:
    with opened(database) as services:
        found = services.changes(arguments.since)
        document = {
            "position": services.position,
            "head": services.head,
            "events": [as_json.event_json(one) for one in found],
        }
        last = f"Record {services.position}. Head {services.head}"
    lines = [f"{one.number:>5}  {one.at:%d %b %Y %H:%M}  {one.by} ({one.role}): {one.what}" for one in found]
    return 0, document, "\n".join((*lines, last))


def _backup(arguments: Namespace, database: Path) -> Outcome:
    with opened(database) as services:
        made = services.backup()
    backup_to(arguments.path, made.content)
    document = {"backup": str(arguments.path), "position": made.position, "head": made.head, "files": made.files}
    return 0, document, f"{arguments.path.name} is written. {made.words}"


def _restore(arguments: Namespace, database: Path) -> Outcome:
    restore(arguments.path, database)
    with opened(database) as services:
        health = services.verify()
    text = f"{database.name} is put back from {arguments.path.name}: records 1 to {health.position}."
    return 1 if health.problems else 0, as_json.health_json(health), "\n".join((text, *health.problems))


def _verify(arguments: Namespace, database: Path) -> Outcome:
    with opened(database) as services:
        health = services.verify(arguments.head)
    counts = ", ".join(f"{count} in {table.replace('_', ' ')}" for table, count in health.counts)
    lines = [f"Recorded: {counts}.", f"Record {health.position}. Head {health.head}"]
    lines += [f"Mended: {one}" for one in health.mended]
    return (
        1 if health.problems else 0,
        as_json.health_json(health),
        "\n".join((*lines, *(health.problems or ("Nothing is wrong.",)))),
    )


def _rebuild(_: Namespace, database: Path) -> Outcome:
    done = rebuild(database)
    text = f"{database.name} is made again from its second copy: {done.words}."
    if done.aside:
        text += f" The former one is kept as {done.aside[0].name}."
    document = {
        "database": database.name,
        "position": done.position,
        "set_aside": done.aside[0].name if done.aside else None,
    }
    return 0, document, text


def _load(arguments: Namespace, database: Path) -> Outcome:
    with opened(database) as services:
        event = services.load_data(actor(arguments))
    if event is None:
        return 0, {"loaded": None}, "Nothing was loaded: no file of data/ has changed since."
    return 0, {"loaded": event.number}, f"The files of data/ are loaded anew, as record {event.number}."


def _erase(arguments: Namespace, database: Path) -> Outcome:
    with opened(database) as services:
        event = services.erase(arguments.record, arguments.reason, actor(arguments), arguments.second)
        aside = sorted(path.name for path in database.parent.glob(f"{database.name}*.set-aside"))
    text = f"The words of record {arguments.record} are erased, as record {event.number} says. Backups made before still hold them."
    if aside:
        text += f" So may what was set aside: {', '.join(aside)}."
    return 0, {"erased": arguments.record, "record": event.number, "set_aside": aside}, text


def _example(arguments: Namespace, database: Path) -> Outcome:
    from ..shell.example import files

    if database.resolve() == DEFAULT_DATABASE.resolve():
        raise KpiError("The example needs a database of its own: name one with --db, like --db data/example.duckdb.")
    make_database(database, files(arguments.seed), utc_now)
    return (
        0,
        {"database": database.name, "made_up": True},
        f"{database.name} holds the example council: its figures are made up.",
    )


COMMANDS = (
    Command(
        "ledger",
        "the record of changes: everything that was done, oldest first",
        _ledger,
        (argument("--since", type=int, default=0, metavar="N", help="only what came after record N"),),
    ),
    Command(
        "verify",
        "check both copies of the record, their files and every table",
        _verify,
        (
            argument(
                "--head", default="", metavar="HASH", help="a head that was noted outside, to be found in the chain"
            ),
        ),
    ),
    Command(
        "backup",
        "write a zip file with the database and its second copy",
        _backup,
        (argument("path", metavar="PATH", type=Path),),
    ),
    Command(
        "restore",
        "put a backup back, where --db names no database yet",
        _restore,
        (argument("path", metavar="PATH", type=Path),),
    ),
    Command("rebuild", "make the database again from its second copy; the former one is set aside", _rebuild),
    Command("load", "load the files of data/ anew, where they have changed since", _load, acting()),
    Command(
        "erase",
        "erase the words of a record, and the file that came in with it; the chain stays whole",
        _erase,
        (
            argument("record", metavar="RECORD", type=int),
            argument("--reason", required=True),
            argument("--second", required=True, metavar="NAME", help="the second person"),
            *acting(ADMINISTRATOR),
        ),
    ),
    Command(
        "example",
        "make the example council's database (made-up figures) at --db",
        _example,
        (argument("--seed", type=int, default=2022, help="the same seed gives the same figures"),),
    ),
)

"""The command line, the pages' twin: ``python -m kpi_core COMMAND --help``.

Exit status: 0 done, 1 the input has problems or the work cannot be done now, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import gc
import getpass
import json
import logging
import os
import sys
import textwrap
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NoReturn

from .access import ADMINISTRATOR, OFFICER, ROLES, Actor
from .errors import KpiError, NotAllowed, NotPublished, PeriodError, UnknownChoice, UnknownIndicator, shorten
from .figures import with_unit
from .judging import EXCEPTION_TRIGGER, Rating, Row, Scorecard, display, headline, level_words, target_words
from .model import ACTIONS_HEADING, ChangeKind, Upload
from .periods import quarter as read_quarter
from .reports import Completeness, action_words
from .shell.services import DEFAULT_DATABASE, Services, places
from .shell.storage import STEPS, backup_to, make_database, rebuild, restore, utc_now
from .showing import MADE_UP, as_json, confidential_words, said_of

if TYPE_CHECKING:
    from .intake import AnyPreview, Caps, Finding, Profile
    from .what_if import Change

# What only some commands need is imported by them: the command line starts cold each time.

Outcome = tuple[int, as_json.Json, str]
"""Exit status, the JSON document, the text for people."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Errors go to standard error as one sentence on one line."""
    arguments = _parser().parse_args(argv)
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

    def as_at(sub: argparse.ArgumentParser) -> None:
        sub.add_argument(
            "--as-at",
            default="",
            metavar="WHEN",
            help="as it stood then: a record's number, a day, or first (as first recorded here)",
        )

    def acting(sub: argparse.ArgumentParser, role: str = OFFICER) -> None:
        sub.add_argument(
            "--by", default="", metavar="NAME", help="who does it (default: who is signed in to the machine)"
        )
        sub.add_argument(
            "--role", default=role, metavar="ROLE", help=f"the role acted in (default: {role}): {', '.join(ROLES)}"
        )

    card = command("scorecard", "the scorecard of a quarter", _scorecard)
    at_quarter(card)
    as_at(card)
    card.add_argument("--category", nargs="+", default=[], metavar="C")
    card.add_argument("--indicator", nargs="+", default=[], metavar="CODE")
    card.add_argument("--rating", nargs="+", default=[], metavar="R", help=", ".join(Rating))
    one = command("indicator", "one indicator: definition, series, changes, benchmarks, conflicts, report", _indicator)
    one.add_argument("code", metavar="CODE")
    at_quarter(one)
    as_at(one)
    present = command("exceptions", "exception reports: required, present, missing", _exceptions)
    at_quarter(present)
    as_at(present)
    suppose = command("what-if", "before and after, where targets, levels or next values were others", _what_if)
    at_quarter(suppose)
    as_at(suppose)
    for what, about in _SUPPOSED.items():
        suppose.add_argument(
            f"--{what}",
            nargs="+",
            action="extend",
            default=[],
            metavar="CODE=V",
            type=partial(_supposed, what),
            help=about,
        )
    check = command(
        "check", "check a paper (.docx or text) against the figures: what it says, and what is held", _check
    )
    check.add_argument("file", metavar="FILE", type=Path)
    at_quarter(check)
    as_at(check)
    at_quarter(command("template", "print the upload's template for a quarter, as CSV", _template))
    give = command("import", "check a file and show what it would change; publish it only when told", _import)
    give.add_argument("file", metavar="FILE", type=Path)
    give.add_argument("--quarter", metavar="Q", help="the quarter the file is meant for (default: the one it holds)")
    give.add_argument(
        "--mapping",
        "--profile",
        dest="mapping",
        metavar="NAME",
        help="the column mapping to read it through: a saved one, or a TOML file",
    )
    give.add_argument("--publish", action="store_true", help="publish it, if nothing blocks")
    give.add_argument("--confirm-warnings", action="store_true", help="confirm every warning")
    give.add_argument("--reason", default="", help="why a recorded figure or target changes")
    give.add_argument("--decided-by", default="", metavar="WHO", help="who decided a recorded target's change")
    give.add_argument("--decided-on", default="", metavar="DAY", help="on what day, like 2022-11-22")
    give.add_argument("--paper", default="", metavar="PAPER", help="or in which paper or minute")
    give.add_argument("--revision", choices=("scheduled", "correction"), default="", help="what kind of change it is")
    acting(give)
    give.add_argument("--no-limits", action="store_true", help="read a file of any size: for years of history, once")
    as_at(command("uploads", "history of uploads, newest first", _uploads))
    back = command("withdraw", "withdraw what an upload gave; what stood before stands again", _withdraw)
    back.add_argument("id", metavar="ID", type=int)
    back.add_argument("--reason", required=True)
    acting(back)
    told = command("ledger", "the record of changes: everything that was done, oldest first", _ledger)
    told.add_argument("--since", type=int, default=0, metavar="N", help="only what came after record N")
    check_all = command("verify", "check both copies of the record, their files and every table", _verify)
    check_all.add_argument(
        "--head", default="", metavar="HASH", help="a head that was noted outside, to be found in the chain"
    )
    command("backup", "write a zip file with the database and its second copy", _backup).add_argument(
        "path", metavar="PATH", type=Path
    )
    command("restore", "put a backup back, where --db names no database yet", _restore).add_argument(
        "path", metavar="PATH", type=Path
    )
    command("rebuild", "make the database again from its second copy; the former one is set aside", _rebuild)
    acting(command("load", "load the files of data/ anew, where they have changed since", _load))
    gone = command(
        "erase", "erase the words of a record, and the file that came in with it; the chain stays whole", _erase
    )
    gone.add_argument("record", metavar="RECORD", type=int)
    gone.add_argument("--reason", required=True)
    gone.add_argument("--second", required=True, metavar="NAME", help="the second person")
    acting(gone, ADMINISTRATOR)
    example = command("example", "make the example council's database (made-up figures) at --db", _example)
    example.add_argument("--seed", type=int, default=2022, help="the same seed gives the same figures")
    return parser


class Progress:
    """A bar on standard error that says how far a long piece of work is; only where a person looks at it."""

    _STAGES: ClassVar = {"reading and checking": (0.0, 0.6), "publishing": (0.6, 1.0)}
    _WIDTH = 30

    def __init__(self, wanted: bool) -> None:
        self._shown = wanted and sys.stderr.isatty()
        self._stage = ""

    def __enter__(self) -> Progress:
        return self

    def __call__(self, stage: str) -> None:
        """Begin a stage."""
        self._stage = stage
        self.part(0)

    def part(self, part: float) -> None:
        """How far the stage is, from 0 to 1."""
        if self._shown:
            start, end = self._STAGES[self._stage]
            whole = start + part * (end - start)
            done = round(whole * self._WIDTH)
            bar = "#" * done + "-" * (self._WIDTH - done)
            print(f"\r\033[K[{bar}] {whole:4.0%} {self._stage}", end="", file=sys.stderr, flush=True)

    def step(self, step: str) -> None:
        """A step of a publication is done."""
        if step in STEPS and self._stage == "publishing":
            # Writing the figures is most of the work.
            self.part(0.7 + 0.15 * STEPS.index(step))

    def __exit__(self, *_: object) -> None:
        if self._shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def _open(database: Path, at: Callable[[str], None] = lambda _: None) -> closing[Services]:
    services = Services.open(database, places()[1], at=at)
    for said in (*([services.recovered] if services.recovered else []), *services.warnings()):
        print(said, file=sys.stderr)
    return closing(services)


def _actor(arguments: argparse.Namespace) -> Actor:
    return Actor(arguments.by or _user(), arguments.role)


def _scorecard(arguments: argparse.Namespace, database: Path) -> Outcome:
    with _open(database) as services:
        whole = services.scorecard(arguments.quarter, arguments.area, arguments.as_at)
        made_up = services.council()[1]
    card = whole.filtered(arguments.category, arguments.indicator, arguments.rating)
    lines = [*_made_up(made_up), *_seen(card), f"{card.area_name}: {card.quarter.label}", *headline(whole), ""]
    for category in card.categories:
        lines.append(category)
        lines += [line for row in card.rows if row.indicator.category == category for line in _row_lines(row)]
    if not card.rows:
        lines.append("No indicator matches these filters.")
    return 0, {"made_up": made_up, **as_json.scorecard_json(card, whole)}, "\n".join(lines)


def _seen(card: Scorecard) -> list[str]:
    hidden = [confidential_words(card.now_confidential)] if card.now_confidential else []
    return [f"{card.moment}.", *hidden] if card.moment else []


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
        view = services.indicator(arguments.code, arguments.quarter, arguments.area, arguments.as_at)
        made_up = services.council()[1]
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
        lines += ["", ACTIONS_HEADING, *([] if view.report.actions else ["  (empty)"])]
        lines += [f"  {one.number}. {one.text} {action_words(one)}" for one in view.report.actions]
    elif row.exception.required:
        lines += ["", "Exception report: missing"]
    return 0, {"made_up": made_up, **as_json.indicator_json(view)}, "\n".join(lines)


def _exceptions(arguments: argparse.Namespace, database: Path) -> Outcome:
    with _open(database) as services:
        view, made_up = services.exceptions(arguments.quarter, arguments.area, arguments.as_at), services.council()[1]
    lines = [
        *_made_up(made_up),
        *_seen(view.scorecard),
        f"{view.scorecard.quarter.label}: a report is required where {EXCEPTION_TRIGGER}.",
    ]
    lines += [f"  {row.exception.state:<10} {row.indicator.code}  {row.indicator.name}" for row in view.required]
    lines += [] if view.required else ["  None is required."]
    lines += [f"  not required, {row.exception.state}: {row.indicator.name}" for row in view.not_required]
    lines += _completeness_lines(view.completeness)
    lines += [f"Note: {said_of(conflict)}" for conflict in view.conflicts]
    return 0, {"made_up": made_up, **as_json.exceptions_json(view)}, "\n".join(lines)


def _completeness_lines(found: Completeness) -> list[str]:
    lines = ["What the quarter lacks:", *(f"  {one}" for one in found.lacks or ("Nothing.",))]
    for what, actions in (
        ("Actions without an owner or a due date:", found.unassigned),
        ("Unfinished actions of earlier quarters, overdue ones first:", found.unfinished),
    ):
        if actions:
            told = [f"  {one.indicator} {one.quarter}: {one.action.text} {action_words(one.action)}" for one in actions]
            lines += [what, *_first(told)]
    if found.concerns:
        lines += ["Emerging concerns:", *(f"  {one.indicator}: {one.reason}" for one in found.concerns)]
    return lines


def _check(arguments: argparse.Namespace, database: Path) -> Outcome:
    from .intake import Caps

    with _open(database) as services:
        content = _content(arguments.file, Caps())
        paper = services.texts.check(content, arguments.file.name, arguments.quarter, arguments.area, arguments.as_at)
        made_up = services.council()[1]
    lines = [*_made_up(made_up), f"{paper.file}, beside the figures for {paper.quarter.label}:"]
    for one in paper.findings:
        place = f" ({one.indicator})" if one.indicator else ""
        lines += [f"  line {one.line}: {one.verdict}{place}: {shorten(one.text, 160)}", f"      {one.message}"]
    said = ", ".join(f"{count} {verdict}" for verdict, count in paper.counts.items() if count)
    lines.append(f"In all: {said}." if said else "No claim about an indicator was found that could be checked.")
    lines += [paper.cut_short] if paper.cut_short else []
    return 1 if paper.contradicted else 0, as_json.check_json(paper), "\n".join(lines)


_SUPPOSED = {  # as ``what_if.What`` calls them
    "target": "a target: FD02=22, or by how much, FD02=+2 (points) or FD02=-5%%; CODE may be a category, or all",
    "tolerance": "a tolerance: FD02=2 (points) or FD02=10%% (of the target)",
    "intervention": "an intervention level",
    "value": "the next quarter's value",
    "count": "assume the count behind the figure, where none is held: FD02=266",
    "out-of": "assume the denominator behind the figure: FD02=1004",
    "by": "the quarter to reach the target by, for its milestones: 'FD02=Q4 2023-24'",
}


def _supposed(what: str, given: str) -> Change:
    from .what_if import What, change_of

    scope, equals, amount = given.partition("=")
    try:
        if equals:
            return change_of(What(what), scope.strip(), amount)
    except KpiError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    raise argparse.ArgumentTypeError(f"“{shorten(given)}” is not a change, which is written like FD02=22")


def _what_if(arguments: argparse.Namespace, database: Path) -> Outcome:
    changes = [str(one) for what in _SUPPOSED for one in getattr(arguments, what.replace("-", "_"))]
    with _open(database) as services:
        found, made_up = (
            services.what_if(changes, arguments.quarter, arguments.area, arguments.as_at),
            services.council()[1],
        )
    lines = [
        *_made_up(made_up),
        f"{found.area_name}: {found.quarter.label}. Nothing published is changed.",
        found.words,
        "",
    ]
    for one in found.changed if found.changes else found.rows:
        lines += [f"  {one.text}"]
        lines += [
            f"      {stated.words(one.indicator)} To assume it: --count {one.indicator.code}={stated.count}"
            for stated in one.stated
        ]
        lines += [f"      {mark.quarter}: {mark.text}" for mark in one.milestones]
    lines += [f"  Left unchanged: {sentence}" for sentence in found.left_out]
    return 0, {"made_up": made_up, **as_json.what_if_json(found)}, "\n".join(lines)


def _template(arguments: argparse.Namespace, database: Path) -> Outcome:
    from .shell.export import csv_file

    with _open(database) as services:
        table = services.template(arguments.quarter, arguments.area)
    rows = [dict(zip(table.headings, (str(cell) for cell in row), strict=True)) for row in table.rows]
    return 0, {"rows": rows}, csv_file.render(table).decode("utf-8-sig").rstrip()


def _import(arguments: argparse.Namespace, database: Path) -> Outcome:
    from .intake import UNCAPPED, Caps, GivenFile, TargetDecision
    from .shell.services import Decision

    chosen = None if arguments.quarter is None else read_quarter(arguments.quarter)
    with Progress(not arguments.json) as progress, _open(database, progress.step) as services:
        profile = _mapping(services, arguments.mapping)
        progress("reading and checking")
        caps = UNCAPPED if arguments.no_limits else Caps()
        if arguments.no_limits:
            gc.disable()  # millions of figures, none of them garbage: looking for some takes half the time
        file = GivenFile(_content(arguments.file, caps), arguments.file.name, profile, chosen, caps)
        preview = services.uploads.preview(file, progress.part)
        upload, refused = None, ""
        if arguments.publish:
            progress("publishing")
            confirmed = None if arguments.confirm_warnings else ()
            who = _actor(arguments)
            said = TargetDecision(arguments.decided_by, _day(arguments.decided_on), arguments.paper)
            decision = Decision(who.name, arguments.reason, confirmed, arguments.revision, who.role, said)
            try:
                upload = services.uploads.publish(preview, decision)
            except (NotPublished, NotAllowed) as error:
                refused = str(error)
    if refused:
        print(refused, file=sys.stderr)
    status = 1 if refused or (preview.blocked and upload is None) else 0
    document = as_json.import_json(preview, upload) if arguments.json else {}
    return status, document, "\n".join(_import_lines(preview, upload, arguments.publish))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise KpiError(f"“{shorten(text)}” is not a day. Write it like 2022-11-22.") from None


def _mapping(services: Services, name: str | None) -> Profile | None:
    """The mapping of a name, or the one that a TOML file holds."""
    from .intake import read_profile

    if name is None:
        return None
    path = Path(name)
    if path.suffix.casefold() != ".toml" or not path.is_file():
        return services.uploads.profile(name)
    try:
        return read_profile(path.read_bytes().decode(), path.stem)
    except UnicodeDecodeError:
        raise KpiError(f"{path.name} is not saved as UTF-8. Save it as plain text in UTF-8.") from None


def _content(path: Path, caps: Caps) -> bytes:
    """The bytes of a file; of one far too large, enough to say so."""
    with path.open("rb") as file:
        return file.read(min(caps.bytes * 16, 2**34))


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "command line"


_MOST_LINES = 50


def _import_lines(preview: AnyPreview, upload: Upload | None, asked: bool) -> list[str]:
    from .intake import Preview, rating_words

    new, confirmed, revised, same = preview.counts
    lines = [f"{preview.file.file_name}: {preview.kind}{f', {preview.quarters}' if preview.quarters else ''}"]
    lines += _finding_lines(preview.findings)
    commented = f", {preview.comments} with another comment" if preview.comments else ""
    lines.append(f"{new} new, {confirmed} confirmed, {revised} revised, {same} the same{commented}")
    turned = _turned_lines(preview)
    lines += _first(turned)
    if preview.missing:
        lines.append(f"Missing: {', '.join(preview.missing)}")
    if isinstance(preview, Preview) and preview.reported_ratings:
        lines.append(
            f"Ratings as reported: {preview.reported_ratings}, of which {len(preview.reconciliation)} differ from those worked out"
        )
        lines += _first(
            [
                f"  {one.change.observation.area} {one.change.observation.indicator} {one.change.observation.quarter}: "
                f"reported {rating_words(one.reported)}. {one.rated.reason}"
                for one in preview.reconciliation
            ]
        )
    if upload is not None:
        lines.append(f"Published as upload {upload.id}.")
    elif preview.blocked:
        lines.append("Blocked: correct the file and check it again.")
    else:
        lines.append("Nothing is published." if asked else "Nothing is published. Add --publish to publish it.")
    return lines


def _first(lines: list[str]) -> list[str]:
    """The first lines, and how many more there are."""
    more = len(lines) - _MOST_LINES
    return lines if more <= 0 else [*lines[:_MOST_LINES], f"  and {more} more"]


def _finding_lines(findings: Sequence[Finding]) -> list[str]:
    """Every problem; of very many the first of each class, so that one class does not keep another out of sight."""
    each = len(findings)
    if each > _MOST_LINES:
        each = max(_MOST_LINES // len({one.code for one in findings}), 1)
    counts: Counter[str] = Counter()
    lines = []
    for one in findings:
        counts[one.code] += 1
        if counts[one.code] <= each:
            lines.append(f"  {one.severity.value:<5} {one.code}: {one.message}")
    return [*lines, *(f"  and {count - each} more of {code}" for code, count in counts.items() if count > each)]


def _turned_lines(preview: AnyPreview) -> list[str]:
    """What a few changes do to their ratings; a file of history turns none and is too long to list."""
    from .intake import EntriesPreview

    if isinstance(preview, EntriesPreview):
        return [
            f"  {c.indicator.code} {c.kind}: {f'{c.before} -> ' if c.before else ''}{c.after}"
            for c in preview.changes
            if c.kind is not ChangeKind.SAME
        ]
    lines = []
    for change in preview.changes:
        if change.kind is ChangeKind.COMMENT:
            one = change.observation
            lines.append(f"  {one.indicator} {one.quarter} {change.kind}: {change.comment_words}")
        elif change.held is not None and change.kind is not ChangeKind.SAME:
            before, after = preview.ratings(change)
            one, indicator = change.observation, preview.indicators[change.observation.indicator]
            rated = f", {before.rating.words if before else 'none'} to {after.rating.words}"
            lines.append(
                f"  {one.indicator} {one.quarter} {change.kind}: {display(change.held, indicator)} -> {display(one, indicator)}{rated}"
            )
    return lines


def _uploads(arguments: argparse.Namespace, database: Path) -> Outcome:
    with _open(database) as services:
        history = services.uploads.history(arguments.as_at)
    lines = []
    for one in history:
        new, confirmed, revised, same = one.counts
        lines.append(
            f"{one.id:>4}  {one.published_at:%d %b %Y %H:%M}  {one.published_by}: {one.file_name} ({one.kind}{f', {one.quarters}' if one.quarters else ''}); "
            f"{new} new, {confirmed} confirmed, {revised} revised, {same} the same"
        )
        if one.reason:
            lines.append(f"      {one.revision_kind}: {one.reason}")
        if one.withdrawn_at:
            lines.append(
                f"      withdrawn {one.withdrawn_at:%d %b %Y %H:%M} by {one.withdrawn_by}: {one.withdrawn_reason}"
            )
    return (
        0,
        {"uploads": [as_json.upload_json(one) for one in history]},
        "\n".join(lines or ["Nothing has been uploaded yet."]),
    )


def _withdraw(arguments: argparse.Namespace, database: Path) -> Outcome:
    with _open(database) as services:
        who = _actor(arguments)
        done = services.uploads.withdraw(arguments.id, arguments.reason, who.name, who.role)
    lines = [f"Upload {done.upload.id} ({done.upload.file_name}) is withdrawn."]
    if done.upload.kind == "figures":
        lines.append(f"{len(done.taken_back)} figures withdrawn, {len(done.left_standing)} still in use.")
    else:
        lines.append(f"What it gave to the {done.upload.kind} is withdrawn.")
    lines += [
        f"  {one.given.indicator} {one.given.quarter}: {one.left_standing}" for one in done.left_standing[:_MOST_LINES]
    ]
    return 0, as_json.withdrawal_json(done), "\n".join(lines)


def _ledger(arguments: argparse.Namespace, database: Path) -> Outcome:
    with _open(database) as services:
        found = services.changes(arguments.since)
        document = {
            "position": services.position,
            "head": services.head,
            "events": [as_json.event_json(one) for one in found],
        }
        last = f"Record {services.position}. Head {services.head}"
    lines = [f"{one.number:>5}  {one.at:%d %b %Y %H:%M}  {one.by} ({one.role}): {one.what}" for one in found]
    return 0, document, "\n".join((*lines, last))


def _backup(arguments: argparse.Namespace, database: Path) -> Outcome:
    with _open(database) as services:
        made = services.backup()
    backup_to(arguments.path, made.content)
    document = {"backup": str(arguments.path), "position": made.position, "head": made.head, "files": made.files}
    return 0, document, f"{arguments.path.name} is written. {made.words}"


def _restore(arguments: argparse.Namespace, database: Path) -> Outcome:
    restore(arguments.path, database)
    with _open(database) as services:
        health = services.verify()
    text = f"{database.name} is put back from {arguments.path.name}: records 1 to {health.position}."
    return 1 if health.problems else 0, as_json.health_json(health), "\n".join((text, *health.problems))


def _verify(arguments: argparse.Namespace, database: Path) -> Outcome:
    with _open(database) as services:
        health = services.verify(arguments.head)
    counts = ", ".join(f"{count} in {table.replace('_', ' ')}" for table, count in health.counts)
    lines = [f"Recorded: {counts}.", f"Record {health.position}. Head {health.head}"]
    lines += [f"Mended: {one}" for one in health.mended]
    return (
        1 if health.problems else 0,
        as_json.health_json(health),
        "\n".join((*lines, *(health.problems or ("Nothing is wrong.",)))),
    )


def _rebuild(_: argparse.Namespace, database: Path) -> Outcome:
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


def _load(arguments: argparse.Namespace, database: Path) -> Outcome:
    with _open(database) as services:
        event = services.load_data(_actor(arguments))
    if event is None:
        return 0, {"loaded": None}, "Nothing was loaded: no file of data/ has changed since."
    return 0, {"loaded": event.number}, f"The files of data/ are loaded anew, as record {event.number}."


def _erase(arguments: argparse.Namespace, database: Path) -> Outcome:
    with _open(database) as services:
        event = services.erase(arguments.record, arguments.reason, _actor(arguments), arguments.second)
        aside = sorted(path.name for path in database.parent.glob(f"{database.name}*.set-aside"))
    text = f"The words of record {arguments.record} are erased, as record {event.number} says. Backups made before still hold them."
    if aside:
        text += f" So may what was set aside: {', '.join(aside)}."
    return 0, {"erased": arguments.record, "record": event.number, "set_aside": aside}, text


def _example(arguments: argparse.Namespace, database: Path) -> Outcome:
    from .shell.example import files

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

"""The commands of files that come in: checked and published, their history, one withdrawn."""

from __future__ import annotations

import gc
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from ..errors import KpiError, NotAllowed, NotPublished, shorten
from ..judging import display
from ..model import ChangeKind, Upload
from ..periods import quarter as read_quarter
from ..shell.services import Services
from ..shell.storage import STEPS
from ..showing import as_json
from .command import AS_AT, MOST_LINES, Command, Outcome, acting, actor, argument, content_of, first, opened

if TYPE_CHECKING:
    from ..intake import AnyPreview, ColumnMapping, Finding


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


def _import(arguments: Namespace, database: Path) -> Outcome:
    from ..intake import UNCAPPED, Caps, Decision, GivenFile, TargetDecision

    chosen = None if arguments.quarter is None else read_quarter(arguments.quarter)
    with Progress(not arguments.json) as progress, opened(database, progress.step) as services:
        mapping = _mapping(services, arguments.mapping)
        progress("reading and checking")
        caps = UNCAPPED if arguments.no_limits else Caps()
        if arguments.no_limits:
            gc.disable()  # millions of figures, none of them garbage: looking for some takes half the time
        file = GivenFile(content_of(arguments.file, caps), arguments.file.name, mapping, chosen, caps)
        preview = services.uploads.preview(file, progress.part)
        upload, refused = None, ""
        if arguments.publish:
            progress("publishing")
            confirmed = None if arguments.confirm_warnings else ()
            who = actor(arguments)
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
    return status, document, "\n".join(import_lines(preview, upload, arguments.publish))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise KpiError(f"“{shorten(text)}” is not a day. Write it like 2022-11-22.") from None


def _mapping(services: Services, name: str | None) -> ColumnMapping | None:
    """The mapping of a name, or the one that a TOML file holds."""
    from ..intake import read_mapping

    if name is None:
        return None
    path = Path(name)
    if path.suffix.casefold() != ".toml" or not path.is_file():
        return services.uploads.mapping(name)
    try:
        return read_mapping(path.read_bytes().decode(), path.stem)
    except UnicodeDecodeError:
        raise KpiError(f"{path.name} is not saved as UTF-8. Save it as plain text in UTF-8.") from None


def import_lines(preview: AnyPreview, upload: Upload | None, asked: bool) -> list[str]:
    from ..intake import Preview, rating_words

    new, confirmed, revised, same = preview.counts
    lines = [f"{preview.file.file_name}: {preview.kind}{f', {preview.quarters}' if preview.quarters else ''}"]
    lines += _finding_lines(preview.findings)
    commented = f", {preview.comments} with another comment" if preview.comments else ""
    lines.append(f"{new} new, {confirmed} confirmed, {revised} revised, {same} the same{commented}")
    turned = _turned_lines(preview)
    lines += first(turned)
    if preview.missing:
        lines.append(f"Missing: {', '.join(preview.missing)}")
    if isinstance(preview, Preview) and preview.reported_ratings:
        lines.append(
            f"Ratings as reported: {preview.reported_ratings}, of which {len(preview.reconciliation)} differ from those worked out"
        )
        lines += first(
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


def _finding_lines(findings: Sequence[Finding]) -> list[str]:
    """Every problem; of very many the first of each class, so that one class does not keep another out of sight."""
    each = len(findings)
    if each > MOST_LINES:
        each = max(MOST_LINES // len({one.code for one in findings}), 1)
    counts: Counter[str] = Counter()
    lines = []
    for one in findings:
        counts[one.code] += 1
        if counts[one.code] <= each:
            lines.append(f"  {one.severity.value:<5} {one.code}: {one.message}")
    return [*lines, *(f"  and {count - each} more of {code}" for code, count in counts.items() if count > each)]


def _turned_lines(preview: AnyPreview) -> list[str]:
    """What a few changes do to their ratings; a file of history turns none and is too long to list."""
    from ..intake import EntriesPreview

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


def _uploads(arguments: Namespace, database: Path) -> Outcome:
    with opened(database) as services:
        history, moment = services.uploads.history(arguments.as_at), services.moment(arguments.as_at).words
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
        {"as_at": moment or None, "uploads": [as_json.upload_json(one) for one in history]},
        "\n".join([*([f"{moment}."] if moment else []), *(lines or ["Nothing has been uploaded yet."])]),
    )


def _withdraw(arguments: Namespace, database: Path) -> Outcome:
    with opened(database) as services:
        who = actor(arguments)
        done = services.uploads.withdraw(arguments.id, arguments.reason, who.name, who.role)
    lines = [f"Upload {done.upload.id} ({done.upload.file_name}) is withdrawn."]
    if done.upload.kind == "figures":
        lines.append(f"{len(done.taken_back)} figures withdrawn, {len(done.left_standing)} still in use.")
    else:
        lines.append(f"What it gave to the {done.upload.kind} is withdrawn.")
    lines += [
        f"  {one.given.indicator} {one.given.quarter}: {one.left_standing}" for one in done.left_standing[:MOST_LINES]
    ]
    return 0, as_json.withdrawal_json(done), "\n".join(lines)


COMMANDS = (
    Command(
        "import",
        "check a file and show what it would change; publish it only when told",
        _import,
        (
            argument("file", metavar="FILE", type=Path),
            argument("--quarter", metavar="Q", help="the quarter the file is meant for (default: the one it holds)"),
            argument(
                "--mapping",
                "--profile",
                dest="mapping",
                metavar="NAME",
                help="the column mapping to read it through: a saved one, or a TOML file",
            ),
            argument("--publish", action="store_true", help="publish it, if nothing blocks"),
            argument("--confirm-warnings", action="store_true", help="confirm every warning"),
            argument("--reason", default="", help="why a recorded figure or target changes"),
            argument("--decided-by", default="", metavar="WHO", help="who decided a recorded target's change"),
            argument("--decided-on", default="", metavar="DAY", help="on what day, like 2022-11-22"),
            argument("--paper", default="", metavar="PAPER", help="or in which paper or minute"),
            argument("--revision", choices=("scheduled", "correction"), default="", help="what kind of change it is"),
            *acting(),
            argument("--no-limits", action="store_true", help="read a file of any size: for years of history, once"),
        ),
    ),
    Command("uploads", "history of uploads, newest first", _uploads, (AS_AT,)),
    Command(
        "withdraw",
        "withdraw what an upload gave; what stood before stands again",
        _withdraw,
        (argument("id", metavar="ID", type=int), argument("--reason", required=True), *acting()),
    ),
)

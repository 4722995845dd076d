"""Uploads, from the template to the withdrawal: an officer's use cases. ``Services.uploads`` is one of these."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from ...access import OFFICER, Act, Actor, allow
from ...errors import Changed, FigureError, KpiError, NotPublished, NotWithdrawn, UnknownChoice, shorten
from ...events import Kind, sha256
from ...intake import (
    AnyPreview,
    ColumnMapping,
    Decision,
    EntriesPreview,
    GivenFile,
    Known,
    MappingError,
    ReadUpload,
    Tick,
    as_decided,
    check,
    check_entries,
    draft,
    draft_entries,
    fingerprint,
    kind_of_file,
    read_mapping,
    write_mapping,
)
from ...judging import rate
from ...model import (
    Area,
    ChangeKind,
    GivenFigure,
    Indicator,
    Listing,
    SavedMapping,
    Target,
    Upload,
    Withdrawn,
    entry_in_force,
)
from ...periods import Quarter, day_in_words
from ...showing import Withdrawal
from ..storage import Made, Reading, Records, Standing, dated
from .against import effects_of, known

_log = logging.getLogger("kpi_explorer")


@dataclass(frozen=True, slots=True)
class MadeUpload:
    """An upload, and all that its event holds."""

    upload: Upload
    made: Made


class Uploads:
    """The use cases over one council's records. ``folder`` holds the column mappings that come with the product."""

    def __init__(self, records: Records, folder: Path | None) -> None:
        self._records = records
        self._ledger = records.ledger
        self._folder = folder

    # --- before publishing ---

    def preview(self, file: GivenFile, tick: Tick = lambda _: None) -> AnyPreview:
        """Everything that is wrong with a file and everything that publishing it would change. Nothing is written.

        ``tick`` is told how far it is, from 0 to 1.
        """
        kind = kind_of_file(file)
        if kind != "figures":
            entries = draft_entries(file, kind)
            return check_entries(entries, self._known(entries.areas, entries.codes))
        drafted = draft(file, lambda part: tick(part / 2))
        return check(drafted, self._known_of(drafted), lambda part: tick((1 + part) / 2))

    def _known_of(self, drafted: ReadUpload) -> Known:
        quarters = () if drafted.file.mapping else drafted.quarters
        return self._known(drafted.areas, drafted.codes, quarters)

    def _known(
        self, areas: Collection[str] | None, codes: Collection[str], quarters: Collection[Quarter] = ()
    ) -> Known:
        """All that is held that a file is checked against. An empty area is the council's own; ``None``: every area."""
        council, home = self._records.council(), self._records.home
        names = council.area_names
        by_name = {name: code for code, name in names.items()}
        named = names if areas is None else {by_name.get(area, area) or home for area in areas} & names.keys()
        standings = {area: self._records.area(area) for area in sorted(named)}
        today = self._records.clock().date()
        return known(council, standings, home, today, codes, self._records.listings(), quarters)

    # --- publishing ---

    def publish(self, preview: AnyPreview, decision: Decision) -> Upload:
        """Publish a previewed file, whole or not at all.

        Raises ``NotPublished`` where it is blocked, a warning is not confirmed, a reason or a name is missing, or the
        disk is full; ``NotAllowed`` where the role may not; ``Changed`` where what is held is no longer what it was compared
        with. Nothing is then changed.
        """
        as_decided(preview, decision)
        actor = allow(Actor(decision.by, decision.role), Act.PUBLISH)
        published: list[Upload] = []

        def decide() -> Made:
            made = self.made(preview, decision, actor)
            published[:] = [made.upload]
            return made.made

        self._ledger.act(actor, Kind.PUBLISHED, decide, "Nothing was published", NotPublished)
        _log.info("Upload %s published: %s", published[0].id, published[0].file_name)
        return published[0]

    def made(self, preview: AnyPreview, decision: Decision, actor: Actor) -> MadeUpload:
        """What publishing a previewed file makes; for who decides while nobody else writes. Raises as ``publish`` does."""
        preview = as_decided(preview, decision)
        if self._against_now(preview) != preview.against:
            raise Changed
        upload = self._upload_of(preview, decision, actor)
        files = {"upload": preview.file.content}
        if preview.file.mapping is not None:
            files["mapping"] = _bytes_of(preview.file.mapping)
        return MadeUpload(upload, Made((upload, *_gives(preview, upload)), files))

    def _upload_of(self, preview: AnyPreview, decision: Decision, actor: Actor) -> Upload:
        number = max((one.id for one in self._records.council().uploads), default=0) + 1
        kind = (decision.revision_kind or preview.likely_revision) if preview.needs_reason else ""
        mapping = preview.file.mapping
        comments = sum(one.kind is ChangeKind.COMMENT for one in preview.changes)
        return Upload(
            number, preview.kind, self._records.clock(), actor.name, _as_text(preview.file.file_name), preview.file.sha256,
            mapping.name if mapping else "", preview.quarters, preview.counts, decision.reason.strip(), kind,
            comments=comments, mapping=sha256(_bytes_of(mapping)) if mapping else "",
        )  # fmt: skip

    def _against_now(self, preview: AnyPreview) -> str:
        """The fingerprint of what is held now, to be held against what the file was compared with."""
        if self._records.council().stands(preview.file.sha256):
            return "published meanwhile"
        if isinstance(preview, EntriesPreview):
            return self.preview(preview.file).against
        areas = {change.observation.area for change in preview.changes}
        codes = {change.observation.indicator for change in preview.changes}
        held = self._known(areas, codes)
        added = {one.code: one for one in preview.new_indicators if one.code not in held.indicators}
        held = replace(held, indicators={**held.indicators, **added})
        keys = ((c.observation.area, c.observation.indicator, c.observation.quarter) for c in preview.changes)
        return fingerprint(held, keys)

    # --- history ---

    def history(self, when: str = "") -> tuple[Upload, ...]:
        """Every upload, newest first, withdrawn ones too."""
        moment = self._records.moment(when) if when else None
        return tuple(reversed(self._records.council(moment).uploads))

    def one(self, number: int) -> Withdrawal:
        """One upload, what it changed, and what withdrawing it would take back and leave. Raises ``NotWithdrawn``."""
        council = self._records.council()
        event = council.upload_event(number)
        upload = next((one for one in council.uploads if one.id == number), None)
        if event is None or upload is None:
            raise NotWithdrawn(f"There is no upload {shorten(str(number))}. The history lists them.")
        with self._ledger.store.read() as reading:
            areas = [
                area
                for (area,) in reading.rows(
                    "select distinct area from figure where given_by = ? order by area", [event]
                )
            ]
            indicators = [one for _, one in reading.select(Indicator, "where given_by = ?", [event])]
            targets = [one for _, one in reading.select(Target, "where given_by = ?", [event])]
        found = effects_of(number, council, [self._records.area(area) for area in areas])
        return Withdrawal(
            upload,
            tuple(one for one in found if not one.left_standing),
            tuple(one for one in found if one.left_standing),
            tuple(indicators),
            tuple(sorted(targets, key=lambda one: (one.area, one.indicator, one.start))),
        )

    def withdraw(self, number: int, reason: str, by: str, role: str = OFFICER) -> Withdrawal:
        """Withdraw what an upload gave and nothing later replaced; what stood before stands again.

        Raises ``NotWithdrawn`` where there is no such upload, it is withdrawn already, the reason or the name is
        missing, or another upload's figures hang on what it added to the register; ``NotAllowed`` where the role may not.
        """
        reason = reason.strip()
        if not reason:
            raise NotWithdrawn("Nothing was withdrawn: give the reason.")
        if not by.strip():
            raise NotWithdrawn("Nothing was withdrawn: say who withdraws it.")
        actor = allow(Actor(by, role), Act.WITHDRAW)
        done: list[Withdrawal] = []

        def decide() -> Made:
            done[:] = [self.one(number)]
            event = self._may_go(done[0].upload)
            return Made((Withdrawn(event, number, self._records.clock(), actor.name, actor.role, reason),))

        self._ledger.act(actor, Kind.WITHDRAWN, decide, "Nothing was withdrawn", NotWithdrawn)
        _log.info("Upload %s withdrawn", number)
        return replace(done[0], upload=next(one for one in self._records.council().uploads if one.id == number))

    def _may_go(self, upload: Upload) -> int:
        """The event of an upload that may be withdrawn. Raises ``NotWithdrawn`` where it may not."""
        if upload.withdrawn_at is not None:
            raise NotWithdrawn(f"Upload {upload.id} was withdrawn already, on {day_in_words(upload.withdrawn_at)}.")
        council = self._records.council()
        event = council.upload_event(upload.id)
        assert event is not None
        with self._ledger.store.read() as reading:
            if hanging := _hanging_on(reading, event, council):
                raise NotWithdrawn(
                    f"Upload {upload.id} is left as it is: {hanging}. Withdraw what came later first, or give the register a new entry."
                )
            if unusable := _unusable_without(reading, event, council):
                raise NotWithdrawn(
                    f"Upload {upload.id} is left as it is: without it the target of “{unusable}” could not be used. Withdraw that target first."
                )
        return event

    # --- column mappings ---

    def profiles(self) -> dict[str, ColumnMapping]:
        """The saved mappings by name, and those that come with the product. One that cannot be read is left out and logged."""
        found = {}
        for name, text in self._texts():
            try:
                found[name] = read_mapping(text.decode(), name)
            except (KpiError, UnicodeDecodeError) as error:
                _log.warning("The column mapping %s cannot be read: %s", name, error)
        return dict(sorted(found.items()))

    def _texts(self) -> Iterator[tuple[str, bytes]]:
        for path in sorted(self._folder.glob("*.toml")) if self._folder else ():
            yield path.stem, path.read_bytes()
        for name, kept in self._records.council().mappings.items():
            if (content := self._ledger.file(kept)) is not None:
                yield name, content

    def mapping(self, name: str) -> ColumnMapping:
        """A saved mapping. Raises ``UnknownChoice`` where there is none of that name, ``ProfileError`` where it cannot be read."""
        texts = dict(self._texts())
        if name not in texts:
            raise UnknownChoice("column mapping", name, tuple(self.profiles()))
        try:
            return read_mapping(texts[name].decode(), name)
        except UnicodeDecodeError:
            raise MappingError(name, ["It is not saved as UTF-8."]) from None

    def save_mapping(self, mapping: ColumnMapping, actor: Actor) -> None:
        """Save a mapping by its name. Raises ``KpiError`` where the name is taken by another, or cannot be used."""
        who = allow(actor, Act.SAVE_MAPPING)
        if not re.fullmatch(_PROFILE_NAME, mapping.name):
            raise KpiError("Name the mapping with small letters, digits and hyphens, like early-help-extract.")
        content = _bytes_of(mapping)

        def decide() -> Made:
            there = dict(self._texts()).get(mapping.name)
            if there == content:
                return Made()
            if there is not None:
                raise KpiError(
                    f"A mapping named {mapping.name} is there already. Choose another name, or use that one."
                )
            return Made((SavedMapping(mapping.name, sha256(content)),), {"mapping": content})

        self._ledger.act(who, Kind.MAPPING, decide)


_PROFILE_NAME = r"[a-z0-9]+(?:-[a-z0-9]+)*"


def _bytes_of(mapping: ColumnMapping) -> bytes:
    """A mapping as the bytes that were read; one that was made or changed on a page, as it is written."""
    if mapping.text and read_mapping(mapping.text, mapping.name) == mapping:
        return mapping.text.encode()
    return write_mapping(mapping).encode()


def _gives(preview: AnyPreview, upload: Upload) -> Iterator[object]:
    """The records that an upload gives."""
    if isinstance(preview, EntriesPreview):
        revised = {change.indicator.code for change in preview.changes if change.kind is ChangeKind.REVISED}
        for one in preview.indicators:
            yield replace(one, reason=one.reason or upload.reason) if one.code in revised else one
        yield from (Listing(area, indicator) for area, indicator in preview.assigned)
        yield from preview.targets
        return
    yield from (Area(code, name) for code, name in preview.new_areas.items())
    yield from preview.new_indicators
    yield from (Listing(area, indicator) for area, indicator in preview.assigned)
    for change in preview.changes:
        reason = upload.reason if change.kind is ChangeKind.REVISED else ""
        yield GivenFigure.of(change.observation, change.kind, reason, upload.source)


def _as_text(name: str) -> str:
    """A file's name as text that can be written: one whose bytes are no UTF-8 has them as ``\\udcff``."""
    return name.encode("utf-8", "backslashreplace").decode()


# --- what hangs on what an upload added ---------------------------------------------------------------------------


def _hanging_sql(table: str, needing: str, on: str, same: str) -> str:
    """What later events gave to ``needing`` that needs what this one, and no other that stands, gave to ``table``."""
    name = "(select min(name) from indicator where code = mine.indicator)" if table == "listing" else "mine.name"
    gone = "select event from withdrawn"
    return f"""
        select distinct needs.given_by, {name} from {table} mine join {needing} needs on {on}
        where mine.given_by = ? and needs.given_by > mine.given_by and needs.given_by not in ({gone})
          and not exists (
            select 1 from {table} other where {same} and other.given_by <> ? and other.given_by not in ({gone}))
        order by 1, 2
    """


_INDICATOR = ("indicator", "mine.code = needs.indicator", "other.code = mine.code", "it added “{}”")
_AREA = ("area", "mine.code = needs.area", "other.code = mine.code", "it added “{}”")
_LISTED = (
    "listing", "mine.indicator = needs.indicator and mine.area = needs.area",
    "other.indicator = mine.indicator and other.area = mine.area", "it put “{}” on a scorecard",
)  # fmt: skip
_HANGING = tuple(
    (_hanging_sql(table, needing, on, same), added, words)
    for needing, words, kinds in (
        ("figure", "figures", (_INDICATOR, _AREA, _LISTED)),
        ("target", "targets", (_INDICATOR, _AREA)),
        ("listing", "register entries", (_INDICATOR, _AREA)),
        ("indicator", "register entries", ((_LISTED[0], "mine.indicator = needs.code", *_LISTED[2:]),)),
    )
    for table, on, same, added in kinds
)
"""What an upload may have added that others need: the statement, what it added, and what needs it."""


def _hanging_on(reading: Reading, event: int, council: Standing) -> str:
    """What other uploads gave that needs what this one added to the register, in words; empty: nothing."""
    for sql, added, needed in _HANGING:
        if rows := reading.rows(sql, [event, event]):
            numbers = sorted({council.upload_of.get(by, 0) for by, _ in rows} - {0})
            by = ", ".join(str(number) for number in numbers[:5])
            return f"{added.format(rows[0][1])}, which {needed} of upload {by} need"
    return ""


def _unusable_without(reading: Reading, event: int, council: Standing) -> str:
    """The name of an indicator that a target would not suit without an event, as a band does not suit “high”; empty: none."""
    gone = {*council.withdrawn, event}
    entries = dated(((by, one) for by, one in reading.select(Indicator) if by not in gone), lambda one: one.code)
    for by, target in reading.select(Target):
        if by in gone or target.indicator not in entries:
            continue
        entry = entry_in_force(entries[target.indicator], target.start)
        try:
            rate(Decimal(0), target, entry)
        except FigureError:
            return entry.name
    return ""

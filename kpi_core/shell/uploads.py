"""Uploads, from the template to the withdrawal: an officer's use cases. ``Services.uploads`` is one of these.

A publication is announced only once its bytes are kept, its figures are in the database's own file with no log beside
it, and the manifest names it. Each of these steps is told to ``at``, so that progress can be shown.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from ..errors import Changed, KpiError, NotPublished, NotWithdrawn, StoreError, UnknownChoice, shorten
from ..intake import Draft, GivenFile, Tick, check, draft, fingerprint
from ..intake_register import AnyPreview, EntriesPreview, check_entries, draft_entries, kind_of_file
from ..known import Known
from ..model import Upload
from ..periods import day_in_words
from ..profile import Profile, ProfileError, read_profile, write_profile
from ..views import Withdrawal
from .kept import Event, Kept
from .reading_uploads import UploadReading
from .store import Store, Writing, cannot_write

STEPS = ("bytes kept", "figures written", "committed", "in one file", "recorded")
"""The steps of a publication, in order. After the last it is announced."""

_log = logging.getLogger("kpi_explorer")


@dataclass(frozen=True, slots=True)
class Decision:
    """What an officer decides about a preview."""

    by: str
    reason: str = ""
    confirmed: Collection[str] | None = ()
    """The warnings confirmed, each as ``Preview.to_confirm`` names it; ``None``: all of them."""
    revision_kind: str = ""
    """``scheduled`` or ``correction``; empty: the likely one."""


class Uploads:
    """The use cases over one store and the folder of its kept uploads. ``folder`` holds the saved mappings."""

    def __init__(
        self,
        store: Store,
        kept: Kept | None,
        folder: Path | None,
        home: str,
        clock: Callable[[], datetime],
        at: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._kept = kept
        self._folder = folder
        self._home = home
        self._clock = clock
        self._at = at

    # --- before publishing ---

    def preview(self, file: GivenFile, tick: Tick = lambda _: None) -> AnyPreview:
        """Everything that is wrong with a file and everything that publishing it would change. Nothing is written.

        ``tick`` is told how far it is, from 0 to 1.
        """
        with self._store.read() as reading:
            return self.previewed(file, reading, tick)

    def previewed(self, file: GivenFile, reading: UploadReading, tick: Tick = lambda _: None) -> AnyPreview:
        """``preview`` as of what ``reading`` sees."""
        kind = kind_of_file(file)
        today = self._clock().date()
        if kind != "figures":
            entries = draft_entries(file, kind)
            return check_entries(entries, reading.known(self._home, today, entries.areas, entries.codes))
        drafted = draft(file, lambda part: tick(part / 2))
        return check(drafted, self._known(reading, drafted), lambda part: tick((1 + part) / 2))

    def _known(self, reading: UploadReading, drafted: Draft) -> Known:
        quarters = () if drafted.file.profile else drafted.quarters
        return reading.known(self._home, self._clock().date(), drafted.areas, drafted.codes, quarters)

    # --- publishing ---

    def publish(self, preview: AnyPreview, decision: Decision) -> Upload:
        """Publish a previewed file, whole or not at all.

        Raises ``NotPublished`` where it is blocked, a warning is not confirmed, a reason or a name is missing, or the
        disk is full; ``Changed`` where what is held is no longer what it was compared with. Nothing is then changed.
        """
        _refuse(preview, decision)
        with self._store.alone():
            self._catch_up(NotPublished, "Nothing was published")
            with self._store.read() as reading:
                number = reading.next_upload()
            upload = self._upload_of(preview, decision, number)
            self._keep(upload, preview)
            try:
                with self._store.write() as writing:
                    self._write(writing, upload, preview)
                    digest, given = writing.digest(number), writing.given().get(number, (0, 0, 0))
                    self._at("figures written")
            except BaseException as error:
                self._forget(upload)
                if isinstance(error, Exception) and not isinstance(error, KpiError):
                    raise NotPublished(cannot_write("Nothing was published", error)) from error
                raise
            self._secure(Event("published", upload, digest, given))
        _log.info("Upload %s published: %s", upload.id, upload.file_name)
        return upload

    def _upload_of(self, preview: AnyPreview, decision: Decision, number: int) -> Upload:
        kind = (decision.revision_kind or preview.likely_revision) if preview.needs_reason else ""
        return Upload(
            number, preview.kind, self._clock(), decision.by.strip(), _as_text(preview.file.file_name), preview.file.sha256,
            preview.file.profile.name if preview.file.profile else "", preview.quarters, preview.counts,
            decision.reason.strip(), kind,
        )  # fmt: skip

    def _keep(self, upload: Upload, preview: AnyPreview) -> None:
        if self._kept is not None and self._kept.there:
            profile = preview.file.profile
            try:
                self._kept.keep(
                    upload.id, upload.sha256, preview.file.content, write_profile(profile) if profile else None
                )
            except OSError as error:
                self._forget(upload)
                raise NotPublished(cannot_write("Nothing was published", error)) from error
        self._at("bytes kept")

    def _forget(self, upload: Upload) -> None:
        if self._kept is not None:
            with suppress(OSError):
                self._kept.forget(upload.id, upload.sha256)

    def _write(self, writing: Writing, upload: Upload, preview: AnyPreview) -> None:
        """Compare once more, within the transaction, and write."""
        write_upload(writing, upload, preview, self._known_now(writing, preview))

    def _known_now(self, writing: Writing, preview: AnyPreview) -> str:
        if writing.stands(preview.file.sha256):
            return "published meanwhile"
        if isinstance(preview, EntriesPreview):
            again = self.previewed(preview.file, writing)
            return again.against
        areas = {change.observation.area for change in preview.changes}
        codes = {change.observation.indicator for change in preview.changes}
        known = writing.known(self._home, self._clock().date(), areas, codes)
        added = {one.code: one for one in preview.new_indicators if one.code not in known.indicators}
        known = replace(known, indicators={**known.indicators, **added})
        keys = ((c.observation.area, c.observation.indicator, c.observation.quarter) for c in preview.changes)
        return fingerprint(known, keys)

    def _secure(self, event: Event) -> None:
        """Put what is committed into the database's own file, and into the manifest; only then may it be announced.

        Where that is broken off, the next publication or the next start puts it into both.
        """
        number = event.upload.id
        try:
            self._at("committed")
            self._store.checkpoint()
            if self._store.has_log():
                raise OSError("the log is still there")
            self._at("in one file")
            if self._kept is not None and self._kept.there:
                self._kept.record(event)
            self._at("recorded")
        except Exception as error:
            _log.exception("Upload %s was %s but could not be secured", number, event.what)
            what = f"Upload {number}" if event.what == "published" else f"The withdrawal of upload {number}"
            raise (NotPublished if event.what == "published" else NotWithdrawn)(
                f"{what} was written, but could not be secured on the disk ({shorten(str(error), 80)}). Make room on the disk, start the "
                "explorer again, and look at the history of uploads before anything else."
            ) from error

    def _catch_up(self, refused: type[KpiError], nothing: str) -> None:
        """Name in the manifest what was committed before and could not be recorded: its order is what is played again."""
        if self._kept is None or not self._kept.there:
            return
        try:
            with self._store.read() as reading:
                complete(reading, self._kept)
        except (StoreError, OSError) as error:
            raise refused(cannot_write(nothing, error)) from error

    # --- history ---

    def history(self) -> tuple[Upload, ...]:
        """Every upload, newest first, withdrawn ones too."""
        with self._store.read() as reading:
            return tuple(reversed(reading.uploads()))

    def one(self, number: int) -> Withdrawal:
        """One upload, what it changed, and what withdrawing it would take back and leave. Raises ``NotWithdrawn``."""
        with self._store.read() as reading:
            return self._one(reading, number)

    def _one(self, reading: UploadReading, number: int) -> Withdrawal:
        upload = reading.upload(number)
        if upload is None:
            raise NotWithdrawn(f"There is no upload {number}. The history lists them.")
        found = reading.effects(number)
        return Withdrawal(
            upload,
            tuple(one for one in found if not one.left_standing),
            tuple(one for one in found if one.left_standing),
            *reading.entries(number),
        )

    def withdraw(self, number: int, reason: str, by: str) -> Withdrawal:
        """Take back what an upload gave and nothing later replaced; what stood before stands again.

        Raises ``NotWithdrawn`` where there is no such upload, it is withdrawn already, the reason or the name is
        missing, or another upload's figures hang on what it added to the register.
        """
        reason, by = reason.strip(), by.strip()
        if not reason:
            raise NotWithdrawn("Nothing was withdrawn: give the reason.")
        if not by:
            raise NotWithdrawn("Nothing was withdrawn: say who withdraws it.")
        with self._store.alone():
            self._catch_up(NotWithdrawn, "Nothing was withdrawn")
            try:
                with self._store.write() as writing:
                    done = self._withdraw(writing, number, reason, by)
            except KpiError:
                raise
            except Exception as error:
                raise NotWithdrawn(cannot_write("Nothing was withdrawn", error)) from error
            self._secure(Event("withdrawn", done.upload))
        _log.info("Upload %s withdrawn", number)
        return done

    def _withdraw(self, writing: Writing, number: int, reason: str, by: str) -> Withdrawal:
        done = self._one(writing, number)
        if done.upload.withdrawn_at is not None:
            raise NotWithdrawn(f"Upload {number} was withdrawn already, on {day_in_words(done.upload.withdrawn_at)}.")
        if hanging := writing.hanging_on(number):
            raise NotWithdrawn(
                f"Upload {number} is left as it is: {hanging}. Withdraw what came later first, or give the register a new entry."
            )
        now = self._clock()
        writing.withdraw(number, now, by, reason)
        if unusable := writing.unusable_target():
            raise NotWithdrawn(
                f"Upload {number} is left as it is: without it the target of “{unusable}” could not be used. Withdraw that target first."
            )
        writing.audit(now, by, "withdrawn", number, reason)
        return replace(done, upload=replace(done.upload, withdrawn_at=now, withdrawn_by=by, withdrawn_reason=reason))

    # --- column mappings ---

    def profiles(self) -> dict[str, Profile]:
        """The saved mappings by name. One that cannot be read is left out and logged."""
        found = {}
        for path in sorted(self._folder.glob("*.toml")) if self._folder else ():
            try:
                found[path.stem] = read_profile(path.read_text(encoding="utf-8"), path.stem)
            except (KpiError, OSError, UnicodeDecodeError) as error:
                _log.warning("The column mapping %s cannot be read: %s", path.name, error)
        return found

    def profile(self, name: str) -> Profile:
        """A saved mapping. Raises ``UnknownChoice`` where there is none of that name, ``ProfileError`` where it cannot be read."""
        path = None if self._folder is None else self._folder / f"{name}.toml"
        if path is None or not re.fullmatch(_PROFILE_NAME, name) or not path.is_file():
            raise UnknownChoice("column mapping", name, tuple(self.profiles()))
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise ProfileError(name, ["It is not saved as UTF-8."]) from None
        return read_profile(text, name)

    def save_profile(self, profile: Profile) -> None:
        """Save a mapping by its name. Raises ``KpiError`` where the name is taken by another, or cannot be a file's."""
        if not re.fullmatch(_PROFILE_NAME, profile.name):
            raise KpiError("Name the mapping with small letters, digits and hyphens, like early-help-extract.")
        if self._folder is None:
            raise KpiError("There is no folder to save column mappings in.")
        text = write_profile(profile)
        path = self._folder / f"{profile.name}.toml"
        if path.exists() and path.read_text(encoding="utf-8") != text:
            raise KpiError(f"A mapping named {profile.name} is there already. Choose another name, or use that one.")
        self._folder.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


_PROFILE_NAME = r"[a-z0-9]+(?:-[a-z0-9]+)*"


def _refuse(preview: AnyPreview, decision: Decision) -> None:
    if preview.blocked:
        count = sum(one.blocks for one in preview.findings)
        raise NotPublished(
            f"Nothing was published: {count} {'problem blocks' if count == 1 else 'problems block'} it. Correct the file and check it again."
        )
    if not preview.changes:
        raise NotPublished("Nothing was published: the file holds nothing to publish.")
    if decision.confirmed is not None and (
        left := [one for one in preview.to_confirm if one not in decision.confirmed]
    ):
        what = "a warning is" if len(left) == 1 else f"{len(left)} warnings are"
        raise NotPublished(f"Nothing was published: {what} not confirmed ({', '.join(left[:5])}).")
    if preview.needs_reason and not decision.reason.strip():
        raise NotPublished("Nothing was published: what was published before would change. Give the reason.")
    if not decision.by.strip():
        raise NotPublished("Nothing was published: say who publishes it.")


def _as_text(name: str) -> str:
    """A file's name as text that can be written: one whose bytes are no UTF-8 has them as ``\\udcff``."""
    return name.encode("utf-8", "backslashreplace").decode()


def write_upload(writing: Writing, upload: Upload, preview: AnyPreview, against: str) -> None:
    """Write what an upload gives, with its record. Raises ``Changed`` where ``against`` is not what it was compared with."""
    if against != preview.against:
        raise Changed
    writing.record(upload)
    if isinstance(preview, EntriesPreview):
        writing.indicators_given(preview.indicators, upload.id)
        writing.assigned_given(preview.assigned, upload.id)
        writing.targets_given(preview.targets, upload.id)
    else:
        writing.areas_given(preview.new_areas, upload.id)
        writing.indicators_given(preview.new_indicators, upload.id)
        writing.assigned_given(preview.assigned, upload.id)
        writing.figures(((c.observation, c.kind) for c in preview.changes), upload)
    record_audit(writing, upload)


def record_audit(writing: Writing, upload: Upload) -> None:
    """The line of a publication in the record of who did what."""
    writing.audit(upload.published_at, upload.published_by, "published", upload.id, upload.file_name)


def complete(reading: UploadReading, kept: Kept) -> None:
    """Add to the manifest what was committed but not recorded, as when the program ended between the two."""
    listed = {(event.what, event.upload.id) for event in kept.manifest().events}
    uploads = reading.uploads()
    lacking = [("published", one) for one in uploads] + [("withdrawn", one) for one in uploads if one.withdrawn_at]
    lacking = [(what, one) for what, one in lacking if (what, one.id) not in listed]
    if not lacking:
        return
    given, happened = reading.given(), reading.happened()
    for what, one in sorted(lacking, key=lambda of: happened.get((of[0], of[1].id), 0)):
        if what == "published":
            kept.record(Event(what, one, reading.digest(one.id), given.get(one.id, (0, 0, 0))))
        else:
            kept.record(Event(what, one))

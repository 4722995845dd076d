"""Every upload: what it changed, what withdrawing it would do, and backups."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from kpi_core.access import OFFICER
from kpi_core.effects import Effect, Figure
from kpi_core.errors import KpiError, shorten
from kpi_core.figures import with_unit
from kpi_core.intake import target_in_words
from kpi_core.model import Absence, ChangeKind, Indicator, Upload
from kpi_core.periods import day_in_words
from kpi_core.showing import Backup, Withdrawal, effects_table
from kpi_core.words import plural
from pages._ui import actor, components, deeds, session
from pages._ui.typeset import escape

MOST_EFFECTS = 200


def page() -> None:
    """The list, one upload, and the store's own health."""
    chosen = session.asked("upload")
    session.keep(session.view())
    components.title(session.services().council()[0], "History of uploads")
    history = session.services().uploads.history(session.view().at)
    deeds.announce()
    if not history:
        st.html('<p class="measure">Nothing has been uploaded yet: every figure is from the bundled data.</p>')
        st.page_link("pages/upload.py", label="Upload figures")
    else:
        st.html(
            components.table(
                f"Uploads ({len(history)})",
                ("Upload", "Published", "File", "Gave", "Reason", "State"),
                [line(one) for one in history],
            )
        )
        if session.past():
            components.message("What an upload changed is shown as it stands now, and nothing can be withdrawn here.")
        else:
            one_upload(history, chosen)
    backups()


def line(upload: Upload) -> tuple[str, ...]:
    """One upload as cells."""
    new, confirmed, revised, same = upload.counts
    mapping = f"<br><span class='muted'>read through {escape(upload.profile)}</span>" if upload.profile else ""
    state = "Stands"
    if upload.withdrawn_at is not None:
        state = f"<strong>Withdrawn</strong> {escape(when(upload.withdrawn_at))} by {escape(upload.withdrawn_by)}: {escape(upload.withdrawn_reason)}"
    return (
        f'<span class="nowrap">Upload {upload.id}</span>',
        f"{escape(when(upload.published_at))}<br>{escape(upload.published_by)}",
        f"{escape(upload.file_name)}{mapping}",
        f"{escape(upload.kind)}{f', {escape(upload.quarters)}' if upload.quarters else ''}: {new} new, {confirmed} confirmed, {revised} revised, {same} the same",
        escape(f"{upload.revision_kind.capitalize()}: {upload.reason}" if upload.revision_kind else upload.reason),
        state,
    )


def when(at: datetime) -> str:
    """A moment as people read it."""
    return f"{day_in_words(at)}, {at:%H:%M} UTC"


def one_upload(history: tuple[Upload, ...], asked: str) -> None:
    """What one upload changed, and its withdrawal."""
    components.section("What an upload changed")
    labels = {one.id: f"Upload {one.id}: {one.file_name}, {when(one.published_at)}" for one in history}
    if "history_upload" not in st.session_state and asked:
        if asked in map(str, labels):
            st.session_state["history_upload"] = int(asked)
        else:
            components.message(f"There is no upload “{shorten(asked)}”. The newest is shown instead.")
    number = st.selectbox("Upload", list(labels), format_func=labels.__getitem__, key="history_upload")
    found = session.services().uploads.one(number)
    indicators = {one.code: one for one in session.services().about().register}
    effects = (*found.left_standing, *found.taken_back)
    if effects:
        rows = [effect_line(one, indicators, found.upload) for one in effects[:MOST_EFFECTS]]
        st.html(
            components.table(
                f"Figures it gave ({len(effects):,})",
                ("Indicator", "Quarter", "What it was", "Stood before", "Given", "Now"),
                rows,
            )
        )
        if len(effects) > MOST_EFFECTS:
            st.html(f"<p>and {len(effects) - MOST_EFFECTS:,} more: download the whole list.</p>")
        made = session.circumstances()
        names = {code: one.name for code, one in indicators.items()}
        components.download(
            lambda: effects_table(found, names, made),
            f"upload {number}",
            "Download what it changed (CSV)",
            key="effects",
        )
    if entries := entry_lines(found, indicators):
        st.html(
            components.table(
                f"Entries it gave ({len(entries)})", ("Indicator", "From", "Given"), entries[:MOST_EFFECTS]
            )
        )
    if found.upload.withdrawn_at is None:
        withdrawal(found)


def entry_lines(found: Withdrawal, indicators: dict[str, Indicator]) -> list[tuple[str, ...]]:
    """The register entries and targets that an upload gave, as cells."""
    indicators = indicators | {one.code: one for one in found.indicators}
    lines: list[tuple[str, ...]] = []
    for one in found.indicators:
        until = f", until {one.final_quarter}" if one.final_quarter else ""
        begins = one.first_quarter.text if one.first_quarter else ""
        lines.append((f"{escape(one.name)} ({escape(one.code)})", begins, f"an entry of the register{until}"))
    for target in found.targets:
        indicator = indicators.get(target.indicator)
        if indicator is not None:
            lines.append((escape(indicator.name), target.start.text, escape(target_in_words(target, indicator))))
    return lines


def effect_line(effect: Effect, indicators: dict[str, Indicator], upload: Upload) -> tuple[str, ...]:
    """One figure as cells."""
    given = effect.given
    indicator = indicators.get(given.indicator)
    name = indicator.name if indicator else given.indicator
    if upload.withdrawn_at is not None:
        now = escape(effect.left_standing) or "withdrawn"
    else:
        now = escape(effect.left_standing) or "stands"
    kind = {ChangeKind.REVISED: "revised", ChangeKind.SAME: "the same"}.get(given.kind, given.kind.value)
    return (
        escape(name),
        f'<span class="nowrap">{escape(given.quarter.text)}</span>',
        kind,
        figure(effect.before.figure, indicator) if effect.before else '<span class="muted">nothing</span>',
        figure(given.figure, indicator),
        now,
    )


def figure(held: Figure, indicator: Indicator | None) -> str:
    """A figure with its unit, or its mark."""
    if isinstance(held, Absence):
        return escape(held.mark)
    return escape(with_unit(held, indicator.unit) if indicator else f"{held:f}")


def withdrawal(found: Withdrawal) -> None:
    """What withdrawing it would do, and the button that does."""
    components.section("Withdraw this upload")
    back, left = len(found.taken_back), len(found.left_standing)
    gave = len(found.indicators) + len(found.targets)
    what = [f"{back} {plural(back, 'figure', 'figures')}"] if back or not gave else []
    what += [f"{gave} {plural(gave, 'entry', 'entries')} of the register and targets"] if gave else []
    said = f"This withdraws {' and '.join(what)} and restores any earlier ones."
    if left:
        said += f" {left} would be left as {plural(left, 'it is', 'they are')}, because a later upload gave them too."
    st.html(
        f'<p class="measure">{escape(said)} The upload stays in this history, and the same file may be published again.</p>'
    )
    number = found.upload.id
    st.text_input("Why is it withdrawn?", key=f"withdraw_reason_{number}", max_chars=300, width=640)
    actor.choose(OFFICER)
    key = f"withdraw_{number}"
    deeds.refused(key)
    st.button(f"Withdraw upload {number}", key=key, on_click=withdraw_now, args=(number, key))


def withdraw_now(number: int, key: str) -> None:
    """Withdraw it."""
    reason, who = st.session_state[f"withdraw_reason_{number}"], actor.actor()
    uploads = session.services().uploads
    deeds.do(key, lambda: uploads.withdraw(number, reason, who.name, who.role), withdrawn)


def withdrawn(done: Withdrawal) -> str:
    """In a sentence, what was withdrawn and what was left."""
    gave = len(done.indicators) + len(done.targets)
    back, left = len(done.taken_back) + gave, len(done.left_standing)
    what = plural(back, "entry", "entries") if gave else plural(back, "figure", "figures")
    return f"Upload {done.upload.id} is withdrawn, with {back} {what}" + (
        f", {left} left as {plural(left, 'it is', 'they are')}." if left else "."
    )


def backups() -> None:
    """A backup, and a look at whether all is well."""
    components.section("Backups")
    st.html(
        '<p class="measure">Every uploaded file is kept on this machine, so the data can be rebuilt. A backup holds the database, its '
        "second copy and those files; keep it on another disk.</p>"
    )
    left, right, _ = st.columns([1, 1, 2])
    with left:
        st.button("Make a backup", key="make_backup", icon=":material/save:", on_click=make_backup)
    with right:
        look = st.button("Check that all is well", key="verify")
    deeds.refused("make_backup")
    made: Backup | None = st.session_state.get("backup_made")
    if made is not None:
        components.message(f"A backup is made. {made.words}", "done")
        st.download_button(
            "Download the backup", data=made.content, file_name=f"kpi-backup-{session.services().clock():%Y-%m-%d}.zip",
            mime="application/zip", on_click="ignore", icon=":material/download:", key="backup",
        )  # fmt: skip
    if look:
        with st.spinner("Reading everything that is recorded…"):
            health = session.services().verify()
        for sentence in health.mended:
            components.message(sentence)
        for problem in health.problems:
            components.message(problem, "warning")
        if not health.problems:
            components.message(
                f"All is well: records 1 to {health.position:,} and all that is worked out of them agree. Head {health.head[:12]}.",
                "done",
            )


def make_backup() -> None:
    """Make a backup, to be downloaded."""
    try:
        st.session_state["backup_made"] = session.services().backup()
    except KpiError as error:
        st.session_state.pop("backup_made", None)
        deeds.refuse("make_backup", str(error))


session.show(page)

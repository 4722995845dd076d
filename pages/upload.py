"""Upload a file in four steps: choose it, check it, compare it with what is held, publish it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from kpi_core.access import OFFICER
from kpi_core.errors import Changed, KpiError, NotConfirmed
from kpi_core.intake import (
    AnyPreview,
    Decision,
    EntriesPreview,
    FigureChange,
    Finding,
    GivenFile,
    Preview,
    Severity,
    TargetDecision,
    rating_words,
)
from kpi_core.judging import Rated, display
from kpi_core.model import ChangeKind, Upload
from kpi_core.periods import Quarter, quarter
from kpi_core.showing import changes_table, findings_table, reconciliation_table
from kpi_core.words import plural
from pages._ui import actor, components, session
from pages._ui.typeset import escape

MOST_PROBLEMS, MOST_CHANGES, MOST_TURNED = 50, 200, 8
STEPS = ("Choose the file", "Check it", "Compare", "Publish")
TEMPLATE = "The template"
REVISIONS = {
    "scheduled": "A scheduled revision: the figure was announced as provisional",
    "correction": "A correction: the figure was wrong",
}
KIND_WORDS = {
    ChangeKind.REVISED: "revised: what was published changes",
    ChangeKind.CONFIRMED: "confirmed: provisional, now final",
    ChangeKind.NEW: "new",
    ChangeKind.COMMENT: "the same figure",
    ChangeKind.SAME: "the same",
}


CHANGED_MEANWHILE = "Somebody has published or withdrawn figures since you compared. This is a new comparison: look at it before you publish."


@dataclass(slots=True)
class ShownPreview:
    """A preview, what it is a preview of, and the uploads that stood then."""

    of: tuple[Any, ...]
    standing: tuple[Any, ...]
    preview: AnyPreview
    again: int
    """How many times the same file was compared anew, because what is held had changed."""
    published: Upload | None = None
    """What it was published as. Kept here because a second click breaks off a run wherever it touches the session's
    state: between publishing and saying so, it must not be forgotten."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why nothing was published. ``anew``: what is held has changed, so there is a new comparison to look at."""

    sentence: str
    anew: bool = False


def page() -> None:
    """The four steps, as far as the file has come."""
    session.keep(session.view())
    components.title(session.services().council()[0], "Upload figures")
    publish_decided()
    file = st.session_state.get(f"file_{round_number()}")
    found = checked(file) if file is not None else None
    components.steps(STEPS, 0 if found is None else 1 if found.preview.blocked else 3)
    announce()
    choose()
    if found is None:
        return
    preview = found.preview
    refused: Refused = st.session_state.pop("not_published", Refused(""))
    check(preview, refused.sentence if preview.blocked else "")
    if not preview.blocked:
        compare(preview, refused.sentence if refused.anew else "")
        publish(preview, "" if refused.anew else refused.sentence)
    again = found.again and not preview.blocked
    components.go_to("compared" if again else "checked", focus=f"{found.of[0]} {found.again}")


def round_number() -> int:
    """How many files were published in this session: each begins with an empty uploader."""
    return int(st.session_state.get("round", 0))


# --- 1 ------------------------------------------------------------------------------------------------------------


def choose() -> None:
    """The template, and the file."""
    components.section("1. Choose the file")
    quarters = quarter_choices()
    labels = {one.text: one.label for one in quarters}
    uploads = session.services().uploads
    left, right = st.columns([1, 1], gap="large")
    with left:
        st.selectbox(
            "Quarter the file is for",
            list(labels),
            format_func=lambda text: labels.get(text, text),
            key="upload_quarter",
            help="A file of figures for another quarter is refused. A mapped file may hold any quarters.",
        )
        st.selectbox(
            "Read it as",
            [TEMPLATE, *uploads.profiles()],
            format_func=lambda name: name if name == TEMPLATE else f"Column mapping: {name}",
            key="upload_profile",
            help="A file that is not the template is read through a column mapping. The page Column mapping makes one.",
        )
    with right:
        chosen = st.session_state["upload_quarter"]
        services = session.services()
        st.html(
            '<p class="measure">Fill in the template in a spreadsheet and save it as CSV UTF-8: one row for each indicator '
            "due, with a value or both counts. The marks c (confidential), z (does not apply) and x (not available) stand "
            "for a value. Nothing is published until you say so in step 4.</p>"
        )
        components.download(
            lambda: services.template(chosen), f"template {chosen}", "Download the template (CSV)", key="template"
        )
        with st.popover("Register and targets"):
            st.html(
                '<p class="measure">To add or retire an indicator, or to set a target, change these files in a spreadsheet '
                "and upload them here.</p>"
            )
            components.download(
                lambda: services.register()[0], "register", "Download the register (CSV)", key="register"
            )
            components.download(lambda: services.register()[1], "targets", "Download the targets (CSV)", key="targets")
    st.file_uploader(
        "The CSV file", key=f"file_{round_number()}", on_change=forget_published, accept_multiple_files=False
    )


def quarter_choices() -> list[Quarter]:
    """The quarters a file may be for: the one that opens next first, as officers collect it, then back in time."""
    period = session.services().period()
    held = set(period.held)
    if not held:
        return [quarter("Q1 2022-23")]
    latest = max(held)
    first = period.collecting[-1].quarter if period.collecting else latest + 1
    others = sorted({*held, latest + 1, *(latest - back for back in range(4))} - {first}, reverse=True)
    return [first, *others]


def forget_published() -> None:
    """Another file is chosen: what was said of the last one is no longer the news."""
    st.session_state.pop("published", None)
    st.session_state.pop("not_published", None)


def checked(file: Any) -> ShownPreview:
    """The preview of the chosen file; made once, and again when the file, the quarter, the mapping or what is held changes."""
    services = session.services()
    chosen, name = st.session_state.get("upload_quarter"), st.session_state.get("upload_profile", TEMPLATE)
    of = (file.file_id, chosen, name)
    standing = (st.session_state.get("compared", 0), *(one.withdrawn_at for one in services.uploads.history()))
    held: ShownPreview | None = st.session_state.get("checked")
    if held is None or (held.of, held.standing) != (of, standing):
        mapping = None if name == TEMPLATE else services.uploads.mapping(name)
        given = GivenFile(file.getvalue(), file.name, mapping, quarter(chosen) if chosen and mapping is None else None)
        again = held.again + 1 if held is not None and held.of == of else 0
        if again:
            st.session_state.setdefault("not_published", Refused(CHANGED_MEANWHILE, anew=True))
        with st.spinner("Checking every row and comparing it with what is held…"):
            held = ShownPreview(of, standing, services.uploads.preview(given), again)
        st.session_state["checked"] = held
    return held


# --- 2 ------------------------------------------------------------------------------------------------------------


def check(preview: AnyPreview, refused: str) -> None:
    """Every problem, worst first."""
    components.section("2. Check it", anchor="checked")
    if refused:
        components.message(refused, "error")
    blocks, warnings, notes = (
        [one for one in preview.findings if one.severity is severity]
        for severity in (Severity.BLOCK, Severity.WARN, Severity.NOTE)
    )
    if blocks:
        said = f"{len(blocks):,} {plural(len(blocks), 'problem blocks', 'problems block')} this file. Correct the file, save it and choose it again: nothing is published."
        components.message(said, "error")
        if any(one.code in ("not-the-template", "missing-column", "title-row") for one in blocks):
            st.page_link("pages/mapping.py", label="If this is another system’s file, map its columns")
    else:
        words = [
            f"{len(of):,} {plural(len(of), *names)}"
            for of, names in ((warnings, ("warning to confirm", "warnings to confirm")), (notes, ("note", "notes")))
            if of
        ]
        components.message(
            f"Nothing blocks this file. {' and '.join(words)}.".replace(" .", "")
            if words
            else "Nothing is wrong with this file."
        )
    if preview.findings:
        st.html(problems(preview.findings))
        left = len(preview.findings) - MOST_PROBLEMS
        if left > 0:
            st.html(f"<p>and {left:,} more: download the whole list.</p>")
        made = session.circumstances()
        components.download(
            lambda: findings_table(preview.findings, preview.file.file_name, made), f"problems {preview.file.file_name}",
            "Download the problems (CSV)", key="problems",
        )  # fmt: skip
    if preview.not_run:
        with st.expander(f"{len(preview.not_run)} {plural(len(preview.not_run), 'check', 'checks')} did not run"):
            rows = [(escape(code), escape(why)) for code, why in preview.not_run]
            st.html(components.table("Checks that did not run", ("Check", "Why"), rows))


SEVERITY_WORDS = {Severity.BLOCK: "✖ Blocks", Severity.WARN: "⚠ Confirm", Severity.NOTE: "· Note"}


def problems(findings: tuple[Finding, ...]) -> str:
    """The first problems as a table."""
    rows = [
        (
            f'<span class="nowrap severity {one.severity}">{SEVERITY_WORDS[one.severity]}</span>',
            '<span class="nowrap">whole file</span>' if one.row is None else str(one.row),
            escape(one.column or ""),
            short(one.found or ""),
            escape(one.message),
        )
        for one in findings[:MOST_PROBLEMS]
    ]
    return components.table(
        f"Problems ({len(findings):,})", ("What it does", "Row", "Column", "Found", "What to do"), rows
    )


def short(text: str) -> str:
    """Text on one line where it is short: no line ends within Q3 2022-23."""
    return f'<span class="nowrap">{escape(text)}</span>' if 0 < len(text) <= 12 else escape(text)


# --- 3 ------------------------------------------------------------------------------------------------------------


def compare(preview: AnyPreview, refused: str) -> None:
    """What publishing would change."""
    components.section("3. Compare", anchor="compared")
    if refused:
        components.message(refused, "error")
    new, confirmed, revised, same = preview.counts
    counts = f"{new:,} new, {confirmed:,} confirmed, {revised:,} revised, {same:,} the same"
    counts += f", {preview.comments:,} with another comment" if preview.comments else ""
    st.html(f'<p class="headline">{escape(counts)}</p>')
    made = session.circumstances()
    if isinstance(preview, EntriesPreview):
        st.html(entries(preview))
    else:
        figures(preview)
    components.download(
        lambda: changes_table(preview, made),
        f"changes {preview.file.file_name}",
        "Download the comparison (CSV)",
        key="changes",
    )
    if isinstance(preview, Preview) and preview.reported_ratings:
        reconciled(preview)


def figures(preview: Preview) -> None:
    """The figures that would change, what they do to ratings, and what is missing."""
    if preview.missing:
        names = [preview.indicators[code.split("/")[-1]].name for code in preview.missing]
        st.html(f'<p class="measure"><strong>{len(names)} still missing:</strong> {escape("; ".join(names))}.</p>')
    order = list(KIND_WORDS)
    changes = sorted(
        (change for change in preview.changes if change.kind is not ChangeKind.SAME), key=lambda c: order.index(c.kind)
    )
    turned_ratings(preview, changes)
    shown = changes[:MOST_CHANGES]
    rows = []
    for change in shown:
        one, indicator = change.observation, preview.indicators[change.observation.indicator]
        before, after = preview.ratings(change)
        turned, required = components.badge(after.rating), exception_words(after)
        if before is not None and before.rating is not after.rating:
            turned = f"{components.badge(before.rating)} → {turned}"
        if before is not None and before.exception_required is not after.exception_required:
            required = f"{exception_words(before)} → {required}"
        place = one.quarter.text + (
            f", {preview.new_areas.get(one.area, one.area)}" if len(preview.new_areas) or preview.file.mapping else ""
        )
        rows.append(
            (
                escape(indicator.name),
                f'<span class="nowrap">{escape(place)}</span>',
                escape(
                    KIND_WORDS[change.kind]
                    + (f"; the comment changes {change.comment_words}" if change.comments else "")
                ),
                escape(display(change.held, indicator)) or '<span class="muted">none held</span>',
                f"<strong>{escape(display(one, indicator))}</strong>",
                turned,
                required,
            )
        )
    if rows:
        headings = ("Indicator", "Quarter", "What it is", "Held", "In the file", "Rating", "Exception report")
        st.html(components.table(f"What would change ({len(changes):,})", headings, rows))
    if (left := len(changes) - len(shown)) > 0:
        st.html(f"<p>and {left:,} more: download the whole comparison.</p>")


def exception_words(rated: Rated) -> str:
    """Whether a figure requires an exception report."""
    return "required" if rated.exception_required else '<span class="muted">not required</span>'


def turned_ratings(preview: Preview, changes: Sequence[FigureChange]) -> None:
    """In a sentence, which published ratings publishing would turn."""
    turned = []
    for change in changes:
        before, after = preview.ratings(change) if change.held is not None else (None, None)
        if before is not None and after is not None and before.rating is not after.rating:
            name = preview.indicators[change.observation.indicator].name
            turned.append(
                f"{name}, {change.observation.quarter.text}, from {before.rating.words} to {after.rating.words}"
            )
    if not turned:
        if any(change.held is not None for change in changes):
            st.html('<p class="measure">No published rating turns.</p>')
        return
    more = f"; and {len(turned) - MOST_TURNED:,} more" if len(turned) > MOST_TURNED else ""
    said = f"{len(turned):,} published {plural(len(turned), 'rating turns', 'ratings turn')}:"
    st.html(f'<p class="measure"><strong>{said}</strong> {escape("; ".join(turned[:MOST_TURNED]))}{more}.</p>')


def entries(preview: EntriesPreview) -> str:
    """The entries of a register or targets file that would change."""
    rows = [
        (
            f"{escape(change.indicator.name)} ({escape(change.indicator.code)})",
            escape(change.start.text) if change.start else "",
            escape(change.kind.value),
            escape(change.before) or '<span class="muted">none held</span>',
            f"<strong>{escape(change.after)}</strong>",
            "<br>".join(escape(f"{quarter}: {before} to {after}") for _, quarter, before, after in change.turned)
            or '<span class="muted">none</span>',
        )
        for change in preview.changes[:MOST_CHANGES]
    ]
    what = "Targets" if preview.kind == "targets" else "Register entries"
    headings = ("Indicator", "From", "What it is", "Held", "In the file", "Past ratings turned")
    return components.table(f"{what} ({len(preview.changes)})", headings, rows)


def reconciled(preview: Preview) -> None:
    """The ratings as reported beside those worked out."""
    differing = preview.reconciliation
    agree = preview.reported_ratings - len(differing)
    st.html(
        f'<p class="measure"><strong>Ratings as reported:</strong> {preview.reported_ratings:,} are in the file; {agree:,} agree '
        f"with those worked out, {len(differing):,} differ.</p>"
    )
    if not differing:
        return
    rows = [
        (
            escape(preview.indicators[one.change.observation.indicator].name), escape(one.change.observation.quarter.text),
            escape(rating_words(one.reported)), components.badge(one.rated.rating), escape(one.rated.reason),
        )
        for one in differing[:MOST_PROBLEMS]
    ]  # fmt: skip
    st.html(components.table("Ratings that differ", ("Indicator", "Quarter", "Reported", "Worked out", "Why"), rows))
    made = session.circumstances()
    components.download(
        lambda: reconciliation_table(preview, made),
        "reconciliation",
        "Download the reconciliation (CSV)",
        key="reconciliation",
    )


# --- 4 ------------------------------------------------------------------------------------------------------------


def publish(preview: AnyPreview, refused: str) -> None:
    """The warnings to confirm, the reason, who, and the button."""
    components.section("4. Publish")
    for name, of in preview.warnings.items():
        more = f" (and {len(of) - 1:,} more of this kind)" if len(of) > 1 else ""
        st.checkbox(f"I have checked: {components.plain(of[0].message)}{more}", key=tick(preview, name))
    decides = preview.needs_decision
    if preview.needs_reason or decides:
        st.text_area(
            "Why does what was published change?" if preview.needs_reason else "Why does the target change?", key="upload_reason",
            max_chars=500, width=640, help="It stands beside the revised figure or the target, so write it for the public.",
        )  # fmt: skip
    if preview.needs_reason:
        st.radio(
            "What kind of change is it?", list(REVISIONS), list(REVISIONS).index(preview.likely_revision),
            format_func=REVISIONS.__getitem__, key="upload_revision",
        )  # fmt: skip
    if decides:
        target_decision()
    actor.choose(OFFICER)
    if refused:
        components.message(refused, "error")
    st.button("Publish", type="primary", key="publish", on_click=decide, args=(preview,), disabled=bool(session.past()))
    if session.past():
        components.message("This is a view of the past: nothing can be published in it.")


def target_decision() -> None:
    """Who decided that recorded targets change, and on what date or in which paper: once for the file."""
    st.html(
        '<p class="measure">A recorded target changes. Say who decided it, and on what date or in which paper; why is asked above. Where a '
        "row of the file says it, that stands.</p>"
    )
    with st.container(horizontal=True):
        st.text_input("Who decided it", key="upload_decided_by", max_chars=120, width=260, placeholder="Cabinet")
        st.date_input(
            "On what date (may be left empty)", value=None, key="upload_decided_on", format="DD/MM/YYYY", width=220
        )
        st.text_input("In which paper", key="upload_paper", max_chars=120, width=320)


def tick(preview: AnyPreview, name: str) -> str:
    """The key of the box that confirms a warning of this comparison; of a new one it is to be confirmed again."""
    return f"confirm_{preview.file.sha256[:12]}_{preview.against[:12]}_{name}"


def decide(preview: AnyPreview) -> None:
    """What the officer decides. What was typed is read here: a click may come with the last change of a box."""
    state, who = st.session_state, actor.actor()
    decision = Decision(
        by=who.name,
        role=who.role,
        reason=state.get("upload_reason", ""),
        confirmed=[name for name in preview.to_confirm if state.get(tick(preview, name))],
        revision_kind=state.get("upload_revision", ""),
        targets=TargetDecision(
            state.get("upload_decided_by", ""), state.get("upload_decided_on"), state.get("upload_paper", "")
        ),
    )
    state["decided"] = preview, decision


def publish_decided() -> None:
    """Publish what was decided, and begin anew; what stops it is said where the officer must look."""
    state = st.session_state
    held: ShownPreview | None = state.get("checked")
    preview, decision = state.pop("decided", (None, None))
    if held is not None and held.published is None and preview is held.preview:
        with st.spinner("Publishing: keeping the file, writing the figures, seeing that they are safe on the disk…"):
            uploads = session.services().uploads
            try:
                held.published = uploads.publish(preview, decision)
            except Changed as error:
                state["not_published"] = Refused(str(error), anew=True)
                state["compared"] = state.get("compared", 0) + 1
            except NotConfirmed as error:
                state["not_published"] = Refused(
                    f"Nothing was published: {error.what}. Tick each one once you have checked it."
                )
            except KpiError as error:
                state["not_published"] = Refused(str(error))
    if held is not None and held.published is not None:
        state["published"] = held.published
        state["round"] = round_number() + 1
        for name in (
            "upload_reason",
            "upload_revision",
            "upload_decided_by",
            "upload_decided_on",
            "upload_paper",
            "checked",
        ):
            state.pop(name, None)


def announce() -> None:
    """That it is published, as long as it stands, and where to go from here."""
    upload: Upload | None = st.session_state.get("published")
    if upload is None or session.services().uploads.one(upload.id).upload.withdrawn_at is not None:
        return
    new, confirmed, revised, same = upload.counts
    components.message(
        f"Published as upload {upload.id}: {upload.file_name} ({new} new, {confirmed} confirmed, {revised} revised, {same} the same). "
        "It is kept, and can be withdrawn from the history.",
        "done",
        anchor="published",
    )
    components.go_to("published", focus=str(upload.id))
    left, right, _ = st.columns([1, 1, 2])
    with left:
        first = upload.quarters.split(",")[0].split(" and ")[-1]
        st.page_link(
            "pages/scorecard.py",
            label="See the scorecard",
            query_params={"quarter": first} if upload.kind == "figures" and first.startswith("Q") else {},
        )
    with right:
        st.page_link("pages/history.py", label="See the history", query_params={"upload": str(upload.id)})


session.show(page)

"""Check a document: what a covering report or a set of exception reports says, beside the figures; and forms read in as drafts."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from kpi_core.access import Actor
from kpi_core.errors import KpiError
from kpi_core.forms import NoForm
from kpi_core.narrative import CheckedPaper
from kpi_core.periods import day_in_words
from kpi_core.showing import GivenForm, narrative_table
from kpi_core.words import plural
from pages._ui import actor, components, deeds, findings, session
from pages._ui.typeset import escape

AS_IT_SAYS = "As the document says"
PASTED = "Pasted text"


def page() -> None:
    """The document, what was found in it, and the exception reports in it."""
    session.keep(session.view())
    components.title(session.services().council()[0], "Check a document")
    if session.past():
        components.message("A document is checked beside the figures as they stand now.")
    given = choose()
    deeds.announce()
    if given is None:
        return
    content, name = given
    try:
        paper = session.services().texts.check(content, name, chosen_quarter(), session.view().area or None)
    except KpiError as error:
        components.message(str(error), "error")
        return
    found(paper)
    forms(content, name)
    components.go_to("checked", focus=f"{name} {len(content)} {paper.quarter}")


def choose() -> tuple[bytes, str] | None:
    """The document, as a file or pasted; ``None`` until there is one."""
    st.html(
        '<p class="measure">Each figure, change, target and comparison that the rules understand is held against what is held, and what should '
        "not be published is pointed out. Nothing leaves this machine, and nothing is kept unless you make drafts below. What the rules do "
        "not understand they leave alone: silence is no proof.</p>"
    )
    left, right = st.columns([2, 1], gap="large")
    with left:
        file = st.file_uploader(
            "A Word file (.docx) or plain text, up to 10 MB",
            key="check_file",
            accept_multiple_files=False,
            max_upload_size=10,
        )
        with st.expander("Or paste the text"):
            pasted = st.text_area("The text", key="check_text", height=200, label_visibility="collapsed")
    with right:
        quarters = [
            one.text for one in sorted(session.services().period(session.view().area or None).held, reverse=True)
        ]
        st.selectbox(
            "The quarter it is about", [AS_IT_SAYS, *quarters], key="check_quarter",
            help="Read from the document where it names one in full; otherwise the latest quarter reported.",
        )  # fmt: skip
    if file is not None:
        return file.getvalue(), file.name
    return (pasted.encode("utf-8", "replace"), PASTED) if pasted.strip() else None


def chosen_quarter() -> str | None:
    """The quarter chosen; ``None``: the one that the document names."""
    chosen = st.session_state["check_quarter"]
    return None if chosen == AS_IT_SAYS else chosen


def found(paper: CheckedPaper) -> None:
    """What was found, in the order of the document; what is right is folded away."""
    components.section(f"{paper.file}, beside {paper.quarter.label}", anchor="checked")
    st.html(f'<p class="headline">{escape(findings.summary_words(paper.counts))}</p>')
    if paper.cut_short:
        components.message(paper.cut_short, "warning")
    if not paper.findings:
        components.message(
            "No sentence names an indicator in a way that the rules understand. Its names and aliases are in the register."
        )
        return
    st.html(findings.findings_html(paper.findings, lines=True))
    made = session.circumstances()
    components.download(
        lambda: narrative_table(paper, made), f"checked {paper.file}", "Download these findings (CSV)", "findings"
    )


# --- the exception reports in it ----------------------------------------------------------------------------------


def forms(content: bytes, name: str) -> None:
    """The exception reports that the document holds, each as the draft it would become."""
    try:
        given = session.services().texts.forms(content, name, chosen_quarter(), session.view().area or None)
    except NoForm:
        return
    except KpiError as error:
        components.message(str(error), "warning")
        return
    count = plural(len(given), "one exception report", f"{len(given)} exception reports")
    components.section(f"Read in as drafts: {count} found")
    st.html(
        '<p class="measure">Each becomes a draft to be checked, with all that its form says; what had no place is kept with it. What was '
        "written before stays among the versions.</p>"
    )
    who = actor.choose()
    named = any(one.form.names for one in given)
    with_roles = (
        st.checkbox("Replace the names of people by their roles", value=True, key="check_roles") if named else True
    )
    for number, one in enumerate(given):
        form(one)
        if one.draft is not None:
            key = f"read_in_{number}"
            deeds.refused(key)
            st.button(
                f"Make a draft of {components.plain(label(one))}", key=key, on_click=read_in,
                args=(one, who.name, who.role, with_roles, key), disabled=bool(session.past()),
            )  # fmt: skip


def label(given: GivenForm) -> str:
    """A form by its indicator's code and quarter."""
    assert given.draft is not None
    return f"{given.draft.indicator}, {given.draft.quarter}"


def form(given: GivenForm) -> None:
    """One form: what it is on, what it lacks, whom it names, and what had no place in it."""
    one = given.form
    heading = one.indicator or "No indicator is described"
    lacks = "".join(f"<li>{escape(lack)}</li>" for lack in one.lacks)
    names = "".join(f"<li>“{escape(name.text)}” could be “{escape(name.role)}”</li>" for name in one.names)
    unplaced = "".join(f"<li>{escape(part.text)}</li>" for part in one.unplaced)
    signed = f", approved {day_in_words(one.approved_on)}" if one.approved_on else ""
    st.html(
        f'<h3 class="form-found">{escape(heading)}</h3>'
        f'<p class="muted over">Lines {one.first} to {one.last}{escape(signed)}</p>'
        + (f'<p class="message warning">{escape(given.why_not)}</p>' if given.why_not else "")
        + (f"<p>What the form lacks:</p><ul>{lacks}</ul>" if lacks else "<p>The form lacks nothing.</p>")
        + (f"<p>People it names:</p><ul>{names}</ul>" if names else "")
        + (
            f"<details><summary>{len(one.unplaced)} without a place, kept with the draft</summary><ul>{unplaced}</ul></details>"
            if unplaced
            else ""
        )
    )


def read_in(given: GivenForm, name: str, role: str, with_roles: bool, key: str) -> None:
    """Make a form a draft."""
    view, texts = session.view(), session.services().texts
    deeds.do(
        key,
        lambda: texts.read_in(given, Actor(name, role), with_roles),
        lambda draft: f"{label(given)} is a draft now, version {draft.version}.",
        link=lambda draft: (
            replace(view, quarter=draft.quarter.text).report(draft.indicator),
            "Open it, check it and submit it",
        ),
    )


session.show(page)

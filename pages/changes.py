"""Record of changes: everything that was done, by whom and when; its head; and what has to be confirmed or loaded anew."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from kpi_core.access import OFFICER
from kpi_core.showing import RecordedAct, record_table
from kpi_core.words import plural
from pages._ui import actor, components, deeds, session
from pages._ui.moments import moment
from pages._ui.typeset import escape

MOST = 100
"""How many records are shown at first, and how many more each time."""
HEADINGS = ("Record", "When", "Who", "What")


def page() -> None:
    """What has to be done about the record, its head, and the records, filtered."""
    session.keep(session.view())
    components.title(session.services().council()[0], "Record of changes")
    deeds.announce()
    to_do()
    every = records()
    head(every[-1])
    chosen = filtered(every)
    shown = chosen[::-1][: st.session_state.get("changes_most", MOST)]
    if not shown:
        components.message("No record matches these filters. Clear one of them to see more.")
        return
    of = f" of the {len(every):,}" if len(chosen) < len(every) else ""
    many = f"{len(chosen):,}{of} {plural(len(every), 'record', 'records')}"
    st.html(components.table(f"{many}, newest first", HEADINGS, [line(one) for one in shown]))
    if len(chosen) > len(shown):
        st.button(f"Show {min(MOST, len(chosen) - len(shown))} more", key="changes_more", on_click=show_more)
    made = session.circumstances()
    components.download(
        lambda: record_table(chosen[::-1], made), "record of changes", "Download these records (CSV)", "changes"
    )


def records() -> Sequence[RecordedAct]:
    """The records up to the moment that is looked at, oldest first; read once in a session for as long as none is added."""
    services = session.services()
    position, found = st.session_state.get("changes_read", (0, ()))
    if position != services.position:
        found = services.changes()
        st.session_state["changes_read"] = services.position, found
    last = services.moment(session.view().at).position
    return [one for one in found if one.number <= last]


def head(last: RecordedAct) -> None:
    """The last record's number and hash, and what they are for."""
    st.html(
        f'<details class="record-head"><summary>Record {last.number}; head {last.hash[:6]}…</summary><code>{last.hash}</code></details>'
        '<p class="muted small measure">Note the number and the head on paper, away from this machine: checked against them later, a '
        "record that was rewritten since is found.</p>"
        '<p class="muted small measure">A name is as it was typed: nobody has signed in.</p>'
    )


def line(one: RecordedAct) -> tuple[str, ...]:
    """One record as cells."""
    return (
        str(one.number),
        f'<span class="nowrap">{escape(moment(one.at))}</span>',
        escape(one.by if one.by == one.role or not one.role else f"{one.by}, {one.role}"),
        escape(one.what),
    )


# --- filters ------------------------------------------------------------------------------------------------------


def filtered(every: Sequence[RecordedAct]) -> Sequence[RecordedAct]:
    """The records that the filters leave."""
    with st.container(key="filters", gap="small"):
        kind, person, indicator, text = st.columns(4)
    kinds = kind.multiselect(
        "Kind", sorted({one.kind for one in every}), key="changes_kind", persist_state="session", placeholder="All kinds",
        on_change=start_again,
    )  # fmt: skip
    people = person.multiselect(
        "Who", sorted({one.by for one in every}), format_func=components.plain, key="changes_person",
        persist_state="session", placeholder="Everyone", on_change=start_again,
    )  # fmt: skip
    code = indicator.text_input(
        "Indicator’s code", key="changes_indicator", max_chars=20, persist_state="session", on_change=start_again
    )
    words = text.text_input(
        "Words in it", key="changes_text", max_chars=100, persist_state="session", on_change=start_again
    )
    code, words = code.strip().upper(), words.strip().casefold()
    return [
        one
        for one in every
        if (not kinds or one.kind in kinds)
        and (not people or one.by in people)
        and (not code or code in one.indicators)
        and (not words or words in one.what.casefold())
    ]


def show_more() -> None:
    """Show more of the records that the filters leave."""
    st.session_state["changes_most"] = st.session_state.get("changes_most", MOST) + MOST


def start_again() -> None:
    """Other filters: the first records are shown again."""
    st.session_state["changes_most"] = MOST


# --- what is to be done -------------------------------------------------------------------------------------------


def to_do() -> None:
    """Confirm that the second copy was written again, and load files of ``data/`` that have changed; mostly nothing."""
    services = session.services()
    changed = services.data_changes()
    if not services.unconfirmed and not changed:
        return
    actor.choose(OFFICER)
    past = bool(session.past())
    if services.unconfirmed:
        components.section("The second copy was written again")
        st.html(
            '<p class="measure">The second copy of this record was lost, and was written again from the database. Nothing can be compared '
            "with what it held before. Once you know why it was gone, confirm it; until then every page says so.</p>"
        )
        deeds.refused("confirm_copy")
        st.button(
            "Confirm that it was written again", key="confirm_copy", type="primary", on_click=confirm, disabled=past
        )
    if changed:
        components.section("Files of data/ that have changed")
        said = "".join(f"<li>{escape(one)}</li>" for one in changed)
        st.html(
            f'<ul class="measure">{said}</ul><p class="measure">Loading them anew withdraws what they gave before. What was uploaded stays '
            f"on top of {plural(len(changed), 'it', 'them')}.</p>"
        )
        deeds.refused("load_data")
        st.button("Load the files of data/ anew", key="load_data", type="primary", on_click=load, disabled=past)


def confirm() -> None:
    """Confirm that the second copy was lost and written again."""
    services, who = session.services(), actor.actor()
    deeds.do(
        "confirm_copy",
        lambda: services.confirm_second_copy(who),
        lambda _: "Confirmed: the second copy was lost and written again. The record says so.",
    )


def load() -> None:
    """Load the files of ``data/`` anew."""
    services, who = session.services(), actor.actor()
    deeds.do(
        "load_data",
        lambda: services.load_data(who),
        lambda made: (
            f"The files of data/ are loaded anew, as record {made.number}." if made else "Nothing has changed in data/."
        ),
    )


session.show(page)

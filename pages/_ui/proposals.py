"""A scenario kept: saved and shared, and put forward as a target of the register, which is accepted or declined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from kpi_core.access import Act, Actor, refused
from kpi_core.errors import KpiError
from kpi_core.judging import level_words, target_words, tolerance_words
from kpi_core.model import Indicator, Proposal, ProposalDecision, Scenario, Target
from kpi_core.periods import Quarter, day_in_words, span
from kpi_core.what_if import What, WhatIf, WhatIfRow, changed_since, figures_under, read_change

from . import actor, components, deeds, session, supposed
from .typeset import escape

_TERMS = {What.TARGET, What.TOLERANCE, What.INTERVENTION}


def of_saved(scenario: Scenario, found: WhatIf) -> None:
    """What a saved scenario is, and what it stood on that is not so any more."""
    components.message(
        f"Scenario {scenario.number}: {scenario.name}. Saved {_on(scenario.done_at)} in the role {scenario.done_as}. {scenario.reason}"
    )
    rows = {one.indicator.code: one.row for one in found.rows}
    if found.quarter == scenario.quarter:
        for sentence in changed_since(scenario.figures, rows):
            components.message(f"Changed since it was saved. {sentence}", "warning")
    else:
        components.message(f"It was saved for {scenario.quarter.label}; it is applied to {found.quarter.label} here.")


def keep_and_propose(found: WhatIf, scenario: Scenario | None, latest: Quarter) -> None:
    """Save the scenario; the saved ones; put a target forward; and what became of those put forward.

    ``latest`` is the last quarter with figures.
    """
    services, area = session.services(), session.view().area or None
    every = services.scenarios.every(area)
    proposed = services.scenarios.proposals(area)
    components.section("Keep it and share it")
    who = actor.choose()
    if found.changes:
        left, right = st.columns(2, gap="large")
        with left:
            _save(found, who)
        with right:
            _propose(found, scenario, who, latest)
    else:
        st.html(
            '<p class="muted measure">Change something above, and the scenario can be saved, shared, and put forward as a target.</p>'
        )
    indicators = {row.indicator.code: row.indicator for row in found.rows}
    if every:
        names = {code: one.name for code, one in indicators.items()}
        st.html(
            components.table(
                f"Saved scenarios ({len(every)})",
                ("Scenario", "Quarter", "Changes", "Saved", "Why"),
                [_line(one, names) for one in every],
            )
        )
    if proposed:
        _proposed(proposed, indicators, who)


def _save(found: WhatIf, who: Actor) -> None:
    st.html("<h3>Save it</h3>")
    st.text_input("Name of the scenario", key="scenario_name", max_chars=80, placeholder="Repeat referrals at 22%")
    st.text_area("Why it is looked at", key="scenario_reason", max_chars=300, height=80)
    deeds.refused("save_scenario")
    st.button(
        "Save the scenario",
        key="save_scenario",
        type="primary",
        on_click=_saved,
        args=(found.quarter.text, found.area, who),
    )


def _saved(quarter: str, area: str, who: Actor) -> None:
    supposed.take()  # a field may have been left by this very click
    state, services, view = st.session_state, session.services(), session.view()
    name, reason, changes = state["scenario_name"], state["scenario_reason"], supposed.lines()

    def save() -> Scenario:
        stands = figures_under(services.what_if(changes, quarter, area).changed)
        return services.scenarios.save(name, reason, quarter, changes, stands, who, area)

    deeds.do(
        "save_scenario",
        save,
        lambda made: (
            f"Saved as scenario {made.number}. Open it and copy the address to share it: whoever opens that sees the same."
        ),
        link=lambda made: (view.what_if(made.number), f"Open scenario {made.number}"),
    )


def _change(text: str, names: Mapping[str, str]) -> str:
    try:
        return read_change(text).words(names)
    except KpiError:  # written by a version that knew other changes
        return text


def _line(one: Scenario, names: Mapping[str, str]) -> tuple[str, ...]:
    href = session.view().what_if(one.number)
    return (
        f'<a href="{escape(href)}">{one.number}: {escape(one.name)}</a>',
        f'<span class="nowrap">{escape(one.quarter.text)}</span>',
        "<br>".join(escape(_change(change, names)) for change in one.changes[:6])
        + (f"<br>and {len(one.changes) - 6} more" if len(one.changes) > 6 else ""),
        f"{escape(_on(one.done_at))}, {escape(one.done_as)}",
        escape(one.reason),
    )


# --- proposals ----------------------------------------------------------------------------------------------------


def _propose(found: WhatIf, scenario: Scenario | None, who: Actor, latest: Quarter) -> None:
    st.html("<h3>Put it forward as a target</h3>")
    those = {one.indicator.code: one for one in found.changed if one.supposed.changed & _TERMS}
    if not those:
        st.html('<p class="muted measure">The scenario changes no target, tolerance or intervention level.</p>')
        return
    looked_at = session.view().indicator
    code = st.selectbox(
        "Target of", list(those), list(those).index(looked_at) if looked_at in those else 0,
        format_func=lambda c: those[c].indicator.name, key="propose_code",
    )  # fmt: skip
    # What is published stays rated as it was: a target is proposed from the quarter after the last with figures.
    quarters = {quarter.text: quarter.label for quarter in span(latest + 1, latest + 8)}
    start = st.selectbox("From", list(quarters), format_func=quarters.__getitem__, key="propose_from")
    st.text_input("The body that decides", key="propose_body", max_chars=120, placeholder="Cabinet")
    st.date_input(
        "Decided, or to be decided, on (may be left empty)", value=None, key="propose_on", format="DD/MM/YYYY"
    )
    st.text_input("The paper", key="propose_paper", max_chars=120)
    st.text_area("Why this target", key="propose_reason", max_chars=300, height=80)
    deeds.refused("propose")
    st.button(
        f"Put {components.plain(_in_words(those[code].target, those[code].indicator))} forward", key="propose",
        on_click=_put_forward, args=(those[code], start, scenario, who, found.area),
    )  # fmt: skip


def _put_forward(one: WhatIfRow, start: str, scenario: Scenario | None, who: Actor, area: str) -> None:
    state, scenarios, target = st.session_state, session.services().scenarios, one.target
    assert target is not None
    body, on, paper, reason = (state[f"propose_{name}"] for name in ("body", "on", "paper", "reason"))
    deeds.do(
        "propose",
        lambda: scenarios.propose(
            one.indicator.code, start, decided_by=body, paper=paper, reason=reason, actor=who, value=target.value, low=target.low,
            high=target.high, tolerance=target.tolerance, tolerance_kind=target.tolerance_kind,
            intervention_level=target.intervention_level, decided_on=on, scenario=None if scenario is None else scenario.number,
            area=area,
        ),
        lambda made: f"Proposal {made.number} is put forward. The register stays as it is until it is accepted.",
    )  # fmt: skip


def _proposed(
    proposed: Sequence[tuple[Proposal, ProposalDecision | None]], indicators: dict[str, Indicator], who: Actor
) -> None:
    components.section("Targets put forward")
    rows = [_proposal_line(one, decision, indicators.get(one.indicator)) for one, decision in proposed]
    st.html(
        components.table(f"Proposals ({len(rows)})", ("Proposal", "Target", "From", "Decided by", "Why", "State"), rows)
    )
    still = {one.number: one for one, decision in proposed if decision is None}
    if not still:
        return
    if why_not := refused(who, Act.DECIDE):
        st.html(f'<p class="muted">{escape(why_not)}</p>')
        return
    names = {
        number: f"Proposal {number}: {indicators[one.indicator].name if one.indicator in indicators else one.indicator}"
        for number, one in still.items()
    }
    number = st.selectbox("Decide on", list(names), format_func=names.__getitem__, key="decide_on")
    st.text_input("The reason (needed to decline)", key="decide_reason", max_chars=300, width=640)
    deeds.refused("accept", "decline")
    with st.container(horizontal=True, key="decide_ways"):
        st.button("Accept: make it the target", key="accept", type="primary", on_click=_accept, args=(number, who))
        st.button("Decline", key="decline", on_click=_decline, args=(number, who))


def _accept(number: int, who: Actor) -> None:
    scenarios, reason = session.services().scenarios, st.session_state["decide_reason"]
    deeds.do(
        "accept",
        lambda: scenarios.accept(number, who, reason),
        lambda made: (
            f"Proposal {made.number} is accepted: it is the target of the register from {made.quarter.text} on."
        ),
    )


def _decline(number: int, who: Actor) -> None:
    scenarios, reason = session.services().scenarios, st.session_state["decide_reason"]
    deeds.do(
        "decline",
        lambda: scenarios.decline(number, reason, who),
        lambda made: f"Proposal {made.number} is declined. The register stays as it is.",
    )


def _proposal_line(one: Proposal, decision: ProposalDecision | None, indicator: Indicator | None) -> tuple[str, ...]:
    name = one.indicator if indicator is None else indicator.name
    target = Target(one.indicator, one.area, one.quarter, value=one.value, low=one.low, high=one.high, tolerance=one.tolerance,
                    tolerance_kind=one.tolerance_kind, intervention_level=one.intervention_level)  # fmt: skip
    state = "Open"
    if decision is not None:
        state = f"<strong>{'Accepted' if decision.accepted else 'Declined'}</strong> {escape(_on(decision.done_at))}"
        state += f": {escape(decision.reason)}" if decision.reason else ""
        state += (
            f' (<a href="history?upload={decision.upload}">upload {decision.upload}</a>)' if decision.upload else ""
        )
    on = f", {day_in_words(one.decided_on)}" if one.decided_on else ""
    return (
        f"{one.number}: {escape(name)}",
        escape("" if indicator is None else _in_words(target, indicator)),
        f'<span class="nowrap">{escape(one.quarter.text)}</span>',
        escape(f"{one.decided_by}{on}. {one.paper}"),
        escape(one.reason),
        state,
    )


def _in_words(target: Target | None, indicator: Indicator) -> str:
    """A target's terms: ``22%, tolerance 2 points, intervention level 30%``."""
    parts = [target_words(target, indicator)]
    if tolerance := tolerance_words(target, indicator):
        parts.append(f"tolerance {tolerance}")
    if level := level_words(target, indicator):
        parts.append(f"intervention level {level}")
    return ", ".join(one for one in parts if one)


def _on(at: datetime) -> str:
    return f"on {day_in_words(at)}"

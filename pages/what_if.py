"""What if: a target, a level or the next value is moved, and it is said what turns, what it takes, and how reliably it is met."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from kpi_core.errors import UnknownIndicator
from kpi_core.figures import capital, with_unit
from kpi_core.judging import firmness_words, level_words, target_words, tolerance_words, variation_words
from kpi_core.model import Polarity, Unit
from kpi_core.showing import what_if_table
from kpi_core.what_if import EVERY, What, WhatIf, WhatIfRow, next_due, rated_significance
from pages._ui import components, deeds, limits, proposals, session, supposed
from pages._ui.signs import signs
from pages._ui.typeset import escape

NOTHING_CHANGES = "Nothing here changes what is published."


def page() -> None:
    """The scenario, what turns, one indicator in depth, and what is saved and proposed."""
    supposed.take()
    scenario = supposed.saved()
    quarter, quarters, said = session.chosen_quarter()
    if quarter is None:
        components.title(session.services().council()[0], "No figures are held yet")
        return
    session.keep(replace(session.view(), quarter=quarter.text))
    heading = st.container()
    found = supposed.answered(quarter.text)
    with heading:
        components.title(f"{found.area_name}: {quarter.label}", "What if")
        deeds.announce()
        st.html(
            f'<p class="said"><strong>{NOTHING_CHANGES}</strong> Only a target that is put forward below and accepted does.</p>'
        )
        with st.container(key="what_if_quarter"):
            session.quarter_picker(quarters)
        if found.changes:
            st.html(f'<p class="headline" role="status">{escape(found.words)}</p>')
    for sentence in said:
        components.message(sentence)
    if scenario is not None:
        proposals.of_saved(scenario, found)
    one = one_indicator(found)
    turned(found)
    many(found)
    answers(found, one)
    if session.past():
        components.message("This is a view of the past: no scenario can be saved and no target put forward in it.")
    else:
        proposals.keep_and_propose(found, scenario, max(quarters))
    supposed.shown()


# --- what turns ---------------------------------------------------------------------------------------------------


def turned(found: WhatIf) -> None:
    """What the scenario turns, before and after side by side, what turned first."""
    components.section("Before and after")
    if not found.changes:
        st.html('<p class="measure">Nothing is changed yet. Move a target above, or change many at once.</p>')
    for sentence in found.left_out:
        components.message(f"Left unchanged: {sentence}")
    if found.changed:
        rows = [
            (
                f'<a href="{escape(session.view().link(one.indicator.code))}">{escape(one.indicator.name)}</a>',
                escape(figure(one)),
                f"{_aim(one, held=True)} → <strong>{_aim(one, held=False)}</strong>",
                f"{components.badge(one.row.rated.rating)} → {components.badge(one.rated.rating)}",
                escape(met(one)),
                escape(takes(one)),
            )
            for one in found.changed
        ]
        st.html(
            components.table(
                f"What the scenario changes ({len(rows)})",
                ("Indicator", "Figure", "Target", "Rating", "Would have been met in", "What it would take"),
                rows,
            )
        )
        made = session.circumstances()
        components.download(
            lambda: what_if_table(found, made), f"what if {found.quarter}", "Download before and after (CSV)", "what_if"
        )
    with st.container(horizontal=True, key="ways_back"):
        st.button("Undo the last change", key="undo", on_click=supposed.undo, disabled=not supposed.undoable())
        st.button(
            "Clear the scenario", key="clear", on_click=supposed.remember, args=((),), disabled=not supposed.lines()
        )


def _aim(one: WhatIfRow, held: bool) -> str:
    """The target, with the levels beside it that the scenario changes."""
    target = one.row.target if held else one.target
    said = [target_words(target, one.indicator) or "none"]
    for what, words in ((What.TOLERANCE, tolerance_words), (What.INTERVENTION, level_words)):
        if what in one.supposed.changed:
            said.append(f"{what.words} {words(target, one.indicator) or 'none'}")
    return escape(", ".join(said))


def figure(one: WhatIfRow) -> str:
    """The figure held, and the next value where one is supposed."""
    if one.supposed.value is None:
        return one.row.display
    return f"{one.row.display}, then {with_unit(one.supposed.value, one.indicator.unit)} in {next_due(one.row).text}"


def met(one: WhatIfRow) -> str:
    """In how many of the quarters held the target would have been met, short."""
    return f"{sum(past.met for past in one.past)} of {len(one.past)} held" if one.past else "no target to meet"


def takes(one: WhatIfRow) -> str:
    """How many children it takes, short; or what stands in the way of saying it."""
    needed = one.needed
    if needed is None:
        return "counts not held" if one.indicator.unit is Unit.PERCENT and one.past else ""
    if not needed.extra:
        return "met already"
    number = f"{needed.extra:,}" if needed.fewest == needed.extra else f"{needed.fewest:,} to {needed.extra:,}"
    return f"{number} {needed.direction}{' (counts assumed)' if needed.assumed else ''}"


# --- one indicator ------------------------------------------------------------------------------------------------


def one_indicator(found: WhatIf) -> WhatIfRow:
    """One indicator: its levels to be moved beside the chart."""
    names = {row.indicator.code: row.indicator.name for row in found.rows}
    missed = [row.indicator.code for row in found.rows if row.row.rated.missed]
    code = session.view().indicator
    if code and code not in names:
        components.message(str(UnknownIndicator(code, tuple(names))), "error")
    if code not in names:
        code = next((row.indicator.code for row in found.changed), (missed or list(names))[0])
        session.keep(replace(session.view(), indicator=code))
    one = found.row(code)
    assert one is not None
    st.session_state["filter_indicator"] = code
    st.selectbox(
        "Indicator", list(names), format_func=lambda c: names.get(c, c), key="filter_indicator",
        on_change=session.take, args=("indicator",),
    )  # fmt: skip
    left, right = st.columns([2, 3], gap="large")
    with left:
        rating(one)
        levels(found, one)
    with right:
        chart(one)
    return one


def rating(one: WhatIfRow) -> None:
    """The rating as published and under the scenario, and the turn in words."""
    before = components.badge(one.row.rated.rating, "big")
    turn = (
        f'{before} <span aria-hidden="true">→</span> {components.badge(one.rated.rating, "big")}'
        if one.changed
        else before
    )
    st.html(
        f'<p class="verdict">{turn} <strong class="value">{escape(figure(one))}</strong></p>'
        f'<p class="said measure" role="status">{escape(one.turn_words)} {escape(one.past_words)}</p>'
        f'<p class="muted measure">{escape(one.rated.reason)}</p>'
    )
    if one.row.conflict:
        st.html(components.notice(capital(one.row.conflict) + ".", "The scenario goes by the figure and target held."))


def levels(found: WhatIf, one: WhatIfRow) -> None:
    """The target by a slider and as text; tolerance, intervention level, next value and the quarter to be met by as text."""
    indicator, row = one.indicator, one.row
    if indicator.polarity is Polarity.NEITHER:
        components.message("Neither high nor low is better for this indicator, so no target could be met or missed.")
        return
    supposed.slider(one)
    following = next_due(row).text
    fields = (
        (
            What.TARGET,
            "Target",
            target_words(row.target, indicator),
            "Like 22, or by how much: +2 (points), -5% (per cent)",
        ),
        (What.INTERVENTION, "Intervention level", level_words(row.target, indicator), "Worse than the target"),
        (
            What.TOLERANCE,
            "Tolerance",
            tolerance_words(row.target, indicator),
            "Like 2 (points), or 10% (of the target)",
        ),
        (What.VALUE, f"Next value, {following}", "", "The figure the next quarter might have"),
    )
    pairs = [st.columns(2, gap="medium"), st.columns(2, gap="medium")]
    for place, (what, label, held, help_) in enumerate(fields):
        with pairs[place // 2][place % 2]:
            supposed.field(found, what, indicator, label, held, help_)


def chart(one: WhatIfRow) -> None:
    """The figures with limits, the targets held and tried, and the milestones."""
    tried = one.target if one.target is not one.row.target else None
    limits.drawn(one.process, one.row.target, tried, one.milestones)


def answers(found: WhatIf, one: WhatIfRow) -> None:
    """What it takes, the year, how reliably, the milestones, and every quarter by the target then and by this one."""
    components.section("What it would take")
    sentences = [one.needed_text, one.year_text, *one.warnings]
    if one.target is None or not one.target.has_target:
        sentences = ["No target is held or tried, so there is nothing to reach."]
    _said(sentences)
    assumptions(found, one)
    components.section("Would it be met reliably?")
    process = one.process
    told = [process.why_not] if process.why_not else [firmness_words(process.limits)]
    if process.drawn:
        told += [variation_words(process.limits)]
        aim = target_words(one.target, one.indicator)
        told += [process.assurance_words(f"the target of {aim}")]
        st.html(f"<p>{signs(process)}</p>")
    if one.indicator.seasonal and not process.why_not:
        told.append(
            f"The indicator is seasonal: {one.indicator.seasonal_note or 'quarters of a year differ.'} Its page has limits on the "
            "change from a year before."
        )
    told.append(rated_significance(one))
    _said(told)
    past(one)
    quarter_to_meet(found, one)


def _said(sentences: list[str]) -> None:
    shown = "".join(f"<li>{escape(one)}</li>" for one in sentences if one)
    if shown:
        st.html(f'<ul class="said measure">{shown}</ul>')


def assumptions(found: WhatIf, one: WhatIfRow) -> None:
    """Counts that the report states, to be accepted as an assumption; or a denominator of one's own."""
    indicator, code = one.indicator, one.indicator.code
    if indicator.unit is not Unit.PERCENT or one.row.observation is None or one.row.observation.value is None:
        return
    if one.row.observation.denominator is not None:
        return
    count = supposed.given(found.changes, What.COUNT, code)
    for stated in one.stated:
        key = f"accept_{code}_{stated.count}"
        st.html(f'<p class="measure">{escape(stated.words(indicator))}</p>')
        shown = supposed.show(key, count == str(stated.count), What.COUNT, code, ticked=str(stated.count))
        st.checkbox(f"Assume that the count of {stated.count} is right", **shown)
    with st.expander(
        "Assume a denominator of your own", expanded=bool(supposed.given(found.changes, What.OUT_OF, code))
    ):
        of = (indicator.denominator or "cases").lower()
        supposed.field(
            found,
            What.OUT_OF,
            indicator,
            f"How many {components.plain(of)} there were",
            "",
            "A whole number, like 600. The answer is marked as assumed.",
        )


def quarter_to_meet(found: WhatIf, one: WhatIfRow) -> None:
    """The quarter by which the target is to be met, and the milestones on the way."""
    if (
        one.target is None
        or not one.target.has_target
        or one.row.observation is None
        or one.row.observation.value is None
    ):
        return
    components.section("The way to it")
    code = one.indicator.code
    ahead = [one.row.quarter + n for n in range(1, 17) if (one.row.quarter + n).number in one.indicator.due]
    labels = {quarter.text: quarter.text for quarter in ahead}
    by = supposed.given(found.changes, What.BY, code) or None
    st.selectbox(
        "Quarter to meet the target by", list(labels), index=None, placeholder="Choose a quarter for milestones", width=360,
        key=supposed.show(f"suppose_by_{code}", by, What.BY, code, clearable=True)["key"],
    )  # fmt: skip
    if not one.milestones:
        if one.supposed.by is not None:
            st.html('<p class="measure">The figure meets the target already, so there is no way to go.</p>')
        return
    unit = one.indicator.unit
    rows = [
        (
            escape(mark.quarter.label),
            escape(mark.text),
            "not yet held" if mark.figure is None else escape(with_unit(mark.figure, unit)),
            "" if mark.met is None else "✔ on the way" if mark.met else "✖ behind",
        )
        for mark in one.milestones
    ]
    st.html(
        components.table(
            "Milestones, a straight line to the target", ("Quarter", "Milestone", "Figure", "Against it"), rows
        )
    )
    st.html('<p class="muted measure">A milestone is judged by itself: being on the way is not meeting the target.</p>')


def past(one: WhatIfRow) -> None:
    """Every quarter held: met by the target then in force, and by the one tried."""
    if not one.past:
        return
    words = {True: "✔ met", False: "✖ missed", None: "no target known"}
    rows = [
        (
            escape(was.quarter.label),
            escape(with_unit(was.value, one.indicator.unit)),
            escape(target_words(was.target_then, one.indicator)) or "none held",
            words[was.met_then],
            words[was.met],
        )
        for was in reversed(one.past)
    ]
    aim = target_words(one.target, one.indicator)
    st.html(
        components.table(
            "Every quarter held", ("Quarter", "Figure", "Target then", "By the target then", f"By {escape(aim)}"), rows
        )
    )


# --- many at once -------------------------------------------------------------------------------------------------


def many(found: WhatIf) -> None:
    """One change to a category, or to all."""
    with st.expander("Change many indicators at once"):
        categories = list(dict.fromkeys(row.indicator.category for row in found.rows))
        columns = st.columns([3, 2, 2], gap="medium", vertical_alignment="bottom")
        columns[0].selectbox(
            "Of", [EVERY, *categories], key="many_scope", format_func=lambda s: "All indicators" if s == EVERY else s
        )
        columns[1].selectbox(
            "What",
            [What.TARGET, What.TOLERANCE, What.INTERVENTION],
            key="many_what",
            format_func=lambda w: What(w).words.capitalize(),
        )
        columns[2].text_input("To, or by how much", key="many_amount", placeholder="90, +2 or -5%", max_chars=40)
        st.button("Apply to all of these", key="many_apply", on_click=apply_to_many)
        scope, what = st.session_state["many_scope"], st.session_state["many_what"]
        if refused := supposed.refusal(What(what), scope):
            components.message(refused, "error")


def apply_to_many() -> None:
    """Suppose it of all that are chosen."""
    state = st.session_state
    what, scope, amount = What(state["many_what"]), state["many_scope"], state["many_amount"]
    if not amount.strip():
        state["supposed_refused"] = (what, scope, "Give a number like 90, or a change to what stands like +2 or -5%.")
        return
    supposed.put(what, scope, amount)


session.show(page)

"""The scorecard of a quarter: the headline, what was missed, and every indicator, filtered as the URL says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import streamlit as st

from kpi_core.errors import shorten
from kpi_core.judging import FIRM_FROM, RULE_SET, Rating, Scorecard, headline, order_of_concern
from kpi_core.periods import Quarter
from kpi_core.showing import AS_FIRST_RECORDED, COLOURS_NOTE, SHAPES, scorecard_table
from pages._ui import components, session
from pages._ui.signs import signs
from pages._ui.typeset import escape

NOW, DAY, FIRST, RECORD = "now", "day", "first", "record"
MOMENTS = {NOW: "As it stands now", DAY: "As it stood on a day", FIRST: "As first recorded here"}
# What lies outside is taken for no date at all, so the span is as wide as can be.
EARLIEST, LATEST = date(1900, 1, 1), date(9999, 12, 31)
RATINGS = (Rating.RED, Rating.AMBER, Rating.GREEN, Rating.NOT_RATED, Rating.NO_DATA)


def page() -> None:
    """The headline, what was missed, the filters and the table."""
    quarter, quarters, said = session.chosen_quarter()
    services = session.services()
    if quarter is None:
        components.title(services.council()[0], "No figures are held yet")
        components.message(
            "Upload a quarter, or add figures to data/observations.csv, close the explorer and run: python -m kpi_core load"
        )
        return
    whole = services.scorecard(quarter.text, session.view().area or None, session.view().at)
    session.keep(replace(session.view(), quarter=quarter.text, indicator=""))
    said += drop_unknown(whole)
    view = session.view()
    card = whole.filtered(view.category, view.indicators, view.rating)

    components.title(f"{whole.area_name}: children's services scorecard", quarter.label)
    first, *rest = headline(whole)
    st.html(f'<p class="headline">{escape(first)}</p><p class="said">{escape(" ".join(rest))}</p>')
    for sentence in [*said, *([AS_FIRST_RECORDED] if whole.as_first_recorded else [])]:
        components.message(sentence)

    # What was missed comes first, so that it is seen without scrolling; once the reader filters, the table is theirs.
    missed = [row for row in order_of_concern(whole) if row.exception.required]
    if missed and not card.filters:
        caption = f"Missed the target or passed the intervention level ({len(missed)}), most pressing first"
        st.html(components.scorecard_table(missed, view, caption, grouped=False))
    filters(whole, quarters, services.areas())
    if card.rows:
        how_many = f"{len(card.rows)} of the {len(whole.rows)}" if card.filters else f"All {len(whole.rows)}"
        drawn = varies(whole)
        st.html(components.scorecard_table(card.rows, view, f"{how_many} indicators", signs=drawn))
        if drawn is not None:
            st.html(f'<p class="muted small">{HOW_IT_VARIES}</p>')
    else:
        components.message("No indicator matches these filters. Clear one of them to see more.")
    if heat := components.heat_map(card.rows, view):
        with st.expander("Ratings by quarter"):
            st.html(heat)
    components.marks()
    st.html(f'<p class="muted">{escape(COLOURS_NOTE)} The change in bold is the one that the headline counts.</p>')
    made = session.circumstances()
    components.download(lambda: scorecard_table(card, made), f"scorecard {quarter}", "Download this table (CSV)")
    components.paper_link()


HOW_IT_VARIES = (
    "How it varies: whether the last figure is ordinary variation or a signal, and whether the target would be met if nothing "
    f"changed. {RULE_SET}, over every quarter held; an indicator’s page shows them."
)


def varies(card: Scorecard) -> dict[str, str] | None:
    """By code, how each indicator varies, drawn; ``None`` below the figures that firm limits take for half of them."""
    if card.as_first_recorded or 2 * sum(row.quarters_held >= FIRM_FROM for row in card.rows) < len(card.rows):
        return None
    found = session.services().processes(card.quarter.text, card.area, session.view().at)
    return {code: signs(one, short=True) for code, one in found.items()}


def drop_unknown(card: Scorecard) -> list[str]:
    """Drop from the view what this scorecard does not have, and say so."""
    view, said = session.view(), []
    have = {
        "category": card.categories,
        "rating": tuple(rating.value for rating in RATINGS),
        "indicators": tuple(row.indicator.code for row in card.rows),
    }
    for name, choices in have.items():
        chosen = getattr(view, name)
        wrong = [one for one in chosen if one not in choices]
        if wrong:
            said.append(
                f"There is no {name.removesuffix('s')} “{'”, “'.join(map(shorten, wrong))}” here, so that filter is left out."
            )
            known: dict[str, Any] = {name: tuple(one for one in chosen if one in choices)}
            view = replace(view, **known)
    session.keep(view)
    return said


def filters(card: Scorecard, quarters: Sequence[Quarter], areas: dict[str, str]) -> None:
    """The filters. They show the view of the URL, and changing one changes the view."""
    view = session.view()
    names = {row.indicator.code: row.indicator.name for row in card.rows}
    counts = card.filtered(view.category, view.indicators).summary
    for name in ("category", "indicators", "rating"):
        st.session_state[f"filter_{name}"] = list(getattr(view, name))
    st.session_state["filter_area"] = card.area

    with st.container(key="filters", gap="small"):
        columns = st.columns([3, 3, 4] if len(areas) < 2 else [3, 2, 3, 3])
        with columns[0]:
            session.quarter_picker(quarters)
        if len(areas) > 1:
            columns[1].selectbox(
                "Area", list(areas), format_func=lambda a: areas.get(a, a), key="filter_area", on_change=session.take,
                args=("area",), label_visibility="collapsed",
            )  # fmt: skip
        columns[-2].multiselect(
            "Category", card.categories, key="filter_category", on_change=session.take, args=("category",),
            placeholder="All categories", label_visibility="collapsed",
        )  # fmt: skip
        columns[-1].multiselect(
            "Indicator", list(names), format_func=lambda code: names.get(code, code), key="filter_indicators",
            on_change=session.take, args=("indicators",), placeholder="All indicators: type to find one",
            label_visibility="collapsed",
        )  # fmt: skip
        left, right = st.columns([20, 13])  # under the column of the indicators
        left.pills(
            "Rating", [rating.value for rating in RATINGS], selection_mode="multi", key="filter_rating", on_change=session.take,
            args=("rating",), label_visibility="collapsed",
            format_func=lambda r: f"{SHAPES[Rating(r)]} {Rating(r).words} {getattr(counts, r)}",
        )  # fmt: skip
        with right:
            moment()


def moment() -> None:
    """As of when the quarter is looked at: now, on a day, or as first recorded here."""
    at = session.view().at
    kind, day = moment_asked(at)
    if kind == NOW and st.session_state.get("moment_day_open"):
        kind = DAY
    words = MOMENTS | ({RECORD: session.past()} if kind == RECORD else {})
    st.session_state["filter_at"] = kind
    st.selectbox(
        "As of when", list(words), format_func=lambda one: words.get(one, one), key="filter_at", on_change=take_moment,
        label_visibility="collapsed",
    )  # fmt: skip
    if kind == DAY:
        st.session_state["filter_day"] = day
        st.date_input(
            "The end of this day", key="filter_day", on_change=take_day, format="DD/MM/YYYY", min_value=EARLIEST,
            max_value=LATEST,
        )  # fmt: skip


def moment_asked(at: str) -> tuple[str, date | None]:
    """Which of the choices the address asks for, and the day."""
    said = at.strip().casefold()
    if said in ("", FIRST):
        return said or NOW, None
    if said.isdecimal():
        return RECORD, None
    try:
        return DAY, date.fromisoformat(said)
    except ValueError:  # a day in words, which the line at the top says
        return DAY, None


def take_moment() -> None:
    """Put into the view as of when it is looked at; a day is still to be given."""
    kind = st.session_state["filter_at"]
    st.session_state["moment_day_open"] = kind == DAY
    if kind != RECORD:
        session.keep(replace(session.view(), at=FIRST if kind == FIRST else ""))


def take_day() -> None:
    """Put the day into the view."""
    day = st.session_state["filter_day"]
    st.session_state["moment_day_open"] = day is None
    session.keep(replace(session.view(), at="" if day is None else day.isoformat()))


session.show(page)

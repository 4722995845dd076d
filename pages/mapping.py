"""Map another system's file: which column is what, with a sample of how it reads beside it, saved by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from kpi_core.access import OFFICER
from kpi_core.errors import KpiError, PeriodError
from kpi_core.intake import (
    CAPPED,
    RATINGS,
    ColumnMapping,
    Mapped,
    Raw,
    Sheet,
    guess,
    read_sheet,
    through,
    wanting,
    write_mapping,
)
from kpi_core.judging import Rating
from kpi_core.periods import quarter
from pages._ui import actor, components, session
from pages._ui.typeset import escape

NONE = "(none)"
SAMPLE_ROWS, MOST_NAMES, MOST_RATINGS = 8, 25, 12
FIELD_WORDS = {
    "indicator": "Indicator, by code or name",
    "quarter": "Quarter (one column, or two that belong together)",
    "value": "Value",
    "numerator": "Numerator",
    "denominator": "Denominator",
    "status": "Status (provisional or final)",
    "comment": "Comment",
    "area": "Area, by code",
    "area_name": "Area, by name",
    "rating": "Rating as it was reported",
}
IN_HEADINGS = ("quarter", "value", "numerator", "denominator", "rating")
SAMPLE_HEADINGS = ("Row", "Indicator", "Quarter", "Value", "Numerator", "Denominator", "Status", "Area")


def page() -> None:
    """The file, the columns on one side and the sample on the other, and the name to save it by."""
    session.keep(session.view())
    components.title(session.services().council()[0], "Column mapping")
    st.html(
        '<p class="measure">For a file that another system gives: say once which column is what, and save that by a name. '
        "From then on choose the mapping on the page Upload. Nothing is published here.</p>"
    )
    if told := st.session_state.pop("mapping_saved", ""):
        components.message(told, "done", anchor="saved")
        components.go_to("saved", focus=told)
        st.page_link("pages/upload.py", label="Upload a file through it")
    file = st.file_uploader("A CSV file to try it on", key="mapping_file")
    saved()
    if file is None:
        return
    row = int(st.number_input("Row that holds the headings", 1, 50, key="mapping_headings_row"))
    sheet = read_sheet(file.getvalue(), file.name, CAPPED, row)
    if sheet.unreadable or not sheet.headings:
        for one in sheet.findings:
            components.message(one.message, "error")
        return
    if st.button(
        "Start from a guess",
        help="Fills in what the headings and the first rows suggest. Look at each before you save.",
    ):
        take(guess(sheet))
    left, right = st.columns([9, 11], gap="large")
    with left:
        mapping = chosen(sheet, row)
    with right:
        sample(sheet, mapping)
    save(mapping)


def saved() -> None:
    """The mappings there are."""
    profiles = session.services().uploads.profiles()
    if not profiles:
        return
    with st.expander(f"Saved mappings ({len(profiles)})"):
        rows = [
            (escape(name), escape(one.about) or "", "a column a quarter" if one.shape == "wide" else "a row a figure")
            for name, one in profiles.items()
        ]
        st.html(components.table("Saved mappings", ("Name", "What it is for", "Shape"), rows))


def take(mapping: ColumnMapping) -> None:
    """Put a guess into the widgets."""
    state = st.session_state
    state["mapping_shape"] = mapping.shape
    for name in FIELD_WORDS:
        given = mapping.columns.get(name, ())
        state[f"mapping_{name}"] = list(given) if name == "quarter" else given[0] if given else NONE
    for name in ("fractions", "calendar_quarters", "leave_out_several_quarters", "areas_from_file"):
        state[f"mapping_{name}"] = getattr(mapping, name)
    register = {one.code for one in session.services().about().register}
    for text, code in (*mapping.measures.items(), *mapping.indicator_names.items()):
        state[f"mapping_name_{text}"] = code if code in register else NONE
    for text, rating in mapping.ratings.items():
        state[f"mapping_rating_{text}"] = rating


def chosen(sheet: Sheet, row: int) -> ColumnMapping:
    """The mapping that the widgets say."""
    components.section("Which column is what")
    shape = st.radio(
        "Shape",
        ["long", "wide"],
        format_func={"long": "A row a figure", "wide": "A column a quarter"}.__getitem__,
        key="mapping_shape",
        horizontal=True,
    )
    headings = list(dict.fromkeys(heading.strip() for heading in sheet.headings if heading.strip()))
    columns = {}
    for name, words in FIELD_WORDS.items():
        if shape == "wide" and name in IN_HEADINGS:
            continue
        if name == "quarter":
            of = tuple(st.multiselect(words, headings, key="mapping_quarter", max_selections=2))
        else:
            one = st.selectbox(words, [NONE, *headings], key=f"mapping_{name}")
            of = () if one == NONE else (one,)
        if of:
            columns[name] = of
    register = {one.code: f"{one.code}: {one.name}" for one in session.services().about().register}
    fixed = {}
    if "indicator" not in columns and shape == "long":
        one = st.selectbox(
            "The one indicator that the file is of",
            [NONE, *register],
            format_func=lambda code: register.get(code, code),
            key="mapping_fixed_indicator",
        )
        fixed = {} if one == NONE else {"indicator": one}
    rounded = st.number_input(
        "Counts are rounded to multiples of (0: they are exact)", 0, 100, key="mapping_counts_rounded_to"
    )
    plain = ColumnMapping(
        name="mapping", shape=shape, headings_row=row, columns=columns, fixed=fixed, counts_rounded_to=int(rounded) or None,
        fractions=st.checkbox("Values are fractions: 0.98 means 98%", key="mapping_fractions"),
        calendar_quarters=st.checkbox("Calendar quarters: Q4 2012 is October to December 2012", key="mapping_calendar_quarters"),
        leave_out_several_quarters=st.checkbox("Leave out rows that cover several quarters", key="mapping_leave_out_several_quarters"),
        areas_from_file=st.checkbox("Add areas that are not held yet", key="mapping_areas_from_file"),
    )  # fmt: skip
    names, measures = names_of(sheet, plain, register)
    return replace(plain, indicator_names=names, measures=measures, ratings=ratings_of(sheet, plain))


def names_of(sheet: Sheet, mapping: ColumnMapping, register: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What the file calls indicators, and the code of each: in a column, or (wide) in its headings."""
    if mapping.shape == "wide":
        texts = [text for text in guess(sheet).measures if text]
        where = "measure in the headings"
    else:
        texts = [
            text
            for text in dict.fromkeys(raw.indicator for raw in mapped(sheet, mapping).rows)
            if text and text not in register
        ]
        where = "name in the file"
    found = {}
    for text in texts[:MOST_NAMES]:
        code = st.selectbox(
            f"Indicator for the {where} “{components.plain(text)}”", [NONE, *register],
            format_func=lambda code: register.get(code, code), key=f"mapping_name_{text}",
        )  # fmt: skip
        if code != NONE:
            found[text] = code
    return ({}, found) if mapping.shape == "wide" else (found, {})


def ratings_of(sheet: Sheet, mapping: ColumnMapping) -> dict[str, str]:
    """What the file writes for a rating, and which it is."""
    texts = dict.fromkeys(raw.rating for raw in mapped(sheet, mapping).rows)
    found = {}
    for text in [text for text in texts if text and text not in RATINGS][:MOST_RATINGS]:
        rating = st.selectbox(
            f"Rating for “{components.plain(text)}”", [NONE, *RATINGS],
            format_func=lambda rating: rating if rating == NONE else Rating(rating).words, key=f"mapping_rating_{text}",
        )  # fmt: skip
        if rating != NONE:
            found[text] = rating
    return found


def mapped(sheet: Sheet, mapping: ColumnMapping) -> Mapped:
    """The sheet through a mapping, or nothing where the mapping is not whole yet."""
    return Mapped([], (), {}) if wanting(mapping) else through(sheet, mapping)


def sample(sheet: Sheet, mapping: ColumnMapping) -> None:
    """The first figures as they would be read, and what is wrong with the headings."""
    components.section("How the file reads")
    for told in wanting(mapping):
        components.message(told)
    found = mapped(sheet, mapping)
    for one in (*sheet.findings, *found.findings)[:5]:
        components.message(one.message, "error" if one.blocks else "note")
    if found.rows:
        rows = [line(raw, mapping) for raw in found.rows[:SAMPLE_ROWS]]
        used = [place for place in range(len(SAMPLE_HEADINGS)) if any(row[place] for row in rows)]
        headings = [SAMPLE_HEADINGS[place] for place in used]
        st.html(
            components.table(
                f"The first of {len(found.rows):,} figures", headings, [[row[place] for place in used] for row in rows]
            )
        )
    elif not wanting(mapping):
        components.message("No figure can be read this way.", "warning")


def line(raw: Raw, mapping: ColumnMapping) -> Sequence[str]:
    """One figure as cells; the quarter as it is understood."""
    try:
        when = quarter(raw.quarter).label
    except PeriodError as error:
        when = str(error)
    value = f"{raw.value} (a fraction)" if mapping.fractions and raw.value else raw.value
    cells = (
        raw.indicator,
        when,
        value,
        raw.numerator,
        raw.denominator,
        raw.status,
        raw.area_name or raw.area,
    )
    return f'<span class="nowrap">Row {raw.row}</span>', *(escape(cell) for cell in cells)


def save(mapping: ColumnMapping) -> None:
    """The name, the file that is kept, and the button."""
    components.section("Save it")
    lacking = wanting(mapping)
    name = st.text_input(
        "Name", key="mapping_name", max_chars=60, help="Small letters, digits and hyphens, like early-help-extract."
    )
    about = st.text_input("What it is for", key="mapping_about", max_chars=200)
    whole = replace(mapping, name=name.strip(), about=about.strip())
    if not lacking:
        with st.expander("The mapping as a file, for review"):
            st.code(write_mapping(whole), language="toml")
    who = actor.choose(OFFICER)
    if st.button("Save this mapping", type="primary", key="mapping_save", disabled=bool(session.past())):
        if lacking:
            components.message(lacking[0], "error")
            return
        try:
            session.services().uploads.save_mapping(whole, who)
        except KpiError as error:
            components.message(str(error), "error")
            return
        st.session_state["mapping_saved"] = f"Saved as {whole.name}. Choose it under “Read it as” on the page Upload."
        st.rerun()


session.show(page)

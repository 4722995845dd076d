"""Mappings whatever is in them: a profile comes back from its text, and no sheet makes a mapping fail."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kpi_core.intake import (
    RATINGS,
    TEMPLATE_COLUMNS,
    ColumnMapping,
    Mapped,
    MappingError,
    Raw,
    Sheet,
    guess,
    read_mapping,
    through,
    wanting,
    write_mapping,
)
from kpi_core.intake.column_mapping import FIELDS
from kpi_core.intake.fields import as_template
from kpi_core.intake.problems import CLASSES
from kpi_core.model import Basis, Indicator, Polarity, Unit
from kpi_core.periods import Quarter

words = st.text(min_size=1, max_size=12).filter(str.strip)
stripped = words.map(str.strip)
either = st.text(max_size=12).map(str.strip)
aliases = st.dictionaries(words, words, max_size=3)
quarters = st.none() | st.builds(Quarter, st.integers(1901, 2198), st.integers(1, 4))
entries = st.builds(
    Indicator,
    code=stripped,
    name=stripped,
    category=stripped,
    unit=st.sampled_from(Unit),
    decimals=st.integers(0, 9),
    polarity=st.sampled_from(Polarity),
    basis=st.sampled_from(Basis),
    owner=either,
    definition=either,
    numerator=either,
    denominator=either,
    may_pass_100=st.booleans(),
    due=st.sets(st.integers(1, 4), min_size=1).map(sorted).map(tuple),
    seasonal=st.booleans(),
    seasonal_note=either,
    smallest_change=st.none() | st.decimals(0, 1000, places=2),
    statutory_note=either,
    first_quarter=quarters,
    final_quarter=quarters,
)
registers = st.lists(entries, max_size=3, unique_by=lambda entry: entry.code).map(tuple)
one_heading = st.tuples(words)
plain_parts = {
    "name": st.just("p"),
    "about": st.text(max_size=30),
    "headings_row": st.integers(1, 20),
    "indicator_names": aliases,
    "area_names": aliases,
    "fractions": st.booleans(),
    "counts_rounded_to": st.none() | st.integers(1, 100),
    "calendar_quarters": st.booleans(),
    "leave_out_several_quarters": st.booleans(),
    "areas_from_file": st.booleans(),
    "ratings": st.dictionaries(words, st.sampled_from(RATINGS), max_size=3),
    "register": registers,
}
longs = st.builds(
    ColumnMapping,
    **plain_parts,
    columns=st.fixed_dictionaries(
        {"indicator": one_heading, "quarter": one_heading | st.tuples(words, words), "value": one_heading},
        optional={
            "area": st.lists(words, min_size=1, max_size=3).map(tuple),
            "numerator": one_heading,
            "denominator": one_heading,
            "status": one_heading,
            "rating": one_heading,
        },
    ),
    fixed=st.fixed_dictionaries({}, optional={"status": words, "area": words, "indicator": words}),
)
wides = st.builds(
    ColumnMapping,
    **plain_parts,
    shape=st.just("wide"),
    columns=st.fixed_dictionaries({}, optional={"area_name": one_heading, "name": one_heading, "rating": one_heading}),
    measures=st.dictionaries(words, words, min_size=1, max_size=3),
)
# A count says nothing without the other, so a mapping that names one alone is not whole.
whole = longs.filter(lambda one: ("numerator" in one.columns) == ("denominator" in one.columns)) | wides

# Headings and cells that mean something, so that the examples reach further than the first refusal.
telling = st.sampled_from(
    (*TEMPLATE_COLUMNS, "Code", "Outturn", "area_code", "LocalAuthority", "RAG", "time_period", "time_identifier",
     "Q1 2022-23", "Q2 2022-23 Vol.", "2012-Q4 Vol.", "Vol. Q5 2012", "Vol.", "201718", "Financial year Q1", "0.5", "")
)  # fmt: skip
texts = telling | st.text(max_size=12)
records = st.lists(st.lists(texts, max_size=6), max_size=6)
sheets = st.builds(
    lambda headings, rows, unread: Sheet(
        tuple(headings), tuple((row, tuple(cells)) for row, cells in enumerate(rows, 2)), (), unreadable=unread
    ),
    st.lists(texts, max_size=6),
    records,
    st.booleans(),
)


@given(whole)
def test_a_profile_written_and_read_again_is_the_same(mapping: ColumnMapping) -> None:
    assert wanting(mapping) == ()
    assert read_mapping(write_mapping(mapping), mapping.name) == mapping


@given(whole)
def test_a_written_profile_is_plain_text_with_nothing_hidden(mapping: ColumnMapping) -> None:
    assert all(line.isprintable() for line in write_mapping(mapping).splitlines())


@given(st.text(max_size=300) | whole.map(write_mapping), st.integers(0, 300), st.text(max_size=3))
def test_any_text_is_read_as_a_profile_or_refused_on_one_line(text: str, at: int, put: str) -> None:
    refused = refusal(text[:at] + put + text[at:])
    if refused is not None:
        assert str(refused).isprintable()
        assert refused.problems


def refusal(text: str) -> MappingError | None:
    try:
        read_mapping(text, "p")
    except MappingError as refused:
        return refused
    return None


def sound(mapped: Mapped, sheet: Sheet) -> None:
    """What holds of any mapped sheet: rows of the file, stripped text, and problems of the catalogue."""
    numbers = {row for row, _ in sheet.records}
    for one in mapped.rows:
        assert isinstance(one, Raw)
        assert one.row in numbers
        assert all(text == text.strip() for text in one[2:])
    assert all(found.code in CLASSES and found.message.isprintable() for found in mapped.findings)
    assert set(mapped.columns) <= set(FIELDS)


@given(sheets)
def test_any_sheet_is_read_as_the_template_or_refused(sheet: Sheet) -> None:
    mapped = as_template(sheet)
    sound(mapped, sheet)
    assert mapped.rows == [] or len(mapped.rows) == len(sheet.records)


@given(sheets, whole | st.builds(ColumnMapping, st.just("p"), shape=st.sampled_from(["long", "wide"])))
def test_any_sheet_goes_through_any_profile(sheet: Sheet, mapping: ColumnMapping) -> None:
    sound(through(sheet, mapping), sheet)


# A profile that fits the headings that are drawn, so that many examples give rows.
FITTING = ColumnMapping(
    "p",
    columns={"indicator": ("Code",), "quarter": ("time_period", "time_identifier"), "value": ("Outturn",)},
    calendar_quarters=True,
)


@given(records, st.permutations(["Code", "time_period", "time_identifier", "Outturn", "Vol."]))
def test_every_record_with_text_in_a_named_column_is_one_row(rows: list[list[str]], headings: list[str]) -> None:
    sheet = Sheet(
        tuple(headings), tuple((row, tuple(cells)) for row, cells in enumerate(rows, 2)), (), unreadable=False
    )
    named = [place for place, heading in enumerate(headings) if heading != "Vol."]
    written = [row for row, cells in sheet.records if any("".join(cells[p : p + 1]).strip() for p in named)]
    assert [one.row for one in through(sheet, FITTING).rows] == written


@given(sheets)
def test_any_sheet_goes_through_the_mapping_that_is_guessed_for_it(sheet: Sheet) -> None:
    guessed = guess(sheet)
    sound(through(sheet, guessed), sheet)
    if not wanting(guessed):
        assert read_mapping(write_mapping(guessed), "") == guessed


@given(sheets)
def test_a_guess_names_only_columns_that_are_there(sheet: Sheet) -> None:
    there = {heading.strip() for heading in sheet.headings}
    assert {heading for headings in guess(sheet).columns.values() for heading in headings} <= there

"""What holds for every file: a table that was written comes back cell for cell, and no bytes at all make reading fail."""

from __future__ import annotations

import csv
import io

from hypothesis import assume, example, given
from hypothesis import strategies as st

from kpi_core.intake import Caps, Sheet, read_sheet
from kpi_core.intake.sheet import _STRANGE, _quotes, _records

ENDINGS = st.sampled_from(["\r\n", "\n", "\r"])
cells = st.text(st.characters(exclude_categories=("Cs",)), max_size=12).filter(lambda text: not _STRANGE.search(text))
awkward = st.text(st.sampled_from('a "",\r\n;é£'), max_size=8)
headings = st.text(st.sampled_from("abcdefg _"), min_size=1, max_size=8).filter(str.strip)


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    """Headings and rows of as many cells, some of them blank."""
    width = draw(st.integers(1, 6))
    rows = draw(st.lists(st.lists(cells | awkward, min_size=width, max_size=width), max_size=8))
    return [draw(st.lists(headings, min_size=width, max_size=width)), *rows]


def written(table: list[list[str]], ending: str, quoting: int) -> bytes:
    """The table as CSV. The writer puts quotes round the line breaks of its own ending only, so it is given both."""
    lines = []
    for row in table:
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\r\n", quoting=quoting).writerow(row)  # type: ignore[arg-type]
        lines.append(text.getvalue().removesuffix("\r\n") + ending)
    return "".join(lines).encode()


@given(tables(), ENDINGS, st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]), st.booleans())
def test_a_table_comes_back_cell_for_cell_with_the_row_numbers_of_excel(
    table: list[list[str]], ending: str, quoting: int, marked: bool
) -> None:
    content = written(table, ending, quoting)
    assume(not content.lstrip().startswith((b"<", b"[", b"{")))
    sheet = read_sheet((b"\xef\xbb\xbf" if marked else b"") + content, "table.csv", headings_row=1)
    filled = [(number, tuple(row)) for number, row in enumerate(table[1:], 2) if any(cell.strip() for cell in row)]
    assert sheet.headings == tuple(table[0])
    assert sheet.records == tuple(filled)
    assert {one.code for one in sheet.findings} <= {"blank-rows", "no-rows"}
    assert ("no-rows" in {one.code for one in sheet.findings}) == (not filled)


def says_what_it_read(sheet: Sheet, headings_row: int | None) -> None:
    """Everything that is promised of whatever was uploaded."""
    assert sheet.records or sheet.findings
    assert not sheet.unreadable or (not sheet.records and len(sheet.findings) == 1 and sheet.findings[0].blocks)
    numbers = [number for number, _ in sheet.records]
    assert numbers == sorted(set(numbers))
    for number, row in sheet.records:
        assert number > (headings_row or 1)
        assert len(row) == len(sheet.headings)
        assert any(cell.strip() for cell in row)
        assert not any(_STRANGE.search(cell) for cell in row)
    rows = [one.row or 0 for one in sheet.findings]
    assert rows == sorted(rows)


@given(st.binary(max_size=300), st.sampled_from([None, 0, 1, 2, 3]))
@example(b"\x81", None)
@example(b"\xef\xbb\xbf\xff", None)
@example(b"\x00\n\x00,1", 2)
def test_any_bytes_give_rows_or_a_reason(content: bytes, headings_row: int | None) -> None:
    says_what_it_read(read_sheet(content, "any.csv", headings_row=headings_row), headings_row)


@given(st.text(st.sampled_from('aé1"" ,,\r\n\n;\t*\x00\u200b'), max_size=120), st.sampled_from([None, 1, 2]))
def test_any_text_of_awkward_characters_gives_rows_or_a_reason(text: str, headings_row: int | None) -> None:
    for caps in (Caps(), Caps(rows=2, cell=3)):
        for content in (text.encode(), text.encode("cp1252", "ignore")):
            says_what_it_read(read_sheet(content, "any.csv", caps, headings_row), headings_row)


@given(st.text(max_size=40))
def test_any_name_is_taken(name: str) -> None:
    assert len(read_sheet(b"a,b,c\n1,2,3\n", name).findings) <= 1


@given(st.text(st.sampled_from('ab"", \r\n'), max_size=60))
def test_wrong_quotes_are_found_in_rows_and_columns_that_csv_counts_alike(text: str) -> None:
    quotes = _quotes(text, 1_000)
    rows = dict(_records(text))
    assert all(column < len(rows[row]) for row, column in quotes.stray.items())
    assert quotes.unclosed is None or quotes.unclosed in rows
    is_wrong = bool(quotes.stray) or quotes.unclosed is not None
    try:
        strict = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        assert is_wrong
    else:
        # csv lets a quote inside an unquoted cell pass even when strict; such a cell is all that may remain.
        assert not is_wrong or any('"' in cell for row in strict for cell in row)

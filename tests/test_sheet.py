"""What can be wrong with an uploaded file as a file: told in one pass, by row and heading, without false alarms after."""

from __future__ import annotations

import csv
import gzip
import unicodedata

import pytest

from kpi_core.intake import CAPPED, UNCAPPED, Caps, Severity, Sheet, read_sheet
from kpi_core.intake.problems import CLASSES
from kpi_core.intake.sheet import _HIDDEN

HEADINGS = "indicator,quarter,value"
ROW = "A1,Q2 2022-23,83.5"
Place = tuple[str, int | None, str | None]


def sheet(*lines: str, ending: str = "\r\n", headings_row: int | None = None, caps: Caps = CAPPED) -> Sheet:
    """A file of these lines, read."""
    return read_sheet(ending.join(lines).encode(), "figures.csv", caps, headings_row)


def said(read_: Sheet) -> list[Place]:
    """Each problem by its class and place."""
    return [(one.code, one.row, one.column) for one in read_.findings]


def sentences(read_: Sheet) -> list[str]:
    return [one.message for one in read_.findings]


def rows(read_: Sheet) -> list[int]:
    """The rows that could be read."""
    return [number for number, _ in read_.records]


def refusal(content: bytes, name: str = "figures.csv", caps: Caps = CAPPED) -> str:
    """The one sentence about a file of which nothing could be read."""
    refused = read_sheet(content, name, caps)
    assert refused.unreadable
    assert not refused.records
    assert [one.severity for one in refused.findings] == [Severity.BLOCK]
    return refused.findings[0].message


# --- a file that is well ------------------------------------------------------------------------------------------


def test_a_good_file_comes_back_as_written_and_without_a_word() -> None:
    good = sheet(f"{HEADINGS} ,comment", 'A1,Q2 2022-23, 83.5,"Two, or ""three""\r\nlines"', "A2,,5,", "")
    assert good.findings == ()
    assert not good.unreadable
    assert good.headings == ("indicator", "quarter", "value ", "comment")
    assert good.records == (
        (2, ("A1", "Q2 2022-23", " 83.5", 'Two, or "three"\r\nlines')),
        (3, ("A2", "", "5", "")),
    )


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r"])
def test_every_kind_of_line_ending_is_read_silently(ending: str) -> None:
    good = sheet(HEADINGS, ROW, ROW, "", ending=ending)
    assert (rows(good), good.findings) == ([2, 3], ())


def test_mixed_line_endings_are_read_silently() -> None:
    good = read_sheet(f"{HEADINGS}\r\n{ROW}\n{ROW}\r{ROW}".encode(), "figures.csv")
    assert (rows(good), good.findings) == ([2, 3, 4], ())


@pytest.mark.parametrize("marks", [1, 2])
def test_byte_order_marks_at_the_start_are_taken_off_silently(marks: int) -> None:
    good = read_sheet(b"\xef\xbb\xbf" * marks + f"{HEADINGS}\n{ROW}\n".encode(), "figures.csv")
    assert (good.headings[0], good.findings) == ("indicator", ())


def test_a_row_below_a_cell_of_several_lines_has_the_number_that_excel_gives_it() -> None:
    good = sheet(HEADINGS, 'A1,Q2 2022-23,"one\r\n\r\ntwo\nthree"', "A2,Q2 2022-23,1", "A3,Q2 2022-23")
    assert rows(good) == [2, 3]
    assert said(good) == [("too-few-cells", 4, None)]


@pytest.mark.parametrize("name", ["figures.csv", "FIGURES.CSV", "Q2 2022.23 v1.2.csv", "figures", "2022.23", " a.csv "])
def test_a_name_that_ends_in_csv_or_in_nothing_is_accepted(name: str) -> None:
    assert read_sheet(f"{HEADINGS}\n{ROW}\n".encode(), name).findings == ()


# --- what the file is ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xef\xbb\xbf",
        b" \t ",
        b"\r\n\r\n\n",
        b"\xef\xbb\xbf,, ,\r\n,,,\r\n",
        b'"",""\n',
        "\u00a0,\u00a0\n".encode(),
    ],
)
def test_a_file_of_nothing_is_empty(content: bytes) -> None:
    assert refusal(content) == "The selected file is empty."


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04rest of a workbook", "looks like an Excel workbook"),
        (b"PK\x05\x06", "looks like an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "password protected or an old Excel file"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0), "It is a compressed file: unpack it first."),
        (b"7z\xbc\xaf\x27\x1crest", "compressed"),
        (b"Rar!\x1a\x07\x00", "compressed"),
        (b"BZh91AY&SYrest", "compressed"),
        (b"\xfd7zXZ\x00\x00", "compressed"),
        (b"\x28\xb5\x2f\xfdrest", "compressed"),
        (b"%PDF-1.7\n1,2,3\n", "It is a PDF."),
        (b"{\\rtf1\\ansi text}", "rich text"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "picture"),
        (b"SQLite format 3\x00rest", "database"),
        (b"12345678DUCK\x40\x00", "database"),
        (b"PAR1some columnsPAR1", "Parquet"),
        (b"<!DOCTYPE html><html>", "This file is a web page."),
        (b"\xef\xbb\xbf\r\n <HTML><body>Sign in", "This file is a web page."),
        (b"<table><tr><td>1", "This file is a web page."),
        (b'<?xml version="1.0"?>', "This file is an XML file."),
        (b'{"figures": []}', "This file is JSON data."),
        (b'[\n  {"indicator": "A1"}]', "This file is JSON data."),
        (b"[1, 2]", "This file is JSON data."),
        (f"{HEADINGS}\n{ROW}\n".encode("utf-16"), "Unicode text"),
        (f"{HEADINGS}\n{ROW}\n".encode("utf-16-le"), "Unicode text"),
        (f"{HEADINGS}\n{ROW}\n".encode("utf-16-be"), "Unicode text"),
        (f"{HEADINGS}\n{ROW}\n".encode("utf-32"), "Unicode text"),
    ],
)
def test_another_kind_of_file_is_told_by_its_content_whatever_its_name(content: bytes, words: str) -> None:
    assert words in refusal(content)
    assert words in refusal(content, "figures.xlsx")


@pytest.mark.parametrize("start", ["[indicator]", "{code}", "PAR1", "PK", "<5", "BZh", "GIF8"])
def test_headings_that_only_begin_like_another_kind_of_file_are_read(start: str) -> None:
    assert not sheet(f"{start},quarter,value", ROW).findings


@pytest.mark.parametrize("name", ["figures.xlsx", "figures.csv.xlsx", "figures.PDF", "figures.doc", "figures.txt"])
def test_text_under_another_kinds_name_is_not_a_csv(name: str) -> None:
    ending = name[name.rindex(".") :]
    told = refusal(f"{HEADINGS}\n{ROW}\n".encode(), name)
    assert told == f"The selected file must be a CSV. Its name ends in {ending}."


def test_a_file_of_the_cap_is_not_smaller_than_it_and_is_not_looked_at() -> None:
    text = f"{HEADINGS}\n{ROW}\n".encode()
    assert not read_sheet(text, "figures.csv", Caps(bytes=len(text) + 1)).findings
    assert refusal(text, caps=Caps(bytes=len(text))).endswith(f"{len(text)} bytes. It is {len(text)} bytes.")
    large = b"a,b,c\n" * 600_000
    assert refusal(large) == "The selected file must be smaller than 2 MB. It is 3.5 MB."
    just_over = b"a" * (CAPPED.bytes + 1)
    assert refusal(just_over) == "The selected file must be smaller than 2 MB. It is 2.1 MB."


def test_a_workbook_over_the_cap_is_a_workbook_first() -> None:
    assert "Excel workbook" in refusal(b"PK\x03\x04" + b"x" * CAPPED.bytes)


# --- characters ---------------------------------------------------------------------------------------------------


def test_windows_text_is_read_and_the_first_place_to_check_is_named() -> None:
    text = f'{HEADINGS},comment\r\n{ROW},"two\r\nlines"\r\n{ROW},cost £5 – ‘dear’\r\n'
    windows = read_sheet(text.encode("cp1252"), "figures.csv")
    assert sentences(windows) == ["Some characters were read as Windows text: check row 3 “£”."]
    assert windows.records[1][1][3] == "cost £5 – ‘dear’"


def test_bytes_that_windows_text_leaves_undefined_cannot_be_read() -> None:
    both = read_sheet(f"{HEADINGS}\nA1,\x81,1\nA\xa3,Q2,1\n".encode("latin-1"), "figures.csv")
    assert said(both) == [("unreadable-character", 2, "quarter"), ("windows-text", 3, None)]
    assert both.records == ((2, ("A1", "", "1")), (3, ("A£", "Q2", "1")))
    alone = read_sheet(f"{HEADINGS}\nA1,\x81,1\n".encode("latin-1"), "figures.csv")
    assert said(alone) == [("unreadable-character", 2, "quarter")]


def test_damage_in_a_file_marked_as_utf_8_is_not_taken_for_windows_text() -> None:
    damaged = read_sheet(b"\xef\xbb\xbf" + HEADINGS.encode() + b"\nA1,Q2,\xc3\xa9\xa3\n", "figures.csv")
    assert said(damaged) == [("unreadable-character", 2, "value")]
    assert damaged.records == ((2, ("A1", "Q2", "é")),)


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1a", "\x1f", "\x7f", "\ufffd"])
def test_a_character_that_cannot_be_read_is_named_once_a_row_and_taken_out(character: str) -> None:
    odd = sheet(HEADINGS, ROW, f"A1,Q2{character},8{character}3", f"{character}A2,Q2,1")
    assert said(odd) == [("unreadable-character", 3, "quarter"), ("unreadable-character", 4, "indicator")]
    assert [cells for _, cells in odd.records[1:]] == [("A1", "Q2", "83"), ("A2", "Q2", "1")]


def test_a_row_that_holds_nothing_else_is_said_and_is_no_record() -> None:
    odd = sheet(HEADINGS, ROW, "\x1a")
    assert (said(odd), rows(odd)) == ([("unreadable-character", 3, "indicator")], [2])


@pytest.mark.parametrize("character", ["\u200b", "\u202e", "\u2066", "\u00ad", "\ufeff", "\u0085", "\U000e0041"])
def test_hidden_characters_are_named_by_cell_and_taken_out(character: str) -> None:
    odd = sheet(f"{HEADINGS},comment", f"A1{character},Q2,1,a{character}b", "A2,Q2,1,")
    assert said(odd) == [("hidden-characters", 2, "indicator"), ("hidden-characters", 2, "comment")]
    assert odd.records[0] == (2, ("A1", "Q2", "1", "ab"))


def test_hidden_characters_in_a_heading_do_not_make_it_another_heading() -> None:
    odd = sheet("indi\u200bcator,quarter,value", ROW)
    assert said(odd) == [("hidden-characters", 1, "indicator")]
    assert odd.headings[0] == "indicator"


def test_every_format_and_control_character_of_unicode_counts_as_hidden() -> None:
    missed = [
        hex(code)
        for code in range(0x80, 0x110000)
        if unicodedata.category(chr(code)) in ("Cf", "Cc") and not _HIDDEN.search(chr(code))
    ]
    assert missed == []


@pytest.mark.parametrize("text", ["83\u00a0%", "naïve “quote” – dash", "½ ✔\ufe0f", "عربي", "e\u0301"])
def test_text_that_can_be_seen_is_left_alone(text: str) -> None:
    good = sheet(HEADINGS, f"A1,Q2,{text}")
    assert (good.findings, good.records[0][1][2]) == ((), text)


# --- separators and quotes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("separator", "name"), [(";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")])
def test_another_separator_is_named(separator: str, name: str) -> None:
    lines = [HEADINGS.replace(",", separator), separator.join(("A1", "Q2 2022-23", "83,5"))]
    assert refusal("\n".join(lines).encode()) == f"Columns must be separated by commas. This file uses {name}."
    assert refusal("\n".join(["Scorecard", "", *lines]).encode()).endswith(f"This file uses {name}.")
    assert said(sheet("Scorecard, council", *lines, headings_row=2)) == [("wrong-separator", None, None)]


def test_another_separator_is_found_behind_quotes_that_hold_commas_and_lines() -> None:
    assert "semicolons" in refusal(b'"indicator, code";"quarter"\n"A1\nor so";"Q2"\n')


@pytest.mark.parametrize(
    "lines",
    [
        (HEADINGS, "A1,Q2,a; b; c", "A2,Q2,a|b\tc"),
        ("indicator; code,quarter,value", ROW),
        ("indicator,value", "A1,a;b;c"),
        ('"indicator;code","a;b;c",value', ROW),
    ],
)
def test_semicolons_in_a_file_of_commas_are_text(lines: tuple[str, ...]) -> None:
    assert sheet(*lines).findings == ()


def test_a_title_with_semicolons_is_a_title() -> None:
    assert said(sheet("Children; families; schools", HEADINGS, ROW)) == [("title-row", 1, None)]


@pytest.mark.parametrize("line", ['"A1,Q2,1', 'A1,"Q2,1', 'A1,Q2,"1', 'A1,Q2,"1""', 'A1,Q2,"'])
def test_a_quote_that_never_closes_is_said_where_it_opens_and_the_rows_before_are_read(line: str) -> None:
    cut = sheet(HEADINGS, ROW, 'A1,Q2,"a\r\nb"', line, ROW, "A2", "A3,Q2,1,1,1,")
    assert sentences(cut) == ["Row 4 has an opening quote mark with no closing quote mark."]
    assert (rows(cut), cut.unreadable) == ([2, 3], False)


@pytest.mark.parametrize(
    "later",
    [
        'A2,Q2,"a, b"',
        '"A2","Q2","1"',
        'A2,"","text"',
        'A2,Q2,"""Good"" he said"',
        'A2,"Q2, or so",5',
    ],
)
def test_a_quote_that_takes_the_next_quoted_cell_for_its_end_is_said_where_it_opens(later: str) -> None:
    cut = sheet(HEADINGS, ROW, 'A1,Q2,"no end', ROW, later, "A9", ROW)
    assert (said(cut), rows(cut)) == ([("quote-not-closed", 3, None)], [2])


@pytest.mark.parametrize(
    "lines", [('indicator,"quarter,value', ROW), ("Scorecard", '"indicator,quarter,value', ROW), ('"',)]
)
def test_a_quote_not_closed_in_the_headings_leaves_nothing_to_read(lines: tuple[str, ...]) -> None:
    assert refusal("\n".join(lines).encode()).startswith(f"Row {len(lines[:-1]) or 1} has an opening quote mark")


def test_a_quote_not_closed_right_below_the_headings_is_not_a_file_without_rows() -> None:
    assert said(sheet(HEADINGS, '"A1,Q2,1', ROW)) == [("quote-not-closed", 2, None)]


@pytest.mark.parametrize(
    ("cell", "read_as"),
    [
        ('5" pipe', '5" pipe'),
        ('a "b"', 'a "b"'),
        (' "b"', ' "b"'),
        ('"a" b', "a b"),
        ('"He said "no" twice"', 'He said no" twice"'),
    ],
)
def test_a_stray_quote_is_named_by_row_and_heading_and_the_row_is_read_as_excel_reads_it(
    cell: str, read_as: str
) -> None:
    stray = sheet(f"{HEADINGS},comment", f'A1,Q2,"1","{"x" * 3}\r\ny"', f"A1,Q2,1,{cell}", "A2,Q2,1,")
    assert sentences(stray) == ['Row 3, comment: use two quote marks ("") inside quoted text.']
    assert (rows(stray), stray.records[1][1][3]) == ([2, 3, 4], read_as)


def test_a_stray_quote_in_text_of_several_lines_does_not_end_the_file() -> None:
    stray = sheet(HEADINGS, 'A1,Q2,"one\r\nhe said "no" to us"', "A2,Q2,1")
    assert (said(stray), rows(stray)) == ([("stray-quote", 2, "value")], [2, 3])


def test_cells_that_a_stray_quote_makes_too_many_are_not_said_as_well() -> None:
    stray = sheet(HEADINGS, 'A1,Q2,"he said "no, never" to us"', "A2,Q2,1")
    assert (said(stray), rows(stray)) == ([("stray-quote", 2, "value")], [3])


def test_each_row_with_stray_quotes_is_said_once() -> None:
    stray = sheet(HEADINGS, 'a"b,c"d,"e"f', ROW, 'A1,x"y,z"', 'A"')
    assert said(stray) == [
        ("stray-quote", 2, "indicator"),
        ("stray-quote", 4, "quarter"),
        ("stray-quote", 5, "indicator"),
    ]


@pytest.mark.parametrize("cell", ['""', '""""', '"a ""b"""', '"\r\n"', '",\n,"', '"a\r""\n"'])
def test_well_quoted_cells_are_never_a_problem(cell: str) -> None:
    good = sheet(HEADINGS, f"A1,Q2,{cell}", f"{cell},Q2,1", f"A3,{cell},1")
    assert good.findings == ()
    assert rows(good) == [2, 3, 4]


# --- how much -----------------------------------------------------------------------------------------------------


def test_as_many_rows_as_the_cap_are_read_and_one_more_is_too_many() -> None:
    most = sheet(HEADINGS, *[ROW] * 5_000, "", "")
    assert (len(most.records), most.findings) == (5_000, ())
    over = sheet(HEADINGS, *[ROW] * 4_999, "A1", "\x00", ",,,")
    assert sentences(over) == ["The file has 5,001 rows. A quarter has no more than 5,000."]
    assert (over.records, over.unreadable) == ((), False)


def test_a_cell_of_the_caps_length_is_read_and_a_longer_one_is_not() -> None:
    cells = sheet(HEADINGS, f"A1,Q2,{'x' * 5_000}", f"A2,Q2,{'x' * 5_001}", ROW)
    assert sentences(cells) == ["Row 3, value must be 5,000 characters or less. It has 5,001."]
    assert rows(cells) == [2, 4]


def test_a_cell_longer_than_csv_itself_takes_is_only_too_long() -> None:
    csv.field_size_limit(100)
    cells = sheet(HEADINGS, f"A1,Q2,{'x' * 500_000}", ROW)
    assert (said(cells), rows(cells)) == ([("cell-too-long", 2, "value")], [3])


def test_history_is_read_without_caps() -> None:
    long = sheet(HEADINGS, *[f"A1,Q2,{'x' * 6_000}"] * 6_000, caps=UNCAPPED)
    assert (len(long.records), long.findings) == (6_000, ())


@pytest.mark.parametrize("lines", [(HEADINGS,), (HEADINGS, "", ""), (HEADINGS, ",,", ",,")])
def test_headings_alone_are_no_rows(lines: tuple[str, ...]) -> None:
    assert ("no-rows", None, None) in said(sheet(*lines))


def test_rows_left_out_for_other_problems_are_still_rows() -> None:
    assert said(sheet(HEADINGS, "A1,Q2")) == [("too-few-cells", 2, None)]


# --- rows and columns ---------------------------------------------------------------------------------------------


def test_blank_rows_are_counted_in_one_note_and_keep_their_numbers() -> None:
    blank = sheet(HEADINGS, "", ROW, ",,", " , ,", ROW, ",,,,", "", "", ending="\n")
    assert sentences(blank) == ["4 blank rows were ignored."]
    assert rows(blank) == [3, 6]


def test_one_blank_row_is_said_in_the_singular_and_empty_lines_at_the_end_not_at_all() -> None:
    assert sentences(sheet(HEADINGS, ROW, "", ROW, "", "", "")) == ["1 blank row was ignored."]


def test_an_empty_first_row_is_said_and_the_next_row_read_as_headings() -> None:
    first = sheet(",,", "", HEADINGS, ROW)
    assert (said(first), rows(first)) == ([("blank-first-row", 1, None)], [4])
    assert first.headings == ("indicator", "quarter", "value")


@pytest.mark.parametrize("title", ["Scorecard", "Scorecard,Quarter 2", '"Scorecard, 2022",,'])
def test_a_title_is_said_and_the_headings_below_it_are_read(title: str) -> None:
    titled = sheet(title, "Produced by the service", "", HEADINGS, ROW)
    assert said(titled) == [("title-row", 1, None)]
    assert "Delete the title row “Scorecard" in titled.findings[0].message
    assert (titled.headings[0], rows(titled)) == ("indicator", [5])


def test_headings_are_looked_for_in_ten_rows_below_a_title() -> None:
    near, far = ["Title", *["x"] * 9, HEADINGS, ROW], ["Title", *["x"] * 10, HEADINGS, ROW]
    assert said(sheet(*near)) == [("title-row", 1, None)]
    assert sheet(*far).headings == ("Title",)


@pytest.mark.parametrize(
    "note",
    [
        "Source: Mosaic",
        "Source: Mosaic, 30 September,",
        "Total,,266",
        "GRAND TOTAL,Q2 2022-23,266",
        "Notes,,",
        "note 1: provisional,,",
        "Produced by the performance team",
        "prepared for the board,,",
        "Data as at 30 September,,",
        "* provisional",
        "*,,",
        "Confidential,,",
    ],
)
def test_notes_and_totals_below_the_figures_are_said_once_and_left_out(note: str) -> None:
    noted = sheet(HEADINGS, ROW, "", note)
    assert ("notes-below-figures", 4, None) in said(noted)
    assert {one.code for one in noted.findings} == {"notes-below-figures", "blank-rows"}
    assert rows(noted) == [2]


@pytest.mark.parametrize("line", ["TOTAL_CIN,Q2,1", "Sourced,Q2,1", "FD02,,", "Notebook 1,,1"])
def test_an_indicator_is_not_a_note(line: str) -> None:
    assert (sheet(HEADINGS, line).findings, rows(sheet(HEADINGS, line))) == ((), [2])


@pytest.mark.parametrize("heading", ["indicator", "Indicator ID", "code", "KPI"])
def test_a_name_in_the_first_column_may_begin_like_a_total(heading: str) -> None:
    named = sheet(f"name,{heading},value", "Total number of children,A1,5", "Total,,5")
    assert (said(named), rows(named)) == ([("notes-below-figures", 3, None)], [2])


def test_rows_with_too_few_or_too_many_cells_are_said_and_left_out() -> None:
    ragged = sheet(HEADINGS, "A1,Q2", ROW, "A1,Q2,one, two, three,,", "A2,Q2,1,,,")
    assert sentences(ragged) == [
        "Row 2 has 2 cells. It must have 3.",
        "Row 4 has 5 cells. It must have 3. Put quote marks round text that contains a comma.",
    ]
    assert ragged.records == ((3, ("A1", "Q2 2022-23", "83.5")), (5, ("A2", "Q2", "1")))


def test_empty_columns_that_excel_writes_after_the_last_are_cut() -> None:
    cut = sheet(f"{HEADINGS},, ", f"{ROW},,", f"{ROW}, ,", ROW)
    assert (cut.findings, len(cut.headings), rows(cut)) == ((), 3, [2, 3, 4])


def test_a_column_with_content_needs_a_heading() -> None:
    blank = sheet(f"indicator,,{HEADINGS[10:]},,,", "A1,,Q2,1,,x,", "A2,,Q2,1,,,")
    assert sentences(blank) == ["Column 6 has no heading. Give it one, or delete the column."]
    assert blank.findings[0].row == 1
    assert blank.headings == ("indicator", "", "quarter", "value", "", "")
    assert rows(blank) == [2, 3]


def test_a_column_without_heading_between_others_is_said() -> None:
    assert said(sheet("indicator,,value,status", f"{ROW},final")) == [("column-without-heading", 1, None)]


def test_problems_come_in_the_order_of_the_rows() -> None:
    many = sheet(
        "Title", HEADINGS, "A1", "A\u200b2,Q2,1", 'A"3,Q2,1', "", "A4,Q2,1,1", "A5,Q\x002,1", "Total,,9", '"A6'
    )
    assert said(many) == [
        ("blank-rows", None, None),
        ("title-row", 1, None),
        ("too-few-cells", 3, None),
        ("hidden-characters", 4, "indicator"),
        ("stray-quote", 5, "indicator"),
        ("too-many-cells", 7, None),
        ("unreadable-character", 8, "quarter"),
        ("notes-below-figures", 9, None),
        ("quote-not-closed", 10, None),
    ]


# --- through a column mapping -------------------------------------------------------------------------------------


def test_rows_above_the_headings_that_a_mapping_names_are_passed_over() -> None:
    mapped = sheet('A "title"\x00', "", 'x"y,\u200b', "time,place,figure", "2022,E06,5", headings_row=4)
    assert (mapped.findings, mapped.headings) == ((), ("time", "place", "figure"))
    assert mapped.records == ((5, ("2022", "E06", "5")),)


def test_a_mapping_asks_for_no_title_and_no_notes_to_be_deleted() -> None:
    mapped = sheet("place,figure", "Total,5", "England,", "Wales,3", headings_row=1)
    assert (mapped.findings, rows(mapped)) == ((), [2, 3, 4])


@pytest.mark.parametrize("row", [0, 2, 9])
def test_a_mapping_whose_headings_are_not_in_the_file_is_said(row: int) -> None:
    missing = sheet(HEADINGS, ",,", ROW, headings_row=row)
    assert missing.unreadable
    assert said(missing) == [("not-the-template", row, None)]
    assert missing.findings[0].message.endswith(f"Its headings are missing from row {row}.")


# --- files made to do harm ----------------------------------------------------------------------------------------

_HARMFUL = ('"', "a,", '"a', 'a"\n', '"a"b,', '"\n "b,', '"\n"b', '""', "\n", "\u200b,", "a\x00,\n", "\ufeff", "[", "<")


@pytest.mark.parametrize("unit", _HARMFUL)
@pytest.mark.parametrize("headings_row", [None, 1])
def test_a_file_of_two_megabytes_of_anything_is_read_and_something_is_said(unit: str, headings_row: int | None) -> None:
    # Anything that takes time by the square of the length would not end here.
    times = (CAPPED.bytes - 100) // len(unit.encode())
    harmful = read_sheet(f"{HEADINGS}\n{unit * times}".encode(), "figures.csv", headings_row=headings_row)
    assert harmful.findings
    assert all(one.code in CLASSES for one in harmful.findings)
    assert len(harmful.findings) < 10_000

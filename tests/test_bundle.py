"""The files of ``data/``: the real ones read, and what a cell, a row and a file may look like."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_core.errors import BundleError
from kpi_core.intake import CSV_FILES, Bundle, read_data_folder
from kpi_core.model import Absence, Basis
from kpi_core.shell.home import DATA
from kpi_core.shell.storage import data_files

from .conftest import figure, problems_in, register, small_bundle

Files = dict[str, bytes]


def test_the_real_files_read() -> None:
    bundle = read_data_folder(data_files(DATA))
    assert (bundle.council, bundle.home_area, bundle.made_up) == (
        "Bournemouth, Christchurch and Poole Council", "BCP", False)  # fmt: skip
    counts = (bundle.indicators, bundle.observations, bundle.targets, bundle.benchmarks, bundle.reports)
    assert list(map(len, counts)) == [15, 24, 7, 60, 3]


def test_what_a_file_leaves_out_takes_its_plain_meaning() -> None:
    bundle = read_data_folder(small_bundle(observations=[figure("A1", "Q2 2022-23", "83.5")]))
    (indicator,), (observation,) = bundle.indicators, bundle.observations
    assert (indicator.basis, indicator.due, indicator.seasonal) == (Basis.NOT_STATED, (1, 2, 3, 4), False)
    assert bundle.assigned == (("A1", "X"),)
    assert (observation.area, observation.provisional, observation.numerator) == ("X", False, None)


@pytest.mark.parametrize(
    ("cell", "value", "absence"),
    [("0", "0", None), ("15", "15", None), ("15.0", "15.0", None), ("c", None, Absence.SUPPRESSED),
     ("z", None, Absence.NOT_APPLICABLE), ("x", None, Absence.NOT_AVAILABLE)],
)  # fmt: skip
def test_a_cell_holds_a_figure_as_written_or_a_symbol(cell: str, value: str | None, absence: Absence | None) -> None:
    (observation,) = read_data_folder(small_bundle(observations=[figure("A1", "Q2 2022-23", cell)])).observations
    assert (None if observation.value is None else str(observation.value)) == value
    assert observation.absence == absence


def test_a_percentage_that_may_pass_100_is_read_and_one_that_may_not_is_refused() -> None:
    row = figure("A1", "Q2 2022-23", "104")
    assert problems_in(small_bundle(indicators=[register("A1", may_pass_100="yes")], observations=[row])) == ()
    assert len(problems_in(small_bundle(indicators=[register("A1")], observations=[row]))) == 1
    assert problems_in(small_bundle(indicators=[register("A1", unit="number")], observations=[row])) == ()


@pytest.mark.parametrize(("value", "read_whole"), [("83.5", True), ("84", True), ("83.50", True), ("83.4", False)])
def test_a_percentage_must_agree_with_its_counts_at_the_decimals_it_is_written_with(
    value: str, read_whole: bool
) -> None:
    row = figure("A1", "Q2 2022-23", value, numerator="501", denominator="600")
    assert (problems_in(small_bundle(observations=[row])) == ()) == read_whole


def test_a_second_figure_with_a_reason_is_a_revision_of_the_first() -> None:
    rows = [figure("A1", "Q2 2022-23", "80"), figure("A1", "Q2 22/23", "81", revision_reason="counted again")]
    first, second = read_data_folder(small_bundle(observations=rows)).observations
    assert [first.revision, second.revision] == [0, 1]
    assert (first.value, second.value, second.revised) == (Decimal(80), Decimal(81), True)


def _marked(files: Files) -> Files:
    return {name: b"\xef\xbb\xbf" + content for name, content in files.items()}


def _windows_lines(files: Files) -> Files:
    return {name: content.replace(b"\n", b"\r\n") for name, content in files.items()}


@pytest.mark.parametrize(
    "as_saved",
    [_marked, _windows_lines, lambda files: _marked(_windows_lines(files))],
    ids=["byte order mark", "CRLF", "both"],
)
def test_files_saved_by_excel_read_alike(as_saved: Callable[[Files], Files]) -> None:
    real = data_files(DATA)
    assert as_saved(real) != real
    assert read_data_folder(as_saved(real)) == read_data_folder(real)


def test_blank_rows_are_left_out_and_still_counted_as_excel_counts_them() -> None:
    files = small_bundle()
    files["observations.csv"] = (
        b"indicator,quarter,value,source\n\nA1,Q2 2022-23,80,Report\n,,,\nA1,Q3 2022-23,many,Report\n"
    )
    assert [(p.row, p.column) for p in problems_in(files)] == [(5, "value")]


def test_a_cell_of_several_lines_counts_as_one_row_as_in_excel() -> None:
    files = small_bundle()
    files["observations.csv"] = (
        b'indicator,quarter,value,source,note\nA1,Q2 2022-23,80,Report,"one\ntwo\nthree"\nA1,Q3 2022-23,many,Report,\n'
    )
    assert [(p.row, p.column) for p in problems_in(files)] == [(3, "value")]


def test_one_bad_cell_does_not_hide_another_of_the_same_row() -> None:
    files = small_bundle(observations=[figure("A1", "Q5 2022-23", "many", status="perhaps")])
    assert sorted(str(p.column) for p in problems_in(files)) == ["quarter", "status", "value"]


def test_the_error_is_one_line_that_names_the_first_place_and_counts_the_rest() -> None:
    files = small_bundle(observations=[figure("A1", "Q2 2022-23", "many"), figure("A1", "Q5 2022-23", "some")])
    with pytest.raises(BundleError) as refused:
        read_data_folder(files)
    assert str(refused.value) == (
        "The figures were not loaded. data/observations.csv, row 2, column value: “many” is not a number. Use the digits "
        "0 to 9 and a full stop, like 83.5. Mend the file and try again. (2 more problems in these files.)"
    )


# --- what nobody thought of ---------------------------------------------------------------------------------------


def is_read_or_refused(files: Files) -> bool:
    """Whether the reader answers with a bundle or its own error; anything else is raised and fails the test."""
    try:
        return isinstance(read_data_folder(files), Bundle)
    except BundleError as refused:
        return bool(refused.problems) and str(refused).isprintable()


@given(st.sampled_from(CSV_FILES), st.binary(max_size=300))
def test_whatever_a_file_holds_the_reader_reads_it_or_says_what_is_wrong(name: str, content: bytes) -> None:
    assert is_read_or_refused(small_bundle() | {name: content})


@given(st.text(max_size=400))
def test_whatever_a_report_holds_the_reader_reads_it_or_says_what_is_wrong(content: str) -> None:
    assert is_read_or_refused(small_bundle() | {"exceptions/a.md": f"---\n{content}".encode()})


@settings(max_examples=300)
@given(st.data())
def test_whatever_a_single_cell_holds_the_reader_reads_it_or_says_what_is_wrong(data: st.DataObject) -> None:
    tables = {
        "indicators": dict(register("A1")),
        "observations": dict(figure("A1", "Q2 2022-23", "80", numerator="8", denominator="10")),
        "targets": {"indicator": "A1", "from_quarter": "Q2 2022-23", "value": "88", "tolerance": "5",
                    "tolerance_kind": "percent", "intervention_level": "60", "source": "Report"},
    }  # fmt: skip
    row = tables[data.draw(st.sampled_from(sorted(tables)), label="table")]
    cell = st.text(max_size=30) | st.from_regex(r"-?[0-9]{1,16}(\.[0-9]{1,21})?", fullmatch=True)
    row[data.draw(st.sampled_from(sorted(row)), label="column")] = data.draw(cell, label="cell")
    assert is_read_or_refused(small_bundle(**{name: [cells] for name, cells in tables.items()}))

"""Text that a spreadsheet would run: guarded in what is written, and read back exactly as it was."""

from __future__ import annotations

import pytest
from hypothesis import example as also
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.figures import is_number
from kpi_core.spreadsheet import guarded, unguarded

SIGNS = {
    "equals": "=", "plus": "+", "minus": "-", "at": "@", "full-width equals": "＝", "full-width plus": "＋",
    "full-width minus": "－", "full-width at": "＠", "small equals": "﹦", "small plus": "﹢", "small minus": "﹣", "small at": "﹫",
}  # fmt: skip
ENDS = {"tab": "\t", "carriage return": "\r", "line feed": "\n"}
SPACES = {"a space": " ", "several spaces": "   ", "a no-break space": "\xa0", "an ideographic space": "\u3000"}
UNSEEN = {
    "a byte order mark": "\ufeff",
    "a space of no width": "\u200b",
    "a soft hyphen": "\xad",
    "a turn to the left": "\u202e",
}
ANY = st.text() | st.text(
    alphabet=["'", " ", "1", "a", ".", *SIGNS.values(), *ENDS.values(), *UNSEEN.values()], max_size=6
)


@pytest.mark.parametrize("sign", (SIGNS | ENDS).values(), ids=(SIGNS | ENDS).keys())
def test_text_that_begins_with_any_sign_of_a_formula_is_guarded(sign: str) -> None:
    assert guarded(f"{sign}SUM(A1)") == f"'{sign}SUM(A1)"


@pytest.mark.parametrize("space", (SPACES | UNSEEN).values(), ids=(SPACES | UNSEEN).keys())
@pytest.mark.parametrize("sign", SIGNS.values(), ids=SIGNS.keys())
def test_what_is_not_seen_before_the_sign_hides_it_from_nobody(space: str, sign: str) -> None:
    assert guarded(f"{space}{sign}SUM(A1)") == f"'{space}{sign}SUM(A1)"


@pytest.mark.parametrize("text", ["-4.5", "-7", "83.5", "", "a=b", " a", "5% - 6%", "'quoted'", "’tis"])
def test_numbers_and_other_text_stay_as_they_are(text: str) -> None:
    assert (guarded(text), unguarded(text)) == (text, text)


@pytest.mark.parametrize("text", ["－4.5", " -4.5", "+4.5", "--4.5"])
def test_only_a_number_as_it_is_read_here_goes_without_a_guard(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["'-4.5", "'a", "'", "''", "' a"])
def test_an_apostrophe_that_is_no_guard_is_left_where_it_is(text: str) -> None:
    assert (guarded(text), unguarded(text)) == (text, text)


def test_an_apostrophe_of_the_writers_own_is_not_taken_for_the_guard() -> None:
    assert guarded("'=1") == "''=1"
    assert unguarded("''=1") == "'=1"


@given(ANY)
@also("'=1")
@also("'-4.5")
@also("''＝")
def test_reading_back_undoes_the_guard_and_nothing_else(text: str) -> None:
    assert unguarded(guarded(text)) == text
    if unguarded(text) != text:
        assert guarded(unguarded(text)) == text


@given(ANY)
def test_nothing_that_is_written_begins_a_formula(text: str) -> None:
    written = guarded(text)
    assert is_number(written) or not written.lstrip().startswith(tuple(SIGNS.values()))

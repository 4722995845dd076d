"""Numbers as the papers print them: which are read, how they round, how they are shown."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.errors import FigureError
from kpi_core.figures import amount_in_words, decimals_of, is_number, number, round_half_up, shown, with_unit

decimals = st.decimals(-1_000_000, 1_000_000, allow_nan=False, allow_infinity=False, places=6)
places = st.integers(0, 5)


@pytest.mark.parametrize("text", ["0", "15", "15.0", "-3", "83.5", "0.04", "007", "999999999999999"])
def test_digits_with_a_full_stop_are_read_as_written(text: str) -> None:
    assert number(text) == Decimal(text)
    assert decimals_of(number(text)) == len(text.partition(".")[2])


@pytest.mark.parametrize(
    "text",
    ["", " ", " 5", "5 ", "+5", "1_000", "1,004", "1e3", "1E+03", "nan", "NaN", "inf", "-Infinity", "١٢", "５", "²",
     "\u00a05", "5\u00a0", "\u221215", "–5", "5.", ".5", "5.5.5", "--5", "0x1F", "83,5", "83.5%", "£5", "TBC", "-",
     "5\n", "1" * 16],
)  # fmt: skip
def test_anything_else_is_not_a_number(text: str) -> None:
    assert not is_number(text)
    with pytest.raises(FigureError, match="is not a number"):
        number(text)


@given(st.text(max_size=200))
def test_a_refused_number_is_told_on_one_line(text: str) -> None:
    if not is_number(text):
        with pytest.raises(FigureError) as refused:
            number(text)
        assert str(refused.value).isprintable()
        assert len(str(refused.value)) < 150


@pytest.mark.parametrize(
    ("value", "to", "rounded"),
    [
        ("26.45", 1, "26.5"),
        ("26.44", 1, "26.4"),
        ("2.675", 2, "2.68"),
        ("0.125", 2, "0.13"),
        ("88.5", 0, "89"),
        ("87.96", 1, "88.0"),
        ("0.5", 0, "1"),
        ("-0.5", 0, "-1"),
        ("-26.45", 1, "-26.5"),
        ("99.95", 1, "100.0"),
        ("1.449999", 1, "1.4"),
        ("15", 1, "15.0"),
    ],
)
def test_halves_are_rounded_away_from_zero(value: str, to: int, rounded: str) -> None:
    assert str(round_half_up(value, to)) == rounded


@given(decimals, places)
def test_rounding_twice_is_rounding_once(value: Decimal, to: int) -> None:
    once = round_half_up(value, to)
    assert round_half_up(once, to) == once
    assert decimals_of(once) == to


@given(decimals, places)
def test_rounding_never_moves_a_value_by_more_than_half_a_unit(value: Decimal, to: int) -> None:
    assert abs(round_half_up(value, to) - value) <= Decimal(1).scaleb(-to) / 2


@given(decimals, places)
def test_rounding_treats_both_signs_alike(value: Decimal, to: int) -> None:
    assert round_half_up(-value, to) == -round_half_up(value, to)


@given(decimals, decimals, places)
def test_rounding_keeps_the_order_of_values(one: Decimal, other: Decimal, to: int) -> None:
    low, high = sorted((one, other))
    assert round_half_up(low, to) <= round_half_up(high, to)


@pytest.mark.parametrize(
    ("value", "to", "seen"),
    [("15", 1, "15"), ("15.0", 1, "15.0"), ("83.5", 1, "83.5"), ("83.46", 1, "83.5"), ("83.45", 1, "83.5"),
     ("100", 0, "100"), ("0.045", 2, "0.05")],
)  # fmt: skip
def test_a_figure_keeps_its_published_decimals_and_only_a_longer_one_is_rounded(value: str, to: int, seen: str) -> None:
    assert str(shown(Decimal(value), to)) == seen


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        ("83.5", "percent", "83.5%"),
        ("15", "percent", "15%"),
        ("15.0", "percent", "15.0%"),
        ("1004", "number", "1,004"),
        ("20000", "pounds", "£20,000"),
        ("-20000", "pounds", "-£20,000"),
        ("12", "days", "12 days"),
        ("6.5", "weeks", "6.5 weeks"),
        ("54", "rate_per_10000", "54 per 10,000"),
        ("1.25", "ratio", "1.25"),
        ("-3", "percent", "-3%"),
    ],
)
def test_a_value_is_shown_with_its_unit(value: str, unit: str, words: str) -> None:
    assert with_unit(Decimal(value), unit) == words


def test_a_large_value_is_never_shown_with_an_exponent() -> None:
    assert with_unit(Decimal("1E+6"), "number") == "1,000,000"


@pytest.mark.parametrize(
    ("amount", "unit", "words"),
    [
        ("13.5", "percent", "13.5 points"),
        ("-3.0", "percent", "3.0 points"),
        ("1", "percent", "1 point"),
        ("-1", "percent", "1 point"),
        ("0", "percent", "0 points"),
        ("-84", "number", "84"),
        ("-500", "pounds", "£500"),
    ],
)
def test_the_size_of_a_change_is_said_without_its_sign_and_percentages_in_points(
    amount: str, unit: str, words: str
) -> None:
    assert amount_in_words(Decimal(amount), unit) == words


def test_there_is_no_negative_nought() -> None:
    assert str(number("-0")) == "0"
    assert str(number("-0.0")) == "0.0"
    assert str(round_half_up("-0.04", 1)) == "0.0"


def test_the_longest_number_that_is_read_can_be_rounded() -> None:
    assert str(round_half_up("999999999999999.99999999999999999999", 15)) == "1000000000000000.000000000000000"

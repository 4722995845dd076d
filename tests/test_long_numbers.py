"""Numbers in texts are read up to the digits that a figure can have; a longer one is left alone, and is never read as another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.figures import is_number
from kpi_core.forms.values import figure_in, figure_with_words
from kpi_core.narrative import NarrativeFinding, Verdict, passages, sums
from kpi_core.narrative.disclosure import disclosive

from .narrative import checker

LONG = {
    "16 digits": "1" * 16, "400 digits": "7" * 400, "more than Python turns into a number": "1" * 5_000,
    "400 digits in thousands": "1" + ",000" * 133, "21 decimals": "83." + "5" * 21, "400 decimals": "83." + "5" * 400,
}  # fmt: skip
LONGEST = {
    "15 digits": "1" * 15,
    "15 digits and 20 decimals": "1" * 15 + "." + "2" * 20,
    "15 in thousands": "111" + ",111" * 4,
}
SAYING = (
    "Timely plans stood at {}% in Q2.", "Timely plans were {} in Q2.", "Timely plans took {} days in Q2.", "Timely plans cost £{}.",
    "The target of timely plans is {}%.", "Timely plans stood at -{}% in Q2.",
)  # fmt: skip
AROUND = (
    *SAYING, "{}% of the 30 children", "12% of {} children", "Of the {} children, 12% left.", "A total of {} visits: 1, 2 and 3.",
    "{} visits in total: 1 at home, 2 at school, 3 elsewhere.", "Total visits: {}", "In Q{} it was 5%.", "In Q2 {}-23 it was 5%.",
    "On {}.1.2023", "Level {} plans", "{}% (4 children)", "Under {}s", "{} out of {} plans", "{}/{} plans", "June {}", "in {}-{}",
    "between {} and {}", "{}-{}%", "{}+%", "{}th", "1.{}.2", "Section {}", "{} months",
)  # fmt: skip
TEXT = st.lists(
    st.sampled_from(
        [
            "timely plans",
            " ",
            "%",
            "9" * 15,
            "9" * 20,
            "1",
            ".",
            ",",
            "Q",
            "-",
            "total of ",
            " children",
            "of the ",
            ": ",
        ]
    ),
    max_size=14,
)


def found(text: str) -> list[NarrativeFinding]:
    return checker().text(text, "A1")


@pytest.mark.parametrize("number", LONG.values(), ids=LONG.keys())
@pytest.mark.parametrize("saying", SAYING)
def test_a_number_longer_than_a_figure_can_be_is_left_alone(saying: str, number: str) -> None:
    assert found(saying.replace("{}", number)) == []


@pytest.mark.parametrize("number", LONGEST.values(), ids=LONGEST.keys())
def test_the_longest_figure_is_read_with_all_its_digits(number: str) -> None:
    (wrong,) = found(f"Timely plans stood at {number}% in Q2.")
    assert wrong.verdict is Verdict.CONTRADICTS
    assert wrong.stated.replace(",", "") == f"{number.replace(',', '')}%"
    assert figure_in(f"{number}%") is not None


@pytest.mark.parametrize("number", LONG.values(), ids=LONG.keys())
@pytest.mark.parametrize("text", AROUND)
def test_no_long_number_anywhere_in_a_text_stops_a_check(text: str, number: str) -> None:
    said = text.replace("{}", number)
    for one in (*found(said), *checker().document(passages([(1, said)]))):
        assert one.kind != "sum"
        assert "gives back a count" not in one.message


@pytest.mark.parametrize("number", LONG.values(), ids=LONG.keys())
@pytest.mark.parametrize("read", [figure_in, figure_with_words])
def test_a_forms_figure_that_is_too_long_is_no_figure(read: object, number: str) -> None:
    for text in (number, f"{number}%", f"£{number}", f"-{number}"):
        assert read(text) is None  # type: ignore[operator]


def test_a_total_with_a_part_that_is_too_long_is_left_alone() -> None:
    assert list(sums(f"A total of 10 visits: {'9' * 20} at home, 2 at school, 3 elsewhere.")) == []
    assert list(sums(f"A total of 10 visits: 1{',000' * 9} at home, 2 at school, 3 elsewhere.")) == []


def test_a_total_of_millions_is_added_up() -> None:
    (total,) = sums("A total of 6000000 pounds: 1000000 for homes, 2000000 for schools, 3000000 for roads.")
    assert (total.agrees, total.stated) == (True, "6,000,000")
    (total,) = sums("A total of 6000000 pounds: 1000000 for homes, 2000000 for schools, 4000000 for roads.")
    assert total.worked_out == "7,000,000"


@pytest.mark.parametrize("cut", range(590, 606))
def test_how_far_the_parts_are_looked_for_cuts_no_number_in_two(cut: int) -> None:
    listed = ": 40 at home, 50 at school, "
    padding = "elsewhere " * 60
    text = f"A total of 90 visits{listed}{padding[: cut - len(listed) - 1]} {'8' * 12} and more"
    for total in sums(text):
        assert total.agrees


def test_a_share_reads_the_whole_percentage_and_not_its_end() -> None:
    assert list(disclosive("1,005% of the 30 children")) == []
    assert [one.message for one in disclosive("5% of the 30 children")] == [
        "“5% of the 30 children” gives back a count of 2: fewer than 5."
    ]
    assert [one.message for one in disclosive("1,000.5% (4 children)")] == [
        "“4 children” is a count of fewer than 5. Say it without the number."
    ]


@given(TEXT)
def test_any_run_of_digits_marks_and_words_can_be_checked(parts: list[str]) -> None:
    text = "".join(parts)
    for one in found(text):
        assert isinstance(one, NarrativeFinding)
    for pieces in (figure_in(text), figure_with_words(text)):
        assert pieces is None or is_number(f"{pieces:f}")

"""What is a postcode and what is not, in comments and in reports alike."""

from __future__ import annotations

import pytest

from kpi_core.narrative.disclosure import disclosive, identifiers

POSTCODES = [
    "BH1 2AB", "bh1 2ab", "Bh1 2ab", "BH12AB", "bh12ab", "bh15 3qq", "SW1A 1AA", "sw1a 1aa", "m1 1ae", "W1A 0AX", "ec1a 1bb",
    "LS27 8EQ", "CR2 6XH", "EX16 4TH", "LK4 7QD", "S2 2ND", "n1 9gu",
]  # fmt: skip
NONE = [
    "up to 1st place", "In Q1 1st time under 20", "Improved in Q2 2nd year running", "in q1 1st time", "up in Q1 3pp on last year",
    "in S2 3pp better", "KS2 2nd year", "ks1 1st", "KS2 2ND YEAR RUNNING", "EX16 4th quarter", "FD02 3rd report", "Y6 2yr olds",
    "section s47 2nd visit", "in band B1 2hr visits", "T1 3rd week", "ward E1 5wd late", "the LK4 and LK7 areas", "Level 3 1st stage",
    "the M27 2nd exit", "p1 1st", "A1 4pt rise", "w1 2nd", "BH1 and BH2", "Room 2b 3rd floor", "l1 2nd tier", "S47 5yr",
    "Version a1b2 3cd4",
]  # fmt: skip
# In small letters these are of the shape of “S47 5th visit” and “A1 4pt rise”: they are left alone.
NOT_TOLD = ["b33 8th", "dn55 1pt"]


def found(text: str) -> tuple[list[str], list[str]]:
    """The postcodes that a comment's check and a report's check find."""
    in_comments = [place[0] for what, place in identifiers(text) if what == "a postcode"]
    in_reports = [text[one.start : one.end] for one in disclosive(text) if "a postcode" in one.message]
    return in_comments, in_reports


@pytest.mark.parametrize("postcode", POSTCODES)
def test_a_postcode_is_found_in_comments_and_in_reports(postcode: str) -> None:
    assert found(f"The family moved to {postcode} in May.") == ([postcode], [postcode])


@pytest.mark.parametrize("text", NONE)
def test_ordinary_words_and_numbers_are_no_postcode(text: str) -> None:
    assert found(f"It was {text}, as planned.") == ([], [])


@pytest.mark.parametrize("postcode", NOT_TOLD)
def test_what_may_be_an_order_or_a_measure_is_a_postcode_only_in_capitals(postcode: str) -> None:
    assert found(f"The family moved to {postcode} in May.") == ([], [])
    assert found(f"The family moved to {postcode.upper()} in May.") == ([postcode.upper()], [postcode.upper()])

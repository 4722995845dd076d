"""Moving between pages and indicators: the view goes along, and every way on keeps the present filter."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from . import CODES, PAGES, asks, body, heading, moved_to, opened, said

Q2 = "Q2 2022-23"


def ways(at: AppTest) -> dict[str, dict[str, list[str]]]:
    """The links on from here: what each asks for, by the word it begins with."""
    links = body(at).one("nav", "around").every("a")
    return {link.text.split(":")[0][2:]: asks(link.attributes["href"]) for link in links}


def test_the_quarter_chosen_survives_moving_to_every_other_page_and_back() -> None:
    at = opened(category="Education")
    at.selectbox(key="filter_quarter").select("Q1 2022-23").run()
    for page in ("about", "exceptions", "indicator", "scorecard"):
        moved_to(at, page)
        assert at.query_params["quarter"] == "Q1 2022-23"
        assert at.query_params["category"] == "Education"
        told = body(at).one("p", "over").text if page == "indicator" else heading(at)
        assert page == "about" or told.endswith("April to June 2022 (Q1 2022-23)")


def test_the_ways_on_keep_the_view_and_step_through_the_register() -> None:
    assert ways(opened("indicator", indicator="FD01")) == {
        "Back to the scorecard": {"quarter": [Q2]},
        "Previous": {"quarter": [Q2], "indicator": ["PCP06"]},
        "Next": {"quarter": [Q2], "indicator": ["FD02"]},
    }


@pytest.mark.parametrize(
    ("code", "before", "after"), [("PCP05", None, "FD01"), ("FD01", "PCP05", "FD02"), ("ED07", "FD02", None)]
)
def test_the_ways_on_step_through_the_present_filter(code: str, before: str | None, after: str | None) -> None:
    view = {"quarter": [Q2], "rating": ["red"]}
    steps = {"Previous": before, "Next": after}
    assert ways(opened("indicator", indicator=code, rating="red")) == {
        "Back to the scorecard": view,
        **{word: view | {"indicator": [to]} for word, to in steps.items() if to},
    }


def test_another_indicator_is_chosen_by_its_name_and_goes_into_the_url() -> None:
    at = opened("indicator", indicator="FD01", rating="red")
    at.selectbox(key="filter_indicator").select("PCP06").run()
    assert heading(at) == "Children in care not in education, employment or training"
    assert at.query_params == {"quarter": Q2, "rating": "red", "indicator": "PCP06"}
    assert list(ways(at)) == ["Back to the scorecard"]


@pytest.mark.parametrize(
    ("view", "first"), [({}, "PCP01"), ({"rating": "red"}, "PCP05"), ({"category": "Education", "rating": "red"}, "ED07")]
)  # fmt: skip
def test_without_an_indicator_in_the_url_the_first_in_the_filter_opens(view: dict[str, str], first: str) -> None:
    assert opened("indicator", **view).query_params == {"quarter": Q2, **view, "indicator": first}


def test_an_unknown_indicator_is_one_sentence_with_the_ways_on_left() -> None:
    at = opened("indicator", indicator="FD99")
    assert heading(at) == "No such indicator"
    (sentence,) = said(at)
    assert sentence == f"There is no indicator “FD99”. The codes held are {', '.join(CODES)}."
    assert list(ways(at)) == ["Back to the scorecard"]
    assert at.selectbox(key="filter_indicator").value is None


def test_every_page_moved_to_still_says_that_the_example_is_made_up(example: None) -> None:
    at = opened()
    for page in PAGES[::-1]:
        assert said(moved_to(at, page), "warning") == [
            "Example council. These figures are made up. They describe no real council."
        ]

"""The scorecard: its headline, every indicator, what was missed and why, and the filters in the URL."""

from __future__ import annotations

import csv
import io
import re
from urllib.parse import urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from kpi_core.shell.home import DATA
from kpi_core.shell.storage import data_files

from . import CODES, asks, body, codes, heading, lines, opened, said, shown, table
from .conftest import Downloads, Load

Q2, Q3 = "Q2 2022-23", "Q3 2022-23"
MARKS = {"Red": "▼", "Amber": "◆", "Green": "●", "Not rated": "○", "No data": "–"}


def sentences(at: AppTest) -> str:
    return f"{body(at).one('p', 'headline').text} {body(at).every('p', 'said')[0].text}".strip()


def pills(at: AppTest) -> list[str]:
    return list(at.get_by_key("filter_rating").options)


# --- the quarter as a whole ---------------------------------------------------------------------------------------


def test_the_headline_says_what_was_missed_how_it_moves_and_how_it_is_explained() -> None:
    at = opened()
    assert heading(at) == "July to September 2022 (Q2 2022-23)"
    assert sentences(at) == (
        "4 of the 6 indicators with a target miss it; 9 have no target. "
        "Of the 4, two are improving, one is worse than last September and provisional, one cannot be compared like with like. "
        "2 meet it: Permanence plan by second review of a child in care; Children in care with a plan for permanence. "
        "Of 4 exception reports required, 1 is approved, 2 are present without approval, 1 is missing."
    )


def test_every_indicator_has_a_row_under_its_category_in_the_order_of_the_register() -> None:
    rows = shown(opened())
    assert [row.code for row in rows] == list(CODES)
    categories = {"PCP": "Permanency and Corporate Parenting", "FD": "Front Door and Early Help", "ED": "Education"}
    assert [row.category for row in rows] == [categories[re.sub(r"\d", "", code)] for code in CODES]


def test_every_indicator_links_to_its_page_with_the_view_kept() -> None:
    at = opened(quarter=Q2, category=["Education", "Front Door and Early Help"], rating=["red", "not_rated"])
    assert len(shown(at)) == 9
    for row in shown(at):
        assert urlsplit(row.link).path == "indicator"
        assert asks(row.link) == {
            "quarter": [Q2],
            "category": ["Education", "Front Door and Early Help"],
            "rating": ["red", "not_rated"],
            "indicator": [row.code],
        }


def test_a_rating_is_a_word_and_a_shape() -> None:
    ratings = {row.code: row.rating for row in shown(opened())}
    red, green = ("PCP05", "FD01", "FD02", "ED07"), ("PCP03", "PCP04")
    expected = {code: "Red" if code in red else "Green" if code in green else "Not rated" for code in CODES}
    assert ratings == {code: f"{MARKS[word]} {word}" for code, word in expected.items()}


def test_what_was_missed_stands_first_the_most_pressing_before_the_rest_with_its_reason_or_that_there_is_none_yet() -> (
    None
):
    at = opened()
    first, *_ = body(at).every("table")
    assert first.one("caption").text == "Missed the target or passed the intervention level (4), most pressing first"
    told = {row.code: row.why for row in lines(first)}
    # The one that nobody has explained, then the farthest off, and last the one that is provisional.
    assert tuple(told) == ("FD01", "FD02", "PCP05", "ED07")
    assert {code: why.split(".")[0] for code, why in told.items()} == {
        "PCP05": "Illness in September, and delays in joining a new school after a care placement move, brought attendance down",
        "FD01": "No explanation yet",
        "FD02": "The way thresholds are applied needs work, and families below them appear to get too little lower-level support, so concerns escalate",
        "ED07": "The figure is provisional, and a high one is normal in September, before new places in education, employment or training are confirmed",
    }
    assert told["PCP05"].endswith("Missed in the one quarter held.")
    assert told["FD01"].endswith("Missed in the one quarter with a target, of the 2 quarters held.")
    assert {row.code: row.why for row in shown(at) if row.why} == told


def test_two_figures_or_targets_are_shown_in_every_row_of_their_indicator() -> None:
    tables = body(opened()).every("table", "scorecard")
    assert len(tables) == 2
    for drawn in tables:
        warned = {row.code: row.cells["Value"] for row in lines(drawn) if "⚠" in row.cells["Value"]}
        assert warned == {
            "PCP05": "79% ⚠ two figures: 79%, 64%; both give Red",
            "FD02": "26.5% ⚠ two targets: 20%, 22%; both give Red",
        }


def test_an_indicator_without_a_target_shows_its_intervention_level_and_the_last_figure_known() -> None:
    cells = next(row for row in shown(opened()) if row.code == "PCP06").cells
    assert cells["Target"] == "none held intervention level 16%"
    assert cells["Since the quarter before"].endswith("since Q4 2021-22: ↑ 2.4 points, worsening")


def test_a_passed_intervention_level_is_said_in_the_row(example: None) -> None:
    cells = next(row for row in shown(opened()) if row.code == "EX10").cells
    assert cells["Target"] == "95% past the intervention level of 85%"


@pytest.mark.parametrize(
    ("code", "against"),
    [("EX04", "Since the quarter before"), ("EX15", "Since the same quarter last year"), ("EX17", "Since the same quarter last year")],
)  # fmt: skip
def test_a_figure_that_is_held_but_not_comparable_is_never_called_no_figure(
    example: None, code: str, against: str
) -> None:
    cells = next(row for row in shown(opened()) if row.code == code).cells
    assert "no figure" not in cells[against]


def test_an_indicator_not_due_says_so_with_its_last_figure_and_when_the_next_is_due(example: None) -> None:
    row = next(row for row in shown(opened()) if row.code == "EX11")
    assert row.rating == "– No data"
    assert row.cells["Value"] == "not due this quarter last figure 92% for Q4 2024-25; next due for Q4 2025-26"


def test_ratings_by_quarter_are_words_and_shapes(example: None) -> None:
    drawn = table(opened(), "Ratings by quarter")
    cells = [cell for row in drawn.rows for cell in row[1:]]
    assert len(drawn.rows) == 20
    assert set(cells) == {f"{shape} {word}" for word, shape in MARKS.items()} | {"none held"}


def test_ratings_by_quarter_wait_for_four_rated_quarters() -> None:
    assert not opened().expander


def test_a_quarter_still_being_collected_is_one_line_and_does_not_open(load: Load) -> None:
    files = data_files(DATA)
    figures = "".join(f"{code},,{Q3},9{n},final,,,,,,,Report\n" for n, code in enumerate(("PCP03", "PCP04", "ED04")))
    load(files | {"observations.csv": files["observations.csv"] + figures.encode()})
    at = opened()
    assert heading(at) == "July to September 2022 (Q2 2022-23)"
    assert said(at) == ["October to December 2022 is being collected: 3 of 15 figures in."]


# --- filters ------------------------------------------------------------------------------------------------------


def test_the_rating_pills_count_the_rows_that_the_other_filters_leave() -> None:
    at = opened()
    assert pills(at) == ["▼ Red 4", "◆ Amber 0", "● Green 2", "○ Not rated 9", "– No data 0"]
    at.get_by_key("filter_rating").set_value(["red"])
    at.multiselect(key="filter_category").set_value(["Education"]).run()
    assert pills(at) == ["▼ Red 1", "◆ Amber 0", "● Green 0", "○ Not rated 6", "– No data 0"]


@pytest.mark.parametrize(
    ("key", "value", "url", "left"),
    [
        ("filter_rating", ["red", "green"], {"rating": ["red", "green"]}, ["PCP03", "PCP04", "PCP05", "FD01", "FD02", "ED07"]),
        ("filter_category", ["Front Door and Early Help"], {"category": "Front Door and Early Help"}, ["FD01", "FD02"]),
        ("filter_indicators", ["ED07", "PCP01"], {"indicators": ["ED07", "PCP01"]}, ["PCP01", "ED07"]),
    ],
)  # fmt: skip
def test_a_filter_narrows_the_table_and_goes_into_the_url(
    key: str, value: list[str], url: dict[str, object], left: list[str]
) -> None:
    at = opened()
    at.get_by_key(key).set_value(value).run()
    assert codes(at) == left
    assert f"{len(left)} of the 15 indicators" in body(at).text
    assert at.query_params == {"quarter": Q2} | url
    again = opened(**at.query_params)
    assert codes(again) == left
    assert again.get_by_key(key).value == value


def test_taking_a_filter_away_brings_every_row_back_and_leaves_the_url() -> None:
    at = opened(rating="red", category="Education")
    assert codes(at) == ["ED07"]
    at.get_by_key("filter_rating").set_value([])
    at.multiselect(key="filter_category").set_value([]).run()
    assert codes(at) == list(CODES)
    assert at.query_params == {"quarter": Q2}


def test_another_quarter_is_chosen_among_those_held_and_goes_into_the_url() -> None:
    at = opened()
    assert [option.split(" (")[1] for option in at.selectbox(key="filter_quarter").options] == [
        "Q2 2022-23)", "Q1 2022-23)", "Q4 2021-22)", "Q2 2021-22)"]  # fmt: skip
    at.selectbox(key="filter_quarter").select("Q1 2022-23").run()
    assert heading(at) == "April to June 2022 (Q1 2022-23)"
    assert at.query_params == {"quarter": "Q1 2022-23"}
    assert next(row for row in shown(at) if row.code == "FD01").cells["Value"] == "70%"


def test_filters_that_nothing_matches_say_so_and_say_what_to_do() -> None:
    at = opened(category="Front Door and Early Help", rating="green")
    assert codes(at) == []
    assert said(at) == ["No indicator matches these filters. Clear one of them to see more."]
    assert pills(at)[0] == "▼ Red 2"


def test_the_download_holds_the_rows_and_the_filters_of_the_page(downloads: Downloads) -> None:
    at = opened(category="Education", rating="red")
    (name,) = downloads
    read = list(csv.reader(io.StringIO(downloads[name]().decode("utf-8-sig"))))
    assert name == "scorecard-q2-2022-23.csv"
    assert ["Category", "Education"] in read
    assert ["Rating", "Red"] in read
    assert [row[0] for row in read[read.index([]) + 2 :]] == codes(at) == ["ED07"]


# --- what else may stand in the URL -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [("category", "Roads"), ("rating", "purple"), ("indicators", "FD99"), ("category", "[x](http://evil)")],
)
def test_an_unknown_filter_is_left_out_with_one_sentence(name: str, value: str) -> None:
    at = opened(**{name: value})
    (sentence,) = said(at)
    assert sentence.startswith(f"There is no {name.removesuffix('s')} “{value}”")
    assert codes(at) == list(CODES)
    assert at.query_params == {"quarter": Q2}


def test_a_known_filter_stays_beside_an_unknown_one() -> None:
    at = opened(rating=["red", "purple"], category=["Education", "Roads"])
    assert codes(at) == ["ED07"]
    assert len(said(at)) == 2
    assert at.query_params == {"quarter": Q2, "rating": "red", "category": "Education"}


def test_an_unknown_area_is_one_sentence() -> None:
    at = opened(area="Leeds")
    assert said(at) == ["There is no area “Leeds”, so the council's own is shown. The areas are BCP."]
    assert heading(at) == "July to September 2022 (Q2 2022-23)"
    assert "area" not in at.query_params


@pytest.mark.parametrize(
    "text", ["soon", "2022-23", "Q2", "Q2 2022", "Q5 2022-23", "Q2 2022-24", "Sep-22", "Q2 1066-67"]
)
def test_a_quarter_that_cannot_be_read_is_one_sentence_and_the_opening_quarter_is_shown(text: str) -> None:
    at = opened(quarter=text)
    (sentence,) = said(at)
    assert text in sentence
    assert sentence.endswith("Showing July to September 2022 (Q2 2022-23) instead.")
    assert heading(at) == "July to September 2022 (Q2 2022-23)"
    assert at.query_params == {"quarter": Q2}
    assert not at.exception


def test_a_quarter_without_figures_shows_every_row_without_data_and_says_so() -> None:
    at = opened(quarter=Q3)
    assert sentences(at) == "No figures are held for October to December 2022 (Q3 2022-23)."
    assert [(row.code, row.rating, row.cells["Value"]) for row in shown(at)] == [
        (code, "– No data", "not reported") for code in CODES
    ]
    assert len(body(at).every("table", "scorecard")) == 1
    assert at.selectbox(key="filter_quarter").value == Q3

"""The downloads, as the browser saves them."""

from __future__ import annotations

from . import saved
from .conftest import OpenPage

QUARTER = "July to September 2022 (Q2 2022-23)"


def test_the_scorecard_downloads_as_filtered_and_says_its_quarter_and_filters(app: str, page: OpenPage) -> None:
    opened = page(f"{app}/?rating=red&category=Front+Door+and+Early+Help")
    name, lines = saved(opened, "Download this table (CSV)")
    assert name == "scorecard-q2-2022-23.csv"
    gap = lines.index([])
    about, headings, rows = lines[:gap], lines[gap + 1], lines[gap + 2 :]
    assert about[0] == [f"Scorecard, Bournemouth, Christchurch and Poole, {QUARTER}"]
    for line in (["Quarter", QUARTER], ["Category", "Front Door and Early Help"], ["Rating", "Red"]):
        assert line in about
    assert [row[headings.index("Code")] for row in rows] == ["FD01", "FD02"]


def test_one_indicator_downloads_every_quarter_held(app: str, page: OpenPage) -> None:
    _, lines = saved(page(f"{app}/indicator?indicator=ED07"), "Download these figures (CSV)")
    gap = lines.index([])
    quarter, shown = (lines[gap + 1].index(heading) for heading in ("Quarter", "Shown as"))
    assert [(row[quarter], row[shown]) for row in lines[gap + 2 :]] == [
        ("Q2 2021-22", "17.6%"),
        ("Q1 2022-23", "4.2%"),
        ("Q2 2022-23", "25.4% [p]"),
    ]


def test_a_download_of_the_example_says_that_its_figures_are_made_up(example_app: str, page: OpenPage) -> None:
    opened = page(example_app)
    _, lines = saved(opened, "Download this table (CSV)")
    assert ["Note", "These figures are made up. They describe no real council."] in lines[: lines.index([])]

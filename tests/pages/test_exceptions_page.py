"""The exception reports of a quarter: what is required, what is missing, and what is wrong with the papers."""

from __future__ import annotations

import csv
import io
import re

from kpi_core.shell.database import DATA, data_files

from . import ROOT, asks, body, heading, opened, said, table
from .conftest import Downloads, Load

STATES = ["✖ Missing", "✎ Draft", "➤ Submitted", "✔ Approved"]


def style(kind: str) -> str:
    """What the style sheet gives a badge of this kind alone or with others."""
    rules = re.findall(r"([^{}]+)\{([^}]*)\}", (ROOT / "pages" / "_ui" / "style.css").read_text())
    return "".join(given for names, given in rules if f".badge.{kind}" in [name.strip() for name in names.split(",")])


def test_the_headline_counts_the_reports_and_the_trigger_is_printed() -> None:
    at = opened("exceptions")
    assert heading(at) == "July to September 2022 (Q2 2022-23)"
    assert body(at).one("p", "headline").text == (
        "Of 4 exception reports required, 1 is approved, 2 are present without approval, 1 is missing."
    )
    assert body(at).one("p", "said").text == (
        "A report is required where the target is missed or the intervention level is passed."
    )


def test_the_missing_come_first_and_the_approved_last_each_with_figure_and_reason() -> None:
    rows = table(opened("exceptions"), "Required (4)").rows
    assert [row[0] for row in rows] == STATES
    assert [row[2] for row in rows] == [
        "▼ Red 83.5%, target 88%",
        "▼ Red 79%, target 100% Two figures: 79%, 64%; both give Red",
        "▼ Red 26.5%, target 20% Two targets: 20%, 22%; both give Red",
        "▼ Red 25.4% [p], target 4.7%",
    ]
    assert [row[3].split(",")[0] for row in rows] == [
        "No explanation yet",
        "Illness in September",
        "The way thresholds are applied needs work",
        "The figure is provisional",
    ]


def test_a_missing_report_is_as_loud_as_red() -> None:
    badge = table(opened("exceptions"), "Required").every("span", "badge")[0]
    assert badge.attributes["class"].split() == ["badge", "missing"]
    assert "background" in style("red")
    assert style("missing") == style("red")
    assert all("background" not in style(kind) for kind in ("draft", "submitted", "approved"))


def test_every_report_links_to_its_indicator_with_the_view_kept() -> None:
    at = opened("exceptions", quarter="Q2 2022-23", rating="red")
    links = [link.attributes["href"] for link in table(at, "Required").every("a")]
    assert [asks(link) for link in links] == [
        {"quarter": ["Q2 2022-23"], "rating": ["red"], "indicator": [code]}
        for code in ("FD01", "PCP05", "FD02", "ED07")
    ]


def test_what_is_known_of_the_papers_as_a_whole_is_told_with_its_source() -> None:
    notices = [one.text for one in body(opened("exceptions")).every("div", "notice")]
    assert len(notices) == 3
    assert notices[1].startswith("⚠ The attendance report does not say who completed it")
    assert notices[1].endswith("Exception reports, Quarter 2 2022-23 (Appendix 2)")


def test_the_example_shows_every_state(example: None) -> None:
    rows = table(opened("exceptions"), "Required (7)").rows
    assert [row[0] for row in rows] == [STATES[n] for n in (0, 0, 1, 2, 2, 3, 3)]
    assert [row[2] for row in rows][:2] == ["◆ Amber 47.3%, target 35% to 45%", "▼ Red £5,860, target £5,200"]


def test_a_passed_intervention_level_requires_a_report_even_without_a_target(load: Load) -> None:
    files = data_files(DATA)
    load(
        files
        | {"observations.csv": files["observations.csv"].replace(b"PCP06,,Q2 2022-23,15,", b"PCP06,,Q2 2022-23,17,")}
    )
    rows = table(opened("exceptions"), "Required (5)").rows
    assert [rows[0][0], *rows[0][2:]] == ["✖ Missing", "▼ Red 17%", "No explanation yet"]


def test_a_report_that_nothing_requires_stands_apart(load: Load) -> None:
    files = data_files(DATA)
    load(files | {"targets.csv": files["targets.csv"].replace(b"standing,4.7,", b"standing,30,")})
    at = opened("exceptions")
    assert [row[0] for row in table(at, "Required (3)").rows] == STATES[:3]
    (row,) = table(at, "Present though not required (1)").rows
    assert row[0] == "✔ Approved"
    assert row[2] == "● Green 25.4% [p], target 30%"


def test_a_quarter_in_which_nothing_was_missed_requires_none() -> None:
    at = opened("exceptions", quarter="Q1 2022-23")
    assert body(at).one("p", "headline").text == "No exception report is required."
    assert not body(at).every("table")


def test_a_quarter_without_figures_says_so() -> None:
    at = opened("exceptions", quarter="Q3 2022-23")
    assert body(at).one("p", "headline").text == "No figures are held for October to December 2022 (Q3 2022-23)."
    assert not at.exception


def test_a_quarter_that_cannot_be_read_is_one_sentence() -> None:
    at = opened("exceptions", quarter="soon")
    assert said(at) == [
        "“soon” cannot be read as a quarter. Enter it like Q2 2022-23. Showing July to September 2022 (Q2 2022-23) instead."
    ]
    assert at.query_params == {"quarter": "Q2 2022-23"}


def test_the_list_can_be_taken_away(downloads: Downloads) -> None:
    opened("exceptions")
    read = list(csv.reader(io.StringIO(downloads["exceptions-q2-2022-23.csv"]().decode("utf-8-sig"))))
    assert read[0] == ["Exception reports, July to September 2022 (Q2 2022-23)"]
    rows = read[read.index([]) + 2 :]
    assert sorted(row[0] for row in rows) == ["ED07", "FD01", "FD02", "PCP05"]

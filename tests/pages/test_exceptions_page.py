"""The exception reports of a quarter: what is required, what is missing, and what is wrong with the papers."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import date

from streamlit.testing.v1 import AppTest

from kpi_core.access import Actor
from kpi_core.model import Action
from kpi_core.shell.home import DATA
from kpi_core.shell.storage import data_files
from pages._ui import session

from ..conftest import csv_bytes
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
    assert [(link.split("?")[0], asks(link)) for link in links] == [
        (page, {"quarter": ["Q2 2022-23"], "rating": ["red"], "indicator": [code]})
        for code in ("FD01", "PCP05", "FD02", "ED07")
        for page in ("indicator", "report")
    ]


def test_the_missing_report_is_to_be_written_and_the_others_opened() -> None:
    drawn = table(opened("exceptions"), "Required")
    assert [row[-1] for row in drawn.rows] == ["Write", "Open", "Open", "Open"]
    names = [one.attributes["aria-label"] for one in drawn.every("a") if "aria-label" in one.attributes]
    assert names[0] == "Write: Assessments completed in 45 days"


def still_to_do(at: AppTest) -> list[str]:
    return [one.text for listed in body(at).every("ul", "lacking") for one in listed.every("li")]


def test_what_the_quarter_still_lacks_is_said_first_in_words() -> None:
    assert still_to_do(opened("exceptions")) == [
        "One required report is missing.",
        "One required report is a draft.",
        "One required report is submitted and not approved.",
        "14 actions are without an owner or a due date.",
    ]


def test_actions_without_an_owner_or_a_due_date_are_listed_with_their_report() -> None:
    rows = table(opened("exceptions"), "Actions of this quarter without an owner or a due date (14)").rows
    assert {row[2] for row in rows} == {"No owner and no due date are given."}
    assert {row[3] for row in rows} == {"Q2 2022-23"}


def test_unfinished_actions_of_earlier_quarters_come_back_overdue_ones_first_until_they_are_closed() -> None:
    opened()
    reports, author = session.services().reports, Actor("Alex Example", "Report author")
    draft = reports.start("FD01", "Q1 2022-23", author)
    actions = (
        Action(0, "Without a date.", "Team manager"),
        Action(0, "Late.", "Team manager", date(2022, 9, 30)),
        Action(0, "In time.", "Team manager", date(2099, 9, 30)),
    )
    reports.save(replace(draft, actions=actions), draft.version, author)
    at = opened("exceptions")
    assert still_to_do(at)[-1] == "One action of an earlier quarter is overdue."
    rows = table(at, "Unfinished actions of earlier quarters (3, 1 overdue)").rows
    assert [row[1] for row in rows] == ["Late.", "In time.", "Without a date."]
    assert [row[2].startswith("✖ Overdue Owner: Team manager; due 30 September 2022.") for row in rows] == [
        True,
        False,
        False,
    ]
    reports.close_action("FD01", "Q1 2022-23", 2, "It is done.", author)
    assert "overdue" not in " ".join(still_to_do(opened("exceptions")))


def test_emerging_concerns_are_listed_with_their_reason() -> None:
    opened()
    session.services().reports.mark_concern(
        "ED04", "Q2 2022-23", "To be inspected <b>again</b>.", Actor("Alex Example", "Report author")
    )
    (row,) = table(opened("exceptions"), "Emerging concerns (1)").rows
    assert row == ["Children in primary schools rated Good or Outstanding", "To be inspected <b>again</b>."]


def test_a_quarter_that_lacks_nothing_says_so(load: Load) -> None:
    files = {name: content for name, content in data_files(DATA).items() if not name.startswith("exceptions/")}
    files["targets.csv"] = files["targets.csv"].split(b"\n")[0] + b"\n"
    load(
        files
        | {
            "targets.csv": csv_bytes(
                [{"indicator": "FD01", "from_quarter": "Q2 2022-23", "value": "88", "source": "Plan"}]
            )
        }
    )
    opened()
    reports, author = session.services().reports, Actor("Alex Example", "Report author")
    draft = reports.start("FD01", "Q2 2022-23", author)
    sections = tuple((heading, "None identified.") for heading, _ in draft.sections)
    action = (Action(0, "Fill the posts.", "Team manager", date(2099, 9, 30)),)
    text = replace(draft, reason_line="Staff left.", sections=sections, actions=action, completed_by="Report author")
    version = reports.submit("FD01", "Q2 2022-23", reports.save(text, 1, author).version, author).version
    reports.approve("FD01", "Q2 2022-23", version, Actor("Sam Sample", "Service Unit Head"))
    at = opened("exceptions")
    assert still_to_do(at) == []
    assert (
        "Every required report is approved, every action has an owner and a due date, and none is overdue."
        in body(at).text
    )


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
    assert [rows[0][0], *rows[0][2:]] == ["✖ Missing", "▼ Red 17%", "No explanation yet", "Write"]


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

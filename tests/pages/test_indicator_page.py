"""One indicator: its rating and why, its changes, what the papers disagree on, the report, the chart, the way on."""

from __future__ import annotations

import csv
import io
import re

import pytest
from streamlit.testing.v1 import AppTest

from kpi_core.access import Actor
from kpi_core.intake import Decision, GivenFile
from kpi_core.model import ACTIONS_HEADING, REPORT_SECTIONS
from kpi_core.shell.home import DATA
from kpi_core.shell.storage import data_files
from pages._ui import session

from ..conftest import csv_bytes, figure, register, small_bundle
from . import CODES, Node, body, heading, opened, said, table
from .conftest import Downloads, Load

Q2 = "Q2 2022-23"
EXAMPLE = tuple(f"EX{n:02d}" for n in range(1, 21))
FORM = ("Indicator description", f"Outturn, {Q2}", "Quarterly target", *REPORT_SECTIONS, ACTIONS_HEADING, "Completed by",
        "Service unit head approval with date")  # fmt: skip
EMPTY = "Empty: nothing is written here."


def verdict(at: AppTest) -> str:
    return body(at).one("p", "verdict").text


def reasons(at: AppTest) -> list[str]:
    """The sentences under the rating."""
    return [one.text for one in body(at).every("p", "said")]


def changes(at: AppTest) -> dict[str, str]:
    return dict(table(at, "Changes").rows)


def notices(at: AppTest) -> list[str]:
    """What the papers disagree on, each with its source."""
    return [one.text for one in body(at).every("div", "notice")]


def series(at: AppTest) -> list[list[str]]:
    return table(at, "Every quarter held").rows


def remarks(at: AppTest) -> str:
    """The lines in small print, among them those under the chart."""
    return " ".join(one.text for one in body(at).every("p", "muted"))


def report(at: AppTest) -> dict[str, str]:
    """The exception report, section by section in its order."""
    told: dict[str, str] = {}
    for part in body(at).one("div", "form").inside:
        assert isinstance(part, Node)
        if part.tag == "h3":
            told[part.text] = ""
        elif "findings" in part.attributes.get("class", ""):
            continue  # what the checks say of it
        else:
            told[list(told)[-1]] = f"{told[list(told)[-1]]} {part.text}".strip()
    return told


def report_heading(at: AppTest) -> str:
    return next(one.text for one in body(at).every("h2") if one.text.startswith("Exception report"))


# --- every indicator ----------------------------------------------------------------------------------------------


def whole(at: AppTest, code: str) -> None:
    """The page has what every indicator's page must have."""
    assert not at.exception
    assert said(at, "error") == []
    rating = re.match(r"[▼◆●○–] (Red|Amber|Green|Not rated|No data) ", verdict(at))
    assert rating is not None
    assert reasons(at)[0].startswith(f"{rating[1]}: ")
    assert list(dict.fromkeys(name.split(" (")[0] for name in changes(at))) == [
        "The quarter before", "The same quarter last year", "The target"]  # fmt: skip
    assert series(at)
    assert body(at).one("dl").facts["Code"] == code
    assert at.query_params["indicator"] == code


@pytest.mark.parametrize("code", CODES)
def test_every_indicator_of_the_council_has_a_whole_page(code: str) -> None:
    whole(opened("indicator", indicator=code), code)


@pytest.mark.parametrize("code", EXAMPLE)
def test_every_indicator_of_the_example_has_a_whole_page(example: None, code: str) -> None:
    whole(opened("indicator", indicator=code), code)


# --- some of the council's ----------------------------------------------------------------------------------------


def test_a_missed_target_without_a_report_says_so_and_names_the_basis_of_its_changes() -> None:
    at = opened("indicator", indicator="FD01")
    assert heading(at) == "Assessments completed in 45 days"
    assert verdict(at) == "▼ Red 83.5%"
    assert reasons(at) == [
        "Red: 83.5% misses the target of 88% by 4.5 points; no tolerance held, so Amber could not be given. "
        "The target's basis is not stated. It was missed in the one quarter with a target, of the 2 quarters held.",
        "Why: No explanation yet: an exception report is required and none is held.",
    ]
    assert report_heading(at) == "Exception report ✖ Missing"
    assert not body(at).every("div", "form")
    held = "Counts are not held, so whether it is more than ordinary variation cannot be said."
    assert changes(at) == {
        "The quarter before (the one the headline counts)": f"Up 13.5 points since Q1 2022-23, improving {held}",
        "The same quarter last year": "No figure is held for July to September 2021 (Q2 2021-22).",
        "The target": "4.5 points below the target of 88%",
    }
    (notice,) = notices(at)
    assert "announces an exception report on the timeliness of assessments" in notice
    assert [row[1:] for row in series(at)] == [["83.5%", "88%", "▼ Red"], ["70%", "none held", "○ Not rated"]]


def test_a_seasonal_provisional_figure_shows_both_changes_and_leads_on_the_year() -> None:
    at = opened("indicator", indicator="ED07")
    assert verdict(at) == "▼ Red 25.4% [p]"
    assert "The figure is provisional." in reasons(at)[0]
    told = changes(at)
    assert told["The quarter before"].startswith("Up 21.2 points since Q1 2022-23, worsening")
    assert told["The same quarter last year (the one the headline counts)"].startswith(
        "Up 7.8 points since Q2 2021-22, worsening"
    )
    assert told["The target"] == "20.7 points above the target of 4.7%"
    assert "Seasonal. High in September" in remarks(at)
    assert "Hollow points are provisional." in remarks(at)
    (chart,) = at.get("vega_lite_chart")
    assert chart.proto.alt.endswith("July to September 2022 (Q2 2022-23) 25.4% provisional.")


def test_an_approved_report_is_shown_whole_in_the_order_of_the_form() -> None:
    at = opened("indicator", indicator="ED07")
    assert report_heading(at) == "Exception report ✔ Approved"
    told = report(at)
    assert tuple(told) == FORM
    assert EMPTY not in told.values()
    assert (told[f"Outturn, {Q2}"], told["Quarterly target"]) == ("25.4%", "4.7%")
    assert told["Service unit head approval with date"] == "Service Unit Head, 27 October 2022"
    assert told[ACTIONS_HEADING].endswith(
        "Continue to give them support, information, advice and guidance. No owner and no due date are given."
    )
    assert "not approved" not in body(at).text


def test_two_figures_are_a_notice_with_the_other_source() -> None:
    at = opened("indicator", indicator="PCP05")
    first, second = notices(at)
    assert first == (
        "⚠ Two figures: 79%, 64%; both give Red. The report gives 79% for this indicator and the exception report gives "
        "64%, for the same quarter. The scorecard rates the report's 79%. Exception reports, Quarter 2 2022-23 (Appendix 2)"
    )
    assert "implies a third figure, 85.56%" in second
    assert verdict(at) == "▼ Red 79%"
    assert report(at)[f"Outturn, {Q2}"] == "64%"
    assert report_heading(at) == "Exception report ✎ Draft"
    assert "This report is draft and not approved." in body(at).text


def test_two_targets_are_a_notice_and_nothing_written_differs_from_none_identified() -> None:
    at = opened("indicator", indicator="FD02")
    assert notices(at)[0].startswith("⚠ Two targets: 20%, 22%; both give Red. ")
    assert len(notices(at)) == 3
    told = report(at)
    assert tuple(told) == FORM
    assert [name for name, words in told.items() if words == "None identified."] == [
        "Financial implications", "Human resources implications", "Sustainability implications"]  # fmt: skip
    assert [name for name, words in told.items() if words == EMPTY] == ["Service unit head approval with date"]
    assert told["Completed by"] == "Report author"
    assert "This report is submitted and not approved." in body(at).text


def test_an_indicator_judged_by_its_intervention_level_alone_names_the_last_figure_known() -> None:
    at = opened("indicator", indicator="PCP06")
    assert verdict(at) == "○ Not rated 15%"
    assert reasons(at) == ["Not rated: no target set; within the intervention level of 16%."]
    assert changes(at) == {
        "The quarter before": "No figure is held for April to June 2022 (Q1 2022-23). "
        "Last known: up 2.4 points since Q4 2021-22, worsening.",
        "The same quarter last year": "No figure is held for July to September 2021 (Q2 2021-22).",
        "The target": "No target is held.",
    }
    assert "Exception report" not in body(at).text
    facts = body(at).one("dl").facts
    assert (facts["Intervention level"], facts["Target in force"]) == ("16%", "none held")
    assert facts["Owner"] == "not stated in the papers"


@pytest.mark.parametrize(("code", "held"), [("PCP01", "1 quarter held"), ("PCP06", "2 quarters held")])
def test_a_line_is_drawn_from_three_figures_on_and_until_then_said(code: str, held: str) -> None:
    at = opened("indicator", indicator=code)
    assert not at.get("vega_lite_chart")
    assert f"{held}: a line is drawn from three." in remarks(at)


# --- some of the example's ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "shown", "reason"),
    [
        ("EX09", "– No data [c]", "No data: suppressed because it is small."),
        ("EX11", "– No data not due this quarter", "No data: not due this quarter. Last figure 92% for Q4 2024-25; next due for Q4 2025-26."),
        ("EX07", "◆ Amber 47.3%", "Amber: 47.3% misses the target of 35% to 45% by 2.3 points, within the tolerance limit of 50%."),
    ],
)  # fmt: skip
def test_what_is_withheld_not_due_or_outside_a_band_says_why(example: None, code: str, shown: str, reason: str) -> None:
    at = opened("indicator", indicator=code)
    assert verdict(at) == shown
    assert reasons(at)[0].startswith(reason)


def test_a_revised_figure_names_the_former_one_and_the_reason(example: None) -> None:
    at = opened("indicator", indicator="EX19", quarter="Q1 2025-26")
    assert "[r]" in verdict(at)
    assert re.match(
        r"⚠ Revised from \d+%. Plans signed off after the quarter's return are now counted.", notices(at)[0]
    )


def test_a_resolved_conflict_says_how_it_was_resolved(example: None) -> None:
    (notice,) = notices(opened("indicator", indicator="EX08"))
    assert "Resolved: The service had counted conferences held on the sixteenth day." in notice


# --- what the checks found, concerns, the way to the report ---------------------------------------------------------


def test_contradictions_in_the_report_are_open_beside_the_text_and_what_agrees_is_folded(load: Load) -> None:
    files = data_files(DATA)
    name = "exceptions/ED07-2022-23-Q2.md"
    load(files | {name: files[name].replace(b"## Financial", b"In Q2 2022-23 it was 24.5%.\n\n## Financial")})
    form = body(opened("indicator", indicator="ED07")).one("div", "form")
    (finding,) = form.every("li", "contradicts")
    assert finding.one("mark").text == "24.5%"
    assert "25.4%" in finding.one("span", "worked-out").text
    assert not [one for one in form.every("details") if one.every("li", "contradicts")]
    folded = [one.one("summary").text for one in form.every("details")]
    assert folded[:2] == ["✔ 1 claim agrees", "✔ 1 claim agrees"]


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("FD01", "Write the exception report"),
        ("FD02", "Open the exception report to write, approve or follow it up"),
        ("PCP01", "Write an exception report, or mark an emerging concern"),
    ],
)
def test_the_page_leads_to_the_report(code: str, label: str) -> None:
    links = {one.label: one for one in opened("indicator", indicator=code).get("page_link")}
    assert f"indicator={code}" in links[label].proto.query_string


def test_an_emerging_concern_is_told_with_the_role_and_without_the_name() -> None:
    author = Actor("Alex Example", "Report author")
    opened()
    session.services().reports.mark_concern("ED04", Q2, "Two schools are to be inspected again.", author)
    (notice,) = notices(opened("indicator", indicator="ED04"))
    assert notice == (
        "⚠ Marked as an emerging concern: Two schools are to be inspected again. By a Report author. It changes no rating."
    )
    assert notices(opened("indicator", indicator="ED04", quarter="Q1 2022-23")) == []


# --- comparators and downloads ------------------------------------------------------------------------------------


def test_the_latest_published_year_stands_by_the_figure_and_later_ones_apart() -> None:
    at = opened("indicator", indicator="FD02")
    latest = table(at, "Published comparators")
    assert {row[1] for row in latest.rows} == {"year ending March 2022"}
    assert {row[0].split()[0]: row[2] for row in latest.rows} == {
        "This": "26.7%", "Statistical": "22.52%", "England": "21.5%", "South": "22.6%"}  # fmt: skip
    (since,) = at.expander
    assert since.label == "Published since"
    later = table(at, "Years that ended after this quarter")
    assert {row[1] for row in later.rows} == {f"year ending March {year}" for year in (2023, 2024, 2025)}
    assert "Published comparators are annual" in remarks(at)


def test_the_series_can_be_taken_away(downloads: Downloads) -> None:
    opened("indicator", indicator="FD01")
    read = list(csv.reader(io.StringIO(downloads["fd01-series.csv"]().decode("utf-8-sig"))))
    assert read[0] == ["Assessments completed in 45 days (FD01)"]
    assert [row[:3] for row in read[-2:]] == [
        ["Q1 2022-23", "April to June 2022", "70"], ["Q2 2022-23", "July to September 2022", "83.5"]]  # fmt: skip


def test_an_earlier_quarter_is_judged_by_what_was_known_of_it() -> None:
    at = opened("indicator", indicator="FD01", quarter="Q1 2022-23")
    assert verdict(at) == "○ Not rated 70%"
    assert reasons(at) == ["Not rated: no target known for this quarter."]
    assert notices(at) == []


def test_a_report_that_is_not_required_is_shown_and_says_so(load: Load) -> None:
    files = data_files(DATA)
    load(files | {"targets.csv": files["targets.csv"].replace(b"standing,4.7,", b"standing,30,")})
    at = opened("indicator", indicator="ED07")
    assert verdict(at).startswith("● Green")
    assert report_heading(at) == "Exception report ✔ Approved"
    assert "It is not required for July to September 2022 (Q2 2022-23)." in body(at).text


# --- the history of the definition --------------------------------------------------------------------------------


def test_a_definition_that_never_changed_has_no_history() -> None:
    assert "How the definition changed" not in body(opened("indicator", indicator="FD01")).text


def test_the_history_of_a_definition_says_from_which_quarter_what_changed_and_why(load: Load) -> None:
    plain = register("A1", name="Plans on time", definition="Signed.")
    load(small_bundle(indicators=[plain], observations=[figure("A1", q, "79") for q in ("Q1 2022-23", Q2)]))
    now = {"name": "Plans agreed on time", "definition": "Agreed with the family.", "from_quarter": "Q3 2022-23"}
    opened()
    uploads = session.services().uploads
    preview = uploads.preview(GivenFile(csv_bytes([{**plain, **now}]), "register.csv"))
    uploads.publish(preview, Decision("Officer", "The guidance changed. <b>", confirmed=None))
    at = opened("indicator", indicator="A1", quarter=Q2)
    assert heading(at) == "Plans on time"
    assert table(at, "How the definition changed").rows == [
        [
            "Q3 2022-23",
            "Name: Plans on time → Plans agreed on time Definition: Signed. → Agreed with the family.",
            "The guidance changed. <b>",
        ],
        ["From the first quarter recorded", "Plans on time", ""],
    ]
    assert heading(opened("indicator", indicator="A1", quarter="Q3 2022-23")) == "Plans agreed on time"

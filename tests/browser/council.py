"""The council's Q2 2022-23 in a browser: what its pages say, its scorecard under the mouse, and what journeys bring to it."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from kpi_core.model import REPORT_SECTIONS

from ..pages import FIGURES, template
from . import settled

QUARTER = "July to September 2022 (Q2 2022-23)"
HEADLINE = "4 of the 6 indicators with a target miss it; 9 have no target."
MISSED = ("FD01", "FD02", "PCP05", "ED07")
"""The most pressing first."""
ASSESSMENTS = "Assessments completed in 45 days"
REPEAT_REFERRALS = "Repeat referrals within 12 months"
WHAT_IS_SAID = (
    "Red: 26.5% misses the target of 20% by 6.5 points; no tolerance held, so Amber could not be given.",
    "The way thresholds are applied needs work, and families below them appear to get too little lower-level support, so concerns escalate.",
    "Two targets: 20%, 22%; both give Red.",
    "The service believes that the way thresholds are applied needs work, although the chart that sets them out is clear.",
)


# --- with the mouse ------------------------------------------------------------------------------------------------


def click(page: Page, what: Locator) -> None:
    """Click with the mouse, where it is on the screen."""
    what.scroll_into_view_if_needed()
    box = what.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def red_pill(page: Page) -> Locator:
    return page.get_by_test_id("stButtonGroup").get_by_role("button", name="Red")


def follow(page: Page, link: Locator, to_heading: str) -> None:
    """Click a link with the mouse, and wait for the page under that heading."""
    click(page, link)
    expect(heading(page)).to_have_text(to_heading)
    settled(page)


def filter_to_red(page: Page) -> None:
    click(page, red_pill(page))
    expect(page.get_by_text("4 of the 15 indicators", exact=True)).to_be_visible()
    settled(page)


# --- a file with six faults ----------------------------------------------------------------------------------------

FAULTY = template(
    FIGURES | {"PCP01": "2 9 1", "PCP03": "104", "FD01": "85,1", "ED03": "tbc"},
    {"indicator": "XX99", "value": "4"},
    ED02={"status": "maybe"},
)
FAULTS = [
    ("2", "value", "must use only the digits 0 to 9"),
    ("4", "value", "a percentage must be between 0 and 100. It is 104%"),
    ("8", "value", "must use a full stop: 85.1"),
    ("11", "status", "status must be provisional or final. It is “maybe”"),
    ("12", "value", "enter a number, or use z"),
    ("17", "indicator", "“XX99” is not an indicator"),
]

# --- the report that is missing ------------------------------------------------------------------------------------

REASON = REPORT_SECTIONS[0]
ADDRESS = "report?indicator=FD01&quarter=Q2+2022-23"
SAVED = re.compile(r"^✔ Saved \d\d:\d\d$")
WRONG = "Assessments on time rose from 70% in Q1 to 85% in Q2."
RIGHT = "Assessments on time rose from 70% in Q1 to 83.5% in Q2."
BEFORE = "Of 4 exception reports required, 1 is approved, 2 are present without approval, 1 is missing."
AFTER = "Of 4 exception reports required, 2 are approved, 2 are present without approval."

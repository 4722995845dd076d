"""A document is checked in a real browser, and a form in it becomes a draft that leads to its page."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import expect

from . import Server, act, give, listen, pressed, settled
from .accessibility import sound
from .conftest import OpenPage

FORM = """Exception Performance Report

Indicator description: Assessments completed in 45 days
Outturn (Q2 2022-23): 83.5%
Quarterly target: 88%
Reason for level of performance:
Assessments on time rose from 70% in Q1 to 85% in Q2. Two children waited too long.
Completed by: Alex Example
"""


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_a_form_is_checked_and_read_in_as_a_draft(
    own_app: Server, page: OpenPage, width: int, scheme: Literal["light", "dark"]
) -> None:
    opened = page(f"{own_app.url}/check", width=width, colour_scheme=scheme)
    errors = listen(opened)
    sound(opened)
    give(opened, FORM.encode(), "timeliness.txt")
    expect(opened.locator("#checked")).to_be_focused()
    expect(opened.locator("li.finding.contradicts mark")).to_have_text("85%")
    expect(opened.locator("li.finding.disclosive mark")).to_have_text(["Two children", "Alex Example"])
    sound(opened)
    act(opened, "Report author", "Priya Sample")
    pressed(opened, "Make a draft of FD01, Q2 2022-23")
    expect(opened.get_by_text("FD01, Q2 2022-23 is a draft now, version 1.")).to_be_visible()
    opened.get_by_role("link", name="Open it, check it and submit it").click()
    expect(settled(opened).get_by_role("heading", level=1)).to_have_text("Assessments completed in 45 days")
    expect(opened.get_by_role("textbox", name="Completed by")).to_have_value("Report author")
    assert errors == []

"""A manager's way: what was missed, Red, the indicator, why; the address sent to a colleague; and back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from . import settled
from .conftest import OpenPage
from .council import (
    HEADLINE,
    MISSED,
    QUARTER,
    REPEAT_REFERRALS,
    WHAT_IS_SAID,
    filter_to_red,
    follow,
    heading,
    red_pill,
)

WIDE, NARROW = {"width": 1280, "height": 720}, {"width": 390, "height": 844}
LOOKS = [
    pytest.param({**WIDE, "colour_scheme": "light"}, id="wide"),
    pytest.param({**NARROW, "colour_scheme": "dark"}, id="narrow and dark"),
]


def is_red_only(page: Page) -> bool:
    """Whether page and address show the scorecard filtered to Red."""
    told = page.locator("table.kpi caption").all_inner_texts(), red_pill(page).get_attribute("data-selected")
    return told == (["4 of the 15 indicators"], "true") and "rating=red" in page.url


def words(page: Page) -> list[str]:
    """What we wrote on the page: everything but the widgets and the chart."""
    return page.get_by_test_id("stMain").get_by_test_id("stHtml").all_inner_texts()


def around(page: Page) -> list[str]:
    """The links back, before and after."""
    return page.get_by_role("navigation", name="Around this indicator").get_by_role("link").all_inner_texts()


@pytest.mark.parametrize("look", LOOKS)
def test_a_manager_sees_what_was_missed_gets_from_red_to_why_sends_the_address_and_returns(
    app: str, page: OpenPage, look: dict[str, object]
) -> None:
    opened = page(app, **look)
    expect(heading(opened)).to_have_text(QUARTER)
    expect(opened.get_by_text(HEADLINE, exact=True)).to_be_in_viewport(ratio=1)
    missed = opened.locator("table.scorecard").first
    links = missed.get_by_role("link").evaluate_all("links => links.map(link => link.href)")
    assert tuple(link.rpartition("indicator=")[2] for link in links) == MISSED
    if look["width"] == WIDE["width"]:  # all four, and why, without scrolling
        for row in missed.get_by_role("row").all():
            expect(row).to_be_in_viewport(ratio=1)

    filter_to_red(opened)
    assert is_red_only(opened)

    follow(opened, opened.get_by_role("link", name=REPEAT_REFERRALS), REPEAT_REFERRALS)
    expect(opened.locator("p.verdict")).to_have_text("▼ Red 26.5%")
    for sentence in WHAT_IS_SAID:
        expect(opened.get_by_text(sentence).first).to_be_visible()
    # In the present filter the neighbours are the Red ones, not those of the whole scorecard.
    before, after = around(opened)[1:]
    assert "Previous: Assessments completed in 45 days" in before
    assert "Next: 16 to 17 year olds" in after

    colleague = page(opened.url, **look)
    expect(heading(colleague)).to_have_text(REPEAT_REFERRALS)
    assert words(colleague) == words(opened)
    assert around(colleague) == around(opened)
    assert colleague.url == opened.url

    follow(opened, opened.get_by_role("link", name="Back to the scorecard"), QUARTER)
    assert is_red_only(opened)


@pytest.mark.parametrize("look", LOOKS)
def test_the_browsers_back_button_retraces_the_way_and_leads_out(
    app: str, page: OpenPage, look: dict[str, object]
) -> None:
    before = f"{app}/_stcore/health"
    opened = page(**look)
    opened.goto(before)
    opened.goto(app)
    settled(opened)
    filter_to_red(opened)
    follow(opened, opened.get_by_role("link", name=REPEAT_REFERRALS), REPEAT_REFERRALS)

    opened.go_back()
    expect(heading(opened)).to_have_text(QUARTER)
    assert is_red_only(settled(opened))
    opened.go_back()
    expect(opened.get_by_text("All 15 indicators", exact=True)).to_be_visible()
    assert "rating" not in settled(opened).url
    # The app puts the quarter into the address that it was opened with: one more step, at most.
    opened.go_back()
    if opened.url != before:
        settled(opened).go_back()
    expect(opened).to_have_url(before)


def test_the_address_follows_previous_and_next(app: str, page: OpenPage) -> None:
    opened = page(f"{app}/indicator?indicator=FD02&rating=red")
    follow(opened, opened.get_by_role("link", name="Next: 16 to 17"), "16 to 17 year olds not in education, employment or training, or not known")  # fmt: skip
    assert "indicator=ED07" in opened.url
    follow(opened, opened.get_by_role("link", name="Previous: Repeat"), REPEAT_REFERRALS)
    assert "indicator=FD02" in opened.url

"""The keyboard alone: everything can be reached, be seen to be reached, and be used."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import expect

from . import settled
from .conftest import OpenPage
from .keyboard import missing_in_order, tab_to, tabbed

REPEAT_REFERRALS = "Repeat referrals within 12 months"
# In the order that it is read; between these the tables' other links come.
ON_THE_SCORECARD = (
    "Skip to main content",
    "Scorecard",
    "Indicator",
    "Exceptions",
    "About these figures",
    "Assessments completed in 45 days",
    REPEAT_REFERRALS,
    "Children in care attending a Good or Outstanding school above 95%",
    "16 to 17 year olds not in education, employment or training, or not known",
    "Quarter",
    "Category",
    "Indicator",
    "▼ Red 4",
    "As of when",
    "Approved fostering households",
    REPEAT_REFERRALS,
    "Download this table (CSV)",
)
ON_AN_INDICATOR = (
    "Skip to main content",
    "Indicator",
    "Back to the scorecard",
    "Previous: Children in care not in",
    "Next: Repeat referrals",
    "Indicator",
    "Download these figures (CSV)",
)

ON_THE_RECORD_OF_CHANGES = (
    "Skip to main content",
    "Record of changes",
    "head",
    "Kind",
    "Who",
    "Indicator’s code",
    "Words in it",
    "Download these records (CSV)",
)


@pytest.mark.parametrize(
    ("address", "scheme", "expected"),
    [
        ("", "light", ON_THE_SCORECARD),
        ("/indicator?indicator=FD01", "dark", ON_AN_INDICATOR),
        ("/changes", "light", ON_THE_RECORD_OF_CHANGES),
    ],
    ids=["scorecard", "indicator", "record of changes"],
)
def test_the_tab_key_reaches_everything_in_reading_order_and_the_focus_is_seen(
    app: str, page: OpenPage, address: str, scheme: Literal["light", "dark"], expected: tuple[str, ...]
) -> None:
    stops = tabbed(page(app + address, colour_scheme=scheme))
    assert missing_in_order(expected, stops) == [], stops
    # The scrolling page itself takes the focus, so that arrow keys scroll it: there is nothing to press there.
    unseen = [stop.name for stop in stops if not stop.visible and stop.name != "(main)"]
    assert not unseen, f"The focus does not show on: {'; '.join(unseen)}"


def test_enter_on_a_row_opens_its_indicator(app: str, page: OpenPage) -> None:
    opened = page(app)
    tab_to(opened, opened.get_by_role("link", name=REPEAT_REFERRALS).first)
    opened.keyboard.press("Enter")
    expect(opened.get_by_role("heading", level=1)).to_have_text(REPEAT_REFERRALS)


def test_the_arrow_keys_go_through_the_ratings_and_space_filters_by_one(app: str, page: OpenPage) -> None:
    opened = page(app)
    tab_to(opened, opened.get_by_test_id("stButtonGroup").get_by_role("button", name="Red"))
    for _ in range(2):
        opened.keyboard.press("ArrowRight")
    opened.keyboard.press("Space")
    expect(opened.get_by_text("2 of the 15 indicators", exact=True)).to_be_visible()
    assert "rating=green" in settled(opened).url


def test_an_indicator_is_chosen_by_typing_part_of_its_name(app: str, page: OpenPage) -> None:
    opened = page(app)
    tab_to(opened, opened.get_by_test_id("stMultiSelect").last.get_by_role("combobox"))
    opened.keyboard.type("referrals")
    opened.keyboard.press("Enter")
    expect(opened.get_by_text("1 of the 15 indicators", exact=True)).to_be_visible()
    assert "indicators=FD02" in settled(opened).url


def test_from_an_indicator_another_is_found_by_typing_part_of_its_name(app: str, page: OpenPage) -> None:
    opened = page(f"{app}/indicator?indicator=FD02")
    tab_to(opened, opened.get_by_test_id("stSelectbox").get_by_role("combobox"))
    opened.keyboard.press("ControlOrMeta+a")
    opened.keyboard.type("fostering")
    opened.keyboard.press("Enter")
    expect(opened.get_by_role("heading", level=1)).to_have_text("Approved fostering households")
    assert "indicator=PCP01" in settled(opened).url


def test_the_record_of_changes_is_filtered_by_typing(app: str, page: OpenPage) -> None:
    opened = page(f"{app}/changes")
    records = opened.locator("table.kpi", has_text="newest first").locator("tbody tr")
    expect(records).to_have_count(1)
    tab_to(opened, opened.get_by_role("textbox", name="Words in it"))
    opened.keyboard.type("no such words")
    opened.keyboard.press("Enter")
    expect(opened.get_by_text("No record matches these filters.")).to_be_visible()
    opened.keyboard.press("ControlOrMeta+a")
    opened.keyboard.press("Delete")
    opened.keyboard.press("Enter")
    expect(records).to_have_count(1)
    kinds = opened.get_by_test_id("stMultiSelect").first
    tab_to(settled(opened), kinds.get_by_role("combobox"))
    opened.keyboard.type("loaded")
    opened.keyboard.press("Enter")
    expect(kinds).to_contain_text("figures loaded")
    expect(records).to_have_count(1)


def test_on_a_phone_the_navigation_opens_and_leads_to_a_page(app: str, page: OpenPage) -> None:
    opened = page(app, width=390)
    tab_to(opened, opened.get_by_test_id("stExpandSidebarButton"))
    opened.keyboard.press("Enter")
    tab_to(opened, opened.get_by_role("link", name="About these figures"))
    opened.keyboard.press("Enter")
    expect(opened.get_by_role("heading", level=1)).to_have_text("About these figures")

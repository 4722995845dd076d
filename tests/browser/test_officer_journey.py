"""An officer's whole journey in a real browser, on an app of its own: from a faulty file to the withdrawal."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from ..pages import FIGURES, template
from . import Server, fill_in, give, listen, publish_button, settled, violations
from .accessibility import ours
from .conftest import OpenPage
from .council import ASSESSMENTS, FAULTS, FAULTY
from .keyboard import tab_to

RIGHT = template(FIGURES, {"indicator": "FD01", "quarter": "Q2 2022-23", "value": "88.2"})
"""Puts right the quarter before too, and turns its rating."""
Q2, Q3 = "Q2+2022-23", "Q3+2022-23"


def row(page: Page, quarter: str) -> str:
    """What a session that opens the scorecard anew reads of the assessments."""
    page.goto(f"{page.url.split('/', 3)[0]}//{page.url.split('/', 3)[2]}/?quarter={quarter}&indicators=FD01")
    return settled(page).locator("table.kpi", has_text="1 of the 15 indicators").inner_text()


def fits(page: Page, proof: str) -> None:
    """What is on the page is seen, and does not run off it sideways."""
    expect(page.get_by_text(proof).first).to_be_visible()
    sideways = page.get_by_test_id("stMain").evaluate("main => main.scrollWidth > main.clientWidth")
    assert not sideways, proof


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")], ids=["wide", "narrow and dark"])
def test_a_faulty_file_is_corrected_previewed_published_seen_on_the_scorecard_withdrawn_and_gone(
    own_app: Server, page: OpenPage, width: int, scheme: Literal["light", "dark"]
) -> None:
    opened = page(width=width, colour_scheme=scheme)
    errors = listen(opened)
    opened.goto(f"{own_app.url}/upload")
    # 1. Six different faults, and the officer is told all six.
    give(settled(opened), FAULTY, "quarter 3.csv")
    expect(opened.locator("#checked")).to_be_focused()
    expect(opened.locator("p.message.error")).to_have_text(
        "6 problems block this file. Correct the file, save it and choose it again: nothing is published."
    )
    blocks = opened.locator("table.kpi", has_text="Problems").locator("tbody tr", has_text="Blocks")
    expect(blocks).to_have_count(6)
    for line, (number, column, sentence) in zip(blocks.all_inner_texts(), FAULTS, strict=True):
        assert number in line.split()
        assert column in line
        assert sentence in line
    expect(opened.get_by_role("heading", name="3. Compare")).to_have_count(0)
    fits(opened, "6 problems block this file.")
    # 2. Corrected, it is compared with what is held.
    give(opened, RIGHT, "quarter 3 corrected.csv")
    expect(opened.get_by_text("15 new, 0 confirmed, 1 revised, 0 the same")).to_be_visible()
    expect(opened.get_by_text(f"1 published rating turns: {ASSESSMENTS}, Q2 2022-23, from Red to Green.")).to_be_visible()  # fmt: skip
    changed = opened.locator("table.kpi", has_text="What would change (16)").locator("tbody tr").first
    for words in (ASSESSMENTS, "revised", "83.5%", "88.2%", "Red", "Green", "not required"):
        expect(changed).to_contain_text(words)
    fits(opened, "What would change (16)")
    # 3. Nothing is published before everything is confirmed; then it is, and the keyboard is where it is said.
    publish_button(opened).click()
    expect(opened.get_by_role("alert")).to_be_in_viewport()
    expect(opened.get_by_role("alert")).to_contain_text("Nothing was published: 4 warnings are not confirmed.")
    expect(publish_button(opened)).to_be_focused()
    fill_in(opened)
    publish_button(opened).click()
    expect(opened.locator("#published")).to_contain_text("Published as upload 1: quarter 3 corrected.csv")
    expect(opened.locator("#published")).to_be_focused()
    expect(opened.locator("#published")).to_be_in_viewport()
    fits(opened, "Published as upload 1")
    assert ours(violations(settled(opened))) == []
    # 4. It is on the scorecard, with no restart, also for whoever opens it elsewhere.
    opened.get_by_role("link", name="See the scorecard").click()
    expect(opened.get_by_role("heading", level=1)).to_have_text("October to December 2022 (Q3 2022-23)")
    expect(opened.locator("table.kpi", has_text="All 15 indicators")).to_contain_text("89.5%")
    elsewhere = page(f"{own_app.url}/about")
    assert "88.2% [r]" in row(elsewhere, Q2)
    assert "Green" in row(elsewhere, Q2)
    # 5. Withdrawn, it is gone, and the history says so.
    opened.goto(f"{own_app.url}/history?upload=1")
    fits(settled(opened), "Figures it gave (16)")
    opened.get_by_role("textbox", name="Why is it withdrawn?").fill("The wrong quarter.")
    opened.get_by_role("textbox", name="Your name").fill("Pat Example")
    opened.get_by_role("button", name="Withdraw upload 1").click()
    expect(opened.locator("#done")).to_have_text("Upload 1 is withdrawn, with 16 figures.")
    expect(opened.locator("#done")).to_be_focused()
    fits(opened, "The wrong quarter.")
    assert "83.5%" in row(elsewhere, Q2)
    assert "89.5%" not in row(elsewhere, Q3)
    assert "No data" in row(elsewhere, Q3)
    assert errors == []


def test_from_the_file_to_the_publication_the_keyboard_is_enough(own_app: Server, page: OpenPage) -> None:
    opened = page(f"{own_app.url}/upload")
    give(opened, template(FIGURES, {"indicator": "ED07", "quarter": "Q2 2022-23", "value": "24.9"}))
    expect(opened.locator("#checked")).to_be_focused()
    boxes = opened.get_by_test_id("stCheckbox").locator("input")
    assert boxes.count() > 1
    for place in range(boxes.count()):
        tab_to(opened, boxes.nth(place))
        opened.keyboard.press("Space")
        expect(boxes.nth(place)).to_be_checked()
        settled(opened)
    tab_to(opened, opened.get_by_role("textbox", name="Why does what was published change?"))
    opened.keyboard.type("The month-end count was late.")
    opened.keyboard.press("Tab")
    settled(opened)
    tab_to(opened, opened.get_by_role("textbox", name="Your name"))
    opened.keyboard.type("Pat Example")
    # The name is not taken in yet when the button is pressed: both come to the server at once.
    opened.keyboard.press("Tab")
    expect(publish_button(opened)).to_be_focused()
    opened.keyboard.press("Enter")
    expect(opened.locator("#published")).to_be_focused()
    tab_to(opened, opened.get_by_role("link", name="See the history"))
    opened.keyboard.press("Enter")
    expect(opened.get_by_role("heading", level=1)).to_have_text("History of uploads")
    expect(opened.locator("table.kpi", has_text="Uploads (1)")).to_contain_text("Scheduled: The month-end count was late.")  # fmt: skip


def test_of_two_officers_at_once_the_second_is_refused_and_sees_what_the_first_published(
    own_app: Server, page: OpenPage
) -> None:
    first, second = (page(f"{own_app.url}/upload") for _ in range(2))
    give(second, RIGHT)
    fill_in(second)
    give(first, template({"FD01": "87.0"}), "first.csv")
    fill_in(first, reason="")
    publish_button(first).dblclick()
    expect(first.locator("#published")).to_contain_text("Published as upload 1: first.csv")
    expect(settled(first).get_by_role("alert")).to_have_count(0)
    publish_button(second).click()
    expect(second.get_by_role("alert")).to_contain_text(
        "Nothing was published: what is held has changed since you compared."
    )
    expect(second.locator("#compared")).to_be_focused()
    expect(second.get_by_text("14 new, 0 confirmed, 2 revised, 0 the same")).to_be_visible()
    expect(second.locator("table.kpi", has_text="What would change")).to_contain_text("87.0%")
    expect(second.get_by_test_id("stCheckbox").locator("input:checked")).to_have_count(0)
    fill_in(settled(second), reason="Agreed with the first.")
    publish_button(second).click()
    expect(second.locator("#published")).to_contain_text("Published as upload 2")
    reader = page(f"{own_app.url}/about")
    assert "89.5% [r]" in row(reader, Q3)


def test_of_a_file_of_5000_rows_with_4000_problems_fifty_are_drawn_and_one_can_go_on(app: str, page: OpenPage) -> None:
    wrong = ({"indicator": code, "value": f"wrong {n}"} for n in range(267) for code in FIGURES)
    right = [{"indicator": "FD01", "value": "89.5"}] * 1000
    content = template({}, *list(wrong)[:4000], *right)
    assert content.count(b"\n") == 5001
    opened = page(f"{app}/upload")
    give(opened, content)
    expect(opened.locator("p.message.error")).to_contain_text("4,000 problems block this file.")
    assert opened.locator("table.kpi", has_text="Problems").locator("tbody tr").count() == 50
    opened.locator("summary", has_text="did not run").click()
    expect(opened.locator("table.kpi", has_text="Checks that did not run")).to_be_visible()
    opened.get_by_role("link", name="Scorecard", exact=True).click()
    expect(opened.locator("table.kpi", has_text="All 15 indicators")).to_be_visible()

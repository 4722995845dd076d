"""An exception report's whole journey in a real browser: written beside its figures, objected to, mended, submitted, approved."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import docx
import pytest
from playwright.sync_api import Page, expect

from kpi_core.model import REPORT_SECTIONS

from . import Server, act, listen, pressed, settled, wrote
from .accessibility import sound
from .conftest import OpenPage
from .council import ADDRESS, AFTER, BEFORE, REASON, RIGHT, SAVED, WRONG
from .keyboard import tab_to


def in_word(path: Path) -> str:
    """All the words of a Word file, those in tables too."""
    document = docx.Document(str(path))
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "\n".join((*(one.text for one in document.paragraphs), *cells))


def headline(page: Page, app: Server) -> str:
    """What a reader of the scorecard is told, in a session of its own."""
    page.goto(f"{app.url}/?quarter=Q2+2022-23")
    return settled(page).get_by_test_id("stMain").inner_text()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")], ids=["wide", "narrow and dark"])
def test_the_missing_report_is_written_objected_to_mended_submitted_and_approved_by_another(
    own_app: Server, page: OpenPage, width: int, scheme: Literal["light", "dark"]
) -> None:
    opened = page(width=width, colour_scheme=scheme)
    errors = listen(opened)
    elsewhere = page()
    assert BEFORE in headline(elsewhere, own_app)
    # 1. From the list of what is required to the missing report, and begun.
    opened.goto(f"{own_app.url}/exceptions?quarter=Q2+2022-23")
    settled(opened).get_by_role("link", name="Write: Assessments completed in 45 days").click()
    expect(opened.get_by_role("heading", level=1)).to_have_text("Assessments completed in 45 days")
    expect(settled(opened).get_by_text("An exception report is required and none is begun.")).to_be_visible()
    sound(opened)
    act(opened, "Report author", "Alex Example")
    pressed(opened, "Begin an empty report")
    expect(opened.locator("#done")).to_be_focused()
    expect(opened.get_by_text("It still lacks 10:")).to_be_visible()
    sound(opened)
    # 2. Written with a wrong figure, and the page objects beside the text.
    wrote(opened, "Reason in one line", "Two posts in the assessment team are vacant.")
    expect(opened.locator("p.standing")).to_have_text(SAVED)
    wrote(opened, REASON, WRONG)
    finding = opened.locator("li.finding.contradicts")
    expect(finding).to_contain_text("Contradicts")
    expect(finding.locator("mark")).to_have_text("85%")
    expect(finding).to_contain_text("is 83.5%.")
    for heading in REPORT_SECTIONS[1:]:
        opened.locator("label", has_text=f"None identified: {heading[0].lower()}{heading[1:]}").click()
        settled(opened)
    pressed(opened, "Add an action")
    wrote(opened, "Action 1", "Fill the two vacant posts.")
    wrote(opened, "Owner of action 1", "Service manager, front door")
    opened.get_by_role("group", name="Action 1 is due").get_by_role("spinbutton").first.click()
    opened.keyboard.type("31032031")
    wrote(opened, "Completed by", "Report author")
    expect(opened.get_by_text("It is complete, and").or_(opened.get_by_text("The checks object to 1:"))).to_be_visible()
    expect(opened.get_by_text("“Completed by” is empty")).to_have_count(0)
    assert opened.locator("ul.lacking").all_inner_texts()[:-1] == []
    sound(opened)
    # 3. It is not submitted before the finding was looked at; mended, there is none.
    pressed(opened, "Submit for approval")
    expect(opened.get_by_role("alert")).to_contain_text("the checks object to one of its statements")
    expect(opened.get_by_role("alert")).to_be_in_viewport()
    opened.locator("ul.lacking").get_by_role("link", name=REASON).click()
    expect(opened.locator("#field-reason-for-level-of-performance")).to_be_focused()
    wrote(opened, REASON, RIGHT)
    expect(finding).to_have_count(0)
    pressed(opened, "Submit for approval")
    expect(opened.locator("#done")).to_contain_text("Submitted for approval, as version ")
    expect(opened.locator("#done")).to_be_focused()
    sound(opened)
    # 4. The author may not approve it, in whatever role; another does.
    act(opened, "Service Unit Head", "Alex Example")
    pressed(opened, "Approve")
    expect(opened.get_by_role("alert")).to_contain_text("Ask somebody else to approve it.")
    approver = page(f"{own_app.url}/{ADDRESS}", width=width, colour_scheme=scheme)
    act(approver, "Service Unit Head", "Sam Sample")
    pressed(approver, "Approve")
    expect(approver.locator("#done")).to_have_text("Approved in the role Service Unit Head.")
    sound(approver)
    # 5. The scorecard's headline says so, and the line stands under the row.
    told = headline(elsewhere, own_app)
    assert AFTER in told
    assert "Two posts in the assessment team are vacant." in told
    assert "Sam Sample" not in told
    # 6. The quarter on paper has the new report, and nobody's name.
    elsewhere.goto(f"{own_app.url}/paper?quarter=Q2+2022-23")
    with elsewhere.expect_download() as started:
        settled(elsewhere).get_by_role("button", name="Download the quarter (Word)").click()
    words = in_word(started.value.path())
    assert RIGHT in words
    assert "Fill the two vacant posts." in words
    assert "Sam Sample" not in words
    assert "Alex Example" not in words
    assert errors == []


def test_the_keyboard_is_enough_to_begin_write_submit_and_approve(own_app: Server, page: OpenPage) -> None:
    opened = page(f"{own_app.url}/{ADDRESS}")

    def into(label: str, text: str) -> None:
        tab_to(opened, opened.get_by_role("textbox", name=label, exact=label == "Action 1"))
        opened.keyboard.press("ControlOrMeta+a")
        opened.keyboard.type(text)
        opened.keyboard.press("ControlOrMeta+Enter")
        settled(opened)

    def press(button: str) -> None:
        tab_to(opened, opened.get_by_role("button", name=button, exact=True))
        opened.keyboard.press("Enter")
        settled(opened)

    def as_role(role: str) -> None:
        tab_to(opened, opened.get_by_role("combobox", name=re.compile("The role you act in")))
        opened.keyboard.press("ControlOrMeta+a")
        opened.keyboard.type(role)
        opened.keyboard.press("Enter")
        settled(opened)

    as_role("Report author")
    into("Your name", "Alex Example")
    press("Begin an empty report")
    expect(opened.locator("#done")).to_be_focused()
    into("Reason in one line", "Two posts are vacant.")
    into(REASON, WRONG)
    for heading in REPORT_SECTIONS[1:]:
        box = opened.get_by_role("checkbox", name=f"None identified: {heading[0].lower()}{heading[1:]}")
        tab_to(opened, box)
        opened.keyboard.press("Space")
        expect(box).to_be_checked()
        settled(opened)
    press("Add an action")
    into("Action 1", "Fill the two vacant posts.")
    into("Owner of action 1", "Service manager")
    tab_to(opened, opened.get_by_role("group", name="Action 1 is due").get_by_role("spinbutton").first)
    opened.keyboard.type("31032031")
    settled(opened)
    into("Completed by", "Report author")
    looked = opened.get_by_role("checkbox", name="I have looked at this finding and submit all the same")
    tab_to(opened, looked)
    opened.keyboard.press("Space")
    expect(looked).to_be_checked()
    settled(opened)
    press("Submit for approval")
    expect(opened.locator("#done")).to_contain_text("Submitted for approval")
    expect(opened.locator("#done")).to_be_focused()
    as_role("Service Unit Head")
    into("Your name", "Sam Sample")
    press("Approve")
    expect(opened.locator("#done")).to_have_text("Approved in the role Service Unit Head.")


def test_what_is_typed_while_another_field_is_saved_is_not_lost_nor_by_a_closed_tab(
    own_app: Server, page: OpenPage
) -> None:
    opened = page(f"{own_app.url}/{ADDRESS}")
    act(opened, "Report author", "Alex Example")
    pressed(opened, "Begin an empty report")
    opened.get_by_role("textbox", name="Reason in one line").fill("Two posts are vacant.")
    for heading in REPORT_SECTIONS:
        area = opened.get_by_role("textbox", name=heading)
        area.focus()
        opened.keyboard.type(f"Typed at once into {heading}, while the field before is being saved.", delay=8)
    opened.keyboard.press("Tab")
    expect(settled(opened).locator("p.standing")).to_have_text(SAVED)
    opened.close()
    again = page(f"{own_app.url}/{ADDRESS}")
    expect(again.get_by_text("You are reading this draft.")).to_be_visible()
    act(again, "Report author", "Alex Example")
    for heading in REPORT_SECTIONS:
        typed = f"Typed at once into {heading}, while the field before is being saved."
        expect(again.get_by_role("textbox", name=heading)).to_have_value(typed)
    expect(again.get_by_role("textbox", name="Reason in one line")).to_have_value("Two posts are vacant.")


def test_what_is_typed_is_its_writers_alone_and_becomes_one_version_when_the_report_is_left(
    own_app: Server, page: OpenPage
) -> None:
    opened = page(f"{own_app.url}/{ADDRESS}")
    act(opened, "Report author", "Alex Example")
    pressed(opened, "Begin an empty report")
    wrote(opened, "Reason in one line", "Two posts are vacant.")
    wrote(opened, REASON, RIGHT)
    expect(opened.locator("p.standing")).to_have_text(SAVED)
    expect(opened.get_by_text("Versions (1)")).to_be_visible()
    elsewhere = page(f"{own_app.url}/{ADDRESS}")
    expect(elsewhere.get_by_text("Versions (1)")).to_be_visible()
    expect(elsewhere.get_by_text("Two posts are vacant.")).to_have_count(0)
    opened.get_by_role("link", name="Scorecard", exact=True).click()
    expect(settled(opened).get_by_text("Two posts are vacant.").first).to_be_visible()
    elsewhere.reload()
    expect(settled(elsewhere).get_by_text("Versions (2)")).to_be_visible()
    expect(elsewhere.get_by_text("Two posts are vacant.").first).to_be_visible()
    expect(elsewhere.get_by_text(RIGHT).first).to_be_visible()
    elsewhere.goto(f"{own_app.url}/changes")
    records = settled(elsewhere).locator("table.kpi").locator("tbody tr")
    expect(records).to_have_count(3)  # the bundled figures, the report begun, and its text
    expect(records.first).to_contain_text("Alex Example, Report author")


def test_of_two_authors_at_once_neither_loses_a_word(own_app: Server, page: OpenPage) -> None:
    first, second = (page(f"{own_app.url}/{ADDRESS}") for _ in range(2))
    act(first, "Report author", "Alex Example")
    pressed(first, "Begin an empty report")
    second.reload()
    act(settled(second), "Report author", "Robin Sample")
    wrote(first, "Reason in one line", "From the first.")
    first.get_by_role("link", name="Scorecard", exact=True).click()
    expect(settled(first).get_by_text("From the first.").first).to_be_visible()
    wrote(second, "Reason in one line", "From the second.")
    expect(second.locator("#meanwhile")).to_contain_text("Nothing of yours or theirs is lost.")
    differs = second.locator("table.kpi", has_text="What differs")
    expect(differs).to_contain_text("From the first.")
    expect(differs).to_contain_text("From the second.")
    sound(second)
    pressed(second, "Write yours upon theirs")
    expect(second.locator("p.standing")).to_have_text(SAVED)
    expect(second.get_by_role("textbox", name="Reason in one line")).to_have_value("From the second.")
    second.get_by_role("link", name="Scorecard", exact=True).click()
    expect(settled(second).get_by_text("From the second.").first).to_be_visible()


def test_who_acts_is_still_known_after_a_link_that_loads_the_page_anew(own_app: Server, page: OpenPage) -> None:
    opened = page(f"{own_app.url}/{ADDRESS}")
    act(opened, "Report author", "Alex Ëxample; </script>")
    opened.goto(f"{own_app.url}/exceptions")
    settled(opened).get_by_role("link", name="Open: Repeat referrals within 12 months").click()
    expect(opened.get_by_role("textbox", name="Your name")).to_have_value("Alex Ëxample; </script>")
    expect(
        opened.get_by_role("combobox", name=re.compile("Selected Report author|The role you act in"))
    ).to_be_visible()
    assert "Alex" not in opened.url

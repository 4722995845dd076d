"""No text typed is lost: with a server that answers at once or after five seconds, draws slowly, or whose tab is closed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from kpi_core.model import REPORT_SECTIONS

from . import ROOT, Server, act, pressed, serving, settled
from .conftest import OpenPage
from .council import ADDRESS, REASON, SAVED

LINE = "Reason in one line"
SEVEN = (LINE, *REPORT_SECTIONS[:6])
NOT_YET = "… Not saved yet"

# What the page says and hears goes by a line on which everything takes window.onTheWay milliseconds each way.
_SLOW_LINE = """
window.onTheWay = 0
window.WebSocket = class extends WebSocket {
    send(data) {
        setTimeout(() => super.send(data), window.onTheWay)
    }
    addEventListener(type, heard, ...more) {
        const later = type === "message" ? event => setTimeout(() => heard.call(this, event), window.onTheWay) : heard
        super.addEventListener(type, later, ...more)
    }
    set onmessage(heard) {
        this.addEventListener("message", heard)
    }
}
"""


def answers_after(page: Page, seconds: float) -> None:
    """From now on the server's answer comes so many seconds after what is asked."""
    page.evaluate("milliseconds => window.onTheWay = milliseconds", seconds * 500)


def begun(page: OpenPage, app: Server) -> Page:
    """A draft that its author has begun, on a page whose line can be made slow."""
    opened = page(script=_SLOW_LINE)
    opened.goto(f"{app.url}/{ADDRESS}")
    act(settled(opened), "Report author", "Alex Example")
    pressed(opened, "Begin an empty report")
    expect(opened.get_by_role("textbox", name="Completed by")).to_be_visible()
    return opened


def text_for(field: str) -> str:
    return f"Into {field}."


def typed(page: Page, *fields: str) -> None:
    """Type a text of its own into each field, faster than the page is drawn, and leave the last."""
    for field in fields:
        page.get_by_role("textbox", name=field).focus()
        page.keyboard.type(text_for(field), delay=5)
    page.keyboard.press("Tab")


def reopened(page: OpenPage, app: Server) -> Page:
    """The same report in another browser, by its author."""
    again = page(f"{app.url}/{ADDRESS}")
    expect(again.get_by_text("You are reading this draft.")).to_be_visible()
    act(again, "Report author", "Alex Example")
    return again


def holds(page: Page, *fields: str) -> None:
    """Every field has the text that was typed into it."""
    for field in fields:
        expect(page.get_by_role("textbox", name=field)).to_have_value(text_for(field))


@pytest.mark.parametrize("seconds", [0, 5], ids=["at once", "after five seconds"])
def test_seven_fields_are_kept_whenever_the_server_answers_and_saved_is_said_when_they_are(
    own_app: Server, page: OpenPage, seconds: float
) -> None:
    opened = begun(page, own_app)
    answers_after(opened, seconds)
    typed(opened, *SEVEN)
    if seconds:
        expect(opened.locator("p.standing")).to_have_text(NOT_YET)
    holds(opened, *SEVEN)
    expect(opened.locator("p.standing")).to_have_text(SAVED)
    opened.close()
    again = reopened(page, own_app)
    holds(again, *SEVEN)


# Each field of the form takes a while to draw, as on a busy machine: what is typed breaks the drawing off.
_SLOW_APP = """
import time

from pages._ui import report_form

if report_form.show.__name__ == "show":
    def slow(*given, show=report_form.show):
        time.sleep(0.15)
        return show(*given)
    report_form.show = slow
"""


@pytest.fixture
def slow_app(browser: Browser, tmp_path: Path) -> Iterator[Server]:
    """The app as ``own_app`` has it, on a machine that draws slowly."""
    script = ROOT / f"slow_{tmp_path.name}.py"
    script.write_text(_SLOW_APP + (ROOT / "app.py").read_text())
    try:
        with serving(
            tmp_path / "kpi.duckdb", tmp_path / "server.log", program=("streamlit", "run", script.name)
        ) as server:
            yield server
            assert "Traceback" not in server.said()
    finally:
        script.unlink()


def test_what_is_typed_while_the_form_is_being_drawn_for_the_first_time_is_kept(
    slow_app: Server, page: OpenPage
) -> None:
    opened = page(f"{slow_app.url}/{ADDRESS}")
    act(opened, "Report author", "Alex Example")
    opened.get_by_role("button", name="Begin an empty report").click()
    typed(opened, *SEVEN)
    expect(opened.locator("p.standing")).to_have_text(SAVED)
    opened.close()
    again = page(f"{slow_app.url}/{ADDRESS}")
    act(again, "Report author", "Alex Example")
    typed(again, "Completed by")
    expect(again.locator("p.standing")).to_have_text(SAVED)
    holds(again, *SEVEN, "Completed by")


def test_saved_does_not_stand_while_something_is_being_typed_or_half_a_date_is_given(
    own_app: Server, page: OpenPage
) -> None:
    opened = begun(page, own_app)
    standing = opened.locator("p.standing")
    typed(opened, LINE)
    expect(standing).to_have_text(SAVED)
    opened.get_by_role("textbox", name=REASON).press_sequentially("Two")
    expect(standing).to_have_text(NOT_YET)
    opened.get_by_role("textbox", name=REASON).press("ControlOrMeta+Enter")
    expect(standing).to_have_text(SAVED)
    opened.get_by_role("button", name="Add an action").click()
    opened.get_by_role("group", name="Action 1 is due").get_by_role("spinbutton").first.click()
    opened.keyboard.type("3103")
    expect(standing).to_have_text(NOT_YET)
    opened.keyboard.type("2031")
    for _ in range(2):  # past the button of the calendar, which belongs to it
        opened.keyboard.press("Tab")
    expect(standing).to_have_text(SAVED)
    opened.get_by_role("textbox", name="Outturn").fill(" 83.50 ")
    opened.keyboard.press("Tab")
    expect(opened.get_by_role("textbox", name="Outturn")).to_have_value("83.50")
    expect(standing).to_have_text(SAVED)


def test_a_tab_that_is_closed_before_saved_asks_whether_to_leave_and_one_that_is_closed_after_does_not(
    own_app: Server, page: OpenPage
) -> None:
    opened = begun(page, own_app)
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    opened.on("dialog", stay)
    opened.get_by_role("textbox", name=LINE).press_sequentially(text_for(LINE))
    opened.close(run_before_unload=True)
    expect(opened.locator("p.standing")).to_have_text(NOT_YET)
    assert asked == ["beforeunload"]
    opened.keyboard.press("Tab")
    expect(opened.locator("p.standing")).to_have_text(SAVED)
    with opened.expect_event("close"):
        opened.close(run_before_unload=True)
    assert asked == ["beforeunload"]
    holds(reopened(page, own_app), LINE)


def test_a_link_that_is_followed_at_once_waits_until_what_was_typed_is_kept(own_app: Server, page: OpenPage) -> None:
    opened = begun(page, own_app)
    answers_after(opened, 1)
    opened.get_by_role("textbox", name=LINE).press_sequentially(text_for(LINE))
    opened.get_by_role("link", name="Exceptions", exact=True).click()
    expect(opened.get_by_text("Of 4 exception reports required").first).to_be_visible()
    holds(reopened(page, own_app), LINE)


@pytest.mark.parametrize("seconds", [0, 5], ids=["at once", "after five seconds"])
def test_every_level_that_is_typed_into_what_if_is_supposed_whenever_the_server_answers(
    app: str, page: OpenPage, seconds: float
) -> None:
    opened = page(script=_SLOW_LINE)
    opened.goto(f"{app}/what_if?indicator=FD02")
    levels = {"Target": "22", "Intervention level": "30", "Tolerance": "1", "Next value, Q3 2022-23": "24"}
    boxes = {settled(opened).get_by_role("textbox", name=name, exact=True): text for name, text in levels.items()}
    answers_after(opened, seconds)
    for box, text in boxes.items():
        box.focus()
        opened.keyboard.type(text)
    opened.keyboard.press("Tab")
    supposed = ("target:FD02=22", "intervention:FD02=30", "tolerance:FD02=1", "value:FD02=24")
    expect(opened).to_have_url(re.compile(".*".join(quote(one) for one in supposed)))
    expect(opened.get_by_role("slider")).to_have_value("22")
    for box, text in boxes.items():
        expect(box).to_have_value(text)

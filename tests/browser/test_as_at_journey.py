"""As it stood: what each of three meetings saw is seen again in a real browser, by address and by the page's own control."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from kpi_core.intake import Decision, GivenFile
from kpi_core.periods import day_in_words
from kpi_core.shell import example as example_council
from kpi_core.shell.services import Services
from kpi_core.shell.storage import make_database

from ..conftest import shared_file
from ..pages import csv_file
from . import Server, fill_in, give, listen, publish_button, saved, serving, settled
from .accessibility import sound
from .conftest import OpenPage
from .keyboard import tab_to

CONTACTS = "Contacts decided within one working day"
QUARTER = "quarter=Q3+2025-26"
SAW = {2: "91.0%", 3: "92.0% [r]", 4: "93.0% [r]"}
"""By the number of its record, what each meeting saw of the contacts."""
TODAY = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0, tzinfo=None)
BEGAN, FIRST_MEETING, SECOND_MEETING = (TODAY - timedelta(days=ago) for ago in (30, 20, 10))
CONFIDENTIAL = "One figure that stood then is confidential now, and shown as [c]."


def meeting(number: int) -> bytes:
    return shared_file("reference", "integrity", f"meeting-{number}.csv").read_bytes()


@pytest.fixture
def meetings_app(browser: Browser, tmp_path: Path) -> Iterator[Server]:
    """An app over the example council, where the figures of two meetings were published 20 and 10 days ago."""
    database = tmp_path / "example.duckdb"
    make_database(database, example_council.files(2022), lambda: BEGAN)
    for number, when in enumerate((FIRST_MEETING, SECOND_MEETING), start=1):
        services = Services.open(database, clock=lambda when=when: when)  # type: ignore[misc]
        preview = services.uploads.preview(GivenFile(meeting(number), f"meeting-{number}.csv"))
        services.uploads.publish(preview, Decision("Pat Example", "Late returns.", confirmed=None))
        services.close()
    with serving(database, tmp_path / "server.log") as server:
        yield server
        assert "Traceback" not in server.said()


def publish(page: Page, app: Server, content: bytes, name: str) -> None:
    """Publish a file by the upload page."""
    page.goto(f"{app.url}/upload")
    give(settled(page), content, name)
    fill_in(page, reason="Late returns.")
    publish_button(page).click()
    expect(page.locator("#published")).to_contain_text(f": {name}")


def contacts(page: Page) -> Locator:
    """The value of the contacts on the scorecard, wherever they stand in it."""
    row = page.locator("table.scorecard tr", has=page.get_by_role("link", name=CONTACTS))
    return row.last.locator('[data-label="Value"]')


def says(page: Page, sentence: str) -> None:
    """The page says, at its top, as of when it is looked at."""
    expect(page.locator("p.message.warning", has_text=sentence)).to_be_in_viewport(ratio=1)


def as_of(page: Page) -> Locator:
    """The control of the moment."""
    return page.get_by_role("combobox", name=re.compile("As of when"))


def choose(page: Page, moment: str) -> None:
    as_of(page).click()
    page.get_by_role("option", name=moment).click()
    settled(page)


def type_day(page: Page, day: date) -> None:
    """Type a day as people do, into its three parts, and leave it: it is taken then."""
    page.get_by_role("group", name="The end of this day").get_by_role("spinbutton").first.click()
    page.keyboard.type(f"{day:%d%m%Y}")
    page.get_by_role("heading", level=1).click()
    settled(page)


def test_what_each_meeting_saw_is_seen_again_by_address_and_by_the_control(
    meetings_app: Server, page: OpenPage
) -> None:
    opened = page(width=390, colour_scheme="dark")
    errors = listen(opened)
    publish(opened, meetings_app, meeting(3), "meeting-3.csv")
    # 1. By the address, as a colleague sends it: on the scorecard and on the indicator's page.
    for number, told in SAW.items():
        day = day_in_words((FIRST_MEETING, SECOND_MEETING, TODAY)[number - 2])
        at, sentence = f"{QUARTER}&at={number}", f"As it stood at record {number} of 4, {day}."
        opened.goto(f"{meetings_app.url}/?{at}")
        expect(contacts(opened)).to_have_text(told)
        says(opened, sentence)
        expect(as_of(settled(opened))).to_be_visible()
        opened.goto(f"{meetings_app.url}/indicator?indicator=EX01&{at}")
        expect(opened.locator("p.verdict")).to_contain_text(told)
        says(settled(opened), sentence)
    sound(opened)
    # 2. By the page's own control, which the address follows.
    opened.goto(f"{meetings_app.url}/?{QUARTER}")
    expect(contacts(opened)).to_have_text(SAW[4])
    for day, number in ((FIRST_MEETING, 2), (SECOND_MEETING, 3)):
        choose(settled(opened), "As it stood on a day")
        type_day(opened, day)
        expect(contacts(opened)).to_have_text(SAW[number])
        says(opened, f"As it stood on {day_in_words(day)}.")
        assert f"at={day:%Y-%m-%d}" in settled(opened).url
        sound(opened)
        opened.get_by_role("button", name="Show it as it stands now").click()
        expect(contacts(opened)).to_have_text(SAW[4])
        assert "at=" not in settled(opened).url
    choose(opened, "As first recorded here")
    expect(contacts(opened)).to_have_text(SAW[2])
    says(opened, "As first recorded here.")
    # 3. It goes along to the indicator, and the download says it.
    opened.get_by_role("link", name=CONTACTS).last.click()
    expect(opened.locator("p.verdict")).to_contain_text("91.0%")
    says(settled(opened), "As first recorded here.")
    _, lines = saved(opened, "Download these figures (CSV)")
    assert any("As first recorded here" in cell for line in lines for cell in line)
    assert errors == []


def test_a_figure_suppressed_since_is_confidential_at_each_meeting(meetings_app: Server, page: OpenPage) -> None:
    opened = page()
    publish(opened, meetings_app, meeting(3), "meeting-3.csv")
    publish(
        opened, meetings_app, csv_file(("indicator", "quarter", "value"), ("EX01", "Q3 2025-26", "c")), "hidden.csv"
    )
    for at in (*map(str, SAW), f"{FIRST_MEETING:%Y-%m-%d}", "first", "5"):
        opened.goto(f"{meetings_app.url}/?{QUARTER}&at={at}")
        expect(contacts(opened)).to_contain_text("[c]")
        if at != "5":
            says(opened, CONFIDENTIAL)
        told = settled(opened).content()
        opened.goto(f"{meetings_app.url}/indicator?indicator=EX01&{QUARTER}&at={at}")
        expect(opened.locator("p.verdict")).to_contain_text("[c]")
        told += settled(opened).content()
        assert [one for one in ("91.0", "93.0", "Revised from") if one in told] == [], at
        held = opened.locator("table.kpi", has_text="Every quarter held").locator("tr", has_text="(Q3 2025-26)")
        expect(held).to_contain_text("[c]")
        expect(held).not_to_contain_text("92.0")  # as the quarter before is, which may be seen


def test_the_keyboard_is_enough_to_see_what_stood_on_a_day_and_to_come_back(
    meetings_app: Server, page: OpenPage
) -> None:
    opened = page(f"{meetings_app.url}/?{QUARTER}")
    expect(contacts(opened)).to_have_text("92.0% [r]")
    tab_to(opened, as_of(opened))
    opened.keyboard.type("on a day")
    opened.keyboard.press("Enter")
    day = opened.get_by_role("group", name="The end of this day").get_by_role("spinbutton").first
    expect(day).to_be_visible()
    tab_to(settled(opened), day)
    opened.keyboard.type(f"{FIRST_MEETING:%d%m%Y}")
    opened.keyboard.press("Escape")  # or Tab: it is taken when the field is left
    expect(contacts(opened)).to_have_text("91.0%")
    says(settled(opened), f"As it stood on {day_in_words(FIRST_MEETING)}.")
    tab_to(opened, opened.get_by_role("button", name="Show it as it stands now"))
    opened.keyboard.press("Enter")
    expect(contacts(opened)).to_have_text("92.0% [r]")

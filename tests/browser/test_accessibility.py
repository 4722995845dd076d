"""axe-core finds nothing of ours: every page, wide and narrow, light and dark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from kpi_core.intake import Decision, GivenFile
from kpi_core.shell.services import Services

from ..pages import FIGURES, csv_file, template
from . import give, serving, settled, violations
from .accessibility import CONTRASTS, headings_out_of_order, ours
from .conftest import OpenPage


def nothing(page: Page) -> None:
    """Leave the page as it opens."""


def open_ratings_by_quarter(page: Page) -> None:
    page.get_by_test_id("stExpander").locator("summary", has_text="Ratings by quarter").click()
    expect(page.locator("table.kpi", has_text="each by the target then in force")).to_be_visible()


def choose_a_blocked_file(page: Page) -> None:
    give(page, template(FIGURES | {"PCP01": "2 9 1"}, {"indicator": "XX99", "value": "4"}))


def choose_a_file_to_publish(page: Page) -> None:
    give(page, template(FIGURES, {"indicator": "FD01", "quarter": "Q2 2022-23", "value": "88.2"}))
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()


def choose_another_systems_file(page: Page) -> None:
    headings = ("PI Code", "Year and quarter", "Outturn", "RAG")
    give(page, csv_file(headings, ("FD01", "Q3 2022-23", "86.0", "R"), ("RR12", "Q3 2022-23", "19.2", "G")))
    page.get_by_role("button", name="Start from a guess").click()
    expect(page.get_by_text("The first of 2 figures")).to_be_visible()
    page.mouse.move(0, 0)  # or the button's hint stays


def open_many_at_once(page: Page) -> None:
    page.get_by_test_id("stExpander").locator("summary", has_text="Change many indicators at once").click()
    expect(page.get_by_role("button", name="Apply to all of these")).to_be_visible()
    page.mouse.move(0, 0)


def suppose_nonsense(page: Page) -> None:
    page.get_by_role("textbox", name="Target", exact=True).fill("140")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()


def ask_for_a_day(page: Page) -> None:
    page.get_by_role("combobox", name=re.compile("As of when")).click()
    page.get_by_role("option", name="As it stood on a day").click()


def choose_a_target_that_changes(page: Page) -> None:
    headings = ("indicator", "from_quarter", "value", "corrects", "source")
    give(page, csv_file(headings, ("FD01", "Q2 2022-23", "83", "yes", "Plan")), "targets.csv")


def open_the_head(page: Page) -> None:
    page.locator("summary", has_text="head").click()


# Which app, the address, what is opened on it, and words that prove that it is the state meant.
STATES = {
    "scorecard": ("app", "/", nothing, "All 15 indicators"),
    "filtered scorecard": (
        "app",
        "/?rating=red&rating=green&category=Front+Door+and+Early+Help&indicators=FD02",
        nothing,
        "1 of the 15 indicators",
    ),
    "indicator": ("app", "/indicator?indicator=PCP05", nothing, "Two figures: 79%, 64%"),
    "indicator with a chart": ("app", "/indicator?indicator=ED07", nothing, "Hollow points are provisional."),
    "unknown indicator": ("app", "/indicator?indicator=NOPE", nothing, "No such indicator"),
    "exceptions": ("app", "/exceptions", nothing, "Required (4)"),
    "report that is missing": ("app", "/report?indicator=FD01", nothing, "Begin an empty report"),
    "report that waits for approval": ("app", "/report?indicator=FD02", nothing, "Approve it, or give it back"),
    "what if": ("app", "/what_if", nothing, "Nothing is changed yet."),
    "what if with a scenario and milestones": (
        "app",
        "/what_if?indicator=FD02&change=target:FD02%3D22&change=count:FD02%3D266&change=by:FD02%3DQ4+2023-24",
        open_many_at_once,
        "It would take 45 to 46 fewer",
    ),
    "what if with something refused and left as it is": (
        "app",
        "/what_if?indicator=FD02&change=target:all%3D%2B2",
        suppose_nonsense,
        "is more than 100%, which “Repeat referrals within 12 months” cannot be.",
    ),
    "example's what if with limits, a scenario and milestones": (
        "example_app",
        "/what_if?indicator=EX02&change=target:EX02%3D95&change=by:EX02%3DQ4+2026-27",
        nothing,
        "would be missed every quarter",
    ),
    "paper": ("app", "/paper", nothing, "How to read the scorecard"),
    "upload": ("app", "/upload", nothing, "1. Choose the file"),
    "upload of a blocked file": ("app", "/upload", choose_a_blocked_file, "2 problems block this file."),
    "upload of a file that can be published": ("app", "/upload", choose_a_file_to_publish, "What would change (16)"),
    "column mapping": ("app", "/mapping", choose_another_systems_file, "How the file reads"),
    "history": ("uploaded_app", "/history", nothing, "Figures it gave (15)"),
    "record of changes": ("uploaded_app", "/changes", open_the_head, "newest first"),
    "scorecard as it stood": ("uploaded_app", "/?at=1", nothing, "As it stood at record 1 of 2, "),
    "scorecard that asks for a day": ("app", "/", ask_for_a_day, "The end of this day"),
    "indicator as it stood": (
        "uploaded_app",
        "/indicator?indicator=FD01&at=1",
        nothing,
        "As it stood at record 1 of 2, ",
    ),
    "report as it stood": ("uploaded_app", "/report?indicator=FD02&at=1", nothing, "nothing can be written in it."),
    "upload of a target that changes": ("app", "/upload", choose_a_target_that_changes, "Who decided it"),
    "about": ("app", "/about", nothing, "Known conflicts in the papers"),
    "example's scorecard with the ratings by quarter": (
        "example_app",
        "/",
        open_ratings_by_quarter,
        "Ratings by quarter, each by the target then in force",
    ),
}


@pytest.fixture(scope="module")
def uploaded_app(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an app where a file has been published."""
    folder = tmp_path_factory.mktemp("uploaded")
    services = Services.open(folder / "kpi.duckdb")
    preview = services.uploads.preview(GivenFile(template(), "figures.csv"))
    services.uploads.publish(preview, Decision("Performance officer", confirmed=None))
    services.close()
    with serving(folder / "kpi.duckdb", folder / "server.log") as server:
        yield server.url


@pytest.mark.parametrize("state", STATES)
def test_nothing_is_found_on_it_wide_and_narrow_light_and_dark(
    page: OpenPage, request: pytest.FixtureRequest, state: str
) -> None:
    server, address, prepare, proof = STATES[state]
    opened = page(request.getfixturevalue(server) + address)
    prepare(opened)
    expect(opened.get_by_text(proof).first).to_be_visible()
    found = [*headings_out_of_order(opened), *opened.evaluate(_UNHEADED)]
    found += [f"{look}: {one}" for look, rules in looks(opened) for one in ours(violations(opened, *rules))]
    assert not found, "\n".join(found)


def looks(page: Page) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Show the open page light and dark, wide and narrow, one after another, each with the rules to look for; none: every one.

    What is there and what it is called is the same light and dark, but each colour is on another ground.
    """
    for scheme, background in (("light", "rgb(255, 255, 255)"), ("dark", "rgb(20, 24, 29)")):
        for width in (1280, 390):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 900})
            expect(page.get_by_test_id("stApp")).to_have_css("background-color", background)
            settled(page)
            yield f"{scheme}, {width} wide", () if scheme == "light" else ("color-contrast",)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_navigation_opened_on_a_phone(
    app: str, page: OpenPage, scheme: Literal["light", "dark"]
) -> None:
    opened = page(app, width=390, colour_scheme=scheme)
    opened.get_by_test_id("stExpandSidebarButton").click()
    expect(opened.get_by_role("link", name="About these figures")).to_be_in_viewport(ratio=1)
    assert ours(violations(settled(opened))) == []


# --- what axe lets pass -------------------------------------------------------------------------------------------

# Tables without a caption, column headings without words or scope, rows without a heading; why a target was missed
# stands in a row of its own, under the heading of the row above.
_UNHEADED = """
() => [...document.querySelectorAll("table.kpi")].flatMap(table => [
    ...(table.caption?.textContent ? [] : ["a table has no caption"]),
    ...[...table.querySelectorAll("th")].filter(one => !one.scope || !one.textContent.trim())
        .map(one => `a table heading has no scope or no words: ${one.outerHTML}`),
    ...[...table.querySelectorAll("tbody tr:not(.why)")].filter(row => !row.querySelector("th"))
        .map(row => `a row has no heading: ${row.textContent}`),
])
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_words_in_a_chart_stand_out_from_the_page(
    example_app: str, page: OpenPage, scheme: Literal["light", "dark"]
) -> None:
    opened = page(f"{example_app}/indicator?indicator=EX02", colour_scheme=scheme)
    expect(opened.get_by_test_id("stVegaLiteChart").get_by_text("Intervention level").first).to_be_visible()
    faint = {words: round(contrast, 2) for words, contrast in opened.evaluate(CONTRASTS) if contrast < 4.5}
    assert faint == {}

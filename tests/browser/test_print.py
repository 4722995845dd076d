"""On paper and without colour: words and shapes say everything."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from ..pages import FIGURES, template
from . import give, settled
from .conftest import OpenPage
from .printing import A4_LANDSCAPE, A4_PORTRAIT, SPILLS, printed

RATINGS = {"▼": "Red", "◆": "Amber", "●": "Green", "○": "Not rated", "–": "No data"}
STATES = {"✖": "Missing", "✎": "Draft", "➤": "Submitted", "✔": "Approved"}
SCREEN_ONLY = (
    "[data-testid=stHeader], [data-testid=stToolbar], .st-key-filters, .st-key-around, .st-key-downloads, button"
)

# The words of what can be seen: the chart's own buttons are there all the time, but transparent.
_SEEN = (
    "all => all.filter(one => one.checkVisibility({opacityProperty: true})).map(one => one.innerText || one.ariaLabel)"
)
# Each badge: its shape, whether a screen reader passes over that, and the word.
_BADGES = """
badges => badges.filter(one => one.checkVisibility()).map(one => {
    const shape = one.querySelector("[aria-hidden=true]")
    return [shape?.getBoundingClientRect().width > 0 ? shape.textContent : "", [...one.childNodes].filter(node => node !== shape).map(node => node.textContent).join("").trim()]
})
"""


def badges(page: Page) -> set[tuple[str, str]]:
    """The different badges on the page, as shape and word."""
    return {(shape, word) for shape, word in page.locator(".badge").evaluate_all(_BADGES)}


@pytest.mark.parametrize("address", ["/", "/indicator?indicator=ED07", "/exceptions", "/paper", "/about"])
def test_paper_has_the_words_and_tables_and_nothing_to_press(app: str, page: OpenPage, address: str) -> None:
    opened = page(app + address)
    tables = opened.locator("table.kpi")
    expect(tables.first).to_be_visible()
    held = tables.all_inner_texts()
    before = badges(opened)
    printed(opened, A4_LANDSCAPE)
    assert opened.locator(SCREEN_ONLY).evaluate_all(_SEEN) == []
    expect(opened.get_by_role("heading", level=1)).to_be_visible()
    assert [" ".join(words.split()) for words in tables.all_inner_texts()] == [
        " ".join(words.split()) for words in held
    ]
    assert badges(opened) == before


def test_on_a4_nothing_spills_out_of_its_cell_or_off_the_page(app: str, page: OpenPage) -> None:
    opened = page(app)
    for size in (A4_PORTRAIT, A4_LANDSCAPE):
        assert printed(opened, size).evaluate(SPILLS) == [], size


def test_a_dark_screen_prints_dark_words_on_white_paper(app: str, page: OpenPage) -> None:
    opened = printed(page(app, colour_scheme="dark"), A4_LANDSCAPE)
    paper = opened.evaluate(
        "[...document.querySelectorAll('body, [data-testid=stApp], [data-testid=stMain]')]"
        ".map(one => getComputedStyle(one).backgroundColor)"
    )
    assert set(paper) <= {"rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"}
    words = opened.get_by_role("heading", level=1).evaluate("one => getComputedStyle(one).color")
    assert max(int(part) for part in words.strip("rgba()").split(",")[:3]) < 100


@pytest.mark.parametrize(
    ("server", "address"), [("example_app", "/"), ("app", "/indicator?indicator=FD02")], ids=["scorecard", "indicator"]
)
def test_without_colour_every_badge_has_a_shape_and_a_word_of_its_own(
    page: OpenPage, request: pytest.FixtureRequest, server: str, address: str
) -> None:
    opened = page(request.getfixturevalue(server) + address)
    opened.emulate_media(forced_colors="active")  # the reader's own two colours instead of ours
    for heading in opened.locator("summary").all():
        heading.click()
    found = badges(settled(opened))
    assert found
    assert found <= (RATINGS | STATES).items()
    if address == "/":
        pills = opened.get_by_test_id("stButtonGroup").get_by_role("button")
        expect(pills).to_have_text([re.compile(rf"{shape} {word} \d+") for shape, word in RATINGS.items()])


def test_the_comparison_of_an_upload_prints_as_its_tables_with_nothing_to_press(app: str, page: OpenPage) -> None:
    opened = page(f"{app}/upload")
    give(opened, template(FIGURES, {"indicator": "FD01", "quarter": "Q2 2022-23", "value": "88.2"}))
    shown = badges(opened)
    for size in (A4_PORTRAIT, A4_LANDSCAPE):
        assert printed(opened, size).evaluate(SPILLS) == [], size
    assert opened.locator(SCREEN_ONLY).evaluate_all(_SEEN) == []
    expect(opened.get_by_test_id("stFileUploader")).to_be_hidden()
    expect(opened.locator("table.kpi", has_text="What would change (16)")).to_be_visible()
    assert badges(opened) == shown
    assert shown <= RATINGS.items()

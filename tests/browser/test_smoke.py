"""The app opens, wide and narrow. The fixtures add: without a traceback, and asking no other host for anything."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from ..pages import FIGURES, template
from . import give, settled
from .conftest import OpenPage

# A small phone, half a screen, a tablet, a laptop with the page enlarged, a laptop.
WIDTHS = (320, 641, 768, 1024, 1280)
# Cells whose words run out of them, columns too narrow to read, and anything that makes the page scroll sideways.
SPILLS = """
() => {
    const main = document.querySelector('[data-testid="stMain"]')
    // On a phone the column headings are for screen readers only.
    const headed = [...document.querySelectorAll("table.kpi thead")].some(one => getComputedStyle(one).position === "static")
    const cells = [...document.querySelectorAll(`table.kpi ${headed ? "" : "tbody"} :is(th, td)`)].filter(one => one.checkVisibility())
    return [
        ...(main.scrollWidth > main.clientWidth ? ["the page scrolls sideways"] : []),
        ...cells.filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.innerText),
    ].slice(0, 3)
}
"""


@pytest.mark.parametrize("width", [1280, 390], ids=["wide", "narrow"])
def test_the_app_opens(app: str, page: OpenPage, width: int) -> None:
    opened = page(app, width=width)
    expect(opened.get_by_test_id("stException")).to_have_count(0)
    expect(opened.get_by_test_id("stMain")).not_to_be_empty()


@pytest.mark.parametrize("address", ["/", "/indicator?indicator=ED07", "/exceptions", "/about"])
def test_at_no_width_do_words_run_out_of_their_cells_or_the_page_sideways(
    app: str, page: OpenPage, address: str
) -> None:
    opened = page(app + address)
    spilt = {}
    for width in WIDTHS:
        opened.set_viewport_size({"width": width, "height": 900})
        if found := settled(opened).evaluate(SPILLS):
            spilt[width] = found
    assert spilt == {}


def test_at_no_width_do_the_words_of_an_upload_run_out_of_their_cells(app: str, page: OpenPage) -> None:
    opened = page(f"{app}/upload")
    give(opened, template(FIGURES | {"ED07": "25.4"}, {"indicator": "FD01", "quarter": "Q2 2022-23", "value": "88.2"}))
    expect(opened.locator("table.kpi", has_text="What would change (16)")).to_be_visible()
    spilt = {}
    for width in WIDTHS:
        opened.set_viewport_size({"width": width, "height": 900})
        if found := settled(opened).evaluate(SPILLS):
            spilt[width] = found
        for label in opened.get_by_test_id("stCheckbox").locator("label").all():
            assert label.evaluate("one => one.scrollWidth <= one.clientWidth + 1"), (width, label.inner_text())
    assert spilt == {}

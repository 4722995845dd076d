"""The quarter on paper: taken away as a Word file, and printed by the browser."""

from __future__ import annotations

import re

import docx
from playwright.sync_api import Page, expect

from . import settled
from .conftest import OpenPage
from .printing import A4_LANDSCAPE, SPILLS, printed

REPORTS = ("PCP05", "FD01", "FD02", "ED07")


def on_paper(app: str, page: OpenPage) -> Page:
    opened = page(f"{app}/paper?quarter=Q2+2022-23")
    expect(opened.get_by_role("heading", name="How to read the scorecard")).to_be_visible()
    return opened


def pages_of(pdf: bytes) -> list[bool]:
    """Each page of a PDF: whether it lies across."""
    sizes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    return [float(across) > float(down) for across, down in sizes]


def test_the_quarter_downloads_as_a_word_file_with_its_scorecard_and_every_report(app: str, page: OpenPage) -> None:
    opened = on_paper(app, page)
    with opened.expect_download() as started:
        opened.get_by_role("button", name="Download the quarter (Word)").click()
    assert started.value.suggested_filename == "quarter-on-paper-q2-2022-23.docx"
    document = docx.Document(str(started.value.path()))
    headings = [p.text for p in document.paragraphs if p.style is not None and p.style.name == "Heading 2"]
    assert [one.rsplit("(", 1)[1].rstrip(")") for one in headings] == list(REPORTS)
    words = [cell.text for row in document.tables[0].rows for cell in row.cells]
    assert {"▼ Red", "25.4% [p]", "✖ Missing"} <= set(words)


def test_the_button_opens_the_browsers_printing_at_each_press(app: str, page: OpenPage) -> None:
    opened = on_paper(app, page)
    # In a function of its own: one that an expression gives is called at once, and would count as a press.
    opened.evaluate("() => { window.timesPrinted = 0; window.print = () => { window.timesPrinted += 1 } }")
    for times in (1, 2):
        opened.get_by_role("button", name="Print", exact=True).click()
        opened.wait_for_function(f"window.timesPrinted === {times}")
        settled(opened)
    assert opened.evaluate("window.timesPrinted") == 2


def test_it_prints_across_then_upright_and_no_empty_page_follows(app: str, page: OpenPage) -> None:
    pages = pages_of(on_paper(app, page).pdf(prefer_css_page_size=True))
    assert pages[0]
    turned = pages.index(False)
    assert len(pages) - turned > len(REPORTS), "each report begins on a page of its own, after how it is all read"
    assert not any(pages[turned:]), "an empty page would lie across, as the first do"


def test_printed_nothing_spills_and_each_report_begins_a_page(app: str, page: OpenPage) -> None:
    opened = on_paper(app, page)
    assert printed(opened, A4_LANDSCAPE).evaluate(SPILLS) == []
    expect(opened.get_by_test_id("stSelectbox")).to_be_hidden()
    breaks = opened.locator(".paper section").evaluate_all(
        "all => all.map(one => [getComputedStyle(one).breakBefore, getComputedStyle(one).page])"
    )
    assert breaks == [
        ["auto", "across"], ["page", "upright"], ["page", "draft"], ["page", "upright"], ["page", "submitted"], ["page", "upright"],
    ]  # fmt: skip
    after = opened.locator(".paper").locator("h2, h3, caption").evaluate_all("all => all.map(one => getComputedStyle(one).breakAfter)")  # fmt: skip
    assert set(after) == {"avoid"}

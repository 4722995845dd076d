"""A page as it is printed."""

from __future__ import annotations

from playwright.sync_api import Page

from . import settled

A4_PORTRAIT, A4_LANDSCAPE = {"width": 718, "height": 1047}, {"width": 1047, "height": 718}
# Cells whose words run out of them, and tables wider than the page. (Where the rows read as cards, the column headings
# are for screen readers only.)
SPILLS = """
() => [...document.querySelectorAll("table.kpi")].filter(table => table.checkVisibility()).flatMap(table => [
    ...(table.getBoundingClientRect().right > innerWidth + 1 ? [table.caption.innerText + ": wider than the page"] : []),
    ...[...table.querySelectorAll(getComputedStyle(table.tHead).position === "static" ? "th, td" : "tbody :is(th, td)")]
        .filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.innerText),
]).slice(0, 3)
"""


def printed(page: Page, size: dict[str, int]) -> Page:
    page.set_viewport_size(size)
    page.emulate_media(media="print")
    return settled(page)

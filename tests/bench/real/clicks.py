"""The same apps in Chromium: from the click on a rating to the new table, and from the address to the first content."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect, sync_playwright

from ...browser import Server, chromium, settled
from ...browser.conftest import ARGUMENTS
from ..record import Record
from .apps import Apps

CLICKS, LOADS = 24, 5

# What is other once the new table is there; null where there is none yet. Ours says in its caption how many rows it has
# (while the page changes, the former table may stand there, or only the one of what was missed). The grid's is drawn on
# a canvas, and is as high as its rows.
OUR_TABLE = """[...document.querySelectorAll('table.scorecard caption')].map(one => one.textContent)
    .filter(text => text.endsWith('indicators')).at(-1) ?? null"""
PANDAS_TABLE = "document.querySelector('[data-testid=stDataFrame] canvas') && document.querySelector('[data-testid=stDataFrame]').offsetHeight"
EMPTY_TEXT = "document.querySelector('[data-testid=stMarkdown]')?.textContent || null"

# Click, then look at each frame whether what is shown is another than before. A frame is 16 ms.
CLICK = """
() => new Promise(resolve => {
    const shown = () => %s
    const before = shown()
    const pill = [...document.querySelectorAll('[data-testid=stButtonGroup] button')].find(one => one.textContent.includes("Red"))
    const start = performance.now()
    const look = () => shown() !== null && shown() !== before ? resolve(performance.now() - start) : requestAnimationFrame(look)
    pill.click()
    requestAnimationFrame(look)
})
"""
# The milliseconds since the address was asked for, once something is shown.
FIRST = """
() => new Promise(resolve => {
    const look = () => (%s) === null ? requestAnimationFrame(look) : resolve(performance.now())
    look()
})
"""


def compare(apps: Apps, record: Record) -> None:
    """Clicks on Red and first loads, the apps taking turns."""
    path = chromium()
    if path is None:
        print("   skipped: no Chromium was found, so nothing was measured in a browser")
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        ours, pandas = clicks(browser, apps)
        record.times("Chromium: a click on Red to the new table, the app", ours)
        record.times("Chromium: a click on Red to the new table, pandas", pandas)
        record.ratio("Chromium: a click, the app against the pandas page", ours, pandas, "at most 2")
        ours, pandas, empty = loads(browser, apps)
        record.times("Chromium: first load to content, the app", ours)
        record.times("Chromium: first load to content, the pandas page", pandas)
        record.times("Chromium: first load to content, the empty page", empty)
        record.ratio("Chromium: first load, the app against pandas", ours, pandas)
        record.ratio("Chromium: first load, the app against empty", ours, empty)
        browser.close()


def clicks(browser: Browser, apps: Apps) -> tuple[list[float], list[float]]:
    """The milliseconds of each click, on and off in turn."""
    pages = [(opened(browser, server), rows) for server, rows in ((apps.ours, OUR_TABLE), (apps.pandas, PANDAS_TABLE))]
    taken: tuple[list[float], list[float]] = [], []
    for click in range(CLICKS + 2):
        for times, (page, rows) in zip(taken, pages, strict=True):
            took = page.evaluate(CLICK % rows)
            settled(page)
            if click >= 2:  # warm
                times.append(took)
    for page, _ in pages:
        page.context.close()
    return taken


def opened(browser: Browser, server: Server) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(server.url)
    expect(page.get_by_test_id("stButtonGroup")).to_be_visible()
    return settled(page)


def loads(browser: Browser, apps: Apps) -> list[list[float]]:
    """The milliseconds of each first visit, nothing kept from a former one."""
    taken: list[list[float]] = [[] for _ in apps.servers]
    for _ in range(LOADS):
        for times, server, shown in zip(taken, apps.servers, (OUR_TABLE, PANDAS_TABLE, EMPTY_TEXT), strict=True):
            context = browser.new_context(viewport={"width": 1280, "height": 900})
            page = context.new_page()
            page.goto(server.url, wait_until="commit")
            times.append(page.evaluate(FIRST % shown))
            context.close()
    return taken

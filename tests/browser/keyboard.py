"""The keyboard alone: what the Tab key reaches, and whether that is seen."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, TimeoutError

# The fields' frames, whose colour tells where the focus is, as they are without it.
_AT_REST = """
() => {
    window.frames_ = '[data-testid="stSelectbox"], [data-testid="stMultiSelect"], [data-testid="stTextArea"]'
    window.colours = frame => [...frame.querySelectorAll("*")].map(one => getComputedStyle(one).borderTopColor).join()
    window.atRest = new Map([...document.querySelectorAll(window.frames_)].map(one => [one, window.colours(one)]))
}
"""
# What has the focus: its name, and whether that shows, by an outline or a shadow; for a field by its frame's colour.
_FOCUSED = """
() => {
    const element = document.activeElement
    if (element === document.body) return null
    const words = element.cloneNode(true)
    words.querySelectorAll('[data-testid="stIconMaterial"]').forEach(icon => icon.remove())
    const style = getComputedStyle(element)
    const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0
    const frame = ["INPUT", "TEXTAREA"].includes(element.tagName) && element.closest(window.frames_)
    const framed = frame && window.colours(frame) !== window.atRest.get(frame)
    const name = element.tagName === "MAIN" ? "(main)" : element.getAttribute("aria-label") || words.textContent.trim()
    return [name, outlined || style.boxShadow !== "none" || framed]
}
"""


@dataclass(frozen=True)
class Stop:
    name: str
    visible: bool


def tabbed(page: Page) -> list[Stop]:
    """Every stop of the Tab key, from the top of the page until it leaves the page."""
    stops: list[Stop] = []
    page.evaluate(_AT_REST)
    while len(stops) < 80:
        page.keyboard.press("Tab")
        found = page.evaluate(_FOCUSED)
        if found is None:
            return stops
        name, visible = found
        stops.append(Stop(name, visible or _shows_soon(page, name)))
    raise AssertionError(f"The Tab key does not leave the page: {stops[-5:]}")


def _shows_soon(page: Page, name: str) -> bool:
    """Whether the focus shows after a moment: a frame's colour or a shadow may take some time to come."""
    if name == "(main)":
        return False
    try:
        page.wait_for_function(f"() => (({_FOCUSED})() ?? [])[1]", timeout=20_000)
    except TimeoutError:
        return False
    return True


def tab_to(page: Page, goal: Locator) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if goal.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"The Tab key does not reach {goal}")


def missing_in_order(expected: tuple[str, ...], stops: list[Stop]) -> list[str]:
    """What of ``expected``, parts of names, does not come in that order; what follows it counts as missing too."""
    names = iter(stop.name for stop in stops)
    return [name for name in expected if not any(name in one for one in names)]

"""What a page is looked at for: axe's findings that are ours, and what axe lets pass."""

from __future__ import annotations

import re
from contextlib import suppress

from playwright.sync_api import Page, TimeoutError

from . import settled, violations

# What is Streamlit's own markup and out of our reach: (axe's rule, a pattern of the place, why). Keep it narrow: what
# we write or colour ourselves does not belong here.
STREAMLITS_OWN: tuple[tuple[str, str, str], ...] = (
    (
        "presentation-role-conflict",
        r": (section|\.st-emotion-cache-\w+)$",
        "the frame of st.file_uploader, where a file is dropped: it has no role, and can be focused",
    ),
)


def ours(found: list[str]) -> list[str]:
    """What is left when Streamlit's own is taken away."""
    return [
        one
        for one in found
        if not any(one.startswith(f"{rule} (") and re.search(place, one) for rule, place, _ in STREAMLITS_OWN)
    ]


_HEADINGS = """
() => [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter(one => one.checkVisibility())
    .map(one => [Number(one.tagName[1]), one.innerText])
"""


def headings_out_of_order(page: Page) -> list[str]:
    """What is wrong with the headings: the first is of level 1 and the only such, and no level is left out."""
    with suppress(TimeoutError):  # a new server draws a page's first run in two goes, with nothing on it in between
        page.locator("h1").first.wait_for()
    headings = page.evaluate(_HEADINGS)
    above = 0
    wrong = []
    for level, words in headings:
        if level > above + 1 or (level == 1 and above > 0):
            wrong.append(f"the heading “{words}” is of level {level}, after one of level {above}")
        above = level
    return wrong if headings else ["there is no heading"]


# The contrast of each of a chart's words with the page, by WCAG's formula: axe does not look into drawings.
CONTRASTS = """
() => {
    const channels = colour => colour.match(/[\\d.]+/g).slice(0, 3).map(part => part / 255)
    const light = colour => channels(colour)
        .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        .reduce((sum, part, n) => sum + part * [0.2126, 0.7152, 0.0722][n], 0)
    const page = light(getComputedStyle(document.querySelector('[data-testid="stApp"]')).backgroundColor)
    return [...document.querySelectorAll('[data-testid="stVegaLiteChart"] svg text')].map(one => {
        const words = light(getComputedStyle(one).fill)
        return [one.textContent, (Math.max(words, page) + 0.05) / (Math.min(words, page) + 0.05)]
    })
}
"""


def sound(page: Page) -> None:
    """Nothing runs off the page sideways, axe finds nothing, and no heading's level is left out."""
    sideways = page.get_by_test_id("stMain").evaluate("main => main.scrollWidth > main.clientWidth")
    assert not sideways
    assert [*headings_out_of_order(page), *ours(violations(settled(page)))] == []

"""The five-minute tour of ``docs/tour.md``, walked: what the document says is to be clicked and seen, is."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from kpi_core.model import REPORT_SECTIONS

from . import ROOT, Server, act, give, listen, pressed, settled, wrote
from .conftest import OpenPage
from .council import (
    AFTER,
    ASSESSMENTS,
    BEFORE,
    FAULTS,
    HEADLINE,
    MISSED,
    QUARTER,
    REASON,
    REPEAT_REFERRALS,
    RIGHT,
    WHAT_IS_SAID,
    WRONG,
    filter_to_red,
    follow,
)

DOCUMENT = (ROOT / "docs" / "tour.md").read_text(encoding="utf-8")
ATTENDANCE = "Children in care attending a Good or Outstanding school above 95%"
OLDER_NEET = "16 to 17 year olds not in education, employment or training, or not known"
IN_CARE_NEET = "Children in care not in education, employment or training"
MISSING_OUT = "Children missing out on education"
VACANT = "Two posts in the assessment team are vacant."
# What stands on the page now, and what is in its fields.
ALL_WORDS = "() => [document.body.innerText, ...[...document.querySelectorAll('input, textarea')].map(one => one.value)].join(' ')"


@dataclass
class Tour:
    """A visitor at a browser, who remembers all that was on the page whenever they looked."""

    page: Page
    told: str = ""

    def look(self) -> None:
        self.told += " ".join(settled(self.page).evaluate(ALL_WORDS).split()) + "\n"

    def sees(self, *words: str) -> None:
        """These words are on the screen, with no scrolling and nothing to open."""
        for one in words:
            expect(self.page.get_by_text(one).first).to_be_in_viewport(
                ratio=0.95
            )  # a cell's last pixels are its padding
        self.look()

    def opens(self, page: str) -> None:
        """A page, by its name in the navigation."""
        self.page.get_by_role("link", name=page, exact=True).click()
        settled(self.page)

    def chooses(self, typed: str, indicator: str) -> None:
        """An indicator, in the box at the top right."""
        self.page.get_by_role("combobox", name="Indicator").fill(typed)
        self.look()
        self.page.get_by_role("option", name=indicator).click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text(indicator)

    def row(self, indicator: str) -> Locator:
        """An indicator's row of the only scorecard on the page."""
        return self.page.locator("table.scorecard tbody tr", has_text=indicator)


# --- the steps ----------------------------------------------------------------------------------------------------


def the_headline(tour: Tour) -> None:
    expect(tour.page.get_by_role("heading", level=1)).to_have_text(QUARTER)
    tour.sees(HEADLINE, BEFORE)


def the_red_ones(tour: Tour) -> None:
    tour.look()
    filter_to_red(tour.page)
    expect(tour.page.locator("table.scorecard").get_by_role("link")).to_have_count(len(MISSED))
    tour.sees("Illness in September, and delays in joining a new school", "No explanation yet.", WHAT_IS_SAID[1])
    tour.sees("The figure is provisional, and a high one is normal in September")


def two_figures(tour: Tour) -> None:
    expect(tour.row(ATTENDANCE)).to_contain_text("two figures: 79%, 64%")
    follow(tour.page, tour.page.get_by_role("link", name=ATTENDANCE), ATTENDANCE)
    tour.sees("Two figures: 79%, 64%; both give Red.", "The scorecard rates the report's 79%.")


def two_changes(tour: Tour) -> None:
    follow(tour.page, tour.page.get_by_role("link", name="Back to the scorecard"), QUARTER)
    tour.sees("one is worse than last September and provisional")
    expect(tour.row(OLDER_NEET)).to_contain_text("↑ 21.2 points")
    expect(tour.row(OLDER_NEET).locator(".lead")).to_contain_text("↑ 7.8 points")
    follow(tour.page, tour.page.get_by_role("link", name=OLDER_NEET), OLDER_NEET)
    counted = tour.page.locator("table.kpi tr", has_text="the one the headline counts")
    expect(counted).to_contain_text("Up 7.8 points since Q2 2021-22, worsening")
    tour.sees("Up 21.2 points since Q1 2022-23, worsening", "Up 7.8 points since Q2 2021-22, worsening")


def not_rated(tour: Tour) -> None:
    tour.chooses("care not in", IN_CARE_NEET)
    expect(tour.page.locator("p.verdict")).to_have_text("○ Not rated 15%")
    tour.sees("Not rated: no target set; within the intervention level of 16%.")


def two_decreases(tour: Tour) -> None:
    tour.chooses("missing", MISSING_OUT)
    tour.sees(
        "The report says that the number decreased by 38%.", "From 263 to 179 is a decrease of 84, which is 31.9%."
    )
    tour.sees("Down 84 (31.9%) since Q1 2022-23, improving")


def the_missing_report(tour: Tour) -> None:
    page = tour.page
    tour.opens("Exceptions")
    tour.sees("✖ Missing")
    page.get_by_role("link", name=f"Write: {ASSESSMENTS}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(ASSESSMENTS)
    tour.sees("An exception report is required and none is begun.")
    act(page, "Report author", "Alex Example")
    tour.look()
    pressed(page, "Begin an empty report")
    wrote(page, "Reason in one line", VACANT)
    wrote(page, REASON, WRONG)
    finding = page.locator("li.finding.contradicts")
    expect(finding).to_contain_text("✖ Contradicts")
    expect(finding).to_contain_text("is 83.5%.")
    expect(finding).to_be_in_viewport(ratio=1)
    tour.look()
    wrote(page, REASON, RIGHT)
    expect(finding).to_have_count(0)
    for section in REPORT_SECTIONS[1:]:
        page.locator("label", has_text=f"None identified: {section[0].lower()}{section[1:]}").click()
        settled(page)
    pressed(page, "Add an action")
    wrote(page, "Action 1", "Fill the two vacant posts.")
    wrote(page, "Owner of action 1", "Service manager, front door")
    page.get_by_role("group", name="Action 1 is due").get_by_role("spinbutton").first.click()
    page.keyboard.type("31032031")
    wrote(page, "Completed by", "Report author")
    tour.look()
    pressed(page, "Submit for approval")
    tour.sees("Submitted for approval, as version ")
    act(page, "Service Unit Head", "Alex Example")
    pressed(page, "Approve")
    tour.sees("Ask somebody else to approve it.")
    wrote(page, "Your name", "Sam Sample")
    pressed(page, "Approve")
    tour.sees("Approved in the role Service Unit Head.")
    tour.opens("Scorecard")
    tour.sees(AFTER, VACANT)


def six_faults(tour: Tour) -> None:
    tour.opens("Upload")
    lines = re.findall(r"^    (.+\n)", DOCUMENT, flags=re.MULTILINE)
    give(tour.page, "".join(lines).encode(), "faults.csv")
    tour.sees("6 problems block this file.")
    blocks = tour.page.locator("table.kpi", has_text="Problems").locator("tbody tr", has_text="Blocks")
    expect(blocks).to_have_count(6)
    for told, number, (_, column, sentence) in zip(blocks.all_inner_texts(), range(2, 8), FAULTS, strict=True):
        assert str(number) in told.split()
        assert column in told
        assert sentence in told


def what_if_it_were_22(tour: Tour) -> None:
    page = tour.page
    tour.opens("What if")
    tour.sees("Nothing here changes what is published.")
    box = page.get_by_role("combobox", name="Indicator")
    box.fill("repeat")
    tour.look()
    page.get_by_role("option", name=REPEAT_REFERRALS).click()
    settled(page)
    wrote(page, "Target", "22")
    tour.sees("target 22% instead of 20%: stays Red.", "22% would have been met in 0 of the 2 quarters held.")
    accepted = page.get_by_test_id("stCheckbox").locator("label", has_text="Assume that the count of 266 is right")
    accepted.scroll_into_view_if_needed()
    tour.sees("The counts behind the figure are not held", "the parts sum to 256, so this is in doubt")
    accepted.click()
    tour.sees("It would take 45 to 46 fewer of 1,002 to 1,005 referrals", "The counts are assumed, and not held.")


STEPS: dict[str, Callable[[Tour], None]] = {
    "The headline": the_headline,
    "The red ones, and why": the_red_ones,
    "79 and 64": two_figures,
    "Worse by 21.2 points, or by 7.8": two_changes,
    "Not rated, and why": not_rated,
    "38% or 31.9%": two_decreases,
    "The missing report": the_missing_report,
    "Six faults, told at once": six_faults,
    "What if 20 were 22": what_if_it_were_22,
}
"""By the headings of the document, in its order."""


# --- the document -------------------------------------------------------------------------------------------------


def described() -> dict[str, str]:
    """The document's steps: the number and the heading of each, and its text."""
    _, *parts = re.split(r"^## (.+)\n", DOCUMENT, flags=re.MULTILINE)
    return {heading: " ".join(text.split()) for heading, text in zip(parts[::2], parts[1::2], strict=True)}


def promised(text: str) -> list[str]:
    """All that a step says is to be clicked, seen or typed: **label**, “words”, `typed`."""
    return ["".join(one) for one in re.findall(r"\*\*(.+?)\*\*|“(.+?)”|`(.+?)`", text)]


def test_each_step_of_the_tour_shows_what_the_document_promises(own_app: Server, page: OpenPage) -> None:
    tour = Tour(page(own_app.url))
    errors = listen(tour.page)
    texts = described()
    for number, (heading, walk) in enumerate(STEPS.items(), start=1):
        tour.told = ""
        walk(tour)
        promises = promised(texts[f"{number}. {heading}"])
        assert promises, heading
        assert [one for one in promises if one not in tour.told] == [], heading
    assert errors == []


def test_the_documents_nine_steps_are_those_that_are_walked_and_each_says_why_it_matters() -> None:
    steps = [f"{number}. {heading}" for number, heading in enumerate(STEPS, start=1)]
    assert list(described()) == steps
    assert len(steps) == 9
    assert [heading for heading, text in described().items() if text.count("*Why it matters:*") != 1] == []
    assert "`make run`" in DOCUMENT

"""Words, marks and shapes that every page, paper and download says a figure with."""

from __future__ import annotations

from ..judging import Rating
from ..model import ReportState

COLOURS_NOTE = (
    "Ratings are worked out by this product from the figures, targets and rules shown; "
    "the council's own published colours were not supplied."
)
AS_FIRST_RECORDED = "Each figure as it was first recorded here, by the target and in the words that stood when it was."
MADE_UP = "These figures are made up. They describe no real council."
MARKS = (
    ("[p]", "provisional: the figure may still change"),
    ("[r]", "revised since it was first published"),
    ("[b]", "break in series: not comparable with earlier figures"),
    ("[c]", "suppressed because it is small"),
    ("[z]", "not applicable"),
    ("[x]", "not available"),
)
SHAPES = {Rating.RED: "▼", Rating.AMBER: "◆", Rating.GREEN: "●", Rating.NOT_RATED: "○", Rating.NO_DATA: "–"}
"""The shape beside a rating's word: neither is colour alone."""
STATE_SHAPES = {
    ReportState.MISSING: "✖",
    ReportState.DRAFT: "✎",
    ReportState.SUBMITTED: "➤",
    ReportState.APPROVED: "✔",
}
RULES = (
    ("Green", "The target is met. Equal to the target is met; a band includes its ends."),
    ("Amber", "The target is missed, but the figure is within the tolerance. Where no tolerance is held: it is no worse "
              "than the intervention level. At the limit is still Amber."),
    ("Red", "Worse than that; or missed where neither a tolerance nor an intervention level is held, and then the reason "
            "says so. Without a target, past the intervention level is Red."),
    ("Not rated", "There is a figure but no target, or neither high nor low is better."),
    ("No data", "Not reported, suppressed, not applicable, not available or not due: never zero, and never Red."),
)  # fmt: skip
"""What each rating's word means."""

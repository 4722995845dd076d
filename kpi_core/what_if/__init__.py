"""What if: a scenario of changed targets, levels and next values, applied to a quarter by the one rating rule.

``changes`` (what is changed, as text and applied), ``takes`` (how many children it takes), ``year`` (the rest of the year),
``way`` (milestones), ``needed`` (the arithmetic of all three), ``stated`` (counts that a report states), ``scenario`` (a scenario's
rows and what they say). Nothing published is changed by any of it.
"""

from ..judging import significance
from .changes import EVERY, How, NotSupposed, What, WhatIfChange, change_of, read_change, with_change, without
from .needed import numbers_needed, rest_of_year, rest_of_year_weighted, trajectory
from .scenario import WhatIf, WhatIfRow, changed_since, figures_under, rated_significance, what_if
from .takes import Counted, Needed
from .way import Milestone, next_due
from .year import Year

__all__ = [
    "EVERY",
    "Counted",
    "How",
    "Milestone",
    "Needed",
    "NotSupposed",
    "What",
    "WhatIf",
    "WhatIfChange",
    "WhatIfRow",
    "Year",
    "change_of",
    "changed_since",
    "figures_under",
    "next_due",
    "numbers_needed",
    "rated_significance",
    "read_change",
    "rest_of_year",
    "rest_of_year_weighted",
    "significance",
    "trajectory",
    "what_if",
    "with_change",
    "without",
]

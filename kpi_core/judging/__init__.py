"""How a figure is judged: its rating, its change, whether that is more than chance, and the rows and headline of a quarter.

``rating`` (the one rating rule, targets in force), ``change`` (against the quarter before, last year, the target), ``chance`` (Wilson
intervals), ``concern`` (how long a rating stands, what changed, the order of concern), ``limits`` (XmR limits and signals),
``reliability`` (over which figures limits may be drawn), ``scorecard`` (rows, counts, which quarter opens), ``headline`` (what the
quarter says, in sentences).
"""

from .chance import Significance, significance
from .change import Change, Changes, certainty_words
from .concern import (
    changed_ratings,
    gap,
    history,
    order_of_concern,
    run,
)
from .headline import headline
from .limits import FIRM_FROM, RULE_SET, Assurance, Firmness, PointKind, Variation, Xmr, firmness_words, variation_words
from .rating import EXCEPTION_TRIGGER, Rated, Rating, judge, met_by, rate, target_in_force, tolerance_limit
from .reliability import Process, process
from .scorecard import (
    FEWEST_FOR_A_LINE,
    Collected,
    Held,
    Row,
    Scorecard,
    build,
    display,
    former_words,
    level_words,
    opening_quarter,
    recent,
    row_of,
    target_words,
    tolerance_words,
)

__all__ = [
    "EXCEPTION_TRIGGER",
    "FEWEST_FOR_A_LINE",
    "FIRM_FROM",
    "RULE_SET",
    "Assurance",
    "Change",
    "Changes",
    "Collected",
    "Firmness",
    "Held",
    "PointKind",
    "Process",
    "Rated",
    "Rating",
    "Row",
    "Scorecard",
    "Significance",
    "Variation",
    "Xmr",
    "build",
    "certainty_words",
    "changed_ratings",
    "display",
    "firmness_words",
    "former_words",
    "gap",
    "headline",
    "history",
    "judge",
    "level_words",
    "met_by",
    "opening_quarter",
    "order_of_concern",
    "process",
    "rate",
    "recent",
    "row_of",
    "run",
    "significance",
    "target_in_force",
    "target_words",
    "tolerance_limit",
    "tolerance_words",
    "variation_words",
]

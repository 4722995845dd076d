"""Narrative against data: what a text claims, checked against what is held. Rules over text; no model, no network.

From text to finding: ``prose`` (passages and sentences), ``mentions`` (which indicators they name), ``places`` (whose figures),
``atoms`` (quarters, figures, words of direction), ``grammar`` (what a maintainer extends) with the word lists of ``vocabulary``,
``clauses`` and ``claims`` (what a sentence claims), ``verdicts`` (what the data make of it), ``sums`` (parts and totals), ``bounds``
(how long it may take), ``checker`` (texts and whole papers), ``given`` (the same over a register given as plain values),
``disclosure`` (what could identify a child). The examples it must agree with: ``tests/narrative_examples.toml``.
"""

from .bounds import Pace
from .checker import CheckedPaper, Checker, NarrativeFinding, counts, may_be_contradicted, quarter_named
from .disclosure import SMALLEST_SHOWN, ImpliedDenominators, identifiers, implied_denominators
from .given import findings_in
from .mentions import Lexicon
from .places import Places
from .prose import passages
from .sums import sums
from .verdicts import Recorded, Verdict

__all__ = [
    "SMALLEST_SHOWN",
    "CheckedPaper",
    "Checker",
    "ImpliedDenominators",
    "Lexicon",
    "NarrativeFinding",
    "Pace",
    "Places",
    "Recorded",
    "Verdict",
    "counts",
    "findings_in",
    "identifiers",
    "implied_denominators",
    "may_be_contradicted",
    "passages",
    "quarter_named",
    "sums",
]

"""The exception report: what it must have and how one version follows another (``form``), and what a quarter's reports still
lack (``completeness``).
"""

from .completeness import Completeness, completeness, overdue_first
from .form import (
    REASON_LINE,
    ChangedMeanwhile,
    NotComplete,
    ObjectedTo,
    action_words,
    first_draft,
    from_last,
    is_overdue,
    lacks,
    merged,
    numbered,
    tidied,
    unchanged,
)

__all__ = [
    "REASON_LINE",
    "ChangedMeanwhile",
    "Completeness",
    "NotComplete",
    "ObjectedTo",
    "action_words",
    "completeness",
    "first_draft",
    "from_last",
    "is_overdue",
    "lacks",
    "merged",
    "numbered",
    "overdue_first",
    "tidied",
    "unchanged",
]

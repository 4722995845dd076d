"""A file on its way in: bytes to rows, rows to fields, fields to figures, checks, and what would change.

``sheet`` (a file's bytes as rows), ``saved_mapping`` and ``guess`` (which column is what), ``fields`` (a row as the fields of a figure),
``cells`` (a field read), ``entries`` (a figure as given, then placed), ``checks`` and ``disclosure`` (what is wrong with it), ``problems``
(every class of problem, as data), ``preview`` (a file of figures, whole), ``register`` (entries of the list of indicators, and targets),
``names`` (codes and names), ``data_folder`` (the files of ``data/``).
"""

from .checks import UNIT_WORDS
from .data_folder import CSV_FILES, FORM_HEADINGS, REPORT_FOLDER, Bundle, read_data_folder
from .decision import Decision, TargetDecision, as_decided, lacking_decision
from .entries import Known
from .fields import TEMPLATE_COLUMNS, Mapped, Raw, through
from .guess import guess
from .preview import (
    Differing,
    FigureChange,
    GivenFile,
    Preview,
    ReadUpload,
    Tick,
    check,
    draft,
    fingerprint,
    rating_words,
)
from .problems import Finding, Severity
from .register import (
    AnyPreview,
    EntriesPreview,
    EntryChange,
    check_entries,
    draft_entries,
    kind_of_file,
    target_in_words,
)
from .saved_mapping import RATINGS, Profile, ProfileError, read_profile, wanting, write_profile
from .sheet import CAPPED, UNCAPPED, Caps, Sheet, read_sheet

__all__ = [
    "CAPPED",
    "CSV_FILES",
    "FORM_HEADINGS",
    "RATINGS",
    "REPORT_FOLDER",
    "TEMPLATE_COLUMNS",
    "UNCAPPED",
    "UNIT_WORDS",
    "AnyPreview",
    "Bundle",
    "Caps",
    "Decision",
    "Differing",
    "EntriesPreview",
    "EntryChange",
    "FigureChange",
    "Finding",
    "GivenFile",
    "Known",
    "Mapped",
    "Preview",
    "Profile",
    "ProfileError",
    "Raw",
    "ReadUpload",
    "Severity",
    "Sheet",
    "TargetDecision",
    "Tick",
    "as_decided",
    "check",
    "check_entries",
    "draft",
    "draft_entries",
    "fingerprint",
    "guess",
    "kind_of_file",
    "lacking_decision",
    "rating_words",
    "read_data_folder",
    "read_profile",
    "read_sheet",
    "target_in_words",
    "through",
    "wanting",
    "write_profile",
]

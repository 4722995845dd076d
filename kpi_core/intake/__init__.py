"""A file on its way in: bytes to rows, rows to fields, fields to figures, checks, and what would change.

Of a file of figures: ``sheet`` (bytes to rows), ``fields`` (rows to the fields of a figure, by the template or a ``column_mapping``,
which ``guess`` proposes), ``cells`` (a field read), ``reading`` (``entries``), ``placing`` (whose figure each is, and what stands there),
``checks`` and ``disclosure`` (what is wrong with it), ``preview`` (all of it, and what would change), ``decision`` (what an officer
decides). Of entries of the list of indicators and of targets: ``register``, with ``entry_checks``, ``indicator_checks``,
``target_checks`` and ``names``. ``problems`` has every class of problem, as data; ``data_folder`` reads the files of ``data/``.
"""

from .checks import UNIT_WORDS
from .column_mapping import RATINGS, ColumnMapping, MappingError, read_mapping, wanting, write_mapping
from .data_folder import CSV_FILES, FORM_HEADINGS, REPORT_FOLDER, Bundle, read_data_folder
from .decision import Decision, TargetDecision, as_decided, lacking_decision
from .entries import Known
from .entry_checks import EntryChange
from .fields import TEMPLATE_COLUMNS, Mapped, Raw, through
from .guess import guess
from .preview import Differing, FigureChange, Preview, check, fingerprint, rating_words
from .problems import Finding, Severity
from .reading import GivenFile, ReadUpload, Tick, draft
from .register import AnyPreview, EntriesPreview, check_entries, draft_entries, kind_of_file
from .sheet import CAPPED, UNCAPPED, Caps, Sheet, read_sheet
from .target_checks import target_in_words

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
    "ColumnMapping",
    "Decision",
    "Differing",
    "EntriesPreview",
    "EntryChange",
    "FigureChange",
    "Finding",
    "GivenFile",
    "Known",
    "Mapped",
    "MappingError",
    "Preview",
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
    "read_mapping",
    "read_sheet",
    "target_in_words",
    "through",
    "wanting",
    "write_mapping",
]

"""What is recorded and where: the ledger and its second copy, the database, and what stands at a moment.

``store`` (the only module that imports a database driver), ``ledger``, ``mirror`` and ``disk`` (acts, the second copy, files), ``database``
(made, opened, made again, backed up), ``loading`` (the files of ``data/``), ``former`` (databases of before the ledger), ``standing`` and
``records`` (what is recorded, by area and moment), ``typed`` (what is being typed), ``changes`` (each record as a sentence).
"""

from .changes import changes_of
from .database import (
    backup,
    backup_to,
    make_database,
    open_database,
    place_warning,
    rebuild,
    restore,
    unconfirmed,
    verify,
)
from .disk import in_words, private_from_now_on
from .ledger import STEPS, Ledger, Made
from .loading import LOAD, Clock, data_files, fingerprints, load_anew, utc_now
from .records import Moment, Records
from .standing import Standing, dated, figure_of, unlooked
from .store import Reading, cannot_write
from .typed import Sitting, Typed

__all__ = [
    "LOAD",
    "STEPS",
    "Clock",
    "Ledger",
    "Made",
    "Moment",
    "Reading",
    "Records",
    "Sitting",
    "Standing",
    "Typed",
    "backup",
    "backup_to",
    "cannot_write",
    "changes_of",
    "data_files",
    "dated",
    "figure_of",
    "fingerprints",
    "in_words",
    "load_anew",
    "make_database",
    "open_database",
    "place_warning",
    "private_from_now_on",
    "rebuild",
    "restore",
    "unconfirmed",
    "unlooked",
    "utc_now",
    "verify",
]

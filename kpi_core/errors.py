"""One tree of errors. ``str(error)`` is the sentence a person is shown; the data it was made of stays on the error."""

from __future__ import annotations

from dataclasses import dataclass


class KpiError(Exception):
    """Anything the product can say in one plain sentence. Pages and the command line catch this and nothing wider."""


class PeriodError(KpiError):
    """Text that cannot be read as one quarter, with the reason.

    ``fault`` names the reason for those who act on it: ``empty``, ``no_such_quarter`` (Q0, Q5), ``years_not_in_a_row``,
    ``date`` (or a single month; a spreadsheet may have made it), ``which_year`` (calendar or financial), ``no_year``,
    ``whole_year``, ``range`` (several quarters), ``out_of_reach``, or ``unreadable`` for all else.
    """

    def __init__(self, text: str, reason: str, fault: str = "unreadable") -> None:
        self.text = text
        self.reason = reason
        self.fault = fault
        super().__init__(reason)


class FigureError(KpiError):
    """Text that cannot be read as a number, or arithmetic that has no answer."""


class UnknownIndicator(KpiError):
    """A code that the register does not hold (for the area asked about)."""

    def __init__(self, code: str, known: tuple[str, ...]) -> None:
        self.code = code
        self.known = known
        super().__init__(f"There is no indicator “{shorten(code)}”. The codes held are {', '.join(known) or 'none'}.")


class UnknownChoice(KpiError):
    """A category, area or rating that is not held."""

    def __init__(self, kind: str, text: str, known: tuple[str, ...]) -> None:
        self.kind = kind
        self.text = text
        self.known = known
        super().__init__(f"There is no {kind} “{shorten(text)}”. Choose from: {'; '.join(known) or 'none held'}.")


class UnknownNumber(KpiError):
    """A saved scenario or a proposal that is not held. ``last``: the highest number there is; 0: there is none."""

    def __init__(self, kind: str, number: int, last: int) -> None:
        self.kind = kind
        self.number = number
        self.last = last
        latest = f"The latest is {kind} {last}." if last else "There are none yet."
        super().__init__(f"There is no {kind} {shorten(f'{number:d}')}. {latest}")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a file of ``data/``. ``row`` counts as Excel does: the headings are row 1."""

    file: str
    row: int | None
    column: str | None
    message: str

    def __str__(self) -> str:
        place = self.file
        if self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            place += f", column {self.column}"
        return f"{place}: {self.message}"


class BundleError(KpiError):
    """The files of ``data/`` cannot be loaded; every problem is on ``problems``."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        first = str(problems[0])
        more = len(problems) - 1
        tail = f" ({more} more {'problem' if more == 1 else 'problems'} in these files.)" if more else ""
        super().__init__(f"The figures were not loaded. {first} Mend the file and try again.{tail}")


class StoreError(KpiError):
    """The database cannot be used as it is; the sentence says what to do."""


class DatabaseHeld(StoreError):
    """Another process has the database open."""

    def __init__(self) -> None:
        super().__init__("The explorer is open and holds the figures. Close it, or use its page.")


class DatabaseBroken(StoreError):
    """What lies in the database's place is surely no database of ours, or is damaged: it may be made again, and set aside."""


class NewerDatabase(StoreError):
    """The database was made by a newer version of the program."""

    def __init__(self, name: str, step: int) -> None:
        super().__init__(
            f"{name} was made by a newer version of the explorer (step {step}). Update the explorer to open it."
        )


class FormerDatabase(StoreError):
    """The database is of a version from before the ledger, and must be carried over first."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} was made by an earlier version of the explorer. Start the explorer to carry it over.")


class LedgerBroken(StoreError):
    """The ledger is not as it was written, so nothing may be written; the sentence says where and what to do."""


class NotPublished(KpiError):
    """Nothing was published, and why."""


class NotConfirmed(NotPublished):
    """Warnings of a file that nobody confirmed; ``left`` are the names they are confirmed by, and ``what`` says how many."""

    def __init__(self, left: tuple[str, ...]) -> None:
        self.left = left
        self.what = "one warning is not confirmed" if len(left) == 1 else f"{len(left):,} warnings are not confirmed"
        super().__init__(f"Nothing was published: {self.what} ({', '.join(left[:5])}).")


class Changed(NotPublished):
    """What is held has changed since the file was compared with it."""

    def __init__(self) -> None:
        super().__init__(
            "Nothing was published: what is held has changed since you compared. Somebody else has published meanwhile. "
            "Look at the comparison again, then publish."
        )


class NotWithdrawn(KpiError):
    """Nothing was withdrawn, and why."""


class NotSaved(KpiError):
    """Nothing was written of an exception report, an action, a concern, a scenario or a proposal, and why."""


class NotAllowed(NotSaved):
    """The role, or the name, may not do it."""


class UnreadableDocument(KpiError):
    """A document of which nothing could be read: what was found, and what to do."""


def shorten(text: str, most: int = 40) -> str:
    """``text`` on one line, cut to ``most`` characters, so that a message stays a sentence whatever was typed."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"

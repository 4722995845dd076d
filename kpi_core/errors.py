"""One tree of errors. ``str(error)`` is the sentence a person is shown; the data it was made of stays on the error."""

from __future__ import annotations

from dataclasses import dataclass


class KpiError(Exception):
    """Anything the product can say in one plain sentence. Pages and the command line catch this and nothing wider."""


class PeriodError(KpiError):
    """Text that cannot be read as one quarter, with the reason."""

    def __init__(self, text: str, reason: str) -> None:
        self.text = text
        self.reason = reason
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


def shorten(text: str, most: int = 40) -> str:
    """``text`` on one line, cut to ``most`` characters, so that a message stays a sentence whatever was typed."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= most else line[: most - 1] + "…"

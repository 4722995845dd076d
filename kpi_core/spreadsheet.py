"""Text that a spreadsheet would run as a formula: guarded in what we write, and read back as it was."""

from __future__ import annotations

import unicodedata

from .figures import is_number

_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "﹦", "﹢", "﹣", "﹫")
"""What begins a formula, after anything that is not seen; a spreadsheet that is set to East Asian input takes the wide and small forms too."""
_ENDS = ("\t", "\r", "\n")
"""What ends a cell or a row in a file that is split without looking at its quotes, so that a formula may begin after it."""


def guarded(text: str) -> str:
    """Text that no spreadsheet runs: an apostrophe before what looks like a formula; numbers stay numbers."""
    return f"'{text}" if _needs_guard(text) else text


def unguarded(text: str) -> str:
    """Text of a file without the apostrophe that ``guarded`` put before it, and no other."""
    return text[1:] if text.startswith("'") and _needs_guard(text[1:]) else text


def _needs_guard(text: str) -> bool:
    # What somebody wrote with an apostrophe of their own gets another, or theirs would be taken for ours.
    bare = text.lstrip("'")
    return (bare.startswith(_ENDS) or _seen(bare).startswith(_SIGNS)) and not is_number(bare)


def _seen(text: str) -> str:
    """Text from its first character that is seen on: spaces, and marks like one of the byte order, may be dropped where it is read."""
    at = next(
        (at for at, one in enumerate(text) if not (one.isspace() or unicodedata.category(one) == "Cf")), len(text)
    )
    return text[at:]

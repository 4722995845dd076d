"""Text that a spreadsheet would run as a formula: guarded in what we write, and read back as it was."""

from __future__ import annotations

from .figures import is_number

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def guarded(text: str) -> str:
    """Text that no spreadsheet runs: an apostrophe before what looks like a formula; numbers stay numbers."""
    return f"'{text}" if text.startswith(_STARTS) and not is_number(text) else text


def unguarded(text: str) -> str:
    """Text of a file without the apostrophe that ``guarded`` put before it."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_STARTS) else text

"""Text that people type, as it is kept, and the few words that every sentence needs."""

from __future__ import annotations

import unicodedata

from .errors import NotSaved, shorten

TEXT_MOST = 20_000
"""How many characters a section may have; a form's longest is some pages."""

LINE_MOST = 200
"""How many characters a role may have."""


def given_text(name: str, text: str, needed: str, most: int = 2_000) -> str:
    """``text`` as ``checked`` has it, without the space around it. Raises ``NotSaved`` with ``needed`` where that is nothing."""
    told = checked(name, text.strip(), most)
    if not told:
        raise NotSaved(needed)
    return told


def checked(name: str, text: str, most: int = TEXT_MOST) -> str:
    """``text`` as it is kept: only its line endings are changed. Raises ``NotSaved`` where it is too long or not text."""
    text = with_plain_lines(text)
    if len(text) > most:
        raise NotSaved(f"Nothing was saved: {name} has {len(text):,} characters. Shorten it to {most:,}.")
    for place, one in enumerate(text):
        # A control character, half of a character, or none at all: none can be read, nor stand in a Word file.
        if one not in "\n\t" and (unicodedata.category(one) in ("Cc", "Cs") or ord(one) & 0xFFFE == 0xFFFE):
            near = shorten(text[max(place - 20, 0) : place], 20)
            after = f", after “{near}”" if near else ""
            raise NotSaved(
                f"Nothing was saved: {name} holds a character that cannot be shown (U+{ord(one):04X}){after}. Take it out."
            )
    return text


def with_plain_lines(text: str) -> str:
    """Text with each line ended by one newline, whatever ended it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def plural(count: int, one: str, many: str) -> str:
    """``one`` or ``many``, as the count asks."""
    return one if count == 1 else many

"""Text as it is put into a page's HTML."""

from __future__ import annotations

import html
import re

_QUARTER = re.compile(r"\bQ([1-4]) (?=[0-9]{4}-[0-9]{2}\b)")


def escape(text: str) -> str:
    """``text`` with HTML's own characters escaped, and no line broken inside a quarter like ``Q2 2022-23``."""
    return _QUARTER.sub("Q\\1\N{NO-BREAK SPACE}", html.escape(text))

"""The use cases: the only door for pages and the command line.

``readers`` (reading, and the door itself), ``uploads`` with ``against`` (officers), ``reports`` (authors), ``scenarios`` (the board),
``texts`` with ``documents`` (papers checked and read in).
"""

from .readers import Services, places

__all__ = [
    "Services",
    "places",
]

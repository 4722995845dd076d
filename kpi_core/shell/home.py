"""Where the explorer's own files are: the figures that come with it, and its database unless another is named."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_INSTALLED_DATA = _PACKAGE / "data"
INSTALLED = _INSTALLED_DATA.is_dir()
"""Whether this is an installed copy: its figures are then within the package, not beside it."""


def user_folder(platform: str, environment: Mapping[str, str], home: Path) -> Path:
    """Where a program keeps what is its user's: on this machine, and on no profile that follows the user to others."""
    if platform == "win32":
        base = environment.get("LOCALAPPDATA") or home / "AppData" / "Local"
    elif platform == "darwin":
        base = home / "Library" / "Application Support"
    else:
        base = environment.get("XDG_DATA_HOME") or home / ".local" / "share"
    return Path(base) / "kpi-explorer"


DATA = _INSTALLED_DATA if INSTALLED else _PACKAGE.parent / "data"
# Nothing of a user's is kept with an installed package: the next version takes its folder away.
DEFAULT_DATABASE = (
    user_folder(sys.platform, os.environ, Path(os.path.expanduser("~"))) if INSTALLED else DATA
) / "kpi.duckdb"

"""Where an installed copy keeps its database, and what a copy of the project uses."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from kpi_core.shell.home import DATA, DEFAULT_DATABASE, INSTALLED, user_folder

ROOT = Path(__file__).resolve().parents[2]
HOME = Path("home")


@pytest.mark.parametrize(
    ("platform", "environment", "folder"),
    [
        pytest.param("linux", {}, HOME / ".local" / "share", id="Linux"),
        pytest.param("linux", {"XDG_DATA_HOME": "named"}, Path("named"), id="Linux, where a folder is named"),
        pytest.param("darwin", {}, HOME / "Library" / "Application Support", id="Mac"),
        pytest.param("win32", {"LOCALAPPDATA": "local"}, Path("local"), id="Windows, on this machine alone"),
        pytest.param("win32", {}, HOME / "AppData" / "Local", id="Windows, where nothing is named"),
    ],
)
def test_the_database_of_an_installed_copy_is_kept_with_its_user(
    platform: str, environment: Mapping[str, str], folder: Path
) -> None:
    assert user_folder(platform, environment, HOME) == folder / "kpi-explorer"


def test_in_the_projects_folder_figures_and_database_are_in_data() -> None:
    assert not INSTALLED
    assert (DATA, DEFAULT_DATABASE) == (ROOT / "data", ROOT / "data" / "kpi.duckdb")

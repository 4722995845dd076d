"""The wheel is built and installed, and the installed explorer starts: from any folder, with nothing of the project near."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from . import ROOT, serving
from .conftest import OpenPage

PIP = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
OFFLINE = ["--no-index", "--no-deps"]


@dataclass(frozen=True)
class Installed:
    """An installed copy: its packages, the folder it is started in, and its user's home."""

    packages: Path
    elsewhere: Path
    home: Path

    @property
    def environment(self) -> Mapping[str, str]:
        own = ("HOME", "USERPROFILE", "XDG_DATA_HOME", "LOCALAPPDATA")
        nothing_named = {"KPI_DB": "", "KPI_DATA": ""}
        return {**nothing_named, **dict.fromkeys(own, str(self.home)), "PYTHONPATH": str(self.packages)}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([*PIP, "wheel", *OFFLINE, "--no-build-isolation", "-w", folder, ROOT], check=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([*PIP, "install", *OFFLINE, "--target", folder / "packages", wheel], check=True)
    for name in ("elsewhere", "home"):
        (folder / name).mkdir()
    return Installed(folder / "packages", folder / "elsewhere", folder / "home")


def test_the_wheel_holds_two_packages_and_no_database(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"kpi_core", "kpi_explorer"}
    assert "kpi_core/py.typed" in names
    endings = {name.rsplit(".", 1)[-1] for name in names if ".dist-info/" not in name}
    assert endings == {"py", "typed", "sql", "csv", "md", "toml", "css", "js", "png"}


def test_an_installed_copy_starts_by_its_own_settings_and_keeps_its_database_with_its_user(
    installed: Installed, page: OpenPage, tmp_path: Path
) -> None:
    log = tmp_path / "server.log"
    settings = installed.elsewhere / ".streamlit" / "config.toml"
    settings.parent.mkdir()
    settings.write_text('[server]\nbaseUrlPath = "of-another-app"\n')
    with serving(Path(), log, ["kpi_explorer"], installed.elsewhere, installed.environment) as server:
        opened = page(f"{server.url}/indicator?indicator=FD02&quarter=Q2+2022-23")
        expect(opened.get_by_role("heading", level=1)).to_have_text("Repeat referrals within 12 months")
        databases = list(installed.home.rglob("kpi.duckdb"))
        assert len(databases) == 1
        assert f"The figures are kept in {databases[0]}" in server.said()
        assert f"URL: {server.url}\n" in server.said()
        assert "Traceback" not in server.said()
    assert [path.name for path in installed.elsewhere.iterdir()] == [".streamlit"]
    assert list(installed.packages.rglob("*.duckdb")) == []


def test_the_installed_command_line_answers_from_the_same_database(installed: Installed) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "kpi_core", "scorecard", "--json"],
        cwd=installed.elsewhere,
        env={**os.environ, **installed.environment},
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(json.loads(told.stdout)["rows"]) == 15
    assert len(list(installed.home.rglob("kpi.duckdb"))) == 1

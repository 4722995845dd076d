"""A database of the version of November 2026 opens with nothing lost: every command answers as that version did."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from kpi_core.__main__ import main
from kpi_core.shell.home import DATA
from kpi_core.shell.services import Services
from kpi_core.shell.storage import data_files

from ..conftest import shared_file, write_files

EXPECTED = "reference", "old-state", "expected"
COMMANDS = {
    **{f"scorecard-Q{n}_2022-23": ("scorecard", "--quarter", f"Q{n} 2022-23") for n in (2, 3, 4)},
    **{f"exceptions-Q{n}_2022-23": ("exceptions", "--quarter", f"Q{n} 2022-23") for n in (2, 3, 4)},
    **{f"indicator_{code}": ("indicator", code) for code in ("ED07", "FD01", "FD02", "PCP01", "PCP05")},
    "uploads": ("uploads",),
}


@pytest.fixture(scope="module")
def former(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The former database with its folder, where nobody has opened it yet."""
    folder = tmp_path_factory.mktemp("former")
    with zipfile.ZipFile(shared_file("reference", "old-state", "state.zip")) as archive:
        archive.extractall(folder)
    return next(folder.rglob("kpi.duckdb"))


@pytest.fixture(scope="module")
def carried(former: Path) -> Path:
    Services.open(former).close()
    return former


def said(capsys: pytest.CaptureFixture[str], database: Path, *command: str) -> Any:
    capsys.readouterr()
    assert main(["--db", str(database), *command, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def lost(expected: Any, found: Any, at: str = "") -> list[str]:
    """Where an answer lacks or changes what was answered before; what was added is passed over."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return [one for key in expected for one in lost(expected[key], found.get(key, "not there"), f"{at}/{key}")]
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        return [one for n, pair in enumerate(zip(expected, found, strict=True)) for one in lost(*pair, f"{at}/{n}")]
    return [] if expected == found else [f"{at}: {expected!r} is now {found!r}"]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_answers_as_it_did_before(name: str, carried: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expected = json.loads(shared_file(*EXPECTED, f"{name}.json").read_text(encoding="utf-8"))
    assert lost(expected, said(capsys, carried, *COMMANDS[name])) == []


def test_it_is_said_once_and_the_former_files_are_set_aside(carried: Path, capsys: pytest.CaptureFixture[str]) -> None:
    aside = sorted(path.name.split(".2")[0] for path in carried.parent.glob("*.set-aside"))
    assert aside == ["kpi.duckdb", "kpi.duckdb.uploads"]
    services = Services.open(carried)
    assert services.recovered == ""
    assert services.verify().problems == ()
    services.close()


def test_it_opens_where_no_folder_holds_mappings_any_more_and_a_former_ones_name_is_answered_in_a_sentence(
    carried: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_files(tmp_path / "data", data_files(DATA))
    monkeypatch.setenv("KPI_DATA", str(folder))
    services = Services.open(carried, folder)
    assert (services.uploads.profiles(), [*services.warnings()]) == ({}, [])
    services.close()
    (file := tmp_path / "councils.csv").write_text("Code,Period,Value\nFD01,Q3 2022-23,84\n", encoding="utf-8")
    capsys.readouterr()
    assert main(["--db", str(carried), "import", str(file), "--mapping", "lgbf-quarterly"]) == 2
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert "There is no column mapping “lgbf-quarterly”." in told.err


def test_a_rebuild_from_the_second_copy_alone_answers_the_same(
    carried: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = [said(capsys, carried, *command) for command in COMMANDS.values()]
    head = said(capsys, carried, "verify")["head"]
    carried.unlink()
    assert main(["--db", str(carried), "rebuild"]) == 0
    assert [said(capsys, carried, *command) for command in COMMANDS.values()] == before
    assert said(capsys, carried, "verify", "--head", head)["ok"] is True

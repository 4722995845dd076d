"""What the README names exists: files, make targets, commands, settings and packages."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def test_every_file_it_names_is_there() -> None:
    named = set(re.findall(r"`((?:data|kpi_core|tests|pages)/[\w./-]*|[\w-]+\.(?:md|txt|in|py|toml)|LICENSE)`", README))
    assert len(named) > 8
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_the_picture_of_the_folders_is_the_folders() -> None:
    picture = README.split("## Where things are", 1)[1].split("Layers, lowest first", 1)[0]
    drawn = {
        name for line in picture.splitlines() if line.startswith("    ") for name in line.split("     ")[1:][0].split()
    }
    core = ROOT / "kpi_core"
    families = {f"{path.parent.name}/" for path in core.rglob("__init__.py") if path.parent != core}
    modules = {path.name for path in core.glob("*.py")} - {"__init__.py", "__main__.py", "alike.py", "spreadsheet.py"}
    assert families - {"charts/"} | modules <= drawn


def test_every_module_is_named_by_the_door_of_its_family() -> None:
    """A newcomer reads at the door what is in each room."""
    for door in (ROOT / "kpi_core").rglob("__init__.py"):
        said = door.read_text(encoding="utf-8").split('"""')[1]
        inside = {path.stem for path in door.parent.glob("*.py")} - {"__init__"}
        if door.parent.name not in ("kpi_core", "shell", "export", "charts"):
            assert {name for name in inside if f"``{name}``" not in said} == set(), door.parent.name


def test_every_make_target_it_names_is_there_and_the_other_way_round() -> None:
    named = set(re.findall(r"`make (\w+)`", README)) | set(re.findall(r"^    make (\w+)", README, flags=re.MULTILINE))
    targets = set(re.findall(r"^(\w+):.*## ", MAKEFILE, flags=re.MULTILINE)) - {"help"}
    assert named == targets


def test_the_commands_it_lists_are_those_of_the_command_line() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "kpi_core", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    commands = set(re.findall(r"^\| `(\w+)(?: [A-Z]+)?` \|", README, flags=re.MULTILINE))
    assert commands == set(re.findall(r"^    (\w+)(?: |$)", told, flags=re.MULTILINE)) - {"COMMAND"}


def test_the_settings_it_names_are_read() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("*/**/*.py") if ".venv" not in path.parts)
    for name in set(re.findall(r"`(KPI_\w+)`", README)):
        assert f'environ.get("{name}")' in sources, name


def test_the_packages_it_names_are_those_required() -> None:
    runtime = asked("requirements.in")
    table = README.split("Runtime, asked for", 1)[1].split("For tests", 1)[0]
    assert set(re.findall(r"^\| ([\w-]+) \|", table, flags=re.MULTILINE)) - {"package"} == runtime
    tests_line = README.split("For tests, in", 1)[1].split("\n\n", 1)[0]
    assert [name for name in asked("requirements-dev.in") if name not in tests_line] == []


def asked(name: str) -> set[str]:
    return set(re.findall(r"^([\w-]+)[=>]=", (ROOT / name).read_text(encoding="utf-8"), flags=re.MULTILINE))

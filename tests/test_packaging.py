"""What is said twice about the package agrees: what is asked for and what is locked, version and changes, licences."""

from __future__ import annotations

import re
import tomllib
from datetime import datetime
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import kpi_core

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = {"requirements.in": "requirements.txt", "requirements-dev.in": "requirements-dev.txt"}


def asked(name: str) -> list[Requirement]:
    lines = (line.split("#")[0].strip() for line in (ROOT / name).read_text(encoding="utf-8").splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("-r ")]


def locked(name: str) -> dict[str, tuple[str, int]]:
    """Version and number of hashes of each package of a lock."""
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.findall(
        r"^(\S+)==(\S+)[^\n]*\n((?:    --hash=sha256:[0-9a-f]{64}[ \\]*\n)*)", text, flags=re.MULTILINE
    )
    return {package: (version, hashes.count("--hash=")) for package, version, hashes in entries}


@pytest.mark.parametrize(("wishes", "lock"), LOCKS.items())
def test_what_is_asked_for_is_locked_at_a_version_that_was_asked_for(wishes: str, lock: str) -> None:
    versions = locked(lock)
    assert asked(wishes)
    for wish in asked(wishes):
        version, _ = versions[wish.name]
        assert wish.specifier.contains(version), f"{lock} has {wish.name} {version}: run make lock"


@pytest.mark.parametrize("lock", LOCKS.values())
def test_every_line_of_a_lock_is_one_version_of_a_package_with_its_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    starting = [line for line in text.splitlines() if line and not line.startswith(("#", " "))]
    assert len(starting) == len(locked(lock))
    assert [package for package, (_, hashes) in locked(lock).items() if not hashes] == []
    assert "://" not in text, "a lock names no index: everyone has their own"


def test_the_tests_run_on_the_versions_that_the_product_has() -> None:
    runtime, tests = locked("requirements.txt"), locked("requirements-dev.txt")
    assert {package: tests.get(package) for package in runtime} == runtime


def test_the_wheel_is_built_by_what_the_tests_build_it_with() -> None:
    build = {str(Requirement(one)) for one in PROJECT["build-system"]["requires"]}
    assert build <= {str(wish) for wish in asked("requirements-dev.in")}


def test_the_newest_version_of_the_changes_is_this_one_and_has_its_day() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    dated = [heading.split(", ", 1) for heading in headings]
    assert dated[0][0] == kpi_core.__version__
    days = [datetime.strptime(day, "%d %B %Y") for _, day in dated]
    assert days == sorted(days, reverse=True)


def test_the_licences_that_the_package_names_are_there() -> None:
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in PROJECT["project"]["license-files"]]
    assert PROJECT["project"]["license"] == "MIT AND OGL-UK-3.0"
    assert ["MIT License" in texts[0], "Open Government Licence v3.0" in texts[1]] == [True, True]

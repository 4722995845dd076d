"""The lists of words that the reading of text goes by: each is used, each item can be read, and none is read before it is needed."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from kpi_core.narrative.vocabulary import listed

ROOT = Path(__file__).resolve().parents[1]
NARRATIVE = ROOT / "kpi_core" / "narrative"
FILES = {
    one.stem: tomllib.loads(one.read_text(encoding="utf-8")) for one in sorted((NARRATIVE / "words").glob("*.toml"))
}
LISTS = [f"{file}.{key}" for file, lists in FILES.items() for key in lists if key != "group"]
CODE = "\n".join(one.read_text(encoding="utf-8") for one in NARRATIVE.glob("*.py"))


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_used_and_says_nothing_twice(name: str) -> None:
    assert f'"{name}"' in CODE or f"'{name}'" in CODE
    assert len(listed(name)) == len(set(listed(name)))


@pytest.mark.parametrize("name", LISTS)
def test_each_item_is_a_pattern_that_can_be_read_by_itself(name: str) -> None:
    assert [
        item for item in listed(name) if re.compile(re.escape(item) if name.startswith("sentence") else item).groups
    ] == []


def test_the_words_are_read_when_a_text_first_needs_them() -> None:
    program = (
        "import kpi_core.narrative as n, kpi_core.narrative.vocabulary as v; before = v._file.cache_info().misses; "
        "n.may_be_contradicted('It rose.'); print(before, v._file.cache_info().misses > 0)"
    )
    answer = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout == "0 True\n"


def test_they_go_with_the_package() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    shown = [one for pattern in settings["package-data"]["kpi_core.narrative"] for one in NARRATIVE.glob(pattern)]
    assert {one.stem for one in shown} == set(FILES)
    assert all(
        list((ROOT / name.replace(".", "/")).glob(pattern))
        for name, of in settings["package-data"].items()
        for pattern in of
    )

"""Who may import whom: nine layers, and families that are entered by their own door (`__init__`) alone."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# Lowest first: a module imports from its own layer and from lower ones.
LAYERS = (
    ("alike", "errors", "words", "figures", "spreadsheet", "periods", "codec", "model", "columns", "effects", "events", "access"),
    ("judging",),
    ("narrative", "forms"),
    ("reports", "what_if", "intake"),
    ("showing",),
    ("shell.home", "shell.storage", "shell.export", "shell.example"),
    ("shell.services",),
    ("__main__", "command_line", "pages._ui"),
    ("pages", "app"),
)  # fmt: skip
# Folders of modules that each stand by themselves. Any other package is a family, with one door.
SHELVES = {"kpi_core", "kpi_core.shell", "kpi_core.shell.export", "pages", "pages._ui"}
FILES = [ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py")), *sorted((ROOT / "kpi_core").rglob("*.py"))]
DRIVERS = {"duckdb": ["kpi_core.shell.storage.store"], "altair": ["kpi_core.showing.charts"]}
OUTSIDE_WORLD = {
    "streamlit", "duckdb", "_duckdb", "pandas", "os", "sys", "pathlib", "time", "random", "secrets", "uuid", "socket",
    "subprocess", "urllib", "logging", "shutil", "tempfile",
}  # fmt: skip


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(path: Path) -> Iterator[tuple[str, str]]:
    """The absolute name of each module that a file imports, with what it takes from it; empty: the module itself."""
    package = list(path.relative_to(ROOT).with_suffix("").parts[:-1])
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                whole = module in SHELVES and is_module(f"{module}.{alias.name}")
                yield (f"{module}.{alias.name}", "") if whole else (module, alias.name)


def is_module(name: str) -> bool:
    place = ROOT / name.replace(".", "/")
    return place.with_suffix(".py").exists() or (place / "__init__.py").exists()


def layer(name: str) -> int | None:
    """The layer of a module, by the longest of the names above; ``None`` for what is not ours."""
    inside = name.removeprefix("kpi_core.")
    found = {len(one): n for n, names in enumerate(LAYERS) for one in names if f"{inside}.".startswith(f"{one}.")}
    return found[max(found)] if found else None


def family(name: str) -> str:
    """The package whose inside a module is; empty for one that stands by itself."""
    package = name if (ROOT / name.replace(".", "/") / "__init__.py").exists() else name.rpartition(".")[0]
    return package if package.startswith("kpi_core.") and package not in SHELVES else ""


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_module_imports_only_from_its_own_layer_and_from_below(path: Path) -> None:
    own = layer(name_of(path))
    assert own is not None or name_of(path) in SHELVES, f"{name_of(path)} has no layer"
    up = {module for module, _ in imported(path) if own is not None and (layer(module) or 0) > own}
    assert not up, f"{name_of(path)} reaches up to {', '.join(sorted(up))}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_family_is_entered_by_its_door(path: Path) -> None:
    for module, name in imported(path):
        if not (theirs := family(module)) or f"{family(name_of(path))}.".startswith(f"{theirs}."):
            continue
        assert module == theirs, f"{name_of(path)} imports {module}, which is inside {theirs}"
        assert name in importlib.import_module(theirs).__all__, f"{theirs} does not show {name}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_the_core_touches_nothing_of_the_outside_world(path: Path) -> None:
    reached = {module.split(".")[0] for module, _ in imported(path)}
    if name_of(path).startswith("kpi_core"):
        assert not {"streamlit", "pages", "app"} & reached
    if not name_of(path).startswith(("kpi_core.shell", "kpi_core.__main__", "kpi_core.command_line", "pages", "app")):
        assert not OUTSIDE_WORLD & reached
        tree = ast.parse(path.read_text(encoding="utf-8"))
        called = {
            one.func.attr for one in ast.walk(tree) if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute)
        }
        assert not {"now", "today", "utcnow"} & called, f"{name_of(path)} reads the clock"


@pytest.mark.parametrize("package", DRIVERS)
def test_only_one_place_knows_a_library(package: str) -> None:
    users = {
        name_of(path)
        for path in FILES
        if any(module.split(".")[0].lstrip("_") == package for module, _ in imported(path))
    }
    assert users
    assert all(one.startswith(tuple(DRIVERS[package])) for one in users)


def test_pages_come_to_what_is_recorded_through_the_services_alone() -> None:
    reached = {module for path in FILES if name_of(path).startswith(("pages", "app")) for module, _ in imported(path)}
    shell = {
        one for one in reached if one.startswith("kpi_core.shell.") and not one.startswith("kpi_core.shell.export")
    }
    assert shell == {"kpi_core.shell.services"}


def test_no_module_of_the_tests_imports_a_test_module() -> None:
    importing = [
        f"{name_of(path)} imports {module} {name}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for module, name in imported(path)
        if module.startswith("tests") and any(part.startswith("test_") for part in (*module.split("."), name))
    ]
    assert importing == []

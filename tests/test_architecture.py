"""Who may import whom. A module that reaches upwards, or out of the pure core, fails here with its name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# The layers of the core, lowest first: a module imports from lower layers and its own only.
LAYERS = (
    {"errors", "alike"},
    {"periods", "figures", "problems"},
    {"codec"},
    {"model", "certainty", "spc", "sheet", "spreadsheet"},
    {"assess", "columns", "events", "history", "reliability"},
    {"profile"},
    {"mapping"},
    {"mapping_guess"},
    {"scorecard", "bundle", "intake_cells", "intake_names"},
    {"headline", "known", "exception_form", "access", "forms"},
    {"completeness"},
    {"disclosure"},
    {"narrative"},
    {"what_if"},
    {"intake_checks"},
    {"intake"},
    {"intake_register", "views"},
    {"report", "charts", "wire"},
    {"paper", "process_chart"},
    {"shell.export", "shell.example", "shell.disk", "shell.documents"},
    {"shell.mirror", "shell.store"},
    {"shell.standing", "shell.typed"},
    {"shell.ledger"},
    {"shell.former", "shell.records", "shell.changes", "shell.against", "shell.loading"},
    {"shell.database", "shell.uploads", "shell.reports"},
    {"shell.texts", "shell.scenarios"},
    {"shell.services"},
    {"__main__"},
)
PURE = sorted(
    path for path in (ROOT / "kpi_core").rglob("*.py") if path.name != "__main__.py" and "shell" not in path.parts
)
SHELL = sorted((ROOT / "kpi_core" / "shell").rglob("*.py"))
PAGES = [ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py"))]
OUTSIDE_WORLD = {
    "streamlit", "duckdb", "pandas", "pages", "os", "sys", "pathlib", "time", "random", "secrets", "uuid", "socket",
    "subprocess", "urllib", "logging", "shutil", "tempfile",
}  # fmt: skip


def imports(path: Path, *, when_running: bool = True) -> Iterator[str]:
    """The absolute names of what a file imports; those only for type checkers are left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    package = list(path.relative_to(ROOT).with_suffix("").parts[:-1])
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" and when_running
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def layer(name: str) -> int | None:
    """The layer of a module of the core, from its dotted name; ``None`` for anything else."""
    inside = name.removeprefix("kpi_core.")
    return next(
        (n for n, names in enumerate(LAYERS) for one in names if inside == one or inside.startswith(f"{one}.")), None
    )


def of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("path", PURE, ids=of)
def test_the_pure_core_touches_nothing_of_the_outside_world(path: Path) -> None:
    reached = {name.split(".")[0] for name in imports(path)} & OUTSIDE_WORLD
    assert not reached, f"{of(path)} imports {', '.join(sorted(reached))}"
    clock = {
        ast.unparse(node.func)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("now", "today", "utcnow")
    }
    assert not clock, f"{of(path)} reads the clock: {', '.join(sorted(clock))}"


@pytest.mark.parametrize("path", [*PURE, *SHELL, ROOT / "kpi_core" / "__main__.py"], ids=of)
def test_a_module_of_the_core_imports_only_from_below(path: Path) -> None:
    own = layer(of(path))
    upwards = [name for name in imports(path) if own is not None and (layer(name) or 0) > own]
    assert not upwards, f"{of(path)} reaches up to {', '.join(upwards)}"


def test_every_module_of_the_core_has_its_layer() -> None:
    packages = {"kpi_core", "kpi_core.shell", "kpi_core.shell.export"}
    assert [of(path) for path in [*PURE, *SHELL] if of(path) not in packages and layer(of(path)) is None] == []


def test_only_the_store_imports_duckdb() -> None:
    importing = [
        of(path) for path in [*PURE, *SHELL, *PAGES] if any(n.split(".")[0] == "duckdb" for n in imports(path))
    ]
    assert importing == ["kpi_core.shell.store"]


@pytest.mark.parametrize("path", PAGES, ids=of)
def test_pages_come_to_the_figures_through_the_services_alone(path: Path) -> None:
    allowed = {"kpi_core.shell.services", "kpi_core.shell.uploads", "kpi_core.shell.texts", "kpi_core.shell.export"}
    shell = [n for n in imports(path) if n.startswith("kpi_core.shell.") and not any(n.startswith(a) for a in allowed)]
    assert not shell, f"{of(path)} imports {', '.join(shell)}"


@pytest.mark.parametrize("path", [*PURE, *SHELL], ids=of)
def test_the_core_knows_nothing_of_the_pages(path: Path) -> None:
    assert not {"streamlit", "pages", "app"} & {name.split(".")[0] for name in imports(path)}


def test_only_the_charts_import_altair_and_the_command_line_draws_none() -> None:
    importing = [of(path) for path in [*PURE, *SHELL, *PAGES] if "altair" in set(imports(path))]
    assert importing == ["kpi_core.charts", "kpi_core.process_chart"]
    core = [
        path
        for path in [*PURE, *SHELL, ROOT / "kpi_core" / "__main__.py"]
        if path.name not in ("charts.py", "process_chart.py")
    ]
    assert [of(path) for path in core if any(name.startswith("kpi_core.charts") for name in imports(path))] == []

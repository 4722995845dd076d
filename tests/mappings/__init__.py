"""Column mappings for the real files beside the repository: one TOML file each, named after the folder of the file."""

from __future__ import annotations

from pathlib import Path

from kpi_core.intake import ColumnMapping, read_mapping

FOLDER = Path(__file__).parent
NAMES = tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def path_of(name: str) -> Path:
    return FOLDER / f"{name}.toml"


def text_of(name: str) -> str:
    return path_of(name).read_text(encoding="utf-8")


def mapping(name: str) -> ColumnMapping:
    return read_mapping(text_of(name), name)

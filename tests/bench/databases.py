"""The databases that are measured, each made when it is first asked for."""

from __future__ import annotations

from contextlib import closing
from functools import cached_property
from pathlib import Path
from time import perf_counter

from kpi_core.shell.services import Services

from . import stored
from .measuring import ROOT, python


class Databases:
    """The databases of one run, in a folder that goes with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def bundled(self) -> Path:
        """The council's own figures."""
        path = self.folder / "bundled.duckdb"
        with closing(Services.open(path, ROOT / "data")):
            return path

    @cached_property
    def large(self) -> Path:
        """Every indicator in every area and quarter: ``stored.generate``."""
        path, start = self.folder / "large.duckdb", perf_counter()
        stored.generate(path)
        print(f"   {stored.SIZE:,} figures made in {perf_counter() - start:.1f} s, {path.stat().st_size / 1e6:.0f} MB")
        return path

    @cached_property
    def example(self) -> Path:
        """The example council: 20 indicators, 16 quarters."""
        path = self.folder / "example.duckdb"
        python("-m", "kpi_core", "--db", str(path), "example")
        return path

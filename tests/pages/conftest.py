"""Every page test has a database of its own and a server that runs; what sessions share is let go around it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.pages_manager import PagesManager

from kpi_core.shell import example as example_council
from kpi_core.shell.storage import make_database
from kpi_core.shell.storage.mirror import folder_of

from ..conftest import fixed_clock, write_files

Load = Callable[[Mapping[str, bytes]], Path]
Downloads = dict[str, Callable[[], bytes]]


_components = cache(manifest_scanner.scan_component_manifests)


@pytest.fixture(autouse=True)
def running_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that has called the router before, as all but its first visitor find it.

    AppTest begins every session as a new server, which runs the files of ``pages/`` by themselves, and looks through all that
    is installed for components of Streamlit's, which takes as long as everything else.
    """
    monkeypatch.setattr(manifest_scanner, "scan_component_manifests", _components)
    begin = PagesManager.__init__

    def begin_again(self: PagesManager, *args: object, **kwargs: object) -> None:
        begin(self, *args, **kwargs)  # type: ignore[arg-type]
        PagesManager.uses_pages_directory = False

    monkeypatch.setattr(PagesManager, "__init__", begin_again)


def put(made: Path, database: Path) -> None:
    """Put a copy of a database and of its second copy in the place of ``database``."""
    shutil.copyfile(made, database)
    shutil.rmtree(folder_of(database), ignore_errors=True)
    shutil.copytree(folder_of(made), folder_of(database))


@pytest.fixture(autouse=True)
def council(db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The council's own figures, in the database that the app will open."""
    st.cache_resource.clear()
    database = tmp_path / "kpi.duckdb"
    put(db, database)
    monkeypatch.setenv("KPI_DB", str(database))
    monkeypatch.delenv("KPI_DATA", raising=False)
    yield database
    st.cache_resource.clear()


@pytest.fixture(scope="session")
def example_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example council's figures, in a database that no process holds."""
    path = tmp_path_factory.mktemp("example council") / "example.duckdb"
    make_database(path, example_council.files(2022), fixed_clock)
    return path


@pytest.fixture
def example(council: Path, example_db: Path) -> None:
    """The example council, in the place of the real one."""
    put(example_db, council)


@pytest.fixture
def load(council: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Puts other files in the place of the council's, and no database: the app makes it on its first start."""

    def write(files: Mapping[str, bytes]) -> Path:
        folder = write_files(tmp_path / "data", files)
        monkeypatch.setenv("KPI_DATA", str(folder))
        council.unlink()
        shutil.rmtree(folder_of(council))
        return folder

    return write


@pytest.fixture
def downloads(monkeypatch: pytest.MonkeyPatch) -> Downloads:
    """What the page's download buttons give when they are pressed, by file name."""
    made: Downloads = {}
    register = MediaFileManager.add_deferred

    def add_deferred(self: MediaFileManager, make: Callable[[], bytes], *args: object, **kwargs: object) -> str:
        made[str(kwargs.get("file_name"))] = make
        return register(self, make, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(MediaFileManager, "add_deferred", add_deferred)
    return made

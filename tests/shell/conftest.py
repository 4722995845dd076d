"""What the tests of the shell are given: the small council, open; and a clock that they set."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kpi_core.shell.services import Services

from .reporting import Clock
from .uploading import open_at


@pytest.fixture
def explorer(tmp_path: Path) -> Iterator[Services]:
    """The small council of ``uploading``, in a folder of the test's own."""
    services = open_at(tmp_path)
    yield services
    services.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()

"""Measuring, in this process and as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).resolve().parents[2]


def measure(work: Callable[[], object], runs: int, warm_up: int = 2) -> list[float]:
    """The milliseconds of each run after the warm-up."""
    for _ in range(warm_up):
        work()
    times = []
    for _ in range(runs):
        start = perf_counter()
        work()
        times.append((perf_counter() - start) * 1000)
    return times


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the repository's folder."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

"""Commands as another program runs them, and a process that holds the database."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from kpi_core.__main__ import main

from ..conftest import REPO

Answer = subprocess.CompletedProcess[str]
Json = dict[str, Any]


def run(*arguments: str | Path, db: Path | None = None, cwd: Path = REPO, **environment: str) -> Answer:
    """One command in a process of its own, against ``db``."""
    command = [sys.executable, "-m", "kpi_core", *(["--db", str(db)] if db else []), *map(str, arguments)]
    clean = {name: value for name, value in os.environ.items() if name != "KPI_DB"} | environment
    return subprocess.run(command, cwd=cwd, env=clean, capture_output=True, text=True, encoding="utf-8", check=False)


def here(*arguments: str | Path, db: Path) -> Answer:
    """The same in this process, which takes a tenth of the time."""
    out, err = io.StringIO(), io.StringIO()
    command = ["--db", str(db), *map(str, arguments)]
    with redirect_stdout(out), redirect_stderr(err):
        status = main(command)
    return Answer(command, status, out.getvalue(), err.getvalue())


def document(answer: Answer) -> Json:
    """The one JSON document that standard output must be."""
    assert (answer.returncode, answer.stderr) == (0, "")
    found: Json = json.loads(answer.stdout)
    return found


def leaves(found: Any) -> Iterator[Any]:
    if isinstance(found, dict | list):
        for one in found.values() if isinstance(found, dict) else found:
            yield from leaves(one)
    else:
        yield found


# --- a process that holds the database -----------------------------------------------------------------------------

HELD = "The explorer is open and holds the figures. Close it, or use its page."
_HOLDER = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def held_by_another_process(path: Path) -> Iterator[None]:
    """Another process has the database open until the block ends."""
    command = [sys.executable, "-c", _HOLDER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == "held\n"
        yield
        holder.stdin.close()


def told(answer: Answer) -> str:
    """The one line on standard error, with nothing on standard output."""
    assert answer.stdout == ""
    assert "Traceback" not in answer.stderr
    line, end = answer.stderr[:-1], answer.stderr[-1:]
    assert end == "\n"
    assert line.isprintable(), f"not one line: {answer.stderr}"
    return line


def lying_in(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, with its bytes."""
    return {str(one.relative_to(folder)): one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file()}

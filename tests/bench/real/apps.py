"""The three apps, each a server of its own over the example council, with the product's own settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from ...browser import Server
from ...browser import serving as serving_script
from ..databases import Databases
from .export import export, next_quarter

HERE = "tests/bench/real"


@dataclass(frozen=True, slots=True)
class Apps:
    """The servers; and what is published in ours while it is busy."""

    ours: Server
    pandas: Server
    empty: Server
    quarter: bytes
    """A file of the quarter after the last one held."""

    def upload(self, turn: int) -> bytes:
        """What is published in one round: first the new quarter, then one figure of it corrected."""
        lines = self.quarter.decode().splitlines()
        head = lines[0].split(",")
        cells = lines[1].split(",")
        cells[head.index("value")] = str(80 + turn)
        return "\n".join((lines[0], ",".join(cells), *lines[2:])).encode()

    @property
    def servers(self) -> tuple[Server, ...]:
        return self.ours, self.pandas, self.empty


@contextmanager
def serving(databases: Databases) -> Iterator[Apps]:
    """All three, until the block ends."""
    database, folder = databases.example, databases.folder
    export(database, folder / "figures.csv")
    quarter = next_quarter(database)
    with ExitStack() as stack:

        def start(script: str, environment: dict[str, str]) -> Server:
            log = folder / f"{script.rpartition('/')[2]}.log"
            return stack.enter_context(
                serving_script(database, log, ("streamlit", "run", script), environment=environment)
            )

        ours = start("app.py", {})
        pandas = start(f"{HERE}/pandas_page.py", {"BENCH_FIGURES": str(folder / "figures.csv")})
        yield Apps(ours, pandas, start(f"{HERE}/empty_page.py", {}), quarter)

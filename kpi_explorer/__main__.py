"""Starts an installed explorer: ``kpi-explorer``, or ``python -m kpi_explorer``. In the project's folder: ``make run``."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from kpi_core import __version__
from kpi_core.shell.services import places

_HERE = Path(__file__).resolve().parent
APP = next(folder for folder in (_HERE, _HERE.parent) if (folder / "app.py").is_file()) / "app.py"


def main(arguments: Sequence[str] | None = None) -> None:
    """Start the explorer; what it does not know itself is handed to Streamlit."""
    parser = argparse.ArgumentParser(
        prog="kpi-explorer",
        description="Start the KPI explorer and open it in the browser. KPI_DB names another database than the usual one.",
        epilog="Streamlit's own options are taken too, like --server.port 8600.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    _, for_streamlit = parser.parse_known_args(arguments)
    _name_places()
    print(f"The figures are kept in {os.environ['KPI_DB']}", flush=True)
    # Streamlit also reads the settings of the folder that it is started in: they are not to weaken the explorer's own.
    os.chdir(APP.parent)
    from streamlit.web import cli  # it reads the settings as it is imported

    cli.main(["run", str(APP), *for_streamlit], prog_name="kpi-explorer")


def _name_places() -> None:
    """Name the database and the folder of figures in full: paths are meant from where the user stands."""
    database, figures = places()
    os.environ["KPI_DB"], os.environ["KPI_DATA"] = os.path.abspath(database), os.path.abspath(figures)


if __name__ == "__main__":
    main()

"""A small council whose figures are published and withdrawn, and all that is held and said of them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kpi_core.events import RECORDS, Event, tables_in
from kpi_core.intake import Decision, GivenFile
from kpi_core.model import Observation, Upload
from kpi_core.shell.services import Services
from kpi_core.shell.storage import make_database
from kpi_core.shell.storage.mirror import Mirror, folder_of
from kpi_core.showing import as_json

from ..conftest import csv_bytes, figure, fixed_clock, register, small_bundle, write_files

Q1, Q2, Q3 = "Q1 2022-23", "Q2 2022-23", "Q3 2022-23"
QUARTERS = (Q1, Q2)


def council() -> dict[str, bytes]:
    """Two areas and three percentages without decimals; A1 has a figure for the first quarter, A2 a provisional one."""
    return small_bundle(
        areas=[{"code": "X", "name": "Exampleshire"}, {"code": "Y", "name": "Otherton"}],
        indicators=[register(code, decimals="0", areas="X Y") for code in ("A1", "A2", "A3")],
        targets=[{"indicator": "A1", "from_quarter": Q1, "value": "75", "source": "Plan"}],
        observations=[figure("A1", Q1, "70"), figure("A2", Q1, "60", status="provisional")],
    )


def publish(services: Services, file: GivenFile, by: str = "Ann", reason: str = "Counted again.") -> Upload:
    return services.uploads.publish(services.uploads.preview(file), Decision(by, reason, None))


@cache
def _made() -> dict[str, bytes]:
    """The files of the small council's database, as it is made."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "kpi.duckdb"
        make_database(path, council(), fixed_clock)
        return {
            one.relative_to(folder).as_posix(): one.read_bytes() for one in Path(folder).rglob("*") if one.is_file()
        }


def open_at(folder: Path, name: str = "kpi.duckdb") -> Services:
    """A database in ``folder``: at the first time the small council's, as it is made."""
    if not (folder / "data").exists():
        write_files(folder / "data", council())
        write_files(folder, {path.replace("kpi.duckdb", name): content for path, content in _made().items()})
    return Services.open(folder / name, folder / "data", fixed_clock)


def stands(services: Services, code: str, when: str = Q2, area: str | None = None) -> Observation | None:
    """What stands for an indicator and quarter."""
    (found,) = [one for one in services.scorecard(when, area).rows if one.indicator.code == code]
    return found.observation


def shows(services: Services, code: str, when: str = Q2, first: bool = False) -> str:
    """A figure as the scorecard displays it."""
    card = services.scorecard(when, when="first" if first else "")
    (found,) = [one for one in card.rows if one.indicator.code == code]
    return found.display


def all_said(services: Services, quarters: Iterable[str] = QUARTERS) -> dict[str, Any]:
    """Everything that readers are told: scorecards as they stand and as first recorded, series, history with effects."""
    said: dict[str, Any] = {"history": [as_json.upload_json(one) for one in services.uploads.history()]}
    for upload in services.uploads.history():
        said[f"upload {upload.id}"] = as_json.withdrawal_json(services.uploads.one(upload.id))
    for area in services.areas():
        for when in quarters:
            for moment in ("", "first"):
                card = services.scorecard(when, area, moment)
                said[f"{area} {when} {moment}"] = as_json.scorecard_json(card, card)
        for one in services.about(area).indicators:
            said[f"{area} {one.code}"] = as_json.indicator_json(services.indicator(one.code, Q2, area))
    return said


def rows_of(services: Services, table: str, where: str = "true") -> list[tuple[Any, ...]]:
    """The rows of a table as they lie in the database."""
    with services._ledger.store.read() as reading:
        return reading.rows(f"select * from {table} where {where} order by all")


def all_held(services: Services) -> dict[str, list[tuple[Any, ...]]]:
    return {table: rows_of(services, table) for table in ("event", "file", *RECORDS)}


def events(database: Path) -> tuple[Event, ...]:
    """What the second copy says was done, in order."""
    return Mirror(folder_of(database)).read().events


def happened(database: Path) -> list[tuple[str, int]]:
    """The publications and withdrawals that the second copy tells of, each with its upload, in order."""
    mirror, found = Mirror(folder_of(database)), []
    for event in events(database):
        for table in tables_in(event.body, mirror.file, ("upload", "withdrawn")):
            published = table.name == "upload"
            found += [("published", one.id) if published else ("withdrawn", one.upload) for one in table.records]
    return found


def entries(name: str, *rows: dict[str, str] | Any) -> GivenFile:
    return GivenFile(csv_bytes(rows), name)

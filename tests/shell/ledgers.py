"""What the tests of the ledger share: a small council, an act of every kind, what all readers are told, and ways to spoil a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from shutil import copytree
from typing import Any

import duckdb
import pytest

from kpi_core.__main__ import main
from kpi_core.access import Actor
from kpi_core.codec import json_of
from kpi_core.errors import NotPublished, NotSaved, StoreError
from kpi_core.events import RECORDS, Event, Kind, event_of, line_of
from kpi_core.intake import ColumnMapping, Decision, GivenFile, read_mapping
from kpi_core.model import NONE_IDENTIFIED, Action, ExceptionReport, Upload
from kpi_core.shell.services import Services
from kpi_core.shell.storage.mirror import Mirror, folder_of
from kpi_core.showing import as_json

from ..conftest import csv_bytes, figure, fixed_clock, register, small_bundle, write_files

Q1, Q2, Q3, Q4 = (f"Q{number} 2022-23" for number in (1, 2, 3, 4))
OFFICER = Actor("Olu Officer", "Performance officer")
ANN = Actor("Ann Author", "Report author")
HEAD = Actor("Hilda Head", "Service Unit Head")
BEA, BO = Actor("Bea Board", "Improvement board"), Actor("Bo Board", "Improvement board")
ADMIN = Actor("Ada Admin", "Administrator")
DATABASE, MIRROR = "kpi.duckdb", "kpi.duckdb.ledger/events.jsonl"
LAST = 19
"""How many events there are after ``prepared``."""


def council() -> dict[str, bytes]:
    """Two areas and three percentages; A1 misses its target in three quarters."""
    return small_bundle(
        areas=[{"code": "X", "name": "Exampleshire"}, {"code": "Y", "name": "Otherton"}],
        indicators=[register("A1", areas="X Y"), register("A2"), register("A3")],
        targets=[{"indicator": "A1", "from_quarter": Q1, "value": "75", "source": "Plan"}],
        observations=[figure("A1", when, value) for when, value in ((Q1, "70"), (Q2, "71.5"), (Q3, "72"))]
        + [figure("A2", Q1, "60", status="provisional")],
    )


def open_at(folder: Path, **more: Any) -> Services:
    """The database of a folder, made from the small council at the first time."""
    if not (folder / "data").exists():
        write_files(folder / "data", council())
    return Services.open(folder / "kpi.duckdb", folder / "data", fixed_clock, **more)


@contextmanager
def opened(folder: Path, **more: Any) -> Iterator[Services]:
    services = open_at(folder, **more)
    try:
        yield services
    finally:
        services.close()


# --- acts ---------------------------------------------------------------------------------------------------------


def row(code: str, value: str, when: str = Q2, **cells: str) -> dict[str, str]:
    return {"indicator": code, "quarter": when, "value": value} | cells


def given(*rows: Mapping[str, str], name: str = "figures.csv", mapping: ColumnMapping | None = None) -> GivenFile:
    return GivenFile(csv_bytes(rows), name, mapping)


def publish(services: Services, file: GivenFile, reason: str = "Counted again.") -> Upload:
    return services.uploads.publish(services.uploads.preview(file), Decision(OFFICER.name, reason, None))


MAPPING = """\
about = "Visits — mit Umlaut"   # a comment that is kept
shape = "long"

[columns]
indicator = "Code"
quarter = "Period"
value = "Value"

[[register]]
code = "ZZ1"
name = "Visits on time"
category = "Education"
unit = "percent"
decimals = 1
polarity = "high"
basis = "quarter"
aliases = "timely visits; visit timeliness"
"""


def mapped() -> GivenFile:
    """A file read through a mapping that adds an indicator with other names."""
    return GivenFile(b"Code,Period,Value\nZZ1,Q2 2022-23,83.5\n", "visits.csv", read_mapping(MAPPING, "visits"))


def filled(draft: ExceptionReport, why: str = "Staff left.") -> ExceptionReport:
    """A draft with everything that submission needs, one action, and text that is not plain."""
    sections = tuple(
        (heading, f"{why}\n\n- “Ünïcode” \u2028 and {{}} \\" if not place else NONE_IDENTIFIED)
        for place, (heading, _) in enumerate(draft.sections)
    )
    actions = (Action(0, "Fill the posts.", "Head of Service", date(2022, 12, 31)),)
    return replace(draft, reason_line=why, sections=sections, actions=actions, completed_by="Report author")


def drafted(services: Services, quarter: str) -> ExceptionReport:
    begun = services.reports.start("A1", quarter, ANN)
    return services.reports.save(filled(begun), begun.version, ANN)


def submitted(services: Services, quarter: str) -> ExceptionReport:
    return services.reports.submit("A1", quarter, drafted(services, quarter).version, ANN)


def propose(services: Services, value: str) -> None:
    services.scenarios.propose(
        "A1", Q4, value=Decimal(value), tolerance=Decimal("1.0"), tolerance_kind="points", decided_by="Committee",
        decided_on=date(2022, 11, 17), paper="Minutes, 17 November", reason="It is met.", actor=BEA, scenario=1,
    )  # fmt: skip


def prepared(services: Services) -> None:
    """A state in which every act of ``ACTS`` can be done; it is made by nearly all of them."""
    publish(services, given(row("A1", "73", comment="Late “returns”."), row("A3", "c"), name="two.csv"))
    publish(services, mapped())
    publish(services, given(row("A2", "61", Q1), name="three.csv"))
    services.uploads.withdraw(3, "Wrong file.", OFFICER.name)
    services.reports.approve("A1", Q1, submitted(services, Q1).version, HEAD)
    submitted(services, Q2)
    drafted(services, Q3)
    services.reports.mark_concern("A2", Q2, "Two leads left.", ANN)
    services.scenarios.save("What if", "To see.", Q2, ["target:A1=70"], [("A1", "73% [r]", "75%")], BEA)
    for value in ("70", "71.50", "72"):
        propose(services, value)


def _latest(services: Services, quarter: str) -> ExceptionReport:
    found = services.reports.one("A1", quarter).report
    assert found is not None
    return found


def _save(services: Services) -> None:
    stands = _latest(services, Q3)
    services.reports.save(replace(stands, reason_line="Another reason."), stands.version, ANN)


def _load(services: Services) -> None:
    """The files of ``data/`` are others now."""
    folder = services._data
    assert folder is not None
    path = folder / "observations.csv"
    path.write_bytes(path.read_bytes().replace(b"71.5", b"71.4"))
    services.load_data(OFFICER)


def _confirm(services: Services) -> None:
    """As if the second copy had been lost and written again."""
    assert services._ledger.mirror is not None
    services._ledger.mirror.mark_unconfirmed()
    services.confirm_second_copy(OFFICER)


ACTS: dict[Kind, Callable[[Services], object]] = {
    Kind.LOADED: _load,
    Kind.PUBLISHED: lambda to: publish(to, given(row("A2", "55"), row("A3", "40", Q1), name="next.csv")),
    Kind.WITHDRAWN: lambda to: to.uploads.withdraw(1, "Wrong.", OFFICER.name),
    Kind.MAPPING: lambda to: to.uploads.save_mapping(read_mapping(MAPPING, "another-extract"), OFFICER),
    Kind.REPORT_SAVED: _save,
    Kind.REPORT_READ_IN: lambda to: to.reports.take_in(
        replace(_latest(to, Q3), unplaced="Left over."), "form.docx", ANN
    ),
    Kind.REPORT_RESTORED: lambda to: to.reports.restore("A1", Q3, 1, ANN),
    Kind.REPORT_SUBMITTED: lambda to: to.reports.submit("A1", Q3, _latest(to, Q3).version, ANN),
    Kind.REPORT_RETURNED: lambda to: to.reports.give_back("A1", Q2, "Say more.", HEAD),
    Kind.REPORT_APPROVED: lambda to: to.reports.approve("A1", Q2, _latest(to, Q2).version, HEAD),
    Kind.REPORT_REOPENED: lambda to: to.reports.reopen("A1", Q1, "The figure changed.", HEAD),
    Kind.ACTION_CLOSED: lambda to: to.reports.close_action("A1", Q3, 1, "Both are filled.", ANN),
    Kind.CONCERN_MARKED: lambda to: to.reports.mark_concern("A3", Q2, "It falls.", ANN),
    Kind.CONCERN_LIFTED: lambda to: to.reports.lift_concern("A2", Q2, ANN),
    Kind.SCENARIO_SAVED: lambda to: to.scenarios.save("Next", "Why", Q2, ["target:A1=71"], (), BEA),
    Kind.TARGET_PROPOSED: lambda to: propose(to, "77"),
    Kind.PROPOSAL_ACCEPTED: lambda to: to.scenarios.accept(1, BO),
    Kind.PROPOSAL_DECLINED: lambda to: to.scenarios.decline(2, "Not now.", BO),
    Kind.MIRROR_CONFIRMED: _confirm,
    Kind.ERASED: lambda to: to.erase(2, "A name stood in it.", ADMIN, "Sam Second"),
}
"""One act of each kind, possible after ``prepared``."""


# --- what is held and said ----------------------------------------------------------------------------------------


def records_held(services: Services) -> dict[str, list[Any]]:
    """Every record of every kind, each with the event that gave it, as text of the whole record."""
    with services._ledger.store.read() as reading:
        return {
            name: [(number, json.dumps(json_of(one), ensure_ascii=False)) for number, one in reading.select(record)]
            for name, record in RECORDS.items()
        }


def said(services: Services, quarters: Iterable[str] = (Q1, Q2, Q3, Q4)) -> dict[str, Any]:
    """Everything that readers are told, now and at every position."""
    told: dict[str, Any] = {"history": [as_json.upload_json(one) for one in services.uploads.history()]}
    for upload in services.uploads.history():
        told[f"upload {upload.id}"] = as_json.withdrawal_json(services.uploads.one(upload.id))
    for when in ("", "first", *map(str, range(2, services.position + 1, 8))):
        for area in services.areas():
            for quarter in quarters:
                card = services.scorecard(quarter, area, when)
                told[f"{when} {area} {quarter}"] = as_json.scorecard_json(card, card)
    for one in services.about().indicators:
        told[one.code] = as_json.indicator_json(services.indicator(one.code, Q2))
    told["reports"] = [repr(services.reports.one("A1", quarter)) for quarter in (Q1, Q2, Q3)]
    told["scenarios"] = services.scenarios.every(), services.scenarios.proposals()
    told["changes"] = services.changes()
    told["mappings"] = {name: one.text for name, one in services.uploads.profiles().items()}
    return told


def all_of(services: Services) -> dict[str, Any]:
    """What readers are told, what is held, and the head."""
    return said(services) | records_held(services) | {"head": services.head}


def kinds(services: Services) -> list[str]:
    """What was done, in order."""
    return [one.kind for one in services._ledger.events()]


# --- files, and how they are spoilt -------------------------------------------------------------------------------


def mirror_of(folder: Path) -> Mirror:
    return Mirror(folder_of(folder / "kpi.duckdb"))


def lines_of(folder: Path) -> list[bytes]:
    """The lines of the second copy, each with its end."""
    return mirror_of(folder).path.read_bytes().splitlines(keepends=True)


def write_lines(folder: Path, lines: Iterable[bytes]) -> None:
    mirror_of(folder).path.write_bytes(b"".join(lines))


def files_in(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def flipped(path: Path, place: int, bit: int = 0) -> None:
    content = bytearray(path.read_bytes())
    content[place % len(content)] ^= 1 << bit
    path.write_bytes(content)


def cut(path: Path, length: int) -> None:
    path.write_bytes(path.read_bytes()[:length])


def tamper(folder: Path, *statements: str) -> None:
    """Somebody changes the database by SQL, past the explorer."""
    with duckdb.connect(str(folder / "kpi.duckdb")) as other:
        for one in statements:
            other.execute(one)


def rewritten(events: Iterable[Event], change: Callable[[Event], Event]) -> list[Event]:
    """A chain that somebody wrote anew, every hash worked out again so that it holds in itself."""
    chain: list[Event] = []
    for event in events:
        before = chain[-1].hash if chain else event.previous
        chain.append(replace(change(event), previous=before).sealed)
    return chain


def rewrite_mirror(folder: Path, change: Callable[[Event], Event]) -> None:
    events = [one for line in lines_of(folder) if (one := event_of(line)) is not None]
    write_lines(folder, map(line_of, rewritten(events, change)))


def rewrite_database(folder: Path, change: Callable[[Event], Event]) -> None:
    events = [one for line in lines_of(folder) if (one := event_of(line)) is not None]
    with duckdb.connect(str(folder / "kpi.duckdb")) as other:
        other.execute("delete from event")
        for one in rewritten(events, change):
            cells = (one.number, one.happened_at.isoformat(), one.actor, one.role, one.kind, one.body, one.previous, one.hash)  # fmt: skip
            other.execute("insert into event values (?, ?, ?, ?, ?, ?, ?, ?)", list(cells))


# --- a folder in which nearly everything was done -----------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database in which nearly everything was done once, closed."""
    folder = tmp_path_factory.mktemp("whole")
    with opened(folder) as services:
        prepared(services)
        assert services.position == LAST
    return folder


@pytest.fixture(scope="module")
def before(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Everything that it holds and tells."""
    folder = tmp_path_factory.mktemp("before") / "copy"
    copytree(whole, folder)
    with opened(folder) as services:
        return all_of(services)


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "one"
    copytree(whole, copy)
    return copy


def reads_on_and_writes_nothing(services: Services, why: str) -> None:
    """Every page says why nothing can be written, an act is refused with it, and figures are read."""
    assert services.scorecard(Q2).rows
    assert services.changes()
    (warning,) = services.warnings()
    assert warning.startswith("Nothing can be written. ")
    assert why in warning
    assert warning.isprintable()
    with pytest.raises(NotPublished, match="Nothing was published: "):
        publish(services, given(row("A2", "55")))
    with pytest.raises(NotSaved, match="Nothing was saved: "):
        services.reports.mark_concern("A3", Q2, "It falls.", ANN)
    assert any(why in one for one in services.verify().problems)


def all_is_well(folder: Path, before: dict[str, Any]) -> str:
    """What is said at opening; then both copies are whole, and all answers are as before."""
    with opened(folder) as services:
        assert services.verify().problems == ()
        assert all_of(services) == before
        said = services.recovered
    with opened(folder) as services:
        assert services.recovered == "", "it is said once"
    return said


def verified(folder: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str]:
    """What the command ``verify`` answers."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("KPI_DATA", str(folder / "data"))
        status = main(["--db", str(folder / DATABASE), "verify", *more])
    return status, capsys.readouterr().out


def why_not_open(folder: Path) -> str:
    """The sentence that the database is refused with; empty: it opens."""
    try:
        open_at(folder).close()
    except StoreError as refused:
        return str(refused)
    return ""

"""Every record goes through JSON, an event, the database, a CSV file and a rebuild, and comes back as it was.

What each field is set to is worked out from its type, so that a field that is added later is tried without being listed
here; one that is forgotten in the migration fails.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import count
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_core.codec import ERASED, Mark, columns, csv_text, differing, from_json, json_of, records, said_of
from kpi_core.columns import TABLES, headings
from kpi_core.errors import KpiError
from kpi_core.events import LARGE, RECORDS, Kind, files_named, sha256, tables_in, tables_of, written
from kpi_core.intake import data_folder
from kpi_core.model import (
    Absence,
    Action,
    Area,
    Benchmark,
    Conflict,
    ExceptionReport,
    GivenFigure,
    Indicator,
    Observation,
    Target,
    Upload,
)
from kpi_core.periods import Quarter
from kpi_core.shell.storage import Ledger, Made, make_database, rebuild
from kpi_core.shell.storage.mirror import Mirror, folder_of
from kpi_core.shell.storage.store import Store
from kpi_core.showing import register_tables

from .conftest import NOW, csv_bytes, fixed_clock, small_bundle
from .shell.ledgers import ADMIN

# --- records with every field set ---------------------------------------------------------------------------------

KINDS = sorted(RECORDS.values(), key=lambda one: one.__name__)
ALL = pytest.mark.parametrize("kind", KINDS, ids=lambda one: one.__name__)
_HOSTILE = 'Ünï“code” \u2028 \U0001f600, "quoted"; {[(\\n)]} 50% = 1'


def derived(kind: type, name: str) -> bool:
    """Whether a field is worked out, and so never written down."""
    hint = get_type_hints(kind, include_extras=True)[name]
    return get_origin(hint) is Annotated and Mark.DERIVED in get_args(hint)[1:]


def value(hint: Any, default: Any, at: Iterator[int], text: Callable[[int], str]) -> Any:
    """Something of a type that is not its default."""
    if get_origin(hint) in (UnionType, Union):
        (hint,) = (one for one in get_args(hint) if one is not NoneType)
    number = next(at)
    plain: dict[Any, Any] = {
        str: text(number),
        int: number + 1,
        bool: not default if default is not MISSING else True,
        Decimal: Decimal(f"-{number}.50"),
        Quarter: Quarter(2000 + number % 90, 1 + number % 4),
        datetime: NOW + timedelta(days=number, microseconds=number),
        date: NOW.date() + timedelta(days=number),
    }
    if hint in plain:
        return plain[hint]
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return next(one for one in reversed(hint) if one != default)
    if is_dataclass(hint):
        return record(hint, at, text)
    parts = get_args(hint)
    assert get_origin(hint) is tuple, f"a type that no record had before: {hint}"
    if parts[1:] == (...,):
        return tuple(value(parts[0], MISSING, at, text) for _ in range(2))
    return tuple(value(one, MISSING, at, text) for one in parts)


def record(kind: Any, at: Iterator[int], text: Callable[[int], str] = lambda number: f"{number} {_HOSTILE}") -> Any:
    """A record with every field that is written down set to something that is not its default."""
    hints = get_type_hints(kind)
    made = {}
    for one in fields(kind):
        if not derived(kind, one.name):
            default = one.default if one.default_factory is MISSING else one.default_factory()
            made[one.name] = value(hints[one.name], default, at, text)
            assert made[one.name] != default
    return kind(**made)


def nothing(kind: Any, full: Any) -> Any:
    """The same with everything empty that may be: no text, no number, an empty list."""
    hints = get_type_hints(kind)
    empty = {}
    for one in fields(kind):
        hint = hints[one.name]
        if derived(kind, one.name):
            continue
        if get_origin(hint) in (UnionType, Union) and NoneType in get_args(hint):
            empty[one.name] = None
        elif hint is str:
            empty[one.name] = ""
        elif get_origin(hint) is tuple and get_args(hint)[1:] == (...,):
            empty[one.name] = ()
    return replace(full, **empty)


def several(kind: Any) -> list[Any]:
    """Records of one kind: two full ones that differ in everything, an empty one, and a full one again."""
    at = count(1)
    first, second = record(kind, at), record(kind, at)
    return [first, second, nothing(kind, first), first]


# --- one kind after another ---------------------------------------------------------------------------------------


@ALL
def test_as_json_a_record_comes_back_as_it_was(kind: type) -> None:
    for one in several(kind):
        assert from_json(kind, json.loads(json.dumps(json_of(one)))) == one


@ALL
def test_a_field_that_is_worked_out_is_written_nowhere_and_every_other_one_is(kind: type) -> None:
    worked_out = {one.name for one in fields(kind) if derived(kind, one.name)}
    assert {one.name for one in columns(kind)} == {one.name for one in fields(kind)} - worked_out
    assert json_of(several(kind)[0]).keys().isdisjoint(worked_out)


@ALL
def test_in_an_event_records_come_back_as_they_were(kind: type) -> None:
    for of in (several(kind), several(kind)[:1], several(kind)[2:3], several(kind)[:1] * 3):
        body, files = written(tables_of(of), {"upload": b"bytes"})
        (table,) = tables_in(body, files.get)
        assert table.records == of
        assert all(sha256(content) == name for name, content in files.items())
        assert set(files_named(body)) == set(files)


@ALL
def test_a_large_result_is_a_file_of_its_own_and_comes_back_as_it_was(kind: type) -> None:
    of = several(kind) * (LARGE // 40)
    body, files = written(tables_of(of), {})
    assert len(body) < LARGE
    assert "records" in files_named(body).values()
    (table,) = tables_in(body, files.get)
    assert table.records == of


@ALL
def test_what_people_wrote_stands_in_no_body_and_is_erased_with_its_file(kind: type) -> None:
    people = {one.name for one in columns(kind) if one.words}
    one = record(kind, count(1), lambda number: f"Sentence {number}.")
    body, files = written(tables_of([one]), {})
    plain = [json_of(one)[name] for name in people]
    assert not [cell for cell in plain if isinstance(cell, str) and cell in body]
    words = {name for name, what in files_named(body).items() if what == "words"}
    (table,) = tables_in(body, {name: content for name, content in files.items() if name not in words}.get)
    erased = {name for name in people if table.cells[name][0] in (ERASED, [])}
    assert erased == people
    assert differing(table.records[0], one) == [name.name for name in columns(kind) if name.words]


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    opened = Store.open(":memory:", NOW)
    yield opened
    opened.close()


@ALL
def test_from_the_database_a_record_comes_back_as_it_was_whichever_way_it_is_read(kind: type, store: Store) -> None:
    of = several(kind)
    with store.write() as writing:
        writing.drop_rows()
        writing.add_rows(7, tables_of(of))
        writing.add_rows(8, tables_of(of[:1]))
    with store.read() as reading:
        expected = [(7, one) for one in of] + [(8, of[0])]
        assert reading.select(kind) == expected
        assert reading.several({kind: ("where given_by < ?", [8])})[kind] == expected[:-1]
        numbers, table = reading.table(kind)
        assert (list(numbers), table.records) == ([7, 7, 7, 7, 8], [*of, of[0]])


def test_every_column_of_the_migration_is_a_field_and_of_its_type(store: Store) -> None:
    with store.read() as reading:
        rows = reading.rows("select table_name, column_name, lower(data_type) from information_schema.columns order by ordinal_position")  # fmt: skip
    for name, kind in RECORDS.items():
        there = {(column, sql) for table, column, sql in rows if table == name}
        assert there == {("given_by", "bigint"), ("place", "bigint"), *((one.name, one.sql) for one in columns(kind))}
    assert {table for table, *_ in rows} == {*RECORDS, "event", "file", "migration"}


def test_a_field_that_the_migration_forgot_fails(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """This very test would be useless if a new field could pass unseen."""

    @dataclass(frozen=True, slots=True)
    class Longer(Area):
        added: str = "as ever"

    monkeypatch.setitem(RECORDS, "area", Longer)  # type: ignore[misc]
    monkeypatch.setattr("kpi_core.events.TABLE_OF", {Longer: "area"})
    assert record(Longer, count(1)).added != "as ever"
    with pytest.raises(Exception, match="added"), store.write() as writing:
        writing.add_rows(9, tables_of([record(Longer, count(1))]))


def test_a_rebuild_from_the_second_copy_gives_every_record_as_it_was(tmp_path: Path) -> None:
    database = tmp_path / "kpi.duckdb"
    make_database(database, small_bundle(), fixed_clock)
    of = [one for kind in KINDS for one in several(kind) if kind.__name__ not in ("Erased", "Withdrawn")]
    large = [record(GivenFigure, count(5_000)) for _ in range(2)] * 3_000
    store = Store.open(database, NOW)
    Ledger(store, Mirror(folder_of(database)), fixed_clock).act(ADMIN, Kind.PUBLISHED, lambda: Made((*of, *large)))
    before = _held(store)
    store.close()
    database.unlink()
    assert rebuild(database, fixed_clock).position == 2
    store = Store.open(database, NOW)
    assert _held(store) == before
    assert sum(map(len, before.values())) > 6_000
    store.close()


def _held(store: Store) -> dict[type, list[tuple[int, Any]]]:
    with store.read() as reading:
        return {kind: reading.select(kind) for kind in KINDS}


# --- CSV files ----------------------------------------------------------------------------------------------------

HAVE_A_FILE: dict[str, type] = {
    "areas.csv": Area,
    "indicators.csv": Indicator,
    "targets.csv": Target,
    "observations.csv": Observation,
    "benchmarks.csv": Benchmark,
    "conflicts.csv": Conflict,
}
_FITS = {
    "kind": ("kind", "profiled"),
    "status": ("status", "provisional"),
    "tolerance_kind": ("tolerance_kind", "percent"),
    "origin": ("origin", "statutory"),
    "confirmed_through": ("confirmed_through", "2023-24"),
    "subject": ("subject", "outturn"),
}
"""The cells that are one of a few words, or another column's."""


@pytest.mark.parametrize("file", HAVE_A_FILE)
def test_each_cell_of_a_csv_file_comes_back_as_it_was(file: str) -> None:
    kind, names = HAVE_A_FILE[file], headings(HAVE_A_FILE[file])
    one = replace(record(kind, count(1)), **_few(kind))
    tried = set()
    for heading, (read, _) in TABLES[file].items():
        if (name := names.get(heading)) is not None:
            assert read(csv_text(getattr(one, name))) == getattr(one, name), heading
            tried.add(name)
    assert tried == {each.name for each in said_of(kind)} - {"profiled", "absence", "provisional"}


def _few(kind: type) -> dict[str, Any]:
    """Values for the fields that a reader knows a few words for."""
    few: dict[str, Any] = {name: word for name, (_, word) in _FITS.items()}
    return {name: word for name, word in few.items() if name in {one.name for one in fields(kind)}} | (
        {"due": (2, 4), "aliases": ("one", "another name")} if kind is Indicator else {}
    )


def test_through_the_files_of_data_every_field_of_a_record_is_read_as_it_was_written() -> None:
    area = Area("X", "Exampleshire")
    entry = replace(
        record(Indicator, count(1), lambda n: f"Text {n}, “quoted”"), code="A1", due=(1, 2), may_pass_100=True
    )
    entry = replace(entry, first_quarter=None, final_quarter=None, start=Quarter(2001, 1), aliases=("one", "two"))
    aim = replace(
        record(Target, count(1)), indicator="A1", area="X", low=None, high=None, value=Decimal("7.50"), tolerance=Decimal("0.5"),
        tolerance_kind="points", origin="local", confirmed_through="2023-24", intervention_level=Decimal("6.0"),
    )  # fmt: skip
    seen = replace(
        record(Observation, count(1)), indicator="A1", area="X", value=Decimal("50.0"), absence=None, numerator=1, denominator=2,
        revision_reason="",
    )  # fmt: skip
    hidden = replace(seen, quarter=seen.quarter + 1, value=None, absence=Absence.SUPPRESSED, provisional=False)
    mark = replace(record(Benchmark, count(1)), indicator="A1")
    doubt = replace(record(Conflict, count(1)), indicator="A1", area="X", subject="outturn")
    files = small_bundle(
        areas=[_row("areas.csv", area)],
        indicators=[_row("indicators.csv", entry) | {"areas": "X"}],
        targets=[_row("targets.csv", aim) | {"kind": "profiled"}],
        observations=[
            _row("observations.csv", seen) | {"status": "provisional"},
            _row("observations.csv", hidden) | {"value": "c", "status": "final"},
        ],
        benchmarks=[_row("benchmarks.csv", mark)],
        conflicts=[_row("conflicts.csv", doubt)],
    )
    read = data_folder.read_data_folder(files)
    assert read.indicators == (entry,)
    assert read.targets == (aim,)
    assert read.observations == (seen, hidden)
    assert (read.benchmarks, read.conflicts, read.areas) == ((mark,), (doubt,), (("X", "Exampleshire"),))


def _row(file: str, one: Any) -> dict[str, str]:
    names = headings(type(one))
    return {heading: csv_text(getattr(one, names[heading])) for heading in TABLES[file] if heading in names}


def test_what_is_downloaded_of_the_register_and_the_targets_holds_every_field() -> None:
    at = count(1)
    entry = replace(record(Indicator, at), due=(1, 3), aliases=("one", "another name"))
    aim = replace(record(Target, at), **_few(Target), profiled=True)
    for one, file, table in zip((entry, aim), ("indicators.csv", "targets.csv"), register_tables((entry,), (aim,), {}), strict=True):  # fmt: skip
        names = headings(type(one))
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(table.headings)
        writer.writerow([csv_text(cell) for cell in table.rows[0]])
        (row,) = csv.DictReader(io.StringIO(text.getvalue(), newline=""))
        for heading, (read, _) in TABLES[file].items():
            if heading in names:
                assert read(row[heading]) == getattr(one, names[heading]), heading


# --- any records at all -------------------------------------------------------------------------------------------

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
VALUES: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    int: st.integers(-(2**62), 2**62),
    bool: st.booleans(),
    Decimal: st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=3),
    Quarter: st.builds(Quarter, st.integers(1900, 2199), st.integers(1, 4)),
    datetime: st.datetimes(),
    date: st.dates(),
}


def any_value(hint: Any) -> st.SearchStrategy[Any]:
    if get_origin(hint) in (UnionType, Union):
        return st.none() | any_value(next(one for one in get_args(hint) if one is not NoneType))
    if hint in VALUES:
        return VALUES[hint]
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return st.sampled_from(hint)
    if is_dataclass(hint):
        return any_record(hint)
    parts = get_args(hint)
    if parts[1:] == (...,):
        return st.lists(any_value(parts[0]), max_size=3).map(tuple)
    return st.tuples(*map(any_value, parts))


def any_record(kind: Any) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    return st.builds(
        kind, **{one.name: any_value(hints[one.name]) for one in fields(kind) if not derived(kind, one.name)}
    )


ANY = st.lists(st.one_of([any_record(kind) for kind in KINDS]), max_size=5)


@settings(max_examples=150)
@given(ANY)
def test_any_records_come_back_from_json_an_event_and_the_database(of: list[Any]) -> None:
    assert [from_json(type(one), json.loads(json.dumps(json_of(one)))) for one in of] == of
    body, files = written(tables_of(of), {})
    tables = tables_in(json.dumps(json.loads(body)), files.get)
    read = [one for table in tables for one in table.records]
    assert read == [one for table in tables_of(of) for one in table.records]
    assert len(read) == len(of)
    assert all(one in read for one in of)


@settings(max_examples=60)
@given(of=ANY)
def test_any_records_come_back_from_the_database(of: list[Any], store: Store) -> None:
    tables = tables_of(of)
    with store.write() as writing:
        writing.drop_rows()
        writing.add_rows(3, tables)
    with store.read() as reading:
        for table in tables:
            kind = RECORDS[table.name]
            assert [one for _, one in reading.select(kind)] == table.records
            assert [one for _, one in reading.several({kind: ("", ())})[kind]] == table.records


# --- what is missing, and what is no cell -------------------------------------------------------------------------


def test_a_field_that_came_later_has_its_default_in_what_was_written_before() -> None:
    one = several(Upload)[0]
    before = json_of(one)
    del before["mapping"], before["comments"]
    assert from_json(Upload, before) == replace(one, mapping="", comments=0)
    body, files = written(tables_of([one]), {})
    said = json.loads(body)
    del said["records"]["upload"]["cells"]["counts"]
    (table,) = tables_in(json.dumps(said), files.get)
    assert table.records == [replace(one, counts=(0, 0, 0, 0))]


def test_a_field_that_was_dropped_since_is_passed_over() -> None:
    assert from_json(Area, {"code": "X", "name": "Exampleshire", "population": 7}) == Area("X", "Exampleshire")


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        (Area, {"code": "X"}),
        (GivenFigure, json_of(several(GivenFigure)[0]) | {"absence": "missing"}),
        (GivenFigure, json_of(several(GivenFigure)[0]) | {"quarter": "Q7 2022-23"}),
        (ExceptionReport, json_of(several(ExceptionReport)[0]) | {"saved_at": "yesterday"}),
        (ExceptionReport, json_of(several(ExceptionReport)[0]) | {"sections": [["one"]]}),
        (ExceptionReport, json_of(several(ExceptionReport)[0]) | {"actions": 7}),
    ],
    ids=["a field that must be there", "no such mark", "no such quarter", "no moment", "half a pair", "no list"],
)
def test_a_cell_that_is_none_of_its_column_is_refused(kind: type, cells: dict[str, Any]) -> None:
    with pytest.raises((KeyError, ValueError, TypeError, KpiError)):
        from_json(kind, cells)


def test_a_figure_keeps_its_decimals_and_never_has_an_exponent() -> None:
    for text in ("15", "15.0", "0.00", "100", "-3.50", "1000000000000"):
        one = replace(several(GivenFigure)[0], value=Decimal(text))
        assert json_of(one)["value"] == text
        assert str(from_json(GivenFigure, json_of(one)).value) == text
    assert json_of(replace(several(GivenFigure)[0], value=Decimal("1E+3")))["value"] == "1000"


def test_what_differs_is_named_and_what_is_worked_out_is_left_aside() -> None:
    one = several(Observation)[0]
    assert differing(one, replace(one, note="Another.", value=Decimal(1), revision=9, former=Decimal(8))) == [
        "value",
        "note",
    ]
    assert differing(one, replace(one, note="Another.", value=Decimal(1)), leaving=["note"]) == ["value"]
    action = several(Action)[0]
    assert differing(action, replace(action, closed_on=date(2022, 1, 1), closing="Done.")) == []


def test_records_of_columns_in_another_order_are_the_same() -> None:
    of = several(Area)[:2]
    cells = {"name": [one.name for one in of], "code": [one.code for one in of]}
    assert records(Area, cells, 2) == of
    assert (
        csv_bytes([{"a": csv_text(True), "b": csv_text(None), "c": csv_text(Decimal("1E+2"))}]) == b"a,b,c\nyes,,100\n"
    )

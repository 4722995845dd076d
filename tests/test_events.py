"""The chain: an edit, a deletion, a reordering and a cut end break it; a line is read as it was written, to the letter, or not at all."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_core.codec import ERASED
from kpi_core.events import (
    BEGINNING,
    Event,
    Kind,
    broken_link,
    event_of,
    files_named,
    line_of,
    sha256,
    tables_in,
    tables_of,
    written,
)
from kpi_core.model import Area, ChangeKind, GivenFigure, Setting
from kpi_core.periods import Quarter

from .conftest import NOW

BODY = (
    '{"records":{"setting":{"count":1,"cells":{"name":{"=":"council"},"value":{"=":"Ünï “x” 7"}}}},"words":"'
    + "a1" * 32
    + '"}'
)


def chain(length: int, body: str = BODY) -> list[Event]:
    events: list[Event] = []
    for number in range(1, length + 1):
        before = events[-1].hash if events else BEGINNING
        at = NOW + timedelta(seconds=number)
        events.append(Event(number, at, "Ann “Ö”", "Report author", Kind.PUBLISHED, body, before, "").sealed)
    return events


# --- links --------------------------------------------------------------------------------------------------------


def test_a_chain_as_it_was_written_has_no_broken_link_and_neither_has_a_part_of_it() -> None:
    events = chain(5)
    assert broken_link(events) == -1
    assert broken_link([]) == -1
    assert broken_link(events[2:], events[1].hash) == -1
    assert all(one.hash == one.proper_hash == one.sealed.hash for one in events)
    assert len({one.hash for one in events}) == 5


CHANGES = {
    "its number": {"number": 9},
    "its time": {"happened_at": NOW},
    "its actor": {"actor": "Bob"},
    "its role": {"role": "Administrator"},
    "its kind": {"kind": Kind.ERASED},
    "its body": {"body": BODY.replace("7", "8")},
    "the hash before": {"previous": "0" * 63 + "1"},
    "its hash": {"hash": "f" * 64},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("place", [0, 2, 4])
def test_an_edited_event_is_found_at_its_place(change: dict[str, object], place: int) -> None:
    events = chain(5)
    events[place] = replace(events[place], **change)  # type: ignore[arg-type]
    if "number" in change and place == 0:
        assert broken_link(events) in (0, 1)
    else:
        assert broken_link(events) == place


@pytest.mark.parametrize("change", [one for name, one in CHANGES.items() if name != "its hash"])
def test_an_edited_event_whose_own_hash_was_worked_out_again_breaks_the_next(change: dict[str, object]) -> None:
    events = chain(5)
    events[2] = replace(events[2], **change).sealed  # type: ignore[arg-type]
    assert broken_link(events) in (2, 3)


def test_a_deletion_a_reordering_an_insertion_and_another_beginning_are_found() -> None:
    events = chain(5)
    assert broken_link([*events[:2], *events[3:]]) == 2
    assert broken_link([events[0], events[2], events[1], *events[3:]]) == 1
    assert broken_link([*events[:3], events[2], *events[3:]]) == 3
    assert broken_link(events[1:]) == 0
    assert broken_link(events, "1" * 64) == 0


def test_the_hash_of_a_body_is_over_its_bytes_and_two_parts_do_not_run_into_each_other() -> None:
    (one,) = chain(1)
    assert replace(one, actor="AnnR", role="eport").proper_hash != replace(one, actor="Ann", role="Report").proper_hash
    assert one.proper_hash != replace(one, body=f"{one.body} ").proper_hash


# --- lines --------------------------------------------------------------------------------------------------------


def test_a_line_comes_back_as_the_event_it_was() -> None:
    for event in chain(3):
        line = line_of(event)
        assert line.endswith(b"\n")
        assert line.count(b"\n") == 1
        assert event_of(line) == event


def test_any_one_flipped_bit_in_a_line_is_found() -> None:
    event = chain(2)[1]
    line = line_of(event)
    valid = 0
    for place in range(len(line) - 1):
        for bit in range(8):
            spoilt = bytearray(line)
            spoilt[place] ^= 1 << bit
            with suppress(ValueError):
                valid += isinstance(json.loads(bytes(spoilt)), dict)
            read = event_of(bytes(spoilt))
            assert read is None or broken_link([read], event.previous) == 0, (place, bit)
    assert valid > 1_000, "many a flipped bit leaves the line JSON"


@pytest.mark.parametrize(
    "of",
    [
        (b"0", b"9"),
        (b"A", b"B"),
        (b"a", b"b"),
        (b":", b";"),
        (b'"', b"'"),
        (b",", b"."),
        (b"{", b"["),
        (b"\xc3", b"\xc2"),
    ],
)
def test_a_byte_of_any_class_changed_for_another_of_its_class_is_found(of: tuple[bytes, bytes]) -> None:
    event = chain(2)[1]
    line, found = line_of(event), 0
    for place in range(len(line)):
        if line[place : place + 1] == of[0]:
            read = event_of(line[:place] + of[1] + line[place + 1 :])
            assert read is None or broken_link([read], event.previous) == 0
            found += 1
    assert found


LINE = line_of(chain(1)[0])


@pytest.mark.parametrize(
    "line",
    [
        b"", b"\n", b"{}\n", b"[]\n", b"7\n", b"null\n", b"\xff\xfe\n", b"[" * 100_000 + b"\n", LINE[:-1], LINE[:40] + b"\n", b" " + LINE,
        LINE.replace(b'"number":1', b'"number":1.0'), LINE.replace(b'"number":1', b'"number": 1'), LINE.replace(b"\n", b"\r\n"),
        LINE.replace(b'{"number":1', b'{"number":2,"number":1'), LINE.replace("Ö".encode(), rb"\u00d6"),
        LINE.replace(b'"role"', b'"more":1,"role"'), LINE.replace(b'"role":"Report author",', b""),
        LINE.replace(b"2022-11-22T09:30:01", b"2022-11-22 09:30:01"), LINE.replace(b"2022-11-22T09:30:01", b"yesterday"),
        LINE.replace(b'"number":1', b'"number":"1"'), LINE + LINE, LINE.replace(b'"by":', b'"by":null,"was":'),
    ],
    ids=[
        "nothing", "an empty line", "an empty record", "a list", "a number", "null", "no text", "far too deep", "without its end", "cut short",
        "a blank before it", "a number with a point", "a blank within it", "another line end", "a number twice", "a letter written otherwise",
        "a field more", "a field less", "a time written otherwise", "a time that is none", "a number as text", "two lines in one", "nobody as the actor",
    ],
)  # fmt: skip
def test_what_is_not_a_line_as_it_is_written_is_none_or_breaks_the_chain(line: bytes) -> None:
    read = event_of(line)
    assert read is None or broken_link([read]) == 0


@settings(max_examples=300)
@given(st.binary(max_size=300))
def test_no_bytes_at_all_are_a_traceback(content: bytes) -> None:
    assert event_of(content) is None


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@settings(max_examples=100)
@given(
    TEXT,
    TEXT,
    st.datetimes(datetime(2000, 1, 1)),
    st.dictionaries(TEXT, TEXT | st.integers() | st.lists(TEXT, max_size=3), max_size=3),
)
def test_any_event_comes_back_from_its_line(actor: str, role: str, at: datetime, said: dict[str, object]) -> None:
    body = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    event = Event(1, at.replace(fold=0), actor, role, Kind.PUBLISHED, body, BEGINNING, "").sealed
    assert event_of(line_of(event)) == event
    assert broken_link([event]) == -1


# --- bodies -------------------------------------------------------------------------------------------------------


def figure(value: str, **more: object) -> GivenFigure:
    plain = {"indicator": "A1", "area": "X", "quarter": Quarter(2022, 2), "value": Decimal(value), "source": "Report"}
    return GivenFigure(**(plain | more))  # type: ignore[arg-type]


def test_a_column_of_one_value_is_written_once_and_one_in_which_nothing_stands_not_at_all() -> None:
    body, _ = written(tables_of([figure("7"), figure("8"), figure("9")]), {})
    said = json.loads(body)["records"]["figure"]
    assert said["count"] == 3
    assert said["cells"]["area"] == {"=": "X"}
    assert said["cells"]["value"] == ["7", "8", "9"]
    assert "absence" not in said["cells"]
    assert "note" not in said["cells"]


def test_words_stand_once_in_a_file_of_their_own_however_often_they_were_said() -> None:
    of = [figure("7", comment="Late."), figure("8", comment="Late."), figure("9", comment="Left."), figure("9")]
    body, files = written(tables_of(of), {})
    name = json.loads(body)["words"]
    assert json.loads(files[name]) == ["Report", "Late.", "Left."]
    assert "Late" not in body
    (table,) = tables_in(body, files.get)
    assert table.records == of


def test_words_that_are_gone_are_said_to_be_erased_and_what_was_empty_stays_empty() -> None:
    of = [figure("7", comment="Late."), figure("8")]
    body, _ = written(tables_of(of), {})
    (table,) = tables_in(body, {}.get)
    assert [(one.comment, one.source, one.note) for one in table.records] == [(ERASED, ERASED, ""), ("", ERASED, "")]
    assert [one.value for one in table.records] == [Decimal(7), Decimal(8)]


def test_what_came_in_is_named_by_what_it_is_and_kept_byte_for_byte() -> None:
    body, files = written(tables_of([Area("X", "x")]), {"upload": b"\x00\xff", "mapping": b"a = 1"})
    named = files_named(body)
    assert {what: files[name] for name, what in named.items()} == {"upload": b"\x00\xff", "mapping": b"a = 1"}
    assert set(named) == {sha256(b"\x00\xff"), sha256(b"a = 1")}


def test_an_event_without_records_has_a_body_too() -> None:
    body, files = written([], {})
    assert (tables_in(body, files.get), files_named(body), files) == ([], {}, {})


def test_large_records_are_a_file_and_without_it_they_are_missed() -> None:
    of = [figure(str(number), kind=ChangeKind.REVISED) for number in range(30_000)]
    body, files = written(tables_of(of), {})
    assert len(body) < 1_000
    assert tables_in(body, files.get)[0].records == of
    (name,) = [name for name, what in files_named(body).items() if what == "records"]
    with pytest.raises(KeyError, match=name):
        tables_in(body, {one: content for one, content in files.items() if one != name}.get)
    assert tables_in(body, {}.get, only=("setting",)) == []


def test_only_the_kinds_that_are_asked_for_are_read() -> None:
    body, files = written(tables_of([Area("X", "x"), Setting("council", "C"), Area("Y", "y")]), {})
    assert [table.name for table in tables_in(body, files.get)] == ["area", "setting"]
    assert [table.records for table in tables_in(body, files.get, only=("setting",))] == [[Setting("council", "C")]]

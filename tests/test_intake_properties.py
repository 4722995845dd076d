"""What holds for every table an officer could upload: what was written is what is published, exactly, and nothing else.

Figures go the whole way: cells, a file of any quoting and line ends, preview, publication, the scorecard and its CSV.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpi_core.errors import NotPublished
from kpi_core.intake import Decision, GivenFile, Preview
from kpi_core.model import Absence, ChangeKind
from kpi_core.shell.export.csv_file import render
from kpi_core.shell.services import Services
from kpi_core.showing import Circumstances, scorecard_table, series_table
from kpi_core.showing.as_json import import_json

from .conftest import NOW, Q2, in_memory, register, small_bundle

QUARTERS = [(Q2 - n).text for n in range(4)]
UNITS = {
    "SHARE": ("percent", 1), "PRECISE": ("percent", 2), "COUNT": ("number", 0), "RATE": ("rate_per_10000", 1),
    "COST": ("pounds", 0), "DAYS": ("days", 1), "RATIO": ("ratio", 2),
}  # fmt: skip
SCALES = {"percent": 100, "rate_per_10000": 10_000, "ratio": 1}
HEADINGS = ["indicator", "quarter", "value", "numerator", "denominator", "status", "comment"]
BY = Decision("A. Officer", "Counted again.", confirmed=None)
MADE = Circumstances("Example Council", False, NOW)
QUICK = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])


@dataclass(frozen=True)
class Row:
    """One row as it is written, and the figure it stands for: a number, or a mark."""

    code: str
    quarter: str
    value: str
    numerator: str
    denominator: str
    status: str
    comment: str
    figure: Decimal | str

    @property
    def cells(self) -> list[str]:
        return [self.code, self.quarter, self.value, self.numerator, self.denominator, self.status, self.comment]


def rounded(value: Decimal, decimals: int) -> Decimal:
    """A half upwards, by the decimal module alone."""
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


# Letters and what a CSV file stumbles over; no digits, so that no comment is taken for a postcode.
comments = st.text(st.sampled_from("ab é£–’\"',;=\n\r|#<&"), max_size=30).map(str.strip)


@st.composite
def rows(draw: st.DrawFn, code: str, quarter: str) -> Row:
    """A row that is right: a number in its range, a mark, or counts with the value they give or none."""
    unit, decimals = UNITS[code]
    status = draw(st.sampled_from(["", "final", "provisional", "Final", "PROVISIONAL"]))
    comment = draw(comments)
    part = whole = ""
    kind = draw(st.sampled_from(["number", "number", "mark", "counts", "counts alone"]))
    figure: Decimal | str
    if kind == "mark":
        figure = value = draw(st.sampled_from("czx"))
    elif kind == "number" or unit not in SCALES:
        places = draw(st.integers(0, 6))
        most = 100 * 10**places if unit == "percent" else 10 ** (9 + places)
        figure = Decimal(draw(st.integers(0, most))).scaleb(-places)
        value = f"{figure:f}"
    else:
        below = draw(st.integers(1, 10**6))
        above = draw(st.integers(0, below))
        part, whole = str(above), str(below)
        exact = Decimal(above * SCALES[unit]) / below
        figure = rounded(exact, 12 if kind == "counts alone" else draw(st.integers(decimals, 6)))
        value = "" if kind == "counts alone" else f"{figure:f}"
    return Row(code, quarter, value, part, whole, status, comment, figure)


@st.composite
def tables(draw: st.DrawFn) -> list[Row]:
    """A row for each of some indicators and quarters, in any order."""
    pairs = [(code, quarter) for code in UNITS for quarter in QUARTERS]
    chosen = draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=10, unique=True))
    return [draw(rows(code, quarter)) for code, quarter in chosen]


@st.composite
def files(draw: st.DrawFn, table: list[Row]) -> bytes:
    """The table as a CSV file, however a spreadsheet or a program would write it."""
    order = draw(st.permutations(range(len(HEADINGS))))
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    ending = draw(st.sampled_from(["\r\n", "\n", "\r"]))
    lines = []
    for cells in (HEADINGS, *(row.cells for row in table)):
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\r\n", quoting=quoting).writerow([cells[place] for place in order])
        lines.append(text.getvalue().removesuffix("\r\n"))
    trailing = ending if draw(st.booleans()) else ""
    return (b"\xef\xbb\xbf" if draw(st.booleans()) else b"") + (ending.join(lines) + trailing).encode()


@contextmanager
def council() -> Iterator[Services]:
    """A council that has these indicators and no figures."""
    entries = [register(code, unit=unit, decimals=str(decimals)) for code, (unit, decimals) in UNITS.items()]
    services = in_memory(small_bundle(indicators=entries))
    yield services
    services.close()


def preview(services: Services, content: bytes) -> Preview:
    shown = services.uploads.preview(GivenFile(content, "figures.csv"))
    assert isinstance(shown, Preview)
    return shown


Figures = dict[tuple[str, str], tuple[Decimal | str, bool, int | None, int | None, str]]


def stand(services: Services) -> Figures:
    """Every figure that stands: a number or a mark, provisional or not, its counts and its comment."""
    found: Figures = {}
    for code in UNITS:
        for judged in services.indicator(code, "Q2 2022-23").series:
            o, quarter = judged.observation, judged.observation.quarter
            figure = o.value if o.absence is None else o.absence.value
            assert figure is not None
            assert (o.value is None) != (o.absence is None)
            found[code, quarter.text] = (figure, o.provisional, o.numerator, o.denominator, o.comment)
    return found


def written(table: list[Row]) -> Figures:
    """What the rows of a table say, read here and not by the product."""
    return {
        (row.code, row.quarter): (
            row.figure, row.status.lower() == "provisional", int(row.numerator) if row.numerator else None,
            int(row.denominator) if row.denominator else None, row.comment,
        )
        for row in table
    }  # fmt: skip


def cells_of(file: bytes, first: str) -> list[dict[str, str]]:
    """The rows of an exported table, below what is said of it."""
    lines = list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline="")))
    top = next(place for place, line in enumerate(lines) if line[:1] == [first] and len(line) > 3)
    return [dict(zip(lines[top], line, strict=True)) for line in lines[top + 1 :]]


@QUICK
@given(st.data())
def test_what_was_written_is_what_is_published_and_exported_figure_for_figure(data: st.DataObject) -> None:
    table = data.draw(tables())
    content = data.draw(files(table))
    with council() as services:
        shown = preview(services, content)
        assert [one for one in shown.findings if one.blocks] == []
        assert shown.counts == (len(table), 0, 0, 0)
        services.uploads.publish(shown, BY)
        assert stand(services) == written(table)
        for quarter in {row.quarter for row in table}:
            card = services.scorecard(quarter)
            exported = {
                one["Code"]: (one["Value"], one["Shown as"])
                for one in cells_of(render(scorecard_table(card, MADE)), "Code")
            }
            for row in (row for row in table if row.quarter == quarter):
                value, shows = exported[row.code]
                if isinstance(row.figure, str):
                    assert (value, shows.split()[0]) == ("", Absence(row.figure).mark)
                else:
                    decimals = UNITS[row.code][1]
                    places = -int(row.figure.as_tuple().exponent)
                    assert Decimal(value) == (rounded(row.figure, decimals) if places > decimals else row.figure)
        code = table[0].code
        series = cells_of(render(series_table(services.indicator(code), MADE)), "Quarter")
        assert {one["Quarter"] for one in series} == {row.quarter for row in table if row.code == code}


@QUICK
@given(st.data())
def test_publishing_the_same_again_changes_nothing(data: st.DataObject) -> None:
    table = data.draw(tables())
    content = data.draw(files(table))
    with council() as services:
        services.uploads.publish(preview(services, content), BY)
        before = stand(services)
        again = preview(services, content)
        assert [one.code for one in again.findings] == ["already-published"]
        try:
            services.uploads.publish(again, BY)
            raise AssertionError("the same bytes were published twice")
        except NotPublished:
            pass
        # The same figures in other bytes may be published, and nothing is revised by it.
        others = preview(services, content + b"\r\n\r\n")
        assert [change.kind for change in others.changes] == [ChangeKind.SAME] * len(table)
        services.uploads.publish(others, BY)
        assert stand(services) == before


@QUICK
@given(st.data())
def test_publishing_and_withdrawing_leaves_what_stood(data: st.DataObject) -> None:
    first, second = data.draw(tables()), data.draw(tables())
    with council() as services:
        services.uploads.publish(preview(services, data.draw(files(first))), BY)
        before = stand(services)
        shown = preview(services, data.draw(files(second)))
        if shown.blocked:  # the very same bytes again
            return
        upload = services.uploads.publish(shown, BY)
        after = stand(services)
        assert {key: one[0] for key, one in after.items() if key in written(second)} == {
            key: one[0] if change.kind is not ChangeKind.SAME else after[key][0]
            for (key, one), change in zip(written(second).items(), shown.changes, strict=True)
        }
        assert {key: one for key, one in after.items() if key not in written(second)} == {
            key: one for key, one in before.items() if key not in written(second)
        }
        services.uploads.withdraw(upload.id, "Wrong file.", "A. Officer")
        assert stand(services) == before


@QUICK
@given(st.data())
def test_a_file_that_was_damaged_on_the_way_is_told_of_and_never_raises(data: st.DataObject) -> None:
    content = bytearray(data.draw(files(data.draw(tables()))))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, max(0, len(content) - 1)))
        how = data.draw(st.sampled_from(["flip", "cut", "put in", "double"]))
        if how == "flip" and content:
            content[place] ^= 1 << data.draw(st.integers(0, 7))
        elif how == "cut":
            del content[place : place + data.draw(st.integers(1, 20))]
        elif how == "put in":
            content[place:place] = data.draw(
                st.sampled_from([b'"', b",", b"\n", b"=1+1", b"\x00", b"\xff", b"c", b"-"])
            )
        else:
            content[place:place] = content[place : place + 20]
    with council() as services:
        shown = services.uploads.preview(GivenFile(bytes(content), "figures.csv"))
        document = json.loads(json.dumps(import_json(shown, None)))
        assert document["blocked"] == shown.blocked
        assert all(one.message.strip() and "\n" not in one.message for one in shown.findings)

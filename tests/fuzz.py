"""Good files spoilt in every way that is known, by chance and by a seed: ``python -m tests.fuzz [--count N] [--seed S]``.

Each must give a preview without an exception, in two seconds, with a sentence for whatever is wrong; and either be
blocked or, published into a database that is thrown away, hold exactly the figures that a second reading of the file
finds: the plain ``csv`` module and the few rules of the template, written here a second time.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import random
import resource
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from time import perf_counter

from kpi_core.errors import KpiError
from kpi_core.intake import Decision, GivenFile, Preview, Severity
from kpi_core.periods import quarter
from kpi_core.shell.services import Services
from kpi_core.shell.services.uploads import AnyPreview
from kpi_core.showing.as_json import import_json

from .bad_input import GOOD, HELD, content, council

SECONDS = 2.0
"""What a preview may take."""
BY = Decision("A. Officer", "Fuzzed.", confirmed=None)

# --- good files ---------------------------------------------------------------------------------------------------

_QUOTED = (
    '"indicator","area","quarter","value","numerator","denominator","status","comment"\n'
    '"CIN","X","Q2 2022-23","1,004","","","final","A ""quoted"" word, and a comma"\n'
    '"TIMELY","","July to September 2022","78.5%","471","600","Provisional","Two\nlines"\n'
    '"SCHOOL","Exampleshire","Q2 22/23","c","","","",""\n'
    '"EXCL","","Q2 2022-23","0.24","6","2500","final","é – £"\n'
)
_COUNTS_ALONE = (
    "indicator,quarter,numerator,denominator,status\r\n"
    "TIMELY,Q2 2022-23,471,601,provisional\r\n"
    "REREF_12M,Q2 2022-23,39,200,\r\n"
    "EXCL,Q2 2022-23,0,0,final\r\n"
)
_QUARTERS = (
    "quarter,indicator,value,status\r\n"
    "Q1 2022-23,CIN,990,final\r\n"
    "Q2 2022-23,CIN,1004,final\r\n"
    "Q1 2022-23,COST,£950,final\r\n"
    "Q2 2022-23,COST,-12,provisional\r\n"
    "Q2 2022-23,CLA,z,\r\n"
)
_TARGETS = "indicator,from_quarter,value,tolerance,tolerance_kind,source\r\nTIMELY,Q3 2022-23,80,5,points,Plan\r\nEXCL,Q3 2022-23,0.3,,,Plan\r\n"
_REGISTER = "code,name,category,unit,decimals,polarity\r\nNEW2,Visits in time,Care,percent,1,high\r\nTIMELY,Assessment timeliness,Care,percent,1,high\r\n"


def good_files() -> tuple[bytes, ...]:
    """What is spoilt: three files of figures in different dress, one of several quarters, one of targets, one of the register."""
    return (
        content(GOOD), b"\xef\xbb\xbf" + _QUOTED.encode(), _COUNTS_ALONE.encode(), _QUARTERS.encode(),
        _TARGETS.encode(), _REGISTER.encode(),
    )  # fmt: skip


# --- spoiling -----------------------------------------------------------------------------------------------------

CELLS = (
    "", " ", "-", "TBC", "n/a", "nan", "inf", "1e400", "1.2E+03", "0", "-0", "-3", "104", "83,5", "1,004", "1_000", "83.50",
    "12.5", "0.835", "007", ".5", "5.", "+5", "½", "١٢", "１２", "−5", "5\u00a0000", "c", "C", "[z]", ":", "*", "<5", "c 3",
    "#DIV/0!", "=1+1", "@A1", "'5", "99999999999999999999", "0." + "3" * 30, "5%", "£5", "-£5", "Q2 2022-23", "Q5 2022-23",
    "Q2 2022-24", "Q1 2/23", "Sep-22", "01/07/2022", "Q3 2022", "2022-23", "Q1 2022-23", "Q4 2029-30", "Q1 1899-00", "final",
    "provisional", "draft", "TIMELY", "timely", "REREF12", "NI59", "NEW1", "YEARLY", "X", "Otherton", "Total", "Source: x",
    "<b>x</b>", "1 child", "BH8 8EB", "x" * 5_001, "\u200b", "\u202e5", "\x00", "\ufeff", "{row}", "%s", "\\", "\u2028",
)  # fmt: skip
BYTES = (b"\x00", b"\x07", b"\x1a", b"\x7f", b"\xff", b"\x80", b"\xc2", b"\xe2\x80", b'"', b'""', b",", b"\r", b"\n", b"\t", b";",
         b"=", b"'", b"\xef\xbb\xbf", b"\xe2\x80\x8b", b"\xe2\x80\xae", b"\xc2\xa3", b"\xa3", b"PK\x03\x04", b"<", b"{")  # fmt: skip
ENCODINGS = ("cp1252", "latin-1", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "utf-7")

Spoil = Callable[[random.Random, bytes], bytes]


def _at(chance: random.Random, text: bytes) -> int:
    return chance.randint(0, len(text))


def flip(chance: random.Random, text: bytes) -> bytes:
    """One bit of one byte."""
    if not text:
        return text
    place = chance.randrange(len(text))
    return text[:place] + bytes([text[place] ^ (1 << chance.randrange(8))]) + text[place + 1 :]


def cut(chance: random.Random, text: bytes) -> bytes:
    """A piece is gone, now and then all that follows."""
    place = _at(chance, text)
    return text[:place] + (b"" if chance.random() < 0.2 else text[place + chance.randint(1, 30) :])


def double(chance: random.Random, text: bytes) -> bytes:
    """A piece stands twice."""
    place = _at(chance, text)
    piece = text[place : place + chance.choice((1, 5, 40, 400))]
    return text[:place] + piece + text[place:]


def put_in(chance: random.Random, text: bytes) -> bytes:
    """Bytes that have a meaning somewhere."""
    place = _at(chance, text)
    return text[:place] + chance.choice(BYTES) * chance.choice((1, 1, 1, 2, 50)) + text[place:]


def separate(chance: random.Random, text: bytes) -> bytes:
    """Another separator, everywhere or in one line."""
    other = chance.choice((b";", b"\t", b"|", b", ", b",,"))
    if chance.random() < 0.5:
        return text.replace(b",", other)
    lines = text.split(b"\n")
    place = chance.randrange(len(lines))
    lines[place] = lines[place].replace(b",", other)
    return b"\n".join(lines)


def encode(chance: random.Random, text: bytes) -> bytes:
    """Saved in another encoding."""
    return text.decode("utf-8", "replace").encode(chance.choice(ENCODINGS), "replace")


def end_lines(chance: random.Random, text: bytes) -> bytes:
    """Other line ends, all or some."""
    lines = text.replace(b"\r\n", b"\n").split(b"\n")
    ends = (b"\r\n", b"\n", b"\r", b"\n\n", b"\r\r\n")
    one = chance.choice(ends)
    return b"".join(line + (one if chance.random() < 0.8 else chance.choice(ends)) for line in lines)


def tabular(change: Callable[[random.Random, list[list[str]]], None]) -> Spoil:
    """A change to the table rather than to its bytes."""

    def spoil(chance: random.Random, text: bytes) -> bytes:
        try:
            table = list(csv.reader(io.StringIO(text.decode("utf-8-sig"), newline="")))
        except (UnicodeDecodeError, csv.Error):
            return text
        if not any(table):
            return text
        change(chance, table)
        out = io.StringIO(newline="")
        csv.writer(out, lineterminator=chance.choice(("\r\n", "\n"))).writerows(table)
        return out.getvalue().encode("utf-8", "replace")

    return spoil


def _some_row(chance: random.Random, table: list[list[str]]) -> list[str]:
    return chance.choice([row for row in table if row])


def _cell(chance: random.Random, table: list[list[str]]) -> None:
    row = _some_row(chance, table)
    row[chance.randrange(len(row))] = chance.choice(CELLS)


def _delete_cell(chance: random.Random, table: list[list[str]]) -> None:
    row = _some_row(chance, table)
    del row[chance.randrange(len(row))]


def _double_cell(chance: random.Random, table: list[list[str]]) -> None:
    row = _some_row(chance, table)
    place = chance.randrange(len(row))
    row.insert(place, row[place])


def _swap_cells(chance: random.Random, table: list[list[str]]) -> None:
    row = _some_row(chance, table)
    one, other = chance.randrange(len(row)), chance.randrange(len(row))
    row[one], row[other] = row[other], row[one]


def _rows(chance: random.Random, table: list[list[str]]) -> None:
    place = chance.randrange(len(table))
    how = chance.randrange(5)
    if how == 0:
        del table[place]
    elif how == 1:
        table.insert(chance.randrange(len(table)), list(table[place]))
    elif how == 2:
        table.insert(place, [""] * len(table[0]))
    elif how == 3:
        table.insert(place, [chance.choice(CELLS)])
    else:
        chance.shuffle(table)


def _column(chance: random.Random, table: list[list[str]]) -> None:
    place = chance.randrange(max(map(len, table)))
    how = chance.randrange(3)
    for row in table:
        if place < len(row):
            if how == 0:
                del row[place]
            elif how == 1:
                row.insert(place, row[place])
            else:
                row[place] = chance.choice((row[place].upper(), f" {row[place]} ", row[place]))


SPOILS: tuple[Spoil, ...] = (
    flip, cut, double, put_in, separate, encode, end_lines,
    *map(tabular, (_cell, _cell, _cell, _delete_cell, _double_cell, _swap_cells, _rows, _column)),
)  # fmt: skip


def spoilt(seed: int, number: int) -> bytes:
    """The bytes of one spoilt file: the same for the same seed and number."""
    chance = random.Random(f"{seed}/{number}")
    text = chance.choice(good_files())
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        text = chance.choice(SPOILS)(chance, text)
    return text


# --- the second reading -------------------------------------------------------------------------------------------

Figure = tuple[Decimal | str, bool]
_HEADINGS = {
    "indicator": "indicator", "indicator id": "indicator", "code": "indicator", "id": "indicator", "quarter": "quarter",
    "period": "quarter", "value": "value", "numerator": "numerator", "num": "numerator", "denominator": "denominator",
    "den": "denominator", "denom": "denominator", "status": "status", "area": "area",
}  # fmt: skip
_MARKS = {
    ":": "x",
    "~": "x",
    "..": "x",
    "*": "c",
    "<5": "c",
    "[c]": "c",
    "[z]": "z",
    "[x]": "x",
    "c": "c",
    "z": "z",
    "x": "x",
}
_SCALES = {"TIMELY": 100, "SCHOOL": 100, "REREF_12M": 100, "EXCL": 100, "NI59": 100, "YEARLY": 100}


def second_reading(text: bytes) -> dict[tuple[str, str], Figure]:
    """The figures of a file that may be published, by indicator and quarter."""
    try:
        plain = text.decode("utf-8")
    except UnicodeDecodeError:
        plain = text.decode("cp1252")
    records = [
        row for row in csv.reader(io.StringIO(plain.lstrip("\ufeff"), newline="")) if any(c.strip() for c in row)
    ]
    headings = [_HEADINGS.get(" ".join(cell.replace("_", " ").lower().split())) for cell in records[0]]
    found: dict[tuple[str, str], Figure] = {}
    for record in records[1:]:
        row = {name: cell.strip() for name, cell in zip(headings, record, strict=False) if name}
        when = quarter(row["quarter"]).text
        key = row["indicator"].upper(), when
        figure = _figure(row, _SCALES.get(key[0], 0)), row.get("status", "").lower() == "provisional"
        assert found.setdefault(key, figure) == figure, f"two figures of {key}"
    return found


def _figure(row: dict[str, str], scale: int) -> Decimal | str:
    part, whole = (_number(row.get(name, "")) for name in ("numerator", "denominator"))
    text = row.get("value", "")
    mark = _MARKS.get(text.lower())
    if mark:
        return mark
    if part == 0 and whole == 0:
        return "z"
    value = _number(text)
    if value is not None:
        return value
    assert part is not None
    assert whole, "no figure and no counts"
    return (part * scale / whole).quantize(Decimal("1e-12"), ROUND_HALF_UP)


def _number(text: str) -> Decimal | None:
    plain = text.replace("£", "").replace("%", "").replace(",", "").strip()
    assert plain.isascii()
    return Decimal(plain) if plain and plain.lower() not in (*_MARKS, "-", "tbc", "n/a") else None


# --- one file -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file. ``faults`` is empty where all is well."""

    seconds: float
    faults: tuple[str, ...]
    published: bool = False


def tried(services: Services, text: bytes) -> Outcome:
    """Preview a file and, where it may be, publish it, look at what is held, and take it back."""
    started = perf_counter()
    try:
        shown = services.uploads.preview(GivenFile(text, "figures.csv"))
    except Exception as error:  # whatever it is, it is the fault looked for
        return Outcome(perf_counter() - started, (f"raised {type(error).__name__}: {error}",))
    seconds = perf_counter() - started
    faults = list(_of_preview(shown))
    if shown.blocked or not shown.changes or not isinstance(shown, Preview):
        return Outcome(seconds, tuple(faults))
    try:
        faults += _of_publication(services, shown, text)
    except (KpiError, AssertionError, ArithmeticError, ValueError, KeyError) as error:
        faults.append(f"published, but {type(error).__name__}: {error}")
    return Outcome(seconds, tuple(faults), published=True)


def _of_preview(shown: AnyPreview) -> Iterator[str]:
    json.dumps(import_json(shown, None))
    for one in shown.findings:
        if not one.message.strip() or not one.message.isprintable():
            yield f"the sentence of {one.code} is {one.message!r}"
    severities = [one.severity for one in shown.findings]
    if severities != sorted(severities, key=list(Severity).index):
        yield "the worst does not come first"
    if not shown.findings and not shown.changes:
        yield "nothing was read and nothing is said"


def _of_publication(services: Services, shown: Preview, text: bytes) -> Iterable[str]:
    upload = services.uploads.publish(shown, BY)
    try:
        read = second_reading(text)
        held = {
            (effect.given.indicator, effect.given.quarter.text): (effect.given.figure, effect.given.provisional)
            for effect in services.uploads.one(upload.id).taken_back
        }
        said = {key: (figure if isinstance(figure, Decimal) else figure.value, p) for key, (figure, p) in held.items()}
        if said != read:
            differing = {key for key in said.keys() | read.keys() if said.get(key) != read.get(key)}
            return [f"{key}: held {said.get(key)}, read {read.get(key)}" for key in sorted(differing)]
        return []
    finally:
        services.uploads.withdraw(upload.id, "Fuzzed.", "A. Officer")


# --- hostile files ------------------------------------------------------------------------------------------------

_TOP = b"indicator,quarter,value,comment\n"
_FULL = 2 * 1024 * 1024 - 1


def _filled(start: bytes, piece: bytes) -> bytes:
    return start + piece * ((_FULL - len(start)) // len(piece))


def hostile_files() -> dict[str, bytes]:
    """The worst that two megabytes can hold, by name."""
    row = b"TIMELY,Q2 2022-23,%s,%s\n"
    long = 4_900
    return {
        "quotes": b'"' * _FULL,
        "quotes in cells": _filled(b"", b'a"b,'),
        "quotes in lines": _filled(_TOP, b'"\n'),
        "closed quotes": _filled(_TOP, b'"",'),
        "quotes after text": _filled(_TOP, b'x"\n'),
        "commas": b"," * _FULL,
        "line ends": _filled(_TOP, b"\n"),
        "a million cells": _filled(_TOP, b"a,"),
        "headings": b",".join(b"h%d" % n for n in range(250_000)),
        "directions": _filled(_TOP, "\u202e".encode()),
        "NUL": _filled(_TOP, b"\x00"),
        "no text at all": b"\xff" * _FULL,
        "tags": b"<" * _FULL,
        "brackets": b"[" * _FULL,
        "spaces": _filled(b"a", b" "),
        "spaces in numbers": _filled(_TOP, row % (b"1" + b" " * long + b"q", b"")),
        "digits": _filled(_TOP, row % (b"1" * long, b"")),
        "letters that unfold": _filled(_TOP, row % ("ﷺ".encode() * 1_600, b"")),
        "quarters": _filled(_TOP, b"TIMELY,Q2 2022" + b" -" * (long // 2) + b",5,\n"),
        "ones in comments": _filled(_TOP, row % (b"5", b"one " * (long // 4))),
        "spaces in comments": _filled(_TOP, row % (b"5", b"one" + b" " * long + b"q")),
        "tags in comments": _filled(_TOP, row % (b"5", b"<a" * (long // 2))),
        "links in comments": _filled(_TOP, row % (b"5", b"](" * (long // 2))),
        "numbers in comments": _filled(_TOP, row % (b"5", b"943 476 5910 " * (long // 13))),
        "codes": _TOP + b"".join(b"%s%d,Q2 2022-23,5,\n" % (b"U" * 300, n) for n in range(5_000)),
        "repeats": _TOP + b"".join(b"TIMELY,Q2 2022-23,%d,\n" % (n % 100) for n in range(5_000)),
    }


def memory() -> float:
    """The most memory this process has held, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * (1024 if sys.platform == "darwin" else 1))


def hostile(services: Services) -> Iterator[tuple[str, Outcome]]:
    """Try each hostile file."""
    for name, text in hostile_files().items():
        yield name, tried(services, text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Spoil and try many files; the exit status is 1 if any had a fault or took too long."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000, help="how many files (default 10,000)")
    parser.add_argument("--seed", type=int, default=2022, help="the same seed gives the same files")
    chosen = parser.parse_args(arguments)
    services = council(HELD["history"])
    worst, worst_name, published, failed = 0.0, "none", 0, 0
    start = memory()
    spoilt_files = ((f"file {n}", tried(services, spoilt(chosen.seed, n))) for n in range(chosen.count))
    for outcomes in (hostile(services), spoilt_files):
        for name, outcome in outcomes:
            published += outcome.published
            if outcome.seconds > worst:
                worst, worst_name = outcome.seconds, name
            slow = (f"took {outcome.seconds:.1f} seconds",) if outcome.seconds > SECONDS else ()
            for fault in (*outcome.faults, *slow):
                print(f"{name}: {fault}")
            failed += bool(outcome.faults or slow)
    services.close()
    print(
        f"{chosen.count:,} spoilt and {len(hostile_files())} hostile files with seed {chosen.seed}: {failed} with faults, {published:,} published as "
        f"read twice. The slowest, {worst_name}, took {worst:.2f} s; memory rose by {memory() - start:.0f} MB."
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

"""What no register entry, no pair of counts and no comment may slip by: hard cases, each with what is right of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal

import pytest

from kpi_core.intake import Decision, EntriesPreview, GivenFile, Preview, read_mapping
from kpi_core.model import Absence, ChangeKind, Observation
from kpi_core.shell.services import Services
from kpi_core.showing import Circumstances, changes_table
from kpi_core.showing.as_json import import_json

from .conftest import NOW, Cells, csv_bytes, figure, in_memory, register, shared_file, small_bundle

HELD = (
    register("FD01", name="Assessments completed in 45 days"),
    register("CP1", name="Children's plans - reviewed"),
    register("KEPT", name="Visits"),
    register("N1", name="Contacts", unit="number", decimals="0", polarity="neither"),
    register("R1", name="Children looked after", unit="rate_per_10000"),
)
QUARTER = "Q2 2022-23"
BY = Decision("A. Officer", "", confirmed=None)


@contextmanager
def council(*held: Cells) -> Iterator[Services]:
    services = in_memory(small_bundle(indicators=HELD, **({"observations": held} if held else {})))
    yield services
    services.close()


def entry(code: str, name: str = "Something else", **cells: str) -> Cells:
    return register(code, name=name) | cells


def registered(*rows: Cells) -> EntriesPreview:
    with council() as services:
        found = services.uploads.preview(GivenFile(csv_bytes(rows), "register.csv"))
    assert isinstance(found, EntriesPreview)
    return found


def told(found: EntriesPreview | Preview, code: str) -> list[str]:
    return [one.message for one in found.findings if one.code == code]


# --- codes --------------------------------------------------------------------------------------------------------

NO_CODES = {
    "reserved": "all", "reserved, in another case": "All", "reserved, with a space behind": "ALL ",
    "an equals sign": "A=1", "full-width letters": "ＦＤ０１", "a Cyrillic A": "\u04101", "a Greek O": "F\u039f1",
    "a zero-width space": "FD\u200b99", "a soft hyphen": "FD\u00ad99", "two spaces": "A  9", "a hard space": "A\u00a09",
    "a line break": "A\n9", "21 characters": "A23456789012345678901", "a hyphen first": "-A", "an underscore first": "_A",
    "a full stop first": ".A", "a long s, whose capital is an S": "\u017f1", "a dotless i, whose capital is an I": "\u01319",
    "a sharp s": "\u00df9", "an Arabic digit": "\u0663A", "a slash": "A/9", "an ampersand": "A&9", "a comma": "A,9",
    "a picture": "A\U0001f600", "a formula": "'=A1", "an accent": "\u00c91", "a superscript": "A\u00b2",
}  # fmt: skip


@pytest.mark.parametrize("code", NO_CODES.values(), ids=NO_CODES.keys())
def test_what_is_no_code_is_refused_with_a_sentence_that_says_what_one_is(code: str) -> None:
    found = registered(entry(code))
    assert found.blocked
    if not told(found, "hidden-characters"):
        (message,) = told(found, "not-a-code")
        assert "A to Z" in message


CODES = {
    "small letters are read as capitals": ("b9", "B9"), "a space between": ("CORP 09", "CORP 09"),
    "spaces around": ("  B9  ", "B9"), "20 characters": ("A2345678901234567890",) * 2, "one letter": ("B",) * 2,
    "a digit first": ("9A",) * 2, "every sign that may stand in one": ("A_.-9",) * 2, "begins like the reserved one": ("ALL1",) * 2,
}  # fmt: skip


@pytest.mark.parametrize(("code", "held"), CODES.values(), ids=CODES.keys())
def test_a_code_is_added_once_that_is_confirmed(code: str, held: str) -> None:
    found = registered(entry(code))
    assert (found.blocked, found.to_confirm) == (False, ("indicators-added",))
    assert [one.code for one in found.indicators] == [held]


def test_a_held_code_in_small_letters_is_the_held_entry_and_adds_nothing() -> None:
    found = registered(entry("fd01", "Assessments completed in 45 days"))
    assert ([one.code for one in found.findings], found.changes[0].kind) == ([], ChangeKind.SAME)


def test_a_code_twice_in_a_file_in_two_cases_is_one_code() -> None:
    assert registered(entry("b9"), entry("B9", "Another")).blocked


# --- names --------------------------------------------------------------------------------------------------------

TWINS = {
    "the same name": "Assessments completed in 45 days", "another case": "ASSESSMENTS completed in 45 Days",
    "full-width letters": "Ａssessments completed in ４５ days", "two spaces": "Assessments  completed in 45 days",
    "a hard space": "Assessments\u00a0completed in 45 days", "spaces around": " Assessments completed in 45 days ",
    "a Cyrillic A": "\u0410ssessments completed in 45 days", "a Greek o": "Assessments c\u03bfmpleted in 45 days",
    "a zero-width joiner": "Assess\u200dments completed in 45 days", "a line break": "Assessments completed\nin 45 days",
}  # fmt: skip


@pytest.mark.parametrize("name", TWINS.values(), ids=TWINS.keys())
def test_an_added_indicator_may_not_have_the_name_of_one_that_is_recorded(name: str) -> None:
    found = registered(entry("B9", name))
    assert found.blocked
    if not told(found, "hidden-characters"):
        (message,) = told(found, "indicator-twin")
        assert "FD01" in message


@pytest.mark.parametrize(
    "name", ["Children’s plans - reviewed", "Children's plans – reviewed", "Children's plans ‑ reviewed"]
)
def test_a_name_in_other_quote_marks_or_dashes_is_the_same_name(name: str) -> None:
    assert "CP1" in told(registered(entry("B9", name)), "indicator-twin")[0]


@pytest.mark.parametrize("name", ["Assessments completed in 35 days", "Visit", "Assessments", "Contact\u00e9s"])
def test_a_name_of_other_words_is_another_name(name: str) -> None:
    assert not registered(entry("B9", name)).blocked


def test_two_added_indicators_of_one_file_may_not_share_a_name_and_the_first_is_named() -> None:
    found = registered(entry("B8", "New measure"), entry("B9", "NEW  measure"))
    (message,) = told(found, "indicator-twin")
    assert message.startswith("Row 3")
    assert "B8" in message
    assert "row 2" in message


def test_an_added_code_may_not_be_the_name_of_another_nor_an_added_name_its_code() -> None:
    assert "KEPT" in told(registered(entry("VISITS")), "indicator-twin")[0]
    assert "FD01" in told(registered(entry("B9", "fd01")), "indicator-twin")[0]


def test_an_indicator_whose_name_is_its_own_code_has_no_twin() -> None:
    assert not registered(entry("B9", "b9")).blocked


def test_a_held_indicator_may_not_be_renamed_to_the_name_of_another() -> None:
    found = registered(entry("KEPT", "Assessments completed in 45 days"))
    assert found.blocked
    assert "FD01" in told(found, "indicator-twin")[0]


def test_a_held_entry_that_keeps_its_name_is_asked_nothing_of_it() -> None:
    assert not registered(entry("KEPT", "Visits", owner="Head of Visits")).blocked


def test_each_added_indicator_is_told_and_all_are_confirmed_as_one_class() -> None:
    found = registered(entry("B8", "New measure"), entry("B9", "Newer measure"), entry("KEPT", "Visits"))
    assert found.to_confirm == ("indicators-added",)
    assert [message.split(".")[0] for message in told(found, "indicators-added")] == [
        "Row 2 adds the indicator “New measure” (B8)", "Row 3 adds the indicator “Newer measure” (B9)",
    ]  # fmt: skip


def test_each_row_of_the_register_of_twins_is_refused() -> None:
    content = shared_file("reference", "integrity", "register-twin.csv").read_bytes()
    with council() as services:
        found = services.uploads.preview(GivenFile(content, "register-twin.csv"))
    assert {one.row for one in found.findings if one.blocks} == {2, 3, 4}


# --- the entries of a mapping -------------------------------------------------------------------------------------

MAPPING = '[columns]\nindicator = "KPI"\nquarter = "Q"\nvalue = "V"\n'


def brought(code: str, name: str = "Something else") -> str:
    return (
        f'[[register]]\ncode = "{code}"\nname = "{name}"\n'
        'category = "Care"\nunit = "percent"\ndecimals = 1\npolarity = "high"\n'
    )


def mapped(*kpis: str, entries: str, **more: str) -> Preview:
    rows = [{"KPI": kpi, "Q": QUARTER, "V": "50.0"} | more for kpi in kpis]
    with council() as services:
        mapping = read_mapping(MAPPING + entries, "m")
        found = services.uploads.preview(GivenFile(csv_bytes(rows), "f.csv", mapping))
    assert isinstance(found, Preview)
    return found


@pytest.mark.parametrize("code", ["all", "A=1", "ＦＤ０１", "FD\u200b99", "\u04101", "A  9"])
def test_a_mapping_brings_no_code_that_is_none(code: str) -> None:
    found = mapped(code, entries=brought(code))
    assert found.blocked
    assert told(found, "hidden-characters") or "A to Z" in told(found, "not-a-code")[0]


@pytest.mark.parametrize("name", [*TWINS.values()], ids=TWINS.keys())
def test_a_mapping_brings_no_indicator_with_a_recorded_name(name: str) -> None:
    found = mapped("B9", entries=brought("B9", name.replace("\n", "\\n")))
    assert found.blocked
    assert "FD01" in told(found, "indicator-twin")[0]


def test_a_mapping_brings_no_two_indicators_of_one_name() -> None:
    found = mapped("B8", "B9", entries=brought("B8", "One name") + brought("B9", "one NAME"))
    assert len(told(found, "indicator-twin")) == 1


@pytest.mark.parametrize("kpi", ["zz1", "ZZ1", "visits on time"])
def test_a_code_in_small_letters_in_a_mapping_is_its_capital(kpi: str) -> None:
    found = mapped(kpi, entries=brought("zz1", "Visits on time"))
    assert (found.blocked, found.to_confirm[:1]) == (False, ("indicators-added",))
    assert [change.observation.indicator for change in found.changes] == ["ZZ1"]
    assert [one.code for one in found.new_indicators] == ["ZZ1"]


def test_two_entries_of_a_mapping_with_one_code_in_two_cases_are_refused() -> None:
    assert mapped("zz1", entries=brought("zz1", "One") + brought("ZZ1", "Two")).blocked


def test_an_entry_of_a_mapping_that_the_file_does_not_name_or_that_is_held_asks_nothing() -> None:
    assert mapped("FD01", entries=brought("all")).to_confirm == ("large-change",)[:0]
    assert not mapped("fd01", entries=brought("fd01", "Assessments completed in 45 days")).new_indicators


# --- a value beside nothing ---------------------------------------------------------------------------------------

Given = tuple[str, str, str, str]
BLOCKED: Mapping[str, Given] = {
    "85 of 0 of 0": ("FD01", "85.0", "0", "0"), "0 of 0 of 0": ("FD01", "0", "0", "0"),
    "with a % sign": ("FD01", "0.0%", "0", "0"), "3 of 0": ("FD01", "3.0", "3", "0"),
    "a share that 3 of 0 cannot be": ("FD01", "100", "3", "0"), "counts as decimals": ("FD01", "100", "0.0", "0.0"),
    "a number": ("N1", "12", "0", "0"), "a rate": ("R1", "5.0", "0", "0"), "no numerator": ("FD01", "85.0", "", "0"),
    "below zero of nothing": ("FD01", "-1", "0", "0"),
}  # fmt: skip


def valued(code: str, value: str, part: str, whole: str, **more: str) -> Preview:
    row = {"indicator": code, "quarter": QUARTER, "value": value, "numerator": part, "denominator": whole} | more
    with council() as services:
        found = services.uploads.preview(GivenFile(csv_bytes([row]), "f.csv"))
    assert isinstance(found, Preview)
    return found


@pytest.mark.parametrize("given", BLOCKED.values(), ids=BLOCKED.keys())
def test_a_value_beside_a_denominator_of_0_contradicts_its_counts(given: Given) -> None:
    found = valued(*given)
    (message,) = told(found, "value-beside-nothing")
    assert found.blocked
    assert "contradict" in message
    assert not {"nothing-of-nothing", "denominator-zero", "value-differs-from-counts"} & {
        one.code for one in found.findings
    }


@pytest.mark.parametrize("value", ["", "-", "n/a"])
@pytest.mark.parametrize("status", ["final", "provisional"])
def test_0_of_0_without_a_value_does_not_apply_and_is_confirmed(value: str, status: str) -> None:
    found = valued("FD01", value, "0", "0", status=status)
    assert (found.blocked, "nothing-of-nothing" in found.to_confirm) == (False, True)
    (change,) = found.changes
    assert (change.observation.absence, change.observation.provisional) == (
        Absence.NOT_APPLICABLE,
        status == "provisional",
    )


@pytest.mark.parametrize(
    "given", [("", "3", "0"), ("z", "0", "0"), ("c", "0", "0"), ("#DIV/0!", "0", "0"), ("c", "", "0")]
)
def test_other_counts_of_0_are_refused_as_before(given: tuple[str, str, str]) -> None:
    found = valued("FD01", *given)
    assert found.blocked
    assert not told(found, "value-beside-nothing")


def test_0_of_something_is_a_true_zero() -> None:
    assert valued("FD01", "", "0", "5").changes[0].observation.value == 0
    assert not valued("FD01", "0.0", "0", "5").blocked


@pytest.mark.parametrize(("value", "blocked"), [("0.0", False), ("", False), ("0.85", True)])
def test_counts_that_are_rounded_to_0_may_stand_beside_a_0_and_beside_nothing_else(value: str, blocked: bool) -> None:
    columns = MAPPING + 'numerator = "N"\ndenominator = "D"\n'
    row = {"KPI": "FD01", "Q": QUARTER, "V": value, "N": "0.0", "D": "0.0"}
    with council() as services:
        mapping = read_mapping("counts_rounded_to = 5\nfractions = true\n" + columns, "m")
        found = services.uploads.preview(GivenFile(csv_bytes([row]), "f.csv", mapping))
    assert found.blocked == blocked
    assert ("nothing-of-nothing" in found.to_confirm) != blocked


# --- comments -----------------------------------------------------------------------------------------------------

WAS = "Audit of thresholds found practice drift"
NO_COLUMN = None
Commented = tuple[str, str, str | None, str, ChangeKind, str]
"""The status held, the value given, the comment (``None``: no such column), the status given; what it is, and the comment then."""
COMMENTS: Mapping[str, Commented] = {
    "another comment": ("final", "83.5", "No notes", "final", ChangeKind.COMMENT, "No notes"),
    "one letter in another case": ("final", "83.5", WAS.replace("found", "Found"), "final", ChangeKind.COMMENT, WAS.replace("found", "Found")),
    "the same": ("final", "83.5", WAS, "final", ChangeKind.SAME, WAS),
    "white space alone": ("final", "83.5", f"  {WAS.replace(' ', '  ')}\n", "final", ChangeKind.SAME, WAS),
    "hard spaces alone": ("final", "83.5", WAS.replace(" ", "\u00a0"), "final", ChangeKind.SAME, WAS),
    "removed": ("final", "83.5", "", "final", ChangeKind.COMMENT, ""),
    "only spaces": ("final", "83.5", "   ", "final", ChangeKind.COMMENT, ""),
    "no column": ("final", "83.5", NO_COLUMN, "final", ChangeKind.SAME, WAS),
    "still provisional, another comment": ("provisional", "83.5", "No notes", "provisional", ChangeKind.COMMENT, "No notes"),
    "final now, another comment": ("provisional", "83.5", "No notes", "final", ChangeKind.CONFIRMED, "No notes"),
    "final now, removed": ("provisional", "83.5", "", "final", ChangeKind.CONFIRMED, ""),
    "final now, no column": ("provisional", "83.5", NO_COLUMN, "final", ChangeKind.CONFIRMED, WAS),
    "final now, the same": ("provisional", "83.5", WAS, "final", ChangeKind.CONFIRMED, WAS),
    "another figure, another comment": ("final", "81.5", "No notes", "final", ChangeKind.REVISED, "No notes"),
    "another figure, no column": ("final", "81.5", NO_COLUMN, "final", ChangeKind.REVISED, ""),
    "the same once rounded": ("final", "83.46", "No notes", "final", ChangeKind.COMMENT, "No notes"),
    "a mark instead": ("final", "c", "No notes", "final", ChangeKind.REVISED, "No notes"),
}  # fmt: skip


def commented(value: str, comment: str | None, **cells: str) -> Cells:
    row = {"indicator": "FD01", "quarter": QUARTER, "value": value} | cells
    return row if comment is None else row | {"comment": comment}


def shown(services: Services, *rows: Cells) -> Preview:
    found = services.uploads.preview(GivenFile(csv_bytes(rows), "f.csv"))
    assert isinstance(found, Preview)
    return found


def stands(services: Services) -> Observation:
    (one,) = [
        j.observation for j in services.indicator("FD01", QUARTER).series if j.observation.quarter.text == QUARTER
    ]
    return one


@pytest.mark.parametrize("case", COMMENTS.values(), ids=COMMENTS.keys())
def test_what_a_comment_makes_of_a_figure_that_stands(case: Commented) -> None:
    held, value, comment, status, kind, then = case
    with council() as services:
        services.uploads.publish(shown(services, commented("83.5", WAS, status=held, unit="percent")), BY)
        found = shown(services, commented(value, comment, status=status))
        (change,) = found.changes
        assert (change.kind, change.observation.comment) == (kind, then)
        assert found.needs_reason == (kind is ChangeKind.REVISED)
        assert (sum(found.counts), found.comments) == ((0, 1) if kind is ChangeKind.COMMENT else (1, 0))
        said = [*told(found, "comment-changes"), *told(found, "comment-removed")]
        assert bool(said) == (then != WAS)
        assert not said or WAS in said[0]
        services.uploads.publish(found, Decision("A. Officer", "Counted again.", confirmed=None))
        now = stands(services)
        assert (now.comment, now.revised) == (then, kind is ChangeKind.REVISED)


def test_a_comment_where_none_stood_is_a_change_and_none_where_none_stood_is_not() -> None:
    with council(figure("FD01", QUARTER, "83.5")) as services:
        found = shown(services, commented("83.5", "Now explained"))
        assert (found.changes[0].kind, found.comments) == (ChangeKind.COMMENT, 1)
        assert "Now explained" in told(found, "comment-changes")[0]
        assert shown(services, commented("83.5", "")).changes[0].kind is ChangeKind.SAME


def test_a_comment_that_is_removed_is_confirmed_and_one_that_changes_is_told() -> None:
    with council() as services:
        services.uploads.publish(shown(services, commented("83.5", WAS)), BY)
        assert "comment-removed" in shown(services, commented("83.5", "")).to_confirm
        changed = shown(services, commented("83.5", "No notes"))
        assert not {"comment-changes", "comment-removed"} & set(changed.to_confirm)


def test_a_changed_comment_keeps_all_else_of_the_figure() -> None:
    with council() as services:
        row = commented("83.5", WAS, numerator="501", denominator="600")
        services.uploads.publish(shown(services, row), BY)
        services.uploads.publish(shown(services, commented("83.5", "No notes")), BY)
        now = stands(services)
        assert (now.value, now.numerator, now.denominator, now.comment) == (Decimal("83.5"), 501, 600, "No notes")


@pytest.mark.parametrize("mark", ["c", "z", "x"])
def test_the_comment_on_a_mark_is_a_comment_too(mark: str) -> None:
    with council(figure("FD01", QUARTER, mark)) as services:
        assert shown(services, commented(mark, "Why there is none")).changes[0].kind is ChangeKind.COMMENT


@pytest.mark.parametrize(
    ("comment", "code"),
    [
        ("The NHS number is 943 476 5919.", "identifies-a-child"),
        ("Mrs Smith left.", "may-identify-a-child"),
        ("Performance was 85.0%.", "narrative-disagrees"),
        ("See <b>this</b>.", "formatting-as-plain-text"),
    ],
)
@pytest.mark.parametrize("held", ["final", "provisional"])
def test_a_comment_that_changes_is_looked_at_as_a_new_one_is(comment: str, code: str, held: str) -> None:
    with council(figure("FD01", QUARTER, "83.5", status=held)) as services:
        assert told(shown(services, commented("83.5", comment, status="final")), code)


def test_a_comment_that_stands_is_not_asked_about_again() -> None:
    with council() as services:
        services.uploads.publish(shown(services, commented("83.5", "Mrs Smith left.")), BY)
        assert not told(
            shown(services, commented("83.5", "Mrs Smith left.", numerator="501", denominator="600")),
            "may-identify-a-child",
        )


def test_a_row_that_repeats_a_figure_with_another_comment_does_not_lose_it_without_a_word() -> None:
    with council() as services:
        found = shown(services, commented("83.5", WAS), commented("83.5", "No notes"))
        assert "No notes" in told(found, "comment-left-out")[0]
        same = shown(services, commented("83.5", WAS), commented("83.5", f"{WAS} "))
        assert told(same, "repeated-row")
        assert not told(same, "comment-left-out")


def test_a_mapping_without_comments_leaves_them_and_one_with_them_changes_them() -> None:
    row = {"KPI": "FD01", "Q": QUARTER, "V": "83.5", "C": ""}
    with council() as services:
        services.uploads.publish(shown(services, commented("83.5", WAS)), BY)
        for columns, kind in (("", ChangeKind.SAME), ('comment = "C"\n', ChangeKind.COMMENT)):
            mapping = read_mapping(MAPPING + columns, "m")
            found = services.uploads.preview(GivenFile(csv_bytes([row]), "f.csv", mapping))
            assert isinstance(found, Preview)
            assert found.changes[0].kind is kind


def test_a_changed_comment_is_in_the_document_and_in_the_table_of_changes() -> None:
    with council() as services:
        services.uploads.publish(shown(services, commented("83.5", WAS)), BY)
        found = shown(services, commented("83.5", "No notes"))
        document = import_json(found, None)
        assert document["counts"] == {"new": 0, "confirmed": 0, "revised": 0, "same": 0, "comments": 1}
        (change,) = document["changes"]
        assert (change["kind"], change["comment_from"], change["comment_to"]) == ("comment", WAS, "No notes")
        table = changes_table(found, Circumstances("Example Council", False, NOW))
        (row,) = table.rows
        assert dict(zip(table.headings, row, strict=True))["Comment"] == f"changes from “{WAS}” to “No notes”"

"""A text held against a register given as plain values: the same reading as a paper's own check, and one sentence for bad input."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kpi_core.errors import KpiError
from kpi_core.judging import Held
from kpi_core.model import Basis, Unit
from kpi_core.narrative import Checker, Recorded, findings_in, passages

from .conftest import Q2, indicator, observed, target

ROOT = Path(__file__).resolve().parents[1]
PLANS: dict[str, Any] = {
    "code": "A1",
    "name": "Plans on time",
    "aliases": ["timely plans"],
    "unit": "percent",
    "polarity": "high",
    "decimals": 1,
    "basis": "quarter",
    "target": "88",
    "figures": {"Q2 2022-23": "83.5", "Q1 2022-23": "70"},
}


def told(text: str, **changed: object) -> list[tuple[str, str, str]]:
    return [(one.verdict.value, one.kind, one.stated) for one in findings_in(text, "Q2 2022-23", [PLANS | changed])]


def test_a_text_is_held_against_the_figures_and_the_target_given() -> None:
    text = "Plans on time stood at 85% in Q2, up from 70% in Q1.\n\nTimely plans were below the target of 90%."
    assert told(text) == [
        ("contradicts", "value", "85%"),
        ("agrees", "direction", "up from 70% in Q1"),
        ("agrees", "value", "70%"),
        ("agrees", "relation", "below the target"),
        ("contradicts", "target", "90%"),
    ]


def test_it_is_the_same_reading_as_that_of_a_paper() -> None:
    text = "Timely plans rose to 83.5% in Q2.\n\nThree children moved.\n\nThe total was 12 visits: 4 by day, 5 by night and 2 at school."
    held = Held(
        indicator(name="Plans on time", unit=Unit.PERCENT, aliases=("timely plans",), basis=Basis.QUARTER),
        (observed("70", "Q1 2022-23"), observed("83.5")),
        (target("88"),),
    )
    paper = Checker(Recorded(Q2, {"A1": held})).document(passages(enumerate(text.splitlines(), 1)))
    assert findings_in(text, "Q2 2022-23", [PLANS]) == paper
    assert {one.kind for one in paper} >= {"value", "direction", "disclosive"}
    assert [one.line for one in paper if one.kind == "disclosive"] == [3]


def test_the_quarter_is_read_as_people_write_it_and_a_finding_says_where_it_stands() -> None:
    (found,) = findings_in("Plans on time were 85%.", "July to September 2022", iter([PLANS]))
    assert (found.text[found.start : found.end], found.line, found.indicator) == ("85%", 1, "A1")
    assert found.message == "The text says 85%; Q2 2022-23 of “Plans on time” is 83.5%."


def test_what_an_entry_may_leave_out_or_leave_empty() -> None:
    least = {key: PLANS[key] for key in ("code", "name", "unit", "polarity")} | {"figures": {"Q2 2022-23": 83}}
    for entry in (least, least | {"aliases": None, "decimals": None, "basis": None, "target": None, "remark": "new"}):
        assert [one.verdict.value for one in findings_in("Plans on time were 83%.", "Q2 2022-23", [entry])] == [
            "agrees"
        ]
    assert told("Plans on time were within tolerance.", tolerance="5") == [("agrees", "relation", "within tolerance")]
    assert told("Plans on time were 83.5%.", figures={"Q2 2022-23": None}) == [("cannot be checked", "value", "83.5%")]


BAD: list[tuple[str, Any, Any, Any, str]] = [
    ("text", 5, "Q2 2022-23", [PLANS], "The text to check is not text."),
    ("no quarter", "", "", [PLANS], "The report's quarter cannot be read. No quarter is given. Enter it like Q2 2022-23."),
    ("quarter not text", "", None, [PLANS], "The report's quarter is not text."),
    ("register a mapping", "", "Q2 2022-23", PLANS, "The register is not a list of indicators."),
    ("register nothing", "", "Q2 2022-23", None, "The register is not a list of indicators."),
    ("entry", "", "Q2 2022-23", ["A1"], "Entry 1 of the register is not an indicator with its figures."),
    ("same code", "", "Q2 2022-23", [PLANS, PLANS], "Two entries of the register have the code A1."),
]  # fmt: skip
BAD_ENTRIES: list[tuple[dict[str, object], str]] = [
    ({"code": " "}, "Entry 1 of the register has no code."),
    ({"name": None}, "Entry 1 of the register (A1) has no name."),
    ({"unit": "percentage"}, "Entry 1 of the register (A1) has the unit “percentage”. Choose from: percent, number, "),
    ({"polarity": 1}, "Entry 1 of the register (A1) has no polarity."),
    ({"basis": "yearly"}, "Entry 1 of the register (A1) has the basis “yearly”. Choose from: quarter, "),
    ({"decimals": "1"}, "Entry 1 of the register (A1) has decimals that are not a whole number from 0 to 6."),
    ({"aliases": "timely"}, "Entry 1 of the register (A1) has aliases that are not a list of words."),
    ({"figures": ["83"]}, "Entry 1 of the register (A1) has no figures by quarter."),
    ({"figures": {"Q5 2022-23": "1"}}, "Entry 1 of the register (A1): a figure's quarter cannot be read. "),
    ({"figures": {"Q2 2022-23": "about 80"}}, "Entry 1 of the register (A1): the figure of Q2 2022-23 cannot be read. “about 80” is not a number."),
    ({"figures": {"Q2 2022-23": "80", "Q2 22/23": "81"}}, "Entry 1 of the register (A1) has two figures for Q2 2022-23."),
    ({"target": True}, "Entry 1 of the register (A1): the target cannot be read. "),
    ({"figures": {"Q2 2022-23": float("nan")}}, "Entry 1 of the register (A1): the figure of Q2 2022-23 cannot be read. "),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "quarter", "register", "sentence"), [one[1:] for one in BAD], ids=[one[0] for one in BAD]
)
def test_bad_input_is_one_sentence(text: Any, quarter: Any, register: Any, sentence: str) -> None:
    with pytest.raises(KpiError) as refused:
        findings_in(text, quarter, register)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(("changed", "sentence"), BAD_ENTRIES, ids=[one[1][-40:] for one in BAD_ENTRIES])
def test_a_bad_entry_is_named_with_what_is_wrong_in_it(changed: dict[str, object], sentence: str) -> None:
    with pytest.raises(KpiError) as refused:
        findings_in("", "Q2 2022-23", [PLANS | changed])
    assert str(refused.value).startswith(sentence)


def test_the_command_line_starts_without_the_checks_of_text() -> None:
    program = "import sys, kpi_core.__main__; print([one for one in sys.modules if 'narrative' in one])"
    answer = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout == "[]\n"

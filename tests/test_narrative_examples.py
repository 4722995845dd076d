"""How people write, and what an honest reader makes of it: every example of ``narrative_examples.toml``, and no false alarm."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from kpi_core.narrative import Checker, NarrativeFinding, Verdict, may_be_contradicted
from kpi_core.narrative.given import recorded

BOOK = tomllib.loads((Path(__file__).parent / "narrative_examples.toml").read_text(encoding="utf-8"))
ALARMS = {"contradicts": Verdict.CONTRADICTS, "ambiguous": Verdict.AMBIGUOUS, "disclosive": Verdict.DISCLOSIVE}
OTHERS = {"agrees": Verdict.AGREES, "cannot": Verdict.UNCHECKED}
CHECKERS: dict[str, Checker] = {}


def checker(when: str) -> Checker:
    """The checker of the book's register in a report on a quarter; it is made once."""
    if when not in CHECKERS:
        CHECKERS[when] = Checker(recorded(when, BOOK["indicator"]))
    return CHECKERS[when]


def findings(example: dict[str, Any]) -> list[NarrativeFinding]:
    """What is found in an example's text."""
    when = example.get("quarter", "Q2 2022-23")
    return checker(when).text(example["text"], example.get("about"))


def says(finding: NarrativeFinding, piece: str) -> bool:
    """Whether a finding is about a piece of the text: in what it quotes or in its message."""
    return (
        piece.lower() in f"{finding.text[finding.start : finding.end]} | {finding.stated} | {finding.message}".lower()
    )


@pytest.mark.parametrize("example", BOOK["example"], ids=lambda example: example["text"][:60])
def test_what_a_careful_reader_would_find_is_found_and_nothing_else(example: dict[str, Any]) -> None:
    found = findings(example)
    for name, verdict in (ALARMS | OTHERS).items():
        of_it = [one for one in found if one.verdict is verdict]
        expected = example.get(name, [])
        missed = [piece for piece in expected if not any(says(one, piece) for one in of_it)]
        if example.get("not_yet"):
            missed = []
        assert not missed, f"{name}: {missed} not found among {[(o.verdict.value, o.stated, o.message) for o in found]}"
        if name in ALARMS:
            false = [(one.stated, one.message) for one in of_it if not any(says(one, piece) for piece in expected)]
            assert not false, f"false alarm ({name}): {false}"


def test_few_examples_are_not_read_whole_and_each_of_them_still_is_not() -> None:
    unread = [example for example in BOOK["example"] if example.get("not_yet")]
    for example in unread:
        found = findings(example)
        pieces = [(v, piece) for name, v in (ALARMS | OTHERS).items() for piece in example.get(name, [])]
        assert not all(any(one.verdict is v and says(one, piece) for one in found) for v, piece in pieces), example[
            "text"
        ]
    assert len(unread) * 20 < len(BOOK["example"])


@pytest.mark.parametrize("example", BOOK["example"], ids=lambda example: example["text"][:60])
def test_the_quick_look_at_a_comment_passes_over_nothing_that_the_whole_reading_finds(example: dict[str, Any]) -> None:
    about = example.get("about") or BOOK["indicator"][0]["code"]
    reader = checker(example.get("quarter", "Q2 2022-23"))
    wrong = [one for one in reader.text(example["text"], about) if one.verdict is Verdict.CONTRADICTS]
    first = next((one for one in wrong if one.kind != "sum"), None)
    assert reader.contradicted(example["text"], about) == first
    assert first is None or may_be_contradicted(example["text"])

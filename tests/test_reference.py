"""The reference cases beside the repository, each run through the function that answers it.

The same cases stand in the unit tests in our own words, so that they are covered where this folder is absent.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from kpi_core.errors import KpiError
from kpi_core.figures import round_half_up
from kpi_core.judging import significance
from kpi_core.judging.chance import change_significance, wilson
from kpi_core.judging.change import direction, relative_change
from kpi_core.judging.rating import rating
from kpi_core.narrative import implied_denominators
from kpi_core.periods import quarter
from kpi_core.what_if import numbers_needed, rest_of_year, rest_of_year_weighted, trajectory

from .conftest import SHARED, shared_file

CASES = SHARED / "reference" / "target-cases.json"
Given = dict[str, Any]


def _rating(given: Given) -> Given:
    rated = rating(**given)
    return {
        "rating": rated.rating,
        "amber_limit": rated.amber_limit,
        "shown": None if rated.shown is None else f"{rated.shown:f}",
        "intervention_passed": rated.intervention_passed,
    }


def _round_half_up(given: Given) -> Given:
    pairs = zip(given["values"], given["decimals"], strict=True)
    return {"results": [str(round_half_up(value, decimals)) for value, decimals in pairs]}


def _direction(given: Given) -> Given:
    terms = {"polarity": given["polarity"], "smallest_change": given["smallest_change"]}
    return {"results": [direction(earlier, later, **terms) for earlier, later in given["pairs"]]}


def _quarter(given: Given) -> Given:
    """What all of the texts give; a case that expects an error expects it of each."""
    read, errors = set(), []
    for text in given["texts"]:
        try:
            read.add(quarter(text))
        except KpiError as error:
            errors.append(error)
    if len(errors) == len(given["texts"]):
        raise errors[0]
    assert not errors
    (one,) = read
    return {"text": one.text, "start": one.start.isoformat(), "end": one.end.isoformat()}


def _fields(function: Callable[..., object]) -> Callable[[Given], Given]:
    def run(given: Given) -> Given:
        record = function(**given)
        return {name: getattr(record, name) for name in record.__slots__}  # type: ignore[attr-defined]

    return run


ANSWERS: dict[str, Callable[[Given], Given]] = {
    "rating": _rating,
    "round_half_up": _round_half_up,
    "direction": _direction,
    "quarter": _quarter,
    "relative_change": _fields(relative_change),
    "wilson": _fields(wilson),
    "change_significance": _fields(change_significance),
    "implied_denominators": _fields(implied_denominators),
    "significance": _fields(significance),
    "numbers_needed": _fields(numbers_needed),
    "rest_of_year": _fields(rest_of_year),
    "rest_of_year_weighted": _fields(rest_of_year_weighted),
    "trajectory": _fields(trajectory),
}


def _cases() -> list[Any]:
    if not CASES.exists():
        return []
    cases = json.loads(CASES.read_text(encoding="utf-8"))["cases"]
    return [pytest.param(case, id=case["id"]) for case in cases]


def test_the_reference_cases_are_at_hand() -> None:
    shared_file("reference", "target-cases.json")
    assert {case.values[0]["function"] for case in _cases()} == set(ANSWERS)


@pytest.mark.parametrize("case", _cases())
def test_a_reference_case_is_answered_as_it_expects(case: Given) -> None:
    answer, expected = ANSWERS[case["function"]], case["expect"]
    if expected.get("error"):
        with pytest.raises(KpiError):
            answer(case["given"])
        return
    found = answer(case["given"])
    for name, value in expected.items():
        assert _agrees(found[name], value), f"{name}: {found[name]} is not {value}"


def _agrees(found: Any, expected: Any) -> bool:
    """Numbers agree to 1e-5, those of a list one by one; a number expected as text agrees by its value, save where text itself is the point."""
    if isinstance(expected, list) and not isinstance(found, list):
        return len(found) == len(expected) and all(map(_agrees, found, expected))
    if isinstance(expected, float):
        return bool(float(found) == pytest.approx(expected, abs=1e-5))
    if isinstance(found, Decimal):
        return found == Decimal(expected)
    return bool(found == expected)

"""What an upload did to a figure, and what withdrawing it changes: over every chain of uploads and every order."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations, product

import pytest

from kpi_core.effects import Effect, Link, effects
from kpi_core.model import Absence, ChangeKind
from kpi_core.periods import Quarter

Q2 = Quarter(2022, 2)


def link(upload: int, figure: str = "", kind: ChangeKind = ChangeKind.NEW, code: str = "A1", area: str = "X") -> Link:
    return Link(code, area, Q2, Decimal(figure or 50 + upload), False, upload, kind)


def numbers(effect: Effect) -> tuple[int | None, int, int | None]:
    """Which upload stood before, which one it is, which one came later."""
    return (
        None if effect.before is None else effect.before.upload,
        effect.given.upload,
        None if effect.later is None else effect.later.upload,
    )


def test_an_upload_that_gave_nothing_has_no_effects() -> None:
    assert effects([link(1)], 2, ()) == ()
    assert effects([], 1, ()) == ()


def test_the_only_figure_is_taken_back_and_nothing_stands() -> None:
    (effect,) = effects([link(1)], 1, ())
    assert (effect.before, effect.later, effect.left_standing) == (None, None, "")


def test_what_was_bundled_stands_again() -> None:
    (effect,) = effects([link(0), link(1)], 1, ())
    assert numbers(effect) == (0, 1, None)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (ChangeKind.SAME, "upload 2 gave the same figure later"),
        (ChangeKind.CONFIRMED, "upload 2 confirmed it later"),
        (ChangeKind.REVISED, "upload 2 revised it later"),
        (ChangeKind.NEW, "upload 2 gave a figure after it later"),
    ],
)
def test_what_a_later_upload_gave_is_left_standing_and_the_reason_names_it(kind: ChangeKind, words: str) -> None:
    (effect,) = effects([link(1), link(2, kind=kind)], 1, ())
    assert effect.left_standing == words


def test_a_later_upload_that_is_withdrawn_leaves_nothing_standing() -> None:
    (effect,) = effects([link(0), link(1), link(2)], 1, {2})
    assert numbers(effect) == (0, 1, None)


def test_each_figure_is_a_chain_of_its_own() -> None:
    chains = [link(1), link(2), link(1, code="A2"), link(2, area="Y"), link(3, area="Y")]
    assert [numbers(effect) for effect in effects(chains, 2, ())] == [(1, 2, None), (None, 2, 3)]


def test_an_absence_is_a_figure_that_stands_again_too() -> None:
    before = Link("A1", "X", Q2, Absence.SUPPRESSED, False, 1, ChangeKind.NEW)
    (effect,) = effects([before, link(2)], 2, ())
    assert effect.before is before


ORDERS = [(count, order) for count in (2, 3, 4) for order in permutations(range(1, count + 1))]


@pytest.mark.parametrize("bundled", [False, True], ids=["nothing bundled", "bundled"])
@pytest.mark.parametrize(("count", "order"), ORDERS, ids=[f"{order}" for _, order in ORDERS])
def test_withdrawn_in_any_order_the_last_that_stands_is_what_stands(
    count: int, order: tuple[int, ...], bundled: bool
) -> None:
    chain = [link(number) for number in range(0 if bundled else 1, count + 1)]
    gone: set[int] = set()
    for number in order:
        standing = [one for one in chain if one.upload not in gone]
        (effect,) = effects(chain, number, gone)
        rest = [one for one in standing if one.upload != number]
        after_it = [one for one in rest if one.upload > number]
        assert (effect.later is None) is (standing[-1].upload == number)
        assert effect.later == (after_it[-1] if after_it else None)
        # What is said to stand afterwards is the last of what is left.
        assert (effect.later or effect.before) == (rest[-1] if rest else None)
        gone.add(number)
        assert effects(chain, number, gone) == (effect,)
    assert all((effect.before is None) is not bundled for n in order for effect in effects(chain, n, gone))


@pytest.mark.parametrize("gone", list(product([False, True], repeat=4)), ids=str)
def test_whatever_is_withdrawn_an_effect_only_names_uploads_that_stand(gone: tuple[bool, ...]) -> None:
    chain = [link(number) for number in range(1, 5)]
    withdrawn = {number for number, is_gone in enumerate(gone, 1) if is_gone}
    for number in range(1, 5):
        (effect,) = effects(chain, number, withdrawn)
        before, _, later = numbers(effect)
        assert {before, later}.isdisjoint(withdrawn)
        assert before is None or before < number
        assert later is None or later > number

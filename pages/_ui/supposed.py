"""What a reader supposes: the changes of a scenario, as they stand in the URL, and the way back from each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from dataclasses import field as field_of
from decimal import Decimal
from typing import Any

import streamlit as st

from kpi_core.errors import KpiError, shorten
from kpi_core.figures import decimals_of
from kpi_core.model import Indicator, Polarity, Scenario, Unit
from kpi_core.what_if import What, WhatIf, WhatIfChange, WhatIfRow, change_of, read_change, with_change, without

from . import components, session
from .fields import Fields

_MOST_UNDONE = 50


def saved() -> Scenario | None:
    """The saved scenario that the address names; ``None`` where it names none. One that is not there is said so.

    It brings its own quarter and area, where the address names no quarter.
    """
    view = session.view()
    if not view.scenario:
        return None
    try:
        found = _saved(view.scenario)
    except KpiError as error:
        components.message(str(error), "error")
        session.keep(replace(view, scenario=""))
        return None
    if not view.quarter:
        session.keep(replace(view, quarter=found.quarter.text, area=found.area))
    return found


def _saved(number: str) -> Scenario:
    """The scenario of a number as an address gives it."""
    if not number.isdecimal() or len(number) > 9:
        raise UnknownScenario(f"There is no scenario “{shorten(number)}”.")
    return session.services().scenarios.one(int(number))


class UnknownScenario(KpiError):
    """What an address gives as a scenario's number is none."""


def lines() -> tuple[str, ...]:
    """The changes that are looked at: those of the address, else the saved scenario's."""
    view = session.view()
    if view.change or not view.scenario:
        return view.change
    try:
        return _saved(view.scenario).changes
    except KpiError:
        return ()


def answered(quarter: str) -> WhatIf:
    """The scenario's answers. What was given in a field and makes no sense is told at that field, and what stood before stands.

    Where the address's changes cannot be applied, to another quarter for one, that is said and the figures are shown as they
    are: the changes stay in the address, for a quarter that can take them.
    """
    services, area, when = session.services(), session.view().area or None, session.view().at
    just_given: list[tuple[What, str, bool]] = st.session_state.pop("supposed_given", [])
    while True:
        try:
            return services.what_if(lines(), quarter, area, when)
        except KpiError as error:
            if not just_given:
                components.message(f"{error} So nothing is changed below.", "error")
                return services.what_if((), quarter, area, when)
            what, scope, taken_back = just_given.pop()
            milestones = [one for one in _changes() if one.same_place == (What.BY, scope.casefold())]
            if taken_back and what is What.TARGET and milestones:
                # They led to the target that is taken back, and go with it.
                keep(_texts(without(_changes(), What.BY, scope)))
                continue
            st.session_state["supposed_refused"] = (what, scope, str(error))
            undo()


def _changes() -> list[WhatIfChange]:
    return [read_change(one) for one in lines()]


def _texts(changes: Iterable[WhatIfChange]) -> tuple[str, ...]:
    return tuple(map(str, changes))


def put(what: What, scope: str, text: str) -> None:
    """Suppose ``text`` of a scope; empty text takes it back."""
    try:
        now = _changes()
        changed = with_change(now, change_of(what, scope, text)) if text.strip() else without(now, what, scope)
    except KpiError as error:
        st.session_state["supposed_refused"] = (what, scope, str(error))
        return
    if _texts(changed) == lines():
        return  # it was taken already, in a run that was broken off
    st.session_state.setdefault("supposed_given", []).append((what, scope, not text.strip()))
    remember(changed)


def refusal(what: What, scope: str) -> str:
    """Why the last text of a field was not taken, once; empty: it was."""
    place = st.session_state.get("supposed_refused", (None, "", ""))
    if place[:2] != (what, scope):
        return ""
    del st.session_state["supposed_refused"]
    return str(place[2])


def remember(changes: tuple[WhatIfChange, ...]) -> None:
    """Make these the changes, with those before to be undone."""
    st.session_state["supposed_before"] = (*undoable(), lines())[-_MOST_UNDONE:]
    keep(_texts(changes))


def undoable() -> tuple[tuple[str, ...], ...]:
    """The changes as they were before, the last one last."""
    before: tuple[tuple[str, ...], ...] = st.session_state.get("supposed_before", ())
    return before


def undo() -> None:
    """Go back to the changes before the last."""
    *before, last = undoable()
    st.session_state["supposed_before"] = tuple(before)
    keep(last)


def keep(changed: tuple[str, ...]) -> None:
    """Put the changes into the address; a saved scenario that is altered is no longer that one."""
    session.keep(replace(session.view(), change=changed, scenario=""))


def given(changes: tuple[WhatIfChange, ...], what: What, code: str) -> str:
    """The text that is supposed of one indicator, as its field shows it; empty: nothing."""
    found = [one.amount_text for one in changes if one.same_place == (what, code.casefold())]
    return found[-1] if found else ""


# --- the fields ---------------------------------------------------------------------------------------------------


def slider(one: WhatIfRow) -> None:
    """The target as a slider, for an indicator whose target is one value."""
    indicator, target = one.indicator, one.target
    now = target.value if target is not None else None
    value = one.row.observation.value if one.row.observation else None
    start = now if now is not None else value
    if indicator.polarity is Polarity.BAND or start is None:
        return
    places = max(indicator.decimals, decimals_of(start))
    # Its end stays where it is while the target is moved, unless somebody types more.
    held = one.row.target.value if one.row.target is not None else None
    reach = Decimal(100) if indicator.unit is Unit.PERCENT else max(held or 0, value or 0, Decimal(1)) * 2
    top = max(reach, start)
    st.slider(
        f"Move the target of {components.plain(indicator.name)}" if now is not None else "Try a target",
        0.0, float(top), step=float(Decimal(1).scaleb(-places)), format=f"%.{places}f",
        **show(f"slider_{indicator.code}", float(start), What.TARGET, indicator.code),
    )  # fmt: skip


def field(found: WhatIf, what: What, indicator: Indicator, label: str, held: str, help_: str) -> None:
    """One thing to suppose, as text; empty is as it is held."""
    shown = show(f"suppose_{what}_{indicator.code}", given(found.changes, what, indicator.code), what, indicator.code)
    st.text_input(label, **shown, help=help_, max_chars=40, placeholder=f"{held} held" if held else "none held")
    if refused := refusal(what, indicator.code):
        components.message(refused, "error")


@dataclass(slots=True)
class _Supposing:
    """The page's fields, and by name what each stands for: what of which scope, and the text that a ticked box is."""

    fields: Fields = field_of(default_factory=Fields)
    stands_for: dict[str, tuple[What, str, str]] = field_of(default_factory=dict)


def _supposing() -> _Supposing:
    found: _Supposing = st.session_state.setdefault("supposing", _Supposing())
    return found


def show(name: str, value: object, what: What, scope: str, ticked: str = "", clearable: bool = False) -> dict[str, Any]:
    """Let a field show what it has to of the scenario; what comes back are arguments of its widget."""
    supposing = _supposing()
    supposing.stands_for[name] = (what, scope, ticked)
    return supposing.fields.show(name, value, clearable)


def shown() -> None:
    """All fields are drawn."""
    _supposing().fields.drawn()


def take() -> None:
    """Suppose what the fields say that somebody changed, at the beginning of a run: a run that is broken off loses nothing of it."""
    supposing = _supposing()
    for name, value in supposing.fields.changed().items():
        what, scope, ticked = supposing.stands_for[name]
        put(what, scope, _as_text(value, ticked))
        supposing.fields.read(name, value)


def _as_text(value: object, ticked: str) -> str:
    """What a widget says, as it would be typed."""
    if isinstance(value, bool):
        return ticked if value else ""
    if isinstance(value, float):
        return f"{Decimal(f'{value:.9f}').normalize():f}"
    return "" if value is None else str(value)

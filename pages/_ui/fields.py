"""Fields that people write in, read at the beginning of a run.

Browser and server lag behind each other: people type while the page is being drawn, a run is broken off by the next one, and
what it had drawn may never reach the browser. So a field is changed only where it says something else than it was last set to
show, and what a browser still says that has not drawn the last of it is nobody's change.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import streamlit as st

_DRAWN = "fields_drawn"
_EMPTY: dict[type, object] = {str: "", bool: False}


@dataclass(slots=True)
class Fields:
    """The fields of one form in one session; the keys of their widgets begin with ``prefix``."""

    prefix: str = ""
    shown: dict[str, object] = field(default_factory=dict)
    """By name, what a field was last set to show, or has been read with."""
    before: dict[str, tuple[object, ...]] = field(default_factory=dict)
    """By name, what a field said before it was set anew, as long as the browser may not have drawn that."""
    settings: int = 0
    """How many times a field was set anew."""

    def key(self, name: str) -> str:
        """The key of a field's widget."""
        return f"{self.prefix}{name}"

    def changed(self) -> dict[str, object]:
        """By name, what somebody has put into the fields since they were drawn or read."""
        state = st.session_state
        if self.before and state.get(self.key(_DRAWN)) == str(self.settings):
            self.before.clear()
        now = {name: state[self.key(name)] for name in self.shown if self.key(name) in state}
        return {
            name: value
            for name, value in now.items()
            if value != self.shown[name] and value not in self.before.get(name, ())
        }

    def read(self, name: str, value: object) -> None:
        """Take note that a field was read with this value."""
        self.shown[name] = value

    def forget(self, name: str) -> None:
        """The field is taken out of the form."""
        self.shown.pop(name, None)
        self.before.pop(name, None)

    def show(self, name: str, value: object, clearable: bool = False) -> dict[str, Any]:
        """Let a field show ``value``; what comes back are arguments of its widget.

        A widget begins with its value, so that it shows it whichever run draws it first; ``clearable``: one that has to begin
        empty, as only that can be made empty again.
        """
        state, key = st.session_state, self.key(name)
        said = state.get(key, None if clearable else value)
        anew = said != value or name in self.before
        if anew:
            state[key] = value
            # Nothing touches the session's state from here on: a run broken off would take what was shown as written.
            earlier = (*self.before.get(name, ()), said, self.shown.get(name, said))
            self.before[name] = tuple(dict.fromkeys(one for one in earlier if one != value))
            self.settings += 1
        self.shown[name] = value
        return _arguments(key, value, anew or clearable)

    def drawn(self) -> None:
        """Draw, after all fields, one that nobody sees, by which the browser says how much it has drawn."""
        state, key, count = st.session_state, self.key(_DRAWN), str(self.settings)
        anew = key in state and state[key] != count
        if anew:
            state[key] = count
        with st.container(key="unseen"):
            st.text_input("Drawn", **_arguments(key, count, anew))


def _arguments(key: str, value: object, empty: bool) -> dict[str, Any]:
    """The arguments of a widget that begins with ``value``, or ``empty``, where it has its value from the session's state."""
    return {"key": key, "value": _EMPTY.get(type(value)) if empty else value}

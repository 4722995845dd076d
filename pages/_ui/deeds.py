"""What people do with a report by a button: done, it is said at the top and the keyboard goes there; refused, by the button."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from kpi_core.errors import KpiError

from . import components

_Made = TypeVar("_Made")


def do(where: str, deed: Callable[[], _Made], done: Callable[[_Made], str]) -> _Made | None:
    """Do it. What came of it is said in the next run: by ``refused(where)`` why not, by ``announce`` that it is done."""
    st.session_state.pop("refused", None)
    try:
        made = deed()
    except KpiError as error:
        refuse(where, str(error))
        return None
    count = st.session_state.get("deeds", 0) + 1
    st.session_state["deeds"], st.session_state["done"] = count, (done(made), str(count))
    return made


def refuse(where: str, sentence: str) -> None:
    """Say, by the button ``where``, why nothing was done."""
    st.session_state["refused"] = (where, sentence)


def announce() -> None:
    """That the last deed is done, once, and take the keyboard there."""
    sentence, count = st.session_state.pop("done", ("", ""))
    if sentence:
        components.message(sentence, "done", anchor="done")
        components.go_to("done", focus=count)


def refused(where: str) -> None:
    """Why the deed of this button was not done, once."""
    place, sentence = st.session_state.get("refused", ("", ""))
    if place == where:
        del st.session_state["refused"]
        components.message(sentence, "error")

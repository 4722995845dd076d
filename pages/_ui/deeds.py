"""What people do by a button: done, it is said at the top and the keyboard goes there; refused, by the button.

A click breaks off the run before it wherever that touches the session's state. So what a deed came to is noted in an
object that was fetched before it, and the second click of a double click does not do it again: people would be told
that it failed when it is done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import TypeVar

import streamlit as st

from kpi_core.errors import KpiError

from . import components
from .typeset import escape

_Made = TypeVar("_Made")
Link = tuple[str, str]
"""Where to go on, and in which words."""
_DOUBLE_CLICK = 1.0
"""Seconds after a deed in which the same is not meant again."""


@dataclass(slots=True)
class _Outcome:
    """What came of the last deed, and by which button it stood."""

    where: str = ""
    done: str = ""
    link: Link | None = None
    count: int = 0
    at: float = 0.0
    said: bool = True
    refused: str = ""
    left: Callable[[], None] | None = None
    """What is still to be made of it on the page."""


def _told() -> _Outcome:
    told: _Outcome = st.session_state.setdefault("deeds", _Outcome())
    return told


def do(
    where: str,
    deed: Callable[[], _Made],
    done: Callable[[_Made], str],
    *,
    then: Callable[[_Made], None] = lambda _: None,
    link: Callable[[_Made], Link] | None = None,
) -> None:
    """Do it, and ``then`` what the page makes of it, which may come twice.

    What came of it is said in the next run: by ``refused(where)`` why not, by ``announce`` that it is done.
    """
    told = _told()
    if told.done and told.where == where and monotonic() - told.at < _DOUBLE_CLICK:
        told.said = False
    else:
        try:
            made = deed()
        except KpiError as error:
            told.where, told.done, told.refused = where, "", str(error)
            return
        told.where, told.done, told.link, told.refused = where, done(made), link(made) if link else None, ""
        told.count, told.at, told.said, told.left = told.count + 1, monotonic(), False, lambda: then(made)
    if told.left is not None:
        told.left()
        told.left = None


def refuse(where: str, sentence: str) -> None:
    """Say, by the button ``where``, why nothing was done."""
    told = _told()
    told.where, told.done, told.refused = where, "", sentence


def announce() -> None:
    """That the last deed is done, once, and take the keyboard there."""
    told = _told()
    if told.said:
        return
    told.said = True
    components.message(told.done, "done", anchor="done")
    if told.link:
        href, words = told.link
        st.html(f'<p><a href="{escape(href)}">{escape(words)}</a></p>')
    components.go_to("done", focus=str(told.count))


def refused(*where: str) -> None:
    """Why the deed of this button, or of one of these, was not done, once."""
    told = _told()
    if told.refused and told.where in where:
        components.message(told.refused, "error")
        told.refused = ""

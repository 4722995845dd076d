"""Who acts: a role and a name, asked for once in a browser's session and kept across its pages, until there is sign-in."""

from __future__ import annotations

import json
from urllib.parse import quote, unquote

import streamlit as st

from kpi_core.access import ROLES, Actor

COOKIE = "kpi_acting"
_ROLE, _NAME, _OFFERED = "acting_role", "acting_name", "acting_offered"


def actor() -> Actor:
    """Who acts, as far as it was said; what was not said is empty, and then only reading is allowed."""
    _remember()
    return Actor(st.session_state.get(_NAME) or "", st.session_state.get(_ROLE) or "")


def choose(offered: str = "") -> Actor:
    """Ask for the role and the name, and say what becomes of them. ``offered``: the role that stands until one is chosen."""
    _remember()
    _offer(offered)
    with st.container(key="acting"):
        role, name = st.columns(2, gap="medium")
        role.selectbox(
            "The role you act in", ROLES, index=None, key=_ROLE, persist_state="session", placeholder="Choose a role",
        )  # fmt: skip
        name.text_input("Your name", key=_NAME, max_chars=80, persist_state="session", autocomplete="name")
        st.html(
            '<p class="muted small">We record your name so nobody approves their own report. It is not published; colleagues can see '
            f"it in the record of changes. To read, you need neither.</p>{_kept(actor())}",
            unsafe_allow_javascript=True,
        )
    return actor()


def _offer(role: str) -> None:
    """Preselect a role where none was chosen. What was only preselected on another page is nobody's choice here."""
    state = st.session_state
    if state.get(_ROLE) and state.get(_ROLE) == state.get(_OFFERED) and not role:
        state[_ROLE] = None
    if role and not state.get(_ROLE):
        state[_ROLE] = state[_OFFERED] = role
    elif state.get(_ROLE) != state.get(_OFFERED):
        state[_OFFERED] = ""


def _remember() -> None:
    """What was said before a link was followed: that loads the page anew, and with it begins a new session."""
    if _ROLE in st.session_state or "acting_recalled" in st.session_state:
        return
    st.session_state["acting_recalled"] = True
    try:
        said = json.loads(unquote(str(st.context.cookies.get(COOKIE, "") or "")))
        role, name = str(said["role"]), str(said["name"])
    except (ValueError, KeyError, TypeError):
        return
    if role in ROLES:
        st.session_state[_ROLE] = role
    st.session_state[_NAME] = name[:80]


def _kept(who: Actor) -> str:
    """What keeps it in the browser until that is closed: a cookie of letters, digits and per cent signs, whatever was typed."""
    role = "" if who.role == st.session_state.get(_OFFERED) else who.role
    if not (role or who.name):
        return ""
    value = quote(json.dumps({"role": role, "name": who.name}), safe="")
    return f'<script>document.cookie = "{COOKIE}={value}; path=/; SameSite=Strict"</script>'

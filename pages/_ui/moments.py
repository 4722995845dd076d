"""Moments as a reader's own clock shows them. They are kept in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import streamlit as st

from kpi_core.periods import day_in_words


def moment(at: datetime | None, day: bool = True) -> str:
    """Like ``22 November 2022, 10:42``, by the browser's time zone; where that is not known, ``10:42 UTC``."""
    if at is None:
        return ""
    zone = st.context.timezone
    try:
        here, name = at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)) if zone else at, "" if zone else " UTC"
    except (
        KeyError,
        ValueError,
        OSError,
        OverflowError,
    ):  # a zone that is not known here, or a time that cannot be read
        here, name = at, " UTC"
    said = f"{here:%H:%M}{name}"
    return f"{day_in_words(here)}, {said}" if day else said

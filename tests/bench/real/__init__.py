"""The app as its readers meet it, beside an empty page and a page that an analyst would write over the same figures.

Three servers with the same settings over the example council. First over websockets, without a browser: one session,
and 20 that are busy at once. Then in Chromium.
"""

from __future__ import annotations

from ..databases import Databases
from ..record import Record
from . import clicks, load
from .apps import serving


def compare(databases: Databases, record: Record) -> None:
    """Everything of this section."""
    with serving(databases) as apps:
        load.one_session(apps, record)
        load.busy(apps, record)
        clicks.compare(apps, record)
        for server in apps.servers:
            if "Traceback" in server.said():
                raise RuntimeError(f"The server at {server.url} went wrong. Its output:\n{server.said()[-3000:]}")

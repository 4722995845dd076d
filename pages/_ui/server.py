"""The server that the pages are given by: what it sends with each answer, and that it is for this machine only."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
import webbrowser
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from html import escape
from ipaddress import ip_address
from typing import Any

import streamlit as st
from starlette.middleware import Middleware

_log = logging.getLogger("kpi_explorer")
_Scope = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
_Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
_App = Callable[[_Scope, _Receive, _Send], Awaitable[None]]

_NOT_IN_A_FRAME = [(b"x-frame-options", b"DENY"), (b"content-security-policy", b"frame-ancestors 'none'")]
_ALIVE = "/_stcore/health"
_LASTS = 3.0
"""For how many seconds after its first page a server that must not run goes on: a browser asks again, for an icon or on a reload."""
_TURN = 0.001
"""Seconds after which one session's computing gives way to another's. A page loses its turn some thirty times as it is made: with
Python's own 5 ms each, a click took 246 ms where another session checked a long paper, and 115 with this (90 where it was alone).
Shorter ones are no quicker, and with 20 busy sessions giving way so often costs a tenth of their reruns."""


def is_this_machine(address: str | None) -> bool:
    """Whether only this machine can connect to an address that a server listens on; ``None`` or empty: it listens on all."""
    if address and address.casefold() == "localhost":
        return True
    try:
        return ip_address((address or "").strip("[]")).is_loopback
    except ValueError:
        return False


def refusal(reached: str | None = None) -> str:
    """Why no figures are shown and the server stops, in a sentence; empty: it listens to this machine only.

    ``reached``: the address of this machine that a request came to, where a server was told another one than Streamlit's.
    """
    address = st.get_option("server.address")
    if is_this_machine(address) and reached is not None:
        address = reached
    if is_this_machine(address):
        return ""
    where = f"the address {address}" if address else "every address"
    return (
        f"The KPI explorer is meant for this machine only and was started on {where}, so it shows no figures and stops: start it with "
        "“make run”, or with “python -m streamlit run app.py” in its own folder and no other address."
    )


class NotInAFrame:
    """Lets no other page show the explorer within itself, where clicks could be led astray."""

    def __init__(self, app: _App) -> None:
        self._app = app

    async def __call__(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        """Answer, with the headers that say so."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sent(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_NOT_IN_A_FRAME]
            await send(message)

        await self._app(scope, receive, sent)


class ThisMachineOnly:
    """On an address that others can connect to gives one sentence on every page, nothing else, and stops the server."""

    def __init__(self, app: _App) -> None:
        self._app = app
        self._stopping = False

    async def __call__(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        """Answer as ever, or with the sentence."""
        exempt = scope["type"] == "lifespan" or scope["path"] == _ALIVE
        told = "" if exempt else refusal((scope.get("server") or (None,))[0])
        if not told:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await _say(told, send)
            self._stop(told)

    def _stop(self, told: str) -> None:
        if not self._stopping:
            self._stopping = True
            _log.error("A page was asked for, and the server stops. %s", told)
            asyncio.get_running_loop().call_later(_LASTS, signal.raise_signal, signal.SIGINT)


async def _say(told: str, send: _Send) -> None:
    page = (
        '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<title>KPI explorer</title><main style="max-width: 40rem; margin: 4rem auto; font: 1.2rem sans-serif">{escape(told)}</main></html>'
    ).encode()
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(page)).encode())]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": page})


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """As the server starts: have its sessions take short turns, and say where it must not run.

    It opens the browser too, which Streamlit leaves to an app of one's own.
    """
    sys.setswitchinterval(_TURN)
    if told := refusal():
        _log.error("%s", told)
    if not st.get_option("server.headless"):
        url = f"http://{st.get_option('browser.serverAddress')}:{st.get_option('server.port')}"
        asyncio.get_running_loop().call_later(1, webbrowser.open, url)
    yield


MIDDLEWARE = (Middleware(NotInAFrame), Middleware(ThisMachineOnly))

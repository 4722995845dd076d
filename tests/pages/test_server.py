"""The server: which addresses are this machine's own, and what is done as it starts."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator

import pytest
import streamlit as st

from pages._ui import server

from . import MEANT


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.10", "::1", "[::1]", "localhost", "LOCALHOST"])
def test_a_loopback_address_is_this_machine(address: str) -> None:
    assert server.is_this_machine(address)


@pytest.mark.parametrize(
    "address",
    [None, "", "0.0.0.0", "::", "192.168.1.20", "128.0.0.1", "2001:db8::1", "scorecard.example", "127.0.0.1.example"],
)
def test_any_other_address_is_not(address: str | None) -> None:
    assert not server.is_this_machine(address)


def test_where_another_server_gives_the_app_the_address_that_was_reached_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(st, "get_option", {"server.address": "127.0.0.1"}.get)
    assert server.refusal("127.0.0.1") == ""
    assert MEANT in server.refusal("192.168.1.20")


@pytest.fixture(autouse=True)
def turns_as_before() -> Iterator[None]:
    """What a server sets for its whole process is set back for the tests after it."""
    before = sys.getswitchinterval()
    yield
    sys.setswitchinterval(before)


@pytest.mark.parametrize("headless", [False, True])
def test_the_browser_is_opened_as_the_server_starts_unless_there_is_none(
    headless: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = {
        "server.address": "127.0.0.1",
        "server.headless": headless,
        "server.port": 8501,
        "browser.serverAddress": "localhost",
    }
    monkeypatch.setattr(st, "get_option", options.get)
    asked: list[str] = []

    async def started() -> None:
        loop, later = asyncio.get_running_loop(), asyncio.Event()
        monkeypatch.setattr("webbrowser.open", lambda url: (asked.append(url), later.set()))
        async with server.lifespan(None):  # type: ignore[arg-type]
            loop.call_later(1.5, later.set)
            await later.wait()

    asyncio.run(started())
    assert asked == ([] if headless else ["http://localhost:8501"])


def test_sessions_take_turns_shorter_than_python_s_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "get_option", {"server.address": "127.0.0.1", "server.headless": True}.get)
    asyncio.run(_started())
    assert sys.getswitchinterval() < 0.005


async def _started() -> None:
    async with server.lifespan(None):  # type: ignore[arg-type]
        pass

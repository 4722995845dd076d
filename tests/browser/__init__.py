"""The real app in a real browser: how it is started, waited for and looked at."""

from __future__ import annotations

import csv
import http.client
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Locator, Page, expect

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@cache
def chromium() -> str | None:
    """The path of the Chromium to drive, by the rule of ``chromium.sh``; ``None`` where there is none."""
    told = subprocess.run(["sh", str(HERE / "chromium.sh")], capture_output=True, text=True, check=False)
    return told.stdout.strip() or None


# --- the app ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Server:
    """A running app, and the file that its output goes to."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def said(self, since: int = 0) -> str:
        """Its output, from a position in the file on."""
        return self.log.read_bytes()[since:].decode(errors="replace")


@contextmanager
def serving(
    database: Path,
    log: Path,
    program: Sequence[str] = ("streamlit", "run", "app.py"),
    folder: Path = ROOT,
    environment: Mapping[str, str] | None = None,
    more: Sequence[str] = (),
) -> Iterator[Server]:
    """The app over ``database``, or another ``program`` of it, on a port of its own, until the block ends. ``more``: options."""
    port = _free_port()
    # A file of the code that changes while the tests run is not to be loaded into the running app.
    options = ["--server.port", str(port), "--server.headless", "true", "--server.fileWatcherType", "none", *more]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *program, *options],
            cwd=folder,
            env={**os.environ, "KPI_DB": str(database), "PYTHONUNBUFFERED": "1", **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = Server(f"http://localhost:{port}", process, log)
    try:
        _wait_until_healthy(server)
        yield server
    finally:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.create_server(("localhost", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_until_healthy(server: Server, seconds: float = 240) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=20):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"The app did not start. Its output:\n{server.said()[-3000:]}")


# --- the page -----------------------------------------------------------------------------------------------------

# True once the script has been at rest for as long as told. A rerun starts a moment after what causes it
# (a slider or a table waits 150 ms for more), so one look at a script at rest is not enough.
_AT_REST = """
milliseconds => {
    const app = document.querySelector('[data-testid="stApp"]')
    const resting = app?.dataset.testScriptState === "notRunning"
    const now = performance.now()
    window.restingSince = resting ? window.restingSince ?? now : null
    return resting && now - window.restingSince >= milliseconds
}
"""


def settled(page: Page) -> Page:
    """The page, once its script has run to the end and nothing more comes."""
    page.evaluate("window.restingSince = null")
    page.wait_for_function(_AT_REST, arg=250, polling=50)
    return page


def wrote(page: Page, label: str, text: str) -> None:
    """Put a text into a field and leave it."""
    page.get_by_role("textbox", name=label, exact=label == "Action 1").fill(text)
    page.keyboard.press("Tab")
    settled(page)


def pressed(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()
    settled(page)


def act(page: Page, role: str, name: str) -> None:
    """Say who acts, as people do it."""
    box = page.get_by_role("combobox", name=re.compile("The role you act in"))
    box.click()
    box.fill(role)
    page.keyboard.press("Enter")
    settled(page)
    wrote(page, "Your name", name)


def saved(page: Page, button: str) -> tuple[str, list[list[str]]]:
    """The name and the lines of the CSV file that the button saves."""
    with page.expect_download() as started:
        page.get_by_role("button", name=button).click()
    with started.value.path().open(encoding="utf-8-sig", newline="") as file:
        return started.value.suggested_filename, list(csv.reader(file))


def violations(page: Page, *rules: str) -> list[str]:
    """What axe-core finds wrong with the page's accessibility, one sentence each; empty: nothing. ``rules``: look for these alone."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    # To list what passes too takes axe as long again as all else.
    options = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
    found = page.evaluate("async options => (await axe.run(options)).violations", options)
    return [
        f"{one['id']} ({one['impact']}): {one['help']}: {' '.join(str(part) for part in node['target'])}"
        for one in found
        for node in one["nodes"]
    ]


# --- uploads ------------------------------------------------------------------------------------------------------

# What a console says of requests for /upload/_stcore/...: Streamlit looks under which path it is served.
_STREAMLIT_LOOKS = "/_stcore/"


def listen(page: Page) -> list[str]:
    """The errors that the page's console says from now on."""
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "console",
        lambda one: (
            said.append(one.text)
            if one.type == "error" and _STREAMLIT_LOOKS not in one.location.get("url", "")
            else None
        ),
    )
    return said


def give(page: Page, content: bytes, name: str = "figures.csv") -> Page:
    """Choose a file; returns once the page has been drawn with it."""
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    expect(page.get_by_test_id("stFileUploader")).to_contain_text(name[:6])  # a long name is cut in its middle
    page.wait_for_timeout(400)  # what is drawn of a former file stands until the new one has been sent
    return settled(page)


def tick_all(page: Page) -> None:
    """Tick every box."""
    for box in page.get_by_test_id("stCheckbox").all():
        box.locator("label").click()
        expect(box.locator("input")).to_be_checked()
    settled(page)


def fill_in(page: Page, reason: str = "Late assessments were counted twice.", by: str = "Pat Example") -> None:
    """Confirm everything and say why and who, as an officer does before pressing Publish; the role stands there already."""
    tick_all(page)
    if reason:
        page.get_by_role("textbox", name="Why does what was published change?").fill(reason)
    page.get_by_role("textbox", name="Your name").fill(by)


def publish_button(page: Page) -> Locator:
    """The button of step 4."""
    return page.get_by_role("button", name="Publish", exact=True)


def port_of(server: Server) -> int:
    """The port a server listens on."""
    port = urlsplit(server.url).port
    assert port is not None
    return port


def answer(server: Server, method: str, path: str, **headers: str) -> http.client.HTTPResponse:
    """What the server answers to one request."""
    connection = http.client.HTTPConnection("127.0.0.1", port_of(server), timeout=60)
    try:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        return connection.getresponse()
    finally:
        connection.close()

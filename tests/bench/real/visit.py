"""One session over a websocket, as a browser holds it, in Streamlit's own messages.

It keeps what the page's widgets are, sends what a reader would set them to, and is done with a run when the server says
that the script has finished. It keeps large messages as a browser does, so that they are not sent twice.
"""

from __future__ import annotations

import asyncio
import socket
import urllib.request
import uuid
from contextlib import asynccontextmanager
from http.cookies import SimpleCookie
from time import perf_counter
from typing import TYPE_CHECKING, Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import UploadedFileInfo
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from streamlit.proto.Common_pb2 import FileURLs

WIDGETS = {
    "selectbox", "multiselect", "button_group", "checkbox", "text_input", "text_area", "radio", "button", "file_uploader",
}  # fmt: skip
KEPT_FOR = 2
"""Runs that a browser keeps a large message for without its being used: ``global.maxCachedMessageAge``."""
QUICKLY: int | None = getattr(socket, "TCP_QUICKACK", None)
"""Linux has it."""
PATIENCE = 30.0
"""Seconds without a word from the server after which it is given up."""


class Visit:
    """A session on one page. Use ``visiting``."""

    def __init__(self, url: str, connection: ClientConnection, page: str) -> None:
        self.url, self.connection, self.page = url, connection, page
        self.session = ""
        self.query = ""
        self.widgets: dict[str, Any] = {}
        """By label, each widget as the server last described it."""
        self.texts: list[str] = []
        """The texts and HTML of the last run."""
        self.states: dict[str, WidgetState] = {}
        self._script = ""
        self._kept: dict[str, tuple[int, Any]] = {}

    def options(self, label: str) -> list[str]:
        """What a filter offers, as the reader sees it."""
        return [getattr(one, "content", one) for one in self.widgets[label].options]

    async def run(self) -> float:
        """Run the page with the widgets as they are set; the milliseconds until it has finished."""
        start = perf_counter()
        asked = BackMsg()
        state = asked.rerun_script
        state.query_string, state.page_script_hash = self.query, self._script
        state.page_name = "" if self._script else self.page
        state.widget_states.widgets.extend(self.states.values())
        state.cached_message_hashes.extend(self._kept)
        await self.connection.send(asked.SerializeToString())
        self._acknowledge()
        await self._finished()
        for name, one in list(self.states.items()):
            if one.WhichOneof("value") == "trigger_value":  # a button is pressed once
                del self.states[name]
        return (perf_counter() - start) * 1000

    async def choose(self, label: str, *wanted: str) -> float:
        """Set a filter to the options that contain what is wanted, or to none, and run the page."""
        widget = self.widgets[label]
        chosen = [next(option for option in self.options(label) if one in option) for one in wanted]
        state = self._state(widget)
        if widget.DESCRIPTOR.name == "Selectbox":
            state.string_value = chosen[0]
        else:
            state.string_array_value.SetInParent()
            del state.string_array_value.data[:]
            state.string_array_value.data.extend(chosen)
        return await self.run()

    async def write(self, label: str, text: str) -> float:
        """Fill a field in."""
        self._state(self.widgets[label]).string_value = text
        return await self.run()

    async def tick_all(self) -> None:
        """Tick every box."""
        for widget in self.widgets.values():
            if widget.DESCRIPTOR.name == "Checkbox":
                self._state(widget).bool_value = True
        await self.run()

    async def press(self, label: str) -> float:
        """Press a button."""
        self._state(self.widgets[label]).trigger_value = True
        return await self.run()

    async def upload(self, label: str, name: str, content: bytes) -> None:
        """Choose a file: it goes to the server by itself, then the page is run with it."""
        asked = BackMsg()
        request = asked.file_urls_request
        request.request_id, request.session_id = uuid.uuid4().hex, self.session
        request.file_names.append(name)
        await self.connection.send(asked.SerializeToString())
        (urls,) = await self._urls()
        await asyncio.to_thread(_put, self.url, urls.upload_url, name, content)
        given = UploadedFileInfo(name=name, size=len(content), file_id=urls.file_id, file_urls=urls)
        self._state(self.widgets[label]).file_uploader_state_value.uploaded_file_info.append(given)
        await self.run()

    def _state(self, widget: Any) -> WidgetState:
        return self.states.setdefault(widget.id, WidgetState(id=widget.id))

    async def _receive(self) -> ForwardMsg:
        self._acknowledge()
        said = ForwardMsg()
        said.ParseFromString(await asyncio.wait_for(self.connection.recv(decode=False), PATIENCE))
        return said

    def _acknowledge(self) -> None:
        """Acknowledge at once what comes. The server holds a small packet back until the one before is acknowledged, and
        a reader's machine may take 40 ms to do so: time in which nobody works, and in which no page could be told from
        an empty one. In Chromium it is measured too."""
        if QUICKLY is not None:
            self.connection.transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, QUICKLY, 1)

    async def _urls(self) -> Sequence[FileURLs]:
        while True:
            said = await self._receive()
            if said.WhichOneof("type") == "file_urls_response":
                return said.file_urls_response.file_urls

    async def _finished(self) -> None:
        """Take what the server says until the run is over; one that is begun anew within it is waited for."""
        used: dict[str, Any] = {}
        while True:
            said = await self._receive()
            kind = said.WhichOneof("type")
            if kind == "script_finished":
                if said.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    break
            elif kind == "new_session":
                self.session = said.new_session.initialize.session_id
                self.texts.clear()
                self.widgets.clear()
            elif kind == "navigation":
                self._script = said.navigation.page_script_hash
            elif kind == "page_info_changed":
                self.query = said.page_info_changed.query_string
            elif kind == "ref_hash":
                used[said.ref_hash] = self._kept[said.ref_hash][1]
                self._take(used[said.ref_hash])
            elif kind == "delta" and said.delta.WhichOneof("type") == "new_element":
                if said.metadata.cacheable:
                    used[said.hash] = said.delta.new_element
                self._take(said.delta.new_element)
        if any('"message error"' in text for text in self.texts):
            raise RuntimeError("The page says: " + "\n".join(text for text in self.texts if "<style>" not in text))
        kept = {name: (age + 1, one) for name, (age, one) in self._kept.items() if age < KEPT_FOR}
        self._kept = kept | {name: (0, one) for name, one in used.items()}

    def _take(self, element: Any) -> None:
        kind = element.WhichOneof("type")
        if kind in ("html", "heading", "markdown"):
            self.texts.append(getattr(element, kind).body)
        elif kind == "exception":
            self.texts.append(f'"message error": {element.exception.message}')
        elif kind in WIDGETS:
            widget = getattr(element, kind)
            self.widgets[widget.label] = widget
            if getattr(widget, "set_value", False):  # the page itself set it
                self.states.pop(widget.id, None)


def _put(url: str, path: str, name: str, content: bytes) -> None:
    """Send a file as a browser does, with the token that keeps other sites out."""
    with urllib.request.urlopen(f"{url}/_stcore/health", timeout=PATIENCE) as told:
        token = SimpleCookie(told.headers["Set-Cookie"])["_streamlit_xsrf"].value
    edge = uuid.uuid4().hex
    head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\nContent-Type: text/csv\r\n\r\n'
    request = urllib.request.Request(
        f"{url}{path}",
        head.encode() + content + f"\r\n--{edge}--\r\n".encode(),
        {
            "Content-Type": f"multipart/form-data; boundary={edge}",
            "X-Xsrftoken": token,
            "Cookie": f"_streamlit_xsrf={token}",
        },
        method="PUT",
    )
    urllib.request.urlopen(request, timeout=PATIENCE).close()


@asynccontextmanager
async def visiting(url: str, page: str = "", query: str = "") -> AsyncIterator[Visit]:
    """A session that has opened a page and seen it drawn."""
    address = url.replace("http", "ws", 1) + "/_stcore/stream"
    # A browser offers to compress, and takes what comes however large it is.
    async with connect(address, origin=url, subprotocols=["streamlit"], max_size=None) as connection:
        visit = Visit(url, connection, page)
        visit.query = query
        await visit.run()
        yield visit

"""An officer who publishes while others read: the upload page over a websocket, step by step as in a browser."""

from __future__ import annotations

import csv

from .visit import Visit

REASON = "Why does what was published change?"


class Officer:
    """A session on the upload page."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit

    async def prepare(self, content: bytes) -> None:
        """Choose the file, look at it and fill everything in, up to the button."""
        quarter = next(csv.DictReader(content.decode().splitlines()))["quarter"]
        await self.visit.choose("Quarter the file is for", quarter)
        await self.visit.upload("The CSV file", "figures.csv", content)
        if "Publish" not in self.visit.widgets:
            raise RuntimeError("The file cannot be published:\n" + "\n".join(self.visit.texts[1:]))
        await self.visit.tick_all()
        if REASON in self.visit.widgets:
            await self.visit.write(REASON, "Counted twice.")
        await self.visit.write("Your name", "An officer")

    async def publish(self) -> float:
        """Press the button; the milliseconds until the page says that it is published."""
        took = await self.visit.press("Publish")
        if not any("Published as upload" in text for text in self.visit.texts):
            raise RuntimeError("It was not published:\n" + "\n".join(self.visit.texts[1:]))
        return took

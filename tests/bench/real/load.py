"""One session that changes a filter, and 20 that do so all the time, over websockets."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from itertools import chain, count, islice
from time import perf_counter

from ..record import Record
from .apps import Apps
from .publishing import Officer
from .visit import Visit, visiting

ROUNDS = 3
"""Each app has its turn in each round, so that what else the machine does falls on all of them."""
CHANGES = 25
"""Filter changes of one session in a round."""
SESSIONS, SECONDS = 20, 6.0
QUARTERS = 12
"""The newest quarters that are gone round: those that have a year before them."""
RATINGS = ("Red", "Amber", "Green")


def changes(visit: Visit, first: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Filters to set one after another without end: another quarter, a rating, a category, and each taken away again."""
    quarters = visit.options("Quarter")[:QUARTERS]
    for n in count(first):
        yield "Quarter", (quarters[n % len(quarters)],)
        yield "Rating", (RATINGS[n % len(RATINGS)],)
        categories = visit.options("Category")
        yield "Category", (categories[n % len(categories)],)
        yield "Rating", ()
        yield "Category", ()


async def change(visit: Visit, times: int | None, until: float | None, first: int) -> list[float]:
    """Change filters one after another; a page without any is run again. The milliseconds of each change."""
    if "Quarter" not in visit.widgets:
        steps = (visit.run() for _ in count())
    else:
        steps = (visit.choose(label, *wanted) for label, wanted in changes(visit, first))
    taken = []
    for step in islice(steps, times):
        took = await step
        if until is not None and perf_counter() > until:  # too late to count
            break
        taken.append(took)
    return taken


# --- one session --------------------------------------------------------------------------------------------------


def one_session(apps: Apps, record: Record) -> None:
    """How long one filter change takes where nobody else is there."""
    ours, pandas, empty = asyncio.run(_one_session(apps))
    record.times("one session: a filter change, the app", ours)
    record.times("one session: a filter change, the pandas page", pandas)
    record.times("one session: a rerun, the empty page", empty)
    record.ratio("one session: the app against the pandas page", ours, pandas, "at most 1.2")
    record.ratio("one session: the app against the empty page", ours, empty)


async def _one_session(apps: Apps) -> list[list[float]]:
    async with AsyncExitStack() as stack:
        visits = [await stack.enter_async_context(visiting(server.url)) for server in apps.servers]
        for visit in visits:
            await change(visit, 5, None, 0)  # warm up
        taken: list[list[float]] = [[] for _ in visits]
        for turn in range(ROUNDS):
            for times, visit in zip(taken, visits, strict=True):
                times.extend(await change(visit, CHANGES, None, turn))
        return taken


# --- 20 busy ones -------------------------------------------------------------------------------------------------


def busy(apps: Apps, record: Record) -> None:
    """How many reruns a second 20 sessions get that never rest; in ours somebody publishes meanwhile."""
    taken, published = asyncio.run(_busy(apps))
    ours, pandas, empty = (([len(one) / SECONDS for one in rounds], [*chain(*rounds)]) for rounds in taken)
    print(f"   {SESSIONS} busy sessions, {SECONDS:.0f} s a round; in each round of the app one quarter is published")
    record.rates("busy: reruns, the app", ours[0])
    record.rates("busy: reruns, the pandas page", pandas[0])
    record.rates("busy: reruns, the empty page", empty[0])
    record.ratio("busy: reruns, the app against the pandas page", ours[0], pandas[0], "at least 1", "higher")
    record.ratio("busy: reruns, the app against the empty page", ours[0], empty[0], better="higher")
    record.times("busy: a filter change, the app", ours[1])
    record.times("busy: a filter change, the pandas page", pandas[1])
    record.times("busy: publishing in the app", published)


async def _busy(apps: Apps) -> tuple[list[list[list[float]]], list[float]]:
    """For each app and round the milliseconds of every change that was finished in time; and those of publishing."""
    taken: list[list[list[float]]] = [[] for _ in apps.servers]
    published = []
    for turn in range(ROUNDS):
        for rounds, server in zip(taken, apps.servers, strict=True):
            async with AsyncExitStack() as stack:
                visits = [await stack.enter_async_context(visiting(server.url)) for _ in range(SESSIONS)]
                officer = None
                if server is apps.ours:
                    officer = Officer(await stack.enter_async_context(visiting(server.url, "upload")))
                    await officer.prepare(apps.upload(turn))
                until = perf_counter() + SECONDS
                async with asyncio.TaskGroup() as group:
                    # A page's own warm-up is over: each has been drawn. All start at different filters.
                    tasks = [group.create_task(change(visit, None, until, 7 * n)) for n, visit in enumerate(visits)]
                    if officer is not None:
                        await asyncio.sleep(SECONDS / 2)
                        published.append(await officer.publish())
                rounds.append([one for task in tasks for one in task.result()])
    return taken, published

"""The record of changes: each event of the ledger as a sentence that a person reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ...codec import ERASED
from ...errors import KpiError
from ...events import Event, Kind, tables_in
from ...showing import RecordedAct
from .ledger import Ledger
from .store import Reading

_SMALL = (
    "setting", "loaded_file", "upload", "withdrawn", "mapping", "report", "action_closed", "concern", "scenario", "proposal",
    "proposal_decision", "erased",
)  # fmt: skip
_FEW = 12
"""Up to how many indicators a record names those it is about."""
Given = dict[str, list[Any]]
"""The records of an event by the name of their table."""


def changes_of(ledger: Ledger, since: int = 0) -> Iterator[RecordedAct]:
    """Every event after ``since`` as a sentence, oldest first."""
    events = ledger.events(since)
    with ledger.store.read() as reading:
        codes: dict[int, set[str]] = {}
        for table in ("figure", "target", "report", "action_closed", "concern", "proposal"):
            for number, code in reading.rows(
                f"select distinct given_by, indicator from {table} where given_by > ?", [since]
            ):
                codes.setdefault(number, set()).add(code)
        for event in events:
            said = _said_of(event, reading)
            about = sorted(codes.get(event.number, ()))
            yield RecordedAct(
                event.number, event.happened_at, event.actor, event.role, event.kind, said, event.hash,
                tuple(about) if len(about) <= _FEW else (),
            )  # fmt: skip


def _said_of(event: Event, reading: Reading) -> str:
    """What an event did; of one that somebody changed, that it cannot be read: the others can."""
    say = _SAID.get(event.kind)
    if say is None:
        return event.kind
    try:
        return say({one.name: one.records for one in tables_in(event.body, reading.file, _SMALL)})
    except (ValueError, LookupError, TypeError, AttributeError, KpiError):
        return f"{event.kind.capitalize()}: what it holds is not as it was written, and cannot be read."


def _loaded(given: Given) -> str:
    council = next((one.value for one in given.get("setting", ()) if one.name == "council"), "")
    return f"Loaded the figures of {council} from {_some(len(given.get('loaded_file', ())), 'file')}."


def _published(given: Given) -> str:
    one = given["upload"][0]
    what = {"register": "register entries", "targets": "targets"}.get(one.kind, "figures")
    new, confirmed, revised, same = one.counts
    counts = [
        f"{count} {word}"
        for count, word in ((new, "new"), (confirmed, "confirmed"), (revised, "revised"), (same, "the same"))
        if count
    ]
    counts += [f"{one.comments} with another comment"] if one.comments else []
    why = f" Reason: {_sentence(one.reason)}" if one.reason else ""
    return f"Published {what} as upload {one.id}, from {one.file_name}: {', '.join(counts) or 'nothing'}.{why}"


def _withdrawn(given: Given) -> str:
    one = given["withdrawn"][0]
    return f"Withdrew upload {one.upload}. Reason: {_sentence(one.reason)}"


def _mapping(given: Given) -> str:
    return f"Saved the column mapping {given['mapping'][0].name}."


def _report(verb: str) -> Callable[[Given], str]:
    def say(given: Given) -> str:
        one = given["report"][0]
        said = f" {_sentence(one.said[0].upper() + one.said[1:])}" if one.said and one.said != ERASED else ""
        return f"{verb} version {one.version} of the exception report on {one.indicator} for {one.quarter.text}.{said}"

    return say


def _closed(given: Given) -> str:
    one = given["action_closed"][0]
    return f"Closed action {one.number} of the exception report on {one.indicator} for {one.quarter.text}: {_sentence(one.closing)}"


def _marked(given: Given) -> str:
    one = given["concern"][0]
    return f"Marked {one.indicator} as an emerging concern in {one.quarter.text}: {_sentence(one.reason)}"


def _lifted(given: Given) -> str:
    one = given["concern"][0]
    why = f": {_sentence(one.reason)}" if one.reason else "."
    return f"Lifted the mark of an emerging concern from {one.indicator} in {one.quarter.text}{why}"


def _scenario(given: Given) -> str:
    one = given["scenario"][0]
    return f"Saved scenario {one.number}, {one.name}, for {one.quarter.text}."


def _proposed(given: Given) -> str:
    one = given["proposal"][0]
    return f"Proposed a target of {one.indicator} from {one.quarter.text} on, as proposal {one.number}: {_sentence(one.reason)}"


def _decided(given: Given) -> str:
    one = given["proposal_decision"][0]
    by = f" as upload {one.upload}" if one.upload is not None else ""
    why = f" Reason: {_sentence(one.reason)}" if one.reason else ""
    return f"{'Accepted' if one.accepted else 'Declined'} proposal {one.number}, a target of {one.indicator}{by}.{why}"


def _erased(given: Given) -> str:
    numbers = sorted({one.event for one in given["erased"]})
    one = given["erased"][0]
    which = f"record {numbers[0]}" if len(numbers) == 1 else f"records {', '.join(map(str, numbers))}"
    return f"Erased the words of {which}, with {one.second} as the second person. Reason: {_sentence(one.reason)}"


_SAID: dict[str, Callable[[Given], str]] = {
    Kind.LOADED: _loaded,
    Kind.PUBLISHED: _published,
    Kind.WITHDRAWN: _withdrawn,
    Kind.MAPPING: _mapping,
    Kind.REPORT_SAVED: _report("Saved"),
    Kind.REPORT_READ_IN: _report("Read in"),
    Kind.REPORT_RESTORED: _report("Restored a former text as"),
    Kind.REPORT_SUBMITTED: _report("Submitted, as"),
    Kind.REPORT_RETURNED: _report("Gave back, as"),
    Kind.REPORT_APPROVED: _report("Approved, as"),
    Kind.REPORT_REOPENED: _report("Reopened, as"),
    Kind.ACTION_CLOSED: _closed,
    Kind.CONCERN_MARKED: _marked,
    Kind.CONCERN_LIFTED: _lifted,
    Kind.SCENARIO_SAVED: _scenario,
    Kind.TARGET_PROPOSED: _proposed,
    Kind.PROPOSAL_ACCEPTED: _decided,
    Kind.PROPOSAL_DECLINED: _decided,
    Kind.MIRROR_CONFIRMED: lambda _: "Confirmed that the second copy of this record was lost and written again.",
    Kind.ERASED: _erased,
}


def _some(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count} {what}s"


def _sentence(text: str) -> str:
    plain = " ".join(text.split())
    return plain if plain.endswith((".", "!", "?")) else f"{plain}."

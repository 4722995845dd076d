"""What is a heading: it has both the words and the shape, so that a sentence which begins alike stays a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..model import REPORT_SECTIONS
from .labels import LONGEST_LABEL, NONE_WORDS, OTHER_TOPIC, Label, label_of, lead_of
from .lines import ENDED, FormLine
from .values import DATE, figure_in, is_signed, read_quarter


@dataclass(frozen=True, slots=True)
class FormHeading:
    """A heading of the form, found on a line."""

    label: Label
    words: str
    """As they stand."""
    rest: str
    """What stands after it on the line."""
    styled: bool
    """Whether a colon, a heading's style, bold letters or a table's cell mark it as one."""


_AFTER_LABEL = re.compile(r"\s*(?:[:–—-]\s*)+")


def heading_of(line: FormLine, fresh: bool) -> FormHeading | None:
    """The heading that a line is or begins with. ``fresh``: nothing before the line can be running on into it."""
    text = line.text
    styled = line.heading or line.cell is not None or bool(line.bold)
    if whole := label_of(text.rstrip(" :-–—.")):
        marked = text.rstrip()[-1] in ":-–—"
        begins = text[lead_of(text) :][:1]
        good = (marked and (fresh or whole.strong)) or styled or (fresh and (begins.isupper() or begins.isdigit()))
        allowed = whole.strong or not line.is_item or bool(line.bold)
        if OTHER_TOPIC.fullmatch(text.rstrip(" :-–—")[lead_of(text) :]) and whole.kind == "other":
            good = begins.isupper() and (text.endswith(":") or line.heading or bool(line.bold))
        return FormHeading(whole, text, "", marked or styled) if (good or line.is_item) and allowed else None
    return _bold_heading(line) or _with_text(line, fresh, styled) or _unmarked(line, fresh)


def _bold_heading(line: FormLine) -> FormHeading | None:
    """“**Legal implications** None identified.”: bold letters end where the heading does."""
    if not line.bold or not line.text.startswith(line.bold) or not (label := label_of(line.bold.rstrip(" :-–—."))):
        return None
    rest = line.text[len(line.bold) :]
    mark = _AFTER_LABEL.match(rest)
    if not mark and line.bold[-1] not in ":-–—." and rest.strip()[:1].islower():
        return None
    return FormHeading(label, line.bold, rest[mark.end() if mark else 0 :].strip(), True)


def _with_text(line: FormLine, fresh: bool, styled: bool) -> FormHeading | None:
    """“Legal implications: none”, and with a dash or a full stop where the words leave no doubt."""
    start = line.text[: LONGEST_LABEL + 30]
    for mark in (":", " - ", " – ", " — ", ". "):
        words, found, _ = start.partition(mark)
        label = label_of(words.strip()) if found else None
        begins = words[lead_of(words) :][:1]
        if label is None or not (begins.isupper() or begins.isdigit()):
            continue
        if (label.strong and (mark == ":" or fresh)) or (mark == ":" and (fresh or styled) and not line.is_item):
            return FormHeading(
                label, words + mark.rstrip(), line.text[len(words) + len(mark) :].strip(), mark == ":" or styled
            )
    return None


def _unmarked(line: FormLine, fresh: bool) -> FormHeading | None:
    """“Completed by Alex Example”, “Quarterly target 95%”, “Legal implications None”: what follows can be nothing else."""
    words = line.text.split()
    if not fresh or len(words) > 16 or line.is_item:
        return None
    for count in range(min(len(words) - 1, 8), 0, -1):
        label = label_of(" ".join(words[:count]))
        if label is None or not label.strong:
            continue
        rest = " ".join(words[count:])
        who = " ".join(DATE.sub(" ", rest).split())
        signed = (
            label.kind in ("completed", "approved") and rest[0].isupper() and rest[-1] not in ".:;" and is_signed(who)
        )
        figure = label.kind in ("outturn", "target") and figure_in(rest) is not None
        none = label.kind in REPORT_SECTIONS and NONE_WORDS.fullmatch(rest.rstrip(".")) is not None
        if signed or figure or none:
            return FormHeading(label, " ".join(words[:count]), rest, False)
    return None


def next_on_the_line(rest: str, in_prose: bool) -> tuple[str, str] | None:
    """What comes before and from a second heading on the same line: “25.4 Quarterly target: 4.7”."""
    # A line with two headings is a line of a form's head or foot, or of short answers; a long one is text.
    for colon in re.finditer(":", rest if len(rest) <= 1_000 else ""):
        words = list(re.finditer(r"\S+", rest[max(0, colon.start() - LONGEST_LABEL) : colon.start()]))[-10:]
        offset = max(0, colon.start() - LONGEST_LABEL)
        for word in words:
            at = offset + word.start()
            label = label_of(rest[at : colon.start()])
            # A number before the label would be read as part of the quarter that the label may say.
            if label is None or not (rest[at].isupper() or read_quarter(label.quarter)):
                continue
            before = rest[:at].rstrip()
            is_field = not in_prose and label.kind in ("date", "quarter", "outturn", "target")
            if is_field or (
                label.strong and (not in_prose or not before or ENDED.search(before) or NONE_WORDS.fullmatch(before))
            ):
                return before, rest[at:]
    return None

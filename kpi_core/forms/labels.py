"""What the words of a heading are, whatever their spelling."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

from ..model import REPORT_SECTIONS
from .values import read_quarter


@dataclass(frozen=True, slots=True)
class Label:
    """What a heading stands for."""

    kind: str
    """One of ``REPORT_SECTIONS``, or ``title``, ``indicator``, ``quarter``, ``outturn``, ``target``, ``actions``, ``completed``,
    ``approved``, ``approved on``, ``date``, or ``other``: a heading that is none of the form's."""
    strong: bool = True
    """Whether the words are hardly ever anything but a heading."""
    role: str = ""
    """Of whoever approves."""
    quarter: str = ""


# Labels are listed in small letters, parted by commas; “+” stands for nothing, where a word before or after may be left out.
_BEFORE = "+, summary of, summary of the, summary of any, summary, any"


_AFTER = "implications, implication, impact, impacts, impact assessment, considerations, issues"


# The topics of each section, then those that say too little to be a heading on their own.
_TOPICS = dict(zip(REPORT_SECTIONS[1:], (
    ("financial, finance, finances", "financial and resource, resource and financial, resource, budget, budgetary, cost"),
    ("legal", "legal and governance, law"),
    ("human resources, human resource, hr", "human resources hr, workforce, staffing, people"),
    ("sustainability", "environmental, environment, sustainability and environmental, environmental and sustainability, climate"),
    ("public health, public health and wellbeing, health and wellbeing", "health"),
    ("equality, equalities, equality and diversity, equality diversity and inclusion, edi",
     "equalities and diversity, equality and inclusion, equality diversity inclusion, diversity and inclusion"),
), strict=True))  # fmt: skip


_ROLES = ("Service Unit Head", "Head of Service", "Service Head", "Unit Head", "Service Director", "Assistant Director",
          "Corporate Director", "Director", "Service Manager", "Team Manager", "Manager", "Head of Service Unit")  # fmt: skip


_APPROVALS = "approval, sign off, approval and sign off"


_APPROVED_BY = "approved by, signed off by, report approved by, authorised by, approval by"


_DATED = "+, with date, and date, date, with the date"


_REASONS = (
    "reason for, reasons for, explanation of, explanation for, reason for the, reasons for the, summary of reasons for, "
    "summary of reason for"
)


_PERFORMANCES = (
    "level of performance, levels of performance, performance, current performance, under performance, performance level, "
    "current level of performance, missed target, missing target, not meeting target, performance not meeting target, "
    "variance, exception"
)


_ACTIONS = (
    "actions taken or planned, actions taken and planned, actions taken, actions planned, planned actions, action plan, "
    "action taken or planned, action taken and planned, action taken, action planned, improvement actions, "
    "remedial actions, corrective actions, actions being taken, actions and interventions, actions planned or taken, "
    "actions taken planned, summary of actions, summary of actions taken or planned, "
    "actions and intervention planned or in place"
)


_AIMS = "+, to improve performance, to improve, to improve the performance, to address performance"


_STRONG = {
    "title": "exception performance report, performance exception report, exception report, exception report form, "
    "exception performance report form, performance exception report form, exception reporting form",
    "indicator": "indicator description, description of indicator, description of the indicator, indicator name, "
    "name of indicator, indicator title, performance indicator, performance indicator description, kpi name, "
    "key performance indicator, kpi description, performance measure, indicator name and description",
    "outturn": "quarterly outturn, outturn for the quarter",
    "target": "quarterly target, target for the quarter",
    "actions": "actions to improve performance",
    "completed": "completed by, report completed by, form completed by, prepared by, report prepared by, written by, "
    "report written by, authored by, report author, form prepared by",
    "approved on": "date approved, date of approval, approval date, approved on, sign off date, date of sign off",
    "other": "annual target, year end target, tolerance level, intervention level, previous outturn, date completed, "
    "date of completion, completed on, risk implications, portfolio holder",
}


_WEAK = {
    "indicator": "indicator, kpi, measure",
    "quarter": "quarter, reporting quarter, reporting period, period, quarter and year, reporting quarter and year",
    REPORT_SECTIONS[0]: "reason, reasons, explanation, commentary",
    "actions": "actions, action",
    "completed": "author, completed",
    "approved": "approval, sign off, approver, signed off, approved",
    "date": "date, dated",
    "other": "tolerance, directorate, service area",
}


def _every(*lists: str) -> Iterator[str]:
    """Each way of saying one of each list, by its letters alone: spaces, dashes and words run together make no difference."""
    return (letters_of(" ".join(one)) for one in product(*(text.split(", ") for text in lists)))


@cache
def all_labels() -> dict[str, Label]:
    """Every label by its letters."""
    found: dict[str, Label] = {}
    for section, (plain, only_with_more) in _TOPICS.items():
        found |= dict.fromkeys(_every(_BEFORE, f"{plain}, {only_with_more}", _AFTER), Label(section))
        found |= dict.fromkeys(_every(_BEFORE.removeprefix("+, "), plain), Label(section))
        found |= dict.fromkeys(_every(plain), Label(section, strong=False))
    found |= dict.fromkeys(_every(_REASONS, _PERFORMANCES), Label(REPORT_SECTIONS[0]))
    found |= dict.fromkeys(_every(_ACTIONS, _AIMS), Label("actions"))
    for strong, table in ((False, _WEAK), (True, _STRONG)):
        for kind, listed in table.items():
            found |= dict.fromkeys(_every(listed), Label(kind, strong))
    found |= dict.fromkeys(_every(_APPROVED_BY, _DATED), Label("approved"))
    for role in _ROLES:
        signs = (*_every(role, _APPROVALS, _DATED), *_every(_APPROVED_BY, role, _DATED))
        found |= dict.fromkeys(signs, Label("approved", role=role))
    return found


@cache
def _labels_nearly() -> dict[str, str]:
    """The longer labels, whole and with any one letter left out: a word with one letter wrong has that much in common."""
    near: dict[str, str] = {}
    for text in all_labels():
        if len(text) >= 10:
            near |= dict.fromkeys([text, *_one_letter_less(text)], text)
    return near


def letters_of(text: str) -> str:
    """The letters of a heading in small, by which it is known however it is spaced, marked or joined to the next word."""
    return re.sub(r"[^a-z]", "", text.lower().replace("&", "and"))


def _one_letter_less(text: str) -> Iterator[str]:
    return (text[:at] + text[at + 1 :] for at in range(len(text)))


_BRACKETS = re.compile(r"\([^()]*\)")


_LEAD = re.compile(
    r"(?:[-–—•●*\uf0b7]\s+)?(?:appendix\s+\w{1,3}\s*[:.–—-]?\s+)?"
    r"(?:\(?(?:[0-9]{1,2}(?:\.[0-9]{1,2})*|[a-zA-Z]|[ivx]{1,4})[.)](?=\s|[A-Za-z])\s*|[0-9]{1,2}(?:\.[0-9]{1,2})*\s+(?=[A-Za-z]))?",
    re.I,
)


# The heading of a section that this form does not have; “See financial implications” is text.
OTHER_TOPIC = re.compile(
    r"(?!(?:see|refer|as|per|no|none|same|any|other|these|the|this|its)\b)(?:summary of )?(?:[a-z]+ ){1,3}(?:implications|impacts?)",
    re.I,
)


LONGEST_LABEL = 100
"""Characters of a label; a longer one is a sentence."""


def label_of(text: str) -> Label | None:
    """What heading ``text`` is the words of; ``None``: of none."""
    if not text or len(text) > LONGEST_LABEL or text[-1] in "?!;":
        return None
    bare = text[lead_of(text) :]
    plain = _BRACKETS.sub(" ", bare)
    if re.search("[0-9:]", plain):
        return _figure_label(bare) if ":" not in plain else None
    letters = letters_of(plain)
    found = all_labels().get(letters) or _figure_label(bare)
    if found is None and len(letters) >= 10 and not re.search(r"(?<!e)quality", letters):
        near = next((t for one in (letters, *_one_letter_less(letters)) if (t := _labels_nearly().get(one))), None)
        found = all_labels()[near] if near else None
    return found or (Label("other") if OTHER_TOPIC.fullmatch(bare) else None)


def lead_of(text: str) -> int:
    """How many characters of numbering, or of a list's mark, come before the words of a heading."""
    found = _LEAD.match(text)
    return found.end() if found else 0


_OUTTURN = re.compile(r"\b(?:out[- ]?tur?n|ou?t?tturn|outtrun|actual|result)\b", re.I)


_TARGET = re.compile(r"\b(?:target|taget|traget|targt)\b", re.I)


_SMALL = re.compile(
    r"\b(?:for|the|of|in|at|quarterly|performance|current|latest|reported|figure|this|value|level|per|quarter(?!\s*[0-9]))\b",
    re.I,
)


_SAID = re.compile(
    r"(?=.*[0-9])(?=.*(?:q|[a-z]{3}))(?:q(?:uarter|tr)?|[0-9/\-–\s,().]|jan\w*|feb\w*|mar\w*|apr\w*|may|june?|july?|aug\w*|sep\w*|oct\w*|nov\w*|dec\w*|to)+",
    re.I,
)


_TITLE_LAST = re.compile(r"(.+?[0-9)])\W+(?:performance )?exception (?:performance )?report(?: form)?$", re.I)


def _figure_label(text: str) -> Label | None:
    """“2022/23 Q2 outturn”, “Outturn (Q2 2022-23)”, “Quarterly target”: nothing but the quarter and small words beside it.

    “Q2 2022-23 Exception Report” too, since a label with a number in it is one of these.
    """
    for kind, word in (("outturn", _OUTTURN), ("target", _TARGET)):
        if word.search(text):
            said = " ".join(_SMALL.sub(" ", word.sub(" ", text, count=1)).split()).strip(" -–,:()")
            if not said:
                return Label(kind, strong="quarter" in text.lower())
            return Label(kind, quarter=said) if _SAID.fullmatch(said) else None
    before = _TITLE_LAST.match(text)
    return Label("title", quarter=before[1].strip()) if before and read_quarter(before[1]) else None


_COLUMNS = {
    "action": re.compile(r"(?:(?:improvement|agreed|planned|key|proposed) )?actions?(?: (?:taken|planned|required|points?|taken or planned|to be taken|description))?|what|task|activity|step|description", re.I),
    "owner": re.compile(r"(?:action )?owner(?:ship)?|(?:lead|responsible|accountable)(?: (?:officer|person|manager|service|role))?|responsibility|by who(?:m)?|who|person responsible|lead by|led by|assigned to", re.I),
    "due": re.compile(r"(?:by )?when|due(?: (?:date|by|on))?|deadline|(?:target|completion|end) date|date(?: due)?|to be completed by|by|complete by|time ?scales?|time ?frame", re.I),
}  # fmt: skip


def column_of(heading: str) -> str:
    """What a column of a table of actions holds; empty: something else."""
    bare = heading.strip().rstrip(" :?.")
    return next((kind for kind, words in _COLUMNS.items() if words.fullmatch(bare)), "")


NONE_WORDS = re.compile(
    r"(?:there are )?(?:none|nil|n/?a|not applicable|none (?:have been |were |are )?(?:identified|noted|known)|nothing identified"
    r"|no (?:(?P<topic>[a-z ]{2,30}) )?(?:implications?|impacts?)(?: (?:have been |were |are )?(?:identified|noted|known))?"
    r"|(?:implications|impacts?):? (?:none|nil))",
    re.I,
)


def is_label(text: str) -> bool:
    """Whether a cell is a heading of the form or of a list of actions, and nothing else."""
    bare = text.strip().rstrip(" :-–—.")
    return label_of(bare) is not None or column_of(bare) in ("owner", "due")


def is_none(text: str, section: str) -> bool:
    """Whether the whole text says that there is nothing; “See financial implications.” does not, nor does “None so far”."""
    found = NONE_WORDS.fullmatch(re.sub(r"^- ", "", text).strip(" .\n"))
    topic = found and found["topic"]
    label = label_of(f"{topic} implications") if topic else None
    # “No legal implications” under another heading answers another question.
    return found is not None and (not topic or (label is not None and label.kind == section))

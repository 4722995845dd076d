"""The example council: files in the format of ``data/`` with made-up figures, in which every behaviour can be seen.

The register, the targets and the words are fixed; the figures are drawn. Each figure follows a slow path with
ordinary variation, to which this module adds the special causes it means to show.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from math import sqrt
from random import Random

from ..figures import round_half_up, with_unit
from ..intake import FORM_HEADINGS, REPORT_FOLDER, Bundle, read_data_folder
from ..judging import target_in_force, target_words
from ..model import Basis, Indicator, ReportState, Unit
from ..periods import Quarter, quarter

FIRST, LATEST = Quarter(2021, 3), Quarter(2025, 2)
_SOURCE = "Made up for the example"
_SCALE = {Unit.PERCENT: 100, Unit.RATE_PER_10000: 10_000}


def files(seed: int) -> dict[str, bytes]:
    """The example council's files by name. The same seed gives the same bytes."""
    rng = Random(seed)
    made = {
        "settings.csv": b"setting,value\ncouncil,Example Council\nhome_area,EX\nmade_up,yes\n",
        "areas.csv": b"code,name\nEX,Example\n",
        "indicators.csv": _INDICATORS.encode(),
        "targets.csv": _TARGETS.encode(),
        "conflicts.csv": _CONFLICTS.encode(),
        "benchmarks.csv": _csv(_benchmarks(rng)),
        "observations.csv": b"indicator,quarter,value,source\n",
    }
    made["observations.csv"] = _csv(row for one in read_data_folder(made).indicators for row in _observations(one, rng))
    return {**made, **_reports(read_data_folder(made))}


def _csv(rows: Iterator[dict[str, object]]) -> bytes:
    found = list(rows)
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(name for row in found for name in row)), lineterminator="\n")
    writer.writeheader()
    writer.writerows(found)
    return out.getvalue().encode()


# --- figures ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Process:
    """Where a figure comes from: a straight path from ``first`` to ``last`` in the indicator's unit, and what disturbs it."""

    first: float
    last: float
    of: int = 0
    """The usual denominator; 0: no counts are held."""
    wobble: float | None = None
    """One standard deviation of the ordinary variation; ``None``: what chance gives a share of ``of``."""
    season: tuple[float, float, float, float] = (0, 0, 0, 0)
    """Added in Q1 to Q4."""
    steps: dict[str, float] = field(default_factory=dict)
    """Special causes that stay: added from a quarter on."""
    spikes: dict[str, float] = field(default_factory=dict)
    """Special causes of one quarter."""

    def draw(self, at: Quarter, scale: int, rng: Random) -> float:
        level = self.first + (self.last - self.first) * at.since(FIRST) / LATEST.since(FIRST)
        level += self.season[at.number - 1] + self.spikes.get(at.text, 0)
        level += sum(step for start, step in self.steps.items() if quarter(start) <= at)
        share = level / scale
        spread = sqrt(share * (1 - share) / self.of) * scale if self.wobble is None else self.wobble
        # Two deviations at most, so that chance never looks like a special cause; and none in the
        # latest quarter, so that its ratings, and the reports written about them, hold for every seed.
        return level + spread * (0 if at == LATEST else max(-2.0, min(2.0, rng.gauss(0, 1))))


def _observations(indicator: Indicator, rng: Random) -> Iterator[dict[str, object]]:
    """The rows of one indicator, oldest first; a revised figure follows the one it revises."""
    process, scale, running = _PROCESSES[indicator.code], _SCALE.get(indicator.unit, 1), 0.0
    for at in (FIRST + ahead for ahead in range(LATEST.since(FIRST) + 1)):
        key = f"{indicator.code} {at}"
        if at.number not in indicator.due or key in _GAPS:
            continue
        drawn = process.draw(at, scale, rng)
        running = drawn if at.number == 1 else running + drawn
        row: dict[str, object] = {"indicator": indicator.code, "quarter": at, "value": "", "status": "final"}
        row["source"] = _SOURCE
        if process.of:
            # A population hardly moves from quarter to quarter; the cases that come in do.
            whole = process.of if scale == 10_000 else round(process.of * rng.uniform(0.93, 1.07))
            part = round(drawn * whole / scale)
            if key in _REVISED:
                yield row | _counted(part - round(whole * 0.04), whole, scale, indicator)
            row |= _counted(part, whole, scale, indicator) | {"revision_reason": _REVISED.get(key, "")}
        else:
            figure = running if indicator.basis is Basis.YEAR_TO_DATE else drawn
            row["value"] = round_half_up(Decimal(figure), indicator.decimals)
        yield row | _MARKS.get(key, {})


def _counted(part: int, whole: int, scale: int, indicator: Indicator) -> dict[str, object]:
    value = round_half_up(Decimal(part * scale) / whole, indicator.decimals)
    return {"value": value, "numerator": part, "denominator": whole}


def _benchmarks(rng: Random) -> Iterator[dict[str, object]]:
    for code, level in {"EX03": 21.6, "EX08": 78.5, "EX13": 10.4}.items():
        for series, apart in (("Statistical neighbours (simple mean)", 0.9), ("England", 0.0)):
            for year in range(2022, 2026):
                row = {"indicator": code, "series": series, "year_end": f"{year}-03-31"}
                row["period"] = f"year ending March {year}"
                value = round_half_up(Decimal(level + apart + rng.uniform(-0.8, 0.8)), 1)
                published = "" if apart else f"{year}-10-30"
                yield {**row, "value": value, "published_on": published, "source": _SOURCE}


# --- exception reports --------------------------------------------------------------------------------------------


def _reports(bundle: Bundle) -> dict[str, bytes]:
    """The reports of ``_REPORTS`` as files, with the figures and targets that the files hold."""
    return dict(_report(block.splitlines(), bundle) for block in _REPORTS.strip().split("\n\n"))


def _report(lines: list[str], bundle: Bundle) -> tuple[str, bytes]:
    head, reason_line, *told = lines
    code, when, state = head.split(" | ")
    at = quarter(when)
    indicator = next(one for one in bundle.indicators if one.code == code)
    value = [o.value for o in bundle.observations if (o.indicator, o.quarter) == (code, at)][-1]
    target = target_in_force([t for t in bundle.targets if t.indicator == code], at)
    assert value is not None
    assert target is not None
    approved = state == ReportState.APPROVED
    facts = {
        "indicator": code,
        "quarter": at,
        "state": state,
        "description": indicator.definition,
        "outturn": value,
        "target": "" if target.value is None else target.value,
        "reason_line": reason_line,
        "completed_by": "" if state == ReportState.DRAFT else indicator.owner,
        "approved_by": "Director of Children's Services" if approved else "",
        "approved_on": at.end + timedelta(days=27) if approved else "",
        "source": _SOURCE,
    }
    figures = {"value": with_unit(value, indicator.unit), "target": target_words(target, indicator)}
    why, money, equality, actions = (text.format(**figures) for text in told)
    bodies = (why, money, _LEGAL, "None identified.", "", _HEALTH, equality, actions.replace(" - ", "\n- "))
    text = "---\n" + "".join(f"{name}: {fact}".strip() + "\n" for name, fact in facts.items()) + "---\n"
    text += "".join(f"\n## {heading}\n\n{body}\n" for heading, body in zip(FORM_HEADINGS, bodies, strict=True))
    return f"{REPORT_FOLDER}/{code}-{at.financial_year}-Q{at.number}.md", text.encode()


# --- what is fixed ------------------------------------------------------------------------------------------------

_PROCESSES = {
    "EX01": _Process(81, 84, of=900, steps={"Q3 2023-24": 8}),
    "EX02": _Process(77, 82.6, of=420),
    "EX03": _Process(21.6, 23.8, of=1700, wobble=0.25),
    "EX04": _Process(390, 470, wobble=15),
    "EX05": _Process(71, 78, of=240),
    "EX06": _Process(44, 51.3, of=68_000, wobble=0.8),
    "EX07": _Process(40, 47.4, of=260),
    "EX08": _Process(83, 86.5, of=95, spikes={"Q3 2023-24": -27}),
    "EX09": _Process(4.4, 3.8, of=360),
    "EX10": _Process(95.5, 91, of=1100, steps={"Q1 2025-26": -3, "Q2 2025-26": -4.6}),
    "EX11": _Process(86, 91, of=210),
    "EX12": _Process(462, 441, wobble=12),
    "EX13": _Process(13.6, 9.2, of=500, wobble=0.3),
    "EX14": _Process(486, 512, wobble=4),
    "EX15": _Process(4980, 5860, wobble=60, spikes={"Q2 2024-25": 420}),
    "EX16": _Process(5.4, 2.4, of=3400, wobble=0.2, season=(0, 14, 1.4, 0.4)),
    "EX17": _Process(45, 57, of=110, steps={"Q3 2024-25": 7}),
    "EX18": _Process(64, 68.4, of=2900),
    "EX19": _Process(89, 96, of=350),
    "EX20": _Process(12.4, 11.2, of=88_000, wobble=0.4),
}

_GAPS = {
    *("EX04 Q3 2021-22", "EX04 Q4 2021-22", "EX05 Q1 2025-26", "EX13 Q4 2022-23", "EX19 Q3 2021-22"),
    *("EX19 Q4 2021-22", "EX20 Q1 2022-23"),
}
_NO_FIGURE = {"numerator": "", "denominator": ""}
_MARKS: dict[str, dict[str, object]] = {
    "EX02 Q2 2025-26": {"status": "provisional", "note": "Assessments of late September are still being recorded."},
    "EX09 Q2 2025-26": {"value": "c", **_NO_FIGURE},
    "EX12 Q3 2022-23": {"value": "z", "note": "No child moved in with an adoptive family in the quarter."},
    "EX15 Q2 2024-25": {"not_comparable": "it includes payments owed for earlier quarters"},
    "EX16 Q2 2025-26": {"status": "provisional", "note": "Colleges confirm their enrolments in October."},
    "EX17 Q3 2024-25": {"series_break": "the 20 weeks now run from the request, not from its logging"},
    "EX20 Q3 2023-24": {"value": "x", **_NO_FIGURE, "note": "The attendance records moved to another system."},
}
_REVISED = {"EX19 Q1 2025-26": "Plans signed off after the quarter's return are now counted."}

_INDICATORS = """\
code,name,category,unit,decimals,polarity,basis,owner,definition,numerator,denominator,due,seasonal,seasonal_note,smallest_change,statutory_note
EX01,Contacts decided within one working day,First Contact and Early Help,percent,1,high,quarter,Head of First Contact,Percentage of contacts on which a manager decided by the end of the next working day.,Contacts decided within one working day,Contacts received,,no,,,
EX02,Assessments finished within 45 working days,First Contact and Early Help,percent,1,high,quarter,Head of Assessment,Percentage of the assessments finished in the quarter that took at most 45 working days.,Assessments finished within 45 working days,Assessments finished,,no,,,The time limit is set in statutory guidance.
EX03,Referrals within a year of an earlier one,First Contact and Early Help,percent,1,low,rolling_12_months,Head of First Contact,Percentage of referrals about a child referred before in the preceding twelve months.,Referrals within a year of an earlier one,Referrals,,no,,,
EX04,Families who used a family hub,First Contact and Early Help,number,0,high,year_to_date,Head of Early Help,Number of families who used a family hub since April.,,,,no,,,
EX05,Early help plans ended with needs met,First Contact and Early Help,percent,0,high,quarter,Head of Early Help,Percentage of the early help plans ended in the quarter whose family's needs were met.,Plans ended with needs met,Plans ended,,no,,,
EX06,Children with a protection plan,Help and Protection,rate_per_10000,1,low,quarter_end,Head of Safeguarding,"Number of children with a protection plan for each 10,000 children who live in the area.",Children with a protection plan,Children who live in the area,,no,,,
EX07,Harm enquiries that led to a conference,Help and Protection,percent,1,band,quarter,Head of Safeguarding,Percentage of enquiries into significant harm that led to a protection conference.,Enquiries that led to a conference,Enquiries finished,,no,,,
EX08,First conferences held within 15 working days,Help and Protection,percent,1,high,quarter,Head of Safeguarding,Percentage of first protection conferences held within 15 working days of the decision to enquire.,Conferences held within 15 working days,First conferences held,,no,,,The time limit is set in statutory guidance.
EX09,Protection plans open for two years or more,Help and Protection,percent,1,low,quarter_end,Head of Safeguarding,Percentage of protection plans that had been open for two years or more.,Plans open for two years or more,Plans open,,no,,,
EX10,Protection visits made on time,Help and Protection,percent,1,high,quarter,Head of Family Support,Percentage of visits due to children with a protection plan that were made on time.,Visits made on time,Visits due,,no,,,
EX11,Care leavers in a suitable home,Care and Leaving Care,percent,0,high,annual,Head of Leaving Care,Percentage of care leavers aged 19 to 21 who live in a suitable home.,Care leavers in a suitable home,Care leavers aged 19 to 21,Q4,no,,,
EX12,Days from entering care to an adoptive home,Care and Leaving Care,days,0,low,quarter,Head of Permanence,Average number of days between entering care and moving in with an adoptive family.,,,,no,,,
EX13,Children in care who moved often,Care and Leaving Care,percent,1,low,rolling_12_months,Head of Permanence,Percentage of children in care who changed home three times or more within twelve months.,Children who moved three times or more,Children in care,,no,,,
EX14,Children in care,Care and Leaving Care,number,0,neither,quarter_end,Head of Permanence,Number of children in the council's care.,,,,no,,15,
EX15,Weekly cost of a residential home,Care and Leaving Care,pounds,0,low,quarter,Head of Commissioning,Average cost of a week in a children's home for a child in care.,,,,no,,,
EX16,Young people whose activity is not known,Education and Inclusion,percent,1,low,month_end,Head of Inclusion,Percentage of those aged 16 and 17 of whom the council does not know whether they are learning or working.,Young people whose activity is not known,Young people aged 16 and 17,,yes,"High in September, until colleges and employers have confirmed who has started; falls from October.",,The council must follow what those aged 16 and 17 are doing.
EX17,Education and health plans issued within 20 weeks,Education and Inclusion,percent,1,high,quarter,Head of Inclusion,"Percentage of new education, health and care plans issued within 20 weeks.",Plans issued within 20 weeks,Plans issued,,no,,,The 20-week limit is a legal requirement.
EX18,Five-year-olds with a good level of development,Education and Inclusion,percent,1,high,annual,Head of Early Years,Percentage of children with a good level of development at the end of their reception year.,Children with a good level of development,Children at the end of reception,Q2,no,,,
EX19,School plans of children in care judged good,Education and Inclusion,percent,0,high,quarter_end,Virtual School Head,Percentage of children in care whose personal education plan was judged good.,Children whose plan was judged good,School-age children in care,,no,,,
EX20,School sessions missed by children with a social worker,Education and Inclusion,percent,1,low,quarter,Virtual School Head,Percentage of half-day school sessions missed by children with a social worker.,Sessions missed,Sessions possible,,no,,,
"""

_TARGETS = """\
indicator,from_quarter,kind,value,low,high,tolerance,tolerance_kind,intervention_level,basis,origin,decided_by,reason,confirmed_through,source
EX01,Q1 2023-24,standing,90,,,5,points,,quarter,local,Improvement Board,Families should hear quickly whether they will get help.,2025-26,Made up for the example
EX02,Q1 2022-23,standing,80,,,5,points,75,quarter,local,Improvement Board,A first step towards the national figure.,2023-24,Made up for the example
EX02,Q1 2024-25,standing,85,,,5,points,75,quarter,local,Improvement Board,"Raised, because the first step was reached.",2025-26,Made up for the example
EX03,Q1 2022-23,standing,20,,,10,percent,,rolling_12_months,benchmark,Improvement Board,A little better than councils like this one.,2025-26,Made up for the example
EX04,Q1 2025-26,profiled,430,,,10,percent,,year_to_date,local,Early Help Partnership,The hubs' plan for the year.,,Made up for the example
EX04,Q2 2025-26,profiled,880,,,10,percent,,year_to_date,local,Early Help Partnership,The hubs' plan for the year.,,Made up for the example
EX04,Q3 2025-26,profiled,1340,,,10,percent,,year_to_date,local,Early Help Partnership,The hubs' plan for the year.,,Made up for the example
EX04,Q4 2025-26,profiled,1800,,,10,percent,,year_to_date,local,Early Help Partnership,The hubs' plan for the year.,,Made up for the example
EX05,Q1 2023-24,standing,75,,,5,percent,,quarter,local,Early Help Partnership,Three plans in four was agreed with the partners.,2025-26,Made up for the example
EX06,Q1 2023-24,standing,,,,,,60,quarter_end,local,Safeguarding Partnership,"No rate is right in itself, but one above this asks for a review.",2025-26,Made up for the example
EX07,Q1 2022-23,standing,,35,45,5,points,,quarter,local,Safeguarding Partnership,Too low a share means needless enquiries; too high a share means that enquiries start late.,2025-26,Made up for the example
EX08,Q1 2022-23,standing,80,,,5,points,,quarter,national,Safeguarding Partnership,The national figure when the target was set.,2025-26,Made up for the example
EX09,Q1 2023-24,standing,5,,,1,points,,quarter_end,local,Safeguarding Partnership,Long plans show that a family's life has not changed.,2025-26,Made up for the example
EX10,Q1 2022-23,standing,95,,,5,points,85,quarter,local,Improvement Board,Visits are how the council knows that a child is safe.,2025-26,Made up for the example
EX11,Q1 2022-23,standing,90,,,3,points,,annual,benchmark,Corporate Parenting Board,The best of the councils like this one.,2025-26,Made up for the example
EX12,Q1 2024-25,standing,426,,,10,percent,,quarter,national,Corporate Parenting Board,The national threshold.,,Made up for the example
EX13,Q1 2022-23,standing,10,,,1.5,points,,,benchmark,Corporate Parenting Board,The figure of councils like this one.,2025-26,Made up for the example
EX15,Q1 2024-25,standing,5200,,,,,,quarter,local,Budget Panel,What the year's budget allows.,2025-26,Made up for the example
EX16,Q1 2023-24,standing,4,,,1,points,,month_end,local,Education Board,One target for the whole year.,2025-26,Made up for the example
EX17,Q1 2023-24,standing,60,,,10,percent,,quarter,local,Education Board,A step towards the legal requirement.,2025-26,Made up for the example
EX18,Q1 2022-23,standing,67,,,2,points,,annual,national,Education Board,The national figure when the target was set.,2025-26,Made up for the example
EX19,Q1 2022-23,standing,95,,,3,points,,quarter_end,local,Corporate Parenting Board,Every child in care should have a good plan.,2025-26,Made up for the example
"""

_CONFLICTS = """\
indicator,quarter,subject,value,source,sentence,resolved_on,resolution
EX03,Q2 2025-26,outturn,21.4,First Contact team's own return (made up),The team's own return gives 21.4%. The scorecard rates the figure of the case system.,,
EX16,Q2 2025-26,narrative,,Quarterly commentary (made up),The commentary compares September with June and calls the rise a deterioration. The fair comparison is with the September before.,,
EX08,Q2 2025-26,outturn,89.2,Conference service's own return (made up),The service's own return gives 89.2%. The scorecard rates the figure of the case system.,2025-10-21,The service had counted conferences held on the sixteenth day. The figure of the case system stands.
"""

_LEGAL = "The council's statutory duties to these children are unchanged and continue to be met."
_HEALTH = "Help that comes in time protects children's health and wellbeing."
# A report: its head, its reason line, then why, money, equality and actions.
_REPORTS = """
EX02 | Q2 2025-26 | submitted
Vacancies over the summer slowed assessments; the figure is provisional and is expected to rise.
The figure is {value} against a target of {target}. Posts left vacant over the summer lengthened the wait for a first visit.
Agency cover is met from the vacant posts' budget.
Assessments of disabled children take longer, and more of them were late.
- Fill the vacant posts. - Review every assessment at the thirtieth day.

EX03 | Q2 2025-26 | approved
Families whose early help ended soon after referral are coming back; step-down is not yet consistent.
The figure is {value} against a target of {target}. An audit found that support often ended when a case was closed, and that families then came back.
The step-down workers are paid for from the early help grant.
No group was found to be referred again more often than others.
- Agree a step-down plan before any case is closed. - Repeat the audit in the winter.

EX10 | Q2 2025-26 | submitted
High caseloads and sickness in one team; the intervention level is passed and visits are checked weekly.
The figure is {value} against a target of {target}. Sickness in one team moved its work to others, whose caseloads were already high.
Temporary cover costs more than the budget allows.
Visits in a family's first language were late more often, because interpreters had to be found.
- Check overdue visits each week. - Move support staff to the teams with the highest caseloads.

EX12 | Q2 2025-26 | approved
Court hearings took longer than planned; matching itself was quicker than last year.
The average was {value} against a target of {target}. Final hearings were put back, while the time from order to match shortened.
Longer fostering placements are met from the placement budget.
Brothers and sisters who are placed together wait longer.
- Raise the delays with the local family justice board. - Start the search for a family before the final hearing.

EX16 | Q2 2025-26 | draft
High each September until colleges confirm enrolments; lower than last September.
The figure is {value} against a target of {target}. It is always high in September, before colleges and employers have confirmed who has started.
Follow-up calls are met from the existing budget.
Young people who have just moved into the area are harder to reach.
- Exchange data with colleges each fortnight. - Visit those who cannot be reached by telephone.

EX03 | Q1 2025-26 | approved
Repeat referrals come mostly from families whose support ended early; an audit has begun.
The figure is {value} against a target of {target}. Most of the families who came back had been helped before, and an audit is looking at how that help ended.
The audit is done by existing staff.
The audit will look at whether any group is referred again more often.
- Finish the audit by the autumn.

EX08 | Q3 2023-24 | approved
The conference service moved office and lost its booking system for several weeks.
The figure is {value} against a target of {target}. While the booking system was lost, conferences were held late; they were on time again by the end of the quarter.
The new booking system was bought from reserves.
All groups of children were affected alike.
- Keep a paper diary of conferences as a reserve.

EX13 | Q3 2022-23 | approved
Too few foster homes for teenagers; many moves followed placements made in an emergency.
The figure is {value} against a target of {target}. There were too few foster homes for teenagers, so that placements made in an emergency soon ended.
More local foster homes would cost less than homes elsewhere.
Teenagers moved more often than younger children.
- Recruit foster carers for teenagers. - Hold a support meeting before a placement breaks down.
"""

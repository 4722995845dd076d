"""What a process says, as words and small drawings of our own: how it varies, and whether it would meet its target."""

from __future__ import annotations

from urllib.parse import quote

from kpi_core.judging import Assurance, Process, Variation

_LINE, _BETTER, _WORSE, _OTHER = "#7a8591", "#2f74b8", "#c2571a", "#7a4fb0"
_WAVE = "<polyline points='3,14 8,9 13,16 18,10 23,15 28,11 33,14' fill='none' stroke='{0}' stroke-width='2'/>"
_UP = "<polyline points='3,19 10,17 17,13' fill='none' stroke='#7a8591' stroke-width='2'/><path d='M17 13 L31 4 M31 4 l-7 1 M31 4 l-3 6' fill='none' stroke='{0}' stroke-width='3'/>"
_DOWN = "<polyline points='3,5 10,7 17,11' fill='none' stroke='#7a8591' stroke-width='2'/><path d='M17 11 L31 20 M31 20 l-7 -1 M31 20 l-3 -6' fill='none' stroke='{0}' stroke-width='3'/>"
# A band of what is to be expected, and the target as a line through it, or clear of it.
_BAND = "<rect x='3' y='{1}' width='30' height='10' fill='none' stroke='#7a8591' stroke-width='1.5'/><path d='M2 {2} H34' stroke='{0}' stroke-width='3'/>"

_VARIATIONS = {
    Variation.COMMON_CAUSE: ("ordinary variation", "ordinary", _WAVE.format(_LINE)),
    Variation.IMPROVEMENT_HIGH: ("a signal: getting better, upwards", "better", _UP.format(_BETTER)),
    Variation.IMPROVEMENT_LOW: ("a signal: getting better, downwards", "better", _DOWN.format(_BETTER)),
    Variation.CONCERN_HIGH: ("a signal: getting worse, upwards", "worse", _UP.format(_WORSE)),
    Variation.CONCERN_LOW: ("a signal: getting worse, downwards", "worse", _DOWN.format(_WORSE)),
    Variation.NEUTRAL_HIGH: ("a signal: changed, upwards", "changed", _UP.format(_OTHER)),
    Variation.NEUTRAL_LOW: ("a signal: changed, downwards", "changed", _DOWN.format(_OTHER)),
}
_ASSURANCES = {
    Assurance.INCONSISTENT: ("target hit or miss", "hit or miss", _BAND.format(_LINE, 7, 12)),
    Assurance.CONSISTENT_PASS: ("target met every quarter", "would be met", _BAND.format(_BETTER, 3, 20)),
    Assurance.CONSISTENT_FAIL: ("target missed every quarter", "would be missed", _BAND.format(_WORSE, 11, 4)),
}
# Of a process that has changed, limits over all its quarters say less.
_MOVED = {
    Assurance.INCONSISTENT: ("target within the limits", "within limits"),
    Assurance.CONSISTENT_PASS: ("target within reach of the limits", "within reach"),
    Assurance.CONSISTENT_FAIL: ("target out of reach of the limits", "out of reach"),
}


def signs(process: Process, short: bool = False) -> str:
    """Variation and assurance, each a drawing with its words; empty where nothing may be said. ``short``: for a table's cell."""
    if not process.drawn:
        return ""
    found = [_VARIATIONS[process.limits.variation]] if process.limits.variation else []
    if assurance := process.limits.assurance:
        whole, brief, drawn = _ASSURANCES[assurance]
        found.append((whole, brief, drawn) if process.settled else (*_MOVED[assurance], drawn))
    return "".join(
        f'<span class="sign">{_drawing(drawn)} <span>{brief if short else whole}</span></span>'
        for whole, brief, drawn in found
    )


def _drawing(inside: str) -> str:
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' width='36' height='24' viewBox='0 0 36 24'>{inside}</svg>"
    return f'<img src="data:image/svg+xml;utf8,{quote(svg)}" width="36" height="24" alt="">'

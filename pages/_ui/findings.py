"""What the checks found in a text, drawn beside it: word, shape and colour, the place in the sentence, and how it was worked out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kpi_core.narrative import NarrativeFinding, Verdict

from .typeset import escape

SHAPES = {
    Verdict.CONTRADICTS: "✖",
    Verdict.AMBIGUOUS: "?",
    Verdict.DISCLOSIVE: "⚠",
    Verdict.UNCHECKED: "–",
    Verdict.AGREES: "✔",
}
"""The verdicts, loudest first."""

_ONE_AND_MORE = {
    Verdict.CONTRADICTS: ("contradicts the figures", "contradict the figures"),
    Verdict.AMBIGUOUS: ("is ambiguous", "are ambiguous"),
    Verdict.DISCLOSIVE: ("should not be published", "should not be published"),
    Verdict.UNCHECKED: ("cannot be checked", "cannot be checked"),
    Verdict.AGREES: ("agrees", "agree"),
}


def findings_html(findings: Sequence[NarrativeFinding], lines: bool = False) -> str:
    """Findings under their text: those to mend open, the others folded away as a count. Empty where there are none.

    ``lines``: each says on which line of its file it stands.
    """
    if not findings:
        return ""
    drawn = []
    for verdict, shape in SHAPES.items():
        those = [one for one in findings if one.verdict is verdict]
        if not those:
            continue
        items = "".join(_finding(one, lines) for one in those)
        if those[0].to_mend:
            drawn.append(f"<ul>{items}</ul>")
        else:
            label = f'<span aria-hidden="true">{shape}</span> {_counted(len(those), verdict)}'
            drawn.append(f"<details><summary>{label}</summary><ul>{items}</ul></details>")
    return f'<div class="findings">{"".join(drawn)}</div>'


def summary_words(counts: Mapping[str, int]) -> str:
    """The counts of a text's findings by verdict, as a sentence: ``2 claims contradict the figures, 6 agree.``"""
    parts: list[str] = []
    for verdict in SHAPES:
        if count := counts.get(verdict.value, 0):
            parts.append(_counted(count, verdict, first=not parts))
    return f"{', '.join(parts)}." if parts else "Nothing was found in it that can be held against the figures."


def verdict_badge(verdict: Verdict) -> str:
    """A verdict as word, shape and colour."""
    kind = verdict.value.replace(" ", "_")
    shape = f'<span aria-hidden="true">{SHAPES[verdict]}</span>'
    return f'<span class="verdict-badge {kind}">{shape} {verdict.value.capitalize()}</span>'


def _counted(count: int, verdict: Verdict, first: bool = True) -> str:
    what = f" {'claim' if count == 1 else 'claims'}" if first else ""
    if verdict is Verdict.DISCLOSIVE and first:
        what = f" {'detail' if count == 1 else 'details'}"
    return f"{count}{what} {_ONE_AND_MORE[verdict][count > 1]}"


def _finding(one: NarrativeFinding, lines: bool) -> str:
    place = f'<span class="muted nowrap">Line {one.line}</span> ' if lines else ""
    kind = one.verdict.value.replace(" ", "_")
    return (
        f'<li class="finding {kind}">{place}{verdict_badge(one.verdict)} <q>{marked(one)}</q>'
        f'<br><span class="worked-out">{escape(one.message)}</span></li>'
    )


def marked(one: NarrativeFinding) -> str:
    """The sentence with the place that the finding is about marked."""
    text, start, end = one.text, one.start, one.end
    return f"{escape(text[:start])}<mark>{escape(text[start:end])}</mark>{escape(text[end:])}"

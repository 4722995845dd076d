"""Text as it is put into a page's HTML."""

from __future__ import annotations

import pytest

from pages._ui.typeset import escape


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("July to September 2022 (Q2 2022-23)", "July to September 2022 (Q2\u00a02022-23)"),
        ("Q1 2022-23 and Q4 2021-22", "Q1\u00a02022-23 and Q4\u00a02021-22"),
        ("Q2 of 2022-23, FAQ2 2022-23, Q2 2022", "Q2 of 2022-23, FAQ2 2022-23, Q2 2022"),
        ('<b> & "Q2 2022-23"', "&lt;b&gt; &amp; &quot;Q2\u00a02022-23&quot;"),
    ],
)
def test_no_line_breaks_inside_a_quarter_and_what_is_html_is_escaped(text: str, drawn: str) -> None:
    assert escape(text) == drawn

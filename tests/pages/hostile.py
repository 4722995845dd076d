"""Text that would be more than text where a page did not guard against it."""

from __future__ import annotations

MARKUP = (
    "<img src=x onerror=alert(1)>",
    "[x](http://evil)",
    "**loud** `code` $x$ :red[y]",
    "<script>alert(1)</script>",
)

HOSTILE = (
    *MARKUP,
    "http://evil.example/x",
    "www.evil.example",
    "who@evil.example",
    ":material/face: :smile: :streamlit:",
    "a -> b -- c",
    "&lt;b&gt; ![i](//evil.example/i.png)",
)

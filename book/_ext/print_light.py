"""Print in light colors, whatever the reader's preference.

The theme keeps its light and its dark colors in rules for ``data-theme="light"`` and
``"dark"``. A page printed in dark mode would have pale text on white paper. This
collects the light rules of every style sheet of the site and repeats them in
``print.css`` for any mode; what dark rules set beyond that, ``custom.css`` takes back.
"""

import re
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
LIGHT = re.compile(r"\[data-theme=[\"']?light[\"']?\]")
COMMA = re.compile(r",(?![^()]*\))")
SHEETS = (
    "styles/theme.css",
    "styles/pydata-sphinx-theme.css",
    "styles/sphinx-book-theme.css",
    "mystnb.*.css",
    "pygments.css",
)


def light_rules(css: str) -> list[str]:
    """Return the rules of a style sheet for light mode, made to hold in any mode.

    Args:
        css: The style sheet.

    Example:
        >>> light_rules('p {top: 0} html[data-theme="light"] a {color: black}')
        ['html[data-theme] a{color: black}']
    """
    rules = []
    for selectors, body in RULE.findall(COMMENT.sub("", css)):
        light = [
            LIGHT.sub("[data-theme]", selector).strip()
            for selector in COMMA.split(selectors)
            if LIGHT.search(selector)
        ]
        if light and body.strip():
            rules.append(f"{','.join(light)}{{{' '.join(body.split())}}}")
    return rules


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write ``print.css`` from the site's style sheets."""
    if exception is not None or app.builder.format != "html":
        return
    static = Path(app.outdir, "_static")
    rules = [
        rule
        for pattern in SHEETS
        for path in sorted(static.glob(pattern))
        for rule in light_rules(path.read_text(encoding="utf-8"))
    ]
    text = "\n".join(["@media print {", *rules, "}", ""])
    (static / "print.css").write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    app.add_css_file("print.css", priority=900)
    # after the theme, which writes pygments.css anew at the end
    app.connect("build-finished", write, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

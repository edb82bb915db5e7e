"""Change what the theme gets to write a page."""

from collections.abc import Callable
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx


def connect(
    app: Sphinx,
    change: Callable[[Sphinx, str, dict[str, Any]], None],
    priority: int = 500,
) -> None:
    """Call a function before each page is written.

    Args:
        app: Sphinx.
        change: Gets Sphinx, the page's name and its context, which it may change.
        priority: Functions with a lower one are called earlier.
    """

    def listen(
        app: Sphinx,
        pagename: str,
        templatename: str,
        context: dict[str, Any],
        doctree: nodes.document | None,
    ) -> None:
        change(app, pagename, context)

    app.connect("html-page-context", listen, priority=priority)

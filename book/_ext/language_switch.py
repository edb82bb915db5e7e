"""Offer on every page the same page of the book's other edition.

The link is relative, so it works from a disk too. It appears only when
``language_switch_root`` says where the other edition lies, seen from this one; a
single edition built alone has no twin to point at. The theme shows it wherever
``language-switch.html`` is named among its components.
"""

from pathlib import Path
from typing import Any

import page_context
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

TEMPLATES = Path(__file__).parent / "templates" / "language_switch"
OTHER = {
    "zh": {"lang": "en", "label": "English", "hint": "Read this page in English"},
    "en": {"lang": "zh-CN", "label": "中文", "hint": "阅读本页的中文版"},
}


def add_link(app: Sphinx, pagename: str, context: dict[str, Any]) -> None:
    """Put the link's address and texts into the page's context."""
    root = app.config.language_switch_root
    if not root:
        return
    page = app.builder.get_target_uri(pagename)
    address = f"{context['content_root']}{root}/{page}"
    context["language_switch"] = OTHER[app.config.language[:2]] | {"url": address}


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    app.add_config_value("language_switch_root", "", "html", str)
    app.config.templates_path.append(str(TEMPLATES))
    page_context.connect(app, add_link)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

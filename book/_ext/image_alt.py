"""Warn of images that a screen reader can't describe.

Sphinx puts the file name where an alternative text is missing, and MyST-NB puts
nothing; both pass silently. With warnings as errors, a figure printed by a cell
without ``mystnb.image.alt`` in its metadata stops the build.
"""

from bs4 import BeautifulSoup
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.nodes import traverse_parent
from sphinx.util.typing import ExtensionMetadata

ADVICE = (
    "write ![text](file), the :alt: option, or mystnb.image.alt in the metadata of "
    "the cell that draws it"
)

logger = logging.getLogger(__name__)


def describe(node: nodes.Element) -> list[str]:
    """Return what identifies each image without alternative text in a node."""
    if isinstance(node, nodes.image):
        return [] if node.get("alt", "").strip() else [node["uri"]]
    if "html" not in node.get("format", ""):
        return []
    tags = BeautifulSoup(node.astext(), "html.parser").find_all("img")
    return [tag.get("src", "")[:60] for tag in tags if not tag.get("alt", "").strip()]


def warn(app: Sphinx, doctree: nodes.document) -> None:
    """Warn of each image that lacks an alternative text."""
    for node in doctree.findall(lambda n: isinstance(n, nodes.image | nodes.raw)):
        for image in describe(node):
            line = next((n.line for n in traverse_parent(node) if n.line), None)
            logger.warning(
                "image without alternative text: %s; %s",
                image,
                ADVICE,
                location=(app.env.docname, line),
                type="image_alt",
            )


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    app.connect("doctree-read", warn)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

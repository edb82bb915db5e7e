"""Give each code cell of a notebook an address.

The code cell ``listing`` of the page ``05-cnn`` gets the anchor ``cell-listing`` there
and, for references from anywhere in the book, the label ``05-cnn/listing``. A cell has
no title, so a reference to it brings its own text:
``{ref}`how it was measured <05-cnn/listing>```.
"""

import json
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.typing import ExtensionMetadata

logger = logging.getLogger(__name__)


class CellAnchors(SphinxTransform):
    """Add anchors and labels before Sphinx collects the labels of a page."""

    default_priority = 800

    def apply(self) -> None:
        """Give an anchor and a label to each code cell of a notebook."""
        path = Path(self.env.doc2path(self.env.docname))
        if path.suffix != ".ipynb":
            return
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        for node in self.document.findall(nodes.container):
            if node.get("nb_element") != "cell_code":
                continue
            name = cells[node["cell_index"]]["id"]
            anchor = f"cell-{name}"
            if anchor in self.document.ids:
                logger.warning(
                    "code cell %r: expected the anchor %r to be free on this page, "
                    "but something else has it; rename one of the two",
                    name,
                    anchor,
                    location=node,
                    type="cell_anchors",
                )
                continue
            node["ids"].append(anchor)
            node["names"].append(f"{path.stem}/{name}")
            self.document.note_explicit_target(node)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    app.add_transform(CellAnchors)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

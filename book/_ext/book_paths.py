"""Make a book independent of the folder that it is built from.

``jupyter-book build .`` reads the whole repository while ``tools/build_site.py``
reads one edition's folder, and Sphinx resolves paths against whatever it reads. In
this book's configuration paths are relative to ``book/``; this extension makes them
absolute. It also puts the repository first on Python's path, so that pages made from
``companion`` need no installation and show this tree, not an installed copy.
"""

import sys
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.typing import ExtensionMetadata

BOOK = Path(__file__).resolve().parents[1]
SINGLE = ("html_favicon", "html_logo")
SEVERAL = ("bibtex_bibfiles", "html_static_path")


def make_absolute(app: Sphinx, config: Config) -> None:
    """Replace paths relative to the book's folder by absolute ones."""
    for key in SINGLE:
        if config[key]:
            config[key] = str(BOOK / config[key])
    for key in SEVERAL:
        config[key] = [str(BOOK / path) for path in config[key]]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    sys.path.insert(0, str(BOOK.parent))
    app.connect("config-inited", make_absolute, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

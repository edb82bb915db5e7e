"""Serve MathJax from the book itself.

Sphinx points at a foreign host for MathJax. The package ``sphinx-mathjax-offline``
carries it (all 24 MB of it, under a name that can't be imported); this copies what
TeX input with HTML output can ask for. MathJax's context menu is switched off: what
it offers lies in files that are not copied.
"""

import shutil
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path, PurePosixPath

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError
from sphinx.util.typing import ExtensionMetadata

PACKAGE = "sphinx-mathjax-offline"
SOURCE = PurePosixPath("sphinx-mathjax-offline/static/mathjax")
WANTED = (
    "tex-chtml.js",
    "input/tex/extensions/*.js",
    "output/chtml/fonts/woff-v2/*.woff",
)


def mathjax_files() -> dict[str, Path]:
    """Find the part of MathJax that pages can ask for.

    Returns:
        Where each file lies on disk, by its path within MathJax.

    Raises:
        ExtensionError: If the package that carries MathJax is missing or has changed.
    """
    try:
        listed = files(PACKAGE) or []
    except PackageNotFoundError:
        listed = []
    inside = [
        (path.relative_to(SOURCE), path) for path in listed if SOURCE in path.parents
    ]
    found = {
        part.as_posix(): Path(str(path.locate()))
        for part, path in inside
        if any(part.match(pattern) for pattern in WANTED)
    }
    for pattern in WANTED:
        if not any(PurePosixPath(part).match(pattern) for part in found):
            raise ExtensionError(
                f"expected {pattern} of MathJax 3 in the package {PACKAGE}, found "
                "none; install it: pip install -r requirements.txt"
            )
    return found


def configure(app: Sphinx, config: Config) -> None:
    """Point pages at the local copy."""
    config.mathjax_path = "mathjax/tex-chtml.js"
    config.mathjax3_config = {"options": {"enableMenu": False}}


def copy(app: Sphinx, exception: Exception | None) -> None:
    """Copy MathJax into the site."""
    if exception is None and app.builder.format == "html":
        for part, path in mathjax_files().items():
            target = Path(app.outdir, "_static", "mathjax", part)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    app.connect("config-inited", configure)
    app.connect("build-finished", copy)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

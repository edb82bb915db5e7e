"""Number figures, tables and listings by chapter, as the chapter's file is numbered.

The second figure of ``05-cnn`` is 5.2, of ``06-1a-vision`` 6.1a.2, of ``a-claims`` A.2;
pages without a number count from 1. Sphinx takes the first part of a number from
numbered tables of contents, whose numbers would also be put before titles that have
one already.
"""

import re

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.typing import ExtensionMetadata

CHAPTER = re.compile(r"0*(\d+)(?:-(\d+[a-z]?))?(?![^-])|([a-z])(?=-)")


def chapter_number(docname: str) -> tuple[str, ...]:
    """Return the parts of a page's number.

    Example:
        >>> chapter_number("05-cnn"), chapter_number("zh/06-1a-vision")
        (('5',), ('6', '1a'))
        >>> chapter_number("a-claims"), chapter_number("index")
        (('A',), ())
    """
    match = CHAPTER.match(docname.rpartition("/")[2])
    return tuple(
        part.upper() if part.isalpha() else part
        for part in (match.groups() if match else ())
        if part
    )


def renumber(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Number each page's figures, tables and listings from 1, behind its number."""
    for docname, kinds in env.toc_fignumbers.items():
        chapter = chapter_number(docname)
        for kind, numbers in kinds.items():
            order = sorted(numbers, key=numbers.get)
            kinds[kind] = {name: (*chapter, i) for i, name in enumerate(order, 1)}
    return []


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    app.connect("env-get-updated", renumber, priority=900)  # after Sphinx's own count
    return {"parallel_read_safe": True, "parallel_write_safe": True}

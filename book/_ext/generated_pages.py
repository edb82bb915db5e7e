"""Fill pages from the files that hold the facts.

A page says where: a line ``<!-- claims -->`` becomes the audit of the article's claims,
``<!-- data-cards -->`` the data cards, ``<!-- glossary -->`` the glossary and
``<!-- status -->`` the status tables. The text is
Markdown in the page's language, so that headings, labels and citations work as if
they were typed. A source that is missing or ill-formed stops the build.
"""

import claims_table
import data_cards
import glossary_terms
import status_tables
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.typing import ExtensionMetadata

PARTS = {
    "claims": claims_table,
    "data-cards": data_cards,
    "glossary": glossary_terms,
    "status": status_tables,
}


def fill(app: Sphinx, docname: str, source: list[str]) -> None:
    """Replace each marker on a page by the text that it stands for.

    Raises:
        ExtensionError: If the source of that text is missing or ill-formed.
    """
    for name, part in PARTS.items():
        marker = f"<!-- {name} -->"
        if marker not in source[0].splitlines():
            continue
        try:
            text = part.render(app.config.language[:2])
        except (FileNotFoundError, ValueError) as error:
            raise ExtensionError(f"{docname}: {marker}: {error}") from error
        source[0] = source[0].replace(marker, text)
        for path in (*part.SOURCES, part.__file__):
            app.env.note_dependency(str(path))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    app.connect("source-read", fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

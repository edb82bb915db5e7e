"""Search that finds Chinese words and parts of compounds, and stemmed English.

Sphinx's own Chinese search needs a segmenter that the browser does not have, so it
misses most compounds. Here every pair of neighboring Chinese characters is a term, in
the index as in the query, and so is every single one; a query finds the pages that
hold all of its pairs. English is stemmed as Sphinx does. Pages opened from a disk
can't read each other, so their search lists titles without excerpts.
"""

import itertools
import re

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.search.en import SearchEnglish
from sphinx.util.typing import ExtensionMetadata

CJK = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"

NO_EXCERPTS_FROM_DISK = (
    'if (location.protocol === "file:") '
    "DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;"
)


class BigramSearch(SearchEnglish):
    """Terms are single and paired Chinese characters and stemmed other words."""

    lang = "bigram"
    language_name = "Chinese and English"
    js_splitter_code = rf"""
function splitQuery(query) {{
  const words = query.match(/[{CJK}]+|(?:(?![{CJK}])[\p{{L}}\p{{N}}_])+/gu) || [];
  return words.flatMap((word) => {{
    const letters = [...word];
    if (letters.length < 2 || !/^[{CJK}]/u.test(word)) return [word];
    return letters.slice(1).map((letter, i) => letters[i] + letter);
  }});
}}
"""

    _words = re.compile(rf"[{CJK}]+|[^\W{CJK}]+")

    def split(self, input: str) -> list[str]:
        """Split a text into terms.

        Args:
            input: Any text.

        Returns:
            Every Chinese character, every pair of neighboring ones, and every word
            of another script, in the order of the text.

        Example:
            >>> BigramSearch({}).split("卷积核 kernel")
            ['卷', '积', '核', '卷积', '积核', 'kernel']
        """
        terms = []
        for word in self._words.findall(input):
            if re.match(f"[{CJK}]", word):
                terms += [*word, *map("".join, itertools.pairwise(word))]
            else:
                terms.append(word)
        return terms


def choose(app: Sphinx, config: Config) -> None:
    """Use this search whatever the book's language is."""
    config.html_search_language = BigramSearch.lang


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    app.add_search_language(BigramSearch)
    app.add_js_file(None, body=NO_EXCERPTS_FROM_DISK)
    app.connect("config-inited", choose)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""Search in both languages: parts of compounds, synonyms, chapters before appendices.

Sphinx's own Chinese search needs a segmenter that the browser does not have, so it
misses most compounds. Here every pair of neighboring Chinese characters is a term, in
the index as in the query, and so is every single one; a query finds the pages that
hold all of its pairs. English is stemmed as Sphinx does.

Sphinx's index does not know how often a page holds a term, lists a page once for each
heading that matches, and knows no synonyms. So this writes what it lacks, the counts
and the glossary's groups of words that mean the same, into ``searchwords.js``, and
``_static/search.js`` orders the results by them. Pages opened from a disk can't read
each other, so their search lists titles without excerpts.
"""

import itertools
import json
import math
import re
from collections import Counter
from pathlib import Path
from typing import Any

import glossary_terms
import page_context
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.search.en import SearchEnglish
from sphinx.util.typing import ExtensionMetadata

CJK = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"

NO_EXCERPTS_FROM_DISK = (
    'if (location.protocol === "file:") '
    "DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;"
)
LEVELS = 32


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

    def stems(self, text: str) -> list[str]:
        """Return the stems of a text's words, Chinese ones left out.

        Example:
            >>> BigramSearch({}).stems("Learning rates 学习率")
            ['learn', 'rate']
        """
        words = self._words.findall(text.lower())
        return [self.stem(word) for word in words if not re.match(f"[{CJK}]", word)]


def phrases(search: BigramSearch) -> set[str]:
    """Return the glossary's terms of several English words, as stems."""
    forms = {
        " ".join(search.stems(form))
        for group in groups(glossary_terms.read())
        for form in group
    }
    return {form for form in forms if " " in form}


def level(count: int) -> int:
    """Return how much a number of occurrences counts: twice its binary logarithm.

    Args:
        count: At least 1.

    Example:
        >>> [level(count) for count in (1, 2, 4, 5, 1000)]
        [1, 3, 5, 6, 21]
    """
    return min(LEVELS - 1, 1 + round(2 * math.log2(count)))


def groups(entries: list[dict[str, Any]]) -> list[list[str]]:
    """Return the glossary's words that mean the same, the book's own two first.

    Args:
        entries: The glossary.

    Example:
        >>> groups([{"zh": "池化", "en": "pooling", "avoid_zh": ["汇聚层"]}])
        [['池化', 'pooling', '汇聚层']]
    """
    fields = ("en_forms", "also_en", "also_zh", "avoid_zh")
    return [
        list(
            dict.fromkeys(
                [entry["zh"], entry["en"]]
                + [word for field in fields for word in entry.get(field, [])]
            )
        )
        for entry in entries
    ]


def count(app: Sphinx, doctree: nodes.document) -> None:
    """Count the terms of a page that has been read."""
    search = BigramSearch({})
    wanted = phrases(search)
    words: Counter[str] = Counter()
    for node in doctree.findall(nodes.Text):
        words.update(search.split(str(node)))
        said = " ".join(search.stems(str(node)))
        words.update(
            {phrase: number for phrase in wanted if (number := said.count(phrase))}
        )
    terms: Counter[str] = Counter()
    for word, number in words.items():
        terms[word if " " in word else search.stem(word.lower())] += number
    counts(app.env)[app.env.docname] = dict(terms)


def counts(env: BuildEnvironment) -> dict[str, dict[str, int]]:
    """Return the terms of each page and their numbers, kept with the build."""
    if not hasattr(env, "search_counts"):
        env.search_counts = {}
    return env.search_counts


def forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Drop the counts of a page that will be read again."""
    counts(env).pop(docname, None)


def merge(app: Sphinx, env: BuildEnvironment, names: Any, other: Any) -> None:
    """Take over the counts of pages that another process has read."""
    counts(env).update(counts(other))


def rank(name: str) -> int:
    """Return the class of a page: 0 for a chapter, 1 for the front page, 2 for others.

    Example:
        >>> [rank(name) for name in ("05-cnn", "index", "a-claims", "book/zh/05-cnn")]
        [0, 1, 2, 0]
    """
    last = name.rpartition("/")[2]
    return 0 if re.match(r"\d\d-", last) else 1 if last == "index" else 2


def write_words(app: Sphinx, exception: Exception | None) -> None:
    """Write counts, classes of pages and synonyms where the search page finds them."""
    if exception is not None or app.builder.format != "html":
        return
    pages = sorted(counts(app.env))
    weights: dict[str, list[int]] = {}
    for number, name in enumerate(pages):
        for term, times in counts(app.env)[name].items():
            weights.setdefault(term, []).append(number * LEVELS + level(times))
    content = {
        "pages": pages,
        "ranks": [rank(name) for name in pages],
        "levels": LEVELS,
        "weights": dict(sorted(weights.items())),
        "groups": groups(glossary_terms.read()),
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    path = Path(app.outdir, "_static", "searchwords.js")
    path.write_text(f"const SEARCH_WORDS = {text};\n", encoding="utf-8")


def add_scripts(app: Sphinx, pagename: str, context: dict[str, Any]) -> None:
    """Load on the search page what only it needs."""
    if pagename == "search":
        app.add_js_file("searchwords.js", loading_method="defer", priority=800)
        app.add_js_file("search.js", loading_method="defer", priority=801)


def choose(app: Sphinx, config: Config) -> None:
    """Use this search whatever the book's language is."""
    config.html_search_language = BigramSearch.lang


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    app.add_search_language(BigramSearch)
    app.add_js_file(None, body=NO_EXCERPTS_FROM_DISK)
    app.connect("config-inited", choose)
    app.connect("doctree-read", count)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    page_context.connect(app, add_scripts)
    app.connect("build-finished", write_words)
    return {
        "env_version": 1,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }

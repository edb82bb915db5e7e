"""Links lead somewhere; citations, labels and the bibliography fit together."""

import re
from collections import Counter
from urllib.parse import unquote

import notebooks
import pytest
from prose import Document
from pybtex.database import parse_file, parse_string

VENUES = {"journal", "booktitle", "publisher", "howpublished", "school", "institution"}


def broken_links(document):
    """Return the document's relative links and images that lead nowhere."""
    folder, broken = document.path.parent, []
    for page in document.pages:
        documents = [target for role, target in page.references if role == "doc"]
        for target in page.links + page.images + documents:
            place = unquote(re.sub(r"[?#].*", "", target))
            if re.match(r"[a-z][a-z0-9+.-]*:", place) or not place:
                continue
            names = [place, *(f"{place}{end}" for end in (".md", ".ipynb"))]
            if not any((folder / name).is_file() for name in names):
                broken.append(f"{document.path.name}: {target}")
    return broken


def label_faults(documents):
    """Say which labels are defined twice or referred to and not defined."""
    defined = Counter(
        label
        for document in documents
        for label in [
            *document.labels,
            *(x for page in document.pages for x in page.labels),
        ]
    )
    faults = [f"defined twice: {label}" for label, n in defined.items() if n > 1]
    known = {*defined, "search", "genindex", "modindex"}
    for document in documents:
        for page in document.pages:
            faults += [
                f"{document.path.name}: no label {target}"
                for role, target in page.references
                if role != "doc" and target not in known
            ]
    return faults


def entry_faults(bibliography):
    """Say which bibliography entries lack what a reader needs to find the source."""
    faults = []
    for key, entry in bibliography.entries.items():
        lacking = {"title", "year"} - {name.lower() for name in entry.fields}
        if not entry.persons.get("author"):
            lacking.add("author")
        if not VENUES & {name.lower() for name in entry.fields}:
            lacking.add("venue")
        faults += [f"{key}: no {name}" for name in sorted(lacking)]
    return faults


@pytest.fixture
def page(tmp_path):
    """Make a document from Markdown, in a folder that has b-data.md and a.svg."""
    (tmp_path / "b-data.md").touch()
    (tmp_path / "a.svg").touch()
    return lambda text: Document(tmp_path / "page.md", (text,))


def test_good_links(page):
    text = (
        "[a](b-data.md) [b](b-data.md#x) [c](b-data) ![d](a.svg) {doc}`b-data` "
        "[e](https://example.org/x) [f](mailto:a@example.org) [g](#label)"
    )
    assert broken_links(page(text)) == []


@pytest.mark.parametrize(
    "text", ["[a](no.md)", "![a](no.svg)", "{doc}`no`", "```{figure} no.svg\n```"]
)
def test_broken_links_are_found(page, text):
    assert len(broken_links(page(text))) == 1


def test_labels(page):
    good = page("(a)=\n# A\n\n{ref}`a`, [](#fig-b), {eq}`c`\n\n$$x$$ (c)\n")
    figure = Document(good.path, (), ("fig-b",))
    assert label_faults([good, figure]) == []
    assert label_faults([good]) == ["page.md: no label fig-b"]
    assert label_faults([good, figure, figure]) == ["defined twice: fig-b"]


def test_incomplete_entries_are_found():
    book = parse_string(
        "@article{a, author={A}, title={T}, year={2000}, journal={J}}"
        "@misc{b, title={T}}",
        "bibtex",
    )
    assert entry_faults(book) == ["b: no author", "b: no venue", "b: no year"]


def test_links_and_images_exist(documents):
    assert [fault for document in documents for fault in broken_links(document)] == []


def test_labels_are_defined_once(documents):
    assert label_faults(documents) == []


@pytest.fixture(scope="module")
def bibliography():
    return parse_file(str(notebooks.BOOK / "references.bib"))


def test_citations_are_in_the_bibliography(documents, bibliography):
    cited = {
        (document.path.name, key)
        for document in documents
        for page in document.pages
        for key in page.citations
    }
    assert {pair for pair in cited if pair[1] not in bibliography.entries} == set()


def test_entries_are_used(all_documents, bibliography):
    root = notebooks.BOOK.parent
    used = {
        k
        for document in all_documents
        for page in document.pages
        for k in page.citations
    }
    for path in [
        *(root / "companion").rglob("*.py"),
        *(root / "companion/datasets/cards").glob("*.toml"),
        *notebooks.BOOK.glob("*.yml"),
    ]:
        used |= set(re.findall(r"[\w:-]+", path.read_text(encoding="utf-8")))
    assert sorted(set(bibliography.entries) - used) == []


def test_entries_are_complete(bibliography):
    assert bibliography.entries, "references.bib has entries"
    assert entry_faults(bibliography) == []

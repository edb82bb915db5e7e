"""Fixtures over the chapters and pages that exist; a book without chapters fails."""

from __future__ import annotations

import functools
from pathlib import Path

import evidence
import notebooks
import pytest
import yaml
from nbformat import NotebookNode
from prose import Document

CHAPTERS = notebooks.chapters()


@pytest.fixture(params=["zh", "en"], scope="session")
def edition(request) -> str:
    """Each edition in turn."""
    return request.param


@pytest.fixture(params=CHAPTERS or ["no chapters"], scope="session")
def chapter(request) -> str:
    """The name of each chapter in turn."""
    _need_chapters()
    return request.param


def _need_chapters() -> None:
    if not CHAPTERS:
        pytest.fail("expected chapters in book/zh, found none")


@functools.cache
def _read(chapter: str, edition: str) -> NotebookNode:
    return notebooks.read(notebooks.chapter_path(chapter, edition))


@pytest.fixture
def notebook(chapter, edition) -> NotebookNode:
    """Each chapter in each edition; not to be changed."""
    return _read(chapter, edition)


@pytest.fixture
def zh(chapter) -> NotebookNode:
    """Each chapter in Chinese; not to be changed."""
    return _read(chapter, "zh")


@pytest.fixture
def en(chapter) -> NotebookNode:
    """Each chapter in English; not to be changed."""
    return _read(chapter, "en")


def _generated_labels(page: Path) -> tuple[str, ...]:
    if page.stem != "a-claims":
        return ()
    claims = (notebooks.BOOK / "claims.yml").read_text(encoding="utf-8")
    return tuple(claim["id"] for claim in yaml.safe_load(claims))


@functools.cache
def _documents(edition: str) -> list[Document]:
    folder = notebooks.BOOK / edition
    found = [
        Document(path, (path.read_text(encoding="utf-8"),), _generated_labels(path))
        for path in sorted(folder.glob("*.md"))
    ]
    for chapter in notebooks.chapters(edition=edition):
        cells = _read(chapter, edition).cells
        texts = [text for cell in cells for text in evidence.language_texts(cell)]
        figures = [cell.metadata.get("mystnb", {}).get("figure", {}) for cell in cells]
        labels = [figure["name"] for figure in figures if "name" in figure]
        labels += [f"{chapter}/{cell.id}" for cell in cells if cell.cell_type == "code"]
        path = notebooks.chapter_path(chapter, edition)
        found.append(Document(path, tuple(texts), tuple(labels)))
    return found


@pytest.fixture
def documents(edition) -> list[Document]:
    """All chapters and standing pages of each edition in turn."""
    _need_chapters()
    return _documents(edition)


@pytest.fixture
def all_documents() -> list[Document]:
    """All chapters and standing pages of both editions."""
    _need_chapters()
    return _documents("zh") + _documents("en")

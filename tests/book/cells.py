"""Tiny notebooks for testing the checks themselves."""

from __future__ import annotations

import nbformat
from nbformat import NotebookNode


def code(name: str, source: str, printed: str = "", **metadata) -> NotebookNode:
    """Make an executed code cell."""
    outputs = [nbformat.v4.new_output("stream", text=printed)] if printed else []
    return nbformat.v4.new_code_cell(
        source, id=name, metadata=metadata, outputs=outputs, execution_count=1
    )


def markdown(name: str, source: str, **metadata) -> NotebookNode:
    """Make a Markdown cell."""
    return nbformat.v4.new_markdown_cell(source, id=name, metadata=metadata)


def notebook(*cells: NotebookNode) -> NotebookNode:
    """Make a notebook."""
    return nbformat.v4.new_notebook(cells=list(cells))

"""What the book's tools and tests agree on about notebooks: places, form, counts.

A notebook is written in one canonical form, so that a diff shows what changed and
nothing else.
"""

from __future__ import annotations

import copy
import hashlib
import re
from pathlib import Path

import atomic
import nbformat
from nbformat import NotebookNode

BOOK = Path(__file__).resolve().parents[1] / "book"

#: Reference seconds (tools/reference.py) that a chapter may take, and those that may
#: take longer.
BUDGET_SECONDS = 90
LONG_CHAPTERS = {"05-cnn": 150}
#: How far over its budget a chapter may be before a test fails.
SLACK = 1.5
#: Memory that a chapter's kernel and its children may take, in MB.
BUDGET_MB = 3000

#: The share of a chapter's code cells whose outputs nbval may ignore.
MAX_IGNORED = 0.10

#: The environment of every kernel that makes or checks stored outputs.
KERNEL_ENV = {
    "CUDA_VISIBLE_DEVICES": "-1",  # the book promises results of a CPU
    "KERAS_BACKEND": "tensorflow",
    "PYTHONHASHSEED": "0",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "1",
}

#: Tags whose cells nbval does not compare.
IGNORED_TAGS = frozenset({"nbval-ignore-output", "nbval-skip"})

_KERNELSPEC = {
    "display_name": "Python 3 (ipykernel)",
    "language": "python",
    "name": "python3",
}
_LANGUAGE_INFO = {
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "pygments_lexer": "ipython3",
}
_NOTEBOOK_NOISE = {
    "widgets",
    "toc-autonumbering",
    "toc-showcode",
    "toc-showmarkdowntxt",
}
_CELL_NOISE = {
    "ExecuteTime",
    "collapsed",
    "deletable",
    "editable",
    "execution",
    "jp-MarkdownHeadingCollapsed",
    "scrolled",
    "vscode",
}
_WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def chapters(book: Path = BOOK, edition: str = "zh") -> list[str]:
    """Return the names of an edition's chapters, in reading order.

    Args:
        book: The book's folder.
        edition: ``"zh"`` or ``"en"``.

    Returns:
        File names without the extension, such as ``"05-cnn"``.
    """
    return sorted(path.stem for path in (book / edition).glob("*.ipynb"))


def chapter_path(chapter: str, edition: str, book: Path = BOOK) -> Path:
    """Return where a chapter of an edition is kept.

    Example:
        >>> chapter_path("05-cnn", "en").relative_to(BOOK).as_posix()
        'en/05-cnn.ipynb'
    """
    return book / edition / f"{chapter}.ipynb"


def budget(chapter: str) -> int:
    """Return the reference seconds that a chapter may take.

    Example:
        >>> budget("05-cnn"), budget("01-background")
        (150, 90)
    """
    return LONG_CHAPTERS.get(chapter, BUDGET_SECONDS)


def read(path: Path) -> NotebookNode:
    """Read a notebook of format 4.5 (cells with ids).

    Args:
        path: The ``.ipynb`` file.

    Returns:
        The notebook.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is of another format, or its cells' ids are not unique.
    """
    if not path.is_file():
        raise FileNotFoundError(
            f"expected a notebook at {path.name} in {path.parent.name}/, found none; "
            "name an existing chapter without its extension"
        )
    try:
        notebook = nbformat.v4.reads(path.read_text(encoding="utf-8"))
    except (ValueError, AttributeError, nbformat.reader.NotJSONError) as error:
        raise ValueError(
            f"expected {path.name} to be a notebook, but it can't be read: {error}; "
            f"get it back with `git checkout {path.parent.name}/{path.name}`"
        ) from None
    version = (notebook.nbformat, notebook.nbformat_minor)
    if version < (4, 5):
        raise ValueError(
            f"{path.name} must be of notebook format 4.5, got {version}; "
            "open and save it in JupyterLab"
        )
    ids = [cell.get("id") for cell in notebook.cells]
    repeated = sorted({str(name) for name in ids if ids.count(name) > 1})
    if repeated:
        raise ValueError(
            f"{path.name} must have unique cell ids, got {repeated} more than once; "
            "give the copies new ids"
        )
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError as error:
        raise ValueError(
            f"{path.name} must be a valid notebook: {error.message}; "
            "open and save it in JupyterLab"
        ) from error
    return notebook


def canonical(notebook: NotebookNode) -> str:
    r"""Return a notebook's text in the book's one form.

    Kernel versions, timestamps, editor state, widget views and what a progress bar
    left behind are dropped; keys are sorted; outputs of one stream are joined.

    Args:
        notebook: The notebook; it is not changed.

    Returns:
        JSON with an indent of 1, plain Unicode and a final line break.

    Example:
        >>> canonical(nbformat.v4.new_notebook())[:15]
        '{\n "cells": [],'
    """
    notebook = copy.deepcopy(notebook)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    kept = {
        key: value
        for key, value in notebook.metadata.items()
        if key not in _NOTEBOOK_NOISE
    }
    kept |= {"kernelspec": _KERNELSPEC, "language_info": _LANGUAGE_INFO}
    notebook.metadata = nbformat.from_dict(kept)
    for cell in notebook.cells:
        cell.source = cell.source.rstrip("\n")
        for key in _CELL_NOISE & cell.metadata.keys():
            del cell.metadata[key]
        if not cell.metadata.get("tags", True):
            del cell.metadata["tags"]
        if cell.cell_type == "code":
            cell.outputs = without_progress(cell.outputs)
            for output in cell.outputs:
                output.get("data", {}).pop(_WIDGET_VIEW, None)
    return nbformat.writes(notebook, version=4) + "\n"


def write(notebook: NotebookNode, path: Path) -> bool:
    """Write a notebook in canonical form, if that changes the file.

    Args:
        notebook: The notebook.
        path: The ``.ipynb`` file.

    Returns:
        Whether the file was written.
    """
    text = canonical(notebook)
    if path.is_file() and path.read_bytes() == text.encode():
        return False
    atomic.write(path, text)
    return True


def without_progress(outputs: list[NotebookNode]) -> list[NotebookNode]:
    r"""Return outputs as a terminal would show them in the end.

    A line that was overwritten after a carriage return is gone, as is a stream of
    which nothing visible remains.

    Args:
        outputs: Outputs of one cell; they are not changed.

    Returns:
        New outputs.

    Example:
        >>> bar = nbformat.v4.new_output("stream", text="\r 50 %\r     \rdone\n")
        >>> without_progress([bar])[0].text
        'done\n'
    """
    settled = []
    for output in outputs:
        if output.output_type == "stream" and "\r" in output.text:
            text = re.sub(r"[^\n]*\r[^\n]*", _last_state, output.text)
            if not text.strip():
                continue
            output = nbformat.from_dict({**output, "text": text})
        settled.append(output)
    return settled


def _last_state(line: re.Match) -> str:
    states = [state for state in line[0].split("\r") if state]
    return states[-1].rstrip() if states else ""


def tags(cell: NotebookNode) -> list[str]:
    """Return a cell's tags."""
    return list(cell.metadata.get("tags", []))


def captions(cell: NotebookNode) -> dict[str, str]:
    """Return a code cell's texts that are in the edition's language.

    Args:
        cell: A cell of any type.

    Returns:
        ``"alt"`` and ``"caption"``, as far as the cell's metadata have them under
        ``mystnb.image.alt`` and ``mystnb.figure.caption``.
    """
    found = {}
    for group, key in (("image", "alt"), ("figure", "caption")):
        value = cell.metadata.get("mystnb", {}).get(group, {}).get(key)
        if value is not None:
            found[key] = value
    return found


def verdict(cell: NotebookNode) -> str:
    """Return how nbval treats a code cell's output.

    Args:
        cell: A code cell.

    Returns:
        ``"ignored"``, ``"tolerated"`` (within a declared tolerance) or
        ``"compared"``.
    """
    if IGNORED_TAGS & set(tags(cell)):
        return "ignored"
    return "tolerated" if "tolerance" in cell.metadata else "compared"


def counts(notebook: NotebookNode) -> dict[str, int]:
    """Count code cells by how nbval treats them.

    Args:
        notebook: The notebook.

    Returns:
        ``code_cells`` and its parts ``compared``, ``tolerated`` and ``ignored``, and
        ``one_seed``, those that other seeds are not held to.
    """
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    verdicts = [verdict(cell) for cell in cells]
    parts = ("compared", "tolerated", "ignored")
    return (
        {"code_cells": len(verdicts)}
        | {part: verdicts.count(part) for part in parts}
        | {"one_seed": sum("one-seed" in tags(cell) for cell in cells)}
    )


def code(notebook: NotebookNode) -> list[str]:
    """Return the sources of a notebook's code cells, in order."""
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def code_digest(notebook: NotebookNode) -> str:
    """Return a digest of a notebook's code: what its outputs depend on.

    Example:
        >>> code_digest(nbformat.v4.new_notebook()) == digest("")
        True
    """
    return digest("\n\n".join(code(notebook)))


def digest(text: str) -> str:
    """Return the first 12 hexadecimal digits of a text's SHA-256.

    Example:
        >>> digest("卷积")
        '37366144a1b6'
    """
    return hashlib.sha256(text.encode()).hexdigest()[:12]

"""Execute chapters, store their outputs, and measure what they cost.

Each Chinese chapter runs from top to bottom in a fresh kernel; its outputs, the
status page's figures (``book/status.json``) and the English twin follow. What an
author saves while a chapter runs is never overwritten.
"""

from __future__ import annotations

import argparse
import datetime
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import editions
import notebooks
import reference
import running
import status
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode


def put_outputs(fresh: NotebookNode, path: Path) -> None:
    """Put a run's outputs into a notebook as it is on the disk now.

    Args:
        fresh: The executed notebook.
        path: The ``.ipynb`` file, whose text may have changed meanwhile.

    Raises:
        ValueError: If its code has changed, so that the outputs are not its own;
            nothing is written then.
    """
    present = notebooks.read(path)
    if notebooks.code(present) != notebooks.code(fresh):
        before = {c.id: c.source for c in fresh.cells if c.cell_type == "code"}
        now = {c.id: c.source for c in present.cells if c.cell_type == "code"}
        changed = [
            name for name in before | now if before.get(name) != now.get(name)
        ] or ["their order"]
        raise ValueError(
            f"the code of {path.name} changed while it ran ({', '.join(changed)}); "
            "nothing was written, run `make refresh` again"
        )
    ran = {cell.id: cell for cell in fresh.cells}
    for cell in present.cells:
        if cell.cell_type == "code":
            cell.outputs = ran[cell.id].outputs
            cell.execution_count = ran[cell.id].execution_count
    notebooks.write(present, path)


def refresh(chapter: str, book: Path = notebooks.BOOK) -> dict[str, float]:
    """Execute a chapter, store its outputs and its cost.

    Args:
        chapter: The chapter's name, such as ``"05-cnn"``.
        book: The book's folder.

    Returns:
        ``seconds`` of wall time, start of the kernel included, the same in
        ``reference_seconds``, and ``peak_mb``, the most memory that the kernel and its
        children took together.

    Raises:
        FileNotFoundError: If there is no such chapter.
        CellExecutionError: If a cell raises.
        ValueError: If a cell writes to stderr, the code changed while it ran, or a
            file is damaged (told before anything runs).
    """
    path = notebooks.chapter_path(chapter, "zh", book)
    notebook = notebooks.read(path)
    status.read(book)
    before = reference.speed()
    begin = time.perf_counter()
    with running.PeakMemory() as peak:
        fresh = running.execute(
            notebook, path.parent, lambda line: print(line, flush=True)
        )
    spent = time.perf_counter() - begin
    cost = {
        "seconds": round(spent, 1),
        "reference_seconds": round(
            reference.seconds(spent, before, reference.speed()), 1
        ),
        "peak_mb": round(peak.mb),
    }
    put_outputs(fresh, path)
    made = {"date": datetime.date.today().isoformat(), "cpu": running.machine()["cpu"]}
    status.update(chapter, book=book, **made, **cost)
    return cost


def main(argv: Sequence[str] | None = None, book: Path = notebooks.BOOK) -> int:
    """Run the command line.

    Args:
        argv: Arguments; those of the process if None.
        book: The book's folder.

    Returns:
        0 if all chapters ran and the editions agree, else 1.
    """
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("chapters", nargs="*", metavar="CHAPTER")
    names = parser.parse_args(argv).chapters or notebooks.chapters(book)
    if not names:
        parser.error("expected chapters in book/zh, found none")
    for name in names:
        print(name, flush=True)
        try:
            cost = refresh(name, book)
        except (
            CellExecutionError,
            CellTimeoutError,
            DeadKernelError,
            FileNotFoundError,
            ValueError,
        ) as error:
            print(f"{name}: {error}", file=sys.stderr)
            return 1
        limit = notebooks.budget(name)
        over = (
            cost["reference_seconds"] > limit or cost["peak_mb"] > notebooks.BUDGET_MB
        )
        print(
            f"{name}: {cost['seconds']} s, {cost['reference_seconds']} reference "
            f"seconds of {limit}, {cost['peak_mb']} MB of {notebooks.BUDGET_MB}"
            + (" - over budget" if over else "")
        )
    return editions.main(["sync", *names], book)


if __name__ == "__main__":
    sys.exit(main())

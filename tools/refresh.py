"""Execute chapters, store their outputs, and measure what they cost.

Each Chinese chapter runs from top to bottom in a fresh kernel; its outputs, the
status page's figures (``book/status.json``) and the English twin follow.
"""

from __future__ import annotations

import argparse
import copy
import datetime
import json
import os
import platform
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path

import editions
import notebooks
import psutil
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

PACKAGES = (
    "keras",
    "tensorflow",
    "numpy",
    "scikit-learn",
    "jupyter-book",
    "jupyterlab",
    "nbval",
)
CELL_TIMEOUT = 1200  # seconds: only a hanging cell takes longer, on any machine


class PeakMemory:
    """Watch how much memory this process's children take together.

    Example:
        >>> with PeakMemory() as peak:
        ...     _ = subprocess.run([sys.executable, "-c", "import time; time.sleep(1)"])
        >>> peak.mb > 1
        True
    """

    def __init__(self, interval: float = 0.1):
        """Prepare to watch.

        Args:
            interval: Seconds between two looks.
        """
        self.mb = 0.0
        self._interval = interval
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> PeakMemory:
        """Start watching."""
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Stop watching."""
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(self._interval):
            self.mb = max(self.mb, _children_mb())


def _children_mb() -> float:
    total = 0
    for child in psutil.Process().children(recursive=True):
        try:
            total += child.memory_info().rss
        except psutil.Error:  # it ended between the listing and the look
            continue
    return total / 1e6


def execute(
    notebook: NotebookNode,
    folder: Path,
    progress: Callable[[str], None] = lambda line: None,
) -> NotebookNode:
    """Execute a notebook from top to bottom in a fresh kernel.

    Args:
        notebook: The notebook; it is not changed.
        folder: The kernel's working directory.
        progress: Called with a line after each code cell.

    Returns:
        The notebook with fresh outputs and execution counts from 1.

    Raises:
        CellExecutionError: If a cell raises and is not tagged ``raises-exception``.
        ValueError: If a cell writes to stderr.
    """
    notebook = copy.deepcopy(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell in code:
        cell.outputs, cell.execution_count = [], None
    started = {}

    def start(cell: NotebookNode, **_: object) -> None:
        started[cell.id] = time.perf_counter()

    def finish(cell: NotebookNode, **_: object) -> None:
        seconds = time.perf_counter() - started[cell.id]
        progress(f"[{len(started):2}/{len(code)}] {seconds:6.1f} s  {cell.id}")

    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=CELL_TIMEOUT,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
        on_cell_execute=start,
        on_cell_executed=finish,
    )
    environment = os.environ | notebooks.KERNEL_ENV
    # ipykernel leaves the C level's stderr alone when it believes it is tested, as
    # under nbval; otherwise TensorFlow's start-up chatter becomes a stored output.
    environment["PYTEST_CURRENT_TEST"] = "refresh"
    environment.pop("MPLBACKEND", None)  # figures go to the notebook
    client.execute(env=environment, stderr=subprocess.DEVNULL)
    for cell in code:
        for output in cell.outputs:
            if output.output_type == "stream" and output.name == "stderr":
                raise ValueError(
                    f"cell {cell.id} must not write to stderr, got:\n{output.text}"
                    "Mend what warns; chapters print no warnings."
                )
    return notebook


def machine() -> dict[str, str | int | float]:
    """Describe this computer without naming it.

    Returns:
        ``cpu``, ``cores`` (those this process may use), ``memory_gb``, ``system``.
    """
    cpuinfo = Path("/proc/cpuinfo")
    models = [
        line.partition(":")[2].strip()
        for line in (cpuinfo.read_text() if cpuinfo.exists() else "").splitlines()
        if line.startswith("model name")
    ]
    return {
        "cpu": models[0] if models else platform.processor() or platform.machine(),
        "cores": len(psutil.Process().cpu_affinity())
        if hasattr(psutil.Process, "cpu_affinity")
        else psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
    }


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that shape outputs."""
    return {"python": platform.python_version()} | {
        name: metadata.version(name) for name in PACKAGES
    }


def record(chapter: str, cost: dict[str, float], book: Path = notebooks.BOOK) -> None:
    """Write a chapter's cost and counts into ``status.json``.

    Entries of other chapters stay; those of chapters that are gone go.

    Args:
        chapter: The chapter's name.
        cost: ``seconds`` and ``peak_mb``.
        book: The book's folder.
    """
    path = book / "status.json"
    old = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    entries = dict(old.get("chapters", {}))
    counts = notebooks.counts(
        notebooks.read(notebooks.chapter_path(chapter, "zh", book))
    )
    limit = {"budget_seconds": notebooks.budget(chapter)}
    entries[chapter] = cost | limit | counts
    status = {
        "generated": datetime.date.today().isoformat(),
        "machine": machine(),
        "versions": versions(),
        "chapters": {
            name: entries[name] for name in notebooks.chapters(book) if name in entries
        },
    }
    text = json.dumps(status, indent=2, ensure_ascii=False) + "\n"
    path.write_bytes(text.encode())


def refresh(chapter: str, book: Path = notebooks.BOOK) -> dict[str, float]:
    """Execute a chapter, store its outputs and its cost.

    Args:
        chapter: The chapter's name, such as ``"05-cnn"``.
        book: The book's folder.

    Returns:
        ``seconds`` of wall time, start of the kernel included, and ``peak_mb``, the
        most memory that the kernel and its children took together.

    Raises:
        FileNotFoundError: If there is no such chapter.
        CellExecutionError: If a cell raises.
        ValueError: If a cell writes to stderr.
    """
    path = notebooks.chapter_path(chapter, "zh", book)
    notebook = notebooks.read(path)
    begin = time.perf_counter()
    with PeakMemory() as peak:
        fresh = execute(notebook, path.parent, lambda line: print(line, flush=True))
    cost = {
        "seconds": round(time.perf_counter() - begin, 1),
        "peak_mb": round(peak.mb),
    }
    notebooks.write(fresh, path)
    record(chapter, cost, book)
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
        over = cost["seconds"] > limit or cost["peak_mb"] > notebooks.BUDGET_MB
        print(
            f"{name}: {cost['seconds']} s of {limit}, "
            f"{cost['peak_mb']} MB of {notebooks.BUDGET_MB}"
            + (" - over budget" if over else "")
        )
    return editions.main(["sync", *names], book)


if __name__ == "__main__":
    sys.exit(main())

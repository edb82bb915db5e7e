"""Run a chapter in a fresh kernel, and say on what it ran."""

from __future__ import annotations

import asyncio
import copy
import os
import platform
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from importlib import metadata
from pathlib import Path

import notebooks
import psutil
from nbclient import NotebookClient
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
        >>> import subprocess, sys
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
    *,
    environment: Mapping[str, str] | None = None,
    keep_going: bool = False,
) -> NotebookNode:
    """Execute a notebook from top to bottom in a fresh kernel.

    Args:
        notebook: The notebook; it is not changed.
        folder: The kernel's working directory.
        progress: Called with a line after each code cell.
        environment: Variables that come on top of ``notebooks.KERNEL_ENV``.
        keep_going: Whether errors and warnings are left in the outputs, for the
            caller to judge, instead of ending the run.

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
        allow_errors=keep_going,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
        on_cell_execute=start,
        on_cell_executed=finish,
    )
    variables = os.environ | notebooks.KERNEL_ENV | dict(environment or {})
    # ipykernel leaves the C level's stderr alone when it believes it is tested, as
    # under nbval; otherwise TensorFlow's start-up chatter becomes a stored output.
    variables["PYTEST_CURRENT_TEST"] = "refresh"
    variables.pop("MPLBACKEND", None)  # figures go to the notebook
    # Not client.execute: called in a thread, it leaves its event loop open.
    asyncio.run(client.async_execute(env=variables, stderr=subprocess.DEVNULL))
    for cell in code if not keep_going else ():
        for output in cell.outputs:
            if output.output_type == "stream" and output.name == "stderr":
                raise ValueError(
                    f"cell {cell.id} must not write to stderr, got:\n{output.text}"
                    "Mend what warns; chapters print no warnings."
                )
    return notebook


def threads(count: int) -> dict[str, str]:
    """Return the environment that limits a process's threads for computation.

    Args:
        count: How many; at least one is granted.

    Example:
        >>> threads(0)["OMP_NUM_THREADS"]
        '1'
    """
    names = (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "TF_NUM_INTRAOP_THREADS",
        "TF_NUM_INTEROP_THREADS",
    )
    return dict.fromkeys(names, str(max(count, 1)))


def processor_flags() -> frozenset[str]:
    """Return the processor's features as Linux names them; empty elsewhere."""
    return frozenset(_cpuinfo("flags").split())


def machine() -> dict[str, str | int | float]:
    """Describe this computer without naming it.

    Returns:
        ``cpu``, ``cores`` (those this process may use), ``memory_gb``, ``system``.
    """
    return {
        "cpu": _cpuinfo("model name") or platform.processor() or platform.machine(),
        "cores": len(psutil.Process().cpu_affinity())
        if hasattr(psutil.Process, "cpu_affinity")
        else psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
    }


def _cpuinfo(key: str) -> str:
    """Return the first value under a key of /proc/cpuinfo, or an empty text."""
    path = Path("/proc/cpuinfo")
    for line in path.read_text().splitlines() if path.exists() else ():
        name, _, value = line.partition(":")
        if name.strip() == key:
            return value.strip()
    return ""


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that shape outputs."""
    return {"python": platform.python_version()} | {
        name: metadata.version(name) for name in PACKAGES
    }

"""What a long experiment is, and how its record is written."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import atomic
import notebooks
import running

FOLDER = notebooks.BOOK / "experiments"

Results = dict[str, object]


@dataclass(frozen=True)
class Experiment:
    """A registered experiment.

    Attributes:
        name: As the command line calls it.
        file: The record's file name, under ``book/experiments``.
        minutes: Roughly how long it takes on two cores.
        run: Does the work, prints a line for each run, and returns the results.
    """

    name: str
    file: str
    minutes: int
    run: Callable[[], Results]


EXPERIMENTS: dict[str, Experiment] = {}


def experiment(name: str, file: str, minutes: int) -> Callable:
    """Register the decorated function as an experiment.

    Args:
        name: As the command line calls it.
        file: The record's file name.
        minutes: Roughly how long it takes on two cores.

    Returns:
        A decorator that leaves the function as it is.
    """

    def register(run: Callable[[], Results]) -> Callable[[], Results]:
        if name in EXPERIMENTS:
            raise ValueError(f"an experiment {name!r} exists already; name it apart")
        EXPERIMENTS[name] = Experiment(name, file, minutes, run)
        return run

    return register


def record(chosen: Experiment, folder: Path = FOLDER) -> Path:
    """Run an experiment and write its record: date, machine, versions, results.

    Args:
        chosen: The experiment.
        folder: Where the record goes.

    Returns:
        The file written.
    """
    results = chosen.run()
    whole = {
        "date": datetime.date.today().isoformat(),
        "machine": running.machine(),
        "versions": running.versions(),
        **results,
    }
    path = folder / chosen.file
    text = json.dumps(whole, indent=1, allow_nan=False) + "\n"
    atomic.write(path, text)
    return path

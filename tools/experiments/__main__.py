"""Run long experiments by name and store their records under book/experiments."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from experiments import (  # noqa: F401 (they register)
    background,
    benchmark,
    cnn,
    detection,
    driving,
    faces,
    medicine,
    recognition,
    security,
    segmentation,
)
from experiments.registry import EXPERIMENTS, record


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: Arguments; those of the process if None.

    Returns:
        0.
    """
    known = "\n".join(
        f"  {e.name:16s} about {e.minutes} minutes, writes {e.file}"
        for e in EXPERIMENTS.values()
    )
    parser = argparse.ArgumentParser(
        prog="make experiments NAME=…",
        description=__doc__,
        epilog=f"experiments:\n{known}\n  all",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "names", nargs="+", metavar="NAME", choices=[*EXPERIMENTS, "all"]
    )
    names = parser.parse_args(argv).names
    for name in EXPERIMENTS if "all" in names else dict.fromkeys(names):
        print(f"{name}: about {EXPERIMENTS[name].minutes} minutes", flush=True)
        begin = time.perf_counter()
        path = record(EXPERIMENTS[name])
        minutes = (time.perf_counter() - begin) / 60
        print(f"{name}: wrote {path.name} in {minutes:.1f} minutes", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

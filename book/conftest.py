"""What ``pytest --nbval book/zh`` adds to nbval: the book's rules, quiet kernels.

A code cell with metadata ``{"tolerance": {"abs": a, "rel": r}}`` passes when its text
outputs are equal to the stored ones but for numbers, each of which differs from the
stored one by at most a + r * abs(stored). Every other cell is compared exactly; of a
figure the words are (``tools/comparing.py``).
"""

from __future__ import annotations

import functools
import os

import comparing
import notebooks
from nbval.plugin import IPyNbCell


def pytest_configure(config):
    """Give kernels the environment that the stored outputs were made in."""
    for name, value in notebooks.KERNEL_ENV.items():
        os.environ.setdefault(name, value)


def pytest_itemcollected(item):
    """Let a notebook cell compare its outputs by the book's rules."""
    if isinstance(item, IPyNbCell):
        item.compare_outputs = functools.partial(_compare_outputs, item)


def _compare_outputs(item, fresh, stored, skip_compare=None):
    tolerance = item.cell.metadata.get("tolerance")
    if tolerance is not None:
        comparing.check_tolerance(tolerance, item.cell.id)
    result = comparing.compare(fresh, stored, tolerance)
    item.comparison_traceback = [f"cell id: {item.cell.id}", *result.complaints]
    return result.equal

"""What ``pytest --nbval book/zh`` adds to nbval: declared tolerances, quiet kernels.

A code cell with metadata ``{"tolerance": {"abs": a, "rel": r}}`` passes when its text
outputs are equal to the stored ones but for numbers, each of which differs from the
stored one by at most a + r * abs(stored). Every other cell is compared exactly.
"""

from __future__ import annotations

import copy
import functools
import os
import re
from decimal import Decimal

import notebooks
from nbval.plugin import IPyNbCell

# A number with the padding that keeps a table in line; digits of a name are no number.
_NUMBER = re.compile(
    r"[ ]*(?<![A-Za-z0-9_.])(?P<value>(?:(?<![\w)\]])[-+\u2212])?"
    r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?(?:[eE][-+]?\d+)?)[ ]*"
)


def pytest_configure(config):
    """Give kernels the environment that the stored outputs were made in."""
    for name, value in notebooks.KERNEL_ENV.items():
        os.environ.setdefault(name, value)


def pytest_itemcollected(item):
    """Let a notebook cell compare its outputs by the book's rules."""
    if isinstance(item, IPyNbCell):
        item.compare_outputs = functools.partial(_compare_outputs, item)


def _compare_outputs(item, fresh, stored, skip_compare=None):
    fresh = notebooks.without_progress(fresh)
    stored = notebooks.without_progress(stored)
    tolerance, complaints = item.cell.metadata.get("tolerance"), []
    if tolerance is not None:
        _check_form(tolerance, item.cell.id)
        fresh = [
            _settle(*pair, tolerance, complaints) for pair in _pairs(fresh, stored)
        ]
    equal = IPyNbCell.compare_outputs(item, fresh, stored, skip_compare)
    if not equal:
        item.comparison_traceback += [f"cell id: {item.cell.id}", *complaints]
    return equal


def _check_form(tolerance, cell_id):
    known = (
        isinstance(tolerance, dict) and tolerance and set(tolerance) <= {"abs", "rel"}
    )
    if not known or not all(
        isinstance(bound, int | float) and bound >= 0 for bound in tolerance.values()
    ):
        raise ValueError(
            f"the tolerance of cell {cell_id} must be non-negative numbers under abs "
            f"and rel, got {tolerance!r}; mend the cell's metadata"
        )


def _pairs(fresh, stored):
    """Pair each fresh output with the stored one of its kind and place."""
    pools = {}
    for output in stored:
        pools.setdefault(_kind(output), []).append(output)
    for output in fresh:
        pool = pools.get(_kind(output))
        yield output, pool.pop(0) if pool else output


def _kind(output):
    return output.output_type, output.get("name"), tuple(sorted(output.get("data", {})))


def _settle(fresh, stored, tolerance, complaints):
    """Return the fresh output with texts that are within tolerance as stored."""
    fresh = copy.deepcopy(fresh)
    if fresh.output_type == "stream":
        fresh.text = _within(fresh.text, stored.text, tolerance, complaints)
    for mime, text in fresh.get("data", {}).items():
        if mime.startswith("text/"):
            old = stored["data"][mime]
            fresh["data"][mime] = _within(text, old, tolerance, complaints)
    return fresh


def _within(fresh, stored, tolerance, complaints):
    if _NUMBER.sub("#", fresh) != _NUMBER.sub("#", stored):
        return fresh
    absolute, relative = (Decimal(str(tolerance.get(key, 0))) for key in ("abs", "rel"))
    far = []
    for new, old in zip(_values(fresh), _values(stored), strict=True):
        bound = absolute + relative * abs(old)
        if abs(new - old) > bound:
            far.append(
                f"stored {old}, computed {new}: they differ by {abs(new - old)}, "
                f"more than {bound} (abs={absolute}, rel={relative})"
            )
    complaints += far
    return fresh if far else stored


def _values(text):
    return [
        Decimal(match["value"].replace(",", "").replace("\u2212", "-"))
        for match in _NUMBER.finditer(text)
    ]

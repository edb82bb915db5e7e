"""Checks of the exercises of chapter 6.1b."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np

from companion.exercises._answer import WrongAnswerError, check, right

__all__ = ["check_least_median"]


@check
def check_least_median(
    answer: Callable[[np.ndarray, np.ndarray], tuple[float, float]],
) -> None:
    """Check a line fit that outliers do not move: the least median of residuals.

    Args:
        answer: From rows y and columns x, each (N,), to slope a and start b of the
            line x = a y + b. Of the lines through two of the points, with different y,
            it is the one whose median absolute residual over all points is smallest.

    Raises:
        WrongAnswerError: With a hint, if a line is wrong.

    Example:
        >>> def least_median(y, x):
        ...     best = np.inf, 0, 0
        ...     for i in range(len(y)):
        ...         for j in range(i):
        ...             if y[i] != y[j]:
        ...                 a = (x[i] - x[j]) / (y[i] - y[j])
        ...                 b = x[i] - a * y[i]
        ...                 best = min(best, (np.median(np.abs(a * y + b - x)), a, b))
        ...     return best[1:]
        >>> check_least_median(least_median)
        ✓ right: least_median on 3 sets of points
    """
    rng = np.random.default_rng(0)
    for count, outliers in ((9, 0), (15, 5), (20, 8)):
        y = np.sort(rng.uniform(240, 340, count)).round()
        y[1] = y[0]
        x = 500 - 1.4 * y + rng.normal(0, 0.5, count)
        x[rng.permutation(count)[:outliers]] += rng.uniform(60, 120, outliers)
        slope, start = answer(y.copy(), x.copy())
        if not np.isfinite([slope, start]).all():
            raise WrongAnswerError(
                "the line is not finite: two points in the same row give no slope, "
                "leave such pairs out"
            )
        if np.allclose((slope, start), _best(y, x, np.median)):
            continue
        hints = (
            (np.polyfit(y, x, 1), "that is least squares, which outliers pull along"),
            (np.polyfit(x, y, 1), "the line is x = a y + b, not y = a x + b"),
            (_best(y, x, np.mean), "take the median of the residuals, not the mean"),
            (_best(y, x, np.max), "take the median of the residuals, not the largest"),
            (
                _best(y, x, np.median, absolute=False),
                "residuals have signs: take the median of their absolute values",
            ),
        )
        hint = next(
            (text for line, text in hints if np.allclose((slope, start), line)),
            "go through all pairs of points and keep the line with the smallest "
            "median of |a y + b - x|",
        )
        raise WrongAnswerError(
            f"with {count} points, {outliers} of them outliers, the line is wrong; "
            f"{hint}"
        )
    right("least_median on 3 sets of points")


def _best(y, x, score, *, absolute=True):
    lines = []
    for i, j in combinations(range(len(y)), 2):
        if y[i] == y[j]:
            continue
        slope = (x[j] - x[i]) / (y[j] - y[i])
        start = x[i] - slope * y[i]
        residuals = slope * y + start - x
        lines.append(
            (score(np.abs(residuals) if absolute else residuals), slope, start)
        )
    return min(lines)[1:]

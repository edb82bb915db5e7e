"""What a classifier confuses, and whether its confidence can be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from companion._checks import finite
from companion.figures.style import ON_LIGHT, some_colors, subplots

__all__ = ["confusion_matrix", "reliability"]


def confusion_matrix(matrix, names: Sequence[str]) -> Figure:
    """Draw a confusion matrix; the color shows mistakes only, the text every count.

    Args:
        matrix: Counts, shape (K, K): rows are true classes, columns predictions.
            Shares, as of a matrix divided by its rows' sums, are written with two
            digits.
        names: The K class names.

    Returns:
        A figure with one axis.

    Raises:
        ValueError: If ``matrix`` is not square, does not fit ``names``, or has a value
            that is negative or not finite.
    """
    matrix, names = finite("matrix", matrix), [str(name) for name in names]
    if not names:
        raise ValueError("names must have at least one class, got none")
    if matrix.shape != (len(names), len(names)):
        raise ValueError(
            f"matrix must have shape {(len(names), len(names))}, one row and column "
            f"per name, got {matrix.shape}"
        )
    if matrix.min() < 0:
        raise ValueError(f"matrix must not be negative, got {matrix.min()}")
    form = "{:.0f}" if (matrix == np.floor(matrix)).all() else "{:.2f}"
    fig, ax = subplots(5.2, 4.8)
    mistakes = np.where(np.eye(len(names), dtype=bool), 0, matrix)
    # Pale, so that dark text can be read on every cell.
    ax.imshow(mistakes, cmap="Oranges", vmin=0, vmax=2 * mistakes.max() or 1)
    rotation = 90 if max(map(len, names)) > 3 else 0
    ax.set_xticks(range(len(names)), names, rotation=rotation)
    ax.set_yticks(range(len(names)), names)
    for (row, column), count in np.ndenumerate(matrix):
        if count:
            weight = "bold" if row == column else "normal"
            ax.text(
                column,
                row,
                form.format(count),
                ha="center",
                va="center",
                color=ON_LIGHT,
                fontsize=9,
                weight=weight,
            )
    ax.set(xlabel="predicted class", ylabel="true class")
    ax.grid(False)
    return fig


def reliability(curves: Mapping[str, object]) -> Figure:
    """Draw reliability curves: how often predictions of a confidence are right.

    Args:
        curves: :class:`companion.evaluation.Calibration` of each model by its name.

    Returns:
        A figure with two axes: the curves, and the number of examples in each bin.
    """
    fig, (left, right) = subplots(7, 3.4, ncols=2)
    left.plot([0, 1], [0, 1], color="gray", ls=":", label="perfect calibration")
    for marker, color, (name, curve) in zip(
        "osD^vPX", some_colors(len(curves)), curves.items()
    ):
        label = f"{name}, ECE {curve.error:.2%}"
        left.plot(
            curve.confidence, curve.accuracy, color=color, marker=marker, label=label
        )
        right.plot(curve.confidence, curve.count, color=color, marker=marker)
    left.set(xlabel="confidence", ylabel="accuracy", xlim=(0, 1.02), ylim=(0, 1.02))
    left.legend(fontsize=9, frameon=False)
    right.set(
        xlabel="confidence", ylabel="examples in the bin", yscale="log", xlim=(0, 1.02)
    )
    return fig

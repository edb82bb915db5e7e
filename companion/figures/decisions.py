"""What classifiers of two measurements answer on the whole plane."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from companion._checks import finite, labels, number
from companion.figures.style import COLORS, ON_LIGHT, subplots

__all__ = ["decision_panels"]

#: From the first class over white to the second, pale enough for points on top.
PALE = LinearSegmentedColormap.from_list("pale", ["#a9cce6", "#ffffff", "#f5bf96"])


def decision_panels(
    models: Mapping[str, Callable[[np.ndarray], object] | None],
    x,
    y,
    names: Sequence[str],
    *,
    axes_names: Sequence[str] = ("x₁", "x₂"),
    ringed: Mapping[str, object] | None = None,
    columns: int = 3,
) -> Figure:
    """Draw what each of several classifiers answers at every point of a plane.

    A panel's background is the answer, from 0 (the first class, blue) over a half
    (white) to 1 (the second class, orange); the points are examples.

    Args:
        models: By the panel's title, a function from points (N, 2) to N numbers from
            0 to 1, or None for a panel that shows the examples alone.
        x: Examples, shape (N, 2).
        y: Their classes, 0 or 1, shape (N,).
        names: What the two classes are called.
        axes_names: What the two measurements are called.
        ringed: By a panel's title, which examples get a ring: N truth values.
        columns: Panels in a row.

    Returns:
        A figure with a panel for each model and a legend below.

    Raises:
        TypeError: If examples are no numbers.
        ValueError: If a shape does not fit, there is no model, or an answer is not
            from 0 to 1.

    Example:
        >>> x, y = np.array([[0.0, 1.0], [2.0, 1.0]]), np.array([0, 1])
        >>> fig = decision_panels({"a line": lambda p: p[:, 0] > 1}, x, y, ["a", "b"])
        >>> fig.axes[0].get_title()
        'a line'
    """
    x = finite("x", x)
    if x.ndim != 2 or x.shape[1] != 2 or not len(x):
        raise ValueError(f"x must have shape (N, 2) with N at least 1, got {x.shape}")
    y = labels("y", y, classes=2, length=len(x))
    if len(names) != 2 or len(axes_names) != 2:
        raise ValueError(
            "expected names of two classes and two axes, got "
            f"{len(names)} and {len(axes_names)}"
        )
    if not models:
        raise ValueError("models must have at least one entry, got none")
    ringed = {
        title: _truths(title, rings, len(x)) for title, rings in (ringed or {}).items()
    }
    columns = min(number("columns", columns, 1, integer=True), len(models))
    rows = -(-len(models) // columns)
    low, high = x.min(axis=0), x.max(axis=0)
    margin = 0.08 * np.where(high > low, high - low, 1)
    low, high = low - margin, high + margin
    extent = (low[0], high[0], low[1], high[1])
    sides = [np.linspace(low[axis], high[axis], 90) for axis in (0, 1)]
    plane = np.stack(np.meshgrid(*sides), axis=-1).reshape(-1, 2)
    fig, axes = subplots(
        6.6, 2.3 * rows + 0.4, nrows=rows, ncols=columns, sharex=True, sharey=True
    )
    axes = np.ravel(axes)
    for ax in axes[len(models) :]:
        ax.axis("off")
    for ax, (title, model) in zip(axes, models.items()):
        if model is not None:
            answer = _answers(title, model(plane), len(plane)).reshape(90, 90)
            ax.imshow(
                answer,
                cmap=PALE,
                vmin=0,
                vmax=1,
                origin="lower",
                extent=extent,
                aspect="auto",
                interpolation="nearest",
            )
        for label, (name, mark) in enumerate(zip(names, "ox")):
            color = COLORS[label]
            ax.plot(*x[y == label].T, mark, ms=3, color=color, label=name)
        if title in ringed:
            ax.plot(*x[ringed[title]].T, "o", ms=7, mfc="none", mec=ON_LIGHT, mew=0.8)
        ax.set(title=title, xlim=extent[:2], ylim=extent[2:])
        ax.grid(False)
    for ax in axes[-columns:]:
        ax.set_xlabel(axes_names[0])
    for ax in axes[::columns]:
        ax.set_ylabel(axes_names[1])
    fig.legend(
        *axes[0].get_legend_handles_labels(),
        loc="outside lower center",
        ncols=2,
        frameon=False,
    )
    return fig


def _truths(title: str, rings: object, length: int) -> np.ndarray:
    rings = np.asarray(rings)
    if rings.dtype != bool or rings.shape != (length,):
        raise ValueError(
            f"ringed[{title!r}] must be {length} truth values, one per example, got "
            f"{rings.dtype} in shape {rings.shape}"
        )
    return rings


def _answers(title: str, answers: object, length: int) -> np.ndarray:
    answers = finite(f"the answers of {title}", np.asarray(answers, float))
    if answers.shape != (length,) or answers.min() < 0 or answers.max() > 1:
        raise ValueError(
            f"the answers of {title} must be {length} numbers from 0 to 1, got shape "
            f"{answers.shape}, from {answers.min():g} to {answers.max():g}"
        )
    return answers

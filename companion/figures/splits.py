"""A drawing of ways to split patches of scans into training and test patches."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from companion.figures.diagrams import BLUE, ORANGE, canvas

__all__ = ["patch_splits"]

_SLICES = 6
#: Title, a line below it, and which slices of the drawn patient are tested.
_COLUMNS = (
    ("random patches", "same slice", None),
    ("every third slice", "neighboring slices", (1, 4)),
    ("block of slices", "neighbors at the edge", (4, 5)),
    ("other patient", "nothing shared", ()),
)


def patch_splits() -> Figure:
    """Draw four ways to split patches of CT slices, by how near train and test are.

    Returns:
        A figure with one axis: a column for each way, a flat box for each slice, and
        in it patches as squares, blue if trained on, filled orange if tested.

    Example:
        >>> texts = [text.get_text() for text in patch_splits().axes[0].texts]
        >>> texts[0], texts.count("patient 1")
        ('random patches', 1)
    """
    fig, ax = canvas(6.9, 3.3, 17.6, 8.4)
    for k, (title, shared, tested) in enumerate(_COLUMNS):
        left = 0.2 + 4.4 * k
        ax.text(left + 1.9, 8.0, title, ha="center", va="center")
        ax.text(left + 1.9, 7.35, shared, ha="center", va="center", fontsize=9)
        other = k == len(_COLUMNS) - 1
        for row in range(_SLICES):
            y = 6.0 - 0.98 * row - 0.3 * (other and row >= 4)
            new = other and row >= 4
            _slice(ax, (left, y), 2.7 if other else 3.8)
            for j in range(2 if other else 3):
                is_test = j == 1 if tested is None else new or row in tested
                _patch(ax, (left + 0.35 + 0.42 * j, y + 0.08 + 0.1 * (j % 2)), is_test)
            if not other:
                lone = row % 3 == 0 if tested is None else row in tested
                _patch(ax, (left + 2.6, y + 0.12), lone)
        if other:
            for y, name in ((4.9, "patient 2"), (1.2, "patient 1")):
                ax.text(left + 2.85, y, name, ha="left", va="center", fontsize=8.5)
    for x, is_test, word in ((4.6, False, "train"), (9.2, True, "test")):
        _patch(ax, (x, 0.05), is_test)
        ax.text(x + 0.9, 0.3, word, ha="left", va="center")
    return fig


def _slice(ax, corner, width) -> None:
    ax.add_patch(plt.Rectangle(corner, width, 0.82, fc="none", ec="#888888", lw=0.9))


def _patch(ax, corner, is_test: bool) -> None:
    color = ORANGE if is_test else BLUE
    ax.add_patch(plt.Rectangle(corner, 0.56, 0.52, fc="none", ec=color, lw=1.5))
    if is_test:
        ax.patches[-1].set(fc=color + "55")

"""Drawings of the blocks that networks for recognition are built of."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from companion.figures.diagrams import arrow, box, canvas
from companion.figures.style import COLORS

__all__ = ["recognition_blocks"]

BLUE, ORANGE, GREEN, PINK = COLORS[:4]
SIZE = (2.3, 0.8)


def recognition_blocks() -> Figure:
    """Draw a plain block, a residual block and an Inception module side by side.

    What comes in enters below; what goes out leaves above.

    Returns:
        A figure with one axis.

    Example:
        >>> texts = [t.get_text() for t in recognition_blocks().axes[0].texts]
        >>> texts.count("3×3"), texts.count("1×1")
        (5, 4)
    """
    fig, ax = canvas(7, 3.6, 21, 10.4)
    _two_layers(ax, 1.9)
    ax.text(1.9, 9.9, "plain", ha="center", va="center")
    _two_layers(ax, 6.1, skip=True)
    ax.text(6.6, 9.9, "residual", ha="center", va="center")
    _inception(ax)
    ax.text(15.1, 9.9, "Inception module", ha="center", va="center")
    return fig


def _two_layers(ax: Axes, x: float, *, skip: bool = False) -> None:
    box(ax, (x, 0.6), "input h", SIZE)
    box(ax, (x, 2.6), "3×3", SIZE, ORANGE)
    box(ax, (x, 4.4), "3×3", SIZE, ORANGE)
    box(ax, (x, 8.6), "output", SIZE, BLUE)
    arrow(ax, (x, 1.0), (x, 2.2))
    arrow(ax, (x, 3.0), (x, 4.0))
    if not skip:
        arrow(ax, (x, 4.8), (x, 8.2))
        return
    box(ax, (x, 6.4), "+", (0.9, 0.8), GREEN)
    arrow(ax, (x, 4.8), (x, 6.0))
    arrow(ax, (x, 6.8), (x, 8.2))
    side = x + 2.0
    ax.plot(
        [x, side, side], [1.45, 1.45, 6.4], color=GREEN, lw=1.6, solid_joinstyle="round"
    )
    arrow(ax, (side, 6.4), (x + 0.45, 6.4), color=GREEN)
    ax.text(side + 0.15, 3.5, "skip", ha="left", va="center", fontsize=9.5)


def _inception(ax: Axes) -> None:
    columns = (11.0, 13.7, 16.4, 19.1)
    middle = sum(columns) / 4
    box(ax, (middle, 0.6), "input h", SIZE)
    box(ax, (middle, 8.6), "channels side by side", (6.2, 0.8), GREEN)
    lower = (None, "1×1", "1×1", "3×3 max")
    upper = ("1×1", "3×3", "5×5", "1×1")
    for x, first, second in zip(columns, lower, upper):
        end = middle + (x - middle) * 0.6
        start = 2.4 if first else 4.6
        ax.plot([middle, x], [1.6, 1.6], color="#666666", lw=1.3)
        arrow(ax, (x, 1.6), (x, start))
        if first:
            color = PINK if first == "3×3 max" else BLUE
            box(ax, (x, 2.8), first, SIZE, color)
            arrow(ax, (x, 3.2), (x, 4.6))
        box(ax, (x, 5.0), second, SIZE, ORANGE)
        arrow(ax, (x, 5.4), (end, 8.2))
    ax.plot([middle, middle], [1.0, 1.6], color="#666666", lw=1.3)

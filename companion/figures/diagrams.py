"""Explaining drawings: what is connected to what, and which numbers flow.

Boxes and circles are outlines, so that their texts can be read on a light and on a
dark page.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from companion._checks import number
from companion.figures.style import COLORS, ORANGE_TEXT, signed, subplots

__all__ = [
    "attention",
    "frozen_features",
    "gates",
    "layers",
    "learning_loop",
    "neuron",
    "unrolled_rnn",
]

BLUE, ORANGE, GREEN, PINK = COLORS[:4]
Point = tuple[float, float]


def canvas(width: float, height: float, x: float, y: float) -> tuple[Figure, Axes]:
    """Return a figure without axes whose lower left corner is (0, 0).

    Args:
        width: Width in inches.
        height: Height in inches.
        x: Coordinate of the right edge.
        y: Coordinate of the upper edge.
    """
    fig, ax = subplots(width, height)
    ax.set(xlim=(0, x), ylim=(0, y), aspect="equal")
    ax.axis("off")
    return fig, ax


def box(ax: Axes, at: Point, text: str, size: Point = (2, 0.9), color=BLUE) -> None:
    """Draw a rectangle with rounded corners and a text in it."""
    corner = at[0] - size[0] / 2, at[1] - size[1] / 2
    style = "round,pad=0,rounding_size=0.15"
    ax.add_patch(
        plt.matplotlib.patches.FancyBboxPatch(
            corner, *size, boxstyle=style, fc="none", ec=color, lw=1.6
        )
    )
    ax.text(*at, text, ha="center", va="center")


def circle(
    ax: Axes, at: Point, text: str = "", radius: float = 0.4, color=BLUE
) -> None:
    """Draw a circle with a text in it."""
    ax.add_patch(plt.Circle(at, radius, fc="none", ec=color, lw=1.6))
    ax.text(*at, text, ha="center", va="center")


def arrow(
    ax: Axes,
    start: Point,
    end: Point,
    text: str = "",
    *,
    color: str = "#666666",
    above: float = 0.22,
    bend: float = 0.0,
) -> None:
    """Draw an arrow with a text beside its middle."""
    ax.annotate(
        "",
        end,
        start,
        arrowprops={
            "arrowstyle": "-|>",
            "color": color,
            "lw": 1.3,
            "shrinkA": 0,
            "shrinkB": 0,
            "connectionstyle": f"arc3,rad={bend}",
        },
    )
    if text:
        middle = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2 + above
        words = color if color != "#666666" else "black"
        ax.text(*middle, text, ha="center", va="center", fontsize=9.5, color=words)


def learning_loop() -> Figure:
    """Draw how data, model, loss and optimizer make a loop.

    Returns:
        A figure with one axis.

    Example:
        >>> [text.get_text() for text in learning_loop().axes[0].texts][:2]
        ['images', 'model']
    """
    fig, ax = canvas(6, 2.7, 10.8, 5)
    box(ax, (1.3, 3.9), "images")
    box(ax, (5.2, 3.9), "model", color=ORANGE)
    box(ax, (9.4, 3.9), "loss", color=GREEN)
    box(ax, (9.4, 1), "labels")
    box(ax, (5.2, 1), "optimizer", color=PINK)
    arrow(ax, (2.3, 3.9), (4.2, 3.9))
    arrow(ax, (6.2, 3.9), (8.4, 3.9), "answers", above=0.3)
    arrow(ax, (9.4, 1.45), (9.4, 3.45))
    arrow(ax, (8.4, 3.6), (6.2, 1.35))
    ax.text(7.5, 2.2, "gradient", ha="left", va="center", fontsize=9.5)
    arrow(ax, (5.2, 1.45), (5.2, 3.45))
    ax.text(5.0, 2.45, "new parameters", ha="right", va="center", fontsize=9.5)
    return fig


def neuron(
    inputs: Sequence[str] = ("x₁", "x₂"), weights: Sequence[str] = ("w₁", "w₂")
) -> Figure:
    """Draw a neuron: weights on its inputs, a sum, a function, a probability.

    Args:
        inputs: Names of the inputs, from top to bottom.
        weights: Names of their weights.

    Returns:
        A figure with one axis.

    Raises:
        ValueError: If there are not as many weights as inputs, or none.

    Example:
        >>> fig = neuron(["width", "lean"], ["w₁", "w₂"])
        >>> "lean" in [text.get_text() for text in fig.axes[0].texts]
        True
    """
    if len(inputs) != len(weights) or not inputs:
        raise ValueError(
            f"expected as many weights as inputs, at least one, got {len(inputs)} "
            f"inputs and {len(weights)} weights"
        )
    rows = len(inputs) + 1
    fig, ax = canvas(6.4, 0.75 * rows + 0.4, 12.4, 1.35 * rows)
    middle = 1.35 * rows / 2
    for row, (name, weight) in enumerate(zip([*inputs, "1"], [*weights, "b"])):
        y = 1.35 * (rows - row - 0.5)
        circle(ax, (0.9, y), name, 0.55)
        arrow(ax, (1.45, y), (4.62, middle + 0.1 * (y - middle)), weight, above=0.28)
    circle(ax, (5.2, middle), "+", 0.6, ORANGE)
    arrow(ax, (5.8, middle), (7.5, middle), "score z", above=0.3)
    box(ax, (8.4, middle), "sigmoid", (1.8, 1.0), GREEN)
    arrow(ax, (9.3, middle), (11.0, middle))
    ax.text(11.4, middle, "p", ha="center", va="center")
    return fig


def gates(w: float = 2, x: float = 3, b: float = -4) -> Figure:
    """Draw max(w x + b, 0) w as gates, values above the lines, derivatives below.

    Args:
        w: The input that is used twice.
        x: What it is multiplied with first.
        b: What is added.

    Returns:
        A figure with one axis; blue numbers are values, orange ones derivatives of the
        result with respect to the value on that line.

    Example:
        >>> texts = [text.get_text() for text in gates().axes[0].texts]
        >>> "2 + 6 = 8" in texts
        True
    """
    for name, value in (("w", w), ("x", x), ("b", b)):
        number(name, value, -np.inf)
    product, score = w * x, w * x + b
    kept = max(score, 0)
    passed = w if score > 0 else 0  # what max hands to its first input
    fig, ax = canvas(6.6, 3.3, 13.2, 6.4)

    def line(start: Point, end: Point, value: float, slope: float) -> None:
        arrow(ax, start, end)
        x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
        for text, step, color in ((value, 0.32, BLUE), (slope, -0.34, ORANGE_TEXT)):
            ax.text(x, y + step, signed(text), ha="center", va="center", color=color)

    for name, y in (("x", 5.4), ("w", 3.6), ("b", 1.0)):
        circle(ax, (0.6, y), name, 0.42, "#666666")
    circle(ax, (4.0, 4.5), "×", 0.48, GREEN)
    circle(ax, (6.6, 3.3), "+", 0.48, GREEN)
    circle(ax, (9.0, 3.3), "max", 0.55, GREEN)
    circle(ax, (11.3, 3.3), "×", 0.48, GREEN)
    line((1.02, 5.4), (3.55, 4.68), x, passed * w)
    line((1.02, 3.6), (3.55, 4.32), w, passed * x)
    line((1.02, 1.0), (6.16, 3.1), b, passed)
    line((4.44, 4.3), (6.16, 3.5), product, passed)
    line((7.08, 3.3), (8.45, 3.3), score, passed)
    line((9.55, 3.3), (10.82, 3.3), kept, w)
    line((11.78, 3.3), (13.1, 3.3), kept * w, 1)
    arrow(ax, (0.9, 3.3), (11.3, 2.82), bend=0.42)
    ax.text(8.6, 1.0, signed(w), ha="center", color=BLUE)
    ax.text(9.3, 1.0, f"{kept:g}", ha="center", color=ORANGE_TEXT)
    total = f"{signed(kept)} + {signed(passed * x)} = {signed(kept + passed * x)}"
    ax.text(0.0, 2.6, total, ha="left", va="center", color=ORANGE_TEXT)
    return fig


def layers(sizes: Sequence[int], names: Sequence[str], shown: int = 4) -> Figure:
    """Draw fully connected layers as columns of neurons.

    Args:
        sizes: How many numbers each layer hands on.
        names: A text below each layer.
        shown: How many circles to draw of a layer at most; dots stand for the rest.

    Returns:
        A figure with one axis.

    Raises:
        ValueError: If a size is below 1, or names and sizes differ in number.

    Example:
        >>> fig = layers([2, 8, 1], ["measures", "hidden layer", "score"])
        >>> fig.axes[0].texts[-1].get_text()
        'score'
    """
    if len(sizes) != len(names) or len(sizes) < 2:
        raise ValueError(
            f"expected a name for each of two layers or more, got {len(sizes)} sizes "
            f"and {len(names)} names"
        )
    for size in sizes:
        number("a layer's size", size, 1)
    number("shown", shown, 1)
    fig, ax = canvas(6.2, 3.1, 3.1 * len(sizes), 1.0 * shown + 1.9)
    places = []
    for column, (size, name) in enumerate(zip(sizes, names)):
        x, drawn = 3.1 * column + 1.55, min(size, shown)
        bottom = 1.3 + (shown - drawn) / 2
        rows = [bottom + 0.5 + row for row in range(drawn)]
        if size > shown:  # one circle makes room for the dots
            ax.text(x, rows.pop(1), "⋮", ha="center", va="center", fontsize=14)
        for y in rows:
            circle(ax, (x, y), "", 0.34, COLORS[column % 3])
        places.append([(x, y) for y in rows])
        ax.text(x, 0.75, str(size), ha="center", va="center")
        ax.text(x, 0.2, name, ha="center", va="center", fontsize=9.5)
    for left, right in itertools.pairwise(places):
        for x0, y0 in left:
            for x1, y1 in right:
                ax.plot([x0 + 0.34, x1 - 0.34], [y0, y1], color="#999999", lw=0.7)
    return fig


def unrolled_rnn(steps: int = 3) -> Figure:
    """Draw a recurrent network once with its loop and once unrolled in time.

    Args:
        steps: How many steps to unroll.

    Returns:
        A figure with one axis.

    Example:
        >>> "h₃" in [text.get_text() for text in unrolled_rnn(3).axes[0].texts]
        True
    """
    number("steps", steps, 1)
    below = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
    fig, ax = canvas(6.4, 2.5, 4.4 + 2.6 * steps, 4.4)
    box(ax, (1.3, 2.2), "cell", (1.4, 0.9), ORANGE)
    arrow(ax, (1.3, 0.75), (1.3, 1.72))
    ax.text(1.3, 0.45, "xₜ", ha="center", va="center")
    arrow(ax, (1.3, 2.68), (1.3, 3.6))
    ax.text(1.3, 3.9, "hₜ", ha="center", va="center")
    arrow(ax, (2.0, 2.35), (2.0, 1.95), bend=-3.5)
    ax.text(3.2, 2.2, "=", ha="center", va="center", fontsize=15)
    for step in range(steps):
        x = 5.9 + 2.6 * step
        name = str(step + 1).translate(below)
        before = str(step).translate(below)
        box(ax, (x, 2.2), "cell", (1.4, 0.9), ORANGE)
        arrow(ax, (x - 1.88, 2.2), (x - 0.72, 2.2), f"h{before}", above=0.3)
        arrow(ax, (x, 0.75), (x, 1.72))
        ax.text(x, 0.45, f"x{name}", ha="center", va="center")
        arrow(ax, (x, 2.68), (x, 3.6))
        ax.text(x, 3.9, f"h{name}", ha="center", va="center")
    return fig


def attention(weights: Sequence[float] = (0.7, 0.2, 0.1)) -> Figure:
    """Draw attention: a query is compared with keys, their values are mixed.

    Args:
        weights: The weight of each value; from 0 to 1, with sum 1.

    Returns:
        A figure with one axis; the thicker an arrow, the larger the weight.

    Raises:
        ValueError: If the weights are not such.

    Example:
        >>> fig = attention([0.75, 0.25])
        >>> "0.75" in [text.get_text() for text in fig.axes[0].texts]
        True
    """
    w = np.asarray(weights, dtype=float)
    if w.ndim != 1 or not len(w) or not np.all(w >= 0) or abs(w.sum() - 1) > 1e-6:
        raise ValueError(f"expected weights from 0 to 1 with sum 1, got {weights}")
    below = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
    top = 1.3 * len(w)
    fig, ax = canvas(6.4, 0.72 * len(w) + 0.5, 12.8, top + 0.6)
    middle = top / 2
    box(ax, (1.1, middle), "query q", (1.9, 0.9), ORANGE)
    box(ax, (11.5, middle), "answer", (1.9, 0.9), GREEN)
    for row, weight in enumerate(w):
        y = top - 1.3 * (row + 0.5)
        name = str(row + 1).translate(below)
        box(ax, (4.5, y), f"key k{name}", (1.9, 0.9))
        box(ax, (8.1, y), f"value v{name}", (1.9, 0.9))
        ax.plot([2.05, 3.55], [middle, y], color="#999999", lw=1)
        arrow(ax, (5.45, y), (7.15, y), f"{weight:g}", above=0.3)
        ax.plot([9.05, 10.55], [y, middle], color=GREEN, lw=0.5 + 6 * weight, alpha=0.7)
    return fig


def frozen_features(features: int = 384, classes: int = 6) -> Figure:
    """Draw transfer learning: a frozen network makes features, a head is trained.

    Args:
        features: How many numbers the frozen network gives for a sentence.
        classes: How many classes the head tells apart.

    Returns:
        A figure with one axis; what is trained is green.

    Raises:
        TypeError: If a count is no number.
        ValueError: If a count is not whole and positive.

    Example:
        >>> fig = frozen_features(8, 2)
        >>> [text.get_text() for text in fig.axes[0].texts][2]
        '8 numbers'
    """
    features = number("features", features, 1, integer=True)
    classes = number("classes", classes, 1, integer=True)
    fig, ax = canvas(6.6, 1.75, 13.2, 3.5)
    places = (1.3, 4.4, 7.9, 11.4)
    names = ("tokens", "network", f"{features} numbers", "linear layer")
    colors = ("#666666", BLUE, "#666666", GREEN)
    for x, name, color in zip(places, names, colors):
        box(ax, (x, 1.9), name, (2.3, 1), color)
    for x, end in itertools.pairwise(places):
        arrow(ax, (x + 1.15, 1.9), (end - 1.15, 1.9))
    for x, told in ((4.4, "pretrained, frozen"), (11.4, "new, trained")):
        ax.text(x, 2.8, told, ha="center", va="center", fontsize=9.5)
    arrow(ax, (1.3, 0.7), (1.3, 1.4))
    ax.text(1.3, 0.35, "sentence", ha="center", va="center")
    arrow(ax, (11.4, 1.4), (11.4, 0.7))
    ax.text(11.4, 0.35, f"one of {classes} topics", ha="center", va="center")
    return fig

"""Diagrams that explain convolution and the way back through a network."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from companion._checks import finite
from companion.figures.diagrams import arrow, box, canvas, circle
from companion.figures.style import COLORS, ORANGE_TEXT, signed, some_colors, subplots

__all__ = [
    "convolution_steps",
    "graph_values",
    "receptive_fields",
    "two_passes",
]

FORWARD, BACKWARD = COLORS[0], ORANGE_TEXT


def convolution_steps(image: np.ndarray, kernel: np.ndarray) -> Figure:
    """Draw every position of a small kernel on a small image, with the sum it gives.

    Args:
        image: Shape (H, W), one channel.
        kernel: Shape (h, w), no larger than the image.

    Returns:
        A figure with a panel for the kernel, for the result and for each position;
        the title of a position is its sum.

    Raises:
        ValueError: If the kernel does not fit, or there are more than nine positions.

    Example:
        >>> fig = convolution_steps(np.eye(3), np.ones((2, 2)))
        >>> [ax.get_title() for ax in fig.axes][1:3]
        ['1·1 + 0·1 + 0·1 + 1·1 = 2', '0·1 + 0·1 + 1·1 + 0·1 = 1']
    """
    image, kernel = np.asarray(image, float), np.asarray(kernel, float)
    finite("convolution_steps: image", image)
    finite("convolution_steps: kernel", kernel)
    if image.ndim != 2 or kernel.ndim != 2:
        raise ValueError(
            "convolution_steps: image and kernel must have one channel, shape (H, W), "
            f"got {image.shape} and {kernel.shape}"
        )
    rows, columns = (n - k + 1 for n, k in zip(image.shape, kernel.shape))
    if min(rows, columns) < 1 or rows * columns > 9:
        raise ValueError(
            "convolution_steps: the kernel must fit in the image at 1 to 9 positions, "
            f"got {kernel.shape} on {image.shape}"
        )
    fig, axes = subplots(7, 1.9 * rows, nrows=rows, ncols=columns + 1, squeeze=False)
    result = np.zeros((rows, columns))
    for i, j in np.ndindex(rows, columns):
        window = image[i : i + kernel.shape[0], j : j + kernel.shape[1]]
        result[i, j] = (window * kernel).sum()
        terms = [
            f"{_show(x)}·{_show(w, True)}" for x, w in zip(window.flat, kernel.flat)
        ]
        ax = axes[i, j + 1]
        _grid(ax, image, f"{' + '.join(terms)} = {_show(result[i, j])}")
        height, width = kernel.shape
        ax.add_patch(
            plt.Rectangle(
                (j - 0.5, i - 0.5), width, height, fill=False, lw=3, ec=BACKWARD
            )
        )
    for ax in axes[:, 0]:
        ax.axis("off")
    _grid(axes[0, 0], kernel, "kernel w", BACKWARD)
    if rows > 1:
        _grid(axes[-1, 0], result, "output z", COLORS[2])
    return fig


def graph_values(values: Mapping[str, float], slopes: Mapping[str, float]) -> Figure:
    """Draw the chapter's graph of four gates with both passes' numbers on its edges.

    The graph is a = w x1, c = w x2, s = a + c, h = max(s, 1), loss = 5 h.

    Args:
        values: The forward pass's number for x1, w, x2, a, c, s, h and loss.
        slopes: The derivative of the loss with respect to each of them.

    Returns:
        A figure with one axis; above an edge its value, below it its derivative.

    Raises:
        ValueError: If a name is missing or a number is not finite.

    Example:
        >>> names = ("x1", "w", "x2", "a", "c", "s", "h", "loss")
        >>> fig = graph_values(dict.fromkeys(names, 2), dict.fromkeys(names, 3))
        >>> len(fig.axes)
        1
    """
    edges = {  # name: where its value stands, how the edge runs, its sign
        "x1": ((0.5, 2.5), ((0, 2.5), (1.3, 2.5)), "x₁"),
        "w": ((-0.35, 1.5), None, "w"),
        "x2": ((0.5, 0.5), ((0, 0.5), (1.3, 0.5)), "x₂"),
        "a": ((2.3, 2.32), ((1.3, 2.5), (3, 1.5)), "a"),
        "c": ((2.3, 0.68), ((1.3, 0.5), (3, 1.5)), "c"),
        "s": ((3.65, 1.5), ((3, 1.5), (4.3, 1.5)), "s"),
        "h": ((4.95, 1.5), ((4.3, 1.5), (5.6, 1.5)), "h"),
        "loss": ((6.25, 1.5), ((5.6, 1.5), (6.9, 1.5)), "ℓ"),
    }
    for what, numbers in (("values", values), ("slopes", slopes)):
        if set(numbers) != set(edges):
            raise ValueError(
                f"graph_values: {what} must name {sorted(edges)}, got {sorted(numbers)}"
            )
        finite(f"graph_values: {what}", np.array(list(numbers.values()), float))
    fig, ax = subplots(7, 3)
    for _, ends, _ in edges.values():
        if ends:
            ax.plot(*zip(*ends), color="#888888", lw=1.5, zorder=1)
    for end in ((1.3, 2.5), (1.3, 0.5)):
        ax.plot([0.05, end[0]], [1.5, end[1]], color="#888888", lw=1.5, zorder=1)
    ax.plot([4.3, 4.3], [0.95, 1.5], color="#888888", lw=1.5, zorder=1)
    ax.text(4.22, 0.93, "1", ha="right", va="bottom", color=FORWARD)
    for x, y, sign in (
        (1.3, 2.5, "×"),
        (1.3, 0.5, "×"),
        (3, 1.5, "+"),
        (4.3, 1.5, "max"),
        (5.6, 1.5, "×5"),
    ):
        ax.plot(x, y, "o", ms=26, color="white", mec="black", zorder=2)
        ax.text(x, y, sign, ha="center", va="center", zorder=3)
    for name, ((x, y), _, sign) in edges.items():
        top = f"{sign} = {_show(values[name])}"
        ax.text(x, y + 0.08, top, ha="center", va="bottom", color=FORWARD)
        slope = _show(slopes[name])
        ax.text(x, y - 0.08, slope, ha="center", va="top", color=BACKWARD)
    ax.text(4.2, 0.35, "above: value, forward", color=FORWARD, fontsize=9.5)
    ax.text(
        4.2, 0.02, "below: slope of the loss, backward", color=BACKWARD, fontsize=9.5
    )
    ax.set(xlim=(-0.9, 7.2), ylim=(-0.1, 3.1))
    ax.axis("off")
    return fig


def two_passes() -> Figure:
    """Draw a small convolutional network with what flows forward and backward.

    It has one convolution, ReLU, one pooling and one dense layer. The symbols are those
    of the chapter on mathematics.

    Returns:
        A figure with one axis; above each edge what goes forward, below it the
        derivative that comes back.

    Example:
        >>> texts = [text.get_text() for text in two_passes().axes[0].texts]
        >>> "∂ℓ/∂W, ∂ℓ/∂b" in texts
        True
    """
    fig, ax = canvas(7, 2.4, 16.6, 5.7)
    row, below = 3.3, 1.3
    nodes = {  # text: center and width
        "convolution": (3.1, 2.2),
        "ReLU": (6.0, 1.3),
        "pooling": (8.45, 1.5),
        "dense": (10.95, 1.4),
        "softmax +\ncross-entropy": (13.9, 2.4),
    }
    for text, (x, width) in nodes.items():
        box(ax, (x, row), text, (width, 1.3), "#666666")
    circle(ax, (0.5, row), "x", 0.42, "#666666")
    circle(ax, (16.1, row), "ℓ", 0.42, "#666666")
    ends = [(x - width / 2, x + width / 2) for x, width in nodes.values()]
    ends = [(0.08, 0.92), *ends, (15.68, 16.52)]
    values = ("", "z", "a", "h", "logits", "")
    slopes = ("∂ℓ/∂x", "∂ℓ/∂z", "∂ℓ/∂a", "∂ℓ/∂h", "p − y", "1")
    for (_, start), (end, _), value, slope in zip(ends, ends[1:], values, slopes):
        for left, right, y, text, color, above in (
            (start, end, row + 0.16, value, FORWARD, 0.34),
            (end, start, row - 0.16, slope, BACKWARD, -0.42),
        ):
            arrow(ax, (left, y), (right, y), text, color=color, above=above)
    for name, text, slope in (
        ("convolution", "w, b", "∂ℓ/∂w, ∂ℓ/∂b"),
        ("dense", "W, b", "∂ℓ/∂W, ∂ℓ/∂b"),
    ):
        x = nodes[name][0]
        box(ax, (x, below), text, (1.6, 0.8), "#666666")
        arrow(ax, (x - 0.2, below + 0.4), (x - 0.2, row - 0.65), color=FORWARD)
        arrow(ax, (x + 0.2, row - 0.65), (x + 0.2, below + 0.4), color=BACKWARD)
        ax.text(x, 0.45, slope, ha="center", va="center", color=BACKWARD, fontsize=9.5)
    x = nodes["softmax +\ncross-entropy"][0]
    box(ax, (x, below), "label y", (1.8, 0.8), "#666666")
    arrow(ax, (x, below + 0.4), (x, row - 0.65), color=FORWARD)
    for x, text, color in (
        (0.1, "forward: values", FORWARD),
        (6.0, "backward: derivatives of the loss ℓ", BACKWARD),
    ):
        ax.text(x, 5.2, text, ha="left", va="center", color=color, fontsize=9.5)
    return fig


def receptive_fields(
    image: np.ndarray, fields: Mapping[str, tuple[int, int]], gradient: np.ndarray
) -> Figure:
    """Draw what one value of each layer sees, beside how strongly the input acts.

    Args:
        image: Shape (H, W).
        fields: For each layer the first row and column that the value sees, and how
            many; layers with "pool" in their name are drawn dashed.
        gradient: Size of the last layer's gradient at each pixel, shape (H, W).

    Returns:
        A figure with two axes and a color bar.

    Raises:
        ValueError: If the shapes differ, a value is not finite, or there are more
            layers than colors.

    Example:
        >>> fig = receptive_fields(np.zeros((9, 9)), {"conv1": (3, 3)}, np.ones((9, 9)))
        >>> [text.get_text() for text in fig.axes[0].get_legend().get_texts()]
        ['conv1: 3']
    """
    image, gradient = np.asarray(image, float), np.asarray(gradient, float)
    finite("receptive_fields: image", image)
    finite("receptive_fields: gradient", gradient)
    if image.ndim != 2 or image.shape != gradient.shape:
        raise ValueError(
            "receptive_fields: image and gradient must have one shape (H, W), got "
            f"{image.shape} and {gradient.shape}"
        )
    fig, (left, right) = subplots(7, 3, ncols=2)
    left.imshow(image, cmap="gray_r")
    for color, (name, (start, side)) in zip(some_colors(len(fields)), fields.items()):
        left.add_patch(
            plt.Rectangle(
                (start - 0.5, start - 0.5),
                side,
                side,
                fill=False,
                lw=2,
                ec=color,
                ls="--" if "pool" in name else "-",
                label=f"{name}: {side}",
            )
        )
    left.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    shown = right.imshow(gradient, cmap="viridis")
    fig.colorbar(shown, ax=right, label="mean |gradient|", shrink=0.8)
    for ax in (left, right):
        ax.set(xlabel="column (pixels)", ylabel="row (pixels)")
        ax.grid(False)
    return fig


def _grid(ax: Axes, values: np.ndarray, title: str, color: str = "#888888") -> None:
    """Draw a matrix as boxes with their numbers."""
    rows, columns = values.shape
    for i, j in np.ndindex(rows, columns):
        ax.add_patch(
            plt.Rectangle((j - 0.5, i - 0.5), 1, 1, fill=False, ec=color, lw=1)
        )
        ax.text(j, i, _show(values[i, j]), ha="center", va="center")
    ax.set(xlim=(-0.6, columns - 0.4), ylim=(rows - 0.4, -0.6), aspect="equal")
    ax.set_title(title, fontsize=9.5)
    ax.axis("off")


def _show(value: float, brackets: bool = False) -> str:
    """Return a number with a minus sign, in brackets if it would follow another."""
    text = signed(value)
    return f"({text})" if brackets and value < 0 else text

"""Explaining drawings of images as grids of numbers: kernels, pooling, connections."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from companion._checks import finite, number
from companion.figures.diagrams import arrow, canvas
from companion.figures.style import COLORS, ORANGE_TEXT, signed, subplots

__all__ = ["connections", "max_pooling", "sliding_kernel"]

BLUE, ORANGE, GREEN, PINK = COLORS[:4]


def grid(ax: Axes, numbers: np.ndarray, corner: tuple[float, float]) -> None:
    """Write a matrix into squares of side 1.

    Args:
        ax: Where to draw.
        numbers: Matrix of shape (rows, columns).
        corner: The upper left corner.
    """
    left, top = corner
    for (row, column), value in np.ndenumerate(numbers):
        ax.add_patch(
            plt.Rectangle(
                (left + column, top - row - 1), 1, 1, fc="none", ec="#999999", lw=0.8
            )
        )
        place = left + column + 0.5, top - row - 0.5
        ax.text(*place, signed(value), ha="center", va="center")


def frame(ax: Axes, corner: tuple[float, float], size: int, color: str) -> None:
    """Draw a thick square of a side around squares of a grid."""
    left, top = corner
    ax.add_patch(
        plt.Rectangle((left, top - size), size, size, fc="none", ec=color, lw=2.6)
    )


def sliding_kernel(image, kernel, at: tuple[int, int] = (0, 0)) -> Figure:
    """Draw a kernel on an image, the products at one place, and the map that results.

    Args:
        image: Numbers, shape (H, W).
        kernel: Numbers, shape (k, k) with k at most H and W.
        at: Row and column of the place whose products are written out.

    Returns:
        A figure with one axis: image, kernel, map, and the sum below them.

    Raises:
        ValueError: If the kernel does not fit into the image at that place.

    Example:
        >>> fig = sliding_kernel(np.eye(3), np.ones((2, 2)))
        >>> fig.axes[0].texts[-1].get_text()
        '1·1 + 0·1 + 0·1 + 1·1 = 2'
    """
    image, kernel = finite("image", image), finite("kernel", kernel)
    if image.ndim != 2 or kernel.ndim != 2 or kernel.shape[0] != kernel.shape[1]:
        raise ValueError(
            f"expected a matrix and a square kernel, got shapes {image.shape} and "
            f"{kernel.shape}"
        )
    size = len(kernel)
    if size > min(image.shape):
        raise ValueError(f"a {size}×{size} kernel does not fit into {image.shape}")
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    result = (windows * kernel).sum(axis=(-2, -1))
    row = number("row", at[0], 0, result.shape[0] - 1, integer=True)
    column = number("column", at[1], 0, result.shape[1] - 1, integer=True)
    top = image.shape[0] + 1.6
    second = image.shape[1] + 1.4
    third = second + size + 1.4
    right = third + result.shape[1]
    fig, ax = canvas(6.4, 6.4 * (top + 0.8) / right, right + 0.1, top + 0.8)
    for name, numbers, left in (
        ("image", image, 0.05),
        ("kernel", kernel, second),
        ("map", result, third),
    ):
        grid(ax, numbers, (left, top))
        ax.text(left + numbers.shape[1] / 2, top + 0.45, name, ha="center")
    frame(ax, (0.05 + column, top - row), size, ORANGE)
    frame(ax, (second, top), size, ORANGE)
    frame(ax, (third + column, top - row), 1, ORANGE)
    ax.text(second - 0.7, top - size / 2, "∗", ha="center", va="center", fontsize=15)
    ax.text(third - 0.7, top - size / 2, "=", ha="center", va="center", fontsize=15)
    products = " + ".join(
        f"{a:g}·{b:g}" if b >= 0 else f"{a:g}·(−{-b:g})"
        for a, b in zip(windows[row, column].ravel(), kernel.ravel())
    )
    total = f"{products} = {result[row, column]:g}".replace("-", "−")
    ax.text(right / 2, 0.6, total, ha="center", va="center", color=ORANGE_TEXT)
    return fig


def max_pooling(numbers, size: int = 2) -> Figure:
    """Draw how each window hands on its largest number.

    Args:
        numbers: A map, shape (H, W); ``size`` divides both.
        size: The side of a window.

    Returns:
        A figure with one axis: the map with its windows, and what is left of it.

    Raises:
        ValueError: If windows would not fill the map.

    Example:
        >>> fig = max_pooling([[1, 2], [3, 0]])
        >>> fig.axes[0].texts[-1].get_text()
        '3'
    """
    numbers = finite("numbers", numbers)
    size = number("size", size, 1, integer=True)
    if numbers.ndim != 2 or numbers.shape[0] % size or numbers.shape[1] % size:
        raise ValueError(
            f"expected a matrix whose sides are multiples of {size}, got shape "
            f"{numbers.shape}"
        )
    rows, columns = (side // size for side in numbers.shape)
    kept = numbers.reshape(rows, size, columns, size).max(axis=(1, 3))
    height, width = numbers.shape
    right = width + 2.4 + columns
    fig, ax = canvas(4.6, 4.6 * (height + 0.4) / right, right + 0.2, height + 0.4)
    top, second = height + 0.2, width + 2.4
    grid(ax, numbers, (0.1, top))
    for row in range(rows):
        for column in range(columns):
            color = COLORS[(row * columns + column) % 4]
            corner = 0.1 + column * size, top - row * size
            frame(ax, corner, size, color)
            frame(ax, (second + column, top - (height - rows) / 2 - row), 1, color)
    arrow(ax, (width + 0.5, top - height / 2), (second - 0.4, top - height / 2))
    grid(ax, kept, (second, top - (height - rows) / 2))
    return fig


def connections(inputs: int = 6, reach: int = 3) -> Figure:
    """Draw three ways to connect a row of pixels to a row of outputs.

    Args:
        inputs: How many pixels.
        reach: How many neighboring pixels an output looks at in the second and third.

    Returns:
        A figure with three axes: everything with everything; neighbors only; neighbors
        only with the same weights everywhere, a color for each weight. Titles tell how
        many weights there are.

    Raises:
        ValueError: If the reach is larger than the row.

    Example:
        >>> [ax.get_title() for ax in connections(6, 3).axes]
        ['24 weights', '12 weights', '3 weights']
    """
    inputs = number("inputs", inputs, 1, integer=True)
    reach = number("reach", reach, 1, min(inputs, len(COLORS)), integer=True)
    outputs = inputs - reach + 1
    fig, axes = subplots(6.6, 2.2, ncols=3)
    for kind, ax in enumerate(axes):
        count = 0
        for output in range(outputs):
            for place in range(inputs):
                offset = place - output
                if kind and not 0 <= offset < reach:
                    continue
                count += 1
                color = COLORS[offset] if kind == 2 else "#999999"
                ax.plot(
                    [place, output + (reach - 1) / 2],
                    [1.88, 0.12],
                    color=color,
                    lw=1.8 if kind == 2 else 0.9,
                )
        ax.plot(range(inputs), [2] * inputs, "o", mfc="none", ms=10, color=BLUE)
        middle = (reach - 1) / 2
        ends = [output + middle for output in range(outputs)]
        ax.plot(ends, [0] * outputs, "o", mfc="none", ms=10, color=ORANGE)
        shown = reach if kind == 2 else count
        ax.set_title(f"{shown} weights")
        ax.set(xlim=(-0.5, inputs - 0.5), ylim=(-0.4, 2.4))
        ax.axis("off")
    return fig

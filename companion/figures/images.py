"""Pictures of images, kernels and feature maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from companion._checks import finite, number
from companion.figures.diagrams import arrow, box
from companion.figures.style import COLORS, subplots

__all__ = ["feature_maps", "filters", "image_grid", "reading_orders"]


def image_grid(
    images, titles: Sequence[object] = (), *, columns: int = 6, size: float = 1.15
) -> Figure:
    """Draw gray images in rows, each with its title, on one scale of gray.

    0 is white; black is 1, or 255 if some value is above 1, so that a pale image looks
    pale. Values outside this range widen it.

    Args:
        images: Shape (N, H, W) or (N, H, W, 1).
        titles: One per image, such as its label, or none.
        columns: Images per row.
        size: Width of an image, in inches.

    Returns:
        A figure with an axis for each image.

    Raises:
        ValueError: If the shape is another, a pixel is not finite, titles and images
            differ in number, or ``columns`` or ``size`` is not positive.
    """
    images = finite("images", images)
    if images.ndim == 4 and images.shape[-1] == 1:
        images = images[..., 0]
    if images.ndim != 3 or not images.size:
        raise ValueError(
            f"images must have shape (N, H, W) or (N, H, W, 1), got {images.shape}"
        )
    titles = [str(title) for title in titles]
    if len(titles) not in (0, len(images)):
        raise ValueError(f"got {len(titles)} titles for {len(images)} images")
    columns = min(number("columns", columns, 1, integer=True), len(images))
    number("size", size, 0, open_low=True)
    low, high = gray_limits(images)
    rows = -(-len(images) // columns)
    lines = max((title.count("\n") + 1 for title in titles), default=0)
    height = rows * (size + 0.19 * lines)
    fig, axes = subplots(columns * size, height, nrows=rows, ncols=columns)
    for i, ax in enumerate(np.ravel(axes)):
        ax.axis("off")
        if i < len(images):
            ax.imshow(
                images[i], cmap="gray_r", interpolation="nearest", vmin=low, vmax=high
            )
            ax.set_title(titles[i] if titles else "", fontsize=9.5)
    return fig


def filters(kernels, *, columns: int = 8) -> Figure:
    """Draw the kernels of a convolution's first input channel.

    Args:
        kernels: Shape (kernel height, kernel width, input channels, filters).
        columns: Kernels per row.

    Returns:
        A figure with an axis for each filter: blue negative, red positive, white 0.

    Raises:
        ValueError: If ``kernels`` has not four dimensions or is not finite, or
            ``columns`` is not positive.
    """
    kernels = finite("kernels", kernels)
    columns = number("columns", columns, 1, integer=True)
    if kernels.ndim != 4 or not kernels.size:
        raise ValueError(
            "kernels must have shape (kernel height, kernel width, input channels, "
            f"filters), got {kernels.shape}"
        )
    limit = np.abs(kernels[:, :, 0]).max() or 1.0
    columns = min(columns, kernels.shape[-1])
    rows = -(-kernels.shape[-1] // columns)
    fig, axes = subplots(0.56 * columns, 0.56 * rows, nrows=rows, ncols=columns)
    for i, ax in enumerate(np.ravel(axes)):
        ax.axis("off")
        if i < kernels.shape[-1]:
            ax.imshow(kernels[:, :, 0, i], cmap="RdBu_r", vmin=-limit, vmax=limit)
    return fig


def feature_maps(image, maps: Mapping[str, np.ndarray], *, channels: int = 8) -> Figure:
    """Draw an image and, row by row, the first channels of each layer's feature maps.

    Args:
        image: Shape (H, W) or (H, W, 1).
        maps: Feature maps of shape (H, W, C) by the layer's name.
        channels: Channels per row.

    Returns:
        A figure with one row of axes per layer; the image is the first column.

    Raises:
        ValueError: If a map has not three dimensions, the image is no image, a value
            is not finite, or there is no map or channel.
    """
    image = finite("image", image)
    if image.ndim == 3 and image.shape[-1] == 1:
        image = image[..., 0]
    if image.ndim != 2:
        raise ValueError(
            f"image must have shape (H, W) or (H, W, 1), got {image.shape}"
        )
    channels = number("channels", channels, 1, integer=True)
    if not maps:
        raise ValueError("maps must have at least one layer's feature maps, got none")
    low, high = gray_limits(image)
    maps = {name: finite(f"maps[{name!r}]", fmap) for name, fmap in maps.items()}
    for name, fmap in maps.items():
        if fmap.ndim != 3:
            raise ValueError(
                f"maps[{name!r}] must have shape (H, W, C), got {fmap.shape}"
            )
    fig, axes = subplots(
        0.76 * (channels + 1),
        1.1 * len(maps),
        nrows=len(maps),
        ncols=channels + 1,
        squeeze=False,
    )
    for row, (name, fmap) in zip(axes, maps.items()):
        row[0].imshow(image, cmap="gray_r", vmin=low, vmax=high)
        row[0].set_title(f"{name}\n{' × '.join(map(str, fmap.shape))}", fontsize=8.5)
        for i, ax in enumerate(row[1:]):
            if i < fmap.shape[-1]:
                ax.imshow(fmap[..., i], cmap="viridis")
    for ax in axes.flat:
        ax.axis("off")
    return fig


def gray_limits(images: np.ndarray) -> tuple[float, float]:
    """Return the values that are drawn white and black.

    Args:
        images: Finite gray values of any shape.

    Returns:
        0 and 1, or 0 and 255 if some value is above 1; wider if values lie outside.

    Example:
        >>> gray_limits(np.array([0.0, 0.5])), gray_limits(np.array([0, 128]))
        ((0.0, 1.0), (0.0, 255.0))
    """
    low, high = float(images.min()), float(images.max())
    return min(low, 0.0), 1.0 if high <= 1 else max(high, 255.0)


def reading_orders(image, size: int = 3) -> Figure:
    """Draw how a convolutional and a recurrent network go through an image.

    Args:
        image: Shape (H, W) or (H, W, 1), from 0 (white) to 1 (black).
        size: Side of the window.

    Returns:
        A figure with two axes: a window at three places, where it has the same
        weights, and three rows with the states that are handed on from row to row.

    Raises:
        TypeError: If the image does not hold numbers.
        ValueError: If its shape is another, it has less than 8 rows or columns, a
            pixel is not finite, or the window is larger than half of it.

    Example:
        >>> fig = reading_orders(np.zeros((28, 28)))
        >>> [ax.get_title() for ax in fig.axes]
        ['CNN', 'RNN']
    """
    image = finite("image", image)
    if image.ndim == 3 and image.shape[-1] == 1:
        image = image[..., 0]
    if image.ndim != 2 or min(image.shape) < 8:
        raise ValueError(
            "image must have shape (H, W) or (H, W, 1) with H and W at least 8, got "
            f"{image.shape}"
        )
    height, width = image.shape
    number("size", size, 1, min(height, width) // 2, integer=True)
    fig, axes = subplots(6.4, 2.6, ncols=2, gridspec_kw={"width_ratios": [1, 1.72]})
    for ax, title in zip(axes, ("CNN", "RNN")):
        ax.imshow(image, cmap="gray_r", interpolation="nearest", vmin=0, vmax=1)
        ax.set(title=title, xlim=(-1, width), ylim=(height + 0.5, -1))
        ax.set_anchor("N")
        ax.axis("off")
    left, right = axes
    x0, x1 = round(0.2 * width) - 0.5, round(0.8 * width) - size - 0.5
    y0, y1 = round(0.2 * height) - 0.5, round(0.6 * height) - 0.5
    for corner in ((x0, y0), (x1, y0), (x1, y1)):
        left.add_patch(plt.Rectangle(corner, size, size, fc="none", ec=COLORS[1], lw=2))
    half = size / 2
    arrow(left, (x0 + size, y0 + half), (x1, y0 + half), color=COLORS[1])
    arrow(left, (x1 + half, y0 + size), (x1 + half, y1), color=COLORS[1])
    right.set_xlim(-1, 1.75 * width)
    below = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
    rows = [round(share * height) for share in (0.18, 0.45, 0.72)]
    for before, y in zip([None, *rows], rows):
        name, at = str(y + 1).translate(below), (1.45 * width, y)
        corner = -0.5, y - 0.5
        right.add_patch(
            plt.Rectangle(corner, width, 1, fc="none", ec=COLORS[1], lw=1.6)
        )
        start, end = (width, y), (at[0] - 0.13 * width, y)
        arrow(right, start, end, f"x{name}", above=-0.055 * height)
        box(right, at, f"h{name}", (0.26 * width, 0.14 * height), COLORS[0])
        if before is not None:
            reach = 0.07 * height
            arrow(right, (at[0], before + reach), (at[0], y - reach))
    return fig

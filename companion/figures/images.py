"""Pictures of images, kernels and feature maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from companion._checks import finite, number
from companion.figures.style import subplots

__all__ = ["feature_maps", "filters", "image_grid"]


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

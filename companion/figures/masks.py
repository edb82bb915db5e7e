"""Pictures of masks on images, of how masks overlap, and of the U-Net."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from companion._checks import finite, number
from companion.figures.diagrams import arrow, box, canvas
from companion.figures.style import COLORS, subplots

__all__ = ["mask_overlap", "mask_overlays", "u_shape"]

BLUE, ORANGE, GREEN = COLORS[:3]
SHADES = 24  # gray levels drawn: few make the stored figure small


def mask_overlays(
    images,
    masks,
    titles: Sequence[object] = (),
    *,
    columns: int = 4,
    size: float = 1.4,
    opacity: float = 0.6,
) -> Figure:
    """Draw gray images with each class of their masks in a color.

    Args:
        images: Shape (N, H, W) or (N, H, W, 1), drawn from 0, black, to the largest
            value of each image, white.
        masks: Classes, integers (N, H, W); 0 lets the image through, 1 is blue,
            2 orange, 3 green.
        titles: One per image, or none.
        columns: Images per row.
        size: Width of an image, in inches.
        opacity: Of the colors, from 0 to 1.

    Returns:
        A figure with an axis for each image.

    Raises:
        ValueError: If shapes do not fit, a class has no color, titles and images differ
            in number, or a setting is out of range.

    Example:
        >>> image = np.ones((2, 8, 8))
        >>> len(mask_overlays(image, np.zeros((2, 8, 8), int), ["a", "b"]).axes)
        2
    """
    images, masks = finite("images", images), finite("masks", masks)
    if images.ndim == 4 and images.shape[-1] == 1:
        images = images[..., 0]
    if images.ndim != 3 or images.shape != masks.shape or not images.size:
        raise ValueError(
            "expected images (N, H, W) or (N, H, W, 1) and masks (N, H, W), got "
            f"{images.shape} and {masks.shape}"
        )
    if not np.isin(masks, range(4)).all():
        raise ValueError(f"masks must be in 0..3, got {masks.min()}..{masks.max()}")
    titles = [str(title) for title in titles]
    if len(titles) not in (0, len(images)):
        raise ValueError(f"got {len(titles)} titles for {len(images)} images")
    columns = min(number("columns", columns, 1, integer=True), len(images))
    number("size", size, 0, open_low=True)
    number("opacity", opacity, 0, 1)
    rows = -(-len(images) // columns)
    tall = size * images.shape[1] / images.shape[2] + 0.24 * bool(titles)
    fig, axes = subplots(columns * size, rows * tall, nrows=rows, ncols=columns)
    colors = np.array([to_rgb(color) for color in (BLUE, ORANGE, GREEN)])
    for i, ax in enumerate(np.ravel(axes)):
        ax.axis("off")
        if i >= len(images):
            continue
        gray = np.clip(images[i] / max(images[i].max(), 1e-9), 0, 1)
        picture = np.repeat(np.rint(gray * SHADES)[..., None] / SHADES, 3, axis=-1)
        mask = masks[i].astype(int)
        inside = mask > 0
        picture[inside] *= 1 - opacity
        picture[inside] += opacity * colors[mask[inside] - 1]
        ax.imshow(np.rint(255 * picture).astype(np.uint8), interpolation="none")
        ax.set_title(titles[i] if titles else "", fontsize=9.5)
    return fig


def mask_overlap(truth, answer) -> Figure:
    """Draw two masks and how they overlap, and count.

    Args:
        truth: The pixels that belong to the class, (H, W), 0 or 1.
        answer: Those that are said to belong to it, likewise.

    Returns:
        A figure with one axis: the masks, and the pixels in both (green), in the truth
        alone (blue) and in the answer alone (orange).

    Raises:
        ValueError: If they are not two masks of the same shape.

    Example:
        >>> fig = mask_overlap([[1, 1, 0]], [[0, 1, 1]])
        >>> [text.get_text() for text in fig.axes[0].texts][-3:]
        ['both: 1', 'truth only: 1', 'answer only: 1']
    """
    truth, answer = finite("truth", truth), finite("answer", answer)
    if truth.ndim != 2 or truth.shape != answer.shape or not truth.size:
        raise ValueError(
            "expected two masks of the same shape (H, W), got "
            f"{truth.shape} and {answer.shape}"
        )
    if not np.isin([truth, answer], (0, 1)).all():
        raise ValueError("masks must hold 0 and 1 only")
    rows, columns = truth.shape
    step = columns + 1.2
    right = 3 * columns + 2 * 1.2 + 0.6
    fig, ax = canvas(6.2, 6.2 * (rows + 2) / (right + 4), right + 4, rows + 2)
    both = truth * answer
    parts = (
        ("truth", truth * 2),
        ("answer", answer * 3),
        ("overlap", truth * 2 + answer * 3 - 4 * both),
    )
    colors = {1: GREEN, 2: BLUE, 3: ORANGE}
    for place, (name, kinds) in enumerate(parts):
        left = 0.1 + place * step
        ax.text(left + columns / 2, rows + 1, name, ha="center", va="center")
        for (row, column), kind in np.ndenumerate(kinds.astype(int)):
            corner = left + column, rows - row - 0.5
            ax.add_patch(plt.Rectangle(corner, 1, 1, fc="none", ec="#999999", lw=0.8))
            if kind:
                inner = corner[0] + 0.12, corner[1] + 0.12
                ax.add_patch(plt.Rectangle(inner, 0.76, 0.76, fc=colors[kind], lw=0))
    told = (
        ("both", both.sum(), GREEN),
        ("truth only", (truth - both).sum(), BLUE),
        ("answer only", (answer - both).sum(), ORANGE),
    )
    for place, (name, count, color) in enumerate(told):
        y = rows / 2 + 1.3 - 0.9 * place
        ax.add_patch(plt.Rectangle((right, y - 0.3), 0.6, 0.6, fc=color, lw=0))
        ax.text(right + 0.8, y, f"{name}: {int(count)}", va="center", fontsize=9.5)
    return fig


def u_shape(
    input_shape: tuple[int, int, int] = (112, 96, 1),
    classes: int = 3,
    *,
    filters: int = 8,
    depth: int = 3,
) -> Figure:
    """Draw a U-Net: rows, columns and channels after the two convolutions of a level.

    Args:
        input_shape: (H, W, C) of an image.
        classes: Number of classes.
        filters: Channels of the topmost level.
        depth: How often the image is halved, at most 4.

    Returns:
        A figure with one axis.

    Raises:
        ValueError: If a setting is out of range, or the image can't be halved so often.

    Example:
        >>> texts = [text.get_text() for text in u_shape().axes[0].texts]
        >>> "14 × 12 × 64" in texts
        True
    """
    depth = number("depth", depth, 1, 4, integer=True)
    filters = number("filters", filters, 1, integer=True)
    classes = number("classes", classes, 2, integer=True)
    height, width, channels = (
        number("input_shape", n, 1, integer=True) for n in input_shape
    )
    if height % 2**depth or width % 2**depth:
        raise ValueError(
            f"H and W must be multiples of {2**depth}, got {height} and {width}"
        )
    top = 1.7 * depth + 1.1
    fig, ax = canvas(7, 7 * (top + 1.8) / 15, 15, top + 1.8)
    size, middle = (2.7, 0.8), 7.5
    left, right = [], []
    for level in range(depth + 1):
        shape = height >> level, width >> level, filters << level
        text = " × ".join(map(str, shape))
        y = top - 1.7 * level - 0.4
        x = 1.5 + level * (4.2 / depth)
        if level == depth:
            box(ax, (middle, y), text, size, ORANGE)
            left.append((middle, y))
            continue
        box(ax, (x, y), text, size)
        box(ax, (2 * middle - x, y), text, size, GREEN)
        left.append((x, y))
        right.append((2 * middle - x, y))
        arrow(ax, (x + 1.4, y), (2 * middle - x - 1.4, y), "copy", above=0.25)
    for level in range(depth):
        (x, y), (_, low) = left[level], left[level + 1]
        end = (x + 0.5, low) if level == depth - 1 else (x + 0.5, low + 0.42)
        arrow(ax, (x + 0.5, y - 0.42), end)
        ax.text(x + 0.35, (y + low) / 2, "halve", ha="right", va="center", fontsize=9.5)
        if level == depth - 1:
            arrow(ax, end, (middle - 1.37, low))
            arrow(ax, (middle + 1.37, low), (2 * middle - x - 0.5, low))
        arrow(ax, (2 * middle - x - 0.5, end[1]), (2 * middle - x - 0.5, y - 0.42))
        place = 2 * middle - x - 0.35, (y + low) / 2
        ax.text(*place, "double", ha="left", va="center", fontsize=9.5)
    for (x, y), shape, name, way in (
        (left[0], channels, "image", 1),
        (right[0], classes, "probabilities", -1),
    ):
        ends = (x, y + 1.05), (x, y + 0.42)
        arrow(ax, *ends[::way])
        ax.text(x, y + 1.65, name, ha="center", va="center", fontsize=9.5)
        text = f"{height} × {width} × {shape}"
        ax.text(x, y + 1.25, text, ha="center", va="center", fontsize=9.5)
    return fig

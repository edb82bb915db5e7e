"""Boxes on pictures, and what a box, an overlap and a grid's cell are."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from companion._checks import finite, number
from companion.figures.diagrams import arrow
from companion.figures.images import gray_limits
from companion.figures.style import COLORS, ON_LIGHT, ORANGE_TEXT, subplots

__all__ = ["boxed_images", "cell_and_box", "overlap_of_boxes"]

BLUE, ORANGE, GREEN = COLORS[:3]
#: Behind letters on a picture.
PAPER = {"fc": "white", "ec": "none", "alpha": 0.8, "pad": 1}


def boxed_images(
    images: Sequence,
    boxes: Sequence,
    texts: Sequence[Sequence[object]] | None = None,
    titles: Sequence[str] = (),
    *,
    size: float = 1.6,
) -> Figure:
    """Draw pictures in a row with orange boxes on them, each with a text.

    Args:
        images: Gray (H, W) or (H, W, 1), 0 drawn white; or (H, W, 3), drawn in color.
        boxes: For each image (M, 4): left, top, right, bottom in pixels.
        texts: For each image one text per box, drawn above it, such as its class.
        titles: One per image, or none.
        size: Width of a picture, in inches.

    Returns:
        A figure with an axis for each image.

    Raises:
        ValueError: If images, boxes, texts or titles differ in number, or an array is
            not finite.

    Example:
        >>> fig = boxed_images([np.zeros((9, 9))], [[[1, 2, 5, 6]]], [["7"]])
        >>> fig.axes[0].texts[0].get_text()
        '7'
    """
    count = len(images)
    texts = [()] * count if texts is None else texts
    titles = titles or [""] * count
    given = {"boxes": boxes, "texts": texts, "titles": titles}
    for name, rows in given.items():
        if len(rows) != count or not count:
            raise ValueError(f"got {len(rows)} {name} for {count} images")
    number("size", size, 0, open_low=True)
    height = size * max(len(image) / len(image[0]) for image in images)
    fig, axes = subplots(
        size * count, height + 0.3 * any(titles), ncols=count, squeeze=False
    )
    for i, ax in enumerate(axes[0]):
        _picture(ax, finite("images", images[i]))
        _outlines(ax, boxes[i], ORANGE, 1.3)
        for box, text in zip(boxes[i], texts[i]):
            ax.text(
                box[0],
                max(box[1] - 1, 0.09 * len(images[i])),  # within the picture
                str(text),
                color=ON_LIGHT,
                fontsize=8,
                va="bottom",
            )
        ax.set_title(titles[i], fontsize=9.5)
    return fig


def _picture(ax, image) -> None:
    ax.axis("off")
    height, width = image.shape[:2]
    where = {"extent": (0, width, height, 0), "interpolation": "none"}
    if image.ndim == 3 and image.shape[-1] == 3:
        ax.imshow(image, **where)
        return
    frame = [0, 0, width, height]
    _outlines(ax, [frame], "#999999", 0.8)
    image = image.reshape(height, width)
    low, high = gray_limits(image)
    ax.imshow(image, cmap="gray_r", vmin=low, vmax=high, **where)


def _outlines(ax, boxes, color: str, width: float) -> None:
    for left, top, right, bottom in finite("boxes", boxes).reshape(-1, 4):
        ax.add_patch(
            plt.Rectangle(
                (left, top),
                right - left,
                bottom - top,
                fc="none",
                ec=color,
                lw=width,
            )
        )


def overlap_of_boxes(a, b) -> Figure:
    """Draw two boxes on squared paper, what they share and what they cover.

    Args:
        a: left, top, right, bottom, whole numbers from 0.
        b: Likewise; the two must overlap.

    Returns:
        A figure with one axis, the areas written into it.

    Raises:
        ValueError: If the boxes have no area or do not overlap.

    Example:
        >>> fig = overlap_of_boxes((0, 0, 4, 3), (2, 1, 6, 4))
        >>> fig.axes[0].get_title()
        '4 / (12 + 12 − 4) = 0.20'
    """
    a, b = finite("a", a), finite("b", b)
    shared = np.r_[np.maximum(a[:2], b[:2]), np.minimum(a[2:], b[2:])]
    areas = [np.prod(box[2:] - box[:2]) for box in (a, b, shared)]
    if (shared[2:] <= shared[:2]).any() or min(areas) <= 0:
        raise ValueError(f"the boxes must overlap, got {a.tolist()} and {b.tolist()}")
    right, bottom = np.maximum(a[2:], b[2:])
    fig, ax = subplots(2.9, 2.9 * (bottom + 1.4) / (right + 1))
    ax.set(xlim=(-0.5, right + 0.5), ylim=(bottom + 0.5, -0.5), aspect="equal")
    ax.set_xticks(range(int(right) + 1))
    ax.set_yticks(range(int(bottom) + 1))
    ax.add_patch(
        plt.Rectangle(shared[:2], *(shared[2:] - shared[:2]), fc=GREEN, alpha=0.35)
    )
    for box, color in ((a, BLUE), (b, ORANGE)):
        _outlines(ax, box, color, 2.2)
    for area, box, color in zip(areas, (a, b), (BLUE, ORANGE_TEXT)):
        at = a[:2] + 0.5 if box is a else b[2:] - 0.5
        ax.text(*at, f"{area:g}", ha="center", va="center", color=color)
    ax.text(*(shared[:2] + shared[2:]) / 2, f"{areas[2]:g}", ha="center", va="center")
    share = areas[2] / (areas[0] + areas[1] - areas[2])
    ax.set_title(
        f"{areas[2]:g} / ({areas[0]:g} + {areas[1]:g} − {areas[2]:g}) = {share:.2f}"
    )
    return fig


def cell_and_box(image, box, stride: int = 8) -> Figure:
    """Draw a grid on a picture, the cells in charge of a box, and four distances.

    Args:
        image: Gray, (H, W) or (H, W, 1), H and W multiples of the stride.
        box: left, top, right, bottom in pixels, around an object's center.
        stride: Width of a cell in pixels.

    Returns:
        A figure with one axis: shaded cells are in charge, one of them has arrows from
        its center to the sides of the box.

    Raises:
        ValueError: If the image is none, or no cell is in charge.

    Example:
        >>> fig = cell_and_box(np.zeros((32, 32)), (6, 5, 26, 28))
        >>> " ".join(text.get_text() for text in fig.axes[0].texts).split()
        ['l', 't', 'r', 'b']
    """
    image, box = finite("image", image), finite("box", box)
    height, width = image.shape[:2]
    fig, ax = subplots(3.4, 3.4 * height / width)
    _picture(ax, image)
    for x in range(0, width + 1, stride):
        ax.plot([x, x], [0, height], color="#999999", lw=0.5)
    for y in range(0, height + 1, stride):
        ax.plot([0, width], [y, y], color="#999999", lw=0.5)
    middle = (box[:2] + box[2:]) / 2
    y, x = np.mgrid[: height // stride, : width // stride] * stride + stride / 2
    cells = np.stack([x, y], axis=2).reshape(-1, 2)
    cells = cells[(np.abs(cells - middle) < stride).all(axis=1)]
    if not len(cells):
        raise ValueError(f"no cell is in charge of the box {box.tolist()}")
    for cell in cells:
        corner = cell - stride / 2
        ax.add_patch(plt.Rectangle(corner, stride, stride, fc=GREEN, alpha=0.35))
        ax.plot(*cell, "o", color=GREEN, ms=3)
    _outlines(ax, box, ORANGE, 2)
    start = cells[0]
    left, top, right, bottom = box
    for text, end in {
        "l": (left, start[1]),
        "t": (start[0], top),
        "r": (right, start[1]),
        "b": (start[0], bottom),
    }.items():
        arrow(ax, tuple(start), end, color=BLUE)
        at = (start + end) / 2 + (np.array([0, -2]) if text in "lr" else [2, 0])
        ax.text(*at, text, color=ON_LIGHT, ha="center", va="center", bbox=PAPER)
    return fig

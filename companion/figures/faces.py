"""Pictures of face detection: the integral image, and windows on a photograph."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from companion._checks import finite, number
from companion.figures.diagrams import canvas
from companion.figures.grids import frame, grid
from companion.figures.style import COLORS, ORANGE_TEXT, subplots

__all__ = ["integral_image", "windows_on_photograph"]

BLUE, ORANGE, GREEN = COLORS[:3]


def integral_image(
    image, rectangle: tuple[int, int, int, int] = (1, 1, 3, 3)
) -> Figure:
    """Draw how four values of the integral image give the sum of any rectangle.

    Args:
        image: Shape (H, W), H and W at least 2.
        rectangle: (top, left, bottom, right): rows from top to bottom - 1, columns
            from left to right - 1.

    Returns:
        A figure with one axis: the image with the rectangle, the integral image with
        a row and a column of zeros and its four corners, and the sum.

    Raises:
        TypeError: If the image holds no numbers.
        ValueError: If it is no matrix, or the rectangle does not lie in it.

    Example:
        >>> fig = integral_image(np.ones((3, 3)))
        >>> fig.axes[0].texts[-1].get_text()
        '9 − 3 − 3 + 1 = 4'
    """
    image = finite("image", image)
    if image.ndim != 2:
        raise ValueError(f"image must have shape (H, W), got {image.shape}")
    height, width = image.shape
    top = number("top", rectangle[0], 0, height - 1, integer=True)
    left = number("left", rectangle[1], 0, width - 1, integer=True)
    bottom = number("bottom", rectangle[2], top + 1, height, integer=True)
    right = number("right", rectangle[3], left + 1, width, integer=True)
    sums = np.pad(image, ((1, 0), (1, 0))).cumsum(0).cumsum(1)
    second, upper = width + 1.5, height + 1.6
    fig, ax = canvas(
        0.46 * (second + width + 1.2),
        0.46 * (upper + 0.6),
        second + width + 1.2,
        upper + 0.6,
    )
    grid(ax, image, (0.1, upper - 1))
    grid(ax, sums, (second, upper))
    ax.text(0.1 + width / 2, upper + 0.2, "image", ha="center", va="center")
    ax.text(
        second + (width + 1) / 2,
        upper + 0.35,
        "integral image",
        ha="center",
        va="center",
    )
    ax.add_patch(
        Rectangle(
            (0.1 + left, upper - 1 - bottom),
            right - left,
            bottom - top,
            fc="none",
            ec=ORANGE,
            lw=2.4,
        )
    )
    corners = ((bottom, right), (top, right), (bottom, left), (top, left))
    for (row, column), color in zip(corners, (BLUE, ORANGE, ORANGE, BLUE)):
        frame(ax, (second + column, upper - row), 1, color)
    values = [sums[corner] for corner in corners]
    total = values[0] - values[1] - values[2] + values[3]
    text = "{:g} − {:g} − {:g} + {:g} = {:g}".format(*values, total)
    ax.text(
        (second + width + 1) / 2, 0.1, text, ha="center", va="center", color=ORANGE_TEXT
    )
    return fig


def windows_on_photograph(
    pixels, panels: Mapping[str, tuple], faces, *, side: int = 104
) -> Figure:
    """Draw the same photograph several times, each time with other detections.

    Args:
        pixels: Gray values in [0, 1], shape (H, W).
        panels: By title, boxes (left, top, right, bottom) in pixels, shape (N, 4), and
            whether each is a hit, shape (N,).
        faces: Boxes of the faces that are there, shape (F, 4).
        side: Largest side of the stored picture, in pixels.

    Returns:
        A figure with an axis for each panel. True faces are dotted white, hits green,
        false alarms orange.

    Raises:
        ValueError: If the photograph is no matrix, or boxes and hits differ in number.

    Example:
        >>> panels = {"one hit": ([[0, 0, 9, 9]], [True])}
        >>> len(windows_on_photograph(np.ones((30, 20)), panels, []).axes[0].patches)
        1
    """
    pixels = finite("pixels", pixels)
    if pixels.ndim != 2:
        raise ValueError(f"pixels must have shape (H, W), got {pixels.shape}")
    height, width = pixels.shape
    every = max(1, -(-max(height, width) // side))
    rows, columns = height // every, width // every
    small = pixels[: rows * every, : columns * every]
    small = small.reshape(rows, every, columns, every).mean(axis=(1, 3))
    inches = 6.6 / max(2, len(panels))
    fig, axes = subplots(
        inches * len(panels),
        inches * height / width + 0.3,
        ncols=len(panels),
        squeeze=False,
    )
    for ax, (title, (boxes, hits)) in zip(axes[0], panels.items()):
        boxes = finite("boxes", boxes).reshape(-1, 4)
        if len(boxes) != len(hits):
            raise ValueError(f"got {len(boxes)} boxes and {len(hits)} hits")
        ax.imshow(
            small,
            cmap="gray",
            vmin=0,
            vmax=1,
            interpolation="none",
            extent=(0, columns * every, rows * every, 0),
        )
        hits = np.asarray(hits, bool)
        for chosen, style in (
            (boxes[~hits], {"ec": ORANGE, "lw": 0.8}),
            (boxes[hits], {"ec": GREEN, "lw": 2.2}),
            (np.reshape(faces, (-1, 4)), {"ec": "white", "ls": ":", "lw": 1.8}),
        ):
            if len(chosen):
                outline = Path.make_compound_path(*map(_square, chosen))
                ax.add_patch(PathPatch(outline, fc="none", **style))
        ax.set(title=title, xlim=(0, width), ylim=(height, 0))
        ax.axis("off")
    return fig


def _square(box) -> Path:
    left, top, right, bottom = np.round(box)
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    return Path(corners, closed=True)

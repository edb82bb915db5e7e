"""Frames of a video side by side, scores over time, and what an autoencoder does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from companion._checks import finite, number, same_length
from companion.figures.diagrams import arrow
from companion.figures.images import gray_limits
from companion.figures.style import COLORS, subplots

__all__ = ["autoencoder", "filmstrip", "score_lines"]

Box = tuple[float, float, float, float]


def filmstrip(
    frames,
    titles: Sequence[object] = (),
    marks: Sequence[Sequence[Box]] = (),
    *,
    columns: int = 3,
    width: float = 6.6,
) -> Figure:
    """Draw frames of a video in their order, some places marked by a box.

    Args:
        frames: Gray frames, (N, H, W), 0 black, and 1 or 255 white.
        titles: One per frame, such as its number, or none.
        marks: For each frame its boxes (left, top, width, height) in pixels, or none.
        columns: Frames per row.
        width: Width of the figure, in inches.

    Returns:
        A figure with an axis for each frame.

    Raises:
        TypeError: If the frames are no numbers.
        ValueError: If the shape is another, a pixel is not finite, titles or marks and
            frames differ in number, or ``columns`` or ``width`` is not positive.

    Example:
        >>> fig = filmstrip(np.zeros((2, 4, 6)), ["1", "2"], [[(1, 1, 2, 2)], []])
        >>> [len(ax.patches) for ax in fig.axes]
        [1, 0]
    """
    frames = finite("frames", frames)
    if frames.ndim != 3 or not frames.size:
        raise ValueError(f"frames must have shape (N, H, W), got {frames.shape}")
    for name, given in (("titles", titles), ("marks", marks)):
        if len(given) not in (0, len(frames)):
            raise ValueError(f"got {len(given)} {name} for {len(frames)} frames")
    columns = min(number("columns", columns, 1, integer=True), len(frames))
    number("width", width, 0, open_low=True)
    rows = -(-len(frames) // columns)
    side = width / columns
    height = rows * (side * frames.shape[1] / frames.shape[2] + 0.22 * bool(titles))
    fig, axes = subplots(width, height, nrows=rows, ncols=columns, squeeze=False)
    low, high = gray_limits(frames)
    for i, ax in enumerate(axes.flat):
        ax.axis("off")
        if i >= len(frames):
            continue
        ax.imshow(frames[i], cmap="gray", vmin=low, vmax=high, interpolation="none")
        ax.set_title(str(titles[i]) if titles else "", fontsize=9.5, pad=3)
        for left, top, wide, tall in marks[i] if marks else ():
            corner = left - 0.5, top - 0.5
            ax.add_patch(
                plt.Rectangle(corner, wide, tall, fc="none", ec=COLORS[4], lw=1.8)
            )
    return fig


def score_lines(
    scores: Mapping[str, np.ndarray],
    thresholds: Sequence[float] = (),
    spans: Mapping[str, tuple[int, int]] | None = None,
    *,
    xlabel: str = "frame",
) -> Figure:
    """Draw scores of a video's frames one below the other.

    Args:
        scores: One number per frame, (T,), by the score's name.
        thresholds: For each score the height of a dashed line, or none.
        spans: First frame and one past the last of stretches to shade, by name.
        xlabel: Label of the horizontal axis.

    Returns:
        A figure with an axis for each score; the topmost names the stretches.

    Raises:
        TypeError: If a score holds no numbers.
        ValueError: If there is no score, lengths differ or a number is not finite.

    Example:
        >>> fig = score_lines({"motion": np.arange(9.0)}, [5], {"event": (3, 6)})
        >>> [text.get_text() for text in fig.axes[0].texts]
        ['event']
    """
    if not scores:
        raise ValueError("scores must have at least one score by its name, got none")
    scores = {name: finite(f"scores[{name!r}]", line) for name, line in scores.items()}
    same_length(**scores)
    if len(thresholds) not in (0, len(scores)):
        raise ValueError(f"got {len(thresholds)} thresholds for {len(scores)} scores")
    fig, axes = subplots(
        6.6, 0.5 + 1.05 * len(scores), nrows=len(scores), sharex=True, squeeze=False
    )
    for k, (ax, (name, line)) in enumerate(zip(axes.flat, scores.items())):
        ax.plot(line, color=COLORS[0], lw=1.1)
        ax.set_title(name, loc="left", fontsize=10)
        ax.tick_params(labelsize=9)
        if len(thresholds):
            ax.axhline(thresholds[k], color=COLORS[1], ls="--", lw=1.3)
        for label, (first, end) in (spans or {}).items():
            ax.axvspan(first - 0.5, end - 0.5, color=COLORS[4], alpha=0.25, lw=0)
            if k == 0:
                ax.text(
                    (first + end) / 2,
                    1.03,
                    label,
                    transform=ax.get_xaxis_transform(),
                    ha="center",
                    fontsize=9.5,
                )
    axes.flat[-1].set_xlabel(xlabel)
    return fig


def autoencoder(
    pixels: int = 3072, code: int = 32, image: np.ndarray | None = None
) -> Figure:
    """Draw an autoencoder: a frame, the encoder, the code, the decoder, its copy.

    Args:
        pixels: Numbers in a frame.
        code: Numbers in the bottleneck.
        image: A frame, (H, W), to show at both ends, the right one blurred as a copy
            through a bottleneck would be; a plain square if None.

    Returns:
        A figure with one axis.

    Raises:
        TypeError: If the image holds no numbers.
        ValueError: If a number is below 1, or the image is none.

    Example:
        >>> texts = [text.get_text() for text in autoencoder().axes[0].texts]
        >>> "encoder" in texts and "32 numbers" in texts
        True
    """
    pixels = number("pixels", pixels, 1, integer=True)
    code = number("code", code, 1, integer=True)
    if image is None:
        image = np.full((3, 4), 0.7)
    image = finite("image", image)
    if image.ndim != 2 or not image.size:
        raise ValueError(f"image must have shape (H, W), got {image.shape}")
    fig, ax = subplots(6.6, 2.6)
    ax.set(xlim=(0, 13.2), ylim=(0, 5.2), aspect="equal")
    ax.axis("off")
    low, high = gray_limits(image)
    for left, shown in ((0.1, image), (10.1, _blurred(image))):
        ax.imshow(
            shown,
            extent=(left, left + 3, 1.7, 3.95),
            cmap="gray",
            vmin=low,
            vmax=high,
            interpolation="none",
        )
    ax.set(xlim=(0, 13.2), ylim=(0, 5.2))
    shapes = (((3.75, 0.9), (3.75, 4.75), (5.75, 3.3), (5.75, 2.35)), COLORS[0])
    mirror = (((9.45, 0.9), (9.45, 4.75), (7.45, 3.3), (7.45, 2.35)), COLORS[2])
    for corners, color in (shapes, mirror):
        ax.add_patch(plt.Polygon(corners, fc="none", ec=color, lw=1.8))
    ax.add_patch(plt.Rectangle((6.25, 2.35), 0.7, 0.95, fc="none", ec=COLORS[1], lw=2))
    for start, end in ((3.15, 3.7), (5.8, 6.2), (7.0, 7.4), (9.5, 10.05)):
        arrow(ax, (start, 2.82), (end, 2.82))
    for x, y, text in (
        (4.7, 2.82, "encoder"),
        (8.5, 2.82, "decoder"),
        (6.6, 3.75, "code"),
        (6.6, 1.85, f"{code} numbers"),
        (1.6, 4.35, "frame x"),
        (11.6, 4.35, "copy x̂"),
        (1.6, 1.25, f"{pixels:,} numbers"),
        (11.6, 1.25, f"{pixels:,} numbers"),
    ):
        ax.text(x, y, text, ha="center", va="center", fontsize=10)
    ax.plot([1.6, 1.6, 11.6, 11.6], [0.9, 0.45, 0.45, 0.9], color="#666666", lw=1.2)
    ax.text(
        6.6,
        0.8,
        "compared: mean squared difference",
        ha="center",
        va="center",
        fontsize=10,
    )
    return fig


def _blurred(image: np.ndarray) -> np.ndarray:
    """Return the mean of each pixel's 5×5 neighborhood."""
    padded = np.pad(np.asarray(image, float), 2, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (5, 5))
    return windows.mean(axis=(2, 3))

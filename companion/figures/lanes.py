"""Lane lines: how the Hough transform votes, and what the methods found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from companion._checks import finite, images
from companion.figures.style import COLORS, ON_LIGHT, subplots

__all__ = ["hough_votes", "lane_panels"]


def hough_votes(points: Sequence[tuple[float, float]]) -> Figure:
    """Draw points, and for each the curve of all lines through it.

    A line is x cos θ + y sin θ = ρ. Left: the points and the line on which most of
    them lie. Right: for each point the curve ρ(θ); where curves meet, one line goes
    through all their points.

    Args:
        points: Three pairs (x, y) or more, at most seven.

    Returns:
        A figure with two axes.

    Raises:
        TypeError: If they are no numbers.
        ValueError: If they are not pairs, not finite, fewer than 3 or more than 7.

    Example:
        >>> fig = hough_votes([(1, 1), (2, 2), (3, 3)])
        >>> [ax.get_title() for ax in fig.axes]
        ['image', 'votes']
    """
    points = finite("points", points).astype(float)
    if points.ndim != 2 or points.shape[1] != 2 or not 3 <= len(points) <= 7:
        raise ValueError(f"points must be 3 to 7 pairs (x, y), got {points.shape}")
    fig, (left, right) = subplots(6.6, 2.7, ncols=2)
    theta = np.arange(180)
    angle = np.deg2rad(theta)
    rho = points[:, :1] * np.cos(angle) + points[:, 1:] * np.sin(angle)
    rounded = np.round(rho)
    counts = [(column == column[:, None]).sum(1).max() for column in rounded.T]
    spread = [np.ptp(np.sort(column)[: max(counts)]) for column in rho.T]
    best = min(range(180), key=lambda t: (-counts[t], spread[t]))
    column = rounded[:, best]
    votes = [(column == value).sum() for value in column]
    on_line = column == column[np.argmax(votes)]
    at = rho[on_line, best].mean()
    normal = np.array([np.cos(angle[best]), np.sin(angle[best])])
    foot, along = at * normal, np.array([-normal[1], normal[0]])
    ends = np.array([foot - 99 * along, foot + 99 * along])
    left.plot(*ends.T, color=COLORS[6], lw=1, ls="--")
    left.annotate("", foot, (0, 0), arrowprops={"arrowstyle": "->", "color": COLORS[6]})
    left.text(*(0.5 * foot + 0.25), "ρ", color=COLORS[6])
    for name, point, curve, color in zip("ABCDEFG", points, rho, COLORS):
        left.plot(*point, "o", color=color)
        left.text(*(point + 0.2), name)
        right.plot(theta, curve, color=color, label=name)
    right.plot(best, at, "o", ms=11, mfc="none", mec=COLORS[6])
    limit = np.abs(points).max() + 1
    left.set(title="image", xlabel="x", ylabel="y", xlim=(-1, limit), ylim=(-1, limit))
    left.set_aspect("equal")
    right.set(title="votes", xlabel="θ (degrees)", ylabel="ρ", xticks=range(0, 181, 45))
    right.legend(frameon=False)
    return fig


def lane_panels(
    strips: np.ndarray,
    lanes: Mapping[str, np.ndarray],
    titles: Sequence[str],
    *,
    rows: Sequence[float],
) -> Figure:
    """Draw strips of road with the lines that several methods found.

    Args:
        strips: RGB, shape (N, H, W, 3), bytes or floats from 0 to 1.
        lanes: For each method the lines' x in pixels of the strips, (N, 2, R); the
            first is drawn as points, the others as lines.
        titles: One per strip.
        rows: The R rows of the x, in pixels of the strips.

    Returns:
        A figure with an axis per strip, one below the other.

    Raises:
        TypeError: If an array does not hold numbers.
        ValueError: If shapes or lengths do not fit, or there are too many methods.

    Example:
        >>> x = np.zeros((1, 8, 16, 3))
        >>> fig = lane_panels(x, {"hand": np.ones((1, 2, 2))}, ["a"], rows=[2, 6])
        >>> len(fig.axes)
        1
    """
    strips, rows = images("strips", strips, floats=False), finite("rows", rows)
    want = (len(strips), 2, len(rows))
    colors = (COLORS[5], COLORS[1], COLORS[3], COLORS[2])
    if len(titles) != len(strips) or not 1 <= len(lanes) <= len(colors):
        raise ValueError(
            f"lane_panels draws {len(strips)} strips with a title each and 1 to "
            f"{len(colors)} methods, got {len(titles)} titles and {len(lanes)} methods"
        )
    for name, lane in lanes.items():
        if finite(f"lanes[{name!r}]", lane).shape != want:
            raise ValueError(
                f"lanes[{name!r}] must have shape {want}, got {np.shape(lane)}"
            )
    height, width = strips.shape[1:3]
    fig, axes = subplots(
        6.2,
        (6.2 * height / width + 0.25) * len(strips) + 0.3,
        nrows=len(strips),
        squeeze=False,
    )
    for i, (ax, title) in enumerate(zip(axes[:, 0], titles)):
        ax.imshow(strips[i], interpolation="none")
        for color, (name, lane) in zip(colors, lanes.items()):
            style = {"ls": "", "marker": "o", "ms": 4} if color == colors[0] else {}
            for side in (0, 1):
                label = name if side == 0 else None
                ax.plot(lane[i, side], rows, color=color, label=label, **style)
        ax.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))
        ax.text(
            0.01 * width, 0.12 * height, title, color=ON_LIGHT, backgroundcolor="white"
        )
        ax.axis("off")
    fig.legend(
        *axes[0, 0].get_legend_handles_labels(),
        loc="outside lower center",
        ncols=len(lanes),
        frameon=False,
    )
    return fig

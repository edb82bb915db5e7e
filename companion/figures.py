"""The book's figures: one style, plain data in, a Matplotlib figure out.

Every function returns a :class:`matplotlib.figure.Figure`; as the last line of a
notebook cell it is shown once. Colors are those of Okabe & Ito, which readers with
any kind of color vision can tell apart; the background is white in light and dark
pages alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

__all__ = [
    "COLORS",
    "confusion_matrix",
    "cost_accuracy",
    "feature_maps",
    "filters",
    "image_grid",
    "network",
    "plain_ticks",
    "reliability",
    "subplots",
    "training_curves",
]

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")

STYLE = {
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.prop_cycle": plt.cycler(color=COLORS),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 10,
    "figure.dpi": 110,
    "figure.facecolor": "white",
    "font.size": 10,
    "grid.color": "#dddddd",
    "image.cmap": "gray",
}


def subplots(width: float, height: float, **options):
    """Return an empty figure in the book's style and its axes.

    Args:
        width: Width in inches.
        height: Height in inches.
        **options: As for :func:`matplotlib.pyplot.subplots`: ``nrows``, ``ncols``...

    Returns:
        The figure, which pyplot does not know (a notebook would show it twice), and
        its axis, or array of axes.

    Example:
        >>> fig, (left, right) = subplots(8, 3, ncols=2)
        >>> left.set(xlabel="step", ylabel="loss") and len(fig.axes)
        2
    """
    with plt.rc_context(STYLE):
        fig, axes = plt.subplots(
            figsize=(width, height), layout="constrained", **options
        )
    plt.close(fig)
    return fig, axes


def training_curves(histories: Mapping[str, object]) -> Figure:
    """Draw training loss and error over the steps, with validation where there is any.

    Args:
        histories: :class:`companion.training.History` of each run by its name.

    Returns:
        A figure with two axes: loss, and error (1 - accuracy) on a logarithmic scale.
    """
    fig, (left, right) = subplots(8, 3.2, ncols=2)
    for color, (name, history) in zip(_colors(len(histories)), histories.items()):
        left.plot(history.step, history.loss, color=color, label=name)
        error = 100 * (1 - np.asarray(history.accuracy))
        right.plot(history.step, error, color=color, label=name)
        if history.epoch:
            style = {"color": color, "marker": "o", "ls": "--", "mfc": "white"}
            left.plot(history.epoch, history.val_loss, **style)
            error = 100 * (1 - np.asarray(history.val_accuracy))
            right.plot(history.epoch, error, label=f"{name}, validation", **style)
    left.set(xlabel="step", ylabel="cross-entropy loss (nats)", yscale="log")
    right.set(xlabel="step", ylabel="error (%)", yscale="log")
    plain_ticks(left.yaxis, right.yaxis)
    right.legend(frameon=False)
    return fig


def confusion_matrix(matrix, names: Sequence[str]) -> Figure:
    """Draw a confusion matrix; the color shows mistakes only, the text every count.

    Args:
        matrix: Counts, shape (K, K): rows are true classes, columns predictions.
        names: The K class names.

    Returns:
        A figure with one axis.

    Raises:
        ValueError: If ``matrix`` is not square or does not fit ``names``.
    """
    matrix = np.asarray(matrix)
    if matrix.shape != (len(names), len(names)):
        raise ValueError(
            f"matrix must have shape {(len(names), len(names))}, one row and column "
            f"per name, got {matrix.shape}"
        )
    fig, ax = subplots(5.2, 4.8)
    mistakes = np.where(np.eye(len(names), dtype=bool), 0, matrix)
    ax.imshow(mistakes, cmap="Oranges", vmax=max(1.4 * mistakes.max(), 1))
    rotation = 90 if max(map(len, names)) > 3 else 0
    ax.set_xticks(range(len(names)), names, rotation=rotation)
    ax.set_yticks(range(len(names)), names)
    for (row, column), count in np.ndenumerate(matrix):
        if count:
            weight = "bold" if row == column else "normal"
            ax.text(
                column,
                row,
                f"{count}",
                ha="center",
                va="center",
                fontsize=8,
                weight=weight,
            )
    ax.set(xlabel="predicted class", ylabel="true class")
    ax.grid(False)
    return fig


def image_grid(
    images, titles: Sequence[str] = (), *, columns: int = 6, size: float = 1.25
) -> Figure:
    """Draw gray images in rows, each with its title.

    Args:
        images: Shape (N, H, W) or (N, H, W, 1).
        titles: One per image, or none.
        columns: Images per row.
        size: Width of an image, in inches.

    Returns:
        A figure with an axis for each image.

    Raises:
        ValueError: If the shape is another, or titles and images differ in number.
    """
    images = np.asarray(images)
    if images.ndim == 4 and images.shape[-1] == 1:
        images = images[..., 0]
    if images.ndim != 3 or not len(images):
        raise ValueError(
            f"images must have shape (N, H, W) or (N, H, W, 1), got {images.shape}"
        )
    if len(titles) not in (0, len(images)):
        raise ValueError(f"got {len(titles)} titles for {len(images)} images")
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    lines = max((title.count("\n") + 1 for title in titles), default=0)
    height = rows * (size + 0.17 * lines)
    fig, axes = subplots(columns * size, height, nrows=rows, ncols=columns)
    for i, ax in enumerate(np.ravel(axes)):
        ax.axis("off")
        if i < len(images):
            ax.imshow(images[i], cmap="gray_r", interpolation="nearest")
            ax.set_title(titles[i] if titles else "", fontsize=8)
    return fig


def filters(kernels, *, columns: int = 8) -> Figure:
    """Draw the kernels of a convolution's first input channel.

    Args:
        kernels: Shape (kernel height, kernel width, input channels, filters).
        columns: Kernels per row.

    Returns:
        A figure with an axis for each filter: blue negative, red positive, white 0.

    Raises:
        ValueError: If ``kernels`` has not four dimensions.
    """
    kernels = np.asarray(kernels)
    if kernels.ndim != 4:
        raise ValueError(
            "kernels must have shape (kernel height, kernel width, input channels, "
            f"filters), got {kernels.shape}"
        )
    limit = np.abs(kernels[:, :, 0]).max()
    rows = -(-kernels.shape[-1] // columns)
    fig, axes = subplots(0.8 * columns, 0.8 * rows, nrows=rows, ncols=columns)
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
        ValueError: If a map has not three dimensions.
    """
    for name, fmap in maps.items():
        if np.ndim(fmap) != 3:
            raise ValueError(
                f"maps[{name!r}] must have shape (H, W, C), got {np.shape(fmap)}"
            )
    fig, axes = subplots(
        0.9 * (channels + 1),
        1.05 * len(maps),
        nrows=len(maps),
        ncols=channels + 1,
        squeeze=False,
    )
    for row, (name, fmap) in zip(axes, maps.items()):
        row[0].imshow(np.squeeze(image), cmap="gray_r")
        row[0].set_title(f"{name}\n{' × '.join(map(str, fmap.shape))}", fontsize=7)
        for i, ax in enumerate(row[1:]):
            if i < fmap.shape[-1]:
                ax.imshow(fmap[..., i], cmap="viridis")
    for ax in axes.flat:
        ax.axis("off")
    return fig


def reliability(curves: Mapping[str, object]) -> Figure:
    """Draw reliability curves: how often predictions of a confidence are right.

    Args:
        curves: :class:`companion.evaluation.Calibration` of each model by its name.

    Returns:
        A figure with two axes: the curves, and the number of examples in each bin.
    """
    fig, (left, right) = subplots(8, 3.4, ncols=2)
    left.plot([0, 1], [0, 1], color="gray", ls=":", label="perfect calibration")
    for marker, color, (name, curve) in zip(
        "osD^vPX", _colors(len(curves)), curves.items()
    ):
        label = f"{name}, ECE {curve.error:.2%}"
        left.plot(
            curve.confidence, curve.accuracy, color=color, marker=marker, label=label
        )
        right.plot(curve.confidence, curve.count, color=color, marker=marker)
    left.set(xlabel="confidence", ylabel="accuracy", xlim=(0, 1.02), ylim=(0, 1.02))
    left.legend(fontsize=8, frameon=False)
    right.set(
        xlabel="confidence", ylabel="examples in the bin", yscale="log", xlim=(0, 1.02)
    )
    return fig


def cost_accuracy(
    points: Mapping[str, Sequence[tuple[float, float]]], *, reference: str, xlabel: str
) -> Figure:
    """Draw accuracy against cost: mean and standard deviation over seeds.

    Args:
        points: (cost, accuracy) of each seed by the run's name.
        reference: The name of the run to mark with a star.
        xlabel: What the cost is, with its unit.

    Returns:
        A figure with one axis; the vertical axis is the error, logarithmic.

    Raises:
        ValueError: If ``reference`` is not among the names.
    """
    if reference not in points:
        raise ValueError(f"reference must be one of {list(points)}, got {reference!r}")
    fig, ax = subplots(7.2, 4)
    costs = [np.mean(seeds, axis=0)[0] for seeds in points.values()]
    for name, seeds in points.items():
        cost, accuracy = np.transpose(seeds)
        x, error = cost.mean(), 100 * (1 - accuracy)
        special = name == reference
        ax.errorbar(
            x,
            error.mean(),
            yerr=error.std(ddof=1) if len(error) > 1 else None,
            color=COLORS[1] if special else COLORS[0],
            capsize=3,
            marker="*" if special else "o",
            ms=14 if special else 6,
            ls="",
        )
        crowded = any(x < other < 1.5 * x for other in costs)
        ax.annotate(
            name,
            (x, error.mean()),
            xytext=(-8 if crowded else 8, 5),
            textcoords="offset points",
            ha="right" if crowded else "left",
            fontsize=8,
        )
    ax.set(xlabel=xlabel, ylabel="error (%)", xscale="log", yscale="log")
    ax.margins(x=0.2, y=0.12)
    plain_ticks(ax.xaxis, ax.yaxis)
    return fig


def network(costs: Sequence[object], input_shape: Sequence[int]) -> Figure:
    """Draw a sequential network as blocks, height for H and width for channels.

    Args:
        costs: :class:`companion.models.LayerCost` of each layer.
        input_shape: Shape of the input without the batch dimension.

    Returns:
        A figure with one axis: a block per layer, its name above, its shape below.
    """
    fig, ax = subplots(9, 3.2)
    stages = [("input", tuple(input_shape))]
    stages += [(cost.name, cost.output_shape) for cost in costs]
    x = 0.0
    for name, shape in stages:
        image = len(shape) == 3
        height = shape[0] if image else 3 + 4 * np.log2(shape[-1])
        width = 1 + 0.06 * shape[-1] if image else 1
        color = COLORS[_kind(name)]
        ax.add_patch(
            plt.Rectangle(
                (x, -height / 2), width, height, color=color, alpha=0.75, lw=0
            )
        )
        ax.text(
            x + width / 2,
            height / 2 + 1,
            name,
            ha="center",
            va="bottom",
            fontsize=8,
            rotation=30,
        )
        ax.text(
            x + width / 2,
            -height / 2 - 1,
            "×".join(map(str, shape)),
            ha="center",
            va="top",
            fontsize=8,
        )
        x += width + 4.2
    ax.set(xlim=(-1, x - 3), ylim=(-22, 24))
    ax.axis("off")
    return fig


def plain_ticks(*axes) -> None:
    """Mark logarithmic axes at 1, 2 and 5 times each power of ten, in plain numbers.

    Args:
        *axes: Axes of Matplotlib such as ``ax.xaxis``.
    """
    for axis in axes:
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter("{x:g}")
        axis.set_minor_locator(NullLocator())


def _kind(name: str) -> int:
    """Return the color's index for a layer's name."""
    kinds = {"conv": 0, "pool": 1, "flatten": 3, "dense": 2}
    return next((i for kind, i in kinds.items() if name.startswith(kind)), 6)


def _colors(count: int) -> Sequence[str]:
    """Return ``count`` colors, or say that the book has not that many."""
    if count > len(COLORS):
        raise ValueError(f"a figure shows at most {len(COLORS)} runs, got {count}")
    return COLORS[:count]

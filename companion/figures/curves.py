"""Curves: how training went, and what it cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from companion._checks import finite
from companion.figures.style import COLORS, plain_ticks, some_colors, subplots

__all__ = ["cost_accuracy", "learning_rates", "training_curves"]


def learning_rates(rates: Mapping[str, Sequence[float]]) -> Figure:
    """Draw how the learning rate changes over the steps of training.

    Args:
        rates: The learning rate at each step from 0 on, shape (steps,), by its name.

    Returns:
        A figure with one axis and one line per schedule.

    Raises:
        ValueError: If there are more schedules than colors, or a rate is not finite.

    Example:
        >>> fig = learning_rates({"falling": [0.3, 0.2, 0.1], "constant": [0.1] * 3})
        >>> [line.get_label() for line in fig.axes[0].lines]
        ['falling', 'constant']
    """
    for name, values in rates.items():
        finite(f"the rates of {name!r}", values)
    fig, ax = subplots(5, 2.6)
    for color, (name, values) in zip(some_colors(len(rates)), rates.items()):
        ax.plot(np.arange(len(values)), values, color=color, label=name)
    ax.set(xlabel="step", ylabel="learning rate", ylim=(0, None))
    ax.legend(frameon=False)
    return fig


def training_curves(histories: Mapping[str, object]) -> Figure:
    """Draw training loss and error over the steps, with validation where there is any.

    Args:
        histories: :class:`companion.training.History` of each run by its name.

    Returns:
        A figure with two axes: loss, and error (1 - accuracy) on a logarithmic scale.

    Raises:
        ValueError: If there are more runs than colors, or a loss or an accuracy is
            not finite.
    """
    for name, history in histories.items():
        for part in ("loss", "accuracy", "val_loss", "val_accuracy"):
            finite(f"the {part} of {name!r}", getattr(history, part))
    fig, (left, right) = subplots(7, 3.2, ncols=2)
    for color, (name, history) in zip(some_colors(len(histories)), histories.items()):
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
        ValueError: If ``reference`` is not among the names, or a number is not finite.
    """
    if reference not in points:
        raise ValueError(f"reference must be one of {list(points)}, got {reference!r}")
    for name, seeds in points.items():
        finite(f"the points of {name!r}", seeds)
    fig, ax = subplots(6.8, 4)
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
            fontsize=9.5,
        )
    ax.set(xlabel=xlabel, ylabel="error (%)", xscale="log", yscale="log")
    ax.margins(x=0.2, y=0.12)
    plain_ticks(ax.xaxis, ax.yaxis)
    return fig

"""Drawings of networks."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from companion.figures.style import COLORS, subplots

__all__ = ["network"]


def network(costs: Sequence[object], input_shape: Sequence[int]) -> Figure:
    """Draw a sequential network as blocks, height for H and width for channels.

    Args:
        costs: :class:`companion.models.LayerCost` of each layer.
        input_shape: Shape of the input without the batch dimension.

    Returns:
        A figure with one axis: a block per layer, its name above, its shape below.
    """
    fig, ax = subplots(7, 3)
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
            fontsize=9,
            rotation=30,
        )
        ax.text(
            x + width / 2,
            -height / 2 - 1,
            "×".join(map(str, shape)),
            ha="center",
            va="top",
            fontsize=9,
        )
        x += width + 4.2
    ax.set(xlim=(-1, x - 3), ylim=(-22, 24))
    ax.axis("off")
    return fig


def _kind(name: str) -> int:
    """Return the color's index for a layer's name."""
    kinds = {"conv": 0, "pool": 1, "flatten": 3, "dense": 2}
    return next((i for kind, i in kinds.items() if name.startswith(kind)), 6)

"""Recognition's experiment: depth, the skip path, its beginning, and modules.

Every entry is a function from a seed to an untrained model. All are trained by the
same recipe, each at the better of two learning rates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from companion import models
from companion.training import Recipe

if TYPE_CHECKING:
    import keras

__all__ = ["NETWORKS", "RATES", "RECIPE"]

#: Four passes over the training images with a warm-up.
RECIPE = Recipe(epochs=4, batch_size=32, schedule="one_cycle")

#: The learning rates that every network is tried with.
RATES = (5e-4, 2e-3)

#: Plain and residual networks of equal depth have equal parameters and multiply-adds;
#: the Inception-style one has the multiply-adds of those with 10 layers.
NETWORKS: Mapping[str, Callable[..., keras.Model]] = MappingProxyType(
    {
        "plain, 10 layers": partial(models.plain_network, depth=10, width=8),
        "residual, 10 layers": partial(models.residual_network, depth=10, width=8),
        "Inception modules": partial(models.inception_network, modules=6, width=16),
        "plain, 42 layers": partial(models.plain_network, depth=42, width=8),
        "residual, 42 layers, branch from He": partial(
            models.residual_network, depth=42, width=8, branch_init="he"
        ),
        "residual, 42 layers, branch from zero": partial(
            models.residual_network, depth=42, width=8
        ),
    }
)

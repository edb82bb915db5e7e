"""Chapter 5's experiments: what each part of the recipe is worth, and each epoch.

Every entry is a function from a seed to an untrained model, and a recipe to train it
by with :func:`companion.training.fit`. A run differs from ``BETTER`` in what its name
says and in nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from companion import models
from companion.training import BETTER, Recipe

if TYPE_CHECKING:
    import keras

__all__ = ["ABLATION", "CURVE"]

Run = tuple[Callable[..., "keras.Model"], Recipe]

#: The same network and recipe for less or more time: accuracy against cost.
CURVE: Mapping[str, Run] = MappingProxyType(
    {
        "1/4 epoch, batches of 64": (
            models.small_cnn,
            BETTER.but(epochs=0.25, batch_size=64),
        ),
        "1/2 epoch": (models.small_cnn, BETTER.but(epochs=0.5)),
        "1 epoch": (models.small_cnn, BETTER.but(epochs=1)),
        "2 epochs": (models.small_cnn, BETTER.but(epochs=2)),
        "3 epochs": (models.small_cnn, BETTER),
        "3 epochs, bfloat16": (
            partial(models.small_cnn, dtype="mixed_bfloat16"),
            BETTER,
        ),
    }
)

#: One part of network or recipe taken away at a time.
ABLATION: Mapping[str, Run] = MappingProxyType(
    {
        "no batch normalization": (
            partial(models.small_cnn, batch_normalization=False),
            BETTER,
        ),
        "pooled stem": (partial(models.small_cnn, stem="pooled"), BETTER),
        "constant learning rate 0.001": (
            models.small_cnn,
            BETTER.but(schedule="constant", learning_rate=1e-3),
        ),
        "no augmentation": (models.small_cnn, BETTER.but(max_shift=0)),
        "no label smoothing": (models.small_cnn, BETTER.but(label_smoothing=0.0)),
        "batches of 32": (models.small_cnn, BETTER.but(batch_size=32)),
        "the article's network": (models.article_cnn, BETTER),
    }
)

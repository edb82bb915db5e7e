"""Networks that read a sequence step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from companion._seeds import checked_seed
from companion.models._settings import FLOAT32, check_counts

if TYPE_CHECKING:
    import keras

__all__ = ["lstm_classifier"]


def lstm_classifier(
    steps: int, features: int, classes: int = 10, units: int = 64, seed: int = 0
) -> keras.Sequential:
    """Build a network that reads a sequence with an LSTM and then names its class.

    The state after the last step (Hochreiter & Schmidhuber, 1997) goes through a
    dense layer with softmax. 4 U (D + U + 1) parameters read, K (U + 1) decide.

    Args:
        steps: Length of the sequences, T.
        features: Numbers per step, D.
        classes: Number of classes, K.
        units: Size of the state, U.
        seed: Fixes the initial weights.

    Returns:
        An uncompiled model from (N, T, D) to probabilities (N, K).

    Raises:
        TypeError: If a number is none.
        ValueError: If a number is below 1 or not whole, or ``classes`` below 2.

    Example:
        >>> lstm_classifier(28, 28).count_params()  # 4 * 64 * 93 + 10 * 65
        24458
    """
    check_counts(steps=steps, features=features, classes=classes, units=units)
    seeds = np.random.default_rng(checked_seed(seed)).integers(2**31, size=3).tolist()
    import keras

    draw = keras.initializers
    return keras.Sequential(
        [
            keras.Input((steps, features), **FLOAT32),
            keras.layers.LSTM(
                units,
                kernel_initializer=draw.GlorotUniform(seeds[0]),
                recurrent_initializer=draw.Orthogonal(seed=seeds[1]),
                name="lstm",
                **FLOAT32,
            ),
            keras.layers.Dense(
                classes,
                "softmax",
                kernel_initializer=draw.GlorotUniform(seeds[2]),
                name="probabilities",
                **FLOAT32,
            ),
        ],
        name="lstm_classifier",
    )

"""Networks that look through windows, with the same weights in each or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from companion.models._settings import (
    CHANNELS_LAST,
    FLOAT32,
    check_counts,
    kernel_initializer,
)

if TYPE_CHECKING:
    import keras

__all__ = ["window_network"]


def window_network(
    seed: int = 0, *, shared: bool = True, anywhere: bool = True, classes: int = 10
) -> keras.Sequential:
    """Build a small network for 28×28 images whose two ideas can be taken away.

    Two layers of 5×5 windows, in steps of 2 and 1, with 6 and 24 maps; then either the
    largest value of each map over all places, or all values with their places; then a
    dense layer with softmax.

    Args:
        seed: Fixes the initial weights.
        shared: Whether all windows share their weights, as in a convolution (LeCun,
            1989), or each place has weights of its own.
        anywhere: Whether global max pooling forgets the places.
        classes: Number of classes K.

    Returns:
        An uncompiled model from (N, 28, 28, 1) to probabilities (N, K).

    Raises:
        ValueError: If there are fewer than two classes.

    Example:
        >>> window_network().count_params(), window_network(shared=False).count_params()
        (4030, 254650)
    """
    check_counts(classes=classes)
    import keras
    from keras import layers

    from companion.models._layers import LocallyConnected2D

    draw = kernel_initializer("HeNormal", seed)
    images = {**CHANNELS_LAST, **FLOAT32}
    kind, options = (layers.Conv2D, images) if shared else (LocallyConnected2D, FLOAT32)

    def windows(filters, side, step, name):
        return kind(
            filters,
            side,
            step,
            activation="relu",
            kernel_initializer=draw(),
            name=name,
            **options,
        )

    end = layers.GlobalMaxPooling2D if anywhere else layers.Flatten
    return keras.Sequential(
        [
            keras.Input((28, 28, 1), **FLOAT32),
            windows(6, 5, 2, "windows1"),
            windows(24, 5, 1, "windows2"),
            end(name="anywhere" if anywhere else "flatten", **images),
            layers.Dense(
                classes,
                "softmax",
                kernel_initializer=draw(),
                name="probabilities",
                **FLOAT32,
            ),
        ],
        name="window_network",
    )

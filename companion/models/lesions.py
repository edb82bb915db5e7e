"""A small network for small patches of a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from companion._checks import number
from companion.models._settings import (
    CHANNELS_LAST,
    FLOAT32,
    check_counts,
    kernel_initializer,
)

if TYPE_CHECKING:
    import keras

__all__ = ["patch_cnn"]


def patch_cnn(
    seed: int = 0,
    *,
    input_shape: tuple[int, int, int] = (32, 32, 1),
    classes: int = 2,
) -> keras.Model:
    """Build a classifier of patches: three convolutions and an average.

    3×3 convolutions of 16, 32 and 32 kernels with ReLU, a 2×2 max pooling after each
    of the first two, then the average of each feature map (global average pooling,
    Lin et al., 2014, section 3.2) and a dense layer with softmax. On 32×32 gray
    patches and two classes it has 14,114 parameters.

    Args:
        seed: Fixes the initial weights.
        input_shape: (H, W, C) of a patch; H and W at least 4.
        classes: Number of classes K.

    Returns:
        A Sequential model, not compiled, from (N, H, W, C) to probabilities (N, K).

    Raises:
        TypeError: If a setting is of the wrong kind.
        ValueError: If patches are too small or there are fewer than two classes.

    Example:
        >>> patch_cnn().count_params()
        14114
        >>> import numpy as np
        >>> tuple(patch_cnn(classes=3)(np.zeros((5, 32, 32, 1))).shape)
        (5, 3)
    """
    (classes,) = check_counts(classes=classes)
    if len(tuple(input_shape)) != 3:
        raise ValueError(f"input_shape must be (H, W, C), got {tuple(input_shape)}")
    for name, size, low in zip("HWC", input_shape, (4, 4, 1)):
        number(f"{name} of input_shape", size, low, integer=True)
    import keras
    from keras import layers

    kernel = kernel_initializer("HeNormal", seed)
    images = {**FLOAT32, **CHANNELS_LAST}

    def conv(i, filters):
        return layers.Conv2D(
            filters,
            3,
            padding="same",
            activation="relu",
            kernel_initializer=kernel(),
            name=f"conv{i}",
            **images,
        )

    return keras.Sequential(
        [
            keras.Input(input_shape, **FLOAT32),
            conv(1, 16),
            layers.MaxPooling2D(2, name="pool1", **images),
            conv(2, 32),
            layers.MaxPooling2D(2, name="pool2", **images),
            conv(3, 32),
            layers.GlobalAveragePooling2D(name="average", **images),
            layers.Dense(
                classes,
                activation="softmax",
                kernel_initializer=kernel(),
                name="dense",
                **FLOAT32,
            ),
        ],
        name="patch_cnn",
    )

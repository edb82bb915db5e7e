"""Networks that name a class for every pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from companion._checks import number
from companion.models._settings import (
    CHANNELS_LAST,
    FLOAT32,
    check_counts,
    kernel_initializer,
)

if TYPE_CHECKING:
    import keras

__all__ = ["u_net"]


def u_net(
    input_shape: tuple[int | None, int | None, int] = (112, 96, 1),
    classes: int = 3,
    *,
    filters: int = 8,
    depth: int = 3,
    skips: bool = True,
    seed: int = 0,
) -> keras.Model:
    """Build a U-Net: down to see far, up to see sharply, and bridges across.

    Each of ``depth`` levels has two 3×3 convolutions, each normalized over the batch,
    with ReLU. A 2×2 max pooling leads
    to the level below, which has twice the channels. On the way up each level repeats
    every pixel 2×2 times, puts the encoder's maps of the same size beside the result,
    and has two convolutions again. A 1×1 convolution and a softmax over the classes
    end it. Source: Ronneberger et al. (2015), figure 1; here images are padded, so that
    the answer is as large as the image, batch normalization is added, and repeating
    stands in for the transposed convolution.

    Args:
        input_shape: (H, W, C) of an image. H and W are multiples of ``2**depth``, or
            None for images of any such size.
        classes: Number of classes K.
        filters: Channels of the topmost level.
        depth: How often the image is halved.
        skips: Whether the encoder's maps are handed across. Without them the decoder
            has only what came through the bottom.
        seed: Fixes the initial weights.

    Returns:
        A functional model, not compiled, from (N, H, W, C) to probabilities
        (N, H, W, K).

    Raises:
        TypeError: If a setting is of the wrong kind.
        ValueError: If a setting is out of range, or the image can't be halved that
            often.

    Example:
        >>> u_net().output_shape
        (None, 112, 96, 3)
        >>> u_net((None, None, 3), classes=2, depth=2, skips=False).output_shape
        (None, None, None, 2)
    """
    classes, filters, depth = check_counts(
        classes=classes, filters=filters, depth=depth
    )
    shape = _check_shape(input_shape, depth)
    if not isinstance(skips, bool | np.bool_):
        raise TypeError(f"skips must be True or False, got {skips!r}")
    import keras
    from keras import layers

    kernel = kernel_initializer("HeNormal", seed)
    images = {**CHANNELS_LAST, **FLOAT32}

    def block(x, name, channels):
        for i in (1, 2):
            x = layers.Conv2D(
                channels,
                3,
                padding="same",
                use_bias=False,
                kernel_initializer=kernel(),
                name=f"{name}_conv{i}",
                **images,
            )(x)
            x = layers.BatchNormalization(
                momentum=0.9, name=f"{name}_norm{i}", **FLOAT32
            )(x)
            x = layers.Activation("relu", name=f"{name}_relu{i}", **FLOAT32)(x)
        return x

    inputs = x = keras.Input(shape, **FLOAT32)
    bridges = []
    for level in range(depth):
        x = block(x, f"down{level + 1}", filters * 2**level)
        bridges.append(x)
        x = layers.MaxPooling2D(2, name=f"pool{level + 1}", **images)(x)
    x = block(x, "bottom", filters * 2**depth)
    for level in reversed(range(depth)):
        # Not "bilinear": with sizes of None Keras can't compute it.
        x = layers.UpSampling2D(2, name=f"up{level + 1}_repeat", **images)(x)
        if skips:
            x = layers.Concatenate(name=f"skip{level + 1}", **FLOAT32)(
                [x, bridges[level]]
            )
        x = block(x, f"up{level + 1}", filters * 2**level)
    outputs = layers.Conv2D(
        classes,
        1,
        activation="softmax",
        kernel_initializer=kernel(),
        name="classes",
        **images,
    )(x)
    return keras.Model(inputs, outputs, name="u_net")


def _check_shape(input_shape, depth: int) -> tuple[int | None, int | None, int]:
    """Return the shape as ints, or raise unless it can be halved that often."""
    sizes, step = tuple(input_shape), 2**depth
    if len(sizes) != 3:
        raise ValueError(f"input_shape must be (H, W, C), got {sizes}")
    for name, size in zip("HW", sizes):
        if size is None:
            continue
        number(name, size, 1, integer=True)
        if size % step:
            raise ValueError(
                f"{name} must be a multiple of 2**depth = {step}, so that the image "
                f"can be halved {depth} times, got {size}; pad or cut the images, or "
                "take a smaller depth"
            )
    height, width = (None if size is None else int(size) for size in sizes[:2])
    return height, width, number("C", sizes[2], 1, integer=True)

"""Networks that learn from images without labels: to copy them or to foresee them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from companion.models._settings import (
    CHANNELS_LAST,
    FLOAT32,
    check_counts,
    kernel_initializer,
)

if TYPE_CHECKING:
    import keras

__all__ = ["convolutional_autoencoder", "next_frame_network"]


def convolutional_autoencoder(
    seed: int = 0,
    *,
    input_shape: tuple[int, int, int] = (48, 64, 1),
    filters: Sequence[int] = (8, 16, 16),
    code: int = 32,
) -> keras.Model:
    """Build an autoencoder: an encoder, a narrow code, a decoder that mirrors it.

    The encoder halves height and width with each 3×3 convolution of stride 2 and ends
    in a dense layer of ``code`` numbers, the bottleneck. The decoder undoes each step:
    a dense layer, then each side doubled by repetition and a 3×3 convolution. ReLU
    inside, no activation at the code and at the end. Source: Hinton & Salakhutdinov
    (2006), "Reducing the dimensionality of data with neural networks"; the anomaly
    score made of its error, Hasan et al. (2016).

    Args:
        seed: Fixes the initial weights.
        input_shape: (H, W, C) of an image; H and W multiples of 2 to the power of
            the number of convolutions.
        filters: Filters of the encoder's convolutions, from the image inwards.
        code: Numbers in the bottleneck.

    Returns:
        A Sequential model, not compiled, from images (N, H, W, C) to images of the
        same shape; its layer ``code`` gives the codes (N, code).

    Raises:
        TypeError: If a setting is of the wrong kind.
        ValueError: If a setting is out of range or the sides cannot be halved so often.

    Example:
        >>> model = convolutional_autoencoder(input_shape=(16, 24, 1), filters=(4, 8))
        >>> tuple(model(np.zeros((2, 16, 24, 1))).shape)
        (2, 16, 24, 1)
        >>> tuple(model.get_layer("code").output.shape)
        (None, 32)
    """
    filters = check_counts(
        **{f"filters[{i}]": count for i, count in enumerate(filters)}
    )
    (code,) = check_counts(code=code)
    if not filters:
        raise ValueError("filters must name at least one convolution, got ()")
    height, width, channels = _check_shape(input_shape, 2 ** len(filters))
    kernel = kernel_initializer("HeNormal", seed)
    import keras
    from keras import layers

    small = (height >> len(filters), width >> len(filters), filters[-1])

    def conv(name, count, strides=1, activation="relu"):
        return layers.Conv2D(
            count,
            3,
            strides,
            "same",
            activation=activation,
            kernel_initializer=kernel(),
            name=name,
            **CHANNELS_LAST,
            **FLOAT32,
        )

    def dense(name, count, activation=None):
        return layers.Dense(
            count, activation, kernel_initializer=kernel(), name=name, **FLOAT32
        )

    steps = [keras.Input(input_shape, **FLOAT32)]
    for i, count in enumerate(filters):
        steps.append(conv(f"down{i + 1}", count, strides=2))
    steps += [
        layers.Flatten(name="flatten", **CHANNELS_LAST, **FLOAT32),
        dense("code", code),
        dense("unpack", int(np.prod(small)), "relu"),
        layers.Reshape(small, name="grid", **FLOAT32),
    ]
    targets = [*filters[-2::-1], channels]
    for i, count in enumerate(targets):
        last = i == len(targets) - 1
        up = layers.UpSampling2D(2, name=f"double{i + 1}", **CHANNELS_LAST, **FLOAT32)
        steps += [up, conv(f"up{i + 1}", count, activation=None if last else "relu")]
    return keras.Sequential(steps, name="convolutional_autoencoder")


def next_frame_network(
    seed: int = 0,
    *,
    input_shape: tuple[int, int, int] = (48, 64, 4),
    filters: Sequence[int] = (16, 16),
) -> keras.Model:
    """Build a network that foresees the next frame of a video.

    It sees the last C frames as channels, the newest one last, and adds a correction
    to the newest: before training it repeats that frame. 3×3 convolutions with ReLU,
    then one that starts at zero. Source: the idea of Liu et al. (2018), "Future frame
    prediction for anomaly detection", in its smallest form.

    Args:
        seed: Fixes the initial weights.
        input_shape: (H, W, C), C being how many frames are seen.
        filters: Filters of the convolutions.

    Returns:
        A model, not compiled, from (N, H, W, C) to frames (N, H, W, 1).

    Raises:
        TypeError: If a setting is of the wrong kind.
        ValueError: If a setting is out of range.

    Example:
        >>> seen = np.random.default_rng(0).random((1, 8, 8, 4), dtype=np.float32)
        >>> foreseen = next_frame_network(input_shape=(8, 8, 4))(seen)
        >>> bool(np.allclose(foreseen[..., 0], seen[..., -1]))
        True
    """
    filters = check_counts(
        **{f"filters[{i}]": count for i, count in enumerate(filters)}
    )
    _check_shape(input_shape, 1)
    kernel = kernel_initializer("HeNormal", seed)
    import keras
    from keras import layers

    frames = keras.Input(input_shape, name="frames", **FLOAT32)
    x = frames
    for i, count in enumerate(filters):
        x = layers.Conv2D(
            count,
            3,
            padding="same",
            activation="relu",
            kernel_initializer=kernel(),
            name=f"conv{i + 1}",
            **CHANNELS_LAST,
            **FLOAT32,
        )(x)
    change = layers.Conv2D(
        1,
        3,
        padding="same",
        kernel_initializer="zeros",
        name="change",
        **CHANNELS_LAST,
        **FLOAT32,
    )(x)
    foreseen = layers.Add(name="foreseen", **FLOAT32)([frames[..., -1:], change])
    return keras.Model(frames, foreseen, name="next_frame_network")


def _check_shape(input_shape, multiple: int) -> tuple[int, int, int]:
    """Return the shape, or raise unless its sides are multiples of ``multiple``."""
    sizes = tuple(input_shape)
    if len(sizes) != 3 or not all(
        isinstance(size, int | np.integer) and size >= 1 for size in sizes
    ):
        raise ValueError(
            f"input_shape must be (H, W, C), whole numbers of at least 1, got {sizes}"
        )
    if any(size % multiple for size in sizes[:2]):
        raise ValueError(
            f"H and W of input_shape must be multiples of {multiple}, so that they can "
            f"be halved that often, got {sizes}; crop or resize the images"
        )
    return sizes

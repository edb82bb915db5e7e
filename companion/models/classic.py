"""Three convolutional networks from the literature, as their papers describe them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from companion.models._settings import (
    CHANNELS_LAST,
    FLOAT32,
    check_counts,
    kernel_initializer,
)

if TYPE_CHECKING:
    import keras

__all__ = ["C3_INPUTS", "alexnet", "lenet5", "vgg16"]

IMAGES = {**CHANNELS_LAST, **FLOAT32}

C3_INPUTS = (
    *((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5)),
    *((0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5)),
    *((0, 1, 2, 5), (0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5), (0, 1, 2, 3, 4, 5)),
)
"""Which maps of S2 each of the 16 maps of LeNet-5's C3 sees (the paper's table I)."""


def lenet5(
    seed: int = 0, *, variant: Literal["original", "modern"] = "original"
) -> keras.Model:
    """Build LeNet-5 (LeCun, Bottou, Bengio & Haffner, 1998, section II.B).

    The original has three kinds of layers that frameworks no longer offer: S2 and S4
    add up each 2×2 window, then multiply by a learned coefficient and add a bias; the
    maps of C3 see some of the maps of S2 only (:data:`C3_INPUTS`); the output layer
    gives the squared distance to a fixed code of ±1 for each class, so the smallest
    output is the answer. It has 60,000 trainable parameters and 340,908 connections.
    The paper draws the codes as pictures of the characters; here they are random,
    which it names as a possibility.

    The modern variant has average pooling, C3 connected to all of S2, and softmax at
    the end: 61,706 parameters.

    Args:
        seed: Fixes the initial weights and the codes.
        variant: ``"original"`` or ``"modern"``.

    Returns:
        A Sequential model, not compiled, from images (N, 32, 32, 1) to squared
        distances (N, 10), or to probabilities (N, 10) for the modern variant.

    Raises:
        ValueError: If ``variant`` is unknown.

    Example:
        >>> sum(int(np.prod(w.shape)) for w in lenet5().trainable_weights)
        60000
        >>> lenet5(variant="modern").count_params()
        61706
    """
    if variant not in ("original", "modern"):
        raise ValueError(f"variant must be 'original' or 'modern', got {variant!r}")
    import keras
    from keras import layers

    from companion.models import _layers

    kernel = kernel_initializer("GlorotUniform", seed)
    original = variant == "original"

    def tanh(name):
        squash = _layers.scaled_tanh if original else "tanh"
        return layers.Activation(squash, name=name, **FLOAT32)

    def conv(filters, name):
        return layers.Conv2D(
            filters, 5, kernel_initializer=kernel(), name=name, **IMAGES
        )

    if original:
        c3 = _layers.PartialConv2D(
            C3_INPUTS, 5, kernel_initializer=kernel(), name="C3", **FLOAT32
        )
        pools = [_layers.Subsampling(name=name, **FLOAT32) for name in ("S2", "S4")]
        codes = np.random.default_rng(seed).choice([-1.0, 1.0], (84, 10))
        output = _layers.SquaredDistance(codes, name="output", **FLOAT32)
    else:
        c3 = conv(16, "C3")
        pools = [
            layers.AveragePooling2D(2, name=name, **IMAGES) for name in ("S2", "S4")
        ]
        output = layers.Dense(
            10,
            activation="softmax",
            kernel_initializer=kernel(),
            name="output",
            **FLOAT32,
        )
    return keras.Sequential(
        [
            keras.Input((32, 32, 1), **FLOAT32),
            *(conv(6, "C1"), tanh("tanh_C1")),
            *(pools[0], tanh("tanh_S2")),
            *(c3, tanh("tanh_C3")),
            *(pools[1], tanh("tanh_S4")),
            *(conv(120, "C5"), tanh("tanh_C5")),
            layers.Flatten(name="flatten", **IMAGES),
            layers.Dense(84, kernel_initializer=kernel(), name="F6", **FLOAT32),
            tanh("tanh_F6"),
            output,
        ],
        name=f"lenet5_{variant}",
    )


def alexnet(
    seed: int = 0,
    *,
    classes: int = 1000,
    groups: Literal[1, 2] = 2,
    initializer: str = "GlorotUniform",
) -> keras.Model:
    """Build AlexNet (Krizhevsky, Sutskever & Hinton, 2012, section 3).

    Five convolutions and three dense layers, ReLU throughout; local response
    normalization after the first two convolutions, overlapping max pooling (3×3,
    stride 2) after the first, second and fifth, dropout of a half
    after the first two dense layers. The second, fourth and fifth convolutions see only
    the maps on their own GPU, which is a convolution in two groups: 60,965,224
    parameters. With one group there are 62,378,344.

    The paper says 224×224 pixels, with which an 11×11 kernel of stride 4 does not
    give the 55×55 maps of its figure; 227×227 does.

    Args:
        seed: Fixes the initial weights.
        classes: Number of classes K.
        groups: 2 as on two GPUs, or 1.
        initializer: Name of the Keras initializer of the kernels; ``"Zeros"`` is quick
            and enough to count.

    Returns:
        A Sequential model, not compiled, from (N, 227, 227, 3) to probabilities (N, K).

    Raises:
        ValueError: If there are fewer than two classes, or ``groups`` is not 1 or 2.

    Example:
        >>> alexnet(initializer="Zeros").count_params()
        60965224
    """
    check_counts(classes=classes)
    if groups not in (1, 2):
        raise ValueError(f"groups must be 1 or 2, got {groups!r}")
    import keras
    from keras import layers

    from companion.models._layers import LocalResponseNormalization

    kernel = kernel_initializer(initializer, seed)

    def conv(i, filters, size, *, groups=1, **options):
        return layers.Conv2D(
            filters,
            size,
            groups=groups,
            activation="relu",
            kernel_initializer=kernel(),
            name=f"conv{i}",
            **IMAGES,
            **options,
        )

    def pool(i):
        return layers.MaxPooling2D(3, 2, name=f"pool{i}", **IMAGES)

    def normalize(i):
        return LocalResponseNormalization(name=f"norm{i}", **FLOAT32)

    def dense(i, units, activation="relu"):
        return layers.Dense(
            units, activation, kernel_initializer=kernel(), name=f"dense{i}", **FLOAT32
        )

    return keras.Sequential(
        [
            keras.Input((227, 227, 3), **FLOAT32),
            *(conv(1, 96, 11, strides=4), normalize(1), pool(1)),
            *(conv(2, 256, 5, padding="same", groups=groups), normalize(2), pool(2)),
            conv(3, 384, 3, padding="same"),
            conv(4, 384, 3, padding="same", groups=groups),
            *(conv(5, 256, 3, padding="same", groups=groups), pool(5)),
            layers.Flatten(name="flatten", **IMAGES),
            *(dense(6, 4096), layers.Dropout(0.5, name="dropout6", **FLOAT32)),
            *(dense(7, 4096), layers.Dropout(0.5, name="dropout7", **FLOAT32)),
            dense(8, classes, "softmax"),
        ],
        name="alexnet",
    )


def vgg16(
    seed: int = 0, *, classes: int = 1000, initializer: str = "GlorotUniform"
) -> keras.Model:
    """Build VGG-16 (Simonyan & Zisserman, 2015, configuration D).

    Thirteen 3×3 convolutions in five blocks, a 2×2 max pooling after each block, and
    three dense layers, with ReLU throughout and dropout of a half after the first two
    dense layers: 138,357,544 parameters, 0.55 GB.

    Args:
        seed: Fixes the initial weights.
        classes: Number of classes K.
        initializer: Name of the Keras initializer of the kernels; ``"Zeros"`` is quick
            and enough to count.

    Returns:
        A Sequential model, not compiled, from (N, 224, 224, 3) to probabilities (N, K).

    Raises:
        ValueError: If there are fewer than two classes.

    Example:
        >>> vgg16(initializer="Zeros").count_params()
        138357544
    """
    check_counts(classes=classes)
    import keras
    from keras import layers

    kernel = kernel_initializer(initializer, seed)
    blocks = []
    for block, (depth, filters) in enumerate(
        ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512)), start=1
    ):
        blocks += [
            layers.Conv2D(
                filters,
                3,
                padding="same",
                activation="relu",
                kernel_initializer=kernel(),
                name=f"conv{block}_{i}",
                **IMAGES,
            )
            for i in range(1, depth + 1)
        ]
        blocks.append(layers.MaxPooling2D(2, name=f"pool{block}", **IMAGES))

    def dense(i, units, activation="relu"):
        return layers.Dense(
            units, activation, kernel_initializer=kernel(), name=f"dense{i}", **FLOAT32
        )

    return keras.Sequential(
        [
            keras.Input((224, 224, 3), **FLOAT32),
            *blocks,
            layers.Flatten(name="flatten", **IMAGES),
            *(dense(6, 4096), layers.Dropout(0.5, name="dropout6", **FLOAT32)),
            *(dense(7, 4096), layers.Dropout(0.5, name="dropout7", **FLOAT32)),
            dense(8, classes, "softmax"),
        ],
        name="vgg16",
    )

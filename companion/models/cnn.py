"""Convolutional networks for small gray images."""

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

__all__ = ["article_cnn", "small_cnn"]


def article_cnn(
    seed: int = 0,
    *,
    input_shape: tuple[int, int, int] = (28, 28, 1),
    classes: int = 10,
    dtype: str = "float32",
) -> keras.Model:
    """Build the network of the article's section 5.2.

    3×3 convolutions of 32, 64 and 64 kernels, a 2×2 max pooling after each of the
    first two, a dense layer of 64 and one of ``classes``; ReLU inside, softmax at the
    end. On 28×28 gray images it has 93,322 parameters.

    Args:
        seed: Fixes the initial weights.
        input_shape: (H, W, C) of an image; H and W at least 18.
        classes: Number of classes K.
        dtype: Keras dtype policy of the inner layers, such as ``"mixed_bfloat16"``;
            the probabilities are float32 whatever it is.

    Returns:
        A Sequential model, not compiled, from (N, H, W, C) to probabilities (N, K).

    Raises:
        TypeError: If a setting is of the wrong kind.
        ValueError: If the images are too small or there are fewer than two classes.

    Example:
        >>> article_cnn().count_params()
        93322
    """
    _check(input_shape, classes)
    import keras
    from keras import layers

    kernel = kernel_initializer("GlorotUniform", seed)
    common = {"activation": "relu", "dtype": dtype}
    images = {"dtype": dtype, **CHANNELS_LAST}

    def conv(i, filters):
        return layers.Conv2D(
            filters,
            3,
            activation="relu",
            kernel_initializer=kernel(),
            name=f"conv{i}",
            **images,
        )

    return keras.Sequential(
        [
            keras.Input(input_shape, **FLOAT32),
            conv(1, 32),
            layers.MaxPooling2D(2, name="pool1", **images),
            conv(2, 64),
            layers.MaxPooling2D(2, name="pool2", **images),
            conv(3, 64),
            layers.Flatten(name="flatten", **images),
            layers.Dense(64, kernel_initializer=kernel(), name="dense1", **common),
            layers.Dense(
                classes,
                activation="softmax",
                kernel_initializer=kernel(),
                name="dense2",
                **FLOAT32,
            ),
        ],
        name="article_cnn",
    )


def small_cnn(
    seed: int = 0,
    *,
    input_shape: tuple[int, int, int] = (28, 28, 1),
    classes: int = 10,
    stem: Literal["strided", "pooled"] = "strided",
    batch_normalization: bool = True,
    dtype: str = "float32",
) -> keras.Model:
    """Build the cheaper and better network of chapter 5.

    The article's plan with three changes: the first convolution is 5×5 with stride 2
    and so needs no pooling after it (Springenberg et al., 2015); every layer is
    normalized over the batch (Ioffe & Szegedy, 2015) before its ReLU; the pooling
    comes before both, where a quarter of the values is left to normalize.

    Args:
        seed: Fixes the initial weights.
        input_shape: (H, W, C) of an image; H and W at least 18.
        classes: Number of classes K.
        stem: ``"strided"``, or ``"pooled"`` for the article's 3×3 convolution and
            pooling.
        batch_normalization: Whether to normalize; biases take its place if not.
        dtype: Keras dtype policy of the inner layers, such as ``"mixed_bfloat16"``;
            the probabilities are float32 whatever it is.

    Returns:
        A Sequential model, not compiled, from (N, H, W, C) to probabilities (N, K).

    Raises:
        TypeError: If a setting is of the wrong kind.
        ValueError: If the images are too small, there are fewer than two classes, or
            ``stem`` is unknown.

    Example:
        >>> tuple(small_cnn()(np.zeros((2, 28, 28, 1))).shape)
        (2, 10)
    """
    _check(input_shape, classes)
    if stem not in ("strided", "pooled"):
        raise ValueError(f"stem must be 'strided' or 'pooled', got {stem!r}")
    import keras
    from keras import layers

    kernel = kernel_initializer("HeNormal", seed)
    common = {"use_bias": not batch_normalization, "dtype": dtype}
    images = {"dtype": dtype, **CHANNELS_LAST}

    def conv(i, filters, size, strides=1, padding="valid"):
        return layers.Conv2D(
            filters,
            size,
            strides,
            padding,
            kernel_initializer=kernel(),
            name=f"conv{i}",
            **CHANNELS_LAST,
            **common,
        )

    def pool(i):
        return layers.MaxPooling2D(2, name=f"pool{i}", **images)

    def activate(name):
        norm = layers.BatchNormalization(momentum=0.9, name=f"norm_{name}", dtype=dtype)
        relu = layers.Activation("relu", name=f"relu_{name}", dtype=dtype)
        return [norm, relu] if batch_normalization else [relu]

    stems = {
        "strided": lambda: [conv(1, 24, 5, 2, "same")],
        "pooled": lambda: [conv(1, 24, 3), pool(1)],
    }
    return keras.Sequential(
        [
            keras.Input(input_shape, **FLOAT32),
            *stems[stem](),
            *activate("conv1"),
            conv(2, 48, 3),
            pool(2),
            *activate("conv2"),
            conv(3, 64, 3),
            *activate("conv3"),
            layers.Flatten(name="flatten", **images),
            layers.Dense(64, kernel_initializer=kernel(), name="dense1", **common),
            *activate("dense1"),
            layers.Dense(
                classes,
                activation="softmax",
                kernel_initializer=kernel(),
                name="dense2",
                **FLOAT32,
            ),
        ],
        name="small_cnn",
    )


def _check(input_shape, classes) -> None:
    check_counts(classes=classes)
    sizes = tuple(input_shape)
    if len(sizes) != 3 or not all(
        isinstance(size, int | np.integer) and size >= low
        for size, low in zip(sizes, (18, 18, 1))
    ):
        raise ValueError(
            "input_shape must be (H, W, C) with H and W whole numbers of at least 18, "
            f"got {sizes}"
        )

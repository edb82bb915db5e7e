"""Networks for recognizing what an image shows: plain, residual, Inception-style.

All three share a frame, so that two of them differ in their blocks alone: a 3×3
convolution with stride 2, blocks, a second convolution with stride 2 that doubles the
channels, blocks, the mean over all positions, a dense layer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from companion._checks import number
from companion.models._settings import (
    CHANNELS_LAST,
    FLOAT32,
    check_counts,
    kernel_initializer,
)

if TYPE_CHECKING:
    import keras

__all__ = [
    "inception_network",
    "plain_network",
    "residual_network",
]

InputShape = tuple[int, int, int]


def plain_network(
    seed: int = 0,
    *,
    depth: int = 42,
    width: int = 16,
    input_shape: InputShape = (32, 32, 3),
    classes: int = 10,
    batch_normalization: bool = False,
) -> keras.Model:
    """Build a network whose convolutions follow each other without a skip path.

    Every layer computes ``relu(conv(h))`` with 3×3 kernels after He et al. (2015). It
    is the control of :func:`residual_network`: same layers, shapes and parameters.

    Args:
        seed: Fixes the initial weights.
        depth: Number of convolutions, 2 + 4 n: 6, 10, 14, ... 42, ...
        width: Channels of the first half; the second half has twice as many.
        input_shape: (H, W, C) of an image; H and W at least 8.
        classes: Number of classes K.
        batch_normalization: Whether to normalize after every convolution; biases take
            its place if not.

    Returns:
        A model, not compiled, from (N, H, W, C) to probabilities (N, K).

    Raises:
        TypeError: If a setting is of the wrong kind.
        ValueError: If a setting is out of range.

    Example:
        >>> plain_network(depth=10, width=8).count_params()
        13178
    """
    return _deep(
        "plain_network",
        seed,
        depth,
        width,
        input_shape,
        classes,
        batch_normalization,
        skip=False,
        branch_init="he",
    )


def residual_network(
    seed: int = 0,
    *,
    depth: int = 42,
    width: int = 16,
    branch_init: Literal["zero", "he"] = "zero",
    input_shape: InputShape = (32, 32, 3),
    classes: int = 10,
    batch_normalization: bool = False,
) -> keras.Model:
    """Build a network of residual blocks (He et al., 2016, section 3.1).

    A block adds its input to what two convolutions make of it,
    ``relu(h + conv2(relu(conv1(h))))``. With ``branch_init="zero"`` the last scale of
    the branch starts at zero (Goyal et al., 2017, section 5.1), so that every block
    begins by passing on its input.

    Args:
        seed: Fixes the initial weights.
        depth: Number of convolutions, 2 + 4 n: 6, 10, 14, ... 42, ...
        width: Channels of the first half; the second half has twice as many.
        branch_init: How the second convolution of a block begins, or the scale of the
            normalization after it: ``"zero"`` or ``"he"``.
        input_shape: (H, W, C) of an image; H and W at least 8.
        classes: Number of classes K.
        batch_normalization: Whether to normalize after every convolution; biases take
            its place if not.

    Returns:
        A model, not compiled, from (N, H, W, C) to probabilities (N, K).

    Raises:
        TypeError: If a setting is of the wrong kind.
        ValueError: If a setting is out of range.

    Example:
        >>> residual_network(depth=10, width=8).count_params()
        13178
    """
    if branch_init not in ("zero", "he"):
        raise ValueError(f"branch_init must be 'zero' or 'he', got {branch_init!r}")
    return _deep(
        "residual_network",
        seed,
        depth,
        width,
        input_shape,
        classes,
        batch_normalization,
        skip=True,
        branch_init=branch_init,
    )


def inception_network(
    seed: int = 0,
    *,
    modules: int = 4,
    width: int = 16,
    reduction: bool = True,
    input_shape: InputShape = (32, 32, 3),
    classes: int = 10,
) -> keras.Model:
    """Build a network of modules after GoogLeNet's (Szegedy et al., 2015, section 4).

    The frame is that of :func:`plain_network`; half of the modules come before the
    second strided convolution, half after it.

    Args:
        seed: Fixes the initial weights.
        modules: Number of modules, even.
        width: Channels of the first half, a multiple of 8; the second half has twice
            as many.
        reduction: Whether 1×1 convolutions narrow what the 3×3 and 5×5 kernels see.
        input_shape: (H, W, C) of an image; H and W at least 8.
        classes: Number of classes K.

    Returns:
        A model, not compiled, from (N, H, W, C) to probabilities (N, K).

    Raises:
        TypeError: If a setting is of the wrong kind.
        ValueError: If a setting is out of range.

    Example:
        >>> inception_network().count_params()
        11350
        >>> inception_network(reduction=False).count_params()
        25994
    """
    modules, width = check_counts(modules=modules, width=width)
    if modules % 2 or width % 8:
        raise ValueError(
            "modules must be even and width a multiple of 8, got "
            f"modules={modules} and width={width}"
        )
    image, classes = _check_frame(input_shape, classes)
    import keras

    kernel = kernel_initializer("HeNormal", seed)
    h = inputs = keras.Input(image, **FLOAT32)
    for stage, channels in enumerate((width, 2 * width), 1):
        h = _conv(h, channels, 3, kernel(), f"conv{stage}", strides=2)
        for i in range(modules // 2):
            h = _inception_module(
                h, channels, kernel, f"s{stage}m{i + 1}", reduction=reduction
            )
    return _classifier("inception_network", inputs, h, classes, seed)


def _deep(
    name, seed, depth, width, input_shape, classes, normalize, *, skip, branch_init
):
    """Build a plain or a residual network."""
    depth, width = check_counts(depth=depth, width=width)
    if depth < 6 or depth % 4 != 2:
        raise ValueError(
            "depth must be 2 + 4 n: two strided convolutions and n blocks of two in "
            f"each half, such as 6, 10 or 42; got {depth}"
        )
    image, classes = _check_frame(input_shape, classes)
    import keras
    from keras import layers

    kernel = kernel_initializer("HeNormal", seed)
    count = 0

    def conv(h, channels, *, strides=1, relu=True, zero=False):
        nonlocal count
        count += 1
        start = "zeros" if zero and not normalize else kernel()
        h = _conv(
            h,
            channels,
            3,
            start,
            f"conv{count}",
            strides=strides,
            use_bias=not normalize,
            relu=False,
        )
        if normalize:
            h = layers.BatchNormalization(
                momentum=0.9,
                gamma_initializer="zeros" if zero else "ones",
                name=f"norm{count}",
                **FLOAT32,
            )(h)
        return activate(h) if relu else h

    def activate(h):
        return layers.Activation("relu", name=f"relu{count}", **FLOAT32)(h)

    h = inputs = keras.Input(image, **FLOAT32)
    for channels in (width, 2 * width):
        h = conv(h, channels, strides=2)
        for _ in range((depth - 2) // 4):
            if not skip:
                h = conv(conv(h, channels), channels)
                continue
            branch = conv(h, channels)
            branch = conv(branch, channels, relu=False, zero=branch_init == "zero")
            h = activate(layers.Add(name=f"add{count}", **FLOAT32)([h, branch]))
    return _classifier(name, inputs, h, classes, seed)


def _inception_module(h, channels: int, kernel, name: str, *, reduction: bool = True):
    """Apply 1×1, 3×3 and 5×5 convolutions and a max pooling side by side.

    Of the C channels that go out, the 1×1 kernels make C/4, the 3×3 C/2, the 5×5 C/8,
    and the pooling's 1×1 C/8. With ``reduction``, 1×1 kernels first narrow what comes
    in, to C/4 channels for the 3×3 and C/8 for the 5×5 kernels.
    """
    from keras import layers

    quarter, eighth = channels // 4, channels // 8

    def conv(h, filters, size, part):
        return _conv(h, filters, size, kernel(), f"{name}_{part}")

    three = conv(h, quarter, 1, "reduce3") if reduction else h
    five = conv(h, eighth, 1, "reduce5") if reduction else h
    pooled = layers.MaxPooling2D(
        3, 1, "same", name=f"{name}_pool", **CHANNELS_LAST, **FLOAT32
    )(h)
    parts = [
        conv(h, quarter, 1, "1x1"),
        conv(three, channels // 2, 3, "3x3"),
        conv(five, eighth, 5, "5x5"),
        conv(pooled, eighth, 1, "project"),
    ]
    return layers.Concatenate(name=f"{name}_concat", **FLOAT32)(parts)


def _conv(h, filters, size, initializer, name, *, strides=1, use_bias=True, relu=True):
    from keras import layers

    return layers.Conv2D(
        filters,
        size,
        strides,
        "same",
        activation="relu" if relu else None,
        use_bias=use_bias,
        kernel_initializer=initializer,
        name=name,
        **CHANNELS_LAST,
        **FLOAT32,
    )(h)


def _classifier(name, inputs, h, classes, seed):
    """Return the model that ends in a mean over positions and a dense layer."""
    import keras
    from keras import layers

    h = layers.GlobalAveragePooling2D(name="mean", **CHANNELS_LAST, **FLOAT32)(h)
    start = kernel_initializer("GlorotUniform", seed)
    p = layers.Dense(
        classes,
        activation="softmax",
        kernel_initializer=start(),
        name="dense",
        **FLOAT32,
    )(h)
    return keras.Model(inputs, p, name=name)


def _check_frame(input_shape, classes) -> tuple[InputShape, int]:
    """Return the images' shape and the number of classes, or raise."""
    (classes,) = check_counts(classes=classes)
    sizes = tuple(input_shape)
    if len(sizes) != 3:
        raise ValueError(f"input_shape must be (H, W, C), got {sizes}")
    return tuple(
        number(f"input_shape[{i}]", size, low=low, integer=True)
        for i, (size, low) in enumerate(zip(sizes, (8, 8, 1)))
    ), classes

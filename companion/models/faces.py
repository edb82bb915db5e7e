"""A face classifier that slides over a photograph: convolutions and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from companion._checks import finite, number
from companion.models._settings import (
    CHANNELS_LAST,
    FLOAT32,
    check_counts,
    kernel_initializer,
)

if TYPE_CHECKING:
    import keras

__all__ = ["cut_windows", "face_network", "scan"]

WINDOW, STRIDE = 25, 4


def face_network(
    seed: int = 0, *, filters: Sequence[int] = (16, 24, 32), dropout: float = 0.3
) -> keras.Model:
    """Build a fully convolutional network that scores every window of an image.

    6×6 convolution, 2×2 max pooling, 3×3 convolution, 2×2 max pooling, then a dense
    layer and a logistic unit written as a 4×4 and a 1×1 convolution. On a 25×25 crop
    the output is one score z, and ``1 / (1 + exp(-z))`` is the probability of a face.
    On a larger image the output at (i, j) is the score of the window whose upper left
    corner is (4 i, 4 j) (Sermanet et al., 2014, section 3.5).

    Args:
        seed: Fixes the initial weights and the dropout.
        filters: Kernels of the three larger convolutions.
        dropout: Share of the last features left out in training, in [0, 1).

    Returns:
        A Sequential model, not compiled, from (N, H, W, 1) with H and W at least 25
        to scores (N, (H - 25) // 4 + 1, (W - 25) // 4 + 1, 1).

    Raises:
        TypeError: If a setting is of the wrong kind.
        ValueError: If there are not three numbers of kernels, or a value is out of
            range.

    Example:
        >>> model = face_network()
        >>> model.count_params()
        16425
        >>> tuple(model(np.zeros((1, 25, 45, 1))).shape)
        (1, 1, 6, 1)
    """
    if len(filters) != 3:
        raise ValueError(f"filters must be three numbers, got {filters!r}")
    first, second, third = check_counts(
        **{f"filters[{i}]": count for i, count in enumerate(filters)}
    )
    number("dropout", dropout, 0, 1, open_high=True)
    kernel = kernel_initializer("HeNormal", seed)
    import keras
    from keras import layers

    def conv(name, count, size, activation="relu"):
        return layers.Conv2D(
            count,
            size,
            activation=activation,
            kernel_initializer=kernel(),
            name=name,
            **CHANNELS_LAST,
            **FLOAT32,
        )

    def pool(name):
        return layers.MaxPooling2D(2, name=name, **CHANNELS_LAST, **FLOAT32)

    return keras.Sequential(
        [
            keras.Input((None, None, 1), **FLOAT32),
            conv("conv1", first, 6),
            pool("pool1"),
            conv("conv2", second, 3),
            pool("pool2"),
            conv("dense1", third, 4),
            layers.Dropout(dropout, seed=seed, name="dropout", **FLOAT32),
            conv("dense2", 1, 1, None),
        ],
        name="face_network",
    )


def scan(
    model: keras.Model, pixels, smallest: float = 40, step: float = 1.2
) -> tuple[np.ndarray, np.ndarray]:
    """Score windows of every size, square up to rounding, all over a photograph.

    The photograph is shrunk until windows of ``smallest`` pixels become 25 pixels
    wide, then by ``step`` again and again; each time the model slides over it once.

    Args:
        model: From images (1, H, W, 1) to scores, as :func:`face_network` builds it.
        pixels: Gray values in [0, 1], shape (H, W), H and W at least ``smallest``.
        smallest: Side of the smallest window, in pixels, at least 25.
        step: Ratio of two successive sides, above 1.

    Returns:
        Boxes (left, top, right, bottom) in pixels, float64, shape (N, 4), and their
        scores, float32, shape (N,).

    Raises:
        TypeError: If an argument holds no numbers.
        ValueError: If the photograph has the wrong shape or is too small, is not
            finite, or a setting is out of range.

    Example:
        >>> boxes, scores = scan(face_network(), np.zeros((50, 60)))
        >>> len(boxes), boxes[-1].round(1).tolist()
        (10, [7.7, 0.0, 56.1, 48.1])
    """
    pixels = _photograph(pixels)
    number("smallest", smallest, WINDOW)
    number("step", step, 1, open_low=True)
    if min(pixels.shape) < smallest:
        raise ValueError(
            f"pixels must be at least smallest = {smallest} high and wide, got shape "
            f"{pixels.shape}"
        )
    import keras

    boxes, scores = [], []
    for shape in _levels(pixels.shape, smallest, step):
        small = _shrunk(pixels, shape)
        found = model(small[np.newaxis, ..., np.newaxis], training=False)
        found = keras.ops.convert_to_numpy(found)[0, ..., 0]
        top, left = STRIDE * np.indices(found.shape).reshape(2, -1)
        corners = np.stack([left, top, left + WINDOW, top + WINDOW], axis=1)
        boxes.append(corners * _zoom(pixels.shape, shape))
        scores.append(found.ravel())
    return np.concatenate(boxes), np.concatenate(scores)


def cut_windows(pixels, boxes) -> np.ndarray:
    """Cut windows out of a photograph, as the model sees them when it slides.

    Args:
        pixels: Gray values in [0, 1], shape (H, W).
        boxes: Squares (left, top, right, bottom) in pixels, as :func:`scan` returns
            them, shape (N, 4).

    Returns:
        Crops, float32, shape (N, 25, 25, 1).

    Raises:
        TypeError: If an argument holds no numbers.
        ValueError: If a shape is wrong, a value is not finite, or a box does not lie
            within the photograph.

    Example:
        >>> cut_windows(np.zeros((50, 60)), [[10, 0, 60, 50]]).shape
        (1, 25, 25, 1)
    """
    pixels = _photograph(pixels)
    boxes = finite("boxes", boxes).reshape(-1, 4)
    height, width = pixels.shape
    inside = (boxes[:, :2] >= -1e-6) & (boxes[:, 2:] <= [width + 1e-6, height + 1e-6])
    sides = boxes[:, 2:] - boxes[:, :2]
    if not inside.all() or (sides <= 0).any():
        raise ValueError(
            f"boxes must be (left, top, right, bottom) within {width} × {height} "
            f"pixels, got {boxes[~(inside & (sides > 0)).all(axis=1)][0].tolist()}"
        )
    levels: dict[tuple[int, int], np.ndarray] = {}
    crops = np.empty((len(boxes), WINDOW, WINDOW, 1), np.float32)
    for crop, box, side in zip(crops, boxes, sides):
        shape = tuple(np.rint(WINDOW * np.array(pixels.shape) / side[::-1]).astype(int))
        if shape not in levels:
            levels[shape] = _shrunk(pixels, shape)
        left, top = np.rint(box[:2] / _zoom(pixels.shape, shape)[:2]).astype(int)
        left, top = min(left, shape[1] - WINDOW), min(top, shape[0] - WINDOW)
        crop[..., 0] = levels[shape][top : top + WINDOW, left : left + WINDOW]
    return crops


def _photograph(pixels) -> np.ndarray:
    pixels = finite("pixels", pixels)
    if pixels.ndim != 2:
        raise ValueError(
            f"pixels must have shape (H, W), got {pixels.shape}; turn colors into one "
            "gray value first"
        )
    return pixels.astype(np.float32)


def _levels(
    shape: tuple[int, int], smallest: float, step: float
) -> Iterator[tuple[int, int]]:
    side = smallest
    while side <= min(shape):
        yield tuple(max(WINDOW, round(length * WINDOW / side)) for length in shape)
        side *= step


def _shrunk(pixels: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    import cv2

    return cv2.resize(pixels, shape[::-1], interpolation=cv2.INTER_AREA)


def _zoom(shape: tuple[int, int], small: tuple[int, int]) -> np.ndarray:
    height, width = shape[0] / small[0], shape[1] / small[1]
    return np.array([width, height, width, height])

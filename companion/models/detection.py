"""A one-stage detector: each cell of a grid says whether an object is there, and where.

The grid's cells are ``stride`` pixels wide. What a cell says is 5 + K numbers in this
order: a logit that an object's center is near; how far the box's left, top, right and
bottom sides are from the cell's center, outward, in cells; a logit for each class.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from companion._checks import finite, number
from companion._checks import labels as check_labels
from companion.models._settings import (
    CHANNELS_LAST,
    FLOAT32,
    check_counts,
    kernel_initializer,
)

if TYPE_CHECKING:
    import keras

__all__ = ["detection_loss", "detection_targets", "detections", "detector"]

OUTWARD = np.array([-1, -1, 1, 1])  # the direction in which each side lies


def detector(
    seed: int = 0,
    *,
    channels: int = 1,
    classes: int = 10,
    stride: int = 8,
    widths: Sequence[int] = (16, 32, 64, 64),
) -> keras.Model:
    """Build a small one-stage detector without anchors.

    Five convolutions, each normalized over the batch and followed by ReLU: 5×5 with
    stride 2, four of 3×3, of which as many have stride 2 as the grid needs; the last
    two have the same width. A 1×1 convolution gives each cell's 5 + K numbers. The
    plan is that of Redmon et al. (2016) with the box coded as in Tian et al. (2019).

    Args:
        seed: Fixes the initial weights.
        channels: Channels C of an image.
        classes: Number of classes K, at least 1.
        stride: Width of a cell in pixels: 4 or 8.
        widths: Kernels of the first four convolutions.

    Returns:
        A Sequential model, not compiled, from images (N, H, W, C), H and W multiples
        of the stride, to (N, H / stride, W / stride, 5 + K).

    Raises:
        TypeError: If a setting is of the wrong kind.
        ValueError: If a setting is out of range.

    Example:
        >>> tuple(detector()(np.zeros((2, 96, 96, 1))).shape)
        (2, 12, 12, 15)
    """
    channels, *widths = check_counts(
        channels=channels, **{f"widths[{i}]": n for i, n in enumerate(widths)}
    )
    classes = number("classes", classes, 1, integer=True)
    if len(widths) != 4:
        raise ValueError(f"widths must be four numbers of kernels, got {len(widths)}")
    if stride not in (4, 8):
        raise ValueError(f"stride must be 4 or 8, got {stride!r}")
    import keras
    from keras import layers

    kernel = kernel_initializer("HeNormal", seed)
    steps = 2, 2, stride // 4, 1, 1
    parts = [keras.Input((None, None, channels), **FLOAT32)]
    for i, (filters, step) in enumerate(zip([*widths, widths[-1]], steps), 1):
        parts += [
            layers.Conv2D(
                filters,
                5 if i == 1 else 3,
                step,
                "same",
                use_bias=False,
                kernel_initializer=kernel(),
                name=f"conv{i}",
                **CHANNELS_LAST,
                **FLOAT32,
            ),
            layers.BatchNormalization(momentum=0.9, name=f"norm{i}", **FLOAT32),
            layers.Activation("relu", name=f"relu{i}", **FLOAT32),
        ]
    head = layers.Conv2D(
        5 + classes,
        1,
        kernel_initializer=keras.initializers.RandomNormal(0, 0.01, seed=seed),
        name="head",
        **CHANNELS_LAST,
        **FLOAT32,
    )
    return keras.Sequential([*parts, head], name="detector")


def detection_targets(
    boxes, labels, shape: tuple[int, int], stride: int = 8, radius: float = 1
) -> np.ndarray:
    """Say for every cell of the grid what it ought to answer.

    A cell is in charge of an object if its center is less than ``radius`` cells from
    the center of the object's box, along both axes; of several objects it takes the
    smallest (Tian et al., 2019, section 3.1, with the sampling near the center that
    their later version has).

    Args:
        boxes: (left, top, right, bottom) in pixels, shape (M, 4); M may be 0.
        labels: Classes of the objects, shape (M,) integers.
        shape: Height and width of the image in pixels, multiples of the stride.
        stride: Width of a cell in pixels.
        radius: In cells.

    Returns:
        float32, shape (H / stride, W / stride, 6): 1 for a cell in charge of an
        object; how far the sides of its box are from the cell's center, outward, in
        cells; its class. The rest is 0.

    Raises:
        TypeError: If boxes or labels hold no numbers.
        ValueError: If shapes do not fit each other.

    Example:
        >>> targets = detection_targets([[4, 8, 20, 16]], [7], (24, 24))
        >>> targets[1, 1].tolist()
        [1.0, 1.0, 0.5, 1.0, 0.5, 7.0]
    """
    boxes = finite("boxes", boxes).reshape(-1, 4)
    labels = check_labels("labels", labels, length=len(boxes), empty=True)
    if any(side % stride for side in shape):
        raise ValueError(
            f"shape must be multiples of the stride {stride}, got {tuple(shape)}; "
            "fill the image up with background"
        )
    rows, columns = (side // stride for side in shape)
    y, x = np.mgrid[:rows, :columns] * stride + stride / 2
    centers = np.stack([x, y, x, y], axis=2)
    targets = np.zeros((rows, columns, 6), np.float32)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    for k in np.argsort(-areas, kind="stable"):  # smaller ones overwrite larger ones
        middle = (boxes[k, :2] + boxes[k, 2:]) / 2
        near = (np.abs(centers[..., :2] - middle) < radius * stride).all(axis=2)
        distances = OUTWARD * (boxes[k] - centers[near]) / stride
        targets[near, 0], targets[near, 1:5] = 1, distances
        targets[near, 5] = labels[k]
    return targets


def detection_loss(targets, output):
    """Return how far the grid's answers are from the targets, for each image.

    With p the probability of an object in a cell, and in sums over all cells and over
    the P cells in charge, ``(sum_all focal + sum_P (abs difference of sides / 4 +
    cross-entropy of the class)) / max(P, 1)``, where the focal loss is
    ``-(1 - p)^2 log p`` for a cell in charge and ``-p^2 log(1 - p)`` for another
    (Lin et al., 2017, equation 4, with gamma = 2).

    Args:
        targets: Of :func:`detection_targets`, float32, (N, h, w, 6).
        output: Of the model of :func:`detector`, float32, (N, h, w, 5 + K).

    Returns:
        A tensor of the backend, (N,): a loss for ``model.compile``.

    Example:
        >>> targets = detection_targets([[4, 8, 20, 16]], [7], (24, 24))[None]
        >>> round(float(detection_loss(targets, np.zeros((1, 3, 3, 15)))[0]), 2)
        4.61
    """
    from keras import ops

    targets = ops.convert_to_tensor(targets, "float32")
    output = ops.convert_to_tensor(output, "float32")
    there, logit = targets[..., 0], output[..., 0]
    wrong = ops.sigmoid((1 - 2 * there) * logit)  # 1 - p, or p where nothing is
    focal = wrong**2 * ops.softplus((1 - 2 * there) * logit)
    sides = ops.mean(ops.abs(targets[..., 1:5] - output[..., 1:5]), axis=-1)
    right = ops.one_hot(ops.cast(targets[..., 5], "int32"), output.shape[-1] - 5)
    class_loss = -ops.sum(right * ops.log_softmax(output[..., 5:]), axis=-1)
    total = ops.sum(focal + there * (sides + class_loss), axis=(1, 2))
    return total / ops.maximum(ops.sum(there, axis=(1, 2)), 1)


def detections(
    output, stride: int = 8, least: float = 0.05
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Turn the grid's answers into boxes, scores and classes; repeats remain.

    The score is the probability of an object times that of its likeliest class.

    Args:
        output: Of the model of :func:`detector`, (N, h, w, 5 + K).
        stride: Width of a cell in pixels.
        least: Smallest score of a box that is kept.

    Returns:
        For each image boxes (M, 4) float64 in pixels, scores (M,) and classes (M,)
        int64, the best first. Boxes without area are left out.

    Raises:
        TypeError: If the output holds no numbers.
        ValueError: If it has another shape, is not finite, or a setting is out of
            range.

    Example:
        >>> output = np.full((1, 3, 3, 6), -9.0)
        >>> output[0, 1, 1] = 4, 1, 0.5, 1, 0.5, 0
        >>> detections(output)[0][0]
        array([[ 4.,  8., 20., 16.]])
    """
    output = finite("output", output).astype(float)
    if output.ndim != 4 or output.shape[-1] < 6:
        raise ValueError(
            f"output must have shape (N, h, w, 5 + K) with K at least 1, got "
            f"{output.shape}"
        )
    number("stride", stride, 1, integer=True)
    number("least", least, 0, 1)
    y, x = np.mgrid[: output.shape[1], : output.shape[2]] * stride + stride / 2
    boxes = np.stack([x, y, x, y], axis=2) + OUTWARD * stride * output[..., 1:5]
    spread = np.exp(output[..., 5:] - output[..., 5:].max(axis=-1, keepdims=True))
    sure = 1 / (1 + np.exp(-output[..., 0])) / spread.sum(axis=-1)
    kinds = output[..., 5:].argmax(axis=-1)
    found = []
    for box, score, kind in zip(boxes, sure, kinds):
        area = (box[..., 2:] > box[..., :2]).all(axis=-1)
        kept = np.argwhere(area & (score >= least))
        order = kept[np.argsort(-score[tuple(kept.T)], kind="stable")]
        at = tuple(order.T)
        found.append((box[at], score[at], kind[at]))
    return found

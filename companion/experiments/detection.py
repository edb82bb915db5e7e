"""Chapter 6.1a's detectors: how they are trained and tested.

Settings for digits were chosen on scenes of MNIST's training digits, and test digits
were looked at only in the end. For tree crowns, that isn't so: scores of the test tiles
were seen in trial runs before steps, widths and the smallest score were fixed, so the
detector's numbers are slightly optimistic.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from companion import models
from companion._checks import images as check_images
from companion._seeds import checked_seed
from companion.datasets import Scenes
from companion.evaluation import (
    average_precision,
    match_detections,
    mean_average_precision,
    non_maximum_suppression,
)

__all__ = [
    "CROWNS",
    "DIGITS",
    "THRESHOLDS",
    "Setting",
    "crown_batches",
    "crown_precision",
    "detect",
    "digit_precision",
    "scene_targets",
    "suppressed",
    "train",
]

Found = tuple[np.ndarray, np.ndarray, np.ndarray]

#: Thresholds of non-maximum suppression that are tried; None means without it.
THRESHOLDS = (None, 0.1, 0.3, 0.5, 0.7, 0.9)


@dataclass(frozen=True)
class Setting:
    """How a detector is built and trained.

    Attributes:
        channels: Channels of an image.
        classes: Number of classes.
        stride: Width of a cell, in pixels.
        widths: Kernels of the first four convolutions.
        steps: Training steps.
        batch_size: Images per step.
        learning_rate: At first; it falls along a cosine to 0.
    """

    channels: int
    classes: int
    stride: int
    widths: tuple[int, ...]
    steps: int
    batch_size: int = 16
    learning_rate: float = 3e-3


#: Scenes of digits: 3,000 of them, ten times.
DIGITS = Setting(1, 10, 8, (16, 32, 64, 64), steps=1_880)
#: Tree crowns: random pieces of one tile.
CROWNS = Setting(3, 1, 4, (24, 48, 64, 64), steps=600)
#: Side of such a piece, in pixels.
PIECE = 96


def train(setting: Setting, batches, seed: int = 0):
    """Build a detector and train it.

    Args:
        setting: How.
        batches: From a step to its images (N, H, W, C) and targets (N, h, w, 6).
        seed: Fixes the initial weights.

    Returns:
        The model and the CPU seconds that the steps took, with making the batches.
    """
    import keras

    keras.utils.set_random_seed(checked_seed(seed))
    model = models.detector(
        seed,
        channels=setting.channels,
        classes=setting.classes,
        stride=setting.stride,
        widths=setting.widths,
    )
    rate = keras.optimizers.schedules.CosineDecay(setting.learning_rate, setting.steps)
    model.compile(keras.optimizers.Adam(rate), models.detection_loss)

    class Steps(keras.utils.PyDataset):
        def __len__(self):
            return setting.steps

        def __getitem__(self, step):
            return batches(step)

    start = time.process_time()
    model.fit(Steps(), verbose=0, shuffle=False)
    return model, time.process_time() - start


def scene_targets(scenes: Scenes, stride: int = 8) -> np.ndarray:
    """Return the targets of all scenes.

    Args:
        scenes: The scenes.
        stride: Width of a cell, in pixels.

    Returns:
        float32, (N, h, w, 6), of :func:`companion.models.detection_targets`.

    Example:
        >>> from companion import datasets
        >>> scene_targets(datasets.digit_scenes(2)).shape
        (2, 12, 12, 6)
    """
    shape = scenes.images.shape[1:3]
    return np.stack(
        [
            models.detection_targets(boxes, labels, shape, stride)
            for boxes, labels in zip(scenes.boxes, scenes.labels)
        ]
    )


def shuffled(x, y, batch_size: int, seed: int) -> Callable:
    """Return batches for :func:`train`: all examples in a new order each time round.

    Args:
        x: Examples, (N, ...).
        y: Targets, (N, ...).
        batch_size: Examples per step.
        seed: Fixes the orders.

    Returns:
        From a step to examples and targets.
    """
    each = -(-len(x) // batch_size)

    def batch(step):
        round_, at = divmod(step, each)
        order = np.random.default_rng((seed, round_)).permutation(len(x))
        chosen = order[at * batch_size : (at + 1) * batch_size]
        return x[chosen], y[chosen]

    return batch


def crown_batches(image, boxes, setting: Setting = CROWNS, seed: int = 0) -> Callable:
    """Return batches for :func:`train`: random pieces of a photograph.

    Each is turned and mirrored at random, and made a little brighter or darker. A
    crown counts if its center lies in the piece.

    Args:
        image: (H, W, 3) floats in [0, 1].
        boxes: (M, 4), in pixels.
        setting: Of the training.
        seed: Fixes the pieces.

    Returns:
        From a step to pieces and targets.
    """
    image = check_images("image", image, 3)

    def piece(rng):
        y, x = (int(rng.integers(side - PIECE + 1)) for side in image.shape[:2])
        part, inside = image[y : y + PIECE, x : x + PIECE], boxes - [x, y, x, y]
        middle = (inside[:, :2] + inside[:, 2:]) / 2
        inside = inside[((middle > 0) & (middle < PIECE)).all(axis=1)]
        for _ in range(rng.integers(4)):  # a quarter turn to the left
            part = np.rot90(part)
            left, top, right, bottom = inside.T
            inside = np.stack([top, PIECE - right, bottom, PIECE - left], axis=1)
        if rng.integers(2):
            part = part[:, ::-1]
            left, top, right, bottom = inside.T
            inside = np.stack([PIECE - right, top, PIECE - left, bottom], axis=1)
        part = part * rng.uniform(0.8, 1.2) + rng.uniform(-0.08, 0.08)
        kinds = np.zeros(len(inside), int)
        shape = PIECE, PIECE
        return part, models.detection_targets(inside, kinds, shape, setting.stride)

    def batch(step):
        rng = np.random.default_rng((seed, step))
        parts, targets = zip(*(piece(rng) for _ in range(setting.batch_size)))
        return np.stack(parts).astype(np.float32), np.stack(targets)

    return batch


def detect(model, images, stride: int = 8, least: float = 0.05) -> list[Found]:
    """Return what a detector finds, with repeats.

    Args:
        model: Of :func:`companion.models.detector`.
        images: (N, H, W, C) floats in [0, 1]; sides that are no multiple of the stride
            are filled up with a mirror image.
        stride: Width of a cell, in pixels.
        least: Smallest score.

    Returns:
        For each image boxes, scores and classes, best first.
    """
    images = check_images("images", images)
    fill = [(0, -side % stride) for side in images.shape[1:3]]
    images = np.pad(images, [(0, 0), *fill, (0, 0)], mode="symmetric")
    output = model.predict(images, batch_size=50, verbose=0)
    return models.detections(output, stride, least)


def suppressed(found: list[Found], threshold: float | None) -> list[Found]:
    """Return what is left after non-maximum suppression of all classes together.

    Args:
        found: For each image boxes, scores and classes.
        threshold: Largest overlap of two kept boxes; None suppresses nothing.

    Returns:
        Likewise.
    """
    if threshold is None:
        return found
    kept = [non_maximum_suppression(b, s, threshold) for b, s, _ in found]
    return [(b[k], s[k], y[k]) for (b, s, y), k in zip(found, kept)]


def digit_precision(scenes: Scenes, found: list[Found]) -> dict[str, float]:
    """Return how well scenes were read.

    Args:
        scenes: The scenes.
        found: For each scene boxes, scores and classes.

    Returns:
        ``map50`` and ``map75``; ``ap50``, which does not ask for the class; ``boxes``,
        how many there are for each scene.
    """
    truths = list(zip(scenes.boxes, scenes.labels))
    any_class = [(boxes, 0 * labels) for boxes, labels in truths]
    alike = [(boxes, scores, 0 * labels) for boxes, scores, labels in found]
    return {
        "map50": mean_average_precision(truths, found, 0.5),
        "map75": mean_average_precision(truths, found, 0.75),
        "ap50": mean_average_precision(any_class, alike, 0.5),
        "boxes": float(np.mean([len(boxes) for boxes, _, _ in found])),
    }


def crown_precision(truth, found: Found) -> dict[str, float]:
    """Return how well the crowns of one photograph were found.

    Args:
        truth: Boxes, (M, 4).
        found: Boxes, scores and classes; the classes do not count.

    Returns:
        ``ap30`` and ``ap50``, ``recall30``, and ``boxes``, how many there are.
    """
    boxes, scores, _ = found
    hits = {t: match_detections(truth, boxes, scores, t) for t in (0.3, 0.5)}
    return {
        "ap30": average_precision(hits[0.3], scores, len(truth)),
        "ap50": average_precision(hits[0.5], scores, len(truth)),
        "recall30": float(hits[0.3].sum() / len(truth)),
        "boxes": len(boxes),
    }

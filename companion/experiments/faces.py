"""Chapter 6.1b's faces: training, counting false alarms, mining hard negatives."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from companion import models
from companion._checks import images as check_images
from companion._checks import labels as check_labels
from companion._checks import number
from companion._seeds import checked_seed
from companion.datasets import FaceCrops, Photograph, Photographs
from companion.evaluation import match_detections, non_maximum_suppression

if TYPE_CHECKING:
    import keras

__all__ = [
    "Count",
    "augment",
    "cascade",
    "count",
    "detect",
    "draw",
    "hold_out",
    "mine",
    "rounds",
    "survey",
    "train",
]

STEPS, BATCH, RATE = 500, 64, 2e-3
ROUNDS, MOST = 4, 60
#: Boxes that overlap more are one detection; a hit overlaps the face at least so much.
OVERLAP, HIT = 0.3, 0.5


@dataclass(frozen=True)
class Count:
    """What a detector finds in one photograph.

    Attributes:
        photograph: Its name.
        faces: How many faces it has.
        found: How many of them are found.
        false_alarms: How many detections are no face.
    """

    photograph: str
    faces: int
    found: int
    false_alarms: int


def hold_out(
    crops: FaceCrops, seed: int, share: float = 0.2
) -> tuple[np.ndarray, np.ndarray]:
    """Choose crops to train on and crops to test on, each kind in the same share.

    Args:
        crops: The crops.
        seed: Chooses them.
        share: Share of each kind that is held out.

    Returns:
        Indices for training and for testing, int64.

    Raises:
        TypeError: If ``seed`` is no integer.
        ValueError: If ``seed`` or ``share`` is out of range.

    Example:
        >>> from companion import datasets
        >>> train, test = hold_out(datasets.face_crops(), seed=0)
        >>> len(train), len(test)
        (160, 40)
    """
    rng = np.random.default_rng(checked_seed(seed))
    number("share", share, 0, 1, open_low=True, open_high=True)
    test = np.concatenate(
        [
            rng.permutation(np.flatnonzero(crops.labels == k))[: round(share * 100)]
            for k in (0, 1)
        ]
    )
    return np.setdiff1d(np.arange(len(crops.labels)), test), np.sort(test)


def augment(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Mirror half of the crops, move each by a pixel, change light and contrast.

    Args:
        images: Shape (N, H, W, 1), floats in [0, 1].
        rng: The source of chance.

    Returns:
        New crops, float32, of the same shape.

    Raises:
        TypeError: If they are no floats.
        ValueError: If the shape is another, or a value is not finite.

    Example:
        >>> augment(np.zeros((2, 25, 25, 1)), np.random.default_rng(0)).shape
        (2, 25, 25, 1)
    """
    images = check_images("images", images).astype(np.float32)
    n, height, width, _ = images.shape
    mirrored = np.where(
        (rng.random(n) < 0.5)[:, None, None, None], images[:, :, ::-1], images
    )
    padded = np.pad(mirrored, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
    dy, dx = rng.integers(0, 3, (2, n, 1, 1))
    rows, columns = np.arange(height)[:, None] + dy, np.arange(width)[None] + dx
    moved = padded[np.arange(n)[:, None, None], rows, columns]
    mean = moved.mean((1, 2, 3), keepdims=True)
    contrast = rng.uniform(0.7, 1.3, mean.shape)
    light = rng.uniform(-0.15, 0.15, mean.shape)
    changed = (moved - mean) * contrast + mean + light
    return np.clip(changed, 0, 1).astype(np.float32)


def train(
    images: np.ndarray, labels: np.ndarray, seed: int = 0, steps: int = STEPS
) -> tuple[keras.Model, float]:
    """Train a new network; every batch is half faces, whatever their share is.

    Args:
        images: Crops, (N, 25, 25, 1) floats in [0, 1].
        labels: 1 for a face, 0 for none, (N,); both occur.
        seed: Fixes weights, order and augmentation.
        steps: Number of batches of 64.

    Returns:
        The model, see :func:`companion.models.face_network`, and the processor
        seconds that training took.

    Raises:
        TypeError: If an argument is of the wrong kind.
        ValueError: If shapes do not fit, a label is neither 0 nor 1, or one of the two
            is missing.

    Example:
        >>> model, seconds = train(np.zeros((4, 25, 25, 1)), [0, 1, 0, 1], steps=1)
        >>> model.name
        'face_network'
    """
    images = check_images("images", images)
    labels = check_labels("labels", labels, 2, len(images))
    steps = number("steps", steps, 1, integer=True)
    kinds = [np.flatnonzero(labels == k) for k in (0, 1)]
    if not all(map(len, kinds)):
        raise ValueError("labels must have both 0 and 1, got only one of them")
    rng = np.random.default_rng(checked_seed(seed))
    start = time.process_time()
    chosen = [rng.choice(kind, (steps, BATCH // 2)) for kind in kinds]
    order = np.concatenate(chosen, axis=1).ravel()
    import keras

    model = models.face_network(seed)
    rate = keras.optimizers.schedules.CosineDecay(RATE, steps)
    model.compile(
        keras.optimizers.Adam(rate), keras.losses.BinaryCrossentropy(from_logits=True)
    )
    targets = labels[order].astype(np.float32)[:, None, None, None]
    crops = augment(images[order], rng)
    model.fit(crops, targets, batch_size=BATCH, shuffle=False, verbose=0)
    return model, time.process_time() - start


def detect(
    model: keras.Model, photograph: Photograph, overlap: float = OVERLAP
) -> tuple[np.ndarray, np.ndarray]:
    """Find faces: windows with a probability above one half, repeats suppressed.

    Args:
        model: The classifier.
        photograph: Where to look.
        overlap: Largest intersection over union of two detections.

    Returns:
        Boxes, shape (N, 4), and scores, shape (N,), best first.

    Example:
        >>> blank = Photograph("blank", np.zeros((40, 40)), np.empty((0, 4)))
        >>> boxes, scores = detect(models.face_network(), blank)
        >>> len(boxes)
        0
    """
    boxes, scores = models.scan(model, photograph.pixels)
    boxes, scores = boxes[scores > 0], scores[scores > 0]
    kept = non_maximum_suppression(boxes, scores, overlap)
    return boxes[kept], scores[kept]


def count(
    photograph: Photograph, boxes: np.ndarray, scores: np.ndarray
) -> tuple[Count, np.ndarray]:
    """Compare detections with the faces that are there.

    A detection is a hit if its intersection over union with a face is at least 0.5.

    Args:
        photograph: With the boxes of its faces.
        boxes: Of the detections, shape (N, 4).
        scores: Of the detections, shape (N,).

    Returns:
        The count, and whether each detection is a hit, bool, shape (N,).

    Example:
        >>> photo = Photograph("x", np.zeros((40, 40)), np.array([[0, 0, 30, 30]]))
        >>> count(photo, np.array([[0, 0, 29, 29], [9, 9, 40, 40]]), [2, 1])[0]
        Count(photograph='x', faces=1, found=1, false_alarms=1)
    """
    hits = match_detections(photograph.faces, boxes, scores, HIT)
    found = int(hits.sum())
    faces = len(photograph.faces)
    return Count(photograph.name, faces, found, len(hits) - found), hits


def mine(model: keras.Model, photograph: Photograph, most: int = MOST) -> np.ndarray:
    """Cut out what a model takes for faces in a photograph without any.

    Args:
        model: The classifier.
        photograph: One without a face.
        most: How many false alarms at most, the surest first.

    Returns:
        Crops, float32, shape (N, 25, 25, 1).

    Raises:
        ValueError: If the photograph has a face.

    Example:
        >>> blank = Photograph("blank", np.zeros((40, 40)), np.empty((0, 4)))
        >>> mine(models.face_network(), blank).shape
        (0, 25, 25, 1)
    """
    if len(photograph.faces):
        raise ValueError(
            f"{photograph.name} has a face: it would become an example of no face"
        )
    boxes, _ = detect(model, photograph, 0.5)
    return models.cut_windows(photograph.pixels, boxes[:most])


def draw(photograph: Photograph, many: int, rng: np.random.Generator) -> np.ndarray:
    """Cut windows out of a photograph at random, the control of :func:`mine`.

    Args:
        photograph: One without a face.
        many: How many.
        rng: The source of chance.

    Returns:
        Crops, float32, shape (many, 25, 25, 1).

    Example:
        >>> blank = Photograph("blank", np.zeros((99, 99)), np.empty((0, 4)))
        >>> draw(blank, 3, np.random.default_rng(0)).shape
        (3, 25, 25, 1)
    """
    boxes, _ = models.scan(_nothing, photograph.pixels)
    chosen = rng.choice(len(boxes), many, replace=False)
    return models.cut_windows(photograph.pixels, boxes[chosen])


def _nothing(images, training=False):
    """Stand in for a model where only the places of the windows matter."""
    rows, columns = ((side - 25) // 4 + 1 for side in images.shape[1:3])
    return np.zeros((1, rows, columns, 1), np.float32)


def rounds(
    images: np.ndarray,
    labels: np.ndarray,
    photographs: Sequence[Photograph],
    seed: int,
    *,
    many: int = ROUNDS,
    steps: int = STEPS,
    numbers: Sequence[Sequence[int]] | None = None,
) -> Iterator[tuple[keras.Model, float, list[int]]]:
    """Train, add negatives from the photographs, train anew, and so on.

    Args:
        images: Crops to begin with.
        labels: 1 for a face.
        photographs: Without a face, to take negatives from.
        seed: Fixes the run.
        many: How many times negatives are added.
        steps: Batches of each training.
        numbers: How many random windows to add in each round from each photograph;
            None for hard negatives, as many as :func:`mine` finds.

    Yields:
        The model of each round, from 0 to ``many``, its processor seconds, and how
        many negatives it then gives from each photograph (none in the last round).
    """
    rng = np.random.default_rng([checked_seed(seed), 1])
    images, labels = np.asarray(images), np.asarray(labels)
    for turn in range(many + 1):
        model, seconds = train(images, labels, seed * 100 + turn, steps)
        if turn == many:
            yield model, seconds, []
            return
        if numbers is None:
            new = [mine(model, photograph) for photograph in photographs]
        else:
            new = [draw(p, n, rng) for p, n in zip(photographs, numbers[turn])]
        yield model, seconds, list(map(len, new))
        images = np.concatenate([images, *new])
        labels = np.concatenate([labels, np.zeros(sum(map(len, new)), np.int64)])


def cascade(photograph: Photograph) -> tuple[np.ndarray, np.ndarray]:
    """Find faces with OpenCV's frontal Haar cascade at its documented settings.

    Source: Viola & Jones (2001), with the rectangle features of Lienhart & Maydt
    (2002); scale step 1.1, 5 neighbors, windows of at least 40 pixels.

    Args:
        photograph: Where to look.

    Returns:
        Boxes, float64, shape (N, 4), and scores, all 1, shape (N,): it gives none.

    Example:
        >>> blank = Photograph("blank", np.zeros((40, 40)), np.empty((0, 4)))
        >>> cascade(blank)[0].shape
        (0, 4)
    """
    import cv2

    name = cv2.data.haarcascades + "haarcascade_frontalface_default.xml"
    bytes_ = np.rint(photograph.pixels * 255).astype(np.uint8)
    found = cv2.CascadeClassifier(name).detectMultiScale(
        bytes_, scaleFactor=1.1, minNeighbors=5, minSize=(40, 40)
    )
    boxes = np.array(found, float).reshape(-1, 4)
    boxes[:, 2:] += boxes[:, :2]
    return boxes, np.ones(len(boxes))


Finder = Callable[[Photograph], tuple[np.ndarray, np.ndarray]]


def survey(find: Finder, photographs: Photographs) -> list[Count]:
    """Count hits and false alarms on every tested photograph.

    Args:
        find: From a photograph to boxes and scores.
        photographs: The photographs.

    Returns:
        One count per tested photograph, in their order.
    """
    return [count(photo, *find(photo))[0] for photo in photographs.tested]

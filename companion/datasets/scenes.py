"""Images with boxes: scenes composed of MNIST's digits, photographs of tree crowns."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Literal

import numpy as np

from companion._checks import number
from companion._seeds import checked_seed
from companion.datasets._card import Card, card
from companion.datasets._files import read_npz
from companion.datasets.images import mnist

__all__ = ["Scenes", "TreeCrowns", "digit_scenes", "tree_crowns"]

SIDE = 96  # of a scene, in pixels
DIGITS = 2, 5  # fewest and most in a scene
SIZES = 20, 40  # side of the pasted square that holds a digit, in pixels
MOST_OVERLAP = 0.2  # intersection over union of two boxes in a scene
INK = 0.2  # what is darker belongs to the digit
TILES = ("train", "same_site", "florida", "california")


@dataclass(frozen=True, eq=False, repr=False)
class Scenes:
    """Composed gray images, each with the boxes and classes of its objects.

    Attributes:
        images: (N, 96, 96, 1) float32 in [0, 1]: N, H, W, C; 0 is the background.
        boxes: For each image (M, 4) float32: left, top, right, bottom in pixels.
        labels: For each image (M,) int64, the classes of its boxes.
        names: Names of the classes; the label ``k`` means ``names[k]``.
        card: The data card of the images that the scenes are composed of.
    """

    images: np.ndarray
    boxes: tuple[np.ndarray, ...]
    labels: tuple[np.ndarray, ...]
    names: tuple[str, ...]
    card: Card

    def __repr__(self) -> str:
        shape = "x".join(map(str, self.images.shape[1:]))
        return (
            f"{type(self).__name__}(composed of {self.card.name}: "
            f"{len(self.images)} scenes, {sum(map(len, self.boxes))} objects; "
            f"{shape} {self.images.dtype}; {len(self.names)} classes)"
        )


@dataclass(frozen=True, eq=False, repr=False)
class TreeCrowns:
    """Aerial photographs with a box around each tree's crown.

    Attributes:
        images: (H, W, 3) uint8 by name: ``"train"`` and ``"same_site"``, two tiles of
            one site in the Rocky Mountains; ``"florida"`` and ``"california"``, two
            other sites. A pixel is 0.2 m wide on the ground.
        boxes: (M, 4) float32 by the same names: left, top, right, bottom in pixels.
        names: Name of the only class.
        card: The data card: source, license, known faults.
    """

    images: dict[str, np.ndarray]
    boxes: dict[str, np.ndarray]
    names: tuple[str, ...]
    card: Card

    def __repr__(self) -> str:
        told = ", ".join(f"{name} {len(boxes)}" for name, boxes in self.boxes.items())
        return f"{type(self).__name__}({self.card.name}: crowns in {told})"


def digit_scenes(
    count: int, split: Literal["train", "test"] = "train", seed: int = 0
) -> Scenes:
    """Compose scenes of real handwritten digits on an empty background.

    Each scene has two to five digits of MNIST, drawn at random, scaled so that
    MNIST's square of 28 pixels becomes one of 20 to 40, and put where the boxes of two
    digits overlap by at most 0.2. Where strokes cross, the darker pixel wins. A box
    is as tight as the ink. The digits are real; that they stand together is not.

    Args:
        count: Number of scenes N.
        split: Whether the digits come from MNIST's training or test set.
        seed: Fixes the scenes.

    Returns:
        The scenes.

    Raises:
        TypeError: If ``count`` or ``seed`` is no integer.
        ValueError: If one is out of range, or ``split`` is unknown.

    Example:
        >>> scenes = digit_scenes(3)
        >>> scenes
        Scenes(composed of mnist: 3 scenes, ... objects; 96x96x1 float32; 10 classes)
        >>> scenes.boxes[0].shape[1], scenes.labels[0].dtype
        (4, dtype('int64'))
    """
    count = number("count", count, 1, integer=True)
    seed = checked_seed(seed)
    if split not in ("train", "test"):
        raise ValueError(f"split must be 'train' or 'test', got {split!r}")
    digits, names, about = _digits(split)
    rng = np.random.default_rng((seed, split == "test"))
    scenes = [_scene(*digits, rng) for _ in range(count)]
    images, boxes, labels = zip(*scenes)
    return Scenes(np.stack(images)[..., np.newaxis], boxes, labels, names, about)


def tree_crowns() -> TreeCrowns:
    """Load four aerial photographs of forest with 951 boxes around crowns.

    Source: the National Ecological Observatory Network's airborne camera and the
    boxes that Weinstein et al. (2020) ship with "DeepForest: A Python package for RGB
    deep learning tree crown delineation"; see the card.

    Returns:
        The photographs, at half their resolution, and the boxes. The arrays are fresh
        copies in every call.

    Raises:
        ValueError: If the file is damaged.
        FileNotFoundError: If the file is missing.

    Example:
        >>> tree_crowns()
        TreeCrowns(tree_crowns: crowns in train 574, same_site 279, florida 61, ...)
    """
    about = card("tree_crowns")
    raw = _raw()
    return TreeCrowns(
        images={name: undo_differences(raw[f"{name}_image"]) for name in TILES},
        boxes={name: raw[f"{name}_boxes"].astype(np.float32) / 2 for name in TILES},
        names=about.classes,
        card=about,
    )


def take_differences(image: np.ndarray) -> np.ndarray:
    """Return a photograph as differences, which a file holds in fewer bytes.

    Red and blue minus green, then every pixel minus its left neighbor, all modulo 256.

    Args:
        image: (H, W, 3) uint8.

    Returns:
        Differences, (3, H, W) uint8.

    Example:
        >>> image = np.arange(24, dtype=np.uint8).reshape(2, 4, 3) ** 2
        >>> bool((undo_differences(take_differences(image)) == image).all())
        True
    """
    planes = np.moveaxis(image, 2, 0).copy()
    planes[::2] -= planes[1]
    return np.diff(planes, axis=2, prepend=np.uint8(0))


def undo_differences(differences: np.ndarray) -> np.ndarray:
    """Return the photograph whose differences are given, exactly.

    Args:
        differences: (3, H, W) uint8, of :func:`take_differences`.

    Returns:
        The photograph, (H, W, 3) uint8.
    """
    planes = differences.cumsum(axis=2, dtype=np.uint8)
    planes[::2] += planes[1]
    return np.ascontiguousarray(np.moveaxis(planes, 0, 2))


@functools.cache
def _digits(split: str):
    data = mnist()
    pair = getattr(data, f"x_{split}")[..., 0], getattr(data, f"y_{split}")
    return pair, data.names, data.card


@functools.cache
def _raw() -> dict[str, np.ndarray]:
    arrays = read_npz(card("tree_crowns").file)
    for array in arrays.values():
        array.setflags(write=False)
    return arrays


def _scene(images, labels, rng) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    canvas = np.zeros((SIDE, SIDE), np.float32)
    boxes, chosen = [], []
    wanted = rng.integers(DIGITS[0], DIGITS[1] + 1)
    while len(boxes) < wanted:
        k = rng.integers(len(labels))
        digit = _resized(images[k], int(rng.integers(SIZES[0], SIZES[1] + 1)))
        digit, height, width = _trimmed(digit)
        x, y = rng.integers(0, SIDE - width + 1), rng.integers(0, SIDE - height + 1)
        box = np.array([x, y, x + width, y + height], np.float32)
        if any(_overlap(box, other) > MOST_OVERLAP for other in boxes):
            continue
        part = canvas[y : y + height, x : x + width]
        np.maximum(part, digit, out=part)
        boxes.append(box)
        chosen.append(labels[k])
    return canvas, np.stack(boxes), np.array(chosen)


def _resized(image, side: int) -> np.ndarray:
    """Return a square image scaled to another side, linearly between pixels."""
    at = np.clip((np.arange(side) + 0.5) * len(image) / side - 0.5, 0, len(image) - 1)
    low = np.minimum(at.astype(int), len(image) - 2)
    weights = np.zeros((side, len(image)), np.float32)
    rows = np.arange(side)
    weights[rows, low] = 1 - (at - low)
    weights[rows, low + 1] = at - low
    return weights @ image @ weights.T


def _trimmed(digit) -> tuple[np.ndarray, int, int]:
    rows, columns = (np.flatnonzero((digit > INK).any(axis)) for axis in (1, 0))
    part = digit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return part, *part.shape


def _overlap(a, b) -> float:
    """Return the intersection over union of two boxes."""
    sides = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    common = np.prod(np.clip(sides, 0, None))
    return common / (np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2]) - common)

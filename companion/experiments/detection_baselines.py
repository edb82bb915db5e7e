"""What chapter 6.1a's detectors must beat: connected ink, and round dark spots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from companion import models, training
from companion._checks import images as check_images
from companion._checks import number
from companion.datasets import Scenes
from companion.experiments.detection import Found, suppressed

__all__ = [
    "FEATURES",
    "components",
    "crops",
    "green_blobs",
    "read_components",
    "reader",
]


def components(image, *, grow: int = 0, smallest: int = 12) -> np.ndarray:
    """Return a box around each connected piece of ink: the baseline without learning.

    Args:
        image: (H, W) in [0, 1], 0 the background.
        grow: By how many pixels ink is thickened before pieces are told apart, so
            that a broken stroke is one piece.
        smallest: Pieces of fewer pixels are left out.

    Returns:
        Boxes, (N, 4) float64.

    Example:
        >>> image = np.zeros((9, 9))
        >>> image[1:6, 2:5] = 1
        >>> components(image)
        array([[2., 1., 5., 6.]])
    """
    from scipy import ndimage

    number("grow", grow, 0, integer=True)
    ink = np.asarray(image) > 0.2
    eight = np.ones((3, 3), int)
    thick = ndimage.binary_dilation(ink, eight, grow) if grow else ink
    pieces = ndimage.label(thick, eight)[0] * ink
    boxes = []
    for k, where in enumerate(ndimage.find_objects(pieces), 1):
        if where is not None and (pieces[where] == k).sum() >= smallest:
            (top, bottom), (left, right) = ((part.start, part.stop) for part in where)
            boxes.append([left, top, right, bottom])
    return np.array(boxes, float).reshape(-1, 4)


def crops(image, boxes, side: int = 28) -> np.ndarray:
    """Cut boxes out of an image, each as a square of one size.

    A square has the box's center and 1.4 times its longer side, as MNIST's digits of
    20 pixels lie in squares of 28; between pixels values are linear.

    Args:
        image: (H, W), 0 the background.
        boxes: (N, 4), in pixels.
        side: Side of the squares, in pixels.

    Returns:
        float32, (N, side, side, 1).

    Example:
        >>> crops(np.ones((9, 9)), [[2, 1, 5, 6]]).shape
        (1, 28, 28, 1)
    """
    from scipy import ndimage

    parts = []
    for left, top, right, bottom in np.asarray(boxes, float).reshape(-1, 4):
        reach = 1.4 * max(right - left, bottom - top) / 2
        steps = np.linspace(-reach, reach, 2 * side + 1)[1::2] - 0.5
        at = np.meshgrid((top + bottom) / 2 + steps, (left + right) / 2 + steps)
        parts.append(ndimage.map_coordinates(image, at, order=1).T)
    return np.array(parts, np.float32).reshape(-1, side, side, 1)


@dataclass(frozen=True, eq=False)
class _Crops:
    """What :func:`companion.training.fit` learns from."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_val: np.ndarray
    y_val: np.ndarray


def reader(scenes: Scenes, seed: int = 0, epochs: float = 3):
    """Train a classifier on the digits of scenes, cut out along their true boxes.

    Args:
        scenes: The scenes that the detector learns from, too.
        seed: Of the training.
        epochs: How long.

    Returns:
        Chapter 5's small network, trained, and the CPU seconds.
    """
    x = np.concatenate(
        [crops(i[..., 0], b) for i, b in zip(scenes.images, scenes.boxes)]
    )
    y = np.concatenate(scenes.labels)
    model = models.small_cnn(seed)
    recipe = training.BETTER.but(epochs=epochs)
    data = _Crops(x, y, x[:0], y[:0])
    history = training.fit(model, data, recipe, seed=seed, progress=False)
    return model, history.cpu_seconds


def read_components(scenes: Scenes, model, grow: int = 0) -> list[Found]:
    """Box each connected piece of ink and let a classifier read it.

    Args:
        scenes: The scenes.
        model: Of :func:`reader`.
        grow: As for :func:`components`.

    Returns:
        For each scene boxes, probabilities of the likeliest class, and classes.
    """
    boxes = [components(image[..., 0], grow=grow) for image in scenes.images]
    parts = [crops(image[..., 0], b) for image, b in zip(scenes.images, boxes)]
    p = model.predict(np.concatenate(parts), batch_size=500, verbose=0)
    ends = np.cumsum([len(b) for b in boxes])[:-1]
    return [
        (b, q.max(axis=1), q.argmax(axis=1)) for b, q in zip(boxes, np.split(p, ends))
    ]


#: What the baseline for crowns looks at, of red, green and blue.
FEATURES: Mapping[str, tuple[float, float, float]] = MappingProxyType(
    {"darkness": (-1, -1, -1), "greenness": (-1, 2, -1)}
)
#: Radii of the blobs it looks for, in pixels.
RADII = (5.0, 7.0, 9.0, 12.0, 16.0)


def green_blobs(image, feature: str = "darkness", side: float = 1.0) -> Found:
    """Return round spots of one color, the baseline for crowns that learns nothing.

    The spots are maxima, over place and radius r, of the feature's Laplacian of
    Gaussian with standard deviation r / sqrt(2), times its variance (Lindeberg, 1998).

    Args:
        image: (H, W, 3) floats in [0, 1].
        feature: Of :data:`FEATURES`.
        side: Side of a box, as a multiple of 2 r.

    Returns:
        Boxes, scores and classes, all 0, after suppression at 0.3, best first.
    """
    from scipy import ndimage

    image = check_images("image", image, 3)
    gray = image @ np.array(FEATURES[feature])
    stack = np.stack(
        [-(r**2) / 2 * ndimage.gaussian_laplace(gray, r / 2**0.5) for r in RADII]
    )
    peaks = (stack == ndimage.maximum_filter(stack, (1, 5, 5))) & (stack > 0.02)
    k, y, x = np.nonzero(peaks)
    half = side * np.array(RADII)[k]
    boxes = np.stack([x - half, y - half, x + half, y + half], axis=1) + 0.5
    found = boxes, stack[k, y, x], np.zeros(len(k), int)
    return suppressed([found], 0.3)[0]
